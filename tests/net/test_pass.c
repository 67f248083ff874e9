/* SPDX-License-Identifier: MIT */
#include "support/net.h"

#include "support/failing_allocator.h"

#include <limits.h>

/* The pass: batches of any size, what its views mean and how long, and calls out of order. */

enum { INPUTS = 5, OUTPUTS = 3 };

static lnt_net *net_of(lnt_dtype dtype, size_t depth)
{
    static lnt_layer layers[8];
    const lnt_activation activations[] = {LNT_TANH, LNT_LEAKY_RELU, LNT_SIGMOID};
    for (size_t l = 0; l + 1 < depth; l++) {
        layers[l] = lnt_dense(6 + l, activations[l % 3]);
    }
    layers[depth - 1] = lnt_dense(OUTPUTS, LNT_IDENTITY);
    return new_net(dtype, INPUTS, layers, depth);
}

static lnt_pass *pass_of(const lnt_net *net, size_t max_rows, lnt_mode mode)
{
    lnt_pass *pass = NULL;
    const lnt_pass_config config = {.max_rows = max_rows, .mode = mode};
    OK(lnt_pass_create(&pass, net, &config));
    return pass;
}

static lnt_tensor rows_of(const lnt_tensor *x, size_t rows)
{
    lnt_tensor view;
    OK(lnt_slice_rows(x, 0, rows, 1, &view));
    return view;
}

/* --- batches --- */

/* A short batch gives what a pass of just that size gives, whatever was there before. */
Test(pass, short_batches)
{
    const lnt_loss loss = lnt_mse(LNT_MEAN);
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        lnt_net *net = net_of(dtype, 3);
        lnt_pass *pass = new_pass(net);
        const lnt_tensor all_x = random_matrix(dtype, 32, INPUTS, 1);
        const lnt_tensor all_y = random_matrix(dtype, 32, OUTPUTS, 2);
        const size_t rows[] = {32, 7, 1, 31, 0, 32};
        for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
            const lnt_tensor x = rows_of(&all_x, rows[r]), y = rows_of(&all_y, rows[r]);
            lnt_pass *exact = pass_of(net, rows[r] > 0 ? rows[r] : 1, LNT_TRAINING);
            lnt_tensor output, exact_output, dx;
            double value, exact_value;
            OK(lnt_pass_forward(pass, net, &x, &output));
            OK(lnt_pass_backward(pass, net, &loss, &y, NULL, &value));
            OK(lnt_pass_forward(exact, net, &x, &exact_output));
            OK(lnt_pass_backward(exact, net, &loss, &y, NULL, &exact_value));
            OK(lnt_pass_input_gradient(pass, &dx));
            assert_eq(dx.rows, rows[r]);
            assert_eq(dx.cols, INPUTS);
            assert_eq(output.rows, rows[r]);
            assert_eq(output.cols, OUTPUTS);
            assert_eq(output.dtype, dtype);
            const lnt_tensor g = lnt_pass_gradients(pass), exact_g = lnt_pass_gradients(exact);
            assert_same_bits(&output, &exact_output);
            assert_same_bits(&g, &exact_g);
            assert_eq(value, exact_value);
            lnt_pass_destroy(exact);
        }
        lnt_pass_destroy(pass);
        lnt_net_destroy(net);
    }
}

Test(pass, inference_gives_the_bits_of_training)
{
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        const lnt_tensor x = random_matrix(dtype, 20, INPUTS, 1);
        for (size_t depth = 1; depth <= 6; depth++) {
            lnt_net *net = net_of(dtype, depth);
            lnt_pass *training = new_pass(net), *inference = pass_of(net, 20, LNT_INFERENCE);
            lnt_tensor expected, found;
            OK(lnt_pass_forward(training, net, &x, &expected));
            OK(lnt_pass_forward(inference, net, &x, &found));
            assert_same_bits(&found, &expected, "%zu layers", depth);
            const lnt_loss loss = lnt_mse(LNT_MEAN);
            const lnt_tensor y = random_matrix(dtype, 20, OUTPUTS, 2);
            double value, expected_value;
            OK(lnt_pass_loss(inference, &loss, &y, NULL, &value));
            OK(lnt_pass_loss(training, &loss, &y, NULL, &expected_value));
            assert_eq(value, expected_value);
            lnt_pass_destroy(training);
            lnt_pass_destroy(inference);
            lnt_net_destroy(net);
        }
    }
}

