/* SPDX-License-Identifier: MIT */
#ifndef LINNET_OPTIM_OPTIM_H
#define LINNET_OPTIM_OPTIM_H

#include "base/arena.h"
#include "net/net.h"

#include <linnet/optim.h>

enum { LNT_OPTIM_MAX_STATES = 3, LNT_OPTIM_MAX_COEFFICIENTS = 4 };

/** Elements that a method keeps. */
typedef struct lnt_optim_needs {
    size_t
        states[LNT_OPTIM_MAX_STATES]; /* of each vector; 0: it is not there, and its place NULL */
    size_t scratch;
} lnt_optim_needs;

/** A range of the flat vectors, of one or more tensors, that one group of settings governs. */
typedef struct lnt_optim_segment {
    size_t first;
    size_t count;
    size_t rows; /* of a matrix to be orthogonalised, on its own; else 0 */
    size_t cols;
    size_t apart; /* place in the vectors that have no elements for such matrices */
    double rate;  /* factor on the learning rate; 0: frozen */
    double weight_decay;
    double l1;
    double l2;
} lnt_optim_segment;

/** What one call of a method's loop works on: `n` elements of a segment. */
typedef struct lnt_optim_piece {
    size_t n;
    const void *g;
    void *w;
    void *states[LNT_OPTIM_MAX_STATES];
    double rate;  /* η */
    double scale; /* the gradient is scale·g + l2·w */
    double l2;
    double weight_decay;
} lnt_optim_piece;

typedef void (*lnt_optim_loop)(const lnt_optim *optim, const lnt_optim_piece *piece);

/** A method's loops; the last two, for processors that have AVX2, may be NULL. */
typedef struct lnt_optim_loops {
    lnt_optim_loop f32;
    lnt_optim_loop f64;
    lnt_optim_loop avx2_f32;
    lnt_optim_loop avx2_f64;
} lnt_optim_loops;

/** A method: constant. Functions are required unless it is said otherwise. */
typedef struct lnt_optim_ops {
    const char *name;
    double learning_rate; /**< by default */
    /** Changes what is not as in most methods' defaults; may be NULL. */
    void (*defaults)(lnt_optim_config *config);
    /** Whether the fields that the method reads are in range; may be NULL. */
    bool (*is_valid)(const lnt_optim_config *config);
    /** The field that is the method's momentum; NULL if it has none. */
    double *(*momentum)(lnt_optim_config *config);
    /** Without momentum at creation there is no room for it. */
    bool momentum_is_optional;
    /** What is kept for these segments; comes zeroed. */
    void (*needs)(const lnt_optim_config *config, const lnt_net *net, lnt_optim_needs *needs);
    /** Before step `steps + 1`: coefficients of all pieces; may be NULL. */
    void (*begin)(lnt_optim *optim);
    const lnt_optim_loops *loops;
    /** They go over a piece more than once, and want pieces that stay in the cache. */
    bool in_blocks;
    /** Steps a whole weight matrix; NULL where matrices are like all else. */
    lnt_status (*matrix)(const lnt_optim *optim, const lnt_optim_segment *segment,
                         const lnt_optim_piece *piece);
} lnt_optim_ops;

struct lnt_optim {
    lnt_owner owner;
    const lnt_optim_ops *ops;
    lnt_optim_loop loop;
    lnt_optim_config config; /* without the groups, which the segments hold */
    lnt_dtype dtype;
    uint64_t signature;
    size_t n_parameters;
    bool momentum_is_fixed; /* at 0, as there is no room for it */

    size_t steps;
    size_t pending;          /* gradients that `sum` holds */
    bool swapped;            /* the net has the average, and `average` its parameters */
    double momentum_product; /* NAdam: of all steps' momenta */
    double gradient_norm;
    double coefficients[LNT_OPTIM_MAX_COEFFICIENTS]; /* of this step */

    size_t n_segments;
    lnt_optim_segment *segments; /* in order, without gaps */
    void *state;                 /* [n_state]: the vectors below */
    size_t n_state;
    void *states[LNT_OPTIM_MAX_STATES];
    void *sum;     /* [n_parameters] of gradients not used yet, if `accumulate` is above 1 */
    void *average; /* [n_parameters], if `ema_decay` is not 0 */
    void *scratch; /* of a step */
};

extern const lnt_optim_ops lnt_optim_sgd, lnt_optim_rmsprop, lnt_optim_adagrad, lnt_optim_adam,
    lnt_optim_adamw, lnt_optim_nadam, lnt_optim_amsgrad, lnt_optim_rprop, lnt_optim_muon;

/** The method of a kind; NULL for a value outside the list. */
const lnt_optim_ops *lnt_optim_ops_of(lnt_optim_kind kind);

/** Checks the settings that are not the method's own, and the method's. */
lnt_status lnt_optim_check(const lnt_optim_config *config, const lnt_net *net);

/** Whether `x` is in [0, 1). */
bool lnt_optim_is_share(double x);

/** Whether `x` is finite and at least 0. */
bool lnt_optim_is_amount(double x);

/** Whether `x` is finite and above 0. */
bool lnt_optim_is_rate(double x);

/** Fields of the configuration, for `momentum`. */
double *lnt_optim_field_momentum(lnt_optim_config *config);
double *lnt_optim_field_beta1(lnt_optim_config *config);

/** Whether slot `i` of the net is a weight of two or more rows and columns. */
bool lnt_optim_is_matrix(const lnt_net *net, size_t i);

/** Divides the net's parameters among segments [at most n_tensors]; returns how many. */
size_t lnt_optim_divide(const lnt_optim_config *config, const lnt_optim_ops *ops,
                        const lnt_net *net, lnt_optim_segment *segments);

/** Adam's parts, for its kin. */
bool lnt_optim_adam_is_valid(const lnt_optim_config *config);
void lnt_optim_adam_needs(const lnt_optim_config *config, const lnt_net *net,
                          lnt_optim_needs *needs);
void lnt_optim_adam_begin(lnt_optim *optim);
extern const lnt_optim_loops lnt_optim_adam_loops;

#endif
