/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TESTS_SUPPORT_CONFIG_FIELDS_H
#define LINNET_TESTS_SUPPORT_CONFIG_FIELDS_H

#include "base/field.h"
#include "loss/loss.h"
#include "optim/optim.h"

#include <linnet/linnet.h>
#include <math.h>
#include <stdint.h>

/* The numbers of each configuration, with their ranges: what tests of ranges go through. */

#define COUNT_OF(table) (sizeof(table) / sizeof((table)[0]))
#define FROM_0(type, member) LNT_REAL_FIELD(type, member, 0, INFINITY, LNT_CLOSED)

static const lnt_field optim_fields[] = {
    LNT_POSITIVE_FIELD(lnt_optim_config, learning_rate),
    LNT_AMOUNT_FIELD(lnt_optim_config, clip_value),
    FROM_0(lnt_optim_config, clip_norm),
    LNT_AMOUNT_FIELD(lnt_optim_config, l1),
    LNT_AMOUNT_FIELD(lnt_optim_config, l2),
    LNT_AMOUNT_FIELD(lnt_optim_config, weight_decay),
    LNT_FRACTION_FIELD(lnt_optim_config, ema_decay),
};

static const lnt_field group_fields[] = {
    LNT_COUNT_FIELD(lnt_optim_group, n_layers),
    LNT_AMOUNT_FIELD(lnt_optim_group, learning_rate),
    LNT_AMOUNT_FIELD(lnt_optim_group, weight_decay),
    LNT_AMOUNT_FIELD(lnt_optim_group, l1),
    LNT_AMOUNT_FIELD(lnt_optim_group, l2),
};

#define KIND(kind) (1U << LNT_SCHEDULE_##kind)

static const struct {
    unsigned kinds;
    lnt_field field;
} schedule_fields[] = {
    {KIND(STEP) | KIND(MULTI_STEP) | KIND(EXPONENTIAL) | KIND(PLATEAU),
     LNT_REAL_FIELD(lnt_schedule, factor, 0, 1, LNT_OPEN_LOW)},
    {KIND(STEP), LNT_COUNT_FIELD(lnt_schedule, period)},
    {KIND(POLYNOMIAL), LNT_POSITIVE_FIELD(lnt_schedule, power)},
    {KIND(COSINE) | KIND(PLATEAU), LNT_AMOUNT_FIELD(lnt_schedule, least)},
    {KIND(COSINE), LNT_COUNT_FIELD(lnt_schedule, cycle_factor)},
    {KIND(ONE_CYCLE), LNT_REAL_FIELD(lnt_schedule, rise, 0, 1, LNT_OPEN)},
    {KIND(ONE_CYCLE), LNT_POSITIVE_FIELD(lnt_schedule, start_factor)},
    {KIND(ONE_CYCLE), LNT_POSITIVE_FIELD(lnt_schedule, end_factor)},
    {KIND(ONE_CYCLE), LNT_FRACTION_FIELD(lnt_schedule, momentum_high)},
    {KIND(ONE_CYCLE), LNT_FRACTION_FIELD(lnt_schedule, momentum_low)},
    {KIND(PLATEAU), LNT_AMOUNT_FIELD(lnt_schedule, threshold)},
    {KIND(PLATEAU), LNT_AMOUNT_FIELD(lnt_schedule, least_change)},
    {~0U, LNT_REAL_FIELD(lnt_schedule, warmup_start, 0, 1, LNT_OPEN_LOW)},
};

static const lnt_field fit_fields[] = {
    LNT_COUNT_FIELD(lnt_fit_config, epochs),
    LNT_COUNT_FIELD(lnt_fit_config, batch_rows),
    LNT_COUNT_FIELD(lnt_fit_config, top_k),
    LNT_FRACTION_FIELD(lnt_fit_config, validation_fraction),
    LNT_AMOUNT_FIELD(lnt_fit_config, min_delta),
    FROM_0(lnt_fit_config, target_loss),
    FROM_0(lnt_fit_config, gradient_tolerance),
    FROM_0(lnt_fit_config, max_seconds),
    FROM_0(lnt_fit_config, checkpoint.every_seconds),
};

static const lnt_field laplace_fields[] = {
    LNT_AMOUNT_FIELD(lnt_laplace_config, prior_precision),
    LNT_AMOUNT_FIELD(lnt_laplace_config, noise),
};

static const lnt_field pass_fields[] = {LNT_SIZE_FIELD(lnt_pass_config, max_rows, 1, INT32_MAX)};

#endif
