/* SPDX-License-Identifier: MIT */
#include "cli/training/optim_auto.h"

#include "cli/output/messages.h"

/*
 * By what docs/optimizers.md shows: for one or two outputs of squared error nothing comes near to
 * Levenberg-Marquardt in batches of some 256 residuals; its batches get too short for more outputs,
 * where K-FAC is ahead, and for classes neither is worth its price.
 */
#define MOST_OUTPUTS 2
#define BATCH_RESIDUALS 256
/* Multiplications of an epoch, some seconds on one core, and rows, that steps on all rows are fit
 * for. */
#define MOST_WORK 1e11
#define MOST_ROWS 20000

/* A batch of r residuals takes r²·Σ widths for J·Jᵀ and r³/3 for its factor. */
static double work_of_lm(const lnt_net *net, double residuals)
{
    double widths = (double) lnt_net_inputs(net);
    for (size_t i = 0; i < lnt_net_n_layers(net); i++) {
        widths += 2 * (double) lnt_net_layer_outputs(net, i);
    }
    return residuals * BATCH_RESIDUALS * (widths + BATCH_RESIDUALS / 3.0);
}

static bool takes(lnt_cli_train_settings *settings, lnt_optim_kind kind, const lnt_net *net,
                  const lnt_loss *loss, size_t rows)
{
    settings->fit.optim.kind = kind;
    lnt_cli_optim_resolve(settings);
    if (kind == LNT_LM && !lnt_cli_option_values_given(&settings->values, "batch")) {
        settings->fit.batch_rows = BATCH_RESIDUALS / lnt_net_outputs(net);
    }
    lnt_optim_config config = settings->fit.optim;
    config.max_rows = rows < settings->fit.batch_rows ? rows : settings->fit.batch_rows;
    return lnt_optim_supports(&config, net, loss, NULL) == LNT_OK;
}

lnt_status lnt_cli_optim_pick(lnt_cli_train_settings *settings, const lnt_net *net,
                              const lnt_loss *loss, size_t rows, lnt_error *error)
{
    if ((int) settings->fit.optim.kind != LNT_CLI_OPTIM_AUTO) {
        return LNT_OK;
    }
    const lnt_fit_config before = settings->fit;
    const size_t outputs = lnt_net_outputs(net), residuals = rows * outputs;
    const bool squares = loss->kind == LNT_LOSS_MSE;
    /* whoever sets a rate wants a method that lives by it */
    const bool rate = lnt_cli_option_values_given(&settings->values, "lr") ||
                      lnt_cli_option_values_given(&settings->values, "schedule");
    const bool second = squares && !rate;
    const struct {
        lnt_optim_kind kind;
        bool fit;
        const char *why;
    } choices[] = {
        {LNT_LM,
         second && outputs <= MOST_OUTPUTS && work_of_lm(net, (double) residuals) <= MOST_WORK,
         "few outputs, smallest squared error in the least time"},
        {LNT_KFAC, second && rows <= MOST_ROWS, "squared error and few rows"},
        {LNT_LBFGS, second && rows <= MOST_ROWS, "squared error and few rows"},
        {LNT_ADAMW, true,
         squares ? "many rows, or options that other optimizers do not support"
                 : "the loss is not a squared error"},
    };
    size_t i = 0;
    while (!(choices[i].fit && takes(settings, choices[i].kind, net, loss, rows)) &&
           choices[i].kind != LNT_ADAMW) {
        settings->fit = before;
        i++;
    }
    lnt_cli_log("optimizer %s, in batches of %zu rows: %s (%zu parameters, %zu residuals)",
                lnt_optim_name(choices[i].kind),
                rows < settings->fit.batch_rows ? rows : settings->fit.batch_rows, choices[i].why,
                lnt_net_n_parameters(net), residuals);
    return lnt_cli_schedule_resolve(settings, error);
}
