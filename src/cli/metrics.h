/* SPDX-License-Identifier: MIT */
#ifndef LNT_CLI_METRICS_H
#define LNT_CLI_METRICS_H

#include <jansson.h>
#include <linnet/linnet.h>
#include <stddef.h>
#include <stdio.h>

/* Rows that a model is run on at a time. */
#define LNT_CLI_CHUNK 256

/* How a classifier does on one class. */
typedef struct lnt_cli_class {
    size_t rows;      /* that are of this class */
    size_t predicted; /* that were said to be */
    size_t correct;   /* both */
} lnt_cli_class;

/* How a regression does on one target, in its own unit. */
typedef struct lnt_cli_errors {
    double rmse;
    double mae;
    double r2; /* NaN if the target does not vary */
} lnt_cli_errors;

/* What a model is worth on some rows. */
typedef struct lnt_cli_metrics {
    size_t rows;
    double loss;
    double accuracy;         /* NaN unless a classifier */
    lnt_scores scores;       /* all that apply */
    size_t top_k;            /* of the scores */
    double *confusion;       /* [classes, classes]: truth, prediction; of a classifier, else NULL */
    size_t n_outputs;        /* classes or targets */
    lnt_cli_class *classes;  /* of a classifier, else NULL */
    lnt_cli_errors *targets; /* of a regression, else NULL */
} lnt_cli_metrics;

/*
 * Runs `model` on x, y in raw units, y [rows, 1] of class numbers or [rows, targets]; no more than
 * the classes of top_k.
 */
lnt_status lnt_cli_metrics_measure(lnt_cli_metrics *metrics, const lnt_model *model,
                                   const lnt_tensor *x, const lnt_tensor *y, size_t top_k);

void lnt_cli_metrics_finish(lnt_cli_metrics *metrics);

size_t lnt_cli_metrics_correct(const lnt_cli_metrics *metrics);

/* "rmse              0.25", a line for each score that applies but the loss and the accuracy. */
void lnt_cli_metrics_print_scores(const lnt_cli_metrics *metrics, FILE *stream);

/* One line a class, or a target; and for few classes which were taken for which. */
void lnt_cli_metrics_print(const lnt_cli_metrics *metrics, const lnt_model *model, FILE *stream);

/* An object; NULL if memory runs out. */
json_t *lnt_cli_metrics_json(const lnt_cli_metrics *metrics, const lnt_model *model);

#endif
