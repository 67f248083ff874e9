/* SPDX-License-Identifier: MIT */
#ifndef LINNET_EXCHANGE_TORCH_HALF_H
#define LINNET_EXCHANGE_TORCH_HALF_H

#include <stddef.h>
#include <stdint.h>

/** IEEE binary16 and bfloat16 as the f32 of the same value; NaN stays NaN. */
float lnt_float_of_f16(uint16_t bits);
float lnt_float_of_bf16(uint16_t bits);

/** Converts `count` half floats at `data` to f32 in place. */
void lnt_widen_in_place(void *data, size_t count, float (*widen)(uint16_t bits));

#endif
