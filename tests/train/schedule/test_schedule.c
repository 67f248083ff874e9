/* SPDX-License-Identifier: MIT */
#include "support/reference.h"

/* Sequences of learning rates: PyTorch's, from tests/reference/make_schedules.py. */

enum { PERIODS = 60, WARMUP = 7 };

static const double base = 0.2;
static const size_t milestones[] = {5, 6, 40};

static const struct row {
    const char *name;
    lnt_schedule with; /* numbers that are not 0 replace the defaults of its kind */
} rows[] = {
    {"constant", {.kind = LNT_SCHEDULE_CONSTANT}},
    {"step", {.kind = LNT_SCHEDULE_STEP, .step.step_size = 13, .step.gamma = 0.3}},
    {"multi_step", {.kind = LNT_SCHEDULE_MULTI_STEP, .multi_step.gamma = 0.5}},
    {"exponential", {.kind = LNT_SCHEDULE_EXPONENTIAL, .exponential.gamma = 0.93}},
    {"polynomial",
     {.kind = LNT_SCHEDULE_POLYNOMIAL, .polynomial.total = 45, .polynomial.power = 1.7}},
    {"cosine", {.kind = LNT_SCHEDULE_COSINE, .cosine.period = 17, .cosine.min_lr = 0.01}},
    {"cosine_twice", {.kind = LNT_SCHEDULE_COSINE, .cosine.period = 6, .cosine.t_mult = 2}},
    {"one_cycle", {.kind = LNT_SCHEDULE_ONE_CYCLE}},
    {"one_cycle_early",
     {.kind = LNT_SCHEDULE_ONE_CYCLE,
      .one_cycle.pct_start = 0.1,
      .one_cycle.div_factor = 10,
      .one_cycle.final_div_factor = 100}},
    {"warmup_step", {.kind = LNT_SCHEDULE_STEP, .warmup = WARMUP}},
    {"warmup_cosine", {.kind = LNT_SCHEDULE_COSINE, .warmup = WARMUP, .warmup_start = 0.05}},
    {"plateau", {.kind = LNT_SCHEDULE_PLATEAU, .plateau.patience = 2, .plateau.factor = 0.5}},
    {"plateau_cooldown",
     {.kind = LNT_SCHEDULE_PLATEAU,
      .plateau.patience = 1,
      .plateau.factor = 0.3,
      .plateau.cooldown = 4,
      .plateau.min_lr = 0.004}},
    {"plateau_absolute",
     {.kind = LNT_SCHEDULE_PLATEAU,
      .plateau.patience = 3,
      .plateau.threshold = 0.02,
      .plateau.absolute = true}},
};

enum { N_ROWS = sizeof rows / sizeof rows[0] };

static lnt_schedule schedule_of(const struct row *row)
{
    lnt_schedule s = lnt_schedule_defaults(row->with.kind);
    size_t count;
    const lnt_setting *settings = lnt_schedule_settings(&count);
    for (size_t i = 0; i < count; i++) {
        char text[LNT_SETTING_LENGTH];
        OK(lnt_schedule_get(&row->with, settings[i].name, text, NULL));
        if (strcmp(text, "0") != 0 && strcmp(text, "false") != 0) {
            OK(lnt_schedule_set(&s, settings[i].name, text, NULL));
        }
    }
    s.multi_step.milestones = milestones;
    s.multi_step.n_milestones = 3;
    return s;
}

/* Where the two are near zero, near the base rate's rounding is near enough. */
static void agree(const char *name, size_t t, double ours, double theirs)
{
    assert_near(ours, theirs, 1e-13 * base, "%s: period %zu: %.17g, PyTorch %.17g", name, t, ours,
                theirs);
}

Test(schedule, sequences)
{
    static reference_file file;
    read_file(&file, "schedules.txt");
    const lnt_tensor *losses = find(&file, "losses");
    for (size_t i = 0; i < N_ROWS; i++) {
        const lnt_tensor *expected = find(&file, rows[i].name);
        lnt_schedule schedule = schedule_of(&rows[i]);
        lnt_plateau plateau = {0};
        OK(lnt_schedule_resolve(&schedule, PERIODS, NULL));
        for (size_t t = 0; t < PERIODS; t++) {
            const double rate =
                schedule.kind == LNT_SCHEDULE_PLATEAU
                    ? lnt_plateau_update(&plateau, &schedule, base, lnt_tensor_get(losses, 0, t))
                    : lnt_schedule_learning_rate(&schedule, base, t);
            agree(rows[i].name, t, rate, lnt_tensor_get(expected, 0, t));
        }
    }
}

