/* SPDX-License-Identifier: MIT */
/* Models of NumPy's archives: imports one. */
#include "fuzz_allocator.h"
#include "mutate.h"

#include <linnet/exchange.h>

/* Half precision doubles, and each tensor has a description; the rest is names. */
#define OVERHEAD ((size_t) 4 << 20)
#define MULTIPLE 2048

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    return fuzz_mutate(data, size, max_size, seed, &fuzz_npz, fuzz_model_sum);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_memory memory = fuzz_memory_of(OVERHEAD + MULTIPLE * size);
    const lnt_allocator allocator = fuzz_allocator(&memory);
    const char *path = fuzz_file(data, size);
    lnt_error error = {LNT_OK, ""};
    lnt_model model;
    const lnt_status status = lnt_npz_import(&model, path, &allocator, &error);
    fuzz_require((status == LNT_OK) == (model.net != NULL), "status and net differ");
    if (status != LNT_OK) {
        fuzz_sentence(&error, status, path);
    }
    lnt_model_finish(&model);
    fuzz_memory_done(&memory);
    return 0;
}
