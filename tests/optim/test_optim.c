/* SPDX-License-Identifier: MIT */
#include "support/failing_allocator.h"
#include "support/optim.h"

#include <limits.h>

/* Optimisers: against their formulas; test_reference.c compares whole runs. */

static lnt_optim *new_optim(const lnt_net *net, double learning_rate, double momentum)
{
    lnt_optim *optim = NULL;
    lnt_optim_config config = lnt_optim_defaults(LNT_SGD);
    config.learning_rate = learning_rate;
    config.sgd.momentum = momentum;
    OK(lnt_optim_create(&optim, net, &config));
    return optim;
}

/* v = momentum·v + g, w = w − rate·v in double, from v = 0; the rate halves half-way. */
static void check_sgd(lnt_dtype dtype, double momentum, double tolerance)
{
    bench b = new_bench(dtype);
    lnt_optim *optim = new_optim(b.net, 0.01, momentum);
    const lnt_tensor w = lnt_net_parameters(b.net), g = lnt_pass_gradients(b.pass);
    lnt_tensor expected = copy_of(LNT_F64, &w), v = matrix(LNT_F64, 1, w.cols);
    double rate = 0.01;
    for (size_t step = 0; step < STEPS; step++) {
        if (step == STEPS / 2) {
            rate /= 2;
            OK(lnt_optim_set_learning_rate(optim, rate));
        }
        assert_eq(lnt_optim_steps(optim), step);
        backward(&b);
        const lnt_tensor gradient = copy_of(LNT_F64, &g);
        OK(lnt_scale(momentum, &v));
        OK(lnt_axpy(1, &gradient, &v));
        OK(lnt_axpy(-rate, &v, &expected));
        OK(lnt_optim_step(optim, b.net, b.pass));
        assert_le(difference(&w, &expected), tolerance, "step %zu: %g", step,
                  difference(&w, &expected));
    }
    assert_eq(lnt_optim_steps(optim), STEPS);
    lnt_optim_destroy(optim);
    finish(&b);
}

Test(optim, sgd)
{
    check_sgd(LNT_F64, 0, 1e-15);
    check_sgd(LNT_F32, 0, 1e-6);
}

Test(optim, sgd_with_momentum)
{
    check_sgd(LNT_F64, 0.9, 1e-15);
    check_sgd(LNT_F32, 0.9, 2e-6);
    check_sgd(LNT_F64, 0.001, 1e-15);
}

/* Training must get somewhere: on noiseless linear data, to the solution. */
Test(optim, sgd_converges)
{
    for (int with_momentum = 0; with_momentum < 2; with_momentum++) {
        const lnt_layer layer = lnt_dense(1, LNT_IDENTITY);
        lnt_net *net = new_net(LNT_F64, 2, &layer, 1);
        lnt_pass *pass = new_pass(net);
        lnt_optim *optim = new_optim(net, 0.1, with_momentum ? 0.5 : 0);
        const lnt_tensor x = random_matrix(LNT_F64, 20, 2, 1), y = matrix(LNT_F64, 20, 1);
        for (size_t i = 0; i < 20; i++) {
            OK(lnt_tensor_set(&y, i, 0,
                              3 * lnt_tensor_get(&x, i, 0) - 2 * lnt_tensor_get(&x, i, 1) + 0.5));
        }
        const lnt_loss loss = lnt_mse(LNT_MEAN);
        for (int step = 0; step < 500; step++) {
            OK(lnt_pass_forward(pass, net, &x, NULL));
            OK(lnt_pass_backward(pass, net, &loss, &y, NULL, NULL));
            OK(lnt_optim_step(optim, net, pass));
        }
        const double solution[] = {3, -2, 0.5};
        const lnt_tensor w = lnt_net_parameters(net);
        const lnt_tensor expected = lnt_tensor_const_view(LNT_F64, solution, 1, 3);
        assert_lt(difference(&w, &expected), 1e-9, "momentum %d: %g", with_momentum,
                  difference(&w, &expected));
        lnt_optim_destroy(optim);
        lnt_pass_destroy(pass);
        lnt_net_destroy(net);
    }
}

