/* SPDX-License-Identifier: MIT */
#include "net_support.h"
#include "strided_support.h"

#include <float.h>

#define EACH_PRECISION(name, ...)                                                                  \
    Test(tensor, name##_f32)                                                                       \
    {                                                                                              \
        const lnt_dtype dtype = LNT_F32;                                                           \
        __VA_ARGS__                                                                                \
    }                                                                                              \
    Test(tensor, name##_f64)                                                                       \
    {                                                                                              \
        const lnt_dtype dtype = LNT_F64;                                                           \
        __VA_ARGS__                                                                                \
    }

static const size_t shapes[][2] = {{0, 0}, {0, 3}, {3, 0}, {1, 1},
                                   {1, 5}, {5, 1}, {3, 4}, {67, 70}};

enum { N_SHAPES = sizeof shapes / sizeof shapes[0] };

static double unit(lnt_dtype dtype)
{
    return dtype == LNT_F32 ? 0x1p-24 : 0x1p-53;
}

/* --- views --- */

static double numbers[24];

static lnt_tensor counted(void)
{
    for (int i = 0; i < 24; i++) {
        numbers[i] = i;
    }
    return lnt_tensor_f64(numbers, 4, 6);
}

Test(tensor, views_move_no_element)
{
    const lnt_tensor t = counted();
    cr_assert(t.row_stride == 6 && t.col_stride == 1 && t.dtype == LNT_F64);
    lnt_tensor rows, cols, both;
    OK(lnt_slice_rows(&t, 1, 2, 2, &rows)); /* rows 1 and 3 */
    OK(lnt_slice_cols(&t, 0, 3, 2, &cols)); /* columns 0, 2, 4 */
    OK(lnt_slice_cols(&rows, 1, 2, 3, &both));
    const lnt_tensor turned = lnt_transpose(&t), back = lnt_reverse_rows(&t);
    const lnt_tensor mirrored = lnt_reverse_cols(&t), again = lnt_reverse_rows(&back);
    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < 6; j++) {
            const double x = (double) (6 * i + j);
            cr_assert(lnt_get(&t, i, j) == x && lnt_get(&turned, j, i) == x);
            cr_assert(lnt_get(&back, 3 - i, j) == x && lnt_get(&mirrored, i, 5 - j) == x);
            cr_assert(lnt_get(&again, i, j) == x);
        }
    }
    cr_assert(rows.rows == 2 && lnt_get(&rows, 1, 2) == 20);
    cr_assert(cols.cols == 3 && lnt_get(&cols, 3, 2) == 22);
    cr_assert(lnt_get(&both, 0, 0) == 7 && lnt_get(&both, 1, 1) == 22);
    const lnt_tensor both_turned = lnt_transpose(&both);
    cr_assert(lnt_get(&both_turned, 1, 0) == 10);
    lnt_tensor unset = t;
    unset.data = NULL;
    unset = lnt_reverse_rows(&unset);
    cr_assert(unset.data == NULL, "no address is made of none");
    rows = t;
    OK(lnt_slice_rows(&rows, 2, 2, 1, &rows)); /* in place */
    cr_assert(lnt_get(&rows, 0, 0) == 12);
    for (int i = 0; i < 24; i++) {
        cr_assert(numbers[i] == i);
    }
}

