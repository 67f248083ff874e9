/* SPDX-License-Identifier: MIT */
#include "support/loss.h"

/* What losses refuse, and that they change nothing then. */

FOR_EACH_ROW(loss_errors, errors)
{
    SETTING(LNT_F64);
    lnt_tensor gradient = matrix(LNT_F64, row->rows, row->cols);
    const lnt_tensor zero = matrix(LNT_F64, row->rows, row->cols);
    const lnt_loss loss = loss_of(row, LNT_MEAN, LNT_MEAN);
    double value = 3;
#define EVALUATE(output, target, gradient)                                                         \
    lnt_loss_evaluate(&loss, (output), (target), weights, &value, (gradient))
    FAILS(LNT_ERR_NULL, lnt_loss_evaluate(NULL, &output, &target, weights, &value, &gradient));
    FAILS(LNT_ERR_NULL, lnt_loss_evaluate(&loss, &output, &target, weights, NULL, &gradient));
    FAILS(LNT_ERR_NULL, EVALUATE(NULL, &target, &gradient));
    FAILS(LNT_ERR_NULL, EVALUATE(&output, NULL, &gradient));

    lnt_loss wrong = loss;
    wrong.kind = (lnt_loss_kind) 99;
    FAILS(LNT_ERR_INVALID, lnt_loss_evaluate(&wrong, &output, &target, NULL, &value, &gradient));
    wrong = loss;
    wrong.value_reduction = (lnt_reduction) 99;
    FAILS(LNT_ERR_INVALID, lnt_loss_evaluate(&wrong, &output, &target, NULL, &value, &gradient));
    wrong = loss;
    wrong.gradient_reduction = (lnt_reduction) -1;
    FAILS(LNT_ERR_INVALID, lnt_loss_evaluate(&wrong, &output, &target, NULL, &value, &gradient));

    lnt_tensor no_data = output, taller = output, wider = matrix(LNT_F64, row->rows, row->cols + 1);
    lnt_tensor wider_target = matrix(target.dtype, row->rows, row->cols + 1);
    no_data.data = NULL;
    taller.rows++;
    FAILS(LNT_ERR_NULL, EVALUATE(&no_data, &target, &gradient));
    FAILS(LNT_ERR_NULL, EVALUATE(&output, &target, &no_data));
    FAILS(LNT_ERR_SHAPE, EVALUATE(&taller, &target, &gradient));
    FAILS(LNT_ERR_SHAPE, EVALUATE(&output, &wider_target, &gradient));
    FAILS(LNT_ERR_SHAPE, EVALUATE(&output, &target, &wider));

    lnt_tensor f32 = matrix(LNT_F32, row->rows, row->cols), unset = output;
    const lnt_tensor i32 = matrix(LNT_I32, row->rows, row->cols);
    unset.dtype = (lnt_dtype) 0;
    FAILS(LNT_ERR_DTYPE, EVALUATE(&i32, &target, &gradient));
    FAILS(LNT_ERR_DTYPE, EVALUATE(&unset, &target, &gradient));
    FAILS(LNT_ERR_DTYPE, EVALUATE(&output, &unset, &gradient));
    FAILS(LNT_ERR_DTYPE, EVALUATE(&output, &target, &f32));
    const lnt_tensor f32_target = copy_of(LNT_F32, &target);
    FAILS(LNT_ERR_DTYPE, EVALUATE(&output, &f32_target, &gradient));
    if (row->target == NUMBERS || row->target == PROBABILITIES) {
        const lnt_tensor i32_target = matrix(LNT_I32, target.rows, target.cols);
        FAILS(LNT_ERR_DTYPE, EVALUATE(&output, &i32_target, &gradient));
    }
    assert_eq(value, 3, "%s: outputs changed", row->name);
    assert_same_bits(&gradient, &zero, "%s: outputs changed", row->name);

    if (row->rows > 1 && row->cols > 1) { /* shifted by one row, and onto the target */
        lnt_tensor store = random_matrix(LNT_F64, row->rows + 1, row->cols, 1), shifted = store;
        lnt_tensor first = store;
        shifted.data = (double *) store.data + row->cols;
        shifted.rows = first.rows = row->rows;
        FAILS(LNT_ERR_ALIAS, EVALUATE(&first, &target, &shifted));
    }
    if (target.dtype == LNT_F64 && target.cols == output.cols) {
        lnt_tensor onto = target;
        FAILS(LNT_ERR_ALIAS, EVALUATE(&output, &target, &onto));
    }
#undef EVALUATE
}