/* The step takes the gradients as they are in the pass: a caller may clip them. */
Test(optim, gradients_may_be_changed_before_the_step)
{
    bench b = new_bench(LNT_F64);
    lnt_optim *optim = new_optim(b.net, 0.5, 0);
    const lnt_tensor w = lnt_net_parameters(b.net), kept = copy_of(LNT_F64, &w);
    backward(&b);
    lnt_tensor gradients = lnt_pass_gradients(b.pass);
    OK(lnt_fill(0, &gradients));
    OK(lnt_tensor_set(&gradients, 0, 3, 8));
    OK(lnt_optim_step(optim, b.net, b.pass));
    for (size_t j = 0; j < w.cols; j++) {
        assert_eq(lnt_tensor_get(&w, 0, j), lnt_tensor_get(&kept, 0, j) - (j == 3 ? 4 : 0));
    }
    lnt_optim_destroy(optim);
    finish(&b);
}

/* Without momentum there is no state; with it, one vector; always one block. */
Test(optim, memory)
{
    const lnt_layer layer = lnt_dense(1000, LNT_RELU);
    lnt_net *net = new_net(LNT_F64, 100, &layer, 1);
    const size_t vector = lnt_net_n_parameters(net) * sizeof(double);
    for (int with_momentum = 0; with_momentum < 2; with_momentum++) {
        failing counter = {0};
        const lnt_allocator allocator = failing_allocator(&counter);
        lnt_optim_config config = lnt_optim_defaults(LNT_SGD);
        config.sgd.momentum = with_momentum ? 0.9 : 0;
        config.allocator = &allocator;
        lnt_optim *optim = NULL;
        OK(lnt_optim_create(&optim, net, &config));
        assert_eq(counter.calls, 1);
        assert_eq(counter.bytes / vector, with_momentum ? 1 : 0, "%zu bytes", counter.bytes);
        lnt_optim_destroy(optim);
        assert_eq(counter.live, 0);
    }
    lnt_net_destroy(net);
}

/* Optimisers of one net, or of its clone, do not share state. */
Test(optim, steps_are_reproducible)
{
    bench first = new_bench(LNT_F32), second = new_bench(LNT_F32);
    lnt_net *clone = NULL;
    OK(lnt_net_clone(&clone, second.net, NULL));
    lnt_net_destroy(second.net);
    second.net = clone;
    lnt_optim *a = new_optim(first.net, 0.01, 0.9), *b = new_optim(second.net, 0.01, 0.9);
    for (int step = 0; step < STEPS; step++) {
        backward(&first);
        backward(&second);
        OK(lnt_optim_step(a, first.net, first.pass));
        OK(lnt_optim_step(b, second.net, second.pass));
    }
    const lnt_tensor w = lnt_net_parameters(first.net), v = lnt_net_parameters(second.net);
    assert_same_bits(&w, &v);
    lnt_optim_destroy(a);
    lnt_optim_destroy(b);
    finish(&first);
    finish(&second);
}

/* --- errors --- */

