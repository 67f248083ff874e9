/* SPDX-License-Identifier: MIT */
#ifndef LINNET_OPTIM_H
#define LINNET_OPTIM_H

#include <linnet/export.h>
#include <linnet/loss.h>
#include <linnet/memory.h>
#include <linnet/net.h>
#include <linnet/settings.h>
#include <linnet/status.h>
#include <linnet/tensor.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

LNT_BEGIN_DECLS

/**
 * Methods: how a gradient g moves a parameter w, with η the learning rate and t the
 * step, from 1. Names in the formulas are fields of the configuration. Those
 * of PyTorch agree with its methods of the same name.
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
    /** s += g²; w −= η'·g/(√s + epsilon), η' = η/(1 + (t − 1)·lr_decay).
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
    /** Steps by the sign of g alone, of a size for each element that grows by `eta_plus` while
        the sign stays and shrinks by `eta_minus` when it changes, where the element rests for a
        step, within [step_min, step_max]; η is the first size, and of no effect later but on
        weight decay. For full batches. Riedmiller, Braun 1993 */
    LNT_RPROP,
    /**
     * Weights of two or more rows and columns: v = momentum·v + (1 − momentum)·g, u = v or with
     * `nesterov` (1 − momentum)·g + momentum·v; O is u divided by its 2-norm (at least 1e-7), then
     * `ns_steps` times X = a·X + (b·XXᵀ + c·(XXᵀ)²)·X with a, b, c = 3.4445, −4.7750,
     * 2.0315, which takes all singular values near 1; w −= η·√max(1, outputs/inputs)·O. All other
     * parameters by AdamW with `adam_learning_rate`. Jordan et al. 2024. PyTorch iterates in
     * bfloat16; here it is done in the net's own precision.
     */
    LNT_MUON,
    /**
     * Adam in the eigenbasis of Shampoo's preconditioner, for weights of two or more rows and
     * columns: g' = Q_Lᵀ·g·Q_R moves Adam's averages m and s, w −= η·√(1 − beta2^t)/(1 − beta1^t)·
     * Q_L·(m/(√s + epsilon))·Q_Rᵀ; then L = beta2·L + (1 − beta2)·g·gᵀ and R likewise with gᵀ·g.
     * Q_L, Q_R are their eigenvectors at first, later, every `precondition_frequency` steps, Q of
     * the QR factorisation of L·Q_L, sorted by the eigenvalues diag(Q_Lᵀ·L·Q_L) with s, and m
     * turned into the new basis. The first call only begins L and R, and is not counted in t. A
     * side longer than 10,000 keeps its basis. All other parameters by Adam, from the first call.
     * Vyas et al., ICLR 2025
     */
    LNT_SOAP,

    /* Methods that look at the loss again within a step: `lnt_optim_step_batch`. */

    /**
     * Limited-memory BFGS: the direction −H·g by the two-loop recursion over the last
     * `history_size` pairs s = Δw, y = Δg, from γ = sᵀy/yᵀy; a line search for the strong Wolfe
     * conditions with `c1` and `c2`. Pairs whose sᵀy is small are left out; where it does not
     * descend the direction begins anew from −g. `learning_rate` is the first length that is
     * tried. For full and large batches. Nocedal, Wright, Numerical Optimization, 2006, 7.2, 3.5
     */
    LNT_LBFGS,
    /** Scaled conjugate gradients: the step along each direction from the curvature there, by a
        difference of gradients, and a damping λ that the reduction ratio moves. For full batches:
        on parts of the data each step begins anew from −g; no rate. A step is one try, which may
        fail and move nothing. Møller, Neural Networks 6 (1993) */
    LNT_SCG,
    /**
     * Levenberg-Marquardt: (H + μ)·Δw = −g, H the Gauss-Newton matrix of the loss and of l2. For
     * squared error H = 2·Jᵀ·J/n with n what the mean divides by, so that μ means the same for any
     * number of rows; for softmax cross-entropy Jᵀ·S·Sᵀ·J/n, S·Sᵀ = diag(p) − p·pᵀ. `f64` is for
     * it: in f32 a small μ is lost in H, and the factorisation fails until it has grown. There is
     * no learning rate. On full batches μ is multiplied by `mu_dec` after a step that lessened the
     * loss and by `mu_inc`, and tried again, after one that did not, to `mu_max`; on other batches
     * each is one try, and μ halves where the loss went down by more than 3/4 of what was predicted
     * and doubles below 1/4. Marquardt 1963; Hagan, Menhaj, IEEE Transactions on Neural Networks 5
     * (1994)
     */
    LNT_LM,
    /**
     * Natural gradients with the Fisher matrix as Kronecker products, a block a dense layer: A of
     * its inputs, G of gradients for targets drawn from the net's own distribution, as moving
     * averages. On full batches the step has no rate: the best of direction and last step by the
     * exact quadratic model; else v = momentum·v + ν·Δ, w += learning_rate·v, where ν holds the
     * size of the step in the Fisher norm to `kl_clip`. Martens, Grosse, ICML 2015
     */
    LNT_KFAC
} lnt_optim_kind;

