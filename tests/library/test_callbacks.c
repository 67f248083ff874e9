/* SPDX-License-Identifier: MIT */
#include <linnet/linnet.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * What the headers promise of callbacks that leave by longjmp. A plain program: a pass that still
 * waited for a callback would hang, and the alarm ends it.
 */

enum { ROWS = 200, WIDTH = 150, SECONDS = 100 };

static float input[ROWS * WIDTH], target[ROWS * WIDTH];
static jmp_buf place;
static int number;

static void report(int ok, const char *what)
{
    printf("%s %d - %s\n", ok ? "ok" : "not ok", ++number, what);
    fflush(stdout);
}

/* Memory that is not given back: threads of a run that was left sleep in it for ever. */
static struct kept {
    void *block;
    struct kept *next;
} * kept;
static int allocations_left = -1; /* then `keep_alloc` leaves */

static void *keep_alloc(void *context, size_t bytes, size_t alignment)
{
    (void) context;
    if (allocations_left == 0) {
        longjmp(place, 1);
    }
    allocations_left -= allocations_left > 0;
    struct kept *one = malloc(sizeof *one);
    if (one == NULL) {
        return NULL;
    }
    *one = (struct kept){aligned_alloc(alignment, bytes), kept};
    kept = one;
    return one->block;
}

static void keep_free(void *context, void *block)
{
    (void) context;
    (void) block;
}

static const lnt_allocator keeping = {keep_alloc, keep_free, NULL};

static lnt_net *new_net(void)
{
    const lnt_layer layers[] = {lnt_dense(WIDTH, LNT_TANH), lnt_dropout(0.5),
                                lnt_dense(WIDTH, LNT_IDENTITY)};
    const lnt_net_config config = {
        .dtype = LNT_F32, .inputs = WIDTH, .layers = layers, .n_layers = 3, .seed = 3};
    lnt_net *net = NULL;
    if (lnt_net_create(&net, &config) != LNT_OK) {
        exit(EXIT_FAILURE);
    }
    return net;
}

static lnt_pass_config config_of(unsigned threads)
{
    lnt_pass_config config = lnt_pass_defaults();
    config.max_rows = ROWS;
    config.threads = threads;
    config.oversubscribe = true;
    return config;
}

/* A call of the library, to be left. */
typedef struct call {
    lnt_net *net;
    lnt_pass **pass;
    const lnt_pass_config *config;
} call;

static bool is_left(lnt_status (*function)(call *c), call *c)
{
    if (setjmp(place) != 0) {
        return true;
    }
    const lnt_status status = function(c);
    printf("# not left: %s\n", lnt_status_text(status));
    return false;
}

/* --- losses --- */

static bool leaves;

static lnt_status squares(const lnt_tensor *output, const lnt_tensor *y, const lnt_tensor *weights,
                          double *value, lnt_tensor *gradient, void *context)
{
    (void) context;
    const lnt_loss loss = lnt_mse(LNT_MEAN);
    if (leaves) {
        longjmp(place, 1);
    }
    return lnt_loss_evaluate(&loss, output, y, weights, value, gradient);
}

static lnt_status evaluate(lnt_pass *pass, const lnt_net *net)
{
    const lnt_tensor x = lnt_tensor_f32(input, ROWS, WIDTH);
    const lnt_tensor y = lnt_tensor_f32(target, ROWS, WIDTH);
    const lnt_loss loss = lnt_custom_loss(squares, NULL, LNT_MEAN);
    double value;
    return lnt_pass_forward_backward(pass, net, &x, &loss, &y, NULL, &value);
}

static lnt_status evaluate_once(call *c)
{
    return evaluate(*c->pass, c->net);
}

/* The pass that was left finds what a new one finds. */
static int finds_the_same(lnt_pass *left, const lnt_net *net, unsigned threads)
{
    const lnt_pass_config config = config_of(threads);
    lnt_pass *fresh = NULL;
    if (lnt_pass_set_rng_counter(left, 5) != LNT_OK || evaluate(left, net) != LNT_OK ||
        lnt_pass_create(&fresh, net, &config) != LNT_OK ||
        lnt_pass_set_rng_counter(fresh, 5) != LNT_OK || evaluate(fresh, net) != LNT_OK) {
        lnt_pass_destroy(fresh);
        return 0;
    }
    const lnt_tensor a = lnt_pass_gradients(left), b = lnt_pass_gradients(fresh);
    const int same = memcmp(a.data, b.data, a.cols * sizeof(float)) == 0;
    lnt_pass_destroy(fresh);
    return same;
}

