/* SPDX-License-Identifier: MIT */
#include "optim/optim.h"
#include "support/failing_allocator.h"
#include "support/optim.h"
#include "tensor/symmetric.h"

/* What every method must do: keep a run, refuse what is not finite, go over blocks. */

/* The defaults of a kind, with all that has memory of its own or loops of its own. */
static lnt_optim_config busy(lnt_optim_kind kind)
{
    lnt_optim_config config = lnt_optim_defaults(kind);
    config.sgd.momentum = config.rmsprop.momentum = 0.9;
    config.muon.momentum = config.kfac.momentum = 0.9;
    config.rmsprop.centered = true;
    config.accumulate = 2;
    config.clip_value = 0.5;
    config.clip_norm = 1;
    config.l1 = 1e-3;
    config.l2 = 1e-3;
    config.weight_decay = 1e-3;
    config.ema_decay = 0.9;
    return config;
}

static void run_steps(const bench *b, lnt_optim *optim, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        backward(b);
        OK(lnt_optim_step(optim, b->net, b->pass));
    }
}

Test(optim_state, names_of_all)
{
    static const char *const names[] = {"sgd",   "rmsprop", "adagrad", "adam", "adamw",
                                        "nadam", "amsgrad", "rprop",   "muon", "soap",
                                        "lbfgs", "scg",     "lm",      "kfac"};
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        lnt_optim_kind kind = (lnt_optim_kind) 99;
        assert_str_eq(lnt_optim_name((lnt_optim_kind) i), names[i]);
        OK(lnt_optim_find(names[i], &kind));
        assert_eq((unsigned) kind, i);
    }
    cr_assert_null(lnt_optim_name(LNT_KFAC + 1));
}

Test(optim_state, defaults)
{
    static const double rates[] = {0.01, 0.01, 0.01, 0.001, 0.001, 0.002, 0.001, 0.01, 0.02, 0.003};
    for (unsigned i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        const lnt_optim_config c = lnt_optim_defaults((lnt_optim_kind) i);
        assert_eq(c.kind, (lnt_optim_kind) i);
        assert_eq(c.learning_rate, rates[i]);
        assert_eq(c.weight_decay, i == LNT_ADAMW ? 0.01 : 0);
        assert_eq(c.l1, 0);
        assert_eq(c.l2, 0);
        assert_eq(c.sgd.momentum, 0);
        assert_eq(c.rmsprop.momentum, 0);
        assert_eq(c.muon.momentum, 0.95);
        assert_eq(c.kfac.momentum, 0.9);
        cr_assert(!c.sgd.nesterov, "SGD has Nesterov momentum");
        cr_assert(c.muon.nesterov, "Muon has no Nesterov momentum");
        assert_eq(c.adagrad.epsilon, 1e-10);
        assert_eq(c.adam.epsilon, 1e-8);
        assert_eq(c.rmsprop.rho, 0.99);
        assert_eq(c.accumulate, 1);
        assert_eq(c.soap.precondition_frequency, 10);
        assert_eq(c.soap.beta1, 0.95);
        assert_eq(c.adam.beta1, 0.9);
        assert_eq(c.soap.beta2, 0.95);
        assert_eq(c.adam.beta2, 0.999);
        assert_eq(c.clip_value, 0);
        assert_eq(c.clip_norm, 0);
        assert_eq(c.ema_decay, 0);
        cr_assert(!c.decay_all);
    }
}

/* A run that is stopped anywhere, in the middle of an accumulation too, goes on to the same bits.
 */
