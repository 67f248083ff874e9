/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_OUTPUT_DESCRIPTORS_H
#define LINNET_CLI_OUTPUT_DESCRIPTORS_H

#include <stdbool.h>

/*
 * Opens /dev/null for each of the descriptors 0 to 2 that is closed, so that no file gets its
 * number. The other way round, so that reading or writing fails as before: what is printed to a
 * closed standard output must not vanish without an error. False with errno if it cannot be opened.
 */
bool lnt_cli_descriptors_open(void);

#endif
