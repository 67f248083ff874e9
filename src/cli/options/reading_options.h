/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_OPTIONS_READING_OPTIONS_H
#define LINNET_CLI_OPTIONS_READING_OPTIONS_H

#include "cli/options/options.h"

/* How a data file is read: settings that train, predict and evaluate share; `memory` is train's. */
typedef struct lnt_cli_reading {
    int format; /* lnt_data_format */
    char delimiter;
    int header;
    uint64_t threads;
    int missing;
    size_t memory; /* bytes that the data may take; 0: as much as is free */
} lnt_cli_reading;

/* Their options; `missing` is the last, so that a command for which it has no meaning leaves it
 * out.
 */
#define LNT_CLI_READING_COUNT 5
extern const lnt_cli_option lnt_cli_reading_options[LNT_CLI_READING_COUNT];

#endif