/* The depth of a net must not show in the memory of an inference pass. */
Test(pass, inference_takes_two_buffers)
{
    static lnt_layer layers[100];
    for (size_t l = 0; l < 100; l++) {
        layers[l] = lnt_dense(64, LNT_TANH);
    }
    lnt_net *net = new_net(LNT_F64, 64, layers, 100);
    failing counters[2] = {{0}, {0}};
    for (int mode = LNT_TRAINING; mode <= LNT_INFERENCE; mode++) {
        const lnt_allocator allocator = failing_allocator(&counters[mode]);
        const lnt_pass_config config = {
            .max_rows = 512, .mode = (lnt_mode) mode, .allocator = &allocator};
        lnt_pass *pass = NULL;
        OK(lnt_pass_create(&pass, net, &config));
        lnt_pass_destroy(pass);
        assert_eq(counters[mode].calls, 1);
        assert_eq(counters[mode].live, 0);
    }
    const size_t buffer = 512 * 64 * sizeof(double);
    assert_lt(counters[LNT_INFERENCE].bytes, 3 * buffer);
    assert_gt(counters[LNT_TRAINING].bytes, 100 * buffer);
    lnt_net_destroy(net);
}

static size_t bytes_of_inference(const lnt_layer *layers, size_t n_layers)
{
    lnt_net *net = new_net(LNT_F64, 64, layers, n_layers);
    failing counter = {0};
    const lnt_allocator allocator = failing_allocator(&counter);
    const lnt_pass_config config = {
        .max_rows = 128, .mode = LNT_INFERENCE, .allocator = &allocator};
    lnt_pass *pass = NULL;
    OK(lnt_pass_create(&pass, net, &config));
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
    return counter.bytes;
}

/* Two layers that come back to one input share it, and x is nobody's to keep. */
Test(pass, inference_keeps_an_input_for_each_group)
{
    const lnt_layer apart[] = {lnt_dense(64, LNT_TANH), lnt_dense(64, LNT_TANH), lnt_residual(1),
                               lnt_dense(64, LNT_TANH), lnt_residual(1)};
    const lnt_layer shared[] = {lnt_dense(64, LNT_TANH), lnt_dense(64, LNT_TANH), lnt_residual(1),
                                lnt_dense(64, LNT_TANH), lnt_residual(3)};
    const lnt_layer input[] = {lnt_dense(64, LNT_TANH), lnt_dense(64, LNT_TANH),
                               lnt_dense(64, LNT_TANH), lnt_dense(64, LNT_TANH), lnt_residual(4)};
    const size_t buffer = 128 * 64 * sizeof(double);
    assert_eq(bytes_of_inference(apart, 5) / buffer, 4);
    assert_eq(bytes_of_inference(shared, 5) / buffer, 3);
    assert_eq(bytes_of_inference(input, 5) / buffer, 2);
}

/* Layers without statistics and draws do the same in both modes, whatever the buffers hold. */
Test(pass, inference_of_groups_gives_the_bits_of_training)
{
    const lnt_layer layers[] = {lnt_dense(INPUTS, LNT_TANH),
                                lnt_residual(1),
                                lnt_layer_norm(),
                                lnt_dense(INPUTS, LNT_SILU),
                                lnt_residual(2),
                                lnt_rms_norm(),
                                lnt_prelu(),
                                lnt_residual(7),
                                lnt_residual(2),
                                lnt_activation_layer(LNT_GELU),
                                lnt_residual(6),
                                lnt_dense(OUTPUTS, LNT_IDENTITY)};
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        const lnt_tensor x = random_matrix(dtype, 20, INPUTS, 1);
        for (size_t count = 1; count <= sizeof layers / sizeof layers[0]; count++) {
            lnt_net *net = new_net(dtype, INPUTS, layers, count);
            lnt_pass *training = new_pass(net), *inference = pass_of(net, 20, LNT_INFERENCE);
            lnt_tensor expected, found;
            OK(lnt_pass_forward(training, net, &x, &expected));
            for (int again = 0; again < 2; again++) {
                OK(lnt_pass_forward(inference, net, &x, &found));
                assert_same_bits(&found, &expected, "%zu layers", count);
            }
            lnt_pass_destroy(training);
            lnt_pass_destroy(inference);
            lnt_net_destroy(net);
        }
    }
}

/* --- views --- */

