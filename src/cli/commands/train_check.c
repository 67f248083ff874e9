/* SPDX-License-Identifier: MIT */
#include "cli/dataset/separate_files.h"
#include "cli/dataset/target.h"
#include "cli/dataset/train_data.h"
#include "cli/options/checkpoint_options.h"
#include "cli/options/command.h"
#include "cli/options/uncertainty_options.h"
#include "cli/output/messages.h"

#include <math.h>
#include <string.h>

/* What a loss says of the task. */
static int resolve_task(lnt_cli_train_settings *settings)
{
    if (settings->loss_choice == 0) {
        return LNT_CLI_DONE;
    }
    const lnt_loss_kind kind = (lnt_loss_kind) (settings->loss_choice - 1);
    const bool classes = lnt_loss_is_classification(kind);
    const bool several = settings->targets.count > 1;
    const int task = classes && !several ? LNT_CLI_CLASSIFY : LNT_CLI_REGRESS;
    if (kind == LNT_LOSS_SOFTMAX_CROSS_ENTROPY && several) {
        return lnt_cli_usage_error("option --loss: %s takes one --target, found %zu",
                                   lnt_loss_name(kind), settings->targets.count);
    }
    if (settings->task != LNT_CLI_TASK_AUTO && settings->task != task) {
        return lnt_cli_usage_error("option --loss: %s cannot %s", lnt_loss_name(kind),
                                   lnt_cli_task_name(settings->task));
    }
    settings->task = task;
    return LNT_CLI_DONE;
}

/* Which targets a scaling would take out of the loss's range. */
static int resolve_scaling(lnt_cli_train_settings *settings)
{
    const lnt_cli_option_values *values = &settings->values;
    if (!settings->standardize && !lnt_cli_option_values_given(values, "scale-inputs")) {
        settings->scale_inputs = LNT_SCALING_NONE;
    }
    const bool targets_given = lnt_cli_option_values_given(values, "scale-targets");
    if (!settings->standardize && !targets_given) {
        settings->scale_targets = LNT_SCALING_NONE;
    }
    const int kind = settings->loss_choice - 1;
    if (kind == LNT_LOSS_POISSON || kind == LNT_LOSS_BINARY_CROSS_ENTROPY) {
        if (targets_given && settings->scale_targets != LNT_SCALING_NONE) {
            return lnt_cli_usage_error(
                "option --scale-targets: the loss %s takes targets that are not scaled",
                lnt_loss_name((lnt_loss_kind) kind));
        }
        settings->scale_targets = LNT_SCALING_NONE;
    }
    return LNT_CLI_DONE;
}

static int check_rest(lnt_cli_train_settings *settings)
{
    if (settings->fit.sampling == LNT_SAMPLE_WEIGHTED && settings->sampling_weights == NULL) {
        return lnt_cli_usage_error("option --sampling: weighted needs --sampling-weights COLUMN");
    }
    const bool held_out = settings->validation > 0 || settings->validation_file != NULL;
    if (settings->fit.restore_best && !held_out) {
        return lnt_cli_usage_error("option --restore-best: needs held-out rows (--validation)");
    }
    if (settings->fit.monitor != LNT_METRIC_LOSS && !held_out) {
        return lnt_cli_usage_error("option --monitor: needs held-out rows (--validation)");
    }
    if (lnt_cli_checkpoint_check(settings) != LNT_CLI_DONE ||
        lnt_cli_uncertainty_check(settings) != LNT_CLI_DONE) {
        return LNT_CLI_USAGE_ERROR;
    }
    if (settings->residual) {
        for (size_t i = 1; i < settings->hidden.count; i++) {
            if (settings->hidden.items[i] == settings->hidden.items[i - 1]) {
                return LNT_CLI_DONE;
            }
        }
        return lnt_cli_usage_error("option --residual: needs two consecutive hidden layers of the "
                                   "same size, such as --hidden 64,64");
    }
    return LNT_CLI_DONE;
}

