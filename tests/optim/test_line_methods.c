/* SPDX-License-Identifier: MIT */
#include "support/failing_allocator.h"
#include "support/line_search.h"

/* What L-BFGS and scaled conjugate gradients must both do. */

static const lnt_optim_kind kinds[] = {LNT_LBFGS, LNT_SCG};

#define FOR_BOTH(kind) for (size_t k_ = 0; k_ < 2 && (kind = kinds[k_], true); k_++)

enum { ROWS = 30, INPUTS = 4 };

static runner net_runner(lnt_dtype dtype, const lnt_layer *layers, size_t n,
                         const lnt_optim_config *config)
{
    return runner_of(new_net(dtype, INPUTS, layers, n), random_matrix(dtype, ROWS, INPUTS, 1),
                     random_matrix(dtype, ROWS, 1, 2), lnt_mse(LNT_MEAN), config);
}

static runner tanh_runner(lnt_dtype dtype, const lnt_optim_config *config)
{
    const lnt_layer layers[] = {lnt_dense(6, LNT_TANH), lnt_dense(1, LNT_IDENTITY)};
    return net_runner(dtype, layers, 2, config);
}

static void run(runner *r, size_t steps)
{
    for (size_t i = 0; i < steps; i++) {
        step(r);
    }
}

/* 2-norm of the whole objective's gradient. */
static double gradient_norm(runner *r)
{
    const lnt_tensor w = lnt_net_parameters(r->net);
    lnt_tensor g = matrix(w.dtype, 1, w.cols);
    double value = 0, norm;
    OK(lnt_pass_forward_backward(r->pass, r->net, &r->x, &r->loss, &r->y, NULL, &value));
    OK(lnt_optim_penalised(r->optim, r->net, r->pass, g.data, &value));
    OK(lnt_norm(LNT_NORM_L2, &g, &norm));
    return norm;
}

/* Steps until it is stuck; returns how many. */
static size_t run_out(runner *r, size_t most)
{
    for (size_t i = 0; i < most; i++) {
        const double value = r->value;
        step(r);
        if (r->outcome.stalled) {
            if (i != 0) {
                assert_eq(r->value, value);
            }
            return i;
        }
    }
    return most;
}

/* A linear net's least squares: a quadratic, solved by conjugate gradients in as many steps as
 * parameters, and the residual is orthogonal to inputs and ones. */
Test(line_methods, least_squares)
{
    lnt_optim_kind kind;
    FOR_BOTH(kind)
    {
        const lnt_layer layer = lnt_dense(1, LNT_IDENTITY);
        lnt_optim_config config = lnt_optim_defaults(kind);
        runner r = net_runner(LNT_F64, &layer, 1, &config);
        run(&r, kind == LNT_SCG ? INPUTS + 4 : 15);
        assert_lt(gradient_norm(&r), kind == LNT_SCG ? 1e-6 : 1e-7, "%s: %g", lnt_optim_name(kind),
                  gradient_norm(&r));
        /* With targets that the net can meet, to the last digits. */
        const lnt_tensor solution = random_matrix(LNT_F64, 1, INPUTS, 9);
        const lnt_tensor column = lnt_transpose(&solution);
        OK(lnt_gemm(1, &r.x, &column, 0, &r.y));
        r.outcome.evaluated = false;
        run_out(&r, 200);
        const lnt_tensor w = lnt_net_parameters(r.net);
        for (size_t i = 0; i <= INPUTS; i++) {
            const double expected = i < INPUTS ? lnt_tensor_get(&solution, 0, i) : 0;
            assert_lt(fabs(lnt_tensor_get(&w, 0, i) - expected), 1e-10, "%s: %g",
                      lnt_optim_name(kind), lnt_tensor_get(&w, 0, i) - expected);
        }
        finish(&r);
    }
}

/* Ends where nothing lessens the loss, without a step after; with l2 it is the whole objective's.
 */
Test(line_methods, stuck_at_a_minimum)
{
    lnt_optim_kind kind;
    FOR_BOTH(kind)
    {
        lnt_optim_config config = lnt_optim_defaults(kind);
        config.l2 = 0.01;
        runner r = tanh_runner(LNT_F64, &config);
        const size_t steps = run_out(&r, 5000);
        assert_lt(steps, 5000, "%s", lnt_optim_name(kind));
        assert_lt(gradient_norm(&r), 1e-6, "%s: %g after %zu", lnt_optim_name(kind),
                  gradient_norm(&r), steps);
        double loss;
        OK(lnt_pass_forward_backward(r.pass, r.net, &r.x, &r.loss, &r.y, NULL, &loss));
        assert_eq(r.value, loss, "the loss without l2");
        finish(&r);
    }
}

