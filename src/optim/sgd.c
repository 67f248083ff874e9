/* SPDX-License-Identifier: MIT */
#include "optim/optim.h"

enum { VELOCITY };

static void defaults(lnt_optim_config *config)
{
    config->learning_rate = 0.01;
}

static lnt_status states(const lnt_optim_config *config, size_t *count)
{
    const bool plain = config->momentum > 0 && config->dampening == 0;
    if (!lnt_is_share(config->momentum) || !(config->dampening >= 0 && config->dampening <= 1) ||
        (config->nesterov && !plain)) {
        return LNT_ERR_INVALID;
    }
    *count = config->momentum > 0 ? 1 : 0;
    return LNT_OK;
}

/* The velocity starts at zero, and `take` is 1 in the first step, so that it gives v = g. */
#define STEP(name, REAL)                                                                           \
    static void name(size_t n, double rate_value, double shrink_value, double momentum,            \
                     double take_value, bool nesterov, const void *g_data, void *v_data,           \
                     void *w_data)                                                                 \
    {                                                                                              \
        const REAL rate = (REAL) rate_value, shrink = (REAL) shrink_value;                         \
        const REAL mu = (REAL) momentum, take = (REAL) take_value;                                 \
        const REAL *restrict g = g_data;                                                           \
        REAL *restrict v = v_data;                                                                 \
        REAL *restrict w = w_data;                                                                 \
        if (v == NULL) {                                                                           \
            for (size_t i = 0; i < n; i++) {                                                       \
                w[i] = shrink * w[i] - rate * g[i];                                                \
            }                                                                                      \
        } else if (nesterov) {                                                                     \
            for (size_t i = 0; i < n; i++) {                                                       \
                v[i] = mu * v[i] + take * g[i];                                                    \
                w[i] = shrink * w[i] - rate * (g[i] + mu * v[i]);                                  \
            }                                                                                      \
        } else {                                                                                   \
            for (size_t i = 0; i < n; i++) {                                                       \
                v[i] = mu * v[i] + take * g[i];                                                    \
                w[i] = shrink * w[i] - rate * v[i];                                                \
            }                                                                                      \
        }                                                                                          \
    }

STEP(step_f32, float)
STEP(step_f64, double)
#undef STEP

static lnt_status step(lnt_optim *optim, const lnt_segment *segment, double rate, const void *g,
                       void *w)
{
    const lnt_optim_config *config = &optim->config;
    (optim->dtype == LNT_F32 ? step_f32 : step_f64)(
        segment->count, rate, 1 - rate * segment->weight_decay, config->momentum,
        optim->steps == 1 ? 1 : 1 - config->dampening, config->nesterov, g,
        optim->n_states > 0 ? lnt_optim_state(optim, VELOCITY, segment) : NULL, w);
    return LNT_OK;
}

const lnt_optim_ops lnt_optim_sgd = {
    .name = "sgd", .defaults = defaults, .states = states, .step = step, .has_momentum = true};
