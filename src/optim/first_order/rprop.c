/* SPDX-License-Identifier: MIT */
#include "optim/first_order/instances.h"

#include <math.h>

enum { BEFORE, SIZE };

static const lnt_field fields[] = {
    LNT_REAL_FIELD(lnt_optim_config, rprop_shrink, 0, 1, LNT_OPEN),
    LNT_REAL_FIELD(lnt_optim_config, rprop_grow, 1, INFINITY, LNT_OPEN),
    LNT_POSITIVE_FIELD(lnt_optim_config, rprop_least),
    LNT_POSITIVE_FIELD(lnt_optim_config, rprop_most)};

static lnt_status check(const lnt_optim_config *config, lnt_error *error)
{
    return config->rprop_most >= config->rprop_least
               ? LNT_OK
               : lnt_fail(error, LNT_ERR_INVALID,
                          "optim.rprop_most is %g, expected at least optim.rprop_least, %g",
                          config->rprop_most, config->rprop_least);
}

static void needs(const lnt_optim_config *config, const lnt_net *net, lnt_optim_needs *needs)
{
    (void) config;
    needs->states[BEFORE] = needs->states[SIZE] = net->n_parameters;
}

/*
 * Where the sign has changed the element rests for a step, and the gradient counts as zero in the
 * next; one that is NaN is its own sign, so that it does not go unnoticed. In one loop the branches
 * would keep compilers from using vectors.
 */
#define LOOP(TARGET, name, REAL, ROOT)                                                             \
    TARGET static void name(const lnt_optim *optim, const lnt_optim_piece *p)                      \
    {                                                                                              \
        const REAL first = (REAL) p->rate, keep = (REAL) (1 - p->rate * p->weight_decay);          \
        const REAL scale = (REAL) p->scale, l2 = (REAL) p->l2;                                     \
        const REAL shrink = (REAL) optim->config.rprop_shrink;                                     \
        const REAL grow = (REAL) optim->config.rprop_grow;                                         \
        const REAL least = (REAL) optim->config.rprop_least;                                       \
        const REAL most = (REAL) optim->config.rprop_most;                                         \
        const REAL *restrict g_in = p->g;                                                          \
        REAL *restrict before = p->states[BEFORE];                                                 \
        REAL *restrict size = p->states[SIZE];                                                     \
        REAL *restrict w = p->w;                                                                   \
        for (size_t i = 0; optim->steps == 0 && i < p->n; i++) {                                   \
            size[i] = first;                                                                       \
        }                                                                                          \
        for (size_t i = 0; i < p->n; i++) {                                                        \
            const REAL g = scale * g_in[i] + l2 * w[i], agreement = g * before[i];                 \
            const REAL bent = agreement < 0 ? shrink : 1;                                          \
            const REAL grown = size[i] * (agreement > 0 ? grow : bent);                            \
            const REAL held = grown > most ? most : grown;                                         \
            size[i] = held < least ? least : held;                                                 \
        }                                                                                          \
        for (size_t i = 0; i < p->n; i++) {                                                        \
            const REAL g = scale * g_in[i] + l2 * w[i], agreement = g * before[i];                 \
            const REAL used = agreement < 0 ? 0 : g;                                               \
            const REAL step = size[i], back = -step;                                               \
            const REAL forth = used > 0 ? step : used;                                             \
            before[i] = used;                                                                      \
            w[i] = keep * w[i] - (used < 0 ? back : forth);                                        \
        }                                                                                          \
    }

LNT_OPTIM_INSTANCES(LOOP)
#undef LOOP

static const lnt_optim_loops loops = LNT_OPTIM_TABLE;

const lnt_optim_ops lnt_optim_rprop = {
    .name = "rprop",
    .learning_rate = 0.01,
    .fields = fields,
    .n_fields = LNT_OPTIM_COUNT_OF(fields),
    .check = check,
    .needs = needs,
    .loops = &loops,
    .in_blocks = true,
};
