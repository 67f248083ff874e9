/* SPDX-License-Identifier: MIT */
#include "net/pass.h"
#include "optim/optim.h"

#include <string.h>

static lnt_tensor part_of(const lnt_optim *optim, void *vector, const lnt_optim_segment *s)
{
    return lnt_tensor_view(optim->dtype, (char *) vector + s->first * lnt_dtype_size(optim->dtype),
                           1, s->count);
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
    LNT_TRY(lnt_pass_set_rng_counter(pass, optim->draw));
    optim->evaluations++;
    if (gradient == NULL) {
        LNT_TRY(lnt_pass_forward(pass, net, batch->x, NULL));
        LNT_TRY(lnt_pass_loss(pass, batch->loss, batch->target, batch->weights, value));
        optim->loss = *value;
        return lnt_optim_penalised(optim, net, pass, NULL, value);
    }
    LNT_TRY(lnt_pass_forward_backward(pass, net, batch->x, batch->loss, batch->target,
                                      batch->weights, value));
    optim->loss = *value;
    return lnt_optim_penalised(optim, net, pass, gradient, value);
}
