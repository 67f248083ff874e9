/* SPDX-License-Identifier: MIT */
/* When a run ends, and with which parameters. */
#include "support/fit.h"

#include <stdio.h>

/* The values of the monitored metric and the parameters, epoch by epoch. */
typedef struct trace {
    size_t epochs;
    double value[400];
    size_t best_epoch[400];
    lnt_metric metric;
    lnt_tensor state[400];
} trace;

static bool record(const lnt_fit_progress *progress, void *context)
{
    trace *t = context;
    if (progress->epoch_end) {
        const lnt_tensor state = lnt_net_state_vector_read_only(progress->net);
        t->value[t->epochs] = progress->validation.value[t->metric];
        t->best_epoch[t->epochs] = progress->best_epoch;
        t->state[t->epochs++] = copy_of(state.dtype, &state);
    }
    return true;
}

/* Few noisy rows and a wide step, so that the validation loss goes up and down. */
static lnt_fit_config restless(trace *t)
{
    lnt_fit_config config = settings();
    config.epochs = 60;
    config.optim.learning_rate = 0.3;
    config.validation_fraction = 0.3;
    config.callback = record;
    config.callback_context = t;
    return config;
}

static size_t best_of(const trace *t, bool higher)
{
    size_t best = 0;
    for (size_t i = 1; i < t->epochs; i++) {
        if (higher ? t->value[i] > t->value[best] : t->value[i] < t->value[best]) {
            best = i;
        }
    }
    return best;
}

Test(fit_stopping, restores_the_best_bits)
{
    static const lnt_metric metrics[] = {LNT_METRIC_LOSS, LNT_METRIC_R2, LNT_METRIC_MAE};
    static trace t[3];
    for (size_t m = 0; m < 3; m++) {
        lnt_tensor x, y;
        regression(LNT_F64, &x, &y);
        lnt_net *net = make_net(LNT_F64, 1);
        t[m].metric = metrics[m];
        lnt_fit_config config = restless(&t[m]);
        config.monitor = metrics[m];
        config.restore_best = true;
        lnt_fit_result result;
        OK(lnt_fit(net, &x, &y, &config, &result, NULL));
        const size_t best = best_of(&t[m], metrics[m] == LNT_METRIC_R2);
        assert_lt(best + 1, t[m].epochs, "the last epoch is the best: the test shows nothing");
        const lnt_tensor now = lnt_net_state_vector(net);
        assert_same_bits(&now, &t[m].state[best], "not the parameters of epoch %zu", best + 1);
        assert_eq(result.best_epoch, best + 1);
        assert_eq(t[m].best_epoch[t[m].epochs - 1], best + 1);
        assert_eq(result.best_value, t[m].value[best]);
        assert_eq(result.validation.value[metrics[m]], t[m].value[best]);
        lnt_net_destroy(net);
    }
}

/* The rule of the header, on the values of a run without patience. */
static size_t epochs_with(const trace *t, size_t patience, double min_delta)
{
    double reference = t->value[0];
    size_t waited = 0;
    for (size_t i = 1; i < t->epochs; i++) {
        waited = t->value[i] < reference - min_delta ? 0 : waited + 1;
        reference = waited == 0 ? t->value[i] : reference;
        if (waited == patience) {
            return i + 1;
        }
    }
    return t->epochs;
}

Test(fit_stopping, patience_counts_epochs_without_improvement)
{
    static trace full;
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_fit_config config = restless(&full);
    OK(lnt_fit(net, &x, &y, &config, NULL, NULL));
    lnt_net_destroy(net);
    size_t cut = 0;
    for (size_t patience = 1; patience <= 8; patience++) {
        for (int d = 0; d < 2; d++) {
            net = make_net(LNT_F64, 1);
            config = restless(&full);
            config.callback = NULL;
            config.patience = patience;
            config.min_delta = d == 0 ? 0 : 0.02;
            lnt_fit_result result;
            OK(lnt_fit(net, &x, &y, &config, &result, NULL));
            const size_t expected = epochs_with(&full, patience, config.min_delta);
            assert_eq(result.epochs, expected, "%zu epochs with patience %zu, expected %zu",
                      result.epochs, patience, expected);
            assert_eq(result.end, expected < full.epochs ? LNT_END_PATIENCE : LNT_END_EPOCHS);
            const lnt_tensor now = lnt_net_state_vector(net);
            assert_same_bits(&now, &full.state[expected - 1]);
            cut += expected < full.epochs;
            lnt_net_destroy(net);
        }
    }
    assert_ge(cut, 4, "patience was hardly ever used up");
}

