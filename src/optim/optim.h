/* SPDX-License-Identifier: MIT */
#ifndef LINNET_OPTIM_OPTIM_H
#define LINNET_OPTIM_OPTIM_H

#include "base/arena.h"
#include "base/settings/settings.h"
#include "net/net.h"
#include "net/pass.h"
#include "optim/segments.h"

#include <linnet/optim.h>

enum { LNT_OPTIM_MAX_STATES = 3, LNT_OPTIM_MAX_COEFFICIENTS = 4 };

/** Elements that a method keeps. */
typedef struct lnt_optim_needs {
    size_t
        states[LNT_OPTIM_MAX_STATES]; /* of each vector; 0: it is not there, and its place NULL */
    size_t numbers;                   /* doubles that a step goes on from, whatever the dtype */
    size_t scratch;
} lnt_optim_needs;

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

/** What methods need: the functions that a check of memory asks. */
typedef struct lnt_optim_sizes {
    size_t (*bytes)(const lnt_optim_config *config, const lnt_net *net);
    /** A method that takes less than `bytes` for this net, whatever its layers. */
    const char *(*lighter)(const lnt_net *net, size_t bytes);
} lnt_optim_sizes;

/** A method that looks at the loss again: what it has in place of loops. */
typedef struct lnt_optim_solver {
    /** Whether the method takes the net and, unless it is NULL, the loss; `error` may be NULL. */
    lnt_status (*accepts)(const lnt_optim_config *config, const lnt_net *net, const lnt_loss *loss,
                          lnt_error *error);
    /** Whether it may take the memory that it needs; may be NULL. */
    lnt_status (*check_memory)(const lnt_optim_config *config, const lnt_net *net,
                               const lnt_optim_sizes *sizes, lnt_error *error);
    /** Takes what it works in from the arena, which may be measuring; may be NULL. */
    void *(*place)(lnt_arena *arena, const lnt_optim_config *config, const lnt_net *net,
                   const lnt_optim_sizes *sizes);
    /** Sets `numbers` as they are before the first step; may be NULL. */
    void (*begin)(lnt_optim *optim);
    /**
     * One step from an evaluated batch whose value and gradient are finite; l2 is not in them yet.
     * Sets `outcome`, which comes with NaN and 0. After an error the caller puts the parameters
     * back that `optim->before` has.
     */
    lnt_status (*step)(lnt_optim *optim, lnt_net *net, lnt_pass *pass, const lnt_optim_batch *batch,
                       lnt_optim_outcome *outcome);
    /** Which of `numbers` is the damping; SIZE_MAX: none. */
    size_t damping;
    bool takes_rows; /**< `max_rows` decides its memory, and is checked */
} lnt_optim_solver;

/** A method: constant. Functions are required unless it is said otherwise. */
typedef struct lnt_optim_ops {
    const char *name;
    /** Adapts the optimiser's own copy of the settings; may be NULL. */
    void (*adapt)(lnt_optim_config *own);
    /** Checks what ranges do not say, after them; may be NULL. */
    lnt_status (*check)(const lnt_optim_config *config, lnt_error *error);
    /** The field that is the method's momentum; NULL if it has none. */
    double *(*momentum)(lnt_optim_config *config);
    /** Without momentum at creation there is no room for it. */
    bool momentum_is_optional;
    /** What is kept for these segments; comes zeroed. */
    void (*needs)(const lnt_optim_config *config, const lnt_net *net, lnt_optim_needs *needs);
    /** Before step `steps + 1`: coefficients of all pieces; may be NULL. */
    void (*begin)(lnt_optim *optim);
    const lnt_optim_loops *loops;   /**< NULL with a solver */
    const lnt_optim_solver *solver; /**< NULL for methods of one gradient a step */
    /** They go over a piece more than once, and want pieces that stay in the cache. */
    bool in_blocks;
    /** Steps a whole weight matrix; NULL where matrices are like all else. */
    lnt_status (*matrix)(const lnt_optim *optim, const lnt_optim_segment *segment,
                         const lnt_optim_piece *piece);
    /**
     * Elements that a whole matrix has in the third state, one matrix behind the other; it has its
     * place in the first two, as all parameters, which go by one rate. NULL: it has a place only in
     * the first, and what is no matrix uses `muon.adam_learning_rate`.
     */
    size_t (*matrix_state)(size_t rows, size_t cols);
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
    void *sum;          /* [n_parameters] of gradients not used yet, if `accumulate` is above 1 */
    void *average;      /* [n_parameters], if `ema_decay` is not 0 */
    double *numbers;    /* of the state */
    void *scratch;      /* of a step */
    uint64_t draw;      /* of dropout, in a solver's evaluations */
    size_t evaluations; /* of a solver, in this step */
    double loss;        /* of a solver's last evaluation, without l2 */
    void *before;       /* [n_parameters]: what a solver's step began from */
    void *work;         /* a solver's */
};

