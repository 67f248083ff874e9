/* SPDX-License-Identifier: MIT */
/*
 * Made the models of this folder, of which each has the kinds of things that its name says:
 *
 *     make_golden FOLDER
 *
 * writes NAME.safetensors, and as NAME.txt all that is in it and what it predicts (describe.h), by
 * the model in memory. Model files that are there stay as they are, for they must load for ever;
 * those that lack a text get one of what they are found to hold.
 */
#include "describe.h"

#include <dirent.h>
#include <linnet/file.h>
#include <sys/stat.h>

#define PATH_LENGTH 4096
#define VERSION "model-v1"

/* Parameters are sixteenths of either sign, so that no random numbers are in it. */
static lnt_status fill(lnt_net *net)
{
    const lnt_tensor state = lnt_net_state_vector(net);
    for (size_t i = 0; i < state.cols; i++) {
        LNT_TRY(lnt_tensor_set(&state, 0, i, (double) (i * 11 % 29) / 16 - 0.875));
    }
    /* A variance is positive. */
    for (size_t i = 0; i < lnt_net_n_running_stats(net); i++) {
        lnt_parameter p;
        LNT_TRY(lnt_net_running_stat(net, i, &p));
        for (size_t j = 0; strstr(p.name, "var") != NULL && j < p.value.cols; j++) {
            LNT_TRY(lnt_tensor_set(&p.value, 0, j, 0.5 + (double) j));
        }
    }
    return LNT_OK;
}

static lnt_status make(lnt_model *model, lnt_dtype dtype, size_t inputs, const lnt_layer *layers,
                       size_t n_layers)
{
    *model = lnt_model_init();
    const lnt_net_config config = {
        .dtype = dtype, .inputs = inputs, .layers = layers, .n_layers = n_layers, .seed = 11};
    LNT_TRY(lnt_net_create(&model->net, &config));
    return fill(model->net);
}

/* --- every kind of layer, every activation --- */

static lnt_status make_layers(lnt_model *model, size_t dtype)
{
    lnt_layer layers[] = {lnt_dense(6, LNT_RELU),
                          lnt_batch_norm(),
                          lnt_dropout(0.25),
                          lnt_dense(6, LNT_TANH),
                          lnt_residual(2),
                          lnt_layer_norm(),
                          lnt_prelu(),
                          lnt_rms_norm(),
                          lnt_activation_layer(LNT_SILU),
                          lnt_dense(2, LNT_IDENTITY)};
    layers[1].momentum = 0.2;
    layers[1].epsilon = 1e-4;
    layers[5].bias = false;
    layers[7].gain = false;
    layers[9].bias = false;
    return make(model, (lnt_dtype) dtype, 3, layers, sizeof layers / sizeof layers[0]);
}

enum { BLOCK = 4 }; /* layers an activation */

static lnt_status make_activations(lnt_model *model, size_t dtype)
{
    lnt_layer layers[BLOCK * (LNT_SINE + 1)];
    size_t count = 0;
    for (int a = LNT_IDENTITY; a <= LNT_SINE; a++) {
        layers[count++] = lnt_dense(3, (lnt_activation) a);
        layers[count++] = lnt_activation_layer((lnt_activation) a);
        layers[count++] = lnt_residual(2); /* or little of the input would come through them all */
        layers[count++] = lnt_rms_norm();
    }
    layers[BLOCK * LNT_LEAKY_RELU].alpha = 0.3;
    layers[BLOCK * LNT_ELU].alpha = 0.7;
    layers[BLOCK * LNT_SINE + 1].alpha = 2.5;
    return make(model, (lnt_dtype) dtype, 3, layers, count);
}

/* --- every loss --- */