/* Without validation rows the training loss is watched. */
Test(fit_stopping, patience_watches_the_training_loss)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_fit_config config = settings();
    config.epochs = 50;
    config.min_delta = 1e9; /* nothing is an improvement */
    config.patience = 3;
    lnt_fit_result result;
    OK(lnt_fit(net, &x, &y, &config, &result, NULL));
    assert_eq(result.epochs, 4);
    assert_eq(result.end, LNT_END_PATIENCE);
    assert_eq(result.best_epoch, 4);
    assert_eq(result.best_value, result.train_loss);
    lnt_net_destroy(net);
}

Test(fit_stopping, max_steps_ends_within_an_epoch)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    for (size_t steps = 6; steps <= 8; steps++) { /* 7 batches an epoch */
        lnt_net *net = make_net(LNT_F64, 1);
        lnt_fit_config config = settings();
        config.max_steps = steps;
        config.x_val = &x;
        config.y_val = &y;
        lnt_fit_result result;
        OK(lnt_fit(net, &x, &y, &config, &result, NULL));
        assert_eq(result.steps, steps);
        assert_eq(result.end, LNT_END_STEPS);
        assert_ne(result.end, LNT_END_CALLBACK);
        assert_eq(result.epochs, steps / 7, "%zu epochs in %zu steps", result.epochs, steps);

        /* The scores are those of the net as it is, not of the last complete epoch. */
        lnt_pass *pass = NULL;
        double loss;
        const lnt_pass_config wide = {.max_rows = ROWS, .mode = LNT_INFERENCE};
        OK(lnt_pass_create(&pass, net, &wide));
        OK(lnt_pass_forward(pass, net, &x, NULL));
        OK(lnt_pass_loss(pass, &config.loss, &y, NULL, &loss));
        assert_near(result.validation.value[LNT_METRIC_LOSS], loss, 1e-12);
        lnt_pass_destroy(pass);
        lnt_net_destroy(net);
    }
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_fit_config config = settings();
    config.epochs = 2;
    config.max_steps = 14;
    lnt_fit_result result;
    OK(lnt_fit(net, &x, &y, &config, &result, NULL));
    assert_eq(result.epochs, 2);
    assert_eq(result.end, LNT_END_EPOCHS);
    lnt_net_destroy(net);
}

Test(fit_stopping, max_seconds_ends_a_run_without_end)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_fit_config config = settings();
    config.epochs = SIZE_MAX;
    config.max_seconds = 0.05;
    lnt_fit_result result;
    OK(lnt_fit(net, &x, &y, &config, &result, NULL));
    assert_eq(result.end, LNT_END_SECONDS);
    assert_ge(result.seconds, 0.05);
    assert_gt(result.steps, 0);
    assert_lt(result.seconds, 30, "%g s", result.seconds);
    lnt_net_destroy(net);
}

Test(fit_stopping, the_callback_ends_it)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    for (size_t after = 1; after <= 8; after++) { /* the eighth call is the end of an epoch */
        lnt_net *net = make_net(LNT_F64, 1);
        seen s = {.stop_after = after};
        lnt_fit_config config = settings();
        config.callback = watch;
        config.callback_context = &s;
        lnt_fit_result result;
        OK(lnt_fit(net, &x, &y, &config, &result, NULL));
        assert_eq(result.end, LNT_END_CALLBACK);
        assert_eq(result.end, LNT_END_CALLBACK);
        assert_eq(s.calls, after);
        assert_eq(result.epochs, after == 8);
        assert_eq(result.steps, after < 8 ? after : 7);
        assert_eq(s.last.net, net);
        cr_assert_not_null(s.last.pass);
        assert_gt(s.last.seconds, 0);
        lnt_net_destroy(net);
    }
}

/* Plain SGD without shuffling keeps nothing else than the parameters. */
Test(fit_stopping, a_warm_start_continues)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_net *once = make_net(LNT_F64, 1), *twice = make_net(LNT_F64, 1);
    lnt_fit_config config = settings();
    config.shuffle = false;
    config.optim.sgd.momentum = 0;
    OK(lnt_fit(once, &x, &y, &config, NULL, NULL));
    config.epochs = 10;
    OK(lnt_fit(twice, &x, &y, &config, NULL, NULL));
    OK(lnt_fit(twice, &x, &y, &config, NULL, NULL));
    same_parameters(once, twice);
    lnt_net_destroy(once);
    lnt_net_destroy(twice);
}

/* --- values that are not finite --- */

