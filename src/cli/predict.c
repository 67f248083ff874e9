/* SPDX-License-Identifier: MIT */
#include "interrupt.h"
#include "metrics.h"
#include "model_data.h"
#include "outfile.h"
#include "predict_output.h"
#include "report.h"
#include "verb.h"
#include "whole_file.h"

#include <stddef.h>

typedef struct predict_settings {
    char *output;
    bool probabilities;
    int format;
    bool json;
    lnt_cli_reading reading;
} predict_settings;

static const lnt_cli_option output_options[] = {
    {.name = "output",
     .letter = 'o',
     .kind = LNT_CLI_TEXT,
     .offset = offsetof(predict_settings, output),
     .value = "FILE",
     .help = "File to write to (default: standard output)"},
    {.name = "probabilities",
     .letter = 'p',
     .kind = LNT_CLI_SWITCH,
     .offset = offsetof(predict_settings, probabilities),
     .initial = "no",
     .help = "Give the probability of each class too"},
    {.name = "output-format",
     .not_with = "json",
     .kind = LNT_CLI_CHOICE,
     .offset = offsetof(predict_settings, format),
     .value = "FORMAT",
     .initial = "auto",
     .choice = lnt_cli_output_format_name,
     .help = "How to write: CSV, .npy (classes as numbers), JSON Lines; auto: by the name of "
             "--output, else CSV"},
    {.name = "json",
     .kind = LNT_CLI_SWITCH,
     .offset = offsetof(predict_settings, json),
     .initial = "no",
     .help = "The same as --output-format jsonl"},
};

static const lnt_cli_group output_group = {"Output:", output_options,
                                           sizeof output_options / sizeof output_options[0], 0};
/* Without --missing: a row left out would shift all predictions behind it. */
static const lnt_cli_group reading_group = {"Reading:", lnt_cli_reading_options,
                                            LNT_CLI_READING_COUNT - 1,
                                            offsetof(predict_settings, reading)};

static const lnt_cli_group *const groups[] = {&output_group, &reading_group};

/* A run of `linnet predict`. */
typedef struct predict_job {
    const predict_settings *settings;
    const char *model_path;
    const char *data_path;
    lnt_model model;
    lnt_cli_model_data data;
    lnt_cli_output out;
    lnt_error error;
} predict_job;

/* The first column becomes what the second lacks to 1. */
static lnt_status complement(const lnt_tensor *p)
{
    for (size_t i = 0; i < p->rows; i++) {
        LNT_TRY(lnt_set(p, i, 0, 1 - lnt_get(p, i, 1)));
    }
    return LNT_OK;
}

static lnt_status predict_chunks(predict_job *job, lnt_predictor *predictor, void *memory)
{
    const lnt_tensor *x = &job->data.x;
    const size_t outputs = lnt_net_outputs(job->model.net);
    for (size_t first = 0; first < x->rows; first += LNT_CLI_CHUNK) {
        const size_t left = x->rows - first;
        const size_t count = left < LNT_CLI_CHUNK ? left : LNT_CLI_CHUNK;
        lnt_tensor chunk;
        lnt_tensor columns = lnt_tensor_of(x->dtype, memory, count, job->out.columns),
                   output = columns;
        LNT_TRY(lnt_slice_rows(x, first, count, 1, &chunk));
        if (job->out.columns > outputs) { /* one output, the probability of class 1 */
            LNT_TRY(lnt_slice_cols(&columns, 1, 1, 1, &output));
        }
        LNT_TRY(lnt_predict(predictor, &chunk, &output));
        if (job->out.columns > outputs) {
            LNT_TRY(complement(&columns));
        }
        LNT_TRY(lnt_cli_output_rows(&job->out, &columns));
        if (lnt_cli_interrupted()) {
            return lnt_fail(&job->error, LNT_ERR_IO, "stopped by %s: %s is as it was",
                            lnt_cli_interrupt_name(), job->settings->output);
        }
    }
    return LNT_OK;
}

