/* SPDX-License-Identifier: MIT */
#include "cli/dataset/metrics_measure.h"
#include "cli/dataset/reading.h"
#include "cli/options/command.h"
#include "cli/options/defaults.h"
#include "cli/output/interrupt.h"
#include "cli/output/messages.h"
#include "cli/output/metrics.h"
#include "cli/output/text.h"
#include "cli/training/training_run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One run of `linnet cv`. */
typedef struct cv_job {
    lnt_cli_train_settings settings;
    const char *path;
    lnt_cli_train_data data;
    lnt_model names; /* names and classes, as a model has them */
    size_t *index;   /* rows by fold */
    size_t *first;   /* [folds + 1] */
    size_t *order;   /* rows of a fold, those to train on first */
    lnt_scores *scores;
    size_t done; /* folds */
    size_t top_k;
    lnt_error error;
} cv_job;

static const lnt_cli_option fold_options[] = {
    {.name = "folds",
     .letter = 'k',
     .kind = LNT_CLI_SIZE,
     LNT_CLI_AT(folds),
     .value = "K",
     .initial = LNT_CLI_DEFAULT_FOLDS,
     .least = 2,
     .most = 1000000,
     .help = "Number of folds; each is held out once"},
    {.name = "validation",
     .kind = LNT_CLI_REAL,
     LNT_CLI_AT(validation),
     .value = "FRACTION",
     .initial = "0",
     .high = 1,
     .below_high = true,
     .help = "Fraction of the training rows to hold out for --monitor and --patience, so that the "
             "fold that is scored does not choose the net"},
};

static const lnt_cli_group fold_group = {"Folds:", fold_options, LNT_CLI_COUNT_OF(fold_options), 0};

static const lnt_cli_group *const groups[] = {
    &fold_group,
    &lnt_cli_column_group,
    &lnt_cli_separate_files_group,
    &lnt_cli_net_group,
    &lnt_cli_loss_group,
    &lnt_cli_optim_group,
    &lnt_cli_schedule_group,
    &lnt_cli_training_group,
    &lnt_cli_stopping_group,
    &lnt_cli_quiet_group,
    &lnt_cli_train_reading_group,
};

/* --- folds --- */

static lnt_status make_folds(cv_job *job)
{
    const size_t rows = job->data.rows.x.rows, folds = job->settings.folds;
    if (folds > rows) {
        return lnt_fail(&job->error, LNT_ERR_INVALID,
                        "%s: expected at least %zu rows for --folds %zu, found %zu", job->path,
                        folds, folds, rows);
    }
    job->index = malloc(rows * sizeof *job->index);
    job->order = malloc(rows * sizeof *job->order);
    job->first = malloc((folds + 1) * sizeof *job->first);
    job->scores = calloc(folds, sizeof *job->scores);
    if (job->index == NULL || job->order == NULL || job->first == NULL || job->scores == NULL) {
        return LNT_ERR_MEMORY;
    }
    return lnt_k_fold(rows, folds, job->data.classify ? &job->data.rows.y : NULL,
                      job->settings.seed, job->index, job->first);
}

/* Rows of the other folds first, then those of fold `f`. */
static void order_rows(cv_job *job, size_t f)
{
    const size_t begin = job->first[f], end = job->first[f + 1];
    const size_t rows = job->data.rows.x.rows;
    memcpy(job->order, job->index, begin * sizeof *job->order);
    memcpy(job->order + begin, job->index + end, (rows - end) * sizeof *job->order);
    memcpy(job->order + rows - (end - begin), job->index + begin,
           (end - begin) * sizeof *job->order);
}

/* A dense copy of `from` in the order at hand; nothing of what has no rows. */
static lnt_status copy_rows(const cv_job *job, const lnt_tensor *from, lnt_tensor *to)
{
    *to = *from;
    if (from->rows == 0) {
        return LNT_OK;
    }
    void *memory = lnt_allocate(NULL, from->rows * from->cols, lnt_dtype_size(from->dtype));
    if (memory == NULL) {
        to->rows = 0;
        return LNT_ERR_MEMORY;
    }
    *to = lnt_tensor_view(from->dtype, memory, from->rows, from->cols);
    for (size_t i = 0; i < from->rows; i++) {
        lnt_tensor source, target;
        LNT_TRY(lnt_slice_rows(from, job->order[i], 1, 1, &source));
        LNT_TRY(lnt_slice_rows(to, i, 1, 1, &target));
        LNT_TRY(lnt_copy(&source, &target));
    }
    return LNT_OK;
}

static lnt_status copy_all(const cv_job *job, size_t held_out, lnt_cli_rows *rows)
{
    const lnt_cli_rows *all = &job->data.rows;
    const lnt_tensor *from[] = {&all->x, &all->y, &all->weights, &all->sampling};
    lnt_tensor *to[] = {&rows->x, &rows->y, &rows->weights, &rows->sampling};
    rows->n_train = all->x.rows - held_out;
    for (size_t i = 0; i < LNT_CLI_COUNT_OF(from); i++) {
        *to[i] = (lnt_tensor){.rows = 0};
    }
    for (size_t i = 0; i < LNT_CLI_COUNT_OF(from); i++) {
        LNT_TRY(copy_rows(job, from[i], to[i]));
    }
    return LNT_OK;
}

