/* SPDX-License-Identifier: MIT */
#include "cli/commands/dry_run.h"
#include "cli/dataset/metrics_measure.h"
#include "cli/dataset/reading.h"
#include "cli/options/checkpoint_options.h"
#include "cli/options/command.h"
#include "cli/options/defaults.h"
#include "cli/options/uncertainty_options.h"
#include "cli/output/interrupt.h"
#include "cli/output/messages.h"
#include "cli/output/metrics.h"
#include "cli/output/text.h"
#include "cli/training/members.h"
#include "cli/training/train_files.h"
#include "cli/training/train_outcome.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const lnt_cli_option train_options[] = {
    {.name = "validation",
     .not_with = "validation-file",
     .kind = LNT_CLI_REAL,
     LNT_CLI_AT(validation),
     .value = "FRACTION",
     .initial = LNT_CLI_DEFAULT_VALIDATION,
     .high = 1,
     .below_high = true,
     .help = "Fraction of the rows to hold out, chosen at random, stratified by class"},
    {.name = "validation-file",
     .kind = LNT_CLI_TEXT,
     LNT_CLI_AT(validation_file),
     .value = "FILE",
     .help = "File of the rows to hold out, instead of a fraction"},
};

static const lnt_cli_option output_options[] = {
    {.name = "output",
     .letter = 'o',
     .kind = LNT_CLI_TEXT,
     LNT_CLI_AT(output),
     .value = "MODEL",
     .help = "File to save the model in (default: the data file's name with .safetensors, in this "
             "folder); - is standard output, and the scores then go to standard error"},
    {.name = "history",
     .kind = LNT_CLI_TEXT,
     LNT_CLI_AT(history),
     .value = "FILE",
     .help = "File for the training history, one line per epoch: CSV, or JSON Lines if the name "
             "ends in .jsonl; - is standard output"},
    {.name = "report",
     .kind = LNT_CLI_TEXT,
     LNT_CLI_AT(report),
     .value = "FILE",
     .help = "File for an HTML report with curves and tables of the run; - is standard output"},
};

static const lnt_cli_option memory_options[] = {
    {.name = "memory",
     .kind = LNT_CLI_BYTES,
     LNT_CLI_AT(reading.memory),
     .value = "SIZE",
     .least = 1 << 10,
     .most = UINT64_MAX,
     .help = "Memory for the data in bytes, such as 500M or 2G; larger data are read from their "
             "file in blocks (default: the free memory minus a reserve, without blocks)"},
};

static const lnt_cli_group memory_group = {"Memory:", memory_options,
                                           LNT_CLI_COUNT_OF(memory_options), 0};
static const lnt_cli_group held_out_group = {"Held-out rows:", train_options,
                                             LNT_CLI_COUNT_OF(train_options), 0};
static const lnt_cli_group output_group = {"Output:", output_options,
                                           LNT_CLI_COUNT_OF(output_options), 0};
static const lnt_cli_group run_group = {"Running:", lnt_cli_run_options, LNT_CLI_RUN_COUNT, 0};

static const lnt_cli_group *const groups[] = {
    &lnt_cli_column_group,
    &lnt_cli_separate_files_group,
    &lnt_cli_net_group,
    &lnt_cli_loss_group,
    &lnt_cli_optim_group,
    &lnt_cli_schedule_group,
    &lnt_cli_training_group,
    &held_out_group,
    &lnt_cli_uncertainty_group,
    &memory_group,
    &lnt_cli_stopping_group,
    &lnt_cli_checkpoint_group,
    &output_group,
    &run_group,
    &lnt_cli_train_reading_group,
};

/* "folder/digits.csv" gives "digits.safetensors". */
static char *default_output(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    if (strcmp(name, "-") == 0) {
        name = "model";
    }
    const char *dot = strrchr(name, '.');
    const size_t length = dot == NULL || dot == name ? strlen(name) : (size_t) (dot - name);
    static const char ending[] = ".safetensors";
    char *output = malloc(length + sizeof ending);
    if (output != NULL) {
        memcpy(output, name, length);
        memcpy(output + length, ending, sizeof ending);
    }
    return output;
}

