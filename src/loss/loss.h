/* SPDX-License-Identifier: MIT */
#ifndef LINNET_LOSS_LOSS_H
#define LINNET_LOSS_LOSS_H

#include <linnet/loss.h>

/** A row of the table of losses. */
typedef struct lnt_loss_ops {
    const char *name;
    bool classification;
    /** Whether the target fits the output: shapes, dtypes, labels. Both are valid tensors. */
    lnt_status (*check)(const lnt_tensor *output, const lnt_tensor *target);
    /** What LNT_MEAN divides by. */
    double (*count)(size_t rows, size_t cols);
    /** Returns the sum; sets gradient, unless NULL, to factor·d(sum)/d(output). */
    double (*evaluate)(const lnt_tensor *output, const lnt_tensor *target, double factor,
                       lnt_tensor *gradient);
} lnt_loss_ops;

extern const lnt_loss_ops lnt_loss_mse;
extern const lnt_loss_ops lnt_loss_softmax_cross_entropy;

#endif
