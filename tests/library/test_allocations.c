/* SPDX-License-Identifier: MIT */
#include "support/net.h"

#include "support/failing_allocator.h"

/*
 * What is deterministic about speed: a training step calls no allocator, neither the library's nor
 * malloc itself (BLAS included), and the three objects are one block each.
 */

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif
#else
#define SANITIZED
#endif

#ifndef SANITIZED
#define COUNTS_MALLOC 1
#include <stdatomic.h>

static atomic_size_t malloc_calls;

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size)
{
    atomic_fetch_add(&malloc_calls, 1);
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    atomic_fetch_add(&malloc_calls, 1);
    return __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
    atomic_fetch_add(&malloc_calls, 1);
    return __libc_realloc(block, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    atomic_fetch_add(&malloc_calls, 1);
    return __libc_memalign(alignment, size);
}

static size_t mallocs(void)
{
    return atomic_load(&malloc_calls);
}
#else
#define COUNTS_MALLOC 0
static size_t mallocs(void)
{
    return 0;
}
#endif

enum { INPUTS = 8, OUTPUTS = 3, BATCH = 20 };

static void steps(size_t count, lnt_net *net, lnt_pass *pass, lnt_optim *optim,
                  const lnt_loss *loss, const lnt_tensor *x, const lnt_tensor *y)
{
    for (size_t s = 0; s < count; s++) {
        double value;
        OK(lnt_pass_forward(pass, net, x, NULL));
        OK(lnt_pass_backward(pass, net, loss, y, NULL, &value));
        OK(lnt_optim_step(optim, net, pass));
    }
}

static void train(lnt_dtype dtype, lnt_loss loss, lnt_optim_kind kind, bool strided)
{
    failing f = {0};
    const lnt_allocator allocator = failing_allocator(&f);
    lnt_layer layers[4] = {lnt_dense(16, LNT_RELU), lnt_activation_layer(LNT_LEAKY_RELU),
                           lnt_dense(16, LNT_TANH), lnt_dense(OUTPUTS, LNT_SIGMOID)};
    layers[2].bias = false;
    lnt_net *net = NULL;
    lnt_pass *pass = NULL;
    lnt_optim *optim = NULL;
    OK(lnt_net_create(&net, &(lnt_net_config){.dtype = dtype,
                                              .inputs = INPUTS,
                                              .layers = layers,
                                              .n_layers = 4,
                                              .seed = 1,
                                              .allocator = &allocator}));
    assert_eq(f.calls, 1, "a net is one block, not %zu", f.calls);
    OK(lnt_pass_create(
        &pass, net,
        &(lnt_pass_config){.max_rows = BATCH, .input_gradient = true, .allocator = &allocator}));
    assert_eq(f.calls, 2, "a pass is one block");
    lnt_optim_config config = lnt_optim_defaults(kind);
    config.sgd.momentum = config.rmsprop.momentum = 0.9;
    config.muon.momentum = config.kfac.momentum = 0.9;
    config.accumulate = 2;
    config.clip_norm = 1;
    config.l1 = 1e-4;
    config.ema_decay = 0.9;
    config.allocator = &allocator;
    OK(lnt_optim_create(&optim, net, &config));
    assert_eq(f.calls, 3, "an optimiser is one block");

    lnt_tensor x = random_matrix(dtype, 2 * BATCH, 3 * INPUTS, 1);
    if (strided) { /* a form that BLAS cannot take, so that it is packed */
        OK(lnt_slice_rows(&x, 0, BATCH, 2, &x));
        OK(lnt_slice_cols(&x, 0, INPUTS, 3, &x));
    } else {
        x = lnt_tensor_view(dtype, x.data, BATCH, INPUTS);
    }
    const lnt_tensor y = random_matrix(dtype, BATCH, OUTPUTS, 2);
    steps(2, net, pass, optim, &loss, &x, &y); /* BLAS makes its own buffers on the first call */
    const size_t before = mallocs();
    steps(100, net, pass, optim, &loss, &x, &y);
    assert_eq(f.calls, 3, "100 steps called the allocator %zu times", f.calls - 3);
    assert_eq(mallocs(), before, "100 steps called malloc %zu times", mallocs() - before);

    lnt_optim_destroy(optim);
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
    assert_eq(f.live, 0);
}

Test(allocations, none_in_a_loss)
{
    const double class_weights[] = {1, 2, 3, 4};
    for (int kind = 0; kind < LNT_LOSS_CUSTOM; kind++) {
        lnt_loss loss = lnt_loss_defaults((lnt_loss_kind) kind, LNT_MEAN);
        loss.class_weights = class_weights;
        loss.n_class_weights = kind == LNT_LOSS_BINARY_CROSS_ENTROPY ? 2 : 4;
        loss.label_smoothing = 0.1;
        lnt_tensor x = random_matrix(LNT_F32, BATCH, 4, 1);
        const lnt_tensor weights = matrix(LNT_F32, BATCH, 1);
        const lnt_tensor y = matrix(LNT_F32, BATCH, lnt_loss_target_cols((lnt_loss_kind) kind, 4));
        OK(lnt_tensor_set(&weights, 1, 0, 2));
        double value;
        const size_t before = mallocs();
        OK(lnt_loss_evaluate(&loss, &x, &y, &weights, &value, &x));
        OK(lnt_loss_inverse_link(&loss, &x, &x));
        OK(lnt_log_softmax(&x, &x));
        assert_eq(mallocs(), before, "%s", lnt_loss_name(loss.kind));
    }
}

Test(allocations, none_in_a_hundred_training_steps)
{
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        train(dtype, lnt_mse(LNT_MEAN), LNT_SGD, false);
        train(dtype, lnt_softmax_cross_entropy(LNT_SUM), LNT_SGD, false);
        train(dtype, lnt_mse(LNT_MEAN), LNT_SGD, true);
        for (int kind = 0; kind <= LNT_SOAP; kind++) { /* of one gradient a step */
            train(dtype, lnt_mse(LNT_MEAN), (lnt_optim_kind) kind, false);
        }
    }
}

