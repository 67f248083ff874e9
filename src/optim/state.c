/* SPDX-License-Identifier: MIT */
#include "optim/optim.h"
#include "optim/vector_loops.h"

lnt_status lnt_optim_swap_ema(lnt_optim *optim, lnt_net *net)
{
    if (optim == NULL || net == NULL) {
        return LNT_ERR_NULL;
    }
    if (optim->signature != net->signature) {
        return LNT_ERR_MISMATCH;
    }
    if (optim->average == NULL || optim->steps == 0) {
        return LNT_ERR_STATE;
    }
    lnt_optim_exchange(optim->n_parameters * lnt_dtype_size(optim->dtype), net->parameters,
                       optim->average);
    optim->swapped = !optim->swapped;
    return LNT_OK;
}

lnt_tensor lnt_optim_state(lnt_optim *optim)
{
    return lnt_tensor_view(optim->dtype, optim->state, 1, optim->n_state);
}

lnt_optim_scalars lnt_optim_get_scalars(const lnt_optim *optim)
{
    return (lnt_optim_scalars){.steps = optim->steps,
                               .pending = optim->pending,
                               .swapped = optim->swapped,
                               .learning_rate = optim->config.learning_rate,
                               .momentum = lnt_optim_momentum(optim),
                               .momentum_product = optim->momentum_product};
}

lnt_status lnt_optim_set_scalars(lnt_optim *optim, const lnt_optim_scalars *place)
{
    if (optim == NULL || place == NULL) {
        return LNT_ERR_NULL;
    }
    const bool has_momentum = optim->ops->momentum != NULL;
    if (place->pending >= optim->config.accumulate ||
        (place->swapped && (optim->average == NULL || place->steps == 0)) ||
        !lnt_optim_is_amount(place->learning_rate) ||
        !(place->momentum_product >= 0 && place->momentum_product <= 1)) {
        return LNT_ERR_INVALID;
    }
    if (has_momentum) {
        LNT_TRY(lnt_optim_set_momentum(optim, place->momentum));
    }
    optim->steps = place->steps;
    optim->pending = place->pending;
    optim->swapped = place->swapped;
    optim->config.learning_rate = place->learning_rate;
    optim->momentum_product = place->momentum_product;
    return LNT_OK;
}
