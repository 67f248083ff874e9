/* SPDX-License-Identifier: MIT */
#include "train/checkpoint/run_state.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

/* X(name, kind, member): sizes and 64-bit numbers stay below 2^53, where doubles are exact. */
#define STATE_LIST(X)                                                                              \
    X("epoch", SIZE, progress.epoch)                                                               \
    X("batch", SIZE, progress.batch)                                                               \
    X("epoch_complete", FLAG, epoch_complete)                                                      \
    X("epochs_done", SIZE, epochs_done)                                                            \
    X("batches_in_all", SIZE, guard.calls)                                                         \
    X("rows", SIZE, progress.rows)                                                                 \
    X("seconds", REAL, progress.seconds)                                                           \
    X("batch_loss", REAL, progress.batch_loss)                                                     \
    X("train_loss", REAL, progress.train_loss)                                                     \
    X("train_accuracy", REAL, progress.train_accuracy)                                             \
    X("value", NEWER, value)                                                                       \
    X("mean.loss", REAL, mean.loss)                                                                \
    X("mean.divisor", REAL, mean.divisor)                                                          \
    X("mean.correct", REAL, mean.correct)                                                          \
    X("mean.rows", SIZE, mean.rows)                                                                \
    X("validated_steps", SIZE, validated_steps)                                                    \
    X("validation.rows", SIZE, progress.validation.rows)                                           \
    X("best", REAL, early_stop.best)                                                               \
    X("best_epoch", SIZE, early_stop.best_epoch)                                                   \
    X("best_scores.rows", SIZE, early_stop.best_scores.rows)                                       \
    X("reference", REAL, early_stop.reference)                                                     \
    X("waited", SIZE, early_stop.waited)                                                           \
    X("plateau.begun", FLAG, scheduler.plateau.begun)                                              \
    X("plateau.best", REAL, scheduler.plateau.best)                                                \
    X("plateau.bad", SIZE, scheduler.plateau.bad)                                                  \
    X("plateau.cooling", SIZE, scheduler.plateau.cooling)                                          \
    X("plateau.rate", REAL, scheduler.plateau.rate)                                                \
    X("plateau_rate", REAL, scheduler.plateau_rate)                                                \
    X("optim.steps", SIZE, optim_scalars.steps)                                                    \
    X("optim.pending", SIZE, optim_scalars.pending)                                                \
    X("optim.swapped", FLAG, optim_scalars.swapped)                                                \
    X("optim.learning_rate", REAL, optim_scalars.learning_rate)                                    \
    X("optim.momentum", REAL, optim_scalars.momentum)                                              \
    X("optim.momentum_product", REAL, optim_scalars.momentum_product)                              \
    X("draw", U64, rng_counter)

/* X(name, metric) */
#define SCORE_LIST(X, prefix, member)                                                              \
    X(prefix "loss", REAL, member.value[LNT_METRIC_LOSS])                                          \
    X(prefix "accuracy", REAL, member.value[LNT_METRIC_ACCURACY])                                  \
    X(prefix "top_k", REAL, member.value[LNT_METRIC_TOP_K])                                        \
    X(prefix "balanced_accuracy", REAL, member.value[LNT_METRIC_BALANCED_ACCURACY])                \
    X(prefix "f1", REAL, member.value[LNT_METRIC_F1])                                              \
    X(prefix "roc_auc", REAL, member.value[LNT_METRIC_ROC_AUC])                                    \
    X(prefix "log_loss", REAL, member.value[LNT_METRIC_LOG_LOSS])                                  \
    X(prefix "mae", REAL, member.value[LNT_METRIC_MAE])                                            \
    X(prefix "rmse", REAL, member.value[LNT_METRIC_RMSE])                                          \
    X(prefix "r2", REAL, member.value[LNT_METRIC_R2])

