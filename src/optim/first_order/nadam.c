/* SPDX-License-Identifier: MIT */
#include "optim/first_order/instances.h"

#include <math.h>

enum { MEAN, SQUARES };
enum { OF_GRADIENT, OF_MEAN, OF_ROOT }; /* coefficients of g, m and √s */

static const lnt_field fields[] = {LNT_OPTIM_ADAM_FIELDS,
                                   LNT_AMOUNT_FIELD(lnt_optim_config, momentum_decay)};

/* The momentum of step `t`, which rises towards beta1. */
static double momentum_at(const lnt_optim_config *config, double t)
{
    return config->beta1 * (1 - 0.5 * pow(0.96, t * config->momentum_decay));
}

static void begin(lnt_optim *optim)
{
    const lnt_optim_config *config = &optim->config;
    const double t = (double) optim->steps + 1;
    const double now = momentum_at(config, t), next = momentum_at(config, t + 1);
    const double product = (optim->steps == 0 ? 1 : optim->momentum_product) * now;
    optim->momentum_product = product;
    optim->coefficients[OF_GRADIENT] = (1 - now) / (1 - product);
    optim->coefficients[OF_MEAN] = next / (1 - product * next);
    optim->coefficients[OF_ROOT] = 1 / sqrt(1 - pow(config->beta2, t));
}

#define LOOP(TARGET, name, REAL, ROOT)                                                             \
    TARGET static void name(const lnt_optim *optim, const lnt_optim_piece *p)                      \
    {                                                                                              \
        const REAL of_g = (REAL) (p->rate * optim->coefficients[OF_GRADIENT]);                     \
        const REAL of_m = (REAL) (p->rate * optim->coefficients[OF_MEAN]);                         \
        const REAL of_root = (REAL) optim->coefficients[OF_ROOT];                                  \
        const REAL keep = (REAL) (1 - p->rate * p->weight_decay);                                  \
        const REAL scale = (REAL) p->scale, l2 = (REAL) p->l2;                                     \
        const REAL beta1 = (REAL) optim->config.beta1, beta2 = (REAL) optim->config.beta2;         \
        const REAL fresh1 = (REAL) (1 - optim->config.beta1);                                      \
        const REAL fresh2 = (REAL) (1 - optim->config.beta2);                                      \
        const REAL epsilon = (REAL) optim->config.epsilon;                                         \
        const REAL *restrict g_in = p->g;                                                          \
        REAL *restrict m = p->states[MEAN];                                                        \
        REAL *restrict s = p->states[SQUARES];                                                     \
        REAL *restrict w = p->w;                                                                   \
        for (size_t i = 0; i < p->n; i++) {                                                        \
            const REAL g = scale * g_in[i] + l2 * w[i];                                            \
            m[i] = beta1 * m[i] + fresh1 * g;                                                      \
            s[i] = beta2 * s[i] + fresh2 * (g * g);                                                \
            w[i] = keep * w[i] - (of_g * g + of_m * m[i]) / (ROOT(s[i]) * of_root + epsilon);      \
        }                                                                                          \
    }

LNT_OPTIM_INSTANCES(LOOP)
#undef LOOP

static const lnt_optim_loops loops = LNT_OPTIM_TABLE;

const lnt_optim_ops lnt_optim_nadam = {
    .name = "nadam",
    .learning_rate = 0.002,
    .fields = fields,
    .n_fields = LNT_OPTIM_COUNT_OF(fields),
    .momentum = lnt_optim_field_beta1,
    .needs = lnt_optim_adam_needs,
    .begin = begin,
    .loops = &loops,
};
