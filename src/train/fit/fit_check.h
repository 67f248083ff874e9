/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_FIT_FIT_CHECK_H
#define LINNET_TRAIN_FIT_FIT_CHECK_H

#include <linnet/train.h>

/**
 * Looks at settings and data before anything is allocated: sizes, dtypes, labels, weights, and
 * whether the fields go together. What an object checks at its creation (optimiser, schedule) is
 * left to it.
 */
lnt_status lnt_fit_check(const lnt_net *net, const lnt_tensor *x, const lnt_tensor *y,
                         const lnt_fit_config *config, lnt_error *error);

/** The same for a source, of which nothing is read yet. */
lnt_status lnt_fit_check_source(const lnt_net *net, const lnt_data_source *source,
                                const lnt_fit_config *config, lnt_error *error);

/** Whether the metric that is watched is computed of so many held-out rows. */
lnt_status lnt_fit_check_monitor(const lnt_net *net, const lnt_fit_config *config, size_t rows,
                                 lnt_error *error);

#endif
