/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_SCHEDULE_SETTINGS_H
#define LINNET_TRAIN_SCHEDULE_SETTINGS_H

#include "base/settings/settings.h"

/** All settings of schedules. */
extern const lnt_settings lnt_schedule_table;

#endif
