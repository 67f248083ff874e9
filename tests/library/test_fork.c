/* SPDX-License-Identifier: MIT */
#include <linnet/linnet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * A child process has no copy of the threads of a pass: calls are refused there, and nothing hangs.
 * A plain program, since Criterion cannot fork.
 */

enum { ROWS = 200, WIDTH = 200, SECONDS = 60 };

static float input[ROWS * WIDTH], output[ROWS * WIDTH];

typedef struct objects {
    lnt_net *net;
    lnt_pass *pass;
    lnt_optim *optim;
} objects;

static lnt_status create_pass(lnt_pass **pass, const lnt_net *net)
{
    lnt_pass_config config = lnt_pass_defaults();
    config.max_rows = ROWS;
    config.threads = 2;
    config.oversubscribe = true;
    return lnt_pass_create(pass, net, &config);
}

static lnt_status evaluate(lnt_pass *pass, const lnt_net *net)
{
    const lnt_tensor x = lnt_tensor_f32(input, ROWS, WIDTH);
    const lnt_tensor y = lnt_tensor_f32(output, ROWS, WIDTH);
    const lnt_loss loss = lnt_mse(LNT_MEAN);
    return lnt_pass_forward_backward(pass, net, &x, &loss, &y, NULL, NULL);
}

static lnt_status create(objects *o)
{
    const lnt_layer layers[] = {lnt_dense(WIDTH, LNT_TANH), lnt_dense(WIDTH, LNT_IDENTITY)};
    const lnt_net_config config = {
        .dtype = LNT_F32, .inputs = WIDTH, .layers = layers, .n_layers = 2, .seed = 3};
    const lnt_optim_config adam = lnt_optim_defaults(LNT_ADAM);
    lnt_status status = lnt_net_create(&o->net, &config);
    if (status == LNT_OK) {
        status = create_pass(&o->pass, o->net);
    }
    if (status == LNT_OK) {
        status = lnt_optim_create(&o->optim, o->net, &adam);
    }
    return status == LNT_OK ? evaluate(o->pass, o->net) : status;
}

static void destroy(objects *o)
{
    lnt_optim_destroy(o->optim);
    lnt_pass_destroy(o->pass);
    lnt_net_destroy(o->net);
}

/* --- what a child does: 0 is right --- */

static int forward(objects *o)
{
    const lnt_tensor x = lnt_tensor_f32(input, ROWS, WIDTH);
    return lnt_pass_forward(o->pass, o->net, &x, NULL) != LNT_ERR_THREADS;
}

static int small_forward(objects *o)
{
    const lnt_tensor x = lnt_tensor_f32(input, 1, WIDTH);
    return lnt_pass_forward(o->pass, o->net, &x, NULL) != LNT_ERR_THREADS;
}

static int evaluation(objects *o)
{
    return evaluate(o->pass, o->net) != LNT_ERR_THREADS;
}

static int step(objects *o)
{
    return lnt_optim_step(o->optim, o->net, o->pass) != LNT_ERR_THREADS;
}

static int destruction(objects *o)
{
    const lnt_status status = lnt_pass_set_spin(o->pass, true);
    destroy(o);
    return status != LNT_OK && status != LNT_ERR_THREADS;
}

static int new_pass(objects *o)
{
    lnt_pass *pass = NULL;
    const int failed = create_pass(&pass, o->net) != LNT_OK || evaluate(pass, o->net) != LNT_OK;
    lnt_pass_destroy(pass);
    return failed;
}

/* --- */

/* Whether a child that does this ends well, and in time. */
static int child(objects *o, int (*action)(objects *o))
{
    const pid_t process = fork();
    if (process == 0) {
        alarm(SECONDS);
        _exit(action(o));
    }
    int status = -1;
    return process > 0 && waitpid(process, &status, 0) == process && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
}

int main(void)
{
    static const struct {
        const char *what;
        int (*action)(objects *o);
    } cases[] = {
        {"a forward in a child is refused", forward},
        {"also one that is too small for a team", small_forward},
        {"an evaluation in a child is refused", evaluation},
        {"an optimizer's step in a child is refused", step},
        {"a child destroys the pass", destruction},
        {"a child creates a pass of its own", new_pass},
    };
    enum { CASES = sizeof cases / sizeof cases[0] };
    objects o = {0};
    if (lnt_blas_set_threads(1) != LNT_OK) {
        return 1;
    }
    const lnt_status created = create(&o);
    printf("1..%d\n", CASES + 1);
    fflush(stdout);
    for (int i = 0; i < CASES; i++) {
        const int ok = created == LNT_OK && child(&o, cases[i].action);
        printf("%s %d - %s\n", ok ? "ok" : "not ok", i + 1, cases[i].what);
        fflush(stdout);
    }
    const int ok = created == LNT_OK && evaluate(o.pass, o.net) == LNT_OK &&
                   lnt_optim_step(o.optim, o.net, o.pass) == LNT_OK;
    printf("%s %d - the parent goes on\n", ok ? "ok" : "not ok", CASES + 1);
    destroy(&o);
    return EXIT_SUCCESS;
}
