/* SPDX-License-Identifier: MIT */
/* What a run does with the optimiser: rates, averages, gathered gradients. */
#include "support/fit.h"

enum { BATCHES = 7, MOST = 400 };

typedef struct rates {
    size_t count;
    double rate[MOST];
    double value[MOST]; /* of the epoch */
    double momentum;
} rates;

static bool record(const lnt_fit_progress *progress, void *context)
{
    rates *r = context;
    if (!progress->epoch_end) {
        r->value[r->count] = NAN;
        r->rate[r->count++] = progress->learning_rate;
    } else {
        r->value[r->count - 1] = progress->validation.value[LNT_METRIC_LOSS];
    }
    return true;
}

static rates run(lnt_schedule schedule, lnt_history *history)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_net *net = make_net(LNT_F64, 1);
    rates r = {.count = 0};
    lnt_fit_config config = settings();
    config.schedule = schedule;
    config.history = history;
    config.x_val = &x;
    config.y_val = &y;
    config.callback = record;
    config.callback_context = &r;
    OK(lnt_fit(net, &x, &y, &config, NULL, NULL));
    assert_eq(r.count, 20 * BATCHES);
    lnt_net_destroy(net);
    return r;
}

Test(fit_schedule, rates_are_the_schedules)
{
    for (lnt_schedule_kind kind = LNT_SCHEDULE_CONSTANT; kind < LNT_SCHEDULE_PLATEAU; kind++) {
        for (int per_step = 0; per_step < 2; per_step++) {
            const size_t milestones[] = {3, 11};
            lnt_schedule schedule = lnt_schedule_defaults(kind);
            schedule.per_step = per_step == 1;
            schedule.multi_step.milestones = milestones;
            schedule.multi_step.n_milestones = 2;
            schedule.multi_step.gamma = 0.9;
            schedule.warmup = 2;
            lnt_net *like = make_net(LNT_F64, 1);
            lnt_history *history = NULL;
            OK(lnt_history_create(&history, like, 20, NULL));
            const rates r = run(schedule, history);
            OK(lnt_schedule_resolve(&schedule, per_step == 1 ? 20 * BATCHES : 20, NULL));
            bool changes = false;
            for (size_t i = 0; i < r.count; i++) {
                const size_t t = per_step == 1 ? i : i / BATCHES;
                const double rate = lnt_schedule_learning_rate(&schedule, 0.05, t);
                assert_eq(r.rate[i], rate, "%s: rate %zu is %g, expected %g",
                          lnt_schedule_name(kind), i, r.rate[i], rate);
                changes = changes || rate != r.rate[0];
                if (i % BATCHES == BATCHES - 1) {
                    assert_eq(lnt_history_get(history, i / BATCHES)->learning_rate, rate);
                }
            }
            cr_assert(changes);
            lnt_history_destroy(history);
            lnt_net_destroy(like);
        }
    }
}

Test(fit_schedule, plateau_watches_the_monitor)
{
    lnt_schedule schedule = lnt_schedule_defaults(LNT_SCHEDULE_PLATEAU);
    schedule.plateau.patience = 0;
    schedule.plateau.threshold = 0.2; /* the loss does not fall by a fifth each epoch */
    schedule.plateau.factor = 0.5;
    schedule.warmup = 3;
    const rates r = run(schedule, NULL);
    OK(lnt_schedule_resolve(&schedule, 20, NULL));
    lnt_plateau plateau = {0};
    double rate = lnt_schedule_learning_rate(&schedule, 0.05, 0);
    for (size_t epoch = 0; epoch < 20; epoch++) {
        assert_eq(r.rate[epoch * BATCHES], rate, "epoch %zu: %g, expected %g", epoch + 1,
                  r.rate[epoch * BATCHES], rate);
        const double value = r.value[epoch * BATCHES + BATCHES - 1];
        rate = epoch < 3 ? lnt_schedule_learning_rate(&schedule, 0.05, epoch + 1)
                         : lnt_plateau_update(&plateau, &schedule, 0.05, value);
    }
    assert_lt(rate, 0.05 / 4);
}

/* Settled over the steps that the run can have. */
Test(fit_schedule, the_whole_run_is_that_of_the_budget)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_net *net = make_net(LNT_F64, 1);
    rates r = {.count = 0};
    lnt_fit_config config = settings();
    config.schedule = lnt_schedule_defaults(LNT_SCHEDULE_POLYNOMIAL);
    config.schedule.per_step = true;
    config.max_steps = 10;
    config.callback = record;
    config.callback_context = &r;
    OK(lnt_fit(net, &x, &y, &config, NULL, NULL));
    assert_eq(r.count, 10);
    assert_near(r.rate[9], 0.05 * 0.1, 1e-15);
    lnt_net_destroy(net);
}