static void free_rows(lnt_cli_rows *rows)
{
    lnt_tensor *all[] = {&rows->x, &rows->y, &rows->weights, &rows->sampling};
    for (size_t i = 0; i < LNT_CLI_COUNT_OF(all); i++) {
        lnt_release(NULL, all[i]->rows > 0 ? all[i]->data : NULL);
    }
}

/* --- one fold --- */

/* On the fold's rows, as they are in the file. */
static lnt_status judge(cv_job *job, const lnt_cli_training_run *run, const lnt_tensor *x,
                        const lnt_tensor *y, lnt_scores *scores)
{
    lnt_cli_metrics metrics;
    LNT_TRY(lnt_cli_metrics_measure(&metrics, &run->model, x, y, run->config.top_k));
    *scores = metrics.scores;
    job->top_k = metrics.top_k;
    lnt_cli_metrics_clear(&metrics);
    return LNT_OK;
}

static void keep_first(lnt_cli_rows *rows, size_t count)
{
    lnt_tensor *all[] = {&rows->x, &rows->y, &rows->weights, &rows->sampling};
    for (size_t i = 0; i < LNT_CLI_COUNT_OF(all); i++) {
        all[i]->rows = all[i]->rows > 0 ? count : 0;
    }
}

/* Puts a share of the rows that are there last, to be watched in training. */
static lnt_status split_again(const cv_job *job, lnt_cli_rows *rows)
{
    lnt_tensor *all[] = {&rows->x, &rows->y, &rows->weights, &rows->sampling};
    LNT_TRY(lnt_train_test_split(rows->x.rows, job->settings.validation,
                                 job->data.classify ? &rows->y : NULL, job->settings.seed,
                                 job->order, &rows->n_train));
    for (size_t i = 0; i < LNT_CLI_COUNT_OF(all); i++) {
        if (all[i]->rows > 0) {
            LNT_TRY(lnt_permute_rows(all[i], job->order));
        }
    }
    return LNT_OK;
}

/* The run sees nothing of the fold's own rows: they are behind those that it has. */
static lnt_status train_fold(cv_job *job, lnt_cli_training_run *run, size_t f)
{
    order_rows(job, f);
    LNT_TRY(copy_all(job, job->first[f + 1] - job->first[f], &run->rows));
    const lnt_tensor x = lnt_cli_rows_part(&run->rows, &run->rows.x, true);
    const lnt_tensor y = lnt_cli_rows_part(&run->rows, &run->rows.y, true);
    keep_first(&run->rows, run->rows.n_train);
    if (job->settings.validation > 0) {
        LNT_TRY(split_again(job, &run->rows));
    }
    LNT_TRY(lnt_cli_training_run_prepare(run, job->data.classify, &job->error));
    LNT_TRY(lnt_cli_training_run_fit(run, false, &job->error));
    return judge(job, run, &x, &y, &job->scores[f]);
}

/* Names are lent to the fold's model, which must not free them. */
static lnt_status run_fold(cv_job *job, size_t f)
{
    lnt_cli_training_run run = {.settings = &job->settings, .model = lnt_model_init()};
    run.model.class_names = job->names.class_names;
    run.model.target_names = job->names.target_names;
    run.model.input_names = job->names.input_names;
    const lnt_status status = train_fold(job, &run, f);
    run.model.class_names = run.model.target_names = run.model.input_names = NULL;
    free_rows(&run.rows);
    lnt_cli_training_run_clear(&run);
    return status;
}

static lnt_status run_folds(cv_job *job)
{
    for (size_t f = 0; f < job->settings.folds && !lnt_cli_interrupted(); f++) {
        LNT_TRY(run_fold(job, f));
        if (lnt_cli_interrupted()) {
            break; /* this fold's training was cut short */
        }
        job->done++;
        lnt_cli_log("fold %zu of %zu: %zu rows to train on, %zu held out, loss %.6g", f + 1,
                    job->settings.folds,
                    job->data.rows.x.rows - (job->first[f + 1] - job->first[f]),
                    job->first[f + 1] - job->first[f], job->scores[f].value[LNT_METRIC_LOSS]);
    }
    return LNT_OK;
}

/* --- the result --- */

static bool is_known(const cv_job *job, lnt_metric metric)
{
    for (size_t f = 0; f < job->done; f++) {
        if (isnan(job->scores[f].value[metric])) {
            return false;
        }
    }
    return job->done > 0;
}

/* Mean, and standard deviation (by folds - 1; NaN for one fold), over the folds done. */
static void summarise(const cv_job *job, lnt_metric metric, double *mean, double *deviation)
{
    const double count = (double) job->done;
    double squares = 0;
    *mean = 0;
    for (size_t f = 0; f < job->done; f++) {
        *mean += job->scores[f].value[metric] / count;
    }
    for (size_t f = 0; f < job->done; f++) {
        const double difference = job->scores[f].value[metric] - *mean;
        squares += difference * difference;
    }
    *deviation = job->done > 1 ? sqrt(squares / (count - 1)) : NAN;
}

