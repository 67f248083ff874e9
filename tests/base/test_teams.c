/* SPDX-License-Identifier: MIT */
#include <linnet/linnet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Passes with threads of their own: trained parameters have the same bits for any number of them,
 * and what would race or oversubscribe is refused. A plain program, for the thread sanitizer.
 */

enum { ROWS = 1200, INPUTS = 20, OUTPUTS = 5, MOST = 3000 };

static int number;

static void report(int ok, const char *what)
{
    printf("%s %d - %s\n", ok ? "ok" : "not ok", ++number, what);
}

static void require(lnt_status status)
{
    if (status != LNT_OK) {
        printf("Bail out! %s\n", lnt_status_text(status));
        exit(1);
    }
}

typedef struct task {
    const char *name;
    lnt_dtype dtype;
    lnt_layer layers[6];
    size_t n_layers;
    size_t batch;
    lnt_optim_kind optim;
    lnt_gemm_backend products;
} task;

/* Numbers from -1 to 1, the same ones always. */
static void fill(lnt_tensor *t, uint64_t stream)
{
    lnt_random random = lnt_random_init(5, stream);
    for (size_t i = 0; i < t->rows; i++) {
        for (size_t j = 0; j < t->cols; j++) {
            require(lnt_tensor_set(t, i, j, 2 * lnt_random_uniform(&random) - 1));
        }
    }
}

/* Trains with so many threads; the state of the net goes to `state`. */
static lnt_status train(const task *t, unsigned threads, void *state, size_t *bytes)
{
    const size_t size = lnt_dtype_size(t->dtype);
    void *memory = lnt_allocate(NULL, (size_t) ROWS * (INPUTS + OUTPUTS), size);
    lnt_tensor x = lnt_tensor_view(t->dtype, memory, ROWS, INPUTS);
    lnt_tensor y =
        lnt_tensor_view(t->dtype, (char *) memory + (size_t) ROWS * INPUTS * size, ROWS, OUTPUTS);
    fill(&x, 1);
    fill(&y, 2);
    const lnt_net_config config = {.dtype = t->dtype,
                                   .inputs = INPUTS,
                                   .layers = t->layers,
                                   .n_layers = t->n_layers,
                                   .seed = 11};
    lnt_net *net = NULL;
    lnt_status status = lnt_net_create(&net, &config);
    lnt_fit_config fit = lnt_fit_defaults();
    fit.epochs = 2;
    fit.batch_rows = t->batch;
    fit.optim = lnt_optim_defaults(t->optim);
    fit.optim.clip_norm = 1;
    fit.gemm = t->products;
    fit.threads = threads;
    fit.oversubscribe = true;
    fit.validation_fraction = 0.1;
    lnt_error error = {.message = ""};
    if (status == LNT_OK) {
        status = lnt_fit(net, &x, &y, &fit, NULL, &error);
    }
    if (status == LNT_OK) {
        const lnt_tensor all = lnt_net_state_vector_read_only(net);
        *bytes = all.cols * size;
        memcpy(state, all.data, *bytes);
    } else {
        printf("# %s\n", error.message);
    }
    lnt_net_destroy(net);
    lnt_release(NULL, memory);
    return status;
}

static int same_bits(const task *t)
{
    static char one[1 << 20], many[1 << 20];
    size_t bytes = 0, others = 0;
    if (train(t, 1, one, &bytes) != LNT_OK) {
        return 0;
    }
    for (unsigned threads = 2; threads <= 5; threads++) {
        if (train(t, threads, many, &others) != LNT_OK || others != bytes ||
            memcmp(one, many, bytes) != 0) {
            printf("# %s: %u threads\n", t->name, threads);
            return 0;
        }
    }
    return 1;
}

static void check_bits(void)
{
    const lnt_layer wide = lnt_dense(120, LNT_RELU), smooth = lnt_dense(70, LNT_TANH);
    /* All of them have enough to do between meetings that a team is called. */
    const lnt_layer widest = lnt_dense(360, LNT_RELU);
    const lnt_layer kept = lnt_dense(90, LNT_GELU), last = lnt_dense(OUTPUTS, LNT_IDENTITY);
    const task tasks[] = {
        {"dense layers, f32", LNT_F32, {wide, smooth, kept, last}, 4, 160, LNT_ADAM, 0},
        {"dense layers, f64", LNT_F64, {wide, smooth, kept, last}, 4, 150, LNT_SGD, 0},
        {"products by BLAS", LNT_F32, {wide, smooth, last}, 3, 160, LNT_ADAMW, LNT_GEMM_BLAS},
        {"large products by BLAS",
         LNT_F32,
         {lnt_dense(400, LNT_RELU), lnt_dense(300, LNT_RELU), last},
         3,
         300,
         LNT_SGD,
         LNT_GEMM_BLAS},
        {"shards",
         LNT_F32,
         {lnt_dense(32, LNT_TANH), lnt_dense(16, LNT_TANH), last},
         3,
         1080,
         LNT_ADAM,
         0},
        {"shards, f64", LNT_F64, {lnt_dense(32, LNT_GELU), last}, 2, 1000, LNT_ADAM, 0},
        {"layers of all kinds",
         LNT_F32,
         {widest, lnt_batch_norm(), lnt_dropout(0.3), lnt_dense(360, LNT_SIGMOID), lnt_residual(2),
          last},
         6,
         100,
         LNT_MUON,
         0},
        {"eigenbases", LNT_F32, {wide, smooth, last}, 3, 160, LNT_SOAP, 0},
    };
    for (size_t i = 0; i < sizeof tasks / sizeof tasks[0]; i++) {
        char what[128];
        snprintf(what, sizeof what, "%s: the same bits for 1 to 5 threads", tasks[i].name);
        report(same_bits(&tasks[i]), what);
    }
}

