/* SPDX-License-Identifier: MIT */
#include "optim/optim.h"

/* Each vector begins on a cache line; an absent one takes no room. */
static size_t padded(const lnt_net *net, size_t count)
{
    const size_t line = LNT_ALIGNMENT / lnt_dtype_size(net->dtype);
    return (count + line - 1) / line * line;
}

/* The state's vectors one after another; with `optim`, they are given their places. */
static size_t lay_out(const lnt_optim_config *config, const lnt_net *net,
                      const lnt_optim_needs *needs, lnt_optim *optim)
{
    const size_t n = net->n_parameters, size = lnt_dtype_size(net->dtype);
    const size_t counts[] = {needs->states[0],
                             needs->states[1],
                             needs->states[2],
                             config->accumulate > 1 ? n : 0,
                             config->ema_decay > 0 ? n : 0,
                             needs->numbers * (sizeof(double) / size)};
    enum { N_VECTORS = sizeof counts / sizeof counts[0] };
    void *places[N_VECTORS];
    size_t used = 0;
    for (size_t i = 0; i < N_VECTORS; i++) {
        places[i] = optim != NULL && counts[i] > 0 ? (char *) optim->state + used * size : NULL;
        used += padded(net, counts[i]);
    }
    if (optim != NULL) {
        for (size_t i = 0; i < LNT_OPTIM_MAX_STATES; i++) {
            optim->states[i] = places[i];
        }
        optim->sum = places[LNT_OPTIM_MAX_STATES];
        optim->average = places[LNT_OPTIM_MAX_STATES + 1];
        optim->numbers = places[LNT_OPTIM_MAX_STATES + 2];
    }
    return used;
}

lnt_optim *lnt_optim_place_in(lnt_arena *arena, const lnt_optim_config *config, const lnt_net *net,
                              const lnt_optim_needs *needs)
{
    const size_t size = lnt_dtype_size(net->dtype);
    const size_t n_state = lay_out(config, net, needs, NULL);
    lnt_optim *optim = lnt_arena_take(arena, 1, sizeof *optim);
    lnt_optim_segment *segments = lnt_arena_take(arena, net->n_tensors, sizeof *segments);
    void *state = lnt_arena_take(arena, n_state, size);
    void *scratch = lnt_arena_take(arena, needs->scratch, size);
    const lnt_optim_solver *solver = lnt_optim_ops_of(config->kind)->solver;
    void *before = solver != NULL ? lnt_arena_take(arena, net->n_parameters, size) : NULL;
    void *work = solver != NULL && solver->place != NULL
                     ? solver->place(arena, config, net, &lnt_optim_size_functions)
                     : NULL;
    if (optim != NULL) {
        optim->segments = segments;
        optim->state = state;
        optim->n_state = n_state;
        optim->scratch = scratch;
        optim->before = before;
        optim->work = work;
        lay_out(config, net, needs, optim);
    }
    return optim;
}

size_t lnt_optim_memory_bytes(const lnt_optim_config *config, const lnt_net *net)
{
    if (config == NULL || net == NULL || lnt_optim_check(config, net, NULL) != LNT_OK) {
        return SIZE_MAX;
    }
    lnt_optim_needs needs = {0};
    lnt_optim_ops_of(config->kind)->needs(config, net, &needs);
    lnt_arena arena = {0};
    lnt_optim_place_in(&arena, config, net, &needs);
    return arena.overflow ? SIZE_MAX : arena.used;
}

static const char *lighter(const lnt_net *net, size_t bytes)
{
    const lnt_optim_config config = lnt_optim_defaults(LNT_LBFGS);
    return lnt_optim_memory_bytes(&config, net) < bytes ? "lbfgs" : "adamw";
}

const lnt_optim_sizes lnt_optim_size_functions = {lnt_optim_memory_bytes, lighter};
