/* SPDX-License-Identifier: MIT */
#ifndef LINNET_BASE_IGNORE_STATUS_H
#define LINNET_BASE_IGNORE_STATUS_H

#include <linnet/status.h>

/** For a call that cannot fail because its arguments were checked before. */
static inline void lnt_ignore_status(lnt_status status)
{
    (void) status;
}

#endif
