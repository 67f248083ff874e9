/* SPDX-License-Identifier: MIT */
#include "data/prepare/scaling.h"

#include "base/sort.h"
#include "data/prepare/panel.h"

#include <math.h>
#include <string.h>

typedef lnt_status (*fit_function)(const lnt_tensor *x, double *offset, double *scale,
                                   const lnt_allocator *allocator);

static lnt_status fit_none(const lnt_tensor *x, double *offset, double *scale,
                           const lnt_allocator *allocator)
{
    (void) allocator;
    for (size_t j = 0; j < x->cols; j++) {
        offset[j] = 0;
        scale[j] = 1;
    }
    return LNT_OK;
}

/* The corrected two-pass formula (Chan, Golub, LeVeque 1983): with d = x - mean, the sum of squares
 * is Σd² - (Σd)²/n, where Σd would be zero without rounding. Whether a column is constant is
 * decided by its values, because the computed mean of equal numbers can differ from that number. */
void lnt_scaling_moments(const lnt_tensor *x, size_t first, size_t cols, double *mean,
                         double *squares, bool *varies)
{
    double row[LNT_PANEL], top[LNT_PANEL], sum[LNT_PANEL] = {0};
    const double n = (double) x->rows;
    lnt_panel_load(x, 0, first, cols, top);
    for (size_t j = 0; j < cols; j++) {
        varies[j] = false;
        squares[j] = 0;
    }
    for (size_t i = 0; i < x->rows; i++) {
        lnt_panel_load(x, i, first, cols, row);
        for (size_t j = 0; j < cols; j++) {
            sum[j] += row[j];
            varies[j] = varies[j] || row[j] != top[j];
        }
    }
    for (size_t j = 0; j < cols; j++) {
        mean[j] = varies[j] ? sum[j] / n : top[j];
        sum[j] = 0;
    }
    for (size_t i = 0; i < x->rows; i++) {
        lnt_panel_load(x, i, first, cols, row);
        for (size_t j = 0; j < cols; j++) {
            const double d = row[j] - mean[j];
            sum[j] += d;
            squares[j] += d * d;
        }
    }
    for (size_t j = 0; j < cols; j++) {
        squares[j] -= sum[j] * sum[j] / n;
    }
}

double lnt_scaling_deviation(double squares, bool varies, double n)
{
    const double deviation = sqrt(squares / n);
    return varies && deviation != 0 ? deviation : 1;
}

static void standard_panel(const lnt_tensor *x, size_t first, size_t cols, double *mean,
                           double *scale)
{
    double squares[LNT_PANEL];
    bool varies[LNT_PANEL];
    lnt_scaling_moments(x, first, cols, mean, squares, varies);
    for (size_t j = 0; j < cols; j++) {
        scale[j] = lnt_scaling_deviation(squares[j], varies[j], (double) x->rows);
    }
}

static lnt_status fit_standard(const lnt_tensor *x, double *offset, double *scale,
                               const lnt_allocator *allocator)
{
    (void) allocator;
    for (size_t j = 0; j < x->cols; j += LNT_PANEL) {
        standard_panel(x, j, lnt_panel_cols(x, j), offset + j, scale + j);
    }
    return LNT_OK;
}

static lnt_status fit_min_max(const lnt_tensor *x, double *offset, double *scale,
                              const lnt_allocator *allocator)
{
    double row[LNT_PANEL];
    (void) allocator;
    for (size_t first = 0; first < x->cols; first += LNT_PANEL) {
        const size_t cols = lnt_panel_cols(x, first);
        double *least = offset + first, *most = scale + first; /* until the end */
        lnt_panel_load(x, 0, first, cols, least);
        lnt_panel_load(x, 0, first, cols, most);
        for (size_t i = 1; i < x->rows; i++) {
            lnt_panel_load(x, i, first, cols, row);
            for (size_t j = 0; j < cols; j++) {
                least[j] = row[j] < least[j] ? row[j] : least[j];
                most[j] = row[j] > most[j] ? row[j] : most[j];
            }
        }
        for (size_t j = 0; j < cols; j++) {
            most[j] = most[j] > least[j] ? most[j] - least[j] : 1;
        }
    }
    return LNT_OK;
}

/* A column of x. */
typedef struct column {
    const lnt_tensor *x;
    size_t j;
} column;

static int compare_values(size_t a, size_t b, const void *context)
{
    const column *c = context;
    const double x = lnt_tensor_get(c->x, a, c->j), y = lnt_tensor_get(c->x, b, c->j);
    return (x > y) - (x < y);
}

/* The quantile q of the sorted column: at position q·(rows − 1), by linear interpolation. */
static double quantile(const column *c, const size_t *index, double q)
{
    const double place = q * (double) (c->x->rows - 1);
    const size_t below = (size_t) place, above = below + 1 < c->x->rows ? below + 1 : below;
    const double low = lnt_tensor_get(c->x, index[below], c->j),
                 high = lnt_tensor_get(c->x, index[above], c->j);
    return low + (high - low) * (place - (double) below);
}

static lnt_status fit_robust(const lnt_tensor *x, double *offset, double *scale,
                             const lnt_allocator *allocator)
{
    size_t *index = lnt_allocate(allocator, x->rows, sizeof *index);
    if (index == NULL) {
        return LNT_ERR_MEMORY;
    }
    for (size_t j = 0; j < x->cols; j++) {
        const column c = {x, j};
        for (size_t i = 0; i < x->rows; i++) {
            index[i] = i;
        }
        lnt_sort(index, x->rows, compare_values, &c);
        const double range = quantile(&c, index, 0.75) - quantile(&c, index, 0.25);
        offset[j] = quantile(&c, index, 0.5);
        scale[j] = range != 0 ? range : 1;
    }
    lnt_release(allocator, index);
    return LNT_OK;
}

static const struct {
    const char *name;
    fit_function fit;
} kinds[] = {
    [LNT_SCALING_NONE] = {"none", fit_none},
    [LNT_SCALING_STANDARD] = {"standard", fit_standard},
    [LNT_SCALING_MIN_MAX] = {"min_max", fit_min_max},
    [LNT_SCALING_ROBUST] = {"robust", fit_robust},
};

enum { N_KINDS = sizeof kinds / sizeof kinds[0] };

const char *lnt_scaling_name(lnt_scaling scaling)
{
    return (unsigned) scaling < N_KINDS ? kinds[scaling].name : NULL;
}

lnt_status lnt_scaling_find(const char *name, lnt_scaling *scaling)
{
    if (name == NULL || scaling == NULL) {
        return LNT_ERR_NULL;
    }
    for (unsigned i = 0; i < N_KINDS; i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            *scaling = (lnt_scaling) i;
            return LNT_OK;
        }
    }
    return LNT_ERR_INVALID;
}

lnt_status lnt_scaling_fit(lnt_scaling scaling, const lnt_tensor *x, double *offset, double *scale,
                           const lnt_allocator *allocator)
{
    return kinds[scaling].fit(x, offset, scale, allocator);
}
