/* SPDX-License-Identifier: MIT */
#include "support/config_fields.h"
#include "support/net.h"

#include <stdio.h>

/*
 * Each number of each configuration, just outside its range and just inside: what is outside is
 * refused by a sentence that names the field, the value and the range.
 */

/* A configuration that is right, and the function that checks it. */
typedef struct subject {
    void *config;
    const char *owner; /* before the field in sentences */
    lnt_status (*check)(const void *config, lnt_error *error);
} subject;

static const lnt_net *net;
static lnt_loss_kind loss_kind;

static void set(const lnt_field *field, void *config, double value)
{
    char *place = (char *) config + field->offset;
    const size_t size = field->is_size ? (size_t) value : 0; /* NaN has no size */
    memcpy(place, field->is_size ? (const void *) &size : (const void *) &value,
           field->is_size ? sizeof size : sizeof value);
}

static void refused(const subject *s, const lnt_field *field, double value)
{
    char expected[96];
    lnt_error error = {LNT_OK, ""};
    const double before = lnt_field_value(field, s->config);
    set(field, s->config, value);
    const lnt_status status = s->check(s->config, &error);
    cr_assert(status == LNT_ERR_INVALID || status == LNT_ERR_TOO_LARGE, "%s = %g: %s", field->name,
              value, lnt_status_name(status));
    assert_eq(s->check(s->config, NULL), status);
    snprintf(expected, sizeof expected,
             field->is_size ? "%s%s is %.0f, expected " : "%s%s is %g, expected ", s->owner,
             field->name, value);
    assert_contains(error.message, expected, "'%s' in '%s'", expected, error.message);
    set(field, s->config, before);
}

/* Accepted, or refused for its relation to another field. */
static void accepted(const subject *s, const lnt_field *field, double value)
{
    lnt_error error = {LNT_OK, ""};
    const double before = lnt_field_value(field, s->config);
    set(field, s->config, value);
    const lnt_status status = s->check(s->config, &error);
    const bool related = strstr(error.message, "expected at least optim.") != NULL ||
                         strstr(error.message, "expected below optim.") != NULL ||
                         strstr(error.message, "does not take") != NULL;
    if (status != LNT_OK) {
        cr_assert(related, "%s%s = %g: %s", s->owner, field->name, value, error.message);
    }
    set(field, s->config, before);
}

static void check_field(const subject *s, const lnt_field *field)
{
    const bool opens_low = field->ends == LNT_OPEN || field->ends == LNT_OPEN_LOW;
    const bool opens_high = field->ends == LNT_OPEN || field->ends == LNT_OPEN_HIGH;
    if (field->is_size) {
        refused(s, field, field->low - 1);
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

#define EACH(s, fields)                                                                            \
    for (size_t f_ = 0; f_ < COUNT_OF(fields); f_++) {                                             \
        check_field(&(s), &(fields)[f_]);                                                          \
    }

Test(config_ranges, optimisers, .init = make_net)
{
    for (int kind = 0; lnt_optim_name((lnt_optim_kind) kind) != NULL; kind++) {
        lnt_optim_config config = lnt_optim_defaults((lnt_optim_kind) kind);
        const subject s = {&config, "optim.", check_optim};
        const lnt_optim_ops *ops = lnt_optim_ops_of((lnt_optim_kind) kind);
        EACH(s, optim_fields);
        for (size_t i = 0; i < ops->n_fields; i++) {
            check_field(&s, &ops->fields[i]);
        }
    }
}

/* Ranges that depend on another field. */
Test(config_ranges, relations, .init = make_net)
{
    static const struct {
        lnt_optim_kind kind;
        const char *sentence;
    } rows[] = {
        {LNT_SGD, "optim.momentum is 0, expected above 0 with optim.nesterov"},
        {LNT_RPROP, "optim.rprop_most is 1e-09, expected at least optim.rprop_least, 1e-06"},
        {LNT_LBFGS, "optim.wolfe_decrease is 0.95, expected below optim.wolfe_slope, 0.9"},
        {LNT_LM, "optim.mu_most is 1e-09, expected at least optim.mu, 0.001"},
        {LNT_KFAC, "optim.max_rows is 0, expected at least 1"}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        lnt_optim_config config = lnt_optim_defaults(rows[i].kind);
        lnt_error error = {LNT_OK, ""};
        config.nesterov = true;
        config.rprop_most = config.mu_most = 1e-9;
        config.wolfe_decrease = 0.95;
        config.max_rows = rows[i].kind == LNT_KFAC ? 0 : 32;
        FAILS(LNT_ERR_INVALID, check_optim(&config, &error));
        assert_str_eq(error.message, rows[i].sentence);
    }
    lnt_optim_config config = lnt_optim_defaults(LNT_SGD);
    lnt_error error = {LNT_OK, ""};
    config.nesterov = true;
    config.momentum = config.dampening = 0.5;
    FAILS(LNT_ERR_INVALID, check_optim(&config, &error));
    assert_str_eq(error.message, "optim.dampening is 0.5, expected 0 with optim.nesterov");
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
    EACH(s, group_fields);
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
        schedule.milestones = milestones;
        schedule.n_milestones = 2;
        schedule.warmup = 3;
        const subject s = {&schedule, "schedule.", check_schedule};
        for (size_t i = 0; i < COUNT_OF(schedule_fields); i++) {
            if ((schedule_fields[i].kinds >> kind & 1) != 0) {
                check_field(&s, &schedule_fields[i].field);
            }
        }
    }
}

Test(config_ranges, runs, .init = make_net)
{
    lnt_fit_config config = lnt_fit_defaults();
    config.epochs = 1;
    const subject s = {&config, "", check_fit};
    EACH(s, fit_fields);
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
    WITH(optim.beta1 = 2, "optim.beta1 is 2, expected a number in [0, 1)");
    WITH(loss = lnt_huber(-1, LNT_MEAN), "loss.delta is -1, expected a finite number above 0");
    WITH(loss.kind = (lnt_loss_kind) 99, "loss.kind is 99, expected one of lnt_loss_kind");
    WITH(loss.value_reduction = (lnt_reduction) 7,
         "loss.value_reduction is 7, expected one of lnt_reduction");
    WITH(schedule.kind = (lnt_schedule_kind) 99, "schedule.kind is 99, expected one of");
    WITH(sampling = (lnt_sampling) 9, "sampling is 9, expected one of lnt_sampling");
    WITH(monitor = (lnt_metric) 77, "monitor is 77, expected one of lnt_metric");
    WITH(gemm = (lnt_gemm_backend) 9, "gemm is 9, expected one of lnt_gemm_backend");
    WITH(threads = 1000, "threads is 1000, expected at most 256");
    WITH(threads = 256, "threads is 256, expected at most ");
#undef WITH
}

Test(config_ranges, losses, .init = make_net)
{
    for (int kind = 0; lnt_loss_name((lnt_loss_kind) kind) != NULL; kind++) {
        loss_kind = (lnt_loss_kind) kind;
        lnt_loss loss = lnt_loss_defaults(loss_kind, LNT_MEAN);
        const lnt_field *field = &lnt_loss_ops_of(loss_kind)->parameter;
        const subject s = {&loss, "loss.", check_loss};
        if (field->name != NULL) {
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
    EACH(s, laplace_fields);
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
    EACH(s, pass_fields);
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
