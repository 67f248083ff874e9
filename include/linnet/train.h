/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_H
#define LINNET_TRAIN_H

#include <linnet/checkpoint.h>
#include <linnet/export.h>
#include <linnet/io.h>
#include <linnet/loss.h>
#include <linnet/memory.h>
#include <linnet/metrics.h>
#include <linnet/net.h>
#include <linnet/optim.h>
#include <linnet/schedule.h>
#include <linnet/status.h>
#include <linnet/tensor.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

LNT_BEGIN_DECLS

/* --- settings of a run --- */

/** In what order, and how often, rows come in an epoch of as many draws as there are rows. */
typedef enum lnt_sampling {
    LNT_SAMPLE_ALL,      /**< each row once; in a new order each epoch if `shuffle` */
    LNT_SAMPLE_BALANCED, /**< drawn with replacement, each class equally likely; one column of
                              labels */
    LNT_SAMPLE_WEIGHTED  /**< drawn with replacement, a row in proportion to `sampling_weights` */
} lnt_sampling;

/**
 * Checkpoints of a run, in a folder of its own, and going on from one. A checkpoint has all that
 * the run goes on from: parameters, running statistics, optimiser, schedule, order of the rows,
 * draws of dropout, averages, the best net, history. A run that is continued ends with the same
 * bits as one that never stopped, wherever it was stopped, on processors for which BLAS chooses the
 * same kernels. The run itself waits only for a copy of its state; a thread of its own, which takes
 * no signals, writes it. One that falls due while another is being written is made at the first
 * step or end of an epoch after that, whatever it is due by: where the disk is slower than the
 * interval there are fewer, and each interval counts from the last one that was begun. The newest
 * is number N, the batches trained on.
 */
typedef struct lnt_checkpoint_config {
    const char *directory; /**< the folder, made if it is not there; NULL: no checkpoints */
    size_t every_steps;    /**< a checkpoint after so many steps, epochs or seconds, whichever is */
    size_t every_epochs;   /**< first; 0: not by these. There is always one at the end of a run, */
    double every_seconds;  /**< whatever ended it but an error */
    size_t keep;           /**< how many stay, the newest; 0: `LNT_CHECKPOINT_MIN_KEEP` */
    bool resume;           /**< go on from the newest good one; begin if there is none. Without it a
                                folder that has some is `LNT_ERR_EXISTS` */
    bool allow_changes;    /**< data and settings may be others than those of the checkpoint, where
                            they fit the net and the optimiser; an epoch that was interrupted
                            begins anew. Without it that is `LNT_ERR_MISMATCH`; epochs, max_steps,
                            max_seconds and threads may always change */
    const char *options;   /**< lines that the settings are compared by besides, such as a program's
                                own; or NULL */
} lnt_checkpoint_config;

/** Where a training run stands; passed to the callback. Numbers not known (yet) are NaN. */
typedef struct lnt_fit_progress {
    size_t member;         /**< 0-based, in `lnt_ensemble_fit` */
    size_t epoch;          /**< 1-based */
    size_t epochs;         /**< asked for */
    size_t batch;          /**< 1-based, within the epoch */
    size_t batches;        /**< in each epoch */
    size_t rows;           /**< rows seen in this epoch */
    size_t steps;          /**< optimiser steps so far */
    bool epoch_end;        /**< the epoch is complete and validation done */
    double batch_loss;     /**< of the last batch, before its step */
    double train_loss;     /**< mean over the rows seen in this epoch (sum, for a sum loss) */
    double train_accuracy; /**< likewise, each row counting as one; NaN unless it applies */
    lnt_scores validation; /**< after the last complete epoch; of the average, if one is kept */
    double learning_rate;
    double damping; /**< `lnt_optim_damping` */
    double seconds; /**< since the run began, those before the checkpoint included */
    bool resumed;   /**< this run goes on from a checkpoint, with `resumed_steps` done */
    size_t resumed_steps;
    const lnt_error *checkpoint_error; /**< why the last checkpoint failed; NULL: it did not */
    size_t best_epoch;                 /**< whose monitored value was best so far; 0: none yet */
    const lnt_net *net;                /**< for norms and the like; read only */
    lnt_pass *pass;                    /**< of the last batch: its gradients; read only */
} lnt_fit_progress;

