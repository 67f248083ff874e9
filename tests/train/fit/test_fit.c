/* SPDX-License-Identifier: MIT */
#include "support/fit.h"

#include "support/failing_allocator.h"

#include <stdio.h>

/* The loop of lnt_fit, written by its description. */
static void fit_by_hand(lnt_net *net, const lnt_tensor *x, const lnt_tensor *y,
                        const lnt_fit_config *config)
{
    lnt_pass *pass = NULL;
    lnt_optim *optim = NULL;
    OK(lnt_pass_create(&pass, net, &(lnt_pass_config){.max_rows = config->batch_rows}));
    OK(lnt_optim_create(&optim, net, &config->optim));
    static size_t order[ROWS];
    for (uint64_t epoch = 1; epoch <= config->epochs; epoch++) {
        for (size_t i = 0; i < ROWS; i++) {
            order[i] = i;
        }
        if (config->shuffle) {
            lnt_random random = lnt_random_init(config->seed, LNT_STREAM_SHUFFLE + (epoch << 8));
            lnt_random_shuffle(&random, order, ROWS);
        }
        for (size_t first = 0; first < ROWS; first += config->batch_rows) {
            const size_t left = ROWS - first;
            const size_t count = left < config->batch_rows ? left : config->batch_rows;
            lnt_tensor xb = matrix(x->dtype, count, x->cols), yb = matrix(y->dtype, count, y->cols);
            OK(lnt_gather_rows(x, order + first, &xb));
            OK(lnt_gather_rows(y, order + first, &yb));
            OK(lnt_pass_forward(pass, net, &xb, NULL));
            OK(lnt_pass_backward(pass, net, &config->loss, &yb, NULL, NULL));
            OK(lnt_optim_step(optim, net, pass));
        }
    }
    lnt_pass_destroy(pass);
    lnt_optim_destroy(optim);
}

Test(fit, is_the_loop_it_says_it_is)
{
    for (int shuffle = 0; shuffle < 2; shuffle++) {
        for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
            lnt_tensor x, y;
            regression(dtype, &x, &y);
            lnt_net *a = make_net(dtype, 1), *b = make_net(dtype, 1);
            lnt_fit_config config = settings();
            config.shuffle = shuffle == 1;
            OK(lnt_fit(a, &x, &y, &config, NULL, NULL));
            fit_by_hand(b, &x, &y, &config);
            same_parameters(a, b);
            lnt_net_destroy(a);
            lnt_net_destroy(b);
        }
    }
}

Test(fit, learns_and_reports)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_tensor x_train, y_train, x_val, y_val;
    OK(lnt_slice_rows(&x, 0, 80, 1, &x_train));
    OK(lnt_slice_rows(&y, 0, 80, 1, &y_train));
    OK(lnt_slice_rows(&x, 80, 20, 1, &x_val));
    OK(lnt_slice_rows(&y, 80, 20, 1, &y_val));
    lnt_fit_config config = settings();
    config.epochs = 300;
    config.x_val = &x_val;
    config.y_val = &y_val;
    lnt_fit_result result;
    OK(lnt_fit(net, &x_train, &y_train, &config, &result, NULL));
    assert_eq(result.epochs, 300);
    assert_eq(result.steps, 300 * 5);
    assert_ne(result.end, LNT_END_CALLBACK);
    assert_lt(result.train_loss, 0.02, "train loss %g", result.train_loss);
    assert_nan(result.train_accuracy);
    assert_nan(result.validation.value[LNT_METRIC_ACCURACY]);
    assert_eq(result.nonfinite_epoch, 0);
    assert_gt(result.seconds, 0);

    /* The validation loss is that of one evaluation of the whole part. */
    lnt_pass *pass = NULL;
    lnt_tensor output;
    double loss;
    OK(lnt_pass_create(&pass, net, &(lnt_pass_config){.max_rows = 20, .mode = LNT_INFERENCE}));
    OK(lnt_pass_forward(pass, net, &x_val, &output));
    OK(lnt_loss_evaluate(&config.loss, &output, &y_val, NULL, &loss, NULL));
    assert_near(result.validation.value[LNT_METRIC_LOSS], loss, 1e-12);
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
}

Test(fit, does_not_depend_on_the_layout_of_the_data)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_tensor by_cols = matrix(LNT_F64, INPUTS, ROWS);
    by_cols = lnt_transpose(&by_cols);
    OK(lnt_copy(&x, &by_cols));
    lnt_fit_config config = settings();
    lnt_net *a = make_net(LNT_F64, 1), *b = make_net(LNT_F64, 1);
    OK(lnt_fit(a, &x, &y, &config, NULL, NULL));
    OK(lnt_fit(b, &by_cols, &y, &config, NULL, NULL));
    same_parameters(a, b);
    lnt_net_destroy(a);
    lnt_net_destroy(b);
}

