/* SPDX-License-Identifier: MIT */
#include "optim/optim.h"

enum { VELOCITY };

static lnt_status states(const lnt_optim_config *config, size_t *count)
{
    if (!(config->momentum >= 0 && config->momentum < 1)) {
        return LNT_ERR_INVALID;
    }
    *count = config->momentum > 0 ? 1 : 0;
    return LNT_OK;
}

/* The velocity starts at zero, so that the first step gives v = g. */
#define STEP(name, REAL)                                                                           \
    static void name(size_t n, double learning_rate, double momentum, const void *g_data,          \
                     void *v_data, void *w_data)                                                   \
    {                                                                                              \
        const REAL rate = (REAL) learning_rate, mu = (REAL) momentum;                              \
        const REAL *restrict g = g_data;                                                           \
        REAL *restrict v = v_data;                                                                 \
        REAL *restrict w = w_data;                                                                 \
        if (v == NULL) {                                                                           \
            for (size_t i = 0; i < n; i++) {                                                       \
                w[i] -= rate * g[i];                                                               \
            }                                                                                      \
            return;                                                                                \
        }                                                                                          \
        for (size_t i = 0; i < n; i++) {                                                           \
            v[i] = mu * v[i] + g[i];                                                               \
            w[i] -= rate * v[i];                                                                   \
        }                                                                                          \
    }

STEP(step_f32, float)
STEP(step_f64, double)
#undef STEP

static void step(lnt_optim *optim, size_t n, const void *g, void *w)
{
    (optim->dtype == LNT_F32 ? step_f32 : step_f64)(
        n, optim->config.learning_rate, optim->config.momentum, g, optim->states[VELOCITY], w);
}

const lnt_optim_ops lnt_optim_sgd = {"sgd", states, step};
