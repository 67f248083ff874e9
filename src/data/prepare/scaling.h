/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_PREPARE_SCALING_H
#define LINNET_DATA_PREPARE_SCALING_H

#include <linnet/data.h>

/**
 * Computes offset and scale of each column of x, which must be finite and have at least one row.
 * Robust scaling allocates memory.
 */
lnt_status lnt_scaling_fit(lnt_scaling scaling, const lnt_tensor *x, double *offset, double *scale,
                           const lnt_allocator *allocator);

/**
 * For `cols` columns of x, at most LNT_PANEL, from column `first` on: the mean, Σ(x − mean)², and
 * whether the column has two different values. At least one row.
 */
void lnt_scaling_moments(const lnt_tensor *x, size_t first, size_t cols, double *mean,
                         double *squares, bool *varies);

/** The standard deviation of n values, or 1 if they do not vary. */
double lnt_scaling_deviation(double squares, bool varies, double n);

#endif
