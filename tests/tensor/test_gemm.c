/* SPDX-License-Identifier: MIT */
#include "support/net.h"
#include "support/strided.h"

#include <limits.h>

/*
 * Products in every layout against a naive loop, under the bound that holds for any order of the
 * sums: |error| ≤ γ·(|alpha|·|A|·|B| + |beta·C|), γ = s·u/(1 − s·u), with s = k + 3 roundings.
 */
static double gamma_of(lnt_dtype dtype, size_t k)
{
    const double u = dtype == LNT_F32 ? 0x1p-24 : 0x1p-53;
    const double s = (double) (k + 3) * u;
    return s / (1 - s);
}

typedef struct product {
    lnt_dtype dtype;
    form a, b, c;
    size_t m, n, k;
    double alpha, beta;
} product;

static void check_product(const product *p)
{
    uint32_t state = 12345;
    placed a = place_random(p->dtype, p->a, p->m, p->k, &state);
    placed b = place_random(p->dtype, p->b, p->k, p->n, &state);
    placed c = place_random(p->dtype, p->c, p->m, p->n, &state);
    /* repeated elements were written several times: what counts is what is there now */
    memcpy(a.before, a.store, a.bytes);
    memcpy(b.before, b.store, b.bytes);
    OK(lnt_gemm(p->alpha, &a.view, &b.view, p->beta, &c.view));
    const double gamma = gamma_of(p->dtype, p->k);
    for (size_t i = 0; i < p->m; i++) {
        for (size_t j = 0; j < p->n; j++) {
            long double sum = (long double) p->beta * (long double) was(&c, i, j);
            long double size = fabsl(sum);
            for (size_t l = 0; l < p->k; l++) {
                const long double term = (long double) p->alpha *
                                         (long double) lnt_tensor_get(&a.view, i, l) *
                                         (long double) lnt_tensor_get(&b.view, l, j);
                sum += term;
                size += fabsl(term);
            }
            const double error = fabs((double) ((long double) lnt_tensor_get(&c.view, i, j) - sum));
            assert_le(
                error, gamma * (double) size,
                "%s A%d B%d C%d [%zu, %zu, %zu] alpha %g beta %g at (%zu, %zu): error %g over "
                "%g",
                lnt_dtype_name(p->dtype), (int) p->a, (int) p->b, (int) p->c, p->m, p->n, p->k,
                p->alpha, p->beta, i, j, error, gamma * (double) size);
        }
    }
    cr_assert(surroundings_kept(&c), "memory around C changed");
    cr_assert(unchanged(&a), "memory around C changed");
    cr_assert(unchanged(&b), "memory around C changed");
    drop(&a);
    drop(&b);
    drop(&c);
}

static void every_form(lnt_dtype dtype, size_t m, size_t n, size_t k, double alpha, double beta)
{
    for (form c = 0; c < N_OUTPUT_FORMS; c++) {
        for (form a = 0; a < N_FORMS; a++) {
            for (form b = 0; b < N_FORMS; b++) {
                check_product(&(product){dtype, a, b, c, m, n, k, alpha, beta});
            }
        }
    }
}

EACH_PRECISION(gemm, every_layout_of_three_operands, { every_form(dtype, 3, 5, 4, 1, 0); })
EACH_PRECISION(gemm, every_layout_scaled_and_added, { every_form(dtype, 4, 2, 3, -0.5, 0.75); })
EACH_PRECISION(gemm, every_layout_of_vectors, {
    every_form(dtype, 1, 4, 3, 1, 1);
    every_form(dtype, 3, 1, 2, 1, 0.5);
    every_form(dtype, 2, 3, 1, 2, 1);
})
EACH_PRECISION(gemm, every_layout_over_two_blocks, { every_form(dtype, 66, 3, 67, 1, 0.5); })

/* Sizes at the edges of the blocks, in forms that BLAS takes, turns, and cannot take. */
EACH_PRECISION(gemm, sizes, {
    static const size_t sizes[] = {0, 1, 2, 3, 17, 64, 65, 130};
    static const form forms[][3] = {{ROWS_DENSE, ROWS_DENSE, ROWS_DENSE},
                                    {COLS_DENSE, ROWS_PADDED, COLS_PADDED},
                                    {COL_STEP, COLS_REVERSED, ROW_AND_COL_STEP}};
    for (size_t f = 0; f < 3; f++) {
        for (size_t m = 0; m < 8; m++) {
            for (size_t n = 0; n < 8; n++) {
                for (size_t k = m % 2; k < 8; k += 2) {
                    const double beta = f == 1 ? 0 : 1;
                    check_product(&(product){dtype, forms[f][0], forms[f][1], forms[f][2], sizes[m],
                                             sizes[n], sizes[k], 1, beta});
                }
            }
        }
    }
})