FOR_EACH_ROW(loss_errors, bad_weights)
{
    static const double bad[] = {-1, -1e-300, NAN, INFINITY, -INFINITY};
    SETTING(LNT_F64);
    (void) weights;
    const lnt_loss loss = loss_of(row, LNT_SUM, LNT_SUM);
    lnt_tensor gradient = matrix(LNT_F64, row->rows, row->cols);
    const lnt_tensor zero = matrix(LNT_F64, row->rows, row->cols);
    double value = 3;
#define EVALUATE(weights) lnt_loss_evaluate(&loss, &output, &target, (weights), &value, &gradient)
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const lnt_tensor wrong = copy_of(LNT_F64, &row_weights);
        OK(lnt_tensor_set(&wrong, row->rows - 1, 0, bad[i]));
        FAILS(LNT_ERR_INVALID, EVALUATE(&wrong));
        double divisor = 3;
        FAILS(LNT_ERR_INVALID, lnt_loss_divisor(&loss, &output, &target, &wrong, &divisor));
        assert_eq(divisor, 3);
    }
    const lnt_tensor taller = matrix(LNT_F64, row->rows + 1, 1);
    const lnt_tensor wider = matrix(LNT_F64, row->rows, 2);
    const lnt_tensor f32 = matrix(LNT_F32, row->rows, 1), i32 = matrix(LNT_I32, row->rows, 1);
    lnt_tensor no_data = row_weights;
    no_data.data = NULL;
    FAILS(LNT_ERR_SHAPE, EVALUATE(&taller));
    FAILS(LNT_ERR_SHAPE, EVALUATE(&wider));
    FAILS(LNT_ERR_DTYPE, EVALUATE(&f32));
    FAILS(LNT_ERR_DTYPE, EVALUATE(&i32));
    FAILS(LNT_ERR_NULL, EVALUATE(&no_data));
    assert_eq(value, 3, "%s: outputs changed", row->name);
    assert_same_bits(&gradient, &zero, "%s: outputs changed", row->name);
    lnt_tensor inside = gradient; /* its first column */
    inside.cols = 1;
    FAILS(LNT_ERR_ALIAS, EVALUATE(&inside));
#undef EVALUATE
}

static void refuse(lnt_loss loss, const lnt_tensor *output, const lnt_tensor *target,
                   lnt_status expected)
{
    double value = 3;
    lnt_tensor gradient = copy_of(output->dtype, output);
    FAILS(expected, lnt_loss_evaluate(&loss, output, target, NULL, &value, &gradient));
    FAILS(expected, lnt_loss_divisor(&loss, output, target, NULL, &value));
    assert_eq(value, 3);
    assert_same_bits(&gradient, output);
    if (lnt_loss_name(loss.kind) != NULL && expected == LNT_ERR_INVALID) {
        cr_assert(loss.kind == LNT_LOSS_POISSON || loss.kind == LNT_LOSS_BINARY_CROSS_ENTROPY ||
                  lnt_loss_inverse_link(&loss, output, &gradient) == expected);
    }
}

Test(loss_errors, numbers_out_of_range)
{
    const lnt_tensor output = random_matrix(LNT_F64, 3, 2, 1), target = matrix(LNT_F64, 3, 2);
    const lnt_tensor half = matrix(LNT_F64, 3, 1);
    static const double not_positive[] = {0, -1, NAN, INFINITY}, not_inside[] = {0, 1, -0.1, NAN};
    static const double not_share[] = {1, -0.1, 1.5, NAN},
                        negative[] = {-1e-300, -1, NAN, INFINITY};
    for (size_t i = 0; i < 4; i++) {
        lnt_loss loss = lnt_huber(not_positive[i], LNT_SUM);
        refuse(loss, &output, &target, LNT_ERR_INVALID);
        loss = lnt_quantile(not_inside[i], LNT_SUM);
        refuse(loss, &output, &target, LNT_ERR_INVALID);
        loss = lnt_softmax_cross_entropy(LNT_SUM);
        loss.label_smoothing = not_share[i];
        refuse(loss, &output, &target, LNT_ERR_INVALID);
        loss = lnt_binary_cross_entropy(LNT_SUM);
        loss.label_smoothing = not_share[i];
        refuse(loss, &output, &target, LNT_ERR_INVALID);
        loss = lnt_gaussian(LNT_SUM);
        loss.epsilon = negative[i];
        refuse(loss, &output, &half, LNT_ERR_INVALID);
    }
}

