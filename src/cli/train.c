/* SPDX-License-Identifier: MIT */
#include "train.h"

#include "interrupt.h"
#include "metrics.h"
#include "outfile.h"
#include "progress.h"
#include "report.h"
#include "target.h"
#include "text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One run of `linnet train`. */
typedef struct train_job {
    const lnt_cli_train_settings *settings;
    const char *path; /* of the data */
    char *output;     /* of the model */
    lnt_cli_train_data data;
    lnt_model model;
    lnt_fit_result result;
    bool stopped; /* before the last epoch was over */
    lnt_cli_metrics metrics;
    lnt_error error;
} train_job;

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

/* Parameters, gradients, momentum and the copy that a run keeps: refused before Linux kills us. */
static lnt_status check_memory(train_job *job)
{
    const lnt_cli_sizes *hidden = &job->settings->hidden;
    double inputs = (double) job->data.columns.n_inputs, parameters = 0, units = inputs;
    for (size_t i = 0; i < hidden->count; i++) {
        parameters += (inputs + 1) * (double) hidden->items[i];
        units += (double) hidden->items[i];
        inputs = (double) hidden->items[i];
    }
    const double rows = fmin((double) job->settings->batch, (double) job->data.n_train);
    const lnt_dtype dtype = lnt_cli_train_dtype(job->settings->dtype);
    const double bytes = (4 * parameters + 3 * rows * units) * (double) lnt_dtype_size(dtype);
    const double memory = (double) lnt_cli_memory();
    if (bytes > memory) {
        return lnt_fail(&job->error, LNT_ERR_TOO_LARGE,
                        "training needs about %.1f GB, this machine has %.1f GB: choose a smaller "
                        "--hidden or --batch",
                        bytes / 1e9, memory / 1e9);
    }
    return LNT_OK;
}

static lnt_status create_net(train_job *job)
{
    const lnt_cli_train_settings *settings = job->settings;
    const size_t hidden = settings->hidden.count;
    const size_t outputs =
        job->data.classify ? lnt_names_count(job->model.class_names) : job->data.columns.n_targets;
    lnt_layer *layers = calloc(hidden + 1, sizeof *layers);
    if (layers == NULL) {
        return LNT_ERR_MEMORY;
    }
    for (size_t i = 0; i < hidden; i++) {
        layers[i] = lnt_dense(settings->hidden.items[i], (lnt_activation) settings->activation);
    }
    layers[hidden] = lnt_dense(outputs, LNT_IDENTITY);
    lnt_net_config config = lnt_net_defaults();
    config.dtype = lnt_cli_train_dtype(settings->dtype);
    config.inputs = job->data.columns.n_inputs;
    config.layers = layers;
    config.n_layers = hidden + 1;
    config.seed = settings->seed;
    const lnt_status status = lnt_net_create(&job->model.net, &config);
    free(layers);
    if (status == LNT_OK) {
        lnt_cli_note("%zu inputs, %zu outputs, %zu parameters", config.inputs, outputs,
                     lnt_net_n_parameters(job->model.net));
    }
    return status;
}

static bool go_on(const lnt_fit_progress *now, void *context)
{
    lnt_cli_progress_update(context, now);
    return !lnt_cli_interrupted();
}

/* Squared errors have steeper gradients, and no bound, where cross-entropy has one. */
static double learning_rate(const train_job *job)
{
    if (job->settings->learning_rate > 0) {
        return job->settings->learning_rate;
    }
    return job->data.classify ? 0.02 : 0.005;
}

static lnt_status fit(train_job *job)
{
    const lnt_cli_train_settings *settings = job->settings;
    const lnt_tensor x = lnt_cli_train_rows(&job->data, &job->data.x, false);
    const lnt_tensor y = lnt_cli_train_rows(&job->data, &job->data.y, false);
    const lnt_tensor x_val = lnt_cli_train_rows(&job->data, &job->data.x, true);
    const lnt_tensor y_val = lnt_cli_train_rows(&job->data, &job->data.y, true);
    lnt_cli_progress progress;
    lnt_fit_config config = lnt_fit_defaults();
    config.epochs = settings->epochs;
    config.batch_rows = settings->batch;
    config.shuffle = settings->shuffle;
    config.seed = settings->seed;
    config.loss = job->model.loss;
    config.optim = lnt_optim_of(LNT_SGD);
    config.optim.learning_rate = learning_rate(job);
    config.optim.momentum = settings->momentum;
    config.x_val = x_val.rows > 0 ? &x_val : NULL;
    config.y_val = x_val.rows > 0 ? &y_val : NULL;
    config.callback = go_on;
    config.callback_context = &progress;
    lnt_cli_interrupt_watch();
    lnt_cli_progress_begin(
        &progress, settings->quiet ? LNT_CLI_NEVER : (lnt_cli_when) settings->progress, x.rows);
    const lnt_status status = lnt_fit(job->model.net, &x, &y, &config, &job->result, &job->error);
    lnt_cli_progress_end(&progress);
    job->stopped = job->result.stopped && job->result.epochs < settings->epochs;
    if (status == LNT_ERR_NOT_FINITE) {
        char why[LNT_ERROR_LENGTH];
        memcpy(why, job->error.message, sizeof why);
        return lnt_fail(&job->error, status, "%s; nothing is saved; try an --lr below %g", why,
                        learning_rate(job));
    }
    return status;
}