EACH_PRECISION(gemm, alpha_and_beta, {
    static const double factors[] = {0, 1, -0.5, 2};
    for (size_t a = 0; a < 4; a++) {
        for (size_t b = 0; b < 4; b++) {
            for (form c = 0; c < N_OUTPUT_FORMS; c++) {
                check_product(
                    &(product){dtype, COLS_DENSE, COL_STEP, c, 5, 4, 6, factors[a], factors[b]});
                check_product(
                    &(product){dtype, ROWS_DENSE, COLS_DENSE, c, 5, 4, 0, factors[a], factors[b]});
            }
        }
    }
})

static void assert_all_equal(const placed *p, double value)
{
    for (size_t i = 0; i < p->view.rows; i++) {
        for (size_t j = 0; j < p->view.cols; j++) {
            assert_eq(lnt_tensor_get(&p->view, i, j), value, "[%zu, %zu]", i, j);
        }
    }
}

/* beta = 0 does not read C; alpha = 0 and k = 0 do not read A and B. */
EACH_PRECISION(gemm, what_is_not_read_may_be_nan, {
    for (form how = 0; how < N_OUTPUT_FORMS; how++) {
        placed a = place_filled(dtype, how, 3, 4, 1);
        placed b = place_filled(dtype, how, 4, 2, 1);
        placed c = place_filled(dtype, how, 3, 2, NAN);
        OK(lnt_gemm(1, &a.view, &b.view, 0, &c.view));
        assert_all_equal(&c, 4);
        OK(lnt_fill(NAN, &a.view));
        OK(lnt_gemm(0, &a.view, &b.view, 0.5, &c.view));
        assert_all_equal(&c, 2);
        OK(lnt_fill(NAN, &c.view));
        OK(lnt_gemm(0, &a.view, &b.view, 0, &c.view));
        assert_all_equal(&c, 0);
        OK(lnt_fill(NAN, &c.view));
        lnt_tensor no_cols;
        lnt_tensor no_rows;
        OK(lnt_slice_cols(&a.view, 0, 0, 1, &no_cols));
        OK(lnt_slice_rows(&b.view, 0, 0, 1, &no_rows));
        OK(lnt_gemm(1, &no_cols, &no_rows, 0, &c.view));
        assert_all_equal(&c, 0);
        drop(&a);
        drop(&b);
        drop(&c);
    }
})

EACH_PRECISION(gemm, gemv_in_every_layout, {
    static const size_t sizes[][2] = {{1, 1}, {3, 4}, {4, 1}, {1, 5}, {70, 67}, {0, 3}, {3, 0}};
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        const size_t m = sizes[s][0], n = sizes[s][1];
        for (form how = 0; how < N_FORMS; how++) {
            for (int shape = 0; shape < 4; shape++) { /* x and y as rows or columns */
                for (form vector = 0; vector < N_OUTPUT_FORMS; vector++) {
                    for (int beta = 0; beta < 3; beta++) {
                        uint32_t state = 99;
                        placed a = place_random(dtype, how, m, n, &state);
                        placed x = shape % 2 ? place_random(dtype, vector, n, 1, &state)
                                             : place_random(dtype, vector, 1, n, &state);
                        placed y = shape / 2 ? place_random(dtype, vector, m, 1, &state)
                                             : place_random(dtype, vector, 1, m, &state);
                        OK(lnt_gemv(-0.5, &a.view, &x.view, 0.5 * beta, &y.view));
                        for (size_t i = 0; i < m; i++) {
                            const size_t yi = shape / 2 ? i : 0, yj = shape / 2 ? 0 : i;
                            double sum = 0.5 * beta * was(&y, yi, yj), size = fabs(sum);
                            for (size_t j = 0; j < n; j++) {
                                const double term =
                                    -0.5 * lnt_tensor_get(&a.view, i, j) *
                                    lnt_tensor_get(&x.view, shape % 2 ? j : 0, shape % 2 ? 0 : j);
                                sum += term;
                                size += fabs(term);
                            }
                            const double error = fabs(lnt_tensor_get(&y.view, yi, yj) - sum);
                            assert_le(error, 2 * gamma_of(dtype, n) * size, "error %g", error);
                        }
                        cr_assert(surroundings_kept(&y));
                        drop(&a);
                        drop(&x);
                        drop(&y);
                    }
                }
            }
        }
    }
})