Test(pass, views)
{
    const lnt_loss loss = lnt_mse(LNT_MEAN);
    lnt_net *net = net_of(LNT_F64, 3);
    lnt_pass *pass = new_pass(net);
    const lnt_tensor x = random_matrix(LNT_F64, 9, INPUTS, 1);
    const lnt_tensor y = random_matrix(LNT_F64, 9, OUTPUTS, 2);
    lnt_tensor output, dx;
    OK(lnt_pass_forward(pass, net, &x, &output));
    const lnt_tensor kept = copy_of(LNT_F64, &output);
    OK(lnt_pass_backward(pass, net, &loss, &y, NULL, NULL));
    assert_same_bits(&output, &kept, "the output stays until the next forward");

    lnt_tensor flat = lnt_pass_gradients(pass);
    assert_eq(flat.rows, 1);
    assert_eq(flat.cols, lnt_net_n_parameters(net));
    for (size_t i = 0; i < lnt_net_n_parameter_tensors(net);
         i++) { /* laid out as the parameters are */
        lnt_parameter parameter;
        lnt_tensor gradient;
        OK(lnt_net_parameter(net, i, &parameter));
        OK(lnt_pass_gradient(pass, i, &gradient));
        assert_eq(gradient.data, lnt_tensor_ptr(&flat, 0, parameter.offset));
        assert_eq(gradient.rows, parameter.value.rows);
        assert_eq(gradient.cols, parameter.value.cols);
    }
    /* Gradients are the caller's to read until the next backward. */
    const lnt_tensor gradients = copy_of(LNT_F64, &flat);
    OK(lnt_pass_input_gradient(pass, &dx));
    const lnt_tensor dx_kept = copy_of(LNT_F64, &dx);
    OK(lnt_pass_forward(pass, net, &x, &output));
    assert_same_bits(&flat, &gradients);
    /* Backward overwrites, so that a second one, or rubbish in between, changes nothing. */
    OK(lnt_fill(NAN, &flat));
    for (int k = 0; k < 2; k++) {
        OK(lnt_pass_backward(pass, net, &loss, &y, NULL, NULL));
        OK(lnt_pass_input_gradient(pass, &dx));
        assert_same_bits(&flat, &gradients);
        assert_same_bits(&dx, &dx_kept);
    }
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
}

Test(pass, output_may_be_null)
{
    lnt_net *net = net_of(LNT_F64, 2);
    lnt_pass *pass = new_pass(net);
    const lnt_tensor x = random_matrix(LNT_F64, 4, INPUTS, 1);
    OK(lnt_pass_forward(pass, net, &x, NULL));
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
}

/* backward is backward_from of the loss's gradient, and its value is that of lnt_pass_loss. */
Test(pass, backward_from)
{
    lnt_loss loss = lnt_softmax_cross_entropy(LNT_SUM);
    loss.gradient_reduction = LNT_MEAN;
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        lnt_net *net = net_of(dtype, 3);
        lnt_pass *pass = new_pass(net);
        const lnt_tensor x = random_matrix(dtype, 11, INPUTS, 1), labels = matrix(LNT_I32, 11, 1);
        lnt_tensor output, dx, gradient = matrix(dtype, 11, OUTPUTS);
        double value, value_alone, value_of_loss;
        OK(lnt_pass_forward(pass, net, &x, &output));
        OK(lnt_pass_backward(pass, net, &loss, &labels, NULL, &value));
        OK(lnt_pass_loss(pass, &loss, &labels, NULL, &value_alone));
        OK(lnt_loss_evaluate(&loss, &output, &labels, NULL, &value_of_loss, &gradient));
        assert_eq(value, value_of_loss);
        assert_eq(value_alone, value_of_loss);

        const lnt_tensor flat = lnt_pass_gradients(pass), expected = copy_of(dtype, &flat);
        OK(lnt_pass_input_gradient(pass, &dx));
        const lnt_tensor expected_dx = copy_of(dtype, &dx);
        OK(lnt_pass_backward_from(pass, net, &gradient));
        OK(lnt_pass_input_gradient(pass, &dx));
        assert_same_bits(&flat, &expected);
        assert_same_bits(&dx, &expected_dx);
        lnt_pass_destroy(pass);
        lnt_net_destroy(net);
    }
}