Test(optim, create_errors)
{
    bench b = new_bench(LNT_F64);
    const lnt_optim_config fine = lnt_optim_defaults(LNT_SGD);
    assert_eq(fine.kind, LNT_SGD);
    assert_eq(fine.learning_rate, 0.01);
    assert_eq(fine.sgd.momentum, 0);
    cr_assert_null(fine.allocator);
    failing counter = {.fail_at = 1};
    const lnt_allocator allocator = failing_allocator(&counter);
    const struct {
        lnt_optim_config config;
        lnt_status status;
    } cases[] = {
        {{.kind = (lnt_optim_kind) 99, .learning_rate = 1}, LNT_ERR_INVALID},
        {{.learning_rate = 0}, LNT_ERR_INVALID},
        {{.learning_rate = -1}, LNT_ERR_INVALID},
        {{.learning_rate = NAN}, LNT_ERR_INVALID},
        {{.learning_rate = INFINITY}, LNT_ERR_INVALID},
        {{.learning_rate = 1, .sgd.momentum = -0.1}, LNT_ERR_INVALID},
        {{.learning_rate = 1, .sgd.momentum = 1}, LNT_ERR_INVALID},
        {{.learning_rate = 1, .sgd.momentum = NAN}, LNT_ERR_INVALID},
        {{.learning_rate = 1, .allocator = &allocator}, LNT_ERR_MEMORY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lnt_optim *optim = (lnt_optim *) 1;
        const lnt_status status = lnt_optim_create(&optim, b.net, &cases[i].config);
        assert_eq(status, cases[i].status, "case %zu: %s", i, lnt_status_name(status));
        cr_assert_null(optim);
    }
    lnt_optim *optim = (lnt_optim *) 1;
    FAILS(LNT_ERR_NULL, lnt_optim_create(NULL, b.net, &fine));
    FAILS(LNT_ERR_NULL, lnt_optim_create(&optim, NULL, &fine));
    cr_assert_null(optim);
    optim = (lnt_optim *) 1;
    FAILS(LNT_ERR_NULL, lnt_optim_create(&optim, b.net, NULL));
    cr_assert_null(optim);
    lnt_optim_destroy(NULL);
    finish(&b);
}

Test(optim, steps_out_of_order)
{
    bench b = new_bench(LNT_F64), f32 = new_bench(LNT_F32);
    const lnt_layer layer = lnt_dense(OUTPUTS, LNT_IDENTITY);
    lnt_net *other = new_net(LNT_F64, INPUTS, &layer, 1);
    lnt_pass *other_pass = new_pass(other);
    lnt_optim *optim = new_optim(b.net, 0.01, 0.9), *other_optim = new_optim(other, 0.01, 0.9);
    const lnt_tensor w = lnt_net_parameters(b.net), kept = copy_of(LNT_F64, &w);
    const lnt_loss loss = lnt_mse(LNT_MEAN);

    FAILS(LNT_ERR_STATE, lnt_optim_step(optim, b.net, b.pass));
    OK(lnt_pass_forward(b.pass, b.net, &b.x, NULL));
    FAILS(LNT_ERR_STATE, lnt_optim_step(optim, b.net, b.pass));
    backward(&b);
    backward(&f32);
    OK(lnt_pass_forward(other_pass, other, &b.x, NULL));
    OK(lnt_pass_backward(other_pass, other, &loss, &b.y, NULL, NULL));
    FAILS(LNT_ERR_MISMATCH, lnt_optim_step(optim, other, b.pass));
    FAILS(LNT_ERR_MISMATCH, lnt_optim_step(optim, b.net, other_pass));
    FAILS(LNT_ERR_MISMATCH, lnt_optim_step(other_optim, b.net, b.pass));
    FAILS(LNT_ERR_MISMATCH, lnt_optim_step(optim, b.net, f32.pass));
    FAILS(LNT_ERR_NULL, lnt_optim_step(NULL, b.net, b.pass));
    FAILS(LNT_ERR_NULL, lnt_optim_step(optim, NULL, b.pass));
    FAILS(LNT_ERR_NULL, lnt_optim_step(optim, b.net, NULL));
    assert_same_bits(&w, &kept);
    assert_eq(lnt_optim_steps(optim), 0);

    OK(lnt_optim_step(optim, b.net, b.pass));
    cr_assert(!same_bits(&w, &kept));
    assert_eq(lnt_optim_steps(optim), 1);
    OK(lnt_pass_forward(b.pass, b.net, &b.x, NULL)); /* the gradients are now those of before */
    FAILS(LNT_ERR_STATE, lnt_optim_step(optim, b.net, b.pass));
    lnt_optim_destroy(other_optim);
    lnt_optim_destroy(optim);
    lnt_pass_destroy(other_pass);
    lnt_net_destroy(other);
    finish(&b);
    finish(&f32);
}

Test(optim, learning_rate)
{
    bench b = new_bench(LNT_F64);
    lnt_optim *optim = new_optim(b.net, 0.25, 0);
    assert_eq(lnt_optim_learning_rate(optim), 0.25);
    const double bad[] = {-1, NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        FAILS(LNT_ERR_INVALID, lnt_optim_set_learning_rate(optim, bad[i]));
    }
    FAILS(LNT_ERR_NULL, lnt_optim_set_learning_rate(NULL, 1));
    assert_eq(lnt_optim_learning_rate(optim), 0.25);
    const double fine[] = {1e-300, 0};
    for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++) {
        OK(lnt_optim_set_learning_rate(optim, fine[i]));
        assert_eq(lnt_optim_learning_rate(optim), fine[i]);
    }
    lnt_optim_destroy(optim);
    finish(&b);
}

