/* SPDX-License-Identifier: MIT */
#ifndef LINNET_ENSEMBLE_H
#define LINNET_ENSEMBLE_H

#include <linnet/train.h>

LNT_BEGIN_DECLS

/**
 * Trains a deep ensemble (Lakshminarayanan, Pritzel and Blundell, NeurIPS 2017): `n` nets of one
 * configuration, trained one after the other on the same rows from different initial weights.
 * Member m has the seed `net->seed` + m for its weights, and `config->seed` + m for its order of
 * rows and its random numbers. The bits are those of `lnt_net_create` and `lnt_fit` with these
 * seeds; with a `validation_fraction`, each member holds out other rows.
 *
 * The callback finds m in `lnt_fit_progress.member`. If it stops a run, that member is the last.
 * `members` [n] receives nets that the caller owns, and `results` [n], or NULL, the results of the
 * runs. `LNT_ERR_INVALID` with a checkpoint folder or a history, which are for a single run. On
 * failure all members are NULL; members that were not started are NULL, too.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_ensemble_fit(lnt_net **members, size_t n,
                                                   const lnt_net_config *net, const lnt_tensor *x,
                                                   const lnt_tensor *y,
                                                   const lnt_fit_config *config,
                                                   lnt_fit_result *results, lnt_error *error);

/**
 * Predicts means and standard deviations from raw data, with one model or an ensemble of models:
 * the equal-weight mixture of the models' normal distributions. All memory is allocated at
 * creation. One thread at a time.
 */
typedef struct lnt_uncertainty lnt_uncertainty;

/**
 * For batches of `max_rows`; larger inputs are split. The models are borrowed and must outlive it.
 * They must have the same loss, dtype, inputs, outputs and names. `LNT_ERR_INVALID`, with advice in
 * `error`, for a single model with neither a Laplace approximation nor a Gaussian loss.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_uncertainty_create(lnt_uncertainty **uncertainty,
                                                         const lnt_model *const *models, size_t n,
                                                         size_t max_rows,
                                                         const lnt_allocator *allocator,
                                                         lnt_error *error);
LNT_API void lnt_uncertainty_destroy(lnt_uncertainty *uncertainty);

/**
 * Number of columns of mean and sd: the targets of a regression, the outputs of a classification.
 */
LNT_API size_t lnt_uncertainty_cols(const lnt_uncertainty *uncertainty);

/**
 * Computes mean, sd and epistemic [rows, columns] for x [rows, inputs], in the original unit of the
 * targets or as probabilities; `epistemic` may be NULL. Let μ_m be the mean of member m, n_m its
 * noise variance and e_m its model variance. (A Gaussian loss gives n, a Laplace approximation
 * gives both; otherwise they are 0.) Then mean = the mean of the μ; sd² = the mean of n + e, plus
 * the variance of the μ (divided by their number); epistemic² = the same without n. An ensemble for
 * squared error without Laplace approximations has no noise estimate: its sd is epistemic. No
 * allocation. `LNT_ERR_ALIAS` if an output overlaps itself, x or another output.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_uncertainty_predict(lnt_uncertainty *uncertainty,
                                                          const lnt_tensor *x, lnt_tensor *mean,
                                                          lnt_tensor *sd, lnt_tensor *epistemic);

LNT_END_DECLS

#endif
