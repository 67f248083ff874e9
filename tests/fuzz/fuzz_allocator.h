/* SPDX-License-Identifier: MIT */
#ifndef TESTS_FUZZ_ALLOCATOR_H
#define TESTS_FUZZ_ALLOCATOR_H

/*
 * An allocator that ends the process if a reader holds more memory than it may for its input, or
 * does not give all of it back:
 *
 *     fuzz_memory memory = fuzz_memory_of(limit);
 *     const lnt_allocator allocator = fuzz_allocator(&memory);
 *     ... read, destroy ...
 *     fuzz_memory_done(&memory);
 */

#include "fuzz_file.h"

#include <linnet/memory.h>
#include <string.h>

typedef struct fuzz_memory {
    size_t limit; /* bytes that may be held at a time */
    size_t held;
    size_t most;   /* that were held */
    size_t blocks; /* not yet given back */
} fuzz_memory;

static inline fuzz_memory fuzz_memory_of(size_t limit)
{
    return (fuzz_memory){.limit = limit};
}

/* The size stands before the block, at a distance that keeps the alignment. */
static inline void *fuzz_alloc(void *context, size_t bytes, size_t alignment)
{
    fuzz_memory *memory = context;
    if (bytes > memory->limit || memory->held > memory->limit - bytes) {
        fprintf(stderr, "fuzz: %zu bytes are held, %zu more asked for, %zu allowed\n", memory->held,
                bytes, memory->limit);
        abort();
    }
    fuzz_require(alignment == LNT_ALIGNMENT, "another alignment");
    unsigned char *whole = aligned_alloc(LNT_ALIGNMENT, LNT_ALIGNMENT + bytes);
    if (whole == NULL) {
        return NULL;
    }
    memcpy(whole, &bytes, sizeof bytes);
    memory->held += bytes;
    memory->most = memory->held > memory->most ? memory->held : memory->most;
    memory->blocks++;
    return whole + LNT_ALIGNMENT;
}

static inline void fuzz_free(void *context, void *block)
{
    fuzz_memory *memory = context;
    unsigned char *whole = (unsigned char *) block - LNT_ALIGNMENT;
    size_t bytes;
    memcpy(&bytes, whole, sizeof bytes);
    memory->held -= bytes;
    memory->blocks--;
    free(whole);
}

static inline lnt_allocator fuzz_allocator(fuzz_memory *memory)
{
    return (lnt_allocator){fuzz_alloc, fuzz_free, memory};
}

static inline void fuzz_memory_done(const fuzz_memory *memory)
{
    fuzz_require(memory->blocks == 0 && memory->held == 0, "memory was not given back");
}

#endif
