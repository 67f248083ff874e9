/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_FIT_SETTINGS_H
#define LINNET_TRAIN_FIT_SETTINGS_H

#include "base/settings/settings.h"

/** All settings of a run but those of its loss, optimiser and schedule. */
extern const lnt_settings lnt_fit_table;

#endif