Test(optim, names)
{
    assert_str_eq(lnt_optim_name(LNT_SGD), "sgd");
    cr_assert_null(lnt_optim_name((lnt_optim_kind) -1));
    cr_assert_null(lnt_optim_name((lnt_optim_kind) INT_MAX));
    lnt_optim_kind kind = LNT_SGD;
    OK(lnt_optim_find("sgd", &kind));
    FAILS(LNT_ERR_INVALID, lnt_optim_find("SGD", &kind));
    FAILS(LNT_ERR_NULL, lnt_optim_find(NULL, &kind));
    FAILS(LNT_ERR_NULL, lnt_optim_find("sgd", NULL));
}

/* --- what happens to the gradient on its way --- */

/* Gradients of thirds of a batch, gathered, move the net as the gradient of the batch. */
Test(optim, gathered_gradients_are_those_of_the_whole_batch)
{
    bench whole = new_bench(LNT_F64), parts = new_bench(LNT_F64);
    lnt_optim_config config = lnt_optim_defaults(LNT_ADAM);
    lnt_optim *a = optim_of(whole.net, &config);
    config.accumulate = 3;
    lnt_optim *b = optim_of(parts.net, &config);
    const lnt_loss loss = lnt_mse(LNT_MEAN);
    const lnt_tensor w = lnt_net_parameters(whole.net), v = lnt_net_parameters(parts.net);
    for (size_t step = 0; step < STEPS; step++) {
        OK(lnt_pass_forward(whole.pass, whole.net, &whole.x, NULL));
        OK(lnt_pass_backward(whole.pass, whole.net, &loss, &whole.y, NULL, NULL));
        OK(lnt_optim_step(a, whole.net, whole.pass));
        const lnt_tensor kept = copy_of(LNT_F64, &v);
        for (size_t part = 0; part < 3; part++) {
            lnt_tensor x, y;
            assert_same_bits(&v, &kept, "moved too early");
            OK(lnt_slice_rows(&parts.x, part * BATCH / 3, BATCH / 3, 1, &x));
            OK(lnt_slice_rows(&parts.y, part * BATCH / 3, BATCH / 3, 1, &y));
            OK(lnt_pass_forward(parts.pass, parts.net, &x, NULL));
            OK(lnt_pass_backward(parts.pass, parts.net, &loss, &y, NULL, NULL));
            OK(lnt_optim_step(b, parts.net, parts.pass));
        }
        assert_eq(lnt_optim_steps(b), step + 1);
        assert_lt(difference(&v, &w), 1e-12, "step %zu: %g", step, difference(&v, &w));
    }
    lnt_optim_destroy(a);
    lnt_optim_destroy(b);
    finish(&whole);
    finish(&parts);
}

Test(optim, the_average_follows_and_is_exchanged)
{
    bench b = new_bench(LNT_F64);
    lnt_optim_config config = lnt_optim_defaults(LNT_SGD);
    config.ema_decay = 0.75;
    lnt_optim *optim = optim_of(b.net, &config);
    const lnt_tensor w = lnt_net_parameters(b.net);
    lnt_tensor average = matrix(LNT_F64, 1, w.cols);
    FAILS(LNT_ERR_STATE, lnt_optim_swap_ema(optim, b.net));
    for (size_t step = 0; step < STEPS; step++) {
        backward(&b);
        OK(lnt_optim_step(optim, b.net, b.pass));
        OK(lnt_scale(step == 0 ? 0 : 0.75, &average));
        OK(lnt_axpy(step == 0 ? 1 : 0.25, &w, &average));
    }
    const lnt_tensor kept = copy_of(LNT_F64, &w);
    OK(lnt_optim_swap_ema(optim, b.net));
    assert_lt(difference(&w, &average), 1e-14);
    assert_gt(difference(&w, &kept), 1e-4);
    OK(lnt_optim_swap_ema(optim, b.net));
    assert_same_bits(&w, &kept);
    lnt_optim_destroy(optim);
    config.ema_decay = 0;
    optim = optim_of(b.net, &config);
    backward(&b);
    OK(lnt_optim_step(optim, b.net, b.pass));
    FAILS(LNT_ERR_STATE, lnt_optim_swap_ema(optim, b.net));
    FAILS(LNT_ERR_NULL, lnt_optim_swap_ema(NULL, b.net));
    FAILS(LNT_ERR_NULL, lnt_optim_swap_ema(optim, NULL));
    lnt_optim_destroy(optim);
    finish(&b);
}

