/* SPDX-License-Identifier: MIT */
#include "optim/optim.h"

#include <math.h>

enum { BEFORE, SIZE };

static void defaults(lnt_optim_config *config)
{
    config->learning_rate = 0.01;
    config->rprop_shrink = 0.5;
    config->rprop_grow = 1.2;
    config->rprop_least = 1e-6;
    config->rprop_most = 50;
}

static lnt_status states(const lnt_optim_config *config, size_t *count)
{
    if (!(config->rprop_shrink > 0 && config->rprop_shrink < 1) ||
        !(config->rprop_grow > 1 && isfinite(config->rprop_grow)) || !(config->rprop_least > 0) ||
        !(config->rprop_most >= config->rprop_least && isfinite(config->rprop_most))) {
        return LNT_ERR_INVALID;
    }
    *count = 2;
    return LNT_OK;
}

/* A change of sign takes no step, and leaves a gradient of 0 for the next to compare with. */
#define STEP(name, REAL)                                                                           \
    static void name(size_t n, const lnt_optim_config *config, double first, double shrink_value,  \
                     const void *g_data, void *b_data, void *s_data, void *w_data)                 \
    {                                                                                              \
        const REAL less = (REAL) config->rprop_shrink, more = (REAL) config->rprop_grow;           \
        const REAL least = (REAL) config->rprop_least, most = (REAL) config->rprop_most;           \
        const REAL begin = (REAL) first, shrink = (REAL) shrink_value;                             \
        const REAL *restrict g = g_data;                                                           \
        REAL *restrict before = b_data;                                                            \
        REAL *restrict size = s_data;                                                              \
        REAL *restrict w = w_data;                                                                 \
        for (size_t i = 0; i < n; i++) {                                                           \
            const REAL old = begin > 0 ? begin : size[i];                                          \
            const REAL agreement = g[i] * before[i];                                               \
            REAL next = agreement > 0 ? old * more : agreement < 0 ? old * less : old;             \
            next = next < least ? least : next;                                                    \
            next = next > most ? most : next;                                                      \
            const REAL used = agreement < 0 ? 0 : g[i];                                            \
            size[i] = next;                                                                        \
            before[i] = used;                                                                      \
            w[i] = shrink * w[i] - (REAL) ((used > 0) - (used < 0)) * next;                        \
        }                                                                                          \
    }

STEP(step_f32, float)
STEP(step_f64, double)
#undef STEP

static lnt_status step(lnt_optim *optim, const lnt_segment *segment, double rate, const void *g,
                       void *w)
{
    (optim->dtype == LNT_F32 ? step_f32 : step_f64)(
        segment->count, &optim->config, optim->steps == 1 ? rate : 0,
        1 - rate * segment->weight_decay, g, lnt_optim_state(optim, BEFORE, segment),
        lnt_optim_state(optim, SIZE, segment), w);
    return LNT_OK;
}

const lnt_optim_ops lnt_optim_rprop = {
    .name = "rprop", .defaults = defaults, .states = states, .step = step};
