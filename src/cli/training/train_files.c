/* SPDX-License-Identifier: MIT */
#include "cli/training/train_files.h"

#include "cli/options/command.h"
#include "cli/output/messages.h"
#include "cli/output/output_file.h"
#include "cli/output/save.h"
#include "cli/report/run.h"

#include <stdlib.h>
#include <string.h>

/* --- before training --- */

/* Files besides the models. */
enum { HISTORY, REPORT, N_OTHERS };

int lnt_cli_train_files_usage(lnt_cli_train_job *job)
{
    const lnt_cli_train_settings *settings = &job->settings;
    const lnt_cli_outfile files[] = {
        {.option = "output", .path = job->output, .binary = true},
        {.option = "history", .path = settings->history},
        {.option = "report", .path = settings->report},
    };
    job->summary = lnt_cli_outfiles_summary(files, LNT_CLI_COUNT_OF(files));
    if (settings->dry_run) {
        job->summary = stdout;
        return LNT_CLI_DONE;
    }
    if (lnt_cli_is_standard(job->output) && settings->ensemble > 1) {
        return lnt_cli_usage_error("option --output: standard output ('-') takes one model, found "
                                   "--ensemble %zu",
                                   settings->ensemble);
    }
    if (lnt_cli_is_standard(settings->fit.checkpoint.directory)) {
        return lnt_cli_usage_error("option --checkpoint: expected a folder, found '-'");
    }
    return lnt_cli_outfiles_usage(files, LNT_CLI_COUNT_OF(files));
}

/* The paths of the members are the caller's to free. */
static lnt_status list_files(const lnt_cli_train_job *job, lnt_cli_outfile *files, char **paths)
{
    const lnt_cli_train_settings *settings = &job->settings;
    lnt_cli_outfile *others = files + settings->ensemble;
    others[HISTORY] = (lnt_cli_outfile){.option = "history", .path = settings->history};
    others[REPORT] = (lnt_cli_outfile){.option = "report", .path = settings->report};
    for (size_t m = 0; m < settings->ensemble; m++) {
        paths[m] = lnt_cli_member_path(job->output, m, settings->ensemble);
        files[m] = (lnt_cli_outfile){
            .option = "output", .path = paths[m], .binary = true, .replaces = settings->from};
        if (paths[m] == NULL) {
            return LNT_ERR_MEMORY;
        }
    }
    return LNT_OK;
}

lnt_status lnt_cli_train_files_check(lnt_cli_train_job *job)
{
    const size_t n = job->settings.ensemble, count = N_OTHERS + n;
    const char *inputs[LNT_CLI_TRAIN_INPUTS];
    lnt_cli_outfile *files = calloc(count, sizeof *files);
    char **paths = calloc(n, sizeof *paths);
    lnt_status status = LNT_ERR_MEMORY;
    if (files != NULL && paths != NULL) {
        status = list_files(job, files, paths);
    }
    if (status == LNT_OK) {
        status = lnt_cli_outfiles_check_checkpoints(
            files, count, job->settings.fit.checkpoint.directory, &job->error);
    }
    if (status == LNT_OK) {
        lnt_cli_train_inputs(&job->settings, job->path, inputs);
        status = lnt_cli_outfiles_check(files, count, inputs, LNT_CLI_TRAIN_INPUTS, &job->error);
    }
    for (size_t m = 0; m < n && paths != NULL; m++) {
        free(paths[m]);
    }
    free(paths);
    free(files);
    return status;
}

/* --- after it --- */

/* Writes a file in its place or elsewhere; where it is, for the caller to free, or NULL. */
static char *save(lnt_cli_train_job *job, const char *what, const char *path, lnt_cli_writer *write)
{
    char *rescued;
    lnt_error error = {LNT_OK, ""};
    const lnt_status status = lnt_cli_save(path, write, job, &rescued, &error);
    if (status == LNT_OK) {
        return strdup(path);
    }
    job->save_failed = true;
    (void) lnt_cli_fail("%s; the %s is %s%s",
                        error.message[0] != '\0' ? error.message : lnt_status_text(status), what,
                        rescued != NULL ? "saved in " : "lost", rescued != NULL ? rescued : "");
    return rescued;
}

static lnt_status write_model(const void *context, const char *path, lnt_error *error)
{
    const lnt_cli_train_job *job = context;
    return lnt_model_save(&job->run.model, path, error);
}

lnt_status lnt_cli_train_files_save(lnt_cli_train_job *job, size_t m)
{
    char *path = lnt_cli_member_path(job->output, m, job->settings.ensemble);
    if (path == NULL) {
        return LNT_ERR_MEMORY;
    }
    char *saved = save(job, "model", path, write_model);
    free(path);
    job->members.list[m].path = saved;
    if (saved != NULL && job->settings.ensemble > 1) {
        lnt_cli_log("%s: %s loss %.6g", saved, job->evaluation.held_out ? "held-out" : "training",
                    job->metrics.loss);
    }
    return LNT_OK;
}

static lnt_status write_history(const void *context, const char *path, lnt_error *error)
{
    const lnt_cli_train_job *job = context;
    const char *asked = job->settings.history;
    const size_t length = strlen(asked);
    const bool lines = length >= 6 && strcmp(asked + length - 6, ".jsonl") == 0;
    return (lines ? lnt_history_write_jsonl : lnt_history_write_csv)(job->history, path, error);
}

static lnt_status write_report(const void *context, const char *path, lnt_error *error)
{
    const lnt_cli_train_job *job = context;
    const lnt_cli_train_settings *settings = &job->settings;
    char *text = lnt_cli_option_values_text(&settings->values);
    if (text == NULL) {
        return LNT_ERR_MEMORY;
    }
    const lnt_cli_html_report report = {.title = job->path,
                                        .model = &job->run.model,
                                        .history = job->history,
                                        .result = &job->run.result,
                                        .epochs = settings->fit.epochs,
                                        .patience = settings->fit.patience,
                                        .monitor = settings->fit.monitor,
                                        .held_out = job->evaluation.held_out,
                                        .y = &job->evaluation.y};
    const lnt_status status =
        lnt_cli_html_run_write(&report, &job->evaluation.x, text, path, error);
    free(text);
    return status;
}

void lnt_cli_train_files_write(lnt_cli_train_job *job)
{
    if (job->settings.history != NULL) {
        free(save(job, "history", job->settings.history, write_history));
    }
    if (job->settings.report != NULL) {
        free(save(job, "report", job->settings.report, write_report));
    }
}
