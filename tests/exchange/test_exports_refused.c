/* SPDX-License-Identifier: MIT */
/* Models that a format cannot hold, and scaling that cannot be folded into weights. */
#include "support/file.h"
#include "support/net.h"

TestSuite(exports_refused, .init = make_test_folder, .fini = remove_test_folder);

static const double offsets[] = {1, -2, 3}, scales[] = {2, 0.5, 4};

static lnt_model model_of(const lnt_layer *layers, size_t n_layers, lnt_loss loss)
{
    lnt_model model = lnt_model_init();
    model.net = new_net(LNT_F64, 3, layers, n_layers);
    model.loss = loss;
    return model;
}

static void refuse_torch(const lnt_model *model, bool fold, lnt_status expected, const char *part)
{
    const lnt_torch_options options = {.fold_scaling = fold, .ignore_scaling = !fold};
    const char *path = in_folder("model.safetensors");
    lnt_error error = {LNT_OK, ""};
    FAILS(expected, lnt_torch_export(model, path, &options, &error));
    check_sentence(&error, expected, path, part);
    assert_ne(access(path, F_OK), 0);
}

Test(exports_refused, scaling_that_cannot_be_folded)
{
    const lnt_layer normed[] = {lnt_batch_norm(), lnt_dense(3, LNT_IDENTITY)};
    lnt_model model = model_of(normed, 2, lnt_mse(LNT_MEAN));
    OK(lnt_scaler_create(&model.input_scaler, 3, offsets, scales, NULL));
    refuse_torch(&model, true, LNT_ERR_INVALID, "layer 0 (batch_norm) is not dense");
    lnt_model_finish(&model);

    const lnt_layer active[] = {lnt_dense(3, LNT_TANH)};
    model = model_of(active, 1, lnt_mse(LNT_MEAN));
    OK(lnt_scaler_create(&model.target_scaler, 3, offsets, scales, NULL));
    refuse_torch(&model, true, LNT_ERR_INVALID,
                 "layer 0 (dense) is not dense without an activation");
    lnt_model_finish(&model);

    const lnt_layer dropped[] = {lnt_dense(3, LNT_IDENTITY), lnt_dropout(0.5)};
    model = model_of(dropped, 2, lnt_mse(LNT_MEAN));
    OK(lnt_scaler_create(&model.target_scaler, 3, offsets, scales, NULL));
    refuse_torch(&model, true, LNT_ERR_INVALID, "layer 1 (dropout)");
    lnt_model_finish(&model);

    const lnt_layer plain[] = {lnt_dense(3, LNT_IDENTITY)};
    model = model_of(plain, 1, lnt_poisson(LNT_MEAN));
    OK(lnt_scaler_create(&model.target_scaler, 3, offsets, scales, NULL));
    refuse_torch(&model, true, LNT_ERR_INVALID, "outputs for the loss poisson are not the targets");
    lnt_model_finish(&model);
}

/* A scale so small that weights divided by it are infinite. */
Test(exports_refused, weights_that_overflow_when_folded)
{
    static const double tiny[] = {1e-320, 1, 1}, zeros[] = {0, 0, 0};
    const lnt_layer plain[] = {lnt_dense(3, LNT_IDENTITY)};
    lnt_model model = model_of(plain, 1, lnt_mse(LNT_MEAN));
    OK(lnt_scaler_create(&model.input_scaler, 3, zeros, tiny, NULL));
    refuse_torch(&model, true, LNT_ERR_NONFINITE, "with the scaling folded into it");
    lnt_model_finish(&model);
}

/* Running statistics go along, and only one side is scaled. */
Test(exports_refused, folding_one_side_keeps_the_rest)
{
    const lnt_layer layers[] = {lnt_dense(4, LNT_TANH), lnt_batch_norm(),
                                lnt_dense(2, LNT_IDENTITY)};
    for (int side = 0; side < 2; side++) {
        lnt_model model = model_of(layers, 3, lnt_mse(LNT_MEAN)), back;
        const lnt_torch_options options = {.fold_scaling = true, .dtype = LNT_F64};
        const char *path = in_folder("model.safetensors");
        lnt_error error = {LNT_OK, ""};
        lnt_parameter mean;
        OK(lnt_net_running_stat(model.net, 0, &mean));
        OK(lnt_fill(0.25, &mean.value));
        if (side == 0) {
            OK(lnt_scaler_create(&model.input_scaler, 3, offsets, scales, NULL));
        } else {
            OK(lnt_scaler_create(&model.target_scaler, 2, offsets, scales, NULL));
        }
        OK(lnt_torch_export(&model, path, &options, &error));
        const lnt_status status = lnt_torch_import(&back, path, NULL, NULL, &error);
        assert_status(status, LNT_OK, "%s", error.message);
        const lnt_tensor x = random_matrix(LNT_F64, 5, 3, 2);
        lnt_tensor expected = matrix(LNT_F64, 5, 2), found = matrix(LNT_F64, 5, 2);
        lnt_predictor *one, *other;
        OK(lnt_predictor_create(&one, &model, 5, NULL));
        OK(lnt_predictor_create(&other, &back, 5, NULL));
        OK(lnt_predict(one, &x, &expected));
        OK(lnt_predict(other, &x, &found));
        assert_lt(difference(&found, &expected), 1e-6, "side %d: %g", side,
                  difference(&found, &expected));
        lnt_predictor_destroy(one);
        lnt_predictor_destroy(other);
        lnt_model_finish(&model);
        lnt_model_finish(&back);
    }
}

