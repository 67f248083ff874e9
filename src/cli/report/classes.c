/* SPDX-License-Identifier: MIT */
#include "cli/report/classes.h"

#include <stdio.h>
#include <stdlib.h>

void lnt_html_classes_finish(lnt_html_classes *classes)
{
    free(classes->classes);
    free(classes->pairs);
    *classes = (lnt_html_classes){0};
}

double lnt_html_probability(const lnt_cli_html_report *report, size_t i, size_t c)
{
    const lnt_tensor *p = report->prediction;
    const size_t n =
        lnt_loss_classes(report->model->loss.kind, lnt_net_outputs(report->model->net));
    if (n > 2) {
        return lnt_tensor_get(p, i, 1);
    }
    if (p->cols > 1) {
        return lnt_tensor_get(p, i, c);
    }
    return c == 1 ? lnt_tensor_get(p, i, 0) : 1 - lnt_tensor_get(p, i, 0);
}

size_t lnt_html_predicted(const lnt_cli_html_report *report, size_t i, size_t n)
{
    if (n > 2) {
        return (size_t) lnt_tensor_get(report->prediction, i, 0);
    }
    return lnt_html_probability(report, i, 1) > lnt_html_probability(report, i, 0);
}

const char *lnt_html_class_name(const lnt_cli_html_report *report, size_t c, char room[24])
{
    const char *name = lnt_names_get(report->model->class_names, c);
    snprintf(room, 24, "%zu", c);
    return name != NULL ? name : room;
}

static int by_classes(const void *a, const void *b)
{
    const lnt_html_pair *x = a, *y = b;
    if (x->truth != y->truth) {
        return x->truth < y->truth ? -1 : 1;
    }
    return x->predicted < y->predicted ? -1 : x->predicted > y->predicted;
}

/* Pairs of a row each, sorted, become one of each kind. */
static void join_pairs(lnt_html_classes *classes)
{
    size_t count = 0;
    qsort(classes->pairs, classes->n_pairs, sizeof *classes->pairs, by_classes);
    for (size_t i = 0; i < classes->n_pairs; i++) {
        if (count > 0 && by_classes(&classes->pairs[count - 1], &classes->pairs[i]) == 0) {
            classes->pairs[count - 1].rows++;
        } else {
            classes->pairs[count++] = classes->pairs[i];
        }
    }
    classes->n_pairs = count;
}

lnt_status lnt_html_classes_count(lnt_html_classes *classes, const lnt_cli_html_report *report)
{
    *classes = (lnt_html_classes){0};
    const lnt_model *model = report->model;
    const size_t n = lnt_loss_classes(model->loss.kind, lnt_net_outputs(model->net));
    if (report->y == NULL || report->prediction == NULL || report->y->cols != 1 || n < 2) {
        return LNT_OK;
    }
    classes->classes = calloc(n, sizeof *classes->classes);
    classes->pairs = calloc(report->y->rows + 1, sizeof *classes->pairs);
    if (classes->classes == NULL || classes->pairs == NULL) {
        lnt_html_classes_finish(classes);
        return LNT_ERR_MEMORY;
    }
    classes->n = n;
    for (size_t i = 0; i < report->y->rows; i++) {
        const double truth = lnt_tensor_get(report->y, i, 0);
        if (truth >= 0 && truth < (double) n) {
            const size_t is = (size_t) truth, said = lnt_html_predicted(report, i, n);
            classes->rows++;
            classes->correct += said == is;
            classes->classes[is].rows++;
            classes->classes[said].predicted++;
            classes->classes[is].correct += said == is;
            classes->pairs[classes->n_pairs++] = (lnt_html_pair){is, said, 1};
        }
    }
    join_pairs(classes);
    return LNT_OK;
}