Test(schedule, momentum_of_one_cycle)
{
    static reference_file file;
    read_file(&file, "schedules.txt");
    for (size_t i = 0; i < N_ROWS; i++) {
        lnt_schedule schedule = schedule_of(&rows[i]);
        OK(lnt_schedule_resolve(&schedule, PERIODS, NULL));
        if (schedule.kind != LNT_SCHEDULE_ONE_CYCLE) {
            assert_nan(lnt_schedule_momentum(&schedule, 3));
            continue;
        }
        char name[64];
        snprintf(name, sizeof name, "%s.momentum", rows[i].name);
        for (size_t t = 0; t < PERIODS; t++) {
            agree(name, t, lnt_schedule_momentum(&schedule, t),
                  lnt_tensor_get(find(&file, name), 0, t));
        }
        schedule.one_cycle.cycle_momentum = false;
        assert_nan(lnt_schedule_momentum(&schedule, 3));
    }
}

/* The learning rate warms up to where the cycle begins; the momentum stays at its height. */
Test(schedule, momentum_stays_high_in_the_warm_up)
{
    lnt_schedule schedule = lnt_schedule_defaults(LNT_SCHEDULE_ONE_CYCLE), cycle = schedule;
    schedule.warmup = 5;
    schedule.one_cycle.max_momentum = cycle.one_cycle.max_momentum = 0.97;
    schedule.one_cycle.base_momentum = cycle.one_cycle.base_momentum = 0.6;
    OK(lnt_schedule_resolve(&schedule, PERIODS + 5, NULL));
    OK(lnt_schedule_resolve(&cycle, PERIODS, NULL));
    for (size_t t = 0; t < 5; t++) {
        assert_eq(lnt_schedule_momentum(&schedule, t), 0.97, "period %zu", t);
    }
    for (size_t t = 0; t < PERIODS; t++) {
        assert_eq(lnt_schedule_momentum(&schedule, t + 5), lnt_schedule_momentum(&cycle, t));
    }
    assert_lt(lnt_schedule_momentum(&schedule, 9), 0.97);
}

/* With a threshold of 0 a value that is equal to the best is no improvement. */
Test(schedule, plateau_of_equal_values)
{
    for (int absolute = 0; absolute < 2; absolute++) {
        lnt_schedule schedule = lnt_schedule_defaults(LNT_SCHEDULE_PLATEAU);
        lnt_plateau plateau = {0};
        schedule.plateau.patience = 2;
        schedule.plateau.threshold = 0;
        schedule.plateau.absolute = absolute != 0;
        OK(lnt_schedule_resolve(&schedule, 6, NULL));
        const double expected[] = {1, 1, 1, 0.1};
        for (size_t t = 0; t < 4; t++) {
            const double rate = lnt_plateau_update(&plateau, &schedule, 1, 3);
            assert_near(rate, expected[t], 1e-15, "period %zu: %g", t, rate);
        }
    }
}

/* A loss below 0, as a Gaussian's, that stands still or rises a little is no improvement. */
Test(schedule, plateau_below_zero)
{
    const double losses[] = {-1, -1, -0.99995, -1.00005, -2, -2};
    const double expected[] = {1, 1, 1, 0.1, 0.1, 0.1};
    lnt_schedule schedule = lnt_schedule_defaults(LNT_SCHEDULE_PLATEAU);
    lnt_plateau plateau = {0};
    schedule.plateau.patience = 2;
    OK(lnt_schedule_resolve(&schedule, 6, NULL));
    for (size_t t = 0; t < 6; t++) {
        const double rate = lnt_plateau_update(&plateau, &schedule, 1, losses[t]);
        assert_near(rate, expected[t], 1e-15);
    }
    assert_eq(plateau.best, -2);
}

/* Far beyond the end, and runs of one period, give rates, not NaN. */
Test(schedule, any_length)
{
    for (size_t i = 0; i < N_ROWS; i++) {
        const size_t lengths[] = {0, 1, 2, 3, SIZE_MAX};
        for (size_t k = 0; k < 5; k++) {
            lnt_schedule schedule = schedule_of(&rows[i]);
            OK(lnt_schedule_resolve(&schedule, lengths[k], NULL));
            const size_t times[] = {0, 1, 2, 61, 1000, SIZE_MAX / 3, SIZE_MAX};
            for (size_t t = 0; t < 7; t++) {
                const double rate = lnt_schedule_learning_rate(&schedule, base, times[t]);
                assert_ge(rate, 0, "%s: %zu of %zu: %g", rows[i].name, times[t], lengths[k], rate);
                assert_le(rate, base * (1 + 1e-12), "%s: %zu of %zu: %g", rows[i].name, times[t],
                          lengths[k], rate);
            }
        }
    }
}

