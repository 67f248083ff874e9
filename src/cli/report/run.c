/* SPDX-License-Identifier: MIT */
#include "cli/report/run.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK 256 /* rows predicted at a time */

/* The most likely class of each row, and its probability. */
static lnt_status choose(const lnt_tensor *probabilities, size_t first, lnt_tensor *chosen)
{
    for (size_t i = 0; i < probabilities->rows; i++) {
        size_t best = 0;
        for (size_t c = 1; c < probabilities->cols; c++) {
            best = lnt_tensor_get(probabilities, i, c) > lnt_tensor_get(probabilities, i, best)
                       ? c
                       : best;
        }
        LNT_TRY(lnt_tensor_set(chosen, first + i, 0, (double) best));
        LNT_TRY(lnt_tensor_set(chosen, first + i, 1, lnt_tensor_get(probabilities, i, best)));
    }
    return LNT_OK;
}

/* Chunk by chunk, so that there is never a probability of each class for each row. */
static lnt_status predict_choices(lnt_predictor *predictor, const lnt_tensor *x, size_t outputs,
                                  lnt_tensor *chosen)
{
    void *memory = lnt_allocate(NULL, CHUNK * outputs, lnt_dtype_size(x->dtype));
    lnt_status status = memory != NULL ? LNT_OK : LNT_ERR_MEMORY;
    for (size_t first = 0, count; first < x->rows && status == LNT_OK; first += count) {
        count = x->rows - first < CHUNK ? x->rows - first : CHUNK;
        lnt_tensor some, probabilities = lnt_tensor_view(x->dtype, memory, count, outputs);
        status = lnt_slice_rows(x, first, count, 1, &some);
        status = status == LNT_OK ? lnt_predict(predictor, &some, &probabilities) : status;
        status = status == LNT_OK ? choose(&probabilities, first, chosen) : status;
    }
    lnt_release(NULL, memory);
    return status;
}

/* As the report wants it. */
static lnt_status predict(const lnt_model *model, const lnt_tensor *x, lnt_tensor *prediction)
{
    const size_t outputs = lnt_net_outputs(model->net);
    lnt_model scaled = *model;
    scaled.input_scaler = NULL;
    lnt_predictor *predictor = NULL;
    lnt_status status = lnt_predictor_create(&predictor, &scaled, CHUNK, NULL);
    if (status == LNT_OK) {
        status = lnt_loss_classes(model->loss.kind, outputs) > 2
                     ? predict_choices(predictor, x, outputs, prediction)
                     : lnt_predict(predictor, x, prediction);
    }
    lnt_predictor_destroy(predictor);
    return status;
}

/* Cuts the lines of `text`, which stay its own, into names and values; how many there are. */
static size_t split(char *text, lnt_cli_html_setting *settings)
{
    size_t count = 0;
    for (char *line = text, *next; line != NULL && *line != '\0'; line = next) {
        next = strchr(line, '\n');
        if (next != NULL) {
            *next++ = '\0';
        }
        char *equals = strstr(line, " = ");
        if (line[0] != '#' && equals != NULL) {
            *equals = '\0';
            settings[count++] = (lnt_cli_html_setting){line, equals + 3};
        }
    }
    return count;
}

static size_t count_lines(const char *text)
{
    size_t lines = 1;
    for (; *text != '\0'; text++) {
        lines += *text == '\n';
    }
    return lines;
}

lnt_status lnt_cli_html_run_write(const lnt_cli_html_report *report, const lnt_tensor *x,
                                  const char *configuration, const char *path, lnt_error *error)
{
    const size_t outputs = lnt_net_outputs(report->model->net);
    const bool chooses = lnt_loss_classes(report->model->loss.kind, outputs) > 2;
    const lnt_dtype dtype = chooses ? LNT_F64 : x->dtype; /* which holds any number of a class */
    const size_t cols = chooses ? 2 : outputs;
    char *text = strdup(configuration != NULL ? configuration : "");
    lnt_cli_html_setting *settings =
        text != NULL ? calloc(count_lines(text), sizeof *settings) : NULL;
    void *memory = lnt_allocate(NULL, x->rows * cols, lnt_dtype_size(dtype));
    lnt_status status = LNT_ERR_MEMORY;
    if (settings != NULL && memory != NULL) {
        lnt_tensor prediction = lnt_tensor_view(dtype, memory, x->rows, cols);
        status = predict(report->model, x, &prediction);
        if (status == LNT_OK) {
            lnt_cli_html_report whole = *report;
            whole.settings = settings;
            whole.n_settings = split(text, settings);
            whole.prediction = &prediction;
            status = lnt_cli_html_report_write(&whole, path, error);
        } else {
            (void) lnt_fail(error, status, "%s: %s", path, lnt_status_text(status));
        }
    } else {
        (void) lnt_fail(error, status, "%s: %s", path, lnt_status_text(status));
    }
    lnt_release(NULL, memory);
    free(settings);
    free(text);
    return status;
}