Test(line_methods, no_gradient_at_all)
{
    lnt_optim_kind kind;
    FOR_BOTH(kind)
    {
        const lnt_optim_config config = lnt_optim_defaults(kind);
        runner r = tanh_runner(LNT_F64, &config);
        lnt_tensor w = lnt_net_parameters(r.net);
        OK(lnt_fill(0, &w));
        OK(lnt_fill(0, &r.y));
        step(&r);
        cr_assert(r.outcome.stalled);
        cr_assert(r.outcome.evaluated);
        assert_eq(r.outcome.evaluations, 0);
        assert_eq(r.value, 0);
        finish(&r);
    }
}

/* With rate 0, to which schedules come down, L-BFGS rests. */
Test(line_methods, a_rate_of_zero)
{
    const lnt_optim_config config = lnt_optim_defaults(LNT_LBFGS);
    runner r = tanh_runner(LNT_F64, &config);
    step(&r);
    const lnt_tensor w = lnt_net_parameters(r.net), before = copy_of(LNT_F64, &w);
    OK(lnt_optim_set_learning_rate(r.optim, 0));
    step(&r);
    assert_same_bits(&w, &before);
    cr_assert(!r.outcome.stalled);
    cr_assert(r.outcome.evaluated);
    finish(&r);
}

/* Poisson's exp is infinite not far from here, in single precision at 88. */
Test(line_methods, regions_that_are_not_finite)
{
    lnt_optim_kind kind;
    FOR_BOTH(kind)
    {
        for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
            const lnt_layer layer = lnt_dense(1, LNT_IDENTITY);
            const lnt_optim_config config = lnt_optim_defaults(kind);
            runner r = net_runner(dtype, &layer, 1, &config);
            r.loss = lnt_loss_defaults(LNT_LOSS_POISSON, LNT_SUM);
            OK(lnt_fill(3, &r.y));
            OK(lnt_scale(dtype == LNT_F32 ? 40 : 300, &r.x));
            lnt_tensor w = lnt_net_parameters(r.net);
            OK(lnt_scale(0, &w));
            evaluate(&r);
            const double first = r.value;
            run_out(&r, 300);
            bool finite;
            OK(lnt_all_finite(&w, &finite, NULL, NULL));
            cr_assert(finite, "%s %d: %g from %g", lnt_optim_name(kind), (int) dtype, r.value,
                      first);
            assert_finite(r.value, "%s %d: %g from %g", lnt_optim_name(kind), (int) dtype, r.value,
                          first);
            assert_lt(r.value, first, "%s %d: %g from %g", lnt_optim_name(kind), (int) dtype,
                      r.value, first);
            finish(&r);
        }
    }
}

Test(line_methods, single_precision_follows_double)
{
    lnt_optim_kind kind;
    FOR_BOTH(kind)
    {
        const lnt_optim_config config = lnt_optim_defaults(kind);
        runner r = tanh_runner(LNT_F64, &config), s = tanh_runner(LNT_F32, &config);
        for (size_t i = 0; i < 10; i++) {
            step(&r);
            step(&s);
            assert_lt(fabs(s.value / r.value - 1), 2e-2, "%s, step %zu: %g, %g",
                      lnt_optim_name(kind), i, s.value, r.value);
        }
        run(&r, 150);
        run(&s, 150);
        assert_lt(s.value, 1.3 * r.value + 1e-3, "%s: %g, %g", lnt_optim_name(kind), s.value,
                  r.value);
        finish(&r);
        finish(&s);
    }
}

/* Stopped after each step, also in the middle of failed tries, and gone on with elsewhere. */
Test(line_methods, state_and_place_are_all_that_is_remembered)
{
    lnt_optim_kind kind;
    FOR_BOTH(kind)
    {
        for (size_t stop = 0; stop < 16; stop++) {
            lnt_optim_config config = lnt_optim_defaults(kind);
            config.lbfgs.history_size = 4;
            config.l2 = 1e-3;
            config.ema_decay = 0.9;
            const lnt_dtype dtype = stop % 2 == 0 ? LNT_F64 : LNT_F32;
            runner r = tanh_runner(dtype, &config), s = tanh_runner(dtype, &config);
            const lnt_tensor w = lnt_net_parameters(r.net), state = lnt_optim_state(r.optim);
            lnt_tensor v = lnt_net_parameters(s.net), into = lnt_optim_state(s.optim);
            lnt_tensor far = w;
            OK(lnt_scale(5, &far));
            r.part = s.part = stop % 3 == 0;
            run(&r, stop);
            const lnt_optim_scalars place = lnt_optim_get_scalars(r.optim);
            OK(lnt_copy(&w, &v));
            OK(lnt_copy(&state, &into));
            OK(lnt_optim_set_scalars(s.optim, &place));
            run(&r, 10);
            run(&s, 10);
            assert_same_bits(&w, &v, "%s from %zu", lnt_optim_name(kind), stop);
            assert_same_bits(&state, &into, "%s from %zu", lnt_optim_name(kind), stop);
            assert_eq(lnt_optim_steps(s.optim), stop + 10);
            assert_eq(r.value, s.value);
            finish(&r);
            finish(&s);
        }
    }
}

