/* SPDX-License-Identifier: MIT */
#include "support/derivatives.h"

#include <complex.h>

static const double h = 1e-6;

/* --- by differences --- */

Test(derivatives, outputs_are_the_predictor_s)
{
    EACH_SCENE(LNT_F64)
    {
        lnt_tensor x = copy_of(LNT_F64, &s.x), y;
        lnt_pass_config config = lnt_pass_defaults();
        config.mode = LNT_INFERENCE;
        lnt_pass *pass;
        OK(lnt_pass_create(&pass, s.net, &config));
        OK(s.inputs != NULL ? lnt_scaler_transform(s.inputs, &x, &x) : LNT_OK);
        OK(lnt_pass_forward(pass, s.net, &x, &y));
        OK(s.targets != NULL ? lnt_scaler_inverse_transform(s.targets, &y, &y) : LNT_OK);
        NEAR(s.y, y, 1e-14);
        lnt_pass_destroy(pass);
    }
}

Test(derivatives, products_with_the_jacobian)
{
    EACH_SCENE(LNT_F64)
    {
        const lnt_tensor x_dot = random_matrix(LNT_F64, ROWS, INPUTS, 2);
        const lnt_tensor p_dot = random_matrix(LNT_F64, 1, s.parameters.cols, 3);
        const lnt_tensor u = random_matrix(LNT_F64, ROWS, s.outputs, 4);
        const lnt_tensor kept = copy_of(LNT_F64, &s.parameters);
        lnt_tensor y_dot = matrix(LNT_F64, ROWS, s.outputs), dx = matrix(LNT_F64, ROWS, INPUTS);
        lnt_tensor dp = matrix(LNT_F64, 1, s.parameters.cols);
        OK(lnt_jvp(s.d, &x_dot, &p_dot, &y_dot));
        OK(lnt_vjp(s.d, &u, &dx, &dp));
        double forward, by_x, by_p;
        OK(lnt_dot(&u, &y_dot, &forward));
        OK(lnt_dot(&dx, &x_dot, &by_x));
        OK(lnt_dot(&dp, &p_dot, &by_p));
        assert_lt(fabs(forward - by_x - by_p), 1e-12 * (1 + fabs(forward)));
        const lnt_tensor down = output_at(&s, &x_dot, &p_dot, -h);
        OK(lnt_copy(&kept, &s.parameters));
        const lnt_tensor expected = slope_of(&down, output_at(&s, &x_dot, &p_dot, h), h);
        put_back(&s, &kept);
        NEAR(y_dot, expected, 1e-7);

        lnt_tensor part = matrix(LNT_F64, ROWS, s.outputs), rest = matrix(LNT_F64, ROWS, s.outputs);
        OK(lnt_jvp(s.d, &x_dot, NULL, &part));
        OK(lnt_jvp(s.d, NULL, &p_dot, &rest));
        OK(lnt_axpy(1, &rest, &part));
        NEAR(part, y_dot, 1e-13);
        lnt_tensor alone = matrix(LNT_F64, 1, s.parameters.cols);
        OK(lnt_vjp(s.d, &u, NULL, &alone));
        assert_same_bits(&alone, &dp);
        OK(lnt_jvp(s.d, NULL, NULL, &part));
        assert_eq(lnt_tensor_get(&part, 0, 0), 0);
        assert_eq(lnt_tensor_get(&part, ROWS - 1, s.outputs - 1), 0);
    }
}

static lnt_tensor unit(size_t j)
{
    lnt_tensor e = matrix(LNT_F64, ROWS, INPUTS);
    for (size_t i = 0; i < ROWS; i++) {
        OK(lnt_tensor_set(&e, i, j, 1));
    }
    return e;
}

/* Column j of a matrix of rows i·outputs + k, as [rows, outputs]. */
static lnt_tensor column_of(const lnt_tensor *m, size_t j, size_t outputs)
{
    lnt_tensor c = matrix(LNT_F64, ROWS, outputs);
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t k = 0; k < outputs; k++) {
            OK(lnt_tensor_set(&c, i, k, lnt_tensor_get(m, i * outputs + k, j)));
        }
    }
    return c;
}

