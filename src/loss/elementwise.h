/* SPDX-License-Identifier: MIT */
#ifndef LINNET_LOSS_ELEMENTWISE_H
#define LINNET_LOSS_ELEMENTWISE_H

#include "loss/loss.h"

/** −1, 0 or 1; NaN of NaN. */
static inline double lnt_loss_sign(double x)
{
    return x > 0 ? 1 : x < 0 ? -1 : x;
}

#endif
