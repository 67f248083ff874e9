/* SPDX-License-Identifier: MIT */
#ifndef LINNET_NET_NET_H
#define LINNET_NET_NET_H

#include "base/arena.h"
#include "layers/layer.h"

#include <linnet/net.h>

/** Where one tensor, of parameters or statistics, lies in the flat vector of the net's state. */
typedef struct lnt_net_slot {
    const char *name; /* the layer's word for it */
    lnt_role role;
    size_t layer;
    size_t rows;
    size_t cols;
    size_t offset;
} lnt_net_slot;

struct lnt_net {
    lnt_owner owner;
    lnt_dtype dtype;
    size_t n_layers;
    size_t n_tensors;
    size_t n_parameters;
    size_t n_statistics; /* tensors of statistics */
    size_t n_state;      /* parameters and elements of statistics */
    uint64_t seed;
    uint64_t signature;      /* equal for nets of the same layers and dtype */
    lnt_layer *layers;       /* [n_layers] */
    size_t *widths;          /* [n_layers + 1]: columns between the layers, inputs first */
    size_t *first_tensor;    /* [n_layers + 1] */
    size_t *first_statistic; /* [n_layers + 1], counted from the first statistic */
    lnt_net_slot *slots;     /* [n_tensors + n_statistics]: parameters, then statistics */
    size_t *cache_cols;      /* [n_layers]: what each layer keeps a row in training */
    size_t *cache_once;      /* [n_layers]: and a batch */
    bool *comes_back;        /* [n_layers]: whether a residual layer adds the layer's input */
    void *parameters;        /* [n_state]: parameters, then statistics */
};

/** The view of slot `i` over a flat vector laid out as the net's state. */
lnt_tensor lnt_net_view(const lnt_net *net, size_t i, void *flat);

#endif
