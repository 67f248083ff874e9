/* SPDX-License-Identifier: MIT */
#include <linnet/linnet.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Blocks that are read by one thread while another trains, or ends the run, or fails. A plain
 * program, since the thread sanitizer does not work under Criterion.
 */

enum { ROWS = 3000, INPUTS = 5, PARAMETERS = 8 * INPUTS + 8 + 8 + 1 };

typedef struct source {
    float x[ROWS * INPUTS];
    float y[ROWS];
    size_t reads;
    size_t fail_at;
    int signals_open;
    pthread_t trainer;
    int same_thread;
} source;

static lnt_status read_rows(void *context, size_t first, const lnt_tensor *x, const lnt_tensor *y,
                            const lnt_tensor *weights, lnt_error *error)
{
    source *s = context;
    sigset_t blocked;
    (void) weights;
    if (++s->reads == s->fail_at) {
        return lnt_fail(error, LNT_ERR_IO, "out of rows");
    }
    s->signals_open |= pthread_sigmask(SIG_SETMASK, NULL, &blocked) != 0 ||
                       !sigismember(&blocked, SIGINT) || !sigismember(&blocked, SIGTERM);
    s->same_thread |= pthread_equal(s->trainer, pthread_self());
    memcpy(x->data, s->x + first * INPUTS, x->rows * INPUTS * sizeof(float));
    memcpy(y->data, s->y + first, y->rows * sizeof(float));
    return LNT_OK;
}

static bool stop(const lnt_fit_progress *progress, void *context)
{
    return progress->steps < *(const size_t *) context;
}

/* What a run on blocks of some rows leaves. */
static lnt_status train(source *s, size_t block_rows, size_t most_steps, unsigned threads,
                        float parameters[PARAMETERS])
{
    const lnt_layer layers[] = {lnt_dense(8, LNT_TANH), lnt_dense(1, LNT_IDENTITY)};
    const lnt_net_config net_config = {
        .dtype = LNT_F32, .inputs = INPUTS, .layers = layers, .n_layers = 2, .seed = 3};
    const lnt_data_source rows = {
        .rows = ROWS, .targets = 1, .block_rows = block_rows, .read = read_rows, .context = s};
    lnt_fit_config config = lnt_fit_defaults();
    config.epochs = 4;
    config.threads = threads;
    config.oversubscribe = true;
    config.callback = stop;
    config.callback_context = &most_steps;
    lnt_net *net = NULL;
    s->reads = 0;
    s->trainer = pthread_self();
    LNT_TRY(lnt_net_create(&net, &net_config));
    const lnt_status status = lnt_fit_source(net, &rows, &config, NULL, NULL);
    const lnt_tensor trained = lnt_net_parameters(net);
    memcpy(parameters, trained.data, PARAMETERS * sizeof(float));
    lnt_net_destroy(net);
    return status;
}

static void report(int good, int number, const char *what)
{
    printf("%s %d - %s\n", good ? "ok" : "not ok", number, what);
}

int main(void)
{
    static source s;
    static float p[PARAMETERS], q[PARAMETERS];
    sigset_t before, after;
    lnt_random random = lnt_random_init(1, 100);
    for (size_t i = 0; i < ROWS * INPUTS; i++) {
        s.x[i] = (float) lnt_random_normal(&random);
    }
    for (size_t i = 0; i < ROWS; i++) {
        s.y[i] = s.x[i * INPUTS] * s.x[i * INPUTS + 1];
    }
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    puts("1..5");
    int good = train(&s, 256, SIZE_MAX, 1, p) == LNT_OK && s.reads == 4 * 12 &&
               train(&s, 256, SIZE_MAX, 2, q) == LNT_OK && memcmp(p, q, sizeof p) == 0;
    report(good, 1, "the same bits however many threads train");
    good = 1;
    for (size_t steps = 1; steps < 40; steps++) {
        good = good && train(&s, 64, steps, 1, p) == LNT_OK;
    }
    report(good, 2, "a run may end while a block is read");
    good = 1;
    for (s.fail_at = 1; s.fail_at < 20; s.fail_at++) {
        good = good && train(&s, 160, SIZE_MAX, 1, p) == LNT_ERR_IO;
    }
    s.fail_at = 0;
    report(good, 3, "an error comes back from the thread");
    report(!s.signals_open && !s.same_thread, 4, "the thread that reads blocks all signals");
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    good = 1;
    for (int number = 1; number < 32; number++) {
        good = good && sigismember(&before, number) == sigismember(&after, number);
    }
    report(good, 5, "the caller's signals are as they were");
    return EXIT_SUCCESS;
}
