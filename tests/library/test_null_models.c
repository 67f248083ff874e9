/* SPDX-License-Identifier: MIT */
/*
 * Each argument that a function on models, files or training requires is refused where it is NULL,
 * with a sentence.
 */
#include "support/net.h"

#include <linnet/file.h>
#include <linnet/text.h>

/* The sentence is not empty, and the status is in the error too. */
#define NUL(call)                                                                                  \
    do {                                                                                           \
        error = (lnt_error){LNT_OK, ""};                                                           \
        FAILS(LNT_ERR_NULL, call);                                                                 \
        assert_status(error.status, LNT_ERR_NULL, "%s", #call);                                    \
        assert_str_ne(error.message, "", "%s", #call);                                             \
    } while (0)

static lnt_error error;
static lnt_tensor x, y, p;
static lnt_net *net;
static double value;

static void make_net(void)
{
    const lnt_layer layers[] = {lnt_dense(3, LNT_IDENTITY)};
    x = random_matrix(LNT_F64, 4, 3, 1);
    y = random_matrix(LNT_F64, 4, 3, 2);
    p = random_matrix(LNT_F64, 4, 3, 3);
    net = new_net(LNT_F64, 3, layers, 1);
}

static void destroy_net(void)
{
    lnt_net_destroy(net);
}

TestSuite(null_models, .init = make_net, .fini = destroy_net);

Test(null_models, model_files)
{
    lnt_model model = lnt_model_init(), loaded;
    lnt_net *other;
    lnt_model_format format;
    const lnt_onnx_options onnx = {.memory_limit = 1};
    NUL(lnt_model_save(NULL, "x", &error));
    NUL(lnt_model_save(&model, "x", &error)); /* has no net */
    model.net = net;
    NUL(lnt_model_save(&model, NULL, &error));
    NUL(lnt_model_load(NULL, "x", NULL, &error));
    NUL(lnt_model_load(&loaded, NULL, NULL, &error));
    NUL(lnt_net_save(NULL, "x", &error));
    NUL(lnt_net_save(net, NULL, &error));
    NUL(lnt_net_load(NULL, "x", NULL, &error));
    NUL(lnt_net_load(&other, NULL, NULL, &error));
    NUL(lnt_torch_import(NULL, "x", NULL, NULL, &error));
    NUL(lnt_torch_import(&loaded, NULL, NULL, NULL, &error));
    NUL(lnt_torch_import(&loaded, "x", &(lnt_torch_options){.n_layers = 1}, NULL, &error));
    NUL(lnt_torch_export(NULL, "x", NULL, &error));
    NUL(lnt_torch_export(&model, NULL, NULL, &error));
    NUL(lnt_npz_export(NULL, "x", &error));
    NUL(lnt_npz_export(&model, NULL, &error));
    NUL(lnt_npz_import(NULL, "x", NULL, &error));
    NUL(lnt_npz_import(&loaded, NULL, NULL, &error));
    NUL(lnt_onnx_export(NULL, "x", &error));
    NUL(lnt_onnx_export(&model, NULL, &error));
    NUL(lnt_onnx_import(NULL, "x", &onnx, &error));
    NUL(lnt_onnx_import(&loaded, NULL, &onnx, &error));
    NUL(lnt_c_export(NULL, "x.c", NULL, &error));
    NUL(lnt_c_export(&model, NULL, NULL, &error));
    NUL(lnt_model_import(NULL, "x", NULL, &error));
    NUL(lnt_model_import(&loaded, NULL, NULL, &error));
    NUL(lnt_model_format_detect(NULL, &format, &error));
    NUL(lnt_model_format_detect("x", NULL, &error));
    model.net = NULL;
    NUL(lnt_torch_export(&model, "x", NULL, &error));
    NUL(lnt_onnx_export(&model, "x", &error));
    NUL(lnt_npz_export(&model, "x", &error));
    NUL(lnt_c_export(&model, "x.c", NULL, &error));
}

Test(null_models, plain_files)
{
    char begin[LNT_NPY_HEADER_LENGTH], text[LNT_FORMAT_NUMBER_LENGTH];
    NUL(lnt_file_write(NULL, "", 0, &error));
    NUL(lnt_file_write("x", NULL, 1, &error));
    NUL(lnt_npy_write(NULL, &x, &error));
    NUL(lnt_npy_write("x", NULL, &error));
    FAILS(LNT_ERR_NULL, lnt_npy_header(NULL, 1, 1, begin));
    FAILS(LNT_ERR_NULL, lnt_npy_header("<f4", 1, 1, NULL));
    FAILS(LNT_ERR_NULL, lnt_format_number(1, NULL));
    OK(lnt_format_number(1, text));
    NUL(lnt_history_write_csv(NULL, "x", &error));
    NUL(lnt_history_write_jsonl(NULL, "x", &error));
}

Test(null_models, checkpoints)
{
    const lnt_checkpoint_content content = {.n_items = 0};
    const lnt_checkpoint_content no_items = {.n_items = 1}, no_texts = {.n_texts = 1};
    lnt_checkpoint *checkpoint;
    lnt_checkpoint_folder *folder;
    lnt_tensor shape;
    uint64_t number;
    char text[LNT_CHECKSUM_LENGTH];
    NUL(lnt_checkpoint_write(NULL, &content, &error));
    NUL(lnt_checkpoint_write("x", NULL, &error));
    NUL(lnt_checkpoint_write("x", &no_items, &error));
    NUL(lnt_checkpoint_write("x", &no_texts, &error));
    NUL(lnt_checkpoint_open(NULL, "x", NULL, &error));
    NUL(lnt_checkpoint_open(&checkpoint, NULL, NULL, &error));
    FAILS(LNT_ERR_NULL, lnt_checkpoint_shape(NULL, "x", &shape));
    NUL(lnt_checkpoint_checksum(NULL, "x", text, &error));
    NUL(lnt_checkpoint_read(NULL, "x", &x, &error));
    NUL(lnt_checkpoint_folder_open(NULL, "x", 2, NULL, &error));
    NUL(lnt_checkpoint_folder_open(&folder, NULL, 2, NULL, &error));
    NUL(lnt_checkpoint_folder_save(NULL, 1, &content, &error));
    NUL(lnt_checkpoint_folder_newest(NULL, &checkpoint, &number, NULL, &error));
    FAILS(LNT_ERR_NULL, lnt_tensor_checksum(NULL, text));
    FAILS(LNT_ERR_NULL, lnt_tensor_checksum(&x, NULL));
    cr_assert(!lnt_checkpoint_folder_stop_requested(NULL));
    lnt_checkpoint_close(NULL);
    lnt_checkpoint_folder_close(NULL);
}

Test(null_models, training)
{
    const lnt_fit_config config = lnt_fit_defaults();
    const lnt_net_config shape = {.dtype = LNT_F64, .inputs = 3};
    lnt_tensor empty = x;
    lnt_fit_result result[2];
    lnt_net *members[2];
    lnt_trainer *trainer = NULL;
    double rates[8], losses[8], suggested;
    size_t done;
    empty.data = NULL;
    NUL(lnt_fit(NULL, &x, &y, &config, result, &error));
    NUL(lnt_fit(net, NULL, &y, &config, result, &error));
    NUL(lnt_fit(net, &x, NULL, &config, result, &error));
    NUL(lnt_fit(net, &x, &y, NULL, result, &error));
    NUL(lnt_fit(net, &empty, &y, &config, result, &error));
    NUL(lnt_fit(net, &x, &empty, &config, result, &error));
    lnt_fit_config weighted = config;
    lnt_tensor weights = lnt_tensor_view(LNT_F64, NULL, 4, 1);
    weighted.weights = &weights;
    NUL(lnt_fit(net, &x, &y, &weighted, result, &error));
    NUL(lnt_fit_source(NULL, NULL, &config, result, &error));
    NUL(lnt_fit_source(net, NULL, &config, result, &error));
    NUL(lnt_ensemble_fit(NULL, 2, &shape, &x, &y, &config, result, &error));
    NUL(lnt_ensemble_fit(members, 2, NULL, &x, &y, &config, result, &error));
    NUL(lnt_ensemble_fit(members, 2, &shape, &x, &y, NULL, result, &error));
    NUL(lnt_lr_range_test(NULL, &x, &y, &config, 1e-4, 1, 8, rates, losses, &done, &suggested,
                          &error));
    NUL(lnt_lr_range_test(net, NULL, &y, &config, 1e-4, 1, 8, rates, losses, &done, &suggested,
                          &error));
    NUL(lnt_lr_range_test(net, &x, NULL, &config, 1e-4, 1, 8, rates, losses, &done, &suggested,
                          &error));
    NUL(lnt_lr_range_test(net, &x, &y, NULL, 1e-4, 1, 8, rates, losses, &done, &suggested, &error));
    NUL(lnt_lr_range_test(net, &x, &y, &config, 1e-4, 1, 8, NULL, losses, &done, &suggested,
                          &error));
    NUL(lnt_lr_range_test(net, &x, &y, &config, 1e-4, 1, 8, rates, NULL, &done, &suggested,
                          &error));
    NUL(lnt_trainer_create(NULL, net, &config, &error));
    NUL(lnt_trainer_create(&trainer, NULL, &config, &error));
    NUL(lnt_trainer_create(&trainer, net, NULL, &error));
    OK(lnt_trainer_create(&trainer, net, &config, &error));
    FAILS(LNT_ERR_NULL, lnt_trainer_step(NULL, &x, &y, NULL, &value));
    FAILS(LNT_ERR_NULL, lnt_trainer_step(trainer, NULL, &y, NULL, &value));
    FAILS(LNT_ERR_NULL, lnt_trainer_step(trainer, &x, NULL, NULL, &value));
    NUL(lnt_trainer_save(NULL, "x", &error));
    NUL(lnt_trainer_save(trainer, NULL, &error));
    NUL(lnt_trainer_load(NULL, "x", &error));
    NUL(lnt_trainer_load(trainer, NULL, &error));
    lnt_history *history = NULL;
    FAILS(LNT_ERR_NULL, lnt_history_create(NULL, net, 3, NULL));
    FAILS(LNT_ERR_NULL, lnt_history_create(&history, NULL, 3, NULL));
    OK(lnt_history_create(&history, net, 3, NULL));
    NUL(lnt_history_write_csv(history, NULL, &error));
    NUL(lnt_history_write_jsonl(history, NULL, &error));
    lnt_history_destroy(history);
    lnt_trainer_destroy(trainer);
}

Test(null_models, predictions)
{
    lnt_model model = lnt_model_init(), empty = lnt_model_init();
    lnt_predictor *predictor = NULL;
    lnt_pass_config config = lnt_pass_defaults();
    lnt_scores scores;
    model.net = net;
    FAILS(LNT_ERR_NULL, lnt_predictor_create(NULL, &model, 4, NULL));
    FAILS(LNT_ERR_NULL, lnt_predictor_create(&predictor, NULL, 4, NULL));
    FAILS(LNT_ERR_NULL, lnt_predictor_create(&predictor, &empty, 4, NULL));
    FAILS(LNT_ERR_NULL, lnt_predictor_create_with(&predictor, &model, NULL));
    FAILS(LNT_ERR_NULL, lnt_predictor_create_with(NULL, &model, &config));
    OK(lnt_predictor_create(&predictor, &model, 4, NULL));
    FAILS(LNT_ERR_NULL, lnt_predict(NULL, &x, &p));
    FAILS(LNT_ERR_NULL, lnt_predict(predictor, NULL, &p));
    FAILS(LNT_ERR_NULL, lnt_predict(predictor, &x, NULL));
    FAILS(LNT_ERR_NULL, lnt_evaluate(NULL, &x, &y, NULL, NULL, &scores));
    FAILS(LNT_ERR_NULL, lnt_evaluate(predictor, NULL, &y, NULL, NULL, &scores));

    const lnt_model *models[] = {&model}, *none[] = {NULL}, *bare[] = {&empty};
    lnt_uncertainty *uncertainty = NULL;
    NUL(lnt_uncertainty_create(NULL, models, 1, 4, NULL, &error));
    NUL(lnt_uncertainty_create(&uncertainty, NULL, 1, 4, NULL, &error));
    NUL(lnt_uncertainty_create(&uncertainty, none, 1, 4, NULL, &error));
    NUL(lnt_uncertainty_create(&uncertainty, bare, 1, 4, NULL, &error));
    FAILS(LNT_ERR_NULL, lnt_uncertainty_predict(NULL, &x, &p, &p, NULL));
    assert_eq(lnt_uncertainty_cols(NULL), 0);
    lnt_predictor_destroy(predictor);
}

Test(null_models, laplace)
{
    const lnt_laplace_config config = lnt_laplace_defaults();
    const lnt_loss loss = lnt_mse(LNT_MEAN);
    lnt_laplace *laplace = NULL;
    lnt_laplace_predictor *predictor = NULL;
    NUL(lnt_laplace_fit(NULL, net, &loss, &x, &y, NULL, &config, &error));
    NUL(lnt_laplace_fit(&laplace, NULL, &loss, &x, &y, NULL, &config, &error));
    NUL(lnt_laplace_fit(&laplace, net, NULL, &x, &y, NULL, &config, &error));
    NUL(lnt_laplace_fit(&laplace, net, &loss, NULL, &y, NULL, &config, &error));
    NUL(lnt_laplace_fit(&laplace, net, &loss, &x, NULL, NULL, &config, &error));
    NUL(lnt_laplace_fit(&laplace, net, &loss, &x, &y, NULL, NULL, &error));
    OK(lnt_laplace_fit(&laplace, net, &loss, &x, &y, NULL, &config, &error));
    FAILS(LNT_ERR_NULL, lnt_laplace_predictor_create(NULL, net, laplace, 4, NULL));
    FAILS(LNT_ERR_NULL, lnt_laplace_predictor_create(&predictor, NULL, laplace, 4, NULL));
    FAILS(LNT_ERR_NULL, lnt_laplace_predictor_create(&predictor, net, NULL, 4, NULL));
    FAILS(LNT_ERR_INVALID, lnt_laplace_predictor_create(&predictor, net, laplace, 0, NULL));
    OK(lnt_laplace_predictor_create(&predictor, net, laplace, 4, NULL));
    FAILS(LNT_ERR_NULL, lnt_laplace_predict(NULL, &x, &p, NULL, NULL));
    FAILS(LNT_ERR_NULL, lnt_laplace_predict(predictor, NULL, &p, NULL, NULL));
    lnt_laplace_predictor_destroy(predictor);
    lnt_laplace_destroy(laplace);
}
