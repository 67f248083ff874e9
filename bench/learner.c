/* SPDX-License-Identifier: MIT */
#include "learner.h"

#include "program.h"

static lnt_tensor random_matrix(lnt_dtype dtype, size_t rows, size_t cols, uint64_t stream)
{
    lnt_tensor t =
        lnt_tensor_view(dtype, lnt_bench_allocate(rows * cols, lnt_dtype_size(dtype)), rows, cols);
    lnt_bench_randomise(&t, stream);
    return t;
}

lnt_bench_learner lnt_bench_create_learner(lnt_net *net, size_t rows, const lnt_optim_config *optim,
                                           int threads)
{
    lnt_bench_learner l = {.net = net, .loss = lnt_mse(LNT_MEAN)};
    lnt_pass_config pass = lnt_pass_defaults();
    pass.max_rows = rows;
    pass.mode = optim != NULL ? LNT_TRAINING : LNT_INFERENCE;
    pass.threads = (unsigned) threads;
    lnt_bench_check(lnt_blas_set_threads(1), "BLAS's threads");
    lnt_bench_check(lnt_pass_create(&l.pass, net, &pass), "creating a pass");
    lnt_bench_check(lnt_pass_set_spin(l.pass, true), "a pass");
    if (optim != NULL) {
        lnt_bench_check(lnt_optim_create(&l.optim, net, optim), "creating an optimiser");
    }
    const lnt_dtype dtype = lnt_net_dtype(net);
    l.x = random_matrix(dtype, rows, lnt_net_inputs(net), 1);
    l.y = random_matrix(dtype, rows, lnt_net_outputs(net), 3);
    return l;
}

void lnt_bench_destroy_learner(lnt_bench_learner *l)
{
    lnt_release(NULL, l->x.data);
    lnt_release(NULL, l->y.data);
    lnt_optim_destroy(l->optim);
    lnt_pass_destroy(l->pass);
    lnt_net_destroy(l->net);
}

static lnt_status step(lnt_bench_learner *l)
{
    if (l->optim == NULL) {
        return lnt_pass_forward(l->pass, l->net, &l->x, NULL);
    }
    LNT_TRY(lnt_pass_forward_backward(l->pass, l->net, &l->x, &l->loss, &l->y, NULL, &l->value));
    return lnt_optim_step(l->optim, l->net, l->pass);
}

void lnt_bench_run_learner(void *context, size_t calls)
{
    lnt_bench_learner *l = context;
    if (l->status == LNT_OK) {
        l->status = lnt_blas_set_threads(1);
    }
    for (size_t i = 0; i < calls && l->status == LNT_OK; i++) {
        l->status = step(l);
    }
}
