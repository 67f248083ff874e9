/* SPDX-License-Identifier: MIT */
#include "optim/optim.h"

#include "net/net.h"
#include "net/pass.h"
#include "optim/gradient.h"
#include "optim/segments.h"

#include <math.h>
#include <string.h>

static const lnt_optim_ops *const table[] = {
    [LNT_SGD] = &lnt_optim_sgd,         [LNT_RMSPROP] = &lnt_optim_rmsprop,
    [LNT_ADAGRAD] = &lnt_optim_adagrad, [LNT_ADAM] = &lnt_optim_adam,
    [LNT_ADAMW] = &lnt_optim_adamw,     [LNT_NADAM] = &lnt_optim_nadam,
    [LNT_AMSGRAD] = &lnt_optim_amsgrad, [LNT_RPROP] = &lnt_optim_rprop,
    [LNT_MUON] = &lnt_optim_muon,
};

enum { N_KINDS = sizeof table / sizeof table[0] };

static const lnt_optim_ops *ops_of(lnt_optim_kind kind)
{
    return (unsigned) kind < N_KINDS ? table[kind] : NULL;
}

const char *lnt_optim_name(lnt_optim_kind kind)
{
    const lnt_optim_ops *ops = ops_of(kind);
    return ops != NULL ? ops->name : NULL;
}

lnt_status lnt_optim_find(const char *name, lnt_optim_kind *kind)
{
    if (name == NULL || kind == NULL) {
        return LNT_ERR_NULL;
    }
    for (unsigned i = 0; i < N_KINDS; i++) {
        if (strcmp(table[i]->name, name) == 0) {
            *kind = (lnt_optim_kind) i;
            return LNT_OK;
        }
    }
    return LNT_ERR_INVALID;
}

lnt_optim_config lnt_optim_of(lnt_optim_kind kind)
{
    lnt_optim_config config = {.kind = kind, .learning_rate = 0.01, .accumulate = 1};
    const lnt_optim_ops *ops = ops_of(kind);
    if (ops != NULL) {
        ops->defaults(&config);
    }
    return config;
}

lnt_optim_config lnt_optim_defaults(void)
{
    return lnt_optim_of(LNT_SGD);
}

static bool is_rate(double learning_rate)
{
    return learning_rate > 0 && isfinite(learning_rate);
}

static lnt_status check(const lnt_optim_ops *ops, const lnt_optim_config *config, size_t *n_states)
{
    if (ops == NULL || !is_rate(config->learning_rate) ||
        !lnt_is_weight(config->clip_value) || !lnt_is_weight(config->clip_norm) ||
        !lnt_is_share(config->ema_decay)) {
        return LNT_ERR_INVALID;
    }
    LNT_TRY(lnt_segments_check(config));
    return ops->states(config, n_states);
}

/* The largest matrix, and the largest square of a matrix's smaller side. */
static void measure_matrices(const lnt_net *net, size_t *matrix, size_t *square)
{
    *matrix = *square = 0;
    for (size_t i = 0; i < net->n_tensors; i++) {
        const lnt_net_slot *slot = &net->slots[i];
        const size_t size = slot->rows * slot->cols;
        const size_t side = slot->rows < slot->cols ? slot->rows : slot->cols;
        if (slot->role == LNT_ROLE_WEIGHT) {
            *matrix = size > *matrix ? size : *matrix;
            *square = side * side > *square ? side * side : *square;
        }
    }
}