EACH_PRECISION(gemm, gemv_with_beta_zero_clears_nan, {
    placed a = place_filled(dtype, ROWS_DENSE, 3, 2, 1);
    placed x = place_filled(dtype, ROWS_DENSE, 2, 1, 1);
    placed y = place_filled(dtype, ROWS_DENSE, 3, 1, NAN);
    OK(lnt_gemv(1, &a.view, &x.view, 0, &y.view));
    assert_all_equal(&y, 2);
    drop(&a);
    drop(&x);
    drop(&y);
})

/* --- refusals; each leaves C alone --- */

static void refused(lnt_status expected, const lnt_tensor *a, const lnt_tensor *b, lnt_tensor *c)
{
    FAILS(expected, lnt_gemm(1, a, b, 0, c));
}

Test(gemm, refuses_what_does_not_fit)
{
    uint32_t state = 1;
    placed a = place_random(LNT_F32, ROWS_DENSE, 3, 4, &state);
    placed b = place_random(LNT_F32, ROWS_DENSE, 4, 2, &state);
    placed c = place_random(LNT_F32, ROWS_DENSE, 3, 2, &state);
    placed d = place_random(LNT_F64, ROWS_DENSE, 3, 4, &state);
    int32_t numbers[12] = {0};
    const lnt_tensor labels = lnt_tensor_i32(numbers, 3, 4);
    lnt_tensor none = a.view, unset = {0}, turned = lnt_transpose(&c.view);
    none.data = NULL;
    refused(LNT_ERR_NULL, NULL, &b.view, &c.view);
    refused(LNT_ERR_NULL, &a.view, NULL, &c.view);
    refused(LNT_ERR_NULL, &a.view, &b.view, NULL);
    refused(LNT_ERR_NULL, &none, &b.view, &c.view);
    refused(LNT_ERR_DTYPE, &unset, &b.view, &c.view);
    refused(LNT_ERR_DTYPE, &d.view, &b.view, &c.view);
    refused(LNT_ERR_DTYPE, &labels, &b.view, &c.view);
    refused(LNT_ERR_SHAPE, &b.view, &a.view, &c.view);
    refused(LNT_ERR_SHAPE, &a.view, &b.view, &turned);
    FAILS(LNT_ERR_SHAPE, lnt_gemv(1, &a.view, &b.view, 0, &c.view));
    FAILS(LNT_ERR_NULL, lnt_gemv(1, &a.view, NULL, 0, &c.view));
    cr_assert(unchanged(&c));
    drop(&a);
    drop(&b);
    drop(&c);
    drop(&d);
}

/* Extents that BLAS's integer cannot hold; zero strides make them legal to describe. */
Test(gemm, refuses_extents_beyond_32_bits)
{
    float element = 1;
    const size_t large = (size_t) INT_MAX + 1;
    const lnt_tensor a = lnt_tensor_strided(LNT_F32, &element, 1, large, 0, 0);
    const lnt_tensor b = lnt_tensor_strided(LNT_F32, &element, large, 1, 0, 0);
    float value = 5;
    lnt_tensor c = lnt_tensor_f32(&value, 1, 1);
    refused(LNT_ERR_TOO_LARGE, &a, &b, &c);
    refused(LNT_ERR_ALIAS, &c, &c, &c);
    const lnt_tensor beyond = lnt_tensor_strided(LNT_F32, &element, SIZE_MAX, 1, 8, 1);
    const lnt_tensor wide = lnt_tensor_strided(LNT_F32, &element, 2, 1, PTRDIFF_MAX / 2, 1);
    lnt_tensor y = lnt_tensor_strided(LNT_F32, &value, SIZE_MAX, 1, 8, 1);
    refused(LNT_ERR_TOO_LARGE, &beyond, &c, &y);
    FAILS(LNT_ERR_TOO_LARGE, lnt_row_argmax(&wide, (size_t[2]){0}));
    assert_eq(value, 5);
}

/* Extents that look small or negative when cut to the types of BLAS. */
Test(gemm, refuses_extents_that_wrap)
{
    float store[8] = {0}, value = 5;
    static const size_t huge[] = {
        SIZE_MAX,
        SIZE_MAX - 3,
        SIZE_MAX / 2 + 1,
#if SIZE_MAX > UINT32_MAX
        (size_t) 1 << 32,
        ((size_t) 1 << 32) + 1
#endif
    };
    for (size_t h = 0; h < sizeof huge / sizeof huge[0]; h++) {
        const lnt_tensor a = lnt_tensor_strided(LNT_F32, store, 1, huge[h], 10, 1);
        const lnt_tensor b = lnt_tensor_strided(LNT_F32, store, huge[h], 1, 1, 10);
        lnt_tensor c = lnt_tensor_f32(&value, 1, 1), one = lnt_tensor_f32(store, 1, 1);
        lnt_tensor wide = lnt_tensor_strided(LNT_F32, &value, 1, huge[h], 10, 1);
        lnt_tensor tall = lnt_transpose(&wide);
        refused(LNT_ERR_TOO_LARGE, &a, &b, &c);
        refused(LNT_ERR_TOO_LARGE, &one, &a, &wide);
        refused(LNT_ERR_TOO_LARGE, &b, &one, &tall);
    }
    assert_eq(value, 5);
}