/* The numbers of other losses are nobody's business. */
Test(loss_errors, numbers_that_a_loss_does_not_have)
{
    const lnt_tensor output = random_matrix(LNT_F64, 3, 2, 1), target = matrix(LNT_F64, 3, 2);
    const double weight = -1;
    const lnt_loss loss = {.kind = LNT_LOSS_MAE,
                           .delta = -1,
                           .quantile = 7,
                           .label_smoothing = NAN,
                           .class_weights = &weight,
                           .n_class_weights = 1};
    const lnt_loss plain = lnt_mae(LNT_MEAN);
    double value, expected;
    OK(lnt_loss_evaluate(&loss, &output, &target, NULL, &value, NULL));
    OK(lnt_loss_evaluate(&plain, &output, &target, NULL, &expected, NULL));
    assert_eq(value, expected);
}

Test(loss_errors, class_weights)
{
    static const double bad[] = {-1, NAN, INFINITY};
    double weights[] = {1, 1, 1};
    const lnt_tensor output = random_matrix(LNT_F64, 4, 3, 1), labels = matrix(LNT_I32, 4, 1);
    const lnt_tensor target = matrix(LNT_F64, 4, 3);
    lnt_loss losses[] = {lnt_softmax_cross_entropy(LNT_MEAN), lnt_binary_cross_entropy(LNT_MEAN)};
    for (size_t l = 0; l < 2; l++) {
        const lnt_tensor *y = l == 0 ? &labels : &target;
        const size_t right = l == 0 ? 3 : 2;
        losses[l].class_weights = weights;
        for (size_t n = 0; n < 5; n++) {
            losses[l].n_class_weights = n;
            if (n != right) {
                refuse(losses[l], &output, y, LNT_ERR_SHAPE);
            }
        }
        losses[l].n_class_weights = right;
        for (size_t i = 0; i < 3; i++) {
            weights[1] = bad[i];
            refuse(losses[l], &output, y, LNT_ERR_INVALID);
            weights[1] = 1;
        }
        double value;
        OK(lnt_loss_evaluate(&losses[l], &output, y, NULL, &value, NULL));
    }
}

/* NaN among targets shows in the value; a number that cannot be a target is refused. */
Test(loss_errors, targets_out_of_range)
{
    const lnt_tensor output = random_matrix(LNT_F64, 3, 2, 1), target = matrix(LNT_F64, 3, 2);
    const lnt_tensor bits = matrix(LNT_I32, 3, 2);
    const lnt_loss losses[] = {lnt_poisson(LNT_MEAN), lnt_binary_cross_entropy(LNT_MEAN)};
    for (size_t l = 0; l < 2; l++) {
        double value;
        OK(lnt_tensor_set(&target, 2, 1, -1e-9));
        refuse(losses[l], &output, &target, LNT_ERR_INVALID);
        OK(lnt_tensor_set(&target, 2, 1, NAN));
        OK(lnt_loss_evaluate(&losses[l], &output, &target, NULL, &value, NULL));
        assert_nan(value);
        OK(lnt_tensor_set(&target, 2, 1, 0));
    }
    OK(lnt_tensor_set(&target, 0, 0, 1 + 1e-9));
    refuse(losses[1], &output, &target, LNT_ERR_INVALID);
    OK(lnt_tensor_set(&bits, 0, 1, 2));
    refuse(losses[1], &output, &bits, LNT_ERR_INVALID);
    OK(lnt_tensor_set(&bits, 0, 1, -1));
    refuse(losses[1], &output, &bits, LNT_ERR_INVALID);
}

Test(loss_errors, outputs_that_no_target_fits)
{
    const lnt_tensor three = random_matrix(LNT_F64, 4, 3, 1), one = matrix(LNT_F64, 4, 1);
    refuse(lnt_gaussian(LNT_MEAN), &three, &one, LNT_ERR_SHAPE);
    refuse(lnt_gaussian(LNT_MEAN), &three, &three, LNT_ERR_SHAPE);
    refuse(lnt_softmax_cross_entropy(LNT_MEAN), &one, &one, LNT_ERR_SHAPE);
    lnt_tensor y = three;
    const lnt_loss gaussian = lnt_gaussian(LNT_MEAN);
    FAILS(LNT_ERR_SHAPE, lnt_loss_inverse_link(&gaussian, &three, &y));
}
