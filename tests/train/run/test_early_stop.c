/* SPDX-License-Identifier: MIT */
/* Which epoch is the best one, and what is restored of it. */
#include "support/failing_allocator.h"
#include "support/fit.h"
#include "train/run/early_stop.h"

static void set_first(lnt_net *net, double value)
{
    lnt_tensor state = lnt_net_state_vector(net);
    OK(lnt_tensor_set(&state, 0, 0, value));
}

static double first_of(const lnt_net *net)
{
    const lnt_tensor state = lnt_net_state_vector_read_only(net);
    return lnt_tensor_get(&state, 0, 0);
}

/* Epochs with these values; the first parameter is the epoch's number. */
static lnt_early_stop after(const double *values, size_t epochs, lnt_metric monitor, lnt_net *net)
{
    lnt_fit_config config = settings();
    config.restore_best = true;
    config.monitor = monitor;
    config.patience = 100;
    lnt_early_stop stop;
    OK(lnt_early_stop_init(&stop, &config, true, net));
    const lnt_scores none = lnt_scores_none();
    for (size_t i = 0; i < epochs; i++) {
        bool end = true;
        set_first(net, (double) (i + 1));
        OK(lnt_early_stop_update(&stop, i + 1, values[i], &none, net, &end));
        cr_assert(!end);
    }
    return stop;
}

Test(early_stop, an_equal_value_is_not_better)
{
    const double values[] = {2, 2, 2};
    const lnt_metric monitors[] = {LNT_METRIC_LOSS, LNT_METRIC_R2};
    for (size_t m = 0; m < 2; m++) {
        lnt_net *net = make_net(LNT_F64, 1);
        lnt_early_stop stop = after(values, 3, monitors[m], net);
        assert_eq(stop.best_epoch, 1);
        assert_eq(stop.best, 2);
        assert_eq(stop.waited, 2);
        OK(lnt_early_stop_restore(&stop, net));
        assert_eq(first_of(net), 1);
        lnt_early_stop_clear(&stop);
        lnt_net_destroy(net);
    }
}

Test(early_stop, any_number_is_better_than_none)
{
    const double values[] = {NAN, 5, NAN, 4, NAN};
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_early_stop stop = after(values, 5, LNT_METRIC_LOSS, net);
    assert_eq(stop.best_epoch, 4);
    assert_eq(stop.best, 4);
    assert_eq(stop.waited, 1);
    OK(lnt_early_stop_restore(&stop, net));
    assert_eq(first_of(net), 4);
    lnt_early_stop_clear(&stop);
    lnt_net_destroy(net);
}

Test(early_stop, nothing_is_restored_where_all_values_are_nan)
{
    const double values[] = {NAN, NAN, NAN};
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_early_stop stop = after(values, 3, LNT_METRIC_LOSS, net);
    assert_eq(stop.best_epoch, 0);
    assert_nan(stop.best);
    assert_eq(stop.waited, 3);
    OK(lnt_early_stop_restore(&stop, net));
    assert_eq(first_of(net), 3);
    lnt_early_stop_clear(&stop);
    lnt_net_destroy(net);
}

Test(early_stop, without_memory_for_the_best_net_it_does_not_begin)
{
    failing f = {.fail_at = 1};
    const lnt_allocator allocator = failing_allocator(&f);
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_fit_config config = settings();
    config.allocator = &allocator;
    config.restore_best = true;
    lnt_early_stop stop;
    FAILS(LNT_ERR_MEMORY, lnt_early_stop_init(&stop, &config, true, net));
    lnt_early_stop_clear(&stop);
    lnt_net_destroy(net);
}

/* R² of targets that are all the same is NaN in every epoch: the net is the last epoch's. */
Test(early_stop, a_run_whose_scores_are_all_nan_ends_with_its_last_net)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_tensor x_val = random_matrix(LNT_F64, 8, INPUTS, 9), y_val = matrix(LNT_F64, 8, 1);
    OK(lnt_fill(1, &y_val));
    lnt_net *restored = make_net(LNT_F64, 1), *last = make_net(LNT_F64, 1);
    lnt_fit_config config = settings();
    config.x_val = &x_val;
    config.y_val = &y_val;
    config.monitor = LNT_METRIC_R2;
    OK(lnt_fit(last, &x, &y, &config, NULL, NULL));
    config.restore_best = true;
    lnt_fit_result result;
    OK(lnt_fit(restored, &x, &y, &config, &result, NULL));
    same_parameters(restored, last);
    assert_eq(result.best_epoch, 0);
    assert_nan(result.best_value);
    assert_eq(result.epochs, config.epochs);
    assert_nan(result.validation.value[LNT_METRIC_R2]);
    assert_finite(result.validation.value[LNT_METRIC_LOSS]);
    lnt_net_destroy(restored);
    lnt_net_destroy(last);
}
