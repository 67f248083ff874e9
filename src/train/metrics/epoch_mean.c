/* SPDX-License-Identifier: MIT */
#include "train/metrics/epoch_mean.h"

#include <math.h>

static bool has_accuracy(const lnt_loss *loss, size_t outputs)
{
    return lnt_loss_classes(loss->kind, outputs) > 0;
}

lnt_status lnt_epoch_mean_add(lnt_epoch_mean *mean, const lnt_loss *loss, double value,
                              const lnt_tensor *output, const lnt_batch *batch)
{
    double divisor = 1, accuracy;
    if (loss->value_reduction == LNT_MEAN) {
        LNT_TRY(lnt_loss_divisor(loss, output, &batch->y, lnt_batch_weights(batch), &divisor));
    }
    if (has_accuracy(loss, output->cols) && output->rows > 0) {
        LNT_TRY(lnt_accuracy(output, &batch->y, &accuracy));
        mean->correct += round(accuracy * (double) output->rows);
    }
    mean->loss += divisor * value;
    mean->divisor += divisor;
    mean->rows += output->rows;
    return LNT_OK;
}

double lnt_epoch_mean_loss(const lnt_epoch_mean *mean, const lnt_loss *loss)
{
    if (mean->rows == 0) {
        return NAN;
    }
    if (loss->value_reduction == LNT_SUM) {
        return mean->loss;
    }
    return mean->divisor > 0 ? mean->loss / mean->divisor : 0;
}

double lnt_epoch_mean_accuracy(const lnt_epoch_mean *mean, const lnt_loss *loss, size_t outputs)
{
    const bool known = mean->rows > 0 && has_accuracy(loss, outputs);
    return known ? mean->correct / (double) mean->rows : NAN;
}
