/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DERIVATIVES_H
#define LINNET_DERIVATIVES_H

#include <linnet/data.h>
#include <linnet/export.h>
#include <linnet/loss.h>
#include <linnet/memory.h>
#include <linnet/net.h>
#include <linnet/status.h>
#include <linnet/tensor.h>
#include <stdbool.h>
#include <stddef.h>

LNT_BEGIN_DECLS

/**
 * A net at a batch, and its derivatives there. The net is taken in inference, so that each row of
 * output depends on that row of input alone: dropout drops nothing, batch norm uses its running
 * statistics. With scalers x and y are in units of their own, as users have them:
 *
 *     y = net((x − a) / s)·t + b,    inputs' offset a and scale s, targets' offset b and scale t,
 *
 * and all derivatives are of this function; p are the net's parameters, flat, [1, n_parameters] in
 * the order of `lnt_net_parameters`. Of a loaded model:
 *
 *     lnt_derivatives_config config = lnt_derivatives_defaults();
 *     config.inputs = model.input_scaler;
 *     config.targets = model.target_scaler;
 *     lnt_derivatives_create(&d, model.net, &config, &error);
 *     lnt_derivatives_linearize(d, &x, &y);
 *     lnt_jacobian(d, &jacobian);
 *
 * One allocation, made at creation, and none afterwards (OpenBLAS's AVX-512 kernels may take
 * buffers of their own for products with a few columns). The net and the scalers are borrowed and
 * only read, so any number of threads may use one net, each with an object of its own; one thread
 * at a time may use an object. At a kink of an activation the derivative is that of the left side,
 * and second derivatives of piecewise linear functions are 0.
 *
 * All functions below but the first three: tensors are of the net's dtype, with any strides, and
 * the caller's; `LNT_ERR_STATE` before the first successful `set`; `LNT_ERR_ALIAS` if an output
 * overlaps itself, another output or an input.
 */
typedef struct lnt_derivatives lnt_derivatives;

typedef struct lnt_derivatives_config {
    size_t max_rows;           /**< at least 1 */
    const lnt_scaler *inputs;  /**< [inputs], borrowed, or NULL: x goes in as it is */
    const lnt_scaler *targets; /**< [outputs], borrowed, or NULL: y comes out as it is */
    bool second;               /**< room for second derivatives, which all functions marked so need
                                    (`LNT_ERR_STATE` without) */
    const lnt_allocator *allocator; /**< NULL: the default */
} lnt_derivatives_config;

/** 32 rows, no scalers, no second derivatives, the default allocator. */
LNT_API lnt_derivatives_config lnt_derivatives_defaults(void);

/**
 * The caller owns it; `*d` is NULL on failure: `LNT_ERR_SHAPE` if a scaler has not the net's number
 * of columns, as that of a net for `lnt_gaussian`, whose outputs are not targets alone.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_derivatives_create(lnt_derivatives **d, const lnt_net *net,
                                                         const lnt_derivatives_config *config,
                                                         lnt_error *error);

/** Frees it; NULL is fine. The net may be gone already. */
LNT_API void lnt_derivatives_destroy(lnt_derivatives *d);

/**
 * Goes to x [rows, inputs], rows ≤ max_rows, which is copied, and to the net's parameters as they
 * are, which must stay so until the last derivative there. `y`, which may be NULL, becomes a view
 * [rows, outputs] of the outputs, valid until the next `set`. After an error there is no batch.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_derivatives_linearize(lnt_derivatives *d, const lnt_tensor *x,
                                                            lnt_tensor *y);

/**
 * J [rows·outputs, inputs]: row i·outputs + k = ∂y_k/∂x of row i of the batch. As many passes
 * forward as there are inputs, or backward as there are outputs, whichever are fewer.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_jacobian(lnt_derivatives *d, lnt_tensor *jacobian);

/** ẏ [rows, outputs] = ∂y/∂x·ẋ + ∂y/∂p·ṗ, row by row; ẋ [rows, inputs], ṗ; either NULL: 0. */
LNT_API LNT_MUST_CHECK lnt_status lnt_jvp(lnt_derivatives *d, const lnt_tensor *x_dot,
                                          const lnt_tensor *p_dot, lnt_tensor *y_dot);