static lnt_status write_all(predict_job *job)
{
    lnt_predictor *predictor = NULL;
    const lnt_pass_config pass = lnt_cli_pass(LNT_CLI_CHUNK);
    void *memory =
        lnt_allocate(NULL, LNT_CLI_CHUNK * job->out.columns, lnt_dtype_size(job->data.x.dtype));
    lnt_status status = LNT_ERR_MEMORY;
    if (memory != NULL) {
        status = lnt_predictor_create_with(&predictor, &job->model, &pass);
    }
    if (status == LNT_OK) {
        status = lnt_cli_output_begin(&job->out, job->data.x.rows, job->data.x.dtype);
    }
    if (status == LNT_OK) {
        status = predict_chunks(job, predictor, memory);
    }
    lnt_predictor_destroy(predictor);
    lnt_release(NULL, memory);
    return status;
}

/* Writes to the file that was asked for, or standard output, which main closes. */
static lnt_status write_to(predict_job *job)
{
    lnt_cli_out file;
    if (lnt_cli_out_is_whole(job->settings->output)) { /* else nothing is to be cleared away */
        lnt_cli_interrupt_watch();
    }
    LNT_TRY(lnt_cli_out_open(&file, job->settings->output, &job->error));
    job->out.stream = file.stream;
    return lnt_cli_out_close(&file, write_all(job), &job->error);
}

/* What is asked for by one option or another. */
static lnt_cli_output_format format_of(const predict_settings *settings)
{
    if (settings->json) {
        return LNT_CLI_JSONL;
    }
    return settings->format != LNT_CLI_BY_NAME ? (lnt_cli_output_format) settings->format
                                               : lnt_cli_output_format_of(settings->output);
}

static lnt_status predict(predict_job *job)
{
    const predict_settings *settings = job->settings;
    if (settings->output != NULL) {
        LNT_TRY(lnt_cli_outfile_check(settings->output, false,
                                      (const char *const[]){job->model_path, job->data_path, NULL},
                                      &job->error));
    }
    LNT_TRY(lnt_cli_use_threads(&settings->reading, &job->error));
    LNT_TRY(lnt_model_import(&job->model, job->model_path, NULL, &job->error));
    const size_t outputs = lnt_net_outputs(job->model.net);
    const size_t classes = lnt_loss_classes(job->model.loss.kind, outputs);
    job->out.model = &job->model;
    job->out.format = format_of(settings);
    job->out.probabilities = settings->probabilities;
    job->out.classifier = classes > 0;
    job->out.columns = classes > outputs ? classes : outputs;
    if (settings->probabilities && !job->out.classifier) {
        return lnt_fail(&job->error, LNT_ERR_INVALID,
                        "option --probabilities: %s predicts numbers, not classes",
                        job->model_path);
    }
    LNT_TRY(lnt_cli_model_data_inputs(&job->data, &job->model, job->data_path, &settings->reading,
                                      &job->error));
    return write_to(job);
}

static int run_predict(const void *settings, const char *const *arguments)
{
    predict_job job = {.settings = settings,
                       .model_path = arguments[0],
                       .data_path = arguments[1],
                       .model = lnt_model_init()};
    const lnt_status status = predict(&job);
    const int exit_status =
        status == LNT_OK ? LNT_CLI_DONE : lnt_cli_fail_status(status, &job.error);
    lnt_cli_model_data_finish(&job.data);
    lnt_model_finish(&job.model);
    return exit_status;
}

const lnt_cli_verb lnt_cli_predict = {
    .name = "predict",
    .summary = "Predict from the rows of a table with a model",
    .usage = "[OPTION...] MODEL FILE",
    .details =
        "FILE is CSV, .npy, .npz (or FILE.npz:NAME), IDX or libsvm; it may be - for standard\n"
        "input. Columns are found by name if the file has a header, and those that the model\n"
        "does not know are ignored; else by position.\n",
    .example = "  linnet predict digits.safetensors new.csv --probabilities -o predicted.csv\n",
    .arguments = {"a model", "a data file"},
    .groups = groups,
    .n_groups = sizeof groups / sizeof groups[0],
    .settings_size = sizeof(predict_settings),
    .run = run_predict,
};