/**
 * Called after each batch and at each epoch's end; false stops the run with `LNT_OK`. The caller's
 * thread calls it.
 *
 * To pass on an exception, catch it, return false, and throw it again behind `lnt_fit`. If the
 * callback leaves by longjmp or an exception, the memory of the run leaks, its threads sleep until
 * the process ends, and a folder of checkpoints stays locked as long. The net has the parameters of
 * the last step and can be used. A child process that is forked here must not return.
 */
typedef bool (*lnt_fit_callback)(const lnt_fit_progress *progress, void *context);

/** The course of a run, a row an epoch; see below. */
typedef struct lnt_history lnt_history;

typedef struct lnt_fit_config {
    size_t epochs;     /**< at least 1 */
    size_t batch_rows; /**< at least 1; the last batch of an epoch may be shorter; all the data
                          where there are no more rows */
    bool shuffle;  /**< a new order of the rows in each epoch, from `seed`; not where a method that
                        looks again has all the data in one batch */
    uint64_t seed; /**< of order, sampling, validation split and dropout */
    lnt_loss loss;
    lnt_optim_config optim;    /**< its allocator is not used */
    lnt_schedule schedule;     /**< of the learning rate; plateau watches `monitor`, or 1 less it
                                    where higher is better */
    const lnt_tensor *weights; /**< [rows, 1] of the loss, or NULL */
    lnt_sampling sampling;
    const lnt_tensor *sampling_weights; /**< [rows, 1], F32 or F64, each ≥ 0, or NULL */

    const lnt_tensor *x_val;       /**< [rows_val, inputs], or NULL */
    const lnt_tensor *y_val;       /**< its targets; both or neither */
    const lnt_tensor *weights_val; /**< [rows_val, 1], or NULL */
    double validation_fraction;    /**< in [0, 1): without x_val, this share of the rows is held out
                                        by `lnt_train_test_split`, by class where the targets are
                                      labels */
    size_t top_k;                  /**< of the metric */

    lnt_metric monitor; /**< of the validation rows, or, without any, the training loss */
    size_t patience;    /**< epochs without improvement after which the run ends; 0: it does not */
    double min_delta;   /**< an improvement is a change of more than this since the last; ≥ 0 */
    bool restore_best;  /**< end with the parameters of the best epoch; needs validation rows */
    double target_loss; /**< the run ends once the training loss is at most this: of all the data
                        where a batch is all of it, else the mean over an epoch; 0: it does not */
    double gradient_tolerance; /**< where a batch is all the data: it ends before a step once the
                            2-norm of the gradient is at most this; 0: it does not */
    double max_seconds; /**< the run ends after the batch at which this is reached, counted from the
                             call of `lnt_fit`; 0: no limit */
    size_t max_steps;   /**< likewise, optimiser steps */

    lnt_gemm_backend gemm; /**< who computes matrix products, as in `lnt_pass_config` */
    unsigned threads;      /**< that share each batch, likewise; 0 and 1: the caller's alone. The
                                trained parameters have the same bits for any number */
    bool oversubscribe;    /**< more threads than processors are fine */

    lnt_checkpoint_config checkpoint;

    lnt_history *history;      /**< emptied and filled if not NULL; created for at least `epochs` */
    lnt_fit_callback callback; /**< may be NULL */
    void *callback_context;
    const lnt_allocator *allocator; /**< NULL: the default */
} lnt_fit_config;

/**
 * 100 epochs, batches of 32, shuffled, seed 0, mean squared error, Adam at 0.001, constant; no
 * validation, monitored the loss, no limits, top 3.
 */
LNT_API lnt_fit_config lnt_fit_defaults(void);

/** The table of all settings, constant; see linnet/settings.h. */
LNT_API const lnt_setting *lnt_fit_settings(size_t *count);

