/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_PREPARE_PANEL_H
#define LINNET_DATA_PREPARE_PANEL_H

#include <linnet/tensor.h>

/* Rows are converted to double in panels of this many columns. */
enum { LNT_PANEL = 64 };

static inline void lnt_panel_load(const lnt_tensor *x, size_t i, size_t first, size_t cols,
                                  double row[LNT_PANEL])
{
    const ptrdiff_t stride = x->col_stride;
    if (x->dtype == LNT_F32) {
        const float *from = lnt_tensor_ptr(x, i, first);
        for (size_t j = 0; j < cols; j++) {
            row[j] = (double) from[(ptrdiff_t) j * stride];
        }
    } else {
        const double *from = lnt_tensor_ptr(x, i, first);
        for (size_t j = 0; j < cols; j++) {
            row[j] = from[(ptrdiff_t) j * stride];
        }
    }
}

static inline void lnt_panel_store(const double row[LNT_PANEL], const lnt_tensor *x, size_t i,
                                   size_t first, size_t cols)
{
    const ptrdiff_t stride = x->col_stride;
    if (x->dtype == LNT_F32) {
        float *to = lnt_tensor_ptr(x, i, first);
        for (size_t j = 0; j < cols; j++) {
            to[(ptrdiff_t) j * stride] = (float) row[j];
        }
    } else {
        double *to = lnt_tensor_ptr(x, i, first);
        for (size_t j = 0; j < cols; j++) {
            to[(ptrdiff_t) j * stride] = row[j];
        }
    }
}

static inline size_t lnt_panel_cols(const lnt_tensor *x, size_t first)
{
    return x->cols - first < LNT_PANEL ? x->cols - first : LNT_PANEL;
}

#endif
