/* SPDX-License-Identifier: MIT */
#include "support/reference.h"

#include <criterion/parameterized.h>

/* Nets with norms, PReLU and residual sums against PyTorch's; see make_layers.py. */

enum { MOST_LAYERS = 9, STEPS = 6, INPUTS = 5 };

static lnt_layer dense(size_t units)
{
    return lnt_dense(units, LNT_IDENTITY);
}

static lnt_layer batch_norm(double epsilon, double momentum, bool affine)
{
    lnt_layer layer = lnt_batch_norm();
    layer.epsilon = epsilon;
    layer.momentum = momentum;
    layer.gain = layer.bias = affine;
    return layer;
}

static lnt_layer layer_norm(double epsilon, bool gain, bool bias)
{
    lnt_layer layer = lnt_layer_norm();
    layer.epsilon = epsilon;
    layer.gain = gain;
    layer.bias = bias;
    return layer;
}

static size_t layers_of(const char *name, lnt_layer layers[MOST_LAYERS])
{
    size_t count = 0;
#define IS(text) (strcmp(name, text) == 0)
#define ADD(layer) (layers[count++] = (layer))
    if (IS("batch_norm")) {
        ADD(dense(7)), ADD(lnt_batch_norm()), ADD(lnt_activation_layer(LNT_RELU));
    } else if (IS("batch_norm_first")) {
        ADD(batch_norm(1e-3, 0.3, true));
    } else if (IS("batch_norm_plain")) {
        ADD(dense(70)), ADD(batch_norm(1e-5, 0.1, false));
    } else if (IS("layer_norm")) {
        ADD(dense(7)), ADD(lnt_layer_norm()), ADD(lnt_activation_layer(LNT_TANH));
    } else if (IS("layer_norm_no_bias")) {
        ADD(layer_norm(0.01, true, false));
    } else if (IS("layer_norm_plain")) {
        ADD(dense(7)), ADD(layer_norm(1e-5, false, false));
    } else if (IS("rms_norm")) {
        ADD(dense(7)), ADD(lnt_rms_norm()), ADD(lnt_activation_layer(LNT_TANH));
    } else if (IS("prelu")) {
        ADD(dense(7)), ADD(lnt_prelu());
    } else if (IS("residual")) {
        ADD(lnt_dense(5, LNT_IDENTITY)), ADD(lnt_activation_layer(LNT_TANH)), ADD(dense(5));
        ADD(lnt_residual(3));
    } else {
        cr_assert(IS("residual_nested"));
        ADD(dense(6)), ADD(dense(6)), ADD(lnt_activation_layer(LNT_TANH)), ADD(lnt_residual(2));
        ADD(lnt_activation_layer(LNT_TANH)), ADD(dense(6)), ADD(lnt_residual(5)),
            ADD(lnt_residual(1));
    }
    ADD(dense(3));
#undef IS
#undef ADD
    return count;
}

static const char *const names[] = {
    "batch_norm",         "batch_norm_first", "batch_norm_plain", "layer_norm",
    "layer_norm_no_bias", "layer_norm_plain", "rms_norm",         "prelu",
    "residual",           "residual_nested"};

enum { N_NAMES = sizeof names / sizeof names[0] };

static const lnt_tensor *part(const reference_file *file, const char *name, const char *what)
{
    char text[64];
    const int length = snprintf(text, sizeof text, "%s.%s", name, what);
    assert_gt(length, 0);
    assert_lt((size_t) length, sizeof text);
    return find(file, text);
}

static const lnt_tensor *numbered(const reference_file *file, const char *name, const char *what,
                                  size_t i)
{
    char text[64];
    snprintf(text, sizeof text, "%s.%zu", what, i);
    return part(file, name, text);
}

/* Gradients that rounding alone keeps from 0, as before a norm, are compared with the largest. */
static void agree(const char *name, const char *what, const lnt_tensor *ours,
                  const lnt_tensor *theirs, double tolerance)
{
    double scale = 1, worst = 0;
    for (size_t i = 0; i < ours->rows; i++) {
        for (size_t j = 0; j < ours->cols; j++) {
            worst = fmax(worst, fabs(lnt_tensor_get(ours, i, j) - lnt_tensor_get(theirs, i, j)));
            scale = fmax(scale, fabs(lnt_tensor_get(theirs, i, j)));
        }
    }
    assert_le(worst, tolerance * scale, "%s, %s: %g", name, what, worst / scale);
}

