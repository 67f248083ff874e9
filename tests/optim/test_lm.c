/* SPDX-License-Identifier: MIT */
#include "support/failing_allocator.h"
#include "support/fit.h"
#include "support/reference.h"

/* Levenberg-Marquardt: steps against NumPy's, both forms, μ, memory. */

enum { CASE_INPUTS = 3, CASE_OUTPUTS = 3 };

typedef struct lm_case {
    const char *name;
    const char *target;
    bool classes, weighted, class_weights, all, sum;
    double smoothing, l2, mu; /* mu 0: 0.02 */
} lm_case;

static const lm_case cases[] = {
    {.name = "mse", .target = "y"},
    {.name = "mse_l2", .target = "y", .l2 = 0.03},
    {.name = "mse_l2_all", .target = "y", .l2 = 0.03, .all = true},
    {.name = "mse_sum", .target = "y", .sum = true, .mu = 1},
    {.name = "mse_weights", .target = "y", .weighted = true, .l2 = 0.03},
    {.name = "labels_plain", .target = "labels", .classes = true},
    {.name = "labels_all",
     .target = "labels",
     .classes = true,
     .weighted = true,
     .class_weights = true,
     .smoothing = 0.1,
     .l2 = 0.03},
    {.name = "probabilities", .target = "shares", .classes = true, .weighted = true},
};
enum { N_CASES = sizeof cases / sizeof cases[0] };

static lnt_net *case_net(lnt_dtype dtype, const reference_file *file)
{
    const lnt_layer layers[] = {lnt_dense(4, LNT_TANH), lnt_dense(CASE_OUTPUTS, LNT_IDENTITY)};
    lnt_net *net = new_net(dtype, CASE_INPUTS, layers, 2);
    lnt_tensor w = lnt_net_parameters(net);
    OK(lnt_copy(find(file, "initial"), &w));
    return net;
}

static lnt_loss case_loss(const lm_case *c, const reference_file *file)
{
    const lnt_reduction reduction = c->sum ? LNT_SUM : LNT_MEAN;
    lnt_loss loss = c->classes ? lnt_softmax_cross_entropy(reduction) : lnt_mse(reduction);
    loss.label_smoothing = c->smoothing;
    if (c->class_weights) {
        loss.class_weights = find(file, "class_weights")->data;
        loss.n_class_weights = CASE_OUTPUTS;
    }
    return loss;
}

/* A net, its pass and optimiser, and the batch that it steps on. */
typedef struct lm_run {
    lnt_net *net;
    lnt_pass *pass;
    lnt_optim *optim;
    lnt_tensor x, y, weights;
    lnt_loss loss;
    lnt_optim_batch batch;
} lm_run;

static void open_run(lm_run *r, const reference_file *file, const lm_case *c, lnt_dtype dtype,
                     lnt_optim_config config)
{
    *r = (lm_run){.net = case_net(dtype, file), .loss = case_loss(c, file)};
    r->pass = new_pass(r->net);
    r->x = copy_of(dtype, find(file, "x"));
    r->y = copy_of(dtype, find(file, c->target));
    r->weights = copy_of(dtype, find(file, "weights"));
    config.l2 = c->l2;
    config.lm.mu = c->mu > 0 ? c->mu : config.lm.mu;
    config.decay_all = c->all;
    OK(lnt_optim_create(&r->optim, r->net, &config));
    r->batch = (lnt_optim_batch){.x = &r->x,
                                 .target = &r->y,
                                 .weights = c->weighted ? &r->weights : NULL,
                                 .loss = &r->loss,
                                 .full_batch = true};
}

static lnt_optim_outcome take_step(lm_run *r)
{
    lnt_optim_outcome outcome;
    OK(lnt_pass_forward_backward(r->pass, r->net, &r->x, &r->loss, &r->y, r->batch.weights,
                                 &r->batch.value));
    OK(lnt_optim_step_batch(r->optim, r->net, r->pass, &r->batch, &outcome));
    return outcome;
}

static void close_run(lm_run *r)
{
    lnt_optim_destroy(r->optim);
    lnt_pass_destroy(r->pass);
    lnt_net_destroy(r->net);
}

static lnt_optim_config form_of(lnt_lm_system form)
{
    lnt_optim_config config = lnt_optim_defaults(LNT_LM);
    config.lm.system = form;
    config.lm.mu = 0.02;
    return config;
}

