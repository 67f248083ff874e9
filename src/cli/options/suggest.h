/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_OPTIONS_SUGGEST_H
#define LINNET_CLI_OPTIONS_SUGGEST_H

#include <stddef.h>

/* Candidate i, or NULL after the last. */
typedef const char *(*lnt_cli_candidate)(size_t i, const void *context);

/*
 * The candidate that takes the fewest typing slips (a letter wrong, missing, extra, or swapped with
 * its neighbour) to become `name`, or that begins with it; NULL if none is near enough to be meant.
 */
const char *lnt_cli_nearest(const char *name, lnt_cli_candidate candidate, const void *context);

#endif
