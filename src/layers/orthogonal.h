/* SPDX-License-Identifier: MIT */
#ifndef LINNET_LAYERS_ORTHOGONAL_H
#define LINNET_LAYERS_ORTHOGONAL_H

#include <linnet/tensor.h>
#include <stdint.h>

/**
 * parameter = gain·Q, whose rows or columns, whichever are fewer, are orthonormal. Takes memory of
 * the default allocator for the time of the call.
 */
lnt_status lnt_orthogonal_fill(double gain, uint64_t seed, uint64_t stream, lnt_tensor *parameter);

#endif
