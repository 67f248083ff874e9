/* SPDX-License-Identifier: MIT */
#ifndef LINNET_BASE_SMALLER_H
#define LINNET_BASE_SMALLER_H

#include <stddef.h>

/** The smaller of two counts. */
static inline size_t lnt_smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

#endif