Test(line_methods, averages)
{
    lnt_optim_kind kind;
    FOR_BOTH(kind)
    {
        lnt_optim_config config = lnt_optim_defaults(kind);
        config.ema_decay = 0.5;
        runner r = tanh_runner(LNT_F64, &config);
        const lnt_tensor w = lnt_net_parameters(r.net);
        lnt_tensor average = matrix(LNT_F64, 1, w.cols);
        for (size_t i = 0; i < 4; i++) {
            step(&r);
            OK(lnt_scale(i == 0 ? 0 : 0.5, &average));
            OK(lnt_axpy(i == 0 ? 1 : 0.5, &w, &average));
        }
        OK(lnt_optim_swap_ema(r.optim, r.net));
        assert_lt(difference(&w, &average), 1e-15);
        finish(&r);
    }
}

Test(line_methods, refused_with_a_sentence)
{
    lnt_optim_kind kind;
    FOR_BOTH(kind)
    {
        const lnt_optim_group frozen = {.n_layers = 1, .roles = LNT_ALL_ROLES};
        lnt_optim_config config = lnt_optim_defaults(kind);
        const lnt_layer layer = lnt_dense(1, LNT_IDENTITY);
        lnt_net *net = new_net(LNT_F64, INPUTS, &layer, 1);
        lnt_error error = {0};
        OK(lnt_optim_supports(&config, net, NULL, &error));
        config.groups = &frozen;
        config.n_groups = 1;
        FAILS(LNT_ERR_INVALID, lnt_optim_supports(&config, net, NULL, &error));
        assert_contains(error.message, "n_groups is 1, which ");
        assert_contains(error.message, lnt_optim_name(kind));
        lnt_net_destroy(net);
    }
}

Test(line_methods, one_block_of_memory)
{
    lnt_optim_kind kind;
    FOR_BOTH(kind)
    {
        failing counter = {0};
        const lnt_allocator allocator = failing_allocator(&counter);
        lnt_optim_config config = lnt_optim_defaults(kind);
        config.allocator = &allocator;
        const lnt_layer layer = lnt_dense(300, LNT_RELU);
        lnt_net *net = new_net(LNT_F64, 200, &layer, 1);
        lnt_optim *optim = NULL;
        OK(lnt_optim_create(&optim, net, &config));
        /* What the step began from, gradient and trial; pairs and direction; p. */
        const size_t vectors = kind == LNT_LBFGS ? 4 + 2 * config.lbfgs.history_size : 4;
        const size_t paper = vectors * lnt_net_n_parameters(net) * sizeof(double);
        assert_eq(counter.calls, 1, "%zu bytes, on paper %zu", counter.bytes, paper);
        assert_ge(counter.bytes, paper, "%zu bytes, on paper %zu", counter.bytes, paper);
        assert_lt(counter.bytes, paper + 2048, "%zu bytes, on paper %zu", counter.bytes, paper);
        lnt_optim_destroy(optim);
        counter.fail_at = 2;
        FAILS(LNT_ERR_MEMORY, lnt_optim_create(&optim, net, &config));
        cr_assert_null(optim);
        assert_eq(counter.live, 0);
        lnt_net_destroy(net);
    }
}

/* Noisy targets that a wide net can learn by heart: the best net on rows held out is kept. */
Test(line_methods, early_stopping_restores_the_best)
{
    lnt_optim_kind kind;
    FOR_BOTH(kind)
    {
        const lnt_layer layers[] = {lnt_dense(20, LNT_TANH), lnt_dense(1, LNT_IDENTITY)};
        lnt_net *net = new_net(LNT_F64, INPUTS, layers, 2);
        const lnt_tensor x = random_matrix(LNT_F64, 60, INPUTS, 1);
        const lnt_tensor y = random_matrix(LNT_F64, 60, 1, 2);
        for (size_t i = 0; i < y.rows; i++) {
            OK(lnt_tensor_set(&y, i, 0,
                              lnt_tensor_get(&y, i, 0) + sin(2 * lnt_tensor_get(&x, i, 0))));
        }
        lnt_fit_config config = lnt_fit_defaults();
        config.batch_rows = 60;
        config.epochs = 500;
        config.validation_fraction = 0.4;
        config.patience = 10;
        config.restore_best = true;
        config.optim = lnt_optim_defaults(kind);
        lnt_fit_result result;
        OK(lnt_fit(net, &x, &y, &config, &result, NULL));
        assert_eq(result.end, LNT_END_PATIENCE, "%s: end %d, best %zu of %zu", lnt_optim_name(kind),
                  (int) result.end, result.best_epoch, result.epochs);
        assert_eq(result.best_epoch + 10, result.epochs, "%s: end %d, best %zu of %zu",
                  lnt_optim_name(kind), (int) result.end, result.best_epoch, result.epochs);
        assert_eq(result.validation.value[LNT_METRIC_LOSS], result.best_value);
        lnt_net_destroy(net);
    }
}
