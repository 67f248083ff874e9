/* SPDX-License-Identifier: MIT */
#include "cli/report/epochs.h"

#include "cli/report/scores.h"

#include <math.h>
#include <stdlib.h>

#define ROWS_MOST 100 /* of a longer run every second, fifth, ... epoch is shown */

static const lnt_metric columns[] = {
    LNT_METRIC_LOSS, LNT_METRIC_ACCURACY, LNT_METRIC_BALANCED_ACCURACY,
    LNT_METRIC_F1,   LNT_METRIC_ROC_AUC,  LNT_METRIC_TOP_K,
    LNT_METRIC_RMSE, LNT_METRIC_MAE,      LNT_METRIC_R2};
#define COLUMNS (sizeof columns / sizeof columns[0])

static void put_cell(lnt_html *html, double value)
{
    char text[LNT_HTML_NUMBER_MAX];
    lnt_html_put(html, "<td>%s</td>", lnt_html_number(value, 5, text));
}

static void put_heads(lnt_html *html, const bool used[COLUMNS], bool accuracy)
{
    lnt_html_put(html, "<thead><tr><th scope=\"col\">epoch</th>"
                       "<th scope=\"col\">training loss</th>");
    lnt_html_put(html, accuracy ? "<th scope=\"col\">training accuracy</th>" : "");
    for (size_t c = 0; c < COLUMNS; c++) {
        if (used[c]) {
            lnt_html_put(html, "<th scope=\"col\">held‑out %s</th>", lnt_html_metric(columns[c]));
        }
    }
    lnt_html_put(html, "<th scope=\"col\">learning rate</th><th scope=\"col\">seconds</th></tr>"
                       "</thead>\n");
}

static void put_row(lnt_html *html, const lnt_history_row *row, const bool used[COLUMNS],
                    bool accuracy, bool best)
{
    lnt_html_put(html, "<tr%s><th scope=\"row\">%zu%s</th>", best ? " class=\"best-row\"" : "",
                 row->epoch, best ? " (best)" : "");
    put_cell(html, row->train_loss);
    if (accuracy) {
        put_cell(html, row->train_accuracy);
    }
    for (size_t c = 0; c < COLUMNS; c++) {
        if (used[c]) {
            put_cell(html, row->validation.value[columns[c]]);
        }
    }
    put_cell(html, row->learning_rate);
    put_cell(html, row->seconds);
    lnt_html_put(html, "</tr>\n");
}

/* 1, 2, 5, 10, 20, ...: the least that leaves few enough rows. */
static size_t stride_of(size_t epochs)
{
    static const size_t factors[] = {1, 2, 5};
    for (size_t power = 1;; power *= 10) {
        for (size_t i = 0; i < 3; i++) {
            if (epochs / (factors[i] * power) <= ROWS_MOST) {
                return factors[i] * power;
            }
        }
    }
}

void lnt_html_epochs_put(lnt_html *html, const lnt_cli_html_report *report)
{
    const size_t n = lnt_history_epochs(report->history), stride = stride_of(n);
    const size_t best = report->result != NULL ? report->result->best_epoch : 0;
    double *values = calloc(n + 1, sizeof *values);
    if (values == NULL) {
        html->failed = true;
        return;
    }
    bool used[COLUMNS], accuracy = false;
    for (size_t c = 0; c < COLUMNS; c++) {
        used[c] = lnt_html_scores_of(report->history, columns[c], values);
    }
    free(values);
    for (size_t i = 0; i < n; i++) {
        accuracy = accuracy || isfinite(lnt_history_get(report->history, i)->train_accuracy);
    }
    lnt_html_put(html, "<details>\n"
                       "<summary>Table of epochs</summary>\n"
                       "<div class=\"scroll\"><table class=\"epochs\">\n");
    put_heads(html, used, accuracy);
    lnt_html_put(html, "<tbody>\n");
    for (size_t i = 0; i < n; i++) {
        const lnt_history_row *row = lnt_history_get(report->history, i);
        if (i == 0 || i + 1 == n || row->epoch == best || row->epoch % stride == 0) {
            put_row(html, row, used, accuracy, row->epoch == best);
        }
    }
    lnt_html_put(html, "</tbody></table></div>\n</details>\n");
}
