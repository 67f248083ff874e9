/* SPDX-License-Identifier: MIT */
#ifndef TESTS_FAILING_ALLOCATOR_H
#define TESTS_FAILING_ALLOCATOR_H

/* An allocator that counts, and that fails its n-th call, once or from then on. */

#include <linnet/memory.h>
#include <stdbool.h>
#include <stdlib.h>

typedef struct failing {
    size_t calls;   /* of alloc */
    size_t live;    /* blocks not yet given back */
    size_t bytes;   /* asked for in all */
    size_t fail_at; /* 1-based call that fails; 0 for none */
    bool for_ever;  /* so do all calls after it */
} failing;

static inline void *failing_alloc(void *context, size_t bytes, size_t alignment)
{
    failing *f = context;
    f->calls++;
    f->bytes += bytes;
    if (f->fail_at != 0 && (f->calls == f->fail_at || (f->for_ever && f->calls > f->fail_at))) {
        return NULL;
    }
    f->live++;
    return aligned_alloc(alignment, bytes);
}

static inline void failing_free(void *context, void *block)
{
    ((failing *) context)->live--;
    free(block);
}

static inline lnt_allocator failing_allocator(failing *f)
{
    return (lnt_allocator){failing_alloc, failing_free, f};
}

#endif
