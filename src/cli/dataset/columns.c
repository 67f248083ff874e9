/* SPDX-License-Identifier: MIT */
#include "cli/dataset/columns.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void lnt_cli_columns_clear(lnt_cli_columns *columns)
{
    free(columns->index);
    *columns = (lnt_cli_columns){0};
}

static const char *name_of(const lnt_frame *frame, size_t column)
{
    return lnt_names_get(lnt_frame_columns(frame), column);
}

static size_t count_columns(const lnt_frame *frame)
{
    return lnt_names_count(lnt_frame_columns(frame));
}

static bool holds(const size_t *index, size_t count, size_t column)
{
    for (size_t i = 0; i < count; i++) {
        if (index[i] == column) {
            return true;
        }
    }
    return false;
}

/* The places of columns given by name or number, each once, into `index`. */
static lnt_status find_all(const lnt_frame *frame, const char *option, const lnt_cli_texts *texts,
                           size_t *index, lnt_error *error)
{
    for (size_t i = 0; i < texts->count; i++) {
        lnt_error inner = {LNT_OK, ""};
        const lnt_status status = lnt_frame_find(frame, texts->items[i], &index[i], &inner);
        if (status != LNT_OK) {
            return lnt_fail(error, status, "option --%s: %s", option, inner.message);
        }
        if (holds(index, i, index[i])) {
            return lnt_fail(error, LNT_ERR_INVALID, "option --%s: column '%s' is given twice",
                            option, name_of(frame, index[i]));
        }
    }
    return LNT_OK;
}

/* The three lists a user may give, as places in the frame; one block of memory. */
typedef struct choice_lists {
    size_t *targets, *features, *exclude;
    size_t n_targets, n_features, n_exclude;
    const size_t *others; /* of use, but no inputs unless they are features */
    size_t n_others;
} choice_lists;

static lnt_status choose_inputs(const choice_lists *chosen, const lnt_frame *frame,
                                lnt_cli_columns *columns, lnt_error *error)
{
    const bool all = chosen->n_features == 0;
    const size_t candidates = all ? count_columns(frame) : chosen->n_features;
    for (size_t i = 0; i < candidates; i++) {
        const size_t column = all ? i : chosen->features[i];
        const bool target = holds(chosen->targets, chosen->n_targets, column);
        if (target && !all) {
            return lnt_fail(error, LNT_ERR_INVALID,
                            "option --features: column '%s' is a target too",
                            name_of(frame, column));
        }
        const bool other = all && holds(chosen->others, chosen->n_others, column);
        if (!target && !other && !holds(chosen->exclude, chosen->n_exclude, column)) {
            columns->index[columns->n_inputs++] = column;
        }
    }
    if (columns->n_inputs == 0) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "expected at least one input column besides the targets, found none");
    }
    memcpy(columns->index + columns->n_inputs, chosen->targets,
           chosen->n_targets * sizeof *chosen->targets);
    columns->n_targets = chosen->n_targets;
    return LNT_OK;
}

static lnt_status choose(const choice_lists *chosen, const lnt_frame *frame,
                         const lnt_cli_texts *targets, const lnt_cli_texts *features,
                         const lnt_cli_texts *exclude, lnt_cli_columns *columns, lnt_error *error)
{
    LNT_TRY(find_all(frame, "target", targets, chosen->targets, error));
    LNT_TRY(find_all(frame, "features", features, chosen->features, error));
    LNT_TRY(find_all(frame, "exclude", exclude, chosen->exclude, error));
    for (size_t i = 0; i < chosen->n_targets; i++) {
        if (holds(chosen->exclude, chosen->n_exclude, chosen->targets[i])) {
            return lnt_fail(error, LNT_ERR_INVALID, "option --exclude: column '%s' is the target",
                            name_of(frame, chosen->targets[i]));
        }
    }
    return choose_inputs(chosen, frame, columns, error);
}

