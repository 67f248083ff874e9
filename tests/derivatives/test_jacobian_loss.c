/* SPDX-License-Identifier: MIT */
#include "support/derivatives.h"

static const double h = 1e-6;

typedef double value_function(scene *s, const void *context);

/* The slope of a value along a direction of the parameters. */
static double slope_along(scene *s, const lnt_tensor *v, value_function *f, const void *context)
{
    const lnt_tensor kept = copy_of(LNT_F64, &s->parameters);
    double value[2];
    for (int side = 0; side < 2; side++) {
        OK(lnt_axpy(side == 0 ? -h : h, v, &s->parameters));
        OK(lnt_derivatives_linearize(s->d, &s->x, NULL));
        value[side] = f(s, context);
        put_back(s, &kept);
    }
    return (value[1] - value[0]) / (2 * h);
}

typedef struct wanted {
    lnt_tensor target;
    const lnt_tensor *weights;
    lnt_reduction reduction;
} wanted;

/* By its definition. */
static double loss_value(scene *s, const void *context)
{
    const wanted *w = context;
    lnt_tensor j = matrix(LNT_F64, ROWS * s->outputs, INPUTS);
    double sum = 0, total = 0;
    OK(lnt_jacobian(s->d, &j));
    for (size_t i = 0; i < ROWS * s->outputs; i++) {
        const double weight =
            w->weights != NULL ? lnt_tensor_get(w->weights, i / s->outputs, 0) : 1;
        for (size_t c = 0; c < INPUTS && weight > 0; c++) {
            const double e = lnt_tensor_get(&j, i, c) - lnt_tensor_get(&w->target, i, c);
            sum += weight * e * e;
            total += weight;
        }
    }
    return 0.7 * (w->reduction == LNT_SUM ? sum : sum / total);
}

Test(jacobian_loss, value_and_gradient)
{
    lnt_tensor weights = matrix(LNT_F64, ROWS, 1);
    for (size_t i = 0; i < ROWS; i++) {
        OK(lnt_tensor_set(&weights, i, 0, (double) (i % 3)));
    }
    EACH_SCENE(LNT_F64)
    {
        wanted w = {.target = random_matrix(LNT_F64, ROWS * s.outputs, INPUTS, 7)};
        const lnt_tensor v = random_matrix(LNT_F64, 1, s.parameters.cols, 3);
        for (int i = 0; i < 4; i++) {
            w.reduction = i % 2 == 0 ? LNT_MEAN : LNT_SUM;
            w.weights = i < 2 ? NULL : &weights;
            if (i == 2) { /* row 0 counts for nothing, whatever its target holds */
                OK(lnt_tensor_set(&w.target, 0, 1, NAN));
            }
            double value, along, before;
            lnt_tensor g = random_matrix(LNT_F64, 1, v.cols, 8);
            OK(lnt_dot(&g, &v, &before));
            OK(lnt_jacobian_loss(s.d, &w.target, w.weights, w.reduction, 0.7, 2, &value, &g));
            const double expected = loss_value(&s, &w), slope = slope_along(&s, &v, loss_value, &w);
            assert_lt(fabs(value - expected), 1e-12 * expected, "%.17g, %.17g", value, expected);
            OK(lnt_dot(&g, &v, &along));
            assert_lt(fabs(along - 2 * before - slope), 1e-6 * (1 + fabs(slope)), "%g, %g",
                      along - 2 * before, slope);
            double again;
            OK(lnt_jacobian_loss(s.d, &w.target, w.weights, w.reduction, 0.7, 0, &again, NULL));
            assert_eq(again, value);
        }
    }
}

typedef struct direction {
    lnt_tensor x_dot, u;
} direction;

static double product(scene *s, const void *context)
{
    const direction *at = context;
    lnt_tensor y_dot = matrix(LNT_F64, ROWS, s->outputs);
    double value;
    OK(lnt_jvp(s->d, &at->x_dot, NULL, &y_dot));
    OK(lnt_dot(&at->u, &y_dot, &value));
    return value;
}

Test(jacobian_loss, gradient_of_a_product)
{
    EACH_SCENE(LNT_F64)
    {
        const direction at = {random_matrix(LNT_F64, ROWS, INPUTS, 2),
                              random_matrix(LNT_F64, ROWS, s.outputs, 4)};
        const lnt_tensor v = random_matrix(LNT_F64, 1, s.parameters.cols, 3);
        lnt_tensor g = matrix(LNT_F64, 1, v.cols), twice = matrix(LNT_F64, 1, v.cols);
        double along;
        OK(lnt_fill(NAN, &g)); /* which beta 0 does not read */
        OK(lnt_jvp_gradient(s.d, &at.x_dot, &at.u, 0, &g));
        OK(lnt_dot(&g, &v, &along));
        const double slope = slope_along(&s, &v, product, &at);
        assert_lt(fabs(along - slope), 1e-6 * (1 + fabs(slope)), "%g, %g", along, slope);
        OK(lnt_copy(&g, &twice));
        OK(lnt_jvp_gradient(s.d, &at.x_dot, &at.u, 1, &twice));
        OK(lnt_scale(2, &g));
        NEAR(twice, g, 1e-14);
    }
}

