/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_SCALING_H
#define LINNET_DATA_SCALING_H

#include <linnet/data.h>

/** Offset and scale of each column of x, finite and of one row at least; robust takes memory. */
lnt_status lnt_scaling_fit(lnt_scaling scaling, const lnt_tensor *x, double *offset, double *scale,
                           const lnt_allocator *allocator);

#endif
