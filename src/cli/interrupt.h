/* SPDX-License-Identifier: MIT */
#ifndef LNT_CLI_INTERRUPT_H
#define LNT_CLI_INTERRUPT_H

#include <stdbool.h>

/*
 * From now on the first SIGINT or SIGTERM is only noted; the second acts as it would without us.
 * Signals that were ignored stay ignored (nohup, jobs in the background).
 */
void lnt_cli_interrupt_watch(void);

/* Whether a signal was noted, and which: "Ctrl-C" or "SIGTERM". */
bool lnt_cli_interrupted(void);
const char *lnt_cli_interrupt_name(void);

#endif
