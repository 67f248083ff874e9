/* SPDX-License-Identifier: MIT */
#include "support/net.h"

#include <criterion/parameterized.h>

enum { INPUTS = 5, BATCH = 6 };

static lnt_layer drop(void)
{
    return lnt_dropout(0.4);
}

static lnt_layer norm_without_gain(void)
{
    lnt_layer layer = lnt_batch_norm();
    layer.gain = false;
    return layer;
}

static lnt_layer norm_without_bias(void)
{
    lnt_layer layer = lnt_layer_norm();
    layer.bias = false;
    return layer;
}

static lnt_layer sum_around_one(void)
{
    return lnt_residual(1);
}

/* One row a layer; every row passes every test below. */
static const struct row {
    const char *name;
    size_t units; /* 0: an activation on its own */
    lnt_activation activation;
    double alpha;
    bool no_bias;
    lnt_layer (*make)(void); /* another layer, behind a dense one if there are units */
} rows[] = {
    {"dense, identity", 4, LNT_IDENTITY, 0.01, false, NULL},
    {"dense, relu", 4, LNT_RELU, 0.01, false, NULL},
    {"dense, leaky relu", 4, LNT_LEAKY_RELU, 0.01, false, NULL},
    {"dense, steep leaky relu", 4, LNT_LEAKY_RELU, 1.5, false, NULL},
    {"dense, tanh", 4, LNT_TANH, 0.01, false, NULL},
    {"dense, sigmoid", 4, LNT_SIGMOID, 0.01, false, NULL},
    {"dense, no bias, identity", 4, LNT_IDENTITY, 0.01, true, NULL},
    {"dense, no bias, relu", 4, LNT_RELU, 0.01, true, NULL},
    {"dense, no bias, leaky relu", 4, LNT_LEAKY_RELU, 0.25, true, NULL},
    {"dense, no bias, tanh", 4, LNT_TANH, 0.01, true, NULL},
    {"dense, no bias, sigmoid", 4, LNT_SIGMOID, 0.01, true, NULL},
    {"dense, one unit", 1, LNT_TANH, 0.01, false, NULL},
    {"dense, wide", 19, LNT_TANH, 0.01, false, NULL},
    {"identity", 0, LNT_IDENTITY, 0.01, false, NULL},
    {"relu", 0, LNT_RELU, 0.01, false, NULL},
    {"leaky relu", 0, LNT_LEAKY_RELU, 0.125, false, NULL},
    {"tanh", 0, LNT_TANH, 0.01, false, NULL},
    {"sigmoid", 0, LNT_SIGMOID, 0.01, false, NULL},
    {"dense, elu", 4, LNT_ELU, 0.7, false, NULL},
    {"elu", 0, LNT_ELU, 1.5, false, NULL},
    {"dense, selu", 4, LNT_SELU, 0.7, false, NULL},
    {"selu", 0, LNT_SELU, 1.5, false, NULL},
    {"dense, gelu", 4, LNT_GELU, 0.7, false, NULL},
    {"gelu", 0, LNT_GELU, 1.5, false, NULL},
    {"dense, gelu tanh", 4, LNT_GELU_TANH, 0.7, false, NULL},
    {"gelu tanh", 0, LNT_GELU_TANH, 1.5, false, NULL},
    {"dense, silu", 4, LNT_SILU, 0.7, false, NULL},
    {"silu", 0, LNT_SILU, 1.5, false, NULL},
    {"dense, softplus", 4, LNT_SOFTPLUS, 0.7, false, NULL},
    {"softplus", 0, LNT_SOFTPLUS, 1.5, false, NULL},
    {"dense, softsign", 4, LNT_SOFTSIGN, 0.7, false, NULL},
    {"softsign", 0, LNT_SOFTSIGN, 1.5, false, NULL},
    {"dense, hard sigmoid", 4, LNT_HARD_SIGMOID, 0.7, false, NULL},
    {"hard sigmoid", 0, LNT_HARD_SIGMOID, 1.5, false, NULL},
    {"dense, hard swish", 4, LNT_HARD_SWISH, 0.7, false, NULL},
    {"hard swish", 0, LNT_HARD_SWISH, 1.5, false, NULL},
    {"dense, sine", 4, LNT_SINE, 0.7, false, NULL},
    {"sine", 0, LNT_SINE, 1.5, false, NULL},
    {.name = "prelu", .make = lnt_prelu},
    {.name = "dense, prelu", .units = 70, .make = lnt_prelu},
    {.name = "dropout", .make = drop},
    {.name = "dense, dropout", .units = 7, .make = drop},
    {.name = "batch norm", .make = lnt_batch_norm},
    {.name = "batch norm, no gain", .make = norm_without_gain},
    {.name = "dense, batch norm", .units = 70, .make = lnt_batch_norm},
    {.name = "layer norm", .make = lnt_layer_norm},
    {.name = "layer norm, no bias", .make = norm_without_bias},
    {.name = "dense, layer norm", .units = 70, .make = lnt_layer_norm},
    {.name = "rms norm", .make = lnt_rms_norm},
    {.name = "dense, rms norm", .units = 70, .make = lnt_rms_norm},
    {.name = "residual", .units = INPUTS, .activation = LNT_TANH, .make = sum_around_one},
};

