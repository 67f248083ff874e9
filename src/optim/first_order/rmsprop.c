/* SPDX-License-Identifier: MIT */
#include "optim/first_order/instances.h"

#include <math.h>

enum { SQUARES, MEAN, VELOCITY };

static const lnt_field fields[] = {LNT_FRACTION_FIELD(lnt_optim_config, momentum),
                                   LNT_FRACTION_FIELD(lnt_optim_config, rho),
                                   LNT_AMOUNT_FIELD(lnt_optim_config, epsilon)};

static void needs(const lnt_optim_config *config, const lnt_net *net, lnt_optim_needs *needs)
{
    needs->states[SQUARES] = net->n_parameters;
    needs->states[MEAN] = config->centered ? net->n_parameters : 0;
    needs->states[VELOCITY] = config->momentum > 0 ? net->n_parameters : 0;
}

/* The loop over `SPREAD`, the estimate under the root, and `MOVE`, the step from x = g/(√· + ε). */
#define EACH(REAL, ROOT, SPREAD, MOVE)                                                             \
    for (size_t i = 0; i < p->n; i++) {                                                            \
        const REAL g = scale * g_in[i] + l2 * w[i];                                                \
        s[i] = rho * s[i] + fresh * (g * g);                                                       \
        const REAL spread = SPREAD(REAL);                                                          \
        const REAL x = g / (ROOT(spread) + epsilon);                                               \
        w[i] = keep * w[i] - rate * MOVE;                                                          \
    }

#define PLAIN(REAL) s[i]
/* Rounding may take a variance below zero. */
#define CENTERED(REAL)                                                                             \
    (mean[i] = rho * mean[i] + fresh * g,                                                          \
     s[i] - mean[i] * mean[i] > 0 ? s[i] - mean[i] * mean[i] : (REAL) 0)
#define STRAIGHT x
#define WITH_MOMENTUM (v[i] = mu * v[i] + x)

#define LOOP(TARGET, name, REAL, ROOT)                                                             \
    TARGET static void name(const lnt_optim *optim, const lnt_optim_piece *p)                      \
    {                                                                                              \
        const REAL rate = (REAL) p->rate, keep = (REAL) (1 - p->rate * p->weight_decay);           \
        const REAL scale = (REAL) p->scale, l2 = (REAL) p->l2;                                     \
        const REAL rho = (REAL) optim->config.rho, fresh = (REAL) (1 - optim->config.rho);         \
        const REAL mu = (REAL) optim->config.momentum, epsilon = (REAL) optim->config.epsilon;     \
        const REAL *restrict g_in = p->g;                                                          \
        REAL *restrict s = p->states[SQUARES];                                                     \
        REAL *restrict mean = p->states[MEAN];                                                     \
        REAL *restrict v = p->states[VELOCITY];                                                    \
        REAL *restrict w = p->w;                                                                   \
        if (mean == NULL && v == NULL) {                                                           \
            EACH(REAL, ROOT, PLAIN, STRAIGHT)                                                      \
        } else if (mean == NULL) {                                                                 \
            EACH(REAL, ROOT, PLAIN, WITH_MOMENTUM)                                                 \
        } else if (v == NULL) {                                                                    \
            EACH(REAL, ROOT, CENTERED, STRAIGHT)                                                   \
        } else {                                                                                   \
            EACH(REAL, ROOT, CENTERED, WITH_MOMENTUM)                                              \
        }                                                                                          \
    }

LNT_OPTIM_INSTANCES(LOOP)
#undef LOOP
#undef EACH
#undef PLAIN
#undef CENTERED
#undef STRAIGHT
#undef WITH_MOMENTUM

static const lnt_optim_loops loops = LNT_OPTIM_TABLE;

const lnt_optim_ops lnt_optim_rmsprop = {
    .name = "rmsprop",
    .learning_rate = 0.01,
    .fields = fields,
    .n_fields = LNT_OPTIM_COUNT_OF(fields),
    .momentum = lnt_optim_field_momentum,
    .momentum_is_optional = true,
    .needs = needs,
    .loops = &loops,
};
