/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_DATASET_MODEL_NAMES_H
#define LINNET_CLI_DATASET_MODEL_NAMES_H

#include <linnet/linnet.h>
#include <stddef.h>

/* A list of its own of `count` strings of `source`: those at `index`, or the first ones if NULL. */
lnt_status lnt_cli_names_pick(lnt_names **names, const lnt_names *source, const size_t *index,
                              size_t count);

/* Model files hold names as UTF-8: better refused now than after the training. */
lnt_status lnt_cli_names_check(const lnt_names *names, const char *path, const char *what,
                               lnt_error *error);

#endif
