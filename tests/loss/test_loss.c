/* SPDX-License-Identifier: MIT */
#include "support/loss.h"

#include <limits.h>

/* What every loss must do. */

/* Up to the order in which the elements are summed. */
FOR_EACH_ROW(loss, values_by_definition)
{
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        SETTING(dtype);
        long double expected = 0, size = 1e-3L;
        for (size_t r = 0; r < row->rows; r++) {
            const long double term =
                weight_at(weights, r) * row->sum(&row->loss, &output, &target, r);
            expected += term;
            size += fabsl(term);
        }
        const double tolerance = dtype == LNT_F32 ? 1e-6 : 1e-14;
        const double divisor = divisor_of(row, &target, weights);
        double sum, mean, found;
        const lnt_loss of_sum = loss_of(row, LNT_SUM, LNT_MEAN);
        const lnt_loss of_mean = loss_of(row, LNT_MEAN, LNT_SUM);
        OK(lnt_loss_evaluate(&of_sum, &output, &target, weights, &sum, NULL));
        OK(lnt_loss_evaluate(&of_mean, &output, &target, weights, &mean, NULL));
        OK(lnt_loss_divisor(&of_mean, &output, &target, weights, &found));
        assert_le(fabsl(sum - expected), tolerance * size, "%s: %.17g, expected %.17Lg", row->name,
                  sum, expected);
        assert_le(fabsl(mean - expected / divisor), tolerance * size / divisor, "%s: %.17g",
                  row->name, mean);
        assert_eq(found, divisor, "%s: divisor %.17g, expected %.17g", row->name, found, divisor);
    }
}

FOR_EACH_ROW(loss, gradients_by_central_differences)
{
    const double h = 1e-6, atol = 1e-5, rtol = 1e-3;
    for (lnt_reduction reduction = LNT_MEAN; reduction <= LNT_SUM; reduction++) {
        const lnt_loss loss = loss_of(row, reduction, reduction);
        SETTING(LNT_F64);
        lnt_tensor gradient = matrix(LNT_F64, row->rows, row->cols);
        double value, above, below;
        OK(lnt_loss_evaluate(&loss, &output, &target, weights, &value, &gradient));
        for (size_t k = 0; k < row->rows * row->cols; k++) {
            double *element = (double *) output.data + k;
            const double kept = *element, found = ((double *) gradient.data)[k];
            *element = kept + h;
            OK(lnt_loss_evaluate(&loss, &output, &target, weights, &above, NULL));
            *element = kept - h;
            OK(lnt_loss_evaluate(&loss, &output, &target, weights, &below, NULL));
            *element = kept;
            const double expected = (above - below) / (2 * h);
            assert_near(found, expected, atol + rtol * fabs(expected),
                        "%s: element %zu: %.9g, by differences %.9g", row->name, k, found,
                        expected);
        }
    }
}

/* The four pairs of reductions: the value follows one, the gradient the other. */
FOR_EACH_ROW(loss, value_and_gradient_are_reduced_separately)
{
    SETTING(LNT_F64);
    const double divisor = divisor_of(row, &target, weights);
    double values[2][2];
    lnt_tensor gradients[2][2];
    for (int v = LNT_MEAN; v <= LNT_SUM; v++) {
        for (int g = LNT_MEAN; g <= LNT_SUM; g++) {
            const lnt_loss loss = loss_of(row, (lnt_reduction) v, (lnt_reduction) g);
            gradients[v][g] = matrix(LNT_F64, row->rows, row->cols);
            OK(lnt_loss_evaluate(&loss, &output, &target, weights, &values[v][g],
                                 &gradients[v][g]));
        }
    }
    assert_eq(values[LNT_MEAN][LNT_MEAN], values[LNT_MEAN][LNT_SUM]);
    assert_eq(values[LNT_SUM][LNT_MEAN], values[LNT_SUM][LNT_SUM]);
    assert_eq(values[LNT_MEAN][LNT_SUM], values[LNT_SUM][LNT_SUM] / divisor);
    assert_same_bits(&gradients[LNT_MEAN][LNT_MEAN], &gradients[LNT_SUM][LNT_MEAN]);
    assert_same_bits(&gradients[LNT_MEAN][LNT_SUM], &gradients[LNT_SUM][LNT_SUM]);
    lnt_tensor scaled = copy_of(LNT_F64, &gradients[LNT_MEAN][LNT_MEAN]);
    OK(lnt_scale(divisor, &scaled));
    assert_lt(difference(&scaled, &gradients[LNT_SUM][LNT_SUM]), 2e-15);
}

