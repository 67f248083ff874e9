/* SPDX-License-Identifier: MIT */
#ifndef LINNET_OPTIM_SEGMENTS_H
#define LINNET_OPTIM_SEGMENTS_H

#include "net/net.h"

#include <linnet/optim.h>

/** A range of the flat vectors, of one or more tensors, that one group of settings governs. */
typedef struct lnt_optim_segment {
    size_t first;
    size_t count;
    size_t rows; /* of a matrix to be orthogonalised, on its own; else 0 */
    size_t cols;
    size_t apart; /* place in the vectors that have no elements for such matrices */
    size_t own;   /* place of such a matrix in the third state, where it has elements of its own */
    double rate;  /* factor on the learning rate; 0: frozen */
    double weight_decay;
    double l1;
    double l2;
} lnt_optim_segment;

/** How a method steps weight matrices: with all else, or each on its own. */
typedef struct lnt_optim_matrices {
    bool apart; /**< each weight matrix is a segment of its own */
    /** Elements of such a matrix in the third state; NULL: see `lnt_optim_ops`. */
    size_t (*state)(size_t rows, size_t cols);
} lnt_optim_matrices;

/** Whether slot `i` of the net is a weight of two or more rows and columns. */
bool lnt_optim_is_matrix(const lnt_net *net, size_t i);

/** Divides the net's parameters among segments [at most n_tensors]; returns how many. */
size_t lnt_optim_divide(const lnt_optim_config *config, lnt_optim_matrices matrices,
                        const lnt_net *net, lnt_optim_segment *segments);

#endif
