/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_DATASET_METRICS_MEASURE_H
#define LINNET_CLI_DATASET_METRICS_MEASURE_H

#include "cli/output/metrics.h"

/*
 * Runs `model` on x, y in raw units, y [rows, 1] of class numbers or [rows, targets]; no more than
 * the classes of top_k.
 */
lnt_status lnt_cli_metrics_measure(lnt_cli_metrics *metrics, const lnt_model *model,
                                   const lnt_tensor *x, const lnt_tensor *y, size_t top_k);

#endif
