/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_DATASET_ROW_WEIGHTS_H
#define LINNET_CLI_DATASET_ROW_WEIGHTS_H

#include <linnet/linnet.h>
#include <stddef.h>

/* The place of a column of weights, which may be NULL; `*count` grows if there is one. */
lnt_status lnt_cli_weights_find(const lnt_frame *frame, const char *option, const char *column,
                                size_t *places, size_t *count, lnt_error *error);

/* Checks that no weight in the column is negative. */
lnt_status lnt_cli_weights_check(lnt_frame *frame, size_t place, const char *path,
                                 lnt_error *error);

#endif