Test(fit, calls_back_after_each_batch_and_epoch)
{
    lnt_tensor x, y;
    regression(LNT_F32, &x, &y);
    lnt_net *net = make_net(LNT_F32, 1);
    seen s = {0};
    lnt_fit_config config = settings();
    config.callback = watch;
    config.callback_context = &s;
    OK(lnt_fit(net, &x, &y, &config, NULL, NULL));
    assert_eq(s.calls, 20 * (7 + 1));
    assert_eq(s.epoch_ends, 20);
    assert_eq(s.last.epoch, 20);
    assert_eq(s.last.epochs, 20);
    assert_eq(s.last.batch, 7);
    assert_eq(s.last.batches, 7);
    assert_eq(s.last.rows, ROWS);
    cr_assert(s.last.epoch_end);
    assert_nan(s.last.validation.value[LNT_METRIC_LOSS]);
    assert_finite(s.last.train_loss);
    assert_eq(s.last.learning_rate, 0.05);
    lnt_net_destroy(net);
}

Test(fit, stops_when_told_within_an_epoch)
{
    lnt_tensor x, y;
    regression(LNT_F32, &x, &y);
    lnt_net *net = make_net(LNT_F32, 1);
    seen s = {.stop_after = 11};
    lnt_fit_config config = settings();
    config.callback = watch;
    config.callback_context = &s;
    lnt_fit_result result;
    OK(lnt_fit(net, &x, &y, &config, &result, NULL));
    assert_eq(result.end, LNT_END_CALLBACK);
    assert_eq(s.calls, 11);
    assert_eq(result.epochs, 1);
    assert_eq(result.steps, 10);
    lnt_net_destroy(net);
}

Test(fit, counts_the_accuracy_of_a_classification)
{
    lnt_tensor x = random_matrix(LNT_F32, ROWS, INPUTS, 2);
    lnt_tensor labels = matrix(LNT_I32, ROWS, 1);
    for (size_t i = 0; i < ROWS; i++) {
        OK(lnt_tensor_set(&labels, i, 0, lnt_tensor_get(&x, i, 0) > 0));
    }
    lnt_net *net = make_net(LNT_F32, 2);
    lnt_fit_config config = settings();
    config.epochs = 100;
    config.loss = lnt_softmax_cross_entropy(LNT_MEAN);
    config.x_val = &x;
    config.y_val = &labels;
    lnt_fit_result result;
    OK(lnt_fit(net, &x, &labels, &config, &result, NULL));
    assert_ge(result.validation.value[LNT_METRIC_ACCURACY], 0.97, "accuracy %g",
              result.validation.value[LNT_METRIC_ACCURACY]);
    assert_ge(result.train_accuracy, 0.95, "accuracy %g", result.train_accuracy);
    lnt_net_destroy(net);
}

/* A value that is not finite is reported by place, and the parameters go back to good ones. */
Test(fit, stops_at_a_loss_that_is_not_finite)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_fit_config config = settings();
    config.shuffle = false;
    OK(lnt_tensor_set(&y, 50, 0, -(double) NAN)); /* row 50 is in the fourth batch of 16 */
    lnt_error error = {0};
    lnt_fit_result result;
    FAILS(LNT_ERR_NONFINITE, lnt_fit(net, &x, &y, &config, &result, &error));
    assert_eq(result.nonfinite_epoch, 1);
    assert_eq(result.nonfinite_batch, 4);
    assert_str_eq(error.message,
                  "epoch 1, batch 4 of 7: the loss is nan; every layer's output is finite, "
                  "so look at the targets");
    assert_eq(result.nonfinite_layer, 2);
    assert_eq(result.end, LNT_END_NONFINITE);

    lnt_net *fresh = make_net(LNT_F64, 1);
    same_parameters(net, fresh); /* the last copy was made before the first step */
    OK(lnt_tensor_set(&y, 50, 0, 0));
    OK(lnt_fit(net, &x, &y, &config, &result, &error));
    assert_eq(result.nonfinite_epoch, 0);
    lnt_net_destroy(net);
    lnt_net_destroy(fresh);
}

