/* SPDX-License-Identifier: MIT */
#include "optim/kfac/kfac.h"

#include "optim/first_order/flat.h"

#include <math.h>

/*
 * K-FAC, block-diagonal: Martens, Grosse, ICML 2015. The Fisher matrix F, which is the Gauss-Newton
 * matrix of these losses, is taken for one block A⊗G a layer: A = E[ā·āᵀ] of the layer's inputs
 * with a 1 behind, G = E[g·gᵀ] of dL/dz for targets drawn from the net's own distribution; both
 * averages with decay min(1 − 1/t, factor_decay). With γ = √(λ + l2) and π² the ratio of their mean
 * eigenvalues the direction is Δ = −(A + π·γ)⁻¹·∇W·(G + γ/π)⁻¹.
 *
 * On whole data the step is δ = α·Δ + μ·δ_last where M(δ) = ½·δᵀ·(F + λ + l2)·δ + ∇ᵀ·δ is least,
 * with F exact. Every five steps ρ = (change of the loss)/M(δ) moves λ by (19/20)^5: down above
 * 3/4, up below 1/4. A step that does not lessen the loss is taken back and tried anew with
 * more damping, without δ_last.
 *
 * On a part of the data v = momentum·v + ν·Δ and w += η·v, where ν = min(1, √(kl_clip/(η²·|Δᵀ·∇|)))
 * holds the change of what the net says: Ba, Grosse, Martens, ICLR 2017. λ stays.
 */

enum { ADAPT_PERIOD = 5, TRIES = 14, WARM_UP = 3 };
static const double adapt = 0.7737809375; /* (19/20)^5 */
static const double retry = 4;            /* λ's factor after one that was taken back */
static const double most_lambda = 1e20, least_lambda = 1e-20;

/* --- places --- */

size_t lnt_kfac_blocks(const lnt_net *net, lnt_kfac_block *blocks, size_t *elements)
{
    size_t count = 0, at = 0;
    for (size_t i = 0; i < net->n_tensors; i++) {
        const lnt_net_slot *slot = &net->slots[i];
        if (slot->role != LNT_ROLE_WEIGHT) {
            continue;
        }
        const bool bias = net->layers[slot->layer].bias;
        const size_t inputs = slot->rows + bias, outputs = slot->cols;
        if (blocks != NULL) {
            blocks[count] = (lnt_kfac_block){.layer = slot->layer,
                                             .slot = i,
                                             .inputs = inputs,
                                             .outputs = outputs,
                                             .bias = bias,
                                             .a = at,
                                             .g = at + inputs * inputs};
        }
        at += inputs * inputs + outputs * outputs;
        count++;
    }
    *elements = at;
    return count;
}

/* Rows that the point takes at once: so many that its memory is bounded. */
static size_t chunk_of(const lnt_optim_config *config, const lnt_net *net)
{
    enum { ELEMENTS = 1 << 21, LEAST = 64 };
    size_t widths = 0;
    for (size_t l = 0; l <= net->n_layers; l++) {
        widths += net->widths[l];
    }
    size_t rows = widths > 0 ? ELEMENTS / widths : ELEMENTS;
    rows = rows > LEAST ? rows : LEAST;
    return rows < config->max_rows ? rows : config->max_rows;
}

static void *place(lnt_arena *arena, const lnt_optim_config *config, const lnt_net *net,
                   const lnt_optim_sizes *sizes)
{
    (void) sizes;
    const size_t size = lnt_dtype_size(net->dtype), outputs = net->widths[net->n_layers];
    size_t elements, widest = 0, largest = 0;
    for (size_t i = 0; i < net->n_tensors; i++) {
        const size_t inputs = net->slots[i].rows + 1, weights = inputs * net->slots[i].cols;
        widest = inputs > widest ? inputs : widest;
        largest = weights > largest ? weights : largest;
    }
    lnt_kfac *k = lnt_arena_take(arena, 1, sizeof *k), none;
    lnt_kfac *to = k != NULL ? k : &none;
    to->chunk = chunk_of(config, net);
    to->blocks = lnt_arena_take(arena, net->n_tensors, sizeof *to->blocks);
    to->n_blocks = lnt_kfac_blocks(net, to->blocks, &elements);
    to->point = lnt_point_place(arena, net, to->chunk, LNT_POINT_PUSH);
    to->inputs = lnt_arena_take(arena, to->chunk, widest * size);
    to->seed = lnt_arena_take(arena, to->chunk, outputs * size);
    to->along = lnt_arena_take(arena, to->chunk, outputs * size);
    to->share = lnt_arena_take(arena, outputs, sizeof(double));
    to->mean = lnt_arena_take(arena, outputs, sizeof(double));
    to->gradient = lnt_flat_take(arena, net);
    to->direction = lnt_flat_take(arena, net);
    to->step = lnt_flat_take(arena, net);
    to->turned = lnt_arena_take(arena, largest, size);
    return k;
}

