/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TENSOR_TOTALS_H
#define LINNET_TENSOR_TOTALS_H

#include <linnet/tensor.h>

/**
 * Totals in double of partial sums in the net's dtype: of n partial sums, each of b terms, the
 * total is off by at most (b * u + n * 2^-53) * sum |x|, u = 2^-24 for F32, before it is rounded.
 */

/** totals[i] += x[i], or = x[i] if `first`. */
void lnt_totals_add(lnt_dtype dtype, size_t n, const void *x, bool first, double *totals);

/** y[i] = totals[i], or += totals[i] if `add`, which is rounded once. */
void lnt_totals_store(lnt_dtype dtype, size_t n, const double *totals, bool add, void *y);

#endif
