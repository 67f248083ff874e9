/* SPDX-License-Identifier: MIT */
#include "exchange/torch/modules.h"

#include "base/files/file_error.h"

#include <linnet/io.h>
#include <linnet/text.h>
#include <stdio.h>
#include <string.h>

#define MODULE_TEXT 192 /* size of the longest module */

static bool is(const lnt_layer *layer, const char *name)
{
    return strcmp(lnt_layer_name(layer), name) == 0;
}

size_t lnt_torch_n_modules(const lnt_layer *layer)
{
    return is(layer, "dense") && layer->activation != LNT_IDENTITY ? 2 : 1;
}

/* NULL: no such module; "%s" is the activation's alpha. */
static const char *const activations[] = {
    [LNT_IDENTITY] = "nn.Identity()",
    [LNT_RELU] = "nn.ReLU()",
    [LNT_LEAKY_RELU] = "nn.LeakyReLU(%s)",
    [LNT_TANH] = "nn.Tanh()",
    [LNT_SIGMOID] = "nn.Sigmoid()",
    [LNT_ELU] = "nn.ELU(%s)",
    [LNT_SELU] = "nn.SELU()",
    [LNT_GELU] = "nn.GELU()",
    [LNT_GELU_TANH] = "nn.GELU(approximate='tanh')",
    [LNT_SILU] = "nn.SiLU()",
    [LNT_SOFTPLUS] = "nn.Softplus()",
    [LNT_SOFTSIGN] = "nn.Softsign()",
    [LNT_HARD_SIGMOID] = "nn.Hardsigmoid()",
    [LNT_HARD_SWISH] = "nn.Hardswish()",
    [LNT_SINE] = NULL,
};

/* NULL, or why the layer has no such module. */
static const char *fault_of(const lnt_layer *layer)
{
    if (is(layer, "residual")) {
        return "nn.Sequential has no module that goes around others";
    }
    if ((is(layer, "dense") || is(layer, "activation")) && activations[layer->activation] == NULL) {
        return "nn.Sequential has no module for its activation";
    }
    if (is(layer, "batch_norm") && layer->gain != layer->bias) {
        return "nn.BatchNorm1d has both a gain and a bias, or neither";
    }
    if (is(layer, "layer_norm") && layer->bias && !layer->gain) {
        return "nn.LayerNorm has no bias without a gain";
    }
    return NULL;
}

lnt_status lnt_torch_modules_check(const lnt_net *net, const char *path, lnt_error *error)
{
    for (size_t l = 0; l < lnt_net_n_layers(net); l++) {
        const lnt_layer *layer = lnt_net_layer(net, l);
        const char *fault = fault_of(layer);
        if (fault != NULL) {
            return lnt_file_fail(error, LNT_ERR_INVALID, path, "layer %zu (%s): %s", l,
                                 lnt_layer_name(layer), fault);
        }
    }
    return LNT_OK;
}

static lnt_status activation_text(const lnt_layer *layer, char *text, size_t size)
{
    const char *form = activations[layer->activation];
    const char *hole = strstr(form, "%s");
    if (hole == NULL) {
        (void) snprintf(text, size, "%s", form);
        return LNT_OK;
    }
    char alpha[LNT_FORMAT_NUMBER_LENGTH];
    LNT_TRY(lnt_format_number(layer->alpha, alpha));
    (void) snprintf(text, size, "%.*s%s%s", (int) (hole - form), form, alpha, hole + 2);
    return LNT_OK;
}

static lnt_status norm_text(const lnt_layer *layer, size_t cols, char *text, size_t size)
{
    char epsilon[LNT_FORMAT_NUMBER_LENGTH], momentum[LNT_FORMAT_NUMBER_LENGTH];
    LNT_TRY(lnt_format_number(layer->epsilon, epsilon));
    if (is(layer, "batch_norm")) {
        LNT_TRY(lnt_format_number(layer->momentum, momentum));
        (void) snprintf(text, size, "nn.BatchNorm1d(%zu, eps=%s, momentum=%s%s)", cols, epsilon,
                        momentum, layer->gain ? "" : ", affine=False");
        return LNT_OK;
    }
    const bool rms = is(layer, "rms_norm");
    const char *affine = !layer->gain         ? ", elementwise_affine=False"
                         : layer->bias || rms ? ""
                                              : ", bias=False";
    (void) snprintf(text, size, "nn.%s(%zu, eps=%s%s)", rms ? "RMSNorm" : "LayerNorm", cols,
                    epsilon, affine);
    return LNT_OK;
}

/* The activation of a dense layer is a separate module. */
static lnt_status module_text(const lnt_layer *layer, size_t inputs, char *text, size_t size)
{
    if (is(layer, "dense")) {
        (void) snprintf(text, size, "nn.Linear(%zu, %zu%s)", inputs, layer->units,
                        layer->bias ? "" : ", bias=False");
        return LNT_OK;
    }
    if (is(layer, "activation")) {
        return activation_text(layer, text, size);
    }
    if (is(layer, "prelu")) {
        (void) snprintf(text, size, "nn.PReLU(%zu)", inputs);
        return LNT_OK;
    }
    if (is(layer, "dropout")) {
        char rate[LNT_FORMAT_NUMBER_LENGTH];
        LNT_TRY(lnt_format_number(layer->rate, rate));
        (void) snprintf(text, size, "nn.Dropout(%s)", rate);
        return LNT_OK;
    }
    return norm_text(layer, inputs, text, size);
}

static lnt_status append_layer(const lnt_layer *layer, size_t inputs, char **end)
{
    char text[MODULE_TEXT];
    LNT_TRY(module_text(layer, inputs, text, sizeof text));
    *end = stpcpy(*end, text);
    if (lnt_torch_n_modules(layer) == 2) {
        LNT_TRY(activation_text(layer, text, sizeof text));
        *end = stpcpy(stpcpy(*end, ", "), text);
    }
    return LNT_OK;
}

lnt_status lnt_torch_modules_text(const lnt_net *net, char **text)
{
    static const char head[] = "nn.Sequential(";
    size_t modules = 1; /* for head and tail */
    for (size_t l = 0; l < lnt_net_n_layers(net); l++) {
        modules += lnt_torch_n_modules(lnt_net_layer(net, l));
    }
    *text = lnt_allocate(NULL, modules, MODULE_TEXT + 2);
    if (*text == NULL) {
        return LNT_ERR_MEMORY;
    }
    char *end = stpcpy(*text, head);
    size_t inputs = lnt_net_inputs(net);
    for (size_t l = 0; l < lnt_net_n_layers(net); l++) {
        const lnt_status status = append_layer(lnt_net_layer(net, l), inputs, &end);
        if (status != LNT_OK) {
            lnt_release(NULL, *text);
            *text = NULL;
            return status;
        }
        end = stpcpy(end, l + 1 < lnt_net_n_layers(net) ? ", " : ")");
        inputs = lnt_net_layer_outputs(net, l);
    }
    return LNT_OK;
}
