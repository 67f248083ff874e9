/* SPDX-License-Identifier: MIT */
#include "cli/report/report.h"

#include "cli/report/curves.h"
#include "cli/report/parts.h"
#include "cli/report/targets.h"

#include <time.h>

#define TARGETS_MOST 4 /* that are drawn; tables have them all */

/* The policy lets a browser load and run nothing, whatever the texts may hold. */
static void put_head(lnt_html *html, const lnt_cli_html_report *report)
{
    lnt_html_put(html, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                       "<meta http-equiv=\"Content-Security-Policy\" "
                       "content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n"
                       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                       "<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>");
    lnt_html_escape(html, report->title);
    lnt_html_put(html, "</title>\n<style>\n");
    for (size_t i = 0; lnt_html_style[i] != NULL; i++) {
        lnt_html_put(html, "%s", lnt_html_style[i]);
    }
    lnt_html_put(html, "</style>\n</head>\n<body>\n<main>\n");
}

/* What the net makes of the rows. */
static lnt_status put_outcome(lnt_html *html, const lnt_cli_html_report *report,
                              const lnt_html_classes *classes)
{
    if (report->y == NULL || report->prediction == NULL || report->y->rows == 0) {
        return LNT_OK;
    }
    const bool classify = lnt_loss_is_classification(report->model->loss.kind);
    const size_t targets = lnt_html_targets(report);
    lnt_html_put(html, "<section>\n<h2>On the %s rows</h2>\n<div class=\"figures\">\n",
                 report->held_out ? "held-out" : "training");
    if (classes->n > 0) {
        lnt_html_confusion_put(html, report, classes);
    }
    if (classify) {
        lnt_html_calibration_put(html, report, classes->n);
    }
    for (size_t t = 0; t < targets && t < TARGETS_MOST; t++) {
        lnt_html_scatter_put(html, report, t);
        LNT_TRY(lnt_html_residuals_put(html, report, t));
    }
    lnt_html_put(html, "</div>\n<div class=\"tables\">\n");
    if (classes->n > 0) {
        lnt_html_class_tables_put(html, report, classes);
    }
    if (targets > 0) {
        lnt_html_target_tables_put(html, report);
    }
    lnt_html_scores_put(html, report);
    lnt_html_put(html, "</div>\n</section>\n");
    return LNT_OK;
}

static void put_foot(lnt_html *html)
{
    const time_t now = time(NULL);
    struct tm utc;
    char text[40] = "";
    if (gmtime_r(&now, &utc) == NULL ||
        strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &utc) == 0) {
        text[0] = '\0';
    }
    lnt_html_put(html, "<footer>Written by linnet %s, %s</footer>\n</main>\n</body>\n</html>\n",
                 lnt_version(), text);
}

static lnt_status put_page(lnt_html *html, const lnt_cli_html_report *report)
{
    lnt_html_classes classes;
    LNT_TRY(lnt_html_classes_count(&classes, report));
    put_head(html, report);
    lnt_html_summary_put(html, report, &classes);
    lnt_status status = lnt_html_curves_put(html, report);
    if (status == LNT_OK) {
        status = put_outcome(html, report, &classes);
    }
    lnt_html_classes_finish(&classes);
    LNT_TRY(status);
    lnt_html_put(html, "<section>\n"
                       "<h2>Net and settings</h2>\n"
                       "<div class=\"tables\">\n");
    lnt_html_layers_put(html, report);
    lnt_html_settings_put(html, report);
    lnt_html_build_put(html);
    lnt_html_put(html, "</div>\n</section>\n");
    put_foot(html);
    return html->failed ? LNT_ERR_MEMORY : LNT_OK;
}

lnt_status lnt_cli_html_report_write(const lnt_cli_html_report *report, const char *path,
                                     lnt_error *error)
{
    lnt_html html = {0};
    lnt_status status = put_page(&html, report);
    if (status == LNT_OK) {
        status = lnt_file_write(path, html.text, html.length, error);
    } else {
        (void) lnt_fail(error, status, "%s: %s", path, lnt_status_text(status));
    }
    lnt_html_finish(&html);
    return status;
}
