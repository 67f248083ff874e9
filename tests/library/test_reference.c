/* SPDX-License-Identifier: MIT */
#include "support/reference.h"

#include <criterion/parameterized.h>

/* The nets of tests/reference/cases.py. Linnet against what NumPy and PyTorch made of them. */

enum { MAX_LAYERS = 5, STEPS = 20 };

#define DENSE(units, activation)                                                                   \
    {                                                                                              \
        units, activation, 0.01, true                                                              \
    }
#define APART(activation)                                                                          \
    {                                                                                              \
        0, activation, 0.01, false                                                                 \
    }

static const struct reference_net {
    const char *name;
    size_t inputs;
    struct {
        size_t units; /* 0: an activation on its own */
        lnt_activation activation;
        double alpha;
        bool bias;
    } layers[MAX_LAYERS];
    size_t n_layers;
    lnt_loss loss;
} nets[] = {
    {.name = "tutorial",
     .inputs = 8,
     .layers = {DENSE(16, LNT_RELU), DENSE(16, LNT_RELU), DENSE(16, LNT_RELU), DENSE(16, LNT_RELU),
                DENSE(3, LNT_IDENTITY)},
     .n_layers = 5,
     .loss = {.kind = LNT_LOSS_MSE, .value_reduction = LNT_MEAN, .gradient_reduction = LNT_SUM}},
    {.name = "ordinary",
     .inputs = 8,
     .layers = {DENSE(16, LNT_RELU), DENSE(16, LNT_RELU), DENSE(16, LNT_RELU), DENSE(16, LNT_RELU),
                DENSE(3, LNT_IDENTITY)},
     .n_layers = 5,
     .loss = {.kind = LNT_LOSS_MSE, .value_reduction = LNT_MEAN, .gradient_reduction = LNT_SUM}},
    {.name = "labels",
     .inputs = 12,
     .layers = {DENSE(20, LNT_RELU), DENSE(16, LNT_RELU), DENSE(5, LNT_IDENTITY)},
     .n_layers = 3,
     .loss = {.kind = LNT_LOSS_SOFTMAX_CROSS_ENTROPY,
              .value_reduction = LNT_MEAN,
              .gradient_reduction = LNT_MEAN}},
    {.name = "probabilities",
     .inputs = 6,
     .layers = {DENSE(9, LNT_TANH), DENSE(4, LNT_IDENTITY)},
     .n_layers = 2,
     .loss = {.kind = LNT_LOSS_SOFTMAX_CROSS_ENTROPY,
              .value_reduction = LNT_SUM,
              .gradient_reduction = LNT_SUM}},
    {.name = "odd",
     .inputs = 7,
     .layers = {DENSE(5, LNT_TANH), {11, LNT_LEAKY_RELU, 0.125, false}, DENSE(3, LNT_SIGMOID)},
     .n_layers = 3,
     .loss = {.kind = LNT_LOSS_MSE, .value_reduction = LNT_MEAN, .gradient_reduction = LNT_MEAN}},
    {.name = "one_row",
     .inputs = 7,
     .layers = {DENSE(5, LNT_SIGMOID), DENSE(11, LNT_LEAKY_RELU), DENSE(3, LNT_IDENTITY)},
     .n_layers = 3,
     .loss = {.kind = LNT_LOSS_MSE, .value_reduction = LNT_SUM, .gradient_reduction = LNT_SUM}},
    {.name = "apart",
     .inputs = 4,
     .layers = {APART(LNT_TANH),
                {6, LNT_IDENTITY, 0.01, false},
                APART(LNT_RELU),
                {2, LNT_IDENTITY, 0.01, false},
                APART(LNT_SIGMOID)},
     .n_layers = 5,
     .loss = {.kind = LNT_LOSS_MSE, .value_reduction = LNT_SUM, .gradient_reduction = LNT_MEAN}},
};

static const struct source {
    const char *name;
    lnt_dtype dtype;
    double tolerance;
} sources[] = {
    {"numpy", LNT_F64, 1e-12},
    {"torch_f64", LNT_F64, 1e-12},
    {"torch_f32", LNT_F32, 2e-5},
};

enum { N_NETS = sizeof nets / sizeof nets[0], N_SOURCES = sizeof sources / sizeof sources[0] };

static void read_case(reference_file *file, const char *net, const char *source)
{
    char name[64];
    snprintf(name, sizeof name, "%s.%s.txt", net, source);
    read_file(file, name);
}

/* Relative to the largest element, and by the Frobenius norm. */
static void agree(const reference_file *file, const char *name, const lnt_tensor *ours,
                  double tolerance)
{
    const lnt_tensor *theirs = find(file, name);
    assert_le(difference(ours, theirs), tolerance, "%s: %s: largest relative difference %.3g",
              file->path, name, difference(ours, theirs));
    lnt_tensor error = copy_of(LNT_F64, ours);
    double error_norm, norm;
    OK(lnt_axpy(-1, theirs, &error));
    OK(lnt_norm(LNT_NORM_L2, &error, &error_norm));
    OK(lnt_norm(LNT_NORM_L2, theirs, &norm));
    assert_le(error_norm, tolerance * norm, "%s: %s: relative difference of norms %.3g", file->path,
              name, error_norm / norm);
}

