/* SPDX-License-Identifier: MIT */
#ifndef TESTS_STRIDED_SUPPORT_H
#define TESTS_STRIDED_SUPPORT_H

/* Matrices in every kind of layout, in a store whose other elements are guarded. */

#include "support/assert.h"
#include <linnet/linnet.h>
#include <stdlib.h>
#include <string.h>

enum { GUARD = 8 };

typedef enum form {
    ROWS_DENSE,
    ROWS_PADDED,
    COLS_DENSE,
    COLS_PADDED,
    COL_STEP,
    ROW_AND_COL_STEP,
    COLS_WITH_STEP,
    ROWS_REVERSED,
    COLS_REVERSED,
    BOTH_REVERSED,
    TRANSPOSED_REVERSED,
    N_OUTPUT_FORMS,
    ROWS_REPEATED = N_OUTPUT_FORMS, /* stride 0: for inputs only */
    COLS_REPEATED,
    ONE_ELEMENT,
    N_FORMS
} form;

typedef struct placed {
    lnt_tensor view;
    char *store;
    char *before; /* a copy of the store */
    size_t bytes;
} placed;

static inline void strides_of(form how, size_t rows, size_t cols, ptrdiff_t *row, ptrdiff_t *col)
{
    const ptrdiff_t r = (ptrdiff_t) rows, c = (ptrdiff_t) cols;
    const ptrdiff_t table[N_FORMS][2] = {
        [ROWS_DENSE] = {c, 1},
        [ROWS_PADDED] = {c + 3, 1},
        [COLS_DENSE] = {1, r},
        [COLS_PADDED] = {1, r + 2},
        [COL_STEP] = {3 * c + 1, 3},
        [ROW_AND_COL_STEP] = {4 * c, 2},
        [COLS_WITH_STEP] = {2, 2 * r + 1},
        [ROWS_REVERSED] = {-(c + 1), 1},
        [COLS_REVERSED] = {c, -1},
        [BOTH_REVERSED] = {-c, -1},
        [TRANSPOSED_REVERSED] = {-1, r},
        [ROWS_REPEATED] = {0, 1},
        [COLS_REPEATED] = {1, 0},
        [ONE_ELEMENT] = {0, 0},
    };
    *row = table[how][0];
    *col = table[how][1];
}

/* A matrix whose elements, and whose surroundings, are all `filler`. */
static inline placed place_filled(lnt_dtype dtype, form how, size_t rows, size_t cols,
                                  double filler)
{
    ptrdiff_t row, col;
    strides_of(how, rows, cols, &row, &col);
    ptrdiff_t low = 0, high = 0;
    if (rows > 0 && cols > 0) {
        const ptrdiff_t row_end = (ptrdiff_t) (rows - 1) * row,
                        col_end = (ptrdiff_t) (cols - 1) * col;
        low = (row_end < 0 ? row_end : 0) + (col_end < 0 ? col_end : 0);
        high = (row_end > 0 ? row_end : 0) + (col_end > 0 ? col_end : 0);
    }
    const size_t elements = (size_t) (high - low) + 1 + 2 * GUARD, size = lnt_dtype_size(dtype);
    placed p = {.bytes = elements * size};
    p.store = malloc(p.bytes);
    p.before = malloc(p.bytes);
    cr_assert_not_null(p.store);
    cr_assert_not_null(p.before);
    lnt_tensor all = lnt_tensor_view(dtype, p.store, 1, elements);
    assert_status(lnt_fill(filler, &all), LNT_OK);
    char *first = p.store + ((size_t) -low + GUARD) * size;
    p.view = lnt_tensor_strided(dtype, first, rows, cols, row, col);
    return p;
}

static inline void put(const placed *p, size_t i, size_t j, double value)
{
    void *element = lnt_tensor_ptr(&p->view, i, j);
    if (p->view.dtype == LNT_F32) {
        *(float *) element = (float) value;
    } else {
        *(double *) element = value;
    }
}

/* Numbers in [-1, 1) that f32 holds exactly, from a small generator of its own. */
static inline double next_number(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (double) (*state >> 12) / 524288.0 - 1.0;
}

static inline placed place_random(lnt_dtype dtype, form how, size_t rows, size_t cols,
                                  uint32_t *state)
{
    placed p = place_filled(dtype, how, rows, cols, 777);
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < cols; j++) {
            put(&p, i, j, next_number(state));
        }
    }
    memcpy(p.before, p.store, p.bytes);
    return p;
}

/* What element (i, j) was when the matrix was placed. */
static inline double was(const placed *p, size_t i, size_t j)
{
    lnt_tensor old = p->view;
    old.data = p->before + ((char *) p->view.data - p->store);
    return lnt_tensor_get(&old, i, j);
}

/* That nothing around the elements of the view has changed. */
static inline bool surroundings_kept(const placed *p)
{
    const size_t size = lnt_dtype_size(p->view.dtype);
    char *mask = calloc(1, p->bytes);
    for (size_t i = 0; i < p->view.rows; i++) {
        for (size_t j = 0; j < p->view.cols; j++) {
            memset(mask + ((char *) lnt_tensor_ptr(&p->view, i, j) - p->store), 1, size);
        }
    }
    bool kept = true;
    for (size_t b = 0; b < p->bytes; b++) {
        kept = kept && (mask[b] || p->store[b] == p->before[b]);
    }
    free(mask);
    return kept;
}

static inline bool unchanged(const placed *p)
{
    return memcmp(p->store, p->before, p->bytes) == 0;
}

static inline void drop(placed *p)
{
    free(p->store);
    free(p->before);
}

/* The same test in both precisions: `dtype` is in scope of its body. */
#define EACH_PRECISION(suite, name, ...)                                                           \
    Test(suite, name##_f32)                                                                        \
    {                                                                                              \
        const lnt_dtype dtype = LNT_F32;                                                           \
        __VA_ARGS__                                                                                \
    }                                                                                              \
    Test(suite, name##_f64)                                                                        \
    {                                                                                              \
        const lnt_dtype dtype = LNT_F64;                                                           \
        __VA_ARGS__                                                                                \
    }

#define EACH_ELEMENT(p, i, j)                                                                      \
    for (size_t i = 0; i < (p)->view.rows; i++)                                                    \
        for (size_t j = 0; j < (p)->view.cols; j++)

static const size_t shapes[][2] = {{0, 0}, {0, 3}, {3, 0}, {1, 1},
                                   {1, 5}, {5, 1}, {3, 4}, {67, 70}};

enum { N_SHAPES = sizeof shapes / sizeof shapes[0] };

static inline double unit(lnt_dtype dtype)
{
    return dtype == LNT_F32 ? 0x1p-24 : 0x1p-53;
}

#endif
