/* SPDX-License-Identifier: MIT */
#ifndef LINNET_SCHEDULE_H
#define LINNET_SCHEDULE_H

#include <linnet/export.h>
#include <linnet/settings.h>
#include <linnet/status.h>
#include <stdbool.h>
#include <stddef.h>

LNT_BEGIN_DECLS

/**
 * Kinds of schedules: the learning rate η of period t = 0, 1, … from the base rate η₀. A period is
 * an epoch or a step of the optimiser (`per_step`). All are PyTorch's sequences in closed form: a
 * function of t alone, so that a run can resume anywhere. Only plateau keeps a state.
 */
typedef enum lnt_schedule_kind {
    LNT_SCHEDULE_CONSTANT,    /**< η₀ */
    LNT_SCHEDULE_STEP,        /**< StepLR: η₀·gamma^⌊t / step_size⌋ */
    LNT_SCHEDULE_MULTI_STEP,  /**< MultiStepLR: η₀·gamma^(number of milestones ≤ t) */
    LNT_SCHEDULE_EXPONENTIAL, /**< ExponentialLR: η₀·gamma^t */
    LNT_SCHEDULE_POLYNOMIAL,  /**< PolynomialLR: η₀·(1 − min(t, total)/total)^power */
    /**
     * CosineAnnealingLR: min_lr + (η₀ − min_lr)·(1 + cos(π·u/T))/2 with u = t and T = period; after
     * each T it restarts with T = T·t_mult (CosineAnnealingWarmRestarts). Loshchilov, Hutter, ICLR
     * 2017
     */
    LNT_SCHEDULE_COSINE,
    /**
     * OneCycleLR: from η₀/div_factor up to η₀ in the first `pct_start` of `total` periods, then
     * down to η₀/(div_factor·final_div_factor), along cosines; η₀ is the highest rate. The momentum
     * moves the other way, between max_momentum and base_momentum. Smith, Topin 2018
     */
    LNT_SCHEDULE_ONE_CYCLE,
    LNT_SCHEDULE_PLATEAU /**< ReduceLROnPlateau: η·factor when the monitored value has not improved
                              for more than `patience` periods */
} lnt_schedule_kind;

/**
 * A learning rate schedule: what all kinds share, and a struct for each kind. A plain value from
 * `lnt_schedule_defaults`. A kind reads its own struct only. Each field is a setting of the same
 * name: `lnt_schedule_set(&schedule, "step.gamma", …)`.
 */
typedef struct lnt_schedule {
    lnt_schedule_kind kind;
    bool per_step;       /**< a period is a step of the optimiser, not an epoch; not for plateau */
    size_t warmup;       /**< periods of a linear warm-up, after which the schedule begins */
    double warmup_start; /**< the warm-up begins at warmup_start·η₀; in (0, 1] */

    struct {
        double gamma;     /**< in (0, 1] */
        size_t step_size; /**< periods between changes; ≥ 1 */
    } step;
    struct {
        double gamma;             /**< in (0, 1] */
        const size_t *milestones; /**< ascending; borrowed */
        size_t n_milestones;      /**< ≥ 1 */
    } multi_step;
    struct {
        double gamma; /**< in (0, 1] */
    } exponential;
    struct {
        size_t total; /**< length in periods; 0: the whole run */
        double power; /**< > 0 */
    } polynomial;
    struct {
        size_t period; /**< length of the first cycle, PyTorch's T_0; 0: the whole run */
        size_t t_mult; /**< ≥ 1 */
        double min_lr; /**< ≥ 0 */
    } cosine;
    struct {
        size_t total;            /**< length in periods; 0: the whole run */
        double pct_start;        /**< in (0, 1) */
        double div_factor;       /**< > 0 */
        double final_div_factor; /**< > 0 */
        bool cycle_momentum;     /**< sets the momentum too */
        double max_momentum;     /**< in [0, 1) */
        double base_momentum;    /**< in [0, 1) */
    } one_cycle;
    struct {
        double factor;    /**< in (0, 1] */
        size_t patience;  /**< allowed periods without improvement */
        size_t cooldown;  /**< periods after a change that do not count */
        double threshold; /**< an improvement is a value below best − threshold·|best| */
        bool absolute;    /**< an improvement is a value below best − threshold */
        double min_lr;    /**< lower bound of η; ≥ 0 */
        double eps;       /**< a change of η smaller than this is not made; ≥ 0 */
    } plateau;
} lnt_schedule;

/** "constant", "step", "multi_step", "exponential", "polynomial", "cosine", "one_cycle",
    "plateau"; NULL for a value outside the list. */
LNT_API const char *lnt_schedule_name(lnt_schedule_kind kind);
LNT_API LNT_MUST_CHECK lnt_status lnt_schedule_find(const char *name, lnt_schedule_kind *kind);

/**
 * The default settings of a kind: PyTorch's, with a cosine over the whole run, a warm-up of 0
 * periods from 1/3, and total 0. `lnt_schedule_settings` lists them.
 */
LNT_API lnt_schedule lnt_schedule_defaults(lnt_schedule_kind kind);

/** The table of all settings, constant; see linnet/settings.h. */
LNT_API const lnt_setting *lnt_schedule_settings(size_t *count);

/** Sets a field by its name from text, as `lnt_optim_set`. Milestones are not a setting. */
LNT_API LNT_MUST_CHECK lnt_status lnt_schedule_set(lnt_schedule *schedule, const char *name,
                                                   const char *value, lnt_error *error);

/** Writes a field as text, as `lnt_optim_get`. */
LNT_API LNT_MUST_CHECK lnt_status lnt_schedule_get(const lnt_schedule *schedule, const char *name,
                                                   char value[LNT_SETTING_LENGTH],
                                                   lnt_error *error);

/**
 * Checks the fields that the kind uses, and replaces lengths of 0 by `periods`, the length of the
 * run, less the warm-up. `LNT_ERR_INVALID`; `error` names the field, its value and its range.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_schedule_resolve(lnt_schedule *schedule, size_t periods,
                                                       lnt_error *error);

/** η of period t of a resolved schedule; for plateau, its warm-up and then `base`. */
LNT_API double lnt_schedule_learning_rate(const lnt_schedule *schedule, double base, size_t t);

/** The momentum of period t; NaN unless it is a one-cycle schedule that cycles momentum. */
LNT_API double lnt_schedule_momentum(const lnt_schedule *schedule, size_t t);

/** What a plateau schedule remembers; `{0}` at the start. A plain value. */
typedef struct lnt_plateau {
    bool begun;
    double best;
    size_t bad;     /**< periods without improvement */
    size_t cooling; /**< periods of cooldown left */
    double rate;
} lnt_plateau;

/** Takes the monitored value (lower is better) of the period that ends; returns the next η. */
LNT_API double lnt_plateau_update(lnt_plateau *plateau, const lnt_schedule *schedule, double base,
                                  double value);

LNT_END_DECLS

#endif