Test(tensor, slices_stay_inside)
{
    const lnt_tensor t = counted();
    lnt_tensor view = lnt_tensor_f64(numbers, 1, 1);
    const lnt_tensor before = view;
    FAILS(LNT_ERR_SHAPE, lnt_slice_rows(&t, 3, 2, 1, &view));
    FAILS(LNT_ERR_SHAPE, lnt_slice_rows(&t, 4, 1, 1, &view));
    FAILS(LNT_ERR_SHAPE, lnt_slice_rows(&t, 0, 3, 2, &view));
    FAILS(LNT_ERR_SHAPE, lnt_slice_rows(&t, 0, 2, SIZE_MAX, &view));
    FAILS(LNT_ERR_SHAPE, lnt_slice_rows(&t, SIZE_MAX, 1, 1, &view));
    FAILS(LNT_ERR_SHAPE, lnt_slice_rows(&t, 1, SIZE_MAX, 1, &view));
    FAILS(LNT_ERR_SHAPE, lnt_slice_cols(&t, 5, 2, 1, &view));
    FAILS(LNT_ERR_SHAPE, lnt_slice_cols(&t, 7, 0, 1, &view));
    FAILS(LNT_ERR_INVALID, lnt_slice_rows(&t, 0, 2, 0, &view));
    FAILS(LNT_ERR_INVALID, lnt_slice_cols(&t, 0, 2, 0, &view));
    FAILS(LNT_ERR_NULL, lnt_slice_rows(NULL, 0, 1, 1, &view));
    FAILS(LNT_ERR_NULL, lnt_slice_cols(&t, 0, 1, 1, NULL));
    const lnt_tensor unset = {0};
    FAILS(LNT_ERR_DTYPE, lnt_slice_rows(&unset, 0, 0, 1, &view));
    cr_assert(memcmp(&view, &before, sizeof view) == 0);
    OK(lnt_slice_rows(&t, 4, 0, 1, &view));
    cr_assert(view.rows == 0 && view.cols == 6);
    OK(lnt_slice_rows(&t, 2, 1, 0, &view)); /* one row needs no step */
    OK(lnt_slice_cols(&t, 0, 0, 0, &view));
}

Test(tensor, constructors_and_names)
{
    float f[6] = {0};
    int32_t n[6] = {0};
    const lnt_tensor a = lnt_tensor_f32(f, 2, 3), b = lnt_tensor_i32(n, 3, 2);
    const lnt_tensor fortran = lnt_tensor_strided(LNT_F32, f, 2, 3, 1, 2);
    const float fixed[] = {1, 2, 3};
    const lnt_tensor constant = lnt_tensor_read_only(LNT_F32, fixed, 1, 3);
    cr_assert(a.dtype == LNT_F32 && b.dtype == LNT_I32 && b.row_stride == 2);
    cr_assert(lnt_element(&fortran, 1, 2) == f + 5 && lnt_element(&a, 1, 2) == f + 5);
    cr_assert(lnt_get(&constant, 0, 2) == 3);
    cr_assert(lnt_dtype_size(LNT_F32) == 4 && lnt_dtype_size(LNT_F64) == 8);
    cr_assert(lnt_dtype_size(LNT_I32) == 4 && lnt_dtype_size((lnt_dtype) 0) == 0);
    cr_assert(lnt_dtype_size((lnt_dtype) 4) == 0 && lnt_dtype_size((lnt_dtype) -1) == 0);
    cr_assert_str_eq(lnt_dtype_name(LNT_F32), "f32");
    cr_assert_str_eq(lnt_dtype_name(LNT_F64), "f64");
    cr_assert_str_eq(lnt_dtype_name(LNT_I32), "i32");
    cr_assert_str_eq(lnt_dtype_name((lnt_dtype) 77), "?");
}

Test(tensor, get_and_set)
{
    float f[2] = {0};
    int32_t n[1] = {0};
    const lnt_tensor a = lnt_tensor_f32(f, 1, 2), b = lnt_tensor_i32(n, 1, 1);
    OK(lnt_set(&a, 0, 1, 0.1));
    cr_assert(f[1] == 0.1f && lnt_get(&a, 0, 1) == (double) 0.1f);
    FAILS(LNT_ERR_SHAPE, lnt_set(&a, 1, 0, 1));
    FAILS(LNT_ERR_SHAPE, lnt_set(&a, 0, 2, 1));
    FAILS(LNT_ERR_NULL, lnt_set(NULL, 0, 0, 1));
    cr_assert(isnan(lnt_get(&a, 1, 0)) && isnan(lnt_get(&a, 0, 2)) && isnan(lnt_get(NULL, 0, 0)));
    OK(lnt_set(&b, 0, 0, -7));
    cr_assert(n[0] == -7 && lnt_get(&b, 0, 0) == -7);
    FAILS(LNT_ERR_INVALID, lnt_set(&b, 0, 0, 3e9));
    FAILS(LNT_ERR_INVALID, lnt_set(&b, 0, 0, NAN));
    cr_assert(n[0] == -7);
}

/* --- element-wise, in every layout of input and output --- */

typedef void pair_check(lnt_dtype dtype, placed *x, placed *y);

