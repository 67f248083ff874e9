/* SPDX-License-Identifier: MIT */
#ifndef LINNET_OPTIM_LINE_SEARCH_WOLFE_H
#define LINNET_OPTIM_LINE_SEARCH_WOLFE_H

#include <stdbool.h>

/*
 * A step a > 0 along a line on which the function f descends, f'(0) < 0, with the strong Wolfe
 * conditions f(a) ≤ f(0) + c1·a·f'(0) and |f'(a)| ≤ c2·|f'(0)|. Each trial comes from the cubic,
 * the parabola or the secant through two points, in an interval that shrinks; until a trial
 * descends enough and no longer falls, f(a) − c1·a·f'(0) is searched in place of f. Moré, Thuente,
 * ACM Transactions on Mathematical Software 20 (1994).
 *
 * The caller evaluates: `step` is the trial, `lnt_wolfe_take` is told what f is there.
 */

typedef struct lnt_wolfe_point {
    double step;
    double value;
    double slope;
} lnt_wolfe_point;

typedef enum lnt_wolfe_verdict {
    LNT_WOLFE_TRY,   /* `step` is the next trial */
    LNT_WOLFE_FOUND, /* the point just taken has both conditions */
    LNT_WOLFE_LOST   /* rounding, or a function without a minimum, leaves nothing to try */
} lnt_wolfe_verdict;

typedef struct lnt_wolfe {
    double step;
    lnt_wolfe_point lowest; /* of the trials so far and 0 */

    double decrease; /* c1 */
    double slope;    /* c2 */
    lnt_wolfe_point origin;
    lnt_wolfe_point best, other; /* ends of the interval, once it has two: `bracketed` */
    bool bracketed;
    bool relative; /* still in the first stage */
    double least;  /* where the next trial may be */
    double most;
    double width; /* of the interval, now and one trial before */
    double width_before;
    double limit; /* here the function was not finite */
} lnt_wolfe;

/** With 0 < c1 < c2 < 1, the value and slope < 0 at 0, and the first trial > 0. */
lnt_wolfe lnt_wolfe_begin(double decrease, double slope, lnt_wolfe_point origin, double first);

/** Takes value and slope at `step`. What is not finite counts as too far. */
lnt_wolfe_verdict lnt_wolfe_take(lnt_wolfe *search, double value, double slope);

#endif
