/* SPDX-License-Identifier: MIT */
#include "html_classes.h"

#include <stdio.h>
#include <stdlib.h>

void lnt_html_classes_finish(lnt_html_classes *classes)
{
    free(classes->counts);
    *classes = (lnt_html_classes){0};
}

double lnt_html_probability(const lnt_cli_html_report *report, size_t i, size_t c)
{
    const lnt_tensor *p = report->prediction;
    if (p->cols > 1) {
        return lnt_get(p, i, c);
    }
    return c == 1 ? lnt_get(p, i, 0) : 1 - lnt_get(p, i, 0);
}

size_t lnt_html_predicted(const lnt_cli_html_report *report, size_t i, size_t n)
{
    size_t best = 0;
    for (size_t c = 1; c < n; c++) {
        if (lnt_html_probability(report, i, c) > lnt_html_probability(report, i, best)) {
            best = c;
        }
    }
    return best;
}

const char *lnt_html_class_name(const lnt_cli_html_report *report, size_t c, char room[24])
{
    const char *name = lnt_names_get(report->model->class_names, c);
    snprintf(room, 24, "%zu", c);
    return name != NULL ? name : room;
}

lnt_status lnt_html_classes_count(lnt_html_classes *classes, const lnt_cli_html_report *report)
{
    *classes = (lnt_html_classes){0};
    const lnt_model *model = report->model;
    const size_t n = lnt_loss_classes(model->loss.kind, lnt_net_outputs(model->net));
    if (report->y == NULL || report->prediction == NULL || report->y->cols != 1 || n < 2 ||
        n > LNT_HTML_CLASSES_MAX) {
        return LNT_OK;
    }
    classes->counts = calloc(n * n, sizeof *classes->counts);
    if (classes->counts == NULL) {
        return LNT_ERR_MEMORY;
    }
    classes->n = n;
    for (size_t i = 0; i < report->y->rows; i++) {
        const double truth = lnt_get(report->y, i, 0);
        if (truth >= 0 && truth < (double) n) {
            const size_t predicted = lnt_html_predicted(report, i, n);
            classes->rows++;
            classes->correct += predicted == (size_t) truth;
            classes->counts[(size_t) truth * n + predicted]++;
        }
    }
    return LNT_OK;
}
