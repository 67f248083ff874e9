/* SPDX-License-Identifier: MIT */
#include "tensor/blas/gemm_general.h"

#include "tensor/blas/gemm_plain.h"
#include "tensor/blas/gemm_short.h"
#include "tensor/view/check.h"

lnt_status lnt_gemm_general(double alpha, const lnt_tensor *a, const lnt_tensor *b, double beta,
                            lnt_tensor *c)
{
    LNT_TRY(lnt_check_product(a, b, c));
    if (lnt_is_empty(c)) {
        return LNT_OK;
    }
    if (alpha == 0 || a->cols == 0) {
        return lnt_scale(beta, c);
    }
    const bool direct = lnt_gemm_is_direct(a, b, c);
    if (a->cols > (direct ? lnt_gemm_longest(c->dtype, c->rows, c->cols) : LNT_GEMM_LONG)) {
        lnt_gemm_long(alpha, a, b, beta, c);
    } else {
        lnt_gemm_short(alpha, a, b, beta, c);
    }
    return LNT_OK;
}

lnt_status lnt_blas_product(double alpha, const lnt_tensor *a, const lnt_tensor *b, double beta,
                            lnt_tensor *c)
{
    lnt_plain pa, pb, pc;
    if (a == NULL || b == NULL || c == NULL) {
        return LNT_ERR_NULL;
    }
    if (!lnt_gemm_is_plain(alpha, a, b, c, &pa, &pb, &pc)) {
        return lnt_gemm_general(alpha, a, b, beta, c);
    }
    lnt_gemm_plain(alpha, a, &pa, &pb, beta, c, &pc);
    return LNT_OK;
}
