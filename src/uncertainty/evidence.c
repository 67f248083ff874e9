/* SPDX-License-Identifier: MIT */
#include "uncertainty/laplace.h"

#include <math.h>

/*
 * The marginal likelihood of prior precision α and noise σ², from eigenvalues λ of H·σ². By log α
 * its derivative is (γ − α·‖w‖²)/2 with γ = Σ λ/(λ + α·σ²): γ falls and α·‖w‖² rises with α, so
 * there is one root, between which and a bound halving cannot fail. σ² = squares/(targets − γ) in
 * turn. MacKay, Neural Computation 4, 1992, 415-447.
 */

static const double pi = 3.14159265358979323846;
static const double least = 1e-12, most = 1e12; /* precisions */

enum { HALVINGS = 100, TURNS = 200 };

/* γ, and, unless NULL, log det(H + α·I). */
static double effective(const lnt_laplace *laplace, double precision, double noise,
                        double *log_determinant)
{
    double gamma = 0, sum = 0;
    for (size_t b = 0; b < laplace->n_blocks; b++) {
        const lnt_laplace_block *block = &laplace->blocks[b];
        const double *a = block->a_values.data, *g = block->g_values.data;
        for (size_t i = 0; i < block->n_a; i++) {
            for (size_t j = 0; j < block->n_g; j++) {
                const double value = a[i] * g[j] / noise;
                gamma += value / (value + precision);
                sum += log_determinant != NULL ? log(value + precision) : 0;
            }
        }
    }
    if (log_determinant != NULL) {
        *log_determinant = sum;
    }
    return gamma;
}

static double best_precision(const lnt_laplace *laplace, double noise, double squares)
{
    double low = log(least), high = log(most);
    for (int i = 0; i < HALVINGS; i++) {
        const double middle = (low + high) / 2, precision = exp(middle);
        if (effective(laplace, precision, noise, NULL) > precision * squares) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return exp((low + high) / 2);
}

/* What is 0 of both is found, in turn. */
static lnt_status settle(lnt_laplace *laplace, const lnt_laplace_facts *facts, bool find_precision,
                         bool find_noise)
{
    lnt_laplace_info *info = &laplace->info;
    if (find_noise) {
        info->noise = facts->loss > facts->unseen ? facts->loss / facts->targets : 0;
    }
    for (int turn = 0; turn < TURNS; turn++) {
        const double before = info->noise;
        if (!(info->noise > 0)) {
            return LNT_ERR_INVALID;
        }
        if (find_precision) {
            info->prior_precision = best_precision(laplace, info->noise, facts->parameters);
        }
        if (!find_noise) {
            return LNT_OK;
        }
        const double left =
            facts->targets - effective(laplace, info->prior_precision, info->noise, NULL);
        info->noise = left > 0 ? facts->loss / left : 0;
        if (fabs(info->noise - before) <= 1e-13 * before) {
            return LNT_OK;
        }
    }
    return LNT_OK;
}

lnt_status lnt_laplace_evidence(lnt_laplace *laplace, const lnt_laplace_facts *facts)
{
    lnt_laplace_info *info = &laplace->info;
    const bool normal = laplace->loss == LNT_LOSS_MSE;
    const bool find_noise = normal && info->noise == 0;
    info->noise = normal ? info->noise : 1;
    LNT_TRY(settle(laplace, facts, info->prior_precision == 0, find_noise));
    double log_determinant;
    info->effective = effective(laplace, info->prior_precision, info->noise, &log_determinant);
    const double likelihood =
        normal ? -(facts->targets * log(2 * pi * info->noise) + facts->loss / info->noise) / 2
               : -facts->loss;
    info->log_marginal =
        likelihood + ((double) info->parameters * log(info->prior_precision) -
                      info->prior_precision * facts->parameters - log_determinant) /
                         2;
    info->noise = normal ? info->noise : 0;
    return isfinite(info->log_marginal) ? LNT_OK : LNT_ERR_NONFINITE;
}
