/* SPDX-License-Identifier: MIT */
#include "train/run/history.h"

#include <linnet/file.h>
#include <linnet/text.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define NAME_LENGTH 96

enum { EPOCH, STEPS, SECONDS, LEARNING_RATE, TRAIN_LOSS, TRAIN_ACCURACY, N_FIELDS };

static const char *const fields[N_FIELDS] = {"epoch",         "steps",      "seconds",
                                             "learning_rate", "train_loss", "train_accuracy"};

/* Columns: the fields, the metrics of validation, then two norms for each tensor. */
static size_t n_columns(const lnt_history *h)
{
    return N_FIELDS + LNT_N_METRICS + 2 * h->n_tensors;
}

static void write_name(const lnt_history *h, size_t column, char name[NAME_LENGTH])
{
    if (column < N_FIELDS) {
        (void) snprintf(name, NAME_LENGTH, "%s", fields[column]);
    } else if (column < N_FIELDS + LNT_N_METRICS) {
        const lnt_metric metric = (lnt_metric) (column - N_FIELDS);
        (void) snprintf(name, NAME_LENGTH, "validation_%s", lnt_metric_name(metric));
    } else {
        const size_t norm = column - N_FIELDS - LNT_N_METRICS;
        (void) snprintf(name, NAME_LENGTH, "%s.%s", h->tensors[norm / 2].name,
                        norm % 2 == 0 ? "norm" : "gradient_norm");
    }
}

static double value_at(const lnt_history *h, size_t i, size_t column)
{
    const lnt_history_row *row = &h->rows[i];
    const double values[N_FIELDS] = {(double) row->epoch, (double) row->steps, row->seconds,
                                     row->learning_rate,  row->train_loss,     row->train_accuracy};
    if (column < N_FIELDS) {
        return values[column];
    }
    if (column < N_FIELDS + LNT_N_METRICS) {
        return row->validation.value[column - N_FIELDS];
    }
    const size_t norm = column - N_FIELDS - LNT_N_METRICS;
    return norm % 2 == 0 ? lnt_history_parameter_norm(h, i, norm / 2)
                         : lnt_history_gradient_norm(h, i, norm / 2);
}

/* Whether a column has any number. The epoch column is always written, so that no file is without
 * columns. */
static bool is_used(const lnt_history *h, size_t column)
{
    bool used = column == EPOCH;
    for (size_t i = 0; i < h->epochs && !used; i++) {
        used = !isnan(value_at(h, i, column));
    }
    return used;
}

/* Text in a buffer. With `text` NULL, only its length is computed. */
typedef struct writer {
    char *text;
    size_t length;
} writer;

static void put(writer *w, const char *text)
{
    const size_t length = strlen(text);
    if (w->text != NULL) {
        memcpy(w->text + w->length, text, length);
    }
    w->length += length;
}

static lnt_status put_number(writer *w, double value, const char *unknown)
{
    char text[LNT_FORMAT_NUMBER_LENGTH];
    LNT_TRY(lnt_format_number(value, text));
    put(w, unknown != NULL && !isfinite(value) ? unknown : text);
    return LNT_OK;
}

static lnt_status put_csv(const lnt_history *h, const bool *used, writer *w)
{
    const size_t columns = n_columns(h);
    for (size_t c = 0; c < columns; c++) {
        char name[NAME_LENGTH];
        write_name(h, c, name);
        put(w, used[c] && c > 0 ? "," : "");
        put(w, used[c] ? name : "");
    }
    put(w, "\n");
    for (size_t i = 0; i < h->epochs; i++) {
        for (size_t c = 0; c < columns; c++) {
            const double value = value_at(h, i, c);
            put(w, used[c] && c > 0 ? "," : "");
            if (used[c] && !isnan(value)) {
                LNT_TRY(put_number(w, value, NULL));
            }
        }
        put(w, "\n");
    }
    return LNT_OK;
}

static lnt_status put_jsonl(const lnt_history *h, const bool *used, writer *w)
{
    const size_t columns = n_columns(h);
    for (size_t i = 0; i < h->epochs; i++) {
        put(w, "{");
        for (size_t c = 0; c < columns; c++) {
            if (used[c]) {
                char name[NAME_LENGTH];
                write_name(h, c, name);
                put(w, c > 0 ? ", \"" : "\"");
                put(w, name);
                put(w, "\": ");
                LNT_TRY(put_number(w, value_at(h, i, c), "null"));
            }
        }
        put(w, "}\n");
    }
    return LNT_OK;
}

typedef lnt_status put_function(const lnt_history *h, const bool *used, writer *w);

static lnt_status write_text(const lnt_history *h, put_function *form, const bool *used,
                             const char *path, lnt_error *error)
{
    const lnt_allocator *allocator = h->custom_allocator ? &h->allocator : NULL;
    writer w = {NULL, 0};
    LNT_TRY(form(h, used, &w));
    w = (writer){.text = lnt_allocate(allocator, w.length, 1)};
    if (w.text == NULL) {
        return LNT_ERR_MEMORY;
    }
    lnt_status status = form(h, used, &w);
    if (status == LNT_OK) {
        status = lnt_file_write(path, w.text, w.length, error);
    }
    lnt_release(allocator, w.text);
    return status;
}

static lnt_status write_file(const lnt_history *h, put_function *form, const char *path,
                             lnt_error *error)
{
    if (h == NULL || path == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "history and path are required");
    }
    const lnt_allocator *allocator = h->custom_allocator ? &h->allocator : NULL;
    const size_t columns = n_columns(h);
    bool *used = lnt_allocate(allocator, columns, sizeof *used);
    lnt_status status = LNT_ERR_MEMORY;
    if (used != NULL) {
        for (size_t c = 0; c < columns; c++) {
            used[c] = is_used(h, c);
        }
        status = write_text(h, form, used, path, error);
    }
    lnt_release(allocator, used);
    return status == LNT_ERR_MEMORY
               ? lnt_fail(error, status, "%s: %s", path, lnt_status_text(status))
               : status;
}

lnt_status lnt_history_write_csv(const lnt_history *history, const char *path, lnt_error *error)
{
    return write_file(history, put_csv, path, error);
}

lnt_status lnt_history_write_jsonl(const lnt_history *history, const char *path, lnt_error *error)
{
    return write_file(history, put_jsonl, path, error);
}
