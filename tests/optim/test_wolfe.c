/* SPDX-License-Identifier: MIT */
#include "optim/line_search/wolfe.h"
#include "support/reference.h"

/* The line search, against SciPy's on the six functions of Moré's and Thuente's paper. */

static const double pi = 3.14159265358979323846;

static lnt_wolfe_point first(double a)
{
    const double b = 2, d = a * a + b;
    return (lnt_wolfe_point){a, -a / d, (a * a - b) / (d * d)};
}

static lnt_wolfe_point second(double a)
{
    const double b = a + 0.004;
    return (lnt_wolfe_point){a, pow(b, 5) - 2 * pow(b, 4), 5 * pow(b, 4) - 8 * pow(b, 3)};
}

static lnt_wolfe_point third(double a)
{
    const double b = 0.01, l = 39;
    lnt_wolfe_point p = {a, 2 * (1 - b) / (l * pi) * sin(l * pi / 2 * a),
                         (1 - b) * cos(l * pi / 2 * a)};
    const bool middle = a > 1 - b && a < 1 + b;
    p.value += middle ? (a - 1) * (a - 1) / (2 * b) + b / 2 : fabs(1 - a);
    p.slope += middle ? (a - 1) / b : copysign(1, a - 1);
    return p;
}

static lnt_wolfe_point valley(double a, double b1, double b2)
{
    const double g1 = sqrt(1 + b1 * b1) - b1, g2 = sqrt(1 + b2 * b2) - b2;
    const double r1 = sqrt((1 - a) * (1 - a) + b2 * b2), r2 = sqrt(a * a + b1 * b1);
    return (lnt_wolfe_point){a, g1 * r1 + g2 * r2, g1 * (a - 1) / r1 + g2 * a / r2};
}

static lnt_wolfe_point fourth(double a)
{
    return valley(a, 0.001, 0.001);
}

static lnt_wolfe_point fifth(double a)
{
    return valley(a, 0.01, 0.001);
}

static lnt_wolfe_point sixth(double a)
{
    return valley(a, 0.001, 0.01);
}

typedef lnt_wolfe_point (*line)(double a);

Test(wolfe, trials_are_those_of_scipy)
{
    static const line lines[] = {first, second, third, fourth, fifth, sixth};
    static reference_file file;
    read_file(&file, "wolfe.txt");
    assert_eq(file.count, 96);
    for (size_t i = 0; i < file.count; i += 2) {
        const lnt_tensor *settings = &file.matrices[i], *trials = &file.matrices[i + 1];
        const line f = lines[i / 16];
        lnt_wolfe s =
            lnt_wolfe_begin(lnt_tensor_get(settings, 0, 1), lnt_tensor_get(settings, 0, 2), f(0),
                            lnt_tensor_get(settings, 0, 0));
        for (size_t t = 0; t < trials->cols; t++) {
            const double expected = lnt_tensor_get(trials, 0, t);
            assert_lt(fabs(s.step / expected - 1), 1e-9, "%s, trial %zu: %.17g, SciPy %.17g",
                      file.names[i], t, s.step, expected);
            const lnt_wolfe_point p = f(s.step);
            const lnt_wolfe_verdict verdict = lnt_wolfe_take(&s, p.value, p.slope);
            assert_eq(verdict, t + 1 < trials->cols ? LNT_WOLFE_TRY : LNT_WOLFE_FOUND);
        }
    }
}

/* Not finite from `wall` on; returns where the search ends. */
static double walled(line f, double wall, double bad, double start, size_t *trials)
{
    lnt_wolfe s = lnt_wolfe_begin(1e-4, 0.9, f(0), start);
    lnt_wolfe_verdict verdict = LNT_WOLFE_TRY;
    for (*trials = 0; verdict == LNT_WOLFE_TRY; ++*trials) {
        assert_lt(*trials, 60, "no end, at %g", s.step);
        const double at = s.step;
        const lnt_wolfe_point p = f(at);
        verdict = lnt_wolfe_take(&s, at < wall ? p.value : bad, p.slope);
        if (verdict == LNT_WOLFE_FOUND) {
            return at;
        }
    }
    return NAN;
}

Test(wolfe, what_is_not_finite_is_too_far)
{
    static const double bad[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < 3; i++) {
        size_t trials;
        const double near = walled(first, 1.5, bad[i], 1000, &trials);
        assert_gt(near, 0, "%g after %zu", near, trials);
        assert_lt(near, 1.5, "%g after %zu", near, trials);
        assert_le(trials, 8, "%g after %zu", near, trials);
        /* The minimum is at 1.6: the search begins before it and meets the wall behind. */
        const double behind = walled(second, 1.7, bad[i], 0.001, &trials);
        assert_gt(behind, 1.5, "%g after %zu", behind, trials);
        assert_lt(behind, 1.7, "%g after %zu", behind, trials);
        assert_le(trials, 25, "%g after %zu", behind, trials);
    }
    lnt_wolfe s = lnt_wolfe_begin(1e-4, 0.9, first(0), 1);
    assert_eq(lnt_wolfe_take(&s, -1, NAN), LNT_WOLFE_TRY);
    assert_eq(s.step, 0.25);
    assert_eq(s.lowest.step, 0);
}

Test(wolfe, a_line_without_a_minimum_is_lost_with_its_lowest_point)
{
    lnt_wolfe s = lnt_wolfe_begin(1e-4, 0.9, (lnt_wolfe_point){0, 0, -1}, 1);
    lnt_wolfe_verdict verdict = LNT_WOLFE_TRY;
    for (size_t i = 0; i < 40 && verdict == LNT_WOLFE_TRY; i++) {
        verdict = lnt_wolfe_take(&s, -s.step, -1);
    }
    assert_eq(verdict, LNT_WOLFE_LOST);
    assert_eq(s.lowest.step, 1e10);
}

/* A slope that the values belie: no trial is lower, and the search ends. */
Test(wolfe, a_line_that_only_rises_is_lost)
{
    lnt_wolfe s = lnt_wolfe_begin(1e-4, 0.9, (lnt_wolfe_point){0, 1, -1}, 1);
    lnt_wolfe_verdict verdict = LNT_WOLFE_TRY;
    for (size_t i = 0; i < 2000 && verdict == LNT_WOLFE_TRY; i++) {
        verdict = lnt_wolfe_take(&s, 2, 1);
    }
    assert_eq(verdict, LNT_WOLFE_LOST);
    assert_eq(s.lowest.step, 0);
    assert_eq(s.lowest.value, 1);
}
