/* SPDX-License-Identifier: MIT */
/* K-FAC on all the data: its damping follows how well the model foretold the change of the loss. */
#include "support/net.h"

enum { INPUTS = 3, OUTPUTS = 2, ROWS = 24, RUNS = 60, STEPS = 20, PERIOD = 5 };

static const double less = 0.7737809375; /* (19/20)^5 */

typedef struct run {
    lnt_net *net;
    lnt_pass *pass;
    lnt_optim *optim;
    lnt_derivatives *derivatives;
    lnt_tensor x, y;
    lnt_loss loss;
} run;

/* From much damping to hardly any, and from weights near 0 to saturated ones. */
static run run_of(size_t number)
{
    const lnt_layer layers[] = {lnt_dense(5, LNT_TANH), lnt_dense(OUTPUTS, LNT_IDENTITY)};
    const lnt_derivatives_config room = lnt_derivatives_defaults();
    lnt_optim_config config = lnt_optim_defaults(LNT_KFAC);
    config.kfac.damping = pow(10, -(double) number / 6);
    run r = {.net = new_net(LNT_F64, INPUTS, layers, 2), .loss = lnt_mse(LNT_MEAN)};
    lnt_tensor w = lnt_net_parameters(r.net);
    OK(lnt_scale(1 + (double) (number % 4) * 2, &w));
    r.pass = new_pass(r.net);
    OK(lnt_optim_create(&r.optim, r.net, &config));
    OK(lnt_derivatives_create(&r.derivatives, r.net, &room, NULL));
    r.x = random_matrix(LNT_F64, ROWS, INPUTS, 1 + number);
    r.y = random_matrix(LNT_F64, ROWS, OUTPUTS, 2 + number);
    return r;
}

static void finish(run *r)
{
    lnt_derivatives_destroy(r->derivatives);
    lnt_optim_destroy(r->optim);
    lnt_pass_destroy(r->pass);
    lnt_net_destroy(r->net);
}

/* ½·δᵀ·(F + λ)·δ + ∇ᵀ·δ at `before`, where F is the Gauss-Newton matrix. */
static double foretold(run *r, const lnt_tensor *before, const lnt_tensor *gradient,
                       const lnt_tensor *delta, double lambda)
{
    lnt_tensor w = lnt_net_parameters(r->net), product = matrix(LNT_F64, 1, w.cols);
    const lnt_tensor now = copy_of(LNT_F64, &w);
    double curvature, squares, slope;
    OK(lnt_copy(before, &w));
    OK(lnt_derivatives_linearize(r->derivatives, &r->x, NULL));
    OK(lnt_ggn_vp(r->derivatives, &r->loss, &r->y, NULL, delta, &product));
    OK(lnt_copy(&now, &w));
    OK(lnt_dot(&product, delta, &curvature));
    OK(lnt_dot(delta, delta, &squares));
    OK(lnt_dot(gradient, delta, &slope));
    return (curvature + lambda * squares) / 2 + slope;
}

/* Takes a step; returns the change of the loss by what was foretold of it. */
static double step(run *r, double lambda)
{
    const lnt_tensor w = lnt_net_parameters(r->net), g = lnt_pass_gradients(r->pass);
    lnt_optim_batch batch = {.x = &r->x, .target = &r->y, .loss = &r->loss, .full_batch = true};
    lnt_optim_outcome outcome;
    OK(lnt_pass_forward_backward(r->pass, r->net, &r->x, &r->loss, &r->y, NULL, &batch.value));
    const lnt_tensor before = copy_of(LNT_F64, &w), gradient = copy_of(LNT_F64, &g);
    OK(lnt_optim_step_batch(r->optim, r->net, r->pass, &batch, &outcome));
    lnt_tensor delta = copy_of(LNT_F64, &w);
    OK(lnt_axpy(-1, &before, &delta));
    return (outcome.value - batch.value) / foretold(r, &before, &gradient, &delta, lambda);
}

/* Every five steps: less damping above 3/4, more below 1/4, and the same between. */
Test(kfac_damping, follows_the_ratio_of_change_and_model)
{
    size_t lowered = 0, kept = 0, raised = 0;
    for (size_t number = 0; number < RUNS; number++) {
        run r = run_of(number);
        for (size_t i = 1; i <= STEPS; i++) {
            const double lambda = lnt_optim_damping(r.optim), ratio = step(&r, lambda);
            const double factor = lnt_optim_damping(r.optim) / lambda;
            if (factor > 2 || fabs(ratio - 0.75) < 1e-6 || fabs(ratio - 0.25) < 1e-6) {
                continue; /* steps were taken back, with other damping; or rounding decides */
            }
            const bool due = i % PERIOD == 0;
            const double expected = !due ? 1 : ratio > 0.75 ? less : ratio < 0.25 ? 1 / less : 1;
            assert_near(factor, expected, 1e-12, "run %zu, step %zu: ratio %g, damping * %g",
                        number, i, ratio, factor);
            lowered += due && ratio > 0.75 && ratio < 1.25;
            kept += due && ratio > 0.5 && ratio < 0.75;
            raised += due && ratio < 0.25;
        }
        finish(&r);
    }
    assert_gt(lowered, 0, "%zu, %zu and %zu", lowered, kept, raised);
    assert_gt(kept, 0, "%zu, %zu and %zu", lowered, kept, raised);
    assert_gt(raised, 0, "%zu, %zu and %zu", lowered, kept, raised);
}
