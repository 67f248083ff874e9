/* SPDX-License-Identifier: MIT */
#include "optim/first_order/instances.h"

enum { VELOCITY };

static const lnt_field fields[] = {LNT_FRACTION_FIELD(lnt_optim_config, momentum),
                                   LNT_REAL_FIELD(lnt_optim_config, dampening, 0, 1, LNT_CLOSED)};

static lnt_status check(const lnt_optim_config *config, lnt_error *error)
{
    if (config->nesterov && config->momentum == 0) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "optim.momentum is 0, expected above 0 with optim.nesterov");
    }
    return config->nesterov && config->dampening > 0
               ? lnt_fail(error, LNT_ERR_INVALID,
                          "optim.dampening is %g, expected 0 with optim.nesterov",
                          config->dampening)
               : LNT_OK;
}

static void needs(const lnt_optim_config *config, const lnt_net *net, lnt_optim_needs *needs)
{
    needs->states[VELOCITY] = config->momentum > 0 ? net->n_parameters : 0;
}

/* The velocity starts at zero, so that a first step without dampening gives v = g. */
#define LOOP(TARGET, name, REAL, ROOT)                                                             \
    TARGET static void name(const lnt_optim *optim, const lnt_optim_piece *p)                      \
    {                                                                                              \
        const double momentum = optim->config.momentum;                                            \
        const bool nesterov = optim->config.nesterov;                                              \
        const REAL rate = (REAL) p->rate, keep = (REAL) (1 - p->rate * p->weight_decay);           \
        const REAL scale = (REAL) p->scale, l2 = (REAL) p->l2, mu = (REAL) momentum;               \
        const REAL fresh = (REAL) (optim->steps == 0 ? 1 : 1 - optim->config.dampening);           \
        const REAL of_g = nesterov ? 1 : 0, of_v = nesterov ? mu : 1;                              \
        const REAL *restrict g_in = p->g;                                                          \
        REAL *restrict v = p->states[VELOCITY];                                                    \
        REAL *restrict w = p->w;                                                                   \
        if (v == NULL) {                                                                           \
            for (size_t i = 0; i < p->n; i++) {                                                    \
                w[i] = keep * w[i] - rate * (scale * g_in[i] + l2 * w[i]);                         \
            }                                                                                      \
            return;                                                                                \
        }                                                                                          \
        for (size_t i = 0; i < p->n; i++) {                                                        \
            const REAL g = scale * g_in[i] + l2 * w[i];                                            \
            v[i] = mu * v[i] + fresh * g;                                                          \
            w[i] = keep * w[i] - rate * (of_g * g + of_v * v[i]);                                  \
        }                                                                                          \
    }

LNT_OPTIM_INSTANCES(LOOP)
#undef LOOP

static const lnt_optim_loops loops = LNT_OPTIM_TABLE;

const lnt_optim_ops lnt_optim_sgd = {
    .name = "sgd",
    .learning_rate = 0.01,
    .fields = fields,
    .n_fields = LNT_OPTIM_COUNT_OF(fields),
    .check = check,
    .momentum = lnt_optim_field_momentum,
    .momentum_is_optional = true,
    .needs = needs,
    .loops = &loops,
};
