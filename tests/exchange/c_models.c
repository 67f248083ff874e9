/* SPDX-License-Identifier: MIT */
/*
 * Models of every kind of layer, activation, loss and scaling, for test_c_source.py:
 *
 *     c_models export FOLDER     writes NAME.c and NAME.h of each, and a line with each NAME
 *     c_models compare FOLDER    runs NAME in NAME.so beside lnt_predict, on other rows than the
 * cases
 */
#include <dlfcn.h>
#include <linnet/linnet.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LAYERS 12
#define ROWS 50

static void must(lnt_status status, const char *what)
{
    if (status != LNT_OK) {
        fprintf(stderr, "%s: %s\n", what, lnt_status_name(status));
        exit(1);
    }
}

typedef struct recipe {
    char name[48];
    lnt_layer layers[MAX_LAYERS];
    size_t n_layers;
    lnt_loss loss;
    bool scaled;
    lnt_dtype net_dtype;
    lnt_dtype c_dtype;
    bool names;
} recipe;

enum { INPUTS = 5, OUTPUTS = 4, MOST = 128 };

static recipe recipes[MOST];
static size_t n_recipes;

static recipe *add(const char *name, lnt_loss loss, bool scaled, size_t n_layers,
                   const lnt_layer *layers)
{
    static const lnt_dtype dtypes[4][2] = {
        {LNT_F32, LNT_F32}, {LNT_F64, LNT_F64}, {LNT_F64, LNT_F32}, {LNT_F32, LNT_F64}};
    recipe *r = NULL;
    for (size_t i = 0; i < 4; i++) {
        /* mixed precisions once are enough */
        if (i >= 2 && strcmp(name, "mixed") != 0) {
            break;
        }
        r = &recipes[n_recipes++];
        snprintf(r->name, sizeof r->name, "%s_%s_%s", name, lnt_dtype_name(dtypes[i][0]),
                 lnt_dtype_name(dtypes[i][1]));
        r->loss = loss;
        r->scaled = scaled;
        r->n_layers = n_layers;
        memcpy(r->layers, layers, n_layers * sizeof *layers);
        r->net_dtype = dtypes[i][0];
        r->c_dtype = dtypes[i][1];
    }
    return r;
}

#define ADD(name, loss, scaled, ...)                                                               \
    add(name, loss, scaled, sizeof((lnt_layer[]){__VA_ARGS__}) / sizeof(lnt_layer),                \
        (lnt_layer[]){__VA_ARGS__})

static lnt_layer without_bias(lnt_layer layer)
{
    layer.bias = false;
    return layer;
}

static lnt_layer without_gain(lnt_layer layer)
{
    layer.gain = false;
    return layer;
}

static lnt_layer alpha(lnt_layer layer, double value)
{
    layer.alpha = value;
    return layer;
}

