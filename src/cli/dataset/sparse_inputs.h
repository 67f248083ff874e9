/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_DATASET_SPARSE_INPUTS_H
#define LINNET_CLI_DATASET_SPARSE_INPUTS_H

#include <linnet/linnet.h>

/*
 * libsvm's text does not tell of columns behind the last that is not 0 in every row. If the frame
 * is of such text and has less than the model's columns, x [rows, inputs] is made in a block of its
 * own, with zeros for those that lack; else *memory is NULL and x untouched.
 */
lnt_status lnt_cli_sparse_inputs(lnt_frame *frame, const lnt_model *model, void **memory,
                                 lnt_tensor *x);

#endif
