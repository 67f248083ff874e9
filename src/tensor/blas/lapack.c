/* SPDX-License-Identifier: MIT */
#include "tensor/blas/lapack.h"

#ifndef LNT_LAPACKE_HEADER
#define LNT_LAPACKE_HEADER <lapacke.h>
#endif
#include LNT_LAPACKE_HEADER

#include <limits.h>
#include <math.h>
#include <stdint.h>

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

/* The routine of a dtype: f32's arguments are floats, f64's doubles, and void pointers fit both. */
#define BY_DTYPE(dtype, name, ...)                                                                 \
    ((dtype) == LNT_F32 ? LAPACKE_s##name(__VA_ARGS__) : LAPACKE_d##name(__VA_ARGS__))

lnt_status lnt_lapack_potrf(lnt_dtype dtype, size_t n, void *c, bool *definite)
{
    const lapack_int size = (lapack_int) n, ld = size > 0 ? size : 1;
    const lapack_int info = BY_DTYPE(dtype, potrf_work, LAPACK_COL_MAJOR, 'U', size, c, ld);
    *definite = info == 0;
    return info >= 0 ? LNT_OK : LNT_ERR_INVALID;
}

lnt_status lnt_lapack_potrs(lnt_dtype dtype, size_t n, const void *l, size_t m, void *b)
{
    const lapack_int size = (lapack_int) n, ld = size > 0 ? size : 1;
    return status_of(
        BY_DTYPE(dtype, potrs_work, LAPACK_COL_MAJOR, 'U', size, (lapack_int) m, l, ld, b, ld));
}

lnt_status lnt_lapack_potri(lnt_dtype dtype, size_t n, void *l)
{
    const lapack_int size = (lapack_int) n, ld = size > 0 ? size : 1;
    return status_of(BY_DTYPE(dtype, potri_work, LAPACK_COL_MAJOR, 'U', size, l, ld));
}

/*
 * Work as LAPACK's manual states it: syevd wants 1 + 6·n + 2·n² numbers and 3 + 5·n integers, which
 * lie behind them; geqrf and orgqr want n numbers for tau and n, better 32·n, to work in.
 */
enum { QR_BLOCK = 32 };

static size_t numbers(size_t n)
{
    const size_t eigen = 1 + 6 * n + 2 * n * n, qr = (QR_BLOCK + 1) * n;
    return ((eigen > qr ? eigen : qr) + 1) / 2 * 2;
}

static size_t integers(size_t n)
{
    return 3 + 5 * n;
}

size_t lnt_lapack_work(size_t n)
{
    if (n > INT_MAX || n > (size_t) sqrt((double) SIZE_MAX) / 8) {
        return 0;
    }
    const size_t shares = (sizeof(lapack_int) + sizeof(float) - 1) / sizeof(float);
    return numbers(n) + shares * integers(n);
}

lnt_status lnt_lapack_syevd(lnt_dtype dtype, size_t n, void *c, void *values, void *work)
{
    const lapack_int size = (lapack_int) n, ld = size > 0 ? size : 1;
    void *rest = (char *) work + numbers(n) * lnt_dtype_size(dtype);
    const lapack_int info =
        BY_DTYPE(dtype, syevd_work, LAPACK_COL_MAJOR, 'V', 'U', size, c, ld, values, work,
                 (lapack_int) numbers(n), rest, (lapack_int) integers(n));
    return info > 0 ? LNT_ERR_NONFINITE : status_of(info);
}

lnt_status lnt_lapack_orthonormalise(lnt_dtype dtype, size_t n, void *x, void *work)
{
    const lapack_int size = (lapack_int) n, ld = size > 0 ? size : 1;
    const lapack_int room = size * QR_BLOCK;
    void *rest = (char *) work + n * lnt_dtype_size(dtype);
    LNT_TRY(status_of(
        BY_DTYPE(dtype, geqrf_work, LAPACK_COL_MAJOR, size, size, x, ld, work, rest, room)));
    return status_of(
        BY_DTYPE(dtype, orgqr_work, LAPACK_COL_MAJOR, size, size, size, x, ld, work, rest, room));
}
