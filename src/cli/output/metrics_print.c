/* SPDX-License-Identifier: MIT */
#include "base/text/escaped.h"
#include "cli/output/metrics.h"
#include "cli/output/mistakes.h"
#include "cli/output/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void lnt_cli_metrics_print_scores(const lnt_cli_metrics *metrics, FILE *stream)
{
    for (int m = LNT_METRIC_TOP_K; m < LNT_N_METRICS; m++) {
        char text[32];
        if (!isnan(metrics->scores.value[m])) {
            fprintf(stream, "%-18s %.6g\n",
                    lnt_cli_metrics_score_name(metrics, (lnt_metric) m, text, sizeof text),
                    metrics->scores.value[m]);
        }
    }
    const size_t ranked = metrics->n_outputs == 2 ? 1 : metrics->n_outputs;
    if (metrics->classes != NULL && metrics->rows > LNT_SCORER_MAX_AUC / ranked) {
        fprintf(stream, "%-18s omitted: more than %zu scores, rows times classes\n",
                lnt_metric_name(LNT_METRIC_ROC_AUC), LNT_SCORER_MAX_AUC);
    }
}

static size_t widest_name(const lnt_cli_metrics *metrics, const lnt_model *model, size_t least)
{
    for (size_t i = 0; i < metrics->n_outputs; i++) {
        char number[24];
        const size_t width =
            lnt_escaped_width(lnt_cli_metrics_name(metrics, model, i, number, sizeof number));
        least = width > least ? width : least;
    }
    return least;
}

static double recall_of(const lnt_cli_class *one)
{
    return lnt_cli_metrics_ratio(one->correct, one->rows);
}

/* By recall, the least first, and those without rows at the end. */
static int by_recall(const void *a, const void *b)
{
    const lnt_cli_class *x = *(const lnt_cli_class *const *) a;
    const lnt_cli_class *y = *(const lnt_cli_class *const *) b;
    const double p = x->rows > 0 ? recall_of(x) : 2, q = y->rows > 0 ? recall_of(y) : 2;
    if (p != q) {
        return p < q ? -1 : 1;
    }
    return x < y ? -1 : 1;
}

static void print_class(const lnt_cli_class *one, const char *name, size_t width, FILE *stream)
{
    char recall[24] = "-", precision[24] = "-";
    if (one->rows > 0) {
        snprintf(recall, sizeof recall, "%.4f", recall_of(one));
    }
    if (one->predicted > 0) {
        snprintf(precision, sizeof precision, "%.4f",
                 lnt_cli_metrics_ratio(one->correct, one->predicted));
    }
    lnt_cli_print_name(stream, name, width);
    fprintf(stream, "  %8zu  %8zu  %8s  %9s\n", one->rows, one->correct, recall, precision);
}

static lnt_status print_classes(const lnt_cli_metrics *metrics, const lnt_model *model,
                                FILE *stream)
{
    const size_t classes = metrics->n_outputs;
    const size_t shown = classes < LNT_CLI_CLASSES_SHOWN ? classes : LNT_CLI_CLASSES_SHOWN;
    const lnt_cli_class **order = calloc(classes, sizeof *order);
    if (order == NULL) {
        return LNT_ERR_MEMORY;
    }
    for (size_t c = 0; c < classes; c++) {
        order[c] = &metrics->classes[c];
    }
    if (shown < classes) {
        qsort(order, classes, sizeof *order, by_recall);
    }
    const size_t width = widest_name(metrics, model, strlen("class"));
    lnt_cli_print_name(stream, "class", width);
    fprintf(stream, "  %8s  %8s  %8s  %9s\n", "rows", "correct", "recall", "precision");
    for (size_t i = 0; i < shown; i++) {
        char number[24];
        const size_t c = (size_t) (order[i] - metrics->classes);
        print_class(order[i], lnt_cli_metrics_name(metrics, model, c, number, sizeof number), width,
                    stream);
    }
    if (shown < classes) {
        fprintf(stream, "The %zu classes with the lowest recall; %zu are omitted.\n", shown,
                classes - shown);
    }
    free(order);
    return LNT_OK;
}

