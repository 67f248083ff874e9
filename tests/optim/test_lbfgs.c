/* SPDX-License-Identifier: MIT */
#include "support/line_search.h"

/* L-BFGS against NumPy's, and what its search promises; see tests/reference/make_lbfgs.py. */

static void lbfgs_case(const char *name, void (*set)(lnt_optim_config *c))
{
    static reference_file file;
    read_file(&file, "lbfgs.txt");
    lnt_optim_config config = lnt_optim_defaults(LNT_LBFGS);
    set(&config);
    runner r = reference_runner(&file, LNT_F64, 1, &config);
    follow(&file, name, &r, 1e-7);
    finish(&r);
}

static void set_nothing(lnt_optim_config *c)
{
    (void) c;
}

static void set_short(lnt_optim_config *c)
{
    c->lbfgs.history_size = 3;
}

static void set_l2(lnt_optim_config *c)
{
    c->lbfgs.history_size = 5;
    c->l2 = 0.02;
}

static void set_settings(lnt_optim_config *c)
{
    c->learning_rate = 0.3;
    c->lbfgs.c1 = 0.01;
    c->lbfgs.c2 = 0.3;
}

Test(lbfgs, follows_numpy)
{
    lbfgs_case("lbfgs", set_nothing);
    lbfgs_case("lbfgs_short", set_short);
    lbfgs_case("lbfgs_l2", set_l2);
    lbfgs_case("lbfgs_settings", set_settings);
}

/* s = Δw is along the direction, so the conditions can be told from it. */
Test(lbfgs, strong_wolfe_conditions_hold_at_each_step)
{
    static reference_file file;
    read_file(&file, "lbfgs.txt");
    const lnt_optim_config config = lnt_optim_defaults(LNT_LBFGS);
    runner r = reference_runner(&file, LNT_F64, 3, &config);
    const lnt_tensor w = lnt_net_parameters(r.net), g = lnt_pass_gradients(r.pass);
    lnt_tensor s = matrix(LNT_F64, 1, w.cols), before = matrix(LNT_F64, 1, w.cols);
    for (size_t i = 0; i < 60; i++) {
        double slope, now;
        evaluate(&r);
        const double value = r.value;
        OK(lnt_copy(&w, &before));
        const lnt_tensor old = copy_of(LNT_F64, &g);
        step(&r);
        OK(lnt_copy(&w, &s));
        OK(lnt_axpy(-1, &before, &s));
        OK(lnt_dot(&s, &old, &slope));
        OK(lnt_dot(&s, &g, &now));
        cr_assert(r.outcome.evaluated);
        cr_assert(!r.outcome.stalled);
        assert_lt(slope, 0);
        assert_le(r.value, value + 1e-4 * slope * (1 - 1e-9), "step %zu", i);
        assert_le(fabs(now), -0.9 * slope * (1 + 1e-9), "step %zu", i);
    }
    finish(&r);
}

/* 1 − exp(−ŷ²/2), concave where |ŷ| > 1. */
static lnt_status bell(const lnt_tensor *output, const lnt_tensor *target,
                       const lnt_tensor *weights, double *value, lnt_tensor *gradient,
                       void *context)
{
    (void) target, (void) weights, (void) context;
    const double y = lnt_tensor_get(output, 0, 0);
    *value = 1 - exp(-y * y / 2);
    return gradient != NULL ? lnt_tensor_set(gradient, 0, 0, y * exp(-y * y / 2)) : LNT_OK;
}

Test(lbfgs, pairs_of_negative_curvature_are_left_out)
{
    lnt_layer layer = lnt_dense(1, LNT_IDENTITY);
    layer.bias = false;
    layer.weight_init = lnt_init_constant(3);
    lnt_optim_config config = lnt_optim_defaults(LNT_LBFGS);
    config.lbfgs.max_line_search = 1; /* the lowest of one trial is taken, Wolfe or not */
    const lnt_tensor x = matrix(LNT_F64, 1, 1), y = matrix(LNT_F64, 1, 1);
    OK(lnt_tensor_set(&x, 0, 0, 1));
    runner r = runner_of(new_net(LNT_F64, 1, &layer, 1), x, y,
                         lnt_custom_loss(bell, NULL, LNT_MEAN), &config);
    const lnt_tensor w = lnt_net_parameters(r.net);
    step(&r);
    assert_lt(fabs(lnt_tensor_get(&w, 0, 0) - (3 - 3 * exp(-4.5))), 1e-14, "η·min(1, 1/‖g‖)·g");
    cr_assert(r.outcome.evaluated);
    assert_eq(r.outcome.evaluations, 1);
    assert_eq(r.optim->numbers[0], 0);
    r.optim->config.lbfgs.max_line_search = 25;
    for (size_t i = 0; i < 20 && fabs(lnt_tensor_get(&w, 0, 0)) > 1e-8; i++) {
        step(&r);
    }
    assert_gt(r.optim->numbers[0], 0);
    assert_le(fabs(lnt_tensor_get(&w, 0, 0)), 1e-8);
    finish(&r);
}