/** How Levenberg-Marquardt solves for its step; the steps agree but for rounding. */
typedef enum lnt_lm_system {
    LNT_LM_AUTO,   /**< dual if residuals < 0.8·parameters and nothing speaks against it */
    LNT_LM_NORMAL, /**< Jᵀ·J [parameters, parameters] */
    LNT_LM_DUAL    /**< J·Jᵀ [residuals, residuals], without J */
} lnt_lm_system;

/** "sgd", "rmsprop", "adagrad", "adam", "adamw", "nadam", "amsgrad", "rprop", "muon",
    "soap", "lbfgs", "scg", "lm", "kfac"; NULL for a value outside the list. */
LNT_API const char *lnt_optim_name(lnt_optim_kind kind);
LNT_API LNT_MUST_CHECK lnt_status lnt_optim_find(const char *name, lnt_optim_kind *kind);

/** Sets of roles, for groups: `LNT_ROLE_BIT(LNT_ROLE_WEIGHT) | LNT_ROLE_BIT(LNT_ROLE_BIAS)`. */
#define LNT_ROLE_BIT(role) (1U << (role))
#define LNT_ALL_ROLES                                                                              \
    (LNT_ROLE_BIT(LNT_ROLE_WEIGHT) | LNT_ROLE_BIT(LNT_ROLE_BIAS) | LNT_ROLE_BIT(LNT_ROLE_GAIN))

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

/** Settings of Adam, AdamW, NAdam, AMSGrad, and of Muon for parameters that are not matrices. */
typedef struct lnt_adam_config {
    double beta1;          /**< decay of the moving average of gradients, in [0, 1) */
    double beta2;          /**< decay of the moving average of squared gradients, in [0, 1) */
    double epsilon;        /**< ≥ 0 */
    double momentum_decay; /**< NAdam: ≥ 0 */
} lnt_adam_config;

/**
 * The settings of an optimiser: what many methods share, and a struct for each family of methods.
 * `lnt_optim_defaults` sets all of them. A method reads its own struct only, and only that is
 * checked. Each field is a setting of the same name: `lnt_optim_set(&config, "lm.mu", …)`.
 */
