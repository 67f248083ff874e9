/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_METRICS_CLASS_OF_H
#define LINNET_TRAIN_METRICS_CLASS_OF_H

#include <linnet/metrics.h>
#include <stdint.h>

#define LNT_NO_CLASS SIZE_MAX

/** The most likely class of a row of logits, or by one logit of class 1; none if there is NaN. */
size_t lnt_class_predicted(const lnt_tensor *output, size_t i);

/** The class that a row of targets names: a label, or its largest probability; none if wrong. */
size_t lnt_class_true(const lnt_tensor *target, size_t i, size_t classes);

#endif
