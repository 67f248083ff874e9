/* SPDX-License-Identifier: MIT */
#include "report.h"
#include "target.h"
#include "text.h"
#include "train.h"

#include <stdlib.h>

/* Below this a held-out score says little. */
#define HELD_OUT_FEW 10

void lnt_cli_train_data_finish(lnt_cli_train_data *data)
{
    lnt_cli_columns_finish(&data->columns);
    lnt_frame_destroy(data->frame);
    *data = (lnt_cli_train_data){0};
}

lnt_tensor lnt_cli_train_rows(const lnt_cli_train_data *data, const lnt_tensor *t, bool held_out)
{
    lnt_tensor part = *t;
    part.rows = held_out ? t->rows - data->n_train : data->n_train;
    if (held_out && part.rows > 0) {
        part.data = lnt_element(t, data->n_train, 0);
    }
    return part;
}

static size_t append(const char **names, size_t count, const lnt_cli_texts *texts)
{
    for (size_t i = 0; i < texts->count; i++) {
        names[count++] = texts->items[i];
    }
    return count;
}

/* Text is allowed in targets, unless they must be numbers, and in columns that are left out. */
static lnt_status read_frame(lnt_cli_train_data *data, const char *path,
                             const lnt_cli_train_settings *settings, lnt_error *error)
{
    const lnt_cli_texts *targets = &settings->targets, *features = &settings->features;
    const size_t most = targets->count + settings->exclude.count + features->count;
    lnt_cli_names labels = {calloc(most, sizeof *labels.items), 0};
    lnt_cli_names only = {calloc(most, sizeof *only.items), 0};
    lnt_status status = lnt_fail(error, LNT_ERR_MEMORY, "out of memory");
    if (labels.items != NULL && only.items != NULL) {
        if (settings->task != LNT_CLI_REGRESS) {
            labels.count = append(labels.items, 0, targets);
        }
        labels.count = append(labels.items, labels.count, &settings->exclude);
        if (features->count > 0) {
            only.count = append(only.items, append(only.items, 0, targets), features);
        }
        status = lnt_cli_read(&data->frame, path, lnt_cli_train_dtype(settings->dtype),
                              &settings->reading, labels, only, error);
    }
    free(labels.items);
    free(only.items);
    return status;
}

/* Model files hold names as UTF-8: better refused now than after the training. */
static lnt_status check_names(const lnt_names *names, const char *path, const char *what,
                              lnt_error *error)
{
    for (size_t i = 0; i < lnt_names_count(names); i++) {
        json_t *text = json_string(lnt_names_get(names, i));
        if (text == NULL) {
            return lnt_fail(error, LNT_ERR_FORMAT,
                            "%s: %s '%s' is not UTF-8: convert the file, for instance with iconv",
                            path, what, lnt_names_get(names, i));
        }
        json_decref(text);
    }
    return LNT_OK;
}

/* A list of its own of `count` strings of `source`: those at `index`, or the first ones if NULL. */
static lnt_status pick_names(lnt_names **names, const lnt_names *source, const size_t *index,
                             size_t count)
{
    const char **strings = calloc(count, sizeof *strings);
    if (strings == NULL) {
        return LNT_ERR_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        strings[i] = lnt_names_get(source, index == NULL ? i : index[i]);
    }
    const lnt_status status = lnt_names_create(names, strings, count, NULL);
    free(strings);
    return status;
}

static lnt_status name_all(const lnt_cli_train_data *data, lnt_model *model, const char *path,
                           lnt_error *error)
{
    const lnt_cli_columns *columns = &data->columns;
    const size_t *targets = columns->index + columns->n_inputs;
    const lnt_names *all = lnt_frame_columns(data->frame);
    LNT_TRY(pick_names(&model->input_names, all, columns->index, columns->n_inputs));
    LNT_TRY(pick_names(&model->target_names, all, targets, columns->n_targets));
    LNT_TRY(check_names(model->input_names, path, "column name", error));
    LNT_TRY(check_names(model->target_names, path, "column name", error));
    if (data->classify) {
        const lnt_names *labels = lnt_frame_labels(data->frame, targets[0]);
        LNT_TRY(pick_names(&model->class_names, labels, NULL, lnt_names_count(labels)));
        LNT_TRY(check_names(model->class_names, path, "class", error));
    }
    return LNT_OK;
}

