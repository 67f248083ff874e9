/* SPDX-License-Identifier: MIT */
#include "optim/line_search/wolfe.h"

#include <math.h>

static const double farthest = 1e10;
static const double shrinkage = 0.66; /* of the interval, in two trials at least */

lnt_wolfe lnt_wolfe_begin(double decrease, double slope, lnt_wolfe_point origin, double first)
{
    return (lnt_wolfe){.step = fmin(first, farthest),
                       .lowest = origin,
                       .decrease = decrease,
                       .slope = slope,
                       .origin = origin,
                       .best = origin,
                       .other = origin,
                       .relative = true,
                       .most = 5 * first,
                       .width = farthest,
                       .width_before = 2 * farthest,
                       .limit = INFINITY};
}

/* --- the next trial --- */

/* The minimiser of the cubic through two points, as a + share·(b − a). */
static double cubic_share(const lnt_wolfe_point *a, const lnt_wolfe_point *b, bool *proper)
{
    const double theta = 3 * (a->value - b->value) / (b->step - a->step) + a->slope + b->slope;
    const double scale = fmax(fabs(theta), fmax(fabs(a->slope), fabs(b->slope)));
    const double inner =
        (theta / scale) * (theta / scale) - (a->slope / scale) * (b->slope / scale);
    const double root = copysign(scale * sqrt(fmax(0, inner)), b->step - a->step);
    *proper = root != 0;
    return ((root - a->slope) + theta) / (((root - a->slope) + root) + b->slope);
}

static double cubic(const lnt_wolfe_point *a, const lnt_wolfe_point *b)
{
    bool proper;
    return a->step + cubic_share(a, b, &proper) * (b->step - a->step);
}

/* The minimiser of the parabola with both values and the slope at `a`. */
static double parabola(const lnt_wolfe_point *a, const lnt_wolfe_point *b)
{
    const double length = b->step - a->step;
    return a->step + a->slope / ((a->value - b->value) / length + a->slope) / 2 * length;
}

/* Where the slope, taken as a straight line, is 0. */
static double secant(const lnt_wolfe_point *a, const lnt_wolfe_point *b)
{
    return b->step + b->slope / (b->slope - a->slope) * (a->step - b->step);
}

static bool nearer(double a, double b, double to)
{
    return fabs(a - to) < fabs(b - to);
}

/* The value rose: there is a minimum between. */
static double after_rise(const lnt_wolfe_point *best, const lnt_wolfe_point *now)
{
    const double c = cubic(best, now), q = parabola(best, now);
    return nearer(c, q, best->step) ? c : c + (q - c) / 2;
}

/* It fell, and the slope has changed its sign: the same. */
static double after_turn(const lnt_wolfe_point *best, const lnt_wolfe_point *now)
{
    const double c = cubic(now, best), q = secant(best, now);
    return nearer(q, c, now->step) ? c : q;
}

/* It fell, and falls on, but less: the cubic may have no minimum ahead. */
static double after_flattening(const lnt_wolfe *s, const lnt_wolfe_point *now)
{
    const double ahead = now->step > s->best.step ? s->most : s->least;
    bool proper;
    const double share = cubic_share(now, &s->best, &proper), q = secant(&s->best, now);
    const double c = share < 0 && proper ? now->step + share * (s->best.step - now->step) : ahead;
    if (!s->bracketed) {
        return fmax(s->least, fmin(s->most, nearer(q, c, now->step) ? c : q));
    }
    const double bound = now->step + shrinkage * (s->other.step - now->step);
    const double next = nearer(c, q, now->step) ? c : q;
    return now->step > s->best.step ? fmin(bound, next) : fmax(bound, next);
}

