/* SPDX-License-Identifier: MIT */
#include "support/onnx.h"
#include "support/reference.h"

TestSuite(onnx_import, .init = make_test_folder, .fini = remove_test_folder);

static const char *model_path(const char *name)
{
    static char path[512];
    const char *root = getenv("LINNET_SOURCE_ROOT");
    snprintf(path, sizeof path, "%s/tests/reference/data/onnx/%s.onnx", root != NULL ? root : ".",
             name);
    return path;
}

/* --- other programs' models --- */

/* Every model of tests/reference/make_onnx.py gives out what ONNX Runtime makes of it. */
Test(onnx_import, gives_out_what_onnx_runtime_does)
{
    static reference_file file;
    read_file(&file, "onnx.txt");
    assert_eq(file.count, 64);
    for (size_t i = 0; i + 1 < file.count; i += 2) {
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int) strlen(file.names[i]) - 2, file.names[i]);
        lnt_model model = import(model_path(name));
        const lnt_dtype dtype = lnt_net_dtype(model.net);
        lnt_tensor x = copy_of(dtype, &file.matrices[i]), y = predicted(&model, &x);
        const double found = distance(&y, &file.matrices[i + 1]);
        assert_lt(found, dtype == LNT_F64 ? 1e-13 : 1e-6, "%s: %g", name, found);
        assert_eq(dtype == LNT_F64, strstr(name, "double") != NULL, "%s", name);
        free(y.data);
        lnt_model_finish(&model);
    }
}

static const struct described {
    const char *name;
    lnt_loss_kind loss;
    size_t inputs, outputs, layers;
    bool scaled_input, scaled_target;
    const char *classes; /* apart by commas */
} described[] = {
    {"torch_activations_20", LNT_LOSS_MSE, 4, 4, 21, false, false, NULL},
    {"torch_residual_13", LNT_LOSS_MSE, 4, 2, 7, false, false, NULL},
    {"torch_image_early_18", LNT_LOSS_SOFTMAX_CROSS_ENTROPY, 8, 3, 1, true, false, NULL},
    {"torch_scaled_13", LNT_LOSS_MSE, 4, 2, 2, true, true, NULL},
    {"torch_one_output_18", LNT_LOSS_BINARY_CROSS_ENTROPY, 4, 1, 2, false, false, NULL},
    {"sklearn_classes", LNT_LOSS_SOFTMAX_CROSS_ENTROPY, 4, 3, 3, false, false, "a,bb,c d"},
    {"sklearn_classes_tensor", LNT_LOSS_SOFTMAX_CROSS_ENTROPY, 4, 3, 3, false, false, "a,bb,c d"},
    {"sklearn_binary_pipeline", LNT_LOSS_BINARY_CROSS_ENTROPY, 4, 1, 3, true, false, "3,5"},
    {"sklearn_binary_tensor", LNT_LOSS_BINARY_CROSS_ENTROPY, 4, 1, 3, false, false, "3,5"},
    {"sklearn_many_labels", LNT_LOSS_BINARY_CROSS_ENTROPY, 4, 3, 3, false, false, NULL},
    {"sklearn_min_max_pipeline", LNT_LOSS_MSE, 4, 1, 3, true, false, NULL},
    {"sklearn_double_pipeline", LNT_LOSS_MSE, 4, 1, 3, true, false, NULL},
};

static void check_classes(const char *name, const lnt_names *found, const char *expected)
{
    if (expected == NULL) {
        cr_assert_null(found, "%s", name);
        return;
    }
    char all[128] = "";
    for (size_t i = 0; i < lnt_names_count(found); i++) {
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", i > 0 ? "," : "",
                 lnt_names_get(found, i));
    }
    assert_str_eq(all, expected, "%s: '%s'", name, all);
}

Test(onnx_import, parts_become_layers_scalers_losses_and_classes)
{
    for (size_t i = 0; i < sizeof described / sizeof described[0]; i++) {
        const struct described *d = &described[i];
        lnt_model model = import(model_path(d->name));
        assert_eq(model.loss.kind, d->loss, "%s: %s", d->name, lnt_loss_name(model.loss.kind));
        assert_eq(lnt_net_inputs(model.net), d->inputs, "%s", d->name);
        assert_eq(lnt_net_outputs(model.net), d->outputs, "%s", d->name);
        assert_eq(lnt_net_n_layers(model.net), d->layers, "%s: %zu layers", d->name,
                  lnt_net_n_layers(model.net));
        assert_eq(model.input_scaler != NULL, d->scaled_input, "%s", d->name);
        assert_eq(model.target_scaler != NULL, d->scaled_target, "%s", d->name);
        check_classes(d->name, model.class_names, d->classes);
        lnt_model_finish(&model);
    }
}

