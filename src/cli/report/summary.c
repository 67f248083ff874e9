/* SPDX-License-Identifier: MIT */
#include "cli/report/parts.h"
#include "cli/report/scores.h"
#include "cli/report/targets.h"

#include <math.h>
#include <stdio.h>

/* A number of the summary, with what it is, and a line below. */
static void put_tile(lnt_html *html, const char *name, const char *value, const char *below)
{
    lnt_html_put(html, "<div class=\"tile\"><dt>");
    lnt_html_escape(html, name);
    lnt_html_put(html, "</dt><dd><b>");
    lnt_html_escape(html, value);
    lnt_html_put(html, "</b>");
    if (below[0] != '\0') {
        lnt_html_put(html, "<span>");
        lnt_html_escape(html, below);
        lnt_html_put(html, "</span>");
    }
    lnt_html_put(html, "</dd></div>\n");
}

static const char *rows_name(const lnt_cli_html_report *report)
{
    return report->held_out ? "Held-out" : "Training";
}

static void put_accuracy(lnt_html *html, const lnt_cli_html_report *report,
                         const lnt_html_classes *classes)
{
    if (classes->rows == 0) {
        return;
    }
    char name[40], value[LNT_HTML_NUMBER_MAX], below[120], correct[LNT_HTML_NUMBER_MAX],
        rows[LNT_HTML_NUMBER_MAX];
    snprintf(name, sizeof name, "%s accuracy", rows_name(report));
    snprintf(below, sizeof below, "%s of %s rows", lnt_html_count(classes->correct, correct),
             lnt_html_count(classes->rows, rows));
    put_tile(html, name, lnt_html_share((double) classes->correct / (double) classes->rows, value),
             below);
}

static void put_errors(lnt_html *html, const lnt_cli_html_report *report)
{
    if (lnt_html_targets(report) != 1) {
        return;
    }
    const lnt_html_errors errors = lnt_html_errors_of(report, 0);
    char name[40], value[LNT_HTML_NUMBER_MAX], below[120], r2[LNT_HTML_NUMBER_MAX];
    snprintf(name, sizeof name, "%s RMSE", rows_name(report));
    snprintf(below, sizeof below, "R² %s", lnt_html_number(errors.r2, 4, r2));
    put_tile(html, name, lnt_html_number(errors.rmse, 4, value), below);
}

/* "softmax cross entropy": words, so that a line can break between them. */
static void words(const char *name, char text[80])
{
    snprintf(text, 80, "%s", name != NULL ? name : "");
    for (char *c = text; *c != '\0'; c++) {
        *c = *c == '_' ? ' ' : *c;
    }
}

static void put_losses(lnt_html *html, const lnt_cli_html_report *report)
{
    const lnt_fit_result *result = report->result;
    char value[LNT_HTML_NUMBER_MAX], loss[80], below[80], number[LNT_HTML_NUMBER_MAX];
    words(lnt_loss_name(report->model->loss.kind), loss);
    snprintf(below, sizeof below, "%s", loss);
    const double held_out = result->validation.value[LNT_METRIC_LOSS];
    if (!isnan(held_out)) {
        put_tile(html, "Held-out loss", lnt_html_number(held_out, 4, value), loss);
    }
    if (!isnan(result->train_accuracy)) {
        snprintf(below, sizeof below, "accuracy %s",
                 lnt_html_share(result->train_accuracy, number));
    }
    put_tile(html, "Training loss", lnt_html_number(result->train_loss, 4, value), below);
}

/* Why the run ended, in a few words. */
static const char *end_of(const lnt_cli_html_report *report, char text[120])
{
    const lnt_fit_result *result = report->result;
    static const char *const ends[] = {
        [LNT_END_EPOCHS] = "as requested",
        [LNT_END_CALLBACK] = "interrupted",
        [LNT_END_PATIENCE] = "no improvement for too long",
        [LNT_END_SECONDS] = "time limit reached",
        [LNT_END_STEPS] = "step limit reached",
        [LNT_END_NONFINITE] = "the loss was not finite",
        [LNT_END_STOP_FILE] = "stop file found",
        [LNT_END_TARGET_LOSS] = "target loss reached",
        [LNT_END_GRADIENT_TOLERANCE] = "gradient tolerance reached",
        [LNT_END_STALLED] = "no step lowers the loss further",
    };
    if (result->end == LNT_END_PATIENCE && report->patience > 0) {
        snprintf(text, 120, "no improvement for %zu epochs", report->patience);
        return text;
    }
    return (size_t) result->end < sizeof ends / sizeof ends[0] ? ends[result->end] : "";
}

