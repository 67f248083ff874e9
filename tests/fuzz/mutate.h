/* SPDX-License-Identifier: MIT */
#ifndef TESTS_FUZZ_MUTATE_H
#define TESTS_FUZZ_MUTATE_H

/*
 * Mutators for files with checksums. They take a file apart, change its texts and tensors, compute
 * its checksums anew, and write it again, so that a reader does not stop at a checksum:
 *
 *     size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
 *     {
 *         return fuzz_mutate(data, size, max_size, seed, &fuzz_safetensors,
 *                            fuzz_model_sum);
 *     }
 *
 * libFuzzer calls that function for each new input. The replay of the seeds in other builds calls
 * it for a fixed number of mutations of each seed.
 */

#include "base/files/checksum.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/* libFuzzer's, or the one in replay.c: changes some bytes; returns the new size. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

enum { FUZZ_MOST_PARTS = 64, FUZZ_NAME_ROOM = 64, FUZZ_DTYPE_ROOM = 16, FUZZ_MOST_RANK = 2 };

/* A tensor of a file. */
typedef struct fuzz_tensor {
    char name[FUZZ_NAME_ROOM];
    char dtype[FUZZ_DTYPE_ROOM]; /* as safetensors names it */
    size_t rank;
    size_t shape[FUZZ_MOST_RANK];
    uint8_t *data; /* owned */
    size_t bytes;
} fuzz_tensor;

typedef struct fuzz_archive {
    json_t *metadata; /* owned: an object of strings */
    size_t count;
    fuzz_tensor parts[FUZZ_MOST_PARTS];
} fuzz_archive;

/* Adds a tensor, whose data is copied. Returns 0 where there is no room for it. */
int fuzz_archive_add(fuzz_archive *archive, const char *name, const fuzz_tensor *like,
                     const uint8_t *data, size_t bytes);
void fuzz_archive_clear(fuzz_archive *archive);

/* How the bytes of a file and an archive become each other. */
typedef struct fuzz_codec {
    /* Fills an archive that is empty. Returns 0 if the bytes are no such file. */
    int (*decode)(fuzz_archive *archive, const uint8_t *data, size_t size);
    /* Returns the size, or 0 if it is above max_size. */
    size_t (*encode)(const fuzz_archive *archive, uint8_t *data, size_t max_size);
} fuzz_codec;

extern const fuzz_codec fuzz_safetensors;
extern const fuzz_codec fuzz_npz; /* a model in NumPy's archive */

/* The checksum of a file's metadata, an object of strings. */
typedef lnt_status (*fuzz_metadata_sum)(const json_t *metadata, lnt_checksum *sum);
lnt_status fuzz_model_sum(const json_t *metadata, lnt_checksum *sum);

size_t fuzz_mutate(uint8_t *data, size_t size, size_t max_size, unsigned seed,
                   const fuzz_codec *codec, fuzz_metadata_sum metadata_sum);

#endif
