/* SPDX-License-Identifier: MIT */
/* Parameters that are infinite or NaN are refused on loading, unless they are asked for. */
#include "support/formats.h"
#include "support/model.h"

#include <linnet/linnet.h>
#include <stdint.h>

TestSuite(model_finite, .init = make_test_folder, .fini = remove_test_folder);

static lnt_model small_model(void)
{
    const lnt_layer layers[] = {lnt_dense(4, LNT_TANH), lnt_batch_norm(),
                                lnt_dense(2, LNT_IDENTITY)};
    lnt_model model = lnt_model_init();
    OK(lnt_net_create(
        &model.net,
        &(lnt_net_config){
            .dtype = LNT_F32, .inputs = 3, .layers = layers, .n_layers = 3, .seed = 1}));
    return model;
}

static void set_statistic(lnt_net *net, size_t i, size_t j, double value)
{
    lnt_parameter p;
    OK(lnt_net_running_stat(net, i, &p));
    OK(lnt_tensor_set(&p.value, 0, j, value));
}

static void set_parameter(lnt_net *net, size_t i, size_t row, size_t col, double value)
{
    lnt_parameter p;
    OK(lnt_net_parameter(net, i, &p));
    OK(lnt_tensor_set(&p.value, row, col, value));
}

typedef lnt_status (*writer)(const lnt_model *model, const char *path);

static lnt_status write_linnet(const lnt_model *model, const char *path)
{
    return lnt_model_save(model, path, NULL);
}

static lnt_status write_npz(const lnt_model *model, const char *path)
{
    return lnt_npz_export(model, path, NULL);
}

static lnt_status write_torch(const lnt_model *model, const char *path)
{
    return lnt_torch_export(model, path, NULL, NULL);
}

static lnt_status write_onnx(const lnt_model *model, const char *path)
{
    return lnt_onnx_export(model, path, NULL);
}

static const struct {
    const char *name;
    writer write;
    const char *weight, *bias, *mean; /* what is said of each */
} formats[] = {
    {"linnet", write_linnet,
     "tensor 'layers.0.weight': expected finite numbers, found nan as element [2, 1]",
     "tensor 'layers.2.bias': expected finite numbers, found -inf as element [1]",
     "tensor 'layers.1.running_mean': expected finite numbers, found inf as element [3]"},
    {"npz", write_npz,
     "tensor 'layers.0.weight': expected finite numbers, found nan as element [2, 1]",
     "tensor 'layers.2.bias': expected finite numbers, found -inf as element [1]",
     "tensor 'layers.1.running_mean': expected finite numbers, found inf as element [3]"},
    {"torch", write_torch,
     "tensor '0.weight': expected finite numbers, found nan as element [1, 2]",
     "bias': expected finite numbers, found -inf as element [1]",
     "running_mean': expected finite numbers, found inf as element [3]"},
    {"onnx", write_onnx,
     "tensor 'layers.0.weight': expected finite numbers, found nan as element [2, 1]",
     "bias': expected finite numbers, found -inf as element [1]",
     "running_mean': expected finite numbers, found inf as element [3]"},
};

enum { N_FORMATS = sizeof formats / sizeof formats[0] };

static void refuse_path(const char *path, const char *sentence)
{
    failing f = {0};
    const lnt_allocator allocator = failing_allocator(&f);
    lnt_import_options import = lnt_import_defaults();
    import.allocator = &allocator;
    lnt_model model;
    lnt_error error = {LNT_OK, ""};
    assert_status(lnt_model_import(&model, path, &import, &error), LNT_ERR_NONFINITE, "%s",
                  error.message);
    check_sentence(&error, LNT_ERR_NONFINITE, path, sentence);
    cr_assert_null(model.net);
    assert_eq(f.live, 0);
}

