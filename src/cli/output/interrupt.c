/* SPDX-License-Identifier: MIT */
#include "cli/output/interrupt.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t pending;

/* Of a signal that ends at once, the second one acts as it would without us. */
static struct {
    int number;
    const char *name;
    bool ends_at_once;
    bool watched;
    struct sigaction before;
} signals[] = {
    {.number = SIGINT, .name = "Ctrl-C", .ends_at_once = true},
    {.number = SIGTERM, .name = "SIGTERM", .ends_at_once = true},
    {.number = SIGHUP, .name = "SIGHUP"},
};

#define N_SIGNALS (sizeof signals / sizeof signals[0])

/*
 * A session that is closed sends SIGHUP more than once, by the shell and by the terminal, and some
 * send SIGTERM too. So SIGHUP ends nothing at once, and makes no other signal do so.
 */
static void record_signal(int number)
{
    pending = pending != 0 ? pending : number;
    for (size_t i = 0; i < N_SIGNALS && number != SIGHUP; i++) {
        if (signals[i].watched && signals[i].ends_at_once) {
            sigaction(signals[i].number, &signals[i].before, NULL);
        }
    }
}

static void watch(void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigfillset(&action.sa_mask);
    for (size_t i = 0; i < N_SIGNALS; i++) {
        sigaction(signals[i].number, NULL, &signals[i].before);
        signals[i].watched = signals[i].before.sa_handler != SIG_IGN;
        if (signals[i].watched) {
            sigaction(signals[i].number, &action, NULL);
        }
    }
}

static bool watching;

void lnt_cli_interrupt_watch(void)
{
    if (!watching) {
        watching = true;
        watch(record_signal);
    }
}

static volatile sig_atomic_t held;

static void hold(int number)
{
    held = number;
}

void lnt_cli_interrupt_hold(void)
{
    if (!watching) {
        held = 0;
        watch(hold);
    }
}

void lnt_cli_interrupt_release(void)
{
    if (watching) {
        return;
    }
    for (size_t i = 0; i < N_SIGNALS; i++) {
        if (signals[i].watched) {
            sigaction(signals[i].number, &signals[i].before, NULL);
        }
    }
    if (held != 0) {
        (void) raise(held);
    }
}

void lnt_cli_interrupt_ignore_pipe(void)
{
    (void) signal(SIGPIPE, SIG_IGN);
}

bool lnt_cli_interrupted(void)
{
    return pending != 0;
}

const char *lnt_cli_interrupt_name(void)
{
    for (size_t i = 0; i < N_SIGNALS; i++) {
        if (signals[i].number == pending) {
            return signals[i].name;
        }
    }
    return "a signal";
}