lnt_status lnt_cli_columns_choose(lnt_cli_columns *columns, const lnt_frame *frame,
                                  const lnt_cli_texts *targets, const lnt_cli_texts *features,
                                  const lnt_cli_texts *exclude, const size_t *others,
                                  size_t n_others, lnt_error *error)
{
    const size_t wanted = targets->count + features->count + exclude->count;
    size_t *places = calloc(wanted + 1, sizeof *places);
    *columns = (lnt_cli_columns){
        .index = calloc(count_columns(frame) + targets->count, sizeof *columns->index)};
    const choice_lists chosen = {.targets = places,
                                 .features = places + targets->count,
                                 .exclude = places + targets->count + features->count,
                                 .n_targets = targets->count,
                                 .n_features = features->count,
                                 .n_exclude = exclude->count,
                                 .others = others,
                                 .n_others = n_others};
    const lnt_status status =
        places == NULL || columns->index == NULL
            ? lnt_fail(error, LNT_ERR_MEMORY, "out of memory")
            : choose(&chosen, frame, targets, features, exclude, columns, error);
    free(places);
    if (status != LNT_OK) {
        lnt_cli_columns_clear(columns);
    }
    return status;
}

lnt_status lnt_cli_columns_all_targets(lnt_cli_columns *columns, const lnt_frame *frame)
{
    const size_t count = count_columns(frame);
    *columns =
        (lnt_cli_columns){.index = calloc(count + 1, sizeof *columns->index), .n_targets = count};
    for (size_t i = 0; columns->index != NULL && i < count; i++) {
        columns->index[i] = i;
    }
    return columns->index != NULL ? LNT_OK : LNT_ERR_MEMORY;
}

/* Whether the frame's names are the reader's own: "column1", "column2", … */
static bool names_made_up(const lnt_frame *frame)
{
    for (size_t i = 0; i < count_columns(frame); i++) {
        char name[32];
        snprintf(name, sizeof name, "column%zu", i + 1);
        if (strcmp(name, name_of(frame, i)) != 0) {
            return false;
        }
    }
    return true;
}

/* The place of `name` that is not taken yet: two columns may have one name. */
static size_t find_free(const lnt_frame *frame, const char *name, const bool *taken)
{
    for (size_t i = lnt_names_find(lnt_frame_columns(frame), name); i < count_columns(frame); i++) {
        if (!taken[i] && strcmp(name_of(frame, i), name) == 0) {
            return i;
        }
    }
    return LNT_NOT_FOUND;
}

/* Puts the places of the model's inputs in `index`; returns how many of them are not there. */
static size_t match_names(const lnt_frame *frame, const lnt_names *inputs, bool *taken,
                          size_t *index, const char **first_missing)
{
    size_t missing = 0;
    for (size_t i = 0; i < lnt_names_count(inputs); i++) {
        const char *name = lnt_names_get(inputs, i);
        index[i] = find_free(frame, name, taken);
        if (index[i] != LNT_NOT_FOUND) {
            taken[index[i]] = true;
        } else if (missing++ == 0) {
            *first_missing = name;
        }
    }
    return missing;
}

/* Every column that is no target, in its order. */
static lnt_status match_places(const lnt_frame *frame, const char *path, lnt_cli_columns *columns,
                               lnt_error *error)
{
    const size_t found = count_columns(frame) - columns->n_targets;
    if (found != columns->n_inputs) {
        return lnt_fail(error, LNT_ERR_FORMAT, "%s: expected %zu columns for the model, found %zu",
                        path, columns->n_inputs, found);
    }
    size_t next = 0;
    for (size_t i = 0; i < count_columns(frame); i++) {
        if (!holds(columns->index + columns->n_inputs, columns->n_targets, i)) {
            columns->index[next++] = i;
        }
    }
    return LNT_OK;
}