/* A row of weight 2 is a row given twice, and one of weight 0 a row left out. */
FOR_EACH_ROW(loss, weights_count_rows)
{
    if (!weighted || row->rows < 3) {
        return;
    }
    const lnt_loss loss = loss_of(row, LNT_MEAN, LNT_MEAN);
    SETTING(LNT_F64);
    const size_t order[] = {1, 1, 2}; /* of rows 0, 1, 2 with weights 0, 2, 1 */
    lnt_tensor counts = matrix(LNT_F64, 3, 1), first_output = output, first_target = target;
    first_output.rows = first_target.rows = 3;
    OK(lnt_tensor_set(&counts, 1, 0, 2));
    OK(lnt_tensor_set(&counts, 2, 0, 1));
    OK(lnt_tensor_set(&first_output, 0, 0, NAN));
    lnt_tensor listed_output = matrix(LNT_F64, 3, output.cols);
    lnt_tensor listed_target = matrix(target.dtype, 3, target.cols);
    OK(lnt_gather_rows(&output, order, &listed_output));
    OK(lnt_gather_rows(&target, order, &listed_target));
    lnt_tensor gradient = matrix(LNT_F64, 3, output.cols), listed = gradient;
    listed.data = matrix(LNT_F64, 3, output.cols).data;
    double value, listed_value;
    OK(lnt_loss_evaluate(&loss, &first_output, &first_target, &counts, &value, &gradient));
    OK(lnt_loss_evaluate(&loss, &listed_output, &listed_target, NULL, &listed_value, &listed));
    assert_near(value, listed_value, 1e-15 * (1 + fabs(value)), "%s", row->name);
    for (size_t j = 0; j < output.cols; j++) {
        const double twice = 2 * lnt_tensor_get(&listed, 0, j),
                     once = lnt_tensor_get(&listed, 2, j);
        assert_eq(lnt_tensor_get(&gradient, 0, j), 0, "%s: %zu", row->name, j);
        assert_near(lnt_tensor_get(&gradient, 1, j), twice, 1e-15, "%s: %zu", row->name, j);
        assert_near(lnt_tensor_get(&gradient, 2, j), once, 1e-15, "%s: %zu", row->name, j);
    }
    (void) weights;
}

/* The same as none. */
FOR_EACH_ROW(loss, weights_of_one)
{
    const lnt_loss loss = loss_of(row, LNT_MEAN, LNT_MEAN);
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        SETTING(dtype);
        (void) weights;
        lnt_tensor ones = matrix(dtype, row->rows, 1);
        OK(lnt_fill(1, &ones));
        lnt_tensor gradient = matrix(dtype, row->rows, row->cols);
        lnt_tensor by_ones = matrix(dtype, row->rows, row->cols);
        double value, weighted_value;
        OK(lnt_loss_evaluate(&loss, &output, &target, NULL, &value, &gradient));
        OK(lnt_loss_evaluate(&loss, &output, &target, &ones, &weighted_value, &by_ones));
        assert_near(value, weighted_value, 1e-15 * (1 + fabs(value)), "%s", row->name);
        assert_same_bits(&gradient, &by_ones, "%s", row->name);
    }
}

FOR_EACH_ROW(loss, weights_of_zero)
{
    for (lnt_reduction reduction = LNT_MEAN; reduction <= LNT_SUM; reduction++) {
        const lnt_loss loss = loss_of(row, reduction, reduction);
        SETTING(LNT_F64);
        (void) weights;
        const lnt_tensor zeros = matrix(LNT_F64, row->rows, 1);
        const lnt_tensor nothing = matrix(LNT_F64, row->rows, row->cols);
        lnt_tensor gradient = random_matrix(LNT_F64, row->rows, row->cols, 9);
        double value = 3;
        OK(lnt_loss_evaluate(&loss, &output, &target, &zeros, &value, &gradient));
        assert_eq(value, 0, "%s", row->name);
        assert_same_bits(&gradient, &nothing, "%s", row->name);
    }
}

FOR_EACH_ROW(loss, f32_agrees_with_f64)
{
    const lnt_loss loss = loss_of(row, LNT_MEAN, LNT_MEAN);
    double values[2];
    lnt_tensor gradients[2];
    for (int k = 0; k < 2; k++) {
        SETTING(k == 0 ? LNT_F32 : LNT_F64);
        gradients[k] = matrix(output.dtype, row->rows, row->cols);
        OK(lnt_loss_evaluate(&loss, &output, &target, weights, &values[k], &gradients[k]));
    }
    assert_near(values[0], values[1], 2e-6 * (1 + fabs(values[1])), "%s", row->name);
    assert_le(difference(&gradients[0], &gradients[1]), 2e-6, "%s: %g", row->name,
              difference(&gradients[0], &gradients[1]));
}

FOR_EACH_ROW(loss, any_layout)
{
    const lnt_loss loss = loss_of(row, LNT_MEAN, LNT_SUM);
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        SETTING(dtype);
        lnt_tensor gradient = matrix(dtype, row->rows, row->cols);
        double value;
        OK(lnt_loss_evaluate(&loss, &output, &target, weights, &value, &gradient));
        for (int how = 0; how < N_LAYOUTS * N_LAYOUTS * N_LAYOUTS; how++) {
            const lnt_tensor o = laid_out((layout) (how % N_LAYOUTS), &output);
            const lnt_tensor t = laid_out((layout) (how / N_LAYOUTS % N_LAYOUTS), &target);
            const lnt_tensor w = laid_out((layout) ((how + 1) % N_LAYOUTS), &row_weights);
            lnt_tensor g = laid_out((layout) (how / N_LAYOUTS / N_LAYOUTS), &output);
            double strided_value;
            OK(lnt_loss_evaluate(&loss, &o, &t, weights != NULL ? &w : NULL, &strided_value, &g));
            assert_near(strided_value, value, 1e-15 * (1 + fabs(strided_value)), "%s: layouts %d",
                        row->name, how);
            assert_same_bits(&g, &gradient, "%s: layouts %d", row->name, how);
        }
    }
}

