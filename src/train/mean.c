/* SPDX-License-Identifier: MIT */
#include "train/mean.h"

#include <math.h>

lnt_status lnt_mean_add(lnt_mean *mean, const lnt_loss *loss, double batch_loss,
                        const lnt_tensor *output, const lnt_tensor *target)
{
    const double rows = (double) output->rows;
    if (lnt_loss_is_classification(loss->kind) && output->rows > 0) {
        double accuracy;
        LNT_TRY(lnt_accuracy(output, target, &accuracy));
        mean->correct += round(accuracy * rows);
    }
    mean->loss += loss->value == LNT_MEAN ? batch_loss * rows : batch_loss;
    mean->rows += output->rows;
    return LNT_OK;
}

double lnt_mean_loss(const lnt_mean *mean, const lnt_loss *loss)
{
    if (mean->rows == 0) {
        return NAN;
    }
    return loss->value == LNT_MEAN ? mean->loss / (double) mean->rows : mean->loss;
}

double lnt_mean_accuracy(const lnt_mean *mean, const lnt_loss *loss)
{
    const bool known = mean->rows > 0 && lnt_loss_is_classification(loss->kind);
    return known ? mean->correct / (double) mean->rows : NAN;
}