static void every_pair(lnt_dtype dtype, pair_check *check)
{
    for (size_t s = 0; s < N_SHAPES; s++) {
        for (form from = 0; from < N_FORMS; from++) {
            for (form to = 0; to < N_OUTPUT_FORMS; to++) {
                uint32_t state = 7;
                placed x = place_random(dtype, from, shapes[s][0], shapes[s][1], &state);
                placed y = place_random(dtype, to, shapes[s][0], shapes[s][1], &state);
                check(dtype, &x, &y);
                cr_assert(surroundings_kept(&y) && unchanged(&x));
                drop(&x);
                drop(&y);
            }
        }
    }
}

#define EACH_ELEMENT(p, i, j)                                                                      \
    for (size_t i = 0; i < (p)->view.rows; i++)                                                    \
        for (size_t j = 0; j < (p)->view.cols; j++)

static void check_axpy(lnt_dtype dtype, placed *x, placed *y)
{
    OK(lnt_axpy(-0.75, &x->view, &y->view));
    EACH_ELEMENT(y, i, j)
    {
        const double product = -0.75 * lnt_get(&x->view, i, j), old = was(y, i, j);
        cr_assert(fabs(lnt_get(&y->view, i, j) - (old + product)) <=
                  2 * unit(dtype) * (fabs(old) + fabs(product)));
    }
    memcpy(y->before, y->store, y->bytes);
    OK(lnt_axpy(0, &x->view, &y->view));
    cr_assert(unchanged(y));
}

static void check_copy(lnt_dtype dtype, placed *x, placed *y)
{
    (void) dtype;
    OK(lnt_copy(&x->view, &y->view));
    EACH_ELEMENT(y, i, j)
    {
        cr_assert(lnt_get(&y->view, i, j) == lnt_get(&x->view, i, j));
    }
}

static double square_plus(double x, void *context)
{
    return x * x + *(const double *) context;
}

static void check_apply(lnt_dtype dtype, placed *x, placed *y)
{
    double one = 1;
    OK(lnt_apply(square_plus, &one, &x->view, &y->view));
    EACH_ELEMENT(y, i, j)
    {
        const double v = lnt_get(&x->view, i, j), expected = v * v + 1;
        cr_assert(fabs(lnt_get(&y->view, i, j) - expected) <= unit(dtype) * expected);
    }
}

static void check_dot(lnt_dtype dtype, placed *x, placed *y)
{
    (void) dtype; /* f32 products are summed in double too */
    double value = -1, sum = 0, size = 0;
    OK(lnt_dot(&x->view, &y->view, &value));
    EACH_ELEMENT(y, i, j)
    {
        const double term = lnt_get(&x->view, i, j) * lnt_get(&y->view, i, j);
        sum += term;
        size += fabs(term);
    }
    cr_assert(fabs(value - sum) <= 1e-12 * size, "%g", value - sum);
}

EACH_PRECISION(axpy, { every_pair(dtype, check_axpy); })
EACH_PRECISION(copy, { every_pair(dtype, check_copy); })
EACH_PRECISION(apply, { every_pair(dtype, check_apply); })
EACH_PRECISION(dot, { every_pair(dtype, check_dot); })

EACH_PRECISION(scale_and_fill, {
    for (size_t s = 0; s < N_SHAPES; s++) {
        for (form how = 0; how < N_OUTPUT_FORMS; how++) {
            uint32_t state = 3;
            placed x = place_random(dtype, how, shapes[s][0], shapes[s][1], &state);
            OK(lnt_scale(0.25, &x.view));
            EACH_ELEMENT(&x, i, j)
            {
                cr_assert(lnt_get(&x.view, i, j) == 0.25 * was(&x, i, j));
            }
            OK(lnt_fill(NAN, &x.view));
            OK(lnt_scale(0, &x.view));
            EACH_ELEMENT(&x, i, j)
            {
                cr_assert(lnt_get(&x.view, i, j) == 0);
            }
            OK(lnt_fill(0.1, &x.view));
            EACH_ELEMENT(&x, i, j)
            {
                cr_assert(lnt_get(&x.view, i, j) == (dtype == LNT_F32 ? (double) 0.1f : 0.1));
            }
            cr_assert(surroundings_kept(&x));
            drop(&x);
        }
    }
})

