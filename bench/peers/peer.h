/* SPDX-License-Identifier: MIT */
#ifndef LINNET_BENCH_PEER_H
#define LINNET_BENCH_PEER_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What all contenders written in C share: they are told a problem on a line of the standard input,
 * and answer on a line of the standard output. README.md has the lines.
 */

#define LNT_PEER_MOST_LAYERS 8

typedef struct lnt_peer_problem {
    size_t n_layers;
    size_t widths[LNT_PEER_MOST_LAYERS + 1];
    size_t rows;          /* of a training step; inference is of 1 */
    char dtype[8];        /* "f32", "f64" */
    char hidden[16];      /* "relu", "tanh", "sigmoid" */
    char output[16];      /* these or "identity" */
    char optimizer[16];   /* "sgd", "adam" */
    char variant[16];     /* the contender's own */
    double learning_rate; /* of the gradient of the mean of squares */
    int threads;
    bool inference;
    size_t n_parameters;
    void *parameters; /* layer by layer: weight [in, out], bias [out] */
    void *x;          /* [rows, widths[0]] */
    void *y;          /* [rows, widths[n_layers]] */
} lnt_peer_problem;

/* What a contender must do; `state` is what `open` returned. */
typedef struct lnt_peer {
    const char *version;
    /* NULL and a reason if it cannot. A state and a reason if it does other work than it was told.
     */
    void *(*open)(const lnt_peer_problem *problem, const char **reason);
    void (*run)(void *state, size_t steps);
    /* The parameters as in the problem, and the outputs [rows, outputs] that they give now. */
    void (*read)(void *state, void *parameters, void *outputs);
    void (*close)(void *state);
} lnt_peer;

/* Serves lines until the input ends; the status to exit with. */
int lnt_peer_serve(const lnt_peer *peer);

/* Rows of a step: 1 for inference. */
size_t lnt_peer_rows(const lnt_peer_problem *problem);

size_t lnt_peer_size(const lnt_peer_problem *problem); /* bytes of a number */

/* Zeroed, at a cache line; ends the program if there is none. */
void *lnt_peer_allocate(size_t count, size_t size);

/* Says why on the standard error, and ends the program. */
void lnt_peer_fail(const char *what, const char *why);

#endif