Test(fit_schedule, one_cycle_needs_momentum)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_fit_config config = settings();
    config.schedule = lnt_schedule_defaults(LNT_SCHEDULE_ONE_CYCLE);
    config.optim.sgd.momentum = 0;
    refused(
        LNT_ERR_INVALID,
        "cannot prepare training: schedule.one_cycle.cycle_momentum: expected an optimiser with "
        "momentum, found sgd with momentum 0",
        net, &x, &y, &config);
    config.schedule.one_cycle.cycle_momentum = false;
    OK(lnt_fit(net, &x, &y, &config, NULL, NULL));
    lnt_net_destroy(net);
}

/* --- averages --- */

/* The average as the header of the optimiser has it, over the parameters after each step. */
typedef struct averaged {
    double decay;
    bool begun;
    lnt_tensor average;
} averaged;

static bool average(const lnt_fit_progress *progress, void *context)
{
    averaged *a = context;
    if (progress->epoch_end) {
        return true;
    }
    const lnt_tensor now = lnt_net_parameters_read_only(progress->net);
    if (!a->begun) {
        OK(lnt_copy(&now, &a->average));
        a->begun = true;
        return true;
    }
    OK(lnt_scale(a->decay, &a->average));
    OK(lnt_axpy(1 - a->decay, &now, &a->average));
    return true;
}

Test(fit_schedule, ends_with_the_average_and_scores_it)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_net *net = make_net(LNT_F64, 1);
    averaged a = {.decay = 0.9, .average = matrix(LNT_F64, 1, lnt_net_n_parameters(net))};
    lnt_fit_config config = settings();
    config.optim.ema_decay = a.decay;
    config.callback = average;
    config.callback_context = &a;
    config.x_val = &x;
    config.y_val = &y;
    lnt_fit_result result;
    OK(lnt_fit(net, &x, &y, &config, &result, NULL));
    const lnt_tensor parameters = lnt_net_parameters(net);
    assert_lt(difference(&parameters, &a.average), 1e-12);
    lnt_pass *pass = NULL;
    double loss;
    OK(lnt_pass_create(&pass, net, &(lnt_pass_config){.max_rows = ROWS, .mode = LNT_INFERENCE}));
    OK(lnt_pass_forward(pass, net, &x, NULL));
    OK(lnt_pass_loss(pass, &config.loss, &y, NULL, &loss));
    assert_near(result.validation.value[LNT_METRIC_LOSS], loss, 1e-12);
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
}

/* Validating with the average does not disturb training: the raw parameters stay the same. */
Test(fit_schedule, the_average_is_only_watched)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_net *a = make_net(LNT_F64, 1), *b = make_net(LNT_F64, 1);
    seen with = {0}, without = {0};
    lnt_fit_config config = settings();
    config.validation_fraction = 0.2;
    config.callback = watch;
    config.callback_context = &without;
    OK(lnt_fit(a, &x, &y, &config, NULL, NULL));
    config.optim.ema_decay = 0.5;
    config.callback_context = &with;
    OK(lnt_fit(b, &x, &y, &config, NULL, NULL));
    assert_eq(with.last.train_loss, without.last.train_loss);
    assert_ne(with.last.validation.value[LNT_METRIC_LOSS],
              without.last.validation.value[LNT_METRIC_LOSS]);
    lnt_net_destroy(a);
    lnt_net_destroy(b);
}

/* --- gathered gradients --- */

/* Four batches of 25 gathered are one of 100. */
Test(fit_schedule, gathered_batches_are_one)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_net *a = make_net(LNT_F64, 1), *b = make_net(LNT_F64, 1);
    lnt_fit_config config = settings();
    config.shuffle = false;
    config.batch_rows = ROWS;
    lnt_fit_result one, four;
    OK(lnt_fit(a, &x, &y, &config, &one, NULL));
    config.batch_rows = ROWS / 4;
    config.optim.accumulate = 4;
    OK(lnt_fit(b, &x, &y, &config, &four, NULL));
    const lnt_tensor p = lnt_net_parameters(a), q = lnt_net_parameters(b);
    assert_lt(difference(&p, &q), 1e-12);
    assert_eq(one.steps, 20);
    assert_eq(four.steps, 20);
    assert_near(one.train_loss, four.train_loss, 1e-12);
    lnt_net_destroy(a);
    lnt_net_destroy(b);
}

/* The defaults, as the header states them. */
Test(fit_schedule, defaults)
{
    const lnt_fit_config config = lnt_fit_defaults();
    assert_eq(config.epochs, 100);
    assert_eq(config.batch_rows, 32);
    cr_assert(config.shuffle);
    assert_eq(config.optim.kind, LNT_ADAM);
    assert_eq(config.optim.learning_rate, 0.001);
    assert_eq(config.loss.kind, LNT_LOSS_MSE);
    assert_eq(config.loss.value_reduction, LNT_MEAN);
    assert_eq(config.schedule.kind, LNT_SCHEDULE_CONSTANT);
    assert_eq(config.top_k, 3);
    assert_eq(config.sampling, LNT_SAMPLE_ALL);
    assert_eq(config.patience, 0);
    cr_assert(!config.restore_best);
    assert_eq(config.validation_fraction, 0);
    assert_eq(config.max_seconds, 0);
    assert_eq(config.max_steps, 0);
}
