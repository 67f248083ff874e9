/* SPDX-License-Identifier: MIT */
#include "support/fit.h"

#include "support/failing_allocator.h"

/* Steps of a trainer over the batches that lnt_fit takes are lnt_fit. */
Test(trainer, is_fit_batch_by_batch)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_net *a = make_net(LNT_F64, 1), *b = make_net(LNT_F64, 1);
    lnt_fit_config config = settings();
    config.shuffle = false;
    config.optim = lnt_optim_defaults(LNT_ADAM);
    config.schedule = lnt_schedule_defaults(LNT_SCHEDULE_COSINE);
    config.schedule.per_step = true;
    config.schedule.cosine.period = 0; /* the whole run */
    config.max_steps = 20 * 7;
    OK(lnt_fit(a, &x, &y, &config, NULL, NULL));
    lnt_trainer *trainer = NULL;
    OK(lnt_trainer_create(&trainer, b, &config, NULL));
    for (size_t step = 0; step < 20 * 7; step++) {
        const size_t first = step % 7 * 16, left = ROWS - first;
        lnt_tensor xb, yb;
        OK(lnt_slice_rows(&x, first, left < 16 ? left : 16, 1, &xb));
        OK(lnt_slice_rows(&y, first, left < 16 ? left : 16, 1, &yb));
        OK(lnt_trainer_step(trainer, &xb, &yb, NULL, NULL));
    }
    same_parameters(a, b);
    assert_eq(lnt_optim_steps(lnt_trainer_optim(trainer)), 20 * 7);
    assert_lt(lnt_optim_learning_rate(lnt_trainer_optim(trainer)), 1e-6);
    lnt_trainer_destroy(trainer);
    lnt_net_destroy(a);
    lnt_net_destroy(b);
}

Test(trainer, tells_the_loss_before_the_step)
{
    lnt_tensor x, y;
    regression(LNT_F32, &x, &y);
    lnt_tensor weights = random_matrix(LNT_F32, ROWS, 1, 3);
    for (size_t i = 0; i < ROWS; i++) {
        OK(lnt_tensor_set(&weights, i, 0, fabs(lnt_tensor_get(&weights, i, 0))));
    }
    lnt_net *net = make_net(LNT_F32, 1);
    lnt_fit_config config = settings();
    config.batch_rows = ROWS;
    lnt_trainer *trainer = NULL;
    OK(lnt_trainer_create(&trainer, net, &config, NULL));
    for (int weighted = 0; weighted < 2; weighted++) {
        const lnt_tensor *w = weighted == 1 ? &weights : NULL;
        lnt_pass *pass = NULL;
        double before, told;
        const lnt_pass_config wide = {.max_rows = ROWS, .mode = LNT_INFERENCE};
        OK(lnt_pass_create(&pass, net, &wide));
        OK(lnt_pass_forward(pass, net, &x, NULL));
        OK(lnt_pass_loss(pass, &config.loss, &y, w, &before));
        OK(lnt_trainer_step(trainer, &x, &y, w, &told));
        assert_near(told, before, 1e-6);
        OK(lnt_pass_forward(pass, net, &x, NULL));
        OK(lnt_pass_loss(pass, &config.loss, &y, w, &before));
        assert_lt(before, told);
        lnt_pass_destroy(pass);
    }
    lnt_trainer_destroy(trainer);
    lnt_net_destroy(net);
}

/* A batch that is not finite is as if it had never been. */
Test(trainer, changes_nothing_if_it_is_not_finite)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_tensor bad = copy_of(LNT_F64, &y), far = copy_of(LNT_F64, &x);
    OK(lnt_tensor_set(&bad, 3, 0, INFINITY));
    OK(lnt_tensor_set(&far, 3, 0, NAN));
    lnt_fit_config config = settings();
    config.batch_rows = ROWS;
    config.optim = lnt_optim_defaults(LNT_ADAM);
    config.optim.accumulate = 2;
    lnt_net *nets[2] = {make_net(LNT_F64, 1), make_net(LNT_F64, 1)};
    for (size_t k = 0; k < 2; k++) {
        lnt_trainer *trainer = NULL;
        OK(lnt_trainer_create(&trainer, nets[k], &config, NULL));
        for (int step = 0; step < 7; step++) {
            if (k == 1) {
                const lnt_tensor now = lnt_net_state_vector(nets[k]);
                const lnt_tensor before = copy_of(LNT_F64, &now);
                double loss = 0;
                FAILS(LNT_ERR_NONFINITE, lnt_trainer_step(trainer, &x, &bad, NULL, &loss));
                cr_assert(!isfinite(loss), "%g", loss);
                FAILS(LNT_ERR_NONFINITE, lnt_trainer_step(trainer, &far, &y, NULL, NULL));
                FAILS(LNT_ERR_SHAPE, lnt_trainer_step(trainer, &y, &y, NULL, NULL));
                assert_same_bits(&now, &before);
            }
            OK(lnt_trainer_step(trainer, &x, &y, NULL, NULL));
        }
        assert_eq(lnt_optim_steps(lnt_trainer_optim(trainer)), 3);
        lnt_trainer_destroy(trainer);
    }
    const lnt_tensor a = lnt_net_state_vector(nets[0]), b = lnt_net_state_vector(nets[1]);
    assert_same_bits(&a, &b);
    lnt_net_destroy(nets[0]);
    lnt_net_destroy(nets[1]);
}

