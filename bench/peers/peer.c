/* SPDX-License-Identifier: MIT */
#include "peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LINE 64 /* bytes of the cache's */

void lnt_peer_fail(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

void *lnt_peer_allocate(size_t count, size_t size)
{
    const size_t bytes = (count * size + LINE) / LINE * LINE;
    void *block = aligned_alloc(LINE, bytes);
    if (block == NULL) {
        lnt_peer_fail("memory", "there is not enough");
        return NULL;
    }
    memset(block, 0, bytes);
    return block;
}

size_t lnt_peer_size(const lnt_peer_problem *problem)
{
    return strcmp(problem->dtype, "f64") == 0 ? sizeof(double) : sizeof(float);
}

size_t lnt_peer_rows(const lnt_peer_problem *problem)
{
    return problem->inference ? 1 : problem->rows;
}

/* --- the problem --- */

static void *load(FILE *file, size_t count, size_t size)
{
    void *block = lnt_peer_allocate(count, size);
    if (fread(block, size, count, file) != count) {
        lnt_peer_fail("data", "the file is too short");
    }
    return block;
}

static void load_data(lnt_peer_problem *p, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        lnt_peer_fail(path, "cannot be opened");
        return;
    }
    p->n_parameters = 0;
    for (size_t l = 0; l < p->n_layers; l++) {
        p->n_parameters += (p->widths[l] + 1) * p->widths[l + 1];
    }
    const size_t size = lnt_peer_size(p);
    p->parameters = load(file, p->n_parameters, size);
    p->x = load(file, p->rows * p->widths[0], size);
    p->y = load(file, p->rows * p->widths[p->n_layers], size);
    fclose(file);
}

static void forget(lnt_peer_problem *p)
{
    free(p->parameters);
    free(p->x);
    free(p->y);
    *p = (lnt_peer_problem){.rows = 0};
}

static void read_widths(lnt_peer_problem *p, const char *text)
{
    size_t count = 0;
    while (*text != '\0' && count <= LNT_PEER_MOST_LAYERS) {
        char *end;
        p->widths[count++] = (size_t) strtoul(text, &end, 10);
        text = *end == ',' ? end + 1 : end;
    }
    p->n_layers = count - 1;
}

/* `key=value`, as the runner writes them; keys that C contenders do not need are left alone. */
static void read_setting(lnt_peer_problem *p, const char *key, const char *value)
{
    const struct {
        const char *key;
        char *text;
        size_t size;
    } texts[] = {{"dtype", p->dtype, sizeof p->dtype},
                 {"hidden", p->hidden, sizeof p->hidden},
                 {"output", p->output, sizeof p->output},
                 {"optimizer", p->optimizer, sizeof p->optimizer},
                 {"variant", p->variant, sizeof p->variant}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (strcmp(key, texts[i].key) == 0) {
            snprintf(texts[i].text, texts[i].size, "%s", value);
        }
    }
    if (strcmp(key, "widths") == 0) {
        read_widths(p, value);
    } else if (strcmp(key, "rows") == 0) {
        p->rows = (size_t) strtoul(value, NULL, 10);
    } else if (strcmp(key, "threads") == 0) {
        p->threads = (int) strtol(value, NULL, 10);
    } else if (strcmp(key, "rate") == 0) {
        p->learning_rate = strtod(value, NULL);
    } else if (strcmp(key, "mode") == 0) {
        p->inference = strcmp(value, "inference") == 0;
    }
}

static void read_problem(lnt_peer_problem *p, char *settings)
{
    const char *data = "";
    for (char *word = strtok(settings, " \n"); word != NULL; word = strtok(NULL, " \n")) {
        char *equals = strchr(word, '=');
        if (equals == NULL) {
            lnt_peer_fail(word, "is not key=value");
            return;
        }
        *equals = '\0';
        read_setting(p, word, equals + 1);
        data = strcmp(word, "data") == 0 ? equals + 1 : data;
    }
    load_data(p, data);
}

/* --- the lines --- */

typedef struct server {
    const lnt_peer *peer;
    lnt_peer_problem problem;
    void *state;
} server;

static void close_state(server *s)
{
    if (s->state != NULL) {
        s->peer->close(s->state);
        s->state = NULL;
    }
}

static void answer_open(server *s, char *settings)
{
    close_state(s);
    forget(&s->problem);
    read_problem(&s->problem, settings);
    const char *reason = NULL;
    s->state = s->peer->open(&s->problem, &reason);
    if (reason == NULL) {
        printf("ready %s\n", s->peer->version);
    } else {
        printf("%s %s\n", s->state != NULL ? "differs" : "cannot", reason);
    }
}

static double now(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double) time.tv_sec + 1e-9 * (double) time.tv_nsec;
}

static void answer_run(const server *s, const char *steps)
{
    const size_t count = (size_t) strtoul(steps, NULL, 10);
    const double cpu = now(CLOCK_PROCESS_CPUTIME_ID), begin = now(CLOCK_MONOTONIC);
    s->peer->run(s->state, count);
    const double seconds = now(CLOCK_MONOTONIC) - begin;
    printf("%.9g %.9g\n", seconds, now(CLOCK_PROCESS_CPUTIME_ID) - cpu);
}

/* From the start anew, so that whatever ran before does not matter. */
static void answer_check(server *s, char *arguments)
{
    char *path;
    const size_t steps = (size_t) strtoul(arguments, &path, 10);
    path += strspn(path, " ");
    path[strcspn(path, "\n")] = '\0';
    close_state(s);
    const char *reason = NULL;
    s->state = s->peer->open(&s->problem, &reason);
    s->peer->run(s->state, steps);

    const lnt_peer_problem *p = &s->problem;
    const size_t size = lnt_peer_size(p);
    const size_t n_outputs = lnt_peer_rows(p) * p->widths[p->n_layers];
    void *parameters = lnt_peer_allocate(p->n_parameters, size);
    void *outputs = lnt_peer_allocate(n_outputs, size);
    s->peer->read(s->state, parameters, outputs);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(parameters, size, p->n_parameters, file) != p->n_parameters ||
        fwrite(outputs, size, n_outputs, file) != n_outputs || fclose(file) != 0) {
        lnt_peer_fail(path, "cannot be written");
    }
    free(parameters);
    free(outputs);
    puts("done");
}

int lnt_peer_serve(const lnt_peer *peer)
{
    server s = {.peer = peer};
    char line[4096];
    while (fgets(line, sizeof line, stdin) != NULL) {
        if (strncmp(line, "open ", 5) == 0) {
            answer_open(&s, line + 5);
        } else if (strncmp(line, "run ", 4) == 0 && s.state != NULL) {
            answer_run(&s, line + 4);
        } else if (strncmp(line, "check ", 6) == 0 && s.state != NULL) {
            answer_check(&s, line + 6);
        } else {
            lnt_peer_fail(line, "is not open, run or check, or nothing is open");
        }
        fflush(stdout);
    }
    close_state(&s);
    forget(&s.problem);
    return 0;
}
