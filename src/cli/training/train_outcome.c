/* SPDX-License-Identifier: MIT */
#include "cli/training/train_outcome.h"

#include "base/text/escaped.h"
#include "cli/options/command.h"
#include "cli/output/interrupt.h"
#include "cli/output/messages.h"
#include "cli/output/text.h"

#include <stdio.h>
#include <stdlib.h>

/* Why a run ended before its last epoch, by itself. */
static const char *end_text(lnt_fit_end end)
{
    switch (end) {
    case LNT_END_PATIENCE:
        return "patience";
    case LNT_END_SECONDS:
        return "max-time";
    case LNT_END_STEPS:
        return "max-steps";
    case LNT_END_CALLBACK:
        return "signal";
    case LNT_END_STOP_FILE:
        return "stop";
    case LNT_END_TARGET_LOSS:
        return "target-loss";
    case LNT_END_GRADIENT_TOLERANCE:
        return "gradient-tolerance";
    case LNT_END_STALLED:
        return "stalled";
    default:
        return "epochs";
    }
}

/* The files that there are; null for a net that could not be saved. */
static json_t *models_json(const lnt_cli_train_job *job)
{
    json_t *list = json_array();
    for (size_t m = 0; m < job->members.count; m++) {
        json_array_append_new(list, lnt_cli_json_text(job->members.list[m].path));
    }
    return list;
}

static void print_models(const lnt_cli_train_job *job)
{
    for (size_t m = 0; m < job->members.count; m++) {
        const char *path = job->members.list[m].path;
        fputs("model              ", job->summary);
        lnt_print_escaped(job->summary, path != NULL ? path : "not saved");
        putc('\n', job->summary);
    }
}

static lnt_status print_json(const lnt_cli_train_job *job)
{
    const lnt_fit_result *result = &job->run.result;
    const lnt_training_summary *record = &job->run.model.record;
    const bool held_out = record->validation_rows > 0;
    json_t *object =
        json_pack("{s:o, s:s, s:I, s:I, s:I, s:I, s:b, s:s, s:I, s:f, s:o, s:o, s:o}", "model",
                  lnt_cli_json_text(job->members.list[0].path), "task",
                  job->data.classify ? "classify" : "regress", "parameters",
                  (json_int_t) lnt_net_n_parameters(job->run.model.net), "epochs",
                  (json_int_t) result->epochs, "steps", (json_int_t) result->steps, "training_rows",
                  (json_int_t) record->train_rows, "stopped", (int) job->stopped, "end",
                  end_text(result->end), "best_epoch", (json_int_t) result->best_epoch, "seconds",
                  result->seconds, "training_loss", lnt_cli_json_number(record->train_loss),
                  "training_accuracy", lnt_cli_json_number(record->train_accuracy),
                  held_out ? "held_out" : "on_training_rows",
                  lnt_cli_metrics_json(&job->metrics, &job->run.model));
    if (job->settings.ensemble > 1) {
        json_object_del(object, "model");
        json_object_set_new(object, "models", models_json(job));
    }
    return lnt_cli_json_print(object, 17, job->summary);
}

static void print_text(const lnt_cli_train_job *job)
{
    const char *rows = job->evaluation.held_out ? "held-out" : "training";
    if (job->metrics.classes != NULL) {
        fprintf(job->summary, "%s accuracy  %.4f (%zu of %zu)\n", rows, job->metrics.accuracy,
                lnt_cli_metrics_correct(&job->metrics), job->metrics.rows);
    }
    fprintf(job->summary, "%s loss      %.6g\n", rows, job->metrics.loss);
    print_models(job);
    if (job->metrics.classes == NULL) {
        fprintf(job->summary,
                "\n"
                "%s rows, in the units of the data:\n",
                rows);
        (void) lnt_cli_metrics_print(&job->metrics, &job->run.model, job->summary);
    }
}

static void tell_end(const lnt_cli_train_job *job)
{
    const lnt_fit_result *result = &job->run.result;
    char why[64] = "";
    if (result->end == LNT_END_STOP_FILE) {
        snprintf(why, sizeof why, ", ended by the file '" LNT_CHECKPOINT_STOP_FILE "'");
    } else if (result->end == LNT_END_STALLED) {
        snprintf(why, sizeof why, ": no step decreases the loss any further");
    } else if (result->end != LNT_END_EPOCHS && result->end != LNT_END_CALLBACK) {
        snprintf(why, sizeof why, ", ended by --%s", end_text(result->end));
    }
    lnt_cli_log("%zu epoch%s in %.2f s%s", result->epochs, lnt_cli_plural(result->epochs),
                result->seconds, why);
    if (job->settings.fit.restore_best) {
        lnt_cli_log("the parameters are those of epoch %zu, the best by %s", result->best_epoch,
                    lnt_metric_name(job->settings.fit.monitor));
    }
}

lnt_status lnt_cli_train_log(const lnt_cli_train_job *job)
{
    tell_end(job);
    if (job->settings.json) {
        return print_json(job);
    }
    print_text(job);
    return LNT_OK;
}

static int complain_of_stop(const lnt_cli_train_job *job, const char *saved)
{
    const size_t n = job->settings.ensemble;
    char member[64] = "";
    if (n > 1) {
        snprintf(member, sizeof member, " of net %zu of %zu", job->members.count, n);
    }
    return lnt_cli_fail("stopped by %s in epoch %zu of %zu%s%s%s%s", lnt_cli_interrupt_name(),
                        job->run.result.epochs + 1, job->settings.fit.epochs, member,
                        job->save_failed ? "" : "; the model as trained so far is saved in ",
                        job->save_failed ? "" : saved,
                        job->options != NULL ? "; --resume continues the run" : "");
}

int lnt_cli_train_complain(const lnt_cli_train_job *job)
{
    char *text = lnt_cli_members_text(&job->members);
    const char *saved = text != NULL ? text : job->output;
    int exit_status = job->save_failed ? LNT_CLI_FAILED : LNT_CLI_DONE;
    if (job->missing.status != LNT_OK) {
        exit_status = lnt_cli_fail("%s%s%s", job->missing.message,
                                   job->save_failed ? "" : "; the model is saved in ",
                                   job->save_failed ? "" : saved);
    } else if (job->stopped) {
        exit_status = complain_of_stop(job, saved);
    }
    free(text);
    return exit_status;
}
