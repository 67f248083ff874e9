/* SPDX-License-Identifier: MIT */
#include "data/arrays/file_dtype.h"

#include <stdint.h>
#include <string.h>

static bool host_is_big_endian(void)
{
    const uint16_t one = 1;
    unsigned char first;
    memcpy(&first, &one, 1);
    return first == 0;
}

static int8_t i1_of(uint8_t word)
{
    int8_t value;
    memcpy(&value, &word, sizeof value);
    return value;
}

static int16_t i2_of(uint16_t word)
{
    int16_t value;
    memcpy(&value, &word, sizeof value);
    return value;
}

static int32_t i4_of(uint32_t word)
{
    int32_t value;
    memcpy(&value, &word, sizeof value);
    return value;
}

static int64_t i8_of(uint64_t word)
{
    int64_t value;
    memcpy(&value, &word, sizeof value);
    return value;
}

static float f4_of(uint32_t word)
{
    float value;
    memcpy(&value, &word, sizeof value);
    return value;
}

static double f8_of(uint64_t word)
{
    double value;
    memcpy(&value, &word, sizeof value);
    return value;
}

/* A half has 1 sign bit, 5 exponent bits, 10 fraction bits. Every half is exactly representable as
 * a float. */
static float f2_of(uint16_t word)
{
    const uint32_t sign = (uint32_t) (word & 0x8000u) << 16;
    const uint32_t exponent = (word >> 10) & 0x1Fu, fraction = word & 0x3FFu;
    if (exponent == 0) { /* fraction · 2^-24 */
        const float size = (float) fraction * 0x1p-24f;
        return sign != 0 ? -size : size;
    }
    const uint32_t wide = exponent == 0x1F ? 0xFF : exponent + (127 - 15);
    return f4_of(sign | wide << 23 | fraction << 13);
}

#define UNCHANGED(w) (w)
#define NONZERO(w) ((w) != 0)

#define TEMPLATE "data/arrays/file_dtype.inc"
#include "base/precision/both.inc"

lnt_file_dtype lnt_file_dtype_native(lnt_dtype dtype)
{
    return (lnt_file_dtype){dtype == LNT_I32 ? 'i' : 'f', (unsigned char) lnt_dtype_size(dtype),
                            host_is_big_endian()};
}

bool lnt_file_dtype_is(lnt_file_dtype file_dtype, lnt_dtype dtype)
{
    const lnt_file_dtype native = lnt_file_dtype_native(dtype);
    return file_dtype.kind == native.kind && file_dtype.size == native.size &&
           file_dtype.big_endian == native.big_endian;
}

void lnt_file_dtype_convert(lnt_file_dtype file_dtype, const void *from, size_t count,
                            lnt_dtype dtype, void *to, ptrdiff_t stride)
{
    const bool swapped = file_dtype.size > 1 && file_dtype.big_endian != host_is_big_endian();
    if (stride == 1 && lnt_file_dtype_is(file_dtype, dtype)) {
        memcpy(to, from, count * file_dtype.size);
    } else if (dtype == LNT_F32) {
        any_to_f32(file_dtype, from, count, swapped, to, stride);
    } else {
        any_to_f64(file_dtype, from, count, swapped, to, stride);
    }
}