/** Sets a field by its name from text, as `lnt_optim_set`. The parts too:
    "optim.lm.mu", "schedule.kind", "loss.delta". Pointers are not settings. */
LNT_API LNT_MUST_CHECK lnt_status lnt_fit_set(lnt_fit_config *config, const char *name,
                                              const char *value, lnt_error *error);

/** Writes a field as text, as `lnt_optim_get`. */
LNT_API LNT_MUST_CHECK lnt_status lnt_fit_get(const lnt_fit_config *config, const char *name,
                                              char value[LNT_SETTING_LENGTH], lnt_error *error);

/** Why a run ended. */
typedef enum lnt_fit_end {
    LNT_END_EPOCHS,   /**< all epochs done */
    LNT_END_CALLBACK, /**< the callback said so */
    LNT_END_PATIENCE, /**< no improvement for too long */
    LNT_END_SECONDS,
    LNT_END_STEPS,
    LNT_END_NONFINITE,
    LNT_END_STOP_FILE, /**< a file named `LNT_CHECKPOINT_STOP_FILE` was in the folder of checkpoints
                        */
    LNT_END_TARGET_LOSS,
    LNT_END_GRADIENT_TOLERANCE,
    LNT_END_STALLED /**< on all the data, a method that looks at the loss again found no step that
                       lessens it */
} lnt_fit_end;

/** What a run did. Numbers not known are NaN. */
typedef struct lnt_fit_result {
    size_t epochs; /**< complete epochs */
    size_t steps;  /**< optimiser steps */
    lnt_fit_end end;
    double seconds;    /**< of the loop, and of those that this run went on from */
    double train_loss; /**< mean over the last epoch; where a batch is all the data, and the method
                            looks again, of the last parameters */
    double train_accuracy;
    lnt_scores validation;  /**< of the parameters that the net now has */
    size_t best_epoch;      /**< 1-based: whose monitored value was best; 0: none */
    double best_value;      /**< of the monitored metric */
    size_t nonfinite_epoch; /**< 1-based place of a loss that was not finite; 0 if there was none */
    size_t nonfinite_batch;
    size_t nonfinite_layer; /**< 0-based: the first whose output was not finite; the number of
                           layers, if it was the loss alone */
    bool resumed;           /**< it went on from a checkpoint, */
    size_t resumed_steps;   /**< with so many steps done */
    bool different_build;   /**< that one was made by another version or with other kernels of BLAS:
                            the bits may differ */
    bool checkpoint_failed; /**< the run went well, but its last checkpoint could not be written:
                         the status is that failure */
    lnt_error
        skipped_checkpoint; /**< about a newer checkpoint that was bad; status LNT_OK: none was */
} lnt_fit_result;

/* --- fit --- */

/**
 * Trains `net` on x [rows, inputs] and y [rows, targets], views of the caller's arrays with any
 * strides: for each batch forward, backward, step. All memory is taken before the first step; the
 * loop allocates nothing. The same call on the same net gives the same bits.
 *
 * A warm start is a call with a net that was trained before: it goes on from the net's parameters
 * and running statistics. What belongs to the run begins anew: moments of the optimiser, moving
 * average, schedule, order of rows, draws of dropout. Two runs are
 * the same as one of twice the length only for plain SGD on unshuffled rows.
 *
 * With `optim.ema_decay` the validation rows are scored with the average of the parameters, and
 * the net ends with it, or with the best epoch's.
 *
 * If a loss, a parameter or the clipped norm is not finite the run ends with `LNT_ERR_NONFINITE`,
 * `error` and `result` name the epoch, the batch and the layer, and the net gets back parameters
 * whose loss was finite: those at most `LNT_FIT_ROLLBACK_STEPS` batches before. A checkpoint with
 * parameters that are not finite is refused with that status, and the net is not changed. `result`
 * may be NULL; once training has begun it is written whatever the status. One thread at a time per
 * net. `LNT_ERR_THREADS` if BLAS has threads of its own beside `threads`, or if there are fewer
 * processors.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_fit(lnt_net *net, const lnt_tensor *x, const lnt_tensor *y,
                                          const lnt_fit_config *config, lnt_fit_result *result,
                                          lnt_error *error);

/** Batches between two copies of the parameters that `lnt_fit` could go back to. */
#define LNT_FIT_ROLLBACK_STEPS 64

