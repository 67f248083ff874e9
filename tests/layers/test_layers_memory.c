/* SPDX-License-Identifier: MIT */
#include "support/net.h"

#include "support/failing_allocator.h"

#include <linnet/random.h>

/* Layers that draw, that remember and that refuse: what no table of values shows. */

enum { ROWS = 40, COLS = 130 };

/* A training pass of one layer, and its output for x. */
static lnt_tensor output_of(lnt_pass *pass, const lnt_net *net, const lnt_tensor *x)
{
    lnt_tensor y;
    OK(lnt_pass_forward(pass, net, x, &y));
    return y;
}

static lnt_pass *pass_of(const lnt_net *net, lnt_mode mode, uint64_t seed)
{
    lnt_pass *pass = NULL;
    const lnt_pass_config config = {
        .max_rows = ROWS, .mode = mode, .input_gradient = mode == LNT_TRAINING, .seed = seed};
    OK(lnt_pass_create(&pass, net, &config));
    return pass;
}

/* --- dropout --- */

Test(layers_memory, dropout_drops_its_share_and_scales_the_rest)
{
    const double rates[] = {0, 0.1, 0.5, 0.9};
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        for (size_t r = 0; r < 4; r++) {
            const lnt_layer layer = lnt_dropout(rates[r]);
            lnt_net *net = new_net(dtype, COLS, &layer, 1);
            lnt_pass *pass = pass_of(net, LNT_TRAINING, 9);
            const lnt_tensor x = random_matrix(dtype, ROWS, COLS, 1);
            const lnt_tensor y = output_of(pass, net, &x), dy = random_matrix(dtype, ROWS, COLS, 2);
            lnt_tensor dx;
            OK(lnt_pass_backward_from(pass, net, &dy));
            OK(lnt_pass_input_gradient(pass, &dx));
            double dropped = 0;
            for (size_t k = 0; k < ROWS * COLS; k++) {
                const size_t i = k / COLS, j = k % COLS;
                const double kept = lnt_tensor_get(&x, i, j) / (1 - rates[r]);
                const bool is_dropped = lnt_tensor_get(&y, i, j) == 0;
                dropped += is_dropped;
                if (!is_dropped) {
                    assert_near(lnt_tensor_get(&y, i, j), kept, 1e-6 * fabs(kept));
                }
                const double back = is_dropped ? 0 : lnt_tensor_get(&dy, i, j) / (1 - rates[r]);
                assert_near(lnt_tensor_get(&dx, i, j), back, 1e-6 * fabs(back));
            }
            const double count = ROWS * COLS, expected = rates[r] * count;
            assert_near(dropped, expected, 5 * sqrt(expected * (1 - rates[r])), "%g: %g", rates[r],
                        dropped);
            lnt_pass_destroy(pass);
            lnt_net_destroy(net);
        }
    }
}

Test(layers_memory, dropout_depends_on_seed_draw_and_place_alone)
{
    const lnt_layer layers[] = {lnt_dropout(0.5), lnt_dropout(0.5)};
    lnt_net *net = new_net(LNT_F64, COLS, layers, 1), *two = new_net(LNT_F64, COLS, layers, 2);
    lnt_pass *pass = pass_of(net, LNT_TRAINING, 9), *other = pass_of(net, LNT_TRAINING, 9);
    lnt_tensor x = matrix(LNT_F64, ROWS, COLS), y;
    OK(lnt_fill(1, &x));
    assert_eq(lnt_pass_rng_counter(pass), 0);
    y = output_of(pass, net, &x);
    const lnt_tensor first = copy_of(LNT_F64, &y);
    assert_eq(lnt_pass_rng_counter(pass), 1);
    y = output_of(pass, net, &x);
    const lnt_tensor second = copy_of(LNT_F64, &y);
    cr_assert(!same_bits(&first, &second), "every forward must draw anew");
    y = output_of(other, net, &x);
    assert_same_bits(&first, &y, "another pass of that seed");
    OK(lnt_pass_set_rng_counter(other, 0));
    y = output_of(other, net, &x);
    assert_same_bits(&first, &y, "again");
    lnt_tensor top;
    OK(lnt_slice_rows(&x, 0, 7, 1, &top));
    OK(lnt_pass_set_rng_counter(other, 1));
    y = output_of(other, net, &top);
    lnt_tensor expected;
    OK(lnt_slice_rows(&second, 0, 7, 1, &expected));
    assert_same_bits(&expected, &y, "fewer rows");
    lnt_pass_destroy(other);
    other = pass_of(net, LNT_TRAINING, 10);
    y = output_of(other, net, &x);
    cr_assert(!same_bits(&first, &y), "another seed");
    lnt_pass_destroy(other);
    other = pass_of(two, LNT_TRAINING, 9); /* layers draw apart: a quarter is left, not a half */
    y = output_of(other, two, &x);
    double kept = 0;
    for (size_t k = 0; k < ROWS * COLS; k++) {
        kept += lnt_tensor_get(&y, k / COLS, k % COLS) == 4;
    }
    assert_lt(fabs(kept / (ROWS * COLS) - 0.25), 5 * sqrt(0.25 * 0.75 / (ROWS * COLS)));
    lnt_pass_destroy(other);
    lnt_pass_destroy(pass);
    pass = pass_of(net, LNT_INFERENCE, 9);
    y = output_of(pass, net, &x);
    assert_same_bits(&x, &y, "in inference nothing is dropped");
    lnt_pass_destroy(pass);
    lnt_net_destroy(two);
    lnt_net_destroy(net);
}

