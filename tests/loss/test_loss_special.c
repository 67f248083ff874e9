/* SPDX-License-Identifier: MIT */
#include "support/net.h"

/* What is special to single losses: kinks, tails, the caller's own, and what outputs mean. */

/* One output against one target: the value, and the slope in *slope. */
static double one(lnt_loss loss, lnt_dtype dtype, double x, double y, double *slope)
{
    const lnt_tensor output = matrix(dtype, 1, 1), target = matrix(dtype, 1, 1);
    lnt_tensor gradient = matrix(dtype, 1, 1);
    double value;
    OK(lnt_tensor_set(&output, 0, 0, x));
    OK(lnt_tensor_set(&target, 0, 0, y));
    OK(lnt_loss_evaluate(&loss, &output, &target, NULL, &value, &gradient));
    *slope = lnt_tensor_get(&gradient, 0, 0);
    return value;
}

static void near(double found, double expected, const char *what)
{
    assert_near(found, expected, 2e-15 * fabs(expected), "%s: %.17g, expected %.17g", what, found,
                expected);
}

Test(loss_special, kinks)
{
    double slope;
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        near(one(lnt_mae(LNT_SUM), dtype, 3, 3, &slope), 0, "mae");
        near(slope, 0, "slope of mae");
        near(one(lnt_quantile(0.25, LNT_SUM), dtype, 3, 3, &slope), 0, "quantile");
        near(slope, 0, "slope of quantile");
        near(one(lnt_quantile(0.25, LNT_SUM), dtype, 3, 7, &slope), 1, "quantile below");
        near(slope, -0.25, "slope below");
        near(one(lnt_quantile(0.25, LNT_SUM), dtype, 7, 3, &slope), 3, "quantile above");
        near(slope, 0.75, "slope above");
        near(one(lnt_huber(2, LNT_SUM), dtype, 5, 3, &slope), 2, "huber at delta");
        near(slope, 2, "slope at delta");
        near(one(lnt_huber(2, LNT_SUM), dtype, -5, 3, &slope), 14, "huber beyond");
        near(slope, -2, "slope beyond");
    }
}

/* No digits are lost where the loss is nearly zero, and nothing overflows where it is large. */
Test(loss_special, tails_of_log_cosh)
{
    double slope;
    near(one(lnt_log_cosh(LNT_SUM), LNT_F64, 1e-9, 0, &slope), 5e-19, "small");
    near(slope, 1e-9, "slope of small");
    near(one(lnt_log_cosh(LNT_SUM), LNT_F64, -1e300, 0, &slope), 1e300, "large");
    near(slope, -1, "slope of large");
    near(one(lnt_log_cosh(LNT_SUM), LNT_F64, 1, 0, &slope), 0.43378083048302719, "at 1");
    near(one(lnt_log_cosh(LNT_SUM), LNT_F64, 1e4, 0, &slope), 1e4 - 0.69314718055994531, "1e4");
}

Test(loss_special, tails_of_binary_cross_entropy)
{
    const lnt_loss loss = lnt_binary_cross_entropy(LNT_SUM);
    double slope;
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        const double tolerance = dtype == LNT_F32 ? 1e-6 : 1e-15, far = exp(-40.0);
        for (int y = 0; y < 2; y++) {
            const double sign = y == 1 ? 1 : -1; /* of the logit that is right */
            assert_near(one(loss, dtype, sign * 40, y, &slope), far, tolerance * far);
            assert_le(fabs(slope + sign * far), tolerance * far, "%g", slope);
            assert_eq(one(loss, dtype, sign * 1e4, y, &slope), 0);
            assert_eq(slope, 0);
            assert_eq(one(loss, dtype, -sign * 1e4, y, &slope), 1e4);
            assert_eq(slope, -sign);
            assert_eq(one(loss, dtype, sign * INFINITY, y, &slope), 0);
            assert_eq(slope, 0);
            assert_eq(fabs(one(loss, dtype, -sign * INFINITY, y, &slope)), INFINITY);
            assert_eq(slope, -sign);
        }
    }
}