static lnt_status make_loss(lnt_model *model, size_t kind)
{
    const lnt_layer layers[] = {lnt_dense(4, LNT_TANH), lnt_dense(2, LNT_IDENTITY)};
    static const double weights[] = {0.25, 1.75, 1.0 / 3, 2};
    LNT_TRY(make(model, kind % 2 == 0 ? LNT_F32 : LNT_F64, 3, layers, 2));
    model->loss = lnt_loss_defaults((lnt_loss_kind) kind, LNT_MEAN);
    model->loss.gradient_reduction = LNT_SUM;
    switch (kind) {
    case LNT_LOSS_HUBER:
        model->loss.delta = 0.75;
        break;
    case LNT_LOSS_QUANTILE:
        model->loss.quantile = 0.9;
        break;
    case LNT_LOSS_GAUSSIAN:
        model->loss.epsilon = 1e-3;
        break;
    case LNT_LOSS_SOFTMAX_CROSS_ENTROPY:
    case LNT_LOSS_BINARY_CROSS_ENTROPY:
        model->loss.label_smoothing = 0.1;
        model->loss.class_weights = weights;
        model->loss.n_class_weights = 2;
        break;
    default:
        break;
    }
    return LNT_OK;
}

/* --- scaling, names and a record --- */

static lnt_status make_scaled(lnt_model *model, size_t scaling)
{
    static const char *const inputs[] = {"length / mm", "gr\303\266\303\237e", ""};
    static const char *const targets[] = {"T / K", "a, b"};
    const lnt_layer layers[] = {lnt_dense(4, LNT_SIGMOID), lnt_dense(2, LNT_IDENTITY)};
    double rows[] = {1, 20, -3, 2, 50, -3, 4, 10, -3, 8, 80, -3};
    LNT_TRY(make(model, LNT_F64, 3, layers, 2));
    const lnt_tensor x = lnt_tensor_f64(rows, 4, 3), y = lnt_tensor_f64(rows, 6, 2);
    LNT_TRY(lnt_scaler_fit(&model->input_scaler, (lnt_scaling) scaling, &x, NULL));
    LNT_TRY(lnt_scaler_fit(&model->target_scaler, (lnt_scaling) scaling, &y, NULL));
    LNT_TRY(lnt_names_create(&model->input_names, inputs, 3, NULL));
    LNT_TRY(lnt_names_create(&model->target_names, targets, 2, NULL));
    model->record = (lnt_training_summary){.epochs = 40,
                                           .train_rows = 1438,
                                           .validation_rows = 359,
                                           .seed = UINT64_C(1) << 63u,
                                           .train_loss = 0.1,
                                           .train_accuracy = NAN,
                                           .validation_loss = 1.0 / 3,
                                           .validation_accuracy = NAN};
    return LNT_OK;
}

static lnt_status make_classes(lnt_model *model, size_t loss)
{
    static const char *const classes[] = {"iris setosa", "9"};
    static const char *const target[] = {"species"};
    LNT_TRY(make_loss(model, loss));
    LNT_TRY(lnt_names_create(&model->target_names, target, 1, NULL));
    return lnt_names_create(&model->class_names, classes, 2, NULL);
}

/* With a Laplace approximation of the structure. */
static lnt_status make_laplace(lnt_model *model, size_t structure)
{
    double x[20][3], y[20][2];
    LNT_TRY(make_loss(model, structure == LNT_LAPLACE_LAST_LAYER ? LNT_LOSS_SOFTMAX_CROSS_ENTROPY
                                                                 : LNT_LOSS_MSE));
    for (size_t i = 0; i < 20; i++) {
        for (size_t j = 0; j < 3; j++) {
            x[i][j] = (double) (i * (j + 3) % 7) / 4 - 1;
            y[i][j % 2] = j % 2 == i % 2;
        }
    }
    const lnt_tensor raw = lnt_tensor_f64(x[0], 20, 3), raw_y = lnt_tensor_f64(y[0], 20, 2);
    const lnt_dtype dtype = lnt_net_dtype(model->net);
    double room[20 * 5];
    lnt_tensor inputs = lnt_tensor_view(dtype, room, 20, 3);
    lnt_tensor targets = lnt_tensor_view(dtype, room + 60, 20, 2);
    LNT_TRY(lnt_copy(&raw, &inputs));
    LNT_TRY(lnt_copy(&raw_y, &targets));
    lnt_laplace_config config = {.structure = (lnt_laplace_structure) structure};
    return lnt_laplace_fit(&model->laplace, model->net, &model->loss, &inputs, &targets, NULL,
                           &config, NULL);
}

/* --- files --- */