/* --- batch norm --- */

/* A batch of one row has no variance to learn from, and changes nothing. */
Test(layers_memory, batch_norm_of_one_row)
{
    const lnt_layer layer = lnt_batch_norm();
    lnt_net *net = new_net(LNT_F64, COLS, &layer, 1);
    lnt_pass *pass = pass_of(net, LNT_TRAINING, 0);
    const lnt_tensor x = random_matrix(LNT_F64, 1, COLS, 1), state = lnt_net_state_vector(net);
    const lnt_tensor before = copy_of(LNT_F64, &state), y = output_of(pass, net, &x);
    for (size_t j = 0; j < COLS; j++) {
        assert_eq(lnt_tensor_get(&y, 0, j), 0);
    }
    OK(lnt_net_update_running_stats(net, pass));
    assert_same_bits(&state, &before);
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
}

/* A large mean beside a small spread keeps its digits. */
Test(layers_memory, batch_norm_of_large_numbers)
{
    lnt_layer layer = lnt_batch_norm();
    layer.epsilon = 1e-12;
    lnt_net *net = new_net(LNT_F32, 1, &layer, 1);
    lnt_pass *pass = pass_of(net, LNT_TRAINING, 0);
    const lnt_tensor x = matrix(LNT_F32, ROWS, 1);
    for (size_t i = 0; i < ROWS; i++) {
        OK(lnt_tensor_set(&x, i, 0, 65536 + (i % 2 == 0 ? 0.125 : -0.125)));
    }
    const lnt_tensor y = output_of(pass, net, &x);
    for (size_t i = 0; i < ROWS; i++) {
        assert_near(lnt_tensor_get(&y, i, 0), i % 2 == 0 ? 1 : -1, 1e-5);
    }
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
}

Test(layers_memory, statistics_are_named_and_cloned)
{
    const lnt_layer layers[] = {lnt_dense(4, LNT_RELU), lnt_batch_norm(),
                                lnt_dense(2, LNT_IDENTITY)};
    lnt_net *net = new_net(LNT_F64, 3, layers, 3), *clone = NULL;
    lnt_parameter mean, variance, other;
    assert_eq(lnt_net_n_running_stats(net), 2);
    OK(lnt_net_running_stat(net, 0, &mean));
    OK(lnt_net_running_stat(net, 1, &variance));
    assert_str_eq(mean.name, "layers.1.running_mean");
    assert_str_eq(variance.name, "layers.1.running_var");
    assert_eq(mean.role, LNT_ROLE_RUNNING_STAT);
    assert_eq(mean.layer, 1);
    assert_eq(lnt_tensor_get(&mean.value, 0, 3), 0);
    assert_eq(lnt_tensor_get(&variance.value, 0, 3), 1);
    FAILS(LNT_ERR_INVALID, lnt_net_running_stat(net, 2, &other));
    FAILS(LNT_ERR_NULL, lnt_net_running_stat(net, 0, NULL));
    OK(lnt_fill(5, &mean.value));
    OK(lnt_net_clone(&clone, net, NULL));
    OK(lnt_net_running_stat(clone, 0, &other));
    assert_eq(lnt_tensor_get(&other.value, 0, 2), 5);
    const lnt_tensor state = lnt_net_state_vector(net), parameters = lnt_net_parameters(net);
    assert_eq(state.cols, parameters.cols + 8);
    assert_eq(state.data, parameters.data);
    lnt_net_destroy(clone);
    lnt_net_destroy(net);
}

