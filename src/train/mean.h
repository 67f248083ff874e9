/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_MEAN_H
#define LINNET_TRAIN_MEAN_H

#include <linnet/train.h>

/** Loss and accuracy over the batches of a data set, gathered batch by batch. */
typedef struct lnt_mean {
    double loss;    /* sum of batch losses, weighted by rows unless the loss is a sum itself */
    double correct; /* rows whose class was found */
    size_t rows;
} lnt_mean;

/** Adds a batch; accuracy is computed from output and target if the loss is a classification. */
lnt_status lnt_mean_add(lnt_mean *mean, const lnt_loss *loss, double batch_loss,
                        const lnt_tensor *output, const lnt_tensor *target);

/** The loss so far; NaN before the first row. */
double lnt_mean_loss(const lnt_mean *mean, const lnt_loss *loss);

/** The accuracy so far; NaN before the first row or unless the loss is a classification. */
double lnt_mean_accuracy(const lnt_mean *mean, const lnt_loss *loss);

#endif