/* --- the run --- */

static lnt_status read_all(lnt_cli_train_job *job)
{
    lnt_cli_train_settings *settings = &job->settings;
    if (settings->from != NULL) {
        LNT_TRY(lnt_model_load(&job->run.model, settings->from, NULL, &job->error));
        job->epochs_before = job->run.model.record.epochs;
        lnt_laplace_destroy(job->run.model.laplace); /* of the net as it was */
        job->run.model.laplace = NULL;
    }
    LNT_TRY(lnt_cli_train_data_read(&job->data, &job->run.model, job->path, settings, &job->error));
    LNT_TRY(lnt_cli_train_data_split(&job->data, job->path, settings, &job->error));
    job->run.settings = settings;
    job->run.rows = job->data.rows;
    LNT_TRY(lnt_cli_training_run_prepare(&job->run, job->data.classify, &job->error));
    if (job->run.rows.streamed != NULL) {
        const lnt_data_source *source = &job->run.source;
        const bool keeps_order = source->in_order && job->run.config.shuffle;
        lnt_cli_log("%s is larger than --memory: rows are read in blocks of %zu%s", job->path,
                    source->block_rows,
                    keeps_order ? "; the file is compressed, so the blocks keep their order" : "");
    }
    return LNT_OK;
}

static lnt_status fit(lnt_cli_train_job *job)
{
    const lnt_cli_train_settings *settings = &job->settings;
    const lnt_net *net = job->run.model.net;
    const size_t inputs = lnt_net_inputs(net), outputs = lnt_net_outputs(net),
                 parameters = lnt_net_n_parameters(net);
    lnt_cli_log("%zu input%s, %zu output%s, %zu parameter%s", inputs, lnt_cli_plural(inputs),
                outputs, lnt_cli_plural(outputs), parameters, lnt_cli_plural(parameters));
    const bool keeps = job->run.config.checkpoint.directory != NULL; /* who goes on may want it */
    if (settings->history != NULL || settings->report != NULL || keeps) {
        LNT_TRY(lnt_history_create(&job->history, net, settings->fit.epochs, NULL));
        job->run.config.history = job->history;
    }
    lnt_checkpoint_config *checkpoint = &job->run.config.checkpoint;
    if (keeps) {
        job->options = job->run.rows.streamed == NULL
                           ? lnt_cli_checkpoint_options(&settings->values)
                           : lnt_cli_checkpoint_options_streamed(&settings->values, job->path,
                                                                 &job->run.model);
        if (job->options == NULL) {
            return LNT_ERR_MEMORY;
        }
        checkpoint->options = job->options;
    }
    const lnt_status status = lnt_cli_training_run_fit(&job->run, true, &job->error);
    if (job->run.result.checkpoint_failed) {
        job->missing = job->error; /* the net is trained: save it before failing */
    } else if (status != LNT_OK) {
        return status;
    }
    job->stopped = job->run.result.end == LNT_END_CALLBACK;
    return LNT_OK;
}

static lnt_status fit_all(lnt_cli_train_job *job)
{
    const size_t n = job->settings.ensemble;
    while (job->members.count < n && !job->stopped) {
        LNT_TRY(lnt_cli_members_next(&job->members, &job->run, &job->error));
        LNT_TRY(fit(job));
        if (lnt_cli_members_laplace(&job->run, &job->error) != LNT_OK) {
            job->missing = job->error; /* the net is trained: save it before failing */
        }
        LNT_TRY(lnt_cli_members_keep(&job->members, &job->run));
    }
    return LNT_OK;
}

/* On the held-out rows, or those trained on if there are none. Inputs are scaled already. */
static lnt_status measure(lnt_cli_train_job *job, size_t m)
{
    const lnt_fit_result *result = &job->run.result;
    lnt_cli_metrics_clear(&job->metrics);
    lnt_model model = job->run.model;
    model.input_scaler = NULL;
    LNT_TRY(lnt_cli_metrics_measure(&job->metrics, &model, &job->evaluation.x, &job->evaluation.y,
                                    job->run.config.top_k));
    const bool held_out = job->evaluation.held_out;
    job->run.model.record =
        (lnt_training_summary){.epochs = job->epochs_before + result->epochs,
                               .train_rows = job->run.x.rows,
                               .validation_rows = job->run.x_val.rows,
                               .seed = job->settings.seed + m,
                               .train_loss = result->train_loss,
                               .train_accuracy = result->train_accuracy,
                               .validation_loss = held_out ? job->metrics.loss : NAN,
                               .validation_accuracy = held_out ? job->metrics.accuracy : NAN};
    return LNT_OK;
}

