/* SPDX-License-Identifier: MIT */
#include "optim/lm/lm.h"

#include "loss/loss.h"
#include "net/pass_shards.h"

#include <math.h>
#include <string.h>

/*
 * Levenberg-Marquardt: (H + l2 + μ)·Δw = −g with g the gradient of the loss and of l2, and H the
 * loss's Gauss-Newton matrix: 2·Jᵀ·J/divisor for squared error, so that μ is in the scale of the
 * loss, and for a mean the same whatever the number of rows. Marquardt 1963; Hagan, Menhaj 1994.
 */

#define LEAST_MU 1e-20 /* below, it is as good as 0, by which the dual form would divide */

static lnt_status build(lnt_optim *optim, const lnt_net *net, const lnt_optim_batch *batch)
{
    const lnt_lm *lm = optim->work;
    return lm->form == LNT_LM_DUAL ? lnt_lm_dual_build(optim, net, batch)
                                   : lnt_lm_normal_build(optim, net, batch);
}

static void go_back(const lnt_optim *optim, lnt_net *net)
{
    memcpy(net->parameters, optim->before, optim->n_parameters * lnt_dtype_size(optim->dtype));
}

/* One try from the parameters before: sets `*value`, NaN if there is no step. */
static lnt_status look(lnt_optim *optim, lnt_net *net, lnt_pass *pass, const lnt_optim_batch *batch,
                       double *value)
{
    lnt_lm *lm = optim->work;
    const double mu = optim->numbers[LNT_LM_MU];
    bool definite;
    *value = NAN;
    if (lm->form == LNT_LM_DUAL) {
        go_back(optim, net); /* the point's derivatives read them */
        LNT_TRY(lnt_lm_dual_solve(optim, net, batch->loss, mu, &definite));
    } else {
        LNT_TRY(lnt_lm_normal_solve(optim, mu, &definite));
    }
    if (!definite) {
        return LNT_OK;
    }
    const size_t n = optim->n_parameters;
    const lnt_tensor step = lnt_tensor_view(optim->dtype, lm->step, 1, n);
    lnt_tensor trial = lnt_tensor_view(optim->dtype, lm->trial, 1, n);
    memcpy(lm->trial, optim->before, n * lnt_dtype_size(optim->dtype));
    LNT_TRY(lnt_axpy(1, &step, &trial));
    return lnt_optim_look(optim, net, pass, batch, lm->trial, NULL, value);
}

/* At parameters that the pass has gone forward with. */
static lnt_status settle(const lnt_net *net, lnt_pass *pass, const lnt_optim_batch *batch,
                         lnt_optim_outcome *outcome)
{
    /* shards would sum in another order than the evaluation that a run continued there begins with
     */
    if (batch->full_batch && !lnt_shards_apply(pass, batch->loss)) {
        LNT_TRY(lnt_pass_backward(pass, net, batch->loss, batch->target, batch->weights,
                                  &outcome->value));
        outcome->evaluated = true;
        return LNT_OK;
    }
    return lnt_pass_loss(pass, batch->loss, batch->target, batch->weights, &outcome->value);
}

static void set_mu(lnt_optim *optim, double mu)
{
    const double most = optim->config.mu_most;
    optim->numbers[LNT_LM_MU] = mu > most ? most : mu < LEAST_MU ? LEAST_MU : mu;
}

/* On all data: μ grows until a step lessens the loss. */
static lnt_status search(lnt_optim *optim, lnt_net *net, lnt_pass *pass,
                         const lnt_optim_batch *batch, double value, lnt_optim_outcome *outcome)
{
    for (;;) {
        const double mu = optim->numbers[LNT_LM_MU];
        double trial;
        LNT_TRY(look(optim, net, pass, batch, &trial));
        if (trial < value) {
            set_mu(optim, mu * optim->config.mu_down);
            return settle(net, pass, batch, outcome);
        }
        set_mu(optim, mu * optim->config.mu_up);
        if (mu * optim->config.mu_up > optim->config.mu_most) {
            go_back(optim, net);
            outcome->stalled = true;
            outcome->value = batch->value;
            return LNT_OK;
        }
    }
}

/* What the quadratic model says that the step gains: (μ·|Δw|² − g·Δw)/2. */
static lnt_status predict(const lnt_optim *optim, double *gain)
{
    const lnt_lm *lm = optim->work;
    const lnt_tensor g = lnt_tensor_view(optim->dtype, lm->gradient, 1, optim->n_parameters);
    const lnt_tensor step = lnt_tensor_view(optim->dtype, lm->step, 1, optim->n_parameters);
    double along, squares;
    LNT_TRY(lnt_dot(&g, &step, &along));
    LNT_TRY(lnt_dot(&step, &step, &squares));
    *gain = (optim->numbers[LNT_LM_MU] * squares - along) / 2;
    return LNT_OK;
}

