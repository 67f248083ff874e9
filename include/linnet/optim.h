/* SPDX-License-Identifier: MIT */
#ifndef LINNET_OPTIM_H
#define LINNET_OPTIM_H

#include <linnet/export.h>
#include <linnet/memory.h>
#include <linnet/net.h>
#include <linnet/status.h>
#include <linnet/tensor.h>
#include <stdbool.h>
#include <stddef.h>

LNT_BEGIN_DECLS

/**
 * First-order methods: how a gradient g moves a parameter w, with η the learning rate and t the
 * step, from 1. Names in the formulas are fields of the configuration. All agree with PyTorch's
 * methods of the same name.
 */
typedef enum lnt_optim_kind {
    /**
     * Stochastic gradient descent: v = momentum·v + (1 − dampening)·g, in the first step v = g;
     * w −= η·v, or with `nesterov` w −= η·(g + momentum·v). With momentum 0 no state is kept.
     * Polyak 1964; Sutskever, Martens, Dahl, Hinton, ICML 2013
     */
    LNT_SGD,
    /** s = rho·s + (1 − rho)·g²; w −= η·g/(√s + epsilon); with momentum the step is
        v = momentum·v + g/(√s + epsilon), w −= η·v. Hinton 2012 */
    LNT_RMSPROP,
    /** s += g²; w −= η'·g/(√s + epsilon), η' = η/(1 + (t − 1)·rate_decay).
        Duchi, Hazan, Singer, JMLR 12 (2011) */
    LNT_ADAGRAD,
    /** m = beta1·m + (1 − beta1)·g; s = beta2·s + (1 − beta2)·g²;
        w −= η·m̂/(√ŝ + epsilon), m̂ = m/(1 − beta1^t), ŝ = s/(1 − beta2^t).
        Kingma, Ba, ICLR 2015 */
    LNT_ADAM,
    /** Adam, by default with weight decay 0.01. Loshchilov, Hutter, ICLR 2019 */
    LNT_ADAMW,
    /** Adam with Nesterov's momentum: with μ_t = beta1·(1 − 0.96^(t·momentum_decay)/2) and π_t the
        product of all μ so far, (1 − μ_t)/(1 − π_t)·g + μ_(t+1)/(1 − π_(t+1))·m in place of m̂.
        Dozat 2016 */
    LNT_NADAM,
    /** Adam with the largest s so far in place of s. Reddi, Kale, Kumar, ICLR 2018 */
    LNT_AMSGRAD,
    /** Steps by the sign of g alone, of a size for each element that grows by `rprop_grow` while
        the sign stays and shrinks by `rprop_shrink` when it changes, where the element rests for a
        step, within [rprop_least, rprop_most]; η is the first size, and of no effect later but on
        weight decay. For full batches. Riedmiller, Braun 1993 */
    LNT_RPROP,
    /**
     * Weights of two or more rows and columns: v = momentum·v + (1 − momentum)·g, u = v or with
     * `nesterov` (1 − momentum)·g + momentum·v; O is u divided by its 2-norm (at least 1e-7), then
     * `muon_iterations` times X = a·X + (b·XXᵀ + c·(XXᵀ)²)·X with a, b, c = 3.4445, −4.7750,
     * 2.0315, which takes all singular values near 1; w −= η·√max(1, outputs/inputs)·O. All other
     * parameters by AdamW with `adam_rate`. Jordan et al. 2024. PyTorch iterates in bfloat16; here
     * it is done in the net's own precision.
     */
    LNT_MUON
} lnt_optim_kind;

/** "sgd", "rmsprop", "adagrad", "adam", "adamw", "nadam", "amsgrad", "rprop", "muon"; NULL for a
    value outside the list. */
LNT_API const char *lnt_optim_name(lnt_optim_kind kind);
LNT_API lnt_status lnt_optim_find(const char *name, lnt_optim_kind *kind);

