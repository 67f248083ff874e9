/* SPDX-License-Identifier: MIT */
#include "derivatives/derivatives.h"

/* What all derivatives share: checks, and the chain rule of the scalers. */

lnt_status lnt_derivatives_ready(const lnt_derivatives *d, bool second)
{
    if (d == NULL) {
        return LNT_ERR_NULL;
    }
    return d->is_set && (d->second || !second) ? LNT_OK : LNT_ERR_STATE;
}

lnt_status lnt_derivatives_check(const lnt_derivatives *d, const lnt_tensor *t, size_t rows,
                                 size_t cols)
{
    LNT_TRY(lnt_check_real(t));
    if (t->rows != rows || t->cols != cols) {
        return LNT_ERR_SHAPE;
    }
    return t->dtype == d->dtype ? LNT_OK : LNT_ERR_DTYPE;
}

lnt_status lnt_derivatives_check_output(const lnt_derivatives *d, const lnt_tensor *t, size_t rows,
                                        size_t cols, const lnt_tensor *const *others, size_t n)
{
    LNT_TRY(lnt_derivatives_check(d, t, rows, cols));
    LNT_TRY(lnt_check_output(t));
    for (size_t i = 0; i < n; i++) {
        LNT_TRY(others[i] != NULL ? lnt_check_apart(others[i], t, false) : LNT_OK);
    }
    return LNT_OK;
}

size_t lnt_derivatives_inputs(const lnt_derivatives *d)
{
    return d->x.cols;
}

size_t lnt_derivatives_outputs(const lnt_derivatives *d)
{
    return d->u.cols;
}

double lnt_derivatives_input_slope(const lnt_derivatives *d, size_t j)
{
    return d->inputs != NULL ? 1 / lnt_scaler_scale(d->inputs)[j] : 1;
}

double lnt_derivatives_output_slope(const lnt_derivatives *d, size_t k)
{
    return d->targets != NULL ? lnt_scaler_scale(d->targets)[k] : 1;
}

#define TEMPLATE "derivatives/units.inc"
#include "base/precision/both.inc"

lnt_status lnt_derivatives_by_inputs(const lnt_derivatives *d, const lnt_tensor *from,
                                     lnt_tensor *to)
{
    if (d->inputs == NULL) {
        return lnt_copy(from, to);
    }
    (d->dtype == LNT_F32 ? columns_f32 : columns_f64)(from, lnt_scaler_scale(d->inputs), true, to);
    return LNT_OK;
}

lnt_status lnt_derivatives_by_outputs(const lnt_derivatives *d, const lnt_tensor *from,
                                      lnt_tensor *to)
{
    if (d->targets == NULL) {
        return lnt_copy(from, to);
    }
    (d->dtype == LNT_F32 ? columns_f32 : columns_f64)(from, lnt_scaler_scale(d->targets), false,
                                                      to);
    return LNT_OK;
}

lnt_status lnt_derivatives_only_column(lnt_tensor *t, size_t j, double value)
{
    lnt_tensor column;
    LNT_TRY(lnt_fill(0, t));
    LNT_TRY(lnt_slice_cols(t, j, 1, 1, &column));
    return lnt_fill(value, &column);
}

lnt_status lnt_derivatives_add(const lnt_tensor *from, double beta, lnt_tensor *to)
{
    if (beta == 0) {
        return lnt_copy(from, to);
    }
    LNT_TRY(lnt_scale(beta, to));
    return lnt_axpy(1, from, to);
}
