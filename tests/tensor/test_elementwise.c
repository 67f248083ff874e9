/* SPDX-License-Identifier: MIT */
#include "support/net.h"
#include "support/strided.h"

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
                cr_assert(surroundings_kept(&y));
                cr_assert(unchanged(&x));
                drop(&x);
                drop(&y);
            }
        }
    }
}

static void check_axpy(lnt_dtype dtype, placed *x, placed *y)
{
    OK(lnt_axpy(-0.75, &x->view, &y->view));
    EACH_ELEMENT(y, i, j)
    {
        const double product = -0.75 * lnt_tensor_get(&x->view, i, j), old = was(y, i, j);
        assert_near(lnt_tensor_get(&y->view, i, j), old + product,
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
        assert_eq(lnt_tensor_get(&y->view, i, j), lnt_tensor_get(&x->view, i, j));
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
        const double v = lnt_tensor_get(&x->view, i, j), expected = v * v + 1;
        assert_near(lnt_tensor_get(&y->view, i, j), expected, unit(dtype) * expected);
    }
}

static void check_dot(lnt_dtype dtype, placed *x, placed *y)
{
    (void) dtype; /* f32 products are summed in double too */
    double value = -1, sum = 0, size = 0;
    OK(lnt_dot(&x->view, &y->view, &value));
    EACH_ELEMENT(y, i, j)
    {
        const double term = lnt_tensor_get(&x->view, i, j) * lnt_tensor_get(&y->view, i, j);
        sum += term;
        size += fabs(term);
    }
    assert_near(value, sum, 1e-12 * size, "%g", value - sum);
}

EACH_PRECISION(elementwise, axpy, { every_pair(dtype, check_axpy); })
EACH_PRECISION(elementwise, copy, { every_pair(dtype, check_copy); })
EACH_PRECISION(elementwise, apply, { every_pair(dtype, check_apply); })
EACH_PRECISION(elementwise, dot, { every_pair(dtype, check_dot); })

EACH_PRECISION(elementwise, scale_and_fill, {
    for (size_t s = 0; s < N_SHAPES; s++) {
        for (form how = 0; how < N_OUTPUT_FORMS; how++) {
            uint32_t state = 3;
            placed x = place_random(dtype, how, shapes[s][0], shapes[s][1], &state);
            OK(lnt_scale(0.25, &x.view));
            EACH_ELEMENT(&x, i, j)
            {
                assert_eq(lnt_tensor_get(&x.view, i, j), 0.25 * was(&x, i, j));
            }
            OK(lnt_fill(NAN, &x.view));
            OK(lnt_scale(0, &x.view));
            EACH_ELEMENT(&x, i, j)
            {
                assert_eq(lnt_tensor_get(&x.view, i, j), 0);
            }
            OK(lnt_fill(0.1, &x.view));
            EACH_ELEMENT(&x, i, j)
            {
                assert_eq(lnt_tensor_get(&x.view, i, j),
                          dtype == LNT_F32 ? (double) (float) 0.1 : 0.1);
            }
            cr_assert(surroundings_kept(&x));
            drop(&x);
        }
    }
})

EACH_PRECISION(elementwise, in_place, {
    uint32_t state = 3;
    placed x = place_random(dtype, COL_STEP, 5, 6, &state);
    double zero = 0;
    OK(lnt_axpy(1, &x.view, &x.view));
    OK(lnt_copy(&x.view, &x.view));
    OK(lnt_apply(square_plus, &zero, &x.view, &x.view));
    EACH_ELEMENT(&x, i, j)
    {
        const double twice = 2 * was(&x, i, j);
        assert_near(lnt_tensor_get(&x.view, i, j), twice * twice, unit(dtype) * twice * twice);
    }
    lnt_tensor turned;
    OK(lnt_slice_cols(&x.view, 0, 5, 1, &x.view));
    turned = lnt_transpose(&x.view);
    FAILS(LNT_ERR_ALIAS, lnt_axpy(1, &turned, &x.view));
    FAILS(LNT_ERR_ALIAS, lnt_copy(&turned, &x.view));
    double room[9] = {0};
    lnt_tensor near = lnt_tensor_f64(room, 2, 2), far = near; /* begin in one place */
    far.row_stride = 4;
    FAILS(LNT_ERR_ALIAS, lnt_axpy(1, &near, &far));
    FAILS(LNT_ERR_ALIAS, lnt_copy(&near, &far));
    near.rows = far.rows = 1; /* where there is one row, its stride is nothing */
    OK(lnt_axpy(1, &near, &far));
    drop(&x);
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

Test(elementwise, element_wise_operations_refuse_alike)
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
        cr_assert(unchanged(&x));
        cr_assert(unchanged(&y));
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
