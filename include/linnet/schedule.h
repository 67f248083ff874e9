/* SPDX-License-Identifier: MIT */
#ifndef LINNET_SCHEDULE_H
#define LINNET_SCHEDULE_H

#include <linnet/export.h>
#include <linnet/status.h>
#include <stdbool.h>
#include <stddef.h>

LNT_BEGIN_DECLS

/**
 * How the learning rate η of period t = 0, 1, … comes from the base rate η₀; a period is an epoch
 * or a step, as the user of the schedule counts. All are PyTorch's sequences, but in closed form: a
 * function of t alone, so that a run can be continued anywhere. Only plateau keeps a state.
 */
typedef enum lnt_schedule_kind {
    LNT_SCHEDULE_CONSTANT,    /**< η₀ */
    LNT_SCHEDULE_STEP,        /**< η₀·factor^⌊t / period⌋ */
    LNT_SCHEDULE_MULTI_STEP,  /**< η₀·factor^(number of milestones ≤ t) */
    LNT_SCHEDULE_EXPONENTIAL, /**< η₀·factor^t */
    LNT_SCHEDULE_POLYNOMIAL,  /**< η₀·(1 − min(t, total)/total)^power */
    /**
     * η_min + (η₀ − η_min)·(1 + cos(π·u/T))/2 with u = t and T = period; after each T it restarts
     * with T = T·cycle_factor. Loshchilov, Hutter, ICLR 2017
     */
    LNT_SCHEDULE_COSINE,
    /**
     * From η₀/start_factor up to η₀ in the first `rise` of `total` periods, then down to
     * η₀/(start_factor·end_factor), along cosines; η₀ is the highest rate. Momentum goes the other
     * way between momentum_high and momentum_low. Smith, Topin 2018
     */
    LNT_SCHEDULE_ONE_CYCLE,
    LNT_SCHEDULE_PLATEAU /**< η·factor when the monitored value did not improve for `patience` */
} lnt_schedule_kind;

/** A schedule: a plain value from `lnt_schedule_defaults`; fields that its kind does not name are
   not read. */
typedef struct lnt_schedule {
    lnt_schedule_kind kind;
    bool per_step; /**< periods are steps of the optimiser, not epochs; not for plateau */
    double factor; /**< step, multi-step, exponential, plateau: in (0, 1]; 0.1 */
    size_t period; /**< step: ≥ 1; 10. Cosine: 0, the whole run, or more */
    const size_t *milestones; /**< multi-step: ascending; borrowed */
    size_t n_milestones;
    size_t total;         /**< polynomial, one-cycle: ≥ 1; 0: the whole run */
    double power;         /**< polynomial: > 0; 1 */
    double least;         /**< cosine: η_min; plateau: no lower than this; ≥ 0; 0 */
    size_t cycle_factor;  /**< cosine: ≥ 1; 1 */
    double rise;          /**< one-cycle: in (0, 1); 0.3 */
    double start_factor;  /**< one-cycle: > 0; 25 */
    double end_factor;    /**< one-cycle: > 0; 1e4 */
    bool cycle_momentum;  /**< one-cycle: also set the momentum; true */
    double momentum_high; /**< 0.95 */
    double momentum_low;  /**< 0.85 */
    size_t patience;      /**< plateau: periods without improvement that are borne; 10 */
    size_t cooldown;      /**< plateau: periods after a change that do not count; 0 */
    double threshold;     /**< plateau: better is below best − threshold·|best|, PyTorch's where
                               best ≥ 0; 1e-4 */
    bool absolute;        /**< plateau: better is below best − threshold */
    double least_change;  /**< plateau: a smaller change of η is not made; 1e-8 */
    size_t warmup;        /**< any: periods of a linear rise before; the schedule begins after */
    double warmup_start;  /**< the rise begins at warmup_start·η₀; in (0, 1]; 1/3 */
} lnt_schedule;

/** "constant", "step", "multi_step", "exponential", "polynomial", "cosine", "one_cycle",
    "plateau"; NULL for a value outside the list. */
LNT_API const char *lnt_schedule_name(lnt_schedule_kind kind);
LNT_API LNT_MUST_CHECK lnt_status lnt_schedule_find(const char *name, lnt_schedule_kind *kind);

/** A schedule of a kind, with PyTorch's defaults as given above. */
LNT_API lnt_schedule lnt_schedule_defaults(lnt_schedule_kind kind);

/**
 * Checks the fields that the kind reads and puts `periods`, the length of the run, where 0 stands
 * for the whole run (less the warm-up). `LNT_ERR_INVALID`; `error` names the field.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_schedule_resolve(lnt_schedule *schedule, size_t periods,
                                                       lnt_error *error);

/** η of period t of a settled schedule; for plateau, its warm-up and then `base`. */
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