/* Runs once to measure (returns NULL) and once to place. */
static lnt_optim *place(lnt_arena *arena, const lnt_net *net, const lnt_optim_ops *ops,
                        const lnt_optim_config *config, size_t n_states)
{
    const size_t count = net->n_parameters, size = lnt_dtype_size(net->dtype);
    size_t matrix = 0, square = 0;
    lnt_optim *optim = lnt_arena_take(arena, 1, sizeof *optim);
    lnt_segment *segments = lnt_arena_take(arena, net->n_tensors, sizeof *segments);
    void *states[LNT_OPTIM_MAX_STATES] = {NULL};
    for (size_t s = 0; s < n_states; s++) {
        states[s] = lnt_arena_take(arena, count, size);
    }
    void *gathered = config->accumulate > 1 ? lnt_arena_take(arena, count, size) : NULL;
    void *average = config->ema_decay > 0 ? lnt_arena_take(arena, count, size) : NULL;
    void *scratch = NULL;
    if (ops->takes_matrices) {
        measure_matrices(net, &matrix, &square);
        scratch = lnt_arena_take(arena, 2 * (matrix + square), size);
    }
    if (optim != NULL) {
        optim->segments = segments;
        memcpy(optim->states, states, sizeof states);
        optim->gathered = gathered;
        optim->average = average;
        optim->scratch = scratch;
        optim->scratch_matrix = matrix;
        optim->scratch_square = square;
    }
    return optim;
}

lnt_status lnt_optim_create(lnt_optim **out, const lnt_net *net, const lnt_optim_config *config)
{
    if (out == NULL) {
        return LNT_ERR_NULL;
    }
    *out = NULL;
    if (net == NULL || config == NULL) {
        return LNT_ERR_NULL;
    }
    const lnt_optim_ops *ops = ops_of(config->kind);
    size_t n_states = 0;
    LNT_TRY(check(ops, config, &n_states));
    lnt_arena arena = {0};
    place(&arena, net, ops, config, n_states);
    LNT_TRY(lnt_arena_open(&arena, config->allocator));
    lnt_optim *optim = place(&arena, net, ops, config, n_states);
    optim->owner = lnt_owner_of(config->allocator);
    optim->ops = ops;
    optim->n_segments = lnt_segments_fill(net, config, ops->takes_matrices, optim->segments);
    optim->config = *config;
    optim->config.groups = NULL; /* they live on in the segments */
    optim->config.n_groups = 0;
    optim->initial_rate = config->learning_rate;
    optim->dtype = net->dtype;
    optim->signature = net->signature;
    optim->n_parameters = net->n_parameters;
    optim->n_states = n_states;
    optim->gradient_norm = NAN;
    optim->momentum_product = 1;
    *out = optim;
    return LNT_OK;
}

void lnt_optim_destroy(lnt_optim *optim)
{
    if (optim != NULL) {
        lnt_owner_release(optim->owner, optim);
    }
}

static void *at(const lnt_optim *optim, const void *flat, size_t offset)
{
    return (char *) flat + offset * lnt_dtype_size(optim->dtype);
}

/* The 2-norm of the gradient of all that is not frozen. */
static double norm_of(const lnt_optim *optim, const void *gradients)
{
    const lnt_gradient_kernels *kernels = lnt_gradient_kernels_of(optim->dtype);
    double sum = 0;
    for (size_t i = 0; i < optim->n_segments; i++) {
        const lnt_segment *segment = &optim->segments[i];
        if (segment->rate > 0) {
            sum += kernels->sum_squares(segment->count, at(optim, gradients, segment->offset));
        }
    }
    return sqrt(sum);
}

/* Elements, then the norm, as PyTorch's clip_grad_value_ and clip_grad_norm_ do. */
static void clip(lnt_optim *optim, void *gradients)
{
    const lnt_gradient_kernels *kernels = lnt_gradient_kernels_of(optim->dtype);
    const size_t count = optim->n_parameters;
    if (optim->config.clip_value > 0) {
        kernels->clamp(count, optim->config.clip_value, gradients);
    }
    if (optim->config.clip_norm > 0) {
        optim->gradient_norm = norm_of(optim, gradients);
        const double factor = optim->config.clip_norm / (optim->gradient_norm + 1e-6);
        if (factor < 1) {
            kernels->scale(count, factor, gradients);
        }
    }
}

static lnt_status step_segment(lnt_optim *optim, const lnt_segment *segment, void *g, void *w)
{
    const lnt_gradient_kernels *kernels = lnt_gradient_kernels_of(optim->dtype);
    const double rate = optim->config.learning_rate * segment->rate;
    if (segment->l1 > 0 || segment->l2 > 0) {
        kernels->penalise(segment->count, segment->l1, segment->l2, w, g);
    }
    return optim->ops->step(optim, segment, rate, g, w);
}

