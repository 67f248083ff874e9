/* SPDX-License-Identifier: MIT */
#include "metrics.h"
#include "model_data.h"
#include "outfile.h"
#include "report.h"
#include "text.h"
#include "verb.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef struct predict_settings {
    char *output;
    bool probabilities;
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
    {.name = "json",
     .kind = LNT_CLI_SWITCH,
     .offset = offsetof(predict_settings, json),
     .initial = "no",
     .help = "Write JSON, an object a line, instead of CSV"},
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
    bool classifier;
    size_t columns; /* that are written: classes, or outputs */
    FILE *stream;
    lnt_error error;
} predict_job;

#define NAME_MAX_BYTES 512

/* The name of output i, a class or a target; made up if the model has none. */
static const char *output_name(const predict_job *job, size_t i, char made_up[NAME_MAX_BYTES])
{
    const lnt_names *names = job->classifier ? job->model.class_names : job->model.target_names;
    const size_t targets = lnt_loss_target_cols(job->model.loss.kind, job->columns);
    const bool deviation = !job->classifier && i >= targets; /* of a Gaussian */
    const char *name = lnt_names_get(names, deviation ? i - targets : i);
    if (name != NULL && !deviation) {
        return name;
    }
    if (name != NULL) {
        snprintf(made_up, NAME_MAX_BYTES, "%s_sd", name);
    } else if (job->classifier) {
        snprintf(made_up, NAME_MAX_BYTES, "%zu", i);
    } else if (job->columns == 1) {
        snprintf(made_up, NAME_MAX_BYTES, "prediction");
    } else {
        snprintf(made_up, NAME_MAX_BYTES, "prediction%zu", i + 1);
    }
    return made_up;
}

static const char *class_column(const predict_job *job)
{
    const char *name = lnt_names_get(job->model.target_names, 0);
    return name != NULL ? name : "prediction";
}

static void write_header(const predict_job *job)
{
    char name[NAME_MAX_BYTES];
    if (job->classifier) {
        lnt_cli_csv_field(job->stream, "", class_column(job));
    }
    for (size_t j = 0; j < job->columns && (!job->classifier || job->settings->probabilities);
         j++) {
        fputs(j > 0 || job->classifier ? "," : "", job->stream);
        lnt_cli_csv_field(job->stream, job->classifier ? "p_" : "", output_name(job, j, name));
    }
    putc('\n', job->stream);
}

static void write_row(const predict_job *job, const lnt_tensor *output, size_t i, size_t class)
{
    char name[NAME_MAX_BYTES], number[LNT_CLI_NUMBER_MAX];
    if (job->classifier) {
        lnt_cli_csv_field(job->stream, "", output_name(job, class, name));
    }
    for (size_t j = 0; j < output->cols && (!job->classifier || job->settings->probabilities);
         j++) {
        lnt_cli_number(lnt_get(output, i, j), output->dtype, number);
        fprintf(job->stream, "%s%s", j > 0 || job->classifier ? "," : "", number);
    }
    putc('\n', job->stream);
}

static json_t *values_json(const predict_job *job, const lnt_tensor *output, size_t i)
{
    json_t *values = json_object();
    for (size_t j = 0; j < output->cols; j++) {
        char name[NAME_MAX_BYTES];
        if (json_object_set_new(values, output_name(job, j, name),
                                lnt_cli_json_number(lnt_get(output, i, j))) != 0) {
            json_decref(values);
            return NULL;
        }
    }
    return values;
}

static lnt_status write_json(const predict_job *job, const lnt_tensor *output, size_t i,
                             size_t class)
{
    char name[NAME_MAX_BYTES];
    json_t *object;
    if (!job->classifier) {
        object = values_json(job, output, i);
    } else if (!job->settings->probabilities) {
        object =
            json_pack("{s:o}", class_column(job), lnt_cli_json_text(output_name(job, class, name)));
    } else {
        object = json_pack("{s:o, s:o}", class_column(job),
                           lnt_cli_json_text(output_name(job, class, name)), "probabilities",
                           values_json(job, output, i));
    }
    return lnt_cli_json_print(object, output->dtype == LNT_F32 ? 9 : 17, job->stream);
}