/* Brings the ends up to date by the point `now`, and returns the next trial. */
static double interpolate(lnt_wolfe *s, const lnt_wolfe_point *now)
{
    const bool turned = now->slope * copysign(1, s->best.slope) < 0;
    double next;
    if (now->value > s->best.value) {
        next = after_rise(&s->best, now);
        s->other = *now;
        s->bracketed = true;
        return next;
    }
    if (turned) {
        next = after_turn(&s->best, now);
        s->other = s->best;
        s->bracketed = true;
    } else if (fabs(now->slope) < fabs(s->best.slope)) {
        next = after_flattening(s, now);
    } else if (s->bracketed) {
        next = cubic(now, &s->other);
    } else {
        next = now->step > s->best.step ? s->most : s->least;
    }
    s->best = *now;
    return next;
}

/* The point less (or, with −1, plus) the line of sufficient decrease. */
static lnt_wolfe_point less_line(const lnt_wolfe *s, lnt_wolfe_point p, double sign)
{
    const double line = sign * s->decrease * s->origin.slope;
    return (lnt_wolfe_point){p.step, p.value - line * p.step, p.slope - line};
}

static double interpolate_relative(lnt_wolfe *s, const lnt_wolfe_point *now)
{
    const lnt_wolfe_point point = less_line(s, *now, 1);
    s->best = less_line(s, s->best, 1);
    s->other = less_line(s, s->other, 1);
    const double next = interpolate(s, &point);
    s->best = less_line(s, s->best, -1);
    s->other = less_line(s, s->other, -1);
    return next;
}

/* Bisects an interval that does not shrink, and sets where the trial after this may be. */
static double safeguard(lnt_wolfe *s, double next)
{
    if (s->bracketed) {
        const double width = fabs(s->other.step - s->best.step);
        if (width >= shrinkage * s->width_before || isnan(next)) {
            next = s->best.step + (s->other.step - s->best.step) / 2;
        }
        s->width_before = s->width;
        s->width = width;
        s->least = fmin(s->best.step, s->other.step);
        s->most = fmax(s->best.step, s->other.step);
    } else {
        next = isnan(next) ? s->most : next;
        s->least = next + 1.1 * (next - s->best.step);
        s->most = next + 4 * (next - s->best.step);
    }
    next = fmax(0, fmin(next, farthest));
    return next < s->limit ? next : s->best.step + (s->limit - s->best.step) / 2;
}

/* --- the search --- */

/* A quarter of the way, and never so far again. */
static lnt_wolfe_verdict shorten(lnt_wolfe *s)
{
    const double next = s->best.step + (s->step - s->best.step) / 4;
    if (!s->bracketed) {
        s->limit = fmin(s->limit, s->step);
        s->least = s->best.step;
        s->most = s->limit;
    }
    const bool same = next == s->step || next == s->best.step;
    s->step = next;
    return same ? LNT_WOLFE_LOST : LNT_WOLFE_TRY;
}

static bool is_exhausted(const lnt_wolfe *s)
{
    return s->bracketed && (s->step <= s->least || s->step >= s->most);
}

lnt_wolfe_verdict lnt_wolfe_take(lnt_wolfe *s, double value, double slope)
{
    if (!isfinite(value) || !isfinite(slope)) {
        return shorten(s);
    }
    const lnt_wolfe_point now = {s->step, value, slope};
    const double line = s->decrease * s->origin.slope;
    const bool decreased = value <= s->origin.value + s->step * line;
    if (value < s->lowest.value) {
        s->lowest = now;
    }
    if (decreased && fabs(slope) <= s->slope * -s->origin.slope) {
        return LNT_WOLFE_FOUND;
    }
    if (is_exhausted(s) || (s->step >= farthest && decreased && slope <= line)) {
        return LNT_WOLFE_LOST;
    }
    s->relative = s->relative && !(decreased && slope >= 0);
    const bool shifted = s->relative && value <= s->best.value && !decreased;
    s->step = safeguard(s, shifted ? interpolate_relative(s, &now) : interpolate(s, &now));
    return is_exhausted(s) ? LNT_WOLFE_LOST : LNT_WOLFE_TRY;
}