EACH_PRECISION(in_place, {
    uint32_t state = 3;
    placed x = place_random(dtype, COL_STEP, 5, 6, &state);
    double zero = 0;
    OK(lnt_axpy(1, &x.view, &x.view));
    OK(lnt_copy(&x.view, &x.view));
    OK(lnt_apply(square_plus, &zero, &x.view, &x.view));
    EACH_ELEMENT(&x, i, j)
    {
        const double twice = 2 * was(&x, i, j);
        cr_assert(fabs(lnt_get(&x.view, i, j) - twice * twice) <= unit(dtype) * twice * twice);
    }
    lnt_tensor turned;
    OK(lnt_slice_cols(&x.view, 0, 5, 1, &x.view));
    turned = lnt_transpose(&x.view);
    FAILS(LNT_ERR_ALIAS, lnt_axpy(1, &turned, &x.view));
    FAILS(LNT_ERR_ALIAS, lnt_copy(&turned, &x.view));
    drop(&x);
})

/* --- conversions --- */

Test(tensor, copy_converts_between_all_types)
{
    double f64[] = {1.0 + 0x1p-30, -2.9, 1e300, 0};
    float f32[4];
    int32_t i32[3];
    const lnt_tensor from = lnt_tensor_f64(f64, 1, 4);
    lnt_tensor to = lnt_tensor_f32(f32, 1, 4);
    OK(lnt_copy(&from, &to));
    cr_assert(f32[0] == 1.0f && f32[1] == -2.9f && isinf(f32[2]));

    lnt_tensor whole = lnt_tensor_i32(i32, 1, 3);
    double limits[] = {-2147483648.9, 2147483647.9, -0.5};
    const lnt_tensor in = lnt_tensor_f64(limits, 1, 3);
    OK(lnt_copy(&in, &whole));
    cr_assert(i32[0] == INT32_MIN && i32[1] == INT32_MAX && i32[2] == 0);
    static const double bad[] = {2147483648.0, -2147483649.0, NAN, INFINITY};
    for (int b = 0; b < 4; b++) {
        limits[2] = bad[b];
        i32[0] = 11;
        FAILS(LNT_ERR_INVALID, lnt_copy(&in, &whole));
        cr_assert(i32[0] == 11, "touched on error");
    }
    i32[0] = INT32_MAX;
    lnt_tensor back = lnt_tensor_f64(f64, 1, 3);
    OK(lnt_copy(&whole, &back));
    cr_assert(f64[0] == 2147483647.0);
    lnt_tensor singles = lnt_tensor_f32(f32, 1, 3);
    OK(lnt_copy(&whole, &singles));
    cr_assert(f32[0] == 2147483648.0f);
    int32_t more[3];
    lnt_tensor copy = lnt_tensor_i32(more, 1, 3);
    OK(lnt_copy(&whole, &copy));
    cr_assert(more[0] == INT32_MAX);
    float fives[] = {5.5f, -5.5f, 0};
    const lnt_tensor small = lnt_tensor_f32(fives, 1, 3);
    OK(lnt_copy(&small, &whole));
    cr_assert(i32[0] == 5 && i32[1] == -5);
    back.dtype = LNT_F64;
    OK(lnt_copy(&small, &back));
    cr_assert(f64[0] == 5.5);
}

Test(tensor, gather_takes_rows_in_any_order)
{
    const lnt_tensor t = counted();
    double store[18];
    const size_t index[] = {3, 0, 3};
    for (int way = 0; way < 2; way++) {
        lnt_tensor y =
            way ? lnt_tensor_strided(LNT_F64, store, 3, 6, 1, 3) : lnt_tensor_f64(store, 3, 6);
        OK(lnt_gather_rows(&t, index, &y));
        for (size_t i = 0; i < 3; i++) {
            for (size_t j = 0; j < 6; j++) {
                cr_assert(lnt_get(&y, i, j) == (double) (6 * index[i] + j));
            }
        }
    }
    lnt_tensor y = lnt_tensor_f64(store, 3, 6), narrow = lnt_tensor_f64(store, 3, 5), part;
    const size_t outside[] = {0, 1, 4};
    store[0] = -1;
    FAILS(LNT_ERR_INVALID, lnt_gather_rows(&t, outside, &y));
    FAILS(LNT_ERR_NULL, lnt_gather_rows(&t, NULL, &y));
    FAILS(LNT_ERR_SHAPE, lnt_gather_rows(&t, index, &narrow));
    OK(lnt_slice_rows(&t, 0, 3, 1, &part));
    FAILS(LNT_ERR_ALIAS, lnt_gather_rows(&t, index, &part));
    cr_assert(store[0] == -1);
    int32_t labels[] = {10, 20, 30}, taken[2];
    const lnt_tensor from = lnt_tensor_i32(labels, 3, 1);
    lnt_tensor to = lnt_tensor_i32(taken, 2, 1);
    OK(lnt_gather_rows(&from, (const size_t[]){2, 0}, &to));
    cr_assert(taken[0] == 30 && taken[1] == 10);
    FAILS(LNT_ERR_DTYPE, lnt_gather_rows(&t, index, &to));
}

