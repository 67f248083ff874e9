/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_OPTIONS_TASK_H
#define LINNET_CLI_OPTIONS_TASK_H

typedef enum lnt_cli_task { LNT_CLI_TASK_AUTO, LNT_CLI_CLASSIFY, LNT_CLI_REGRESS } lnt_cli_task;

/* "auto", "classify", "regress"; NULL for other numbers. */
const char *lnt_cli_task_name(int task);

#endif
