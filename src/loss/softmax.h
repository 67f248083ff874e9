/* SPDX-License-Identifier: MIT */
#ifndef LINNET_LOSS_SOFTMAX_H
#define LINNET_LOSS_SOFTMAX_H

#include <stddef.h>

/* lnt_largest_f32, lnt_largest_f64 */
#define TEMPLATE "loss/largest.inc"
#include "base/precision/both.inc"

#endif
