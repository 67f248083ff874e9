/* SPDX-License-Identifier: MIT */
/*
 * A net stands in for the force on a pendulum in honey, g(angle, speed) = -sin(angle) - 20·speed,
 * and its derivatives serve an implicit solver: with steps of 0.25 an explicit one would blow up.
 */
#include <linnet/linnet.h>
#include <math.h>
#include <stdio.h>

enum { SIDE = 30, SAMPLES = SIDE * SIDE, STEPS = 40 };

static const double step = 0.25;

static double force(double angle, double speed)
{
    return -sin(angle) - 20 * speed;
}

static lnt_status train(lnt_net **net, lnt_scaler **inputs, lnt_scaler **targets, lnt_error *error)
{
    static double states[SAMPLES][2], forces[SAMPLES], scaled[SAMPLES][2], scaled_forces[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
        states[i][0] = 4.0 * (i / SIDE) / (SIDE - 1) - 2; /* angles and speeds that will come up */
        states[i][1] = 0.4 * (i % SIDE) / (SIDE - 1) - 0.2;
        forces[i] = force(states[i][0], states[i][1]);
    }
    const lnt_tensor x = lnt_tensor_f64(states[0], SAMPLES, 2),
                     y = lnt_tensor_f64(forces, SAMPLES, 1);
    lnt_tensor x_scaled = lnt_tensor_f64(scaled[0], SAMPLES, 2);
    lnt_tensor y_scaled = lnt_tensor_f64(scaled_forces, SAMPLES, 1);
    LNT_TRY(lnt_scaler_fit(inputs, LNT_SCALING_STANDARD, &x, NULL));
    LNT_TRY(lnt_scaler_fit(targets, LNT_SCALING_STANDARD, &y, NULL));
    LNT_TRY(lnt_scaler_transform(*inputs, &x, &x_scaled));
    LNT_TRY(lnt_scaler_transform(*targets, &y, &y_scaled));

    const lnt_layer layers[] = {lnt_dense(16, LNT_TANH), lnt_dense(1, LNT_IDENTITY)};
    LNT_TRY(lnt_net_create(
        net, &(lnt_net_config){
                 .dtype = LNT_F64, .inputs = 2, .layers = layers, .n_layers = 2, .seed = 3}));
    lnt_fit_config fit = lnt_fit_defaults();
    fit.epochs = 1500;
    fit.batch_rows = SAMPLES;
    fit.optim = lnt_optim_defaults(LNT_LBFGS);
    return lnt_fit(*net, &x_scaled, &y_scaled, &fit, NULL, error);
}

/* Implicit Euler: speed = before + step·g(angle + step·speed, speed), by Newton's method. */
static lnt_status solve(lnt_derivatives *d, double *angle, double *speed, double *worst)
{
    const double before = *speed, from = *angle;
    for (int i = 0; i < 20; i++) {
        double state[2] = {from + step * *speed, *speed}, slopes[2];
        const lnt_tensor x = lnt_tensor_f64(state, 1, 2);
        lnt_tensor y, jacobian = lnt_tensor_f64(slopes, 1, 2);
        LNT_TRY(lnt_derivatives_linearize(d, &x, &y));
        LNT_TRY(lnt_jacobian(d, &jacobian));
        *worst = fmax(*worst, fabs(slopes[0] + cos(state[0])));
        const double residual = *speed - before - step * lnt_tensor_get(&y, 0, 0);
        const double change = residual / (1 - step * (step * slopes[0] + slopes[1]));
        *speed -= change;
        *angle = from + step * *speed;
        if (fabs(change) < 1e-12) {
            return LNT_OK;
        }
    }
    return LNT_ERR_NONFINITE; /* it does not settle */
}

static lnt_status run(lnt_net **net, lnt_scaler **inputs, lnt_scaler **targets, lnt_derivatives **d,
                      lnt_error *error)
{
    LNT_TRY(train(net, inputs, targets, error));
    lnt_derivatives_config config = lnt_derivatives_defaults();
    config.max_rows = 1;
    config.inputs = *inputs; /* x, y and derivatives in units of their own */
    config.targets = *targets;
    LNT_TRY(lnt_derivatives_create(d, *net, &config, error));

    double angle = 1.8, speed = 0, worst = 0, true_angle = angle, true_speed = speed,
           error_most = 0;
    for (int i = 0; i < STEPS; i++) {
        LNT_TRY(solve(*d, &angle, &speed, &worst));
        const double before = true_speed, from = true_angle;
        for (int k = 0; k < 50; k++) { /* the same equation with the true force, to compare */
            true_speed = (before - step * sin(true_angle)) / (1 + 20 * step);
            true_angle = from + step * true_speed;
        }
        error_most = fmax(error_most, fabs(angle - true_angle));
    }
    printf("angle %.4f after %d steps, largest error %.1e\n", angle, STEPS, error_most);
    printf("largest error of dg/dangle %.1e\n", worst);
    return LNT_OK;
}

int main(void)
{
    lnt_net *net = NULL;
    lnt_scaler *inputs = NULL, *targets = NULL;
    lnt_derivatives *d = NULL;
    lnt_error error = {.message = ""};
    const lnt_status status = run(&net, &inputs, &targets, &d, &error);
    if (status != LNT_OK) {
        fprintf(stderr, "sensitivity: %s\n",
                error.message[0] ? error.message : lnt_status_text(status));
    }
    lnt_derivatives_destroy(d);
    lnt_scaler_destroy(targets);
    lnt_scaler_destroy(inputs);
    lnt_net_destroy(net);
    return status == LNT_OK ? 0 : 1;
}
