/* SPDX-License-Identifier: MIT */
#ifndef LNT_BENCH_LEARNER_H
#define LNT_BENCH_LEARNER_H

#include <linnet/linnet.h>

/* A net on random data, as a contender: training steps, or forwards. */
typedef struct lnt_bench_learner {
    lnt_net *net;
    lnt_pass *pass;
    lnt_optim *optim; /* NULL for inference */
    lnt_loss loss;
    lnt_tensor x, y;
    double value; /* of the loss in the last step */
    lnt_status status;
} lnt_bench_learner;

/*
 * With `rows` random rows and the mean squared error; it takes the net over. `optim` is NULL for
 * inference. `threads` are those of the pass.
 */
lnt_bench_learner lnt_bench_create_learner(lnt_net *net, size_t rows, const lnt_optim_config *optim,
                                           int threads);
void lnt_bench_destroy_learner(lnt_bench_learner *learner);

/* The contender: forward, loss, backward, update; or forward alone. BLAS gets one thread. */
void lnt_bench_run_learner(void *learner, size_t calls);

#endif
