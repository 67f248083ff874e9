/* SPDX-License-Identifier: MIT */
#include <linnet/data.h>

#include "base/arena.h"
#include "data/prepare/panel.h"
#include "data/prepare/scaling.h"
#include "tensor/view/check.h"
#include <math.h>

struct lnt_scaler {
    lnt_owner owner;
    size_t cols;
    double *offset;
    double *scale;
};

/* Runs once to compute the size (returns NULL) and once to lay out the block. */
static lnt_scaler *place(lnt_arena *arena, size_t cols)
{
    lnt_scaler *scaler = lnt_arena_take(arena, 1, sizeof *scaler);
    double *offset = lnt_arena_take(arena, cols, sizeof *offset);
    double *scale = lnt_arena_take(arena, cols, sizeof *scale);
    if (scaler != NULL) {
        scaler->offset = offset;
        scaler->scale = scale;
    }
    return scaler;
}

static lnt_status allocate(lnt_scaler **scaler, size_t cols, const lnt_allocator *allocator)
{
    lnt_arena arena = {0};
    place(&arena, cols);
    void *block = arena.overflow ? NULL : lnt_allocate(allocator, arena.used, 1);
    if (block == NULL) {
        return LNT_ERR_MEMORY;
    }
    arena = (lnt_arena){.base = block};
    *scaler = place(&arena, cols);
    (*scaler)->owner = lnt_owner_of(allocator);
    (*scaler)->cols = cols;
    return LNT_OK;
}

lnt_status lnt_scaler_fit(lnt_scaler **scaler, lnt_scaling scaling, const lnt_tensor *x,
                          const lnt_allocator *allocator)
{
    if (scaler == NULL) {
        return LNT_ERR_NULL;
    }
    *scaler = NULL;
    LNT_TRY(lnt_check_real(x));
    if (lnt_scaling_name(scaling) == NULL) {
        return LNT_ERR_INVALID;
    }
    if (x->rows == 0) {
        return LNT_ERR_SHAPE;
    }
    bool finite = true;
    LNT_TRY(lnt_all_finite(x, &finite, NULL, NULL));
    if (!finite) {
        return LNT_ERR_NONFINITE;
    }
    lnt_scaler *s;
    LNT_TRY(allocate(&s, x->cols, allocator));
    const lnt_status status = lnt_scaling_fit(scaling, x, s->offset, s->scale, allocator);
    if (status != LNT_OK) {
        lnt_scaler_destroy(s);
        return status;
    }
    /* Sums of finite numbers near the largest double can overflow. */
    for (size_t j = 0; j < x->cols; j++) {
        if (!isfinite(s->offset[j]) || !isfinite(s->scale[j])) {
            lnt_scaler_destroy(s);
            return LNT_ERR_NONFINITE;
        }
    }
    *scaler = s;
    return LNT_OK;
}

lnt_status lnt_scaler_create(lnt_scaler **scaler, size_t cols, const double *offset,
                             const double *scale, const lnt_allocator *allocator)
{
    if (scaler == NULL) {
        return LNT_ERR_NULL;
    }
    *scaler = NULL;
    if (cols > 0 && (offset == NULL || scale == NULL)) {
        return LNT_ERR_NULL;
    }
    for (size_t j = 0; j < cols; j++) {
        if (!isfinite(offset[j]) || !isfinite(scale[j])) {
            return LNT_ERR_NONFINITE;
        }
        if (scale[j] == 0) {
            return LNT_ERR_INVALID;
        }
    }
    LNT_TRY(allocate(scaler, cols, allocator));
    for (size_t j = 0; j < cols; j++) {
        (*scaler)->offset[j] = offset[j];
        (*scaler)->scale[j] = scale[j];
    }
    return LNT_OK;
}

void lnt_scaler_destroy(lnt_scaler *scaler)
{
    if (scaler != NULL) {
        lnt_owner_release(scaler->owner, scaler);
    }
}

size_t lnt_scaler_cols(const lnt_scaler *scaler)
{
    return scaler != NULL ? scaler->cols : 0;
}

const double *lnt_scaler_offset(const lnt_scaler *scaler)
{
    return scaler != NULL ? scaler->offset : NULL;
}

const double *lnt_scaler_scale(const lnt_scaler *scaler)
{
    return scaler != NULL ? scaler->scale : NULL;
}

static lnt_status check(const lnt_scaler *scaler, const lnt_tensor *from, const lnt_tensor *to)
{
    if (scaler == NULL) {
        return LNT_ERR_NULL;
    }
    LNT_TRY(lnt_check_map(from, to));
    return from->cols == scaler->cols ? LNT_OK : LNT_ERR_SHAPE;
}

lnt_status lnt_scaler_transform(const lnt_scaler *scaler, const lnt_tensor *x, lnt_tensor *z)
{
    LNT_TRY(check(scaler, x, z));
    double row[LNT_PANEL];
    for (size_t i = 0; i < x->rows; i++) {
        for (size_t first = 0; first < x->cols; first += LNT_PANEL) {
            const double *offset = scaler->offset + first, *scale = scaler->scale + first;
            const size_t cols = lnt_panel_cols(x, first);
            lnt_panel_load(x, i, first, cols, row);
            for (size_t j = 0; j < cols; j++) {
                row[j] = (row[j] - offset[j]) / scale[j];
            }
            lnt_panel_store(row, z, i, first, cols);
        }
    }
    return LNT_OK;
}

lnt_status lnt_scaler_inverse_transform(const lnt_scaler *scaler, const lnt_tensor *z,
                                        lnt_tensor *x)
{
    LNT_TRY(check(scaler, z, x));
    double row[LNT_PANEL];
    for (size_t i = 0; i < z->rows; i++) {
        for (size_t first = 0; first < z->cols; first += LNT_PANEL) {
            const double *offset = scaler->offset + first, *scale = scaler->scale + first;
            const size_t cols = lnt_panel_cols(z, first);
            lnt_panel_load(z, i, first, cols, row);
            for (size_t j = 0; j < cols; j++) {
                row[j] = row[j] * scale[j] + offset[j];
            }
            lnt_panel_store(row, x, i, first, cols);
        }
    }
    return LNT_OK;
}