Test(loss_special, tails_of_poisson)
{
    const lnt_loss loss = lnt_poisson(LNT_SUM);
    double slope;
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        assert_eq(one(loss, dtype, -1e4, 2, &slope), 2e4);
        assert_eq(slope, -2);
        assert_eq(one(loss, dtype, -INFINITY, 0, &slope), 0);
        assert_eq(slope, 0);
        assert_eq(fabs(one(loss, dtype, 1e4, 2, &slope)), INFINITY);
        assert_eq(fabs(slope), INFINITY);
    }
}

static void gaussian(double epsilon, double mean, double s, double y, double result[3])
{
    lnt_loss loss = lnt_gaussian(LNT_SUM);
    loss.epsilon = epsilon;
    double x[] = {mean, s};
    lnt_tensor output = lnt_tensor_f64(x, 1, 2), target = lnt_tensor_f64(&y, 1, 1);
    lnt_tensor gradient = lnt_tensor_f64(result + 1, 1, 2);
    OK(lnt_loss_evaluate(&loss, &output, &target, NULL, &result[0], &gradient));
}

/* Where the variance is too small for a double its logarithm is s. */
Test(loss_special, tails_of_gaussian)
{
    double r[3];
    gaussian(0, 3, -1e4, 3, r);
    assert_eq(r[0], -5e3, "%g %g %g", r[0], r[1], r[2]);
    assert_eq(r[1], 0, "%g %g %g", r[0], r[1], r[2]);
    assert_eq(r[2], 0.5, "%g %g %g", r[0], r[1], r[2]);
    gaussian(0, 3, 1e4, 3, r);
    near(r[0], log(1e4) / 2, "wide");
    near(r[2], 0.5e-4, "slope of wide");
    gaussian(1e-6, 3, -1e4, 2, r);
    near(r[0], (1e6 + log(1e-6)) / 2, "narrow");
    near(r[1], 1e6, "slope of mean");
    assert_eq(r[2], 0);
    gaussian(0, 2, 0, 3, r);
    near(r[0], (1 / log(2.0) + log(log(2.0))) / 2, "between");
}

/* --- the caller's own --- */

typedef struct own {
    size_t calls;
    const lnt_tensor *output, *target, *weights, *gradient;
    lnt_status status;
} own;

/* Σ x⁴, whatever the target. */
static lnt_status fourth_power(const lnt_tensor *output, const lnt_tensor *target,
                               const lnt_tensor *weights, double *value, lnt_tensor *gradient,
                               void *context)
{
    own *o = context;
    o->calls++;
    o->output = output;
    o->target = target;
    o->weights = weights;
    o->gradient = gradient;
    *value = 0;
    for (size_t i = 0; i < output->rows; i++) {
        for (size_t j = 0; j < output->cols; j++) {
            const double x = lnt_tensor_get(output, i, j);
            *value += x * x * x * x;
            if (gradient != NULL) {
                LNT_TRY(lnt_tensor_set(gradient, i, j, 4 * x * x * x));
            }
        }
    }
    return o->status;
}

Test(loss_special, custom)
{
    own o = {.status = LNT_OK};
    const lnt_loss loss = lnt_custom_loss(fourth_power, &o, LNT_MEAN);
    assert_eq(loss.value_reduction, LNT_MEAN);
    assert_eq(loss.gradient_reduction, LNT_MEAN);
    const lnt_tensor output = random_matrix(LNT_F64, 3, 2, 1), target = matrix(LNT_I32, 5, 7);
    const lnt_tensor weights = matrix(LNT_F64, 3, 1);
    lnt_tensor gradient = matrix(LNT_F64, 3, 2), in_place = copy_of(LNT_F64, &output);
    double value = 0, expected = 0, divisor = 0;
    for (size_t k = 0; k < 6; k++) {
        expected += pow(((double *) output.data)[k], 4);
    }
    OK(lnt_loss_evaluate(&loss, &output, &target, &weights, &value, &gradient));
    near(value, expected, "value");
    assert_eq(o.calls, 1);
    assert_eq(o.output, &output);
    assert_eq(o.target, &target);
    assert_eq(o.weights, &weights);
    assert_eq(o.gradient, &gradient);
    near(lnt_tensor_get(&gradient, 1, 1), 4 * pow(lnt_tensor_get(&output, 1, 1), 3), "gradient");
    OK(lnt_loss_evaluate(&loss, &in_place, &target, NULL, &value, &in_place));
    assert_same_bits(&in_place, &gradient);
    cr_assert_null(o.weights);
    OK(lnt_loss_evaluate(&loss, &output, &target, NULL, &value, NULL));
    cr_assert_null(o.gradient);
    assert_eq(o.calls, 3);
    OK(lnt_loss_divisor(&loss, &output, &target, NULL, &divisor));
    assert_eq(divisor, 3);

    lnt_tensor no_rows = output;
    no_rows.rows = 0;
    OK(lnt_loss_evaluate(&loss, &no_rows, &no_rows, NULL, &value, NULL));
    assert_eq(value, 0, "without rows nobody is asked");
    assert_eq(o.calls, 3, "without rows nobody is asked");
}

