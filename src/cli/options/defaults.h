/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_OPTIONS_DEFAULTS_H
#define LINNET_CLI_OPTIONS_DEFAULTS_H

#include <linnet/linnet.h>

/*
 * What training does unless it is told otherwise, in one place. Texts go through the options' own
 * checks; what is not here is the library's default for the method chosen.
 */
#define LNT_CLI_DEFAULT_HIDDEN "128"
#define LNT_CLI_DEFAULT_ACTIVATION "relu"
#define LNT_CLI_DEFAULT_OPTIMIZER "adamw"
#define LNT_CLI_DEFAULT_SCHEDULE "cosine"
#define LNT_CLI_DEFAULT_EPOCHS "100"
#define LNT_CLI_DEFAULT_BATCH "32"
#define LNT_CLI_DEFAULT_VALIDATION "0.2"
#define LNT_CLI_DEFAULT_FOLDS "5"

/* Momentum of gradient descent, where the library has none. */
#define LNT_CLI_DEFAULT_MOMENTUM 0.9

/* AdamW on small tables: docs/decisions/defaults-of-train.md tells how they were chosen. */
#define LNT_CLI_DEFAULT_ADAMW_RATE 0.005
#define LNT_CLI_DEFAULT_ADAMW_DECAY 0.1

/* Methods that look at the loss again: the largest batch that --batch takes, and when they end. */
#define LNT_CLI_WHOLE_BATCH 1000000
#define LNT_CLI_WHOLE_EPOCHS 1000
#define LNT_CLI_WHOLE_PATIENCE 20

#endif