#define LIST(X)                                                                                    \
    STATE_LIST(X)                                                                                  \
    SCORE_LIST(X, "validation.", progress.validation)                                              \
    SCORE_LIST(X, "best_scores.", early_stop.best_scores)

/* NEWER: a REAL that is NaN if an older checkpoint does not have it. */
typedef enum field_kind { SIZE, REAL, FLAG, U64, NEWER } field_kind;

static const struct {
    const char *name;
    field_kind kind;
    size_t offset;
} fields[] = {
#define X(name, kind, member) {name, kind, offsetof(lnt_run, member)},
    LIST(X)
#undef X
};

enum { N_FIELDS = sizeof fields / sizeof fields[0] };

size_t lnt_run_state_count(void)
{
    return N_FIELDS;
}

const char *lnt_run_state_names(void)
{
#define X(name, kind, member) name " "
    return LIST(X);
#undef X
}

void lnt_run_state_get(lnt_run *run, double *numbers)
{
    run->optim_scalars = lnt_optim_get_scalars(run->training.optim);
    run->rng_counter = lnt_pass_rng_counter(run->training.pass);
    for (size_t i = 0; i < N_FIELDS; i++) {
        const void *at = (const char *) run + fields[i].offset;
        switch (fields[i].kind) {
        case SIZE:
            numbers[i] = (double) *(const size_t *) at;
            break;
        case REAL:
        case NEWER:
            numbers[i] = *(const double *) at;
            break;
        case FLAG:
            numbers[i] = *(const bool *) at;
            break;
        case U64:
            numbers[i] = (double) *(const uint64_t *) at;
            break;
        }
    }
}

/* The index of a name in a list of names; `count` if it is missing. */
static size_t find_name(const char *name, const char *names, size_t count)
{
    const size_t length = strlen(name);
    for (size_t i = 0; i < count && *names != '\0'; i++) {
        const size_t one = strcspn(names, " ");
        if (one == length && memcmp(names, name, length) == 0) {
            return i;
        }
        names += one + (names[one] == ' ');
    }
    return count;
}

static bool is_valid(field_kind kind, double number)
{
    const double most = 9007199254740992.0;
    switch (kind) {
    case FLAG:
        return number == 0 || number == 1;
    case SIZE:
    case U64:
        return number >= 0 && number <= most && number == floor(number);
    default:
        return true;
    }
}

static void set(void *at, field_kind kind, double number)
{
    switch (kind) {
    case SIZE:
        *(size_t *) at = (size_t) number;
        break;
    case REAL:
    case NEWER:
        *(double *) at = number;
        break;
    case FLAG:
        *(bool *) at = number != 0;
        break;
    case U64:
        *(uint64_t *) at = (uint64_t) number;
        break;
    }
}

lnt_status lnt_run_state_set(lnt_run *run, const char *names, const double *numbers, size_t count,
                             bool adapt)
{
    size_t indices[N_FIELDS];
    for (size_t i = 0; i < N_FIELDS; i++) {
        indices[i] = find_name(fields[i].name, names, count);
        if (indices[i] == count && fields[i].kind == NEWER) {
            continue;
        }
        if (indices[i] == count || !is_valid(fields[i].kind, numbers[indices[i]])) {
            return LNT_ERR_FORMAT;
        }
    }
    for (size_t i = 0; i < N_FIELDS; i++) {
        set((char *) run + fields[i].offset, fields[i].kind,
            indices[i] < count ? numbers[indices[i]] : NAN);
    }
    lnt_status status = lnt_optim_set_scalars(run->training.optim, &run->optim_scalars);
    if (status != LNT_OK && adapt) {
        const size_t steps = run->optim_scalars.steps;
        run->optim_scalars = lnt_optim_get_scalars(run->training.optim);
        run->optim_scalars.steps = steps;
        status = lnt_optim_set_scalars(run->training.optim, &run->optim_scalars);
    }
    LNT_TRY(status);
    return lnt_pass_set_rng_counter(run->training.pass, run->rng_counter);
}
