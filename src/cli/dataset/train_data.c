/* SPDX-License-Identifier: MIT */
#include "cli/dataset/train_data.h"

#include "cli/dataset/model_names.h"
#include "cli/dataset/reading.h"
#include "cli/dataset/row_weights.h"
#include "cli/dataset/separate_files.h"
#include "cli/dataset/target.h"
#include "cli/output/messages.h"
#include "cli/output/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void lnt_cli_train_data_clear(lnt_cli_train_data *data)
{
    lnt_cli_streamed_clear(&data->streamed);
    lnt_cli_columns_clear(&data->columns);
    lnt_cli_columns_clear(&data->columns_separate);
    lnt_frame_destroy(data->frame);
    lnt_frame_destroy(data->targets_separate);
    lnt_frame_destroy(data->weights_separate);
    lnt_release(NULL, data->memory);
    free(data->targets);
    *data = (lnt_cli_train_data){0};
}

lnt_tensor lnt_cli_rows_part(const lnt_cli_rows *rows, const lnt_tensor *t, bool held_out)
{
    lnt_tensor part = *t;
    if (t->rows == 0) {
        return part;
    }
    part.rows = held_out ? t->rows - rows->n_train : rows->n_train;
    if (held_out && part.rows > 0 && t->data != NULL) {
        part.data = lnt_tensor_ptr(t, rows->n_train, 0);
    }
    return part;
}

static void append(lnt_cli_names *names, const lnt_cli_texts *texts)
{
    for (size_t i = 0; i < texts->count; i++) {
        names->items[names->count++] = texts->items[i];
    }
}

static bool is_streamed(const lnt_cli_train_data *data)
{
    return data->streamed.file != NULL;
}

/* Where the targets are: in a frame of their own, or in that of the inputs. */
typedef struct target_side {
    lnt_frame *frame;
    const lnt_cli_columns *columns;
    const size_t *places;
    const char *path;
} target_side;

static target_side targets_of(const lnt_cli_train_data *data, const char *path,
                              const lnt_cli_train_settings *settings)
{
    const bool separate = data->targets_separate != NULL;
    const lnt_cli_columns *columns = separate ? &data->columns_separate : &data->columns;
    return (target_side){separate ? data->targets_separate : data->frame, columns,
                         columns->index + columns->n_inputs,
                         settings->separate_files.targets != NULL ? settings->separate_files.targets
                                                                  : path};
}

/* The file stays where it is; the frame has its names. */
static lnt_status open_file(lnt_cli_train_data *data, const char *path, lnt_data_format format,
                            const lnt_read_options *options, lnt_error *error)
{
    lnt_cli_streamed *streamed = &data->streamed;
    if (strcmp(path, "-") == 0) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "option --memory: standard input is larger, and cannot be read twice: save "
                        "it to a file");
    }
    streamed->path = path;
    streamed->memory = options->memory_limit;
    LNT_TRY(lnt_row_reader_open(&streamed->file, path, format, options, error));
    lnt_cli_log_dropped(path, lnt_row_reader_rows_dropped(streamed->file));
    return lnt_row_reader_read_columns(streamed->file, NULL, 0, &data->frame, error);
}

/* Into memory, or, if they were asked to and are too many for it, block by block later. */
static lnt_status read_or_open(lnt_cli_train_data *data, const char *path,
                               const lnt_cli_train_settings *settings, lnt_cli_names labels,
                               lnt_cli_names only, lnt_error *error)
{
    const lnt_cli_reading *reading = &settings->reading;
    const lnt_dtype dtype = lnt_cli_train_dtype(settings->dtype);
    const lnt_status status = lnt_cli_read(&data->frame, path, dtype, reading, labels, only, error);
    if (status != LNT_ERR_TOO_LARGE || reading->memory == 0) {
        return status;
    }
    const lnt_read_options options = lnt_cli_reading_options_of(reading, dtype, labels, only);
    return open_file(data, path, (lnt_data_format) reading->format, &options, error);
}

