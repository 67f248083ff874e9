/* SPDX-License-Identifier: MIT */
#include "exchange/torch/half.h"

#include <string.h>

static float float_of(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

float lnt_float_of_f16(uint16_t bits)
{
    const uint32_t sign = (uint32_t) (bits & 0x8000u) << 16u;
    const uint32_t exponent = (bits >> 10u) & 0x1fu, fraction = bits & 0x3ffu;
    if (exponent == 0) { /* fraction · 2⁻²⁴, exact in f32 */
        const float size = (float) fraction * 0x1p-24F;
        return sign != 0 ? -size : size;
    }
    const uint32_t wide = exponent == 0x1fu ? 0xffu : exponent + 112;
    return float_of(sign | wide << 23u | fraction << 13u);
}

float lnt_float_of_bf16(uint16_t bits)
{
    return float_of((uint32_t) bits << 16u);
}

void lnt_widen_in_place(void *data, size_t count, float (*widen)(uint16_t bits))
{
    unsigned char *bytes = data;
    for (size_t i = count; i > 0;
         i--) { /* from the end, so that no input is overwritten before it is read */
        uint16_t bits;
        memcpy(&bits, bytes + (i - 1) * sizeof bits, sizeof bits);
        const float value = widen(bits);
        memcpy(bytes + (i - 1) * sizeof value, &value, sizeof value);
    }
}