Test(optim_state, state_and_place_are_all_that_is_remembered)
{
    for (int kind = 0; kind <= LNT_SOAP; kind++) { /* of one gradient a step */
        for (size_t stop = 0; stop < 8; stop++) {
            bench b = new_bench(LNT_F32), other = new_bench(LNT_F32);
            const lnt_optim_config config = busy((lnt_optim_kind) kind);
            lnt_optim *first = optim_of(b.net, &config), *second = optim_of(other.net, &config);
            run_steps(&b, first, stop);
            if (stop == 5 && lnt_optim_momentum(first) > 0) {
                OK(lnt_optim_set_momentum(first, 0.7));
                OK(lnt_optim_set_learning_rate(first, 0.005));
            }
            const lnt_tensor w = lnt_net_parameters(b.net), state = lnt_optim_state(first);
            lnt_tensor v = lnt_net_parameters(other.net), into = lnt_optim_state(second);
            const lnt_optim_scalars place = lnt_optim_get_scalars(first);
            assert_eq(place.steps, stop / 2);
            assert_eq(place.pending, stop % 2);
            cr_assert(!place.swapped);
            OK(lnt_copy(&w, &v));
            OK(lnt_copy(&state, &into));
            OK(lnt_optim_set_scalars(second, &place));
            run_steps(&b, first, 6);
            run_steps(&other, second, 6);
            assert_same_bits(&w, &v, "%s after %zu", lnt_optim_name(config.kind), stop);
            assert_same_bits(&state, &into, "%s after %zu", lnt_optim_name(config.kind), stop);
            assert_eq(lnt_optim_steps(second), (stop + 6) / 2);
            lnt_optim_destroy(first);
            lnt_optim_destroy(second);
            finish(&b);
            finish(&other);
        }
    }
}

Test(optim_state, places_that_cannot_be)
{
    bench b = new_bench(LNT_F64);
    lnt_optim_config config = busy(LNT_NADAM);
    lnt_optim *optim = optim_of(b.net, &config);
    run_steps(&b, optim, 3);
    const lnt_optim_scalars fine = lnt_optim_get_scalars(optim);
    lnt_optim_scalars wrong[6];
    for (size_t i = 0; i < 6; i++) {
        wrong[i] = fine;
    }
    wrong[0].pending = 2;
    wrong[1].learning_rate = NAN;
    wrong[2].momentum = 1;
    wrong[3].momentum_product = 1.5;
    wrong[4].momentum_product = NAN;
    wrong[5].steps = 0;
    wrong[5].swapped = true;
    for (size_t i = 0; i < 6; i++) {
        FAILS(LNT_ERR_INVALID, lnt_optim_set_scalars(optim, &wrong[i]));
        const lnt_optim_scalars now = lnt_optim_get_scalars(optim);
        assert_eq(now.pending, 1);
        assert_eq(now.steps, 1);
        assert_eq(now.momentum, fine.momentum);
        assert_eq(now.learning_rate, fine.learning_rate);
    }
    OK(lnt_optim_set_scalars(optim, &fine));
    FAILS(LNT_ERR_NULL, lnt_optim_set_scalars(NULL, &fine));
    FAILS(LNT_ERR_NULL, lnt_optim_set_scalars(optim, NULL));
    lnt_optim_destroy(optim);
    finish(&b);
}

/* Statistics of one vector a state, of Muon's matrices only the first, and four squares of SOAP's;
   one block. */