/* --- rows --- */

EACH_PRECISION(add_row_and_sum_rows, {
    for (size_t s = 0; s < N_SHAPES; s++) {
        for (form how = 0; how < N_OUTPUT_FORMS; how++) {
            for (form row = 0; row < N_OUTPUT_FORMS; row++) {
                uint32_t state = 4;
                placed y = place_random(dtype, how, shapes[s][0], shapes[s][1], &state);
                placed b = place_random(dtype, row, 1, shapes[s][1], &state);
                OK(lnt_add_row(&b.view, &y.view));
                EACH_ELEMENT(&y, i, j)
                {
                    const double sum = was(&y, i, j) + lnt_get(&b.view, 0, j);
                    cr_assert(fabs(lnt_get(&y.view, i, j) - sum) <= unit(dtype) * fabs(sum));
                }
                cr_assert(surroundings_kept(&y) && unchanged(&b));
                for (int beta = 0; beta < 3; beta++) {
                    memcpy(b.store, b.before, b.bytes);
                    OK(lnt_sum_rows(&y.view, 0.5 * beta, &b.view));
                    for (size_t j = 0; j < y.view.cols; j++) {
                        double sum = 0.5 * beta * was(&b, 0, j), size = fabs(sum);
                        for (size_t i = 0; i < y.view.rows; i++) {
                            sum += lnt_get(&y.view, i, j);
                            size += fabs(lnt_get(&y.view, i, j));
                        }
                        const double bound = (double) (y.view.rows + 3) * unit(dtype) * size;
                        cr_assert(fabs(lnt_get(&b.view, 0, j) - sum) <= 1.01 * bound);
                    }
                    cr_assert(surroundings_kept(&b));
                }
                drop(&y);
                drop(&b);
            }
        }
    }
})

EACH_PRECISION(sum_rows_with_beta_zero_clears_nan, {
    lnt_tensor x = matrix(dtype, 3, 2);
    lnt_tensor s = matrix(dtype, 1, 2);
    lnt_tensor none;
    OK(lnt_fill(NAN, &s));
    OK(lnt_sum_rows(&x, 0, &s));
    cr_assert(lnt_get(&s, 0, 0) == 0 && lnt_get(&s, 0, 1) == 0);
    OK(lnt_fill(NAN, &s));
    OK(lnt_slice_rows(&x, 0, 0, 1, &none));
    OK(lnt_sum_rows(&none, 0, &s));
    cr_assert(lnt_get(&s, 0, 1) == 0);
    lnt_tensor column;
    OK(lnt_slice_cols(&s, 0, 1, 1, &column));
    FAILS(LNT_ERR_SHAPE, lnt_sum_rows(&x, 0, &column));
    FAILS(LNT_ERR_SHAPE, lnt_add_row(&column, &x));
    FAILS(LNT_ERR_SHAPE, lnt_add_row(&x, &x));
    OK(lnt_slice_rows(&x, 1, 1, 1, &none));
    FAILS(LNT_ERR_ALIAS, lnt_add_row(&none, &x));
    FAILS(LNT_ERR_ALIAS, lnt_sum_rows(&x, 0, &none));
})

