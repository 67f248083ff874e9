/* SPDX-License-Identifier: MIT */
#include "optim/optim.h"

#include <math.h>

/* Adam, and what differs from it in a detail. */

enum { MEAN, SQUARE, LARGEST };

static void defaults(lnt_optim_config *config)
{
    config->learning_rate = 0.001;
    config->beta1 = 0.9;
    config->beta2 = 0.999;
    config->epsilon = 1e-8;
}

static void adamw_defaults(lnt_optim_config *config)
{
    defaults(config);
    config->weight_decay = 0.01;
}

static lnt_status states(const lnt_optim_config *config, size_t *count)
{
    if (!lnt_is_share(config->beta1) || !lnt_is_share(config->beta2) ||
        !lnt_is_weight(config->epsilon)) {
        return LNT_ERR_INVALID;
    }
    *count = 2;
    return LNT_OK;
}

static lnt_status amsgrad_states(const lnt_optim_config *config, size_t *count)
{
    LNT_TRY(states(config, count));
    *count = 3;
    return LNT_OK;
}

/* w = shrink·w − rate·m/(√s/root + epsilon), where rate and root hold the corrections of bias. */
#define STEP(name, REAL, sqrt_)                                                                    \
    static void name(size_t n, double beta1_value, double beta2_value, double rate_value,          \
                     double shrink_value, double root_value, double epsilon_value,                 \
                     const void *g_data, void *m_data, void *s_data, void *l_data, void *w_data)   \
    {                                                                                              \
        const REAL beta1 = (REAL) beta1_value, rest1 = (REAL) (1 - beta1_value);                   \
        const REAL beta2 = (REAL) beta2_value, rest2 = (REAL) (1 - beta2_value);                   \
        const REAL rate = (REAL) rate_value, shrink = (REAL) shrink_value;                         \
        const REAL root = (REAL) (1 / root_value), epsilon = (REAL) epsilon_value;                 \
        const REAL *restrict g = g_data;                                                           \
        REAL *restrict m = m_data;                                                                 \
        REAL *restrict s = s_data;                                                                 \
        REAL *restrict l = l_data;                                                                 \
        REAL *restrict w = w_data;                                                                 \
        if (l == NULL) {                                                                           \
            for (size_t i = 0; i < n; i++) {                                                       \
                m[i] = beta1 * m[i] + rest1 * g[i];                                                \
                s[i] = beta2 * s[i] + rest2 * g[i] * g[i];                                         \
                w[i] = shrink * w[i] - rate * m[i] / (sqrt_(s[i]) * root + epsilon);               \
            }                                                                                      \
            return;                                                                                \
        }                                                                                          \
        for (size_t i = 0; i < n; i++) {                                                           \
            m[i] = beta1 * m[i] + rest1 * g[i];                                                    \
            s[i] = beta2 * s[i] + rest2 * g[i] * g[i];                                             \
            l[i] = s[i] > l[i] ? s[i] : l[i];                                                      \
            w[i] = shrink * w[i] - rate * m[i] / (sqrt_(l[i]) * root + epsilon);                   \
        }                                                                                          \
    }

STEP(step_f32, float, sqrtf)
STEP(step_f64, double, sqrt)
#undef STEP

static void take_step(const lnt_optim *optim, size_t n, double rate, double shrink, const void *g,
                      void *m, void *s, void *largest, void *w)
{
    const lnt_optim_config *config = &optim->config;
    const double t = (double) optim->steps;
    (optim->dtype == LNT_F32 ? step_f32 : step_f64)(
        n, config->beta1, config->beta2, rate / (1 - pow(config->beta1, t)), shrink,
        sqrt(1 - pow(config->beta2, t)), config->epsilon, g, m, s, largest, w);
}

void lnt_adam_step(const lnt_optim *optim, const lnt_segment *segment, double rate, const void *g,
                   void *m, void *s, void *w)
{
    take_step(optim, segment->count, rate, 1 - rate * segment->weight_decay, g, m, s, NULL, w);
}

static lnt_status step(lnt_optim *optim, const lnt_segment *segment, double rate, const void *g,
                       void *w)
{
    take_step(optim, segment->count, rate, 1 - rate * segment->weight_decay, g,
              lnt_optim_state(optim, MEAN, segment), lnt_optim_state(optim, SQUARE, segment),
              optim->n_states > LARGEST ? lnt_optim_state(optim, LARGEST, segment) : NULL, w);
    return LNT_OK;
}

const lnt_optim_ops lnt_optim_adam = {
    .name = "adam", .defaults = defaults, .states = states, .step = step, .has_betas = true};

const lnt_optim_ops lnt_optim_adamw = {
    .name = "adamw", .defaults = adamw_defaults, .states = states, .step = step, .has_betas = true};

const lnt_optim_ops lnt_optim_amsgrad = {.name = "amsgrad",
                                         .defaults = defaults,
                                         .states = amsgrad_states,
                                         .step = step,
                                         .has_betas = true};
