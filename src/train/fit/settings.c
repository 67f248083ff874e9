/* SPDX-License-Identifier: MIT */
#include "train/fit/settings.h"

#include <linnet/train.h>
#include <string.h>

/* The one description of all settings of a run; linnet/settings.h says what comes from it. */

#define REAL(member) LNT_REAL(lnt_fit_config, member), .kinds = LNT_ALL_KINDS
#define SIZE(member) LNT_SIZE(lnt_fit_config, member), .kinds = LNT_ALL_KINDS
#define FLAG(member) LNT_FLAG(lnt_fit_config, member), .kinds = LNT_ALL_KINDS
#define CHOICE(member, names) LNT_CHOICE(lnt_fit_config, member, names), .kinds = LNT_ALL_KINDS
#define ANY .high = INFINITY
#define LIMIT .is_limit = true

static const char *sampling_name(int sampling)
{
    static const char *const names[] = {[LNT_SAMPLE_ALL] = "all",
                                        [LNT_SAMPLE_BALANCED] = "balanced",
                                        [LNT_SAMPLE_WEIGHTED] = "weighted"};
    return sampling >= 0 && sampling <= LNT_SAMPLE_WEIGHTED ? names[sampling] : NULL;
}

static const char *metric_name(int metric)
{
    return lnt_metric_name((lnt_metric) metric);
}

static const char *gemm_name(int gemm)
{
    static const char *const names[] = {[LNT_GEMM_HEURISTIC] = "heuristic",
                                        [LNT_GEMM_AUTOTUNE] = "autotune",
                                        [LNT_GEMM_BLAS] = "blas",
                                        [LNT_GEMM_BUILTIN] = "builtin"};
    return gemm >= 0 && gemm <= LNT_GEMM_BUILTIN ? names[gemm] : NULL;
}

static const lnt_setting table[] = {
    {SIZE(epochs), LNT_COUNT, .initial = 100, LIMIT, .value = "N",
     .help = "Most epochs of the run"},
    {SIZE(batch_rows), LNT_COUNT, .initial = 32, .value = "ROWS", .help = "Rows of a batch"},
    {FLAG(shuffle), .initial = 1, .help = "Shuffle the rows in each epoch"},
    {LNT_SETTING(lnt_fit_config, seed, LNT_SETTING_U64), ANY, .kinds = LNT_ALL_KINDS,
     .value = "SEED", .help = "Seed of the order of rows, sampling, validation split and dropout"},
    {CHOICE(sampling, sampling_name), .value = "HOW",
     .help = "Rows of an epoch: all, or drawn with replacement"},
    {REAL(validation_fraction), LNT_FRACTION, .value = "FRACTION",
     .help = "Fraction of the rows held out for validation"},
    {SIZE(top_k), LNT_COUNT, .initial = 3, .value = "K", .help = "K of the metric top_k"},
    {CHOICE(monitor, metric_name), .initial = LNT_METRIC_LOSS, .value = "METRIC",
     .help = "Metric that early stopping, the best epoch and plateau use"},
    {SIZE(patience), ANY, .value = "EPOCHS",
     .help = "Stop early after this many epochs without improvement; 0 does not"},
    {REAL(min_delta), LNT_NOT_NEGATIVE, .value = "NUMBER",
     .help = "Smallest change of the monitored metric that is an improvement"},
    {FLAG(restore_best), .help = "Restore the parameters of the best epoch at the end"},
    {REAL(target_loss), ANY, LIMIT, .value = "LOSS",
     .help = "Stop once the training loss is at most this; 0 does not"},
    {REAL(gradient_tolerance), ANY, LIMIT, .value = "NORM",
     .help = "Stop once the 2-norm of the gradient of a full batch is at most this; 0 does not"},
    {REAL(max_seconds), ANY, LIMIT, .value = "SECONDS",
     .help = "Stop after this time; 0 sets no limit"},
    {SIZE(max_steps), ANY, LIMIT, .value = "N",
     .help = "Stop after this many steps of the optimizer; 0 sets no limit"},
    {CHOICE(gemm, gemm_name), .value = "BACKEND", .help = "What computes matrix products"},
    {LNT_SETTING(lnt_fit_config, threads, LNT_SETTING_UNSIGNED), ANY, LIMIT, .kinds = LNT_ALL_KINDS,
     .value = "N", .help = "Threads that share each batch"},
    {FLAG(oversubscribe), LIMIT, .help = "Allow more threads than processors"},
    {SIZE(checkpoint.every_steps), ANY, LIMIT, .value = "N",
     .help = "Steps between checkpoints; 0: not by steps"},
    {SIZE(checkpoint.every_epochs), ANY, LIMIT, .value = "N",
     .help = "Epochs between checkpoints; 0: not by epochs"},
    {REAL(checkpoint.every_seconds), ANY, LIMIT, .value = "SECONDS",
     .help = "Seconds between checkpoints; 0: not by time"},
    {SIZE(checkpoint.keep), ANY, LIMIT, .value = "N",
     .help = "Checkpoints that are kept; 0 keeps the fewest allowed"},
    {FLAG(checkpoint.resume), LIMIT, .help = "Resume from the newest checkpoint"},
    {FLAG(checkpoint.allow_changes), LIMIT,
     .help = "Resume although data or settings have changed"},
};

const lnt_settings lnt_fit_table = {table, sizeof table / sizeof table[0], ""};

lnt_fit_config lnt_fit_defaults(void)
{
    lnt_fit_config config = {.loss = lnt_mse(LNT_MEAN),
                             .optim = lnt_optim_defaults(LNT_ADAM),
                             .schedule = lnt_schedule_defaults(LNT_SCHEDULE_CONSTANT)};
    lnt_settings_defaults(lnt_fit_table, 0, &config);
    return config;
}

const lnt_setting *lnt_fit_settings(size_t *count)
{
    if (count != NULL) {
        *count = lnt_fit_table.count;
    }
    return table;
}

/* The rest of a name that begins with a part of the configuration, such as "optim."; or NULL. */
static const char *rest_of(const char *name, const char *part)
{
    const size_t length = strlen(part);
    return name != NULL && strncmp(name, part, length) == 0 ? name + length : NULL;
}

lnt_status lnt_fit_set(lnt_fit_config *config, const char *name, const char *value,
                       lnt_error *error)
{
    const char *rest;
    if (config != NULL && (rest = rest_of(name, "optim.")) != NULL) {
        return lnt_optim_set(&config->optim, rest, value, error);
    }
    if (config != NULL && (rest = rest_of(name, "schedule.")) != NULL) {
        return lnt_schedule_set(&config->schedule, rest, value, error);
    }
    if (config != NULL && (rest = rest_of(name, "loss.")) != NULL) {
        return lnt_loss_set(&config->loss, rest, value, error);
    }
    return lnt_settings_set(lnt_fit_table, config, name, value, error);
}

lnt_status lnt_fit_get(const lnt_fit_config *config, const char *name,
                       char value[LNT_SETTING_LENGTH], lnt_error *error)
{
    const char *rest;
    if (config != NULL && (rest = rest_of(name, "optim.")) != NULL) {
        return lnt_optim_get(&config->optim, rest, value, error);
    }
    if (config != NULL && (rest = rest_of(name, "schedule.")) != NULL) {
        return lnt_schedule_get(&config->schedule, rest, value, error);
    }
    if (config != NULL && (rest = rest_of(name, "loss.")) != NULL) {
        return lnt_loss_get(&config->loss, rest, value, error);
    }
    return lnt_settings_get(lnt_fit_table, config, name, value, error);
}
