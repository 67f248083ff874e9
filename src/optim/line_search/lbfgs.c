/* SPDX-License-Identifier: MIT */
#include "optim/first_order/flat.h"
#include "optim/line_search/wolfe.h"

#include <math.h>

/*
 * With the pairs s = Δw, y = Δg of the last steps, newest first: q = g; a = sᵀq/sᵀy, q −= a·y for
 * each; q *= γ, the newest pair's sᵀy/yᵀy; then, oldest first, q += (a − yᵀq/sᵀy)·s; the direction
 * is −q. Nocedal, Wright, Numerical Optimization, 2006, algorithm 7.4. Without pairs it is −g, and
 * the first length that is tried is η·min(1, 1/‖g‖); else η. y is the difference of gradients of
 * one batch, so batches may change between steps.
 */

/* Places in `numbers`; sᵀy of each pair follows. */
enum { COUNT, NEXT, GAMMA, PRODUCTS };

static const double least_curvature = 2.2e-16; /* sᵀy, by yᵀy, as in L-BFGS-B */
static const double least_cosine = 1e-12;      /* between direction and −g */

typedef struct lbfgs_work {
    void *gradient; /* where the step began */
    void *trial;    /* the gradient at the last trial */
    void *direction;
    double *shares; /* [memory] the a above */
} lbfgs_work;

/* What a step goes by. */
typedef struct step_of {
    lnt_optim *optim;
    lnt_net *net;
    lnt_pass *pass;
    const lnt_optim_batch *batch;
    lbfgs_work *work;
    double value; /* where it began, l2 included */
} step_of;

static const lnt_field fields[] = {LNT_SIZE_FIELD(lnt_optim_config, memory, 1, 1000),
                                   LNT_REAL_FIELD(lnt_optim_config, wolfe_decrease, 0, 1, LNT_OPEN),
                                   LNT_REAL_FIELD(lnt_optim_config, wolfe_slope, 0, 1, LNT_OPEN),
                                   LNT_COUNT_FIELD(lnt_optim_config, searches)};

static lnt_status check(const lnt_optim_config *config, lnt_error *error)
{
    return config->wolfe_decrease < config->wolfe_slope
               ? LNT_OK
               : lnt_fail(error, LNT_ERR_INVALID,
                          "optim.wolfe_decrease is %g, expected below optim.wolfe_slope, %g",
                          config->wolfe_decrease, config->wolfe_slope);
}

static void needs(const lnt_optim_config *config, const lnt_net *net, lnt_optim_needs *needs)
{
    needs->states[0] = needs->states[1] = config->memory * net->n_parameters;
    needs->numbers = PRODUCTS + config->memory;
}

static void *place(lnt_arena *arena, const lnt_optim_config *config, const lnt_net *net,
                   const lnt_optim_sizes *sizes)
{
    (void) sizes;
    lbfgs_work *work = lnt_arena_take(arena, 1, sizeof *work);
    const lbfgs_work parts = {.gradient = lnt_flat_take(arena, net),
                              .trial = lnt_flat_take(arena, net),
                              .direction = lnt_flat_take(arena, net),
                              .shares = lnt_arena_take(arena, config->memory, sizeof(double))};
    if (work != NULL) {
        *work = parts;
    }
    return work;
}

/* --- pairs --- */

/* A checkpoint may have been written by anyone. */
static size_t number(const lnt_optim *optim, size_t which, size_t most)
{
    const double x = optim->numbers[which];
    return x >= 0 && x <= (double) most ? (size_t) x : 0;
}

static void *vector(const lnt_optim *optim, size_t state, size_t slot)
{
    const size_t bytes = optim->n_parameters * lnt_dtype_size(optim->dtype);
    return (char *) optim->states[state] + slot * bytes;
}

/* The pair so many steps old: 0 is the newest. */
static size_t slot_of(const lnt_optim *optim, size_t age)
{
    const size_t memory = optim->config.memory;
    return (number(optim, NEXT, memory - 1) + memory - 1 - age) % memory;
}

/* direction = −H·g */
static lnt_status find_direction(const step_of *s)
{
    const lnt_optim *optim = s->optim;
    lbfgs_work *work = s->work;
    const size_t count = number(optim, COUNT, optim->config.memory);
    lnt_flat_copy(optim, work->gradient, work->direction);
    LNT_TRY(lnt_flat_scale(optim, -1, work->direction));
    for (size_t age = 0; age < count; age++) {
        const size_t slot = slot_of(optim, age);
        double product;
        LNT_TRY(lnt_flat_dot(optim, vector(optim, 0, slot), work->direction, &product));
        work->shares[age] = product / optim->numbers[PRODUCTS + slot];
        LNT_TRY(lnt_flat_add(optim, -work->shares[age], vector(optim, 1, slot), work->direction));
    }
    if (count > 0) {
        LNT_TRY(lnt_flat_scale(optim, optim->numbers[GAMMA], work->direction));
    }
    for (size_t age = count; age-- > 0;) {
        const size_t slot = slot_of(optim, age);
        double product;
        LNT_TRY(lnt_flat_dot(optim, vector(optim, 1, slot), work->direction, &product));
        const double share = work->shares[age] - product / optim->numbers[PRODUCTS + slot];
        LNT_TRY(lnt_flat_add(optim, share, vector(optim, 0, slot), work->direction));
    }
    return LNT_OK;
}