Test(lm, one_step_is_numpys)
{
    reference_file file;
    read_file(&file, "lm.txt");
    for (size_t i = 0; i < N_CASES; i++) {
        lnt_tensor ends[2];
        for (int form = LNT_LM_NORMAL; form <= LNT_LM_DUAL; form++) {
            lm_run r;
            open_run(&r, &file, &cases[i], LNT_F64, form_of((lnt_lm_system) form));
            const lnt_optim_outcome out = take_step(&r);
            const lnt_tensor w = lnt_net_parameters(r.net);
            const double off = difference(&w, find(&file, cases[i].name));
            assert_lt(off, 1e-10, "%s, form %d: off by %g", cases[i].name, form, off);
            double value;
            OK(lnt_pass_forward_backward(r.pass, r.net, &r.x, &r.loss, &r.y, r.batch.weights,
                                         &value));
            cr_assert(out.evaluated);
            assert_eq(out.value, value);
            cr_assert(!out.stalled);
            assert_eq(out.evaluations, 1);
            assert_near(lnt_optim_damping(r.optim), cases[i].mu > 0 ? 0.1 : 0.002, 1e-15);
            ends[form - LNT_LM_NORMAL] = copy_of(LNT_F64, &w);
            close_run(&r);
        }
        const double apart = difference(&ends[0], &ends[1]);
        assert_lt(apart, 1e-12, "%s: forms differ by %g", cases[i].name, apart);
    }
}

Test(lm, f32_is_near_f64)
{
    reference_file file;
    read_file(&file, "lm.txt");
    for (size_t i = 0; i < N_CASES; i++) {
        for (int form = LNT_LM_NORMAL; form <= LNT_LM_DUAL; form++) {
            lm_run r;
            open_run(&r, &file, &cases[i], LNT_F32, form_of((lnt_lm_system) form));
            (void) take_step(&r);
            const lnt_tensor w = lnt_net_parameters(r.net);
            const lnt_tensor wide = copy_of(LNT_F64, &w);
            const double off = difference(&wide, find(&file, cases[i].name));
            assert_lt(off, 2e-3, "%s, form %d: off by %g", cases[i].name, form, off);
            close_run(&r);
        }
    }
}

Test(lm, bayesian_is_numpys)
{
    reference_file file;
    read_file(&file, "lm.txt");
    for (int form = LNT_LM_NORMAL; form <= LNT_LM_DUAL; form++) {
        lm_run r;
        lnt_optim_config config = form_of((lnt_lm_system) form);
        config.lm.bayesian = true;
        open_run(&r, &file, &cases[0], LNT_F64, config);
        const lnt_tensor *rows = find(&file, "bayes");
        for (size_t i = 0; i < rows->rows; i++) {
            (void) take_step(&r);
            const double gamma = lnt_tensor_get(rows, i, 2);
            assert_near(lnt_optim_effective_parameters(r.optim), gamma, 1e-8 * gamma);
        }
        const lnt_tensor w = lnt_net_parameters(r.net);
        const double off = difference(&w, find(&file, "bayes_end"));
        assert_lt(off, 1e-8, "off by %g", off);
        r.batch.full_batch = false;
        OK(lnt_pass_forward_backward(r.pass, r.net, &r.x, &r.loss, &r.y, NULL, &r.batch.value));
        FAILS(LNT_ERR_INVALID, lnt_optim_step_batch(r.optim, r.net, r.pass, &r.batch, NULL));
        close_run(&r);
    }
}

/* Panels and tiles of many rows, the last ones smaller, give one step. */
static void forms_agree(const lnt_layer *layers, size_t n_layers)
{
    enum { MANY = 700 };
    const lnt_tensor x = random_matrix(LNT_F64, MANY, 4, 1), y = random_matrix(LNT_F64, MANY, 2, 2);
    const lnt_loss loss = lnt_mse(LNT_MEAN);
    lnt_tensor ends[2];
    for (int form = LNT_LM_NORMAL; form <= LNT_LM_DUAL; form++) {
        lnt_net *net = new_net(LNT_F64, 4, layers, n_layers);
        lnt_pass_config of_pass = lnt_pass_defaults();
        of_pass.max_rows = MANY;
        lnt_pass *pass;
        lnt_optim *optim;
        OK(lnt_pass_create(&pass, net, &of_pass));
        lnt_optim_config config = form_of((lnt_lm_system) form);
        config.max_rows = MANY;
        config.l2 = 0.01;
        OK(lnt_optim_create(&optim, net, &config));
        lnt_optim_batch batch = {.x = &x, .target = &y, .loss = &loss, .full_batch = true};
        OK(lnt_pass_forward_backward(pass, net, &x, &loss, &y, NULL, &batch.value));
        OK(lnt_optim_step_batch(optim, net, pass, &batch, NULL));
        const lnt_tensor w = lnt_net_parameters(net);
        ends[form - LNT_LM_NORMAL] = copy_of(LNT_F64, &w);
        lnt_optim_destroy(optim);
        lnt_pass_destroy(pass);
        lnt_net_destroy(net);
    }
    assert_lt(difference(&ends[0], &ends[1]), 1e-11);
}