/* --- what is refused --- */

static lnt_net *small_net(void)
{
    lnt_layer layers[] = {lnt_dense(200, LNT_TANH), lnt_dense(200, LNT_TANH)};
    const lnt_net_config config = {
        .dtype = LNT_F32, .inputs = 200, .layers = layers, .n_layers = 2, .seed = 1};
    lnt_net *net = NULL;
    return lnt_net_create(&net, &config) == LNT_OK ? net : NULL;
}

static lnt_status create(lnt_pass **pass, const lnt_net *net, unsigned threads, bool oversubscribe)
{
    lnt_pass_config config = lnt_pass_defaults();
    config.max_rows = 200;
    config.threads = threads;
    config.oversubscribe = oversubscribe;
    return lnt_pass_create(pass, net, &config);
}

static void check_refusals(void)
{
    lnt_net *net = small_net();
    lnt_pass *pass = NULL;
    report(create(&pass, net, LNT_MAX_THREADS + 1, true) == LNT_ERR_TOO_LARGE && pass == NULL,
           "too many threads are refused");
    report(create(&pass, net, LNT_MAX_THREADS, false) == LNT_ERR_THREADS && pass == NULL,
           "more threads than processors are refused");
    if (lnt_blas_set_threads(2) == LNT_OK) {
        report(create(&pass, net, 2, true) == LNT_ERR_THREADS && pass == NULL,
               "threads beside BLAS's own are refused");
        require(lnt_blas_set_threads(1));
        static float data[200 * 200];
        const lnt_tensor x = lnt_tensor_f32(data, 200, 200);
        const lnt_status created = create(&pass, net, 2, true);
        require(lnt_blas_set_threads(2));
        report(created == LNT_OK && lnt_pass_forward(pass, net, &x, NULL) == LNT_ERR_THREADS,
               "also when BLAS gets them later");
        require(lnt_blas_set_threads(1));
        report(lnt_pass_forward(pass, net, &x, NULL) == LNT_OK, "and the pass stays usable");
        lnt_pass_destroy(pass);
    } else {
        report(1, "this BLAS has one thread");
    }
    lnt_net_destroy(net);
}

/* Callers that share a pass with threads: some are refused, and none does harm. */
typedef struct caller {
    lnt_pass *pass;
    const lnt_net *net;
    int done, refused, other;
} caller;

static void *call(void *context)
{
    static float data[200 * 200];
    caller *c = context;
    const lnt_tensor x = lnt_tensor_f32(data, 200, 200);
    for (int i = 0; i < MOST / 10; i++) {
        switch (lnt_pass_forward(c->pass, c->net, &x, NULL)) {
        case LNT_OK:
            c->done++;
            break;
        case LNT_ERR_THREADS:
            c->refused++;
            break;
        default:
            c->other++;
        }
    }
    return NULL;
}

static void check_callers(void)
{
    lnt_net *net = small_net();
    lnt_pass *pass = NULL;
    if (create(&pass, net, 2, true) != LNT_OK) {
        report(0, "a pass of two threads");
        return;
    }
    caller callers[2] = {{.pass = pass, .net = net}, {.pass = pass, .net = net}};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) {
        if (pthread_create(&threads[i], NULL, call, &callers[i]) != 0) {
            exit(EXIT_FAILURE);
        }
    }
    int done = 0, other = 0;
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        done += callers[i].done;
        other += callers[i].other;
    }
    report(done > 0 && other == 0, "two callers at once: each call is done or refused");
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
}

/* Passes of two threads each, in threads of the caller's own. */
static void *train_beside(void *context)
{
    static const task t = {.name = "beside"};
    task own = t;
    own.dtype = LNT_F32;
    own.layers[0] = lnt_dense(600, LNT_TANH);
    own.layers[1] = lnt_dense(OUTPUTS, LNT_IDENTITY);
    own.n_layers = 2;
    own.batch = 100;
    own.optim = LNT_ADAM;
    size_t bytes;
    return train(&own, 2, context, &bytes) == LNT_OK ? context : NULL;
}

static void check_beside(void)
{
    static char states[2][1 << 18];
    pthread_t threads[2];
    void *results[2] = {NULL, NULL};
    for (int i = 0; i < 2; i++) {
        if (pthread_create(&threads[i], NULL, train_beside, states[i]) != 0) {
            exit(EXIT_FAILURE);
        }
    }
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], &results[i]);
    }
    report(results[0] != NULL && results[1] != NULL &&
               memcmp(states[0], states[1], sizeof states[0]) == 0,
           "two runs of two threads side by side find the same");
}

int main(void)
{
    require(lnt_blas_set_threads(1));
    check_bits();
    check_refusals();
    check_callers();
    check_beside();
    printf("1..%d\n", number);
    return EXIT_SUCCESS;
}