/* Keeps s and y, which take the places of direction and gradient. */
static lnt_status remember(const step_of *s)
{
    lnt_optim *optim = s->optim;
    lbfgs_work *work = s->work;
    const size_t memory = optim->config.memory, slot = number(optim, NEXT, memory - 1);
    double sy, yy;
    lnt_flat_copy(optim, s->net->parameters, work->direction);
    LNT_TRY(lnt_flat_add(optim, -1, optim->before, work->direction));
    LNT_TRY(lnt_flat_scale(optim, -1, work->gradient));
    LNT_TRY(lnt_flat_add(optim, 1, work->trial, work->gradient));
    LNT_TRY(lnt_flat_dot(optim, work->direction, work->gradient, &sy));
    LNT_TRY(lnt_flat_dot(optim, work->gradient, work->gradient, &yy));
    if (!(yy > 0 && sy > least_curvature * yy)) {
        return LNT_OK;
    }
    const size_t count = number(optim, COUNT, memory);
    lnt_flat_copy(optim, work->direction, vector(optim, 0, slot));
    lnt_flat_copy(optim, work->gradient, vector(optim, 1, slot));
    optim->numbers[PRODUCTS + slot] = sy;
    optim->numbers[GAMMA] = sy / yy;
    optim->numbers[NEXT] = (double) ((slot + 1) % memory);
    optim->numbers[COUNT] = (double) (count < memory ? count + 1 : memory);
    return LNT_OK;
}

/* --- the line --- */

static lnt_status look_along(const step_of *s, double step, double *value, double *slope)
{
    lnt_flat_copy(s->optim, s->optim->before, s->net->parameters);
    LNT_TRY(lnt_flat_add(s->optim, step, s->work->direction, s->net->parameters));
    LNT_TRY(lnt_optim_look(s->optim, s->net, s->pass, s->batch, s->net->parameters, s->work->trial,
                           value));
    return lnt_flat_dot(s->optim, s->work->trial, s->work->direction, slope);
}

/* Ends evaluated where the conditions hold, or else at the lowest point; or finds none. */
static lnt_status search(const step_of *s, double slope, double first, bool *moved)
{
    const lnt_optim_config *config = &s->optim->config;
    lnt_wolfe line = lnt_wolfe_begin(config->wolfe_decrease, config->wolfe_slope,
                                     (lnt_wolfe_point){0, s->value, slope}, first);
    lnt_wolfe_verdict verdict = LNT_WOLFE_TRY;
    double step = 0, value, now;
    for (size_t i = 0; i < config->searches && verdict == LNT_WOLFE_TRY; i++) {
        step = line.step;
        LNT_TRY(look_along(s, step, &value, &now));
        verdict = lnt_wolfe_take(&line, value, now);
    }
    *moved = verdict == LNT_WOLFE_FOUND || line.lowest.step > 0;
    if (*moved && verdict != LNT_WOLFE_FOUND && step != line.lowest.step) {
        return look_along(s, line.lowest.step, &value, &now);
    }
    return LNT_OK;
}

static lnt_status along_pairs(const step_of *s, double squares, bool *moved)
{
    double slope, length;
    LNT_TRY(find_direction(s));
    LNT_TRY(lnt_flat_dot(s->optim, s->work->gradient, s->work->direction, &slope));
    LNT_TRY(lnt_flat_dot(s->optim, s->work->direction, s->work->direction, &length));
    *moved = false;
    if (-slope > least_cosine * sqrt(length) * sqrt(squares)) {
        return search(s, slope, s->optim->config.learning_rate, moved);
    }
    return LNT_OK;
}

static lnt_status along_gradient(const step_of *s, double squares, bool *moved)
{
    s->optim->numbers[COUNT] = s->optim->numbers[NEXT] = 0;
    LNT_TRY(find_direction(s));
    const double first = s->optim->config.learning_rate * fmin(1, 1 / sqrt(squares));
    return search(s, -squares, first, moved);
}

static lnt_status step(lnt_optim *optim, lnt_net *net, lnt_pass *pass, const lnt_optim_batch *batch,
                       lnt_optim_outcome *outcome)
{
    step_of s = {optim, net, pass, batch, optim->work, batch->value};
    double squares;
    LNT_TRY(lnt_optim_penalised(optim, net, pass, s.work->gradient, &s.value));
    LNT_TRY(lnt_flat_dot(optim, s.work->gradient, s.work->gradient, &squares));
    outcome->value = batch->value;
    if (squares == 0 || optim->config.learning_rate == 0) {
        outcome->evaluated = true;
        outcome->stalled = squares == 0;
        return LNT_OK;
    }
    bool moved = false;
    if (number(optim, COUNT, optim->config.memory) > 0) {
        LNT_TRY(along_pairs(&s, squares, &moved));
    }
    if (!moved) {
        LNT_TRY(along_gradient(&s, squares, &moved));
    }
    if (!moved) {
        lnt_flat_copy(optim, optim->before, net->parameters);
        outcome->stalled = true;
        return LNT_OK;
    }
    outcome->evaluated = true;
    outcome->value = optim->loss;
    return remember(&s);
}

static const lnt_optim_solver solver = {.place = place, .step = step, .damping = SIZE_MAX};

const lnt_optim_ops lnt_optim_lbfgs = {
    .name = "lbfgs",
    .learning_rate = 1,
    .fields = fields,
    .n_fields = LNT_OPTIM_COUNT_OF(fields),
    .check = check,
    .needs = needs,
    .solver = &solver,
};
