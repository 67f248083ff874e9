/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TENSOR_HADAMARD_H
#define LINNET_TENSOR_HADAMARD_H

#include <linnet/tensor.h>
#include <stdbool.h>

/** Products element by element, of `n` elements of a dtype that lie one behind the other. */

/** y = a∘b, or with `add` y += a∘b; y may be a or b. */
void lnt_hadamard(lnt_dtype dtype, size_t n, const void *a, const void *b, bool add, void *y);

/** y += a∘b∘c; y may be none of them. */
void lnt_hadamard_add3(lnt_dtype dtype, size_t n, const void *a, const void *b, const void *c,
                       void *y);

/** c = (a + shift)∘b over symmetric matrices' elements, or with `add` c += …; c may be a or b. */
void lnt_hadamard_shifted(lnt_dtype dtype, size_t n, double shift, const void *a, const void *b,
                          bool add, void *c);

#endif