enum { N_ROWS = sizeof rows / sizeof rows[0] };

static lnt_layer layer_of(const struct row *row)
{
    lnt_layer layer = row->units > 0 ? lnt_dense(row->units, row->activation)
                                     : lnt_activation_layer(row->activation);
    layer.alpha = row->alpha;
    layer.bias = !row->no_bias;
    return layer;
}

/* The layers of a row, their parameters drawn as one vector: the same for every activation. */
static lnt_net *net_of(const struct row *row, lnt_dtype dtype)
{
    lnt_layer layers[2] = {layer_of(row)};
    size_t count = 1;
    if (row->make != NULL) {
        count = row->units > 0 ? 2 : 1;
        layers[count - 1] = row->make();
    }
    lnt_net *net = new_net(dtype, INPUTS, layers, count);
    const lnt_init normal = lnt_init_normal(0, 0.7);
    lnt_tensor parameters = lnt_net_parameters(net);
    OK(lnt_init_fill(&normal, 21, 1, &parameters));
    return net;
}

/* A layer of a row with its pass, run forward and backward once. */
typedef struct subject {
    lnt_net *net;
    lnt_pass *pass;
    lnt_tensor output;
    lnt_tensor gradients;
    lnt_tensor dx;
} subject;

static subject run(const struct row *row, lnt_dtype dtype, const lnt_tensor *x,
                   const lnt_tensor *output_gradient)
{
    subject s = {.net = net_of(row, dtype)};
    s.pass = new_pass(s.net);
    OK(lnt_pass_forward(s.pass, s.net, x, &s.output));
    OK(lnt_pass_backward_from(s.pass, s.net, output_gradient));
    s.gradients = lnt_pass_gradients(s.pass);
    OK(lnt_pass_input_gradient(s.pass, &s.dx));
    return s;
}

static void finish(subject *s)
{
    lnt_pass_destroy(s->pass);
    lnt_net_destroy(s->net);
}

static size_t outputs_of(const struct row *row)
{
    return row->units > 0 ? row->units : INPUTS;
}

#define FOR_EACH_ROW(test)                                                                         \
    ParameterizedTestParameters(layers, test)                                                      \
    {                                                                                              \
        static size_t index[N_ROWS];                                                               \
        for (size_t i = 0; i < N_ROWS; i++) {                                                      \
            index[i] = i;                                                                          \
        }                                                                                          \
        return cr_make_param_array(size_t, index, N_ROWS);                                         \
    }                                                                                              \
    ParameterizedTest(size_t *i, layers, test)

/* --- gradients --- */

/* L = Σ c ∘ y, whose gradient with respect to y is c. */
static double weighted_output(subject *s, const lnt_tensor *x, const lnt_tensor *c)
{
    double value;
    lnt_tensor y;
    OK(lnt_pass_set_rng_counter(s->pass, 0)); /* the same elements are dropped */
    OK(lnt_pass_forward(s->pass, s->net, x, &y));
    OK(lnt_dot(&y, c, &value));
    return value;
}

/* Central differences over every element of `varied`, which is x or the parameters. */
static void check_gradient(const char *name, subject *s, const lnt_tensor *x, const lnt_tensor *c,
                           const lnt_tensor *varied, const lnt_tensor *gradient)
{
    const double h = 1e-6, atol = 1e-5, rtol = 1e-3;
    assert_eq(gradient->rows, varied->rows);
    assert_eq(gradient->cols, varied->cols);
    for (size_t i = 0; i < varied->rows; i++) {
        for (size_t j = 0; j < varied->cols; j++) {
            const double kept = lnt_tensor_get(varied, i, j);
            OK(lnt_tensor_set(varied, i, j, kept + h));
            const double above = weighted_output(s, x, c);
            OK(lnt_tensor_set(varied, i, j, kept - h));
            const double below = weighted_output(s, x, c);
            OK(lnt_tensor_set(varied, i, j, kept));
            const double expected = (above - below) / (2 * h),
                         found = lnt_tensor_get(gradient, i, j);
            assert_near(found, expected, atol + rtol * fabs(expected),
                        "%s: element (%zu, %zu): %.9g, by differences %.9g", name, i, j, found,
                        expected);
        }
    }
}