EACH_PRECISION(argmax, {
    lnt_tensor x = matrix(dtype, 5, 4);
    static const double rows[5][4] = {{1, 3, 3, 2},
                                      {-5, -6, -INFINITY, -5},
                                      {1, NAN, INFINITY, NAN},
                                      {-INFINITY, -INFINITY, -INFINITY, -INFINITY},
                                      {0, 0, 0, INFINITY}};
    static const size_t expected[5] = {1, 0, 1, 0, 3};
    size_t index[5];
    for (size_t i = 0; i < 5; i++) {
        for (size_t j = 0; j < 4; j++) {
            OK(lnt_set(&x, i, j, rows[i][j]));
        }
    }
    OK(lnt_argmax_rows(&x, index));
    cr_assert(memcmp(index, expected, sizeof index) == 0);
    const lnt_tensor back = lnt_reverse_rows(&x);
    OK(lnt_argmax_rows(&back, index));
    for (size_t i = 0; i < 5; i++) {
        cr_assert(index[i] == expected[4 - i]);
    }
    lnt_tensor none;
    OK(lnt_slice_cols(&x, 0, 0, 1, &none));
    FAILS(LNT_ERR_SHAPE, lnt_argmax_rows(&none, index));
    FAILS(LNT_ERR_NULL, lnt_argmax_rows(&x, NULL));
    OK(lnt_slice_rows(&x, 0, 0, 1, &none));
    OK(lnt_argmax_rows(&none, NULL));
})

/* --- norms --- */

EACH_PRECISION(norms_in_every_layout, {
    for (size_t s = 0; s < N_SHAPES; s++) {
        for (form how = 0; how < N_FORMS; how++) {
            uint32_t state = 5;
            placed x = place_random(dtype, how, shapes[s][0], shapes[s][1], &state);
            double l1 = 0, squares = 0, largest = 0;
            EACH_ELEMENT(&x, i, j)
            {
                const double value = fabs(lnt_get(&x.view, i, j));
                l1 += value;
                squares += value * value;
                largest = fmax(largest, value);
            }
            double value = -1;
            OK(lnt_norm(LNT_NORM_L1, &x.view, &value));
            cr_assert(fabs(value - l1) <= 1e-12 * l1);
            OK(lnt_norm(LNT_NORM_L2, &x.view, &value));
            cr_assert(fabs(value - sqrt(squares)) <= 1e-12 * value);
            OK(lnt_norm(LNT_NORM_MAX, &x.view, &value));
            cr_assert(value == largest);
            drop(&x);
        }
    }
})

Test(tensor, norms_at_the_ends_of_the_range)
{
    double big[] = {3e307, 4e307}, tiny[] = {3e-320, 4e-320}, mixed[] = {1, INFINITY};
    double nan[] = {1, NAN, INFINITY}, zero[] = {0, -0.0}, value = 0;
    lnt_tensor x = lnt_tensor_f64(big, 1, 2);
    OK(lnt_norm(LNT_NORM_L2, &x, &value));
    cr_assert(fabs(value - 5e307) <= 1e293);
    x = lnt_tensor_f64(tiny, 2, 1);
    OK(lnt_norm(LNT_NORM_L2, &x, &value));
    cr_assert(fabs(value - 5e-320) <= 1e-323, "%g", value);
    x = lnt_tensor_f64(mixed, 1, 2);
    OK(lnt_norm(LNT_NORM_L2, &x, &value));
    cr_assert(isinf(value));
    x = lnt_tensor_f64(nan, 1, 3);
    for (lnt_norm_kind kind = LNT_NORM_L1; kind <= LNT_NORM_MAX; kind++) {
        OK(lnt_norm(kind, &x, &value));
        cr_assert(isnan(value));
    }
    x = lnt_tensor_f64(zero, 1, 2);
    OK(lnt_norm(LNT_NORM_L2, &x, &value));
    cr_assert(value == 0);
    float single[] = {FLT_MAX, FLT_MAX};
    x = lnt_tensor_f32(single, 1, 2);
    OK(lnt_norm(LNT_NORM_L2, &x, &value));
    cr_assert(fabs(value - sqrt(2) * (double) FLT_MAX) < 1e26);
    FAILS(LNT_ERR_INVALID, lnt_norm((lnt_norm_kind) 9, &x, &value));
    FAILS(LNT_ERR_NULL, lnt_norm(LNT_NORM_L1, &x, NULL));
}

