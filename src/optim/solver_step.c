/* SPDX-License-Identifier: MIT */
#include "net/pass.h"
#include "optim/optim.h"
#include "optim/vector_loops.h"

#include <math.h>
#include <string.h>

static lnt_status check(const lnt_optim *optim, const lnt_net *net, const lnt_pass *pass,
                        const lnt_optim_batch *batch)
{
    if (batch->x == NULL || batch->target == NULL || batch->loss == NULL) {
        return LNT_ERR_NULL;
    }
    if (optim->signature != net->signature || pass->signature != net->signature) {
        return LNT_ERR_MISMATCH;
    }
    if (!pass->backward_done || optim->swapped || pass->x.rows != batch->x->rows) {
        return LNT_ERR_STATE;
    }
    if (optim->ops->solver->takes_rows && batch->x->rows > optim->config.max_rows) {
        return LNT_ERR_SHAPE;
    }
    if (batch->loss->value_reduction != batch->loss->gradient_reduction) {
        return LNT_ERR_INVALID;
    }
    const lnt_tensor gradient =
        lnt_tensor_const_view(optim->dtype, pass->flat_gradients, 1, optim->n_parameters);
    bool finite;
    LNT_TRY(lnt_all_finite(&gradient, &finite, NULL, NULL));
    return finite && isfinite(batch->value) ? LNT_OK : LNT_ERR_NONFINITE;
}

/* Whether an evaluation that is repeated with the next draw would be another. */
static bool draws(const lnt_net *net)
{
    for (size_t l = 0; l < net->n_layers; l++) {
        if (net->layers[l].kind->draws && net->layers[l].rate > 0) {
            return true;
        }
    }
    return false;
}

static lnt_status solve(lnt_optim *optim, lnt_net *net, lnt_pass *pass,
                        const lnt_optim_batch *batch, lnt_optim_outcome *outcome)
{
    const size_t bytes = optim->n_parameters * lnt_dtype_size(optim->dtype);
    memcpy(optim->before, net->parameters, bytes);
    optim->draw = pass->draw - 1; /* that of the evaluation at hand */
    optim->evaluations = 0;
    const lnt_status status = optim->ops->solver->step(optim, net, pass, batch, outcome);
    outcome->evaluations = optim->evaluations;
    if (status != LNT_OK) {
        memcpy(net->parameters, optim->before, bytes);
        return status;
    }
    LNT_TRY(lnt_pass_set_rng_counter(pass, optim->draw + 1));
    if (optim->average != NULL) {
        const double decay = optim->steps == 0 ? 0 : optim->config.ema_decay;
        lnt_optim_average(optim->dtype, optim->n_parameters, decay, net->parameters,
                          optim->average);
    }
    optim->steps++;
    outcome->evaluated = outcome->evaluated && !draws(net);
    return lnt_net_update_running_stats(net, pass);
}

lnt_status lnt_optim_step_batch(lnt_optim *optim, lnt_net *net, lnt_pass *pass,
                                const lnt_optim_batch *batch, lnt_optim_outcome *outcome)
{
    if (optim == NULL || net == NULL || pass == NULL || batch == NULL) {
        return LNT_ERR_NULL;
    }
    lnt_optim_outcome own, *out = outcome != NULL ? outcome : &own;
    const lnt_optim_outcome none = {.value = NAN};
    if (optim->ops->solver == NULL) {
        LNT_TRY(lnt_optim_step(optim, net, pass));
        *out = none;
        return LNT_OK;
    }
    LNT_TRY(check(optim, net, pass, batch));
    *out = none;
    return solve(optim, net, pass, batch, out);
}

double lnt_optim_damping(const lnt_optim *optim)
{
    const lnt_optim_solver *solver = optim->ops->solver;
    return solver != NULL && solver->damping != SIZE_MAX ? optim->numbers[solver->damping] : NAN;
}
