/* SPDX-License-Identifier: MIT */
/* Checkpoints: opens one and reads all that it says it has. */
#include "fuzz_allocator.h"
#include "io/checkpoint/file.h"
#include "mutate.h"

#include <linnet/checkpoint.h>

#define OVERHEAD 65536
#define MULTIPLE 64

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    return fuzz_mutate(data, size, max_size, seed, &fuzz_safetensors, lnt_checkpoint_json_checksum);
}

static void read_all(const lnt_checkpoint *checkpoint, size_t size)
{
    for (size_t i = 0; i < lnt_checkpoint_count(checkpoint); i++) {
        const char *name = lnt_checkpoint_name(checkpoint, i);
        lnt_tensor value;
        fuzz_require(lnt_checkpoint_shape(checkpoint, name, &value) == LNT_OK, "no shape");
        const size_t bytes = value.rows * value.cols * lnt_dtype_size(value.dtype);
        fuzz_require(bytes <= size, "more than the file");
        value.data = malloc(bytes + 1);
        fuzz_require(value.data != NULL &&
                         lnt_checkpoint_read(checkpoint, name, &value, NULL) == LNT_OK,
                     "a tensor that was found right cannot be read");
        free(value.data);
    }
    fuzz_require(lnt_checkpoint_version(checkpoint) != NULL &&
                     lnt_checkpoint_blas_core(checkpoint) != NULL,
                 "nobody made it");
    (void) lnt_checkpoint_get_text(checkpoint, "settings");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_memory memory = fuzz_memory_of(OVERHEAD + MULTIPLE * size);
    const lnt_allocator allocator = fuzz_allocator(&memory);
    const char *path = fuzz_file(data, size);
    lnt_error error = {LNT_OK, ""};
    lnt_checkpoint *checkpoint;
    const lnt_status status = lnt_checkpoint_open(&checkpoint, path, &allocator, &error);
    fuzz_require((status == LNT_OK) == (checkpoint != NULL), "status and checkpoint differ");
    if (status != LNT_OK) {
        fuzz_sentence(&error, status, path);
    } else {
        read_all(checkpoint, size);
    }
    lnt_checkpoint_close(checkpoint);
    fuzz_memory_done(&memory);
    return 0;
}