/* What each element of the parameters moves by when gradients are 0: decay alone, by groups. */
Test(optim, groups_and_decay)
{
    bench b = new_bench(LNT_F64);
    lnt_optim_config config = lnt_optim_defaults(LNT_SGD);
    config.learning_rate = 0.5;
    config.weight_decay = 0.1;
    const lnt_optim_group groups[] = {
        {.first_layer = 1, .n_layers = 1, .roles = LNT_ALL_ROLES, .learning_rate = 0},
        {.first_layer = 0,
         .n_layers = SIZE_MAX,
         .roles = LNT_ROLE_BIT(LNT_ROLE_BIAS),
         .learning_rate = 2,
         .weight_decay = 0.3},
    };
    for (int how = 0; how < 3; how++) { /* weights alone; all; groups */
        config.decay_all = how == 1;
        config.groups = how == 2 ? groups : NULL;
        config.n_groups = how == 2 ? 2 : 0;
        lnt_optim *optim = optim_of(b.net, &config);
        const lnt_tensor w = lnt_net_parameters(b.net);
        lnt_tensor parameters = w, gradients = lnt_pass_gradients(b.pass);
        OK(lnt_fill(1, &parameters));
        backward(&b);
        OK(lnt_fill(0, &gradients));
        OK(lnt_optim_step(optim, b.net, b.pass));
        for (size_t i = 0; i < lnt_net_n_parameter_tensors(b.net); i++) {
            lnt_parameter p;
            OK(lnt_net_parameter(b.net, i, &p));
            const bool bias = p.role == LNT_ROLE_BIAS;
            const double left = how == 2 ? (bias           ? 1 - 0.3
                                            : p.layer == 1 ? 1
                                                           : 1 - 0.05)
                                         : (bias && how == 0 ? 1 : 1 - 0.05);
            assert_lt(fabs(lnt_tensor_get(&p.value, 0, 0) - left), 1e-15, "%d: %s: %g", how, p.name,
                      lnt_tensor_get(&p.value, 0, 0));
        }
        lnt_optim_destroy(optim);
    }
    finish(&b);
}

/* A frozen layer has no part in the norm that is clipped. */
Test(optim, frozen_layers_are_left_alone)
{
    bench b = new_bench(LNT_F64);
    const lnt_optim_group frozen = {.first_layer = 0, .n_layers = 1, .roles = LNT_ALL_ROLES};
    lnt_optim_config config = lnt_optim_defaults(LNT_MUON);
    config.groups = &frozen;
    config.n_groups = 1;
    config.clip_norm = 1;
    lnt_optim *optim = optim_of(b.net, &config);
    lnt_parameter first, last;
    OK(lnt_net_parameter(b.net, 0, &first));
    OK(lnt_net_parameter(b.net, 2, &last));
    const lnt_tensor kept = copy_of(LNT_F64, &first.value), moved = copy_of(LNT_F64, &last.value);
    assert_nan(lnt_optim_gradient_norm(optim));
    backward(&b);
    double squares = 0;
    for (size_t i = 2; i < 4; i++) {
        lnt_tensor gradient;
        double norm;
        OK(lnt_pass_gradient(b.pass, i, &gradient));
        OK(lnt_norm(LNT_NORM_L2, &gradient, &norm));
        squares += norm * norm;
    }
    OK(lnt_optim_step(optim, b.net, b.pass));
    assert_lt(fabs(lnt_optim_gradient_norm(optim) - sqrt(squares)), 1e-12 * sqrt(squares));
    assert_same_bits(&first.value, &kept);
    cr_assert(!same_bits(&last.value, &moved));
    lnt_optim_destroy(optim);
    finish(&b);
}

