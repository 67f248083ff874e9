/* SPDX-License-Identifier: MIT */
#include "net/pass.h"
#include "optim/optim.h"
#include "optim/vector_loops.h"

#include <math.h>

/* Elements that several loops go over in turn, few enough to stay in the first cache. */
enum { BLOCK = 1024 };

/* PyTorch's, so that a gradient of zero is no division by zero. */
static const double norm_margin = 1e-6;

static void *at(const lnt_optim *optim, const void *vector, size_t i)
{
    return vector != NULL ? (char *) vector + i * lnt_dtype_size(optim->dtype) : NULL;
}

/* 2-norm of the gradients of all that is not frozen. */
static lnt_status norm_of(const lnt_optim *optim, const void *g, double *norm)
{
    double sum = 0;
    for (size_t i = 0; i < optim->n_segments; i++) {
        const lnt_optim_segment *s = &optim->segments[i];
        if (s->rate == 0) {
            continue;
        }
        const lnt_tensor part = lnt_tensor_view(optim->dtype, at(optim, g, s->first), 1, s->count);
        double of_part;
        LNT_TRY(lnt_norm(LNT_NORM_L2, &part, &of_part));
        /* hypot finds infinity greater than NaN */
        sum = isnan(of_part) || isnan(sum) ? NAN : hypot(sum, of_part);
    }
    *norm = sum;
    return LNT_OK;
}

/* Keeps the gradients for later, if they can be used. */
static lnt_status keep(lnt_optim *optim, const void *g)
{
    if (optim->config.clip_norm > 0) {
        double norm;
        LNT_TRY(norm_of(optim, g, &norm));
        if (!isfinite(norm)) {
            return LNT_ERR_NONFINITE;
        }
    }
    lnt_optim_accumulate(optim->dtype, optim->n_parameters, g, optim->pending == 0, optim->sum);
    optim->pending++;
    return LNT_OK;
}

/* Makes the step's gradient in `g`, but for the factor `scale`; nothing else is changed. */
static lnt_status prepare(const lnt_optim *optim, void *g, double *norm, double *scale)
{
    const lnt_optim_config *config = &optim->config;
    *norm = NAN;
    *scale = 1;
    if (optim->pending > 0 || config->clip_value > 0) {
        lnt_optim_prepare(optim->dtype, optim->n_parameters, optim->pending > 0 ? optim->sum : NULL,
                          1 / (double) config->accumulate, config->clip_value, g);
    }
    if (config->clip_norm > 0) {
        LNT_TRY(norm_of(optim, g, norm));
        if (!isfinite(*norm)) {
            return LNT_ERR_NONFINITE;
        }
        *scale = fmin(1, config->clip_norm / (*norm + norm_margin));
    }
    return LNT_OK;
}

static lnt_optim_piece piece_of(const lnt_optim *optim, const lnt_optim_segment *segment,
                                size_t first, size_t n, const void *g, void *w)
{
    const size_t i = segment->first + first;
    lnt_optim_piece piece = {.n = n,
                             .g = at(optim, g, i),
                             .w = at(optim, w, i),
                             .states = {at(optim, optim->states[0], i)},
                             .rate = optim->config.learning_rate * segment->rate,
                             .l2 = segment->l2,
                             .weight_decay = segment->weight_decay};
    for (size_t s = 1; s < LNT_OPTIM_MAX_STATES; s++) {
        piece.states[s] = at(optim, optim->states[s], segment->apart + first);
    }
    if (optim->ops->matrix_state != NULL) {
        piece.states[2] = at(optim, optim->states[2], segment->own);
    }
    return piece;
}

static lnt_status move(const lnt_optim *optim, const lnt_optim_segment *segment, void *g,
                       lnt_optim_piece *piece)
{
    if (segment->l1 > 0) {
        lnt_optim_penalise(optim->dtype, piece->n, piece->scale, segment->l1, piece->w, g);
        piece->scale = 1;
    }
    if (segment->rows > 0) {
        return optim->ops->matrix(optim, segment, piece);
    }
    optim->loop(optim, piece);
    return LNT_OK;
}

/* What a step is made with, once its gradient is ready. */
typedef struct movement {
    const lnt_optim *optim;
    double scale;
    void *g, *w;
    lnt_status status; /* of matrices, which one member moves */
} movement;

/* A member's share of one segment, in blocks if more than one loop goes over it. */
static lnt_status move_segment(const lnt_optim *optim, const lnt_optim_segment *segment,
                               const movement *m, lnt_share share)
{
    const double scale = m->scale;
    void *g = m->g, *w = m->w;
    const bool once = segment->l1 == 0 && optim->average == NULL && !optim->ops->in_blocks;
    size_t begin = 0, count = segment->count;
    if (segment->rows == 0) {
        count = lnt_share_of(share, segment->count, BLOCK, &begin);
    }
    const size_t end = begin + count, block = once || segment->rows > 0 ? count : BLOCK;
    for (size_t first = begin; first < end; first += block) {
        const size_t n = end - first < block ? end - first : block;
        const size_t i = segment->first + first;
        lnt_optim_piece piece = piece_of(optim, segment, first, n, g, w);
        piece.scale = scale;
        if (segment->rate > 0) {
            LNT_TRY(move(optim, segment, at(optim, g, i), &piece));
        }
        if (optim->average != NULL) {
            const double decay = optim->steps == 0 ? 0 : optim->config.ema_decay;
            lnt_optim_average(optim->dtype, n, decay, piece.w, at(optim, optim->average, i));
        }
    }
    return LNT_OK;
}

/* Matrices that are stepped as a whole are the first member's. */
static void move_share(void *context, const lnt_member *member)
{
    movement *m = context;
    for (size_t i = 0; i < m->optim->n_segments; i++) {
        const lnt_optim_segment *segment = &m->optim->segments[i];
        if (segment->rows == 0) {
            (void) move_segment(m->optim, segment, m, member->share); /* its loops cannot fail */
        } else if (member->share.index == 0 && m->status == LNT_OK) {
            m->status = move_segment(m->optim, segment, m, member->share);
        }
    }
}

/* The step itself, on the last of the gradients that make it. */
static lnt_status step(lnt_optim *optim, lnt_net *net, lnt_pass *pass)
{
    void *g = pass->flat_gradients;
    double norm, scale;
    LNT_TRY(prepare(optim, g, &norm, &scale));
    optim->gradient_norm = norm;
    optim->pending = 0;
    if (optim->ops->begin != NULL) {
        optim->ops->begin(optim);
    }
    movement m = {.optim = optim, .scale = scale, .g = g, .w = net->parameters};
    const double work = 4 * (double) optim->n_parameters; /* a move costs as much, at least */
    lnt_pass_share(pass, work, move_share, &m);
    LNT_TRY(m.status);
    optim->steps++;
    return LNT_OK;
}

lnt_status lnt_optim_step(lnt_optim *optim, lnt_net *net, lnt_pass *pass)
{
    if (optim == NULL || net == NULL || pass == NULL) {
        return LNT_ERR_NULL;
    }
    if (optim->signature != net->signature || pass->signature != net->signature) {
        return LNT_ERR_MISMATCH;
    }
    if (!pass->backward_done || optim->swapped || optim->ops->solver != NULL) {
        return LNT_ERR_STATE;
    }
    LNT_TRY(lnt_pass_check_process(pass));
    if (optim->pending + 1 < optim->config.accumulate) {
        LNT_TRY(keep(optim, pass->flat_gradients));
    } else {
        LNT_TRY(step(optim, net, pass));
    }
    return lnt_net_update_running_stats(net, pass);
}