/* Text is allowed in targets, unless they must be numbers, and in columns that are left out. */
static lnt_status read_frame(lnt_cli_train_data *data, const char *path,
                             const lnt_cli_train_settings *settings, const lnt_cli_texts *features,
                             lnt_error *error)
{
    const lnt_cli_texts *targets = &settings->targets;
    const size_t most = targets->count + settings->exclude.count + features->count + 2;
    lnt_cli_names labels = {calloc(most, sizeof *labels.items), 0};
    lnt_cli_names only = {calloc(most, sizeof *only.items), 0};
    lnt_status status = lnt_fail(error, LNT_ERR_MEMORY, "out of memory");
    if (labels.items != NULL && only.items != NULL) {
        if (settings->task != LNT_CLI_REGRESS) {
            append(&labels, targets);
        }
        append(&labels, &settings->exclude);
        if (features->count > 0) {
            append(&only, targets);
            append(&only, features);
            for (size_t i = 0; i < 2; i++) {
                const char *weights = i == 0 ? settings->weights : settings->sampling_weights;
                if (weights != NULL) {
                    only.items[only.count++] = weights;
                }
            }
        }
        status = read_or_open(data, path, settings, labels, only, error);
    }
    free(labels.items);
    free(only.items);
    return status;
}

static lnt_status name_all(const lnt_cli_train_data *data, lnt_model *model, const char *path,
                           const target_side *targets, lnt_error *error)
{
    const lnt_cli_columns *columns = &data->columns;
    LNT_TRY(lnt_cli_names_pick(&model->input_names, lnt_frame_columns(data->frame), columns->index,
                               columns->n_inputs));
    LNT_TRY(lnt_cli_names_pick(&model->target_names, lnt_frame_columns(targets->frame),
                               targets->places, targets->columns->n_targets));
    LNT_TRY(lnt_cli_names_check(model->input_names, path, "column name", error));
    LNT_TRY(lnt_cli_names_check(model->target_names, targets->path, "column name", error));
    if (data->classify) {
        const lnt_names *labels = lnt_frame_labels(targets->frame, targets->places[0]);
        LNT_TRY(lnt_cli_names_pick(&model->class_names, labels, NULL, lnt_names_count(labels)));
        LNT_TRY(lnt_cli_names_check(model->class_names, targets->path, "class", error));
    }
    return LNT_OK;
}

/* A copy: the columns of the frame will change places. */
static lnt_status copy_weights(lnt_cli_train_data *data, size_t place, const char *path,
                               void *memory, lnt_tensor *weights, lnt_error *error)
{
    const lnt_tensor values = lnt_frame_values(data->frame);
    lnt_tensor column;
    LNT_TRY(lnt_cli_weights_check(data->frame, place, path, error));
    LNT_TRY(lnt_slice_cols(&values, place, 1, 1, &column));
    *weights = lnt_tensor_view(values.dtype, memory, values.rows, 1);
    return lnt_copy(&column, weights);
}

/* The targets and weights among the columns of a file that is streamed. */
static lnt_status take_separate(lnt_cli_train_data *data, const char *path,
                                const lnt_cli_train_settings *settings, const size_t *places,
                                lnt_error *error)
{
    const lnt_cli_columns *columns = &data->columns;
    lnt_cli_streamed *streamed = &data->streamed;
    if (settings->fit.sampling != LNT_SAMPLE_ALL) {
        return lnt_fail(
            error, LNT_ERR_INVALID,
            "option --sampling: needs all rows in memory, and %s is larger than --memory", path);
    }
    LNT_TRY(lnt_cli_streamed_begin(streamed, columns));
    if (columns->n_targets > 0) {
        LNT_TRY(lnt_cli_streamed_columns(streamed, columns->index + columns->n_inputs,
                                         columns->n_targets, &data->targets_separate, error));
        LNT_TRY(lnt_cli_columns_all_targets(&data->columns_separate, data->targets_separate));
    }
    if (settings->weights != NULL) {
        LNT_TRY(lnt_cli_streamed_columns(streamed, places, 1, &data->weights_separate, error));
        LNT_TRY(lnt_cli_weights_check(data->weights_separate, 0, path, error));
        data->rows.weights = lnt_frame_values(data->weights_separate);
    }
    return LNT_OK;
}