EACH_PRECISION(the_first_value_that_is_not_finite, {
    static const double bad[] = {NAN, INFINITY, -INFINITY};
    for (form how = 0; how < N_OUTPUT_FORMS; how++) {
        placed x = place_filled(dtype, how, 3, 150, 1);
        bool finite = false;
        size_t row = 99;
        size_t col = 99;
        OK(lnt_is_finite(&x.view, &finite, &row, &col));
        cr_assert(finite && row == 99 && col == 99);
        for (size_t at = 0; at < 150; at += 7) {
            put(&x, 2, at, bad[at % 3]);
            OK(lnt_is_finite(&x.view, &finite, &row, &col));
            cr_assert(!finite && row == 2 && col == at, "found at %zu, %zu", row, col);
            OK(lnt_is_finite(&x.view, &finite, NULL, NULL));
            put(&x, 2, at, dtype == LNT_F32 ? (double) FLT_MAX : DBL_MAX);
        }
        FAILS(LNT_ERR_NULL, lnt_is_finite(&x.view, NULL, NULL, NULL));
        drop(&x);
    }
})

/* --- refusals common to the element-wise operations --- */

typedef lnt_status map(const lnt_tensor *x, lnt_tensor *y);

static lnt_status map_axpy(const lnt_tensor *x, lnt_tensor *y)
{
    return lnt_axpy(1, x, y);
}

static lnt_status map_apply(const lnt_tensor *x, lnt_tensor *y)
{
    double zero = 0;
    return lnt_apply(square_plus, &zero, x, y);
}

static lnt_status map_softmax(const lnt_tensor *x, lnt_tensor *y)
{
    return lnt_softmax(x, y);
}

Test(tensor, element_wise_operations_refuse_alike)
{
    static map *const maps[] = {map_axpy, map_apply, map_softmax};
    for (size_t m = 0; m < 3; m++) {
        uint32_t state = 1;
        placed x = place_random(LNT_F32, ROWS_DENSE, 3, 4, &state);
        placed y = place_random(LNT_F32, ROWS_PADDED, 3, 4, &state);
        placed other = place_random(LNT_F64, ROWS_DENSE, 3, 4, &state);
        lnt_tensor turned = lnt_transpose(&y.view), none = y.view, unset = {0}, flat = y.view;
        int32_t n[12] = {0};
        lnt_tensor labels = lnt_tensor_i32(n, 3, 4);
        none.data = NULL;
        flat.row_stride = 0;
        FAILS(LNT_ERR_NULL, maps[m](NULL, &y.view));
        FAILS(LNT_ERR_NULL, maps[m](&x.view, NULL));
        FAILS(LNT_ERR_NULL, maps[m](&none, &y.view));
        FAILS(LNT_ERR_NULL, maps[m](&x.view, &none));
        FAILS(LNT_ERR_DTYPE, maps[m](&unset, &y.view));
        FAILS(LNT_ERR_DTYPE, maps[m](&other.view, &y.view));
        FAILS(LNT_ERR_DTYPE, maps[m](&labels, &labels));
        FAILS(LNT_ERR_SHAPE, maps[m](&x.view, &turned));
        FAILS(LNT_ERR_ALIAS, maps[m](&x.view, &flat));
        cr_assert(unchanged(&x) && unchanged(&y));
        drop(&x);
        drop(&y);
        drop(&other);
    }
    FAILS(LNT_ERR_NULL, lnt_apply(NULL, NULL, NULL, NULL));
    int32_t n[2] = {0};
    lnt_tensor labels = lnt_tensor_i32(n, 1, 2);
    FAILS(LNT_ERR_DTYPE, lnt_fill(1, &labels));
    FAILS(LNT_ERR_DTYPE, lnt_scale(2, &labels));
    FAILS(LNT_ERR_NULL, lnt_scale(2, NULL));
    FAILS(LNT_ERR_NULL, lnt_fill(2, NULL));
    FAILS(LNT_ERR_NULL, lnt_copy(NULL, &labels));
    double value;
    FAILS(LNT_ERR_DTYPE, lnt_dot(&labels, &labels, &value));
    FAILS(LNT_ERR_DTYPE, lnt_norm(LNT_NORM_L1, &labels, &value));
}