/* A number such as the loss as a [1, 1] matrix. */
static lnt_tensor scalar(double *value)
{
    return lnt_tensor_f64(value, 1, 1);
}

static lnt_net *create_net(const struct reference_net *shape, const reference_file *file,
                           lnt_dtype dtype)
{
    lnt_layer layers[MAX_LAYERS];
    size_t tensor = 0;
    for (size_t l = 0; l < shape->n_layers; l++) {
        const size_t units = shape->layers[l].units;
        layers[l] = units > 0 ? lnt_dense(units, shape->layers[l].activation)
                              : lnt_activation_layer(shape->layers[l].activation);
        layers[l].alpha = shape->layers[l].alpha;
        layers[l].bias = shape->layers[l].bias;
        if (units > 0) {
            layers[l].weight_init = lnt_init_array(find_numbered(file, "initial", tensor++));
            if (layers[l].bias) {
                layers[l].bias_init = lnt_init_array(find_numbered(file, "initial", tensor++));
            }
        }
    }
    return new_net(dtype, shape->inputs, layers, shape->n_layers);
}

static void agree_gradients(const reference_file *file, lnt_pass *pass, size_t n_tensors,
                            double tolerance)
{
    lnt_tensor gradient;
    for (size_t i = 0; i < n_tensors; i++) {
        char name[32];
        snprintf(name, sizeof name, "gradient.%zu", i);
        OK(lnt_pass_gradient(pass, i, &gradient));
        agree(file, name, &gradient, tolerance);
    }
    OK(lnt_pass_input_gradient(pass, &gradient));
    agree(file, "gradient.x", &gradient, tolerance);
}

static void agree_parameters(const reference_file *file, lnt_net *net, double tolerance)
{
    for (size_t i = 0; i < lnt_net_n_parameter_tensors(net); i++) {
        char name[32];
        lnt_parameter parameter;
        snprintf(name, sizeof name, "final.%zu", i);
        OK(lnt_net_parameter(net, i, &parameter));
        agree(file, name, &parameter.value, tolerance);
    }
}

static void compare(const struct reference_net *shape, const struct source *source)
{
    static reference_file start, expected;
    read_case(&start, shape->name, "numpy");
    read_case(&expected, shape->name, source->name);
    const lnt_tensor x = copy_of(source->dtype, find(&start, "x"));
    const lnt_tensor y = copy_of(source->dtype, find(&start, "y"));

    lnt_net *net = create_net(shape, &start, source->dtype);
    lnt_pass *pass = new_pass(net);
    lnt_optim *optim = NULL;
    lnt_optim_config config = lnt_optim_defaults(LNT_SGD);
    config.learning_rate = lnt_tensor_get(find(&start, "rate"), 0, 0);
    config.sgd.momentum = lnt_tensor_get(find(&start, "momentum"), 0, 0);
    OK(lnt_optim_create(&optim, net, &config));

    double trace[STEPS];
    for (size_t step = 0; step < STEPS; step++) {
        lnt_tensor output;
        OK(lnt_pass_forward(pass, net, &x, &output));
        OK(lnt_pass_backward(pass, net, &shape->loss, &y, NULL, &trace[step]));
        if (step == 0) {
            const lnt_tensor loss = scalar(&trace[0]);
            agree(&expected, "output", &output, source->tolerance);
            agree(&expected, "loss", &loss, source->tolerance);
            agree_gradients(&expected, pass, lnt_net_n_parameter_tensors(net), source->tolerance);
        }
        OK(lnt_optim_step(optim, net, pass));
    }
    const lnt_tensor losses = lnt_tensor_f64(trace, 1, STEPS);
    agree(&expected, "trace", &losses, source->tolerance);
    agree_parameters(&expected, net, source->tolerance);
    lnt_optim_destroy(optim);
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
}

ParameterizedTestParameters(reference, agrees)
{
    static size_t index[N_NETS * N_SOURCES];
    for (size_t i = 0; i < N_NETS * N_SOURCES; i++) {
        index[i] = i;
    }
    return cr_make_param_array(size_t, index, N_NETS * N_SOURCES);
}

ParameterizedTest(size_t *i, reference, agrees)
{
    compare(&nets[*i / N_SOURCES], &sources[*i % N_SOURCES]);
}

/* The element type of labels must not matter. */
Test(reference, integer_labels)
{
    static reference_file start;
    read_case(&start, "labels", "numpy");
    const struct reference_net *shape = &nets[2];
    assert_str_eq(shape->name, "labels");
    lnt_net *net = create_net(shape, &start, LNT_F64);
    lnt_pass *pass = new_pass(net);
    const lnt_tensor y = copy_of(LNT_I32, find(&start, "y"));
    OK(lnt_pass_forward(pass, net, find(&start, "x"), NULL));
    double value;
    OK(lnt_pass_backward(pass, net, &shape->loss, &y, NULL, &value));
    const lnt_tensor loss = scalar(&value);
    agree(&start, "loss", &loss, 1e-12);
    agree_gradients(&start, pass, lnt_net_n_parameter_tensors(net), 1e-12);
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
}
