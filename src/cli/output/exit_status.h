/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_OUTPUT_EXIT_STATUS_H
#define LINNET_CLI_OUTPUT_EXIT_STATUS_H

/* Exit statuses. */
enum {
    LNT_CLI_DONE = 0,
    LNT_CLI_FAILED = 1,
    LNT_CLI_USAGE_ERROR = 2 /* the command line is wrong; no file was touched */
};

#endif
