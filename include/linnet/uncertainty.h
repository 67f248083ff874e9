/* SPDX-License-Identifier: MIT */
#ifndef LINNET_UNCERTAINTY_H
#define LINNET_UNCERTAINTY_H

#include <linnet/export.h>
#include <linnet/loss.h>
#include <linnet/memory.h>
#include <linnet/net.h>
#include <linnet/status.h>
#include <linnet/tensor.h>
#include <stddef.h>

LNT_BEGIN_DECLS

/**
 * What a trained net does not know: the Laplace approximation. The parameters are taken to be
 * normal around those trained, with covariance (H + α·I)⁻¹: H is the generalised Gauss-Newton
 * matrix Σ_i w_i·J_iᵀ·Λ_i·J_i of the negative log likelihood of the training rows, J_i the Jacobian
 * of row i's outputs, Λ_i the likelihood's second derivative by them, α the precision of a normal
 * prior around 0. MacKay, Neural Computation 4, 1992; Ritter, Botev and Barber, ICLR 2018;
 * Daxberger et al., Laplace Redux, NeurIPS 2021.
 *
 * Likelihoods: squared error is a normal one of one variance σ² for all outputs, Λ = I/σ²; softmax
 * cross-entropy has Λ = diag(p) − p·pᵀ, binary cross-entropy diag(p·(1 − p)); class weights and
 * smoothing count as in the loss. Other losses are `LNT_ERR_INVALID`.
 *
 * All is computed in double whatever the net's dtype, by the caller's thread. A Laplace
 * approximation is one allocation and, once made, never changes: any number of threads may use it.
 */
typedef struct lnt_laplace lnt_laplace;

/** How H is held. */
typedef enum lnt_laplace_structure {
    LNT_LAPLACE_LAST_LAYER, /**< the last dense layer's alone, in full; others are taken as known */
    LNT_LAPLACE_KRONECKER, /**< of each dense layer (Σ_i w_i·a·aᵀ / Σ w) ⊗ Σ_i w_i·g·gᵀ, a its
                                inputs and 1, g the columns of a root of Λ taken back to before its
                                activation; nothing between layers */
    LNT_LAPLACE_FULL /**< all [parameters, parameters] */
} lnt_laplace_structure;

/** "last", "kronecker", "full"; NULL outside the list. */
LNT_API const char *lnt_laplace_structure_name(lnt_laplace_structure structure);

typedef struct lnt_laplace_config {
    lnt_laplace_structure structure;
    double prior_precision; /**< α; 0: that which maximises the marginal likelihood */
    double noise;           /**< σ² of squared error, in the unit of the net's outputs; 0: the sum
                                 of squares / (number of targets − γ), γ = Σ λ/(λ + α) the
                                 parameters that the data settle, in turn with α */
    size_t max_bytes;       /**< that fit and result may take at once; 0: no limit */
    const lnt_allocator *allocator; /**< NULL: the default */
} lnt_laplace_config;

/** The last layer, prior and noise by marginal likelihood, no limit. */
LNT_API lnt_laplace_config lnt_laplace_defaults(void);

/** What came out. */
typedef struct lnt_laplace_info {
    lnt_laplace_structure structure;
    size_t parameters;      /**< that are not taken as known */
    size_t rows;            /**< of the data */
    double prior_precision; /**< α */
    double noise;           /**< σ²; 0 for classifications */
    double effective;       /**< γ */
    double log_marginal; /**< log likelihood + (P·log α − α·‖w‖² − log det(H + α·I))/2 */
} lnt_laplace_info;

/**
 * Whether `lnt_laplace_fit` takes this net, this loss and these settings with so many rows, which
 * can be known before the net is trained. If not, `error` says why; what is wrong with the rows
 * themselves only the fit tells.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_laplace_supports(const lnt_laplace_config *config,
                                                       const lnt_net *net, const lnt_loss *loss,
                                                       size_t rows, lnt_error *error);

/**
 * Fits a Laplace approximation of `net`, trained for `loss`, to the rows it was trained on: x, y
 * and weights [rows, 1] or NULL, as `lnt_fit` takes them; the caller owns it. Layers may be dense,
 * activations and residual sums; of a row of weight 0 the inputs must be finite. `LNT_ERR_INVALID`
 * for other layers or losses, numbers out of range, or without any residual to tell σ² from;
 * `LNT_ERR_TOO_LARGE` over `max_bytes`, with a sentence that names what fits;
 * `LNT_ERR_NONFINITE`. On failure `*laplace` is NULL.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_laplace_fit(lnt_laplace **laplace, const lnt_net *net,
                                                  const lnt_loss *loss, const lnt_tensor *x,
                                                  const lnt_tensor *y, const lnt_tensor *weights,
                                                  const lnt_laplace_config *config,
                                                  lnt_error *error);
LNT_API void lnt_laplace_destroy(lnt_laplace *laplace);
LNT_API const lnt_laplace_info *lnt_laplace_get_info(const lnt_laplace *laplace);

/**
 * The working memory of predictions, one allocation. It borrows net and Laplace approximation,
 * which must outlive it; `LNT_ERR_MISMATCH` if they are not for the same layers. One thread at a
 * time.
 */
typedef struct lnt_laplace_predictor lnt_laplace_predictor;

LNT_API LNT_MUST_CHECK lnt_status lnt_laplace_predictor_create(lnt_laplace_predictor **predictor,
                                                               const lnt_net *net,
                                                               const lnt_laplace *laplace,
                                                               size_t max_rows,
                                                               const lnt_allocator *allocator);
LNT_API void lnt_laplace_predictor_destroy(lnt_laplace_predictor *predictor);

/**
 * Mean and standard deviation [rows, outputs] of predictions for x [rows, inputs], any number of
 * rows, all of the net's dtype and in its units. The net is taken as linear in its parameters
 * around the trained ones: output k has the variance v_k = J_k·(H + α·I)⁻¹·J_kᵀ.
 * Squared error: mean the output, sd √(σ² + v), epistemic √v, what more data would take away.
 * Classifications: mean softmax(κ·ŷ), or σ(κ·ŷ), with κ = 1/√(1 + π·v/8) of each output (MacKay's
 * approximation of the integral over a normal), sd and epistemic √(∂p/∂ŷ·V·∂p/∂ŷᵀ), V the outputs'
 * covariance, at p without κ: the first order of the change of the probability.
 * `epistemic` may be NULL. `LNT_ERR_ALIAS` if an output overlaps itself, x or another output. No
 * allocation.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_laplace_predict(lnt_laplace_predictor *predictor,
                                                      const lnt_tensor *x, lnt_tensor *mean,
                                                      lnt_tensor *sd, lnt_tensor *epistemic);

LNT_END_DECLS

#endif
