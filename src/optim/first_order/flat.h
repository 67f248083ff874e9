/* SPDX-License-Identifier: MIT */
#ifndef LINNET_OPTIM_FIRST_ORDER_FLAT_H
#define LINNET_OPTIM_FIRST_ORDER_FLAT_H

#include "optim/optim.h"

#include <string.h>

/* Vectors [n_parameters] of an optimiser's precision, for methods that work on whole ones. */

static inline lnt_tensor lnt_flat(const lnt_optim *optim, void *vector)
{
    return lnt_tensor_view(optim->dtype, vector, 1, optim->n_parameters);
}

static inline void *lnt_flat_take(lnt_arena *arena, const lnt_net *net)
{
    return lnt_arena_take(arena, net->n_parameters, lnt_dtype_size(net->dtype));
}

static inline void lnt_flat_copy(const lnt_optim *optim, const void *from, void *to)
{
    memcpy(to, from, optim->n_parameters * lnt_dtype_size(optim->dtype));
}

/** aᵀ·b, summed in double. */
static inline lnt_status lnt_flat_dot(const lnt_optim *optim, void *a, void *b, double *value)
{
    const lnt_tensor x = lnt_flat(optim, a), y = lnt_flat(optim, b);
    return lnt_dot(&x, &y, value);
}

/** y += factor·x */
static inline lnt_status lnt_flat_add(const lnt_optim *optim, double factor, void *x, void *y)
{
    const lnt_tensor from = lnt_flat(optim, x);
    lnt_tensor to = lnt_flat(optim, y);
    return lnt_axpy(factor, &from, &to);
}

/** x *= factor */
static inline lnt_status lnt_flat_scale(const lnt_optim *optim, double factor, void *x)
{
    lnt_tensor of = lnt_flat(optim, x);
    return lnt_scale(factor, &of);
}

#endif
