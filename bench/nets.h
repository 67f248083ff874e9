/* SPDX-License-Identifier: MIT */
#ifndef LNT_BENCH_NETS_H
#define LNT_BENCH_NETS_H

#include "bare.h"

#include <linnet/linnet.h>

/* The nets that are measured: dense layers, ReLU between them and none after the last. */

enum { LNT_BENCH_NETS = 5, LNT_BENCH_MOST_LAYERS = 5 };

typedef struct lnt_bench_net {
    const char *name;
    size_t batch; /* rows of a training step */
    size_t n_layers;
    size_t widths[LNT_BENCH_MOST_LAYERS + 1]; /* inputs, then outputs of each layer */
} lnt_bench_net;

extern const lnt_bench_net lnt_bench_nets[LNT_BENCH_NETS];

/* A net of these widths with its initial parameters; the caller owns it. */
lnt_net *lnt_bench_create_net(const lnt_bench_net *net, lnt_dtype dtype);

/* Marks the nets of a list such as "T,S" in `chosen` [LNT_BENCH_NETS], or ends the program. */
void lnt_bench_choose_nets(const char *list, bool *chosen);

/* Floating-point operations of the products of a forward, and of a step, over `rows` rows. */
double lnt_bench_forward_flops(const lnt_bench_net *net, size_t rows);
double lnt_bench_step_flops(const lnt_bench_net *net, size_t rows);

/*
 * The products of a forward or of a whole step as bare CBLAS calls, on memory of their own laid out
 * as a net and a pass lay out theirs: nothing but products, whose results are thrown away.
 */
typedef struct lnt_bench_products {
    lnt_dtype dtype;
    size_t count;
    lnt_bench_product list[3 * LNT_BENCH_MOST_LAYERS];
    bool
        turned[3 * LNT_BENCH_MOST_LAYERS]; /* B is copied transposed first, since that is quicker */
    void *memory;
    void *copy; /* of the largest B that is transposed */
} lnt_bench_products;

/*
 * They read the net's own parameters, as its passes do, or copies in other memory would have the
 * caches to themselves. Weight and input gradients are left out unless `training`.
 */
lnt_bench_products lnt_bench_create_products(const lnt_bench_net *net, const lnt_net *parameters,
                                             size_t rows, bool training);
void lnt_bench_destroy_products(lnt_bench_products *products);

/* Contenders on `lnt_bench_products`: as they stand, and by gemv, which needs a single row. */
void lnt_bench_run_products(void *products, size_t calls);
void lnt_bench_run_gemv(void *products, size_t calls);

#endif
