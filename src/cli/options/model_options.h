/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_OPTIONS_MODEL_OPTIONS_H
#define LINNET_CLI_OPTIONS_MODEL_OPTIONS_H

#include "cli/options/options.h"

#include <linnet/linnet.h>
#include <stdbool.h>

/* How a model file is read: settings of all commands that read one. */
typedef struct lnt_cli_model_options {
    bool allow_nonfinite;
} lnt_cli_model_options;

#define LNT_CLI_MODEL_COUNT 1
extern const lnt_cli_option lnt_cli_model_option_list[LNT_CLI_MODEL_COUNT];

/* Loads a model of any format. */
lnt_status lnt_cli_model_load(lnt_model *model, const char *path,
                              const lnt_cli_model_options *options, lnt_error *error);

#endif
