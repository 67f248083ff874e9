/* SPDX-License-Identifier: MIT */
#include "base/smaller.h"
#include "optim/lm/lm.h"

#include <stdio.h>

static size_t outputs_of(const lnt_net *net)
{
    return net->widths[net->n_layers];
}

size_t lnt_lm_bytes_of(const lnt_optim_config *config, const lnt_net *net,
                       const lnt_optim_sizes *sizes, lnt_lm_system form, size_t rows)
{
    lnt_optim_config own = *config;
    own.form = form;
    own.max_rows = rows;
    return sizes->bytes(&own, net);
}

bool lnt_lm_fits(const lnt_optim_config *config, size_t bytes)
{
    return bytes != SIZE_MAX && (config->max_bytes == 0 || bytes <= config->max_bytes);
}

/* The most rows of a batch that fit in the dual form. */
static size_t rows_that_fit(const lnt_optim_config *config, const lnt_net *net,
                            const lnt_optim_sizes *sizes)
{
    size_t fine = 0, bad = config->max_rows;
    while (bad - fine > 1) {
        const size_t rows = fine + (bad - fine) / 2;
        if (lnt_lm_fits(config, lnt_lm_bytes_of(config, net, sizes, LNT_LM_DUAL, rows))) {
            fine = rows;
        } else {
            bad = rows;
        }
    }
    return fine;
}

lnt_status lnt_lm_check_memory(const lnt_optim_config *config, const lnt_net *net,
                               const lnt_optim_sizes *sizes, lnt_error *error)
{
    const size_t rows = config->max_rows;
    if (lnt_lm_fits(config, sizes->bytes(config, net))) {
        return LNT_OK;
    }
    const size_t normal = lnt_lm_bytes_of(config, net, sizes, LNT_LM_NORMAL, rows);
    const size_t dual = lnt_lm_bytes_of(config, net, sizes, LNT_LM_DUAL, rows);
    const size_t fine = rows_that_fit(config, net, sizes);
    char limit[64] = "what can be counted", instead[128] = "";
    if (config->max_bytes > 0) {
        (void) snprintf(limit, sizeof limit, "the limit of %.3g MB",
                        1e-6 * (double) config->max_bytes);
    }
    if (lnt_lm_fits(config, normal) || lnt_lm_fits(config, dual)) {
        (void) snprintf(instead, sizeof instead, "the %s form fits, ",
                        lnt_lm_fits(config, normal) ? "normal" : "dual");
    } else if (fine > 0) {
        (void) snprintf(instead, sizeof instead, "batches of up to %zu rows fit in the dual form, ",
                        fine);
    }
    return lnt_fail(error, LNT_ERR_TOO_LARGE,
                    "lm needs %.3g MB in the normal form, for %zu parameters, and %.3g MB in the "
                    "dual form, for %zu rows of %zu outputs, which is over %s; %s%s needs less",
                    1e-6 * (double) normal, net->n_parameters, 1e-6 * (double) dual, rows,
                    outputs_of(net), limit, instead,
                    sizes->lighter(net, lnt_smaller(normal, dual)));
}

lnt_status lnt_lm_accepts(const lnt_optim_config *config, const lnt_net *net, const lnt_loss *loss,
                          lnt_error *error)
{
    LNT_TRY(lnt_optim_dense_only("lm", net, error));
    if (config->bayesian && config->l2 > 0) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "l2 is %g, but with bayesian lm finds it by itself, expected 0",
                        config->l2);
    }
    if (loss != NULL && loss->kind != LNT_LOSS_MSE &&
        (config->bayesian || loss->kind != LNT_LOSS_SOFTMAX_CROSS_ENTROPY)) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "%s is not taken by lm%s, expected mse%s; lbfgs takes any loss",
                        lnt_loss_name(loss->kind), config->bayesian ? " with bayesian" : "",
                        config->bayesian ? "" : " or softmax_cross_entropy");
    }
    return LNT_OK;
}
