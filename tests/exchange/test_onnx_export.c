/* SPDX-License-Identifier: MIT */
#include "support/net.h"
#include "support/onnx.h"

TestSuite(onnx_export, .init = make_test_folder, .fini = remove_test_folder);

enum { INPUTS = 6, ROWS = 40 };

static void export(const lnt_model *model, const char *path)
{
    lnt_error error = {0};
    assert_status(lnt_onnx_export(model, path, &error), LNT_OK, "%s", error.message);
}

/* Gains, biases and statistics that are not what they begin with. */
static lnt_model model_of(lnt_dtype dtype, const lnt_layer *layers, size_t n_layers)
{
    const lnt_init around_one = lnt_init_uniform(0.3, 1.7);
    lnt_model model = lnt_model_init();
    OK(lnt_net_create(
        &model.net,
        &(lnt_net_config){
            .dtype = dtype, .inputs = INPUTS, .layers = layers, .n_layers = n_layers, .seed = 3}));
    lnt_parameter p;
    for (size_t i = 0; lnt_net_parameter(model.net, i, &p) == LNT_OK; i++) {
        if (p.role != LNT_ROLE_WEIGHT) {
            OK(lnt_init_fill(&around_one, 5, i << 8, &p.value));
        }
    }
    for (size_t i = 0; lnt_net_running_stat(model.net, i, &p) == LNT_OK; i++) {
        OK(lnt_init_fill(&around_one, 6, i << 8, &p.value));
    }
    return model;
}

/* The model comes back, and makes the same of the same numbers. Takes it over. */
static lnt_model go_round(lnt_model *model, const char *what)
{
    const lnt_dtype dtype = lnt_net_dtype(model->net);
    const char *path = in_folder("model.onnx");
    export(model, path);
    lnt_model back = import(path);
    assert_eq(lnt_net_dtype(back.net), dtype, "%s", what);
    assert_eq(lnt_net_inputs(back.net), INPUTS, "%s", what);
    assert_eq(back.loss.kind, model->loss.kind, "%s: %s", what, lnt_loss_name(back.loss.kind));
    lnt_tensor x = random_matrix(dtype, ROWS, INPUTS, 4);
    OK(lnt_scale(3, &x));
    lnt_tensor y = predicted(model, &x), z = predicted(&back, &x);
    const double found = distance(&z, &y);
    assert_lt(found, dtype == LNT_F64 ? 1e-13 : 1e-6, "%s: %g", what, found);
    free(y.data);
    free(z.data);
    lnt_model_finish(model);
    return back;
}

static lnt_model go_round_layers(lnt_dtype dtype, const char *what, const lnt_layer *layers,
                                 size_t count)
{
    lnt_model model = model_of(dtype, layers, count);
    return go_round(&model, what);
}

static const lnt_dtype dtypes[] = {LNT_F32, LNT_F64};

/* --- what comes back --- */

Test(onnx_export, every_activation_comes_back)
{
    for (int a = 0; lnt_activation_name((lnt_activation) a) != NULL; a++) {
        lnt_layer layers[] = {lnt_dense(5, (lnt_activation) a),
                              lnt_activation_layer((lnt_activation) a), lnt_dense(3, LNT_IDENTITY)};
        layers[0].alpha = 0.25;
        for (int d = 0; d < 2; d++) {
            lnt_model back =
                go_round_layers(dtypes[d], lnt_activation_name((lnt_activation) a), layers, 3);
            assert_eq(lnt_net_layer(back.net, 0)->activation, layers[0].activation);
            if (a != LNT_IDENTITY) {
                assert_eq(lnt_net_n_layers(back.net), 3);
            }
            lnt_model_finish(&back);
        }
    }
}

