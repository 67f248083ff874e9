/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TENSOR_CHECK_H
#define LINNET_TENSOR_CHECK_H

#include <linnet/tensor.h>
#include <stdbool.h>

/** NULL, dtype, data, and that every element's address can be computed. */
lnt_status lnt_check(const lnt_tensor *t);

/** `lnt_check`, and that the dtype is F32 or F64. */
lnt_status lnt_check_real(const lnt_tensor *t);

/** That no two elements of an output lie at one place. */
lnt_status lnt_check_output(const lnt_tensor *y);

/** That `y` shares no element with `x`, or, if `in_place`, is exactly `x`. */
lnt_status lnt_check_apart(const lnt_tensor *x, const lnt_tensor *y, bool in_place);

/** Whether an element of `t` lies in [low, high). */
bool lnt_lies_in(const lnt_tensor *t, const void *low, const void *high);

/** The checks of an element-wise operation x → y of one real dtype and one shape. */
lnt_status lnt_check_map(const lnt_tensor *x, const lnt_tensor *y);

/** The checks of C = A·B + C: one call, since products of tiny nets come by the million. */
lnt_status lnt_check_product(const lnt_tensor *a, const lnt_tensor *b, const lnt_tensor *c);

static inline bool lnt_is_empty(const lnt_tensor *t)
{
    return t->rows == 0 || t->cols == 0;
}

#endif
