/* SPDX-License-Identifier: MIT */
#include "cli/report/curves.h"
#include "cli/report/epochs.h"
#include "cli/report/scores.h"

#include "cli/report/chart.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Which scores share a chart. The accuracy of the training rows goes with that of the others. */
typedef struct score_chart {
    const char *id;
    const char *title;
    const char *note;
    const char *quantity;
    lnt_metric metrics[5];
    size_t n_metrics;
    bool accuracies;
    double least;
} score_chart;

static const score_chart score_charts[] = {
    {"scores",
     "Scores",
     "On the held-out rows, unless it says training; 1 is perfect.",
     "score",
     {LNT_METRIC_ACCURACY, LNT_METRIC_BALANCED_ACCURACY, LNT_METRIC_F1, LNT_METRIC_ROC_AUC,
      LNT_METRIC_TOP_K},
     5,
     true,
     NAN},
    {"errors",
     "Errors",
     "Typical error of a prediction, in the scale of the training.",
     "error",
     {LNT_METRIC_RMSE, LNT_METRIC_MAE},
     2,
     false,
     NAN},
    {"r2",
     "R²",
     "Fraction of the variance that is explained; 1 is perfect, 0 is no better than the mean. "
     "Values below −1 are drawn at −1.",
     "R²",
     {LNT_METRIC_R2},
     1,
     false,
     -1},
};

/* What all charts of a run share. */
typedef struct course {
    const lnt_cli_html_report *report;
    size_t n;
    size_t best;
    double *epochs;
    double *values; /* one line behind the other */
    lnt_html_line lines[LNT_HTML_STYLES];
    size_t n_lines;
} course;

/* The next line, with numbers still to be filled in. */
static double *begin_line(course *run, const char *name, size_t style)
{
    double *values = run->values + run->n_lines * run->n;
    lnt_html_line *line = &run->lines[run->n_lines++];
    *line = (lnt_html_line){.values = values, .style = style};
    snprintf(line->name, sizeof line->name, "%s", name);
    return values;
}

/* Takes the last line back if there is nothing to see. */
static bool keep_line(course *run)
{
    const double *values = run->lines[run->n_lines - 1].values;
    for (size_t i = 0; i < run->n; i++) {
        if (isfinite(values[i])) {
            return true;
        }
    }
    run->n_lines--;
    return false;
}

static void add_of_rows(course *run, const char *name, size_t style,
                        double (*get)(const lnt_history_row *row))
{
    double *values = begin_line(run, name, style);
    for (size_t i = 0; i < run->n; i++) {
        values[i] = get(lnt_history_get(run->report->history, i));
    }
    (void) keep_line(run);
}

static double train_loss(const lnt_history_row *row)
{
    return row->train_loss;
}

static double train_accuracy(const lnt_history_row *row)
{
    return row->train_accuracy;
}

static double learning_rate(const lnt_history_row *row)
{
    return row->learning_rate;
}

static lnt_status put_chart(lnt_html *html, course *run, lnt_html_chart chart)
{
    chart.lines = run->lines;
    chart.n_lines = run->n_lines;
    chart.epochs = run->epochs;
    chart.n_epochs = run->n;
    const lnt_status status = lnt_html_chart_put(html, &chart);
    run->n_lines = 0;
    return status;
}

static lnt_status put_loss(lnt_html *html, course *run)
{
    add_of_rows(run, "training", 0, train_loss);
    (void) lnt_html_scores_of(run->report->history, LNT_METRIC_LOSS,
                              begin_line(run, "held-out", 1));
    (void) keep_line(run);
    return put_chart(
        html, run,
        (lnt_html_chart){
            .id = "loss",
            .title = "Loss",
            .note = run->n_lines > 1
                        ? "What training minimizes; it overfits where the held-out loss rises."
                        : "What training minimizes.",
            .quantity = "loss",
            .best = run->best,
            .may_log = true,
            .least = NAN});
}

static lnt_status put_scores(lnt_html *html, course *run, const score_chart *kind)
{
    if (kind->accuracies) {
        add_of_rows(run, "training accuracy", 0, train_accuracy);
    }
    for (size_t i = 0; i < kind->n_metrics; i++) {
        char name[64];
        const char *metric = lnt_html_metric(kind->metrics[i]);
        snprintf(name, sizeof name, "%s%s", kind->accuracies && i == 0 ? "held-out " : "", metric);
        (void) lnt_html_scores_of(run->report->history, kind->metrics[i],
                                  begin_line(run, name, i + 1));
        (void) keep_line(run);
    }
    const bool alone = kind->accuracies && run->n_lines == 1 && run->lines[0].style == 0;
    return put_chart(html, run,
                     (lnt_html_chart){.id = kind->id,
                                      .title = alone ? "Accuracy" : kind->title,
                                      .note = alone ? "On the training rows." : kind->note,
                                      .quantity = kind->quantity,
                                      .best = run->best,
                                      .least = kind->least});
}