Test(onnx_export, every_kind_of_layer_comes_back)
{
    lnt_layer layers[] = {
        lnt_batch_norm(), lnt_dense(7, LNT_RELU), lnt_dense(7, LNT_TANH),    lnt_prelu(),
        lnt_residual(2),  lnt_dropout(0.5),       lnt_dense(7, LNT_SIGMOID), lnt_layer_norm(),
        lnt_residual(6),  lnt_rms_norm(),         lnt_dense(4, LNT_IDENTITY)};
    layers[0].epsilon = 0.1;
    layers[6].bias = false;
    layers[7].epsilon = 0.003;
    for (int d = 0; d < 2; d++) {
        lnt_model back = go_round_layers(dtypes[d], "layers", layers, 11);
        assert_eq(lnt_net_n_layers(back.net), 10); /* no dropout */
        cr_assert(!lnt_net_layer(back.net, 5)->bias);
        assert_eq(lnt_net_layer(back.net, 7)->skip_depth, 5);
        lnt_model_finish(&back);
    }
}

Test(onnx_export, norms_without_gain_and_bias_come_back)
{
    lnt_layer layers[] = {lnt_layer_norm(), lnt_rms_norm(), lnt_batch_norm()};
    for (int i = 0; i < 3; i++) {
        layers[i].gain = layers[i].bias = false;
    }
    for (int d = 0; d < 2; d++) {
        lnt_model back = go_round_layers(dtypes[d], "norms", layers, 3);
        cr_assert(!lnt_net_layer(back.net, 0)->gain);
        cr_assert(!lnt_net_layer(back.net, 1)->gain);
        lnt_model_finish(&back);
    }
}

/* Scaling in f32 is as exact as in double where inputs are far from zero. */
static void add_scalers(lnt_model *model)
{
    static const double offset[] = {1013.25, -0.1, 1e6 + 1.0 / 3, 0, 7e-4, 2};
    static const double scale[] = {0.01, 1, 2.5, 3, 1e-3, -4};
    OK(lnt_scaler_create(&model->input_scaler, INPUTS, offset, scale, NULL));
    if (!lnt_loss_is_classification(model->loss.kind)) {
        OK(lnt_scaler_create(&model->target_scaler, lnt_loss_target_cols(model->loss.kind, 4),
                             offset + 1, scale + 2, NULL));
    }
}

Test(onnx_export, every_loss_and_scaling_comes_back)
{
    const lnt_layer layers[] = {lnt_dense(5, LNT_TANH), lnt_dense(4, LNT_IDENTITY)};
    for (int kind = 0; kind < LNT_LOSS_CUSTOM; kind++) {
        for (int d = 0; d < 4; d++) {
            lnt_model model = model_of(dtypes[d % 2], layers, 2);
            model.loss = lnt_loss_defaults((lnt_loss_kind) kind, LNT_SUM);
            model.loss.quantile = 0.25;
            if (d >= 2) {
                add_scalers(&model);
            }
            lnt_model back = go_round(&model, lnt_loss_name((lnt_loss_kind) kind));
            assert_eq(back.loss.value_reduction, LNT_SUM);
            assert_eq(lnt_net_n_layers(back.net), 2);
            if (kind == LNT_LOSS_QUANTILE) {
                assert_eq(back.loss.quantile, 0.25);
            }
            assert_eq(back.input_scaler != NULL, d >= 2);
            assert_eq(back.target_scaler != NULL,
                      d >= 2 && !lnt_loss_is_classification((lnt_loss_kind) kind));
            lnt_model_finish(&back);
        }
    }
}

/* A sigmoid that is a layer stays one. */
Test(onnx_export, sigmoid_at_the_end_is_told_from_a_link)
{
    const lnt_layer layers[] = {lnt_dense(2, LNT_SIGMOID)};
    lnt_model back = go_round_layers(LNT_F32, "sigmoid", layers, 1);
    assert_eq(back.loss.kind, LNT_LOSS_MSE);
    assert_eq(lnt_net_layer(back.net, 0)->activation, LNT_SIGMOID);
    lnt_model_finish(&back);
}