/* Steps that evaluate the batch again. OpenBLAS's AVX-512 kernels for products with a few columns
   in f64 take buffers: so more here. */
enum { WIDE = 16 };

static void look_again(lnt_dtype dtype, lnt_optim_kind kind)
{
    failing f = {0};
    const lnt_allocator allocator = failing_allocator(&f);
    const lnt_layer layers[] = {lnt_dense(16, LNT_TANH), lnt_dense(WIDE, LNT_IDENTITY)};
    lnt_net *net = new_net(dtype, WIDE, layers, 2);
    lnt_pass *pass = new_pass(net);
    lnt_optim *optim = NULL;
    lnt_optim_config config = lnt_optim_defaults(kind);
    config.l2 = 1e-4;
    config.ema_decay = 0.9;
    config.allocator = &allocator;
    OK(lnt_optim_create(&optim, net, &config));
    assert_eq(f.calls, 1, "an optimiser is one block");
    const lnt_tensor x = random_matrix(dtype, BATCH, WIDE, 1);
    const lnt_tensor y = random_matrix(dtype, BATCH, WIDE, 2);
    const lnt_loss loss = lnt_mse(LNT_MEAN);
    lnt_optim_batch batch = {.x = &x, .target = &y, .loss = &loss, .full_batch = true};
    size_t before = 0;
    for (size_t s = 0; s < 60; s++) {
        OK(lnt_pass_forward_backward(pass, net, &x, &loss, &y, NULL, &batch.value));
        OK(lnt_optim_step_batch(optim, net, pass, &batch, NULL));
        before = s == 1 ? mallocs() : before;
    }
    assert_eq(f.calls, 1, "%s called malloc %zu times", lnt_optim_name(kind), mallocs() - before);
    assert_eq(mallocs(), before, "%s called malloc %zu times", lnt_optim_name(kind),
              mallocs() - before);
    lnt_optim_destroy(optim);
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
    assert_eq(f.live, 0);
}

