/* SPDX-License-Identifier: MIT */
#include "base/settings/settings.h"
#include "loss/loss.h"
#include "optim/optim.h"
#include "support/net.h"
#include "train/fit/settings.h"
#include "train/schedule/settings.h"

#include <stdio.h>

/*
 * Each number of each configuration, just outside its range and just inside: what is outside is
 * refused by a sentence that names the field, the value and the range.
 */

#define COUNT_OF(table) (sizeof(table) / sizeof((table)[0]))

/* A configuration that is right, and the function that checks it. */
typedef struct subject {
    void *config;
    const char *owner; /* before the field in sentences */
    lnt_status (*check)(const void *config, lnt_error *error);
} subject;

static const lnt_net *net;
static lnt_loss_kind loss_kind;

static bool is_whole(const lnt_setting *field)
{
    return field->type == LNT_SETTING_SIZE || field->type == LNT_SETTING_U64 ||
           field->type == LNT_SETTING_UNSIGNED;
}

static void set(const lnt_setting *field, void *config, double value)
{
    char *place = (char *) config + field->offset;
    const size_t size = is_whole(field) ? (size_t) value : 0; /* NaN has no size */
    const unsigned small = (unsigned) size;
    if (field->type == LNT_SETTING_UNSIGNED) {
        memcpy(place, &small, sizeof small);
    } else {
        memcpy(place, is_whole(field) ? (const void *) &size : (const void *) &value, sizeof value);
    }
}

static void refused(const subject *s, const lnt_setting *field, double value)
{
    char expected[96];
    lnt_error error = {LNT_OK, ""};
    const double before = lnt_setting_value(field, s->config);
    set(field, s->config, value);
    const lnt_status status = s->check(s->config, &error);
    cr_assert(status == LNT_ERR_INVALID || status == LNT_ERR_TOO_LARGE, "%s = %g: %s", field->name,
              value, lnt_status_name(status));
    assert_eq(s->check(s->config, NULL), status);
    snprintf(expected, sizeof expected,
             is_whole(field) ? "%s%s is %.0f, expected " : "%s%s is %g, expected ", s->owner,
             field->name, value);
    assert_contains(error.message, expected, "'%s' in '%s'", expected, error.message);
    set(field, s->config, before);
}

/* Accepted, or refused for its relation to another field. */
static void accepted(const subject *s, const lnt_setting *field, double value)
{
    lnt_error error = {LNT_OK, ""};
    const double before = lnt_setting_value(field, s->config);
    set(field, s->config, value);
    const lnt_status status = s->check(s->config, &error);
    const bool related = strstr(error.message, "expected at least optim.") != NULL ||
                         strstr(error.message, "expected below optim.") != NULL ||
                         strstr(error.message, "does not use") != NULL;
    if (status != LNT_OK) {
        cr_assert(related, "%s%s = %g: %s", s->owner, field->name, value, error.message);
    }
    set(field, s->config, before);
}

static void check_field(const subject *s, const lnt_setting *field)
{
    const bool opens_low = field->interval == LNT_OPEN || field->interval == LNT_OPEN_LOW;
    const bool opens_high = field->interval == LNT_OPEN || field->interval == LNT_OPEN_HIGH;
    if (field->type == LNT_SETTING_BOOL || field->type == LNT_SETTING_CHOICE) {
        return;
    }
    if (is_whole(field)) {
        if (field->low > 0) {
            refused(s, field, field->low - 1);
        }
        accepted(s, field, field->low);
        if (isfinite(field->high)) {
            refused(s, field, field->high + 1);
        }
        return;
    }
    refused(s, field, NAN);
    refused(s, field, opens_low ? field->low : nextafter(field->low, -INFINITY));
    accepted(s, field, opens_low ? nextafter(field->low, INFINITY) : field->low);
    accepted(s, field, opens_high ? nextafter(field->high, -INFINITY) : field->high);
    if (opens_high || isfinite(field->high)) {
        refused(s, field, opens_high ? field->high : nextafter(field->high, INFINITY));
    }
}