/**
 * The other way, from u [rows, outputs]: row i of x_gradient [rows, inputs] = u_i·∂y_i/∂x_i,
 * p_gradient = Σ_i u_i·∂y_i/∂p; either NULL if it is not wanted.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_vjp(lnt_derivatives *d, const lnt_tensor *u,
                                          lnt_tensor *x_gradient, lnt_tensor *p_gradient);

/**
 * hv = H·v, with H the second derivatives by p of the loss of the batch, and v, hv
 * [1, n_parameters]. The loss is the one trained on, as in `lnt_evaluate`: of the net's outputs as
 * they are and the scaled targets; `target` comes in units of its own and is scaled here, if there
 * is a scaler. Reduced as the loss's gradient; `weights` [rows, 1] or NULL. By a forward derivative
 * and the change of the backward pass along it (Pearlmutter 1994), at about the cost of two
 * gradients. Errors of `lnt_loss_evaluate`; `LNT_ERR_INVALID` for a custom loss. Second.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_hvp(lnt_derivatives *d, const lnt_loss *loss,
                                          const lnt_tensor *target, const lnt_tensor *weights,
                                          const lnt_tensor *v, lnt_tensor *hv);

/**
 * gv = Jᵀ·C·J·v: the generalised Gauss-Newton matrix (Schraudolph 2002), with J = ∂ŷ/∂p of the
 * net's outputs as they are and C the second derivatives of the loss by them; semidefinite for
 * every loss but the Gaussian, whose C need not be. Otherwise as `lnt_hvp`, but it needs no
 * `second`.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_ggn_vp(lnt_derivatives *d, const lnt_loss *loss,
                                             const lnt_tensor *target, const lnt_tensor *weights,
                                             const lnt_tensor *v, lnt_tensor *gv);

/**
 * H [rows·outputs, inputs]: row i·outputs + k, column j = ∂²y_k/∂x_j² of row i. A pass forward an
 * input, and two backward for each input and output. Second.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_input_hessian_diagonal(lnt_derivatives *d,
                                                             lnt_tensor *diagonal);

/**
 * gradient = ∂(Σ_ik u_ik·ẏ_ik)/∂p + beta·gradient, where ẏ = ∂y/∂x·ẋ: what goes back from dL/dẏ = u
 * [rows, outputs] to the parameters, for a loss on derivatives along ẋ [rows, inputs], such as the
 * residual of a differential equation; what depends on y itself goes back by `lnt_vjp`. With beta 0
 * `gradient` is not read. Second.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_jvp_gradient(lnt_derivatives *d, const lnt_tensor *x_dot,
                                                   const lnt_tensor *u, double beta,
                                                   lnt_tensor *gradient);

/**
 * A loss on the input derivatives, for training where they are known (Sobolev training; Czarnecki,
 * Osindero, Jaderberg, Swirszcz, Pascanu, NIPS 2017):
 *
 *     L = factor·Σ_i w_i·Σ_kj (J_ikj − J*_ikj)² / divisor,
 *
 * J as by `lnt_jacobian`, J* = `target` of its shape and units; the divisor is 1 for `LNT_SUM`, and
 * Σ_i w_i · outputs · inputs for `LNT_MEAN`. `weights` [rows, 1], each ≥ 0 and finite, or NULL: all
 * 1; a row of weight 0 counts for nothing, whatever its target holds. *value = L;
 * gradient = ∂L/∂p + beta·gradient, or NULL if it is not wanted. With beta 1 it is added to
 * `lnt_pass_gradients` of a backward before `lnt_optim_step`. A pass forward and two backward an
 * input. `LNT_ERR_INVALID` for a weight out of its range. Second.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_jacobian_loss(lnt_derivatives *d, const lnt_tensor *target,
                                                    const lnt_tensor *weights,
                                                    lnt_reduction reduction, double factor,
                                                    double beta, double *value,
                                                    lnt_tensor *gradient);

LNT_END_DECLS

#endif
