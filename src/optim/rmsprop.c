/* SPDX-License-Identifier: MIT */
#include "optim/optim.h"

#include <math.h>

/* The mean and the velocity are there only if they are used, each then behind the square. */
enum { SQUARE };

static void defaults(lnt_optim_config *config)
{
    config->learning_rate = 0.01;
    config->rho = 0.99;
    config->epsilon = 1e-8;
}

static lnt_status states(const lnt_optim_config *config, size_t *count)
{
    if (!lnt_is_share(config->momentum) || !lnt_is_share(config->rho) ||
        !lnt_is_weight(config->epsilon)) {
        return LNT_ERR_INVALID;
    }
    *count = 1 + (size_t) config->centered + (size_t) (config->momentum > 0);
    return LNT_OK;
}

#define STEP(name, REAL, sqrt_)                                                                    \
    static void name(size_t n, const lnt_optim_config *config, double rate_value,                  \
                     double shrink_value, const void *g_data, void *s_data, void *m_data,          \
                     void *v_data, void *w_data)                                                   \
    {                                                                                              \
        const REAL rate = (REAL) rate_value, shrink = (REAL) shrink_value;                         \
        const REAL rho = (REAL) config->rho, rest = (REAL) (1 - config->rho);                      \
        const REAL epsilon = (REAL) config->epsilon, mu = (REAL) config->momentum;                 \
        const REAL *restrict g = g_data;                                                           \
        REAL *restrict s = s_data;                                                                 \
        REAL *restrict m = m_data;                                                                 \
        REAL *restrict v = v_data;                                                                 \
        REAL *restrict w = w_data;                                                                 \
        for (size_t i = 0; i < n; i++) {                                                           \
            s[i] = rho * s[i] + rest * g[i] * g[i];                                                \
            REAL variance = s[i];                                                                  \
            if (m != NULL) {                                                                       \
                m[i] = rho * m[i] + rest * g[i];                                                   \
                variance -= m[i] * m[i];                                                           \
                variance = variance > 0 ? variance : 0; /* rounding */                             \
            }                                                                                      \
            REAL move = g[i] / (sqrt_(variance) + epsilon);                                        \
            if (v != NULL) {                                                                       \
                v[i] = mu * v[i] + move;                                                           \
                move = v[i];                                                                       \
            }                                                                                      \
            w[i] = shrink * w[i] - rate * move;                                                    \
        }                                                                                          \
    }

STEP(step_f32, float, sqrtf)
STEP(step_f64, double, sqrt)
#undef STEP

static lnt_status step(lnt_optim *optim, const lnt_segment *segment, double rate, const void *g,
                       void *w)
{
    const lnt_optim_config *config = &optim->config;
    const size_t mean = 1, velocity = config->centered ? 2 : 1;
    (optim->dtype == LNT_F32 ? step_f32 : step_f64)(
        segment->count, config, rate, 1 - rate * segment->weight_decay, g,
        lnt_optim_state(optim, SQUARE, segment),
        config->centered ? lnt_optim_state(optim, mean, segment) : NULL,
        optim->n_states > velocity ? lnt_optim_state(optim, velocity, segment) : NULL, w);
    return LNT_OK;
}

const lnt_optim_ops lnt_optim_rmsprop = {
    .name = "rmsprop", .defaults = defaults, .states = states, .step = step, .has_momentum = true};