Test(optim_state, memory_of_all)
{
    static const size_t vectors[] = {1, 3, 1, 2, 2, 2, 3, 2, 1, 2};
    const lnt_layer layer = lnt_dense(300, LNT_RELU);
    lnt_net *net = new_net(LNT_F64, 200, &layer, 1);
    const size_t vector = lnt_net_n_parameters(net) * sizeof(double);
    for (int kind = 0; kind <= LNT_SOAP; kind++) { /* of one gradient a step */
        failing counter = {0};
        const lnt_allocator allocator = failing_allocator(&counter);
        lnt_optim_config config = busy((lnt_optim_kind) kind);
        config.allocator = &allocator;
        lnt_optim *optim = optim_of(net, &config);
        assert_eq(counter.calls, 1);
        size_t paper = (vectors[kind] + 2) * vector; /* and sum and average */
        if (kind == LNT_MUON) {
            paper += 2 * sizeof(double) * (300 * 200 + 200 * 200) + sizeof(double) * 300;
        } else if (kind == LNT_SOAP) {
            const size_t state = 2 * (300 * 300 + 200 * 200), products = 3 * 300 * 200 + 300 * 300;
            paper += sizeof(double) * (state + products + 2 * 300 + lnt_eigen_work(300));
        }
        const size_t narrow = sizeof(size_t) < 8 ? 2048 : 0; /* an order of columns is of size_t */
        assert_ge(counter.bytes + narrow, paper, "%s: %zu, on paper %zu",
                  lnt_optim_name(config.kind), counter.bytes, paper);
        assert_lt(counter.bytes, paper + 2048, "%s: %zu, on paper %zu", lnt_optim_name(config.kind),
                  counter.bytes, paper);
        lnt_optim_destroy(optim);
        assert_eq(counter.live, 0);
    }
    lnt_net_destroy(net);
}

/* --- a norm that is not finite --- */

/* Nothing is changed by a gradient that is not finite, whichever of those accumulated it is. */
Test(optim_state, a_norm_that_is_not_finite_changes_nothing)
{
    static const double bad[] = {NAN, INFINITY, -INFINITY};
    for (int kind = 0; kind <= LNT_SOAP; kind++) { /* of one gradient a step */
        for (size_t call = 0; call < 4; call++) {
            bench b = new_bench(LNT_F32), other = new_bench(LNT_F32);
            lnt_optim_config config = busy((lnt_optim_kind) kind);
            config.clip_value = 0; /* which would make infinities finite */
            config.clip_norm = call % 2 == 0 ? 1 : INFINITY;
            lnt_optim *first = optim_of(b.net, &config), *second = optim_of(other.net, &config);
            const lnt_tensor w = lnt_net_parameters(b.net), state = lnt_optim_state(first);
            const lnt_tensor v = lnt_net_parameters(other.net), twin = lnt_optim_state(second);
            run_steps(&b, first, call);
            run_steps(&other, second, call);
            for (size_t i = 0; i < 3; i++) {
                backward(&b);
                const lnt_tensor gradients = lnt_pass_gradients(b.pass);
                OK(lnt_tensor_set(&gradients, 0, 5, bad[i]));
                FAILS(LNT_ERR_NONFINITE, lnt_optim_step(first, b.net, b.pass));
                assert_same_bits(&w, &v);
                assert_same_bits(&state, &twin);
                assert_eq(lnt_optim_steps(first), call / 2);
            }
            run_steps(&b, first, 4);
            run_steps(&other, second, 4);
            assert_same_bits(&w, &v);
            assert_same_bits(&state, &twin);
            lnt_optim_destroy(first);
            lnt_optim_destroy(second);
            finish(&b);
            finish(&other);
        }
    }
}

/* Without a watch on the norm, a gradient that is not finite shows in the parameters. */
Test(optim_state, what_is_not_finite_is_not_swallowed)
{
    static const double bad[] = {NAN, INFINITY};
    for (int kind = 0; kind <= LNT_SOAP; kind++) {                 /* of one gradient a step */
        for (size_t i = 0; i < (kind == LNT_RPROP ? 1 : 2); i++) { /* infinity has a sign */
            bench b = new_bench(LNT_F32);
            const lnt_optim_config config = lnt_optim_defaults((lnt_optim_kind) kind);
            lnt_optim *optim = optim_of(b.net, &config);
            const lnt_tensor w = lnt_net_parameters(b.net), g = lnt_pass_gradients(b.pass);
            bool finite = true;
            backward(&b);
            OK(lnt_tensor_set(&g, 0, 5, bad[i]));
            OK(lnt_optim_step(optim, b.net, b.pass));
            OK(lnt_all_finite(&w, &finite, NULL, NULL));
            cr_assert(!finite, "%s, %g", lnt_optim_name(config.kind), bad[i]);
            lnt_optim_destroy(optim);
            finish(&b);
        }
    }
}