/* Puts the training rows first. The views x and y stay what they are: only rows change places. */
static lnt_status split(lnt_cli_train_data *data, const char *path,
                        const lnt_cli_train_settings *settings, lnt_error *error)
{
    const size_t rows = data->x.rows;
    data->n_train = rows;
    if (settings->validation == 0) {
        return LNT_OK;
    }
    if (rows < 2) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "%s: expected at least 2 rows, some to train on and some to hold out, "
                        "found %zu (--validation 0 holds none out)",
                        path, rows);
    }
    size_t *index = lnt_allocate(NULL, rows, sizeof *index);
    if (index == NULL) {
        return LNT_ERR_MEMORY;
    }
    lnt_tensor values = lnt_frame_values(data->frame);
    lnt_status status = lnt_split(rows, settings->validation, data->classify ? &data->y : NULL,
                                  settings->seed, index, &data->n_train);
    if (status == LNT_OK) {
        status = lnt_permute_rows(&values, index);
    }
    lnt_release(NULL, index);
    return status;
}

static lnt_status check_split(const lnt_cli_train_data *data, const char *path,
                              const lnt_cli_train_settings *settings, lnt_error *error)
{
    const size_t held_out = data->x.rows - data->n_train;
    if (settings->validation > 0 && (held_out == 0 || data->n_train == 0)) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "%s: too few rows of each class to hold %g of them out (--validation 0 "
                        "holds none out)",
                        path, settings->validation);
    }
    lnt_cli_target_tell(data->frame, &data->columns, data->classify,
                        settings->task == LNT_CLI_TASK_AUTO);
    if (settings->validation == 0) {
        lnt_cli_note("%zu %s to train on, none held out", data->n_train,
                     data->n_train == 1 ? "row" : "rows");
        return LNT_OK;
    }
    lnt_cli_note("%zu %s to train on, %zu held out", data->n_train,
                 data->n_train == 1 ? "row" : "rows", held_out);
    if (held_out < HELD_OUT_FEW) {
        lnt_cli_warn("only %zu %s held out: the score on them says little", held_out,
                     held_out == 1 ? "row is" : "rows are");
    }
    return LNT_OK;
}

/* Fitted on the training rows, applied to all, in place. */
static lnt_status scale(const lnt_cli_train_data *data, lnt_tensor *t, lnt_scaler **scaler)
{
    const lnt_tensor training = lnt_cli_train_rows(data, t, false);
    LNT_TRY(lnt_scaler_fit(scaler, LNT_SCALING_STANDARD, &training, NULL));
    return lnt_scaler_apply(*scaler, t, t);
}

lnt_status lnt_cli_train_data_prepare(lnt_cli_train_data *data, lnt_model *model, const char *path,
                                      const lnt_cli_train_settings *settings, lnt_error *error)
{
    LNT_TRY(read_frame(data, path, settings, error));
    LNT_TRY(lnt_cli_columns_choose(&data->columns, data->frame, &settings->targets,
                                   &settings->features, &settings->exclude, error));
    LNT_TRY(lnt_cli_target_settle(data->frame, path, &data->columns, (lnt_cli_task) settings->task,
                                  &data->classify, error));
    LNT_TRY(name_all(data, model, path, error));
    LNT_TRY(lnt_cli_columns_view(&data->columns, data->frame, &data->x, &data->y));
    LNT_TRY(split(data, path, settings, error));
    LNT_TRY(check_split(data, path, settings, error));
    model->loss = data->classify ? lnt_softmax_cross_entropy(LNT_MEAN) : lnt_mse(LNT_MEAN);
    if (settings->standardize) {
        LNT_TRY(scale(data, &data->x, &model->input_scaler));
        if (!data->classify) {
            LNT_TRY(scale(data, &data->y, &model->target_scaler));
        }
    }
    return LNT_OK;
}
