/* SPDX-License-Identifier: MIT */
#include "cli/options/command.h"
#include "cli/options/defaults.h"
#include "cli/options/train_settings.h"
#include "cli/output/progress.h"

static const char *sampling_name(int i)
{
    static const char *const names[] = {[LNT_SAMPLE_ALL] = "all",
                                        [LNT_SAMPLE_BALANCED] = "balanced",
                                        [LNT_SAMPLE_WEIGHTED] = "weighted"};
    return i >= 0 && i <= LNT_SAMPLE_WEIGHTED ? names[i] : NULL;
}

static const char *metric_name(int i)
{
    return lnt_metric_name((lnt_metric) i);
}

static const lnt_cli_option training_options[] = {
    {.name = "epochs",
     .kind = LNT_CLI_SIZE,
     LNT_CLI_AT(fit.epochs),
     .value = "N",
     .initial = LNT_CLI_DEFAULT_EPOCHS,
     .least = 1,
     .most = 1000000,
     .help = "Passes over the training rows; 1000 for lbfgs, scg, lm and kfac"},
    {.name = "batch",
     .kind = LNT_CLI_SIZE,
     LNT_CLI_AT(fit.batch_rows),
     .value = "ROWS",
     .initial = LNT_CLI_DEFAULT_BATCH,
     .least = 1,
     .most = 1000000,
     .help = "Rows per step; for lbfgs, scg, lm and kfac all, up to 1000000"},
    {.name = "shuffle",
     .kind = LNT_CLI_SWITCH,
     LNT_CLI_AT(fit.shuffle),
     .initial = "yes",
     .help = "Keep the order of the training rows (default: shuffle them in each epoch)"},
    {.name = "sampling",
     .kind = LNT_CLI_CHOICE,
     LNT_CLI_AT(fit.sampling),
     .value = "HOW",
     .initial = "all",
     .choice = sampling_name,
     .help = "Rows of an epoch: each once, or drawn with replacement, each class equally often, "
             "or by weights"},
    {.name = "sampling-weights",
     .kind = LNT_CLI_TEXT,
     LNT_CLI_AT(sampling_weights),
     .value = "COLUMN",
     .depends_on = "sampling",
     .only = 1ULL << LNT_SAMPLE_WEIGHTED,
     .help = "Column of the sampling weights, by name or by number (1 is the first, -1 the last); "
             "it is not an input"},
    {.name = "seed",
     .kind = LNT_CLI_COUNT,
     LNT_CLI_AT(seed),
     .value = "N",
     .initial = "0",
     .most = UINT64_MAX,
     .help = "Random seed; the same seed gives the same model"},
};

const lnt_cli_group lnt_cli_training_group = {"Training:", training_options,
                                              LNT_CLI_COUNT_OF(training_options), 0};

/* --epochs is the first. */
const lnt_cli_group lnt_cli_batches_group = {"Training:", training_options + 1,
                                             LNT_CLI_COUNT_OF(training_options) - 1, 0};

static const lnt_cli_option stopping_options[] = {
    {.name = "patience",
     .kind = LNT_CLI_SIZE,
     LNT_CLI_AT(fit.patience),
     .value = "EPOCHS",
     .initial = "0",
     .most = 1000000,
     .help = "Stop after this many epochs without improvement; 0: never; 20 for lbfgs, scg, lm and "
             "kfac with held-out rows"},
    {.name = "min-delta",
     .kind = LNT_CLI_REAL,
     LNT_CLI_AT(fit.min_delta),
     .value = "NUMBER",
     .initial = "0",
     .high = 1000000,
     .help = "Smallest change that is an improvement"},
    {.name = "monitor",
     .kind = LNT_CLI_CHOICE,
     LNT_CLI_AT(fit.monitor),
     .value = "METRIC",
     .initial = "loss",
     .choice = metric_name,
     .help = "Metric on the held-out rows that is to improve"},
    {.name = "restore-best",
     .kind = LNT_CLI_SWITCH,
     LNT_CLI_AT(fit.restore_best),
     .initial = "no",
     .help = "End with the parameters of the best epoch; the default for lbfgs, scg, lm and kfac "
             "with held-out rows"},
    {.name = "top-k",
     .kind = LNT_CLI_SIZE,
     LNT_CLI_AT(fit.top_k),
     .value = "K",
     .initial = "3",
     .least = 1,
     .most = 10000,
     .help = "K of the metric top_k: the true class is among the K most probable"},
    {.name = "target-loss",
     .kind = LNT_CLI_REAL,
     LNT_CLI_AT(fit.target_loss),
     .value = "LOSS",
     .initial = "0",
     .high = 1000000,
     .help = "Stop when the training loss is at most this; 0: never"},
    {.name = "gradient-tolerance",
     .kind = LNT_CLI_REAL,
     LNT_CLI_AT(fit.gradient_tolerance),
     .value = "NORM",
     .initial = "0",
     .high = 1000000,
     .help = "Stop when the norm of the gradient is below this, on full batches; 0: never"},
    {.name = "max-time",
     .kind = LNT_CLI_TIME,
     LNT_CLI_AT(fit.max_seconds),
     .value = "TIME",
     .initial = "0",
     .high = 1000000000,
     .help = "Stop after this time, in seconds or as 90s, 15m, 2h, 1:30:00; 0: no limit"},
    {.name = "max-steps",
     .kind = LNT_CLI_SIZE,
     LNT_CLI_AT(fit.max_steps),
     .value = "N",
     .initial = "0",
     .most = 1000000000000000,
     .help = "Stop after this many steps; 0: no limit"},
};

const lnt_cli_group lnt_cli_stopping_group = {"Stopping:", stopping_options,
                                              LNT_CLI_COUNT_OF(stopping_options), 0};

const lnt_cli_option lnt_cli_run_options[LNT_CLI_RUN_COUNT] = {
    {.name = LNT_CLI_CONFIG_OPTION,
     .kind = LNT_CLI_TEXT,
     LNT_CLI_AT(config),
     .value = "FILE",
     .not_in_file = true,
     .help = "Read options from KEY = VALUE lines; the command line overrides them"},
    {.name = "json",
     .kind = LNT_CLI_SWITCH,
     LNT_CLI_AT(json),
     .initial = "no",
     .help = "Print the result as JSON"},
    {.name = "quiet",
     .letter = 'q',
     .kind = LNT_CLI_SWITCH,
     LNT_CLI_AT(quiet),
     .initial = "no",
     .help = "Print only results, warnings and errors"},
    {.name = "progress",
     .kind = LNT_CLI_CHOICE,
     LNT_CLI_AT(progress),
     .value = "WHEN",
     .initial = "auto",
     .choice = lnt_cli_when_name,
     .help = "Show progress; auto: a bar on a terminal, else a few lines; always: a bar"},
    {.name = "dry-run",
     .kind = LNT_CLI_SWITCH,
     LNT_CLI_AT(dry_run),
     .initial = "no",
     .not_in_file = true,
     .help = "Do not train: print the configuration, the layers and the cost of a step"},
};

/* --progress and --dry-run are the last. */
const lnt_cli_group lnt_cli_quiet_group = {"Running:", lnt_cli_run_options, LNT_CLI_RUN_COUNT - 2,
                                           0};

void lnt_cli_options_init(void)
{
    lnt_cli_loss_options_init();
    lnt_cli_optim_options_init();
    lnt_cli_schedule_options_init();
}