/* sin from a few values alone, and from values and slopes: the second is nearer in between. */
static double worst_after_training(bool slopes)
{
    const lnt_layer layers[] = {lnt_dense(16, LNT_TANH), lnt_dense(1, LNT_IDENTITY)};
    lnt_net *net = new_net(LNT_F64, 1, layers, 2);
    lnt_pass *pass = new_pass(net);
    lnt_optim *optim;
    lnt_derivatives *d;
    lnt_optim_config adam = lnt_optim_defaults(LNT_ADAM);
    adam.learning_rate = 0.02;
    OK(lnt_optim_create(&optim, net, &adam));
    lnt_derivatives_config config = lnt_derivatives_defaults();
    config.second = true;
    OK(lnt_derivatives_create(&d, net, &config, NULL));
    lnt_tensor x = matrix(LNT_F64, 6, 1), y = copy_of(LNT_F64, &x), slope = copy_of(LNT_F64, &x);
    for (size_t i = 0; i < 6; i++) {
        const double at = 1.2 * (double) i - 3;
        OK(lnt_tensor_set(&x, i, 0, at));
        OK(lnt_tensor_set(&y, i, 0, sin(at)));
        OK(lnt_tensor_set(&slope, i, 0, cos(at)));
    }
    const lnt_loss mse = lnt_mse(LNT_MEAN);
    for (int step = 0; step < 1500; step++) {
        double value;
        lnt_tensor gradients = lnt_pass_gradients(pass);
        OK(lnt_pass_forward(pass, net, &x, NULL));
        OK(lnt_pass_backward(pass, net, &mse, &y, NULL, &value));
        if (slopes) {
            OK(lnt_derivatives_linearize(d, &x, NULL));
            OK(lnt_jacobian_loss(d, &slope, NULL, LNT_MEAN, 1, 1, &value, &gradients));
        }
        OK(lnt_optim_step(optim, net, pass));
    }
    double worst = 0;
    for (int i = -30; i <= 30; i++) {
        lnt_tensor at = matrix(LNT_F64, 1, 1), found;
        OK(lnt_tensor_set(&at, 0, 0, i / 10.0));
        OK(lnt_derivatives_linearize(d, &at, &found));
        worst = fmax(worst, fabs(lnt_tensor_get(&found, 0, 0) - sin(i / 10.0)));
    }
    lnt_derivatives_destroy(d);
    lnt_optim_destroy(optim);
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
    return worst;
}

Test(jacobian_loss, slopes_help)
{
    const double values = worst_after_training(false), both = worst_after_training(true);
    assert_lt(both, 0.02, "values %g, and slopes %g", values, both);
    assert_lt(both, values / 3, "values %g, and slopes %g", values, both);
}

Test(jacobian_loss, refuses)
{
    scene s = scene_number(LNT_F64, 1);
    const size_t n = s.parameters.cols;
    lnt_tensor target = matrix(LNT_F64, ROWS * s.outputs, INPUTS), g = matrix(LNT_F64, 1, n);
    lnt_tensor weights = matrix(LNT_F64, ROWS, 1);
    double value;
    FAILS(LNT_ERR_NULL, lnt_jacobian_loss(s.d, &target, NULL, LNT_MEAN, 1, 0, NULL, &g));
    FAILS(LNT_ERR_SHAPE, lnt_jacobian_loss(s.d, &g, NULL, LNT_MEAN, 1, 0, &value, &g));
    FAILS(LNT_ERR_SHAPE, lnt_jacobian_loss(s.d, &target, &target, LNT_MEAN, 1, 0, &value, &g));
    FAILS(LNT_ERR_INVALID,
          lnt_jacobian_loss(s.d, &target, NULL, (lnt_reduction) 7, 1, 0, &value, &g));
    OK(lnt_jacobian_loss(s.d, &target, &weights, LNT_MEAN, 1, 0, &value, &g));
    assert_eq(value, 0);
    assert_eq(lnt_tensor_get(&g, 0, 0), 0); /* no row counts */
    OK(lnt_tensor_set(&weights, 1, 0, -1));
    FAILS(LNT_ERR_INVALID, lnt_jacobian_loss(s.d, &target, &weights, LNT_MEAN, 1, 0, &value, &g));
    finish(&s);
}
