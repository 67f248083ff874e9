/* SPDX-License-Identifier: MIT */
#include <linnet/dtype.h>
#include <stdint.h>

size_t lnt_dtype_size(lnt_dtype dtype)
{
    static const size_t sizes[] = {
        [LNT_F32] = sizeof(float), [LNT_F64] = sizeof(double), [LNT_I32] = sizeof(int32_t)};
    return (size_t) dtype < sizeof sizes / sizeof sizes[0] ? sizes[dtype] : 0;
}

const char *lnt_dtype_name(lnt_dtype dtype)
{
    static const char *const names[] = {"?", "f32", "f64", "i32"};
    return (size_t) dtype < sizeof names / sizeof names[0] ? names[dtype] : names[0];
}
