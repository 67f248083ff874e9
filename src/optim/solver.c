/* SPDX-License-Identifier: MIT */
#include "net/pass.h"
#include "optim/loops.h"
#include "optim/optim.h"

#include <math.h>
#include <string.h>

/* --- what they accept --- */

bool lnt_optim_looks_again(lnt_optim_kind kind)
{
    const lnt_optim_ops *ops = lnt_optim_ops_of(kind);
    return ops != NULL && ops->solver != NULL;
}

lnt_status lnt_optim_solver_check(const lnt_optim_config *config, lnt_error *error)
{
    const lnt_optim_ops *ops = lnt_optim_ops_of(config->kind);
    const struct {
        const char *name;
        double value;
    } refused[] = {{"l1", config->l1},
                   {"weight_decay", config->weight_decay},
                   {"clip_value", config->clip_value},
                   {"clip_norm", config->clip_norm},
                   {"accumulate", config->accumulate > 1 ? (double) config->accumulate : 0},
                   {"n_groups", (double) config->n_groups}};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        if (refused[i].value != 0) {
            return lnt_fail(error, LNT_ERR_INVALID,
                            "optim.%s is %g, which %s does not take; it takes l2", refused[i].name,
                            refused[i].value, ops->name);
        }
    }
    if (ops->solver->takes_rows && config->max_rows == 0) {
        return lnt_fail(error, LNT_ERR_INVALID, "optim.max_rows is 0, expected at least 1");
    }
    return LNT_OK;
}

lnt_status lnt_optim_dense_only(const lnt_optim_config *config, const lnt_net *net,
                                lnt_error *error)
{
    static const char *const names[] = {"dense", "activation", "residual"};
    for (size_t l = 0; l < net->n_layers; l++) {
        const char *name = net->layers[l].kind->name;
        bool known = false;
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            known = known || strcmp(name, names[i]) == 0;
        }
        if (!known) {
            return lnt_fail(error, LNT_ERR_INVALID,
                            "layers.%zu is %s, which %s does not take, expected dense layers, "
                            "activations and residual sums; lbfgs, scg and adamw take any layer",
                            l, name, lnt_optim_name(config->kind));
        }
    }
    return LNT_OK;
}

lnt_status lnt_optim_accepts(const lnt_optim_config *config, const lnt_net *net,
                             const lnt_loss *loss, lnt_error *error)
{
    if (config == NULL || net == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "config and net are required");
    }
    LNT_TRY(lnt_optim_check(config, net, error));
    const lnt_optim_ops *ops = lnt_optim_ops_of(config->kind);
    if (ops->solver == NULL) {
        return LNT_OK;
    }
    if (loss != NULL && loss->value != loss->gradient) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "the loss's value and gradient are reduced differently, which %s does not "
                        "take",
                        ops->name);
    }
    return ops->solver->accepts != NULL ? ops->solver->accepts(config, net, loss, error) : LNT_OK;
}

/* --- evaluations within a step --- */

static lnt_tensor part_of(const lnt_optim *optim, void *vector, const lnt_optim_segment *s)
{
    return lnt_tensor_of(optim->dtype, (char *) vector + s->first * lnt_dtype_size(optim->dtype), 1,
                         s->count);
}

lnt_status lnt_optim_penalised(const lnt_optim *optim, const lnt_net *net, const lnt_pass *pass,
                               void *gradient, double *value)
{
    if (gradient != NULL) {
        memcpy(gradient, pass->flat_gradients, optim->n_parameters * lnt_dtype_size(optim->dtype));
    }
    for (size_t i = 0; i < optim->n_segments && optim->config.l2 > 0; i++) {
        const lnt_optim_segment *s = &optim->segments[i];
        const lnt_tensor w = part_of(optim, net->parameters, s);
        double squares;
        LNT_TRY(lnt_dot(&w, &w, &squares));
        *value += s->l2 / 2 * squares;
        if (gradient != NULL) {
            lnt_tensor g = part_of(optim, gradient, s);
            LNT_TRY(lnt_axpy(s->l2, &w, &g));
        }
    }
    return LNT_OK;
}

lnt_status lnt_optim_look(lnt_optim *optim, lnt_net *net, lnt_pass *pass,
                          const lnt_optim_batch *batch, const void *w, void *gradient,
                          double *value)
{
    if (w != net->parameters) {
        memmove(net->parameters, w, optim->n_parameters * lnt_dtype_size(optim->dtype));
    }
    LNT_TRY(lnt_pass_set_draw(pass, optim->draw));
    optim->evaluations++;
    if (gradient == NULL) {
        LNT_TRY(lnt_pass_forward(pass, net, batch->x, NULL));
        LNT_TRY(lnt_pass_loss(pass, batch->loss, batch->target, batch->weights, value));
        optim->loss = *value;
        return lnt_optim_penalised(optim, net, pass, NULL, value);
    }
    LNT_TRY(
        lnt_pass_evaluate(pass, net, batch->x, batch->loss, batch->target, batch->weights, value));
    optim->loss = *value;
    return lnt_optim_penalised(optim, net, pass, gradient, value);
}

/* --- the step --- */

static lnt_status check(const lnt_optim *optim, const lnt_net *net, const lnt_pass *pass,
                        const lnt_optim_batch *batch)
{
    if (batch->x == NULL || batch->target == NULL || batch->loss == NULL) {
        return LNT_ERR_NULL;
    }
    if (!pass->backward_done || optim->signature != net->signature ||
        pass->signature != net->signature || optim->swapped || pass->x.rows != batch->x->rows) {
        return LNT_ERR_ORDER;
    }
    if (optim->ops->solver->takes_rows && batch->x->rows > optim->config.max_rows) {
        return LNT_ERR_SHAPE;
    }
    if (batch->loss->value != batch->loss->gradient) {
        return LNT_ERR_INVALID;
    }
    const lnt_tensor gradient =
        lnt_tensor_read_only(optim->dtype, pass->flat_gradients, 1, optim->n_parameters);
    bool finite;
    LNT_TRY(lnt_is_finite(&gradient, &finite, NULL, NULL));
    return finite && isfinite(batch->value) ? LNT_OK : LNT_ERR_NOT_FINITE;
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
    LNT_TRY(lnt_pass_set_draw(pass, optim->draw + 1));
    if (optim->average != NULL) {
        const double decay = optim->steps == 0 ? 0 : optim->config.ema_decay;
        lnt_optim_average(optim->dtype, optim->n_parameters, decay, net->parameters,
                          optim->average);
    }
    optim->steps++;
    outcome->evaluated = outcome->evaluated && !draws(net);
    return lnt_net_update_statistics(net, pass);
}

lnt_status lnt_optim_step_on(lnt_optim *optim, lnt_net *net, lnt_pass *pass,
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
