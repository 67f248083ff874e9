/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_FIT_CHECK_H
#define LINNET_TRAIN_FIT_CHECK_H

#include <linnet/train.h>

/**
 * Looks at settings and data before anything is allocated: sizes, dtypes, labels, weights, and
 * whether the fields go together. What an object checks at its creation (optimiser, schedule) is
 * left to it.
 */
lnt_status lnt_fit_check(const lnt_net *net, const lnt_tensor *x, const lnt_tensor *y,
                         const lnt_fit_config *config, lnt_error *error);

/** Whether `y` is one column of class labels for a net of so many outputs. */
bool lnt_fit_has_labels(const lnt_loss *loss, size_t outputs, const lnt_tensor *y);

#endif
