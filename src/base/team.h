/* SPDX-License-Identifier: MIT */
#ifndef LINNET_BASE_TEAM_H
#define LINNET_BASE_TEAM_H

#include <linnet/memory.h>
#include <linnet/status.h>
#include <stdbool.h>

/**
 * A team of threads that share one job at a time: the caller, member 0, and workers that sleep
 * between jobs. Workers block all signals, so that the program's handlers run in its own threads.
 */
typedef struct lnt_team lnt_team;

/** What a member does; all of them do it at once. */
typedef void lnt_team_job(void *context, unsigned member);

/** Starts `size` − 1 workers; `LNT_ERR_THREADS` if the system refuses. On failure *team is NULL. */
lnt_status lnt_team_create(lnt_team **team, unsigned size, const lnt_allocator *allocator);

/**
 * Ends the workers and frees the team; NULL is fine. In a child process, which has no workers, it
 * frees the team.
 */
void lnt_team_destroy(lnt_team *team);

/**
 * Whether this process started the workers. A fork does not copy threads, so a job of the team
 * would never end in the child.
 */
bool lnt_team_has_workers(const lnt_team *team);

/** Runs the job with all members and returns when all have done it. One caller at a time. */
void lnt_team_run(lnt_team *team, lnt_team_job *job, void *context);

/** Inside a job: waits until all members are here. */
void lnt_team_meet(lnt_team *team);

/** Whether workers wait awake for the next job, for a while, instead of going to sleep at once. */
void lnt_team_set_spin(lnt_team *team, bool awake);

/** Processors that this process may use. */
unsigned lnt_team_processors(void);

/** A member's part of a job that is cut in `size` parts; {0, 1} is all of it. */
typedef struct lnt_share {
    unsigned index;
    unsigned size;
} lnt_share;

/** The part of `count` things that is this share, in multiples of `unit` but for the last. */
static inline size_t lnt_share_of(lnt_share share, size_t count, size_t unit, size_t *first)
{
    const size_t units = (count + unit - 1) / unit;
    const size_t begin = units * share.index / share.size * unit;
    const size_t end = units * (share.index + 1) / share.size * unit;
    *first = begin;
    return (end < count ? end : count) - (begin < count ? begin : count);
}

#endif