/* Numbers of any kind, names that are not UTF-8, loss, weights of classes and record. */
Test(onnx_export, a_whole_model_comes_back)
{
    const char *path = in_folder("whole.onnx");
    const double offset[] = {1, 2, 3}, scale[] = {4, 5, 6};
    lnt_model model = weighted_classifier(NULL);
    lnt_scaler_destroy(model.input_scaler);
    OK(lnt_scaler_create(&model.input_scaler, 3, offset, scale, NULL));
    export(&model, path);
    lnt_model back = import(path);
    cr_assert(same_names(model.input_names, back.input_names));
    cr_assert(same_names(model.target_names, back.target_names));
    cr_assert(same_names(model.class_names, back.class_names));
    cr_assert(same_record(&model.record, &back.record));
    cr_assert(same_loss(&model.loss, &back.loss));
    cr_assert(same_scaler(model.input_scaler, back.input_scaler));
    const lnt_tensor x = lnt_net_parameters_read_only(model.net);
    const lnt_tensor y = lnt_net_parameters_read_only(back.net);
    assert_eq(x.cols, y.cols);
    for (size_t i = 0; i < x.cols; i++) {
        const double a = number_at(&x, 0, i), b = number_at(&y, 0, i);
        cr_assert(a == b || (isnan(a) && isnan(b)));
    }
    lnt_model_finish(&model);
    lnt_model_finish(&back);
}

/* A net that does nothing is a graph too. */
Test(onnx_export, identity_comes_back)
{
    const lnt_layer layer = lnt_dropout(0.5);
    lnt_model back = go_round_layers(LNT_F64, "identity", &layer, 1);
    assert_eq(lnt_net_n_layers(back.net), 1);
    assert_eq(lnt_net_outputs(back.net), INPUTS);
    lnt_model_finish(&back);
}

/* --- what is refused --- */

static void refuse_export(lnt_model *model, lnt_status expected, const char *sentence)
{
    const char *path = in_folder("refused.onnx");
    lnt_error error = {0};
    assert_eq(lnt_onnx_export(model, path, &error), expected);
    assert_contains(error.message, sentence);
    assert_ne(access(path, F_OK), 0);
    lnt_model_finish(model);
}

Test(onnx_export, parts_that_do_not_fit_are_refused)
{
    const lnt_layer layers[] = {lnt_dense(3, LNT_IDENTITY)};
    const double numbers[] = {1, 1, 1, 1, 1, 1}, huge[] = {1, 1, 1e300, 1, 1, 1};
    const char *const names[] = {"a", "b"};
    lnt_model model = model_of(LNT_F32, layers, 1);
    OK(lnt_scaler_create(&model.input_scaler, 5, numbers, numbers, NULL));
    refuse_export(&model, LNT_ERR_INVALID, "input_scaler has 5 entries, expected 6");
    model = model_of(LNT_F32, layers, 1);
    OK(lnt_scaler_create(&model.input_scaler, 6, numbers, huge, NULL));
    refuse_export(&model, LNT_ERR_INVALID, "input_scaler of column 3 is beyond the range of f32");
    model = model_of(LNT_F32, layers, 1);
    OK(lnt_names_create(&model.class_names, names, 2, NULL));
    refuse_export(&model, LNT_ERR_INVALID, "class_names has 2 entries, expected 3");
    model = model_of(LNT_F32, layers, 1);
    model.loss = lnt_gaussian(LNT_MEAN);
    refuse_export(&model, LNT_ERR_INVALID, "does not fit 3 outputs");
    model = model_of(LNT_F32, layers, 1);
    model.loss = lnt_softmax_cross_entropy(LNT_MEAN);
    OK(lnt_scaler_create(&model.target_scaler, 3, numbers, numbers, NULL));
    refuse_export(&model, LNT_ERR_INVALID, "its targets are scaled");
    model = lnt_model_init();
    refuse_export(&model, LNT_ERR_NULL, "is NULL");
}

Test(onnx_export, a_file_appears_whole_or_not_at_all)
{
    const lnt_layer layers[] = {lnt_dense(3, LNT_IDENTITY)};
    lnt_model model = model_of(LNT_F32, layers, 1);
    lnt_error error = {0};
    const char *path = in_folder("absent/model.onnx");
    assert_status(lnt_onnx_export(&model, path, &error), LNT_ERR_IO);
    assert_contains(error.message, "absent");
    assert_eq(files_in_folder(), 0);
    lnt_model_finish(&model);
}