static lnt_status print_targets(const lnt_cli_metrics *metrics, const lnt_model *model,
                                FILE *stream)
{
    const size_t width = widest_name(metrics, model, strlen("target"));
    lnt_cli_print_name(stream, "target", width);
    fprintf(stream, "  %12s  %12s  %8s\n", "RMSE", "MAE", "R2");
    for (size_t t = 0; t < metrics->n_outputs; t++) {
        const lnt_cli_errors *one = &metrics->targets[t];
        char name[24], r2[24] = "-";
        if (isfinite(one->r2)) {
            snprintf(r2, sizeof r2, "%.4f", one->r2);
        }
        lnt_cli_print_name(stream, lnt_cli_metrics_name(metrics, model, t, name, sizeof name),
                           width);
        fprintf(stream, "  %12.6g  %12.6g  %8s\n", one->rmse, one->mae, r2);
    }
    return LNT_OK;
}

/* As many classes as a line of 80 characters takes. */
#define MOST_CONFUSED 10

/* Columns for the largest count, and for as much of a class's name. */
static size_t cell_width(const lnt_cli_metrics *metrics)
{
    size_t width = 4;
    for (double most = 1e4; most <= (double) metrics->rows; most *= 10) {
        width++;
    }
    return width;
}

/* The counts of the rows of one class; `entry` goes on to the next. */
static void print_counts(const lnt_cli_metrics *metrics, size_t truth, size_t *entry, size_t cell,
                         FILE *stream)
{
    for (size_t c = 0; c < metrics->n_outputs; c++) {
        double count = 0;
        if (*entry < metrics->n_confusion && metrics->confusion[*entry].truth == truth &&
            metrics->confusion[*entry].predicted == c) {
            count = metrics->confusion[(*entry)++].weight;
        }
        fprintf(stream, "  %*.0f", (int) cell, count);
    }
    fprintf(stream, "\n");
}

static void print_confusion(const lnt_cli_metrics *metrics, const lnt_model *model, FILE *stream)
{
    const size_t classes = metrics->n_outputs, width = widest_name(metrics, model, strlen("is"));
    const size_t cell = cell_width(metrics);
    size_t entry = 0;
    char number[24];
    fprintf(stream, "\n");
    lnt_cli_print_name(stream, "is", width);
    fprintf(stream, "  predicted as\n");
    lnt_cli_print_name(stream, "", width);
    for (size_t c = 0; c < classes; c++) {
        fprintf(stream, "  ");
        lnt_cli_print_short(stream, lnt_cli_metrics_name(metrics, model, c, number, sizeof number),
                            cell);
    }
    fprintf(stream, "\n");
    for (size_t r = 0; r < classes; r++) {
        lnt_cli_print_name(stream, lnt_cli_metrics_name(metrics, model, r, number, sizeof number),
                           width);
        print_counts(metrics, r, &entry, cell, stream);
    }
}

/* Of more classes than a matrix shows. */
static lnt_status print_mistakes(const lnt_cli_metrics *metrics, const lnt_model *model,
                                 FILE *stream)
{
    lnt_cli_mistakes mistakes;
    LNT_TRY(lnt_cli_mistakes_init(&mistakes, metrics));
    const size_t width = widest_name(metrics, model, strlen("predicted as"));
    if (mistakes.count > 0) {
        fprintf(stream, "\n");
        lnt_cli_print_name(stream, "is", width);
        fprintf(stream, "  ");
        lnt_cli_print_name(stream, "predicted as", width);
        fprintf(stream, "  %8s\n", "rows");
    }
    for (size_t i = 0; i < mistakes.count; i++) {
        const lnt_confusion_entry *one = &mistakes.items[i];
        char number[24];
        lnt_cli_print_name(
            stream, lnt_cli_metrics_name(metrics, model, one->truth, number, sizeof number), width);
        fprintf(stream, "  ");
        lnt_cli_print_name(
            stream, lnt_cli_metrics_name(metrics, model, one->predicted, number, sizeof number),
            width);
        fprintf(stream, "  %8.0f\n", one->weight);
    }
    if (mistakes.left_out > 0) {
        fprintf(stream, "The most frequent mistakes; %zu other pairs are omitted.\n",
                mistakes.left_out);
    }
    lnt_cli_mistakes_clear(&mistakes);
    return LNT_OK;
}

lnt_status lnt_cli_metrics_print(const lnt_cli_metrics *metrics, const lnt_model *model,
                                 FILE *stream)
{
    if (metrics->classes == NULL) {
        return print_targets(metrics, model, stream);
    }
    LNT_TRY(print_classes(metrics, model, stream));
    if (metrics->n_outputs > MOST_CONFUSED) {
        return print_mistakes(metrics, model, stream);
    }
    print_confusion(metrics, model, stream);
    return LNT_OK;
}
