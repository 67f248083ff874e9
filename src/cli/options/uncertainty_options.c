/* SPDX-License-Identifier: MIT */
#include "cli/options/uncertainty_options.h"
#include "cli/options/command.h"
#include "cli/options/train_settings.h"
#include "cli/output/messages.h"

/* None, and behind it the library's. */
static const char *laplace_name(int i)
{
    return i == 0 ? "none" : lnt_laplace_structure_name((lnt_laplace_structure) (i - 1));
}

static const lnt_cli_option options[] = {
    {.name = "laplace",
     .kind = LNT_CLI_CHOICE,
     LNT_CLI_AT(laplace),
     .value = "STRUCTURE",
     .initial = "none",
     .choice = laplace_name,
     .help = "Fit a Laplace approximation to the training rows, and save it with the model for "
             "predict --uncertainty: of the last layer, by Kronecker factors, or full"},
    {.name = "ensemble",
     .kind = LNT_CLI_SIZE,
     LNT_CLI_AT(ensemble),
     .value = "N",
     .initial = "1",
     .least = 1,
     .most = 1000,
     .help = "Train this many nets from consecutive seeds, and save each: MODEL's name with .1, "
             ".2, ... before its extension"},
};

const lnt_cli_group lnt_cli_uncertainty_group = {"Uncertainty:", options, LNT_CLI_COUNT_OF(options),
                                                 0};

static int check_ensemble(const lnt_cli_train_settings *settings)
{
    const struct {
        const char *option;
        bool given;
    } others[] = {{"history", settings->history != NULL},
                  {"report", settings->report != NULL},
                  {"checkpoint", settings->fit.checkpoint.directory != NULL},
                  {"from", settings->from != NULL}};
    for (size_t i = 0; i < LNT_CLI_COUNT_OF(others); i++) {
        if (others[i].given) {
            return lnt_cli_usage_error(
                "option --ensemble: cannot be combined with --%s, which describes one net",
                others[i].option);
        }
    }
    return LNT_CLI_DONE;
}

int lnt_cli_uncertainty_check(const lnt_cli_train_settings *settings)
{
    if (settings->laplace != 0) {
        const lnt_loss_kind loss = (lnt_loss_kind) (settings->loss_choice - 1);
        if (settings->norm != LNT_CLI_NORM_NONE || settings->dropout > 0 ||
            lnt_cli_is_prelu(settings->activation)) {
            return lnt_cli_usage_error("option --laplace: cannot be combined with --norm, "
                                       "--dropout or --activation prelu; use --ensemble N");
        }
        if (settings->loss_choice > 0 && loss != LNT_LOSS_MSE &&
            !lnt_loss_is_classification(loss)) {
            return lnt_cli_usage_error("option --laplace: supports the losses mse, "
                                       "softmax_cross_entropy and binary_cross_entropy, found %s",
                                       lnt_loss_name(loss));
        }
    }
    return settings->ensemble > 1 ? check_ensemble(settings) : LNT_CLI_DONE;
}
