/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TENSOR_SUM_BLOCK_H
#define LINNET_TENSOR_SUM_BLOCK_H

#include <stddef.h>

/**
 * Pairwise summation (Higham, SIAM J. Sci. Comput. 14, 1993): a block of LNT_SUM_BLOCK terms is
 * added in order, and sums of blocks are added in pairs. The sum of n terms is then off by at most
 * (LNT_SUM_BLOCK + log2(n)) * u * sum |x|, where the sum in order is off by up to n * u * sum |x|.
 */
enum { LNT_SUM_BLOCK = 128 };

/** The terms of the first half of `n` > LNT_SUM_BLOCK terms: whole blocks. */
static inline size_t lnt_sum_half(size_t n)
{
    return (n / 2 + LNT_SUM_BLOCK - 1) / LNT_SUM_BLOCK * LNT_SUM_BLOCK;
}

#endif