Test(pass, not_finite_is_the_value_not_an_error)
{
    const lnt_loss loss = lnt_mse(LNT_MEAN);
    lnt_net *net = net_of(LNT_F32, 2);
    lnt_pass *pass = new_pass(net);
    const lnt_tensor x = random_matrix(LNT_F32, 4, INPUTS, 1);
    const lnt_tensor y = random_matrix(LNT_F32, 4, OUTPUTS, 2);
    double value;
    OK(lnt_tensor_set(&x, 2, 3, NAN));
    OK(lnt_pass_forward(pass, net, &x, NULL));
    OK(lnt_pass_backward(pass, net, &loss, &y, NULL, &value));
    assert_nan(value);
    OK(lnt_tensor_set(&x, 2, 3, 0)); /* and nothing of it stays */
    OK(lnt_pass_forward(pass, net, &x, NULL));
    OK(lnt_pass_backward(pass, net, &loss, &y, NULL, &value));
    const lnt_tensor gradients = lnt_pass_gradients(pass);
    bool finite;
    OK(lnt_all_finite(&gradients, &finite, NULL, NULL));
    assert_finite(value);
    cr_assert(finite);
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
}

/* --- calls out of order --- */

Test(pass, calls_out_of_order)
{
    const lnt_loss loss = lnt_mse(LNT_MEAN);
    lnt_net *net = net_of(LNT_F64, 2), *deeper = net_of(LNT_F64, 3), *clone = NULL;
    OK(lnt_net_clone(&clone, net, NULL));
    const lnt_tensor x = random_matrix(LNT_F64, 4, INPUTS, 1);
    const lnt_tensor y = random_matrix(LNT_F64, 4, OUTPUTS, 2);
    lnt_pass *pass = new_pass(net);
    double value = 3;
    lnt_tensor dx = {.rows = 77};
    FAILS(LNT_ERR_STATE, lnt_pass_loss(pass, &loss, &y, NULL, &value));
    FAILS(LNT_ERR_STATE, lnt_pass_backward(pass, net, &loss, &y, NULL, &value));
    FAILS(LNT_ERR_STATE, lnt_pass_backward_from(pass, net, &y));
    FAILS(LNT_ERR_STATE, lnt_pass_input_gradient(pass, &dx));
    FAILS(LNT_ERR_MISMATCH, lnt_pass_forward(pass, deeper, &x, NULL));

    OK(lnt_pass_forward(pass, net, &x, NULL));
    FAILS(LNT_ERR_STATE, lnt_pass_input_gradient(pass, &dx));
    FAILS(LNT_ERR_MISMATCH, lnt_pass_backward(pass, deeper, &loss, &y, NULL, &value));
    FAILS(LNT_ERR_MISMATCH, lnt_pass_backward(pass, clone, &loss, &y, NULL, &value));
    FAILS(LNT_ERR_MISMATCH, lnt_pass_backward_from(pass, clone, &y));
    OK(lnt_pass_backward(pass, net, &loss, &y, NULL, NULL));
    OK(lnt_pass_input_gradient(pass, &dx));
    dx.rows = 77;
    OK(lnt_pass_forward(pass, clone, &x, NULL));
    FAILS(LNT_ERR_STATE, lnt_pass_input_gradient(pass, &dx));
    FAILS(LNT_ERR_MISMATCH, lnt_pass_backward(pass, net, &loss, &y, NULL, &value));
    OK(lnt_pass_backward(pass, clone, &loss, &y, NULL, NULL));
    assert_eq(value, 3, "outputs changed");
    assert_eq(dx.rows, 77, "outputs changed");

    lnt_pass *plain = pass_of(net, 4, LNT_TRAINING); /* not asked for dL/dx */
    OK(lnt_pass_forward(plain, net, &x, NULL));
    OK(lnt_pass_backward(plain, net, &loss, &y, NULL, NULL));
    FAILS(LNT_ERR_STATE, lnt_pass_input_gradient(plain, &dx));
    lnt_pass_destroy(plain);
    lnt_pass_destroy(pass);
    lnt_net_destroy(clone);
    lnt_net_destroy(deeper);
    lnt_net_destroy(net);
}

Test(pass, an_inference_pass_goes_forward_only)
{
    const lnt_loss loss = lnt_mse(LNT_MEAN);
    lnt_net *net = net_of(LNT_F64, 2);
    lnt_pass *pass = pass_of(net, 4, LNT_INFERENCE);
    const lnt_tensor x = random_matrix(LNT_F64, 4, INPUTS, 1);
    const lnt_tensor y = random_matrix(LNT_F64, 4, OUTPUTS, 2);
    lnt_tensor gradient = {.rows = 77};
    OK(lnt_pass_forward(pass, net, &x, NULL));
    FAILS(LNT_ERR_STATE, lnt_pass_backward(pass, net, &loss, &y, NULL, NULL));
    FAILS(LNT_ERR_STATE, lnt_pass_backward_from(pass, net, &y));
    FAILS(LNT_ERR_STATE, lnt_pass_gradient(pass, 0, &gradient));
    FAILS(LNT_ERR_STATE, lnt_pass_input_gradient(pass, &gradient));
    assert_eq(gradient.rows, 77);
    const lnt_tensor flat = lnt_pass_gradients(pass);
    assert_eq(flat.rows * flat.cols, 0);
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
}

