/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_REPORT_REPORT_H
#define LINNET_CLI_REPORT_REPORT_H

#include <linnet/linnet.h>
#include <stdbool.h>
#include <stddef.h>

/* A line of the configuration. */
typedef struct lnt_cli_html_setting {
    const char *name;
    const char *value;
} lnt_cli_html_setting;

/*
 * What a report on a training run is made from. All is borrowed; what is NULL or 0 is left out,
 * but for `model`. Texts may hold anything: they are escaped.
 */
typedef struct lnt_cli_html_report {
    const char *title; /* heading, such as the name of the data file */
    const lnt_cli_html_setting *settings;
    size_t n_settings;
    const lnt_model *model;       /* as it is saved: net, loss, names, numbers of rows */
    const lnt_history *history;   /* of the net's run */
    const lnt_fit_result *result; /* of the same */
    size_t epochs;                /* asked for */
    size_t patience;              /* epochs without improvement; named when it ended the run */
    lnt_metric monitor;           /* what best_epoch of the result was best in */
    bool held_out;                /* y are rows held out, else those trained on */
    const lnt_tensor *y;          /* in raw units: [rows, 1] class numbers or [rows, targets] */
    const lnt_tensor *prediction; /* for the same rows, as lnt_predict gives it; of more than two
                                     classes [rows, 2]: the most likely one, its probability */
} lnt_cli_html_report;

/*
 * Writes the report as one HTML page that needs no other file and runs no script; the file appears
 * whole or not at all.
 */
lnt_status lnt_cli_html_report_write(const lnt_cli_html_report *report, const char *path,
                                     lnt_error *error);

#endif
