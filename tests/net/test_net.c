/* SPDX-License-Identifier: MIT */
#include "support/net.h"

#include "support/failing_allocator.h"

#include <limits.h>

/* The net: its layout, the tutorial's MLP, clones, and sizes that no memory could hold. */

static lnt_parameter tensor_of(lnt_net *net, size_t i)
{
    lnt_parameter parameter;
    OK(lnt_net_parameter(net, i, &parameter));
    return parameter;
}

/* A net with every form of layer: parameters 0 and 1, none, 2 (no bias), none, 3 and 4. */
static lnt_net *mixed_net(lnt_dtype dtype)
{
    lnt_layer layers[] = {lnt_dense(6, LNT_TANH), lnt_activation_layer(LNT_RELU),
                          lnt_dense(4, LNT_SIGMOID), lnt_activation_layer(LNT_LEAKY_RELU),
                          lnt_dense(2, LNT_IDENTITY)};
    layers[2].bias = false;
    return new_net(dtype, 3, layers, 5);
}

Test(net, layout)
{
    static const struct {
        const char *name;
        size_t layer, offset, rows, cols;
    } expected[] = {
        {"layers.0.weight", 0, 0, 3, 6},  {"layers.0.bias", 0, 18, 1, 6},
        {"layers.2.weight", 2, 24, 6, 4}, {"layers.4.weight", 4, 48, 4, 2},
        {"layers.4.bias", 4, 56, 1, 2},
    };
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        lnt_net *net = mixed_net(dtype);
        const lnt_tensor flat = lnt_net_parameters(net);
        const lnt_tensor read_only = lnt_net_parameters_read_only(net);
        assert_eq(flat.rows, 1);
        assert_eq(flat.cols, 58);
        assert_eq(flat.dtype, dtype);
        assert_eq(read_only.data, flat.data);
        assert_eq(read_only.cols, 58);
        assert_eq((uintptr_t) flat.data % LNT_ALIGNMENT, 0);
        assert_eq(lnt_net_n_parameters(net), 58);
        assert_eq(lnt_net_n_parameter_tensors(net), sizeof expected / sizeof expected[0]);
        for (size_t i = 0; i < lnt_net_n_parameter_tensors(net); i++) {
            const lnt_parameter p = tensor_of(net, i);
            assert_str_eq(p.name, expected[i].name);
            assert_eq(p.layer, expected[i].layer, "%s", p.name);
            assert_eq(p.offset, expected[i].offset, "%s", p.name);
            assert_eq(p.value.rows, expected[i].rows);
            assert_eq(p.value.cols, expected[i].cols);
            assert_eq(p.value.dtype, dtype, "%s", p.name);
            for (size_t k = 0; k < p.value.rows * p.value.cols; k++) { /* dense, row by row */
                assert_eq(lnt_tensor_ptr(&p.value, k / p.value.cols, k % p.value.cols),
                          lnt_tensor_ptr(&flat, 0, p.offset + k), "%s", p.name);
            }
        }
        lnt_net_destroy(net);
    }
}

Test(net, accessors)
{
    lnt_net *net = mixed_net(LNT_F32);
    const size_t outputs[] = {6, 6, 4, 4, 2};
    assert_eq(lnt_net_dtype(net), LNT_F32);
    assert_eq(lnt_net_inputs(net), 3);
    assert_eq(lnt_net_outputs(net), 2);
    assert_eq(lnt_net_n_layers(net), 5);
    assert_eq(lnt_net_seed(net), 5);
    for (size_t l = 0; l < 5; l++) {
        assert_eq(lnt_net_layer_outputs(net, l), outputs[l]);
        assert_str_eq(lnt_layer_name(lnt_net_layer(net, l)), l % 2 ? "activation" : "dense");
    }
    assert_eq(lnt_net_layer(net, 2)->activation, LNT_SIGMOID);
    cr_assert(!lnt_net_layer(net, 2)->bias);
    cr_assert_null(lnt_net_layer(net, 5));
    assert_eq(lnt_net_layer_outputs(net, 5), 0);

    lnt_parameter parameter = {.layer = 77};
    FAILS(LNT_ERR_INVALID, lnt_net_parameter(net, 5, &parameter));
    FAILS(LNT_ERR_INVALID, lnt_net_parameter(net, SIZE_MAX, &parameter));
    FAILS(LNT_ERR_NULL, lnt_net_parameter(net, 0, NULL));
    FAILS(LNT_ERR_NULL, lnt_net_parameter(NULL, 0, &parameter));
    assert_eq(parameter.layer, 77);
    lnt_net_destroy(net);
    lnt_net_destroy(NULL);
}

/* The longest name a net can have fits its field. */
Test(net, names_of_deep_nets)
{
    enum { DEPTH = 12345 };
    static lnt_layer layers[DEPTH];
    for (size_t l = 0; l < DEPTH; l++) {
        layers[l] = lnt_dense(1, LNT_IDENTITY);
    }
    lnt_net *net = new_net(LNT_F32, 1, layers, DEPTH);
    assert_str_eq(tensor_of(net, 2 * DEPTH - 2).name, "layers.12344.weight");
    lnt_net_destroy(net);
}