/* Nets that differ in anything but their numbers are different nets. */
Test(pass, nets_of_other_layers_are_refused)
{
    lnt_layer layer = lnt_dense(4, LNT_LEAKY_RELU);
    lnt_net *net = new_net(LNT_F64, INPUTS, &layer, 1);
    lnt_pass *pass = new_pass(net);
    const lnt_tensor x = random_matrix(LNT_F64, 4, INPUTS, 1);
    const lnt_tensor wide_x = random_matrix(LNT_F64, 4, INPUTS + 1, 1);
    lnt_layer others[5];
    for (int k = 0; k < 5; k++) {
        others[k] = layer;
    }
    others[0].bias = false;
    others[1].activation = LNT_TANH;
    others[2].alpha = 0.5;
    others[3].units = 5;
    for (int k = 0; k < 5; k++) {
        lnt_net *other = new_net(LNT_F64, k < 4 ? INPUTS : INPUTS + 1, &others[k], 1);
        FAILS(LNT_ERR_MISMATCH, lnt_pass_forward(pass, other, k < 4 ? &x : &wide_x, NULL));
        lnt_net_destroy(other);
    }
    layer.weight_init = lnt_init_zeros();
    lnt_net *same = new_net(LNT_F64, INPUTS, &layer, 1);
    OK(lnt_pass_forward(pass, same, &x, NULL));
    lnt_net_destroy(same);
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
}

/* --- errors --- */

/* After a call that failed, the pass is where it was. */
Test(pass, failures_change_nothing)
{
    const lnt_loss loss = lnt_softmax_cross_entropy(LNT_MEAN);
    lnt_net *net = net_of(LNT_F64, 2);
    lnt_pass *pass = new_pass(net);
    const lnt_tensor x = random_matrix(LNT_F64, 4, INPUTS, 1), labels = matrix(LNT_F64, 4, 1);
    const lnt_tensor bad_labels = random_matrix(LNT_F64, 4, 1, 3), wide = matrix(LNT_F64, 4, 9);
    lnt_tensor output, dx;
    double value = 3;
    OK(lnt_pass_forward(pass, net, &x, &output));
    OK(lnt_pass_backward(pass, net, &loss, &labels, NULL, NULL));
    OK(lnt_pass_input_gradient(pass, &dx));
    const lnt_tensor flat = lnt_pass_gradients(pass), kept = copy_of(LNT_F64, &flat);
    const lnt_tensor kept_dx = copy_of(LNT_F64, &dx), kept_output = copy_of(LNT_F64, &output);

    FAILS(LNT_ERR_INVALID, lnt_pass_backward(pass, net, &loss, &bad_labels, NULL, &value));
    FAILS(LNT_ERR_SHAPE, lnt_pass_backward(pass, net, &loss, &wide, NULL, &value));
    FAILS(LNT_ERR_NULL, lnt_pass_backward(pass, net, NULL, &labels, NULL, &value));
    FAILS(LNT_ERR_NULL, lnt_pass_backward(pass, net, &loss, NULL, NULL, &value));
    FAILS(LNT_ERR_SHAPE, lnt_pass_backward_from(pass, net, &wide));
    FAILS(LNT_ERR_SHAPE, lnt_pass_forward(pass, net, &wide, &output));
    FAILS(LNT_ERR_INVALID, lnt_pass_loss(pass, &loss, &bad_labels, NULL, &value));
    FAILS(LNT_ERR_NULL, lnt_pass_loss(pass, &loss, &labels, NULL, NULL));
    OK(lnt_pass_input_gradient(pass, &dx));
    assert_eq(value, 3);
    assert_same_bits(&output, &kept_output);
    assert_same_bits(&flat, &kept);
    assert_same_bits(&dx, &kept_dx);
    OK(lnt_pass_backward(pass, net, &loss, &labels, NULL, &value));
    assert_same_bits(&flat, &kept);
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
}

