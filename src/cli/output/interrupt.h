/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_OUTPUT_INTERRUPT_H
#define LINNET_CLI_OUTPUT_INTERRUPT_H

#include <stdbool.h>

/*
 * From now on the first SIGINT, SIGTERM or SIGHUP is only noted. The second SIGINT or SIGTERM acts
 * as it would without us; SIGHUP never does. Signals that were ignored stay ignored (nohup, jobs in
 * the background). A second call does nothing.
 */
void lnt_cli_interrupt_watch(void);

/*
 * Between the two a signal that would end the command waits, so that no file of a moment is left
 * behind. Nothing happens once signals are watched.
 */
void lnt_cli_interrupt_hold(void);
void lnt_cli_interrupt_release(void);

/*
 * From now on a pipe that nobody reads any more is an error of the write, and does not end the
 * command: a run must not be lost with the program that shows its progress.
 */
void lnt_cli_interrupt_ignore_pipe(void);

/* Whether a signal was noted, and which: "Ctrl-C", "SIGTERM" or "SIGHUP". */
bool lnt_cli_interrupted(void);
const char *lnt_cli_interrupt_name(void);

#endif