/* The gradient may overflow where the loss does not. */
Test(trainer, looks_at_the_gradient)
{
    lnt_tensor x = matrix(LNT_F64, 1, INPUTS), y = matrix(LNT_F64, 1, 1);
    OK(lnt_fill(1e200, &x));
    OK(lnt_fill(1e150, &y));
    const lnt_layer layers[] = {lnt_dense(1, LNT_IDENTITY)};
    lnt_net *net = new_net(LNT_F64, INPUTS, layers, 1);
    lnt_tensor parameters = lnt_net_parameters(net);
    OK(lnt_fill(0, &parameters));
    lnt_fit_config config = settings();
    lnt_trainer *trainer = NULL;
    double loss, norm;
    OK(lnt_trainer_create(&trainer, net, &config, NULL));
    FAILS(LNT_ERR_NONFINITE, lnt_trainer_step(trainer, &x, &y, NULL, &loss));
    OK(lnt_norm(LNT_NORM_MAX, &parameters, &norm));
    assert_finite(loss);
    assert_eq(norm, 0);
    lnt_trainer_destroy(trainer);
    lnt_net_destroy(net);
}

Test(trainer, allocates_nothing_in_a_step)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    failing f = {.fail_at = 0};
    const lnt_allocator allocator = failing_allocator(&f);
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_fit_config config = settings();
    config.batch_rows = ROWS;
    config.allocator = &allocator;
    lnt_trainer *trainer = NULL;
    OK(lnt_trainer_create(&trainer, net, &config, NULL));
    const size_t before = f.calls;
    for (int step = 0; step < 10; step++) {
        OK(lnt_trainer_step(trainer, &x, &y, NULL, NULL));
    }
    assert_gt(before, 0);
    assert_eq(f.calls, before);
    lnt_trainer_destroy(trainer);
    assert_eq(f.live, 0);
    lnt_net_destroy(net);
}

static void not_created(lnt_status status, const char *message, lnt_net *net,
                        const lnt_fit_config *config)
{
    lnt_error error = {.message = ""};
    lnt_trainer *trainer = (lnt_trainer *) &error;
    FAILS(status, lnt_trainer_create(&trainer, net, config, &error));
    cr_assert_null(trainer);
    assert_str_eq(error.message, message);
}

Test(trainer, refuses_by_name)
{
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_fit_config config = settings();
    not_created(LNT_ERR_NULL, "trainer, net and config are required", NULL, &config);
    config.batch_rows = 0;
    not_created(LNT_ERR_INVALID, "batch_rows is 0, expected at least 1", net, &config);
    config = settings();
    config.schedule = lnt_schedule_defaults(LNT_SCHEDULE_PLATEAU);
    not_created(LNT_ERR_INVALID, "schedule is plateau, which a trainer has no monitored value for",
                net, &config);
    config = settings();
    config.optim.sgd.momentum = 2;
    not_created(LNT_ERR_INVALID,
                "cannot prepare training: optim.sgd.momentum is 2, expected a number in [0, 1)",
                net, &config);
    config = settings();
    failing f = {.fail_at = 2};
    const lnt_allocator allocator = failing_allocator(&f);
    config.allocator = &allocator;
    not_created(LNT_ERR_MEMORY, "cannot prepare training: the allocator returned NULL", net,
                &config);
    assert_eq(f.live, 0);
    FAILS(LNT_ERR_NULL, lnt_trainer_step(NULL, NULL, NULL, NULL, NULL));
    lnt_trainer_destroy(NULL);
    lnt_net_destroy(net);
}
