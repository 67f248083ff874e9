/* SPDX-License-Identifier: MIT */
#include "support/net.h"

/* Softmax, and its cross-entropy at extreme logits and with bad labels. */

static lnt_tensor of_values(lnt_dtype dtype, size_t rows, size_t cols, const double *values)
{
    const lnt_tensor x = matrix(dtype, rows, cols);
    for (size_t k = 0; k < rows * cols; k++) {
        OK(lnt_tensor_set(&x, k / cols, k % cols, values[k]));
    }
    return x;
}

/* One row of three logits, its label, and what the loss and its gradient are to the last digit. */
static const struct {
    double logits[3];
    double label;
    double value;
    double gradient[3];
} extremes[] = {
    {{1e4, 0, -1e4}, 0, 0, {0, 0, 0}},
    {{1e4, 0, -1e4}, 1, 1e4, {1, -1, 0}},
    {{1e4, 0, -1e4}, 2, 2e4, {1, 0, -1}},
    {{-1e4, -1e4, 1e4}, 0, 2e4, {-1, 0, 1}},
    {{1e4, 1e4, -1e4}, 2, 2e4 + 0.69314718055994531, {0.5, 0.5, -1}},
    {{-1e4, -1e4, -1e4}, 1, 1.0986122886681098, {1.0 / 3, -2.0 / 3, 1.0 / 3}},
    {{1e30, 0, 0}, 0, 0, {0, 0, 0}},
    {{0, 0, -1e30}, 0, 0.69314718055994531, {-0.5, 0.5, 0}},
};

Test(softmax, cross_entropy_is_stable)
{
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        const double unit = dtype == LNT_F32 ? 0x1p-23 : 0x1p-52;
        for (size_t i = 0; i < sizeof extremes / sizeof extremes[0]; i++) {
            const lnt_tensor output = of_values(dtype, 1, 3, extremes[i].logits);
            const lnt_tensor label = of_values(dtype, 1, 1, &extremes[i].label);
            lnt_tensor target = matrix(dtype, 1, 3), gradient = matrix(dtype, 1, 3);
            OK(lnt_tensor_set(&target, 0, (size_t) extremes[i].label, 1));
            const lnt_loss loss = lnt_softmax_cross_entropy(LNT_SUM);
            for (int labels = 0; labels < 2; labels++) {
                double value;
                OK(lnt_loss_evaluate(&loss, &output, labels ? &label : &target, NULL, &value,
                                     &gradient));
                assert_near(value, extremes[i].value, unit * extremes[i].value,
                            "case %zu: %.17g in %s", i, value, lnt_dtype_name(dtype));
                for (size_t j = 0; j < 3; j++) {
                    assert_near(lnt_tensor_get(&gradient, 0, j), extremes[i].gradient[j], unit,
                                "case %zu: gradient %zu is %.17g in %s", i, j,
                                lnt_tensor_get(&gradient, 0, j), lnt_dtype_name(dtype));
                }
            }
        }
    }
}

/* A probability of zero against a logit of −∞ costs nothing: 0·log 0 = 0. */
Test(softmax, impossible_classes_cost_nothing)
{
    const lnt_loss loss = lnt_softmax_cross_entropy(LNT_SUM);
    const lnt_tensor output = of_values(LNT_F64, 1, 3, (double[]){0, 0, -INFINITY});
    const lnt_tensor target = of_values(LNT_F64, 1, 3, (double[]){0.5, 0.5, 0});
    lnt_tensor gradient = matrix(LNT_F64, 1, 3);
    double value;
    OK(lnt_loss_evaluate(&loss, &output, &target, NULL, &value, &gradient));
    assert_near(value, 0.69314718055994531, 1e-15);
    assert_eq(lnt_tensor_get(&gradient, 0, 0), 0);
    assert_eq(lnt_tensor_get(&gradient, 0, 2), 0);
    OK(lnt_tensor_set(&target, 0, 2, 0.1));
    OK(lnt_loss_evaluate(&loss, &output, &target, NULL, &value, NULL));
    assert_eq(value, INFINITY);
}

/* Constants added to a row change neither the value nor the gradient. */
Test(softmax, cross_entropy_ignores_a_shift)
{
    const lnt_loss loss = lnt_softmax_cross_entropy(LNT_MEAN);
    const lnt_tensor output = of_values(LNT_F64, 2, 3, (double[]){0.5, -1, 2, 0.25, 3, -0.125});
    const lnt_tensor labels = of_values(LNT_F64, 2, 1, (double[]){2, 0});
    lnt_tensor gradient = matrix(LNT_F64, 2, 3), shifted_gradient = matrix(LNT_F64, 2, 3);
    lnt_tensor shift = matrix(LNT_F64, 2, 3), shifted = copy_of(LNT_F64, &output);
    double value, shifted_value;
    OK(lnt_loss_evaluate(&loss, &output, &labels, NULL, &value, &gradient));
    OK(lnt_fill(4096, &shift)); /* exact in these numbers */
    OK(lnt_axpy(1, &shift, &shifted));
    OK(lnt_loss_evaluate(&loss, &shifted, &labels, NULL, &shifted_value, &shifted_gradient));
    assert_eq(value, shifted_value);
    assert_same_bits(&gradient, &shifted_gradient);
}

