/* SPDX-License-Identifier: MIT */
#include "cli/dataset/model_data.h"

#include "cli/dataset/reading.h"
#include "cli/dataset/separate_files.h"
#include "cli/dataset/sparse_inputs.h"

#include <stdlib.h>
#include <string.h>

void lnt_cli_model_data_clear(lnt_cli_model_data *data)
{
    lnt_cli_columns_clear(&data->columns);
    lnt_frame_destroy(data->frame);
    lnt_frame_destroy(data->targets_separate);
    lnt_release(NULL, data->memory);
    *data = (lnt_cli_model_data){0};
}

/* Whether its target is one column of classes. */
static bool is_classifier(const lnt_model *model)
{
    return lnt_loss_classes(model->loss.kind, lnt_net_outputs(model->net)) > 0;
}

/* Whether the name is a header's for sure: no number, nor "column3" as of a file without one. */
static bool is_of_header(const char *name)
{
    static const char made_up[] = "column";
    if (strncmp(name, made_up, strlen(made_up)) == 0) {
        name += strlen(made_up);
    }
    return name[strspn(name, "+-0123456789")] != '\0';
}

/*
 * Reads the inputs and the targets, and looks at nothing else, if all are known by a header's
 * names. If there is no header then, none of them is found, and all columns are read.
 */
static lnt_status read_frame(lnt_cli_model_data *data, const lnt_model *model, const char *path,
                             const lnt_cli_reading *reading, lnt_cli_names targets,
                             lnt_error *error)
{
    const size_t inputs = lnt_names_count(model->input_names);
    lnt_cli_names only = {calloc(inputs + targets.count + 1, sizeof *only.items), 0};
    if (only.items == NULL) {
        return lnt_fail(error, LNT_ERR_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < inputs; i++) {
        only.items[only.count++] = lnt_names_get(model->input_names, i);
    }
    for (size_t i = 0; i < targets.count; i++) {
        only.items[only.count++] = targets.items[i];
    }
    bool named = inputs > 0;
    for (size_t i = 0; i < only.count; i++) {
        named = named && is_of_header(only.items[i]);
    }
    only.count = named ? only.count : 0;
    const lnt_cli_names labels = {targets.items, is_classifier(model) ? targets.count : 0};
    const lnt_status status =
        lnt_cli_read(&data->frame, path, lnt_net_dtype(model->net), reading, labels, only, error);
    free(only.items);
    return status;
}

lnt_status lnt_cli_model_data_inputs(lnt_cli_model_data *data, const lnt_model *model,
                                     const char *path, const lnt_cli_reading *reading,
                                     lnt_error *error)
{
    LNT_TRY(read_frame(data, model, path, reading, (lnt_cli_names){NULL, 0}, error));
    LNT_TRY(lnt_cli_sparse_inputs(data->frame, model, &data->memory, &data->x));
    if (data->memory != NULL) {
        return LNT_OK;
    }
    LNT_TRY(lnt_cli_columns_match(&data->columns, data->frame, model, path, NULL, 0, error));
    return lnt_cli_columns_view(&data->columns, data->frame, &data->x, NULL);
}

/* Class numbers as the model counts them. */
static lnt_status recode(lnt_frame *frame, const lnt_model *model, const char *path, size_t column,
                         lnt_error *error)
{
    lnt_error inner = {LNT_OK, ""};
    if (model->class_names != NULL) {
        const lnt_status status = lnt_frame_encode_as(frame, column, model->class_names, &inner);
        return status == LNT_OK ? LNT_OK : lnt_fail(error, status, "%s: %s", path, inner.message);
    }
    if (lnt_frame_labels(frame, column) != NULL) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "%s: column '%s': expected class numbers, since the model does not name "
                        "its classes, found text",
                        path, lnt_names_get(lnt_frame_columns(frame), column));
    }
    return LNT_OK;
}

static lnt_status read_both(lnt_cli_model_data *data, const lnt_model *model, const char *path,
                            const lnt_cli_reading *reading, lnt_cli_names targets, size_t *places,
                            lnt_error *error)
{
    LNT_TRY(read_frame(data, model, path, reading, targets, error));
    for (size_t i = 0; i < targets.count; i++) {
        lnt_error inner = {LNT_OK, ""};
        const lnt_status status = lnt_frame_find(data->frame, targets.items[i], &places[i], &inner);
        if (status != LNT_OK) {
            return lnt_fail(error, status, "%s: target: %s", path, inner.message);
        }
    }
    if (is_classifier(model)) {
        LNT_TRY(recode(data->frame, model, path, places[0], error));
    }
    LNT_TRY(lnt_cli_sparse_inputs(data->frame, model, &data->memory, &data->x));
    if (data->memory != NULL && targets.count == 1) {
        const lnt_tensor values = lnt_frame_values(data->frame);
        return lnt_slice_cols(&values, places[0], 1, 1, &data->y);
    }
    LNT_TRY(lnt_cli_columns_match(&data->columns, data->frame, model, path, places, targets.count,
                                  error));
    return lnt_cli_columns_view(&data->columns, data->frame, &data->x, &data->y);
}

/* Columns of targets that the model takes. */
static size_t targets_expected(const lnt_model *model)
{
    return is_classifier(model)
               ? 1
               : lnt_loss_target_cols(model->loss.kind, lnt_net_outputs(model->net));
}

lnt_status lnt_cli_model_data_separate_files(lnt_cli_model_data *data, const lnt_model *model,
                                             const lnt_cli_separate_files *separate_files,
                                             const lnt_cli_reading *reading, lnt_error *error)
{
    LNT_TRY(lnt_cli_model_data_inputs(data, model, separate_files->inputs, reading, error));
    LNT_TRY(lnt_cli_separate_files_targets(&data->targets_separate, separate_files,
                                           lnt_net_dtype(model->net), reading, is_classifier(model),
                                           data->x.rows, error));
    const lnt_tensor y = lnt_frame_values(data->targets_separate);
    if (y.cols != targets_expected(model)) {
        return lnt_fail(error, LNT_ERR_SHAPE, "%s: expected %zu columns for the model, found %zu",
                        separate_files->targets, targets_expected(model), y.cols);
    }
    if (is_classifier(model)) {
        LNT_TRY(recode(data->targets_separate, model, separate_files->targets, 0, error));
    }
    data->y = y;
    return LNT_OK;
}

lnt_status lnt_cli_model_data_both(lnt_cli_model_data *data, const lnt_model *model,
                                   const char *path, const lnt_cli_reading *reading,
                                   const lnt_cli_texts *targets, lnt_error *error)
{
    const bool given = targets->count > 0;
    const size_t count = given ? targets->count : lnt_names_count(model->target_names);
    const size_t expected = targets_expected(model);
    if (count == 0) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "expected --target COLUMN: the model does not name its target");
    }
    if (count != expected) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "option --target: expected %zu for this model, found %zu", expected, count);
    }
    const char **names = calloc(count, sizeof *names);
    size_t *places = calloc(count, sizeof *places);
    lnt_status status = LNT_ERR_MEMORY;
    if (names != NULL && places != NULL) {
        for (size_t i = 0; i < count; i++) {
            names[i] = given ? targets->items[i] : lnt_names_get(model->target_names, i);
        }
        status =
            read_both(data, model, path, reading, (lnt_cli_names){names, count}, places, error);
    }
    free(names);
    free(places);
    return status;
}