Test(net, parameters_may_be_written)
{
    lnt_layer layer = lnt_dense(1, LNT_IDENTITY);
    lnt_net *net = new_net(LNT_F64, 2, &layer, 1);
    lnt_pass *pass = new_pass(net);
    const lnt_tensor flat = lnt_net_parameters(net);
    const double weights[] = {2, -3, 10};
    const lnt_tensor values = lnt_tensor_const_view(LNT_F64, weights, 1, 3);
    lnt_tensor into = flat, output;
    OK(lnt_copy(&values, &into));
    double x[] = {5, 7};
    const lnt_tensor input = lnt_tensor_f64(x, 1, 2);
    OK(lnt_pass_forward(pass, net, &input, &output));
    assert_eq(lnt_tensor_get(&output, 0, 0), 5 * 2 - 7 * 3 + 10);
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
}

/* --- the tutorial's MLP --- */

Test(net, mlp)
{
    lnt_layer layers[5];
    lnt_net_config config = lnt_net_defaults();
    assert_eq(config.dtype, LNT_F32);
    assert_eq(config.seed, 0);
    cr_assert_null(config.allocator);
    config.dtype = LNT_F64;
    OK(lnt_mlp(8, 16, 3, 5, layers, &config));
    assert_eq(config.inputs, 8);
    assert_eq(config.n_layers, 5);
    assert_eq(config.layers, layers);
    assert_eq(config.dtype, LNT_F64); /* left as it was */
    lnt_net *net = NULL;
    OK(lnt_net_create(&net, &config));
    assert_eq(lnt_net_n_parameters(net), 1011);
    for (size_t l = 0; l < 5; l++) {
        assert_eq(lnt_net_layer(net, l)->activation, l < 4 ? LNT_RELU : LNT_IDENTITY);
        assert_eq(lnt_net_layer_outputs(net, l), l < 4 ? 16 : 3);
    }
    lnt_net_destroy(net);

    OK(lnt_mlp(8, 0, 3, 1, layers, &config)); /* one layer has nothing hidden */
    assert_eq(config.n_layers, 1);
    assert_eq(layers[0].units, 3);
    assert_eq(layers[0].activation, LNT_IDENTITY);
}

Test(net, mlp_errors)
{
    lnt_layer layers[2] = {{.units = 77}, {.units = 77}};
    lnt_net_config config = {.inputs = 77};
    FAILS(LNT_ERR_INVALID, lnt_mlp(0, 1, 1, 2, layers, &config));
    FAILS(LNT_ERR_INVALID, lnt_mlp(1, 0, 1, 2, layers, &config));
    FAILS(LNT_ERR_INVALID, lnt_mlp(1, 1, 0, 2, layers, &config));
    FAILS(LNT_ERR_INVALID, lnt_mlp(1, 1, 1, 0, layers, &config));
    FAILS(LNT_ERR_NULL, lnt_mlp(1, 1, 1, 2, NULL, &config));
    FAILS(LNT_ERR_NULL, lnt_mlp(1, 1, 1, 2, layers, NULL));
    assert_eq(layers[0].units, 77);
    assert_eq(layers[1].units, 77);
    assert_eq(config.inputs, 77);
}

/* --- clones --- */

Test(net, clone)
{
    lnt_net *net = mixed_net(LNT_F64), *copy = NULL;
    failing counter = {0};
    const lnt_allocator allocator = failing_allocator(&counter);
    OK(lnt_net_clone(&copy, net, &allocator));
    assert_eq(counter.calls, 1);
    lnt_tensor ours = lnt_net_parameters(net), theirs = lnt_net_parameters(copy);
    assert_same_bits(&ours, &theirs);
    assert_ne(ours.data, theirs.data);
    assert_eq(lnt_net_seed(copy), 5);
    assert_eq(lnt_net_n_layers(copy), 5);

    const lnt_tensor kept = copy_of(LNT_F64, &ours), x = random_matrix(LNT_F64, 4, 3, 1);
    lnt_pass *pass = new_pass(net); /* of the original, and serves both */
    lnt_tensor output;
    OK(lnt_pass_forward(pass, net, &x, &output));
    const lnt_tensor expected = copy_of(LNT_F64, &output);
    OK(lnt_fill(0, &ours));
    assert_same_bits(&theirs, &kept, "a clone has parameters of its own");
    lnt_net_destroy(net);
    OK(lnt_pass_forward(pass, copy, &x, &output));
    assert_same_bits(&output, &expected);
    lnt_pass_destroy(pass);
    lnt_net_destroy(copy);
    assert_eq(counter.live, 0);
}

Test(net, clone_errors)
{
    lnt_net *net = mixed_net(LNT_F32), *copy = net;
    FAILS(LNT_ERR_NULL, lnt_net_clone(NULL, net, NULL));
    FAILS(LNT_ERR_NULL, lnt_net_clone(&copy, NULL, NULL));
    cr_assert_null(copy);
    failing counter = {.fail_at = 1};
    const lnt_allocator allocator = failing_allocator(&counter);
    copy = net;
    FAILS(LNT_ERR_MEMORY, lnt_net_clone(&copy, net, &allocator));
    cr_assert_null(copy);
    lnt_net_destroy(net);
}