static void needs(const lnt_optim_config *config, const lnt_net *net, lnt_optim_needs *needs)
{
    (void) config;
    size_t elements;
    lnt_kfac_blocks(net, NULL, &elements);
    needs->states[LNT_KFAC_FACTORS] = elements;
    needs->states[LNT_KFAC_CHOLESKY] = elements;
    needs->states[LNT_KFAC_LAST] = net->n_parameters;
    needs->numbers = LNT_KFAC_NUMBERS;
}

/* --- on whole data --- */

static void set_lambda(lnt_optim *optim, double lambda)
{
    optim->numbers[LNT_KFAC_LAMBDA] = fmin(fmax(lambda, least_lambda), most_lambda);
}

/* By how well the model foretold the change of the loss. */
static void adapt_lambda(lnt_optim *optim, double change, double predicted)
{
    const double ratio = change / predicted, lambda = optim->numbers[LNT_KFAC_LAMBDA];
    if ((optim->steps + 1) % ADAPT_PERIOD == 0 && ratio > 0.75) {
        set_lambda(optim, lambda * adapt);
    } else if ((optim->steps + 1) % ADAPT_PERIOD == 0 && ratio < 0.25) {
        set_lambda(optim, lambda / adapt);
    }
}

/* The step by the model, and the loss there: NaN if the model sees none that lessens it. */
static lnt_status try_step(lnt_optim *optim, lnt_net *net, lnt_pass *pass,
                           const lnt_optim_batch *batch, bool last, double *predicted,
                           double *value)
{
    lnt_kfac *k = optim->work;
    lnt_kfac_least least;
    *value = NAN;
    LNT_TRY(lnt_kfac_precondition(optim, net));
    LNT_TRY(lnt_kfac_model(optim, net, batch, last, &least));
    *predicted = least.value;
    if (!(least.value < 0)) {
        return LNT_OK;
    }
    void *delta = optim->states[LNT_KFAC_LAST];
    LNT_TRY(lnt_flat_scale(optim, least.mu, delta));
    LNT_TRY(lnt_flat_add(optim, least.alpha, k->direction, delta));
    lnt_flat_copy(optim, optim->before, k->step);
    LNT_TRY(lnt_flat_add(optim, 1, delta, k->step));
    return lnt_optim_look(optim, net, pass, batch, k->step, k->direction, value);
}

static lnt_status step_whole(lnt_optim *optim, lnt_net *net, lnt_pass *pass,
                             const lnt_optim_batch *batch, double value, lnt_optim_outcome *outcome)
{
    double trial, predicted;
    for (int tries = 0; tries < TRIES; tries++) {
        LNT_TRY(
            try_step(optim, net, pass, batch, tries == 0 && optim->steps > 0, &predicted, &trial));
        if (trial < value) {
            adapt_lambda(optim, trial - value, predicted);
            outcome->value = optim->loss;
            outcome->evaluated = true;
            return LNT_OK;
        }
        lnt_flat_copy(optim, optim->before, net->parameters);
        set_lambda(optim, optim->numbers[LNT_KFAC_LAMBDA] * retry);
        LNT_TRY(lnt_kfac_invert(optim));
    }
    LNT_TRY(lnt_flat_scale(optim, 0, optim->states[LNT_KFAC_LAST]));
    outcome->stalled = true;
    outcome->value = batch->value;
    return LNT_OK;
}

/* --- on a part of it --- */

