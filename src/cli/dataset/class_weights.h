/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_DATASET_CLASS_WEIGHTS_H
#define LINNET_CLI_DATASET_CLASS_WEIGHTS_H

#include <linnet/linnet.h>

/*
 * The weights that `text` asks for, one a class of `classes`: "balanced", rows / (classes · rows of
 * the class) over the labels `y`, or CLASS=WEIGHT separated by commas. The caller frees `*weights`.
 */
lnt_status lnt_cli_class_weights(const char *text, const lnt_names *classes, const lnt_tensor *y,
                                 double **weights, lnt_error *error);

#endif
