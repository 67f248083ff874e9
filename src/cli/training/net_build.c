/* SPDX-License-Identifier: MIT */
#include "cli/training/net_build.h"
#include "cli/output/memory.h"

#include <math.h>
#include <stdlib.h>

/* Layers that a hidden one may become: dense, norm, activation, dropout, residual. */
#define LAYERS_A_BLOCK 5

/* Vectors as long as the parameters: they, gradients, two of a method, an average, two copies. */
#define PARAMETER_VECTORS 7

/* Refused before Linux kills us. */
static lnt_status check_memory(const lnt_cli_train_settings *settings, double inputs,
                               double outputs, double rows, lnt_error *error)
{
    double parameters = 0, units = inputs;
    for (size_t i = 0; i <= settings->hidden.count; i++) {
        const double width =
            i < settings->hidden.count ? (double) settings->hidden.items[i] : outputs;
        parameters += (inputs + 1) * width;
        units += width;
        inputs = width;
    }
    const double batch = fmin((double) settings->fit.batch_rows, rows);
    const double size = (double) lnt_dtype_size(lnt_cli_train_dtype(settings->dtype));
    const double bytes = (PARAMETER_VECTORS * parameters + 3 * batch * units) * size;
    const double memory = (double) lnt_cli_memory();
    if (bytes > memory) {
        return lnt_fail(
            error, LNT_ERR_TOO_LARGE,
            "training needs about %.1f GB, %.1f GB of memory are free: choose a smaller "
            "--hidden or --batch",
            bytes / 1e9, memory / 1e9);
    }
    return LNT_OK;
}

static lnt_layer norm(int kind)
{
    return kind == LNT_CLI_NORM_BATCH   ? lnt_batch_norm()
           : kind == LNT_CLI_NORM_LAYER ? lnt_layer_norm()
                                        : lnt_rms_norm();
}

/* One hidden layer as a list of layers; returns how many. A batch norm has a bias of its own. */
static size_t add_block(const lnt_cli_train_settings *settings, size_t units, bool residual,
                        lnt_layer *layers)
{
    const bool prelu = lnt_cli_is_prelu(settings->activation);
    const bool separate = prelu || settings->norm != LNT_CLI_NORM_NONE;
    const lnt_activation activation = prelu ? LNT_IDENTITY : (lnt_activation) settings->activation;
    size_t n = 0;
    layers[n] = lnt_dense(units, separate ? LNT_IDENTITY : activation);
    layers[n].weight_init = lnt_cli_net_init(settings->init, settings->init_scale);
    layers[n].alpha = settings->alpha;
    layers[n++].bias = settings->norm != LNT_CLI_NORM_BATCH;
    if (settings->norm != LNT_CLI_NORM_NONE) {
        layers[n++] = norm(settings->norm);
    }
    if (separate) {
        layers[n] = prelu ? lnt_prelu() : lnt_activation_layer(activation);
        layers[n++].alpha = settings->alpha;
    }
    if (settings->dropout > 0) {
        layers[n++] = lnt_dropout(settings->dropout);
    }
    if (residual) {
        layers[n] = lnt_residual(n);
        n++;
    }
    return n;
}

lnt_status lnt_cli_net_build(lnt_net **net, const lnt_cli_train_settings *settings, size_t inputs,
                             size_t outputs, size_t rows, lnt_error *error)
{
    const lnt_cli_sizes *hidden = &settings->hidden;
    LNT_TRY(check_memory(settings, (double) inputs, (double) outputs, (double) rows, error));
    lnt_layer *layers = calloc(LAYERS_A_BLOCK * hidden->count + 1, sizeof *layers);
    if (layers == NULL) {
        return LNT_ERR_MEMORY;
    }
    size_t n = 0;
    for (size_t i = 0; i < hidden->count; i++) {
        const size_t width = i > 0 ? hidden->items[i - 1] : inputs;
        n += add_block(settings, hidden->items[i], settings->residual && width == hidden->items[i],
                       layers + n);
    }
    layers[n] = lnt_dense(outputs, LNT_IDENTITY);
    layers[n++].weight_init = lnt_cli_net_init(settings->init, settings->init_scale);
    lnt_net_config config = lnt_net_defaults();
    config.dtype = lnt_cli_train_dtype(settings->dtype);
    config.inputs = inputs;
    config.layers = layers;
    config.n_layers = n;
    config.seed = settings->seed;
    const lnt_status status = lnt_net_create(net, &config);
    free(layers);
    return status;
}
