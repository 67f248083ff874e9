/* SPDX-License-Identifier: MIT */
#include "cli/dataset/target.h"

#include "cli/options/number.h"
#include "cli/output/messages.h"

#include <math.h>

/* Distinct whole numbers that look like classes, and the most classes anybody may ask for. */
#define CLASSES_GUESSED 20
#define CLASSES_MAX 10000

static bool few_whole_numbers(lnt_frame *frame, size_t column)
{
    const lnt_tensor values = lnt_frame_values(frame);
    double seen[CLASSES_GUESSED];
    size_t count = 0;
    for (size_t i = 0; i < values.rows; i++) {
        const double value = lnt_tensor_get(&values, i, column);
        size_t k = 0;
        while (k < count && seen[k] != value) {
            k++;
        }
        if (k < count) {
            continue;
        }
        if (count == CLASSES_GUESSED || floor(value) != value) {
            return false;
        }
        seen[count++] = value;
    }
    return true;
}

static lnt_status check_classes(const lnt_frame *frame, const char *path, size_t column,
                                lnt_error *error)
{
    const lnt_names *labels = lnt_frame_labels(frame, column);
    if (lnt_names_count(labels) >= 2) {
        return LNT_OK;
    }
    return lnt_fail(error, LNT_ERR_INVALID,
                    "%s: column '%s': expected at least two classes, found '%s' in every row", path,
                    lnt_names_get(lnt_frame_columns(frame), column), lnt_names_get(labels, 0));
}

static lnt_status use_classes(lnt_frame *frame, const char *path, size_t column, lnt_error *error)
{
    lnt_error inner = {LNT_OK, ""};
    const lnt_status status = lnt_frame_encode(frame, column, CLASSES_MAX, &inner);
    if (status != LNT_OK) {
        return lnt_fail(error, status, "%s: %s", path, inner.message);
    }
    return check_classes(frame, path, column, error);
}

lnt_status lnt_cli_target_resolve(lnt_frame *frame, const char *path,
                                  const lnt_cli_columns *columns, lnt_cli_task task, bool *classify,
                                  lnt_error *error)
{
    const size_t *targets = columns->index + columns->n_inputs;
    const lnt_names *names = lnt_frame_columns(frame);
    const bool single = columns->n_targets == 1;
    *classify = task == LNT_CLI_CLASSIFY;
    if (*classify && !single) {
        return lnt_fail(error, LNT_ERR_INVALID, "%s: expected one column of classes, found %zu",
                        path, columns->n_targets);
    }
    for (size_t i = 0; i < columns->n_targets; i++) {
        const bool text = lnt_frame_labels(frame, targets[i]) != NULL;
        if (text && !single) {
            return lnt_fail(error, LNT_ERR_INVALID,
                            "%s: column '%s': expected numbers in each of several targets, "
                            "found text",
                            path, lnt_names_get(names, targets[i]));
        }
        *classify = *classify || text;
    }
    if (task == LNT_CLI_TASK_AUTO && single && !*classify) {
        *classify = few_whole_numbers(frame, targets[0]);
    }
    if (*classify) {
        return use_classes(frame, path, targets[0], error);
    }
    return LNT_OK;
}

/* Labels that were numbers in the file. */
static bool all_numbers(const lnt_names *labels)
{
    for (size_t i = 0; i < lnt_names_count(labels); i++) {
        double value;
        const char *end = lnt_cli_read_number(lnt_names_get(labels, i), &value);
        if (end == NULL || *end != '\0') {
            return false;
        }
    }
    return true;
}

void lnt_cli_target_log(const lnt_frame *frame, const lnt_cli_columns *columns, bool classify,
                        bool guessed)
{
    const size_t target = columns->index[columns->n_inputs];
    const char *name = lnt_names_get(lnt_frame_columns(frame), target);
    const lnt_names *labels = lnt_frame_labels(frame, target);
    const bool single = columns->n_targets == 1;
    if (!classify) {
        lnt_cli_log("target '%s' (column %zu)%s: %s", name, target + 1, single ? "" : " and others",
                    single ? "a number" : "numbers");
        return;
    }
    lnt_cli_log("target '%s' (column %zu): %zu classes%s", name, target + 1,
                lnt_names_count(labels),
                guessed && all_numbers(labels) ? " (--task regress to predict a number)" : "");
}
