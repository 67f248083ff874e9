/* SPDX-License-Identifier: MIT */
#include "net/net.h"

#include "base/hash.h"
#include <limits.h>
#include <linnet/random.h>
#include <string.h>

lnt_net_config lnt_net_defaults(void)
{
    return (lnt_net_config){.dtype = LNT_F32};
}

lnt_tensor lnt_net_view(const lnt_net *net, size_t i, void *flat)
{
    const lnt_net_slot *slot = &net->slots[i];
    char *data = (char *) flat + slot->offset * lnt_dtype_size(net->dtype);
    return lnt_tensor_view(net->dtype, data, slot->rows, slot->cols);
}

static uint64_t signature_of(const lnt_net *net)
{
    uint64_t hash = LNT_HASH_SEED;
    lnt_hash_u64(&hash, (uint64_t) net->dtype);
    lnt_hash_u64(&hash, net->widths[0]);
    for (size_t l = 0; l < net->n_layers; l++) {
        lnt_hash_u64(&hash, lnt_layer_signature(&net->layers[l]));
        lnt_hash_u64(&hash, net->widths[l + 1]);
        lnt_hash_u64(&hash, net->first_tensor[l + 1]);
    }
    return hash;
}

/* Totals over the layers, found before anything is allocated. */
typedef struct totals {
    size_t tensors;
    size_t parameters;
    size_t statistics; /* tensors */
    size_t state;      /* elements of statistics; with `parameters` those of the state */
} totals;

static lnt_status add_tensors(const lnt_tensor_shape *tensors, size_t count, size_t *elements)
{
    for (size_t t = 0; t < count; t++) {
        size_t size;
        if (!lnt_multiply(tensors[t].rows, tensors[t].cols, &size) ||
            size > PTRDIFF_MAX / (2 * sizeof(double)) - *elements) {
            return LNT_ERR_TOO_LARGE;
        }
        *elements += size;
    }
    return LNT_OK;
}

/* Settles the layer's description, and adds what it needs to `sum`. */
static lnt_status add_layer(lnt_layer *layer, size_t *width, totals *sum, lnt_layer_shape *shape)
{
    if (layer->kind == NULL) {
        return LNT_ERR_INVALID;
    }
    *shape = (lnt_layer_shape){0};
    LNT_TRY(layer->kind->shape(layer, *width, shape));
    if (shape->outputs > INT_MAX || shape->cache_cols > INT_MAX) {
        return LNT_ERR_TOO_LARGE;
    }
    LNT_TRY(add_tensors(shape->tensors, shape->n_tensors, &sum->parameters));
    LNT_TRY(add_tensors(shape->statistics, shape->n_statistics, &sum->state));
    sum->tensors += shape->n_tensors;
    sum->statistics += shape->n_statistics;
    *width = shape->outputs;
    return LNT_OK;
}

static lnt_status check(const lnt_net_config *config)
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
    return config->inputs > INT_MAX || config->n_layers > LNT_MAX_LAYERS ? LNT_ERR_TOO_LARGE
                                                                         : LNT_OK;
}

static lnt_status measure(const lnt_net_config *config, totals *sum)
{
    LNT_TRY(check(config));
    size_t width = config->inputs;
    *sum = (totals){0};
    for (size_t l = 0; l < config->n_layers; l++) {
        lnt_layer_shape shape;
        lnt_layer layer = config->layers[l];
        LNT_TRY(add_layer(&layer, &width, sum, &shape));
    }
    return LNT_OK;
}

/* Runs once to measure (returns NULL) and once to place. */
static lnt_net *place(lnt_arena *arena, const lnt_net_config *config, const totals *sum)
{
    const size_t count = config->n_layers;
    lnt_net *net = lnt_arena_take(arena, 1, sizeof *net);
    lnt_layer *layers = lnt_arena_take(arena, count, sizeof *layers);
    size_t *widths = lnt_arena_take(arena, count + 1, sizeof *widths);
    size_t *first_tensor = lnt_arena_take(arena, count + 1, sizeof *first_tensor);
    size_t *first_statistic = lnt_arena_take(arena, count + 1, sizeof *first_statistic);
    size_t *cache_cols = lnt_arena_take(arena, count, sizeof *cache_cols);
    size_t *cache_once = lnt_arena_take(arena, count, sizeof *cache_once);
    bool *comes_back = lnt_arena_take(arena, count, sizeof *comes_back);
    lnt_net_slot *slots = lnt_arena_take(arena, sum->tensors + sum->statistics, sizeof *slots);
    void *parameters =
        lnt_arena_take(arena, sum->parameters + sum->state, lnt_dtype_size(config->dtype));
    (void) lnt_arena_take(arena, 1,
                          LNT_ALIGNMENT); /* products read vectors, also of the last row */
    if (net != NULL) {
        net->layers = layers;
        net->widths = widths;
        net->first_tensor = first_tensor;
        net->first_statistic = first_statistic;
        net->cache_cols = cache_cols;
        net->cache_once = cache_once;
        net->comes_back = comes_back;
        net->slots = slots;
        net->parameters = parameters;
    }
    return net;
}

