/* SPDX-License-Identifier: MIT */
#include "optim/vector_loops.h"

#include <string.h>

#define TEMPLATE "optim/vector_loops.inc"
#include "base/precision/both.inc"

void lnt_optim_prepare(lnt_dtype dtype, size_t n, const void *sum, double factor, double limit,
                       void *g)
{
    (dtype == LNT_F32 ? prepare_f32 : prepare_f64)(n, sum, factor, limit, g);
}

void lnt_optim_accumulate(lnt_dtype dtype, size_t n, const void *g, bool first, void *sum)
{
    if (first) {
        memcpy(sum, g, n * lnt_dtype_size(dtype));
    } else {
        (dtype == LNT_F32 ? accumulate_f32 : accumulate_f64)(n, g, sum);
    }
}

void lnt_optim_penalise(lnt_dtype dtype, size_t n, double scale, double l1, const void *w, void *g)
{
    (dtype == LNT_F32 ? penalise_f32 : penalise_f64)(n, scale, l1, w, g);
}

void lnt_optim_average(lnt_dtype dtype, size_t n, double decay, const void *w, void *a)
{
    if (decay == 0) {
        memcpy(a, w, n * lnt_dtype_size(dtype)); /* whatever a was */
    } else {
        (dtype == LNT_F32 ? average_f32 : average_f64)(n, decay, w, a);
    }
}

void lnt_optim_exchange(size_t n, void *a_data, void *b_data)
{
    unsigned char *a = a_data, *b = b_data, kept[4096];
    for (size_t i = 0; i < n; i += sizeof kept) {
        const size_t part = n - i < sizeof kept ? n - i : sizeof kept;
        memcpy(kept, a + i, part);
        memcpy(a + i, b + i, part);
        memcpy(b + i, kept, part);
    }
}
