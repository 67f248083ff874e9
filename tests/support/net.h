/* SPDX-License-Identifier: MIT */
#ifndef TESTS_NET_SUPPORT_H
#define TESTS_NET_SUPPORT_H

/* What the tests of layers, losses, nets and optimisers share. */

#include "support/assert.h"
#include <linnet/linnet.h>
#include <math.h>
#include <string.h>

/* A new zeroed matrix. Each test is a process of its own, so nothing is given back. */
static inline lnt_tensor matrix(lnt_dtype dtype, size_t rows, size_t cols)
{
    static _Alignas(64) char memory[1 << 24];
    static size_t used;
    void *data = memory + used;
    used += (rows * cols * lnt_dtype_size(dtype) + 63) / 64 * 64;
    assert_le(used, sizeof memory, "the tests' memory is used up");
    return lnt_tensor_view(dtype, data, rows, cols);
}

/* Normally distributed; the f32 matrix of a stream is the rounded f64 one. */
static inline lnt_tensor random_matrix(lnt_dtype dtype, size_t rows, size_t cols, uint64_t stream)
{
    lnt_tensor x = matrix(dtype, rows, cols);
    const lnt_init normal = lnt_init_normal(0, 1);
    OK(lnt_init_fill(&normal, 20, stream, &x));
    return x;
}

static inline lnt_tensor copy_of(lnt_dtype dtype, const lnt_tensor *x)
{
    lnt_tensor y = matrix(dtype, x->rows, x->cols);
    OK(lnt_copy(x, &y));
    return y;
}

/* max |a − b| relative to max |b|; NaN if there is one. */
static inline double difference(const lnt_tensor *a, const lnt_tensor *b)
{
    assert_eq(a->rows, b->rows, "shapes [%zu, %zu] and [%zu, %zu]", a->rows, a->cols, b->rows,
              b->cols);
    assert_eq(a->cols, b->cols, "shapes [%zu, %zu] and [%zu, %zu]", a->rows, a->cols, b->rows,
              b->cols);
    double largest = 0, scale = 0;
    for (size_t i = 0; i < a->rows; i++) {
        for (size_t j = 0; j < a->cols; j++) {
            const double error = fabs(lnt_tensor_get(a, i, j) - lnt_tensor_get(b, i, j));
            largest = error > largest || isnan(error) ? error : largest;
            scale = fmax(scale, fabs(lnt_tensor_get(b, i, j)));
        }
    }
    return scale > 0 ? largest / scale : largest;
}

/* How two matrices differ in shape, type or bits, NaNs included; an empty text if they do not. */
static inline shown_text bits_difference(const lnt_tensor *a, const lnt_tensor *b)
{
    shown_text out = {""};
    if (a->rows != b->rows || a->cols != b->cols || a->dtype != b->dtype) {
        snprintf(out.text, sizeof out.text, "%s [%zu, %zu] and not %s [%zu, %zu]",
                 lnt_dtype_name(a->dtype), a->rows, a->cols, lnt_dtype_name(b->dtype), b->rows,
                 b->cols);
        return out;
    }
    for (size_t i = 0; i < a->rows; i++) {
        for (size_t j = 0; j < a->cols; j++) {
            if (memcmp(lnt_tensor_ptr(a, i, j), lnt_tensor_ptr(b, i, j),
                       lnt_dtype_size(a->dtype)) != 0) {
                snprintf(out.text, sizeof out.text, "%.17g at [%zu, %zu] and not %.17g",
                         lnt_tensor_get(a, i, j), i, j, lnt_tensor_get(b, i, j));
                return out;
            }
        }
    }
    return out;
}

static inline bool same_bits(const lnt_tensor *a, const lnt_tensor *b)
{
    return bits_difference(a, b).text[0] == '\0';
}

#define assert_same_bits(found, ...)                                                               \
    ASSERT_BITS(#found, found, ASSERT_FIRST(__VA_ARGS__), ASSERT_REST(__VA_ARGS__))
#define ASSERT_BITS(operand, found, expected, ...)                                                 \
    do {                                                                                           \
        const shown_text difference_ = bits_difference(found, expected);                           \
        cr_assert(difference_.text[0] == '\0', "%s",                                               \
                  assert_message(operand, difference_.text, "", "the same bits", __VA_ARGS__));    \
    } while (0)

/* Ways a matrix may lie in memory. */
typedef enum layout { TRANSPOSED, REVERSED_ROWS, REVERSED_COLS, STEPPED, N_LAYOUTS } layout;

/* The values of x in another layout; what lies between them is NaN. */
static inline lnt_tensor laid_out(layout how, const lnt_tensor *x)
{
    const size_t rows = x->rows, cols = x->cols;
    lnt_tensor store = how == TRANSPOSED ? matrix(x->dtype, cols, rows)
                       : how == STEPPED  ? matrix(x->dtype, 2 * rows + 1, 3 * cols + 2)
                                         : matrix(x->dtype, rows, cols);
    lnt_tensor view = how == TRANSPOSED      ? lnt_transpose(&store)
                      : how == REVERSED_ROWS ? lnt_reverse_rows(&store)
                                             : lnt_reverse_cols(&store);
    if (how == STEPPED) {
        if (x->dtype != LNT_I32) {
            OK(lnt_fill(NAN, &store));
        }
        OK(lnt_slice_rows(&store, 1, rows, 2, &view));
        OK(lnt_slice_cols(&view, 2, cols, 3, &view));
    }
    OK(lnt_copy(x, &view));
    return view;
}

/* A net of seed 5. */
static inline lnt_net *new_net(lnt_dtype dtype, size_t inputs, const lnt_layer *layers,
                               size_t n_layers)
{
    lnt_net *net = NULL;
    const lnt_net_config config = {
        .dtype = dtype, .inputs = inputs, .layers = layers, .n_layers = n_layers, .seed = 5};
    OK(lnt_net_create(&net, &config));
    return net;
}

/* A training pass for 32 rows, with the input gradient. */
static inline lnt_pass *new_pass(const lnt_net *net)
{
    lnt_pass *pass = NULL;
    lnt_pass_config config = lnt_pass_defaults();
    config.input_gradient = true;
    OK(lnt_pass_create(&pass, net, &config));
    return pass;
}

#endif
