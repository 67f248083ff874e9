/* SPDX-License-Identifier: MIT */
#include "support/net.h"
#include "tensor/blas/gemm_long.h"
#include "tensor/product/product.h"
#include "tensor/sums/sum_block.h"
#include "tensor/symmetric.h"

#include <stdlib.h>

/*
 * Sums over very many rows keep their digits: each is compared with one in long double, or with the
 * same computation in F64, under the bound that its blocks promise. Sums in order would fail: all
 * terms are positive, so that errors of an F32 sum grow with the number of terms.
 */
enum { MANY = 1 << 21, HUGE_ROWS = 20000000 };

#define UNIT_F32 0x1p-24

/* The bound of a pairwise sum, in units of rounding. */
static double pairwise(size_t n)
{
    return LNT_SUM_BLOCK + log2((double) n) + 2;
}

static double value_at(size_t i)
{
    return 0.1 + 0.05 * (double) (i * 2654435761u % 1000) / 1000;
}

static float *values(size_t count)
{
    float *x = malloc(count * sizeof *x);
    cr_assert_not_null(x);
    for (size_t i = 0; i < count; i++) {
        x[i] = (float) value_at(i);
    }
    return x;
}

static double exact_sum(const lnt_tensor *x, size_t j)
{
    long double sum = 0;
    for (size_t i = 0; i < x->rows; i++) {
        sum += (long double) lnt_tensor_get(x, i, j);
    }
    return (double) sum;
}

#define NEAR(found, expected, units)                                                               \
    do {                                                                                           \
        const double near_found_ = (found), near_expected_ = (expected);                           \
        cr_assert(fabs(near_found_ - near_expected_) <= (units) *UNIT_F32 * fabs(near_expected_),  \
                  "%.9g, not %.9g, %.3g times the bound", near_found_, near_expected_,             \
                  fabs(near_found_ - near_expected_) /                                             \
                      ((units) *UNIT_F32 * fabs(near_expected_)));                                 \
    } while (0)

/* --- tensors --- */

Test(sums, rows_of_ones)
{
    float one[3] = {1, 1, 1}, sum[3];
    const lnt_tensor x = lnt_tensor_strided(LNT_F32, one, 50000000, 3, 0, 1);
    lnt_tensor s = lnt_tensor_f32(sum, 1, 3);
    OK(lnt_column_sums(&x, 0, &s));
    assert_eq(sum[0], 5e7f, "%g", (double) sum[0]);
    assert_eq(sum[1], 5e7f, "%g", (double) sum[0]);
    assert_eq(sum[2], 5e7f, "%g", (double) sum[0]);
}

Test(sums, rows)
{
    static const size_t widths[] = {1, 5, 9};
    float *memory = values(MANY * 9), sum[9], shared[9];
    for (size_t w = 0; w < sizeof widths / sizeof widths[0]; w++) {
        const size_t cols = widths[w];
        lnt_tensor x = lnt_tensor_f32(memory, MANY, cols), s = lnt_tensor_f32(sum, 1, cols);
        for (int turned = 0; turned < 2; turned++) {
            if (turned) {
                x = lnt_tensor_strided(LNT_F32, memory, MANY, cols, 1, MANY);
            }
            OK(lnt_column_sums(&x, 0, &s));
            for (size_t j = 0; j < cols; j++) {
                NEAR((double) sum[j], exact_sum(&x, j), pairwise(MANY));
            }
        }
    }
    for (size_t v = 0; lnt_product_variant_at(v) != NULL; v++) {
        for (size_t cols = 1; cols <= 9; cols += 8) {
            const lnt_tensor x = lnt_tensor_f32(memory, MANY, cols);
            lnt_product_variant_at(v)->sum_rows[0](MANY, cols, memory, (ptrdiff_t) cols, false,
                                                   shared);
            for (size_t j = 0; j < cols; j++) {
                NEAR((double) shared[j], exact_sum(&x, j), pairwise(MANY));
            }
        }
    }
    free(memory);
}

