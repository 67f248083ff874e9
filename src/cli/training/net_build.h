/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_TRAINING_NET_BUILD_H
#define LINNET_CLI_TRAINING_NET_BUILD_H

#include "cli/options/train_settings.h"

#include <linnet/linnet.h>

/*
 * Creates the net that the settings describe: for each hidden layer a dense one, its norm, its
 * activation and dropout, and around them, if asked for, a residual; then a dense one without
 * activation. Refuses what takes more memory than is free.
 */
lnt_status lnt_cli_net_build(lnt_net **net, const lnt_cli_train_settings *settings, size_t inputs,
                             size_t outputs, size_t rows, lnt_error *error);

#endif
