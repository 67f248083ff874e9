/* SPDX-License-Identifier: MIT */
/* What a checkpoint says of the settings of its run: each that differs is named. */
#include "support/file.h"
#include "support/fit.h"

TestSuite(run_settings, .init = make_test_folder, .fini = remove_test_folder);

static lnt_tensor x, y;

static lnt_fit_config of_classes(void)
{
    lnt_fit_config config = settings();
    config.epochs = 1;
    config.loss = lnt_softmax_cross_entropy(LNT_MEAN);
    config.checkpoint.resume = true;
    return config;
}

static lnt_status run(const char *folder, lnt_fit_config config, lnt_error *error)
{
    lnt_net *net = make_net(LNT_F64, 2);
    config.checkpoint.directory = folder;
    classification(LNT_F64, 0, &x, &y);
    *error = (lnt_error){LNT_OK, ""};
    const lnt_status status = lnt_fit(net, &x, &y, &config, NULL, error);
    lnt_net_destroy(net);
    return status;
}

/* A run with `first` is gone on with `first`, and not with `second`. */
static void differ(const char *name, lnt_fit_config first, lnt_fit_config second, const char *part)
{
    const char *folder = in_folder(name);
    lnt_error error;
    lnt_status status = run(folder, first, &error);
    assert_status(status, LNT_OK, "%s: %s", name, error.message);
    status = run(folder, first, &error);
    assert_status(status, LNT_OK, "%s: %s", name, error.message);
    status = run(folder, second, &error);
    assert_status(status, LNT_ERR_MISMATCH, "%s: %s", name, lnt_status_name(status));
    assert_contains(error.message, part, "%s: %s", name, error.message);
}

Test(run_settings, class_weights)
{
    static const double weights[] = {1, 2}, others[] = {1, 3};
    lnt_fit_config first = of_classes(), second = first;
    first.loss.class_weights = weights;
    second.loss.class_weights = others;
    first.loss.n_class_weights = second.loss.n_class_weights = 2;
    differ("weights", first, second,
           "'loss.class_weights = 2', now it is 'loss.class_weights = 3'");
    differ("none", of_classes(), first, "now it is 'loss.class_weights = 1'");
}

Test(run_settings, groups)
{
    static const lnt_optim_group group = {0, 1, LNT_ALL_ROLES, 0.5, 0.25, 0.125, 2};
    lnt_optim_group changed[6];
    static const char *const parts[] = {"'optim.group = 0, 1, ",
                                        "'optim.group.learning_rate = 0.5'",
                                        "'optim.group.weight_decay = 0.25'",
                                        "'optim.group.l1 = 0.125'",
                                        "'optim.group.l2 = 2', now it is 'optim.group.l2 = 3'",
                                        "'optim.group = 0, 1, "};
    for (size_t i = 0; i < 6; i++) {
        changed[i] = group;
    }
    changed[0].first_layer = 1;
    changed[1].learning_rate = 0.75;
    changed[2].weight_decay = 0.75;
    changed[3].l1 = 0.75;
    changed[4].l2 = 3;
    changed[5].roles = 1u << LNT_ROLE_WEIGHT;
    for (size_t i = 0; i < 6; i++) {
        lnt_fit_config first = of_classes(), second = first;
        char name[16];
        first.optim.groups = &group;
        second.optim.groups = &changed[i];
        first.optim.n_groups = second.optim.n_groups = 1;
        snprintf(name, sizeof name, "group%zu", i);
        differ(name, first, second, parts[i]);
    }
}

Test(run_settings, milestones)
{
    static const size_t early[] = {3, 5}, late[] = {3, 6};
    lnt_fit_config first = of_classes(), second;
    first.schedule = lnt_schedule_defaults(LNT_SCHEDULE_MULTI_STEP);
    first.schedule.multi_step.milestones = early;
    first.schedule.multi_step.n_milestones = 2;
    second = first;
    second.schedule.multi_step.milestones = late;
    differ("milestones", first, second,
           "'schedule.multi_step.milestone = 5', now it is 'schedule.multi_step.milestone = 6'");
}

/* --- ensembles --- */

Test(run_settings, ensembles_that_fail_leave_nothing)
{
    lnt_net *members[3];
    lnt_fit_result results[3];
    lnt_error error;
    const lnt_layer layers[] = {lnt_dense(4, LNT_TANH), lnt_dense(2, LNT_IDENTITY)};
    lnt_net_config net = {.dtype = LNT_F64, .inputs = INPUTS, .layers = layers, .n_layers = 2};
    lnt_fit_config config = of_classes();
    config.checkpoint.resume = false;
    classification(LNT_F64, 0, &x, &y);
    OK(lnt_ensemble_fit(members, 3, &net, &x, &y, &config, results, &error));
    for (size_t m = 0; m < 3; m++) {
        assert_eq(results[m].epochs, 1);
        assert_gt(results[m].steps, 0);
        lnt_net_destroy(members[m]);
    }
    FAILS(LNT_ERR_INVALID, lnt_ensemble_fit(members, 0, &net, &x, &y, &config, results, &error));
    assert_contains(error.message, "at least one member");
    net.n_layers = 0;
    FAILS(LNT_ERR_INVALID, lnt_ensemble_fit(members, 3, &net, &x, &y, &config, results, &error));
    assert_contains(error.message, "ensemble: no net can be made");
    net.n_layers = 2;
    x.cols = 2; /* which no net takes */
    FAILS(LNT_ERR_SHAPE, lnt_ensemble_fit(members, 3, &net, &x, &y, &config, results, &error));
    for (size_t m = 0; m < 3; m++) {
        cr_assert_null(members[m]);
    }
}
