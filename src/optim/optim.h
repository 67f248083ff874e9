/* SPDX-License-Identifier: MIT */
#ifndef LINNET_OPTIM_OPTIM_H
#define LINNET_OPTIM_OPTIM_H

#include "base/arena.h"

#include <linnet/optim.h>

#define LNT_OPTIM_MAX_STATES 4

/** A run of parameters with the same settings: one tensor, or several that follow one another. */
typedef struct lnt_segment {
    size_t offset;
    size_t count;
    size_t rows; /* of a matrix that a method treats as one; else 0 */
    size_t cols;
    double rate; /* factor on the learning rate; 0: frozen */
    double weight_decay;
    double l1;
    double l2;
} lnt_segment;

/** The functions of a method: constant, every function required. */
typedef struct lnt_optim_ops {
    const char *name;
    /** Puts PyTorch's defaults of the method into a zeroed configuration. */
    void (*defaults)(lnt_optim_config *config);
    /** Validates the settings and tells how many vectors like the parameters the method keeps. */
    lnt_status (*states)(const lnt_optim_config *config, size_t *count);
    /** One step over a segment, whose gradient g and parameters w these are, at `rate`; also
        w −= rate·weight_decay·w before it. */
    lnt_status (*step)(lnt_optim *optim, const lnt_segment *segment, double rate, const void *g,
                       void *w);
    bool takes_matrices; /**< weights come one by one, with their shapes */
    bool has_momentum;   /**< `momentum` is read */
    bool has_betas;      /**< `beta1` is */
} lnt_optim_ops;

struct lnt_optim {
    lnt_owner owner;
    const lnt_optim_ops *ops;
    lnt_optim_config config;
    double initial_rate;
    lnt_dtype dtype;
    uint64_t signature;
    size_t n_parameters;
    size_t n_states;
    size_t calls;            /* since the last step: gradients gathered */
    size_t steps;            /* a step under way counts */
    double gradient_norm;    /* of the last step */
    double momentum_product; /* NAdam: over the steps so far */
    size_t product_steps;    /* how many those are */
    bool has_average;
    size_t n_segments;
    lnt_segment *segments;
    void *states[LNT_OPTIM_MAX_STATES]; /* each [n_parameters] */
    void *gathered;                     /* [n_parameters], with `accumulate` */
    void *average;                      /* [n_parameters], with `ema_decay` */
    void *scratch;                      /* of methods that take matrices */
    size_t scratch_matrix;              /* elements of each of its two matrices */
    size_t scratch_square;              /* and of each of its two squares */
};

/** State vector `i` of the method, at the segment. */
static inline void *lnt_optim_state(const lnt_optim *optim, size_t i, const lnt_segment *segment)
{
    return (char *) optim->states[i] + segment->offset * lnt_dtype_size(optim->dtype);
}

/** Whether x is in [0, 1). */
static inline bool lnt_is_share(double x)
{
    return x >= 0 && x < 1;
}

/** Whether x is ≥ 0 and finite. */
static inline bool lnt_is_weight(double x)
{
    return x >= 0 && x - x == 0;
}

/** AdamW's step on a segment, for methods that leave part of the work to it; m and s its moments.
 */
void lnt_adam_step(const lnt_optim *optim, const lnt_segment *segment, double rate, const void *g,
                   void *m, void *s, void *w);

extern const lnt_optim_ops lnt_optim_sgd;
extern const lnt_optim_ops lnt_optim_rmsprop;
extern const lnt_optim_ops lnt_optim_adagrad;
extern const lnt_optim_ops lnt_optim_adam;
extern const lnt_optim_ops lnt_optim_adamw;
extern const lnt_optim_ops lnt_optim_nadam;
extern const lnt_optim_ops lnt_optim_amsgrad;
extern const lnt_optim_ops lnt_optim_rprop;
extern const lnt_optim_ops lnt_optim_muon;

#endif
