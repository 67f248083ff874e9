/* SPDX-License-Identifier: MIT */
#include "optim/first_order/instances.h"

#include <math.h>

enum { MEAN, SQUARES };
enum { OF_MEAN, OF_ROOT }; /* coefficients: 1/(1 − beta1^t), 1/√(1 − beta2^t) */

static const lnt_field fields[] = {LNT_OPTIM_ADAM_FIELDS};

void lnt_optim_adam_needs(const lnt_optim_config *config, const lnt_net *net,
                          lnt_optim_needs *needs)
{
    (void) config;
    needs->states[MEAN] = needs->states[SQUARES] = net->n_parameters;
}

void lnt_optim_adam_begin(lnt_optim *optim)
{
    const double t = (double) optim->steps + 1;
    optim->coefficients[OF_MEAN] = 1 / (1 - pow(optim->config.beta1, t));
    optim->coefficients[OF_ROOT] = 1 / sqrt(1 - pow(optim->config.beta2, t));
}

#define LOOP(TARGET, name, REAL, ROOT)                                                             \
    TARGET static void name(const lnt_optim *optim, const lnt_optim_piece *p)                      \
    {                                                                                              \
        const REAL rate = (REAL) (p->rate * optim->coefficients[OF_MEAN]);                         \
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
            w[i] = keep * w[i] - rate * (m[i] / (ROOT(s[i]) * of_root + epsilon));                 \
        }                                                                                          \
    }

LNT_OPTIM_INSTANCES(LOOP)
#undef LOOP

const lnt_optim_loops lnt_optim_adam_loops = LNT_OPTIM_TABLE;

const lnt_optim_ops lnt_optim_adam = {
    .name = "adam",
    .learning_rate = 0.001,
    .fields = fields,
    .n_fields = LNT_OPTIM_COUNT_OF(fields),
    .momentum = lnt_optim_field_beta1,
    .needs = lnt_optim_adam_needs,
    .begin = lnt_optim_adam_begin,
    .loops = &lnt_optim_adam_loops,
};
