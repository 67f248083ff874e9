/* SPDX-License-Identifier: MIT */
#include "cli/output/progress.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define LINES_MAX 20
#define REDRAW_SECONDS 0.1
#define WIDE 80
#define BAR_MIN 8
#define BAR_MAX 30
#define LINE_MAX_BYTES 256

const char *lnt_cli_when_name(int when)
{
    static const char *const names[] = {
        [LNT_CLI_AUTO] = "auto", [LNT_CLI_ALWAYS] = "always", [LNT_CLI_NEVER] = "never"};
    return when >= 0 && when <= LNT_CLI_NEVER ? names[when] : NULL;
}

static double seconds_now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double) time.tv_sec + 1e-9 * (double) time.tv_nsec;
}

static bool draws_bars(void)
{
    const char *terminal = getenv("TERM");
    return isatty(STDERR_FILENO) && terminal != NULL && terminal[0] != '\0' &&
           strcmp(terminal, "dumb") != 0;
}

/* Asked at each drawing, so that a window may change its size. */
static size_t screen_width(void)
{
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        return size.ws_col;
    }
    return WIDE;
}

void lnt_cli_progress_begin(lnt_cli_progress *progress, lnt_cli_when when, size_t rows)
{
    *progress = (lnt_cli_progress){.shown = when != LNT_CLI_NEVER,
                                   .bar = when == LNT_CLI_ALWAYS || draws_bars(),
                                   .rows = rows,
                                   .began = seconds_now()};
}

enum { PIECES = 6 };

/* What is shown, as text; an empty one is left out. */
typedef struct pieces {
    char epoch[48];
    char loss[32];
    char held_out[48];
    char damping[32];
    char rate[32];
    char left[32];
    double done; /* share of the run, 0 to 1 */
} pieces;

static void format_rate(double rate, char *text, size_t size, const char *unit)
{
    if (rate >= 1e6) {
        snprintf(text, size, "%.1fM%s", rate / 1e6, unit);
    } else if (rate >= 1e4) {
        snprintf(text, size, "%.0fk%s", rate / 1e3, unit);
    } else {
        snprintf(text, size, "%.0f%s", rate, unit);
    }
}

static void format_left(double seconds, char *text, size_t size)
{
    /* A first guess may be absurd. */
    const unsigned long s = seconds < 1e8 ? (unsigned long) ceil(seconds) : 100000000UL;
    if (s >= 3600) {
        snprintf(text, size, "%lu:%02lu:%02lu left", s / 3600, s / 60 % 60, s % 60);
    } else {
        snprintf(text, size, "%lu:%02lu left", s / 60, s % 60);
    }
}

static void format_pieces(const lnt_cli_progress *progress, const lnt_fit_progress *now,
                          double seconds, bool wide, pieces *text)
{
    const double rows = (double) progress->rows;
    const double seen = (double) (now->epoch - 1) * rows + (double) now->rows;
    const double all = (double) now->epochs * rows;
    const double rate = seconds > 0 ? seen / seconds : 0;
    *text = (pieces){.done = seen / all};
    snprintf(text->epoch, sizeof text->epoch, "epoch %zu/%zu", now->epoch, now->epochs);
    snprintf(text->loss, sizeof text->loss, "loss %.*g", wide ? 4 : 2, now->train_loss);
    if (!isnan(now->validation.value[LNT_METRIC_ACCURACY])) {
        snprintf(text->held_out, sizeof text->held_out, "%s %.4f",
                 wide ? "held-out accuracy" : "acc", now->validation.value[LNT_METRIC_ACCURACY]);
    } else if (!isnan(now->validation.value[LNT_METRIC_LOSS])) {
        snprintf(text->held_out, sizeof text->held_out, "held-out %s%.4g", wide ? "loss " : "",
                 now->validation.value[LNT_METRIC_LOSS]);
    } else if (!isnan(now->train_accuracy)) {
        snprintf(text->held_out, sizeof text->held_out, "%s %.4f", wide ? "accuracy" : "acc",
                 now->train_accuracy);
    }
    if (!isnan(now->damping)) {
        snprintf(text->damping, sizeof text->damping, "damping %.1e", now->damping);
    }
    format_rate(rate, text->rate, sizeof text->rate, wide ? " samples/s" : "/s");
    if (rate > 0) {
        format_left((all - seen) / rate, text->left, sizeof text->left);
    }
}

/* The bar, with what fits beside it, in columns below `width`: a full line would wrap. */
static void compose(const pieces *text, size_t width, char line[LINE_MAX_BYTES])
{
    const char *const shown[PIECES] = {text->epoch,   text->loss, text->held_out,
                                       text->damping, text->rate, text->left};
    static const size_t by_weight[PIECES] = {0, 1, 2, 5, 3, 4};
    bool fits[PIECES] = {false};
    size_t used = 0;
    for (size_t i = 0; i < PIECES; i++) {
        const size_t length = strlen(shown[by_weight[i]]) + (used > 0 ? 2 : 0);
        fits[by_weight[i]] = shown[by_weight[i]][0] != '\0' && used + length < width;
        used += fits[by_weight[i]] ? length : 0;
    }
    size_t bar = width > used + 5 ? width - used - 5 : 0;
    bar = bar > BAR_MAX ? BAR_MAX : bar < BAR_MIN ? 0 : bar;
    size_t end = 0;
    for (size_t i = 0; i < PIECES; i++) {
        if (fits[i]) {
            end += (size_t) snprintf(line + end, LINE_MAX_BYTES - end, "%s%s", end > 0 ? "  " : "",
                                     shown[i]);
        }
        if (i == 0 && bar > 0) {
            const int full = (int) (text->done * (double) bar);
            end += (size_t) snprintf(line + end, LINE_MAX_BYTES - end, "  [%.*s%*s]", full,
                                     "##############################", (int) bar - full, "");
        }
    }
    line[end] = '\0';
}

static void draw_bar(const lnt_cli_progress *progress, const lnt_fit_progress *now, double seconds)
{
    pieces text;
    char line[LINE_MAX_BYTES];
    const size_t width = screen_width();
    format_pieces(progress, now, seconds, width >= WIDE, &text);
    compose(&text, width, line);
    fprintf(stderr, "\r%s\033[K", line);
    fflush(stderr);
}

static void print_line(const lnt_cli_progress *progress, const lnt_fit_progress *now,
                       double seconds)
{
    pieces text;
    format_pieces(progress, now, seconds, true, &text);
    fprintf(stderr, "%s  %s%s%s%s%s  %s\n", text.epoch, text.loss,
            text.held_out[0] != '\0' ? "  " : "", text.held_out,
            text.damping[0] != '\0' ? "  " : "", text.damping, text.rate);
}

void lnt_cli_progress_update(lnt_cli_progress *progress, const lnt_fit_progress *now)
{
    if (!progress->shown) {
        return;
    }
    const double time = seconds_now();
    if (progress->bar) {
        if (time - progress->drawn >= REDRAW_SECONDS) {
            progress->drawn = time;
            draw_bar(progress, now, time - progress->began);
        }
    } else if (now->epoch_end &&
               now->epoch * LINES_MAX / now->epochs > (now->epoch - 1) * LINES_MAX / now->epochs) {
        print_line(progress, now, time - progress->began);
    }
}

void lnt_cli_progress_end(lnt_cli_progress *progress)
{
    if (progress->shown && progress->bar && progress->drawn > 0) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
}