FOR_EACH_ROW(loss, the_gradient_may_replace_the_output)
{
    const lnt_loss loss = loss_of(row, LNT_SUM, LNT_MEAN);
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        SETTING(dtype);
        lnt_tensor gradient = matrix(dtype, row->rows, row->cols);
        double value, value_in_place;
        OK(lnt_loss_evaluate(&loss, &output, &target, weights, &value, &gradient));
        for (layout how = 0; how < N_LAYOUTS; how++) {
            lnt_tensor view = laid_out(how, &output);
            OK(lnt_loss_evaluate(&loss, &view, &target, weights, &value_in_place, &view));
            assert_near(value, value_in_place, 1e-15 * (1 + fabs(value)), "%s", row->name);
            assert_same_bits(&view, &gradient, "%s", row->name);
        }
    }
}

FOR_EACH_ROW(loss, no_rows)
{
    const lnt_loss loss = loss_of(row, LNT_MEAN, LNT_MEAN);
    const lnt_tensor output = lnt_tensor_f64(NULL, 0, row->cols);
    const lnt_tensor target =
        lnt_tensor_view(dtype_of(row, LNT_F64), NULL, 0, has_labels(row) ? 1 : row->target_cols);
    const lnt_tensor weights = lnt_tensor_f64(NULL, 0, 1);
    lnt_tensor gradient = output;
    double value = 3, divisor = 3;
    OK(lnt_loss_evaluate(&loss, &output, &target, weighted ? &weights : NULL, &value, &gradient));
    OK(lnt_loss_divisor(&loss, &output, &target, weighted ? &weights : NULL, &divisor));
    assert_eq(value, 0, "%s: %g", row->name, value);
    assert_eq(divisor, 0, "%s: %g", row->name, value);
}

FOR_EACH_ROW(loss, nan_shows_in_the_value)
{
    const lnt_loss loss = loss_of(row, LNT_MEAN, LNT_MEAN);
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        for (size_t j = 0; j < row->cols; j++) {
            SETTING(dtype);
            OK(lnt_tensor_set(&output, 0, j, NAN));
            double value;
            OK(lnt_loss_evaluate(&loss, &output, &target, weights, &value, NULL));
            assert_nan(value, "%s: NaN in column %zu gives %g", row->name, j, value);
        }
    }
}

Test(loss, every_loss_is_in_the_table)
{
    for (int kind = 0; lnt_loss_name((lnt_loss_kind) kind) != NULL; kind++) {
        int count = 0;
        for (size_t i = 0; i < N_ROWS; i++) {
            count += (int) rows[i].loss.kind == kind;
        }
        if (count == 0) {
            assert_eq(kind, LNT_LOSS_CUSTOM, "%s has no row", lnt_loss_name((lnt_loss_kind) kind));
        }
        lnt_loss_kind found;
        OK(lnt_loss_find(lnt_loss_name((lnt_loss_kind) kind), &found));
        assert_eq((int) found, kind);
    }
}

Test(loss, names_and_constructors)
{
    assert_str_eq(lnt_loss_name(LNT_LOSS_MSE), "mse");
    assert_str_eq(lnt_loss_name(LNT_LOSS_SOFTMAX_CROSS_ENTROPY), "softmax_cross_entropy");
    cr_assert_null(lnt_loss_name((lnt_loss_kind) -1));
    cr_assert_null(lnt_loss_name((lnt_loss_kind) INT_MAX));
    lnt_loss_kind kind = LNT_LOSS_MSE;
    FAILS(LNT_ERR_INVALID, lnt_loss_find("MSE", &kind));
    FAILS(LNT_ERR_NULL, lnt_loss_find(NULL, &kind));
    FAILS(LNT_ERR_NULL, lnt_loss_find("mse", NULL));
    cr_assert(!lnt_loss_is_classification(LNT_LOSS_MSE));
    cr_assert(lnt_loss_is_classification(LNT_LOSS_SOFTMAX_CROSS_ENTROPY));
    cr_assert(!lnt_loss_is_classification((lnt_loss_kind) 99));
    for (lnt_reduction reduction = LNT_MEAN; reduction <= LNT_SUM; reduction++) {
        const lnt_loss mse = lnt_mse(reduction), ce = lnt_softmax_cross_entropy(reduction);
        assert_eq(mse.kind, LNT_LOSS_MSE);
        assert_eq(ce.kind, LNT_LOSS_SOFTMAX_CROSS_ENTROPY);
        assert_eq(mse.value_reduction, reduction);
        assert_eq(mse.gradient_reduction, reduction);
        assert_eq(ce.value_reduction, reduction);
        assert_eq(ce.gradient_reduction, reduction);
    }
}