static void allow(const char *path, const lnt_net *expected)
{
    lnt_import_options import = lnt_import_defaults();
    import.allow_nonfinite = true;
    lnt_model model;
    lnt_error error = {LNT_OK, ""};
    assert_status(lnt_model_import(&model, path, &import, &error), LNT_OK, "%s", error.message);
    const lnt_tensor a = lnt_net_state_vector_read_only(expected),
                     b = lnt_net_state_vector_read_only(model.net);
    assert_eq(a.cols, b.cols);
    for (size_t i = 0; i < a.cols; i++) {
        cr_assert(same_number(lnt_tensor_get(&a, 0, i), lnt_tensor_get(&b, 0, i)), "%zu", i);
    }
    lnt_model_finish(&model);
}

Test(model_finite, every_format_names_the_tensor_and_the_element)
{
    for (size_t i = 0; i < N_FORMATS; i++) {
        if (!build_has(formats[i].name)) {
            continue;
        }
        const char *path = in_folder("model");
        lnt_model model = small_model();
        set_parameter(model.net, 0, 2, 1, NAN);
        OK(formats[i].write(&model, path));
        refuse_path(path, formats[i].weight);
        allow(path, model.net);
        lnt_model_finish(&model);

        model = small_model();
        set_parameter(model.net, lnt_net_n_parameter_tensors(model.net) - 1, 0, 1, -INFINITY);
        OK(formats[i].write(&model, path));
        refuse_path(path, formats[i].bias);
        lnt_model_finish(&model);

        model = small_model();
        set_statistic(model.net, 0, 3, INFINITY);
        OK(formats[i].write(&model, path));
        refuse_path(path, formats[i].mean);
        lnt_model_finish(&model);
    }
}

Test(model_finite, functions_without_the_option_refuse)
{
    const char *path = in_folder("model");
    lnt_model model = small_model(), again;
    lnt_net *net;
    set_parameter(model.net, 0, 0, 0, NAN);
    OK(lnt_model_save(&model, path, NULL));
    assert_status(lnt_model_load(&again, path, NULL, NULL), LNT_ERR_NONFINITE);
    cr_assert_null(again.net);
    assert_status(lnt_net_load(&net, path, NULL, NULL), LNT_ERR_NONFINITE);
    cr_assert_null(net);
    lnt_model_finish(&model);
}

/* A number that is finite in the file and infinite in the net. */
Test(model_finite, double_that_is_no_float)
{
    const char *path = in_folder("model");
    const lnt_layer layers[] = {lnt_dense(1, LNT_IDENTITY)};
    lnt_model model = lnt_model_init();
    OK(lnt_net_create(
        &model.net,
        &(lnt_net_config){
            .dtype = LNT_F64, .inputs = 2, .layers = layers, .n_layers = 1, .seed = 1}));
    set_parameter(model.net, 0, 1, 0, 1e300);
    OK(lnt_torch_export(&model, path, NULL, NULL));
    lnt_torch_options options = lnt_torch_defaults();
    options.as_stored = false;
    options.dtype = LNT_F32;
    lnt_model again;
    lnt_error error = {LNT_OK, ""};
    assert_status(lnt_torch_import(&again, path, &options, NULL, &error), LNT_ERR_NONFINITE);
    check_sentence(&error, LNT_ERR_NONFINITE, path, "found inf as element [0, 1]");
    lnt_model_finish(&model);
}

/* Payloads of NaN too. */
Test(model_finite, every_bit_is_kept_where_it_is_allowed)
{
    static const uint32_t bits[] = {0x7f800000, 0xff800000, 0x7fc00000, 0xffc00123};
    const char *path = in_folder("model");
    lnt_model model = small_model();
    lnt_tensor state = lnt_net_state_vector(model.net);
    for (size_t i = 0; i < state.cols; i++) {
        memcpy(lnt_tensor_ptr(&state, 0, i), &bits[i % 4], sizeof bits[0]);
    }
    for (size_t i = 0; i < 2 && build_has(formats[i].name); i++) { /* linnet and npz */
        OK(formats[i].write(&model, path));
        lnt_import_options import = lnt_import_defaults();
        import.allow_nonfinite = true;
        lnt_model again;
        OK(lnt_model_import(&again, path, &import, NULL));
        const lnt_tensor read = lnt_net_state_vector_read_only(again.net);
        assert_bytes_eq(read.data, state.data, state.cols * sizeof(float));
        lnt_model_finish(&again);
    }
    lnt_model_finish(&model);
}
