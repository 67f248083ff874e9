/* SPDX-License-Identifier: MIT */
#include "tensor/kernels.h"

#include "base/inline.h"
#include "tensor/sums/sum_block.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

enum {
    LANES = 8, /* partial sums of a reduction */
    CHUNK = 64 /* columns whose sums over rows are kept at once */
};

LNT_ALWAYS_INLINE double sum_of_lanes(const double lane[LANES])
{
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) +
           ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

#include "base/precision/f32.inc"
#define BITS uint32_t
#define EXPONENT UINT32_C(0x7F800000)
#include "tensor/kernels.inc"
#undef BITS
#undef EXPONENT
#include "base/precision/end.inc"

#include "base/precision/f64.inc"
#define BITS uint64_t
#define EXPONENT UINT64_C(0x7FF0000000000000)
#include "tensor/kernels.inc"
#undef BITS
#undef EXPONENT
#include "base/precision/end.inc"

const lnt_kernels *lnt_kernels_of(lnt_dtype dtype)
{
    return dtype == LNT_F32 ? &kernels_f32 : &kernels_f64;
}

static bool all_transposable(lnt_tensor *const views[], size_t count)
{
    for (size_t v = 0; v < count; v++) {
        if (views[v]->row_stride != 1) {
            return false;
        }
    }
    return true;
}

static bool all_joined(lnt_tensor *const views[], size_t count)
{
    for (size_t v = 0; v < count; v++) {
        if (views[v]->row_stride != (ptrdiff_t) views[v]->cols * views[v]->col_stride) {
            return false;
        }
    }
    return true;
}

void lnt_flatten(lnt_tensor *views[], size_t count)
{
    if ((all_transposable(views, count) || views[0]->cols == 1) && views[0]->rows > 1) {
        for (size_t v = 0; v < count; v++) {
            *views[v] = lnt_transpose(views[v]);
        }
    }
    if (views[0]->rows > 1 && all_joined(views, count)) {
        for (size_t v = 0; v < count; v++) {
            views[v]->cols *= views[v]->rows;
            views[v]->rows = 1;
        }
    }
}
