/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_METRICS_CLASS_OF_H
#define LINNET_TRAIN_METRICS_CLASS_OF_H

#include <linnet/metrics.h>
#include <stdint.h>

#define LNT_NO_CLASS SIZE_MAX

/**
 * The most likely class of a row of logits; for one logit, whether it is above 0. LNT_NO_CLASS if
 * there is a NaN.
 */
size_t lnt_class_predicted(const lnt_tensor *output, size_t i);

/**
 * The class of a row of targets: a label, or the most likely class; LNT_NO_CLASS if it is invalid.
 */
size_t lnt_class_true(const lnt_tensor *target, size_t i, size_t classes);

#endif
