/* SPDX-License-Identifier: MIT */
#include "support/line_search.h"

/* Scaled conjugate gradients against Møller's steps in NumPy; see tests/reference/make_lbfgs.py. */

static void scg_case(const char *name, double factor, double l2)
{
    static reference_file file;
    char key[64];
    read_file(&file, "lbfgs.txt");
    lnt_optim_config config = lnt_optim_defaults(LNT_SCG);
    config.l2 = l2;
    runner r = reference_runner(&file, LNT_F64, factor, &config);
    snprintf(key, sizeof key, "%s.lambda", name);
    const lnt_tensor *lambdas = find(&file, key);
    runner twin = reference_runner(&file, LNT_F64, factor, &config);
    for (size_t i = 0; i < lambdas->cols; i++) {
        const double expected = lnt_tensor_get(lambdas, 0, i);
        assert_lt(fabs(lnt_optim_damping(twin.optim) / expected - 1), 1e-4,
                  "%s, λ of step %zu: %g, %g", name, i, lnt_optim_damping(twin.optim), expected);
        step(&twin);
    }
    follow(&file, name, &r, 1e-5);
    finish(&r);
    finish(&twin);
}

Test(scg, follows_numpy)
{
    scg_case("scg", 1, 0);
    scg_case("scg_l2", 1, 0.02);
    scg_case("scg_far", 6, 0);
}

/* A try that fails moves nothing, is no end, and costs one evaluation: its curvature is kept. */
Test(scg, a_try_that_fails)
{
    static reference_file file;
    read_file(&file, "lbfgs.txt");
    const lnt_optim_config config = lnt_optim_defaults(LNT_SCG);
    runner r = reference_runner(&file, LNT_F64, 6, &config);
    const lnt_tensor w = lnt_net_parameters(r.net);
    size_t failed = 0;
    for (size_t i = 0; i < 50; i++) {
        const lnt_tensor before = copy_of(LNT_F64, &w);
        evaluate(&r);
        const double lambda = lnt_optim_damping(r.optim), value = r.value;
        const bool again = i > 0 && !r.outcome.evaluated;
        step(&r);
        assert_eq(r.outcome.evaluations, again ? 1 : 2);
        if (!r.outcome.evaluated) {
            failed++;
            assert_same_bits(&before, &w);
            cr_assert(!r.outcome.stalled);
            assert_eq(r.value, value);
            assert_gt(lnt_optim_damping(r.optim), lambda);
        } else {
            if (i != 0) {
                assert_lt(r.value, value);
            }
        }
    }
    assert_eq(failed, 3);
    finish(&r);
}

/* On parts of the data each step is along −g, whatever the step before was. */
Test(scg, begins_anew_on_parts_of_the_data)
{
    static reference_file file;
    read_file(&file, "lbfgs.txt");
    const lnt_optim_config config = lnt_optim_defaults(LNT_SCG);
    runner r = reference_runner(&file, LNT_F64, 1, &config);
    const lnt_tensor w = lnt_net_parameters(r.net), g = lnt_pass_gradients(r.pass);
    r.part = true;
    for (size_t i = 0; i < 8; i++) {
        double product, squares, length;
        evaluate(&r);
        lnt_tensor s = matrix(LNT_F64, 1, w.cols);
        const lnt_tensor before = copy_of(LNT_F64, &w), old = copy_of(LNT_F64, &g);
        step(&r);
        OK(lnt_copy(&w, &s));
        OK(lnt_axpy(-1, &before, &s));
        OK(lnt_dot(&s, &old, &product));
        OK(lnt_norm(LNT_NORM_L2, &s, &length));
        OK(lnt_norm(LNT_NORM_L2, &old, &squares));
        assert_gt(length, 0);
        assert_lt(fabs(product + length * squares), 1e-12 * length * squares);
    }
    finish(&r);
}