/* Settings that are in range each, but not together. */
/* A rate, and a schedule for it, that would be ignored. */
static int check_rate(const lnt_cli_train_settings *settings)
{
    const lnt_optim_kind kind = settings->fit.optim.kind;
    const lnt_cli_option_values *values = &settings->values;
    const bool whole = kind == LNT_KFAC && !lnt_cli_option_values_given(values, "batch");
    if (whole && lnt_cli_option_values_given(values, "lr")) {
        return lnt_cli_usage_error("option --lr: applies to optimizer kfac only with --batch");
    }
    if ((whole || kind == LNT_LM || kind == LNT_SCG) &&
        settings->fit.schedule.kind != LNT_SCHEDULE_CONSTANT) {
        return lnt_cli_usage_error(
            "option --schedule: cannot be combined with optimizer %s%s, which has no learning rate",
            lnt_optim_name(kind), whole ? " on full batches" : "");
    }
    return LNT_CLI_DONE;
}

static int check_optim(const lnt_optim_config *optim)
{
    if (optim->kind == LNT_SGD && optim->sgd.nesterov && optim->sgd.momentum == 0) {
        return lnt_cli_usage_error("option --nesterov: needs a --momentum above 0");
    }
    if (optim->kind == LNT_SGD && optim->sgd.nesterov && optim->sgd.dampening > 0) {
        return lnt_cli_usage_error("option --nesterov: cannot be combined with --dampening");
    }
    if (optim->kind == LNT_RPROP && optim->rprop.step_min > optim->rprop.step_max) {
        return lnt_cli_usage_error("option --step-min: expected at most --step-max, %g, found %g",
                                   optim->rprop.step_max, optim->rprop.step_min);
    }
    if (optim->kind == LNT_LBFGS && optim->lbfgs.c1 >= optim->lbfgs.c2) {
        return lnt_cli_usage_error("option --c1: expected below --c2, %g, found %g",
                                   optim->lbfgs.c2, optim->lbfgs.c1);
    }
    if (optim->kind == LNT_LM && optim->lm.mu > optim->lm.mu_max) {
        return lnt_cli_usage_error("option --mu: expected at most --mu-max, %g, found %g",
                                   optim->lm.mu_max, optim->lm.mu);
    }
    return LNT_CLI_DONE;
}

int lnt_cli_train_check(lnt_cli_train_settings *settings, const char **path)
{
    lnt_error error = {LNT_OK, ""};
    settings->values.settings = settings;
    settings->fit.seed = settings->seed;
    settings->validation = settings->validation_file == NULL ? settings->validation : 0;
    settings->alpha =
        lnt_cli_option_values_given(&settings->values, "alpha") ? settings->alpha : NAN;
    int exit_status = lnt_cli_separate_files_check(
        &settings->separate_files, settings->targets.count > 0, &settings->reading, path);
    if (exit_status != LNT_CLI_DONE) {
        return exit_status;
    }
    if (settings->separate_files.inputs != NULL && settings->validation_file != NULL) {
        return lnt_cli_usage_error("option --validation-file: cannot be combined with --inputs; "
                                   "--validation holds out a fraction of the rows");
    }
    if (settings->targets.count == 0 && settings->from == NULL &&
        settings->separate_files.targets == NULL) {
        return lnt_cli_usage_error("expected --target COLUMN, the column to predict");
    }
    if (settings->task == LNT_CLI_CLASSIFY && settings->targets.count > 1) {
        return lnt_cli_usage_error("option --task: classify takes one --target, found %zu",
                                   settings->targets.count);
    }
    exit_status = resolve_task(settings);
    exit_status = exit_status == LNT_CLI_DONE ? resolve_scaling(settings) : exit_status;
    exit_status = exit_status == LNT_CLI_DONE ? check_rest(settings) : exit_status;
    if (exit_status != LNT_CLI_DONE) {
        return exit_status;
    }
    lnt_cli_optim_resolve(settings);
    if (check_optim(&settings->fit.optim) != LNT_CLI_DONE || check_rate(settings) != LNT_CLI_DONE) {
        return LNT_CLI_USAGE_ERROR;
    }
    return lnt_cli_schedule_resolve(settings, &error) == LNT_OK
               ? LNT_CLI_DONE
               : lnt_cli_usage_error("%s", error.message);
}

void lnt_cli_train_inputs(const lnt_cli_train_settings *settings, const char *path,
                          const char *inputs[LNT_CLI_TRAIN_INPUTS])
{
    const char *const all[LNT_CLI_TRAIN_INPUTS] = {path,
                                                   settings->separate_files.targets,
                                                   settings->separate_files.weights,
                                                   settings->validation_file,
                                                   settings->config,
                                                   settings->from};
    memcpy(inputs, all, sizeof all);
}
