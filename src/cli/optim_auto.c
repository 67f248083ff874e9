/* SPDX-License-Identifier: MIT */
#include "optim_auto.h"

#include "report.h"

/*
 * Multiplications of a step of Levenberg-Marquardt, about a second on one core, up to which it is
 * worth its price; rows up to which full steps of K-FAC or L-BFGS are.
 */
#define MOST_WORK 1e10
#define MOST_ROWS 20000

static double smaller(double a, double b)
{
    return a < b ? a : b;
}

/* N·O·P² + P³/3 by the normal equations, or (N·O)²·Σ widths + (N·O)³/3 by the dual ones. */
static double work_of_lm(const lnt_net *net, double residuals)
{
    const double p = (double) lnt_net_n_parameters(net);
    double widths = (double) lnt_net_inputs(net);
    for (size_t i = 0; i < lnt_net_n_layers(net); i++) {
        widths += 2 * (double) lnt_net_layer_outputs(net, i);
    }
    return smaller(residuals * p * p + p * p * p / 3,
                   residuals * residuals * (widths + residuals / 3));
}

static bool takes(lnt_cli_train_settings *settings, lnt_optim_kind kind, const lnt_net *net,
                  const lnt_loss *loss, size_t rows)
{
    settings->fit.optim.kind = kind;
    lnt_cli_optim_settle(settings);
    lnt_optim_config config = settings->fit.optim;
    config.max_rows = rows < settings->fit.batch_rows ? rows : settings->fit.batch_rows;
    return lnt_optim_accepts(&config, net, loss, NULL) == LNT_OK;
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
    const bool softmax = loss->kind == LNT_LOSS_SOFTMAX_CROSS_ENTROPY;
    const bool few = work_of_lm(net, (double) residuals) <= MOST_WORK;
    lnt_optim_kind kind = LNT_ADAMW;
    if ((squares || softmax) && few && takes(settings, LNT_LM, net, loss, rows)) {
        kind = LNT_LM;
    } else if (squares && rows <= MOST_ROWS) {
        settings->fit = before;
        kind = takes(settings, LNT_KFAC, net, loss, rows) ? LNT_KFAC : LNT_LBFGS;
    }
    settings->fit = before;
    if (kind != LNT_ADAMW && !takes(settings, kind, net, loss, rows)) {
        kind = LNT_ADAMW; /* some setting that was given is refused */
        settings->fit = before;
    }
    settings->fit.optim.kind = kind;
    lnt_cli_optim_settle(settings);
    lnt_cli_note("optimizer %s: %zu parameters, %zu residuals of %s", lnt_optim_name(kind),
                 lnt_net_n_parameters(net), residuals,
                 squares ? "squared error" : lnt_loss_name(loss->kind));
    return lnt_cli_schedule_settle(settings, error);
}
