/* SPDX-License-Identifier: MIT */
#ifdef __linux__
#define _GNU_SOURCE /* sched_getaffinity */
#endif
#include "base/team.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

/* Rounds of polling: before a member lets others run, and before a worker goes to sleep. */
enum { POLLS = 2000, AWAKE_POLLS = 50000 };

typedef struct worker {
    pthread_t thread;
    lnt_team *team;
    unsigned member;
} worker;

struct lnt_team {
    bool custom;
    lnt_allocator allocator;
    unsigned size;
    unsigned started; /* workers */
    lnt_team_job *job;
    void *context;
    bool ending;
    pid_t process;                   /* that the workers belong to */
    _Alignas(64) atomic_uint ticket; /* of the job at hand: workers look for its change */
    atomic_bool awake;
    _Alignas(64) atomic_uint arrived; /* members at the meeting */
    _Alignas(64) atomic_uint meeting; /* its number */
    _Alignas(64) pthread_mutex_t mutex;
    pthread_cond_t woken;
    atomic_uint asleep;
    worker workers[];
};

static inline void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

unsigned lnt_team_processors(void)
{
#ifdef __linux__
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) {
        return (unsigned) CPU_COUNT(&set);
    }
#endif
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (unsigned) online : 1;
}

void lnt_team_meet(lnt_team *team)
{
    const unsigned meeting = atomic_load_explicit(&team->meeting, memory_order_relaxed);
    if (atomic_fetch_add_explicit(&team->arrived, 1, memory_order_acq_rel) + 1 == team->size) {
        atomic_store_explicit(&team->arrived, 0, memory_order_relaxed);
        atomic_store_explicit(&team->meeting, meeting + 1, memory_order_release);
        return;
    }
    for (unsigned polls = 1; atomic_load_explicit(&team->meeting, memory_order_acquire) == meeting;
         polls++) {
        if (polls % POLLS == 0) {
            sched_yield(); /* there may be fewer processors than members */
        } else {
            relax();
        }
    }
}

/* Waits for a job other than that of `ticket`; returns its ticket. */
static unsigned wait_for_job(lnt_team *team, unsigned ticket)
{
    for (unsigned polls = 0; polls < AWAKE_POLLS && atomic_load(&team->awake); polls++) {
        const unsigned next = atomic_load_explicit(&team->ticket, memory_order_acquire);
        if (next != ticket) {
            return next;
        }
        relax();
    }
    pthread_mutex_lock(&team->mutex);
    /* Ordered as a whole with the ticket: either it is seen changed, or this one is seen asleep. */
    atomic_fetch_add(&team->asleep, 1);
    while (atomic_load(&team->ticket) == ticket) {
        pthread_cond_wait(&team->woken, &team->mutex);
    }
    atomic_fetch_sub(&team->asleep, 1);
    pthread_mutex_unlock(&team->mutex);
    return atomic_load(&team->ticket);
}

static void *work(void *argument)
{
    const worker *self = argument;
    lnt_team *team = self->team;
    for (unsigned ticket = 0;;) {
        ticket = wait_for_job(team, ticket);
        if (team->ending) {
            return NULL;
        }
        team->job(team->context, self->member);
        lnt_team_meet(team);
    }
}

static void call_workers(lnt_team *team)
{
    atomic_fetch_add(&team->ticket, 1);
    if (atomic_load(&team->asleep) > 0) {
        pthread_mutex_lock(&team->mutex);
        pthread_cond_broadcast(&team->woken);
        pthread_mutex_unlock(&team->mutex);
    }
}

void lnt_team_run(lnt_team *team, lnt_team_job *job, void *context)
{
    team->job = job;
    team->context = context;
    call_workers(team);
    job(context, 0);
    lnt_team_meet(team);
}

bool lnt_team_has_workers(const lnt_team *team)
{
    return getpid() == team->process;
}

void lnt_team_set_spin(lnt_team *team, bool awake)
{
    atomic_store(&team->awake, awake);
}

static lnt_status start(lnt_team *team)
{
    sigset_t all, before;
    sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0) {
        return LNT_ERR_THREADS;
    }
    lnt_status status = LNT_OK;
    for (unsigned i = 0; i + 1 < team->size && status == LNT_OK; i++) {
        worker *w = &team->workers[i];
        w->team = team;
        w->member = i + 1;
        if (pthread_create(&w->thread, NULL, work, w) == 0) {
            team->started++;
        } else {
            status = LNT_ERR_THREADS;
        }
    }
    (void) pthread_sigmask(SIG_SETMASK, &before, NULL);
    return status;
}

lnt_status lnt_team_create(lnt_team **out, unsigned size, const lnt_allocator *allocator)
{
    *out = NULL;
    lnt_team *team = lnt_allocate(allocator, 1, sizeof *team + size * sizeof team->workers[0]);
    if (team == NULL) {
        return LNT_ERR_MEMORY;
    }
    if (allocator != NULL) {
        team->allocator = *allocator;
        team->custom = true;
    }
    team->size = size;
    team->process = getpid();
    if (pthread_mutex_init(&team->mutex, NULL) != 0) {
        lnt_release(allocator, team);
        return LNT_ERR_THREADS;
    }
    if (pthread_cond_init(&team->woken, NULL) != 0) {
        pthread_mutex_destroy(&team->mutex);
        lnt_release(allocator, team);
        return LNT_ERR_THREADS;
    }
    const lnt_status status = start(team);
    if (status != LNT_OK) {
        lnt_team_destroy(team);
        return status;
    }
    *out = team;
    return LNT_OK;
}

static void end_workers(lnt_team *team)
{
    team->ending = true;
    call_workers(team);
    for (unsigned i = 0; i < team->started; i++) {
        pthread_join(team->workers[i].thread, NULL);
    }
    pthread_cond_destroy(&team->woken);
    pthread_mutex_destroy(&team->mutex);
}

void lnt_team_destroy(lnt_team *team)
{
    if (team == NULL) {
        return;
    }
    if (lnt_team_has_workers(team)) { /* else the lock and its waiters are those of the parent */
        end_workers(team);
    }
    const lnt_allocator allocator = team->allocator;
    lnt_release(team->custom ? &allocator : NULL, team);
}
