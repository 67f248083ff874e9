/* SPDX-License-Identifier: MIT */
#include "support/fit.h"

/* Runs whose batch is all the data: methods that look again, goals, flat gradients, their ends. */

static lnt_fit_config whole(lnt_optim_kind kind)
{
    lnt_fit_config config = lnt_fit_defaults();
    config.optim = lnt_optim_defaults(kind);
    config.batch_rows = ROWS;
    config.epochs = 60;
    return config;
}

static double loss_of(const lnt_net *net, const lnt_tensor *x, const lnt_tensor *y)
{
    lnt_pass *pass = NULL;
    const lnt_pass_config config = {.max_rows = ROWS, .mode = LNT_INFERENCE};
    const lnt_loss loss = lnt_mse(LNT_MEAN);
    double value;
    OK(lnt_pass_create(&pass, net, &config));
    OK(lnt_pass_forward(pass, net, x, NULL));
    OK(lnt_pass_loss(pass, &loss, y, NULL, &value));
    lnt_pass_destroy(pass);
    return value;
}

Test(fit_whole, a_goal_ends_the_run)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_fit_config config = whole(LNT_LBFGS);
    lnt_fit_result result;
    config.target_loss = 0.05;
    OK(lnt_fit(net, &x, &y, &config, &result, NULL));
    assert_eq(result.end, LNT_END_TARGET_LOSS);
    assert_lt(result.epochs, 60);
    assert_ne(result.end, LNT_END_CALLBACK);
    assert_le(result.train_loss, 0.05);
    assert_lt(fabs(result.train_loss - loss_of(net, &x, &y)), 1e-12, "of the last parameters");
    lnt_net_destroy(net);
}

/* For other methods and smaller batches it is the mean over an epoch that counts. */
Test(fit_whole, a_goal_for_batches)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_fit_config config = settings();
    lnt_fit_result result;
    config.epochs = 500;
    config.target_loss = 0.2;
    OK(lnt_fit(net, &x, &y, &config, &result, NULL));
    assert_eq(result.end, LNT_END_TARGET_LOSS);
    assert_lt(result.epochs, 500);
    assert_le(result.train_loss, 0.2);
    lnt_net_destroy(net);
}

Test(fit_whole, a_flat_gradient_ends_the_run)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    const lnt_optim_kind kinds[] = {LNT_LBFGS, LNT_ADAM};
    for (int i = 0; i < 2; i++) {
        lnt_net *net = make_net(LNT_F64, 1);
        lnt_fit_config config = whole(kinds[i]);
        lnt_fit_result result;
        config.epochs = 5000;
        config.gradient_tolerance = 0.05;
        OK(lnt_fit(net, &x, &y, &config, &result, NULL));
        assert_eq(result.end, LNT_END_GRADIENT_TOLERANCE);
        assert_lt(result.epochs, 5000);
        const double before = result.train_loss;
        const size_t steps = result.steps;
        OK(lnt_fit(net, &x, &y, &config, &result, NULL)); /* it is flat from the start */
        assert_eq(result.end, LNT_END_GRADIENT_TOLERANCE);
        assert_eq(result.steps, 0);
        assert_gt(steps, 0);
        assert_lt(fabs(result.train_loss - before), 1e-9 + before * 1e-9);
        lnt_net_destroy(net);
    }
}

/* Nobody shuffles all the data for a method that looks again: each step begins where one ended. */
Test(fit_whole, evaluations_are_not_repeated)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_net *shuffled = make_net(LNT_F64, 1), *plain = make_net(LNT_F64, 1);
    lnt_fit_config config = whole(LNT_LBFGS);
    seen s = {.stop_after = 0};
    config.callback = watch;
    config.callback_context = &s;
    OK(lnt_fit(shuffled, &x, &y, &config, NULL, NULL));
    config.shuffle = false;
    OK(lnt_fit(plain, &x, &y, &config, NULL, NULL));
    same_parameters(shuffled, plain);
    assert_nan(s.last.damping);
    config = whole(LNT_SCG);
    config.callback = watch;
    config.callback_context = &s;
    OK(lnt_fit(plain, &x, &y, &config, NULL, NULL));
    assert_gt(s.last.damping, 0);
    lnt_net_destroy(shuffled);
    lnt_net_destroy(plain);
}

Test(fit_whole, stuck_ends_the_run)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    const lnt_layer layers[] = {lnt_dense(1, LNT_IDENTITY)};
    lnt_net *net = new_net(LNT_F64, INPUTS, layers, 1);
    for (size_t i = 0; i < ROWS; i++) { /* what a line can meet */
        OK(lnt_tensor_set(&y, i, 0, 2 * lnt_tensor_get(&x, i, 0) - lnt_tensor_get(&x, i, 2) + 0.5));
    }
    lnt_fit_config config = whole(LNT_LBFGS);
    lnt_fit_result result;
    config.epochs = 10000;
    OK(lnt_fit(net, &x, &y, &config, &result, NULL));
    assert_eq(result.end, LNT_END_STALLED);
    assert_lt(result.epochs, 1000);
    assert_lt(result.train_loss, 1e-20);
    lnt_net_destroy(net);
}

