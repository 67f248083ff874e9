/* SPDX-License-Identifier: MIT */
#include "cli/report/targets.h"

#include <math.h>
#include <stdio.h>

size_t lnt_html_targets(const lnt_cli_html_report *report)
{
    const lnt_model *model = report->model;
    if (report->y == NULL || report->prediction == NULL ||
        lnt_loss_is_classification(model->loss.kind)) {
        return 0;
    }
    return report->y->cols < report->prediction->cols ? report->y->cols : report->prediction->cols;
}

const char *lnt_html_target_name(const lnt_cli_html_report *report, size_t t, char room[24])
{
    const char *name = lnt_names_get(report->model->target_names, t);
    snprintf(room, 24, "target %zu", t + 1);
    return name != NULL ? name : room;
}

lnt_html_errors lnt_html_errors_of(const lnt_cli_html_report *report, size_t target)
{
    lnt_html_errors errors = {0, NAN, NAN, NAN, NAN};
    double mean = 0, squares = 0, error_squares = 0, absolute = 0, bias = 0;
    for (size_t i = 0; i < report->y->rows; i++) {
        const double truth = lnt_tensor_get(report->y, i, target);
        const double error = lnt_tensor_get(report->prediction, i, target) - truth;
        if (!isfinite(error)) {
            continue;
        }
        const double n = (double) ++errors.rows, distance = truth - mean;
        mean += distance / n;
        squares += distance * (truth - mean);
        error_squares += (error * error - error_squares) / n;
        absolute += (fabs(error) - absolute) / n;
        bias += (error - bias) / n;
    }
    if (errors.rows > 0) {
        errors.rmse = sqrt(error_squares);
        errors.mae = absolute;
        errors.bias = bias;
        errors.r2 = squares > 0 ? 1 - error_squares * (double) errors.rows / squares : NAN;
    }
    return errors;
}

static void put_number(lnt_html *html, double value)
{
    char text[LNT_HTML_NUMBER_MAX];
    lnt_html_put(html, "<td>%s</td>", lnt_html_number(value, 4, text));
}

/* Shares of truths within 1, 2 and 3 standard deviations of a Gaussian. */
static void put_gaussian(lnt_html *html, const lnt_cli_html_report *report, size_t targets)
{
    lnt_html_put(html, "<div class=\"table\"><h3>Within standard deviations</h3>\n"
                       "<p>Fraction of true values near the mean; 68.3, 95.4 and 99.7 %% if the "
                       "distribution is right.</p>\n"
                       "<div class=\"scroll\"><table>\n"
                       "<thead><tr><th scope=\"col\">target</th><th scope=\"col\">1 σ</th><th "
                       "scope=\"col\">2 σ</th><th scope=\"col\">3 σ</th></tr></thead>\n"
                       "<tbody>\n");
    for (size_t t = 0; t < targets; t++) {
        size_t within[3] = {0, 0, 0};
        for (size_t i = 0; i < report->y->rows; i++) {
            const double error =
                lnt_tensor_get(report->prediction, i, t) - lnt_tensor_get(report->y, i, t);
            const double deviation = lnt_tensor_get(report->prediction, i, t + targets);
            for (int k = 0; k < 3; k++) {
                within[k] += fabs(error) <= (k + 1) * deviation;
            }
        }
        char room[24], text[LNT_HTML_NUMBER_MAX];
        lnt_html_put(html, "<tr><th scope=\"row\">");
        lnt_html_escape(html, lnt_html_target_name(report, t, room));
        lnt_html_put(html, "</th>");
        for (int k = 0; k < 3; k++) {
            lnt_html_put(html, "<td>%s</td>",
                         lnt_html_share((double) within[k] / (double) report->y->rows, text));
        }
        lnt_html_put(html, "</tr>\n");
    }
    lnt_html_put(html, "</tbody></table></div></div>\n");
}

/* The share of truths below a predicted quantile. */
static void put_quantile(lnt_html *html, const lnt_cli_html_report *report, size_t targets)
{
    char text[LNT_HTML_NUMBER_MAX];
    lnt_html_put(html,
                 "<div class=\"table\"><h3>True values below the prediction</h3>\n"
                 "<p>%s if the quantile is right.</p>\n"
                 "<div class=\"scroll\"><table>\n"
                 "<tbody>\n",
                 lnt_html_share(report->model->loss.quantile, text));
    for (size_t t = 0; t < targets; t++) {
        size_t below = 0;
        for (size_t i = 0; i < report->y->rows; i++) {
            below += lnt_tensor_get(report->y, i, t) < lnt_tensor_get(report->prediction, i, t);
        }
        char room[24];
        lnt_html_put(html, "<tr><th scope=\"row\">");
        lnt_html_escape(html, lnt_html_target_name(report, t, room));
        lnt_html_put(html, "</th><td>%s</td></tr>\n",
                     lnt_html_share((double) below / (double) report->y->rows, text));
    }
    lnt_html_put(html, "</tbody></table></div></div>\n");
}

void lnt_html_target_tables_put(lnt_html *html, const lnt_cli_html_report *report)
{
    const size_t targets = lnt_html_targets(report);
    lnt_html_put(html, "<div class=\"table\"><h3>Errors</h3>\n<p>In the unit of the data.</p>\n"
                       "<div class=\"scroll\"><table>\n<thead><tr>"
                       "<th scope=\"col\">target</th><th scope=\"col\">RMSE</th>"
                       "<th scope=\"col\">MAE</th><th scope=\"col\">mean error</th>"
                       "<th scope=\"col\">R²</th></tr></thead>\n<tbody>\n");
    for (size_t t = 0; t < targets; t++) {
        const lnt_html_errors errors = lnt_html_errors_of(report, t);
        char room[24];
        lnt_html_put(html, "<tr><th scope=\"row\">");
        lnt_html_escape(html, lnt_html_target_name(report, t, room));
        lnt_html_put(html, "</th>");
        put_number(html, errors.rmse);
        put_number(html, errors.mae);
        put_number(html, errors.bias);
        put_number(html, errors.r2);
        lnt_html_put(html, "</tr>\n");
    }
    lnt_html_put(html, "</tbody></table></div></div>\n");
    if (report->y->rows > 0 && report->model->loss.kind == LNT_LOSS_GAUSSIAN &&
        report->prediction->cols == 2 * targets) {
        put_gaussian(html, report, targets);
    }
    if (report->y->rows > 0 && report->model->loss.kind == LNT_LOSS_QUANTILE) {
        put_quantile(html, report, targets);
    }
}