Test(derivatives, jacobian_and_second_derivatives)
{
    EACH_SCENE(LNT_F64)
    {
        lnt_tensor jacobian = matrix(LNT_F64, ROWS * s.outputs, INPUTS);
        lnt_tensor diagonal = matrix(LNT_F64, ROWS * s.outputs, INPUTS);
        OK(lnt_jacobian(s.d, &jacobian));
        OK(lnt_input_hessian_diagonal(s.d, &diagonal));
        for (size_t j = 0; j < INPUTS; j++) {
            const lnt_tensor e = unit(j), found = column_of(&jacobian, j, s.outputs);
            const lnt_tensor down = output_at(&s, &e, NULL, -h);
            const lnt_tensor slope = slope_of(&down, output_at(&s, &e, NULL, h), h);
            NEAR(found, slope, 1e-7);
            lnt_tensor x = copy_of(LNT_F64, &s.x), j_at[2];
            for (int side = 0; side < 2; side++) {
                OK(lnt_axpy(side == 0 ? -h : 2 * h, &e, &x));
                OK(lnt_derivatives_linearize(s.d, &x, NULL));
                j_at[side] = matrix(LNT_F64, ROWS * s.outputs, INPUTS);
                OK(lnt_jacobian(s.d, &j_at[side]));
            }
            OK(lnt_derivatives_linearize(s.d, &s.x, NULL));
            const lnt_tensor bend = slope_of(&j_at[0], j_at[1], h);
            const lnt_tensor second = column_of(&diagonal, j, s.outputs);
            const lnt_tensor expected = column_of(&bend, j, s.outputs);
            NEAR(second, expected, 1e-6);
        }
    }
}

/* The gradient of the loss that is trained on, by the parameters. */
static lnt_tensor gradient_of(scene *s, const lnt_loss *loss, const lnt_tensor *target,
                              const lnt_tensor *weights)
{
    lnt_tensor x = copy_of(LNT_F64, &s->x), y = copy_of(LNT_F64, target), u, g;
    double value;
    lnt_derivatives *plain;
    const lnt_derivatives_config config = lnt_derivatives_defaults();
    OK(lnt_derivatives_create(&plain, s->net, &config, NULL));
    OK(s->inputs != NULL ? lnt_scaler_transform(s->inputs, &x, &x) : LNT_OK);
    OK(s->targets != NULL ? lnt_scaler_transform(s->targets, &y, &y) : LNT_OK);
    OK(lnt_derivatives_linearize(plain, &x, &u));
    u = copy_of(LNT_F64, &u);
    g = matrix(LNT_F64, 1, s->parameters.cols);
    OK(lnt_loss_evaluate(loss, &u, &y, weights, &value, &u));
    OK(lnt_vjp(plain, &u, NULL, &g));
    lnt_derivatives_destroy(plain);
    return g;
}

Test(derivatives, products_with_the_hessian)
{
    lnt_tensor weights = matrix(LNT_F64, ROWS, 1);
    for (size_t i = 0; i < ROWS; i++) {
        OK(lnt_tensor_set(&weights, i, 0, (double) (i % 3)));
    }
    EACH_SCENE(LNT_F64)
    {
        const lnt_loss losses[] = {lnt_mse(LNT_MEAN), lnt_huber(0.5, LNT_SUM),
                                   lnt_log_cosh(LNT_MEAN), lnt_mae(LNT_SUM)};
        const lnt_tensor target = random_matrix(LNT_F64, ROWS, s.outputs, 4);
        const lnt_tensor v = random_matrix(LNT_F64, 1, s.parameters.cols, 3);
        const lnt_tensor kept = copy_of(LNT_F64, &s.parameters);
        for (size_t l = 0; l < sizeof losses / sizeof losses[0]; l++) {
            const lnt_tensor *w = l % 2 == 0 ? &weights : NULL;
            lnt_tensor hv = matrix(LNT_F64, 1, v.cols), g[2];
            OK(lnt_hvp(s.d, &losses[l], &target, w, &v, &hv));
            for (int side = 0; side < 2; side++) {
                OK(lnt_axpy(side == 0 ? -h : h, &v, &s.parameters));
                g[side] = gradient_of(&s, &losses[l], &target, w);
                OK(lnt_copy(&kept, &s.parameters));
            }
            const lnt_tensor expected = slope_of(&g[0], g[1], h);
            NEAR(hv, expected, 1e-6);
        }
    }
}

