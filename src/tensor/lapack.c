/* SPDX-License-Identifier: MIT */
#include "tensor/lapack.h"

#ifndef LNT_LAPACKE_HEADER
#define LNT_LAPACKE_HEADER <lapacke.h>
#endif
#include LNT_LAPACKE_HEADER

void lnt_lapack_version(int version[3])
{
    lapack_int major = 0, minor = 0, patch = 0;
    LAPACKE_ilaver(&major, &minor, &patch);
    version[0] = (int) major;
    version[1] = (int) minor;
    version[2] = (int) patch;
}

/* LAPACKE's own codes are below -1000: no memory for a work space. */
static lnt_status status_of(lapack_int info)
{
    return info == 0 ? LNT_OK : info < -1000 ? LNT_ERR_MEMORY : LNT_ERR_INVALID;
}

lnt_status lnt_lapack_geqrf(size_t rows, size_t cols, double *a, double *tau)
{
    return status_of(LAPACKE_dgeqrf(LAPACK_COL_MAJOR, (lapack_int) rows, (lapack_int) cols, a,
                                    (lapack_int) rows, tau));
}

lnt_status lnt_lapack_orgqr(size_t rows, size_t cols, double *a, const double *tau)
{
    return status_of(LAPACKE_dorgqr(LAPACK_COL_MAJOR, (lapack_int) rows, (lapack_int) cols,
                                    (lapack_int) cols, a, (lapack_int) rows, tau));
}