/* An infinite limit measures the norm and clips nothing. */
Test(optim_state, the_norm_may_be_watched)
{
    bench b = new_bench(LNT_F64), other = new_bench(LNT_F64);
    lnt_optim_config config = lnt_optim_defaults(LNT_SGD);
    lnt_optim *plain = optim_of(other.net, &config);
    config.clip_norm = INFINITY;
    lnt_optim *watched = optim_of(b.net, &config);
    run_steps(&other, plain, 1);
    run_steps(&b, watched, 1);
    const lnt_tensor g = lnt_pass_gradients(b.pass);
    const lnt_tensor w = lnt_net_parameters(b.net), v = lnt_net_parameters(other.net);
    double norm;
    OK(lnt_norm(LNT_NORM_L2, &g, &norm));
    assert_lt(fabs(lnt_optim_gradient_norm(watched) / norm - 1), 1e-14);
    assert_nan(lnt_optim_gradient_norm(plain));
    assert_same_bits(&w, &v);
    lnt_optim_destroy(plain);
    lnt_optim_destroy(watched);
    finish(&b);
    finish(&other);
}

/* --- loops that go over blocks --- */

/* Enough parameters for several blocks: L1 is as if the caller had added it, to the bit. */
Test(optim_state, penalties_and_averages_in_blocks)
{
    const lnt_layer layer = lnt_dense(61, LNT_TANH);
    lnt_net *net = new_net(LNT_F64, 53, &layer, 1), *twin = new_net(LNT_F64, 53, &layer, 1);
    lnt_pass *pass = new_pass(net);
    lnt_optim_config config = lnt_optim_defaults(LNT_ADAM);
    config.decay_all = true;
    lnt_optim *plain = optim_of(twin, &config);
    config.l1 = 0.125;
    config.ema_decay = 0.5;
    lnt_optim *optim = optim_of(net, &config);
    const lnt_tensor x = random_matrix(LNT_F64, BATCH, 53, 1), y = matrix(LNT_F64, BATCH, 61);
    lnt_tensor w = lnt_net_parameters(net), v = lnt_net_parameters(twin);
    lnt_tensor g = lnt_pass_gradients(pass), average = matrix(LNT_F64, 1, w.cols);
    const lnt_tensor kept = matrix(LNT_F64, 1, w.cols);
    const lnt_loss loss = lnt_mse(LNT_SUM);
    assert_gt(w.cols, 3000);
    for (int step = 0; step < 3; step++) {
        OK(lnt_pass_forward(pass, net, &x, NULL));
        OK(lnt_pass_backward(pass, net, &loss, &y, NULL, NULL));
        lnt_tensor into = kept;
        OK(lnt_copy(&g, &into));
        OK(lnt_optim_step(optim, net, pass));
        for (size_t j = 0; j < g.cols; j++) {
            const double sign = (lnt_tensor_get(&v, 0, j) > 0) - (lnt_tensor_get(&v, 0, j) < 0);
            OK(lnt_tensor_set(&g, 0, j, lnt_tensor_get(&kept, 0, j) + 0.125 * sign));
        }
        OK(lnt_optim_step(plain, twin, pass));
        assert_same_bits(&w, &v, "step %d", step);
        OK(lnt_scale(step == 0 ? 0 : 0.5, &average));
        OK(lnt_axpy(step == 0 ? 1 : 0.5, &w, &average));
    }
    OK(lnt_optim_swap_ema(optim, net));
    assert_lt(difference(&w, &average), 1e-15);
    lnt_optim_destroy(plain);
    lnt_optim_destroy(optim);
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
    lnt_net_destroy(twin);
}

