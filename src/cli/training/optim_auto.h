/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_TRAINING_OPTIM_AUTO_H
#define LINNET_CLI_TRAINING_OPTIM_AUTO_H

#include "cli/options/train_settings.h"

/*
 * With --optimizer auto, puts a method in its place, as if it had been given, and says why: by the
 * net, the loss, and how many rows there are to learn from. Otherwise changes nothing.
 */
lnt_status lnt_cli_optim_pick(lnt_cli_train_settings *settings, const lnt_net *net,
                              const lnt_loss *loss, size_t rows, lnt_error *error);

#endif
