/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_OUTPUT_MEMORY_H
#define LINNET_CLI_OUTPUT_MEMORY_H

#include <stddef.h>

/*
 * Bytes of memory that this process may still take: what the system has available, and what the
 * control groups (v1 and v2) and the address space's limit leave, less a reserve of 1/16 and 64
 * MiB. SIZE_MAX where nothing tells.
 */
size_t lnt_cli_memory(void);

/* The same from a tree of files like that of Linux under `root`, without the other limits. */
size_t lnt_cli_memory_under(const char *root);

/* `free` less the reserve; at least 1/2 of it. */
size_t lnt_cli_memory_reserved(size_t free);

/* All that the machine has; SIZE_MAX if it does not tell. */
size_t lnt_cli_memory_physical(void);

#endif