/* The premise of the differences: no z so near a kink at 0 that a step of h could pass it. */
static void assert_no_kink_near(const struct row *row, const lnt_tensor *x)
{
    struct row linear = *row;
    linear.activation = LNT_IDENTITY;
    linear.make = NULL;
    lnt_net *net = net_of(&linear, LNT_F64);
    lnt_pass *pass = new_pass(net);
    lnt_tensor z;
    OK(lnt_pass_forward(pass, net, x, &z));
    for (size_t k = 0; k < z.rows * z.cols; k++) {
        assert_gt(fabs(lnt_tensor_get(&z, k / z.cols, k % z.cols)), 1e-4, "take another seed");
    }
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
}

FOR_EACH_ROW(gradients_by_central_differences)
{
    const struct row *row = &rows[*i];
    const lnt_tensor x = random_matrix(LNT_F64, BATCH, INPUTS, 1);
    const lnt_tensor c = random_matrix(LNT_F64, BATCH, outputs_of(row), 2);
    assert_no_kink_near(row, &x);
    subject s = run(row, LNT_F64, &x, &c);
    const lnt_tensor gradients = copy_of(LNT_F64, &s.gradients), dx = copy_of(LNT_F64, &s.dx);
    const lnt_tensor parameters = lnt_net_parameters(s.net);
    assert_eq(gradients.cols, lnt_net_n_parameters(s.net));
    check_gradient(row->name, &s, &x, &c, &parameters, &gradients);
    check_gradient(row->name, &s, &x, &c, &x, &dx);
    finish(&s);
}

FOR_EACH_ROW(f32_agrees_with_f64)
{
    const struct row *row = &rows[*i];
    const size_t outputs = outputs_of(row);
    const lnt_tensor x64 = random_matrix(LNT_F64, BATCH, INPUTS, 1);
    const lnt_tensor x32 = random_matrix(LNT_F32, BATCH, INPUTS, 1);
    const lnt_tensor c64 = random_matrix(LNT_F64, BATCH, outputs, 2);
    const lnt_tensor c32 = random_matrix(LNT_F32, BATCH, outputs, 2);
    subject s64 = run(row, LNT_F64, &x64, &c64), s32 = run(row, LNT_F32, &x32, &c32);
    assert_eq(s32.output.dtype, LNT_F32);
    assert_lt(difference(&s32.output, &s64.output), 2e-6, "%s: output", row->name);
    assert_lt(difference(&s32.gradients, &s64.gradients), 2e-6, "%s: gradients", row->name);
    assert_lt(difference(&s32.dx, &s64.dx), 2e-6, "%s: input gradient", row->name);
    finish(&s64);
    finish(&s32);
}

/* --- shapes and layouts --- */

FOR_EACH_ROW(any_layout_of_the_input)
{
    const struct row *row = &rows[*i];
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        const double tolerance = dtype == LNT_F32 ? 1e-6 : 4e-15;
        const lnt_tensor x = random_matrix(dtype, BATCH, INPUTS, 1);
        const lnt_tensor c = random_matrix(dtype, BATCH, outputs_of(row), 2);
        subject plain = run(row, dtype, &x, &c);
        for (layout how = 0; how < N_LAYOUTS; how++) {
            const lnt_tensor strided_x = laid_out(how, &x), strided_c = laid_out(how, &c);
            subject s = run(row, dtype, &strided_x, &strided_c);
            assert_le(difference(&s.output, &plain.output), tolerance, "%s, layout %d: output",
                      row->name, (int) how);
            assert_le(difference(&s.gradients, &plain.gradients), tolerance,
                      "%s, layout %d: gradients", row->name, (int) how);
            assert_le(difference(&s.dx, &plain.dx), tolerance, "%s, layout %d: input gradient",
                      row->name, (int) how);
            finish(&s);
        }
        finish(&plain);
    }
}