/* Where residuals are 0 the two matrices are one, and vᵀGv ≥ 0 anywhere. */
Test(derivatives, gauss_newton)
{
    EACH_SCENE(LNT_F64)
    {
        const lnt_loss mse = lnt_mse(LNT_SUM);
        const lnt_tensor v = random_matrix(LNT_F64, 1, s.parameters.cols, 3);
        const lnt_tensor target = random_matrix(LNT_F64, ROWS, s.outputs, 4);
        lnt_tensor hv = matrix(LNT_F64, 1, v.cols), gv = matrix(LNT_F64, 1, v.cols);
        OK(lnt_hvp(s.d, &mse, &s.y, NULL, &v, &hv));
        OK(lnt_ggn_vp(s.d, &mse, &s.y, NULL, &v, &gv));
        NEAR(gv, hv, 1e-12);
        double along;
        OK(lnt_ggn_vp(s.d, &mse, &target, NULL, &v, &gv));
        OK(lnt_dot(&v, &gv, &along));
        assert_gt(along, 0);
    }
}

/* --- by complex steps: Im f(x + i·h)/h has no cancellation, and h may be 1e-200 --- */

typedef double complex (*complex_activation)(double complex z);

static double complex complex_sigmoid(double complex z)
{
    return 1 / (1 + cexp(-z));
}

static void complex_dense(lnt_net *net, size_t layer, complex_activation f, double complex *a)
{
    lnt_parameter w, b;
    double complex out[8];
    OK(lnt_net_parameter(net, 2 * layer, &w));
    OK(lnt_net_parameter(net, 2 * layer + 1, &b));
    for (size_t j = 0; j < w.value.cols; j++) {
        double complex z = lnt_tensor_get(&b.value, 0, j);
        for (size_t i = 0; i < w.value.rows; i++) {
            z += a[i] * lnt_tensor_get(&w.value, i, j);
        }
        out[j] = f(z);
    }
    memcpy(a, out, w.value.cols * sizeof *a);
}

Test(derivatives, complex_steps)
{
    const lnt_layer layers[] = {lnt_dense(6, LNT_TANH), lnt_dense(5, LNT_SIGMOID),
                                lnt_dense(2, LNT_TANH)};
    scene s = scene_of(LNT_F64, layers, 3, false);
    const double step = 1e-200;
    lnt_tensor jacobian = matrix(LNT_F64, ROWS * 2, INPUTS), expected = copy_of(LNT_F64, &jacobian);
    const lnt_tensor x_dot = random_matrix(LNT_F64, ROWS, INPUTS, 2);
    lnt_tensor y_dot = matrix(LNT_F64, ROWS, 2), along = matrix(LNT_F64, ROWS, 2);
    OK(lnt_jacobian(s.d, &jacobian));
    OK(lnt_jvp(s.d, &x_dot, NULL, &y_dot));
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t j = 0; j <= INPUTS; j++) { /* the last along ẋ */
            double complex a[8];
            for (size_t c = 0; c < INPUTS; c++) {
                const double move = j == INPUTS ? lnt_tensor_get(&x_dot, i, c) : c == j;
                a[c] = lnt_tensor_get(&s.x, i, c) + move * step * I;
            }
            complex_dense(s.net, 0, ctanh, a);
            complex_dense(s.net, 1, complex_sigmoid, a);
            complex_dense(s.net, 2, ctanh, a);
            for (size_t k = 0; k < 2; k++) {
                OK(j == INPUTS ? lnt_tensor_set(&along, i, k, cimag(a[k]) / step)
                               : lnt_tensor_set(&expected, 2 * i + k, j, cimag(a[k]) / step));
            }
        }
    }
    NEAR(jacobian, expected, 1e-14);
    NEAR(y_dot, along, 1e-14);
    finish(&s);
}
