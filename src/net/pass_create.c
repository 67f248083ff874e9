/* SPDX-License-Identifier: MIT */
#include "net/pass.h"

#include "net/net.h"

#include <limits.h>

lnt_pass_config lnt_pass_defaults(void)
{
    return (lnt_pass_config){.max_rows = 32, .mode = LNT_TRAINING};
}

/* The widest matrix between two layers; the inputs count only if their gradient is wanted. */
static size_t widest(const lnt_net *net, bool with_inputs)
{
    size_t width = with_inputs ? net->widths[0] : 0;
    for (size_t l = 1; l <= net->n_layers; l++) {
        width = net->widths[l] > width ? net->widths[l] : width;
    }
    return width;
}

/* One matrix [max_rows, cols]. */
static void *take_matrix(lnt_arena *arena, const lnt_net *net, size_t rows, size_t cols)
{
    size_t size;
    if (!lnt_multiply(rows, cols, &size)) {
        arena->overflow = true;
        return NULL;
    }
    return lnt_arena_take(arena, size, lnt_dtype_size(net->dtype));
}

/* Two buffers in turn, and one for each output that is needed later; NULLs while measuring. */
static void place_inference(lnt_arena *arena, const lnt_net *net, const lnt_pass_config *config,
                            lnt_tensor *activations)
{
    const size_t width = widest(net, false);
    void *buffers[2];
    buffers[0] = take_matrix(arena, net, config->max_rows, width);
    buffers[1] = net->n_layers > 1 ? take_matrix(arena, net, config->max_rows, width) : NULL;
    unsigned next = 0;
    for (size_t l = 0; l < net->n_layers; l++) {
        const bool kept = l + 1 < net->n_layers && net->comes_back[l + 1];
        void *data =
            kept ? take_matrix(arena, net, config->max_rows, net->widths[l + 1]) : buffers[next];
        next ^= !kept;
        if (activations != NULL) {
            activations[l].data = data;
        }
    }
}

/* What backward needs besides the activations; `pass` is NULL while measuring. */
static void place_training(lnt_arena *arena, const lnt_net *net, const lnt_pass_config *config,
                           lnt_pass *pass)
{
    const size_t size = lnt_dtype_size(net->dtype), layers = net->n_layers;
    const size_t width = widest(net, config->input_gradient);
    lnt_tensor *gradients = lnt_arena_take(arena, net->n_tensors, sizeof *gradients);
    lnt_tensor *caches = lnt_arena_take(arena, layers, sizeof *caches);
    void **onces = lnt_arena_take(arena, layers, sizeof *onces);
    void **skips = lnt_arena_take(arena, layers, sizeof *skips);
    if (pass != NULL) {
        pass->gradients = gradients;
        pass->caches = caches;
        pass->onces = onces;
        pass->skips = skips;
    }
    void *flat = lnt_arena_take(arena, net->n_parameters, size);
    for (size_t l = 0; l < layers; l++) {
        void *data = take_matrix(arena, net, config->max_rows, net->widths[l + 1]);
        void *cache = take_matrix(arena, net, config->max_rows, net->cache_cols[l]);
        void *once = lnt_arena_take(arena, net->cache_once[l], size);
        void *skip = net->layers[l].kind->has_span
                         ? take_matrix(arena, net, config->max_rows, net->widths[l + 1])
                         : NULL;
        if (pass != NULL) {
            pass->activations[l].data = data;
            caches[l] = lnt_tensor_of(net->dtype, cache, config->max_rows, net->cache_cols[l]);
            onces[l] = once;
            skips[l] = skip;
        }
    }
    void *first = take_matrix(arena, net, config->max_rows, width);
    void *second = layers > 1 || config->input_gradient
                       ? take_matrix(arena, net, config->max_rows, width)
                       : NULL;
    if (pass != NULL) {
        pass->flat_gradients = flat;
        pass->deltas[0] = first;
        pass->deltas[1] = second;
    }
}

/* Runs once to measure (returns NULL) and once to place. */
static lnt_pass *place(lnt_arena *arena, const lnt_net *net, const lnt_pass_config *config)
{
    lnt_pass *pass = lnt_arena_take(arena, 1, sizeof *pass);
    lnt_tensor *activations = lnt_arena_take(arena, net->n_layers, sizeof *activations);
    lnt_tensor *parameters =
        lnt_arena_take(arena, net->n_tensors + net->n_statistics, sizeof *parameters);
    if (pass != NULL) {
        pass->activations = activations;
        pass->parameters = parameters;
    }
    if (config->mode == LNT_INFERENCE) {
        place_inference(arena, net, config, pass != NULL ? activations : NULL);
    } else {
        place_training(arena, net, config, pass);
    }
    return pass;
}

static void describe(lnt_pass *pass, const lnt_net *net, const lnt_pass_config *config)
{
    pass->mode = config->mode;
    pass->input_gradient = config->input_gradient;
    pass->seed = config->seed;
    pass->dtype = net->dtype;
    pass->signature = net->signature;
    pass->max_rows = config->max_rows;
    pass->n_layers = net->n_layers;
    pass->n_tensors = net->n_tensors;
    pass->n_parameters = net->n_parameters;
    pass->n_statistics = net->n_statistics;
    for (size_t l = 0; l < net->n_layers; l++) {
        pass->activations[l] = lnt_tensor_of(net->dtype, pass->activations[l].data,
                                             config->max_rows, net->widths[l + 1]);
    }
    for (size_t i = 0; config->mode == LNT_TRAINING && i < net->n_tensors; i++) {
        pass->gradients[i] = lnt_net_view(net, i, pass->flat_gradients);
    }
}

lnt_status lnt_pass_create(lnt_pass **out, const lnt_net *net, const lnt_pass_config *config)
{
    if (out == NULL) {
        return LNT_ERR_NULL;
    }
    *out = NULL;
    if (net == NULL || config == NULL) {
        return LNT_ERR_NULL;
    }
    const bool inference = config->mode == LNT_INFERENCE;
    if (config->max_rows == 0 || (config->mode != LNT_TRAINING && !inference) ||
        (inference && config->input_gradient)) {
        return LNT_ERR_INVALID;
    }
    if (config->max_rows > INT_MAX) {
        return LNT_ERR_TOO_LARGE;
    }
    lnt_arena arena = {0};
    place(&arena, net, config);
    LNT_TRY(lnt_arena_open(&arena, config->allocator));
    lnt_pass *pass = place(&arena, net, config);
    pass->owner = lnt_owner_of(config->allocator);
    describe(pass, net, config);
    *out = pass;
    return LNT_OK;
}

void lnt_pass_destroy(lnt_pass *pass)
{
    if (pass != NULL) {
        lnt_owner_release(pass->owner, pass);
    }
}

size_t lnt_pass_max_rows(const lnt_pass *pass)
{
    return pass->max_rows;
}