Test(allocations, none_in_steps_that_look_again)
{
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        look_again(dtype, LNT_LBFGS);
        look_again(dtype, LNT_SCG);
        look_again(dtype, LNT_LM);
        look_again(dtype, LNT_KFAC);
    }
}

/* OpenBLAS's AVX-512 kernels for products with a few columns in f64 take buffers: so more here. */
Test(allocations, none_in_derivatives)
{
    const lnt_layer layers[] = {lnt_dense(16, LNT_TANH), lnt_layer_norm(), lnt_batch_norm(),
                                lnt_prelu(), lnt_dense(WIDE, LNT_IDENTITY)};
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        lnt_net *net = new_net(dtype, INPUTS, layers, 5);
        const lnt_loss loss = lnt_mse(LNT_MEAN);
        const lnt_tensor x = random_matrix(dtype, BATCH, INPUTS, 1);
        const lnt_tensor u = random_matrix(dtype, BATCH, WIDE, 2);
        const lnt_tensor v = random_matrix(dtype, 1, lnt_net_n_parameters(net), 3);
        lnt_tensor j = matrix(dtype, BATCH * WIDE, INPUTS), y_dot = copy_of(dtype, &u);
        lnt_tensor g = copy_of(dtype, &v), dx = copy_of(dtype, &x);
        lnt_derivatives *d;
        lnt_derivatives_config config = lnt_derivatives_defaults();
        config.second = true;
        OK(lnt_derivatives_create(&d, net, &config, NULL));
        size_t before = 0;
        for (int round = 0; round < 3; round++) { /* BLAS makes its own buffers in the first */
            double value;
            before = round == 1 ? mallocs() : before;
            OK(lnt_derivatives_linearize(d, &x, NULL));
            OK(lnt_jacobian(d, &j));
            OK(lnt_jvp(d, &x, &v, &y_dot));
            OK(lnt_vjp(d, &u, &dx, &g));
            OK(lnt_hvp(d, &loss, &u, NULL, &v, &g));
            OK(lnt_ggn_vp(d, &loss, &u, NULL, &v, &g));
            OK(lnt_jvp_gradient(d, &x, &u, 1, &g));
            OK(lnt_jacobian_loss(d, &j, NULL, LNT_MEAN, 1, 1, &value, &g));
            OK(lnt_input_hessian_diagonal(d, &j));
        }
        assert_eq(mallocs(), before, "%zu calls of malloc", mallocs() - before);
        lnt_derivatives_destroy(d);
        lnt_net_destroy(net);
    }
}

/* The counter itself counts. */
Test(allocations, the_counter_sees_a_malloc)
{
    if (COUNTS_MALLOC) {
        const size_t before = mallocs();
        void *volatile block = malloc(10);
        free(block);
        assert_eq(mallocs(), before + 1);
    }
    failing f = {0};
    const lnt_allocator allocator = failing_allocator(&f);
    lnt_release(&allocator, lnt_allocate(&allocator, 1, 1));
    assert_eq(f.calls, 1);
    assert_eq(f.live, 0);
}

typedef struct counted {
    failing *f;
    size_t before;
    size_t calls_within;
} counted;

static bool count(const lnt_fit_progress *progress, void *context)
{
    counted *c = context;
    if (progress->epoch == 1 && progress->batch == 1 && !progress->epoch_end) {
        c->before = c->f->calls + mallocs();
    }
    c->calls_within = c->f->calls + mallocs() - c->before;
    return true;
}