Test(fit_whole, what_a_method_does_not_take_is_told)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_fit_config config = whole(LNT_LBFGS);
    config.optim.weight_decay = 0.1;
    lnt_error error;
    FAILS(LNT_ERR_INVALID, lnt_fit(net, &x, &y, &config, NULL, &error));
    assert_str_eq(error.message, "cannot prepare training: optim.weight_decay is 0.1, which lbfgs "
                                 "does not use; it uses l2");
    config = whole(LNT_LBFGS);
    config.loss.gradient_reduction = LNT_SUM;
    FAILS(LNT_ERR_INVALID, lnt_fit(net, &x, &y, &config, NULL, &error));
    config = whole(LNT_SCG);
    double rates[4], losses[4];
    FAILS(LNT_ERR_INVALID,
          lnt_lr_range_test(net, &x, &y, &config, 1e-3, 1, 4, rates, losses, NULL, NULL, &error));
    assert_str_eq(error.message, "optim is scg, which needs no learning rate");
    config = settings();
    config.target_loss = NAN;
    FAILS(LNT_ERR_INVALID, lnt_fit(net, &x, &y, &config, NULL, &error));
    config = settings();
    config.gradient_tolerance = -1;
    FAILS(LNT_ERR_INVALID, lnt_fit(net, &x, &y, &config, NULL, &error));
    lnt_net_destroy(net);
}

/* A trainer of a method that looks again; an error leaves the net as it was. */
Test(fit_whole, a_trainer_looks_again)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_fit_config config = whole(LNT_LBFGS);
    lnt_trainer *trainer = NULL;
    double first, last = INFINITY;
    OK(lnt_trainer_create(&trainer, net, &config, NULL));
    OK(lnt_trainer_step(trainer, &x, &y, NULL, &first));
    for (int i = 0; i < 20; i++) {
        double value;
        OK(lnt_trainer_step(trainer, &x, &y, NULL, &value));
        assert_lt(value, last);
        last = value;
    }
    assert_lt(last, first / 4);
    const lnt_tensor w = lnt_net_parameters(net), before = copy_of(LNT_F64, &w);
    OK(lnt_tensor_set(&y, 3, 0, NAN));
    FAILS(LNT_ERR_NONFINITE, lnt_trainer_step(trainer, &x, &y, NULL, NULL));
    assert_same_bits(&w, &before);
    lnt_trainer_destroy(trainer);
    lnt_net_destroy(net);
}

/* The plain step is for methods of one gradient; the other one is for all. */
Test(fit_whole, steps_of_all_methods)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    const lnt_loss loss = lnt_mse(LNT_MEAN);
    lnt_net *net = make_net(LNT_F64, 1);
    const lnt_tensor some = lnt_tensor_view(LNT_F64, x.data, 32, INPUTS);
    const lnt_tensor targets = lnt_tensor_view(LNT_F64, y.data, 32, 1);
    lnt_pass *pass = new_pass(net);
    for (lnt_optim_kind kind = LNT_SGD; lnt_optim_name(kind) != NULL; kind++) {
        const lnt_optim_config config = lnt_optim_defaults(kind);
        lnt_optim *optim = NULL;
        double value;
        OK(lnt_optim_create(&optim, net, &config));
        assert_gt(lnt_optim_memory_bytes(&config, net), 0);
        OK(lnt_pass_forward_backward(pass, net, &some, &loss, &targets, NULL, &value));
        lnt_optim_batch batch = {.x = &some, .target = &targets, .loss = &loss, .value = value};
        if (lnt_optim_reevaluates(kind)) {
            FAILS(LNT_ERR_STATE, lnt_optim_step(optim, net, pass));
            batch.value = INFINITY;
            FAILS(LNT_ERR_NONFINITE, lnt_optim_step_batch(optim, net, pass, &batch, NULL));
            batch.value = value;
            batch.loss = NULL;
            FAILS(LNT_ERR_NULL, lnt_optim_step_batch(optim, net, pass, &batch, NULL));
            batch.loss = &loss;
            FAILS(LNT_ERR_NULL, lnt_optim_step_batch(optim, net, NULL, &batch, NULL));
        }
        OK(lnt_optim_step_batch(optim, net, pass, &batch, NULL));
        assert_eq(lnt_optim_steps(optim), 1, "%s", lnt_optim_name(kind));
        lnt_optim_destroy(optim);
    }
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
}