static void make_recipes(void)
{
    const lnt_loss mse = lnt_mse(LNT_MEAN);
    for (int a = 0; lnt_activation_name((lnt_activation) a) != NULL; a++) {
        char name[32];
        snprintf(name, sizeof name, "act_%s", lnt_activation_name((lnt_activation) a));
        ADD(name, mse, false, lnt_dense(9, (lnt_activation) a), lnt_dense(OUTPUTS, LNT_IDENTITY));
    }
    ADD("alphas", mse, false, alpha(lnt_dense(7, LNT_LEAKY_RELU), 0.3),
        alpha(lnt_dense(7, LNT_ELU), 0.7), alpha(lnt_dense(7, LNT_SINE), 3.1),
        lnt_dense(OUTPUTS, LNT_IDENTITY));
    ADD("norms", mse, true, lnt_dense(8, LNT_TANH), lnt_batch_norm(), lnt_dense(6, LNT_RELU),
        lnt_layer_norm(), lnt_dense(6, LNT_RELU), lnt_rms_norm(), lnt_dense(OUTPUTS, LNT_IDENTITY));
    ADD("bare_norms", mse, true, without_bias(lnt_dense(8, LNT_TANH)),
        without_gain(without_bias(lnt_batch_norm())), without_gain(lnt_batch_norm()),
        without_gain(without_bias(lnt_layer_norm())), without_gain(lnt_layer_norm()),
        without_bias(lnt_layer_norm()), without_gain(lnt_rms_norm()),
        lnt_dense(OUTPUTS, LNT_IDENTITY));
    ADD("first_in_place", mse, false, lnt_batch_norm(), lnt_activation_layer(LNT_TANH), lnt_prelu(),
        lnt_dropout(0.5), lnt_dense(OUTPUTS, LNT_IDENTITY));
    ADD("no_dense", lnt_mse(LNT_MEAN), false, lnt_activation_layer(LNT_SIGMOID));
    ADD("nothing_at_all", lnt_mse(LNT_MEAN), false, lnt_dropout(0.1));
    ADD("residual", mse, true, lnt_dense(6, LNT_TANH), lnt_dense(6, LNT_RELU),
        lnt_dense(6, LNT_TANH), lnt_residual(2), lnt_dense(6, LNT_TANH), lnt_residual(1),
        lnt_residual(5), lnt_dense(OUTPUTS, LNT_IDENTITY));
    ADD("residual_of_inputs", mse, false, lnt_dense(INPUTS, LNT_TANH), lnt_residual(1),
        lnt_activation_layer(LNT_IDENTITY), lnt_residual(3), lnt_dense(OUTPUTS, LNT_IDENTITY));
    ADD("softmax", lnt_softmax_cross_entropy(LNT_MEAN), false, lnt_dense(9, LNT_RELU),
        lnt_dense(OUTPUTS, LNT_IDENTITY))
        ->names = true;
    recipes[n_recipes - 2].names = true;
    ADD("binary", lnt_binary_cross_entropy(LNT_MEAN), false, lnt_dense(9, LNT_RELU),
        lnt_dense(1, LNT_IDENTITY));
    ADD("poisson", lnt_loss_defaults(LNT_LOSS_POISSON, LNT_MEAN), false, lnt_dense(9, LNT_TANH),
        lnt_dense(OUTPUTS, LNT_IDENTITY));
    ADD("gaussian", lnt_loss_defaults(LNT_LOSS_GAUSSIAN, LNT_MEAN), true, lnt_dense(9, LNT_TANH),
        lnt_dense(2 * OUTPUTS, LNT_IDENTITY));
    ADD("quantile", lnt_quantile(0.7, LNT_MEAN), true, lnt_dense(9, LNT_TANH),
        lnt_dense(OUTPUTS, LNT_IDENTITY));
    ADD("mixed", mse, true, lnt_dense(19, LNT_GELU), lnt_batch_norm(), lnt_dense(11, LNT_SILU),
        lnt_dense(OUTPUTS, LNT_IDENTITY));
}

/* --- making them --- */

static uint64_t stream;

static void fill(lnt_tensor *values, double low, double high)
{
    const lnt_init init = lnt_init_uniform(low, high);
    must(lnt_init_fill(&init, 5, ++stream, values), "fill");
}

/* Nothing at its neutral value. */
static void shake(lnt_net *net)
{
    lnt_parameter p;
    for (size_t i = 0; lnt_net_parameter(net, i, &p) == LNT_OK; i++) {
        if (p.role != LNT_ROLE_WEIGHT) {
            fill(&p.value, -1.5, 1.5);
        }
    }
    for (size_t i = 0; lnt_net_running_stat(net, i, &p) == LNT_OK; i++) {
        const bool mean = strstr(p.name, "mean") != NULL;
        fill(&p.value, mean ? -2 : 0.1, mean ? 2 : 3);
    }
}

static lnt_scaler *make_scaler(size_t cols)
{
    double offset[16], scale[16];
    lnt_scaler *scaler = NULL;
    for (size_t j = 0; j < cols; j++) {
        offset[j] = 1000.123 * (double) j - 300.7;
        scale[j] = j == 1 ? -3.7 : 12.34 + (double) j;
    }
    must(lnt_scaler_create(&scaler, cols, offset, scale, NULL), "scaler");
    return scaler;
}

static lnt_model make_model(const recipe *r)
{
    /* What could end a comment or a string, or be taken for something else. */
    static const char *const classes[] = {"*/ int x; /*", "a\"b\\", "?\?/ ?\?) \xc3\xa9",
                                          "line\nfeed"};
    const lnt_net_config config = {r->net_dtype, INPUTS, r->layers, r->n_layers, 3, NULL};
    lnt_model model = lnt_model_init();
    stream = 100;
    must(lnt_net_create(&model.net, &config), r->name);
    shake(model.net);
    model.loss = r->loss;
    if (r->scaled) {
        const size_t outputs = lnt_net_outputs(model.net);
        model.input_scaler = make_scaler(INPUTS);
        model.target_scaler = make_scaler(lnt_loss_target_cols(r->loss.kind, outputs));
    }
    if (r->names) {
        must(lnt_names_create(&model.class_names, classes, OUTPUTS, NULL), "names");
        must(lnt_names_create(&model.target_names, classes, 1, NULL), "names");
    }
    return model;
}