static lnt_status write_chunk(const predict_job *job, const lnt_tensor *output)
{
    size_t class[LNT_CLI_CHUNK];
    LNT_TRY(lnt_argmax_rows(output, class));
    for (size_t i = 0; i < output->rows; i++) {
        if (job->settings->json) {
            LNT_TRY(write_json(job, output, i, class[i]));
        } else {
            write_row(job, output, i, class[i]);
        }
    }
    return LNT_OK;
}

/* The first column becomes what the second lacks to 1. */
static lnt_status complement(const lnt_tensor *p)
{
    for (size_t i = 0; i < p->rows; i++) {
        LNT_TRY(lnt_set(p, i, 0, 1 - lnt_get(p, i, 1)));
    }
    return LNT_OK;
}

static lnt_status predict_chunks(const predict_job *job, lnt_predictor *predictor, void *memory)
{
    const lnt_tensor *x = &job->data.x;
    const size_t outputs = lnt_net_outputs(job->model.net);
    for (size_t first = 0; first < x->rows; first += LNT_CLI_CHUNK) {
        const size_t left = x->rows - first;
        const size_t count = left < LNT_CLI_CHUNK ? left : LNT_CLI_CHUNK;
        lnt_tensor chunk;
        lnt_tensor columns = lnt_tensor_of(x->dtype, memory, count, job->columns), output = columns;
        LNT_TRY(lnt_slice_rows(x, first, count, 1, &chunk));
        if (job->columns > outputs) { /* one output, the probability of class 1 */
            LNT_TRY(lnt_slice_cols(&columns, 1, 1, 1, &output));
        }
        LNT_TRY(lnt_predict(predictor, &chunk, &output));
        if (job->columns > outputs) {
            LNT_TRY(complement(&columns));
        }
        LNT_TRY(write_chunk(job, &columns));
    }
    return LNT_OK;
}

static lnt_status write_all(predict_job *job)
{
    lnt_predictor *predictor = NULL;
    const lnt_pass_config pass = lnt_cli_pass(LNT_CLI_CHUNK);
    void *memory =
        lnt_allocate(NULL, LNT_CLI_CHUNK * job->columns, lnt_dtype_size(job->data.x.dtype));
    lnt_status status = LNT_ERR_MEMORY;
    if (memory != NULL) {
        status = lnt_predictor_create_with(&predictor, &job->model, &pass);
    }
    if (status == LNT_OK) {
        if (!job->settings->json) {
            write_header(job);
        }
        status = predict_chunks(job, predictor, memory);
    }
    lnt_predictor_destroy(predictor);
    lnt_release(NULL, memory);
    return status;
}

/* Writes to the file that was asked for, or standard output, which main closes. */
static lnt_status write_to(predict_job *job)
{
    const char *path = job->settings->output;
    if (path == NULL) {
        job->stream = stdout;
        return write_all(job);
    }
    job->stream = fopen(path, "w");
    if (job->stream == NULL) {
        return lnt_fail(&job->error, LNT_ERR_IO, "%s: %s", path, strerror(errno));
    }
    const lnt_status status = write_all(job);
    const bool failed = ferror(job->stream) != 0;
    if ((fclose(job->stream) != 0 || failed) && status == LNT_OK) {
        return lnt_fail(&job->error, LNT_ERR_IO, "%s: cannot be written: %s", path,
                        strerror(errno));
    }
    return status;
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
    LNT_TRY(lnt_model_load(&job->model, job->model_path, NULL, &job->error));
    const size_t outputs = lnt_net_outputs(job->model.net);
    const size_t classes = lnt_loss_classes(job->model.loss.kind, outputs);
    job->classifier = classes > 0;
    job->columns = classes > outputs ? classes : outputs;
    if (settings->probabilities && !job->classifier) {
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
    .summary = "Predict from the rows of a CSV file with a model",
    .usage = "[OPTION...] MODEL FILE.csv",
    .details = "FILE.csv may be - for standard input. Columns are found by name if the file has a\n"
               "header, and those that the model does not know are ignored; else by position.\n",
    .example = "  linnet predict digits.safetensors new.csv --probabilities -o predicted.csv\n",
    .arguments = {"a model", "a CSV file"},
    .groups = groups,
    .n_groups = sizeof groups / sizeof groups[0],
    .settings_size = sizeof(predict_settings),
    .run = run_predict,
};