Test(lm, forms_agree_on_many_rows)
{
    const lnt_layer layers[] = {lnt_dense(5, LNT_TANH), lnt_dense(6, LNT_SOFTPLUS),
                                lnt_dense(2, LNT_IDENTITY)};
    forms_agree(layers, 3);
}

/* Layers of one tensor and of none. */
Test(lm, forms_agree_without_biases)
{
    lnt_layer layers[] = {lnt_dense(5, LNT_TANH), lnt_dense(6, LNT_IDENTITY),
                          lnt_activation_layer(LNT_SOFTPLUS), lnt_dense(2, LNT_IDENTITY)};
    layers[0].bias = layers[3].bias = false;
    forms_agree(layers, 4);
}

/* At a minimum no μ helps: nothing moves. */
Test(lm, stuck_where_nothing_helps)
{
    reference_file file;
    read_file(&file, "lm.txt");
    for (int form = LNT_LM_NORMAL; form <= LNT_LM_DUAL; form++) {
        lm_run r;
        open_run(&r, &file, &cases[0], LNT_F64, form_of((lnt_lm_system) form));
        lnt_optim_outcome out = {.stalled = false};
        lnt_tensor before = {.data = NULL};
        for (size_t i = 0; i < 2000 && !out.stalled; i++) {
            const lnt_tensor w = lnt_net_parameters(r.net);
            before = copy_of(LNT_F64, &w);
            out = take_step(&r);
        }
        const lnt_tensor w = lnt_net_parameters(r.net);
        cr_assert(out.stalled);
        cr_assert(!out.evaluated);
        assert_eq(out.value, r.batch.value);
        assert_same_bits(&w, &before);
        assert_eq(lnt_optim_damping(r.optim), 1e10);
        close_run(&r);
    }
}

/* On parts of the data μ follows the ratio, and a step that would raise the loss is not taken. */
Test(lm, batches_move_mu_by_the_ratio)
{
    reference_file file;
    read_file(&file, "lm.txt");
    lnt_optim_config config = form_of(LNT_LM_DUAL);
    config.lm.mu = 100; /* short steps, which the model predicts well */
    lm_run r;
    open_run(&r, &file, &cases[0], LNT_F64, config);
    r.batch.full_batch = false;
    const lnt_optim_outcome out = take_step(&r);
    assert_eq(lnt_optim_damping(r.optim), 50);
    cr_assert(!out.evaluated);
    assert_lt(out.value, r.batch.value);
    close_run(&r);
    config.lm.mu = 1e-12;
    open_run(&r, &file, &cases[0], LNT_F64, config);
    r.batch.full_batch = false;
    lnt_tensor w = lnt_net_parameters(r.net);
    OK(lnt_scale(8, &w)); /* saturated: the model is wrong */
    const lnt_tensor before = copy_of(LNT_F64, &w);
    const lnt_optim_outcome wrong = take_step(&r);
    assert_same_bits(&w, &before);
    assert_eq(wrong.value, r.batch.value);
    cr_assert(!wrong.stalled);
    assert_eq(lnt_optim_damping(r.optim), 4e-12);
    close_run(&r);
}

static void says(const lnt_optim_config *config, const lnt_net *net, const lnt_loss *loss,
                 lnt_status status, const char *part)
{
    lnt_error error = {0};
    FAILS(status, lnt_optim_supports(config, net, loss, &error));
    assert_contains(error.message, part);
}

