/* SPDX-License-Identifier: MIT */
#ifndef TESTS_FIT_SUPPORT_H
#define TESTS_FIT_SUPPORT_H

/* What the tests of training share: a small regression, a net, settings, a callback. */

#include "support/net.h"

#include <linnet/linnet.h>

enum { ROWS = 100, INPUTS = 3 };

/* y = a fixed smooth function of x. */
static inline void regression(lnt_dtype dtype, lnt_tensor *x, lnt_tensor *y)
{
    *x = random_matrix(dtype, ROWS, INPUTS, 1);
    *y = matrix(dtype, ROWS, 1);
    for (size_t i = 0; i < ROWS; i++) {
        OK(lnt_tensor_set(y, i, 0,
                          sin(lnt_tensor_get(x, i, 0)) +
                              lnt_tensor_get(x, i, 1) * lnt_tensor_get(x, i, 2)));
    }
}

static inline lnt_net *make_net(lnt_dtype dtype, size_t outputs)
{
    const lnt_layer layers[] = {lnt_dense(16, LNT_TANH), lnt_dense(outputs, LNT_IDENTITY)};
    const lnt_net_config config = {
        .dtype = dtype, .inputs = INPUTS, .layers = layers, .n_layers = 2, .seed = 7};
    lnt_net *net = NULL;
    OK(lnt_net_create(&net, &config));
    return net;
}

static inline void same_parameters(lnt_net *a, lnt_net *b)
{
    const lnt_tensor p = lnt_net_parameters(a), q = lnt_net_parameters(b);
    assert_eq(p.cols, q.cols, "parameters differ");
    assert_bytes_eq(p.data, q.data, p.cols * lnt_dtype_size(p.dtype), "parameters differ");
}

static inline lnt_fit_config settings(void)
{
    lnt_fit_config config = lnt_fit_defaults();
    config.epochs = 20;
    config.batch_rows = 16;
    config.seed = 5;
    config.optim = lnt_optim_defaults(LNT_SGD);
    config.optim.learning_rate = 0.05;
    config.optim.sgd.momentum = 0.5;
    return config;
}

/* Classes of one column of labels by the first input: class 1 where it is above `border`. */
static inline void classification(lnt_dtype dtype, double border, lnt_tensor *x, lnt_tensor *labels)
{
    *x = random_matrix(dtype, ROWS, INPUTS, 2);
    *labels = matrix(LNT_I32, ROWS, 1);
    for (size_t i = 0; i < ROWS; i++) {
        OK(lnt_tensor_set(labels, i, 0, lnt_tensor_get(x, i, 0) > border));
    }
}

typedef struct seen {
    size_t calls;
    size_t epoch_ends;
    size_t stop_after;
    lnt_fit_progress last;
} seen;

static inline bool watch(const lnt_fit_progress *progress, void *context)
{
    seen *s = context;
    s->calls++;
    s->epoch_ends += progress->epoch_end;
    s->last = *progress;
    return s->calls != s->stop_after;
}

static inline void refused(lnt_status status, const char *message, lnt_net *net,
                           const lnt_tensor *x, const lnt_tensor *y, const lnt_fit_config *config)
{
    lnt_error error = {0};
    FAILS(status, lnt_fit(net, x, y, config, NULL, &error));
    assert_str_eq(error.message, message);
    assert_eq(error.status, status);
}

#endif