/* With all that a run can do besides. */
Test(allocations, none_within_fit_after_the_first_batch)
{
    failing f = {0};
    const lnt_allocator allocator = failing_allocator(&f);
    const lnt_layer layers[] = {lnt_dense(16, LNT_RELU), lnt_dense(OUTPUTS, LNT_IDENTITY)};
    lnt_net *net = NULL;
    OK(lnt_net_create(&net, &(lnt_net_config){.dtype = LNT_F32,
                                              .inputs = INPUTS,
                                              .layers = layers,
                                              .n_layers = 2,
                                              .seed = 1,
                                              .allocator = &allocator}));
    const lnt_tensor x = random_matrix(LNT_F32, 5 * BATCH, INPUTS, 1);
    lnt_tensor labels = matrix(LNT_I32, 5 * BATCH, 1), weights = matrix(LNT_F32, 5 * BATCH, 1);
    for (size_t i = 0; i < labels.rows; i++) {
        OK(lnt_tensor_set(&labels, i, 0, (double) (i % OUTPUTS)));
        OK(lnt_tensor_set(&weights, i, 0, 1 + (double) (i % 4)));
    }
    for (int held_out = 0; held_out < 2; held_out++) {
        counted c = {.f = &f, .calls_within = 1};
        lnt_history *history = NULL;
        OK(lnt_history_create(&history, net, 100, &allocator));
        lnt_fit_config config = lnt_fit_defaults();
        config.loss = lnt_softmax_cross_entropy(LNT_MEAN);
        config.optim.ema_decay = 0.9;
        config.optim.accumulate = 2;
        config.optim.clip_norm = 1;
        config.schedule = lnt_schedule_defaults(LNT_SCHEDULE_COSINE);
        config.schedule.per_step = true;
        config.weights = &weights;
        config.sampling = held_out == 1 ? LNT_SAMPLE_WEIGHTED : LNT_SAMPLE_BALANCED;
        config.sampling_weights = &weights;
        config.x_val = held_out == 1 ? NULL : &x;
        config.y_val = held_out == 1 ? NULL : &labels;
        config.weights_val = held_out == 1 ? NULL : &weights;
        config.validation_fraction = held_out == 1 ? 0.3 : 0;
        config.restore_best = true;
        config.monitor = LNT_METRIC_ACCURACY;
        config.history = history;
        config.callback = count;
        config.callback_context = &c;
        config.allocator = &allocator;
        OK(lnt_fit(net, &x, &labels, &config, NULL, NULL));
        assert_eq(c.calls_within, 0, "%zu allocations", c.calls_within);
        lnt_history_destroy(history);
    }
    lnt_net_destroy(net);
    assert_eq(f.live, 0);
}

/* Parameters, gradients, activations, deltas and velocity; what is left is less than 5%. */
Test(allocations, bytes_are_those_on_paper)
{
    failing f = {0};
    const lnt_allocator allocator = failing_allocator(&f);
    enum { WIDTH = 256, ROWS = 64, LAYERS = 4 };
    lnt_layer layers[LAYERS];
    lnt_net_config config = lnt_net_defaults();
    OK(lnt_mlp(WIDTH, WIDTH, WIDTH, LAYERS, layers, &config));
    config.allocator = &allocator;
    lnt_net *net = NULL;
    lnt_pass *pass = NULL;
    lnt_optim *optim = NULL;
    OK(lnt_net_create(&net, &config));
    OK(lnt_pass_create(&pass, net, &(lnt_pass_config){.max_rows = ROWS, .allocator = &allocator}));
    lnt_optim_config sgd = lnt_optim_defaults(LNT_SGD);
    sgd.sgd.momentum = 0.9;
    sgd.allocator = &allocator;
    OK(lnt_optim_create(&optim, net, &sgd));
    const size_t parameters = LAYERS * (WIDTH * WIDTH + WIDTH);
    const size_t paper = sizeof(float) * (3 * parameters + (LAYERS + 2) * ROWS * WIDTH);
    assert_eq(lnt_net_n_parameters(net), parameters);
    assert_ge(f.bytes, paper, "%zu bytes, %zu on paper", f.bytes, paper);
    assert_lt(f.bytes, paper + paper / 20, "%zu bytes, %zu on paper", f.bytes, paper);
    lnt_optim_destroy(optim);
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
}
