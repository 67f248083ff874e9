/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_OUTPUT_MISTAKES_H
#define LINNET_CLI_OUTPUT_MISTAKES_H

#include "cli/output/metrics.h"

/* The pairs of classes that are most often taken for each other. */
typedef struct lnt_cli_mistakes {
    lnt_confusion_entry *items; /* [count], the most frequent first */
    size_t count;               /* at most LNT_CLI_CLASSES_SHOWN */
    size_t left_out;            /* other pairs */
} lnt_cli_mistakes;

/* The caller finishes them. LNT_ERR_MEMORY. */
lnt_status lnt_cli_mistakes_init(lnt_cli_mistakes *mistakes, const lnt_cli_metrics *metrics);
void lnt_cli_mistakes_clear(lnt_cli_mistakes *mistakes);

#endif
