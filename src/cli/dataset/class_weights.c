/* SPDX-License-Identifier: MIT */
#include "cli/dataset/class_weights.h"

#include "base/text/suggest.h"
#include "cli/options/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static lnt_status balance(size_t classes, const lnt_tensor *y, double *weights)
{
    for (size_t i = 0; i < y->rows; i++) {
        weights[(size_t) lnt_tensor_get(y, i, 0)] += 1;
    }
    for (size_t c = 0; c < classes; c++) {
        weights[c] = weights[c] > 0 ? (double) y->rows / ((double) classes * weights[c]) : 1;
    }
    return LNT_OK;
}

static const char *class_of(size_t i, const void *context)
{
    return lnt_names_get(context, i);
}

static lnt_status set_one(char *text, const lnt_names *classes, double *weights, lnt_error *error)
{
    char *equals = strrchr(text, '=');
    if (equals == NULL) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "option --class-weights: expected balanced, or CLASS=WEIGHT, found '%s'",
                        text);
    }
    *equals = '\0';
    const size_t c = lnt_names_find(classes, text);
    if (c == LNT_NOT_FOUND) {
        const char *nearest = lnt_suggest(text, class_of, classes);
        return lnt_fail(error, LNT_ERR_INVALID,
                        "option --class-weights: there is no class '%s'%s%s%s", text,
                        nearest == NULL ? "" : "; did you mean '", nearest == NULL ? "" : nearest,
                        nearest == NULL ? "" : "'?");
    }
    const char *end = lnt_cli_read_number(equals + 1, &weights[c]);
    if (end == NULL || *end != '\0' || weights[c] < 0) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "option --class-weights: expected a number from 0 for class '%s', found "
                        "'%s'",
                        text, equals + 1);
    }
    return LNT_OK;
}

static lnt_status set_all(const char *text, const lnt_names *classes, double *weights,
                          lnt_error *error)
{
    char *copy = strdup(text), *rest = copy, *next = copy;
    lnt_status status = copy == NULL ? LNT_ERR_MEMORY : LNT_OK;
    for (size_t c = 0; c < lnt_names_count(classes); c++) {
        weights[c] = 1;
    }
    while (status == LNT_OK && next != NULL) {
        next = strchr(rest, ',');
        if (next != NULL) {
            *next = '\0';
        }
        status = set_one(rest, classes, weights, error);
        rest = next == NULL ? rest : next + 1;
    }
    free(copy);
    return status;
}

lnt_status lnt_cli_class_weights(const char *text, const lnt_names *classes, const lnt_tensor *y,
                                 double **weights, lnt_error *error)
{
    const size_t count = lnt_names_count(classes);
    if (count == 0) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "option --class-weights: the targets are not classes");
    }
    *weights = calloc(count, sizeof **weights);
    if (*weights == NULL) {
        return LNT_ERR_MEMORY;
    }
    lnt_status status = strcmp(text, "balanced") == 0 ? balance(count, y, *weights)
                                                      : set_all(text, classes, *weights, error);
    double most = 0;
    for (size_t c = 0; c < count; c++) {
        most = fmax(most, (*weights)[c]);
    }
    if (status == LNT_OK && most == 0) {
        status = lnt_fail(error, LNT_ERR_INVALID,
                          "option --class-weights: expected a weight above 0 for some class");
    }
    if (status != LNT_OK) {
        free(*weights);
        *weights = NULL;
    }
    return status;
}
