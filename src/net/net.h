/* SPDX-License-Identifier: MIT */
#ifndef LINNET_NET_NET_H
#define LINNET_NET_NET_H

#include "base/arena.h"
#include "layers/layer.h"

#include <linnet/net.h>

/** Where one parameter tensor lies in the flat vector. */
typedef struct lnt_net_slot {
    const char *name; /* the layer's word for it */
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
    uint64_t seed;
    uint64_t signature;   /* equal for nets of the same layers and dtype */
    lnt_layer *layers;    /* [n_layers] */
    size_t *widths;       /* [n_layers + 1]: columns between the layers, inputs first */
    size_t *first_tensor; /* [n_layers + 1] */
    lnt_net_slot *slots;  /* [n_tensors] */
    void *parameters;     /* [n_parameters] */
};

/** The view of slot `i` over a flat vector laid out as the net's parameters. */
lnt_tensor lnt_net_view(const lnt_net *net, size_t i, void *flat);

#endif
