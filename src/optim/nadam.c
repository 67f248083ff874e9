/* SPDX-License-Identifier: MIT */
#include "optim/optim.h"

#include <math.h>

enum { MEAN, SQUARE };

static void defaults(lnt_optim_config *config)
{
    config->learning_rate = 0.002;
    config->beta1 = 0.9;
    config->beta2 = 0.999;
    config->epsilon = 1e-8;
    config->momentum_decay = 0.004;
}

static lnt_status states(const lnt_optim_config *config, size_t *count)
{
    if (!lnt_is_share(config->beta1) || !lnt_is_share(config->beta2) ||
        !lnt_is_weight(config->epsilon) || !lnt_is_weight(config->momentum_decay)) {
        return LNT_ERR_INVALID;
    }
    *count = 2;
    return LNT_OK;
}

#define STEP(name, REAL, sqrt_)                                                                    \
    static void name(size_t n, const lnt_optim_config *config, double of_gradient_value,           \
                     double of_mean_value, double shrink_value, double correction_value,           \
                     const void *g_data, void *m_data, void *s_data, void *w_data)                 \
    {                                                                                              \
        const REAL beta1 = (REAL) config->beta1, rest1 = (REAL) (1 - config->beta1);               \
        const REAL beta2 = (REAL) config->beta2, rest2 = (REAL) (1 - config->beta2);               \
        const REAL of_gradient = (REAL) of_gradient_value, of_mean = (REAL) of_mean_value;         \
        const REAL shrink = (REAL) shrink_value, correction = (REAL) (1 / correction_value);       \
        const REAL epsilon = (REAL) config->epsilon;                                               \
        const REAL *restrict g = g_data;                                                           \
        REAL *restrict m = m_data;                                                                 \
        REAL *restrict s = s_data;                                                                 \
        REAL *restrict w = w_data;                                                                 \
        for (size_t i = 0; i < n; i++) {                                                           \
            m[i] = beta1 * m[i] + rest1 * g[i];                                                    \
            s[i] = beta2 * s[i] + rest2 * g[i] * g[i];                                             \
            const REAL root = sqrt_(s[i] * correction) + epsilon;                                  \
            w[i] = shrink * w[i] - (of_gradient * g[i] + of_mean * m[i]) / root;                   \
        }                                                                                          \
    }

STEP(step_f32, float, sqrtf)
STEP(step_f64, double, sqrt)
#undef STEP

static double momentum_at(const lnt_optim_config *config, double t)
{
    return config->beta1 * (1 - 0.5 * pow(0.96, t * config->momentum_decay));
}

static lnt_status step(lnt_optim *optim, const lnt_segment *segment, double rate, const void *g,
                       void *w)
{
    const lnt_optim_config *config = &optim->config;
    const double t = (double) optim->steps;
    const double now = momentum_at(config, t), next = momentum_at(config, t + 1);
    if (optim->product_steps != optim->steps) { /* once a step, not once a segment */
        optim->momentum_product *= now;
        optim->product_steps = optim->steps;
    }
    const double product = optim->momentum_product;
    (optim->dtype == LNT_F32 ? step_f32 : step_f64)(
        segment->count, config, rate * (1 - now) / (1 - product),
        rate * next / (1 - product * next), 1 - rate * segment->weight_decay,
        1 - pow(config->beta2, t), g, lnt_optim_state(optim, MEAN, segment),
        lnt_optim_state(optim, SQUARE, segment), w);
    return LNT_OK;
}

const lnt_optim_ops lnt_optim_nadam = {
    .name = "nadam", .defaults = defaults, .states = states, .step = step, .has_betas = true};