Test(softmax, bad_labels)
{
    const double bad[] = {-1, 3, 1e9, 0.5, 1.9999, NAN, INFINITY, -INFINITY};
    const lnt_loss loss = lnt_softmax_cross_entropy(LNT_MEAN);
    const lnt_tensor output = random_matrix(LNT_F64, 4, 3, 1), zero = matrix(LNT_F64, 4, 3);
    lnt_tensor gradient = matrix(LNT_F64, 4, 3);
    double value = 3;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        for (size_t row = 0; row < 4; row++) {
            const lnt_tensor labels = matrix(LNT_F64, 4, 1);
            OK(lnt_tensor_set(&labels, row, 0, bad[i]));
            FAILS(LNT_ERR_INVALID,
                  lnt_loss_evaluate(&loss, &output, &labels, NULL, &value, &gradient));
        }
    }
    const double bad_integers[] = {-1, 3, 2147483647, -2147483648.0};
    for (size_t i = 0; i < sizeof bad_integers / sizeof bad_integers[0]; i++) {
        const lnt_tensor labels = matrix(LNT_I32, 4, 1);
        OK(lnt_tensor_set(&labels, 3, 0, bad_integers[i]));
        FAILS(LNT_ERR_INVALID, lnt_loss_evaluate(&loss, &output, &labels, NULL, &value, &gradient));
    }
    assert_eq(value, 3, "outputs changed");
    assert_same_bits(&gradient, &zero, "outputs changed");

    const lnt_tensor f32_labels = matrix(LNT_F32, 4, 1), wide = matrix(LNT_I32, 4, 3);
    FAILS(LNT_ERR_DTYPE, lnt_loss_evaluate(&loss, &output, &f32_labels, NULL, &value, NULL));
    FAILS(LNT_ERR_DTYPE, lnt_loss_evaluate(&loss, &output, &wide, NULL, &value, NULL));
    const lnt_tensor one_class = matrix(LNT_F64, 4, 1), labels = matrix(LNT_I32, 4, 1);
    FAILS(LNT_ERR_SHAPE, lnt_loss_evaluate(&loss, &one_class, &labels, NULL, &value, NULL));
}

/* --- softmax --- */

Test(softmax, values)
{
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        const double unit = dtype == LNT_F32 ? 0x1p-23 : 0x1p-52;
        const lnt_tensor x = random_matrix(dtype, 6, 5, 1);
        lnt_tensor p = matrix(dtype, 6, 5);
        OK(lnt_softmax(&x, &p));
        for (size_t i = 0; i < 6; i++) {
            long double total = 0;
            for (size_t j = 0; j < 5; j++) {
                total += expl(lnt_tensor_get(&x, i, j));
            }
            for (size_t j = 0; j < 5; j++) {
                const long double expected = expl(lnt_tensor_get(&x, i, j)) / total;
                assert_le(fabsl(lnt_tensor_get(&p, i, j) - expected), 4 * unit * expected);
            }
        }
    }
}

Test(softmax, extreme_values)
{
    const double logits[][3] = {
        {1e4, 0, -1e4}, {-1e4, -1e4, -1e4}, {0, -INFINITY, 0}, {1e30, 1e30, 0}};
    const double expected[][3] = {
        {1, 0, 0}, {1.0 / 3, 1.0 / 3, 1.0 / 3}, {0.5, 0, 0.5}, {0.5, 0.5, 0}};
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        const lnt_tensor x = of_values(dtype, 4, 3, &logits[0][0]);
        const lnt_tensor right = of_values(dtype, 4, 3, &expected[0][0]);
        lnt_tensor p = matrix(dtype, 4, 3);
        OK(lnt_softmax(&x, &p));
        assert_same_bits(&p, &right);
        OK(lnt_tensor_set(&x, 1, 1, NAN));
        OK(lnt_softmax(&x, &p));
        assert_nan(lnt_tensor_get(&p, 1, 0));
        assert_nan(lnt_tensor_get(&p, 1, 1));
        assert_nan(lnt_tensor_get(&p, 1, 2));
        assert_eq(lnt_tensor_get(&p, 0, 0), 1, "other rows are not touched");
        assert_eq(lnt_tensor_get(&p, 2, 0), 0.5, "other rows are not touched");
    }
}