FOR_EACH_ROW(no_rows)
{
    const struct row *row = &rows[*i];
    lnt_net *net = net_of(row, LNT_F64);
    lnt_pass *pass = new_pass(net);
    lnt_tensor gradients = lnt_pass_gradients(pass);
    OK(lnt_fill(7, &gradients));
    const lnt_tensor x = lnt_tensor_f64(NULL, 0, INPUTS);
    const lnt_tensor c = lnt_tensor_f64(NULL, 0, outputs_of(row));
    lnt_tensor output, dx;
    OK(lnt_pass_forward(pass, net, &x, &output));
    assert_eq(output.rows, 0);
    assert_eq(output.cols, outputs_of(row));
    OK(lnt_pass_backward_from(pass, net, &c));
    OK(lnt_pass_input_gradient(pass, &dx));
    assert_eq(dx.rows, 0);
    assert_eq(dx.cols, INPUTS);
    double largest;
    OK(lnt_norm(LNT_NORM_MAX, &gradients, &largest));
    assert_eq(largest, 0, "%s: the gradient of nothing is 0", row->name);
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
}

/* A layer writes its output only: neither the input, nor the parameters, nor the caller's dL/dy. */
FOR_EACH_ROW(inputs_are_not_written)
{
    const struct row *row = &rows[*i];
    const lnt_tensor x = random_matrix(LNT_F64, BATCH, INPUTS, 1);
    const lnt_tensor c = random_matrix(LNT_F64, BATCH, outputs_of(row), 2);
    const lnt_tensor x_kept = copy_of(LNT_F64, &x), c_kept = copy_of(LNT_F64, &c);
    subject s = run(row, LNT_F64, &x, &c);
    lnt_net *untouched = net_of(row, LNT_F64);
    const lnt_tensor before = lnt_net_parameters(untouched), after = lnt_net_parameters(s.net);
    assert_same_bits(&x, &x_kept);
    assert_same_bits(&c, &c_kept);
    assert_same_bits(&before, &after);
    lnt_net_destroy(untouched);
    finish(&s);
}

/* --- errors --- */

FOR_EACH_ROW(errors)
{
    const struct row *row = &rows[*i];
    const lnt_tensor x = random_matrix(LNT_F64, BATCH, INPUTS, 1);
    const lnt_tensor c = random_matrix(LNT_F64, BATCH, outputs_of(row), 2);
    subject s = run(row, LNT_F64, &x, &c);
    const lnt_tensor kept = copy_of(LNT_F64, &s.output);
    const lnt_tensor f32 = matrix(LNT_F32, BATCH, INPUTS), i32 = matrix(LNT_I32, BATCH, INPUTS);
    const lnt_tensor narrow = matrix(LNT_F64, BATCH, INPUTS - 1);
    const lnt_tensor wide = matrix(LNT_F64, BATCH, INPUTS + 1);
    const lnt_tensor tall = matrix(LNT_F64, 33, INPUTS);
    const lnt_tensor no_data = lnt_tensor_f64(NULL, BATCH, INPUTS), unset = {0};
    lnt_tensor output = {.rows = 99};

    FAILS(LNT_ERR_NULL, lnt_pass_forward(NULL, s.net, &x, &output));
    FAILS(LNT_ERR_NULL, lnt_pass_forward(s.pass, NULL, &x, &output));
    FAILS(LNT_ERR_NULL, lnt_pass_forward(s.pass, s.net, NULL, &output));
    FAILS(LNT_ERR_NULL, lnt_pass_forward(s.pass, s.net, &no_data, &output));
    FAILS(LNT_ERR_DTYPE, lnt_pass_forward(s.pass, s.net, &f32, &output));
    FAILS(LNT_ERR_DTYPE, lnt_pass_forward(s.pass, s.net, &i32, &output));
    FAILS(LNT_ERR_DTYPE, lnt_pass_forward(s.pass, s.net, &unset, &output));
    FAILS(LNT_ERR_SHAPE, lnt_pass_forward(s.pass, s.net, &narrow, &output));
    FAILS(LNT_ERR_SHAPE, lnt_pass_forward(s.pass, s.net, &wide, &output));
    FAILS(LNT_ERR_SHAPE, lnt_pass_forward(s.pass, s.net, &tall, &output));
    assert_eq(output.rows, 99, "%s: outputs changed", row->name);
    assert_same_bits(&s.output, &kept, "%s: outputs changed", row->name);

    const lnt_tensor c32 = matrix(LNT_F32, BATCH, c.cols);
    const lnt_tensor c_short = matrix(LNT_F64, BATCH - 1, c.cols);
    const lnt_tensor c_wide = matrix(LNT_F64, BATCH, c.cols + 1);
    const lnt_tensor c_no_data = lnt_tensor_f64(NULL, BATCH, c.cols);
    const lnt_tensor gradients = copy_of(LNT_F64, &s.gradients), dx = copy_of(LNT_F64, &s.dx);
    FAILS(LNT_ERR_NULL, lnt_pass_backward_from(NULL, s.net, &c));
    FAILS(LNT_ERR_NULL, lnt_pass_backward_from(s.pass, NULL, &c));
    FAILS(LNT_ERR_NULL, lnt_pass_backward_from(s.pass, s.net, NULL));
    FAILS(LNT_ERR_NULL, lnt_pass_backward_from(s.pass, s.net, &c_no_data));
    FAILS(LNT_ERR_DTYPE, lnt_pass_backward_from(s.pass, s.net, &c32));
    FAILS(LNT_ERR_SHAPE, lnt_pass_backward_from(s.pass, s.net, &c_short));
    FAILS(LNT_ERR_SHAPE, lnt_pass_backward_from(s.pass, s.net, &c_wide));
    assert_same_bits(&s.gradients, &gradients);
    assert_same_bits(&s.dx, &dx);

    OK(lnt_pass_backward_from(s.pass, s.net, &c));
    assert_same_bits(&s.gradients, &gradients, "%s: not usable after errors", row->name);
    finish(&s);
}