Test(sums, reductions)
{
    float x = 0.1f;
    const lnt_tensor all = lnt_tensor_strided(LNT_F32, &x, HUGE_ROWS, 1, 0, 1);
    const double exact = (double) x;
    double value;
    OK(lnt_dot(&all, &all, &value));
    NEAR(value, exact * exact * HUGE_ROWS, 0.01);
    OK(lnt_norm(LNT_NORM_L1, &all, &value));
    NEAR(value, exact * HUGE_ROWS, 0.01);
    OK(lnt_norm(LNT_NORM_L2, &all, &value));
    NEAR(value, exact * sqrt(HUGE_ROWS), 0.01);
}

/* The bound of a product with so many terms, whatever order BLAS adds those of a panel in. */
static double panels(void)
{
    return LNT_GEMM_LONG + 2;
}

Test(sums, products)
{
    float a[2] = {0.1f, 0.3f}, b[2] = {0.1f, 0.7f}, c[4] = {1, 1, 1, 1};
    const lnt_tensor at = lnt_tensor_strided(LNT_F32, a, 2, HUGE_ROWS, 1, 0);
    const lnt_tensor bt = lnt_tensor_strided(LNT_F32, b, HUGE_ROWS, 2, 0, 1);
    lnt_tensor ct = lnt_tensor_f32(c, 2, 2);
    for (int beta = 0; beta < 2; beta++) {
        float before[4];
        memcpy(before, c, sizeof c);
        OK(lnt_gemm(0.5, &at, &bt, beta, &ct));
        for (size_t i = 0; i < 4; i++) {
            NEAR((double) c[i],
                 0.5 * (double) a[i / 2] * (double) b[i % 2] * HUGE_ROWS +
                     beta * (double) before[i],
                 panels());
        }
    }
}

/* As many terms as a BLAS that sums blocks adds up in one call, and more. */
Test(sums, products_of_dense_operands)
{
    enum { SIDE = 8 };
    const size_t longest = lnt_gemm_longest(LNT_F32, SIDE, SIDE);
    const size_t rows[] = {longest, longest + 1000};
    float *a = values((longest + 1000) * SIDE), c[SIDE * SIDE];
    for (size_t r = 0; r < 2; r++) {
        const lnt_tensor at = lnt_tensor_f32(a, rows[r], SIDE), turned = lnt_transpose(&at);
        lnt_tensor ct = lnt_tensor_f32(c, SIDE, SIDE);
        OK(lnt_gemm(1, &turned, &at, 0, &ct));
        for (size_t j = 0; j < SIDE; j++) {
            lnt_tensor first, column;
            double exact;
            OK(lnt_slice_cols(&at, 0, 1, 1, &first));
            OK(lnt_slice_cols(&at, j, 1, 1, &column));
            OK(lnt_dot(&first, &column, &exact));
            NEAR((double) c[j], exact, panels());
        }
    }
    free(a);
}

/* A·Aᵀ, whose upper triangle is left alone. */
Test(sums, symmetric_products)
{
    enum { SIDE = 3 };
    const size_t rows = lnt_gemm_longest(LNT_F32, SIDE, SIDE) + 1000;
    float *a = values(rows * SIDE), c[SIDE * SIDE] = {1, -1, -1, 1, 1, -1, 1, 1, 1};
    const lnt_tensor at = lnt_tensor_f32(a, rows, SIDE), turned = lnt_transpose(&at);
    lnt_tensor ct = lnt_tensor_f32(c, SIDE, SIDE);
    OK(lnt_syrk(0.5, &turned, 2, &ct));
    for (size_t i = 0; i < SIDE; i++) {
        for (size_t j = 0; j < SIDE; j++) {
            lnt_tensor one, other;
            double exact;
            OK(lnt_slice_cols(&at, i, 1, 1, &one));
            OK(lnt_slice_cols(&at, j, 1, 1, &other));
            OK(lnt_dot(&one, &other, &exact));
            NEAR((double) c[i * SIDE + j], j > i ? -1 : 0.5 * exact + 2, panels());
        }
    }
    free(a);
}