/* Wider vectors of the processor's change no bit. */
Test(optim_state, loops_for_any_processor_agree)
{
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        for (int kind = 0; kind <= LNT_SOAP; kind++) { /* of one gradient a step */
            bench b = new_bench(dtype), other = new_bench(dtype);
            const lnt_optim_config config = busy((lnt_optim_kind) kind);
            lnt_optim *first = optim_of(b.net, &config), *second = optim_of(other.net, &config);
            const lnt_optim_loops *loops = second->ops->loops;
            second->loop = dtype == LNT_F32 ? loops->f32 : loops->f64;
            run_steps(&b, first, 20);
            run_steps(&other, second, 20);
            const lnt_tensor w = lnt_net_parameters(b.net), v = lnt_net_parameters(other.net);
            assert_same_bits(&w, &v, "%s", lnt_optim_name(config.kind));
            lnt_optim_destroy(first);
            lnt_optim_destroy(second);
            finish(&b);
            finish(&other);
        }
    }
}

/* A step on the average would lose the parameters. */
Test(optim_state, no_step_while_the_average_is_in_place)
{
    bench b = new_bench(LNT_F32);
    lnt_optim_config config = lnt_optim_defaults(LNT_ADAM);
    config.ema_decay = 0.9;
    lnt_optim *optim = optim_of(b.net, &config);
    run_steps(&b, optim, 2);
    OK(lnt_optim_swap_ema(optim, b.net));
    backward(&b);
    FAILS(LNT_ERR_STATE, lnt_optim_step(optim, b.net, b.pass));
    cr_assert(lnt_optim_get_scalars(optim).swapped);
    assert_eq(lnt_optim_steps(optim), 2);
    OK(lnt_optim_swap_ema(optim, b.net));
    run_steps(&b, optim, 1);
    lnt_optim_destroy(optim);
    finish(&b);
}

/* What orthogonal means: after Muon's step the change of a weight has singular values near 1. */
Test(optim_state, muon_moves_by_nearly_orthogonal_matrices)
{
    const size_t shapes[][2] = {{12, 5}, {5, 12}, {8, 8}};
    for (size_t s = 0; s < 3; s++) {
        const size_t rows = shapes[s][0], cols = shapes[s][1], side = rows < cols ? rows : cols;
        lnt_layer layer = lnt_dense(cols, LNT_IDENTITY);
        layer.bias = false;
        lnt_net *net = new_net(LNT_F64, rows, &layer, 1);
        lnt_pass *pass = new_pass(net);
        lnt_optim_config config = lnt_optim_defaults(LNT_MUON);
        config.learning_rate = 1;
        config.muon.ns_steps = 12;
        lnt_optim *optim = optim_of(net, &config);
        const lnt_tensor x = random_matrix(LNT_F64, 20, rows, 1);
        const lnt_tensor y = random_matrix(LNT_F64, 20, cols, 2);
        const lnt_loss loss = lnt_mse(LNT_MEAN);
        lnt_parameter weight;
        OK(lnt_net_parameter(net, 0, &weight));
        const lnt_tensor before = copy_of(LNT_F64, &weight.value);
        OK(lnt_pass_forward(pass, net, &x, NULL));
        OK(lnt_pass_backward(pass, net, &loss, &y, NULL, NULL));
        OK(lnt_optim_step(optim, net, pass));
        lnt_tensor moved = copy_of(LNT_F64, &before);
        OK(lnt_axpy(-1, &weight.value, &moved)); /* η·√max(1, cols/rows)·O */
        double norm;
        OK(lnt_norm(LNT_NORM_L2, &moved, &norm));
        norm /= cols > rows ? sqrt((double) cols / (double) rows) : 1;
        /* √side if all singular values were 1; the quintic leaves them within 0.6 and 1.3 */
        assert_gt(norm, 0.65 * sqrt((double) side), "%zu by %zu: %g", rows, cols, norm);
        assert_lt(norm, 1.25 * sqrt((double) side), "%zu by %zu: %g", rows, cols, norm);
        lnt_optim_destroy(optim);
        lnt_pass_destroy(pass);
        lnt_net_destroy(net);
    }
}