Test(pass, null_arguments)
{
    const lnt_loss loss = lnt_mse(LNT_MEAN);
    lnt_net *net = net_of(LNT_F64, 2);
    lnt_pass *pass = new_pass(net);
    const lnt_tensor y = matrix(LNT_F64, 4, OUTPUTS);
    lnt_tensor view;
    double value;
    FAILS(LNT_ERR_NULL, lnt_pass_loss(NULL, &loss, &y, NULL, &value));
    FAILS(LNT_ERR_NULL, lnt_pass_backward(NULL, net, &loss, &y, NULL, &value));
    FAILS(LNT_ERR_NULL, lnt_pass_backward(pass, NULL, &loss, &y, NULL, &value));
    FAILS(LNT_ERR_NULL, lnt_pass_gradient(NULL, 0, &view));
    FAILS(LNT_ERR_NULL, lnt_pass_gradient(pass, 0, NULL));
    FAILS(LNT_ERR_INVALID, lnt_pass_gradient(pass, lnt_net_n_parameter_tensors(net), &view));
    FAILS(LNT_ERR_NULL, lnt_pass_input_gradient(NULL, &view));
    FAILS(LNT_ERR_NULL, lnt_pass_input_gradient(pass, NULL));
    lnt_pass_destroy(pass);
    lnt_pass_destroy(NULL);
    lnt_net_destroy(net);
}

Test(pass, create)
{
    lnt_net *net = net_of(LNT_F64, 2);
    const lnt_pass_config fine = lnt_pass_defaults();
    assert_eq(fine.max_rows, 32);
    assert_eq(fine.mode, LNT_TRAINING);
    cr_assert(!fine.input_gradient);
    cr_assert_null(fine.allocator);
    lnt_pass *pass = (lnt_pass *) 1;
    FAILS(LNT_ERR_NULL, lnt_pass_create(NULL, net, &fine));
    FAILS(LNT_ERR_NULL, lnt_pass_create(&pass, NULL, &fine));
    cr_assert_null(pass);
    pass = (lnt_pass *) 1;
    FAILS(LNT_ERR_NULL, lnt_pass_create(&pass, net, NULL));
    cr_assert_null(pass);

    failing counter = {.fail_at = 1};
    const lnt_allocator allocator = failing_allocator(&counter);
    const struct {
        lnt_pass_config config;
        lnt_status status;
    } cases[] = {
        {{.max_rows = 0}, LNT_ERR_INVALID},
        {{.max_rows = 1, .mode = (lnt_mode) 99}, LNT_ERR_INVALID},
        {{.max_rows = 1, .mode = LNT_INFERENCE, .input_gradient = true}, LNT_ERR_INVALID},
        {{.max_rows = (size_t) INT_MAX + 1}, LNT_ERR_TOO_LARGE},
        {{.max_rows = SIZE_MAX, .mode = LNT_INFERENCE}, LNT_ERR_TOO_LARGE},
        {{.max_rows = 1, .allocator = &allocator}, LNT_ERR_MEMORY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pass = (lnt_pass *) 1;
        const lnt_status status = lnt_pass_create(&pass, net, &cases[i].config);
        assert_eq(status, cases[i].status, "case %zu: %s", i, lnt_status_name(status));
        cr_assert_null(pass);
    }
    OK(lnt_pass_create(&pass, net, &fine));
    assert_eq(lnt_pass_max_rows(pass), 32);
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
}

#if SIZE_MAX > UINT32_MAX
/* Without parameters a net may be as wide as BLAS allows, and a batch of it wider than memory. */
Test(pass, batches_beyond_memory_are_refused)
{
    const lnt_layer layer = lnt_activation_layer(LNT_RELU);
    lnt_net *net = new_net(LNT_F64, INT_MAX, &layer, 1);
    assert_eq(lnt_net_n_parameters(net), 0);
    for (int mode = LNT_TRAINING; mode <= LNT_INFERENCE; mode++) {
        failing counter = {0};
        const lnt_allocator allocator = failing_allocator(&counter);
        const lnt_pass_config config = {
            .max_rows = INT_MAX, .mode = (lnt_mode) mode, .allocator = &allocator};
        lnt_pass *pass = (lnt_pass *) 1;
        FAILS(LNT_ERR_TOO_LARGE, lnt_pass_create(&pass, net, &config));
        cr_assert_null(pass);
        assert_eq(counter.calls, 0);
    }
    lnt_net_destroy(net);
}
#endif