/** Sets of roles, for groups: `LNT_IN(LNT_ROLE_WEIGHT) | LNT_IN(LNT_ROLE_BIAS)`. */
#define LNT_IN(role) (1U << (role))
#define LNT_ALL_ROLES (LNT_IN(LNT_ROLE_WEIGHT) | LNT_IN(LNT_ROLE_BIAS) | LNT_IN(LNT_ROLE_GAIN))

/**
 * Settings for some of the parameters, in place of the configuration's. A parameter is in the last
 * group that names both its layer and its role; the group's decay and penalties then hold for it,
 * bias or not.
 */
typedef struct lnt_optim_group {
    size_t first_layer;   /**< a layer of the net */
    size_t n_layers;      /**< at least 1; there may be fewer left */
    unsigned roles;       /**< `LNT_ALL_ROLES`, or a set of them */
    double learning_rate; /**< a factor ≥ 0 on the learning rate; with 0 the parameters are frozen:
                               no step, no decay */
    double weight_decay;
    double l1;
    double l2;
} lnt_optim_group;

/** The settings of an optimiser. Ranges are checked for the fields that its kind reads. */
typedef struct lnt_optim_config {
    lnt_optim_kind kind;
    double learning_rate;   /**< > 0, finite */
    double momentum;        /**< SGD, RMSprop, Muon: in [0, 1) */
    double dampening;       /**< SGD: in [0, 1]; 0 with Nesterov */
    bool nesterov;          /**< SGD with momentum, Muon */
    double rho;             /**< RMSprop: in [0, 1) */
    bool centered;          /**< RMSprop: √(s − mean(g)²) in place of √s */
    double beta1;           /**< Adam and its kin: in [0, 1) */
    double beta2;           /**< Adam and its kin: in [0, 1) */
    double epsilon;         /**< RMSprop, Adagrad, Adam and its kin, Muon's AdamW: ≥ 0 */
    double momentum_decay;  /**< NAdam: ≥ 0 */
    double rate_decay;      /**< Adagrad: η/(1 + (t − 1)·rate_decay), ≥ 0 */
    double rprop_shrink;    /**< in (0, 1) */
    double rprop_grow;      /**< > 1 */
    double rprop_least;     /**< > 0 */
    double rprop_most;      /**< ≥ rprop_least */
    size_t muon_iterations; /**< from 1 to 100 */
    double adam_rate;       /**< Muon: learning rate of what is no matrix; > 0. When the learning
                                 rate is set anew it changes in the same proportion */

    /* In this order: gradients are averaged, clipped, penalised, and used. */
    size_t accumulate;   /**< calls that make one step, on the mean of their gradients; 0 is 1 */
    double clip_value;   /**< each element is held within ±clip_value; 0: not */
    double clip_norm;    /**< then g, of all but frozen parameters, is multiplied by
                              clip_norm/(its 2-norm + 1e-6) if that is below 1; 0: not; infinite:
                              the norm is only watched */
    double l1;           /**< g += l1·sign(w), ≥ 0 */
    double l2;           /**< g += l2·w: PyTorch's `weight_decay` of SGD and Adam; ≥ 0 */
    double weight_decay; /**< decoupled: w −= η·weight_decay·w before the step; ≥ 0 */
    bool decay_all;      /**< these three also for biases and gains; by default only for weights */
    const lnt_optim_group *groups; /**< copied; may be NULL */
    size_t n_groups;

    double ema_decay; /**< d of the moving average a = d·a + (1 − d)·w of the parameters, from a = w
                           after the first step; 0: none is kept; in [0, 1). The running statistics
                           of batch norms have no second average */
    const lnt_allocator *allocator; /**< NULL: the default */
} lnt_optim_config;

/** SGD, learning rate 0.01, no momentum. */
LNT_API lnt_optim_config lnt_optim_defaults(void);

/**
 * PyTorch's defaults of a method: learning rate 0.01 for SGD, RMSprop, Adagrad, Rprop, 0.001 for
 * Adam and its kin but NAdam 0.002; betas 0.9 and 0.999, rho 0.99, epsilon 1e-8 (Adagrad 1e-10),
 * momentum 0, momentum_decay 0.004, Rprop 0.5, 1.2, 1e-6, 50; no decay but AdamW's 0.01. Muon as
 * its author's: 0.02, momentum 0.95, Nesterov, 5 iterations, no decay; adam_rate 0.001.
 * accumulate 1; all else 0.
 */