static void add_slots(lnt_net *net, size_t l, const lnt_tensor_shape *tensors, size_t count,
                      size_t first, size_t offset)
{
    for (size_t t = 0; t < count; t++) {
        net->slots[first + t] = (lnt_net_slot){.name = tensors[t].name,
                                               .role = tensors[t].role,
                                               .layer = l,
                                               .rows = tensors[t].rows,
                                               .cols = tensors[t].cols,
                                               .offset = offset};
        offset += tensors[t].rows * tensors[t].cols;
    }
}

/* Notes what a residual layer comes back to, if it is there and as wide as what it is added to. */
static lnt_status note_span(lnt_net *net, size_t l)
{
    const lnt_layer *layer = &net->layers[l];
    if (!layer->kind->has_span) {
        return LNT_OK;
    }
    if (layer->skip_depth == 0 || layer->skip_depth > l) {
        return LNT_ERR_INVALID;
    }
    if (net->widths[l - layer->skip_depth] != net->widths[l + 1]) {
        return LNT_ERR_SHAPE;
    }
    net->comes_back[l - layer->skip_depth] = true;
    return LNT_OK;
}

/* Fills the tables of a placed net; `measure` has validated all but what lies between layers. */
static lnt_status describe(lnt_net *net, const lnt_net_config *config, const totals *all)
{
    totals sum = {0};
    net->widths[0] = config->inputs;
    for (size_t l = 0; l < config->n_layers; l++) {
        const totals before = sum;
        lnt_layer_shape shape;
        net->layers[l] = config->layers[l];
        size_t width = net->widths[l];
        LNT_TRY(add_layer(&net->layers[l], &width, &sum, &shape));
        net->widths[l + 1] = width;
        LNT_TRY(note_span(net, l));
        net->first_tensor[l] = before.tensors;
        net->first_statistic[l] = before.statistics;
        net->cache_cols[l] = shape.cache_cols;
        net->cache_once[l] = shape.cache_once;
        add_slots(net, l, shape.tensors, shape.n_tensors, before.tensors, before.parameters);
        add_slots(net, l, shape.statistics, shape.n_statistics, all->tensors + before.statistics,
                  all->parameters + before.state);
    }
    net->first_tensor[config->n_layers] = sum.tensors;
    net->first_statistic[config->n_layers] = sum.statistics;
    net->n_layers = config->n_layers;
    net->n_tensors = sum.tensors;
    net->n_parameters = sum.parameters;
    net->n_statistics = sum.statistics;
    net->n_state = sum.parameters + sum.state;
    net->dtype = config->dtype;
    net->seed = config->seed;
    net->signature = signature_of(net);
    return LNT_OK;
}

/* A borrowed array may go away now; the layer can still be used to create another net. */
static void forget_array(lnt_init *init)
{
    if (init->kind == LNT_INIT_ARRAY) {
        *init = lnt_init_defaults(LNT_INIT_AUTO);
    }
}

/* The activation that follows the weights of layer `l`; NULL if there is none before the next. */
static const lnt_layer *next_activation(const lnt_net *net, size_t l)
{
    for (size_t k = l; k < net->n_layers; k++) {
        const lnt_layer *layer = &net->layers[k];
        const bool active = layer->kind->is_leaky ||
                            (layer->kind->has_activation && layer->activation != LNT_IDENTITY);
        if (active && (k == l || !net->layers[k].kind->has_weights)) {
            return layer;
        }
        if (k > l && !layer->kind->is_transparent) {
            return NULL;
        }
    }
    return NULL;
}

static lnt_status set_statistics(lnt_net *net)
{
    for (size_t i = 0; i < net->n_statistics; i++) {
        const lnt_net_slot *slot = &net->slots[net->n_tensors + i];
        const lnt_layer_kind *kind = net->layers[slot->layer].kind;
        lnt_tensor value = lnt_net_view(net, net->n_tensors + i, net->parameters);
        LNT_TRY(lnt_fill(kind->first_statistic(i - net->first_statistic[slot->layer]), &value));
    }
    return LNT_OK;
}

static lnt_status initialise(lnt_net *net)
{
    for (size_t i = 0; i < net->n_tensors; i++) {
        const size_t l = net->slots[i].layer;
        lnt_tensor value = lnt_net_view(net, i, net->parameters);
        const uint64_t stream = LNT_STREAM_INIT + ((uint64_t) i << 8);
        LNT_TRY(net->layers[l].kind->init(&net->layers[l], next_activation(net, l),
                                          i - net->first_tensor[l], net->seed, stream, &value));
    }
    for (size_t l = 0; l < net->n_layers; l++) {
        forget_array(&net->layers[l].weight_init);
        forget_array(&net->layers[l].bias_init);
    }
    return set_statistics(net);
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
    const lnt_status status = describe(net, config, &sum);
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
    memcpy(clone->parameters, net->parameters, net->n_state * lnt_dtype_size(net->dtype));
    *copy = clone;
    return LNT_OK;
}

void lnt_net_destroy(lnt_net *net)
{
    if (net != NULL) {
        lnt_owner_release(net->owner, net);
    }
}
