/* SPDX-License-Identifier: MIT */
/* Operations of the probe on files of data. */
#ifndef LNT_TESTS_PROBE_DATA_H
#define LNT_TESTS_PROBE_DATA_H

#include <linnet/linnet.h>
#include <stdbool.h>

lnt_status probe_write_idx(const char *path, bool new, lnt_error *error);
lnt_status probe_write_parts(const char *path, bool new, lnt_error *error);
lnt_status probe_write_idx_gz(const char *path, bool new, lnt_error *error);
lnt_status probe_write_npz(const char *path, bool new, lnt_error *error);
lnt_status probe_write_npz_packed(const char *path, bool new, lnt_error *error);
lnt_status probe_write_libsvm(const char *path, bool new, lnt_error *error);

/* CSV with a column of text, "kind". */
lnt_status probe_read_blocks(const char *path, lnt_error *error);
lnt_status probe_read_array_blocks(const char *path, lnt_error *error);

#endif