Test(loss_special, custom_errors)
{
    own o = {.status = LNT_ERR_SHAPE};
    lnt_loss loss = lnt_custom_loss(fourth_power, &o, LNT_SUM);
    const lnt_tensor output = random_matrix(LNT_F64, 3, 2, 1);
    lnt_tensor f32 = matrix(LNT_F32, 3, 2), wide = matrix(LNT_F64, 3, 3);
    double value = 3;
    FAILS(LNT_ERR_SHAPE, lnt_loss_evaluate(&loss, &output, &output, NULL, &value, NULL));
    assert_eq(o.calls, 1);
    assert_eq(value, 3);
    FAILS(LNT_ERR_DTYPE, lnt_loss_evaluate(&loss, &output, &output, NULL, &value, &f32));
    FAILS(LNT_ERR_SHAPE, lnt_loss_evaluate(&loss, &output, &output, NULL, &value, &wide));
    FAILS(LNT_ERR_SHAPE, lnt_loss_evaluate(&loss, &output, &output, &output, &value, NULL));
    FAILS(LNT_ERR_NULL, lnt_loss_evaluate(&loss, &output, NULL, NULL, &value, NULL));
    loss.function = NULL;
    FAILS(LNT_ERR_NULL, lnt_loss_evaluate(&loss, &output, &output, NULL, &value, NULL));
    assert_eq(o.calls, 1);
    assert_eq(value, 3);
}

/* A net learns by the caller's loss as by ours. */
static lnt_status own_mse(const lnt_tensor *output, const lnt_tensor *target,
                          const lnt_tensor *weights, double *value, lnt_tensor *gradient,
                          void *context)
{
    return lnt_loss_evaluate(context, output, target, weights, value, gradient);
}

Test(loss_special, custom_in_a_pass)
{
    const lnt_layer layers[] = {lnt_dense(4, LNT_TANH), lnt_dense(2, LNT_IDENTITY)};
    lnt_loss mse = lnt_mse(LNT_MEAN);
    const lnt_loss losses[] = {mse, lnt_custom_loss(own_mse, &mse, LNT_MEAN)};
    const lnt_tensor x = random_matrix(LNT_F64, 5, 3, 1), y = random_matrix(LNT_F64, 5, 2, 2);
    lnt_net *net = new_net(LNT_F64, 3, layers, 2);
    lnt_tensor gradients[2];
    double values[2];
    for (size_t i = 0; i < 2; i++) {
        lnt_pass *pass = new_pass(net);
        OK(lnt_pass_forward(pass, net, &x, NULL));
        OK(lnt_pass_backward(pass, net, &losses[i], &y, NULL, &values[i]));
        const lnt_tensor gradient = lnt_pass_gradients(pass);
        gradients[i] = copy_of(LNT_F64, &gradient);
        lnt_pass_destroy(pass);
    }
    assert_eq(values[0], values[1]);
    assert_same_bits(&gradients[0], &gradients[1]);
    lnt_net_destroy(net);
}

/* --- what outputs mean --- */

/* By definition, for each loss; the layouts and the place are those of any element-wise map. */
static double meaning(const lnt_loss *loss, const lnt_tensor *x, size_t i, size_t j)
{
    const double value = lnt_tensor_get(x, i, j);
    double sum = 0;
    switch (loss->kind) {
    case LNT_LOSS_SOFTMAX_CROSS_ENTROPY:
        for (size_t k = 0; k < x->cols; k++) {
            sum += exp(lnt_tensor_get(x, i, k));
        }
        return exp(value) / sum;
    case LNT_LOSS_BINARY_CROSS_ENTROPY:
        return 1 / (1 + exp(-value));
    case LNT_LOSS_POISSON:
        return exp(value);
    case LNT_LOSS_GAUSSIAN:
        return 2 * j < x->cols ? value : sqrt(log(1 + exp(value)) + loss->epsilon);
    default:
        return value;
    }
}

