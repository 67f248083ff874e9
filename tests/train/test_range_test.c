/* SPDX-License-Identifier: MIT */
#include "support/fit.h"

#include "support/failing_allocator.h"

enum { N = 114 }; /* a twentieth is 5, a nineteenth 6 */

typedef struct outcome {
    double rates[N];
    double losses[N];
    size_t done;
    double suggested;
} outcome;

static outcome test_rates(lnt_net *net, double low, double high)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    outcome o = {.done = 0};
    const lnt_fit_config config = settings();
    OK(lnt_lr_range_test(net, &x, &y, &config, low, high, N, o.rates, o.losses, &o.done,
                         &o.suggested, NULL));
    return o;
}

/* The same by a trainer-like loop, from the header's words. */
Test(range_test, is_what_the_header_says)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_net *net = make_net(LNT_F64, 1), *copy = make_net(LNT_F64, 1);
    const outcome o = test_rates(net, 1e-5, 1e-2);
    assert_eq(o.done, N);
    same_parameters(net, copy);

    const lnt_fit_config config = settings();
    lnt_trainer *trainer = NULL;
    OK(lnt_trainer_create(&trainer, copy, &config, NULL));
    lnt_pass *pass = lnt_trainer_pass(trainer);
    lnt_optim *optim = lnt_trainer_optim(trainer);
    double smooth = 0;
    size_t order[ROWS];
    for (size_t i = 0; i < N; i++) {
        const size_t first = i % 7 * 16, left = ROWS - first, count = left < 16 ? left : 16;
        if (first == 0) {
            const uint64_t epoch = i / 7 + 1;
            lnt_random random = lnt_random_init(config.seed, LNT_STREAM_SHUFFLE + (epoch << 8));
            for (size_t k = 0; k < ROWS; k++) {
                order[k] = k;
            }
            lnt_random_shuffle(&random, order, ROWS);
        }
        lnt_tensor xb = matrix(LNT_F64, count, INPUTS), yb = matrix(LNT_F64, count, 1);
        OK(lnt_gather_rows(&x, order + first, &xb));
        OK(lnt_gather_rows(&y, order + first, &yb));
        double loss;
        OK(lnt_pass_forward(pass, copy, &xb, NULL));
        OK(lnt_pass_backward(pass, copy, &config.loss, &yb, NULL, &loss));
        OK(lnt_optim_set_learning_rate(optim, o.rates[i]));
        OK(lnt_optim_step(optim, copy, pass));
        smooth = 0.98 * smooth + 0.02 * loss;
        const double rate = 1e-5 * pow(1e3, (double) i / (N - 1));
        assert_near(o.rates[i], rate, 1e-12 * rate);
        assert_near(o.losses[i], smooth / (1 - pow(0.98, (double) i + 1)), 1e-12);
    }
    lnt_trainer_destroy(trainer);
    lnt_net_destroy(net);
    lnt_net_destroy(copy);
}

/* Rates that are far too high end it; the one suggested is below those, and trains. */
Test(range_test, suggests_a_rate_that_trains)
{
    lnt_net *net = make_net(LNT_F64, 1);
    const outcome o = test_rates(net, 1e-5, 1e3);
    assert_gt(o.done, 10, "%zu done", o.done);
    assert_lt(o.done, N, "%zu done", o.done);
    assert_gt(o.suggested, 1e-5);
    assert_lt(o.suggested, o.rates[o.done - 1]);
    size_t place = 0;
    while (place < o.done && o.rates[place] != o.suggested) {
        place++;
    }
    size_t steepest = N / 10 + N / 20;
    for (size_t i = steepest; i + N / 20 < o.done; i++) {
        const double here = o.losses[i + N / 20] - o.losses[i - N / 20];
        const double best = o.losses[steepest + N / 20] - o.losses[steepest - N / 20];
        steepest = here < best ? i : steepest;
    }
    assert_eq(place, steepest);
    for (size_t i = N / 10 + N / 20; i + N / 20 < o.done; i++) {
        assert_ge(o.losses[i + N / 20] - o.losses[i - N / 20],
                  o.losses[place + N / 20] - o.losses[place - N / 20]);
    }
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_fit_config config = settings();
    config.optim.learning_rate = o.suggested;
    lnt_fit_result result;
    OK(lnt_fit(net, &x, &y, &config, &result, NULL));
    assert_lt(result.train_loss, o.losses[0] / 2, "%g at rate %g", result.train_loss, o.suggested);
    lnt_net_destroy(net);
}

/* Where the loss is not finite at once there is nothing, and no suggestion. */
Test(range_test, records_only_what_is_finite)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    OK(lnt_fill(NAN, &y));
    lnt_net *net = make_net(LNT_F64, 1);
    const lnt_fit_config config = settings();
    double rates[N], losses[N], suggested = 0;
    size_t done = 1;
    OK(lnt_lr_range_test(net, &x, &y, &config, 1e-3, 1, N, rates, losses, &done, &suggested, NULL));
    assert_eq(done, 0);
    assert_nan(suggested);
    OK(lnt_lr_range_test(net, &x, &y, &config, 1e-3, 1, N, rates, losses, NULL, NULL, NULL));
    lnt_net_destroy(net);
}

Test(range_test, refuses_by_name)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_net *net = make_net(LNT_F64, 1);
    const lnt_fit_config config = settings();
    double rates[N], losses[N];
    const struct {
        double low, high;
        size_t n;
        const char *message;
    } rows[] = {
        {0, 1, N, "learning rates from 0 to 1: expected 0 < low < high, finite"},
        {1, 1, N, "learning rates from 1 to 1: expected 0 < low < high, finite"},
        {1, INFINITY, N, "learning rates from 1 to inf: expected 0 < low < high, finite"},
        {1, 2, 1, "n is 1, expected at least 2"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lnt_error error = {.message = ""};
        FAILS(LNT_ERR_INVALID, lnt_lr_range_test(net, &x, &y, &config, rows[i].low, rows[i].high,
                                                 rows[i].n, rates, losses, NULL, NULL, &error));
        assert_str_eq(error.message, rows[i].message);
    }
    lnt_error error = {.message = ""};
    FAILS(LNT_ERR_NULL,
          lnt_lr_range_test(net, &x, &y, &config, 1, 2, N, NULL, losses, NULL, NULL, &error));
    lnt_status status = LNT_ERR_MEMORY;
    for (size_t n = 1; status == LNT_ERR_MEMORY; n++) {
        failing f = {.fail_at = n};
        const lnt_allocator allocator = failing_allocator(&f);
        lnt_fit_config mine = config;
        mine.allocator = &allocator;
        status =
            lnt_lr_range_test(net, &x, &y, &mine, 1e-3, 1, N, rates, losses, NULL, NULL, &error);
        assert_eq(f.live, 0);
    }
    OK(status);
    lnt_net_destroy(net);
}