static lnt_status check_optim(const void *config, lnt_error *error)
{
    return lnt_optim_supports(config, net, NULL, error);
}

static lnt_status check_schedule(const void *config, lnt_error *error)
{
    lnt_schedule schedule = *(const lnt_schedule *) config;
    return lnt_schedule_resolve(&schedule, 10, error);
}

static lnt_status check_laplace(const void *config, lnt_error *error)
{
    const lnt_loss loss = lnt_mse(LNT_MEAN);
    return lnt_laplace_supports(config, net, &loss, 10, error);
}

static lnt_status check_pass(const void *config, lnt_error *error)
{
    return lnt_pass_check(config, error);
}

static lnt_status check_loss(const void *config, lnt_error *error)
{
    return lnt_loss_check(config, lnt_net_outputs(net), error);
}

/* A run of one step; what a limit of time or loss does to it does not matter. */
static lnt_status check_fit(const void *config, lnt_error *error)
{
    const lnt_tensor x = random_matrix(LNT_F64, 8, 3, 1), y = random_matrix(LNT_F64, 8, 2, 2);
    lnt_net *copy;
    OK(lnt_net_clone(&copy, net, NULL));
    const lnt_status status = lnt_fit(copy, &x, &y, config, NULL, error);
    lnt_net_destroy(copy);
    return status;
}

static void make_net(void)
{
    static const lnt_activation tanh_ = LNT_TANH;
    const lnt_layer layers[] = {lnt_dense(4, tanh_), lnt_dense(2, LNT_IDENTITY)};
    net = new_net(LNT_F64, 3, layers, 2);
}

/* Each setting that the kind uses. */
static void check_all(const subject *s, lnt_settings settings, int kind)
{
    size_t count = 0;
    for (size_t i = 0; i < settings.count; i++) {
        if ((settings.items[i].kinds >> kind & 1) != 0) {
            check_field(s, &settings.items[i]);
            count++;
        }
    }
    assert_gt(count, 1);
}

Test(config_ranges, optimisers, .init = make_net)
{
    for (int kind = 0; lnt_optim_name((lnt_optim_kind) kind) != NULL; kind++) {
        lnt_optim_config config = lnt_optim_defaults((lnt_optim_kind) kind);
        const subject s = {&config, "optim.", check_optim};
        check_all(&s, lnt_optim_table, kind);
    }
}

/* Ranges that depend on another field. */
Test(config_ranges, relations, .init = make_net)
{
    static const struct {
        lnt_optim_kind kind;
        const char *sentence;
    } rows[] = {
        {LNT_SGD, "optim.sgd.momentum is 0, expected above 0 with optim.sgd.nesterov"},
        {LNT_RPROP, "optim.rprop.step_max is 1e-09, expected at least optim.rprop.step_min, 1e-06"},
        {LNT_LBFGS, "optim.lbfgs.c1 is 0.95, expected below optim.lbfgs.c2, 0.9"},
        {LNT_LM, "optim.lm.mu_max is 1e-09, expected at least optim.mu, 0.001"},
        {LNT_KFAC, "optim.max_rows is 0, expected at least 1"}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        lnt_optim_config config = lnt_optim_defaults(rows[i].kind);
        lnt_error error = {LNT_OK, ""};
        config.sgd.nesterov = true;
        config.rprop.step_max = config.lm.mu_max = 1e-9;
        config.lbfgs.c1 = 0.95;
        config.max_rows = rows[i].kind == LNT_KFAC ? 0 : 32;
        FAILS(LNT_ERR_INVALID, check_optim(&config, &error));
        assert_str_eq(error.message, rows[i].sentence);
    }
    lnt_optim_config config = lnt_optim_defaults(LNT_SGD);
    lnt_error error = {LNT_OK, ""};
    config.sgd.nesterov = true;
    config.sgd.momentum = config.sgd.dampening = 0.5;
    FAILS(LNT_ERR_INVALID, check_optim(&config, &error));
    assert_str_eq(error.message, "optim.sgd.dampening is 0.5, expected 0 with optim.sgd.nesterov");
}