/* --- what cannot be created --- */

/* Creates, or fails, with an allocator that must not be asked. */
static lnt_status refuse(lnt_net_config config)
{
    failing counter = {0};
    const lnt_allocator allocator = failing_allocator(&counter);
    lnt_net *net = (lnt_net *) 1;
    config.allocator = &allocator;
    const lnt_status status = lnt_net_create(&net, &config);
    cr_assert_null(net);
    assert_eq(counter.calls, 0);
    return status;
}

Test(net, create_errors)
{
    const lnt_layer layer = lnt_dense(2, LNT_RELU);
    const lnt_net_config fine = {.dtype = LNT_F32, .inputs = 3, .layers = &layer, .n_layers = 1};
    lnt_net *net = (lnt_net *) 1;
    FAILS(LNT_ERR_NULL, lnt_net_create(NULL, &fine));
    FAILS(LNT_ERR_NULL, lnt_net_create(&net, NULL));
    cr_assert_null(net);

    lnt_net_config config = fine;
    config.layers = NULL;
    FAILS(LNT_ERR_NULL, refuse(config));
    config = fine;
    config.n_layers = 0;
    FAILS(LNT_ERR_INVALID, refuse(config));
    config = fine;
    config.inputs = 0;
    FAILS(LNT_ERR_INVALID, refuse(config));
    const lnt_dtype dtypes[] = {(lnt_dtype) 0, LNT_I32, (lnt_dtype) 99};
    for (int i = 0; i < 3; i++) {
        config = fine;
        config.dtype = dtypes[i];
        FAILS(LNT_ERR_DTYPE, refuse(config));
    }
    failing counter = {.fail_at = 1};
    const lnt_allocator allocator = failing_allocator(&counter);
    config = fine;
    config.allocator = &allocator;
    net = (lnt_net *) 1;
    FAILS(LNT_ERR_MEMORY, lnt_net_create(&net, &config));
    cr_assert_null(net);
}

/* Each layer draws from a stream of its own, and there are so many. */
Test(net, the_number_of_layers_is_bounded)
{
    lnt_layer *layers = malloc((LNT_MAX_LAYERS + 1) * sizeof *layers);
    cr_assert_not_null(layers);
    for (size_t l = 0; l <= LNT_MAX_LAYERS; l++) {
        layers[l] = lnt_dropout(0.5);
    }
    lnt_net_config config = {
        .dtype = LNT_F32, .inputs = 1, .layers = layers, .n_layers = LNT_MAX_LAYERS + 1};
    FAILS(LNT_ERR_TOO_LARGE, refuse(config));
    lnt_net *net = NULL;
    config.n_layers = LNT_MAX_LAYERS;
    OK(lnt_net_create(&net, &config));
    lnt_net_destroy(net);
    free(layers);
}

#if SIZE_MAX > UINT32_MAX
Test(net, sizes_beyond_blas_and_memory_are_refused)
{
    const size_t limit = INT_MAX;
    static lnt_layer layers[2];
    const lnt_net_config config = {.dtype = LNT_F32, .inputs = 2, .layers = layers, .n_layers = 1};

    lnt_net_config wide = config;
    layers[0] = lnt_dense(2, LNT_RELU);
    wide.inputs = limit + 1; /* 2^31 */
    FAILS(LNT_ERR_TOO_LARGE, refuse(wide));
    wide.inputs = SIZE_MAX;
    FAILS(LNT_ERR_TOO_LARGE, refuse(wide));
    layers[0] = lnt_activation_layer(LNT_RELU);
    FAILS(LNT_ERR_TOO_LARGE, refuse(wide));

    const size_t units[] = {limit + 1, (size_t) 1 << 32, SIZE_MAX / 2, SIZE_MAX};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        layers[0] = lnt_dense(units[i], LNT_RELU);
        FAILS(LNT_ERR_TOO_LARGE, refuse(config));
    }
    layers[0] = lnt_dense(limit, LNT_RELU); /* each extent fits, but not the weight */
    wide.inputs = limit;
    FAILS(LNT_ERR_TOO_LARGE, refuse(wide));
    layers[0] = lnt_dense((size_t) 1 << 29, LNT_RELU); /* each weight fits, but not their sum */
    layers[1] = lnt_dense((size_t) 1 << 30, LNT_RELU);
    wide.inputs = (size_t) 1 << 30;
    wide.n_layers = 2;
    FAILS(LNT_ERR_TOO_LARGE, refuse(wide));
    lnt_net_config deep = config;
    deep.n_layers = limit + 1; /* refused before the layers, which are not there, are read */
    FAILS(LNT_ERR_TOO_LARGE, refuse(deep));
    deep.n_layers = SIZE_MAX;
    FAILS(LNT_ERR_TOO_LARGE, refuse(deep));
}
#endif
