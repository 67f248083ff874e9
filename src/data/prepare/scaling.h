/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_PREPARE_SCALING_H
#define LINNET_DATA_PREPARE_SCALING_H

#include <linnet/data.h>

/** Offset and scale of each column of x, finite and of one row at least; robust takes memory. */
lnt_status lnt_scaling_fit(lnt_scaling scaling, const lnt_tensor *x, double *offset, double *scale,
                           const lnt_allocator *allocator);

/**
 * Of `cols` columns of x, at most LNT_PANEL, from column `first` on: mean, Σ(x − mean)², and
 * whether there are two values. At least one row.
 */
void lnt_scaling_moments(const lnt_tensor *x, size_t first, size_t cols, double *mean,
                         double *squares, bool *varies);

/** The standard deviation of n values, or 1 if they do not vary. */
double lnt_scaling_deviation(double squares, bool varies, double n);

#endif