static lnt_status step_part(lnt_optim *optim, lnt_net *net)
{
    lnt_kfac *k = optim->work;
    const double rate = optim->config.learning_rate;
    double along;
    void *velocity = optim->states[LNT_KFAC_LAST];
    LNT_TRY(lnt_kfac_precondition(optim, net));
    LNT_TRY(lnt_flat_dot(optim, k->gradient, k->direction, &along));
    const double size = rate * rate * fabs(along);
    const double clip = optim->config.kl_clip;
    LNT_TRY(lnt_flat_scale(optim, optim->config.momentum, velocity));
    LNT_TRY(lnt_flat_add(optim, size > clip ? sqrt(clip / size) : 1, k->direction, velocity));
    return lnt_flat_add(optim, rate, velocity, net->parameters);
}

/* --- the step --- */

static lnt_status step(lnt_optim *optim, lnt_net *net, lnt_pass *pass, const lnt_optim_batch *batch,
                       lnt_optim_outcome *outcome)
{
    lnt_kfac *k = optim->work;
    const size_t t = optim->steps + 1;
    double value = batch->value;
    lnt_tensor output;
    if (!lnt_kfac_takes_loss(batch->loss)) {
        return LNT_ERR_INVALID;
    }
    LNT_TRY(lnt_pass_layer_output(pass, net->n_layers - 1, &output));
    LNT_TRY(lnt_kfac_unit(batch, &output, &k->unit));
    LNT_TRY(lnt_optim_penalised(optim, net, pass, k->gradient, &value));
    LNT_TRY(lnt_kfac_update(optim, net, batch));
    if (t <= WARM_UP || t % optim->config.inverse_period == 0) {
        LNT_TRY(lnt_kfac_invert(optim));
    }
    return batch->full_batch ? step_whole(optim, net, pass, batch, value, outcome)
                             : step_part(optim, net);
}

static void begin(lnt_optim *optim)
{
    set_lambda(optim, optim->config.damping);
}

static const lnt_field fields[] = {LNT_FRACTION_FIELD(lnt_optim_config, momentum),
                                   LNT_FRACTION_FIELD(lnt_optim_config, factor_decay),
                                   LNT_POSITIVE_FIELD(lnt_optim_config, damping),
                                   LNT_COUNT_FIELD(lnt_optim_config, inverse_period),
                                   LNT_POSITIVE_FIELD(lnt_optim_config, kl_clip)};

static lnt_status accepts(const lnt_optim_config *config, const lnt_net *net, const lnt_loss *loss,
                          lnt_error *error)
{
    (void) config;
    LNT_TRY(lnt_optim_dense_only(lnt_optim_kfac.name, net, error));
    if (loss != NULL && !lnt_kfac_takes_loss(loss)) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "the loss is %s, which kfac does not take, expected mse, "
                        "softmax_cross_entropy or binary_cross_entropy; lbfgs, scg and adamw take "
                        "any loss",
                        lnt_loss_name(loss->kind));
    }
    return LNT_OK;
}

static lnt_status check_memory(const lnt_optim_config *config, const lnt_net *net,
                               const lnt_optim_sizes *sizes, lnt_error *error)
{
    const size_t bytes = sizes->bytes(config, net);
    if (config->max_bytes > 0 && bytes > config->max_bytes) {
        return lnt_fail(error, LNT_ERR_TOO_LARGE,
                        "kfac needs %zu bytes for this net and batches of %zu rows, more than "
                        "max_bytes %zu; %s needs less",
                        bytes, config->max_rows, config->max_bytes, sizes->lighter(net, bytes));
    }
    return LNT_OK;
}

static const lnt_optim_solver solver = {.accepts = accepts,
                                        .check_memory = check_memory,
                                        .place = place,
                                        .begin = begin,
                                        .step = step,
                                        .damping = LNT_KFAC_LAMBDA,
                                        .takes_rows = true};

static void defaults(lnt_optim_config *config)
{
    config->momentum = 0.9;
}

const lnt_optim_ops lnt_optim_kfac = {
    .name = "kfac",
    .learning_rate = 0.01,
    .defaults = defaults,
    .fields = fields,
    .n_fields = LNT_OPTIM_COUNT_OF(fields),
    .momentum = lnt_optim_field_momentum,
    .needs = needs,
    .solver = &solver,
};
