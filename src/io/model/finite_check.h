/* SPDX-License-Identifier: MIT */
#ifndef LINNET_IO_MODEL_FINITE_CHECK_H
#define LINNET_IO_MODEL_FINITE_CHECK_H

#include <linnet/net.h>
#include <linnet/status.h>
#include <linnet/tensor.h>

/**
 * Checks that a tensor of a file has only finite numbers. If not, `LNT_ERR_NONFINITE`, and `error`
 * names the first such element: [row, column], or [index] for `rank` 1, counted from 0.
 */
lnt_status lnt_file_check_finite(const char *path, const char *name, const lnt_tensor *value,
                                 size_t rank, lnt_error *error);

/** The same for all parameters and running statistics of a net. */
lnt_status lnt_file_check_net(const char *path, lnt_net *net, lnt_error *error);

#endif