typedef struct lnt_optim_config {
    lnt_optim_kind kind;
    double learning_rate; /**< > 0, finite; not used by LM and SCG */

    /* First-order methods apply these in this order: average, clip, penalise, step. L-BFGS, SCG, LM
       and K-FAC use l2, decay_all and ema_decay, and refuse the others. */
    size_t accumulate;   /**< calls that make one step, on the mean of their gradients; 0 is 1 */
    double clip_value;   /**< clips each element of g to ±clip_value; 0: does not clip */
    double clip_norm;    /**< multiplies g, without frozen parameters, by clip_norm/(its 2-norm +
                              1e-6) if that is below 1; 0: does not clip; infinite: computes the
                              norm only */
    double l1;           /**< g += l1·sign(w); ≥ 0 */
    double l2;           /**< g += l2·w: PyTorch's `weight_decay` of SGD and Adam; ≥ 0 */
    double weight_decay; /**< decoupled: w −= η·weight_decay·w before the step; ≥ 0 */
    bool decay_all;      /**< l1, l2 and weight_decay hold for biases and gains too, not for weights
                              alone */
    double ema_decay; /**< d of the moving average a = d·a + (1 − d)·w of the parameters, with
                           a = w after the first step; in [0, 1); 0: keeps none. Batch norms keep
                           one set of running statistics */
    const lnt_optim_group *groups; /**< copied; may be NULL */
    size_t n_groups;

    size_t max_rows; /**< LM, K-FAC: most rows of a batch; ≥ 1. `lnt_fit` and the trainer set it */
    size_t max_bytes; /**< LM, K-FAC: memory limit; 0: none. See `lnt_optim_supports` */

    struct {
        double momentum;  /**< in [0, 1) */
        double dampening; /**< in [0, 1]; 0 with Nesterov */
        bool nesterov;    /**< needs momentum */
    } sgd;
    struct {
        double momentum; /**< in [0, 1) */
        double rho;      /**< PyTorch's alpha; in [0, 1) */
        double epsilon;  /**< ≥ 0 */
        bool centered;   /**< √(s − mean(g)²) in place of √s */
    } rmsprop;
    struct {
        double lr_decay; /**< ≥ 0 */
        double epsilon;  /**< ≥ 0 */
    } adagrad;
    lnt_adam_config adam;
    struct {
        double eta_minus; /**< in (0, 1) */
        double eta_plus;  /**< > 1 */
        double step_min;  /**< > 0 */
        double step_max;  /**< ≥ step_min */
    } rprop;
    struct {
        double momentum; /**< in [0, 1) */
        bool nesterov;
        size_t ns_steps;           /**< Newton-Schulz iterations, from 1 to 100 */
        double adam_learning_rate; /**< of parameters that are not matrices; > 0. A new learning
                                      rate changes it in the same proportion */
    } muon;
    struct {
        double beta1;                  /**< in [0, 1) */
        double beta2;                  /**< in [0, 1) */
        double epsilon;                /**< ≥ 0 */
        size_t precondition_frequency; /**< steps between updates of the eigenbasis; ≥ 1 */
    } soap;
    struct {
        size_t history_size;    /**< pairs, from 1 to 1000 */
        double c1;              /**< sufficient decrease, 0 < c1 < c2 */
        double c2;              /**< curvature, below 1 */
        size_t max_line_search; /**< evaluations of a line search; ≥ 1 */
    } lbfgs;
    struct {
        lnt_lm_system system;
        double mu;     /**< initial damping; > 0 */
        double mu_inc; /**< > 1 */
        double mu_dec; /**< in (0, 1) */
        double mu_max; /**< ≥ mu */
        bool bayesian; /**< full batches, squared error: sets the weights of the loss and of the L2
                            penalty from the evidence after each step. MacKay 1992; Foresee, Hagan,
                            ICNN 1997 */
    } lm;
    struct {
        double momentum;          /**< on mini-batches; in [0, 1) */
        double factor_ema_decay;  /**< of the Kronecker factors, in [0, 1) */
        double damping;           /**< initial λ; > 0 */
        size_t inverse_frequency; /**< steps between inversions; ≥ 1 */
        double kl_clip;           /**< on mini-batches; > 0 */
        uint64_t seed;            /**< of the targets drawn for the Fisher matrix */
    } kfac;
    const lnt_allocator *allocator; /**< NULL: the default */
} lnt_optim_config;

