/* SPDX-License-Identifier: MIT */
#ifndef LINNET_BASE_FILES_TEMPORARY_NAME_H
#define LINNET_BASE_FILES_TEMPORARY_NAME_H

#include <limits.h>
#include <stdbool.h>

/** Names of temporary files: ".NAME.tmp.PID", and for further ones ".NAME.tmp.PID.N". */

/** How many there may be of one file and process. */
#define LNT_TEMPORARIES_MAX 1000

/** Writes temporary name number `n`, from 0, for the file `name`, of which the begin is kept. */
void lnt_temporary_name(char temporary[NAME_MAX + 1], const char *name, long process, int n);

/**
 * Takes such a name apart; false, for any name that `lnt_temporary_name` would not write. `name` is
 * what was kept of the file's.
 */
bool lnt_temporary_parse(const char *temporary, char name[NAME_MAX + 1], long *process);

/** Whether it is the name of a process that has ended, on this machine; or of this one. */
bool lnt_temporary_is_orphan(long process);

#endif