Test(lm, what_is_refused)
{
    const lnt_layer normed[] = {lnt_dense(4, LNT_TANH), lnt_batch_norm(),
                                lnt_dense(1, LNT_IDENTITY)};
    lnt_net *net = make_net(LNT_F64, 1), *other = new_net(LNT_F64, 2, normed, 3);
    lnt_optim_config config = lnt_optim_defaults(LNT_LM);
    const lnt_loss mae = lnt_mae(LNT_MEAN), softmax = lnt_softmax_cross_entropy(LNT_MEAN);
    says(&config, net, &mae, LNT_ERR_INVALID,
         "mae is not taken by lm, expected mse or softmax_cross_entropy; lbfgs");
    says(&config, other, NULL, LNT_ERR_INVALID, "layers.1 is batch_norm");
    config.lm.bayesian = true;
    says(&config, net, &softmax, LNT_ERR_INVALID, "not taken by lm with bayesian, expected mse;");
    config.l2 = 0.1;
    says(&config, net, NULL, LNT_ERR_INVALID, "l2 is 0.1");
    config = lnt_optim_defaults(LNT_LM);
    double *const ranges[] = {&config.lm.mu, &config.lm.mu_inc, &config.lm.mu_dec,
                              &config.lm.mu_max};
    static const char *const names[] = {"optim.lm.mu is -1", "optim.lm.mu_inc is -1",
                                        "optim.lm.mu_dec is -1", "optim.lm.mu_max is -1"};
    for (size_t i = 0; i < 4; i++) {
        const double fine = *ranges[i];
        *ranges[i] = -1;
        says(&config, net, NULL, LNT_ERR_INVALID, names[i]);
        *ranges[i] = fine;
    }
    lnt_net_destroy(net);
    lnt_net_destroy(other);
}

Test(lm, memory_is_estimated_first)
{
    failing counter = {0};
    const lnt_allocator allocator = failing_allocator(&counter);
    const lnt_layer layers[] = {lnt_dense(100, LNT_TANH), lnt_dense(1, LNT_IDENTITY)};
    lnt_net *net = new_net(LNT_F64, 50, layers, 2); /* 5201 parameters: 433 MB */
    lnt_optim_config config = lnt_optim_defaults(LNT_LM);
    config.allocator = &allocator;
    config.max_bytes = 100000000;
    config.max_rows = 20000;
    says(&config, net, NULL, LNT_ERR_TOO_LARGE, "dual form, lbfgs needs less");
    config.max_rows = 1; /* less than 20 pairs of parameters */
    config.max_bytes = 100000;
    says(&config, net, NULL, LNT_ERR_TOO_LARGE, "; adamw needs less");
    lnt_optim_config adamw = lnt_optim_defaults(LNT_ADAMW);
    assert_lt(lnt_optim_memory_bytes(&adamw, net), lnt_optim_memory_bytes(&config, net));
    config.max_rows = 20000;
    config.max_bytes = 100000000;
    lnt_optim *optim;
    FAILS(LNT_ERR_TOO_LARGE, lnt_optim_create(&optim, net, &config));
    cr_assert_null(optim);
    assert_eq(counter.calls, 0);
    config.max_rows = 500;
    OK(lnt_optim_create(&optim, net, &config));
    assert_le(counter.bytes, 100000000);
    assert_eq(counter.bytes, lnt_optim_memory_bytes(&config, net));
    lnt_optim_destroy(optim);
    config.lm.system = LNT_LM_NORMAL;
    says(&config, net, NULL, LNT_ERR_TOO_LARGE, "the dual form fits");
    config.lm.system = LNT_LM_AUTO;
    config.max_rows = SIZE_MAX / 2;
    config.max_bytes = 0;
    OK(lnt_optim_supports(&config, net, NULL, NULL)); /* the normal form goes by panels */
    config.lm.system = LNT_LM_DUAL;
    says(&config, net, NULL, LNT_ERR_TOO_LARGE, "the normal form fits");
    lnt_net_destroy(net);
}

/* Nothing is allocated in a step, and a run goes on to the same bits from its state. */
Test(lm, state_is_all_that_is_remembered)
{
    reference_file file;
    read_file(&file, "lm.txt");
    for (int i = 0; i < 4; i++) {
        lm_run a, b;
        failing counter = {0};
        const lnt_allocator allocator = failing_allocator(&counter);
        lnt_optim_config config = form_of(i % 2 == 0 ? LNT_LM_NORMAL : LNT_LM_DUAL);
        config.lm.bayesian = i >= 2;
        config.allocator = &allocator;
        open_run(&a, &file, &cases[0], LNT_F64, config);
        open_run(&b, &file, &cases[0], LNT_F64, config);
        assert_eq(counter.calls, 2);
        for (size_t k = 0; k < 3; k++) {
            (void) take_step(&a);
        }
        const lnt_tensor w = lnt_net_parameters(a.net), state = lnt_optim_state(a.optim);
        lnt_tensor v = lnt_net_parameters(b.net), into = lnt_optim_state(b.optim);
        const lnt_optim_scalars place = lnt_optim_get_scalars(a.optim);
        OK(lnt_copy(&w, &v));
        OK(lnt_copy(&state, &into));
        OK(lnt_optim_set_scalars(b.optim, &place));
        for (size_t k = 0; k < 3; k++) {
            (void) take_step(&a);
            (void) take_step(&b);
        }
        assert_same_bits(&w, &v);
        assert_same_bits(&state, &into);
        assert_eq(counter.calls, 2);
        close_run(&a);
        close_run(&b);
    }
}