/* Rows such as the net was made for. */
static lnt_tensor make_rows(const lnt_model *model, lnt_dtype dtype)
{
    lnt_tensor x =
        lnt_tensor_view(dtype, lnt_allocate(NULL, ROWS * INPUTS, sizeof(double)), ROWS, INPUTS);
    fill(&x, -3, 3);
    if (model->input_scaler != NULL) {
        must(lnt_scaler_inverse_transform(model->input_scaler, &x, &x), "rows");
    }
    return x;
}

static void export(const recipe *r, const char *folder)
{
    char path[512];
    lnt_error error = {LNT_OK, ""};
    lnt_model model = make_model(r);
    lnt_tensor cases = make_rows(&model, LNT_F64);
    const lnt_c_options options = {.dtype = r->c_dtype, .cases = r->scaled ? &cases : NULL};
    snprintf(path, sizeof path, "%s/%s.c", folder, r->name);
    if (lnt_c_export(&model, path, &options, &error) != LNT_OK) {
        fprintf(stderr, "%s\n", error.message);
        exit(1);
    }
    puts(r->name);
    lnt_release(NULL, cases.data);
    lnt_model_finish(&model);
}

/* --- comparing --- */

typedef void f32_function(const float *x, float *y);
typedef void f64_function(const double *x, double *y);

static void run(const recipe *r, void *symbol, const lnt_tensor *x, size_t row, double *y,
                size_t outputs)
{
    if (r->c_dtype == LNT_F64) {
        double in[INPUTS];
        f64_function *f;
        memcpy(&f, &symbol, sizeof f);
        for (size_t j = 0; j < INPUTS; j++) {
            in[j] = lnt_tensor_get(x, row, j);
        }
        f(in, y);
        return;
    }
    float in[INPUTS], out[16];
    f32_function *f;
    memcpy(&f, &symbol, sizeof f);
    for (size_t j = 0; j < INPUTS; j++) {
        in[j] = (float) lnt_tensor_get(x, row, j);
    }
    f(in, out);
    for (size_t j = 0; j < outputs; j++) {
        y[j] = (double) out[j];
    }
}

/* The largest difference, in parts of the column's largest number. */
static double compare(const recipe *r, const char *folder)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s.so", folder, r->name);
    void *library = dlopen(path, RTLD_NOW);
    void *symbol = library != NULL ? dlsym(library, r->name) : NULL;
    if (symbol == NULL) {
        fprintf(stderr, "%s: %s\n", path, dlerror());
        exit(1);
    }
    lnt_model model = make_model(r);
    const size_t outputs = lnt_net_outputs(model.net);
    stream = 200;
    lnt_tensor x = make_rows(&model, r->net_dtype);
    lnt_tensor y = lnt_tensor_view(r->net_dtype, lnt_allocate(NULL, ROWS * outputs, sizeof(double)),
                                   ROWS, outputs);
    lnt_predictor *predictor = NULL;
    must(lnt_predictor_create(&predictor, &model, ROWS, NULL), "predictor");
    must(lnt_predict(predictor, &x, &y), "predict");
    double worst = 0;
    for (size_t j = 0; j < outputs; j++) {
        double most = 0, error = 0;
        for (size_t i = 0; i < ROWS; i++) {
            double found[16];
            run(r, symbol, &x, i, found, outputs);
            most = fmax(most, fabs(lnt_tensor_get(&y, i, j)));
            const double e = fabs(found[j] - lnt_tensor_get(&y, i, j));
            error = e > error || isnan(e) ? e : error;
        }
        worst = !(error / most <= worst) ? error / most : worst;
    }
    lnt_predictor_destroy(predictor);
    lnt_release(NULL, x.data);
    lnt_release(NULL, y.data);
    lnt_model_finish(&model);
    dlclose(library);
    return worst;
}

int main(int argc, char **argv)
{
    if (argc != 3 || (strcmp(argv[1], "export") != 0 && strcmp(argv[1], "compare") != 0)) {
        fputs("usage: c_models export|compare FOLDER\n", stderr);
        return 2;
    }
    make_recipes();
    for (size_t i = 0; i < n_recipes; i++) {
        if (strcmp(argv[1], "export") == 0) {
            export(&recipes[i], argv[2]);
        } else {
            printf("%s %.3g\n", recipes[i].name, compare(&recipes[i], argv[2]));
        }
    }
    return 0;
}
