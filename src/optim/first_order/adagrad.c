/* SPDX-License-Identifier: MIT */
#include "optim/first_order/instances.h"

#include <math.h>

enum { SQUARES };
enum { RATE_FACTOR }; /* coefficient */

static void defaults(lnt_optim_config *config)
{
    config->epsilon = 1e-10;
}

static const lnt_field fields[] = {LNT_AMOUNT_FIELD(lnt_optim_config, epsilon),
                                   LNT_AMOUNT_FIELD(lnt_optim_config, rate_decay)};

static void needs(const lnt_optim_config *config, const lnt_net *net, lnt_optim_needs *needs)
{
    (void) config;
    needs->states[SQUARES] = net->n_parameters;
}

static void begin(lnt_optim *optim)
{
    optim->coefficients[RATE_FACTOR] = 1 / (1 + (double) optim->steps * optim->config.rate_decay);
}

#define LOOP(TARGET, name, REAL, ROOT)                                                             \
    TARGET static void name(const lnt_optim *optim, const lnt_optim_piece *p)                      \
    {                                                                                              \
        const REAL rate = (REAL) (p->rate * optim->coefficients[RATE_FACTOR]);                     \
        const REAL keep = (REAL) (1 - p->rate * p->weight_decay);                                  \
        const REAL scale = (REAL) p->scale, l2 = (REAL) p->l2;                                     \
        const REAL epsilon = (REAL) optim->config.epsilon;                                         \
        const REAL *restrict g_in = p->g;                                                          \
        REAL *restrict s = p->states[SQUARES];                                                     \
        REAL *restrict w = p->w;                                                                   \
        for (size_t i = 0; i < p->n; i++) {                                                        \
            const REAL g = scale * g_in[i] + l2 * w[i];                                            \
            s[i] += g * g;                                                                         \
            w[i] = keep * w[i] - rate * (g / (ROOT(s[i]) + epsilon));                              \
        }                                                                                          \
    }

LNT_OPTIM_INSTANCES(LOOP)
#undef LOOP

static const lnt_optim_loops loops = LNT_OPTIM_TABLE;

const lnt_optim_ops lnt_optim_adagrad = {
    .name = "adagrad",
    .learning_rate = 0.01,
    .defaults = defaults,
    .fields = fields,
    .n_fields = LNT_OPTIM_COUNT_OF(fields),
    .needs = needs,
    .begin = begin,
    .loops = &loops,
};
