/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_METRICS_EPOCH_MEAN_H
#define LINNET_TRAIN_METRICS_EPOCH_MEAN_H

#include "train/loader/gather.h"

/** Loss and accuracy over the batches of an epoch; `{0}` at its start. */
typedef struct lnt_epoch_mean {
    double loss;    /* Σ divisor·value, or Σ value if the loss is a sum */
    double divisor; /* Σ divisor */
    double correct; /* rows whose class is predicted right */
    size_t rows;
} lnt_epoch_mean;

/** Adds a batch whose loss was `value`. */
lnt_status lnt_epoch_mean_add(lnt_epoch_mean *mean, const lnt_loss *loss, double value,
                              const lnt_tensor *output, const lnt_batch *batch);

/** The loss so far; NaN before the first row. */
double lnt_epoch_mean_loss(const lnt_epoch_mean *mean, const lnt_loss *loss);

/** The accuracy so far; NaN before the first row, or if the outputs are not classes. */
double lnt_epoch_mean_accuracy(const lnt_epoch_mean *mean, const lnt_loss *loss, size_t outputs);

#endif