/* On the held-out rows, or those trained on if there are none. They are scaled already. */
static lnt_status measure(train_job *job)
{
    const bool held_out = job->data.n_train < job->data.x.rows;
    const lnt_tensor x = lnt_cli_train_rows(&job->data, &job->data.x, held_out);
    lnt_tensor y = lnt_cli_train_rows(&job->data, &job->data.y, held_out);
    lnt_model model = job->model;
    model.input_scaler = NULL;
    if (model.target_scaler != NULL) {
        LNT_TRY(lnt_scaler_invert(model.target_scaler, &y, &y));
    }
    LNT_TRY(lnt_cli_metrics_measure(&job->metrics, &model, &x, &y, 3));
    job->model.record = (lnt_record){.epochs = job->result.epochs,
                                     .train_rows = job->data.n_train,
                                     .validation_rows = job->data.x.rows - job->data.n_train,
                                     .seed = job->settings->seed,
                                     .train_loss = job->result.train_loss,
                                     .train_accuracy = job->result.train_accuracy,
                                     .validation_loss = held_out ? job->metrics.loss : NAN,
                                     .validation_accuracy = held_out ? job->metrics.accuracy : NAN};
    return LNT_OK;
}

static lnt_status print_json(const train_job *job)
{
    const lnt_record *record = &job->model.record;
    const bool held_out = record->validation_rows > 0;
    json_t *object = json_pack(
        "{s:o, s:s, s:I, s:I, s:I, s:b, s:f, s:o, s:o, s:o}", "model",
        lnt_cli_json_text(job->output), "task", job->data.classify ? "classify" : "regress",
        "parameters", (json_int_t) lnt_net_n_parameters(job->model.net), "epochs",
        (json_int_t) record->epochs, "training_rows", (json_int_t) record->train_rows, "stopped",
        (int) job->stopped, "seconds", job->result.seconds, "training_loss",
        lnt_cli_json_number(record->train_loss), "training_accuracy",
        lnt_cli_json_number(record->train_accuracy), held_out ? "held_out" : "on_training_rows",
        lnt_cli_metrics_json(&job->metrics, &job->model));
    return lnt_cli_json_print(object, 17, stdout);
}

static void print_text(const train_job *job)
{
    const char *rows = job->model.record.validation_rows > 0 ? "held-out" : "training";
    if (job->data.classify) {
        printf("%s accuracy  %.4f (%zu of %zu)\n", rows, job->metrics.accuracy,
               lnt_cli_metrics_correct(&job->metrics), job->metrics.rows);
    }
    printf("%s loss      %.6g\n", rows, job->metrics.loss);
    printf("model              %s\n", job->output);
    if (!job->data.classify) {
        printf("\n%s rows, in the unit of the data:\n", rows);
        lnt_cli_metrics_print(&job->metrics, &job->model, stdout);
    }
}

static lnt_status train(train_job *job)
{
    LNT_TRY(lnt_cli_outfile_check(job->output, true, (const char *const[]){job->path, NULL},
                                  &job->error));
    LNT_TRY(lnt_cli_use_threads(&job->settings->reading, &job->error));
    LNT_TRY(
        lnt_cli_train_data_prepare(&job->data, &job->model, job->path, job->settings, &job->error));
    LNT_TRY(check_memory(job));
    LNT_TRY(create_net(job));
    LNT_TRY(fit(job));
    LNT_TRY(measure(job));
    LNT_TRY(lnt_model_save(&job->model, job->output, &job->error));
    lnt_cli_note("%zu epochs in %.2f s", job->result.epochs, job->result.seconds);
    if (job->settings->json) {
        return print_json(job);
    }
    print_text(job);
    return LNT_OK;
}

static int check_settings(const lnt_cli_train_settings *settings)
{
    if (settings->targets.count == 0) {
        return lnt_cli_misuse("expected --target COLUMN, the column to learn");
    }
    if (settings->task == LNT_CLI_CLASSIFY && settings->targets.count > 1) {
        return lnt_cli_misuse("option --task: classify takes one --target, found %zu",
                              settings->targets.count);
    }
    return LNT_CLI_DONE;
}

static int run_train(const void *given, const char *const *arguments)
{
    const lnt_cli_train_settings *settings = given;
    lnt_cli_report_quiet(settings->quiet);
    if (check_settings(settings) != LNT_CLI_DONE) {
        return LNT_CLI_MISUSED;
    }
    train_job job = {.settings = settings, .path = arguments[0], .model = lnt_model_init()};
    job.output = settings->output != NULL ? strdup(settings->output) : default_output(job.path);
    const lnt_status status = job.output == NULL ? LNT_ERR_MEMORY : train(&job);
    int exit_status = LNT_CLI_DONE;
    if (status != LNT_OK) {
        exit_status = lnt_cli_fail_status(status, &job.error);
    } else if (job.stopped) {
        exit_status = lnt_cli_fail("stopped by %s in epoch %zu of %zu; the model as trained so far "
                                   "is saved in %s",
                                   lnt_cli_interrupt_name(), job.result.epochs + 1,
                                   (size_t) settings->epochs, job.output);
    }
    lnt_cli_metrics_finish(&job.metrics);
    lnt_model_finish(&job.model);
    lnt_cli_train_data_finish(&job.data);
    free(job.output);
    return exit_status;
}

const lnt_cli_verb lnt_cli_train = {
    .name = "train",
    .summary = "Train a net on a CSV file and save it as a model",
    .usage = "[OPTION...] FILE.csv --target COLUMN",
    .details =
        "FILE.csv may be - for standard input. Ctrl-C stops the training and saves the model\n"
        "as it is then; a second Ctrl-C ends at once.\n",
    .example = "  linnet train digits.csv --target digit --hidden 64,32 -o digits.safetensors\n",
    .arguments = {"a CSV file"},
    .groups = lnt_cli_train_groups,
    .n_groups = LNT_CLI_TRAIN_GROUPS,
    .settings_size = sizeof(lnt_cli_train_settings),
    .run = run_train,
};
