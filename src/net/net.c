/* SPDX-License-Identifier: MIT */
#include "net/net.h"

#include "layers/activation.h"

#include <limits.h>
#include <linnet/random.h>
#include <stdio.h>
#include <string.h>

lnt_net_config lnt_net_defaults(void)
{
    return (lnt_net_config){.dtype = LNT_F32};
}

lnt_tensor lnt_net_view(const lnt_net *net, size_t i, void *flat)
{
    const lnt_net_slot *slot = &net->slots[i];
    char *data = (char *) flat + slot->offset * lnt_dtype_size(net->dtype);
    return lnt_tensor_of(net->dtype, data, slot->rows, slot->cols);
}

/* FNV-1a over the numbers that decide shapes and functions. */
static void mix(uint64_t *hash, uint64_t value)
{
    for (int byte = 0; byte < 8; byte++) {
        *hash = (*hash ^ (value >> (8 * byte) & 0xFF)) * UINT64_C(0x100000001B3);
    }
}

/* Fields that a layer does not read must not tell two nets apart. */
static uint64_t signature_of(const lnt_net *net)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    mix(&hash, (uint64_t) net->dtype);
    mix(&hash, net->widths[0]);
    for (size_t l = 0; l < net->n_layers; l++) {
        const lnt_layer *layer = &net->layers[l];
        for (const char *c = layer->kind->name; *c != '\0'; c++) {
            mix(&hash, (uint64_t) *c);
        }
        mix(&hash, net->widths[l + 1]);
        mix(&hash, net->first_tensor[l + 1]);
        mix(&hash, (uint64_t) layer->activation);
        if (lnt_activation_kind_of(layer->activation)->needs_positive_alpha) {
            uint64_t alpha;
            memcpy(&alpha, &layer->alpha, sizeof alpha);
            mix(&hash, alpha);
        }
    }
    return hash;
}

/* Totals over the layers, found before anything is allocated. */
typedef struct totals {
    size_t tensors;
    size_t parameters;
} totals;

static lnt_status add_layer(const lnt_layer *layer, size_t *width, totals *sum,
                            lnt_layer_shape *shape)
{
    if (layer->kind == NULL) {
        return LNT_ERR_INVALID;
    }
    LNT_TRY(layer->kind->shape(layer, *width, shape));
    if (shape->outputs > INT_MAX) {
        return LNT_ERR_TOO_LARGE;
    }
    for (size_t t = 0; t < shape->n_tensors; t++) {
        size_t size;
        if (!lnt_multiply(shape->tensors[t].rows, shape->tensors[t].cols, &size) ||
            size > PTRDIFF_MAX / sizeof(double) - sum->parameters) {
            return LNT_ERR_TOO_LARGE;
        }
        sum->parameters += size;
        sum->tensors++;
    }
    *width = shape->outputs;
    return LNT_OK;
}

static lnt_status measure(const lnt_net_config *config, totals *sum)
{
    if (config->dtype != LNT_F32 && config->dtype != LNT_F64) {
        return LNT_ERR_DTYPE;
    }
    if (config->layers == NULL && config->n_layers > 0) {
        return LNT_ERR_NULL;
    }
    if (config->inputs == 0 || config->n_layers == 0) {
        return LNT_ERR_INVALID;
    }
    if (config->inputs > INT_MAX || config->n_layers > INT_MAX) {
        return LNT_ERR_TOO_LARGE;
    }
    size_t width = config->inputs;
    *sum = (totals){0, 0};
    for (size_t l = 0; l < config->n_layers; l++) {
        lnt_layer_shape shape;
        LNT_TRY(add_layer(&config->layers[l], &width, sum, &shape));
    }
    return LNT_OK;
}

/* Runs once to measure (returns NULL) and once to place. */
static lnt_net *place(lnt_arena *arena, const lnt_net_config *config, const totals *sum)
{
    lnt_net *net = lnt_arena_take(arena, 1, sizeof *net);
    lnt_layer *layers = lnt_arena_take(arena, config->n_layers, sizeof *layers);
    size_t *widths = lnt_arena_take(arena, config->n_layers + 1, sizeof *widths);
    size_t *first_tensor = lnt_arena_take(arena, config->n_layers + 1, sizeof *first_tensor);
    lnt_net_slot *slots = lnt_arena_take(arena, sum->tensors, sizeof *slots);
    void *parameters = lnt_arena_take(arena, sum->parameters, lnt_dtype_size(config->dtype));
    if (net != NULL) {
        net->layers = layers;
        net->widths = widths;
        net->first_tensor = first_tensor;
        net->slots = slots;
        net->parameters = parameters;
    }
    return net;
}

/* Fills the tables of a placed net; everything was validated by `measure`. */
static lnt_status describe(lnt_net *net, const lnt_net_config *config)
{
    totals sum = {0, 0};
    net->widths[0] = config->inputs;
    for (size_t l = 0; l < config->n_layers; l++) {
        lnt_layer_shape shape;
        size_t width = net->widths[l], offset = sum.parameters;
        net->layers[l] = config->layers[l];
        net->first_tensor[l] = sum.tensors;
        LNT_TRY(add_layer(&config->layers[l], &width, &sum, &shape));
        for (size_t t = 0; t < shape.n_tensors; t++) {
            net->slots[net->first_tensor[l] + t] = (lnt_net_slot){.name = shape.tensors[t].name,
                                                                  .layer = l,
                                                                  .rows = shape.tensors[t].rows,
                                                                  .cols = shape.tensors[t].cols,
                                                                  .offset = offset};
            offset += shape.tensors[t].rows * shape.tensors[t].cols;
        }
        net->widths[l + 1] = width;
    }
    net->first_tensor[config->n_layers] = sum.tensors;
    net->n_layers = config->n_layers;
    net->n_tensors = sum.tensors;
    net->n_parameters = sum.parameters;
    net->dtype = config->dtype;
    net->seed = config->seed;
    net->signature = signature_of(net);
    return LNT_OK;
}