/* A dense layer, with a bias or without, and then something added to each output. */
static lnt_model layer_and_add(bool bias)
{
    message graph = {.size = 0};
    add_node(&graph, "Gemm", bias ? "x,w,b" : "x,w", "z", NULL);
    add_node(&graph, "Add", "z,c", "y", NULL);
    put_text(&graph, 2, "g");
    add_floats(&graph, "w", 2, 3, 6);
    if (bias) {
        add_floats(&graph, "b", 0, 3, 3);
    }
    add_floats(&graph, "c", 0, 3, 3);
    add_value(&graph, 11, "x", 2);
    add_value(&graph, 12, "y", 3);
    const message model = model_around(&graph, 13);
    const char *path = in_folder("add.onnx");
    write_message(path, &model);
    return import(path);
}

/* At the end an Add is the bias that a layer lacks, or else the offset of the targets' scaling. */
Test(onnx_import, an_add_at_the_end_is_a_bias_or_a_scaling)
{
    for (int bias = 0; bias < 2; bias++) {
        lnt_model model = layer_and_add(bias != 0);
        lnt_parameter b;
        assert_eq(lnt_net_n_layers(model.net), 1);
        assert_eq(lnt_net_n_parameter_tensors(model.net), 2);
        OK(lnt_net_parameter(model.net, 1, &b));
        assert_eq(model.target_scaler != NULL, bias != 0);
        for (size_t j = 0; j < 3; j++) {
            assert_eq(lnt_tensor_get(&b.value, 0, j), (double) (j + 1));
        }
        const lnt_tensor x = matrix(LNT_F32, 1, 2);
        lnt_tensor y = predicted(&model, &x);
        for (size_t j = 0; j < 3; j++) {
            assert_near(lnt_tensor_get(&y, 0, j), (double) ((j + 1) * (bias ? 2 : 1)), 1e-6);
        }
        free(y.data);
        lnt_model_finish(&model);
    }
}

/* What is read can be saved, and trained further. */
Test(onnx_import, models_are_whole)
{
    lnt_model model = import(model_path("sklearn_classes")), again;
    const char *path = in_folder("model.safetensors");
    save(&model, path);
    again = load(path);
    cr_assert(same_model(&model, &again));
    lnt_tensor x = random_matrix(LNT_F32, 30, 4, 1), y = matrix(LNT_F32, 30, 1);
    lnt_fit_config fit = lnt_fit_defaults();
    lnt_fit_result result;
    fit.loss = model.loss;
    fit.epochs = 2;
    OK(lnt_fit(model.net, &x, &y, &fit, &result, NULL));
    assert_finite(result.train_loss);
    lnt_model_finish(&model);
    lnt_model_finish(&again);
}

/* --- memory --- */

static void fail_each_allocation(const char *path, bool for_ever)
{
    size_t failures = 0;
    for (size_t n = 1;; n++) {
        failing f = {.fail_at = n, .for_ever = for_ever};
        const lnt_allocator allocator = failing_allocator(&f);
        lnt_onnx_options options = lnt_onnx_defaults();
        options.allocator = &allocator;
        lnt_model model;
        lnt_error error = {0};
        const lnt_status status = lnt_onnx_import(&model, path, &options, &error);
        assert_eq(status == LNT_OK, !is_empty(&model));
        assert_eq(status, f.calls < n ? LNT_OK : LNT_ERR_MEMORY, "call %zu: %s", n,
                  lnt_status_name(status));
        lnt_model_finish(&model);
        assert_eq(f.live, 0, "%zu blocks lost at call %zu", f.live, n);
        if (status == LNT_OK) {
            break;
        }
        check_sentence(&error, LNT_ERR_MEMORY, path, "out of memory");
        failures++;
    }
    assert_gt(failures, 4);
}

Test(onnx_import, each_allocation_may_fail)
{
    fail_each_allocation(model_path("sklearn_binary_pipeline"), false);
    fail_each_allocation(model_path("sklearn_binary_pipeline"), true);
    fail_each_allocation(model_path("torch_activations_13"), false);
    fail_each_allocation(model_path("torch_scaled_13"), true);
}

/* With too little memory it fails as such, with enough it takes no more than that. */
Test(onnx_import, the_limit_is_kept)
{
    const char *path = model_path("torch_activations_18");
    bool fits = false;
    for (size_t limit = 1; !fits; limit = limit * 5 / 4 + 1) {
        failing f = {0};
        const lnt_allocator allocator = failing_allocator(&f);
        const lnt_onnx_options options = {.memory_limit = limit, .allocator = &allocator};
        lnt_model model;
        lnt_error error = {0};
        const lnt_status status = lnt_onnx_import(&model, path, &options, &error);
        fits = status == LNT_OK;
        if (!fits) {
            assert_status(status, LNT_ERR_TOO_LARGE, "%s", lnt_status_name(status));
        }
        const size_t rest = 64 * (2 + f.calls); /* blocks are rounded up; the net's tables */
        assert_le(f.bytes, limit + rest + (fits ? 32768 : 0), "%zu of %zu", f.bytes, limit);
        assert_lt(limit, 1 << 22);
        lnt_model_finish(&model);
        assert_eq(f.live, 0);
    }
}
