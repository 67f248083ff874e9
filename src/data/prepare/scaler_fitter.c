/* SPDX-License-Identifier: MIT */
#include <linnet/data.h>

#include "base/arena.h"
#include "data/prepare/panel.h"
#include "data/prepare/scaling.h"
#include "tensor/view/check.h"
#include <math.h>

struct lnt_scaler_fitter {
    lnt_owner owner;
    lnt_scaling scaling;
    size_t cols;
    size_t rows;
    double *a; /* [cols] mean, or smallest value */
    double *b; /* [cols] sum of squares about the mean, or largest value */
    bool *varies;
};

/* Runs once to compute the size (returns NULL) and once to lay out the block. */
static lnt_scaler_fitter *place(lnt_arena *arena, size_t cols)
{
    lnt_scaler_fitter *fitter = lnt_arena_take(arena, 1, sizeof *fitter);
    double *a = lnt_arena_take(arena, cols, sizeof *a);
    double *b = lnt_arena_take(arena, cols, sizeof *b);
    bool *varies = lnt_arena_take(arena, cols, sizeof *varies);
    if (fitter != NULL) {
        fitter->a = a;
        fitter->b = b;
        fitter->varies = varies;
    }
    return fitter;
}

lnt_status lnt_scaler_fitter_create(lnt_scaler_fitter **fitter, lnt_scaling scaling, size_t cols,
                                    const lnt_allocator *allocator)
{
    if (fitter == NULL) {
        return LNT_ERR_NULL;
    }
    *fitter = NULL;
    if (lnt_scaling_name(scaling) == NULL || scaling == LNT_SCALING_ROBUST) {
        return LNT_ERR_INVALID;
    }
    lnt_arena arena = {0};
    place(&arena, cols);
    LNT_TRY(lnt_arena_open(&arena, allocator));
    *fitter = place(&arena, cols);
    (*fitter)->owner = lnt_owner_of(allocator);
    (*fitter)->scaling = scaling;
    (*fitter)->cols = cols;
    return LNT_OK;
}

void lnt_scaler_fitter_destroy(lnt_scaler_fitter *fitter)
{
    if (fitter != NULL) {
        lnt_owner_release(fitter->owner, fitter);
    }
}

/* The mean of a constant column is its value. The column varies if the new block has another value.
 */
static void add_moments(lnt_scaler_fitter *f, const lnt_tensor *x, size_t first, size_t cols)
{
    double mean[LNT_PANEL], squares[LNT_PANEL];
    bool varies[LNT_PANEL];
    const double before = (double) f->rows, now = (double) x->rows, n = before + now;
    lnt_scaling_moments(x, first, cols, mean, squares, varies);
    for (size_t j = 0; j < cols; j++) {
        double *const m = &f->a[first + j], *const s = &f->b[first + j];
        const double distance = mean[j] - *m;
        if (f->rows == 0) {
            *m = mean[j];
            *s = squares[j];
            f->varies[first + j] = varies[j];
        } else if (varies[j] || f->varies[first + j] || distance != 0) {
            *m += distance * (now / n);
            *s += squares[j] + distance * distance * (before * now / n);
            f->varies[first + j] = true;
        }
    }
}

static void add_range(lnt_scaler_fitter *f, const lnt_tensor *x, size_t first, size_t cols)
{
    double row[LNT_PANEL];
    double *const least = f->a + first, *const most = f->b + first;
    if (f->rows == 0) {
        lnt_panel_load(x, 0, first, cols, least);
        lnt_panel_load(x, 0, first, cols, most);
    }
    for (size_t i = 0; i < x->rows; i++) {
        lnt_panel_load(x, i, first, cols, row);
        for (size_t j = 0; j < cols; j++) {
            least[j] = row[j] < least[j] ? row[j] : least[j];
            most[j] = row[j] > most[j] ? row[j] : most[j];
        }
    }
}

lnt_status lnt_scaler_fitter_partial_fit(lnt_scaler_fitter *fitter, const lnt_tensor *x)
{
    if (fitter == NULL) {
        return LNT_ERR_NULL;
    }
    LNT_TRY(lnt_check_real(x));
    if (x->cols != fitter->cols) {
        return LNT_ERR_SHAPE;
    }
    bool finite = true;
    LNT_TRY(lnt_all_finite(x, &finite, NULL, NULL));
    if (!finite) {
        return LNT_ERR_NONFINITE;
    }
    for (size_t first = 0; x->rows > 0 && first < x->cols; first += LNT_PANEL) {
        if (fitter->scaling == LNT_SCALING_STANDARD) {
            add_moments(fitter, x, first, lnt_panel_cols(x, first));
        } else if (fitter->scaling == LNT_SCALING_MIN_MAX) {
            add_range(fitter, x, first, lnt_panel_cols(x, first));
        }
    }
    fitter->rows += x->rows;
    return LNT_OK;
}

/* Offset and scale of column j. */
static void settle(const lnt_scaler_fitter *f, size_t j, double *offset, double *scale)
{
    *offset = 0;
    *scale = 1;
    if (f->scaling == LNT_SCALING_STANDARD) {
        *offset = f->a[j];
        *scale = lnt_scaling_deviation(f->b[j], f->varies[j], (double) f->rows);
    } else if (f->scaling == LNT_SCALING_MIN_MAX) {
        *offset = f->a[j];
        *scale = f->b[j] > f->a[j] ? f->b[j] - f->a[j] : 1;
    }
}

lnt_status lnt_scaler_fitter_get_scaler(const lnt_scaler_fitter *fitter, lnt_scaler **scaler,
                                        const lnt_allocator *allocator)
{
    if (scaler == NULL) {
        return LNT_ERR_NULL;
    }
    *scaler = NULL;
    if (fitter == NULL) {
        return LNT_ERR_NULL;
    }
    if (fitter->rows == 0) {
        return LNT_ERR_SHAPE;
    }
    double *numbers = lnt_allocate(allocator, fitter->cols, 2 * sizeof *numbers);
    if (numbers == NULL) {
        return LNT_ERR_MEMORY;
    }
    for (size_t j = 0; j < fitter->cols; j++) {
        settle(fitter, j, &numbers[j], &numbers[fitter->cols + j]);
    }
    const lnt_status status =
        lnt_scaler_create(scaler, fitter->cols, numbers, numbers + fitter->cols, allocator);
    lnt_release(allocator, numbers);
    return status;
}