static lnt_status choose_columns(lnt_cli_train_data *data, const char *path,
                                 const lnt_cli_train_settings *settings,
                                 const lnt_cli_texts *features, lnt_error *error)
{
    size_t places[2], count = 0;
    const lnt_frame *frame = data->frame;
    LNT_TRY(lnt_cli_weights_find(frame, "weights", settings->weights, places, &count, error));
    LNT_TRY(lnt_cli_weights_find(frame, "sampling-weights", settings->sampling_weights, places,
                                 &count, error));
    LNT_TRY(lnt_cli_columns_choose(&data->columns, frame, &settings->targets, features,
                                   &settings->exclude, places, count, error));
    if (is_streamed(data)) {
        return take_separate(data, path, settings, places, error);
    }
    if (count == 0) {
        return LNT_OK;
    }
    const lnt_tensor values = lnt_frame_values(data->frame);
    data->memory = lnt_allocate(NULL, 2 * values.rows, lnt_dtype_size(values.dtype));
    if (data->memory == NULL) {
        return LNT_ERR_MEMORY;
    }
    if (settings->weights != NULL) {
        LNT_TRY(copy_weights(data, places[0], path, data->memory, &data->rows.weights, error));
    }
    if (settings->sampling_weights != NULL) {
        char *memory = data->memory;
        LNT_TRY(copy_weights(data, places[count - 1], path,
                             memory + values.rows * lnt_dtype_size(values.dtype),
                             &data->rows.sampling, error));
    }
    return LNT_OK;
}

/* The loss that the task asks for, if none was asked for; and that it can be learned by it. */
static lnt_status resolve_loss(const lnt_cli_train_data *data, const lnt_model *model,
                               const char *path, lnt_cli_train_settings *settings, lnt_error *error)
{
    lnt_loss loss = data->classify ? lnt_softmax_cross_entropy(LNT_MEAN) : lnt_mse(LNT_MEAN);
    if (settings->loss_choice > 0) {
        loss = lnt_loss_defaults((lnt_loss_kind) (settings->loss_choice - 1), LNT_MEAN);
    } else if (model->net != NULL) {
        loss = model->loss;
    }
    const size_t classes = lnt_names_count(model->class_names);
    if (loss.kind == LNT_LOSS_BINARY_CROSS_ENTROPY && data->classify && classes != 2) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "%s: expected two classes for the loss binary_cross_entropy, found %zu",
                        path, classes);
    }
    lnt_cli_loss_resolve(settings, &loss);
    char why[2 * LNT_CLI_RANGE_MAX];
    const size_t misfit = lnt_cli_option_values_conflict(&settings->values, why, sizeof why);
    const lnt_cli_option *option = lnt_cli_option_values_option(&settings->values, misfit, NULL);
    return option == NULL ? LNT_OK
                          : lnt_fail(error, LNT_ERR_INVALID, "option --%s: %s", option->name, why);
}

static lnt_status resolve_target(lnt_cli_train_data *data, const lnt_model *model,
                                 const target_side *targets, lnt_cli_task task, lnt_error *error)
{
    if (model->class_names == NULL) {
        return lnt_cli_target_resolve(targets->frame, targets->path, targets->columns, task,
                                      &data->classify, error);
    }
    lnt_error inner = {LNT_OK, ""};
    data->classify = true;
    const lnt_status status =
        lnt_frame_encode_as(targets->frame, targets->places[0], model->class_names, &inner);
    return status == LNT_OK ? LNT_OK
                            : lnt_fail(error, status, "%s: %s", targets->path, inner.message);
}

/* The targets' own file, and the weights'. */
static lnt_status read_separate(lnt_cli_train_data *data, const char *path,
                                const lnt_cli_train_settings *settings, lnt_error *error)
{
    const size_t rows = is_streamed(data) ? lnt_row_reader_rows(data->streamed.file)
                                          : lnt_frame_values(data->frame).rows;
    const lnt_dtype dtype = lnt_cli_train_dtype(settings->dtype);
    if (settings->separate_files.targets != NULL) {
        LNT_TRY(lnt_cli_separate_files_targets(&data->targets_separate, &settings->separate_files,
                                               dtype, &settings->reading,
                                               settings->task != LNT_CLI_REGRESS, rows, error));
        LNT_TRY(lnt_cli_columns_all_targets(&data->columns_separate, data->targets_separate));
    }
    if (settings->separate_files.weights != NULL) {
        LNT_TRY(lnt_cli_separate_files_weights(&data->weights_separate,
                                               settings->separate_files.weights, dtype,
                                               &settings->reading, rows, path, error));
        LNT_TRY(lnt_cli_weights_check(data->weights_separate, 0, settings->separate_files.weights,
                                      error));
        data->rows.weights = lnt_frame_values(data->weights_separate);
    }
    return LNT_OK;
}

/* Several columns of 0 and 1 are several numbers to that loss. */
static lnt_cli_task task_of(const lnt_cli_train_settings *settings, const target_side *targets)
{
    const bool each = settings->loss_choice - 1 == LNT_LOSS_BINARY_CROSS_ENTROPY;
    return each && targets->columns->n_targets > 1 ? LNT_CLI_REGRESS
                                                   : (lnt_cli_task) settings->task;
}