Test(fit, goes_back_to_parameters_that_were_good)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_fit_config config = settings();
    config.optim.learning_rate = 1e150;
    lnt_fit_result result;
    FAILS(LNT_ERR_NONFINITE, lnt_fit(net, &x, &y, &config, &result, NULL));
    const lnt_tensor parameters = lnt_net_parameters_read_only(net);
    bool finite;
    OK(lnt_all_finite(&parameters, &finite, NULL, NULL));
    cr_assert(finite);
    config.optim.learning_rate = 0.01;
    OK(lnt_fit(net, &x, &y, &config, &result, NULL));
    lnt_net_destroy(net);
}

/* -inf before a ReLU gives an output of 0 and a finite loss, which must not count as good. */
Test(fit, does_not_keep_a_parameter_that_is_infinite)
{
    lnt_tensor x = matrix(LNT_F32, 1, 1), y = matrix(LNT_F32, 1, 1);
    OK(lnt_fill(1e30, &x));
    OK(lnt_fill(-1e5, &y));
    lnt_layer layers[] = {lnt_dense(1, LNT_RELU), lnt_dense(1, LNT_IDENTITY)};
    layers[0].weight_init = lnt_init_constant(1e-25);
    layers[1].weight_init = lnt_init_constant(1);
    for (size_t stop_after = 0; stop_after < 2; stop_after++) {
        lnt_net *net = NULL;
        OK(lnt_net_create(
            &net,
            &(lnt_net_config){.dtype = LNT_F32, .inputs = 1, .layers = layers, .n_layers = 2}));
        seen s = {.stop_after = stop_after}; /* never; after the first batch */
        lnt_fit_config config = settings();
        config.epochs = 200;
        config.optim.learning_rate = 1e5;
        config.callback = watch;
        config.callback_context = &s;
        FAILS(LNT_ERR_NONFINITE, lnt_fit(net, &x, &y, &config, NULL, NULL));
        const lnt_tensor parameters = lnt_net_parameters_read_only(net);
        bool finite;
        OK(lnt_all_finite(&parameters, &finite, NULL, NULL));
        cr_assert(finite);
        lnt_net_destroy(net);
    }
}

/* One batch an epoch and one epoch: no later loss would show what the only step did. */
Test(fit, looks_at_the_parameters_after_the_last_step)
{
    lnt_tensor x = matrix(LNT_F32, 4, INPUTS), y = matrix(LNT_F32, 4, 1);
    OK(lnt_fill(1e15, &x));
    OK(lnt_fill(1e15, &y));
    lnt_net *net = make_net(LNT_F32, 1);
    lnt_fit_config config = settings();
    config.epochs = 1;
    config.optim.learning_rate = 1e30;
    lnt_error error = {0};
    FAILS(LNT_ERR_NONFINITE, lnt_fit(net, &x, &y, &config, NULL, &error));
    assert_contains(error.message, "a parameter is");
    lnt_net *fresh = make_net(LNT_F32, 1);
    same_parameters(net, fresh);
    lnt_net_destroy(net);
    lnt_net_destroy(fresh);
}

Test(fit, refuses_what_does_not_fit)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_fit_config config = settings();
    const lnt_tensor x32 = copy_of(LNT_F32, &x);
    lnt_tensor few, narrow, none;
    OK(lnt_slice_rows(&y, 0, 10, 1, &few));
    OK(lnt_slice_cols(&x, 0, 2, 1, &narrow));
    OK(lnt_slice_rows(&x, 0, 0, 1, &none));

    refused(LNT_ERR_NULL, "net, x, y and config are required", NULL, &x, &y, &config);
    refused(LNT_ERR_DTYPE, "training inputs are f32, the net is f64", net, &x32, &y, &config);
    refused(LNT_ERR_SHAPE, "training inputs have 2 columns, the net expects 3", net, &narrow, &y,
            &config);
    refused(LNT_ERR_SHAPE,
            "training inputs have 100 rows and targets 10; expected equal and at least 1", net, &x,
            &few, &config);
    refused(LNT_ERR_SHAPE,
            "training inputs have 0 rows and targets 100; expected equal and at least 1", net,
            &none, &y, &config);
    refused(LNT_ERR_SHAPE,
            "training targets [100, 3] of f64 do not fit the loss and 1 outputs of f64: the shapes "
            "do not fit together",
            net, &x, &x, &config);
    config.epochs = 0;
    refused(LNT_ERR_INVALID, "epochs is 0, expected at least 1", net, &x, &y, &config);
    config = settings();
    config.batch_rows = 0;
    refused(LNT_ERR_INVALID, "batch_rows is 0, expected at least 1", net, &x, &y, &config);
    config = settings();
    config.x_val = &x;
    refused(LNT_ERR_NULL, "x_val and y_val: expected both or neither", net, &x, &y, &config);
    config.y_val = &few;
    refused(LNT_ERR_SHAPE,
            "validation inputs have 100 rows and targets 10; expected equal and at least 1", net,
            &x, &y, &config);
    config = settings();
    config.optim.learning_rate = 0;
    refused(LNT_ERR_INVALID,
            "cannot prepare training: optim.learning_rate is 0, expected a finite number above 0",
            net, &x, &y, &config);
    lnt_net_destroy(net);
}

