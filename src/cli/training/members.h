/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_TRAINING_MEMBERS_H
#define LINNET_CLI_TRAINING_MEMBERS_H

#include "cli/training/training_run.h"

/* The trained nets of a run, of which a run has one at a time. */
typedef struct lnt_cli_members {
    size_t count;
    struct lnt_cli_member {
        lnt_net *net;
        lnt_laplace *laplace;
        lnt_fit_result result;
        char *path; /* where it is saved, or NULL */
    } * list;
} lnt_cli_members;

/* The file of member `m`, from 0, of `n`: `path` itself if there is one alone. NULL: no memory. */
char *lnt_cli_member_path(const char *path, size_t m, size_t n);

/* What a sentence calls the files of all members, once they are saved. NULL: no memory. */
char *lnt_cli_members_text(const lnt_cli_members *members);

/* Gives the run a new net, from the seed behind those before. */
lnt_status lnt_cli_members_next(lnt_cli_members *members, lnt_cli_training_run *run,
                                lnt_error *error);

/* Before training: whether the Laplace approximation that was asked for, if any, is possible. */
lnt_status lnt_cli_members_check(const lnt_cli_training_run *run, lnt_error *error);

/* Fits the Laplace approximation that was asked for, if any, to the rows trained on. */
lnt_status lnt_cli_members_laplace(lnt_cli_training_run *run, lnt_error *error);

/* Takes the net from the run, or gives the run that of member m, in place of its own. */
lnt_status lnt_cli_members_keep(lnt_cli_members *members, lnt_cli_training_run *run);
void lnt_cli_members_lend(lnt_cli_members *members, size_t m, lnt_cli_training_run *run);

void lnt_cli_members_clear(lnt_cli_members *members);

#endif
