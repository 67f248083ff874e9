/* SPDX-License-Identifier: MIT */
#include "optim/first_order/flat.h"

#include <math.h>

/*
 * With p the direction, g the gradient, μ = −pᵀg; from λ = 5e-7, λ' = 0, p = −g:
 * after a success, h = σ/‖p‖ and δ = pᵀ(g(w + h·p) − g)/h;
 * δ += (λ − λ')·‖p‖²; where that leaves δ ≤ 0, λ' = 2·(λ − δ/‖p‖²), δ = λ·‖p‖² − δ, λ = λ';
 * α = μ/δ, and Δ = 2·δ·(E(w) − E(w + α·p))/μ² compares the loss with the model's.
 * Δ > 0 is a success: w += α·p, p = β·p − g with β = (‖g‖² − gᵀg_before)/μ, λ' = 0, and λ /= 4 if
 * Δ ≥ 3/4. Else w stays, and λ' = λ. If Δ < 1/4 then λ += δ·(1 − Δ)/‖p‖².
 * After n successes p begins anew from −g. Møller, Neural Networks 6 (1993).
 *
 * Each step is one such try. A trial that is not finite counts as Δ = −9, which makes the next a
 * tenth as long. Where λ passes 1e20, p begins anew; if it was −g already, the run is stuck. A step
 * on a part of the data begins anew from −g, as the last p is of other rows: only λ goes on.
 */

/* Places in `numbers`. */
enum { LAMBDA, LAMBDA_BEFORE, CURVATURE, FAILED, SUCCESSES, N_NUMBERS };

static const double first_lambda = 5e-7, least_lambda = 1e-40, most_lambda = 1e20;
static const double too_far = -9; /* Δ of what is not finite */

/* ‖h·p‖. In single precision a difference over 1e-4 would be mostly rounding. */
static double sigma(lnt_dtype dtype)
{
    return dtype == LNT_F32 ? 1e-2 : 1e-4;
}

typedef struct scg_work {
    void *gradient; /* where the step began */
    void *trial;    /* the gradient at the last trial */
} scg_work;

/* What a step goes by. */
typedef struct step_of {
    lnt_optim *optim;
    lnt_net *net;
    lnt_pass *pass;
    const lnt_optim_batch *batch;
    scg_work *work;
    void *p;
    double value;   /* where it began, l2 included */
    double slope;   /* μ */
    double squares; /* ‖p‖² */
} step_of;

static void needs(const lnt_optim_config *config, const lnt_net *net, lnt_optim_needs *needs)
{
    (void) config;
    needs->states[0] = net->n_parameters;
    needs->numbers = N_NUMBERS;
}

static void *place(lnt_arena *arena, const lnt_optim_config *config, const lnt_net *net,
                   const lnt_optim_sizes *sizes)
{
    (void) sizes;
    (void) config;
    scg_work *work = lnt_arena_take(arena, 1, sizeof *work);
    const scg_work parts = {lnt_flat_take(arena, net), lnt_flat_take(arena, net)};
    if (work != NULL) {
        *work = parts;
    }
    return work;
}

static void begin(lnt_optim *optim)
{
    optim->numbers[LAMBDA] = first_lambda;
}

/* The next step goes along its −g. */
static void restart(lnt_optim *optim)
{
    optim->numbers[LAMBDA_BEFORE] = 0;
    optim->numbers[FAILED] = 0;
    optim->numbers[SUCCESSES] = 0;
}

/* p, unless it goes on, and what is known of it. */
static lnt_status find_direction(step_of *s)
{
    lnt_optim *optim = s->optim;
    if (!s->batch->full_batch) {
        restart(optim);
    }
    if (optim->numbers[SUCCESSES] > 0) {
        LNT_TRY(lnt_flat_dot(optim, s->p, s->work->gradient, &s->slope));
        s->slope = -s->slope;
        if (!(s->slope > 0)) {
            restart(optim);
        }
    }
    if (!(optim->numbers[SUCCESSES] > 0)) {
        lnt_flat_copy(optim, s->work->gradient, s->p);
        LNT_TRY(lnt_flat_scale(optim, -1, s->p));
        LNT_TRY(lnt_flat_dot(optim, s->p, s->p, &s->slope));
    }
    return lnt_flat_dot(optim, s->p, s->p, &s->squares);
}

static lnt_status look_along(const step_of *s, double step, double *value)
{
    lnt_flat_copy(s->optim, s->optim->before, s->net->parameters);
    LNT_TRY(lnt_flat_add(s->optim, step, s->p, s->net->parameters));
    return lnt_optim_look(s->optim, s->net, s->pass, s->batch, s->net->parameters, s->work->trial,
                          value);
}