/* --- what may not be --- */

static void refuse(lnt_status expected, const lnt_layer *layers, size_t n_layers)
{
    const lnt_net_config config = {
        .dtype = LNT_F64, .inputs = 4, .layers = layers, .n_layers = n_layers};
    lnt_net *net = (lnt_net *) 1;
    FAILS(expected, lnt_net_create(&net, &config));
    cr_assert_null(net);
}

Test(layers_memory, descriptions_out_of_range)
{
    const double rates[] = {-0.1, 1, NAN, INFINITY};
    for (size_t i = 0; i < 4; i++) {
        const lnt_layer dropout = lnt_dropout(rates[i]);
        refuse(LNT_ERR_INVALID, &dropout, 1);
    }
    const double epsilons[] = {0, -1, NAN, INFINITY};
    lnt_layer (*const norms[])(void) = {lnt_batch_norm, lnt_layer_norm, lnt_rms_norm};
    for (size_t i = 0; i < 12; i++) {
        lnt_layer norm = norms[i % 3]();
        norm.epsilon = epsilons[i / 3];
        refuse(LNT_ERR_INVALID, &norm, 1);
    }
    const double momenta[] = {0, 1.5, NAN};
    for (size_t i = 0; i < 3; i++) {
        lnt_layer norm = lnt_batch_norm();
        norm.momentum = momenta[i];
        refuse(LNT_ERR_INVALID, &norm, 1);
    }
    lnt_layer prelu = lnt_prelu();
    prelu.alpha = INFINITY;
    refuse(LNT_ERR_INVALID, &prelu, 1);
    const lnt_layer narrow[] = {lnt_dense(3, LNT_RELU), lnt_residual(1)};
    refuse(LNT_ERR_SHAPE, narrow, 2);
    const lnt_layer none[] = {lnt_dense(4, LNT_RELU), lnt_residual(0)};
    refuse(LNT_ERR_INVALID, none, 2);
    const lnt_layer too_far[] = {lnt_dense(4, LNT_RELU), lnt_residual(2)};
    refuse(LNT_ERR_INVALID, too_far, 2);
}

/* All kinds in one net, over 100 steps: no memory is taken. */
Test(layers_memory, no_allocation_in_a_step)
{
    failing counter = {0};
    const lnt_allocator allocator = failing_allocator(&counter);
    const lnt_layer layers[] = {
        lnt_dense(6, LNT_IDENTITY), lnt_batch_norm(),       lnt_prelu(),
        lnt_dropout(0.2),           lnt_dense(6, LNT_TANH), lnt_residual(2),
        lnt_layer_norm(),           lnt_rms_norm(),         lnt_dense(2, LNT_IDENTITY)};
    const lnt_net_config config = {
        .dtype = LNT_F32, .inputs = 4, .layers = layers, .n_layers = 9, .allocator = &allocator};
    const lnt_pass_config pass_config = {.max_rows = 8, .allocator = &allocator};
    lnt_optim_config optim_config = lnt_optim_defaults(LNT_ADAM);
    optim_config.allocator = &allocator;
    lnt_net *net = NULL;
    lnt_pass *pass = NULL;
    lnt_optim *optim = NULL;
    OK(lnt_net_create(&net, &config));
    OK(lnt_pass_create(&pass, net, &pass_config));
    OK(lnt_optim_create(&optim, net, &optim_config));
    assert_eq(counter.calls, 3, "one block each");
    const lnt_tensor x = random_matrix(LNT_F32, 8, 4, 1), y = random_matrix(LNT_F32, 8, 2, 2);
    const lnt_loss loss = lnt_mse(LNT_MEAN);
    double first = 0, value = 0;
    for (int step = 0; step < 100; step++) {
        OK(lnt_pass_forward(pass, net, &x, NULL));
        OK(lnt_pass_backward(pass, net, &loss, &y, NULL, &value));
        OK(lnt_optim_step(optim, net, pass));
        first = step == 0 ? value : first;
    }
    assert_eq(counter.calls, 3);
    assert_lt(value, first);
    lnt_optim_destroy(optim);
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
    assert_eq(counter.live, 0);
}