#if SIZE_MAX > UINT32_MAX
/* A leading dimension beyond 32 bits is no fault: such an operand is packed. */
Test(gemm, takes_strides_beyond_32_bits)
{
    float element[2] = {2, 3};
    const lnt_tensor a = lnt_tensor_strided(LNT_F32, element, 1, 2, (ptrdiff_t) 1 << 40, 1);
    const lnt_tensor b = lnt_tensor_strided(LNT_F32, element, 2, 1, 1, (ptrdiff_t) 1 << 40);
    float value = 0;
    lnt_tensor c = lnt_tensor_f32(&value, 1, 1);
    OK(lnt_gemm(1, &a, &b, 0, &c));
    assert_eq(value, 13);
}
#endif

Test(gemm, refuses_outputs_that_overlap)
{
    double store[64] = {0};
    lnt_tensor all = lnt_tensor_f64(store, 8, 8), a, b, c;
    OK(lnt_slice_rows(&all, 0, 4, 1, &a));
    OK(lnt_slice_rows(&all, 4, 4, 1, &b));
    OK(lnt_slice_cols(&a, 0, 4, 1, &a)); /* upper left, lower left, and what is tried */
    OK(lnt_slice_cols(&b, 0, 4, 1, &b));

    c = a;
    refused(LNT_ERR_ALIAS, &a, &b, &c);
    refused(LNT_ERR_ALIAS, &b, &a, &c);
    OK(lnt_slice_rows(&all, 3, 4, 1, &c));
    OK(lnt_slice_cols(&c, 0, 4, 1, &c)); /* shares one row with a */
    refused(LNT_ERR_ALIAS, &a, &b, &c);
    OK(lnt_slice_rows(&all, 0, 4, 1, &c));
    OK(lnt_slice_cols(&c, 3, 4, 1, &c)); /* shares one column with a */
    refused(LNT_ERR_ALIAS, &a, &b, &c);
    OK(lnt_slice_rows(&all, 0, 4, 1, &c));
    OK(lnt_slice_cols(&c, 4, 4, 1, &c)); /* upper right: interleaves, and shares nothing */
    OK(lnt_gemm(1, &a, &b, 0, &c));
    c = lnt_transpose(&c); /* the same memory with other strides: refused for caution */
    refused(LNT_ERR_ALIAS, &a, &b, &c);

    c = lnt_tensor_strided(LNT_F64, store + 32, 4, 4, 0, 1); /* all rows in one place */
    refused(LNT_ERR_ALIAS, &a, &a, &c);
    c = lnt_tensor_strided(LNT_F64, store + 32, 4, 4, 1, 1);
    refused(LNT_ERR_ALIAS, &a, &a, &c);
    c = lnt_tensor_strided(LNT_F64, store + 32, 2, 2, 2, 3); /* odd, but no two in one place */
    lnt_tensor small;
    OK(lnt_slice_rows(&a, 0, 2, 1, &small));
    OK(lnt_slice_cols(&small, 0, 2, 1, &small));
    OK(lnt_gemm(1, &small, &small, 0, &c));
}

/* Even and odd columns, or rows, of one matrix lie between one another and share nothing. */
Test(gemm, takes_outputs_between_the_inputs)
{
    double store[64] = {0};
    const lnt_tensor all = lnt_tensor_f64(store, 8, 8);
    lnt_tensor even, odd, upper, lower;
    OK(lnt_slice_rows(&all, 0, 4, 2, &upper));
    OK(lnt_slice_rows(&all, 1, 4, 2, &lower));
    OK(lnt_slice_cols(&upper, 0, 4, 2, &even));
    OK(lnt_slice_cols(&upper, 1, 4, 2, &odd));
    OK(lnt_gemm(1, &even, &even, 0, &odd));
    OK(lnt_slice_cols(&lower, 0, 4, 2, &odd));
    OK(lnt_gemm(1, &even, &even, 0, &odd));
    OK(lnt_slice_cols(&upper, 2, 4, 1, &odd));
    refused(LNT_ERR_ALIAS, &even, &even, &odd); /* with other strides, and one column in common */
}