/* δ along p, by a difference of gradients. */
static lnt_status measure(const step_of *s, double *curvature)
{
    const double step = sigma(s->optim->dtype) / sqrt(s->squares);
    double value;
    LNT_TRY(look_along(s, step, &value));
    LNT_TRY(lnt_flat_add(s->optim, -1, s->work->gradient, s->work->trial));
    LNT_TRY(lnt_flat_dot(s->optim, s->work->trial, s->p, curvature));
    *curvature = isfinite(*curvature) ? *curvature / step : 0;
    return LNT_OK;
}

/* δ, made positive by λ. */
static lnt_status find_curvature(const step_of *s, double *curvature)
{
    double *n = s->optim->numbers, delta = n[CURVATURE];
    if (!(n[FAILED] > 0)) {
        LNT_TRY(measure(s, &delta));
    }
    delta += (n[LAMBDA] - n[LAMBDA_BEFORE]) * s->squares;
    if (!(delta > 0)) {
        n[LAMBDA_BEFORE] = 2 * (n[LAMBDA] - delta / s->squares);
        delta = n[LAMBDA] * s->squares - delta;
        n[LAMBDA] = n[LAMBDA_BEFORE];
    }
    n[CURVATURE] = *curvature = delta;
    return LNT_OK;
}

/* At the new parameters, whose gradient is `trial`. */
static lnt_status succeed(const step_of *s, lnt_optim_outcome *outcome)
{
    lnt_optim *optim = s->optim;
    double now, both;
    LNT_TRY(lnt_flat_dot(optim, s->work->trial, s->work->trial, &now));
    LNT_TRY(lnt_flat_dot(optim, s->work->trial, s->work->gradient, &both));
    LNT_TRY(lnt_flat_scale(optim, (now - both) / s->slope, s->p));
    LNT_TRY(lnt_flat_add(optim, -1, s->work->trial, s->p));
    outcome->evaluated = true;
    outcome->value = optim->loss;
    optim->numbers[LAMBDA_BEFORE] = 0;
    optim->numbers[FAILED] = 0;
    optim->numbers[SUCCESSES] += 1;
    if (!(optim->numbers[SUCCESSES] < (double) optim->n_parameters)) {
        restart(optim);
    }
    return LNT_OK;
}

static void fail(const step_of *s)
{
    lnt_flat_copy(s->optim, s->optim->before, s->net->parameters);
    s->optim->numbers[LAMBDA_BEFORE] = s->optim->numbers[LAMBDA];
    s->optim->numbers[FAILED] = 1;
}

static void adapt(const step_of *s, double comparison, double curvature)
{
    double *lambda = &s->optim->numbers[LAMBDA];
    if (comparison >= 0.75) {
        *lambda = fmax(*lambda / 4, least_lambda);
    } else if (comparison < 0.25) {
        *lambda += curvature * (1 - comparison) / s->squares;
    }
}

static lnt_status try_once(step_of *s, lnt_optim_outcome *outcome)
{
    double curvature, value;
    const bool steepest = !(s->optim->numbers[SUCCESSES] > 0);
    LNT_TRY(find_curvature(s, &curvature));
    LNT_TRY(look_along(s, s->slope / curvature, &value));
    double comparison = 2 * curvature * (s->value - value) / (s->slope * s->slope);
    const lnt_tensor trial = lnt_flat(s->optim, s->work->trial);
    bool finite;
    LNT_TRY(lnt_all_finite(&trial, &finite, NULL, NULL));
    if (!finite || !isfinite(comparison)) {
        comparison = too_far;
    }
    if (comparison > 0) {
        LNT_TRY(succeed(s, outcome));
    } else {
        fail(s);
    }
    adapt(s, comparison, curvature);
    if (!(s->optim->numbers[LAMBDA] <= most_lambda)) {
        restart(s->optim);
        s->optim->numbers[LAMBDA] = first_lambda;
        outcome->stalled = steepest && comparison <= 0;
    }
    return LNT_OK;
}

static lnt_status step(lnt_optim *optim, lnt_net *net, lnt_pass *pass, const lnt_optim_batch *batch,
                       lnt_optim_outcome *outcome)
{
    step_of s = {.optim = optim,
                 .net = net,
                 .pass = pass,
                 .batch = batch,
                 .work = optim->work,
                 .p = optim->states[0],
                 .value = batch->value};
    double squares;
    LNT_TRY(lnt_optim_penalised(optim, net, pass, s.work->gradient, &s.value));
    LNT_TRY(lnt_flat_dot(optim, s.work->gradient, s.work->gradient, &squares));
    outcome->value = batch->value;
    if (squares == 0) {
        outcome->evaluated = true;
        outcome->stalled = true;
        return LNT_OK;
    }
    LNT_TRY(find_direction(&s));
    return try_once(&s, outcome);
}

static const lnt_optim_solver solver = {
    .place = place, .begin = begin, .step = step, .damping = LAMBDA};

const lnt_optim_ops lnt_optim_scg = {
    .name = "scg",
    .learning_rate = 1,
    .needs = needs,
    .solver = &solver,
};
