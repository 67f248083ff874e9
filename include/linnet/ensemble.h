/* SPDX-License-Identifier: MIT */
#ifndef LINNET_ENSEMBLE_H
#define LINNET_ENSEMBLE_H

#include <linnet/train.h>

LNT_BEGIN_DECLS

/**
 * A deep ensemble: `n` nets of one description, trained one behind the other on the same rows from
 * different starts. Member m has the seed `net->seed` + m, and its run, order of rows and draws,
 * `config->seed` + m: the bits are those of `lnt_net_create` and `lnt_fit` with these seeds, but
 * for a `validation_fraction`, which holds out other rows for each. The callback finds m in
 * `lnt_fit_progress.member`; where it stops a run, that is the last. `members` [n] become nets that
 * the caller owns, and `results` [n], or NULL, what the runs did. `LNT_ERR_INVALID` with a folder
 * of checkpoints or a history, which are of one run. On failure all members are NULL; members that
 * were not begun, too. Lakshminarayanan, Pritzel and Blundell, NeurIPS 2017.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_ensemble_fit(lnt_net **members, size_t n,
                                                   const lnt_net_config *net, const lnt_tensor *x,
                                                   const lnt_tensor *y,
                                                   const lnt_fit_config *config,
                                                   lnt_fit_result *results, lnt_error *error);

/**
 * Predictions with standard deviations from raw data, by one model or an ensemble of models: what
 * each says as a normal distribution, mixed in equal parts. All memory is taken at creation. One
 * thread at a time.
 */
typedef struct lnt_uncertainty lnt_uncertainty;

/**
 * For batches of `max_rows`; larger ones are cut. The models are borrowed and must outlive it; they
 * must agree in loss, dtype, inputs, outputs and names. `LNT_ERR_INVALID`, with a sentence that
 * tells what to do, if there is one model alone that has neither a Laplace approximation nor a
 * Gaussian loss.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_uncertainty_create(lnt_uncertainty **uncertainty,
                                                         const lnt_model *const *models, size_t n,
                                                         size_t max_rows,
                                                         const lnt_allocator *allocator,
                                                         lnt_error *error);
LNT_API void lnt_uncertainty_destroy(lnt_uncertainty *uncertainty);

/** Columns of mean and sd: targets of a regression, outputs of a classification. */
LNT_API size_t lnt_uncertainty_cols(const lnt_uncertainty *uncertainty);

/**
 * mean, sd and epistemic [rows, columns] for x [rows, inputs], in the targets' own unit or as
 * probabilities; `epistemic` may be NULL. With mean μ_m, variance of the noise n_m and of the model
 * e_m of member m (a Gaussian loss tells n, a Laplace approximation both; else they are 0):
 * mean = the mean of the μ, sd² = the mean of n + e, and the variance of the μ, divided by their
 * number; epistemic² = the same without n. An ensemble for squared error without Laplace
 * approximations knows no noise: its sd is epistemic. No allocation.
 * `LNT_ERR_ALIAS` if an output overlaps itself, x or another output.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_uncertainty_predict(lnt_uncertainty *uncertainty,
                                                          const lnt_tensor *x, lnt_tensor *mean,
                                                          lnt_tensor *sd, lnt_tensor *epistemic);

LNT_END_DECLS

#endif