Test(sums, matrix_by_vector)
{
    float *memory = values(HUGE_ROWS), y[1];
    const lnt_tensor row = lnt_tensor_f32(memory, 1, HUGE_ROWS);
    lnt_tensor out = lnt_tensor_f32(y, 1, 1);
    double exact;
    OK(lnt_dot(&row, &row, &exact));
    OK(lnt_gemv(1, &row, &row, 0, &out));
    NEAR((double) y[0], exact, panels());
    free(memory);
}

/* The library's own products, and BLAS's, of passes. */
Test(sums, planned_products)
{
    static const size_t shapes[][2] = {{1, 40}, {3, 5}, {2, 17}};
    float *a = values(MANY * 3), *b = values(MANY * 40), c[40 * 3], bias[40];
    for (size_t j = 0; j < 40; j++) {
        bias[j] = (float) j;
    }
    for (size_t s = 0; s < 3 * 2 * 3; s++) {
        const size_t m = shapes[s % 3][0], n = shapes[s % 3][1];
        const int how = (int) (s / 3 % 3); /* nothing more, to what is there, with a bias */
        const lnt_product_form form = s < 9 ? LNT_PRODUCT_OWN : LNT_PRODUCT_BLAS;
        lnt_product p = {.dtype = LNT_F32,
                         .m = m,
                         .n = n,
                         .k = MANY,
                         .a = a,
                         .a_row = 1,
                         .a_col = (ptrdiff_t) m,
                         .b = b,
                         .b_row = (ptrdiff_t) n,
                         .b_col = 1,
                         .c = c,
                         .c_row = (ptrdiff_t) n,
                         .add = how == 1,
                         .bias = how == 2 ? bias : NULL,
                         .finish = how == 2 ? LNT_FINISH_RELU : LNT_FINISH_NONE};
        void *scratch = lnt_allocate(NULL, lnt_product_scratch(&p), 1);
        cr_assert_not_null(scratch);
        for (size_t i = 0; i < m * n; i++) {
            c[i] = 1000;
        }
        lnt_product_plan(&p, form);
        p.run(&p, scratch);
        for (size_t i = 0; i < m * n; i++) {
            const lnt_tensor x = lnt_tensor_strided(LNT_F32, a + i / n, MANY, 1, (ptrdiff_t) m, 1);
            const lnt_tensor y = lnt_tensor_strided(LNT_F32, b + i % n, MANY, 1, (ptrdiff_t) n, 1);
            double exact;
            OK(lnt_dot(&x, &y, &exact));
            exact += how == 1 ? 1000 : how == 2 ? (double) bias[i % n] : 0;
            /* A panel of one row is a chain; else one has at most 384 terms, and 43 are added. */
            NEAR((double) c[i], exact,
                 form == LNT_PRODUCT_BLAS ? panels()
                 : m == 1                 ? LNT_PRODUCT_LONG_ROW + 4
                                          : LNT_PRODUCT_DEPTH + 48);
        }
        lnt_release(NULL, scratch);
    }
    free(a);
    free(b);
}

/* --- passes --- */

/* Gradients of a pass over many rows, in F32 or F64 of the same numbers. */
static lnt_tensor gradients(lnt_dtype dtype, const lnt_layer *layers, size_t n_layers,
                            const float *x_values, lnt_gemm_backend products, bool at_once,
                            double *value)
{
    enum { INPUTS = 3 };
    lnt_net *net = new_net(LNT_F32, INPUTS, layers, n_layers), *run = net;
    if (dtype == LNT_F64) {
        run = new_net(LNT_F64, INPUTS, layers, n_layers);
        const lnt_tensor from = lnt_net_parameters(net);
        lnt_tensor to = lnt_net_parameters(run);
        OK(lnt_copy(&from, &to));
        lnt_net_destroy(net);
    }
    lnt_pass_config config = lnt_pass_defaults();
    config.max_rows = MANY;
    config.gemm = products;
    lnt_pass *pass;
    OK(lnt_pass_create(&pass, run, &config));
    const lnt_tensor own = lnt_tensor_const_view(LNT_F32, x_values, MANY, INPUTS);
    void *memory = malloc(MANY * INPUTS * lnt_dtype_size(dtype));
    const double far = 100;
    float f32 = (float) far;
    double f64 = far;
    const lnt_tensor target =
        lnt_tensor_strided(dtype, dtype == LNT_F32 ? (void *) &f32 : &f64, MANY, 1, 0, 1);
    lnt_tensor x = lnt_tensor_view(dtype, memory, MANY, INPUTS);
    OK(lnt_copy(&own, &x));
    const lnt_loss loss = lnt_mse(LNT_MEAN);
    if (at_once) {
        OK(lnt_pass_forward_backward(pass, run, &x, &loss, &target, NULL, value));
    } else {
        OK(lnt_pass_forward(pass, run, &x, NULL));
        OK(lnt_pass_backward(pass, run, &loss, &target, NULL, value));
    }
    const lnt_tensor found = lnt_pass_gradients(pass);
    const lnt_tensor copy = copy_of(LNT_F64, &found);
    free(memory);
    lnt_pass_destroy(pass);
    lnt_net_destroy(run);
    return copy;
}