LNT_API lnt_optim_config lnt_optim_of(lnt_optim_kind kind);

/** An optimiser: its settings, and its state in flat vectors; one allocation. */
typedef struct lnt_optim lnt_optim;

/**
 * Creates an optimiser for nets of these layers; the caller owns it. On failure `*optim` is NULL:
 * `LNT_ERR_INVALID` for a setting out of range, `LNT_ERR_NULL` for groups that are not there.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_optim_create(lnt_optim **optim, const lnt_net *net,
                                                   const lnt_optim_config *config);

/** Frees an optimiser; NULL is fine. */
LNT_API void lnt_optim_destroy(lnt_optim *optim);

/**
 * One step: reads the pass's gradients (averaging, clipping by value and L1 change them), writes
 * the net's parameters, and moves its running statistics. With `accumulate` k > 1 only every k-th
 * call moves the parameters. Nothing is allocated. Not while another thread uses the net.
 * `LNT_ERR_ORDER` if the pass has done no backward since its last forward, if net, pass and
 * optimiser are not of the same layers, or if the net has the average in place of its parameters.
 * `LNT_ERR_NOT_FINITE` if `clip_norm` is on and the gradient's norm is not finite: nothing in net
 * and optimiser has changed then, and the next pass's gradients take the place of these.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_optim_step(lnt_optim *optim, lnt_net *net, lnt_pass *pass);

LNT_API double lnt_optim_learning_rate(const lnt_optim *optim);
/** ≥ 0, as schedules may come down to. */
LNT_API lnt_status lnt_optim_set_learning_rate(lnt_optim *optim, double learning_rate);

/** SGD's, RMSprop's and Muon's momentum, beta1 of Adam and its kin; NaN for others. */
LNT_API double lnt_optim_momentum(const lnt_optim *optim);
/** `LNT_ERR_INVALID` outside [0, 1), for a method without, or from 0 if it was created without. */
LNT_API lnt_status lnt_optim_set_momentum(lnt_optim *optim, double momentum);

/** Steps done: calls that moved the parameters. */
LNT_API size_t lnt_optim_steps(const lnt_optim *optim);

/** 2-norm of the last step's gradient before `clip_norm` scaled it; NaN unless that is on. */
LNT_API double lnt_optim_gradient_norm(const lnt_optim *optim);

/**
 * Exchanges the net's parameters and their moving average: once to validate or save with the
 * average, once more, to the same bits, to go on training. `LNT_ERR_ORDER` without `ema_decay`,
 * before a step, or with a net of other layers.
 */
LNT_API lnt_status lnt_optim_swap_average(lnt_optim *optim, lnt_net *net);

/**
 * All running statistics, sums of gradients and averages as one row: a view into the optimiser,
 * empty for a method without. With `lnt_optim_get_place` it is all that an optimiser remembers:
 * written into one that was created for the same layers with the same settings, the run goes on to
 * the same bits.
 */
LNT_API lnt_tensor lnt_optim_state(lnt_optim *optim);

/** Where an optimiser stands, besides its state. */
typedef struct lnt_optim_place {
    size_t steps;   /**< done */
    size_t pending; /**< gradients accumulated for the next; below `accumulate` */
    bool swapped;   /**< the net has the average */
    double learning_rate;
    double momentum;         /**< as `lnt_optim_momentum`; not read for a method without */
    double momentum_product; /**< NAdam: of the momenta of all steps; else 1 */
} lnt_optim_place;

LNT_API lnt_optim_place lnt_optim_get_place(const lnt_optim *optim);
/** `LNT_ERR_INVALID` for a place that an optimiser of these settings cannot have. */
LNT_API lnt_status lnt_optim_set_place(lnt_optim *optim, const lnt_optim_place *place);

LNT_END_DECLS

#endif
