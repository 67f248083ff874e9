/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_OUTPUT_METRICS_H
#define LINNET_CLI_OUTPUT_METRICS_H

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
    double accuracy;                /* NaN unless a classifier */
    lnt_scores scores;              /* all that apply */
    size_t top_k;                   /* of the scores */
    lnt_confusion_entry *confusion; /* [n_confusion], in order; of a classifier, else NULL */
    size_t n_confusion;
    size_t n_outputs;        /* classes or targets */
    lnt_cli_class *classes;  /* of a classifier, else NULL */
    lnt_cli_errors *targets; /* of a regression, else NULL */
} lnt_cli_metrics;

void lnt_cli_metrics_clear(lnt_cli_metrics *metrics);

size_t lnt_cli_metrics_correct(const lnt_cli_metrics *metrics);

/* Part of the whole, NaN of 0. */
double lnt_cli_metrics_ratio(size_t part, size_t whole);

/* "top_3" for the k at hand; other names as they are. */
const char *lnt_cli_metrics_score_name(const lnt_cli_metrics *metrics, lnt_metric metric,
                                       char *text, size_t size);

/* The name of class or target `i`, or its number, for which there is room. */
const char *lnt_cli_metrics_name(const lnt_cli_metrics *metrics, const lnt_model *model, size_t i,
                                 char *number, size_t size);

/* Of more classes those that are told apart worst are shown, and how many are left out. */
#define LNT_CLI_CLASSES_SHOWN 50

/* "rmse              0.25", a line for each score that applies but the loss and the accuracy. */
void lnt_cli_metrics_print_scores(const lnt_cli_metrics *metrics, FILE *stream);

/*
 * One line a class, of many only those of least recall, or a target; for few classes which were
 * taken for which, and for others the most frequent mistakes. LNT_ERR_MEMORY.
 */
lnt_status lnt_cli_metrics_print(const lnt_cli_metrics *metrics, const lnt_model *model,
                                 FILE *stream);

/*
 * An object: all classes, and as "confusion" how many were taken for which, or, of more than
 * LNT_CLI_CLASSES_SHOWN, "mistakes" and "mistakes_left_out". NULL if memory runs out.
 */
json_t *lnt_cli_metrics_json(const lnt_cli_metrics *metrics, const lnt_model *model);

#endif
