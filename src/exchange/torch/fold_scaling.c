/* SPDX-License-Identifier: MIT */
#include "exchange/torch/fold_scaling.h"

#include "base/files/file_error.h"

#include <string.h>

static bool is_dense(const lnt_layer *layer)
{
    return strcmp(lnt_layer_name(layer), "dense") == 0;
}

/* Losses whose outputs are the predictions of the targets. */
static bool has_plain_outputs(lnt_loss_kind kind)
{
    return !lnt_loss_is_classification(kind) && kind != LNT_LOSS_POISSON &&
           kind != LNT_LOSS_GAUSSIAN;
}

static lnt_status check(const lnt_model *model, const char *path, lnt_error *error)
{
    const lnt_net *net = model->net;
    const lnt_layer *last = lnt_net_layer(net, lnt_net_n_layers(net) - 1);
    if (model->input_scaler != NULL && !is_dense(lnt_net_layer(net, 0))) {
        return lnt_file_fail(error, LNT_ERR_INVALID, path,
                             "the scaling of inputs cannot be folded: layer 0 (%s) is not dense",
                             lnt_layer_name(lnt_net_layer(net, 0)));
    }
    if (model->target_scaler == NULL) {
        return LNT_OK;
    }
    if (!is_dense(last) || last->activation != LNT_IDENTITY) {
        return lnt_file_fail(error, LNT_ERR_INVALID, path,
                             "the scaling of targets cannot be folded: layer %zu (%s) is not dense "
                             "without an activation",
                             lnt_net_n_layers(net) - 1, lnt_layer_name(last));
    }
    return has_plain_outputs(model->loss.kind)
               ? LNT_OK
               : lnt_file_fail(error, LNT_ERR_INVALID, path,
                               "the scaling of targets cannot be folded: outputs for the loss %s "
                               "are not the targets",
                               lnt_loss_name(model->loss.kind));
}

/* A net of the model's layers, with a bias where one is needed. */
static lnt_status make_net(lnt_net **net, const lnt_model *model, lnt_dtype dtype)
{
    const size_t n_layers = lnt_net_n_layers(model->net);
    lnt_layer *layers = lnt_allocate(NULL, n_layers, sizeof *layers);
    if (layers == NULL) {
        return LNT_ERR_MEMORY;
    }
    for (size_t l = 0; l < n_layers; l++) {
        layers[l] = *lnt_net_layer(model->net, l);
        layers[l].weight_init = layers[l].bias_init = lnt_init_zeros();
    }
    layers[0].bias = layers[0].bias || model->input_scaler != NULL;
    layers[n_layers - 1].bias = layers[n_layers - 1].bias || model->target_scaler != NULL;
    lnt_net_config config = lnt_net_defaults();
    config.dtype = dtype;
    config.inputs = lnt_net_inputs(model->net);
    config.layers = layers;
    config.n_layers = n_layers;
    config.seed = lnt_net_seed(model->net);
    const lnt_status status = lnt_net_create(net, &config);
    lnt_release(NULL, layers);
    return status;
}

/* `to` has the tensors of `from` in the same order, and possibly more biases. */
static lnt_status copy_net(lnt_net *to, lnt_net *from)
{
    size_t i = 0;
    for (size_t j = 0; j < lnt_net_n_parameter_tensors(to) && i < lnt_net_n_parameter_tensors(from);
         j++) {
        lnt_parameter source, target;
        LNT_TRY(lnt_net_parameter(from, i, &source));
        LNT_TRY(lnt_net_parameter(to, j, &target));
        if (strcmp(source.name, target.name) == 0) {
            LNT_TRY(lnt_copy(&source.value, &target.value));
            i++;
        }
    }
    for (size_t s = 0; s < lnt_net_n_running_stats(from); s++) {
        lnt_parameter source, target;
        LNT_TRY(lnt_net_running_stat(from, s, &source));
        LNT_TRY(lnt_net_running_stat(to, s, &target));
        LNT_TRY(lnt_copy(&source.value, &target.value));
    }
    return LNT_OK;
}

static double *at(const lnt_tensor *t, size_t i, size_t j)
{
    return lnt_tensor_ptr(t, i, j);
}

static void fold_inputs(const lnt_scaler *scaler, const lnt_tensor *w, const lnt_tensor *b)
{
    const double *offset = lnt_scaler_offset(scaler), *scale = lnt_scaler_scale(scaler);
    for (size_t i = 0; i < w->rows; i++) {
        for (size_t j = 0; j < w->cols; j++) {
            *at(w, i, j) /= scale[i];
            *at(b, 0, j) -= offset[i] * *at(w, i, j);
        }
    }
}

static void fold_targets(const lnt_scaler *scaler, const lnt_tensor *w, const lnt_tensor *b)
{
    const double *offset = lnt_scaler_offset(scaler), *scale = lnt_scaler_scale(scaler);
    for (size_t j = 0; j < w->cols; j++) {
        for (size_t i = 0; i < w->rows; i++) {
            *at(w, i, j) *= scale[j];
        }
        *at(b, 0, j) = *at(b, 0, j) * scale[j] + offset[j];
    }
}

static lnt_status fold(lnt_net *net, const lnt_model *model)
{
    lnt_parameter w, b;
    if (model->input_scaler != NULL) {
        LNT_TRY(lnt_net_parameter(net, 0, &w));
        LNT_TRY(lnt_net_parameter(net, 1, &b));
        fold_inputs(model->input_scaler, &w.value, &b.value);
    }
    if (model->target_scaler != NULL) {
        const size_t n_tensors = lnt_net_n_parameter_tensors(net);
        LNT_TRY(lnt_net_parameter(net, n_tensors - 2, &w));
        LNT_TRY(lnt_net_parameter(net, n_tensors - 1, &b));
        fold_targets(model->target_scaler, &w.value, &b.value);
    }
    return LNT_OK;
}

static lnt_status fold_to(lnt_net **folded, const lnt_model *model, lnt_net **exact)
{
    LNT_TRY(make_net(exact, model, LNT_F64));
    LNT_TRY(copy_net(*exact, model->net));
    LNT_TRY(fold(*exact, model));
    LNT_TRY(make_net(folded, model, lnt_net_dtype(model->net)));
    return copy_net(*folded, *exact);
}

lnt_status lnt_fold_scaling(lnt_net **folded, const lnt_model *model, const char *path,
                            lnt_error *error)
{
    *folded = NULL;
    LNT_TRY(check(model, path, error));
    lnt_net *exact = NULL;
    lnt_status status = fold_to(folded, model, &exact);
    lnt_net_destroy(exact);
    if (status == LNT_OK) {
        bool finite = false;
        const lnt_tensor parameters = lnt_net_parameters(*folded);
        status = lnt_all_finite(&parameters, &finite, NULL, NULL);
        status = status == LNT_OK && !finite ? LNT_ERR_NONFINITE : status;
    }
    if (status != LNT_OK) {
        lnt_net_destroy(*folded);
        *folded = NULL;
        return lnt_file_fail(error, status, path, "with the scaling folded into it: %s",
                             lnt_status_text(status));
    }
    return LNT_OK;
}