Test(loss_special, link)
{
    for (int kind = 0; lnt_loss_name((lnt_loss_kind) kind) != NULL; kind++) {
        const lnt_loss loss = lnt_loss_defaults((lnt_loss_kind) kind, LNT_MEAN);
        for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
            const lnt_tensor x = random_matrix(dtype, 5, 4, 1);
            lnt_tensor y = matrix(dtype, 5, 4), expected = matrix(LNT_F64, 5, 4);
            for (size_t k = 0; k < 20; k++) {
                OK(lnt_tensor_set(&expected, k / 4, k % 4, meaning(&loss, &x, k / 4, k % 4)));
            }
            OK(lnt_loss_inverse_link(&loss, &x, &y));
            assert_le(difference(&y, &expected), dtype == LNT_F32 ? 1e-6 : 1e-15, "%s",
                      lnt_loss_name(loss.kind));
            for (layout how = 0; how < N_LAYOUTS; how++) {
                lnt_tensor view = laid_out(how, &x);
                OK(lnt_loss_inverse_link(&loss, &view, &view));
                assert_same_bits(&view, &y, "%s", lnt_loss_name(loss.kind));
            }
        }
    }
}

Test(loss_special, link_of_extremes_and_errors)
{
    double data[] = {1e4, -1e4, INFINITY, -INFINITY};
    lnt_tensor x = lnt_tensor_f64(data, 1, 4), f32 = matrix(LNT_F32, 1, 4), no_rows = x;
    const lnt_loss binary = lnt_binary_cross_entropy(LNT_MEAN);
    lnt_loss wrong = binary;
    FAILS(LNT_ERR_NULL, lnt_loss_inverse_link(NULL, &x, &x));
    FAILS(LNT_ERR_NULL, lnt_loss_inverse_link(&binary, NULL, &x));
    FAILS(LNT_ERR_NULL, lnt_loss_inverse_link(&binary, &x, NULL));
    FAILS(LNT_ERR_DTYPE, lnt_loss_inverse_link(&binary, &x, &f32));
    wrong.kind = (lnt_loss_kind) 99;
    FAILS(LNT_ERR_INVALID, lnt_loss_inverse_link(&wrong, &x, &x));
    no_rows.rows = 0;
    OK(lnt_loss_inverse_link(&binary, &no_rows, &no_rows));
    OK(lnt_loss_inverse_link(&binary, &x, &x));
    assert_eq(data[0], 1);
    assert_eq(data[1], 0);
    assert_eq(data[2], 1);
    assert_eq(data[3], 0);
}

Test(loss_special, sizes)
{
    for (int kind = 0; lnt_loss_name((lnt_loss_kind) kind) != NULL; kind++) {
        for (size_t outputs = 1; outputs < 6; outputs++) {
            const bool softmax = kind == LNT_LOSS_SOFTMAX_CROSS_ENTROPY;
            const bool binary = kind == LNT_LOSS_BINARY_CROSS_ENTROPY;
            const size_t halves = outputs % 2 == 0 ? outputs / 2 : 0;
            const size_t cols = softmax && outputs == 1     ? 0
                                : kind == LNT_LOSS_GAUSSIAN ? halves
                                                            : outputs;
            const size_t classes = softmax ? cols : binary && outputs == 1 ? 2 : 0;
            assert_eq(lnt_loss_target_cols((lnt_loss_kind) kind, outputs), cols);
            assert_eq(lnt_loss_classes((lnt_loss_kind) kind, outputs), classes);
        }
        assert_eq(lnt_loss_target_cols((lnt_loss_kind) kind, 0), 0);
        assert_eq(lnt_loss_classes((lnt_loss_kind) kind, 0), 0);
    }
    assert_eq(lnt_loss_target_cols((lnt_loss_kind) 99, 2), 0);
    assert_eq(lnt_loss_classes((lnt_loss_kind) -1, 2), 0);
}