/* "top_3" for the k at hand; other names as they are. */
static const char *name_of(const cv_job *job, lnt_metric metric, char text[32])
{
    if (metric != LNT_METRIC_TOP_K) {
        return lnt_metric_name(metric);
    }
    snprintf(text, 32, "top_%zu", job->top_k);
    return text;
}

static void print_text(const cv_job *job)
{
    char text[32];
    printf("%-18s %12s %12s   folds\n", "score", "mean", "deviation");
    for (int m = 0; m < LNT_N_METRICS; m++) {
        const lnt_metric metric = (lnt_metric) m;
        double mean, deviation;
        if (!is_known(job, metric)) {
            continue;
        }
        summarise(job, metric, &mean, &deviation);
        printf("%-18s %12.6g %12.3g  ", name_of(job, metric, text), mean, deviation);
        for (size_t f = 0; f < job->done && f < 5; f++) {
            printf(" %.5g", job->scores[f].value[metric]);
        }
        puts(job->done > 5 ? " ..." : "");
    }
}

static lnt_status print_json(const cv_job *job)
{
    json_t *folds = json_array(), *means = json_object(), *deviations = json_object();
    char text[32];
    for (size_t f = 0; f < job->done; f++) {
        json_t *one = json_pack("{s:I}", "rows", (json_int_t) job->scores[f].rows);
        for (int m = 0; m < LNT_N_METRICS; m++) {
            if (!isnan(job->scores[f].value[m])) {
                json_object_set_new(one, name_of(job, (lnt_metric) m, text),
                                    lnt_cli_json_number(job->scores[f].value[m]));
            }
        }
        json_array_append_new(folds, one);
    }
    for (int m = 0; m < LNT_N_METRICS; m++) {
        double mean, deviation;
        if (is_known(job, (lnt_metric) m)) {
            summarise(job, (lnt_metric) m, &mean, &deviation);
            const char *name = name_of(job, (lnt_metric) m, text);
            json_object_set_new(means, name, lnt_cli_json_number(mean));
            json_object_set_new(deviations, name, lnt_cli_json_number(deviation));
        }
    }
    return lnt_cli_json_print(json_pack("{s:s, s:I, s:I, s:o, s:o, s:o}", "task",
                                        job->data.classify ? "classify" : "regress", "rows",
                                        (json_int_t) job->data.rows.x.rows, "folds_asked_for",
                                        (json_int_t) job->settings.folds, "mean", means,
                                        "deviation", deviations, "folds", folds),
                              17, stdout);
}

static lnt_status cross_validate(cv_job *job)
{
    LNT_TRY(lnt_cli_use_threads(&job->settings.reading, &job->error));
    LNT_TRY(
        lnt_cli_train_data_read(&job->data, &job->names, job->path, &job->settings, &job->error));
    LNT_TRY(make_folds(job));
    LNT_TRY(run_folds(job));
    if (job->settings.json) {
        return print_json(job);
    }
    print_text(job);
    return LNT_OK;
}

static int end_run(cv_job *job, lnt_status status)
{
    int exit_status = LNT_CLI_DONE;
    if (status != LNT_OK) {
        exit_status = lnt_cli_fail_status(status, &job->error);
    } else if (job->done < job->settings.folds) {
        exit_status = lnt_cli_fail("stopped by %s after %zu of %zu folds", lnt_cli_interrupt_name(),
                                   job->done, job->settings.folds);
    }
    free(job->index);
    free(job->first);
    free(job->order);
    free(job->scores);
    lnt_model_finish(&job->names);
    lnt_cli_train_data_clear(&job->data);
    return exit_status;
}

static int run_cv(const void *given, const char *const *arguments)
{
    cv_job job = {.settings = *(const lnt_cli_train_settings *) given, .path = arguments[0]};
    lnt_cli_messages_quiet(job.settings.quiet);
    const int usage_error = lnt_cli_train_check(&job.settings, &job.path);
    if (usage_error != LNT_CLI_DONE) {
        return usage_error;
    }
    if (job.settings.from != NULL) {
        return lnt_cli_usage_error("option --from: a model that has seen these rows cannot be "
                                   "validated on them");
    }
    job.names = lnt_model_init();
    return end_run(&job, cross_validate(&job));
}

const lnt_cli_command lnt_cli_cv = {
    .name = "cv",
    .summary = "Cross-validate a net on a table",
    .usage = "[OPTION...] FILE --target COLUMN",
    .details =
        "Splits the rows into K folds, stratified by class. For each fold, trains a net on the\n"
        "other folds and scores it on this one; scaling is fitted on the training rows only.\n"
        "Prints the mean and the standard deviation of each score. Saves no model. The options\n"
        "are those of 'linnet train'.\n",
    .example = "  linnet cv digits.csv --target digit --folds 10\n",
    .arguments = {"a data file"},
    .n_optional = 1,
    .groups = groups,
    .n_groups = LNT_CLI_COUNT_OF(groups),
    .settings_size = sizeof(lnt_cli_train_settings),
    .values_offset = offsetof(lnt_cli_train_settings, values),
    .run = run_cv,
};
