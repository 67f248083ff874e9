/* SPDX-License-Identifier: MIT */
#ifndef LINNET_OPTIM_FIRST_ORDER_LOOPS_H
#define LINNET_OPTIM_FIRST_ORDER_LOOPS_H

#include <linnet/tensor.h>

/** Loops over flat vectors that are no method's own, for `n` elements of one dtype. */

/** g = (g + sum)·factor, held within ±limit; sum may be NULL, and limit 0 for none. */
void lnt_optim_prepare(lnt_dtype dtype, size_t n, const void *sum, double factor, double limit,
                       void *g);

/** sum = g, or sum += g unless `first`. */
void lnt_optim_accumulate(lnt_dtype dtype, size_t n, const void *g, bool first, void *sum);

/** g = scale·g + l1·sign(w). */
void lnt_optim_penalise(lnt_dtype dtype, size_t n, double scale, double l1, const void *w, void *g);

/** a = d·a + (1 − d)·w, so that a = w stays to the bit. */
void lnt_optim_average(lnt_dtype dtype, size_t n, double decay, const void *w, void *a);

/** Exchanges `n` bytes of a and b. */
void lnt_optim_exchange(size_t n, void *a, void *b);

#endif
