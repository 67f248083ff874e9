/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_OPTIONS_TRAIN_SETTINGS_H
#define LINNET_CLI_OPTIONS_TRAIN_SETTINGS_H

#include "cli/options/option_values.h"
#include "cli/options/reading_options.h"
#include "cli/options/separate_file_options.h"

#include <linnet/linnet.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What training is told: the settings of `train`, `cv` and `lr`. Each takes some of the groups. */
typedef struct lnt_cli_train_settings {
    uint64_t seed; /* the first, so that `values` is not */
    lnt_cli_option_values values;

    lnt_cli_separate_files separate_files; /* files, in place of one */
    lnt_cli_texts targets;
    lnt_cli_texts features;
    lnt_cli_texts exclude;
    char *weights;          /* a column, or NULL */
    char *sampling_weights; /* likewise */
    int task;
    bool standardize;
    int scale_inputs; /* lnt_scaling */
    int scale_targets;

    lnt_cli_sizes hidden;
    int activation;
    double alpha; /* NaN: the activation's default */
    int norm;
    double dropout;
    bool residual;
    int init; /* place in a list of the net's own */
    double init_scale;
    int dtype;
    char *from; /* a model file, or NULL */

    int loss_choice; /* 0: by the task, else 1 + lnt_loss_kind */
    lnt_loss loss;
    char *class_weights; /* or NULL */

    lnt_fit_config fit; /* its numbers; what it points to is put in later */
    lnt_cli_sizes milestones;
    int laplace;     /* 0: none, else 1 + lnt_laplace_structure */
    size_t ensemble; /* nets; 0 where a command has no such option */
    double validation;
    char *validation_file; /* or NULL */

    lnt_cli_reading reading;
    char *config;
    char *output;  /* or NULL */
    char *history; /* or NULL */
    char *report;  /* or NULL */
    char *every;   /* how often checkpoints are made */
    bool dry_run;
    bool json;
    bool quiet;
    int progress;

    size_t folds;     /* of `cv` */
    double low, high; /* of `lr` */
    size_t steps;
} lnt_cli_train_settings;

#define LNT_CLI_AT(member) .offset = offsetof(lnt_cli_train_settings, member)
#define LNT_CLI_COUNT_OF(table) (sizeof(table) / sizeof((table)[0]))

/* The groups, one a file. */
extern const lnt_cli_group lnt_cli_separate_files_group, lnt_cli_column_group, lnt_cli_net_group,
    lnt_cli_checkpoint_group, lnt_cli_training_group, lnt_cli_stopping_group,
    lnt_cli_train_reading_group;

/* Groups made from settings of the library, by `lnt_cli_options_init`, which main calls first. */
extern lnt_cli_group lnt_cli_loss_group, lnt_cli_optim_group, lnt_cli_schedule_group;
void lnt_cli_options_init(void);
void lnt_cli_loss_options_init(void);
void lnt_cli_optim_options_init(void);
void lnt_cli_schedule_options_init(void);

/* The defaults of the command for an optimizer. */
lnt_optim_config lnt_cli_optim_defaults(lnt_optim_kind kind);

/* Training without --epochs, running without --progress and --dry-run. */
extern const lnt_cli_group lnt_cli_batches_group, lnt_cli_quiet_group;

/* The options of groups that only some commands have. */
extern const lnt_cli_option lnt_cli_run_options[];
#define LNT_CLI_RUN_COUNT 5

/* The choice of --optimizer behind the library's kinds: until `lnt_cli_optim_pick`. */
enum { LNT_CLI_OPTIM_AUTO = LNT_KFAC + 1 };

/* Choices as the library's types. */
lnt_dtype lnt_cli_train_dtype(int choice);
lnt_init lnt_cli_net_init(int choice, double scale);

/* The files that a run reads, NULL for those that were not given. `path` is the data file. */
#define LNT_CLI_TRAIN_INPUTS 6
void lnt_cli_train_inputs(const lnt_cli_train_settings *settings, const char *path,
                          const char *inputs[LNT_CLI_TRAIN_INPUTS]);

/* Whether the activation of that choice is a layer of its own with learned slopes. */
bool lnt_cli_is_prelu(int activation);

typedef enum lnt_cli_norm {
    LNT_CLI_NORM_NONE,
    LNT_CLI_NORM_BATCH,
    LNT_CLI_NORM_LAYER,
    LNT_CLI_NORM_RMS
} lnt_cli_norm;

/*
 * Puts in what was not given: the defaults of method and schedule, and what `loss` has.
 * `values` must lie over these settings.
 */
void lnt_cli_loss_resolve(lnt_cli_train_settings *settings, const lnt_loss *loss);
void lnt_cli_optim_resolve(lnt_cli_train_settings *settings);
lnt_status lnt_cli_schedule_resolve(lnt_cli_train_settings *settings, lnt_error *error);

#endif