/* A borrowed array may go away now; the layer can still be used to create another net. */
static void forget_array(lnt_init *init)
{
    if (init->kind == LNT_INIT_ARRAY) {
        *init = lnt_init_of(LNT_INIT_AUTO);
    }
}

static lnt_status initialise(lnt_net *net)
{
    for (size_t i = 0; i < net->n_tensors; i++) {
        const size_t l = net->slots[i].layer;
        lnt_tensor value = lnt_net_view(net, i, net->parameters);
        const uint64_t stream = LNT_STREAM_INIT + ((uint64_t) i << 8);
        LNT_TRY(net->layers[l].kind->init(&net->layers[l], i - net->first_tensor[l], net->seed,
                                          stream, &value));
    }
    for (size_t l = 0; l < net->n_layers; l++) {
        forget_array(&net->layers[l].weight_init);
        forget_array(&net->layers[l].bias_init);
    }
    return LNT_OK;
}

/* A net without parameter values. */
static lnt_status create_blank(lnt_net **out, const lnt_net_config *config)
{
    totals sum;
    LNT_TRY(measure(config, &sum));
    lnt_arena arena = {0};
    place(&arena, config, &sum);
    LNT_TRY(lnt_arena_open(&arena, config->allocator));
    lnt_net *net = place(&arena, config, &sum);
    net->owner = lnt_owner_of(config->allocator);
    const lnt_status status = describe(net, config);
    if (status != LNT_OK) {
        lnt_net_destroy(net);
        return status;
    }
    *out = net;
    return LNT_OK;
}

lnt_status lnt_net_create(lnt_net **out, const lnt_net_config *config)
{
    if (out == NULL) {
        return LNT_ERR_NULL;
    }
    *out = NULL;
    if (config == NULL) {
        return LNT_ERR_NULL;
    }
    lnt_net *net = NULL;
    LNT_TRY(create_blank(&net, config));
    const lnt_status status = initialise(net);
    if (status != LNT_OK) {
        lnt_net_destroy(net);
        return status;
    }
    *out = net;
    return LNT_OK;
}

lnt_status lnt_net_clone(lnt_net **copy, const lnt_net *net, const lnt_allocator *allocator)
{
    if (copy == NULL) {
        return LNT_ERR_NULL;
    }
    *copy = NULL;
    if (net == NULL) {
        return LNT_ERR_NULL;
    }
    const lnt_net_config config = {net->dtype,    net->widths[0], net->layers,
                                   net->n_layers, net->seed,      allocator};
    lnt_net *clone = NULL;
    LNT_TRY(create_blank(&clone, &config));
    memcpy(clone->parameters, net->parameters, net->n_parameters * lnt_dtype_size(net->dtype));
    *copy = clone;
    return LNT_OK;
}

void lnt_net_destroy(lnt_net *net)
{
    if (net != NULL) {
        lnt_owner_release(net->owner, net);
    }
}

lnt_dtype lnt_net_dtype(const lnt_net *net)
{
    return net->dtype;
}

size_t lnt_net_inputs(const lnt_net *net)
{
    return net->widths[0];
}

size_t lnt_net_outputs(const lnt_net *net)
{
    return net->widths[net->n_layers];
}

size_t lnt_net_n_layers(const lnt_net *net)
{
    return net->n_layers;
}

uint64_t lnt_net_seed(const lnt_net *net)
{
    return net->seed;
}

const lnt_layer *lnt_net_layer(const lnt_net *net, size_t i)
{
    return i < net->n_layers ? &net->layers[i] : NULL;
}

size_t lnt_net_layer_outputs(const lnt_net *net, size_t i)
{
    return i < net->n_layers ? net->widths[i + 1] : 0;
}

size_t lnt_net_n_parameters(const lnt_net *net)
{
    return net->n_parameters;
}

lnt_tensor lnt_net_parameters(lnt_net *net)
{
    return lnt_tensor_of(net->dtype, net->parameters, 1, net->n_parameters);
}

lnt_tensor lnt_net_parameters_read_only(const lnt_net *net)
{
    return lnt_tensor_read_only(net->dtype, net->parameters, 1, net->n_parameters);
}

size_t lnt_net_n_tensors(const lnt_net *net)
{
    return net->n_tensors;
}

lnt_status lnt_net_tensor(lnt_net *net, size_t i, lnt_parameter *parameter)
{
    if (net == NULL || parameter == NULL) {
        return LNT_ERR_NULL;
    }
    if (i >= net->n_tensors) {
        return LNT_ERR_INVALID;
    }
    const lnt_net_slot *slot = &net->slots[i];
    snprintf(parameter->name, sizeof parameter->name, "layers.%zu.%s", slot->layer, slot->name);
    parameter->layer = slot->layer;
    parameter->offset = slot->offset;
    parameter->value = lnt_net_view(net, i, net->parameters);
    return LNT_OK;
}
