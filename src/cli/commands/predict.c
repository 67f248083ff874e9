/* SPDX-License-Identifier: MIT */
#include "cli/dataset/model_data.h"
#include "cli/dataset/reading.h"
#include "cli/options/command.h"
#include "cli/options/model_options.h"
#include "cli/output/atomic_output.h"
#include "cli/output/interrupt.h"
#include "cli/output/messages.h"
#include "cli/output/metrics.h"
#include "cli/output/output_file.h"
#include "cli/output/predict_output.h"

#include <stddef.h>

typedef struct predict_settings {
    char *output;
    bool probabilities;
    bool uncertainty;
    int format;
    bool json;
    lnt_cli_reading reading;
    lnt_cli_model_options model;
} predict_settings;

static const lnt_cli_option output_options[] = {
    {.name = "output",
     .letter = 'o',
     .kind = LNT_CLI_TEXT,
     .offset = offsetof(predict_settings, output),
     .value = "FILE",
     .help = "File to write to; - is standard output, the default"},
    {.name = "probabilities",
     .letter = 'p',
     .kind = LNT_CLI_SWITCH,
     .offset = offsetof(predict_settings, probabilities),
     .initial = "no",
     .help = "Output the probability of each class too"},
    {.name = "uncertainty",
     .letter = 'u',
     .kind = LNT_CLI_SWITCH,
     .offset = offsetof(predict_settings, uncertainty),
     .initial = "no",
     .help = "Output the standard deviation of each number, or of the probability of each class; "
             "needs a model trained with --laplace or --loss gaussian, or several models"},
    {.name = "output-format",
     .not_with = "json",
     .kind = LNT_CLI_CHOICE,
     .offset = offsetof(predict_settings, format),
     .value = "FORMAT",
     .initial = "auto",
     .choice = lnt_cli_output_format_name,
     .help = "Output format: CSV, .npy (classes as numbers) or JSON Lines; auto: by the name of "
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

static const lnt_cli_group model_group = {"Model:", lnt_cli_model_option_list, LNT_CLI_MODEL_COUNT,
                                          offsetof(predict_settings, model)};

static const lnt_cli_group *const groups[] = {&output_group, &model_group, &reading_group};

/* A run of `linnet predict`. */
typedef struct predict_job {
    const predict_settings *settings;
    const char *const *model_paths; /* and behind them that of the data */
    size_t n_models;
    const char *data_path;
    lnt_model *models; /* [n_models] */
    const lnt_model **list;
    lnt_uncertainty *uncertainty; /* or NULL */
    lnt_predictor **predictors;   /* [n_models] */
    lnt_cli_model_data data;
    lnt_cli_output out;
    lnt_error error;
} predict_job;

/* The first column becomes what the second lacks to 1. */
static lnt_status complement(const lnt_tensor *p)
{
    for (size_t i = 0; i < p->rows; i++) {
        LNT_TRY(lnt_tensor_set(p, i, 0, 1 - lnt_tensor_get(p, i, 1)));
    }
    return LNT_OK;
}

/* Means, and behind them standard deviations; of one output those of both its classes. */
static lnt_status predict_uncertain(const predict_job *job, const lnt_tensor *x,
                                    const lnt_tensor *columns)
{
    const size_t cols = lnt_uncertainty_cols(job->uncertainty), means = job->out.means;
    const size_t skip = means - cols;
    lnt_tensor mean, sd, other;
    LNT_TRY(lnt_slice_cols(columns, skip, cols, 1, &mean));
    LNT_TRY(lnt_slice_cols(columns, means + skip, cols, 1, &sd));
    LNT_TRY(lnt_uncertainty_predict(job->uncertainty, x, &mean, &sd, NULL));
    if (skip == 0) {
        return LNT_OK;
    }
    LNT_TRY(lnt_slice_cols(columns, means, 1, 1, &other));
    LNT_TRY(lnt_copy(&sd, &other));
    return complement(columns);
}

/* The mean of the models' predictions; `other` has room for those of one. */
static lnt_status predict_plain(const predict_job *job, const lnt_tensor *x,
                                const lnt_tensor *columns, void *other)
{
    const size_t outputs = lnt_net_outputs(job->models[0].net);
    lnt_tensor output = *columns, one = lnt_tensor_view(x->dtype, other, x->rows, outputs);
    const bool pair = job->out.columns > outputs;
    if (pair) { /* one output, the probability of class 1 */
        LNT_TRY(lnt_slice_cols(columns, 1, 1, 1, &output));
    }
    LNT_TRY(lnt_predict(job->predictors[0], x, &output));
    for (size_t m = 1; m < job->n_models; m++) {
        LNT_TRY(lnt_predict(job->predictors[m], x, &one));
        LNT_TRY(lnt_axpy(1, &one, &output));
    }
    if (job->n_models > 1) {
        LNT_TRY(lnt_scale(1 / (double) job->n_models, &output));
    }
    return pair ? complement(columns) : LNT_OK;
}

/* The file that was asked for, or standard output. */
static const char *output_path(const predict_settings *settings)
{
    return settings->output != NULL ? settings->output : LNT_CLI_STANDARD;
}

static lnt_status predict_chunks(predict_job *job, void *memory)
{
    const lnt_tensor *x = &job->data.x;
    char *other =
        (char *) memory + LNT_CLI_CHUNK * job->out.columns * lnt_dtype_size(job->data.x.dtype);
    for (size_t first = 0; first < x->rows; first += LNT_CLI_CHUNK) {
        const size_t left = x->rows - first;
        const size_t count = left < LNT_CLI_CHUNK ? left : LNT_CLI_CHUNK;
        lnt_tensor chunk;
        const lnt_tensor columns = lnt_tensor_view(x->dtype, memory, count, job->out.columns);
        LNT_TRY(lnt_slice_rows(x, first, count, 1, &chunk));
        LNT_TRY(job->uncertainty != NULL ? predict_uncertain(job, &chunk, &columns)
                                         : predict_plain(job, &chunk, &columns, other));
        LNT_TRY(lnt_cli_output_rows(&job->out, &columns));
        if (lnt_cli_interrupted()) {
            return lnt_fail(&job->error, LNT_ERR_IO, "stopped by %s: %s was not written",
                            lnt_cli_interrupt_name(), output_path(job->settings));
        }
    }
    return LNT_OK;
}

static lnt_status write_all(predict_job *job)
{
    const lnt_pass_config pass = lnt_cli_pass(LNT_CLI_CHUNK);
    const size_t columns = job->out.columns + lnt_net_outputs(job->models[0].net);
    void *memory = lnt_allocate(NULL, LNT_CLI_CHUNK * columns, lnt_dtype_size(job->data.x.dtype));
    lnt_status status = memory != NULL ? LNT_OK : LNT_ERR_MEMORY;
    for (size_t m = 0; m < job->n_models && status == LNT_OK && job->uncertainty == NULL; m++) {
        status = lnt_predictor_create_with(&job->predictors[m], &job->models[m], &pass);
    }
    if (status == LNT_OK) {
        status = lnt_cli_output_begin(&job->out, job->data.x.rows, job->data.x.dtype);
    }
    if (status == LNT_OK) {
        status = predict_chunks(job, memory);
    }
    lnt_release(NULL, memory);
    return status;
}

static lnt_status write_to(predict_job *job)
{
    lnt_cli_out file;
    const char *path = output_path(job->settings);
    if (lnt_cli_out_is_whole(path)) { /* else nothing is to be cleared away */
        lnt_cli_interrupt_watch();
    }
    LNT_TRY(lnt_cli_out_open(&file, path, &job->error));
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

static lnt_status load_models(predict_job *job)
{
    for (size_t m = 0; m < job->n_models; m++) {
        LNT_TRY(lnt_cli_model_load(&job->models[m], job->model_paths[m], &job->settings->model,
                                   &job->error));
        job->list[m] = &job->models[m];
    }
    return LNT_OK;
}

/* Mean and standard deviation of each column. */
static lnt_status resolve_uncertainty(predict_job *job)
{
    const lnt_model *model = &job->models[0];
    job->out.columns = 2 * job->out.means;
    if (job->n_models == 1 && model->laplace == NULL && model->loss.kind != LNT_LOSS_GAUSSIAN) {
        return lnt_fail(&job->error, LNT_ERR_INVALID,
                        "option --uncertainty: %s has none: train it with --laplace last, or "
                        "--loss gaussian, or give the models of --ensemble N",
                        job->model_paths[0]);
    }
    return lnt_uncertainty_create(&job->uncertainty, job->list, job->n_models, LNT_CLI_CHUNK, NULL,
                                  &job->error);
}

/* Without --uncertainty: the mean of several models. Those of a Gaussian loss predict standard
   deviations, of which a mean would be none. */
static lnt_status resolve_means(predict_job *job)
{
    for (size_t m = 0; m < job->n_models; m++) {
        if (job->models[m].laplace != NULL) {
            lnt_cli_log("the Laplace approximation of %s is not used; --uncertainty uses it",
                        job->model_paths[m]);
        }
    }
    if (job->n_models == 1) {
        return LNT_OK;
    }
    if (job->models[0].loss.kind == LNT_LOSS_GAUSSIAN) {
        return resolve_uncertainty(job);
    }
    LNT_TRY(
        lnt_uncertainty_create(&job->uncertainty, job->list, job->n_models, 1, NULL, &job->error));
    lnt_uncertainty_destroy(job->uncertainty); /* it has checked that they fit together */
    job->uncertainty = NULL;
    lnt_cli_log("predictions are the means of %zu models; --uncertainty adds standard deviations",
                job->n_models);
    return LNT_OK;
}

/* What is written, and by whom it is predicted. */
static lnt_status resolve_output(predict_job *job)
{
    const lnt_model *model = &job->models[0];
    const size_t outputs = lnt_net_outputs(model->net);
    const size_t classes = lnt_loss_classes(model->loss.kind, outputs);
    const size_t targets = lnt_loss_target_cols(model->loss.kind, outputs);
    lnt_cli_output *out = &job->out;
    out->model = model;
    out->format = format_of(job->settings);
    out->classifier = classes > 0;
    out->probabilities =
        job->settings->probabilities || (job->settings->uncertainty && out->classifier);
    out->columns = classes > outputs ? classes : outputs;
    out->means = out->classifier ? out->columns : targets;
    if (job->settings->probabilities && !out->classifier) {
        return lnt_fail(&job->error, LNT_ERR_INVALID,
                        "option --probabilities: %s predicts numbers, not classes",
                        job->model_paths[0]);
    }
    return job->settings->uncertainty ? resolve_uncertainty(job) : resolve_means(job);
}

static lnt_cli_outfile outfile_of(const predict_settings *settings)
{
    return (lnt_cli_outfile){.option = "output",
                             .path = output_path(settings),
                             .binary = format_of(settings) == LNT_CLI_NPY,
                             .direct = true};
}

static lnt_status predict(predict_job *job)
{
    const predict_settings *settings = job->settings;
    const lnt_cli_outfile output = outfile_of(settings);
    LNT_TRY(lnt_cli_outfiles_check(&output, 1, job->model_paths, job->n_models + 1, &job->error));
    LNT_TRY(lnt_cli_use_threads(&settings->reading, &job->error));
    job->models = lnt_allocate(NULL, job->n_models, sizeof *job->models);
    job->list = lnt_allocate(NULL, job->n_models, sizeof *job->list);
    job->predictors = lnt_allocate(NULL, job->n_models, sizeof *job->predictors);
    if (job->models == NULL || job->list == NULL || job->predictors == NULL) {
        return LNT_ERR_MEMORY;
    }
    LNT_TRY(load_models(job));
    LNT_TRY(resolve_output(job));
    LNT_TRY(lnt_cli_model_data_inputs(&job->data, &job->models[0], job->data_path,
                                      &settings->reading, &job->error));
    return write_to(job);
}

static int run_predict(const void *given, const char *const *arguments)
{
    const predict_settings *settings = given;
    predict_job job = {.settings = settings, .model_paths = arguments};
    while (arguments[job.n_models + 1] != NULL) {
        job.n_models++;
    }
    job.data_path = arguments[job.n_models];
    const lnt_cli_outfile output = outfile_of(settings);
    const int usage_error = lnt_cli_outfiles_usage(&output, 1);
    if (usage_error != LNT_CLI_DONE) {
        return usage_error;
    }
    const lnt_status status = predict(&job);
    const int exit_status =
        status == LNT_OK ? LNT_CLI_DONE : lnt_cli_fail_status(status, &job.error);
    lnt_uncertainty_destroy(job.uncertainty);
    lnt_cli_model_data_clear(&job.data);
    for (size_t m = 0; m < job.n_models && job.predictors != NULL; m++) {
        lnt_predictor_destroy(job.predictors[m]);
    }
    for (size_t m = 0; m < job.n_models && job.models != NULL; m++) {
        lnt_model_finish(&job.models[m]);
    }
    lnt_release(NULL, job.predictors);
    lnt_release(NULL, job.models);
    lnt_release(NULL, (void *) job.list);
    return exit_status;
}

const lnt_cli_command lnt_cli_predict = {
    .name = "predict",
    .summary = "Predict the rows of a table with a model",
    .usage = "[OPTION...] MODEL... FILE",
    .details =
        "FILE is CSV, .npy, .npz (or FILE.npz:NAME), IDX or libsvm; it may be - for standard\n"
        "input. If the file has a header, columns are found by name, and columns that the model\n"
        "does not know are ignored; otherwise by position. Several models are an ensemble: its\n"
        "predictions are the means of theirs. --uncertainty adds standard deviations. Without it\n"
        "a Laplace approximation of the model is not used.\n",
    .example = "  linnet predict digits.safetensors new.csv --probabilities -o predicted.csv\n",
    .arguments = {"a model", "a data file"},
    .repeats_first = true,
    .groups = groups,
    .n_groups = sizeof groups / sizeof groups[0],
    .settings_size = sizeof(predict_settings),
    .run = run_predict,
};
