/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_REPORT_CLASSES_H
#define LINNET_CLI_REPORT_CLASSES_H

#include "cli/report/report.h"
#include "cli/report/text.h"

#include <stddef.h>

/* Rows of one class that were taken for one class. */
typedef struct lnt_html_pair {
    size_t truth;
    size_t predicted;
    size_t rows;
} lnt_html_pair;

/* How a class does. */
typedef struct lnt_html_class {
    size_t rows;
    size_t predicted;
    size_t correct;
} lnt_html_class;

/* How often rows of one class were taken for another. */
typedef struct lnt_html_classes {
    size_t n; /* classes; 0: the model does not choose one of several */
    size_t rows;
    size_t correct;
    lnt_html_class *classes; /* [n] */
    lnt_html_pair *pairs;    /* [n_pairs], in order of their classes; no more than rows */
    size_t n_pairs;
} lnt_html_classes;

/* Counts; the caller finishes it. */
lnt_status lnt_html_classes_count(lnt_html_classes *classes, const lnt_cli_html_report *report);

void lnt_html_classes_finish(lnt_html_classes *classes);

/* The probability that row `i` is said to have for class `c`: of more than two, the chosen one. */
double lnt_html_probability(const lnt_cli_html_report *report, size_t i, size_t c);

/* The most likely class of row `i`, of `n`. */
size_t lnt_html_predicted(const lnt_cli_html_report *report, size_t i, size_t n);

/* The name of class `c`, or its number, for which there is `room`. */
const char *lnt_html_class_name(const lnt_cli_html_report *report, size_t c, char room[24]);

/* Heat map of the counts. */
void lnt_html_confusion_put(lnt_html *html, const lnt_cli_html_report *report,
                            const lnt_html_classes *classes);

/* Tables: how each class does, and what is most often mistaken for what. */
void lnt_html_class_tables_put(lnt_html *html, const lnt_cli_html_report *report,
                               const lnt_html_classes *classes);

/* Reliability diagram; of questions of their own too, with n 0. */
void lnt_html_calibration_put(lnt_html *html, const lnt_cli_html_report *report, size_t n);

#endif
