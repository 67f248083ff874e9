/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DTYPE_H
#define LINNET_DTYPE_H

#include <linnet/export.h>
#include <stddef.h>

LNT_BEGIN_DECLS

/** Element types. Zero is not one of them, so a tensor that was never set is recognised. */
typedef enum lnt_dtype {
    LNT_F32 = 1, /**< IEEE 754 binary32 */
    LNT_F64 = 2, /**< IEEE 754 binary64 */
    LNT_I32 = 3  /**< class labels: may be copied, converted and used as a loss's target only */
} lnt_dtype;

/** Bytes per element; 0 for a value outside `lnt_dtype`. */
LNT_API size_t lnt_dtype_size(lnt_dtype dtype);

/** "f32", "f64" or "i32"; "?" for a value outside `lnt_dtype`. */
LNT_API const char *lnt_dtype_name(lnt_dtype dtype);

LNT_END_DECLS

#endif
