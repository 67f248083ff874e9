/* SPDX-License-Identifier: MIT */
#ifndef LINNET_NET_PASS_SHARDS_H
#define LINNET_NET_PASS_SHARDS_H

#include "net/pass.h"

/**
 * A large batch through a small net: shards of rows, each forward and back while its activations
 * are in the second cache. Shards make groups that each sum up gradients of their own, which are
 * then added in the order of the groups: how many threads share the groups out does not show in the
 * bits.
 */
typedef struct lnt_shard_call {
    lnt_pass *pass;
    const lnt_net *net;
    const lnt_loss *loss;
    const lnt_tensor *target;
    const lnt_tensor *weights; /* NULL or [rows, 1] */
    double divisor;
} lnt_shard_call;

/** Rows of a shard for such a net; 0 if it is not to be cut. */
size_t lnt_shard_rows(const lnt_net *net, const lnt_pass_config *config);

/** Takes what shards need from the arena, for so many threads; `shards` may be NULL to measure. */
void lnt_shards_place(lnt_arena *arena, const lnt_net *net, const lnt_pass_config *config,
                      lnt_shards *shards);

/** Whether the batch that the pass is bound for is large enough. */
bool lnt_shards_apply(const lnt_pass *pass, const lnt_loss *loss);

/** One member's groups, and its share of their sum. */
void lnt_shards_run(void *call, const lnt_member *member);

/** The value of the loss, when all have run. */
double lnt_shards_value(const lnt_shard_call *call);

#endif
