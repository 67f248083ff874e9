/* SPDX-License-Identifier: MIT */
#include "loss/loss.h"
#include "support/loss.h"

/* Second derivatives of every loss by its outputs, against differences of its gradient. */

static lnt_tensor gradient_at(const lnt_loss *loss, const lnt_tensor *output,
                              const lnt_tensor *target, const lnt_tensor *weights,
                              const lnt_tensor *v, double step)
{
    lnt_tensor moved = copy_of(LNT_F64, output);
    double value;
    OK(lnt_axpy(step, v, &moved));
    OK(lnt_loss_evaluate(loss, &moved, target, weights, &value, &moved));
    return moved;
}

static void check_row(const struct row *row, lnt_reduction reduction, const lnt_tensor *weights)
{
    const double h = 1e-6;
    const lnt_loss loss = loss_of(row, LNT_SUM, reduction);
    const lnt_tensor output = output_of(row, LNT_F64), target = target_of(row, LNT_F64);
    const lnt_tensor v = random_matrix(LNT_F64, row->rows, row->cols, 8);
    lnt_tensor hv = random_matrix(LNT_F64, row->rows, row->cols, 9);
    OK(lnt_loss_curve(&loss, &output, &target, weights, &v, &hv));
    lnt_tensor up = gradient_at(&loss, &output, &target, weights, &v, h);
    const lnt_tensor down = gradient_at(&loss, &output, &target, weights, &v, -h);
    OK(lnt_axpy(-1, &down, &up));
    OK(lnt_scale(1 / (2 * h), &up));
    assert_lt(difference(&hv, &up), 1e-7, "%s: %g", row->name, difference(&hv, &up));
}

Test(loss_curve, by_central_differences)
{
    for (size_t r = 0; r < N_ROWS; r++) {
        lnt_tensor weights = matrix(LNT_F64, rows[r].rows, 1);
        for (size_t i = 0; i < rows[r].rows; i++) {
            OK(lnt_tensor_set(&weights, i, 0, (double) ((i + 1) % 3)));
        }
        for (lnt_reduction reduction = LNT_MEAN; reduction <= LNT_SUM; reduction++) {
            check_row(&rows[r], reduction, NULL);
            check_row(&rows[r], reduction, &weights);
        }
    }
}

Test(loss_curve, single_precision_and_strides)
{
    for (size_t r = 0; r < N_ROWS; r++) {
        const lnt_loss loss = loss_of(&rows[r], LNT_MEAN, LNT_MEAN);
        lnt_tensor found[2];
        for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
            const lnt_tensor output = output_of(&rows[r], dtype),
                             target = target_of(&rows[r], dtype);
            const lnt_tensor v = random_matrix(dtype, rows[r].rows, rows[r].cols, 8);
            lnt_tensor hv = matrix(dtype, rows[r].rows, rows[r].cols);
            OK(lnt_loss_curve(&loss, &output, &target, NULL, &v, &hv));
            found[dtype == LNT_F64] = hv;
            for (layout how = 0; how < N_LAYOUTS; how++) {
                const lnt_tensor o = laid_out(how, &output), t = laid_out(how, &target);
                const lnt_tensor d = laid_out(how, &v);
                lnt_tensor other = laid_out(how, &hv);
                OK(lnt_fill(7, &other));
                OK(lnt_loss_curve(&loss, &o, &t, NULL, &d, &other));
                assert_lt(difference(&other, &hv), dtype == LNT_F32 ? 1e-6 : 1e-14);
            }
        }
        const lnt_tensor single = copy_of(LNT_F64, &found[0]);
        assert_lt(difference(&single, &found[1]), 1e-5, "%s: %g", rows[r].name,
                  difference(&single, &found[1]));
    }
}

static lnt_status custom(const lnt_tensor *output, const lnt_tensor *target,
                         const lnt_tensor *weights, double *value, lnt_tensor *gradient,
                         void *context)
{
    (void) output, (void) target, (void) weights, (void) gradient, (void) context;
    *value = 0;
    return LNT_OK;
}

Test(loss_curve, refuses)
{
    const lnt_loss mse = lnt_mse(LNT_MEAN), own = lnt_custom_loss(custom, NULL, LNT_MEAN);
    lnt_tensor a = random_matrix(LNT_F64, 3, 2, 1), b = random_matrix(LNT_F64, 3, 2, 2);
    lnt_tensor c = matrix(LNT_F64, 3, 2), wide = matrix(LNT_F64, 3, 3), f = matrix(LNT_F32, 3, 2);
    FAILS(LNT_ERR_INVALID, lnt_loss_curve(&own, &a, &b, NULL, &a, &c));
    FAILS(LNT_ERR_SHAPE, lnt_loss_curve(&mse, &a, &b, NULL, &wide, &c));
    FAILS(LNT_ERR_ALIAS, lnt_loss_curve(&mse, &a, &b, NULL, &b, &a));
    FAILS(LNT_ERR_DTYPE, lnt_loss_curve(&mse, &a, &b, NULL, &f, &c));
    lnt_tensor both_wide = matrix(LNT_F64, 3, 3), both_f = matrix(LNT_F32, 3, 2);
    FAILS(LNT_ERR_SHAPE, lnt_loss_curve(&mse, &a, &b, NULL, &wide, &both_wide));
    FAILS(LNT_ERR_DTYPE, lnt_loss_curve(&mse, &a, &b, NULL, &f, &both_f));
    lnt_tensor w = matrix(LNT_F64, 3, 1), one = random_matrix(LNT_F64, 3, 1, 3);
    OK(lnt_fill(1, &w));
    FAILS(LNT_ERR_ALIAS, lnt_loss_curve(&mse, &one, &one, &w, &one, &w));
}