/* Decay by factors is straight on a log scale; what ends at almost nothing, as a cosine, is not. */
static bool decays_by_factors(const double *values, size_t n)
{
    double low = INFINITY, high = 0;
    for (size_t i = 0; i < n; i++) {
        low = fmin(low, values[i]);
        high = fmax(high, values[i]);
    }
    return low > 0 && high <= 1000 * low;
}

static lnt_status put_learning_rate(lnt_html *html, course *run)
{
    add_of_rows(run, "learning rate", 0, learning_rate);
    return put_chart(html, run,
                     (lnt_html_chart){.id = "learning-rate",
                                      .title = "Learning rate",
                                      .note = "At the last step of each epoch.",
                                      .quantity = "learning rate",
                                      .may_log = decays_by_factors(run->values, run->n),
                                      .least = NAN});
}

/* The norm of all parameters of a layer, or of their gradient, from those of its tensors. */
static void layer_norms(const course *run, size_t layer, bool gradient, double *values)
{
    lnt_net *net = run->report->model->net;
    for (size_t i = 0; i < run->n; i++) {
        values[i] = 0;
    }
    for (size_t t = 0; t < lnt_net_n_parameter_tensors(net); t++) {
        lnt_parameter parameter;
        if (lnt_net_parameter(net, t, &parameter) != LNT_OK || parameter.layer != layer) {
            continue;
        }
        for (size_t i = 0; i < run->n; i++) {
            const double norm = (gradient ? lnt_history_gradient_norm
                                          : lnt_history_parameter_norm)(run->report->history, i, t);
            values[i] = hypot(values[i], norm);
        }
    }
}

static size_t layers_with_parameters(lnt_net *net, size_t *layers, size_t most)
{
    size_t count = 0;
    for (size_t t = 0, last = SIZE_MAX; t < lnt_net_n_parameter_tensors(net); t++) {
        lnt_parameter parameter;
        if (lnt_net_parameter(net, t, &parameter) == LNT_OK && parameter.layer != last) {
            last = parameter.layer;
            if (count < most) {
                layers[count] = last;
            }
            count++;
        }
    }
    return count;
}

/* One line a layer; of deep nets as many as can be told apart, evenly chosen. */
static lnt_status put_norms(lnt_html *html, course *run, bool gradient)
{
    lnt_net *net = run->report->model->net;
    size_t *layers = calloc(lnt_net_n_layers(net) + 1, sizeof *layers);
    if (layers == NULL) {
        return LNT_ERR_MEMORY;
    }
    const size_t count = layers_with_parameters(net, layers, lnt_net_n_layers(net));
    const size_t shown = count < LNT_HTML_STYLES ? count : LNT_HTML_STYLES;
    for (size_t s = 0; s < shown; s++) {
        const size_t layer = layers[shown < 2 ? 0 : s * (count - 1) / (shown - 1)];
        char name[64];
        snprintf(name, sizeof name, "layer %zu, %s", layer,
                 lnt_layer_name(lnt_net_layer(net, layer)));
        layer_norms(run, layer, gradient, begin_line(run, name, s));
        (void) keep_line(run);
    }
    free(layers);
    char note[200];
    snprintf(note, sizeof note, "%s%s",
             gradient ? "2-norm of the gradient in the last batch of each epoch, by layer."
                      : "2-norm of all parameters of a layer.",
             shown < count ? " Some layers in between are omitted." : "");
    return put_chart(html, run,
                     (lnt_html_chart){.id = gradient ? "gradients" : "weights",
                                      .title = gradient ? "Gradients" : "Weights",
                                      .note = note,
                                      .quantity = "norm",
                                      .may_log = true,
                                      .least = NAN});
}

static lnt_status put_all(lnt_html *html, course *run)
{
    LNT_TRY(put_loss(html, run));
    for (size_t i = 0; i < sizeof score_charts / sizeof score_charts[0]; i++) {
        LNT_TRY(put_scores(html, run, &score_charts[i]));
    }
    LNT_TRY(put_learning_rate(html, run));
    LNT_TRY(put_norms(html, run, false));
    return put_norms(html, run, true);
}

lnt_status lnt_html_curves_put(lnt_html *html, const lnt_cli_html_report *report)
{
    const size_t n = report->history == NULL ? 0 : lnt_history_epochs(report->history);
    if (n == 0) {
        return LNT_OK;
    }
    course run = {.report = report,
                  .n = n,
                  .best = report->result != NULL ? report->result->best_epoch : 0,
                  .epochs = calloc(n, sizeof(double)),
                  .values = calloc(n, LNT_HTML_STYLES * sizeof(double))};
    lnt_status status = LNT_ERR_MEMORY;
    if (run.epochs != NULL && run.values != NULL) {
        for (size_t i = 0; i < n; i++) {
            run.epochs[i] = (double) lnt_history_get(report->history, i)->epoch;
        }
        lnt_html_put(html, "<section>\n<h2>Training</h2>\n<div class=\"figures\">\n");
        status = put_all(html, &run);
        lnt_html_put(html, "</div>\n");
        lnt_html_epochs_put(html, report);
        lnt_html_put(html, "</section>\n");
    }
    free(run.epochs);
    free(run.values);
    return status;
}
