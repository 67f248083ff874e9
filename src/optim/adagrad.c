/* SPDX-License-Identifier: MIT */
#include "optim/optim.h"

#include <math.h>

enum { SQUARES };

static void defaults(lnt_optim_config *config)
{
    config->learning_rate = 0.01;
    config->epsilon = 1e-10;
}

static lnt_status states(const lnt_optim_config *config, size_t *count)
{
    if (!lnt_is_weight(config->epsilon) || !lnt_is_weight(config->rate_decay)) {
        return LNT_ERR_INVALID;
    }
    *count = 1;
    return LNT_OK;
}

#define STEP(name, REAL, sqrt_)                                                                    \
    static void name(size_t n, double rate_value, double shrink_value, double epsilon_value,       \
                     const void *g_data, void *s_data, void *w_data)                               \
    {                                                                                              \
        const REAL rate = (REAL) rate_value, shrink = (REAL) shrink_value;                         \
        const REAL epsilon = (REAL) epsilon_value;                                                 \
        const REAL *restrict g = g_data;                                                           \
        REAL *restrict s = s_data;                                                                 \
        REAL *restrict w = w_data;                                                                 \
        for (size_t i = 0; i < n; i++) {                                                           \
            s[i] += g[i] * g[i];                                                                   \
            w[i] = shrink * w[i] - rate * g[i] / (sqrt_(s[i]) + epsilon);                          \
        }                                                                                          \
    }

STEP(step_f32, float, sqrtf)
STEP(step_f64, double, sqrt)
#undef STEP

static lnt_status step(lnt_optim *optim, const lnt_segment *segment, double rate, const void *g,
                       void *w)
{
    const lnt_optim_config *config = &optim->config;
    const double decayed = rate / (1 + (double) (optim->steps - 1) * config->rate_decay);
    (optim->dtype == LNT_F32 ? step_f32 : step_f64)(
        segment->count, decayed, 1 - rate * segment->weight_decay, config->epsilon, g,
        lnt_optim_state(optim, SQUARES, segment), w);
    return LNT_OK;
}

const lnt_optim_ops lnt_optim_adagrad = {
    .name = "adagrad", .defaults = defaults, .states = states, .step = step};