/* Inputs have no data. */
static void view_streamed(lnt_cli_train_data *data)
{
    lnt_cli_streamed *streamed = &data->streamed;
    data->rows.x = lnt_tensor_view(lnt_row_reader_dtype(streamed->file), NULL,
                                   lnt_row_reader_rows(streamed->file), data->columns.n_inputs);
    data->rows.y = lnt_frame_values(data->targets_separate);
    data->rows.streamed = streamed;
    streamed->taught =
        lnt_cli_streamed_size(&data->rows.y) + lnt_cli_streamed_size(&data->rows.weights);
}

static lnt_status view_rows(lnt_cli_train_data *data)
{
    if (is_streamed(data)) {
        view_streamed(data);
        return LNT_OK;
    }
    if (data->targets_separate == NULL) {
        return lnt_cli_columns_view(&data->columns, data->frame, &data->rows.x, &data->rows.y);
    }
    data->rows.y = lnt_frame_values(data->targets_separate);
    return lnt_cli_columns_view(&data->columns, data->frame, &data->rows.x, NULL);
}

static lnt_status resolve(lnt_cli_train_data *data, lnt_model *model, const char *path,
                          lnt_cli_train_settings *settings, const lnt_cli_texts *features,
                          lnt_error *error)
{
    LNT_TRY(read_frame(data, path, settings, features, error));
    LNT_TRY(choose_columns(data, path, settings, features, error));
    LNT_TRY(read_separate(data, path, settings, error));
    const target_side targets = targets_of(data, path, settings);
    LNT_TRY(resolve_target(data, model, &targets, task_of(settings, &targets), error));
    if (model->net == NULL) {
        LNT_TRY(name_all(data, model, path, &targets, error));
    } else if (data->columns.n_inputs != lnt_net_inputs(model->net)) {
        return lnt_fail(error, LNT_ERR_SHAPE, "%s: expected %zu columns for the model, found %zu",
                        path, lnt_net_inputs(model->net), data->columns.n_inputs);
    }
    lnt_cli_target_log(targets.frame, targets.columns, data->classify,
                       settings->task == LNT_CLI_TASK_AUTO);
    LNT_TRY(resolve_loss(data, model, targets.path, settings, error));
    return view_rows(data);
}

/* What a model that is trained further says of its data: task, precision, names of the targets. */
static lnt_status heed_model(lnt_cli_train_data *data, const lnt_model *model,
                             lnt_cli_train_settings *settings, lnt_error *error)
{
    const size_t classes = lnt_loss_classes(model->loss.kind, lnt_net_outputs(model->net));
    const size_t count = lnt_names_count(model->target_names);
    settings->task = classes > 0 ? LNT_CLI_CLASSIFY : LNT_CLI_REGRESS;
    settings->dtype = lnt_net_dtype(model->net) == LNT_F32 ? 0 : 1;
    if (settings->targets.count > 0 || settings->separate_files.targets != NULL) {
        return LNT_OK;
    }
    if (count == 0) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "expected --target COLUMN: the model does not name its target");
    }
    data->targets = calloc(count, sizeof *data->targets);
    if (data->targets == NULL) {
        return LNT_ERR_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        data->targets[i] = (char *) lnt_names_get(model->target_names, i);
    }
    settings->targets = (lnt_cli_texts){data->targets, count};
    return LNT_OK;
}

lnt_status lnt_cli_train_data_read(lnt_cli_train_data *data, lnt_model *model, const char *path,
                                   lnt_cli_train_settings *settings, lnt_error *error)
{
    if (model->net != NULL) {
        LNT_TRY(heed_model(data, model, settings, error));
    }
    const size_t known = model->net == NULL ? 0 : lnt_names_count(model->input_names);
    lnt_cli_texts features = settings->features;
    if (known > 0) {
        features = (lnt_cli_texts){calloc(known, sizeof *features.items), known};
        for (size_t i = 0; features.items != NULL && i < known; i++) {
            features.items[i] = (char *) lnt_names_get(model->input_names, i);
        }
    }
    const lnt_status status = known > 0 && features.items == NULL
                                  ? LNT_ERR_MEMORY
                                  : resolve(data, model, path, settings, &features, error);
    if (known > 0) {
        free(features.items);
    }
    data->rows.n_train = data->rows.x.rows;
    return status;
}
