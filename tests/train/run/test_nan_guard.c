/* SPDX-License-Identifier: MIT */
/* The copy that a run goes back to, and its checkpoints, have only finite parameters. */
#include "support/file.h"
#include "support/fit.h"
#include "train/run/nan_guard.h"

#include <time.h>

TestSuite(guard, .init = make_test_folder, .fini = remove_test_folder);

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

static lnt_nan_guard guard_of(const lnt_net *net)
{
    lnt_nan_guard guard;
    OK(lnt_nan_guard_init(&guard, net, NULL));
    return guard;
}

Test(guard, nothing_is_restored_before_something_is_kept)
{
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_nan_guard guard = guard_of(net);
    set_first(net, 3);
    OK(lnt_nan_guard_restore(&guard, net));
    assert_eq(first_of(net), 3);
    cr_assert(!guard.has_saved);
    lnt_nan_guard_clear(&guard);
    lnt_net_destroy(net);
}

Test(guard, keeps_finite_parameters_only)
{
    const double bad[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < 3; i++) {
        lnt_net *net = make_net(LNT_F64, 1);
        lnt_nan_guard guard = guard_of(net);
        bool finite = true;
        set_first(net, bad[i]);
        OK(lnt_nan_guard_update(&guard, net, &finite));
        cr_assert(!finite);
        cr_assert(!guard.has_saved);
        finite = true;
        OK(lnt_nan_guard_save_if_finite(&guard, net, &finite));
        cr_assert(!finite);
        cr_assert(!guard.has_saved);
        set_first(net, 2);
        OK(lnt_nan_guard_save_if_finite(&guard, net, &finite));
        cr_assert(finite);
        cr_assert(guard.has_saved);
        set_first(net, bad[i]);
        OK(lnt_nan_guard_save_if_finite(&guard, net, &finite));
        cr_assert(!finite);
        OK(lnt_nan_guard_restore(&guard, net));
        assert_eq(first_of(net), 2, "%g was kept", first_of(net));
        lnt_nan_guard_clear(&guard);
        lnt_net_destroy(net);
    }
}

Test(guard, copies_every_so_many_calls)
{
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_nan_guard guard = guard_of(net);
    for (size_t call = 0; call < 2 * LNT_FIT_ROLLBACK_STEPS + 1; call++) {
        bool finite = false;
        set_first(net, (double) call);
        OK(lnt_nan_guard_update(&guard, net, &finite));
        cr_assert(finite);
        OK(lnt_nan_guard_restore(&guard, net));
        const size_t kept = call / LNT_FIT_ROLLBACK_STEPS * LNT_FIT_ROLLBACK_STEPS;
        assert_eq(first_of(net), (double) kept, "after call %zu: that of %g", call, first_of(net));
    }
    lnt_nan_guard_clear(&guard);
    lnt_net_destroy(net);
}

enum { FIRST = 6, SPOILED = 12 };

/* Waits until the checkpoint of step 6 is there, and spoils the net before that of step 12. */
static bool spoil(const lnt_fit_progress *progress, void *net)
{
    const struct timespec pause = {0, 20000000};
    if (progress->steps == FIRST + 1) {
        const char *path = in_folder("run/checkpoint-000000000006.safetensors");
        for (int i = 0; i < 500 && access(path, F_OK) != 0; i++) {
            nanosleep(&pause, NULL);
        }
        nanosleep(&pause, NULL); /* the writer tells that it has ended */
    }
    if (progress->steps == SPOILED) {
        set_first(net, NAN);
    }
    return true;
}

/* Were the net of step 12 in a checkpoint, no later run could continue. */
Test(guard, a_run_continues_from_before_its_parameters_were_lost)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_fit_config config = settings();
    config.checkpoint.directory = in_folder("run");
    config.checkpoint.every_steps = FIRST;
    config.checkpoint.keep = 100;
    config.callback = spoil;
    config.callback_context = net;
    lnt_fit_result result;
    FAILS(LNT_ERR_NONFINITE, lnt_fit(net, &x, &y, &config, &result, NULL));
    assert_eq(result.end, LNT_END_NONFINITE);
    assert_finite(first_of(net));

    config.checkpoint.resume = true;
    config.callback = NULL;
    lnt_error error = {LNT_OK, ""};
    const lnt_status status = lnt_fit(net, &x, &y, &config, &result, &error);
    assert_status(status, LNT_OK, "%s", error.message);
    cr_assert(result.resumed);
    assert_eq(result.resumed_steps, FIRST);
    assert_eq(result.epochs, config.epochs);
    assert_finite(first_of(net));
    lnt_net_destroy(net);
}