static void check_loss(unsigned threads)
{
    char what[80];
    lnt_net *net = new_net();
    lnt_pass *pass = NULL;
    const lnt_pass_config config = config_of(threads);
    int ok = lnt_pass_create(&pass, net, &config) == LNT_OK;
    leaves = true;
    ok = ok && is_left(evaluate_once, &(call){net, &pass, &config});
    leaves = false;
    ok = ok && finds_the_same(pass, net, threads);
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
    snprintf(what, sizeof what, "a loss that leaves: a pass of %u threads is as before", threads);
    report(ok, what);
}

/* --- other callbacks --- */

static double half_until_7(double x, void *context)
{
    (void) context;
    if (x == 7) {
        longjmp(place, 1);
    }
    return x / 2;
}

static double numbers[] = {2, 4, 7, 8}, halves[4];

static lnt_status halve(call *c)
{
    const lnt_tensor x = lnt_tensor_f64(numbers, 1, 4);
    lnt_tensor y = lnt_tensor_f64(halves, 1, 4);
    (void) c;
    return lnt_apply(half_until_7, NULL, &x, &y);
}

static void check_apply(void)
{
    const bool left = is_left(halve, NULL);
    const bool unchanged = numbers[2] == 7 && numbers[3] == 8;
    numbers[2] = 6;
    report(left && unchanged && halve(NULL) == LNT_OK && halves[2] == 3 && halves[3] == 4,
           "a function that leaves lnt_apply: the tensors are usable");
}

static bool stop_or_leave(const lnt_fit_progress *progress, void *context)
{
    (void) context;
    if (leaves && progress->steps == 3) {
        longjmp(place, 1);
    }
    return true;
}

static lnt_status fit(call *c)
{
    const lnt_tensor x = lnt_tensor_f32(input, ROWS, WIDTH);
    const lnt_tensor y = lnt_tensor_f32(target, ROWS, WIDTH);
    lnt_fit_config config = lnt_fit_defaults();
    config.epochs = 5;
    config.batch_rows = ROWS;
    config.threads = 2;
    config.oversubscribe = true;
    config.callback = stop_or_leave;
    config.allocator = &keeping;
    return lnt_fit(c->net, &x, &y, &config, NULL, NULL);
}

static void check_fit(void)
{
    lnt_net *net = new_net(), *begin = new_net();
    call c = {.net = net};
    leaves = true;
    const bool left = is_left(fit, &c);
    leaves = false;
    const lnt_tensor now = lnt_net_state_vector_read_only(net),
                     then = lnt_net_state_vector_read_only(begin);
    const int moved = memcmp(now.data, then.data, now.cols * sizeof(float)) != 0;
    report(left && moved, "a callback that leaves lnt_fit: the net has the last step's parameters");
    report(fit(&c) == LNT_OK, "and is trained again");
    lnt_net_destroy(net);
    lnt_net_destroy(begin);
}

static lnt_status create_pass(call *c)
{
    return lnt_pass_create(c->pass, c->net, c->config);
}

static void check_allocator(void)
{
    lnt_net *net = new_net();
    lnt_pass *pass = NULL;
    lnt_pass_config config = config_of(2);
    config.allocator = &keeping;
    call c = {net, &pass, &config};
    allocations_left = 1; /* the second one is the team's */
    const bool left = is_left(create_pass, &c);
    allocations_left = -1;
    report(left && create_pass(&c) == LNT_OK && evaluate(pass, net) == LNT_OK,
           "an allocator that leaves lnt_pass_create: the net is as before");
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
}

int main(void)
{
    alarm(SECONDS);
    if (lnt_blas_set_threads(1) != LNT_OK) {
        return 1;
    }
    for (int i = 0; i < ROWS * WIDTH; i++) {
        input[i] = (float) (i % 13) / 13;
        target[i] = (float) (i % 7) / 7;
    }
    check_loss(1);
    check_loss(3);
    check_apply();
    check_fit();
    check_allocator();
    printf("1..%d\n", number);
    return EXIT_SUCCESS;
}
