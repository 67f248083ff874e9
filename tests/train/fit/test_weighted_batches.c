/* SPDX-License-Identifier: MIT */
/* Weights of rows and of classes where a batch is taken in parts, and where curvature is used. */
#include "support/fit.h"

enum { MANY = 6000 };

/* The gradient of all parameters, one behind the other. */
static lnt_tensor gradient_of(lnt_pass *pass, lnt_net *net)
{
    lnt_tensor all = matrix(lnt_net_dtype(net), 1, lnt_net_parameters(net).cols);
    size_t used = 0;
    for (size_t i = 0; i < lnt_net_n_parameter_tensors(net); i++) {
        lnt_tensor gradient;
        OK(lnt_pass_gradient(pass, i, &gradient));
        for (size_t k = 0; k < gradient.rows * gradient.cols; k++) {
            OK(lnt_tensor_set(&all, 0, used++,
                              lnt_tensor_get(&gradient, k / gradient.cols, k % gradient.cols)));
        }
    }
    return all;
}

/* In parts or at once, with weights or without: the same loss and gradient. */
Test(weighted_batches, parts_of_a_batch)
{
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        const lnt_tensor x = random_matrix(dtype, MANY, INPUTS, 1);
        const lnt_tensor y = random_matrix(dtype, MANY, 1, 2);
        lnt_tensor weights = random_matrix(dtype, MANY, 1, 3), output;
        for (size_t i = 0; i < MANY; i++) {
            OK(lnt_tensor_set(&weights, i, 0,
                              i < MANY / 2 ? 0.1 : fabs(lnt_tensor_get(&weights, i, 0))));
        }
        const lnt_tensor *const choices[] = {NULL, &weights};
        const lnt_loss loss = lnt_mse(LNT_MEAN);
        lnt_net *net = make_net(dtype, 1);
        lnt_pass *pass = NULL;
        lnt_pass_config config = lnt_pass_defaults();
        config.max_rows = MANY;
        OK(lnt_pass_create(&pass, net, &config));
        double values[2];
        for (int i = 0; i < 2; i++) {
            double whole;
            OK(lnt_pass_forward(pass, net, &x, &output));
            OK(lnt_pass_backward(pass, net, &loss, &y, choices[i], &whole));
            const lnt_tensor expected = gradient_of(pass, net);
            OK(lnt_pass_forward_backward(pass, net, &x, &loss, &y, choices[i], &values[i]));
            const lnt_tensor found = gradient_of(pass, net);
            const double bound = dtype == LNT_F32 ? 1e-4 : 1e-12;
            assert_lt(fabs(values[i] - whole), bound * whole, "%g, %g", values[i], whole);
            assert_lt(difference(&found, &expected), bound, "weights %d: %g", i,
                      difference(&found, &expected));
        }
        assert_gt(fabs(values[0] - values[1]), 0.001 * values[0]); /* weights do something */
        lnt_pass_destroy(pass);
        lnt_net_destroy(net);
    }
}

/* A run of K-FAC on two classes by one output; its last weighted loss. The caller frees the net. */
static double run(const double *class_weights, lnt_net **net)
{
    lnt_tensor x, y;
    lnt_fit_config config = settings();
    lnt_fit_result result;
    lnt_error error = {LNT_OK, ""};
    classification(LNT_F64, 0.8, &x, &y);
    config.loss = lnt_binary_cross_entropy(LNT_MEAN);
    config.loss.class_weights = class_weights;
    config.loss.n_class_weights = class_weights != NULL ? 2 : 0;
    config.optim = lnt_optim_defaults(LNT_KFAC);
    config.batch_rows = ROWS;
    config.shuffle = false;
    config.epochs = 12;
    *net = make_net(LNT_F64, 1);
    const lnt_tensor truths = copy_of(LNT_F64, &y);
    const lnt_status status = lnt_fit(*net, &x, &truths, &config, &result, &error);
    assert_status(status, LNT_OK, "%s", error.message);
    return result.train_loss;
}

Test(weighted_batches, kfac_of_weighted_classes)
{
    static const double equal[] = {1, 1}, twice[] = {2, 2}, rare[] = {1, 5};
    lnt_net *plain, *same, *other;
    const double expected = run(NULL, &plain), found = run(equal, &same);
    const lnt_tensor p = lnt_net_parameters(plain), q = lnt_net_parameters(same);
    assert_lt(expected, 0.5);
    assert_lt(fabs(found - expected), 1e-12);
    assert_lt(difference(&q, &p), 1e-10);
    assert_finite(run(twice, &other));
    lnt_net_destroy(other);
    const double weighted = run(rare, &other);
    const lnt_tensor r = lnt_net_parameters(other);
    assert_lt(weighted, 1.5);
    assert_gt(difference(&r, &p), 1e-3, "%g", weighted);
    lnt_net_destroy(plain);
    lnt_net_destroy(same);
    lnt_net_destroy(other);
}

/* --- derivatives along the parameters alone, through a layer that normalises the inputs --- */

Test(weighted_batches, jvp_along_the_parameters_of_a_first_norm)
{
    const lnt_layer kinds[] = {lnt_layer_norm(), lnt_rms_norm(), lnt_batch_norm(),
                               lnt_dropout(0.5)};
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        const lnt_layer layers[] = {kinds[k], lnt_dense(2, LNT_TANH)};
        lnt_net *net = new_net(LNT_F64, INPUTS, layers, 2);
        const lnt_tensor x = random_matrix(LNT_F64, 4, INPUTS, 1);
        lnt_tensor parameters = lnt_net_parameters(net);
        const lnt_tensor v = random_matrix(LNT_F64, 1, parameters.cols, 2);
        lnt_derivatives_config config = lnt_derivatives_defaults();
        lnt_derivatives *d = NULL;
        lnt_tensor y_dot = matrix(LNT_F64, 4, 2), ends[2];
        OK(lnt_derivatives_create(&d, net, &config, NULL));
        OK(lnt_derivatives_linearize(d, &x, NULL));
        OK(lnt_jvp(d, NULL, &v, &y_dot));
        const double h = 1e-6;
        for (int side = 0; side < 2; side++) {
            lnt_tensor y; /* of the derivatives, until the next point */
            OK(lnt_axpy(side == 0 ? -h : 2 * h, &v, &parameters));
            OK(lnt_derivatives_linearize(d, &x, &y));
            ends[side] = copy_of(LNT_F64, &y);
        }
        OK(lnt_axpy(-1, &ends[0], &ends[1]));
        OK(lnt_scale(1 / (2 * h), &ends[1]));
        assert_lt(difference(&y_dot, &ends[1]), 1e-7, "layer %zu: %g", k,
                  difference(&y_dot, &ends[1]));
        const lnt_tensor f32 = copy_of(LNT_F32, &x), narrow = random_matrix(LNT_F64, 4, 2, 1);
        const lnt_tensor many = random_matrix(LNT_F64, 33, INPUTS, 1);
        FAILS(LNT_ERR_DTYPE, lnt_derivatives_linearize(d, &f32, NULL));
        FAILS(LNT_ERR_SHAPE, lnt_derivatives_linearize(d, &narrow, NULL));
        FAILS(LNT_ERR_SHAPE, lnt_derivatives_linearize(d, &many, NULL));
        lnt_derivatives_destroy(d);
        lnt_net_destroy(net);
    }
}
