/* SPDX-License-Identifier: MIT */
#ifndef LINNET_OPTIM_KFAC_KFAC_H
#define LINNET_OPTIM_KFAC_KFAC_H

#include "derivatives/linearization.h"
#include "optim/optim.h"

#include <linnet/random.h>

/** What K-FAC's parts share; kfac.c has the equations. */

/** A dense layer, whose weights [inputs, outputs] have the bias for a last row. */
typedef struct lnt_kfac_block {
    size_t layer;
    size_t slot;   /* of the weights */
    size_t inputs; /* with the 1 that the bias is the weight of */
    size_t outputs;
    bool bias;
    size_t a; /* where [inputs, inputs] is among factors, and among their Cholesky factors */
    size_t g; /* likewise [outputs, outputs] */
} lnt_kfac_block;

enum { LNT_KFAC_FACTORS, LNT_KFAC_CHOLESKY, LNT_KFAC_LAST }; /* of states */
enum { LNT_KFAC_LAMBDA, LNT_KFAC_NUMBERS };                  /* of numbers */

/** What a step works in. */
typedef struct lnt_kfac {
    size_t n_blocks;
    lnt_kfac_block *blocks;
    lnt_point *point;
    size_t chunk;  /* rows of the point, and of what follows */
    void *inputs;  /* [chunk, the most inputs] */
    void *seed;    /* [chunk, outputs of the net]: dL/dŷ of drawn targets */
    void *along;   /* likewise: ŷ's change along the direction */
    double *share; /* [outputs of the net]: of a row; see lnt_kfac_row */
    double *mean;
    double unit;     /* what a row of weight 1 counts in the loss */
    void *gradient;  /* [n_parameters] each */
    void *direction; /* Δ */
    void *step;      /* δ, and the parameters that are tried */
    void *turned;    /* the largest [outputs, inputs] */
} lnt_kfac;

/** The dense layers, unless NULL, and the elements of their factors; returns how many. */
size_t lnt_kfac_blocks(const lnt_net *net, lnt_kfac_block *blocks, size_t *elements);

/* --- kfac_output.c: the output's distribution --- */

/**
 * A row's distribution, by the Hessian of its part of the loss in ŷ: diag(share) for squared error,
 * share∘mean∘(1 − mean) for binary, share·(diag(mean) − mean·meanᵀ) for softmax cross-entropy.
 */
typedef struct lnt_kfac_row {
    lnt_loss_kind kind;
    size_t cols;
    double *share;
    double *mean;
} lnt_kfac_row;

/** Losses that have one. */
bool lnt_kfac_takes_loss(const lnt_loss *loss);

/** Of row `i` of `output`, which is row `first + i` of the batch. */
lnt_kfac_row lnt_kfac_row_of(const lnt_kfac *k, const lnt_optim_batch *batch,
                             const lnt_tensor *output, size_t first, size_t i);

/** Row `i` of `seed` becomes the gradient for a target drawn from the row's distribution. */
void lnt_kfac_draw(const lnt_kfac_row *row, lnt_random *random, lnt_tensor *seed, size_t i);

/** uᵀ·H·v for rows `i` of u and v. */
double lnt_kfac_form(const lnt_kfac_row *row, const lnt_tensor *u, const lnt_tensor *v, size_t i);

/** What a row of weight 1 counts in the loss, given the outputs of the batch. */
lnt_status lnt_kfac_unit(const lnt_optim_batch *batch, const lnt_tensor *output, double *unit);

/** The weight of row `i`. */
double lnt_kfac_weight(const lnt_optim_batch *batch, size_t i);

/* --- kfac_factors.c --- */

/** A and G move towards those of the batch, with targets drawn for this step. */
lnt_status lnt_kfac_update(lnt_optim *optim, const lnt_net *net, const lnt_optim_batch *batch);

/** Cholesky factors of A + π·γ and G + γ/π, γ = √(λ + η). */
lnt_status lnt_kfac_invert(lnt_optim *optim);

/** Δ = −(A + π·γ)⁻¹·∇W·(G + γ/π)⁻¹ for each layer. */
lnt_status lnt_kfac_precondition(lnt_optim *optim, const lnt_net *net);

/* --- kfac_model.c --- */

/** Where the quadratic model is least among α·Δ + μ·δ. */
typedef struct lnt_kfac_least {
    double alpha;
    double mu;
    double value; /* M there, below 0 unless Δ is 0 */
} lnt_kfac_least;

/**
 * M(x) = ½·xᵀ·(F + λ + η)·x + ∇ᵀ·x over x = α·Δ + μ·δ, F the exact Fisher matrix of the batch and δ
 * the last step; without `last` μ is 0. Batches of one chunk are
 * in the point since `lnt_kfac_update`.
 */
lnt_status lnt_kfac_model(lnt_optim *optim, const lnt_net *net, const lnt_optim_batch *batch,
                          bool last, lnt_kfac_least *least);

/** Rows `first`, … of the batch, as many as fit, become those of the point. */
lnt_status lnt_kfac_set(lnt_kfac *k, const lnt_net *net, const lnt_optim_batch *batch,
                        size_t first);

#endif
