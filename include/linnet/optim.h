/* SPDX-License-Identifier: MIT */
#ifndef LINNET_OPTIM_H
#define LINNET_OPTIM_H

#include <linnet/export.h>
#include <linnet/memory.h>
#include <linnet/net.h>
#include <linnet/status.h>
#include <linnet/tensor.h>
#include <stddef.h>

LNT_BEGIN_DECLS

typedef enum lnt_optim_kind {
    /**
     * Stochastic gradient descent: v = momentum·v + g; w = w − learning_rate·v. The first step
     * starts from v = g. With momentum 0 no state is kept.
     */
    LNT_SGD
} lnt_optim_kind;

/** "sgd"; NULL for a value outside the list. */
LNT_API const char *lnt_optim_name(lnt_optim_kind kind);
LNT_API lnt_status lnt_optim_find(const char *name, lnt_optim_kind *kind);

typedef struct lnt_optim_config {
    lnt_optim_kind kind;
    double learning_rate;           /**< > 0, finite */
    double momentum;                /**< in [0, 1) */
    const lnt_allocator *allocator; /**< NULL: the default */
} lnt_optim_config;

/** SGD, learning rate 0.01, no momentum. */
LNT_API lnt_optim_config lnt_optim_defaults(void);

/** An optimiser: its settings, and its state in flat vectors; one allocation. */
typedef struct lnt_optim lnt_optim;

/** Creates an optimiser for nets of these layers; the caller owns it. NULL on failure. */
LNT_API LNT_MUST_CHECK lnt_status lnt_optim_create(lnt_optim **optim, const lnt_net *net,
                                                   const lnt_optim_config *config);

/** Frees an optimiser; NULL is fine. */
LNT_API void lnt_optim_destroy(lnt_optim *optim);

/**
 * One step: reads the pass's gradients, writes the net's parameters. Not while another thread uses
 * the net. `LNT_ERR_ORDER` if the pass has done no backward since its last forward, or net, pass
 * and optimiser are not of the same layers.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_optim_step(lnt_optim *optim, lnt_net *net, lnt_pass *pass);

LNT_API double lnt_optim_learning_rate(const lnt_optim *optim);
LNT_API lnt_status lnt_optim_set_learning_rate(lnt_optim *optim, double learning_rate);

/** Steps done. */
LNT_API size_t lnt_optim_steps(const lnt_optim *optim);

LNT_END_DECLS

#endif
