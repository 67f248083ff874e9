/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_OUTPUT_PROGRESS_H
#define LINNET_CLI_OUTPUT_PROGRESS_H

#include <linnet/linnet.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum lnt_cli_when { LNT_CLI_AUTO, LNT_CLI_ALWAYS, LNT_CLI_NEVER } lnt_cli_when;

/* "auto", "always", "never"; NULL for other numbers. */
const char *lnt_cli_when_name(int when);

/* Progress of a run on standard error: a bar on a terminal, else a few plain lines. */
typedef struct lnt_cli_progress {
    bool shown;
    bool bar;
    size_t rows; /* in an epoch */
    double began;
    double drawn;
} lnt_cli_progress;

/* `rows` of training data in each epoch. */
void lnt_cli_progress_begin(lnt_cli_progress *progress, lnt_cli_when when, size_t rows);

/* Shows where the run stands, if it is time to. */
void lnt_cli_progress_update(lnt_cli_progress *progress, const lnt_fit_progress *now);

/* Takes the bar off the screen. */
void lnt_cli_progress_end(lnt_cli_progress *progress);

#endif