/**
 * The default settings of a method. Learning rate 0.01 for SGD, RMSprop, Adagrad, Rprop and K-FAC,
 * 0.001 for Adam, AdamW and AMSGrad, 0.002 for NAdam, 0.02 for Muon, 0.003 for SOAP, 1 for L-BFGS;
 * weight decay 0.01 for AdamW, 0 for all others. The defaults of each family are PyTorch's, of LM
 * those of MATLAB's trainlm, of Muon and SOAP their authors'; `lnt_optim_settings` lists them.
 */
LNT_API lnt_optim_config lnt_optim_defaults(lnt_optim_kind kind);

/** The table of all settings, constant: name, type, default, range, methods, help. */
LNT_API const lnt_setting *lnt_optim_settings(size_t *count);

/**
 * Sets a field by its name from text: `lnt_optim_set(&config, "lm.mu", "1e-3", &error)`. "kind"
 * changes the kind alone: start from `lnt_optim_defaults` of it. `LNT_ERR_NULL`; `LNT_ERR_INVALID`
 * for an unknown name, and for a value that is no value of the type or out of its range. On failure
 * nothing changes. Thread-safe for distinct `config`.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_optim_set(lnt_optim_config *config, const char *name,
                                                const char *value, lnt_error *error);

/** Writes a field as text from which `lnt_optim_set` sets the same value. Errors likewise. */
LNT_API LNT_MUST_CHECK lnt_status lnt_optim_get(const lnt_optim_config *config, const char *name,
                                                char value[LNT_SETTING_LENGTH], lnt_error *error);

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
 * `LNT_ERR_STATE` if the pass has done no backward since its last forward, `LNT_ERR_MISMATCH` if
 * net, pass and optimiser are not of the same layers, or if the net has the average in place of its
 * parameters. `LNT_ERR_NONFINITE` if `clip_norm` is on and the gradient's norm is not finite:
 * nothing in net and optimiser has changed then, and the next pass's gradients take the place of
 * these.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_optim_step(lnt_optim *optim, lnt_net *net, lnt_pass *pass);

/* --- methods that look at the loss again --- */

/** Whether a method is stepped by `lnt_optim_step_batch` alone: L-BFGS, SCG, LM and K-FAC. */
LNT_API bool lnt_optim_reevaluates(lnt_optim_kind kind);

/** The batch that a pass has evaluated, for steps that evaluate it again. */
typedef struct lnt_optim_batch {
    const lnt_tensor *x;       /**< as given to `lnt_pass_forward_backward` */
    const lnt_tensor *target;  /**< likewise */
    const lnt_tensor *weights; /**< likewise; may be NULL */
    const lnt_loss *loss;
    double value;    /**< what came of it */
    bool full_batch; /**< it is all the data, the same rows in each step */
} lnt_optim_batch;

/** What a step came to. */
typedef struct lnt_optim_outcome {
    bool evaluated; /**< the pass has forward and backward of the batch with the new parameters: the
                         next step on it needs no evaluation before */
    double value;   /**< and this is the loss; NaN if not known */
    bool stalled;   /**< no step was found that lessens the loss: nothing moved, and on the same
                         batch nothing will */
    size_t evaluations; /**< of the loss, in this step */
} lnt_optim_outcome;

