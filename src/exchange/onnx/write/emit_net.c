/* SPDX-License-Identifier: MIT */
#include "exchange/onnx/write/emit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The state of converting layers to nodes. */
typedef struct walk {
    lnt_onnx_builder *b;
    lnt_net *net;
    const char **inputs; /* [layers]: the input of each layer */
} walk;

/* --- parameters --- */

/* The tensor of that name in layer `l`; false if the layer has none. */
static bool find(const walk *w, size_t l, const char *name, lnt_parameter *p)
{
    char full[sizeof p->name];
    (void) snprintf(full, sizeof full, "layers.%zu.%s", l, name);
    for (size_t i = 0; i < lnt_net_n_parameter_tensors(w->net); i++) {
        if (lnt_net_parameter(w->net, i, p) == LNT_OK && strcmp(p->name, full) == 0) {
            return true;
        }
    }
    for (size_t i = 0; i < lnt_net_n_running_stats(w->net); i++) {
        if (lnt_net_running_stat(w->net, i, p) == LNT_OK && strcmp(p->name, full) == 0) {
            return true;
        }
    }
    return false;
}

/* The constant of a parameter; NULL if the layer has none of that name. */
static const char *parameter(const walk *w, size_t l, const char *name)
{
    lnt_parameter p;
    return find(w, l, name, &p)
               ? lnt_onnx_parameter(w->b, name, &p.value, p.role == LNT_ROLE_WEIGHT)
               : NULL;
}

/* --- kinds of layers --- */

static const char *dense(const walk *w, size_t l, const lnt_layer *layer, const char *x)
{
    const char *weight = parameter(w, l, "weight"), *bias = parameter(w, l, "bias");
    const char *z = lnt_onnx_add_node(w->b, bias != NULL ? "Gemm" : "MatMul", x, weight, bias);
    return lnt_onnx_emit_activation(w->b, layer->activation, layer->alpha, z);
}

static const char *activation(const walk *w, size_t l, const lnt_layer *layer, const char *x)
{
    (void) l;
    return lnt_onnx_emit_activation(w->b, layer->activation, layer->alpha, x);
}

static const char *prelu(const walk *w, size_t l, const lnt_layer *layer, const char *x)
{
    (void) layer;
    return lnt_onnx_emit_prelu(w->b, parameter(w, l, "weight"), x);
}

static const char *dropout(const walk *w, size_t l, const lnt_layer *layer, const char *x)
{
    (void) w, (void) l, (void) layer;
    return x;
}

/* Epsilon is a float even in f64: it is rounded down, and the rounding error is added to the
 * variance. */
static const char *variance(const walk *w, size_t l, double epsilon, float *rounded)
{
    *rounded = (float) epsilon;
    if (w->b->dtype == LNT_F32) {
        return parameter(w, l, "running_var");
    }
    if ((double) *rounded > epsilon) {
        *rounded = nextafterf(*rounded, 0);
    }
    lnt_parameter p;
    double *copy = NULL;
    if (find(w, l, "running_var", &p)) {
        copy = lnt_pool_take(&w->b->pool, p.value.cols, sizeof *copy);
    }
    for (size_t j = 0; copy != NULL && j < p.value.cols; j++) {
        copy[j] = ((const double *) p.value.data)[j] + (epsilon - (double) *rounded);
    }
    return copy != NULL ? lnt_onnx_vector(w->b, "running_var", copy, p.value.cols) : "";
}

static const char *batch_norm(const walk *w, size_t l, const lnt_layer *layer, const char *x)
{
    const size_t cols = lnt_net_layer_outputs(w->net, l);
    const char *gain = parameter(w, l, "weight"), *bias = parameter(w, l, "bias");
    float epsilon;
    const char *const inputs[] = {
        x,
        gain != NULL ? gain : lnt_onnx_full(w->b, "gain", 1, cols),
        bias != NULL ? bias : lnt_onnx_full(w->b, "bias", 0, cols),
        parameter(w, l, "running_mean"),
        variance(w, l, layer->epsilon, &epsilon),
    };
    const char *y = lnt_onnx_add_node_n(w->b, "BatchNormalization", inputs, 5);
    lnt_onnx_put_float(w->b, "epsilon", (double) epsilon);
    lnt_onnx_put_float(w->b, "momentum", 1 - layer->momentum);
    return y;
}

/* The mean of x, or of its squares, in each row. */
static const char *row_mean(const walk *w, const char *x)
{
    const char *mean = lnt_onnx_add_node(w->b, "ReduceMean", x, NULL, NULL);
    lnt_onnx_put_ints(w->b, "axes", 1);
    lnt_onnx_put_int(w->b, "keepdims", 1);
    return mean;
}

/* x / √(mean of x² + epsilon), times the gain, plus the bias. */
static const char *row_norm(const walk *w, size_t l, const lnt_layer *layer, const char *x)
{
    lnt_onnx_builder *b = w->b;
    const char *mean = row_mean(w, lnt_onnx_add_node(b, "Mul", x, x, NULL));
    mean = lnt_onnx_add_node(b, "Add", mean, lnt_onnx_scalar(b, layer->epsilon), NULL);
    const char *y =
        lnt_onnx_add_node(b, "Div", x, lnt_onnx_add_node(b, "Sqrt", mean, NULL, NULL), NULL);
    const char *gain = parameter(w, l, "weight"), *bias = parameter(w, l, "bias");
    y = gain != NULL ? lnt_onnx_add_node(b, "Mul", y, gain, NULL) : y;
    return bias != NULL ? lnt_onnx_add_node(b, "Add", y, bias, NULL) : y;
}

static const char *layer_norm(const walk *w, size_t l, const lnt_layer *layer, const char *x)
{
    return row_norm(w, l, layer, lnt_onnx_add_node(w->b, "Sub", x, row_mean(w, x), NULL));
}

static const char *residual(const walk *w, size_t l, const lnt_layer *layer, const char *x)
{
    return lnt_onnx_add_node(w->b, "Add", w->inputs[l - layer->skip_depth], x, NULL);
}

static const struct {
    const char *kind; /* as lnt_layer_name says */
    const char *(*emit)(const walk *w, size_t l, const lnt_layer *layer, const char *x);
} emitters[] = {
    {"dense", dense},       {"activation", activation}, {"prelu", prelu},
    {"dropout", dropout},   {"batch_norm", batch_norm}, {"layer_norm", layer_norm},
    {"rms_norm", row_norm}, {"residual", residual},
};

enum { N_EMITTERS = sizeof emitters / sizeof emitters[0] };

const char *lnt_onnx_emit_net(lnt_onnx_builder *builder, lnt_net *net, const char *x)
{
    walk w = {builder, net, lnt_pool_take(&builder->pool, lnt_net_n_layers(net), sizeof x)};
    for (size_t l = 0; w.inputs != NULL && l < lnt_net_n_layers(net); l++) {
        const lnt_layer *layer = lnt_net_layer(net, l);
        lnt_onnx_set_prefix(builder, lnt_pool_text(&builder->pool, "layers.%zu", l));
        w.inputs[l] = x;
        for (size_t i = 0; i < N_EMITTERS; i++) {
            if (strcmp(emitters[i].kind, lnt_layer_name(layer)) == 0) {
                x = emitters[i].emit(&w, l, layer, x);
                break;
            }
        }
    }
    return x;
}