/*
 * At the minimum no damping helps: they are tried, each `mu_up` times the one before, up to
 * `mu_most`, and nothing moves. With which one the last step begins depends on rounding.
 */
Test(lm, is_stuck_where_nothing_lessens_the_loss)
{
    static const double most[] = {1, 1e6};
    reference_file file;
    read_file(&file, "lm.txt");
    for (size_t i = 0; i < 2; i++) {
        lm_run r;
        lnt_optim_config config = form_of(LNT_LM_NORMAL);
        config.lm.mu_max = most[i];
        open_run(&r, &file, &cases[1], LNT_F64, config);
        lnt_optim_outcome outcome = {0};
        double first = 0;
        for (size_t steps = 0; !outcome.stalled; steps++) {
            assert_lt(steps, 2000);
            const lnt_tensor w = lnt_net_parameters(r.net);
            const lnt_tensor before = copy_of(LNT_F64, &w);
            first = lnt_optim_damping(r.optim);
            outcome = take_step(&r);
            assert_eq(same_bits(&w, &before), outcome.stalled);
        }
        const double raised = log10(most[i] / first) / log10(config.lm.mu_inc);
        assert_eq(outcome.evaluations, (size_t) floor(raised + 1e-6) + 1, "from %g to %g: %zu",
                  first, most[i], outcome.evaluations);
        assert_eq(lnt_optim_damping(r.optim), most[i]);
        close_run(&r);
    }
}

/* --- by lnt_fit --- */

static lnt_fit_config whole(void)
{
    lnt_fit_config config = lnt_fit_defaults();
    config.epochs = 200;
    config.batch_rows = ROWS;
    config.optim = lnt_optim_defaults(LNT_LM);
    return config;
}

Test(lm, fit_ends)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_fit_result result;
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_fit_config config = whole();
    config.target_loss = 1e-5;
    OK(lnt_fit(net, &x, &y, &config, &result, NULL));
    assert_eq(result.end, LNT_END_TARGET_LOSS, "end %d, loss %g, %zu epochs", result.end,
              result.train_loss, result.epochs);
    assert_le(result.train_loss, 1e-5, "end %d, loss %g, %zu epochs", result.end, result.train_loss,
              result.epochs);
    assert_lt(result.epochs, 100, "end %d, loss %g, %zu epochs", result.end, result.train_loss,
              result.epochs);
    config.target_loss = 0;
    config.gradient_tolerance = 1e-4;
    OK(lnt_fit(net, &x, &y, &config, &result, NULL));
    assert_eq(result.end, LNT_END_GRADIENT_TOLERANCE);
    lnt_net_destroy(net);
    net = make_net(LNT_F64, 1);
    config = whole();
    config.epochs = 5000;
    config.validation_fraction = 0.3;
    config.patience = 3;
    OK(lnt_fit(net, &x, &y, &config, &result, NULL));
    assert_eq(result.end, LNT_END_PATIENCE);
    lnt_net_destroy(net);
    const lnt_layer line[] = {lnt_dense(y.cols, LNT_IDENTITY)}; /* with a minimum */
    net = new_net(LNT_F64, x.cols, line, 1);
    config = whole();
    OK(lnt_fit(net, &x, &y, &config, &result, NULL));
    assert_eq(result.end, LNT_END_STALLED, "end %d", result.end);
    assert_lt(result.epochs, 100, "end %d", result.end);
    lnt_net_destroy(net);
}

Test(lm, fit_by_batches)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_fit_result result;
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_fit_config config = whole();
    config.batch_rows = 25;
    config.target_loss = 1e-4;
    OK(lnt_fit(net, &x, &y, &config, &result, NULL));
    assert_eq(result.end, LNT_END_TARGET_LOSS, "loss %g", result.train_loss);
    lnt_net_destroy(net);
}
