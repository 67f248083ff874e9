/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TENSOR_BLAS_GEMM_PLAIN_H
#define LINNET_TENSOR_BLAS_GEMM_PLAIN_H

#include "tensor/blas/blas.h"
#include "tensor/blas/gemm_long.h"

#include <stdint.h>

/**
 * The products of tiny nets come by the million, so dense operands that are in order are recognised
 * at once; whatever is unusual or wrong takes the long way, which finds out what it is.
 */

/** An operand in the form that nearly all have, with the addresses it covers. */
typedef struct lnt_plain {
    lnt_blas_matrix form;
    const char *low;
    const char *high;
} lnt_plain;

/** Extents this small can be multiplied and counted in bytes without overflow. */
#define LNT_PLAIN_LIMIT ((size_t) 1 << (sizeof(size_t) > 4 ? 30 : 14))

static inline bool lnt_is_plain(const lnt_tensor *t, size_t size, lnt_plain *out)
{
    const bool by_rows = t->col_stride == 1 && t->row_stride >= (ptrdiff_t) t->cols;
    if (!by_rows && (t->row_stride != 1 || t->col_stride < (ptrdiff_t) t->rows)) {
        return false;
    }
    const size_t lines = by_rows ? t->rows : t->cols, length = by_rows ? t->cols : t->rows;
    const size_t ld = (size_t) (by_rows ? t->row_stride : t->col_stride);
    if (lines == 0 || length == 0 || (lines | length | ld) >= LNT_PLAIN_LIMIT || t->data == NULL) {
        return false;
    }
    out->form = (lnt_blas_matrix){t->data, (int) ld, !by_rows};
    out->low = t->data;
    out->high = out->low + ((lines - 1) * ld + length) * size;
    return true;
}

static inline bool lnt_plain_apart(const lnt_plain *x, const lnt_plain *y)
{
    return (uintptr_t) x->high <= (uintptr_t) y->low || (uintptr_t) y->high <= (uintptr_t) x->low;
}

/** Whether k is more than one call of BLAS may sum. */
static inline bool lnt_gemm_is_long(size_t k, const lnt_tensor *c)
{
    return k > LNT_GEMM_LONG && k > lnt_gemm_longest(c->dtype, c->rows, c->cols);
}

/** Whether C = alpha·A·B + beta·C can be given to BLAS as it is; then all three are set. */
static inline bool lnt_gemm_is_plain(double alpha, const lnt_tensor *a, const lnt_tensor *b,
                                     const lnt_tensor *c, lnt_plain *pa, lnt_plain *pb,
                                     lnt_plain *pc)
{
    const size_t size = c->dtype == LNT_F64 ? sizeof(double) : sizeof(float);
    return (c->dtype == LNT_F32 || c->dtype == LNT_F64) && a->dtype == c->dtype &&
           b->dtype == c->dtype && a->rows == c->rows && a->cols == b->rows && b->cols == c->cols &&
           alpha != 0 && !lnt_gemm_is_long(a->cols, c) && lnt_is_plain(c, size, pc) &&
           !pc->form.transposed && lnt_is_plain(a, size, pa) && lnt_is_plain(b, size, pb) &&
           lnt_plain_apart(pa, pc) && lnt_plain_apart(pb, pc);
}

static inline void lnt_gemm_plain(double alpha, const lnt_tensor *a, const lnt_plain *pa,
                                  const lnt_plain *pb, double beta, const lnt_tensor *c,
                                  const lnt_plain *pc)
{
    lnt_blas_gemm(c->dtype, (int) c->rows, (int) c->cols, (int) a->cols, alpha, pa->form, pb->form,
                  beta, pc->form);
}

#endif
