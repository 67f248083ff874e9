/* SPDX-License-Identifier: MIT */
#ifndef LINNET_OPTIM_OPTIM_H
#define LINNET_OPTIM_OPTIM_H

#include "base/arena.h"

#include <linnet/optim.h>

#define LNT_OPTIM_MAX_STATES 4

/** The functions of a method: constant, every function required. */
typedef struct lnt_optim_ops {
    const char *name;
    /** Validates the settings and tells how many vectors like the parameters the method keeps. */
    lnt_status (*states)(const lnt_optim_config *config, size_t *count);
    /** One step over the flat vectors w and g of `n` elements. */
    void (*step)(lnt_optim *optim, size_t n, const void *g, void *w);
} lnt_optim_ops;

struct lnt_optim {
    lnt_owner owner;
    const lnt_optim_ops *ops;
    lnt_optim_config config;
    lnt_dtype dtype;
    uint64_t signature;
    size_t steps;
    void *states[LNT_OPTIM_MAX_STATES]; /* each [n_parameters] */
};

extern const lnt_optim_ops lnt_optim_sgd;

#endif