Test(fit, names_the_row_of_a_bad_label)
{
    lnt_tensor x = random_matrix(LNT_F32, ROWS, INPUTS, 2);
    lnt_tensor labels = matrix(LNT_I32, ROWS, 1);
    OK(lnt_tensor_set(&labels, 40, 0, 2));
    lnt_net *net = make_net(LNT_F32, 2);
    lnt_fit_config config = settings();
    config.shuffle = false;
    config.loss = lnt_softmax_cross_entropy(LNT_MEAN);
    const char *message = "training targets, row 41: expected a class from 0 to 1, found 2";
    lnt_net *fresh = make_net(LNT_F32, 2);
    refused(LNT_ERR_INVALID, message, net, &x, &labels, &config);
    same_parameters(net, fresh);
    lnt_net_destroy(fresh);
    lnt_net_destroy(net);
}

Test(fit, survives_every_failure_of_the_allocator)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_net *net = make_net(LNT_F64, 1), *fresh = make_net(LNT_F64, 1);
    for (int for_ever = 0; for_ever < 2; for_ever++) {
        lnt_status status = LNT_ERR_MEMORY;
        size_t n = 0;
        while (status == LNT_ERR_MEMORY) {
            failing f = {.fail_at = ++n, .for_ever = for_ever == 1};
            const lnt_allocator allocator = failing_allocator(&f);
            lnt_fit_config config = settings();
            config.epochs = 1;
            config.allocator = &allocator;
            lnt_error error = {0};
            status = lnt_fit(net, &x, &y, &config, NULL, &error);
            assert_eq(f.live, 0, "%zu blocks leaked", f.live);
            if (status == LNT_ERR_MEMORY) {
                same_parameters(net, fresh);
                assert_str_eq(error.message,
                              "cannot prepare training: the allocator returned NULL");
            }
        }
        assert_status(status, LNT_OK, "status %d after %zu", (int) status, n);
        assert_gt(n, 5, "status %d after %zu", (int) status, n);
        lnt_net_destroy(net);
        net = make_net(LNT_F64, 1);
    }
    lnt_net_destroy(net);
    lnt_net_destroy(fresh);
}

Test(fit, accuracy_by_labels_probabilities_and_nan)
{
    float out[] = {1, 2, 0, 5, 1, 1, NAN, 0, 1, 0, 3, 3};
    const lnt_tensor output = lnt_tensor_f32(out, 4, 3);
    int32_t classes[] = {1, 0, 0, 1};
    const lnt_tensor labels = lnt_tensor_i32(classes, 4, 1);
    double value = 0;
    OK(lnt_accuracy(&output, &labels, &value));
    assert_near(value, 0.75, 0); /* the row with NaN in its expected class is wrong */

    float rows[] = {0, 1, 0, 0, 0, 1, 1, 0, 0, 0.1f, 0.8f, 0.1f};
    const lnt_tensor probabilities = lnt_tensor_f32(rows, 4, 3);
    OK(lnt_accuracy(&output, &probabilities, &value));
    assert_near(value, 0.5, 0);

    lnt_tensor no_output, no_labels;
    OK(lnt_slice_rows(&output, 0, 0, 1, &no_output));
    OK(lnt_slice_rows(&labels, 0, 0, 1, &no_labels));
    OK(lnt_accuracy(&no_output, &no_labels, &value));
    assert_nan(value);
    FAILS(LNT_ERR_SHAPE, lnt_accuracy(&no_output, &labels, &value));
    FAILS(LNT_ERR_NULL, lnt_accuracy(&output, &labels, NULL));
    classes[2] = -1;
    FAILS(LNT_ERR_INVALID, lnt_accuracy(&output, &labels, &value));
    static const float bad[] = {3, 0.5f, INFINITY, 1e30f};
    for (size_t b = 0; b < 4; b++) {
        float numbers[] = {1, 0, 0, bad[b]};
        const lnt_tensor whole = lnt_tensor_f32(numbers, 4, 1);
        FAILS(LNT_ERR_INVALID, lnt_accuracy(&output, &whole, &value));
    }
}
