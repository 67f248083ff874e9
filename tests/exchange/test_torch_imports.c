/* SPDX-License-Identifier: MIT */
/* States of an nn.Sequential that tell their norms, and options that no import takes. */
#include "io/safetensors/safetensors.h"
#include "support/file.h"
#include "support/net.h"

TestSuite(torch_imports, .init = make_test_folder, .fini = remove_test_folder);

typedef struct item {
    const char *name;
    size_t rank, shape[2];
    const float *numbers;
} item;

static const float weight[] = {1, 2, -1, 0.5f, 3, -2}, bias[] = {0.25f, -1, 2};
static const float gain[] = {2, 1, 0.5f}, shift[] = {1, 0, -1}, last[] = {1, -1, 2};

/* Linear(2, 3), LayerNorm(3), Linear(3, 1). */
static const item with_norm[] = {{"0.weight", 2, {3, 2}, weight}, {"0.bias", 1, {3}, bias},
                                 {"1.weight", 1, {3}, gain},      {"1.bias", 1, {3}, shift},
                                 {"3.weight", 2, {1, 3}, last},   {"3.bias", 1, {1}, bias}};

static const char *write_items(const item *items, size_t count)
{
    lnt_st_item list[8];
    const char *path = in_folder("state.safetensors");
    json_t *metadata = json_object();
    for (size_t i = 0; i < count; i++) {
        list[i] = (lnt_st_item){{items[i].name, LNT_ST_F32, items[i].rank, items[i].shape},
                                items[i].numbers};
    }
    OK(lnt_st_write(path, list, count, metadata, NULL));
    json_decref(metadata);
    return path;
}

/* The three modules and a ReLU between, by hand. */
static double expected_of(const double x[2])
{
    double h[3], mean = 0, variance = 0, sum = (double) bias[0];
    for (size_t j = 0; j < 3; j++) {
        h[j] = (double) weight[2 * j] * x[0] + (double) weight[2 * j + 1] * x[1] + (double) bias[j];
        mean += h[j] / 3;
    }
    for (size_t j = 0; j < 3; j++) {
        variance += (h[j] - mean) * (h[j] - mean) / 3;
    }
    for (size_t j = 0; j < 3; j++) {
        const double z =
            (h[j] - mean) / sqrt(variance + 1e-5) * (double) gain[j] + (double) shift[j];
        sum += fmax(z, 0) * (double) last[j];
    }
    return sum;
}

Test(torch_imports, a_layer_norm_is_told_by_its_tensors)
{
    lnt_torch_options options = lnt_torch_defaults();
    lnt_model model;
    lnt_error error = {LNT_OK, ""};
    options.activation = LNT_RELU;
    const lnt_status status =
        lnt_torch_import(&model, write_items(with_norm, 6), &options, NULL, &error);
    assert_status(status, LNT_OK, "%s", error.message);
    static const char *const kinds[] = {"dense", "layer_norm", "activation", "dense"};
    assert_eq(lnt_net_n_layers(model.net), 4);
    for (size_t l = 0; l < 4; l++) {
        assert_str_eq(lnt_layer_name(lnt_net_layer(model.net, l)), kinds[l]);
    }
    float numbers[][2] = {{1, 2}, {-3, 0.5f}, {0, 0}};
    const lnt_tensor x = lnt_tensor_view(LNT_F32, numbers, 3, 2);
    lnt_tensor y = matrix(LNT_F32, 3, 1);
    lnt_predictor *predictor;
    OK(lnt_predictor_create(&predictor, &model, 3, NULL));
    OK(lnt_predict(predictor, &x, &y));
    for (size_t i = 0; i < 3; i++) {
        const double row[] = {(double) numbers[i][0], (double) numbers[i][1]};
        assert_lt(fabs(lnt_tensor_get(&y, i, 0) - expected_of(row)), 1e-5, "%g, %g",
                  lnt_tensor_get(&y, i, 0), expected_of(row));
    }
    lnt_predictor_destroy(predictor);
    lnt_model_finish(&model);
}

static void refuse(const char *path, lnt_torch_options options, lnt_status expected,
                   const char *part)
{
    lnt_model model;
    lnt_error error = {LNT_OK, ""};
    const lnt_status status = lnt_torch_import(&model, path, &options, NULL, &error);
    assert_eq(status, expected, "%s: %s", lnt_status_name(status), error.message);
    cr_assert_null(model.net, "%s: %s", lnt_status_name(status), error.message);
    assert_contains(error.message, part);
}

Test(torch_imports, what_is_refused)
{
    lnt_torch_options options = lnt_torch_defaults();
    options.activation = LNT_RELU;
    const char *path = write_items(NULL, 0);
    refuse(path, options, LNT_ERR_FORMAT, "has no tensors");
    path = write_items(with_norm, 6);
    options.as_stored = false;
    options.dtype = LNT_I32;
    refuse(path, options, LNT_ERR_DTYPE, "expected f32 or f64 as dtype");
    options = lnt_torch_defaults();
    const lnt_layer layers[] = {{.kind = NULL}};
    options.layers = layers;
    options.n_layers = 1;
    refuse(path, options, LNT_ERR_INVALID, "layer");
}

/* Linear modules alone do not say which activation is between them. */
Test(torch_imports, activations_must_be_told)
{
    const item linear[] = {with_norm[0], with_norm[1], with_norm[4], with_norm[5]};
    lnt_torch_options options = lnt_torch_defaults();
    options.activation = LNT_IDENTITY;
    options.linear = false;
    refuse(write_items(linear, 4), options, LNT_ERR_INVALID, "2 Linear modules");
    options.linear = true;
    lnt_model model;
    lnt_error error;
    OK(lnt_torch_import(&model, write_items(linear, 4), &options, NULL, &error));
    assert_eq(lnt_net_layer(model.net, 0)->activation, LNT_IDENTITY);
    lnt_model_finish(&model);
}
