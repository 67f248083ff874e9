/* SPDX-License-Identifier: MIT */
/* The reader of safetensors: opens a file and reads every tensor of it. */
#include "fuzz_allocator.h"
#include "io/safetensors/safetensors.h"

/* The table takes a small multiple of the header, and the file's data are read into one block. */
#define OVERHEAD 8192
#define MULTIPLE 6

static void read_tensor(const lnt_st_file *file, const lnt_st_entry *entry, size_t size)
{
    fuzz_require(entry->bytes <= size && entry->begin <= size - entry->bytes, "outside the file");
    fuzz_require(lnt_st_find(file, entry->tensor.name) == entry, "it is not found by its name");
    size_t bytes;
    fuzz_require(lnt_st_tensor_bytes(&entry->tensor, &bytes) == LNT_OK && bytes == entry->bytes,
                 "shape and bytes differ");
    void *data = malloc(entry->bytes > 0 ? entry->bytes : 1);
    lnt_error error = {LNT_OK, ""};
    fuzz_require(data != NULL && lnt_st_read(file, entry, data, &error) == LNT_OK,
                 "an accepted tensor is not read");
    free(data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_memory memory = fuzz_memory_of(OVERHEAD + MULTIPLE * size);
    const lnt_allocator allocator = fuzz_allocator(&memory);
    lnt_st_file *file;
    lnt_error error = {LNT_OK, ""};
    const char *path = fuzz_file(data, size);
    const lnt_status status = lnt_st_open(&file, path, &allocator, &error);
    fuzz_require((status == LNT_OK) == (file != NULL), "status and file differ");
    if (status != LNT_OK) {
        fuzz_sentence(&error, status, path);
    }
    for (size_t i = 0; status == LNT_OK && i < lnt_st_count(file); i++) {
        read_tensor(file, lnt_st_at(file, i), size);
    }
    lnt_st_close(file);
    fuzz_memory_done(&memory);
    return 0;
}