static lnt_status try_layer(const lnt_layer *layer)
{
    lnt_net *net = (lnt_net *) 1;
    lnt_net_config config = lnt_net_defaults();
    config.inputs = INPUTS;
    config.layers = layer;
    config.n_layers = 1;
    const lnt_status status = lnt_net_create(&net, &config);
    assert_eq(status == LNT_OK, net != NULL);
    lnt_net_destroy(net);
    return status;
}

Test(layers, descriptions_out_of_range)
{
    lnt_layer layer = lnt_dense(0, LNT_RELU);
    FAILS(LNT_ERR_INVALID, try_layer(&layer));
    layer = (lnt_layer){.units = 3};
    FAILS(LNT_ERR_INVALID, try_layer(&layer)); /* not from a constructor */
    for (int apart = 0; apart < 2; apart++) {
        layer =
            apart ? lnt_activation_layer((lnt_activation) 99) : lnt_dense(3, (lnt_activation) 99);
        FAILS(LNT_ERR_INVALID, try_layer(&layer));
        layer =
            apart ? lnt_activation_layer((lnt_activation) -1) : lnt_dense(3, (lnt_activation) -1);
        FAILS(LNT_ERR_INVALID, try_layer(&layer));
        layer = apart ? lnt_activation_layer(LNT_LEAKY_RELU) : lnt_dense(3, LNT_LEAKY_RELU);
        OK(try_layer(&layer));
        const double alphas[] = {0, -0.01, -INFINITY, INFINITY};
        for (size_t a = 0; a < sizeof alphas / sizeof alphas[0]; a++) {
            layer.alpha = alphas[a];
            FAILS(LNT_ERR_INVALID, try_layer(&layer));
            layer.activation = LNT_RELU; /* which has no alpha */
            OK(try_layer(&layer));
            layer.activation = LNT_LEAKY_RELU;
        }
    }
}

/* --- names and defaults --- */

Test(layers, every_activation_is_in_the_table)
{
    for (int a = 0; lnt_activation_name((lnt_activation) a) != NULL; a++) {
        int dense = 0, apart = 0;
        for (size_t i = 0; i < N_ROWS && rows[i].make == NULL; i++) {
            dense += (int) rows[i].activation == a && rows[i].units > 0;
            apart += (int) rows[i].activation == a && rows[i].units == 0;
        }
        assert_gt(dense, 0, "%s has no row", lnt_activation_name((lnt_activation) a));
        assert_gt(apart, 0, "%s has no row", lnt_activation_name((lnt_activation) a));
        lnt_activation found;
        OK(lnt_activation_find(lnt_activation_name((lnt_activation) a), &found));
        assert_eq((int) found, a);
    }
}

Test(layers, constructors_set_the_defaults)
{
    const lnt_layer dense = lnt_dense(3, LNT_LEAKY_RELU);
    assert_eq(dense.units, 3);
    assert_eq(dense.activation, LNT_LEAKY_RELU);
    assert_nan(dense.alpha);
    cr_assert(dense.bias);
    assert_eq(dense.weight_init.kind, LNT_INIT_AUTO);
    assert_eq(dense.bias_init.kind, LNT_INIT_AUTO);
    lnt_net *net = new_net(LNT_F64, 2, &dense, 1);
    assert_eq(lnt_net_layer(net, 0)->alpha, 0.01, "the default of the activation");
    lnt_net_destroy(net);
}
