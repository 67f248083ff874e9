/* SPDX-License-Identifier: MIT */
#ifndef LINNET_OPTIM_SEGMENTS_H
#define LINNET_OPTIM_SEGMENTS_H

#include "net/net.h"
#include "optim/optim.h"

/** Whether the numbers of the configuration's groups, and its own penalties, are in range. */
lnt_status lnt_segments_check(const lnt_optim_config *config);

/**
 * Cuts the net's parameters into segments of equal settings; `segments` has room for every tensor.
 * Returns how many there are.
 */
size_t lnt_segments_fill(const lnt_net *net, const lnt_optim_config *config, bool takes_matrices,
                         lnt_segment *segments);

#endif