/* --- rows that do not fit into memory --- */

/**
 * Where rows come from that are more than memory holds: a file, a simulation. They are asked for in
 * blocks of neighbours and must be the same each time.
 */
typedef struct lnt_data_source {
    size_t rows;       /**< at least 1 */
    size_t targets;    /**< columns of y: for classes 1 */
    size_t block_rows; /**< read at once; rounded down to whole batches, at least one */
    bool weighted;     /**< rows have weights */
    bool in_order;     /**< blocks come as they lie, even if rows are shuffled: for what is slow to
                            go back in */
    /**
     * Writes rows first … first + x->rows − 1 to x [n, inputs], y [n, targets] and weights [n, 1]
     * (NULL unless `weighted`), all dense and of the net's dtype. On failure `error` has a
     * sentence, and the run ends with the status. A thread of the run calls it, so it must return:
     * an exception ends the program, and a longjmp out of it is undefined.
     */
    lnt_status (*read)(void *context, size_t first, const lnt_tensor *x, const lnt_tensor *y,
                       const lnt_tensor *weights, lnt_error *error);
    void *context;
} lnt_data_source;

/**
 * Trains as `lnt_fit` does, on rows that are read block by block while it trains. Two blocks are in
 * memory, the one that is learned from and the next; all memory is taken before the first step.
 * With `shuffle` the order of the blocks in an epoch, and that of the rows in each block, is drawn
 * from `seed` and the epoch: rows of one block stay in neighbouring batches. No batch has rows of
 * two blocks, so the shorter one is the last of the file's last block. One block of all rows gives
 * the bits that `lnt_fit` gives, and is read once.
 *
 * `read` is called by one thread of its own, which blocks all signals and ends before the return,
 * so with one call at a time, but while the caller's thread trains. Targets and weights are checked
 * as they come; then, as when `read` fails, the run ends with a sentence that names epoch and
 * batch, and the net has the parameters of the last step before.
 *
 * `LNT_ERR_INVALID` for what needs all rows at once: `sampling` other than all,
 * `validation_fraction`, `weights` (`weighted` instead). Validation rows come as `x_val`, `y_val`.
 * `LNT_ERR_THREADS` if the thread cannot be started.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_fit_source(lnt_net *net, const lnt_data_source *source,
                                                 const lnt_fit_config *config,
                                                 lnt_fit_result *result, lnt_error *error);

/* --- training one batch at a time --- */

/**
 * A net in training, for programs that own the loop: a simulation that learns as it runs. It holds
 * pass, optimiser and schedule; all memory is taken at creation. Of the configuration it uses loss,
 * optim, schedule, seed, allocator and batch_rows, the most rows a batch may have. The schedule's
 * periods are optimiser steps, whatever `per_step` says, and the whole run is `max_steps`; plateau
 * is `LNT_ERR_INVALID`, as nothing is monitored. It borrows the net. One thread at a time.
 */
typedef struct lnt_trainer lnt_trainer;

LNT_API LNT_MUST_CHECK lnt_status lnt_trainer_create(lnt_trainer **trainer, lnt_net *net,
                                                     const lnt_fit_config *config,
                                                     lnt_error *error);
LNT_API void lnt_trainer_destroy(lnt_trainer *trainer);

/**
 * One step on x [rows, inputs], y [rows, targets], weights [rows, 1] or NULL: partial fit.
 * `*loss`, unless NULL, is the batch's loss before the step. If it, or the norm of the gradient, is
 * not finite nothing is changed and the status is `LNT_ERR_NONFINITE`; so it is with every error.
 * No allocation.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_trainer_step(lnt_trainer *trainer, const lnt_tensor *x,
                                                   const lnt_tensor *y, const lnt_tensor *weights,
                                                   double *loss);

/** Its parts, owned by the trainer: the last batch's outputs and gradients; rate and steps. */
LNT_API lnt_pass *lnt_trainer_pass(lnt_trainer *trainer);
LNT_API lnt_optim *lnt_trainer_optim(lnt_trainer *trainer);

