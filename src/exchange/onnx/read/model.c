/* SPDX-License-Identifier: MIT */
#include "base/arena.h"
#include "base/files/file_error.h"
#include "exchange/onnx/format.h"
#include "exchange/onnx/read/layers.h"

#include <stdio.h>
#include <string.h>

/* --- the memory limit of the net --- */

static lnt_status charge(lnt_onnx_reader *reader, const lnt_onnx_net *net)
{
    const size_t size = lnt_dtype_size(net->dtype);
    for (size_t l = 0; l < net->n_layers; l++) {
        const lnt_onnx_layer *layer = &net->layers[l];
        size_t weights = 0;
        if (layer->weight != NULL) { /* the weights are in the file */
            weights = layer->inputs * layer->outputs;
        }
        if (!lnt_pool_charge(&reader->pool, weights, size) ||
            !lnt_pool_charge(&reader->pool, layer->gain != NULL || layer->bias != NULL ? 4 : 0,
                             layer->outputs * size)) {
            return lnt_onnx_fail_pool(reader);
        }
    }
    return LNT_OK;
}

/* --- the parameters --- */

static void put(lnt_tensor *t, size_t i, size_t j, double value)
{
    if (t->dtype == LNT_F64) {
        *(double *) lnt_tensor_ptr(t, i, j) = value;
    } else {
        *(float *) lnt_tensor_ptr(t, i, j) = (float) value;
    }
}

static void fill_weight(const lnt_onnx_layer *layer, lnt_tensor *weight)
{
    for (size_t i = 0; i < layer->inputs; i++) {
        for (size_t j = 0; j < layer->outputs; j++) {
            const size_t at = layer->transposed ? j * layer->inputs + i : i * layer->outputs + j;
            const double gain = layer->gain != NULL ? layer->gain[j] : 1;
            put(weight, i, j, layer->weight_factor * lnt_onnx_number(layer->weight, at) * gain);
        }
    }
}

static void fill(const lnt_onnx_layer *layer, lnt_parameter *p)
{
    const char *name = strrchr(p->name, '.') + 1; /* "layers.0.weight" */
    if (p->role == LNT_ROLE_WEIGHT) {
        fill_weight(layer, &p->value);
        return;
    }
    const double *numbers = strcmp(name, "weight") == 0         ? layer->gain
                            : strcmp(name, "bias") == 0         ? layer->bias
                            : strcmp(name, "running_mean") == 0 ? layer->mean
                                                                : layer->variance;
    for (size_t j = 0; numbers != NULL && j < p->value.cols; j++) {
        put(&p->value, 0, j, numbers[j]);
    }
}

static lnt_status fill_net(const lnt_onnx_net *net, lnt_net *made)
{
    for (size_t i = 0; i < lnt_net_n_parameter_tensors(made); i++) {
        lnt_parameter p;
        LNT_TRY(lnt_net_parameter(made, i, &p));
        fill(&net->layers[p.layer], &p);
    }
    for (size_t i = 0; i < lnt_net_n_running_stats(made); i++) {
        lnt_parameter p;
        LNT_TRY(lnt_net_running_stat(made, i, &p));
        fill(&net->layers[p.layer], &p);
    }
    return LNT_OK;
}

static lnt_status make_net(lnt_onnx_reader *reader, const lnt_onnx_net *net, lnt_net **made)
{
    lnt_layer *layers = lnt_pool_take(&reader->pool, net->n_layers, sizeof *layers);
    if (layers == NULL) {
        return lnt_onnx_fail_pool(reader);
    }
    LNT_TRY(charge(reader, net));
    for (size_t l = 0; l < net->n_layers; l++) {
        layers[l] = net->layers[l].layer;
        layers[l].weight_init = layers[l].bias_init = lnt_init_zeros();
        layers[l].bias = net->layers[l].bias != NULL;
        layers[l].gain = net->layers[l].gain != NULL;
    }
    const lnt_net_config config = {net->dtype,    net->inputs, layers,
                                   net->n_layers, 0,           reader->allocator};
    const lnt_status status = lnt_net_create(made, &config);
    if (status == LNT_ERR_MEMORY) {
        return lnt_file_fail_memory(reader->error, reader->path);
    }
    if (status != LNT_OK) {
        return lnt_onnx_fail(reader, "no net can be made of its layers: %s",
                             lnt_status_text(status));
    }
    return fill_net(net, *made);
}

/* --- scalers and loss --- */

static lnt_status make_scaler(const lnt_onnx_reader *reader, const lnt_onnx_scaling *scaling,
                              const char *what, lnt_scaler **scaler)
{
    if (scaling->offset == NULL) {
        return LNT_OK;
    }
    const lnt_status status = lnt_scaler_create(scaler, scaling->cols, scaling->offset,
                                                scaling->scale, reader->allocator);
    if (status == LNT_ERR_MEMORY) {
        return lnt_file_fail_memory(reader->error, reader->path);
    }
    return status == LNT_OK ? LNT_OK
                            : lnt_onnx_fail(reader,
                                            "the scaling of its %s has numbers that are not "
                                            "finite, or a scale of 0",
                                            what);
}

lnt_status lnt_onnx_make_model(lnt_onnx_reader *reader, const lnt_onnx_net *net, lnt_model *model)
{
    const size_t scaled = net->input.cols + net->target.cols;
    LNT_TRY(make_net(reader, net, &model->net));
    if (!lnt_pool_charge(&reader->pool, scaled, 2 * sizeof(double))) {
        return lnt_onnx_fail_pool(reader);
    }
    LNT_TRY(make_scaler(reader, &net->input, "inputs", &model->input_scaler));
    LNT_TRY(make_scaler(reader, &net->target, "outputs", &model->target_scaler));
    model->loss = lnt_loss_defaults(net->loss, LNT_MEAN);
    if (net->loss == LNT_LOSS_GAUSSIAN) {
        model->loss.epsilon = net->epsilon;
    }
    return lnt_loss_target_cols(net->loss, net->outputs) > 0
               ? LNT_OK
               : lnt_onnx_fail(reader, "its %zu outputs do not fit the loss that it ends with, %s",
                               net->outputs, lnt_loss_name(net->loss));
}
