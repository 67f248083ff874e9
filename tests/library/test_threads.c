/* SPDX-License-Identifier: MIT */
#include <linnet/linnet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * One net, many threads, one pass each: every thread finds what it would find alone. A plain
 * program, since the thread sanitizer does not work under Criterion.
 */

enum { THREADS = 4, ROUNDS = 50, INPUTS = 9, OUTPUTS = 4, BATCH = 24, MAX_PARAMETERS = 4096 };

/* One thread's data, and what it found at the end of its last round. */
typedef struct worker {
    const lnt_net *net;
    uint64_t stream;
    lnt_status status;
    double value;
    size_t n_gradients;
    float output[BATCH * OUTPUTS];
    float gradients[MAX_PARAMETERS];
} worker;

static lnt_status run(worker *w, lnt_pass *pass)
{
    float x_data[BATCH * INPUTS];
    int32_t labels[BATCH];
    const lnt_init normal = lnt_init_normal(0, 1);
    const lnt_loss loss = lnt_softmax_cross_entropy(LNT_MEAN);
    lnt_tensor x = lnt_tensor_f32(x_data, BATCH, INPUTS), output;
    const lnt_tensor y = lnt_tensor_i32(labels, BATCH, 1);
    lnt_tensor kept = lnt_tensor_f32(w->output, BATCH, OUTPUTS);
    for (int i = 0; i < BATCH; i++) {
        labels[i] = i % OUTPUTS;
    }
    LNT_TRY(lnt_init_fill(&normal, 1, w->stream, &x));
    for (int round = 0; round < ROUNDS; round++) {
        LNT_TRY(lnt_pass_forward(pass, w->net, &x, &output));
        LNT_TRY(lnt_pass_backward(pass, w->net, &loss, &y, NULL, &w->value));
    }
    const lnt_tensor gradients = lnt_pass_gradients(pass);
    lnt_tensor kept_gradients = lnt_tensor_f32(w->gradients, 1, gradients.cols);
    w->n_gradients = gradients.cols;
    LNT_TRY(lnt_copy(&gradients, &kept_gradients));
    return lnt_copy(&output, &kept);
}

static void *work(void *context)
{
    worker *w = context;
    lnt_pass *pass = NULL;
    const lnt_pass_config config = lnt_pass_defaults();
    w->status = lnt_pass_create(&pass, w->net, &config);
    if (w->status == LNT_OK) {
        w->status = run(w, pass);
    }
    lnt_pass_destroy(pass);
    return NULL;
}

static int same(const worker *a, const worker *b)
{
    return a->status == LNT_OK && b->status == LNT_OK && a->value == b->value &&
           a->n_gradients == b->n_gradients && a->n_gradients > 0 &&
           memcmp(a->output, b->output, sizeof a->output) == 0 &&
           memcmp(a->gradients, b->gradients, a->n_gradients * sizeof a->gradients[0]) == 0;
}

int main(void)
{
    static worker together[THREADS], alone[THREADS];
    const lnt_layer layers[] = {lnt_dense(40, LNT_TANH), lnt_dense(30, LNT_RELU),
                                lnt_activation_layer(LNT_SIGMOID),
                                lnt_dense(OUTPUTS, LNT_IDENTITY)};
    const lnt_net_config config = {
        .dtype = LNT_F32, .inputs = INPUTS, .layers = layers, .n_layers = 4, .seed = 3};
    lnt_net *net = NULL;
    if (lnt_net_create(&net, &config) != LNT_OK || lnt_net_n_parameters(net) > MAX_PARAMETERS) {
        puts("Bail out! the net cannot be created");
        return EXIT_FAILURE;
    }
    pthread_t threads[THREADS];
    int started = 0;
    for (int t = 0; t < THREADS; t++) {
        together[t] = alone[t] =
            (worker){.net = net, .stream = (uint64_t) t, .status = LNT_ERR_STATE};
    }
    while (started < THREADS &&
           pthread_create(&threads[started], NULL, work, &together[started]) == 0) {
        started++;
    }
    for (int t = 0; t < started; t++) {
        pthread_join(threads[t], NULL);
    }
    printf("1..%d\n", THREADS);
    for (int t = 0; t < THREADS; t++) {
        work(&alone[t]);
        printf("%s %d - thread %d finds what it finds alone\n",
               same(&together[t], &alone[t]) ? "ok" : "not ok", t + 1, t);
    }
    lnt_net_destroy(net);
    return EXIT_SUCCESS;
}