static const struct {
    const char *name;
    lnt_status (*make)(lnt_model *model, size_t variant);
    size_t variant;
} models[] = {
    {"layers-f32", make_layers, LNT_F32},
    {"layers-f64", make_layers, LNT_F64},
    {"activations-f32", make_activations, LNT_F32},
    {"activations-f64", make_activations, LNT_F64},
    {"mse", make_loss, LNT_LOSS_MSE},
    {"mae", make_loss, LNT_LOSS_MAE},
    {"huber", make_loss, LNT_LOSS_HUBER},
    {"log-cosh", make_loss, LNT_LOSS_LOG_COSH},
    {"quantile", make_loss, LNT_LOSS_QUANTILE},
    {"poisson", make_loss, LNT_LOSS_POISSON},
    {"gaussian", make_loss, LNT_LOSS_GAUSSIAN},
    {"binary-cross-entropy", make_loss, LNT_LOSS_BINARY_CROSS_ENTROPY},
    {"softmax-cross-entropy", make_classes, LNT_LOSS_SOFTMAX_CROSS_ENTROPY},
    {"scaled-none", make_scaled, LNT_SCALING_NONE},
    {"scaled-standard", make_scaled, LNT_SCALING_STANDARD},
    {"scaled-min-max", make_scaled, LNT_SCALING_MIN_MAX},
    {"scaled-robust", make_scaled, LNT_SCALING_ROBUST},
    {"laplace-last", make_laplace, LNT_LAPLACE_LAST_LAYER},
    {"laplace-kronecker", make_laplace, LNT_LAPLACE_KRONECKER},
    {"laplace-full", make_laplace, LNT_LAPLACE_FULL},
};

static bool is_there(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0;
}

static lnt_status write_text(const lnt_model *model, const char *path)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    lnt_status status = out != NULL ? golden_describe(out, model) : LNT_ERR_MEMORY;
    if (out != NULL && fclose(out) != 0) {
        status = LNT_ERR_MEMORY;
    }
    if (status == LNT_OK) {
        status = lnt_file_write(path, text, length, NULL);
    }
    free(text);
    return status;
}

static lnt_status write_model(const char *folder, size_t i)
{
    char path[PATH_LENGTH], text[PATH_LENGTH];
    snprintf(path, sizeof path, "%s/" VERSION "-%s.safetensors", folder, models[i].name);
    snprintf(text, sizeof text, "%s/" VERSION "-%s.txt", folder, models[i].name);
    if (is_there(path)) {
        return LNT_OK;
    }
    lnt_model model;
    lnt_status status = models[i].make(&model, models[i].variant);
    if (status == LNT_OK) {
        status = lnt_model_save(&model, path, NULL);
    }
    if (status == LNT_OK) {
        status = write_text(&model, text);
    }
    model.loss.class_weights = NULL; /* borrowed */
    lnt_model_finish(&model);
    return status;
}

/* A text for each model file that has none. */
static lnt_status write_missing_texts(const char *folder)
{
    DIR *entries = opendir(folder);
    lnt_status status = entries != NULL ? LNT_OK : LNT_ERR_IO;
    for (struct dirent *e; status == LNT_OK && (e = readdir(entries)) != NULL;) {
        const char *end = strstr(e->d_name, ".safetensors");
        if (end != NULL) {
            char path[PATH_LENGTH], text[PATH_LENGTH];
            snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
            snprintf(text, sizeof text, "%s/%.*s.txt", folder, (int) (end - e->d_name), e->d_name);
            lnt_import_options import = lnt_import_defaults();
            import.allow_nonfinite = true;
            lnt_model model;
            if (!is_there(text) &&
                (status = lnt_model_import(&model, path, &import, NULL)) == LNT_OK) {
                status = write_text(&model, text);
                lnt_model_finish(&model);
            }
        }
    }
    if (entries != NULL) {
        closedir(entries);
    }
    return status;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("Usage: make_golden FOLDER\n", stderr);
        return 2;
    }
    lnt_status status = LNT_OK;
    for (size_t i = 0; status == LNT_OK && i < sizeof models / sizeof models[0]; i++) {
        status = write_model(argv[1], i);
        if (status != LNT_OK) {
            fprintf(stderr, "make_golden: %s: %s\n", models[i].name, lnt_status_text(status));
        }
    }
    if (status == LNT_OK) {
        status = write_missing_texts(argv[1]);
    }
    return status == LNT_OK ? 0 : 1;
}