static void put_run(lnt_html *html, const lnt_cli_html_report *report)
{
    const lnt_fit_result *result = report->result;
    char value[80], below[160], end[120], count[LNT_HTML_NUMBER_MAX], number[LNT_HTML_NUMBER_MAX];
    snprintf(value, sizeof value, "%s", lnt_html_count(result->epochs, count));
    if (report->epochs > result->epochs) {
        snprintf(value, sizeof value, "%s of %zu", count, report->epochs);
    }
    put_tile(html, "Epochs", value, end_of(report, end));
    if (result->best_epoch > 0) {
        snprintf(value, sizeof value, "%zu", result->best_epoch);
        snprintf(below, sizeof below, "%s %s", lnt_html_metric(report->monitor),
                 lnt_html_number(result->best_value, 4, number));
        put_tile(html, "Best epoch", value, below);
    }
    const double minutes = floor(result->seconds / 60);
    if (minutes >= 1) {
        snprintf(value, sizeof value, "%.0f min %.0f s", minutes, result->seconds - 60 * minutes);
    } else {
        const bool brief = result->seconds < 0.1;
        snprintf(value, sizeof value, "%s %s",
                 lnt_html_number((brief ? 1000 : 1) * result->seconds, 3, number),
                 brief ? "ms" : "s");
    }
    snprintf(below, sizeof below, "%s steps", lnt_html_count(result->steps, count));
    put_tile(html, "Time", value, below);
}

static void put_sizes(lnt_html *html, const lnt_cli_html_report *report)
{
    const lnt_training_summary *record = &report->model->record;
    char value[LNT_HTML_NUMBER_MAX], below[80], count[LNT_HTML_NUMBER_MAX];
    snprintf(below, sizeof below, "%s held out", lnt_html_count(record->validation_rows, count));
    put_tile(html, "Training rows", lnt_html_count(record->train_rows, value),
             record->validation_rows > 0 ? below : "none held out");
    snprintf(below, sizeof below, "%s", lnt_dtype_name(lnt_net_dtype(report->model->net)));
    put_tile(html, "Parameters", lnt_html_count(lnt_net_n_parameters(report->model->net), value),
             below);
}

/* "Classification of species, 3 classes, from 4 inputs". */
static void put_task(lnt_html *html, const lnt_cli_html_report *report)
{
    const lnt_model *model = report->model;
    const bool classify = lnt_loss_is_classification(model->loss.kind);
    lnt_html_put(html, "<p class=\"task\">%s", classify ? "Classification" : "Regression");
    const size_t names = lnt_names_count(model->target_names);
    for (size_t i = 0; i < names && i < 6; i++) {
        lnt_html_put(html, "%s<b>", i == 0 ? " of " : ", ");
        lnt_html_escape_short(html, lnt_names_get(model->target_names, i), 60);
        lnt_html_put(html, "</b>");
    }
    if (names > 6) {
        lnt_html_put(html, " and %zu more", names - 6);
    }
    const size_t outputs = lnt_net_outputs(model->net);
    const size_t classes = classify ? lnt_loss_classes(model->loss.kind, outputs) : 0;
    if (classes > 0) {
        lnt_html_put(html, ", %zu classes", classes);
    }
    const size_t inputs = lnt_net_inputs(model->net);
    lnt_html_put(html, ", from %zu input%s</p>\n", inputs, inputs == 1 ? "" : "s");
}

void lnt_html_summary_put(lnt_html *html, const lnt_cli_html_report *report,
                          const lnt_html_classes *classes)
{
    lnt_html_put(html, "<header>\n<p class=\"kind\">Training report</p>\n<h1>");
    lnt_html_escape(html, report->title);
    lnt_html_put(html, "</h1>\n");
    put_task(html, report);
    lnt_html_put(html, "<dl class=\"tiles\">\n");
    put_accuracy(html, report, classes);
    put_errors(html, report);
    if (report->result != NULL) {
        put_losses(html, report);
        put_run(html, report);
    }
    put_sizes(html, report);
    lnt_html_put(html, "</dl>\n</header>\n");
}