/* On a part of the data: one try, taken unless the loss of this part goes up. */
static lnt_status attempt(lnt_optim *optim, lnt_net *net, lnt_pass *pass,
                          const lnt_optim_batch *batch, double value, lnt_optim_outcome *outcome)
{
    const double mu = optim->numbers[LNT_LM_MU];
    double trial, predicted;
    LNT_TRY(look(optim, net, pass, batch, &trial));
    if (!(trial <= value)) {
        go_back(optim, net);
        outcome->value = batch->value;
        set_mu(optim, 4 * mu);
        return LNT_OK;
    }
    LNT_TRY(predict(optim, &predicted));
    const double ratio = (value - trial) / predicted;
    set_mu(optim, ratio > 0.75 ? mu / 2 : ratio < 0.25 ? mu * 2 : mu);
    return settle(net, pass, batch, outcome);
}

static lnt_status step(lnt_optim *optim, lnt_net *net, lnt_pass *pass, const lnt_optim_batch *batch,
                       lnt_optim_outcome *outcome)
{
    lnt_lm *lm = optim->work;
    const bool squares = batch->loss->kind == LNT_LOSS_MSE;
    if ((!squares && batch->loss->kind != LNT_LOSS_SOFTMAX_CROSS_ENTROPY) ||
        (optim->config.bayesian && !(squares && batch->full_batch))) {
        return LNT_ERR_INVALID;
    }
    lnt_tensor output;
    double value = batch->value;
    LNT_TRY(lnt_pass_layer_output(pass, net->n_layers - 1, &output));
    LNT_TRY(lnt_loss_begin(batch->loss, &output, batch->target, batch->weights,
                           &lm->residuals.divisor));
    LNT_TRY(build(optim, net, batch));
    LNT_TRY(optim->config.bayesian ? lnt_lm_bayes(optim, net, batch) : LNT_OK);
    LNT_TRY(lnt_optim_penalised(optim, net, pass, lm->gradient, &value));
    return batch->full_batch ? search(optim, net, pass, batch, value, outcome)
                             : attempt(optim, net, pass, batch, value, outcome);
}

static void begin(lnt_optim *optim)
{
    set_mu(optim, optim->config.mu);
    lnt_lm_bayes_begin(optim);
}

static void needs(const lnt_optim_config *config, const lnt_net *net, lnt_optim_needs *needs)
{
    (void) config, (void) net;
    needs->numbers = LNT_LM_NUMBERS;
}

static const lnt_field fields[] = {LNT_POSITIVE_FIELD(lnt_optim_config, mu),
                                   LNT_REAL_FIELD(lnt_optim_config, mu_up, 1, INFINITY, LNT_OPEN),
                                   LNT_REAL_FIELD(lnt_optim_config, mu_down, 0, 1, LNT_OPEN),
                                   LNT_POSITIVE_FIELD(lnt_optim_config, mu_most)};

static lnt_status check(const lnt_optim_config *config, lnt_error *error)
{
    if (config->form != LNT_LM_AUTO && config->form != LNT_LM_NORMAL &&
        config->form != LNT_LM_DUAL) {
        return lnt_fail(error, LNT_ERR_INVALID, "optim.form is %d, expected one of lnt_lm_system",
                        (int) config->form);
    }
    return config->mu_most >= config->mu
               ? LNT_OK
               : lnt_fail(error, LNT_ERR_INVALID,
                          "optim.mu_most is %g, expected at least optim.mu, %g", config->mu_most,
                          config->mu);
}

static const lnt_optim_solver solver = {.accepts = lnt_lm_accepts,
                                        .check_memory = lnt_lm_check_memory,
                                        .place = lnt_lm_place,
                                        .begin = begin,
                                        .step = step,
                                        .damping = LNT_LM_MU,
                                        .takes_rows = true};

const lnt_optim_ops lnt_optim_lm = {
    .name = "lm",
    .learning_rate = 1,
    .fields = fields,
    .n_fields = LNT_OPTIM_COUNT_OF(fields),
    .check = check,
    .needs = needs,
    .solver = &solver,
};

double lnt_optim_effective_parameters(const lnt_optim *optim)
{
    return optim->ops == &lnt_optim_lm && optim->config.bayesian ? optim->numbers[LNT_LM_GAMMA]
                                                                 : NAN;
}
