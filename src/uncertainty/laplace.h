/* SPDX-License-Identifier: MIT */
#ifndef LINNET_UNCERTAINTY_LAPLACE_H
#define LINNET_UNCERTAINTY_LAPLACE_H

#include "base/arena.h"
#include "net/net.h"

#include <linnet/uncertainty.h>

/**
 * A block of H, of layers [first, end): (Vᵃᵀ·diag(a)·Vᵃ) ⊗ (Vᵍᵀ·diag(g)·Vᵍ), the eigenvectors
 * rows. A matrix held in full is its first factor alone: n_g = 1, g = 1. All in F64.
 */
typedef struct lnt_laplace_block {
    size_t first, end;
    size_t n_a, n_g;
    lnt_tensor a_basis;  /* [n_a, n_a] */
    lnt_tensor a_values; /* [1, n_a] */
    lnt_tensor g_basis;  /* [n_g, n_g] */
    lnt_tensor g_values; /* [1, n_g] */
    lnt_tensor shrink;   /* [n_a, n_g]: 1/(a·g/σ² + α) */
} lnt_laplace_block;

struct lnt_laplace {
    lnt_owner owner;
    lnt_laplace_info info;
    lnt_loss_kind loss;
    uint64_t signature; /* of the net */
    size_t n_blocks;
    lnt_laplace_block *blocks;
};

/** What a file has of it. */
typedef struct lnt_laplace_tensor {
    char name[48];
    size_t rank, shape[2];
    void *data; /* F64; NULL while measuring */
} lnt_laplace_tensor;

/** Whether layers are dense, activations and residual sums, and one is dense; else a sentence. */
lnt_status lnt_laplace_takes(const lnt_net *net, lnt_error *error);

/** Number of dense layers, all of whose parameters are theirs; `*layer`: the last; 0 if none. */
size_t lnt_laplace_dense(const lnt_layer *layers, size_t n_layers, size_t *layer);

/** Tensors in a file of a net with so many dense layers. */
size_t lnt_laplace_n_tensors(lnt_laplace_structure structure, size_t n_dense);

/** Describes tensor i of it; false if a shape cannot be counted. */
bool lnt_laplace_shape(const lnt_net *net, lnt_laplace_structure structure, size_t i,
                       lnt_laplace_tensor *tensor);
void lnt_laplace_tensor_at(const lnt_laplace *laplace, size_t i, lnt_laplace_tensor *tensor);

/** Bytes of one; SIZE_MAX if they cannot be counted. */
size_t lnt_laplace_bytes(const lnt_net *net, lnt_laplace_structure structure);

/** One whose numbers are 0; the net must have a dense layer. */
lnt_status lnt_laplace_create(lnt_laplace **laplace, const lnt_net *net, lnt_loss_kind loss,
                              lnt_laplace_structure structure, const lnt_allocator *allocator);

/** Sets `shrink` by what is known else. */
void lnt_laplace_settle(lnt_laplace *laplace);

/** What the data say of prior and noise, besides the eigenvalues. */
typedef struct lnt_laplace_facts {
    double targets;    /* Σ w · outputs */
    double loss;       /* squares, or negative log likelihood, summed */
    double parameters; /* their squares, summed */
    double unseen;     /* what Σ of losses rounding alone may make */
} lnt_laplace_facts;

/** Sets prior precision and noise where they are 0, effective parameters and marginal likelihood.
 */
lnt_status lnt_laplace_evidence(lnt_laplace *laplace, const lnt_laplace_facts *facts);

#endif