static void check_gradients(const char *name, const lnt_layer *layers, size_t n_layers)
{
    static const lnt_gemm_backend products[] = {LNT_GEMM_BUILTIN, LNT_GEMM_BLAS};
    float *x = values((size_t) MANY * 3);
    for (int at_once = 0; at_once < 2; at_once++) {
        double exact_value;
        const lnt_tensor exact =
            gradients(LNT_F64, layers, n_layers, x, LNT_GEMM_BUILTIN, at_once != 0, &exact_value);
        for (size_t i = 0; i < 2; i++) {
            double value;
            const lnt_tensor found =
                gradients(LNT_F32, layers, n_layers, x, products[i], at_once != 0, &value);
            const double units = i == 0 ? LNT_PRODUCT_LONG_ROW : panels();
            NEAR(value, exact_value, 16);
            assert_le(difference(&found, &exact), units * UNIT_F32, "%s%s by %s: %g", name,
                      at_once ? " at once" : "", i == 0 ? "own products" : "BLAS",
                      difference(&found, &exact));
        }
    }
    free(x);
}

Test(sums, gradients_of_dense_layers)
{
    const lnt_layer layers[] = {lnt_dense(4, LNT_TANH), lnt_dense(1, LNT_IDENTITY)};
    check_gradients("dense", layers, 2);
}

Test(sums, gradients_of_norms)
{
    const lnt_layer layers[] = {lnt_dense(4, LNT_TANH), lnt_layer_norm(), lnt_prelu(),
                                lnt_dense(1, LNT_IDENTITY)};
    check_gradients("norm", layers, 4);
}

/*
 * A batch of very many shards: rows are all the same one, so that the gradient of weight j is
 * 2·x_j·(ŷ − y). A shard has 48 rows, a group a thousand shards.
 */
Test(sums, gradients_of_many_shards)
{
    enum { INPUTS = 480, ROWS = 400000 };
    const lnt_layer layers[] = {lnt_dense(1, LNT_IDENTITY)};
    lnt_net *net = new_net(LNT_F32, INPUTS, layers, 1);
    lnt_pass_config config = lnt_pass_defaults();
    config.max_rows = ROWS;
    lnt_pass *pass;
    OK(lnt_pass_create(&pass, net, &config));
    float *row = values(INPUTS), far = 100;
    const lnt_tensor x = lnt_tensor_strided(LNT_F32, row, ROWS, INPUTS, 0, 1);
    const lnt_tensor target = lnt_tensor_strided(LNT_F32, &far, ROWS, 1, 0, 1);
    const lnt_loss loss = lnt_mse(LNT_MEAN);
    double value, largest = 0;
    OK(lnt_pass_forward_backward(pass, net, &x, &loss, &target, NULL, &value));
    lnt_tensor found;
    OK(lnt_pass_gradient(pass, 0, &found));
    for (size_t j = 0; j < INPUTS; j++) {
        const double exact = -2 * sqrt(value) * (double) row[j];
        largest = fmax(largest, fabs(lnt_tensor_get(&found, j, 0) - exact) / fabs(exact));
    }
    assert_le(largest, 64 * UNIT_F32, "%g units", largest / UNIT_F32);
    free(row);
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
}
