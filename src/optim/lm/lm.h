/* SPDX-License-Identifier: MIT */
#ifndef LINNET_OPTIM_LM_LM_H
#define LINNET_OPTIM_LM_LM_H

#include "derivatives/linearization.h"
#include "optim/optim.h"

/**
 * Levenberg-Marquardt's parts. The loss is ½·Σ ρ² near the parameters at hand, with residuals ρ and
 * their derivatives J [residuals, parameters], as many residuals a row as the net has outputs:
 *
 *     squared error: ρ = f·(ŷ − y), J = f·∂ŷ/∂w, f² = 2·weight/divisor
 *     softmax cross-entropy: ρ = Sᵀ⁺·f·(p − y), J = f·Sᵀ·∂ŷ/∂w, S = diag(√p) − p·√pᵀ,
 *     f² = weight·(sum of the targets' shares)/divisor
 *
 * so that Jᵀ·ρ is the loss's gradient and Jᵀ·J its Gauss-Newton matrix.
 */

/** A batch's residuals; views of [rows, outputs] but `factors`, [rows]. */
typedef struct lnt_lm_residuals {
    size_t max_rows;
    size_t outputs;
    void *factors; /* f of each row */
    void *roots;   /* √p; not read for squared error */
    void *rho;
    void *seeds; /* dL/dŷ for a pull */
    double divisor;
} lnt_lm_residuals;

typedef struct lnt_lm {
    lnt_lm_system form;
    lnt_point *point;
    lnt_lm_residuals residuals;
    void *step;      /* [parameters]: Δw */
    void *gradient;  /* [parameters] */
    void *trial;     /* [parameters] */
    void *matrix;    /* [n, n]: Jᵀ·J, or J·Jᵀ; its lower triangle */
    void *of_biases; /* dual, where λ differs between tensors: what biases add to J·Jᵀ */
    void *factor;    /* [n, n]: Cholesky's; before, room */
    void *panel;     /* normal: rows of J; dual: dz of all layers, tile by tile */
    size_t panel_rows;
    size_t tile;      /* dual: rows of the batch in a tile */
    void *inputs_dot; /* dual [tile, tile] */
    void *deltas_dot; /* dual [tile·outputs, tile·outputs] */
    void *right;      /* dual [residuals], in the order of tiles */
    void *solution;   /* dual [rows, outputs] */
} lnt_lm;

/** What of `optim->numbers` is what. */
enum { LNT_LM_MU, LNT_LM_ALPHA, LNT_LM_BETA, LNT_LM_GAMMA, LNT_LM_NUMBERS };

/** Bytes of the whole optimiser in that form, for batches of `rows` rows. */
size_t lnt_lm_bytes_of(const lnt_optim_config *config, const lnt_net *net,
                       const lnt_optim_sizes *sizes, lnt_lm_system form, size_t rows);

/** Whether so many bytes are within the configuration's limit. */
bool lnt_lm_fits(const lnt_optim_config *config, size_t bytes);

/** The solver's functions. */
void *lnt_lm_place(lnt_arena *arena, const lnt_optim_config *config, const lnt_net *net,
                   const lnt_optim_sizes *sizes);
lnt_status lnt_lm_check_memory(const lnt_optim_config *config, const lnt_net *net,
                               const lnt_optim_sizes *sizes, lnt_error *error);
lnt_status lnt_lm_accepts(const lnt_optim_config *config, const lnt_net *net, const lnt_loss *loss,
                          lnt_error *error);

/** Residuals of rows `first` and so on of the batch, at which the point is; the divisor is set. */
lnt_status lnt_lm_residuals_at(lnt_lm *lm, const lnt_optim_batch *batch, size_t first,
                               const lnt_tensor *output);

/** seeds = what pulled back gives the rows of J of residual k, of each row of the batch. */
void lnt_lm_seed(const lnt_lm *lm, const lnt_loss *loss, size_t rows, size_t k, lnt_tensor *seeds);

/** seeds: what pulled back gives Jᵀ·v, v [rows, outputs] dense. */
void lnt_lm_seed_along(const lnt_lm *lm, const lnt_loss *loss, size_t rows, const void *v,
                       lnt_tensor *seeds);

/** y_dot [rows, outputs] = ∂ŷ/∂w·d becomes J·d in v. */
void lnt_lm_weigh(const lnt_lm *lm, const lnt_loss *loss, const lnt_tensor *y_dot, void *v);

/** `matrix` at the parameters that the net has. */
lnt_status lnt_lm_normal_build(lnt_optim *optim, const lnt_net *net, const lnt_optim_batch *batch);
lnt_status lnt_lm_dual_build(lnt_optim *optim, const lnt_net *net, const lnt_optim_batch *batch);

/** step = −(Jᵀ·J + λ)⁻¹·g, λ = mu and the tensor's l2; or `*definite` is false. */
lnt_status lnt_lm_normal_solve(lnt_optim *optim, double mu, bool *definite);
lnt_status lnt_lm_dual_solve(lnt_optim *optim, const lnt_net *net, const lnt_loss *loss, double mu,
                             bool *definite);

/** Bayesian regularisation: l2 of this step, from `matrix` and the last step's. */
void lnt_lm_bayes_begin(lnt_optim *optim);
lnt_status lnt_lm_bayes(lnt_optim *optim, const lnt_net *net, const lnt_optim_batch *batch);

/** C = A + d·identity, lower triangles [n, n]. */
void lnt_lm_shift(lnt_dtype dtype, size_t n, const void *a, double d, void *c);

#endif