static void agree_gradients(const reference_file *file, const char *name, lnt_net *net,
                            lnt_pass *pass, double tolerance)
{
    lnt_tensor gradient;
    for (size_t i = 0; i < lnt_net_n_parameter_tensors(net); i++) {
        OK(lnt_pass_gradient(pass, i, &gradient));
        agree(name, "gradient", &gradient, numbered(file, name, "gradient", i), tolerance);
    }
    OK(lnt_pass_input_gradient(pass, &gradient));
    agree(name, "dx", &gradient, part(file, name, "dx"), tolerance);
}

static void agree_state(const reference_file *file, const char *name, lnt_net *net,
                        double tolerance)
{
    lnt_parameter p;
    for (size_t i = 0; i < lnt_net_n_parameter_tensors(net); i++) {
        OK(lnt_net_parameter(net, i, &p));
        agree(name, p.name, &p.value, numbered(file, name, "final", i), tolerance);
    }
    for (size_t i = 0; i < lnt_net_n_running_stats(net); i++) {
        OK(lnt_net_running_stat(net, i, &p));
        agree(name, p.name, &p.value, numbered(file, name, "statistic", i), tolerance);
    }
}

static void agree_inference(const reference_file *file, const char *name, const lnt_net *net,
                            const lnt_tensor *x, double tolerance)
{
    lnt_pass *pass = NULL;
    lnt_tensor output;
    const lnt_pass_config config = {.max_rows = 16, .mode = LNT_INFERENCE};
    OK(lnt_pass_create(&pass, net, &config));
    OK(lnt_pass_forward(pass, net, x, &output));
    agree(name, "inference", &output, part(file, name, "inference"), tolerance);
    lnt_pass_destroy(pass);
}

static void compare(const char *name, lnt_dtype dtype, double tolerance, bool strided)
{
    static reference_file file;
    read_file(&file, "layers.txt");
    const lnt_tensor y = copy_of(dtype, find(&file, "y"));
    lnt_tensor x = copy_of(dtype, find(&file, "x"));
    x = strided ? laid_out(STEPPED, &x) : x;
    lnt_layer layers[MOST_LAYERS];
    lnt_net *net = new_net(dtype, INPUTS, layers, layers_of(name, layers));
    for (size_t i = 0; i < lnt_net_n_parameter_tensors(net); i++) {
        lnt_parameter p;
        OK(lnt_net_parameter(net, i, &p));
        OK(lnt_copy(numbered(&file, name, "initial", i), &p.value));
    }
    lnt_pass *pass = new_pass(net);
    lnt_optim *optim = NULL;
    lnt_optim_config config = lnt_optim_defaults(LNT_SGD);
    config.learning_rate = 0.05;
    config.sgd.momentum = 0.9;
    OK(lnt_optim_create(&optim, net, &config));
    const lnt_loss loss = lnt_mse(LNT_MEAN);
    double trace[STEPS];
    for (size_t step = 0; step < STEPS; step++) {
        lnt_tensor output;
        OK(lnt_pass_forward(pass, net, &x, &output));
        OK(lnt_pass_backward(pass, net, &loss, &y, NULL, &trace[step]));
        if (step == 0) {
            agree(name, "output", &output, part(&file, name, "output"), tolerance);
            agree_gradients(&file, name, net, pass, tolerance);
        }
        OK(lnt_optim_step(optim, net, pass));
    }
    const lnt_tensor losses = lnt_tensor_f64(trace, 1, STEPS);
    agree(name, "trace", &losses, part(&file, name, "trace"), tolerance);
    agree_state(&file, name, net, tolerance);
    agree_inference(&file, name, net, &x, tolerance);
    lnt_optim_destroy(optim);
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
}

ParameterizedTestParameters(layers_reference, agrees)
{
    static size_t index[N_NAMES];
    for (size_t i = 0; i < N_NAMES; i++) {
        index[i] = i;
    }
    return cr_make_param_array(size_t, index, N_NAMES);
}

ParameterizedTest(size_t *i, layers_reference, agrees)
{
    for (int strided = 0; strided < 2; strided++) {
        compare(names[*i], LNT_F64, 1e-11, strided);
        compare(names[*i], LNT_F32, 2e-4, strided);
    }
}
