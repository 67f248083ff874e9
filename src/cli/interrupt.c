/* SPDX-License-Identifier: MIT */
#include "interrupt.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t noted;

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
static void note(int number)
{
    noted = noted != 0 ? noted : number;
    for (size_t i = 0; i < N_SIGNALS && number != SIGHUP; i++) {
        if (signals[i].watched && signals[i].ends_at_once) {
            sigaction(signals[i].number, &signals[i].before, NULL);
        }
    }
}

void lnt_cli_interrupt_watch(void)
{
    static bool watching;
    struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
    if (watching) {
        return;
    }
    watching = true;
    sigfillset(&action.sa_mask);
    for (size_t i = 0; i < N_SIGNALS; i++) {
        sigaction(signals[i].number, NULL, &signals[i].before);
        signals[i].watched = signals[i].before.sa_handler != SIG_IGN;
        if (signals[i].watched) {
            sigaction(signals[i].number, &action, NULL);
        }
    }
}

void lnt_cli_interrupt_ignore_pipe(void)
{
    (void) signal(SIGPIPE, SIG_IGN);
}

bool lnt_cli_interrupted(void)
{
    return noted != 0;
}

const char *lnt_cli_interrupt_name(void)
{
    for (size_t i = 0; i < N_SIGNALS; i++) {
        if (signals[i].number == noted) {
            return signals[i].name;
        }
    }
    return "a signal";
}