Test(softmax, any_layout_and_in_place)
{
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        const lnt_tensor x = random_matrix(dtype, 6, 5, 1);
        lnt_tensor p = matrix(dtype, 6, 5);
        OK(lnt_softmax(&x, &p));
        for (layout how = 0; how < N_LAYOUTS; how++) {
            lnt_tensor view = laid_out(how, &x),
                       into = laid_out((layout) (N_LAYOUTS - 1 - how), &x);
            OK(lnt_softmax(&view, &into));
            OK(lnt_softmax(&view, &view));
            assert_same_bits(&into, &p, "layout %d", (int) how);
            assert_same_bits(&view, &p, "layout %d", (int) how);
        }
    }
}

Test(softmax, errors)
{
    const lnt_tensor x = random_matrix(LNT_F64, 6, 5, 1), no_data = lnt_tensor_f64(NULL, 6, 5);
    lnt_tensor p = matrix(LNT_F64, 6, 5), short_p = matrix(LNT_F64, 5, 5), empty = {0};
    lnt_tensor f32 = matrix(LNT_F32, 6, 5), i32 = matrix(LNT_I32, 6, 5), shifted = x;
    shifted.data = (double *) x.data + 1;
    FAILS(LNT_ERR_NULL, lnt_softmax(NULL, &p));
    FAILS(LNT_ERR_NULL, lnt_softmax(&x, NULL));
    FAILS(LNT_ERR_NULL, lnt_softmax(&no_data, &p));
    FAILS(LNT_ERR_SHAPE, lnt_softmax(&x, &short_p));
    FAILS(LNT_ERR_DTYPE, lnt_softmax(&x, &f32));
    FAILS(LNT_ERR_DTYPE, lnt_softmax(&i32, &i32));
    FAILS(LNT_ERR_DTYPE, lnt_softmax(&empty, &empty));
    FAILS(LNT_ERR_ALIAS, lnt_softmax(&x, &shifted));
    lnt_tensor no_rows = lnt_tensor_f64(NULL, 0, 5), no_cols = lnt_tensor_f64(NULL, 5, 0);
    OK(lnt_softmax(&no_rows, &no_rows));
    OK(lnt_softmax(&no_cols, &no_cols));
}

/* --- log softmax --- */

Test(softmax, logarithms)
{
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        const double unit = dtype == LNT_F32 ? 0x1p-23 : 0x1p-52;
        const lnt_tensor x = random_matrix(dtype, 6, 5, 1);
        lnt_tensor l = matrix(dtype, 6, 5);
        OK(lnt_log_softmax(&x, &l));
        for (size_t i = 0; i < 6; i++) {
            long double total = 0;
            for (size_t j = 0; j < 5; j++) {
                total += expl(lnt_tensor_get(&x, i, j));
            }
            for (size_t j = 0; j < 5; j++) {
                const long double expected = lnt_tensor_get(&x, i, j) - logl(total);
                assert_le(fabsl(lnt_tensor_get(&l, i, j) - expected), 4 * unit * (1 - expected));
            }
        }
        for (layout how = 0; how < N_LAYOUTS; how++) {
            lnt_tensor view = laid_out(how, &x),
                       into = laid_out((layout) (N_LAYOUTS - 1 - how), &x);
            OK(lnt_log_softmax(&view, &into));
            OK(lnt_log_softmax(&view, &view));
            assert_same_bits(&into, &l, "layout %d", (int) how);
            assert_same_bits(&view, &l, "layout %d", (int) how);
        }
    }
}

/* Where the probability itself would be 0. */
Test(softmax, logarithms_of_extremes)
{
    const double logits[][3] = {{1e4, 0, -1e4}, {-1e4, -1e4, -1e4}, {0, -INFINITY, -1e30}};
    const double third = -log(3);
    const double expected[][3] = {{0, -1e4, -2e4}, {third, third, third}, {0, -INFINITY, -1e30}};
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        const lnt_tensor x = of_values(dtype, 3, 3, &logits[0][0]);
        const lnt_tensor right = of_values(dtype, 3, 3, &expected[0][0]);
        lnt_tensor l = matrix(dtype, 3, 3), f32 = matrix(LNT_F32, 3, 3),
                   f64 = matrix(LNT_F64, 3, 3);
        OK(lnt_log_softmax(&x, &l));
        assert_same_bits(&l, &right);
        FAILS(LNT_ERR_NULL, lnt_log_softmax(NULL, &l));
        FAILS(LNT_ERR_NULL, lnt_log_softmax(&x, NULL));
        FAILS(LNT_ERR_DTYPE, lnt_log_softmax(&x, dtype == LNT_F32 ? &f64 : &f32));
        OK(lnt_tensor_set(&x, 0, 1, NAN));
        OK(lnt_log_softmax(&x, &l));
        assert_nan(lnt_tensor_get(&l, 0, 0));
        assert_nan(lnt_tensor_get(&l, 0, 2));
    }
}