static lnt_status check_second_group(const void *group, lnt_error *error)
{
    const lnt_optim_group groups[] = {{.n_layers = 1, .roles = LNT_ALL_ROLES},
                                      *(const lnt_optim_group *) group};
    lnt_optim_config config = lnt_optim_defaults(LNT_SGD);
    config.groups = groups;
    config.n_groups = 2;
    return check_optim(&config, error);
}

Test(config_ranges, groups, .init = make_net)
{
    lnt_optim_group group = {.n_layers = 1, .roles = LNT_ALL_ROLES};
    lnt_error error = {LNT_OK, ""};
    const subject s = {&group, "optim.groups[1].", check_second_group};
    static const lnt_setting fields[] = {
        {LNT_SIZE(lnt_optim_group, n_layers), LNT_COUNT},
        {LNT_REAL(lnt_optim_group, learning_rate), LNT_NOT_NEGATIVE},
        {LNT_REAL(lnt_optim_group, weight_decay), LNT_NOT_NEGATIVE},
        {LNT_REAL(lnt_optim_group, l1), LNT_NOT_NEGATIVE},
        {LNT_REAL(lnt_optim_group, l2), LNT_NOT_NEGATIVE},
    };
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        check_field(&s, &fields[i]);
    }
    group.first_layer = 2;
    FAILS(LNT_ERR_INVALID, check_second_group(&group, &error));
    assert_str_eq(error.message, "optim.groups[1].first_layer is 2, expected below 2");
    group = (lnt_optim_group){.n_layers = 1, .roles = 1U << 9};
    FAILS(LNT_ERR_INVALID, check_second_group(&group, &error));
    assert_str_eq(error.message,
                  "optim.groups[1].roles is 512, expected LNT_ALL_ROLES or some of them");
}

Test(config_ranges, schedules)
{
    static const size_t milestones[] = {1, 2};
    for (int kind = 0; lnt_schedule_name((lnt_schedule_kind) kind) != NULL; kind++) {
        lnt_schedule schedule = lnt_schedule_defaults((lnt_schedule_kind) kind);
        schedule.multi_step.milestones = milestones;
        schedule.multi_step.n_milestones = 2;
        schedule.warmup = 3;
        const subject s = {&schedule, "schedule.", check_schedule};
        check_all(&s, lnt_schedule_table, kind);
    }
}

Test(config_ranges, runs, .init = make_net)
{
    lnt_fit_config config = lnt_fit_defaults();
    config.epochs = 1;
    const subject s = {&config, "", check_fit};
    check_all(&s, lnt_fit_table, 0);
}

/* What a run passes on to optimiser, schedule, loss and pass keeps its name. */
Test(config_ranges, parts_of_runs, .init = make_net)
{
#define WITH(assignment, sentence)                                                                 \
    do {                                                                                           \
        lnt_fit_config config = lnt_fit_defaults();                                                \
        lnt_error error = {LNT_OK, ""};                                                            \
        config.assignment;                                                                         \
        assert_ne(check_fit(&config, &error), LNT_OK);                                             \
        assert_contains(error.message, sentence);                                                  \
    } while (0)
    WITH(optim.adam.beta1 = 2, "optim.adam.beta1 is 2, expected a number in [0, 1)");
    WITH(loss = lnt_huber(-1, LNT_MEAN), "loss.delta is -1, expected a finite number above 0");
    WITH(loss.kind = (lnt_loss_kind) 99, "loss.kind is 99, expected one of lnt_loss_kind");
    WITH(loss.value_reduction = (lnt_reduction) 7,
         "loss.value_reduction is 7, expected one of mean, sum");
    WITH(schedule.kind = (lnt_schedule_kind) 99, "schedule.kind is 99, expected one of");
    WITH(sampling = (lnt_sampling) 9, "sampling is 9, expected one of all, balanced, weighted");
    WITH(monitor = (lnt_metric) 77, "monitor is 77, expected one of loss, accuracy, top_k, "
                                    "balanced_accuracy, f1, roc_auc, log_loss, mae, rmse, r2");
    WITH(gemm = (lnt_gemm_backend) 9,
         "gemm is 9, expected one of heuristic, autotune, blas, builtin");
    WITH(threads = 1000, "threads is 1000, expected at most 256");
    WITH(threads = 256, "threads is 256, expected at most ");
#undef WITH
}

