/* SPDX-License-Identifier: MIT */
/* A pass computes the same whoever computes its products, and what it refuses. */
#include "support/net.h"

enum { BATCH = 24, FEATURES = 13, UNITS = 31, OUTPUTS = 5 };

static lnt_net *make_net(lnt_dtype dtype)
{
    const lnt_layer layers[] = {lnt_dense(UNITS, LNT_RELU), lnt_dense(UNITS, LNT_TANH),
                                lnt_dense(UNITS, LNT_SIGMOID), lnt_dense(OUTPUTS, LNT_IDENTITY)};
    return new_net(dtype, FEATURES, layers, 4);
}

/* The gradient of all parameters, with the products of that kind. */
static lnt_tensor gradient_with(lnt_gemm_backend products, lnt_net *net)
{
    const lnt_dtype dtype = lnt_net_dtype(net);
    const lnt_tensor x = random_matrix(dtype, BATCH, FEATURES, 1);
    const lnt_tensor y = random_matrix(dtype, BATCH, OUTPUTS, 2);
    const lnt_loss loss = lnt_mse(LNT_SUM);
    lnt_pass_config config = lnt_pass_defaults();
    config.gemm = products;
    config.max_rows = BATCH;
    lnt_pass *pass = NULL;
    lnt_tensor output, all = matrix(dtype, 1, lnt_net_parameters(net).cols);
    size_t used = 0;
    OK(lnt_pass_create(&pass, net, &config));
    OK(lnt_pass_forward(pass, net, &x, &output));
    OK(lnt_pass_backward(pass, net, &loss, &y, NULL, NULL));
    for (size_t i = 0; i < lnt_net_n_parameter_tensors(net); i++) {
        lnt_tensor gradient;
        OK(lnt_pass_gradient(pass, i, &gradient));
        for (size_t r = 0; r < gradient.rows; r++) {
            for (size_t c = 0; c < gradient.cols; c++) {
                OK(lnt_tensor_set(&all, 0, used++, lnt_tensor_get(&gradient, r, c)));
            }
        }
    }
    assert_eq(used, all.cols);
    lnt_pass_destroy(pass);
    return all;
}

Test(pass_products, differ_in_rounding_only)
{
    static const lnt_gemm_backend kinds[] = {LNT_GEMM_HEURISTIC, LNT_GEMM_AUTOTUNE,
                                             LNT_GEMM_BUILTIN};
    for (int d = 0; d < 2; d++) {
        lnt_net *net = make_net(d == 0 ? LNT_F32 : LNT_F64);
        const lnt_tensor expected = gradient_with(LNT_GEMM_BLAS, net);
        for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
            const lnt_tensor found = gradient_with(kinds[i], net);
            assert_lt(difference(&found, &expected), d == 0 ? 1e-5 : 1e-14, "products %d",
                      (int) kinds[i]);
        }
        lnt_net_destroy(net);
    }
}

Test(pass_products, unknown_kinds_are_refused)
{
    lnt_net *net = make_net(LNT_F64);
    lnt_pass *pass = NULL;
    lnt_pass_config config = lnt_pass_defaults();
    config.gemm = (lnt_gemm_backend) (LNT_GEMM_BUILTIN + 1);
    FAILS(LNT_ERR_INVALID, lnt_pass_create(&pass, net, &config));
    config = lnt_pass_defaults();
    config.max_rows = 0;
    FAILS(LNT_ERR_INVALID, lnt_pass_create(&pass, net, &config));
    config.max_rows = (size_t) INT32_MAX + 1;
    FAILS(LNT_ERR_TOO_LARGE, lnt_pass_create(&pass, net, &config));
    config = lnt_pass_defaults();
    config.mode = (lnt_mode) 7;
    FAILS(LNT_ERR_INVALID, lnt_pass_create(&pass, net, &config));
    config.mode = LNT_INFERENCE;
    config.input_gradient = true;
    FAILS(LNT_ERR_INVALID, lnt_pass_create(&pass, net, &config));
    cr_assert_null(pass);
    lnt_net_destroy(net);
}

/* What of a pass is there only after a call of another function. */
Test(pass_products, calls_out_of_order_are_refused)
{
    lnt_net *net = make_net(LNT_F64);
    lnt_pass *training = new_pass(net), *inference = NULL;
    lnt_pass_config config = lnt_pass_defaults();
    config.mode = LNT_INFERENCE;
    OK(lnt_pass_create(&inference, net, &config));
    const lnt_tensor x = random_matrix(LNT_F64, BATCH, FEATURES, 1);
    const lnt_tensor y = random_matrix(LNT_F64, BATCH, OUTPUTS, 2);
    const lnt_loss loss = lnt_mse(LNT_MEAN);
    lnt_tensor output;
    double value;
    FAILS(LNT_ERR_STATE, lnt_pass_layer_output(training, 0, &output));
    FAILS(LNT_ERR_STATE, lnt_pass_loss(training, &loss, &y, NULL, &value));
    FAILS(LNT_ERR_STATE, lnt_net_update_running_stats(net, training));
    OK(lnt_pass_forward(inference, net, &x, &output));
    FAILS(LNT_ERR_STATE, lnt_pass_layer_output(inference, 0, &output));
    FAILS(LNT_ERR_STATE, lnt_net_update_running_stats(net, inference));
    FAILS(LNT_ERR_STATE, lnt_pass_backward(inference, net, &loss, &y, NULL, NULL));
    FAILS(LNT_ERR_STATE, lnt_pass_backward_from(inference, net, &y));
    FAILS(LNT_ERR_STATE, lnt_pass_forward_backward(inference, net, &x, &loss, &y, NULL, &value));
    OK(lnt_pass_forward_backward(training, net, &x, &loss, &y, NULL, &value));
    OK(lnt_pass_forward(training, net, &x, &output));
    OK(lnt_pass_layer_output(training, 3, &output));
    assert_eq(output.rows, BATCH);
    assert_eq(output.cols, OUTPUTS);
    FAILS(LNT_ERR_INVALID, lnt_pass_layer_output(training, 4, &output));

    const lnt_layer other_layers[] = {lnt_dense(OUTPUTS, LNT_IDENTITY)};
    lnt_net *other = new_net(LNT_F64, FEATURES, other_layers, 1);
    FAILS(LNT_ERR_MISMATCH, lnt_net_update_running_stats(other, training));
    FAILS(LNT_ERR_MISMATCH, lnt_pass_backward(training, other, &loss, &y, NULL, NULL));
    FAILS(LNT_ERR_MISMATCH, lnt_pass_forward(training, other, &x, &output));
    lnt_pass_destroy(training);
    lnt_pass_destroy(inference);
    lnt_net_destroy(other);
    lnt_net_destroy(net);
}
