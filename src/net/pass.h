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

    bool forward_done;  /* the activations are those of `x` */
    bool backward_done; /* the gradients are those of the activations */
    const lnt_net *net; /* the last forward's net: compared, never followed */
    lnt_tensor x;       /* the last forward's input, the caller's memory */
    lnt_tensor dx;      /* the last backward's input gradient */

    lnt_tensor *activations; /* [n_layers]: each layer's output for max_rows */
    lnt_tensor *parameters;  /* [n_tensors]: views of the net at hand */
    lnt_tensor *gradients;   /* [n_tensors]: views into flat_gradients; training only */
    void *flat_gradients;    /* [n_parameters]; training only */
    void *deltas[2];         /* dL/dy of a layer and of the one below; training only */
};

#endif
