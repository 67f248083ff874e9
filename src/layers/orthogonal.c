/* SPDX-License-Identifier: MIT */
#include "layers/orthogonal.h"

#include "tensor/blas/lapack.h"
#include "tensor/view/check.h"

#include <limits.h>
#include <linnet/memory.h>
#include <linnet/random.h>
#include <stdint.h>

/*
 * Q of the QR factorisation of a normal matrix [large, small], with the signs that make R's
 * diagonal positive: then Q is uniform over all such matrices (Mezzadri 2007). LAPACK's matrices go
 * by columns.
 */
static lnt_status factor(double *a, double *tau, double *diagonal, size_t large, size_t small)
{
    LNT_TRY(lnt_lapack_geqrf(large, small, a, tau));
    for (size_t j = 0; j < small; j++) {
        diagonal[j] = a[j * large + j];
    }
    return lnt_lapack_orgqr(large, small, a, tau);
}

lnt_status lnt_orthogonal_fill(double gain, uint64_t seed, uint64_t stream, lnt_tensor *parameter)
{
    LNT_TRY(lnt_check_real(parameter));
    LNT_TRY(lnt_check_output(parameter));
    const size_t rows = parameter->rows, cols = parameter->cols;
    const size_t large = rows > cols ? rows : cols, small = rows > cols ? cols : rows;
    if (large > INT_MAX || large > (SIZE_MAX / sizeof(double) - 2 * small) / small) {
        return LNT_ERR_TOO_LARGE;
    }
    double *a = lnt_allocate(NULL, large * small + 2 * small, sizeof *a);
    if (a == NULL) {
        return LNT_ERR_MEMORY;
    }
    double *tau = a + large * small, *diagonal = tau + small;
    lnt_random random = lnt_random_init(seed, stream);
    for (size_t i = 0; i < large * small; i++) {
        a[i] = lnt_random_normal(&random);
    }
    lnt_status status = factor(a, tau, diagonal, large, small);
    for (size_t j = 0; j < small && status == LNT_OK; j++) {
        const double sign = diagonal[j] < 0 ? -1 : 1;
        for (size_t i = 0; i < large && status == LNT_OK; i++) {
            status = rows > cols ? lnt_tensor_set(parameter, i, j, sign * gain * a[j * large + i])
                                 : lnt_tensor_set(parameter, j, i, sign * gain * a[j * large + i]);
        }
    }
    lnt_release(NULL, a);
    return status;
}