/* A weight that is infinite in the second of three layers. */
Test(fit_stopping, the_guard_names_the_layer)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    for (size_t bad = 0; bad < 3; bad++) {
        lnt_layer layers[] = {lnt_dense(4, LNT_IDENTITY), lnt_dense(4, LNT_TANH),
                              lnt_dense(1, LNT_IDENTITY)};
        lnt_net *net = new_net(LNT_F64, INPUTS, layers, 3);
        lnt_parameter weight;
        OK(lnt_net_parameter(net, 2 * bad, &weight));
        OK(lnt_tensor_set(&weight.value, 0, 0, NAN));
        lnt_fit_config config = settings();
        lnt_fit_result result;
        lnt_error error = {.message = ""};
        FAILS(LNT_ERR_NONFINITE, lnt_fit(net, &x, &y, &config, &result, &error));
        assert_eq(result.nonfinite_layer, bad);
        assert_eq(result.nonfinite_epoch, 1);
        assert_eq(result.nonfinite_batch, 1);
        char message[200];
        snprintf(message, sizeof message,
                 "epoch 1, batch 1 of 7: the loss is nan; the first output that is not finite is "
                 "that of layers.%zu (dense)",
                 bad);
        assert_str_eq(error.message, message);
        lnt_net_destroy(net);
    }
}

/* Clipping by norm watches the gradient: here it overflows while the loss does not. */
Test(fit_stopping, the_guard_sees_a_gradient)
{
    lnt_tensor x = matrix(LNT_F64, 4, INPUTS), y = matrix(LNT_F64, 4, 1);
    OK(lnt_fill(1e200, &x));
    OK(lnt_fill(1e150, &y));
    const lnt_layer layers[] = {lnt_dense(1, LNT_IDENTITY)};
    lnt_net *net = new_net(LNT_F64, INPUTS, layers, 1);
    lnt_tensor parameters = lnt_net_parameters(net);
    OK(lnt_fill(0, &parameters));
    lnt_fit_config config = settings();
    config.optim.clip_norm = 1;
    lnt_error error = {.message = ""};
    lnt_fit_result result;
    FAILS(LNT_ERR_NONFINITE, lnt_fit(net, &x, &y, &config, &result, &error));
    assert_str_eq(error.message, "epoch 1, batch 1 of 1: the norm of the gradient is inf");
    assert_eq(result.nonfinite_layer, 1);
    assert_eq(result.steps, 0);
    double norm;
    OK(lnt_norm(LNT_NORM_MAX, &parameters, &norm));
    assert_eq(norm, 0);
    lnt_net_destroy(net);
}

/* To no more than LNT_FIT_ROLLBACK_STEPS batches before. */
Test(fit_stopping, goes_back_a_bounded_way)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_net *net = make_net(LNT_F64, 1), *good = make_net(LNT_F64, 1);
    lnt_fit_config config = settings();
    config.shuffle = false;
    config.batch_rows = 1;
    config.max_steps = LNT_FIT_ROLLBACK_STEPS;
    OK(lnt_fit(good, &x, &y, &config, NULL, NULL));
    config.max_steps = 0;
    OK(lnt_tensor_set(&y, LNT_FIT_ROLLBACK_STEPS + 9, 0, INFINITY));
    FAILS(LNT_ERR_NONFINITE, lnt_fit(net, &x, &y, &config, NULL, NULL));
    const lnt_tensor a = lnt_net_state_vector(net), b = lnt_net_state_vector(good);
    assert_same_bits(&a, &b);
    lnt_net_destroy(net);
    lnt_net_destroy(good);
}

Test(fit_stopping, refuses_settings_by_name)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_fit_config config = settings();
    config.restore_best = true;
    refused(LNT_ERR_INVALID, "restore_best is set, which needs validation rows", net, &x, &y,
            &config);
    config = settings();
    config.min_delta = -1;
    refused(LNT_ERR_INVALID, "min_delta is -1, expected a finite number from 0", net, &x, &y,
            &config);
    config = settings();
    config.max_seconds = NAN;
    refused(LNT_ERR_INVALID, "max_seconds is nan, expected a number from 0", net, &x, &y, &config);
    config = settings();
    config.top_k = 0;
    refused(LNT_ERR_INVALID, "top_k is 0, expected at least 1", net, &x, &y, &config);
    config = settings();
    config.validation_fraction = 0.2;
    config.monitor = LNT_METRIC_F1;
    refused(LNT_ERR_INVALID, "monitor is f1, which does not apply to mse with 1 outputs", net, &x,
            &y, &config);
    config.monitor = (lnt_metric) 77;
    refused(LNT_ERR_INVALID,
            "monitor is 77, expected one of loss, accuracy, top_k, balanced_accuracy, f1, roc_auc, "
            "log_loss, mae, rmse, r2",
            net, &x, &y, &config);
    config = settings();
    config.optim.kind = (lnt_optim_kind) 99;
    refused(LNT_ERR_INVALID,
            "cannot prepare training: optim.kind is 99, expected one of lnt_optim_kind", net, &x,
            &y, &config);
    lnt_net_destroy(net);
}