/* Down to a wall: −y where y < 2, and steeply up behind. */
static lnt_status wall(const lnt_tensor *output, const lnt_tensor *target,
                       const lnt_tensor *weights, double *value, lnt_tensor *gradient,
                       void *context)
{
    (void) target, (void) weights, (void) context;
    const double y = lnt_tensor_get(output, 0, 0);
    *value = y < 2 ? -y : 10 * (y - 2) - 2;
    return gradient != NULL ? lnt_tensor_set(gradient, 0, 0, y < 2 ? -1 : 10) : LNT_OK;
}

/* The first trial, at 1, is too flat for Wolfe, and the second, at 5, is behind the wall. */
Test(lbfgs, a_search_without_success_ends_at_the_lowest_point)
{
    lnt_layer layer = lnt_dense(1, LNT_IDENTITY);
    layer.bias = false;
    layer.weight_init = lnt_init_zeros();
    lnt_optim_config config = lnt_optim_defaults(LNT_LBFGS);
    config.lbfgs.max_line_search = 2;
    const lnt_tensor x = matrix(LNT_F64, 1, 1), y = matrix(LNT_F64, 1, 1);
    OK(lnt_tensor_set(&x, 0, 0, 1));
    runner r = runner_of(new_net(LNT_F64, 1, &layer, 1), x, y,
                         lnt_custom_loss(wall, NULL, LNT_MEAN), &config);
    const lnt_tensor w = lnt_net_parameters(r.net), g = lnt_pass_gradients(r.pass);
    step(&r);
    assert_eq(r.outcome.evaluations, 3, "%zu evaluations", r.outcome.evaluations);
    assert_eq(lnt_tensor_get(&w, 0, 0), 1, "the step ends at %g", lnt_tensor_get(&w, 0, 0));
    cr_assert(r.outcome.evaluated);
    cr_assert(!r.outcome.stalled);
    assert_eq(r.outcome.value, -1);
    assert_eq(lnt_tensor_get(&g, 0, 0), -1, "the gradient is that of the last trial");
    finish(&r);
}

/* The state of a file may be anything: nothing outside the memory is touched. */
Test(lbfgs, a_state_that_cannot_be_is_survived)
{
    static reference_file file;
    static const double bad[] = {NAN, INFINITY, -3, 1e18, 21};
    read_file(&file, "lbfgs.txt");
    for (size_t i = 0; i < 5; i++) {
        const lnt_optim_config config = lnt_optim_defaults(LNT_LBFGS);
        runner r = reference_runner(&file, LNT_F64, 1, &config);
        step(&r);
        step(&r);
        const double value = r.value;
        r.optim->numbers[0] = r.optim->numbers[1] = bad[i];
        step(&r);
        assert_lt(r.value, value);
        r.optim->numbers[2] = NAN; /* γ: no direction, so −g */
        step(&r);
        assert_lt(r.value, value);
        assert_eq(r.optim->numbers[0], 1);
        finish(&r);
    }
}

Test(lbfgs, settings_out_of_range)
{
    const lnt_layer layer = lnt_dense(2, LNT_TANH);
    lnt_net *net = new_net(LNT_F64, 2, &layer, 1);
    lnt_optim_config wrong[8];
    for (size_t i = 0; i < 8; i++) {
        wrong[i] = lnt_optim_defaults(LNT_LBFGS);
    }
    wrong[0].lbfgs.history_size = 0;
    wrong[1].lbfgs.history_size = 1001;
    wrong[2].lbfgs.c1 = 0;
    wrong[3].lbfgs.c1 = 0.9;
    wrong[4].lbfgs.c2 = 1;
    wrong[5].lbfgs.c2 = NAN;
    wrong[6].lbfgs.max_line_search = 0;
    wrong[7].learning_rate = 0;
    for (size_t i = 0; i < 8; i++) {
        lnt_optim *optim = NULL;
        FAILS(LNT_ERR_INVALID, lnt_optim_create(&optim, net, &wrong[i]));
        FAILS(LNT_ERR_INVALID, lnt_optim_supports(&wrong[i], net, NULL, NULL));
    }
    lnt_net_destroy(net);
}