/**
 * Writes all that the trainer and its net go on from to a checkpoint, whole or not at all; after
 * `lnt_trainer_load` into a trainer that was created for a net of the same layers with the same
 * configuration, the same batches give the same bits. `LNT_ERR_INVALID` for a checkpoint of another
 * one, with nothing changed.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_trainer_save(lnt_trainer *trainer, const char *path,
                                                   lnt_error *error);
LNT_API LNT_MUST_CHECK lnt_status lnt_trainer_load(lnt_trainer *trainer, const char *path,
                                                   lnt_error *error);

/* --- history --- */

/** One epoch of a run. */
typedef struct lnt_history_row {
    size_t epoch; /**< 1-based */
    size_t steps;
    double seconds;
    double learning_rate; /**< of the epoch's last step */
    double train_loss;
    double train_accuracy;
    lnt_scores validation;
} lnt_history_row;

/** Room for `max_epochs` rows, and for the norms of each parameter tensor of `net`. */
LNT_API LNT_MUST_CHECK lnt_status lnt_history_create(lnt_history **history, const lnt_net *net,
                                                     size_t max_epochs,
                                                     const lnt_allocator *allocator);
LNT_API void lnt_history_destroy(lnt_history *history);
LNT_API size_t lnt_history_epochs(const lnt_history *history);
/** Row `i`, from 0; NULL outside. */
LNT_API const lnt_history_row *lnt_history_get(const lnt_history *history, size_t i);
/**
 * 2-norms of parameter tensor `tensor` and of its gradient in the last batch of epoch row `i`; NaN
 * outside.
 */
LNT_API double lnt_history_parameter_norm(const lnt_history *history, size_t i, size_t tensor);
LNT_API double lnt_history_gradient_norm(const lnt_history *history, size_t i, size_t tensor);
/** Forgets all rows. */
LNT_API void lnt_history_clear(lnt_history *history);

/**
 * Writes the rows to a file, whole or not at all: CSV with a header, or JSON Lines, an object an
 * epoch. Columns are the fields of the rows, "validation_" before a metric's name, and
 * "layers.0.weight.norm" and "layers.0.weight.gradient_norm"; those without any number are left
 * out. Numbers are the shortest that read back the same; one that is unknown is empty, or null,
 * and JSON has null for an infinity, too.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_history_write_csv(const lnt_history *history,
                                                        const char *path, lnt_error *error);
LNT_API LNT_MUST_CHECK lnt_status lnt_history_write_jsonl(const lnt_history *history,
                                                          const char *path, lnt_error *error);

/* --- learning rate range test --- */

/**
 * Trains a copy of `net` for `n` ≥ 2 batches, as `lnt_fit` would take them, while the learning rate
 * rises geometrically from `low` to `high`, and records rates[i] and losses[i], smoothed:
 * b = 0.98·b + 0.02·loss, divided by 1 − 0.98^(i + 1). It ends early with a loss that is not
 * finite, which is not recorded, or one above the smallest by three times its size; `*done` are
 * recorded. `*suggested` is the rate around which the loss fell most, from n/20 batches before to
 * n/20 behind, the first n/10 left out; NaN if it never fell. `done` and `suggested` may be NULL.
 * Schedule, validation and limits of the configuration are not used. The net is not changed.
 * Smith, WACV 2017.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_lr_range_test(const lnt_net *net, const lnt_tensor *x,
                                                    const lnt_tensor *y,
                                                    const lnt_fit_config *config, double low,
                                                    double high, size_t n, double *rates,
                                                    double *losses, size_t *done, double *suggested,
                                                    lnt_error *error);

LNT_END_DECLS

#endif