Test(config_ranges, losses, .init = make_net)
{
    for (int kind = 0; lnt_loss_name((lnt_loss_kind) kind) != NULL; kind++) {
        loss_kind = (lnt_loss_kind) kind;
        lnt_loss loss = lnt_loss_defaults(loss_kind, LNT_MEAN);
        const lnt_setting *field = lnt_loss_parameter(loss_kind);
        const subject s = {&loss, "loss.", check_loss};
        if (field != NULL) {
            check_field(&s, field);
        }
        if (lnt_loss_is_classification(loss_kind)) {
            const double weights[] = {1, NAN, 1};
            lnt_error error = {LNT_OK, ""};
            loss.class_weights = weights;
            loss.n_class_weights = 2;
            FAILS(LNT_ERR_INVALID, check_loss(&loss, &error));
            assert_str_eq(error.message,
                          "loss.class_weights[1] is nan, expected a finite number from 0");
            loss.n_class_weights = 3;
            FAILS(LNT_ERR_SHAPE, check_loss(&loss, &error));
            assert_str_eq(error.message, "loss.n_class_weights is 3, expected 2");
        }
    }
    FAILS(LNT_ERR_NULL, lnt_loss_check(NULL, 1, NULL));
}

Test(config_ranges, laplace, .init = make_net)
{
    lnt_laplace_config config = lnt_laplace_defaults();
    const subject s = {&config, "laplace.", check_laplace};
    static const lnt_setting fields[] = {
        {LNT_REAL(lnt_laplace_config, prior_precision), LNT_NOT_NEGATIVE},
        {LNT_REAL(lnt_laplace_config, noise), LNT_NOT_NEGATIVE},
    };
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        check_field(&s, &fields[i]);
    }
    lnt_error error = {LNT_OK, ""};
    config.structure = (lnt_laplace_structure) 3;
    FAILS(LNT_ERR_INVALID, check_laplace(&config, &error));
    assert_str_eq(error.message, "laplace.structure is 3, expected one of lnt_laplace_structure");
}

Test(config_ranges, passes)
{
    lnt_pass_config config = lnt_pass_defaults();
    const subject s = {&config, "", check_pass};
    lnt_error error = {LNT_OK, ""};
    static const lnt_setting fields[] = {
        {LNT_SIZE(lnt_pass_config, max_rows), .low = 1, .high = INT32_MAX},
    };
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        check_field(&s, &fields[i]);
    }
    config.mode = (lnt_mode) 2;
    FAILS(LNT_ERR_INVALID, lnt_pass_check(&config, &error));
    assert_str_eq(error.message, "mode is 2, expected one of lnt_mode");
    config.mode = LNT_INFERENCE;
    config.input_gradient = true;
    FAILS(LNT_ERR_INVALID, lnt_pass_check(&config, &error));
    assert_str_eq(error.message, "input_gradient is true, expected false in inference");
    FAILS(LNT_ERR_NULL, lnt_pass_check(NULL, NULL));
}

Test(config_ranges, tables)
{
    lnt_read_options options = lnt_read_defaults();
    lnt_frame *frame;
    lnt_error error = {LNT_OK, ""};
    options.header = (lnt_header_row) 3;
    FAILS(LNT_ERR_INVALID, lnt_data_read(&frame, "none", LNT_DATA_CSV, &options, &error));
    assert_str_eq(error.message, "header is 3, expected one of lnt_header_row");
    options = lnt_read_defaults();
    options.missing = (lnt_missing) 2;
    FAILS(LNT_ERR_INVALID, lnt_data_read(&frame, "none", LNT_DATA_CSV, &options, &error));
    assert_str_eq(error.message, "missing is 2, expected one of lnt_missing");
}
