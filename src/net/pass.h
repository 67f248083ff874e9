/* SPDX-License-Identifier: MIT */
#ifndef LINNET_NET_PASS_H
#define LINNET_NET_PASS_H

#include "base/arena.h"

#include <linnet/net.h>

struct lnt_pass {
    lnt_owner owner;
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
    lnt_tensor dx;      /* the last backward's input gradient */

    uint64_t seed; /* of draws */
    uint64_t draw; /* the next training forward's number */
    uint64_t last_draw;

    lnt_tensor *activations; /* [n_layers]: each layer's output for max_rows */
    lnt_tensor *parameters;  /* [n_tensors + n_statistics]: views of the net at hand */
    lnt_tensor *gradients;   /* [n_tensors]: views into flat_gradients; training only */
    void *flat_gradients;    /* [n_parameters]; training only */
    void *deltas[2];         /* dL/dy of a layer and of the one below; training only */
    lnt_tensor *caches;      /* [n_layers]: what each layer keeps a row; training only */
    void **onces;            /* [n_layers]: and a batch; training only */
    void **skips; /* [n_layers]: dL/dy of a residual layer, until its group is through; else NULL */
};

#endif