/**
 * One step on a batch that `pass` has evaluated, by any method; those of one gradient a step do
 * `lnt_optim_step`. The pass evaluates the batch again as often as needed, with the same draws of
 * dropout. The loss's value must be its gradient's: `LNT_ERR_INVALID` unless both are reduced
 * alike. With `l2` the methods lessen loss + l2/2·Σ w². `outcome` may be NULL. Nothing is
 * allocated. Errors as for `lnt_optim_step`; `LNT_ERR_SHAPE` for more than `max_rows` rows;
 * `LNT_ERR_INVALID` for a loss that the method does not take; `LNT_ERR_NONFINITE` if value or
 * gradient is not finite. After an error the net has the parameters from before.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_optim_step_batch(lnt_optim *optim, lnt_net *net,
                                                       lnt_pass *pass, const lnt_optim_batch *batch,
                                                       lnt_optim_outcome *outcome);

/**
 * Whether an optimiser can be created for this net, with batches of `max_rows`, and, unless it is
 * NULL, this loss. If not, `error` says why, and what else would do: a layer or loss that the
 * method does not take, settings that it refuses, or more memory than `max_bytes`,
 * `LNT_ERR_TOO_LARGE`.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_optim_supports(const lnt_optim_config *config,
                                                     const lnt_net *net, const lnt_loss *loss,
                                                     lnt_error *error);

/** Bytes that the optimiser would take; SIZE_MAX if they cannot be counted. */
LNT_API size_t lnt_optim_memory_bytes(const lnt_optim_config *config, const lnt_net *net);

/** The damping that a step would begin with: LM's μ, K-FAC's and SCG's λ; NaN for others. */
LNT_API double lnt_optim_damping(const lnt_optim *optim);

/**
 * LM with `bayesian`: γ, how many of the parameters the data determined where the last step began;
 * all of them before the second. NaN for others.
 */
LNT_API double lnt_optim_effective_parameters(const lnt_optim *optim);

LNT_API double lnt_optim_learning_rate(const lnt_optim *optim);
/** ≥ 0, as schedules may come down to. */
LNT_API LNT_MUST_CHECK lnt_status lnt_optim_set_learning_rate(lnt_optim *optim,
                                                              double learning_rate);

/** SGD's, RMSprop's, Muon's and K-FAC's momentum, beta1 of Adam, its kin and SOAP; NaN for others.
 */
LNT_API double lnt_optim_momentum(const lnt_optim *optim);
/** `LNT_ERR_INVALID` outside [0, 1), for a method without, or from 0 if it was created without. */
LNT_API LNT_MUST_CHECK lnt_status lnt_optim_set_momentum(lnt_optim *optim, double momentum);

/** Steps done: calls that moved the parameters. */
LNT_API size_t lnt_optim_steps(const lnt_optim *optim);

/** 2-norm of the last step's gradient before `clip_norm` scaled it; NaN unless that is on. */
LNT_API double lnt_optim_gradient_norm(const lnt_optim *optim);

/**
 * Exchanges the net's parameters and their moving average: once to validate or save with the
 * average, once more, to the same bits, to go on training. `LNT_ERR_STATE` without `ema_decay`,
 * before a step, or with a net of other layers.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_optim_swap_ema(lnt_optim *optim, lnt_net *net);

/**
 * All running statistics, sums of gradients and averages as one row: a view into the optimiser,
 * empty for a method without. With `lnt_optim_get_scalars` it is all that an optimiser remembers:
 * written into one that was created for the same layers with the same settings, the run goes on to
 * the same bits.
 */
LNT_API lnt_tensor lnt_optim_state(lnt_optim *optim);

/** Where an optimiser stands, besides its state. */
typedef struct lnt_optim_scalars {
    size_t steps;   /**< done */
    size_t pending; /**< gradients accumulated for the next; below `accumulate` */
    bool swapped;   /**< the net has the average */
    double learning_rate;
    double momentum;         /**< as `lnt_optim_momentum`; not read for a method without */
    double momentum_product; /**< NAdam: of the momenta of all steps; else 1 */
} lnt_optim_scalars;

LNT_API lnt_optim_scalars lnt_optim_get_scalars(const lnt_optim *optim);
/** `LNT_ERR_INVALID` for a place that an optimiser of these settings cannot have. */
LNT_API LNT_MUST_CHECK lnt_status lnt_optim_set_scalars(lnt_optim *optim,
                                                        const lnt_optim_scalars *place);

LNT_END_DECLS

#endif