extern const lnt_optim_ops lnt_optim_sgd, lnt_optim_rmsprop, lnt_optim_adagrad, lnt_optim_adam,
    lnt_optim_adamw, lnt_optim_nadam, lnt_optim_amsgrad, lnt_optim_rprop, lnt_optim_muon,
    lnt_optim_soap, lnt_optim_lbfgs, lnt_optim_scg, lnt_optim_lm, lnt_optim_kfac;

/** Methods that evaluate the batch again, and the others, as sets for settings. */
#define LNT_OPTIM_SOLVERS                                                                          \
    (LNT_KIND(LNT_LBFGS) | LNT_KIND(LNT_SCG) | LNT_KIND(LNT_LM) | LNT_KIND(LNT_KFAC))
#define LNT_OPTIM_FIRST_ORDER (LNT_ALL_KINDS & ~LNT_OPTIM_SOLVERS)

/** All settings; see linnet/settings.h. */
extern const lnt_settings lnt_optim_table;

/** The method of a kind; NULL for a value outside the list. */
const lnt_optim_ops *lnt_optim_ops_of(lnt_optim_kind kind);

/** Checks the settings that are not the method's own, and the method's; `error` names the field. */
lnt_status lnt_optim_check(const lnt_optim_config *config, const lnt_net *net, lnt_error *error);

/**
 * What a solver lessens: loss + l2/2·Σ w². Evaluates the batch at `w` [n_parameters], which becomes
 * the net's parameters; with `gradient`, [n_parameters], backward too, l2 included. `value` may be
 * infinite or NaN. Repeats the draws of dropout that the batch was evaluated with.
 */
lnt_status lnt_optim_look(lnt_optim *optim, lnt_net *net, lnt_pass *pass,
                          const lnt_optim_batch *batch, const void *w, void *gradient,
                          double *value);

/** g = the pass's gradients, unless NULL, plus those of l2 at the net's parameters; value +=
 * theirs.
 */
lnt_status lnt_optim_penalised(const lnt_optim *optim, const lnt_net *net, const lnt_pass *pass,
                               void *gradient, double *value);

/** The functions themselves. */
extern const lnt_optim_sizes lnt_optim_size_functions;

/** The loop of `loops` for a precision on the processor at hand. */
lnt_optim_loop lnt_optim_choose(const lnt_optim_loops *loops, lnt_dtype dtype);

/** Lays out the optimiser and its vectors: runs once to measure (returns NULL), once to place. */
lnt_optim *lnt_optim_place_in(lnt_arena *arena, const lnt_optim_config *config, const lnt_net *net,
                              const lnt_optim_needs *needs);

/** That the net has no layers but dense ones, activations and residual sums. */
lnt_status lnt_optim_dense_only(const char *method, const lnt_net *net, lnt_error *error);

/** Whether `x` is in [0, 1). */
bool lnt_optim_is_share(double x);

/** Whether `x` is finite and at least 0. */
bool lnt_optim_is_amount(double x);

/** The field of the configuration, for `momentum`. */
double *lnt_optim_field_beta1(lnt_optim_config *config);

/** Parts of Adam, for its family: its memory and its coefficients. */
void lnt_optim_adam_needs(const lnt_optim_config *config, const lnt_net *net,
                          lnt_optim_needs *needs);
void lnt_optim_adam_begin(lnt_optim *optim);
extern const lnt_optim_loops lnt_optim_adam_loops;

#endif
