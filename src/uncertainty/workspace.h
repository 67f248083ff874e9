/* SPDX-License-Identifier: MIT */
#ifndef LINNET_UNCERTAINTY_WORKSPACE_H
#define LINNET_UNCERTAINTY_WORKSPACE_H

#include "derivatives/linearization.h"
#include "uncertainty/laplace.h"

/** Working memory for batches: a net at a batch, and what its layers got and sent, in double. */
typedef struct lnt_laplace_desk {
    size_t max_rows;
    lnt_point *point;
    lnt_tensor seed;   /* [max_rows, outputs], of the net's dtype */
    lnt_tensor inputs; /* [max_rows, widest + 1] F64: room, like all below */
    lnt_tensor deltas; /* [max_rows, widest] */
    lnt_tensor panel;  /* [max_rows, parameters]: Jacobians; none for factors */
} lnt_laplace_desk;

/** Runs once to measure and once to place. */
void lnt_laplace_desk_place(lnt_arena *arena, const lnt_net *net, lnt_laplace_structure structure,
                            size_t max_rows, lnt_laplace_desk *desk);

/** How many rows of that structure are worked on at once, at most. */
size_t lnt_laplace_rows_at_once(const lnt_net *net, lnt_laplace_structure structure);

/** *inputs = what came into dense layer l, and a column of 1 for its bias. */
lnt_status lnt_laplace_inputs(lnt_laplace_desk *desk, size_t l, lnt_tensor *inputs);

/** *deltas = what the last pull sent to before the activation of dense layer l. */
lnt_status lnt_laplace_deltas(lnt_laplace_desk *desk, size_t l, lnt_tensor *deltas);

/** *rows [rows, n_a] = each row's gradient by the parameters of the layers of `block`. */
lnt_status lnt_laplace_rows(lnt_laplace_desk *desk, const lnt_laplace_block *block,
                            lnt_tensor *rows);

#endif