Test(exports_refused, layers_that_pytorch_does_not_have)
{
    lnt_layer layers[] = {lnt_dense(3, LNT_IDENTITY), lnt_batch_norm()};
    layers[1].gain = false;
    lnt_model model = model_of(layers, 2, lnt_mse(LNT_MEAN));
    refuse_torch(&model, true, LNT_ERR_INVALID,
                 "nn.BatchNorm1d has both a gain and a bias, or neither");
    lnt_model_finish(&model);
    layers[1] = lnt_layer_norm();
    layers[1].gain = false;
    model = model_of(layers, 2, lnt_mse(LNT_MEAN));
    refuse_torch(&model, true, LNT_ERR_INVALID, "nn.LayerNorm has no bias without a gain");
    lnt_model_finish(&model);
}

/* A loss or a scaler of other widths than the net. */
Test(exports_refused, models_that_do_not_fit_together)
{
    const lnt_layer plain[] = {lnt_dense(3, LNT_IDENTITY)};
    lnt_error error = {LNT_OK, ""};
    lnt_model models[4];
    models[0] = model_of(plain, 1, lnt_gaussian(LNT_MEAN)); /* an even number of outputs */
    models[1] = model_of(plain, 1, lnt_mse(LNT_MEAN));
    OK(lnt_scaler_create(&models[1].input_scaler, 2, offsets, scales, NULL));
    models[2] = model_of(plain, 1, lnt_mse(LNT_MEAN));
    OK(lnt_scaler_create(&models[2].target_scaler, 2, offsets, scales, NULL));
    models[3] = model_of(plain, 1, lnt_softmax_cross_entropy(LNT_MEAN));
    OK(lnt_scaler_create(&models[3].target_scaler, 1, offsets, scales, NULL));
    for (size_t i = 0; i < 4; i++) {
        if (i < 3) { /* PyTorch's file has no targets of classes */
            refuse_torch(&models[i], false, LNT_ERR_INVALID, "does not fit its net");
        }
        const char *path = in_folder("net.c");
        FAILS(LNT_ERR_INVALID, lnt_c_export(&models[i], path, NULL, &error));
        check_sentence(&error, LNT_ERR_INVALID, path, "loss, scalers and net do not fit together");
        FAILS(LNT_ERR_INVALID, lnt_model_save(&models[i], in_folder("model"), &error));
        FAILS(LNT_ERR_INVALID, lnt_npz_export(&models[i], in_folder("model.npz"), &error));
        FAILS(LNT_ERR_INVALID, lnt_onnx_export(&models[i], in_folder("model.onnx"), &error));
        assert_eq(files_in_folder(), 0);
        lnt_model_finish(&models[i]);
    }
}

/* The net is finite, and what it makes of a case is not. */
Test(exports_refused, cases_whose_output_is_infinite)
{
    const lnt_layer layers[] = {lnt_dense(3, LNT_IDENTITY)};
    lnt_model model = model_of(layers, 1, lnt_mse(LNT_MEAN));
    lnt_tensor parameters = lnt_net_parameters(model.net), cases = matrix(LNT_F64, 1, 3);
    lnt_error error = {LNT_OK, ""};
    OK(lnt_fill(1e300, &parameters));
    OK(lnt_fill(1e300, &cases));
    const lnt_c_options options = {.cases = &cases};
    FAILS(LNT_ERR_NONFINITE, lnt_c_export(&model, in_folder("net.c"), &options, &error));
    assert_contains(error.message, "output for one of them is not finite");
    const lnt_tensor none = lnt_tensor_view(LNT_F64, NULL, 0, 3);
    const lnt_c_options empty = {.cases = &none};
    FAILS(LNT_ERR_SHAPE, lnt_c_export(&model, in_folder("net.c"), &empty, &error));
    assert_eq(files_in_folder(), 0);
    lnt_model_finish(&model);
}

/* --- formats --- */

Test(exports_refused, formats_by_name)
{
    lnt_model_format format;
    for (int f = 0; lnt_model_format_name((lnt_model_format) f) != NULL; f++) {
        OK(lnt_model_format_find(lnt_model_format_name((lnt_model_format) f), &format));
        assert_eq((int) format, f);
    }
    cr_assert_null(lnt_model_format_name((lnt_model_format) 99));
    FAILS(LNT_ERR_INVALID, lnt_model_format_find("tensorflow", &format));
    FAILS(LNT_ERR_NULL, lnt_model_format_find(NULL, &format));
    FAILS(LNT_ERR_NULL, lnt_model_format_find("onnx", NULL));
}

Test(exports_refused, files_that_are_no_models)
{
    static const struct {
        const char *bytes;
        size_t size;
    } files[] = {{"", 0},
                 {"\x08\x00", 2},
                 {"\x08", 1},
                 {"\x08\xff", 2},
                 {"hello", 5},
                 {"P", 1},
                 {"PK\x03\x07", 4},
                 {"  [1]", 5},
                 {"{\0", 2},
                 {"\t\n\r ", 4},
                 {"\x05\0\0\0\0\0\0\0x", 9}};
    const char *path = in_folder("file");
    lnt_model_format format;
    lnt_error error;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        write_bytes(path, files[i].bytes, files[i].size);
        FAILS(LNT_ERR_FORMAT, lnt_model_format_detect(path, &format, &error));
        check_sentence(&error, LNT_ERR_FORMAT, path, "");
    }
    write_bytes(path, " \n\t\r{}", 6);
    OK(lnt_model_format_detect(path, &format, &error));
    assert_eq(format, LNT_FORMAT_TORCH); /* an index of files */
    FAILS(LNT_ERR_IO, lnt_model_format_detect(test_folder, &format, &error));
    assert_contains(error.message, "found a folder");
}