Test(schedule, names)
{
    for (int kind = 0; lnt_schedule_name((lnt_schedule_kind) kind) != NULL; kind++) {
        lnt_schedule_kind found;
        size_t count = 0;
        OK(lnt_schedule_find(lnt_schedule_name((lnt_schedule_kind) kind), &found));
        assert_eq((int) found, kind);
        for (size_t i = 0; i < N_ROWS; i++) {
            count += (int) rows[i].with.kind == kind;
        }
        assert_gt(count, 0, "%s has no row", lnt_schedule_name((lnt_schedule_kind) kind));
    }
    lnt_schedule_kind found;
    cr_assert_null(lnt_schedule_name((lnt_schedule_kind) -1));
    FAILS(LNT_ERR_INVALID, lnt_schedule_find("cosinus", &found));
    FAILS(LNT_ERR_NULL, lnt_schedule_find(NULL, &found));
    FAILS(LNT_ERR_NULL, lnt_schedule_find("step", NULL));
}

Test(schedule, ranges)
{
#define WITH(schedule_kind, assignment, word)                                                      \
    do {                                                                                           \
        lnt_schedule s = lnt_schedule_defaults(schedule_kind);                                     \
        lnt_error error = {LNT_OK, ""};                                                            \
        s.multi_step.milestones = milestones;                                                      \
        s.multi_step.n_milestones = 3;                                                             \
        s.assignment;                                                                              \
        FAILS(LNT_ERR_INVALID, lnt_schedule_resolve(&s, 10, &error));                              \
        assert_contains(error.message, word);                                                      \
        FAILS(LNT_ERR_INVALID, lnt_schedule_resolve(&s, 10, NULL));                                \
    } while (0)
    WITH(LNT_SCHEDULE_STEP, step.gamma = 0, "step.gamma is 0, expected a number in (0, 1]");
    WITH(LNT_SCHEDULE_STEP, step.gamma = NAN, "gamma");
    WITH(LNT_SCHEDULE_EXPONENTIAL, exponential.gamma = 1.1, "gamma is 1.1");
    WITH(LNT_SCHEDULE_STEP, step.step_size = 0, "step_size");
    WITH(LNT_SCHEDULE_MULTI_STEP, multi_step.n_milestones = 0, "milestones");
    WITH(LNT_SCHEDULE_MULTI_STEP, multi_step.milestones = ((const size_t[]){3, 3, 4}),
         "schedule.multi_step.milestones has 3 after 3, expected ascending numbers");
    WITH(LNT_SCHEDULE_POLYNOMIAL, polynomial.power = 0,
         "power is 0, expected a finite number above 0");
    WITH(LNT_SCHEDULE_COSINE, cosine.min_lr = -1, "min_lr is -1, expected a finite number from 0");
    WITH(LNT_SCHEDULE_COSINE, cosine.t_mult = 0, "t_mult");
    WITH(LNT_SCHEDULE_ONE_CYCLE, one_cycle.pct_start = 1, "pct_start");
    WITH(LNT_SCHEDULE_ONE_CYCLE, one_cycle.div_factor = 0, "div_factor");
    WITH(LNT_SCHEDULE_ONE_CYCLE, one_cycle.final_div_factor = INFINITY, "final_div_factor");
    WITH(LNT_SCHEDULE_ONE_CYCLE, one_cycle.max_momentum = 1, "max_momentum");
    WITH(LNT_SCHEDULE_ONE_CYCLE, one_cycle.base_momentum = -0.1, "base_momentum");
    WITH(LNT_SCHEDULE_PLATEAU, plateau.threshold = -1, "threshold");
    WITH(LNT_SCHEDULE_PLATEAU, plateau.eps = NAN, "plateau.eps");
    WITH(LNT_SCHEDULE_PLATEAU, per_step = true, "per_step");
    WITH(LNT_SCHEDULE_CONSTANT, kind = (lnt_schedule_kind) 42, "42");
#undef WITH
    lnt_schedule s = lnt_schedule_defaults(LNT_SCHEDULE_CONSTANT);
    s.step.gamma = -1; /* which a constant does not read */
    OK(lnt_schedule_resolve(&s, 10, NULL));
    s.warmup = 3;
    s.warmup_start = 0;
    FAILS(LNT_ERR_INVALID, lnt_schedule_resolve(&s, 10, NULL));
    FAILS(LNT_ERR_NULL, lnt_schedule_resolve(NULL, 10, NULL));
}