/* The last stays in the run. */
static lnt_status measure_and_save(lnt_cli_train_job *job)
{
    LNT_TRY(lnt_cli_training_run_evaluation_rows(&job->run, &job->evaluation));
    for (size_t m = 0; m < job->members.count; m++) {
        lnt_cli_members_lend(&job->members, m, &job->run);
        LNT_TRY(measure(job, m));
        LNT_TRY(lnt_cli_train_files_save(job, m));
    }
    return LNT_OK;
}

static lnt_status train(lnt_cli_train_job *job)
{
    const bool dry = job->settings.dry_run;
    if (!dry) {
        LNT_TRY(lnt_cli_train_files_check(job));
    }
    LNT_TRY(lnt_cli_use_threads(&job->settings.reading, &job->error));
    LNT_TRY(read_all(job));
    LNT_TRY(lnt_cli_members_check(&job->run, &job->error));
    if (dry) {
        return lnt_cli_dry_run(&job->run, stdout);
    }
    LNT_TRY(fit_all(job));
    LNT_TRY(measure_and_save(job));
    lnt_cli_train_files_write(job);
    return lnt_cli_train_log(job);
}

static int end_run(lnt_cli_train_job *job, lnt_status status)
{
    const int exit_status =
        status != LNT_OK ? lnt_cli_fail_status(status, &job->error) : lnt_cli_train_complain(job);
    free(job->options);
    lnt_cli_metrics_clear(&job->metrics);
    lnt_history_destroy(job->history);
    lnt_cli_members_clear(&job->members);
    lnt_cli_training_run_clear(&job->run);
    lnt_cli_train_data_clear(&job->data);
    free(job->output);
    return exit_status;
}

static int run_train(const void *given, const char *const *arguments)
{
    lnt_cli_train_job job = {.settings = *(const lnt_cli_train_settings *) given,
                             .path = arguments[0]};
    lnt_cli_messages_quiet(job.settings.quiet);
    const int usage_error = lnt_cli_train_check(&job.settings, &job.path);
    if (usage_error != LNT_CLI_DONE) {
        return usage_error;
    }
    job.run.model = lnt_model_init();
    job.output =
        job.settings.output != NULL ? strdup(job.settings.output) : default_output(job.path);
    const int unusable = job.output != NULL ? lnt_cli_train_files_usage(&job) : LNT_CLI_DONE;
    if (unusable != LNT_CLI_DONE) {
        free(job.output);
        return unusable;
    }
    return end_run(&job, job.output == NULL ? LNT_ERR_MEMORY : train(&job));
}

const lnt_cli_command lnt_cli_train = {
    .name = "train",
    .summary = "Train a net on a table and save it as a model",
    .usage = "[OPTION...] FILE --target COLUMN",
    .details =
        "FILE is CSV, .npy, .npz (or FILE.npz:NAME), IDX or libsvm; it may be - for standard\n"
        "input. --inputs and --targets name two such files instead. --config FILE reads options\n"
        "from KEY = VALUE lines; --dry-run prints such a file. Ctrl-C stops the training and\n"
        "saves the model as it is; a second Ctrl-C ends at once. With --checkpoint, the same\n"
        "command with --resume continues where the training stopped.\n",
    .example = "  linnet train digits.csv --target digit --hidden 64,32 -o digits.safetensors\n",
    .arguments = {"a data file"},
    .n_optional = 1,
    .groups = groups,
    .n_groups = LNT_CLI_COUNT_OF(groups),
    .settings_size = sizeof(lnt_cli_train_settings),
    .values_offset = offsetof(lnt_cli_train_settings, values),
    .run = run_train,
};