static lnt_status match(const lnt_frame *frame, const lnt_names *names, const char *path,
                        bool *taken, lnt_cli_columns *columns, lnt_error *error)
{
    const size_t *targets = columns->index + columns->n_inputs;
    if (names == NULL) {
        return match_places(frame, path, columns, error);
    }
    const char *name = NULL;
    const size_t missing = match_names(frame, names, taken, columns->index, &name);
    if (missing > 0 && names_made_up(frame)) {
        return match_places(frame, path, columns, error);
    }
    if (missing > 0) {
        char more[48] = "";
        if (missing > 1) {
            snprintf(more, sizeof more, ", as %s %zu other%s", missing == 2 ? "is" : "are",
                     missing - 1, missing == 2 ? "" : "s");
        }
        return lnt_fail(error, LNT_ERR_FORMAT,
                        "%s: column '%s', which the model needs, is missing%s", path, name, more);
    }
    for (size_t i = 0; i < columns->n_targets; i++) {
        if (taken[targets[i]]) {
            return lnt_fail(error, LNT_ERR_INVALID,
                            "option --target: column '%s' is an input of the model",
                            name_of(frame, targets[i]));
        }
    }
    return LNT_OK;
}

lnt_status lnt_cli_columns_match(lnt_cli_columns *columns, const lnt_frame *frame,
                                 const lnt_model *model, const char *path, const size_t *targets,
                                 size_t n_targets, lnt_error *error)
{
    const size_t inputs = lnt_net_inputs(model->net);
    bool *taken = calloc(count_columns(frame) + 1, sizeof *taken);
    *columns = (lnt_cli_columns){.index = calloc(inputs + n_targets, sizeof *columns->index),
                                 .n_inputs = inputs,
                                 .n_targets = n_targets};
    lnt_status status;
    if (taken == NULL || columns->index == NULL) {
        status = lnt_fail(error, LNT_ERR_MEMORY, "out of memory");
    } else {
        for (size_t i = 0; i < n_targets; i++) {
            columns->index[inputs + i] = targets[i];
        }
        status = match(frame, model->input_names, path, taken, columns, error);
    }
    free(taken);
    if (status != LNT_OK) {
        lnt_cli_columns_clear(columns);
    }
    return status;
}

static bool side_by_side(const size_t *index, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (index[i] != index[0] + i) {
            return false;
        }
    }
    return true;
}

/* Moves the chosen columns to the front of the matrix, the others behind them. */
static lnt_status reorder(const lnt_cli_columns *columns, lnt_tensor *values)
{
    const size_t chosen = columns->n_inputs + columns->n_targets;
    size_t *order = calloc(values->cols, sizeof *order);
    bool *taken = calloc(values->cols, sizeof *taken);
    lnt_status status = LNT_ERR_MEMORY;
    if (order != NULL && taken != NULL) {
        for (size_t i = 0; i < chosen; i++) {
            order[i] = columns->index[i];
            taken[order[i]] = true;
        }
        size_t next = chosen;
        for (size_t i = 0; i < values->cols; i++) {
            if (!taken[i]) {
                order[next++] = i;
            }
        }
        lnt_tensor transposed = lnt_transpose(values);
        status = lnt_permute_rows(&transposed, order);
    }
    free(order);
    free(taken);
    return status;
}

lnt_status lnt_cli_columns_view(const lnt_cli_columns *columns, lnt_frame *frame, lnt_tensor *x,
                                lnt_tensor *y)
{
    lnt_tensor values = lnt_frame_values(frame);
    const size_t inputs = columns->n_inputs, targets = columns->n_targets;
    const size_t *target = columns->index + inputs;
    size_t first_input = columns->index[0], first_target = targets > 0 ? target[0] : 0;
    if (!side_by_side(columns->index, inputs) || !side_by_side(target, targets)) {
        LNT_TRY(reorder(columns, &values));
        first_input = 0;
        first_target = inputs;
    }
    LNT_TRY(lnt_slice_cols(&values, first_input, inputs, 1, x));
    return y == NULL ? LNT_OK : lnt_slice_cols(&values, first_target, targets, 1, y);
}
