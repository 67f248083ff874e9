/* SPDX-License-Identifier: MIT */
#include "interrupt.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t noted;

static struct {
    int number;
    bool watched;
    struct sigaction before;
} signals[] = {{.number = SIGINT}, {.number = SIGTERM}};

#define N_SIGNALS (sizeof signals / sizeof signals[0])

static void note(int number)
{
    noted = number;
    for (size_t i = 0; i < N_SIGNALS; i++) {
        if (signals[i].watched) {
            sigaction(signals[i].number, &signals[i].before, NULL);
        }
    }
}

void lnt_cli_interrupt_watch(void)
{
    struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
    sigfillset(&action.sa_mask);
    for (size_t i = 0; i < N_SIGNALS; i++) {
        sigaction(signals[i].number, NULL, &signals[i].before);
        signals[i].watched = signals[i].before.sa_handler != SIG_IGN;
        if (signals[i].watched) {
            sigaction(signals[i].number, &action, NULL);
        }
    }
}

bool lnt_cli_interrupted(void)
{
    return noted != 0;
}

const char *lnt_cli_interrupt_name(void)
{
    return noted == SIGINT ? "Ctrl-C" : "SIGTERM";
}