Test(optim, momentum_can_be_moved)
{
    bench b = new_bench(LNT_F64);
    for (int kind = 0; lnt_optim_name((lnt_optim_kind) kind) != NULL; kind++) {
        lnt_optim_config config = lnt_optim_defaults((lnt_optim_kind) kind);
        lnt_optim *optim = optim_of(b.net, &config);
        const double before = lnt_optim_momentum(optim);
        const bool movable = before > 0;
        FAILS(movable ? LNT_OK : LNT_ERR_INVALID, lnt_optim_set_momentum(optim, 0.5));
        if (movable) {
            assert_eq(lnt_optim_momentum(optim), 0.5);
        }
        FAILS(LNT_ERR_INVALID, lnt_optim_set_momentum(optim, 1));
        FAILS(LNT_ERR_INVALID, lnt_optim_set_momentum(optim, NAN));
        FAILS(LNT_ERR_NULL, lnt_optim_set_momentum(NULL, 0.5));
        lnt_optim_destroy(optim);
    }
    finish(&b);
}

/* Each field, out of its range, for a method that reads it. */
Test(optim, ranges)
{
    bench b = new_bench(LNT_F64);
#define WITH(optim_kind, assignment)                                                               \
    do {                                                                                           \
        lnt_optim_config c = lnt_optim_defaults(optim_kind);                                       \
        lnt_optim *optim = NULL;                                                                   \
        c.assignment;                                                                              \
        FAILS(LNT_ERR_INVALID, lnt_optim_create(&optim, b.net, &c));                               \
    } while (0)
    WITH(LNT_SGD, sgd.dampening = 1.5);
    WITH(LNT_SGD, sgd.nesterov = true); /* without momentum */
    WITH(LNT_SGD, clip_norm = -1);
    WITH(LNT_SGD, clip_value = NAN);
    WITH(LNT_SGD, l1 = -1);
    WITH(LNT_SGD, l2 = INFINITY);
    WITH(LNT_SGD, weight_decay = -1);
    WITH(LNT_SGD, ema_decay = 1);
    WITH(LNT_RMSPROP, rmsprop.rho = 1);
    WITH(LNT_RMSPROP, rmsprop.epsilon = -1);
    WITH(LNT_RMSPROP, rmsprop.momentum = 1);
    WITH(LNT_ADAGRAD, adagrad.lr_decay = -1);
    WITH(LNT_ADAGRAD, adagrad.epsilon = NAN);
    WITH(LNT_ADAM, adam.beta1 = 1);
    WITH(LNT_ADAMW, adam.beta2 = -0.1);
    WITH(LNT_AMSGRAD, adam.epsilon = -1);
    WITH(LNT_NADAM, adam.momentum_decay = -1);
    WITH(LNT_RPROP, rprop.eta_minus = 1);
    WITH(LNT_RPROP, rprop.eta_plus = 1);
    WITH(LNT_RPROP, rprop.step_min = 0);
    WITH(LNT_RPROP, rprop.step_max = 1e-9);
    WITH(LNT_MUON, muon.ns_steps = 0);
    WITH(LNT_MUON, muon.adam_learning_rate = 0);
    WITH(LNT_MUON, muon.momentum = 1);
    WITH(LNT_SOAP, soap.precondition_frequency = 0);
    WITH(LNT_SOAP, soap.beta1 = 1);
    WITH(LNT_SOAP, soap.epsilon = -1);
#undef WITH
    lnt_optim_config config = lnt_optim_defaults(LNT_SGD);
    lnt_optim *optim = NULL;
    config.n_groups = 1;
    FAILS(LNT_ERR_NULL, lnt_optim_create(&optim, b.net, &config));
    const lnt_optim_group wrong[] = {{.roles = 1U << 9}, {.learning_rate = -1}, {.l1 = NAN}};
    for (size_t i = 0; i < 3; i++) {
        config.groups = &wrong[i];
        FAILS(LNT_ERR_INVALID, lnt_optim_create(&optim, b.net, &config));
    }
    finish(&b);
}