static void move_average(lnt_optim *optim, const void *parameters)
{
    if (optim->average == NULL) {
        return;
    }
    if (optim->has_average) {
        lnt_gradient_kernels_of(optim->dtype)
            ->average(optim->n_parameters, optim->config.ema_decay, parameters, optim->average);
    } else {
        memcpy(optim->average, parameters, optim->n_parameters * lnt_dtype_size(optim->dtype));
        optim->has_average = true;
    }
}

/* Whether the gradients at hand complete a step; they become the mean of those gathered. */
static bool gather(lnt_optim *optim, void *gradients)
{
    const size_t wanted = optim->config.accumulate;
    if (wanted <= 1) {
        return true;
    }
    const bool last = ++optim->calls == wanted;
    lnt_gradient_kernels_of(optim->dtype)
        ->gather(optim->n_parameters, 1 / (double) wanted, gradients, optim->gathered, last);
    optim->calls = last ? 0 : optim->calls;
    return last;
}

lnt_status lnt_optim_step(lnt_optim *optim, lnt_net *net, lnt_pass *pass)
{
    if (optim == NULL || net == NULL || pass == NULL) {
        return LNT_ERR_NULL;
    }
    if (!pass->backward_done || optim->signature != net->signature ||
        pass->signature != net->signature) {
        return LNT_ERR_ORDER;
    }
    LNT_TRY(lnt_net_update_statistics(net, pass));
    if (!gather(optim, pass->flat_gradients)) {
        return LNT_OK;
    }
    clip(optim, pass->flat_gradients);
    optim->steps++;
    for (size_t i = 0; i < optim->n_segments; i++) {
        const lnt_segment *segment = &optim->segments[i];
        if (segment->rate > 0) {
            LNT_TRY(step_segment(optim, segment, at(optim, pass->flat_gradients, segment->offset),
                                 at(optim, net->parameters, segment->offset)));
        }
    }
    move_average(optim, net->parameters);
    return LNT_OK;
}

double lnt_optim_learning_rate(const lnt_optim *optim)
{
    return optim->config.learning_rate;
}

lnt_status lnt_optim_set_learning_rate(lnt_optim *optim, double learning_rate)
{
    if (optim == NULL) {
        return LNT_ERR_NULL;
    }
    if (!lnt_is_weight(learning_rate)) {
        return LNT_ERR_INVALID;
    }
    optim->config.learning_rate = learning_rate;
    return LNT_OK;
}

double lnt_optim_momentum(const lnt_optim *optim)
{
    return optim->ops->has_momentum ? optim->config.momentum
           : optim->ops->has_betas  ? optim->config.beta1
                                    : NAN;
}

lnt_status lnt_optim_set_momentum(lnt_optim *optim, double momentum)
{
    if (optim == NULL) {
        return LNT_ERR_NULL;
    }
    const double now = lnt_optim_momentum(optim);
    if (!lnt_is_share(momentum) || isnan(now)) {
        return LNT_ERR_INVALID;
    }
    if (optim->ops->has_momentum) {
        size_t before = optim->n_states, after;
        lnt_optim_config changed = optim->config;
        changed.momentum = momentum;
        LNT_TRY(optim->ops->states(&changed, &after));
        if (after > before) {
            return LNT_ERR_INVALID;
        }
        optim->config.momentum = momentum;
    } else {
        optim->config.beta1 = momentum;
    }
    return LNT_OK;
}

size_t lnt_optim_steps(const lnt_optim *optim)
{
    return optim->steps;
}

double lnt_optim_gradient_norm(const lnt_optim *optim)
{
    return optim->gradient_norm;
}

lnt_status lnt_optim_swap_average(lnt_optim *optim, lnt_net *net)
{
    if (optim == NULL || net == NULL) {
        return LNT_ERR_NULL;
    }
    if (!optim->has_average || optim->signature != net->signature) {
        return LNT_ERR_ORDER;
    }
    lnt_gradient_kernels_of(optim->dtype)
        ->swap(optim->n_parameters, optim->average, net->parameters);
    return LNT_OK;
}
