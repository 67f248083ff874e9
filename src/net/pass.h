/* SPDX-License-Identifier: MIT */
#ifndef LINNET_NET_PASS_H
#define LINNET_NET_PASS_H

#include "base/arena.h"
#include "base/team.h"
#include "layers/layer.h"

#include <linnet/net.h>
#include <stdatomic.h>

/** The most groups of shards: a number that does not depend on the threads. */
#define LNT_SHARD_GROUPS 8

/** See pass_shards.h. */
typedef struct lnt_shards {
    size_t rows;         /* of a shard; 0: batches are not cut */
    size_t delta_bytes;  /* of a member's part of the deltas */
    lnt_layer_run *runs; /* [threads, n_layers] */
    lnt_tensor *views;   /* [threads, n_tensors]: of the gradients of the group at hand */
    void *gradients[LNT_SHARD_GROUPS]; /* [n_parameters] each; the first group's are the pass's */
    double *totals[LNT_SHARD_GROUPS];  /* [n_parameters] each; NULL unless groups may be long */
    double values[LNT_SHARD_GROUPS];   /* sums of the loss */
} lnt_shards;

struct lnt_pass {
    lnt_owner owner;
    const void *end; /* of the block that begins with this struct */
    lnt_mode mode;
    bool input_gradient;
    lnt_dtype dtype;
    uint64_t signature;
    size_t max_rows;
    size_t n_layers;
    size_t n_tensors;
    size_t n_parameters;
    size_t n_statistics;

    bool forward_done;  /* the activations are those of `x` */
    bool backward_done; /* the gradients are those of the activations */
    const lnt_net *net; /* the last forward's net: compared, never followed */
    lnt_tensor x;       /* the last forward's input, the caller's memory */
    bool bound;         /* the runs are set, for `bound_rows` */
    size_t bound_rows;

    uint64_t seed; /* of draws */
    uint64_t draw; /* the next training forward's number */

    lnt_layer_run *runs;     /* [n_layers]: the arguments of each layer */
    lnt_product_form *forms; /* of all layers' products */
    lnt_member *members;     /* [threads] */
    lnt_member alone;        /* for what is too little for a team */
    double work;             /* multiplications a row, forward */
    lnt_team *team;          /* NULL for one thread */
    atomic_bool busy;        /* with a team: a call is under way */
    lnt_status status;       /* of what the first member ran alone, in this call */
    lnt_shards shards;
    bool first_comes_back; /* a residual layer adds x */

    lnt_tensor *activations; /* [n_layers]: each layer's output for max_rows */
    lnt_tensor *parameters;  /* [n_tensors + n_statistics]: views of the net at hand */
    lnt_tensor *gradients;   /* [n_tensors]: views into flat_gradients; training only */
    void *flat_gradients;    /* [n_parameters]; training only */
    void *deltas[2];         /* dL/dy of a layer and of the one below; training only */
    lnt_tensor *caches;      /* [n_layers]: what each layer keeps a row; training only */
    void **onces;            /* [n_layers]: and a batch; training only */
    void **skips; /* [n_layers]: dL/dy of a residual layer, until its group is through; else NULL */
};

/** What each member does in a call. */
typedef void lnt_pass_job(void *context, const lnt_member *member);

/** Points the runs at this net's parameters, at x and at as many rows. */
lnt_status lnt_pass_bind(lnt_pass *pass, const lnt_net *net, const lnt_tensor *x);

/**
 * All layers forward, or backward, by one member of the team, or by the caller alone; failures go
 * to `status`, which was set to LNT_OK before.
 */
void lnt_pass_run_forward(lnt_pass *pass, const lnt_net *net, const lnt_member *member);
void lnt_pass_run_backward(lnt_pass *pass, const lnt_net *net, const lnt_member *member);

/** Waits until all members of the team are here, if there is one. */
void lnt_pass_meet(const lnt_member *member);

/**
 * Runs the job by the team if there is one and `work` multiplications are worth waking it, else by
 * the caller alone.
 */
void lnt_pass_share(lnt_pass *pass, double work, lnt_pass_job *job, void *context);

/** `LNT_ERR_THREADS` in a child process for a pass with threads, which a fork does not copy. */
lnt_status lnt_pass_check_process(const lnt_pass *pass);

/** dL/dŷ of the last layer, which backward starts from. */
lnt_tensor *lnt_pass_top(lnt_pass *pass);

/** Chooses who computes each product, for max_rows. */
void lnt_pass_choose(lnt_pass *pass, const lnt_net *net, lnt_gemm_backend products);

#endif
