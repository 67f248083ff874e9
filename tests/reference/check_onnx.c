/* SPDX-License-Identifier: MIT */
/*
 * For check_onnx.py: writes to the folder given, for many models, NAME.onnx, raw inputs NAME.x,
 * what lnt_predict makes of them, NAME.y, and what it makes of them with the model read back from
 * NAME.onnx, NAME.back; and prints "NAME dtype inputs outputs" each. Numbers are doubles.
 */
#include <linnet/linnet.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 200, INPUTS = 6, MAX_OUTPUTS = 8 };

static const char *folder;
static uint64_t draws;

static void stop(const char *what, const lnt_error *error)
{
    fprintf(stderr, "%s: %s\n", what, error->message);
    exit(1);
}

#define OK(call)                                                                                   \
    do {                                                                                           \
        lnt_error ok_error = {0};                                                                  \
        lnt_error *const error = &ok_error;                                                        \
        (void) error;                                                                              \
        const lnt_status ok_status = (call);                                                       \
        if (ok_status != LNT_OK) {                                                                 \
            fprintf(stderr, "%s: %s\n", #call, lnt_status_name(ok_status));                        \
            stop(#call, &ok_error);                                                                \
        }                                                                                          \
    } while (0)

static void fill(double low, double high, lnt_tensor t)
{
    const lnt_init init = lnt_init_uniform(low, high);
    OK(lnt_init_fill(&init, 17, draws++ << 8, &t));
}

/* Biases, gains, statistics: anything but what they start with. */
static void shake(lnt_net *net)
{
    for (size_t i = 0; i < lnt_net_n_parameter_tensors(net); i++) {
        lnt_parameter p;
        OK(lnt_net_parameter(net, i, &p));
        if (p.role != LNT_ROLE_WEIGHT) {
            fill(p.role == LNT_ROLE_GAIN ? 0.2 : -1, 1.5, p.value);
        }
    }
    for (size_t i = 0; i < lnt_net_n_running_stats(net); i++) {
        lnt_parameter p;
        OK(lnt_net_running_stat(net, i, &p));
        fill(strstr(p.name, "var") != NULL ? 0.1 : -1, 2, p.value);
    }
}

static void write_numbers(const char *name, const char *suffix, const lnt_tensor *t)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s.%s", folder, name, suffix);
    FILE *file = fopen(path, "wb");
    for (size_t i = 0; file != NULL && i < t->rows; i++) {
        for (size_t j = 0; j < t->cols; j++) {
            const void *e = lnt_tensor_ptr(t, i, j);
            const double value = t->dtype == LNT_F64 ? *(const double *) e : *(const float *) e;
            fwrite(&value, sizeof value, 1, file);
        }
    }
    if (file == NULL || fclose(file) != 0) {
        perror(path);
        exit(1);
    }
}

static void predict(const lnt_model *model, const char *name, const char *suffix,
                    const lnt_tensor *x)
{
    static double memory[ROWS * MAX_OUTPUTS];
    lnt_predictor *predictor = NULL;
    lnt_tensor y = lnt_tensor_view(x->dtype, memory, ROWS, lnt_net_outputs(model->net));
    OK(lnt_predictor_create(&predictor, model, 64, NULL));
    OK(lnt_predict(predictor, x, &y));
    write_numbers(name, suffix, &y);
    lnt_predictor_destroy(predictor);
}

/* Takes the model over. */
static void check(lnt_model *model, const char *name)
{
    static double memory[ROWS * INPUTS];
    const lnt_dtype dtype = lnt_net_dtype(model->net);
    lnt_tensor x = lnt_tensor_view(dtype, memory, ROWS, INPUTS), part;
    if (model->input_scaler != NULL) {
        fill(1013.25 - 30, 1013.25 + 30, x);
    } else {
        fill(-3, 3, x);
    }
    OK(lnt_slice_rows(&x, 0, 20, 1, &part));
    if (model->input_scaler == NULL) {
        fill(-40, 40, part);
    }
    char path[512];
    snprintf(path, sizeof path, "%s/%s.onnx", folder, name);
    OK(lnt_onnx_export(model, path, error));
    write_numbers(name, "x", &x);
    predict(model, name, "y", &x);
    lnt_model back;
    OK(lnt_onnx_import(&back, path, NULL, error));
    if (back.loss.kind != model->loss.kind || lnt_net_dtype(back.net) != dtype) {
        fprintf(stderr, "%s: read back with another loss or dtype\n", name);
        exit(1);
    }
    predict(&back, name, "back", &x);
    printf("%s %s %d %zu\n", name, lnt_dtype_name(dtype), INPUTS, lnt_net_outputs(model->net));
    lnt_model_finish(&back);
    lnt_model_finish(model);
}

static lnt_model model_of(lnt_dtype dtype, const lnt_layer *layers, size_t n_layers)
{
    lnt_model model = lnt_model_init();
    const lnt_net_config config = {
        .dtype = dtype, .inputs = INPUTS, .layers = layers, .n_layers = n_layers, .seed = draws++};
    OK(lnt_net_create(&model.net, &config));
    shake(model.net);
    return model;
}

static void check_layers(lnt_dtype dtype, const char *what, const lnt_layer *layers, size_t count)
{
    char name[128];
    snprintf(name, sizeof name, "%s-%s", what, lnt_dtype_name(dtype));
    lnt_model model = model_of(dtype, layers, count);
    check(&model, name);
}

static void add_scalers(lnt_model *model, bool targets)
{
    double offset[MAX_OUTPUTS], scale[MAX_OUTPUTS];
    for (int j = 0; j < MAX_OUTPUTS; j++) {
        offset[j] = 1013.25 + j / 7.0;
        scale[j] = (j + 1) * (j % 2 == 0 ? 11.1 : -13.3);
    }
    OK(lnt_scaler_create(&model->input_scaler, INPUTS, offset, scale, NULL));
    if (targets) {
        const size_t cols = lnt_loss_target_cols(model->loss.kind, lnt_net_outputs(model->net));
        OK(lnt_scaler_create(&model->target_scaler, cols, offset, scale, NULL));
    }
}

static void check_losses(lnt_dtype dtype)
{
    for (int kind = 0; kind < LNT_LOSS_CUSTOM; kind++) {
        for (int scaled = 0; scaled < 2; scaled++) {
            const lnt_layer layers[] = {lnt_dense(7, LNT_TANH), lnt_dense(4, LNT_IDENTITY)};
            lnt_model model = model_of(dtype, layers, 2);
            char name[128];
            model.loss = lnt_loss_defaults((lnt_loss_kind) kind, LNT_MEAN);
            snprintf(name, sizeof name, "loss-%s-%d-%s", lnt_loss_name(model.loss.kind), scaled,
                     lnt_dtype_name(dtype));
            if (scaled) {
                add_scalers(&model, !lnt_loss_is_classification(model.loss.kind));
            }
            check(&model, name);
        }
    }
}

static void check_activations(lnt_dtype dtype)
{
    for (int a = 0; a <= LNT_SINE; a++) {
        char name[64];
        lnt_layer layers[] = {lnt_dense(8, (lnt_activation) a),
                              lnt_activation_layer((lnt_activation) a),
                              lnt_dense(5, (lnt_activation) a)};
        check_layers(dtype, lnt_activation_name((lnt_activation) a), layers, 3);
        snprintf(name, sizeof name, "alone-%s", lnt_activation_name((lnt_activation) a));
        check_layers(dtype, name, layers + 1, 1);
        layers[0].alpha = 0.3;
        layers[1].alpha = 1.7;
        snprintf(name, sizeof name, "alpha-%s", lnt_activation_name((lnt_activation) a));
        check_layers(dtype, name, layers, 3);
    }
}

static void check_kinds(lnt_dtype dtype)
{
    lnt_layer bare[] = {lnt_batch_norm(), lnt_layer_norm(), lnt_rms_norm(), lnt_dense(8, LNT_RELU)};
    lnt_layer norms[] = {lnt_batch_norm(),
                         lnt_dense(8, LNT_IDENTITY),
                         lnt_batch_norm(),
                         lnt_activation_layer(LNT_RELU),
                         lnt_dense(8, LNT_SILU),
                         lnt_layer_norm(),
                         lnt_dense(8, LNT_IDENTITY),
                         lnt_rms_norm(),
                         lnt_prelu(),
                         lnt_dropout(0.5),
                         lnt_dense(3, LNT_IDENTITY)};
    const lnt_layer spans[] = {lnt_dense(8, LNT_RELU), lnt_dense(8, LNT_TANH),     lnt_prelu(),
                               lnt_residual(2),        lnt_dense(8, LNT_IDENTITY), lnt_residual(1),
                               lnt_residual(4),        lnt_dropout(0.1),           lnt_rms_norm(),
                               lnt_residual(8)};
    const lnt_layer last[] = {lnt_dense(6, LNT_GELU), lnt_layer_norm(), lnt_residual(2),
                              lnt_layer_norm()};
    for (int i = 0; i < 4; i++) {
        bare[i].gain = bare[i].bias = false;
    }
    norms[0].epsilon = norms[5].epsilon = 0.01;
    norms[2].momentum = 0.3;
    check_layers(dtype, "bare", bare, 4);
    check_layers(dtype, "norms", norms, 11);
    check_layers(dtype, "residual", spans, 7);
    check_layers(dtype, "norm-last", last, 4);
    for (int i = 0; i < 3; i++) {
        static const char *const names[] = {"bare-batch", "bare-layer", "bare-rms"};
        check_layers(dtype, names[i], bare + i, 1);
    }
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    folder = argv[1];
    for (int i = 0; i < 2; i++) {
        const lnt_dtype dtype = i == 0 ? LNT_F32 : LNT_F64;
        check_activations(dtype);
        check_kinds(dtype);
        check_losses(dtype);
    }
    return 0;
}
