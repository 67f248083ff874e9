/* SPDX-License-Identifier: MIT */
#include "optim/lm/lm.h"
#include "tensor/symmetric.h"

#include <math.h>

/*
 * Bayesian regularisation, MacKay 1992, Foresee and Hagan 1997: what is lessened is β·E_D + α·E_W,
 * E_D = Σ e² and E_W = Σ w² over all parameters; after a step γ = P − 2α·tr H⁻¹ with H = 2β·JᵀJ +
 * 2α at its end is the number of parameters that the data determine, and α = γ/(2·E_W), β =
 * (n − γ)/(2·E_D), n the number of targets. First γ = P, and β = 1 where n ≤ γ.
 *
 * A step divides this by β and the mean's divisor d: loss + l2/2·E_W with l2 = 2α/(β·d). H is that
 * of the loss, and the next step, which begins at this one's end, has it anyway: so they are set
 * there.
 */

void lnt_lm_bayes_begin(lnt_optim *optim)
{
    optim->numbers[LNT_LM_ALPHA] = 0;
    optim->numbers[LNT_LM_BETA] = 0; /* none yet */
    optim->numbers[LNT_LM_GAMMA] = (double) optim->n_parameters;
}

/* γ, with the last step's l2; as it was where there is no factor. */
static lnt_status effective(const lnt_optim *optim, size_t n, double l2, double *gamma)
{
    const lnt_lm *lm = optim->work;
    lnt_tensor c = lnt_tensor_view(optim->dtype, lm->factor, n, n);
    bool definite;
    lnt_lm_shift(optim->dtype, n, lm->matrix, l2, lm->factor);
    LNT_TRY(lnt_cholesky(&c, &definite));
    if (!definite) {
        return LNT_OK;
    }
    LNT_TRY(lnt_cholesky_invert(&c));
    double trace = 0;
    for (size_t i = 0; i < n; i++) {
        trace += lnt_tensor_get(&c, i, i);
    }
    /* P − l2·tr (JᵀJ + l2)⁻¹ = n − l2·tr (JJᵀ + l2)⁻¹ */
    *gamma = (double) n - l2 * trace;
    return LNT_OK;
}

lnt_status lnt_lm_bayes(lnt_optim *optim, const lnt_net *net, const lnt_optim_batch *batch)
{
    const lnt_lm *lm = optim->work;
    double *numbers = optim->numbers, weights;
    const double targets = lm->residuals.divisor;
    const double d = batch->loss->gradient_reduction == LNT_SUM ? 1 : targets;
    const lnt_tensor w =
        lnt_tensor_const_view(optim->dtype, net->parameters, 1, optim->n_parameters);
    LNT_TRY(lnt_dot(&w, &w, &weights));
    if (numbers[LNT_LM_BETA] > 0) {
        const size_t n =
            lm->form == LNT_LM_DUAL ? batch->x->rows * lm->residuals.outputs : optim->n_parameters;
        LNT_TRY(effective(optim, n, 2 * numbers[LNT_LM_ALPHA] / (numbers[LNT_LM_BETA] * d),
                          &numbers[LNT_LM_GAMMA]));
    }
    const double gamma = numbers[LNT_LM_GAMMA], errors = batch->value * d;
    numbers[LNT_LM_ALPHA] = weights > 0 ? gamma / (2 * weights) : 0;
    numbers[LNT_LM_BETA] = targets > gamma && errors > 0 ? (targets - gamma) / (2 * errors) : 1;
    optim->config.l2 = 2 * numbers[LNT_LM_ALPHA] / (numbers[LNT_LM_BETA] * d);
    for (size_t i = 0; i < optim->n_segments; i++) {
        optim->segments[i].l2 = optim->config.l2;
    }
    return LNT_OK;
}
