/* SPDX-License-Identifier: MIT */
#ifndef TESTS_LOSS_SUPPORT_H
#define TESTS_LOSS_SUPPORT_H

#include "support/net.h"

#include <criterion/parameterized.h>

/* Losses by their definitions: one row a loss and form of target. */

typedef enum form {
    NUMBERS,
    COUNTS,
    SHARES, /* in [0, 1], both included */
    INTEGERS,
    LABELS,
    INTEGER_LABELS,
    PROBABILITIES
} form;

/* By its definition, in long double: the sum over one row. */
typedef long double (*row_sum)(const lnt_loss *loss, const lnt_tensor *output,
                               const lnt_tensor *target, size_t i);

/* By its definition, of one element with x = ŷ. */
typedef long double (*element_loss)(const lnt_loss *loss, long double x, long double y);

static inline long double squared(const lnt_loss *loss, long double x, long double y)
{
    (void) loss;
    return (x - y) * (x - y);
}

static inline long double absolute(const lnt_loss *loss, long double x, long double y)
{
    (void) loss;
    return fabsl(x - y);
}

static inline long double huber(const lnt_loss *loss, long double x, long double y)
{
    const long double e = fabsl(x - y), d = loss->delta;
    return e <= d ? e * e / 2 : d * (e - d / 2);
}

static inline long double log_cosh(const lnt_loss *loss, long double x, long double y)
{
    (void) loss;
    return logl(coshl(x - y));
}

static inline long double pinball(const lnt_loss *loss, long double x, long double y)
{
    return fmaxl(loss->quantile * (y - x), (loss->quantile - 1) * (y - x));
}

static inline long double binary(const lnt_loss *loss, long double x, long double y)
{
    const long double s = loss->label_smoothing, p = 1 / (1 + expl(-x));
    const long double share = (1 - s) * y + s / 2;
    const double *c = loss->class_weights;
    return -(c != NULL ? c[1] : 1) * share * logl(p) -
           (c != NULL ? c[0] : 1) * (1 - share) * logl(1 - p);
}

static inline long double poisson(const lnt_loss *loss, long double x, long double y)
{
    (void) loss;
    return expl(x) - y * x;
}

static inline long double each(element_loss element, const lnt_loss *loss, const lnt_tensor *output,
                               const lnt_tensor *target, size_t i)
{
    long double sum = 0;
    for (size_t j = 0; j < output->cols; j++) {
        sum += element(loss, lnt_tensor_get(output, i, j), lnt_tensor_get(target, i, j));
    }
    return sum;
}

#define EACH(name)                                                                                 \
    static inline long double name##_row(const lnt_loss *loss, const lnt_tensor *output,           \
                                         const lnt_tensor *target, size_t i)                       \
    {                                                                                              \
        return each(name, loss, output, target, i);                                                \
    }

EACH(squared)
EACH(absolute)
EACH(huber)
EACH(log_cosh)
EACH(pinball)
EACH(binary)
EACH(poisson)
#undef EACH

static inline long double gaussian_row(const lnt_loss *loss, const lnt_tensor *output,
                                       const lnt_tensor *target, size_t i)
{
    long double sum = 0;
    for (size_t j = 0; j < target->cols; j++) {
        const long double e =
            (long double) lnt_tensor_get(output, i, j) - lnt_tensor_get(target, i, j);
        const long double s = lnt_tensor_get(output, i, target->cols + j);
        const long double v = logl(1 + expl(s)) + loss->epsilon;
        sum += (e * e / v + logl(v)) / 2;
    }
    return sum;
}

static inline long double softmax_row(const lnt_loss *loss, const lnt_tensor *output,
                                      const lnt_tensor *target, size_t i)
{
    const long double smoothing = loss->label_smoothing, classes = (long double) output->cols;
    long double largest = lnt_tensor_get(output, i, 0), sum = 0, value = 0;
    for (size_t j = 0; j < output->cols; j++) {
        largest = fmaxl(largest, lnt_tensor_get(output, i, j));
    }
    for (size_t j = 0; j < output->cols; j++) {
        sum += expl(lnt_tensor_get(output, i, j) - largest);
    }
    for (size_t j = 0; j < output->cols; j++) {
        const bool labels = target->cols == 1;
        const double y =
            labels ? lnt_tensor_get(target, i, 0) == (double) j : lnt_tensor_get(target, i, j);
        const long double share = (1 - smoothing) * y + smoothing / classes;
        value -= share * (loss->class_weights != NULL ? loss->class_weights[j] : 1) *
                 (lnt_tensor_get(output, i, j) - largest - logl(sum));
    }
    return value;
}

static const double class_weights[] = {0.5, 2, 0, 1.25, 3};
static const double two_weights[] = {0.25, 3};

#define MSE                                                                                        \
    {                                                                                              \
        .kind = LNT_LOSS_MSE                                                                       \
    }
#define MAE                                                                                        \
    {                                                                                              \
        .kind = LNT_LOSS_MAE                                                                       \
    }
#define HUBER(d)                                                                                   \
    {                                                                                              \
        .kind = LNT_LOSS_HUBER, .delta = (d)                                                       \
    }
#define LOG_COSH                                                                                   \
    {                                                                                              \
        .kind = LNT_LOSS_LOG_COSH                                                                  \
    }
#define QUANTILE(q)                                                                                \
    {                                                                                              \
        .kind = LNT_LOSS_QUANTILE, .quantile = (q)                                                 \
    }
#define POISSON                                                                                    \
    {                                                                                              \
        .kind = LNT_LOSS_POISSON                                                                   \
    }
#define GAUSSIAN(e)                                                                                \
    {                                                                                              \
        .kind = LNT_LOSS_GAUSSIAN, .epsilon = (e)                                                  \
    }
#define SOFTMAX(s)                                                                                 \
    {                                                                                              \
        .kind = LNT_LOSS_SOFTMAX_CROSS_ENTROPY, .label_smoothing = (s)                             \
    }
#define SOFTMAX_OF_CLASSES(s)                                                                      \
    {                                                                                              \
        .kind = LNT_LOSS_SOFTMAX_CROSS_ENTROPY, .label_smoothing = (s),                            \
        .class_weights = class_weights, .n_class_weights = 5                                       \
    }
#define BINARY(s)                                                                                  \
    {                                                                                              \
        .kind = LNT_LOSS_BINARY_CROSS_ENTROPY, .label_smoothing = (s)                              \
    }
#define BINARY_OF_CLASSES(s)                                                                       \
    {                                                                                              \
        .kind = LNT_LOSS_BINARY_CROSS_ENTROPY, .label_smoothing = (s),                             \
        .class_weights = two_weights, .n_class_weights = 2                                         \
    }

static const struct row {
    const char *name;
    lnt_loss loss;
    form target;
    row_sum sum;
    size_t rows, cols;
    size_t target_cols; /* of numbers */
} rows[] = {
    {"mse", MSE, NUMBERS, squared_row, 7, 5, 5},
    {"mse of one column", MSE, NUMBERS, squared_row, 9, 1, 1},
    {"mse of one row", MSE, NUMBERS, squared_row, 1, 4, 4},
    {"mae", MAE, NUMBERS, absolute_row, 7, 5, 5},
    {"huber", HUBER(1), NUMBERS, huber_row, 7, 5, 5},
    {"huber, wide", HUBER(2.5), NUMBERS, huber_row, 9, 1, 1},
    {"log-cosh", LOG_COSH, NUMBERS, log_cosh_row, 7, 5, 5},
    {"quantile", QUANTILE(0.9), NUMBERS, pinball_row, 7, 5, 5},
    {"median", QUANTILE(0.5), NUMBERS, pinball_row, 9, 1, 1},
    {"poisson", POISSON, COUNTS, poisson_row, 7, 5, 5},
    {"gaussian", GAUSSIAN(1e-6), NUMBERS, gaussian_row, 7, 6, 3},
    {"gaussian of one", GAUSSIAN(0.25), NUMBERS, gaussian_row, 5, 2, 1},
    {"gaussian, no epsilon", GAUSSIAN(0), NUMBERS, gaussian_row, 1, 4, 2},
    {"cross-entropy, labels", SOFTMAX(0), LABELS, softmax_row, 7, 5, 0},
    {"cross-entropy, I32", SOFTMAX(0), INTEGER_LABELS, softmax_row, 7, 5, 0},
    {"cross-entropy, rows", SOFTMAX(0), PROBABILITIES, softmax_row, 7, 5, 5},
    {"cross-entropy, two", SOFTMAX(0), LABELS, softmax_row, 3, 2, 0},
    {"cross-entropy, one row", SOFTMAX(0), LABELS, softmax_row, 1, 5, 0},
    {"cross-entropy, smooth labels", SOFTMAX(0.1), LABELS, softmax_row, 7, 5, 0},
    {"cross-entropy, smooth I32", SOFTMAX(0.3), INTEGER_LABELS, softmax_row, 7, 5, 0},
    {"cross-entropy, smooth rows", SOFTMAX(0.2), PROBABILITIES, softmax_row, 7, 5, 5},
    {"cross-entropy of classes", SOFTMAX_OF_CLASSES(0), LABELS, softmax_row, 7, 5, 0},
    {"cross-entropy of classes, I32", SOFTMAX_OF_CLASSES(0), INTEGER_LABELS, softmax_row, 7, 5, 0},
    {"cross-entropy of classes, rows", SOFTMAX_OF_CLASSES(0), PROBABILITIES, softmax_row, 7, 5, 5},
    {"cross-entropy of classes, smooth", SOFTMAX_OF_CLASSES(0.1), LABELS, softmax_row, 7, 5, 0},
    {"cross-entropy of classes, both", SOFTMAX_OF_CLASSES(0.1), PROBABILITIES, softmax_row, 7, 5,
     5},
    {"binary", BINARY(0), SHARES, binary_row, 7, 5, 5},
    {"binary of one column", BINARY(0), INTEGERS, binary_row, 9, 1, 1},
    {"binary, smooth", BINARY(0.2), INTEGERS, binary_row, 7, 3, 3},
    {"binary of classes", BINARY_OF_CLASSES(0), SHARES, binary_row, 7, 5, 5},
    {"binary of classes, smooth", BINARY_OF_CLASSES(0.1), INTEGERS, binary_row, 7, 3, 3},
};

/* Value and gradient reduced each in its way. */
static inline lnt_loss loss_of(const struct row *row, lnt_reduction value, lnt_reduction gradient)
{
    lnt_loss loss = row->loss;
    loss.value_reduction = value;
    loss.gradient_reduction = gradient;
    return loss;
}

enum { N_ROWS = sizeof rows / sizeof rows[0] };

static inline lnt_tensor output_of(const struct row *row, lnt_dtype dtype)
{
    lnt_tensor output = random_matrix(dtype, row->rows, row->cols, 1);
    OK(lnt_scale(2, &output));
    return output;
}

static inline bool has_labels(const struct row *row)
{
    return row->target == LABELS || row->target == INTEGER_LABELS;
}

static inline lnt_dtype dtype_of(const struct row *row, lnt_dtype dtype)
{
    return row->target == INTEGERS || row->target == INTEGER_LABELS ? LNT_I32 : dtype;
}

/* Probabilities as they come: each row has a zero, and the rows do not sum to one. */
static inline lnt_tensor probabilities(const struct row *row, lnt_dtype dtype)
{
    lnt_tensor target = matrix(dtype, row->rows, row->cols);
    const lnt_init uniform = lnt_init_uniform(0, 0.5);
    OK(lnt_init_fill(&uniform, 20, 3, &target));
    for (size_t i = 0; i < row->rows; i++) {
        OK(lnt_tensor_set(&target, i, i % row->cols, 0));
    }
    return target;
}

/* Zero and one, or the first and the last class, are among them. */
static inline double whole_number(const struct row *row, size_t i, size_t j)
{
    static const double shares[] = {0, 1, 0.25, 0.875};
    switch (row->target) {
    case COUNTS:
        return (double) ((3 * i + j) % 4);
    case SHARES:
        return shares[(3 * i + j) % 4];
    case INTEGERS:
        return (double) ((i + j) % 2);
    default:
        return (double) ((i * 4) % row->cols);
    }
}

static inline lnt_tensor target_of(const struct row *row, lnt_dtype dtype)
{
    if (row->target == NUMBERS) {
        return random_matrix(dtype, row->rows, row->target_cols, 2);
    }
    if (row->target == PROBABILITIES) {
        return probabilities(row, dtype);
    }
    const lnt_tensor target =
        matrix(dtype_of(row, dtype), row->rows, has_labels(row) ? 1 : row->target_cols);
    for (size_t i = 0; i < target.rows; i++) {
        for (size_t j = 0; j < target.cols; j++) {
            OK(lnt_tensor_set(&target, i, j, whole_number(row, i, j)));
        }
    }
    return target;
}

/* Weights that f32 holds exactly, one of them 0. */
static inline lnt_tensor weights_of(const struct row *row, lnt_dtype dtype)
{
    static const double some[] = {0.5, 2, 0, 1.25};
    const lnt_tensor weights = matrix(dtype, row->rows, 1);
    for (size_t i = 0; i < row->rows; i++) {
        OK(lnt_tensor_set(&weights, i, 0, some[i % 4]));
    }
    return weights;
}

static inline double weight_at(const lnt_tensor *weights, size_t i)
{
    return weights != NULL ? lnt_tensor_get(weights, i, 0) : 1;
}

/* By its definition: what the mean divides by. */
static inline double divisor_of(const struct row *row, const lnt_tensor *target,
                                const lnt_tensor *weights)
{
    const bool by_rows = row->loss.kind == LNT_LOSS_SOFTMAX_CROSS_ENTROPY;
    double sum = 0;
    for (size_t i = 0; i < row->rows; i++) {
        const bool by_class = has_labels(row) && row->loss.class_weights != NULL;
        sum += weight_at(weights, i) *
               (by_class ? row->loss.class_weights[(size_t) lnt_tensor_get(target, i, 0)] : 1);
    }
    return by_rows ? sum : sum * (double) row->target_cols;
}

/* As many processes share the rows of a test. */
enum { N_GROUPS = 4 };

/* A test of each row, without and with weights; its body knows `row` and `weighted`. */
#define FOR_EACH_ROW(suite, test)                                                                  \
    static void check_##test(const struct row *row, bool weighted);                                \
    ParameterizedTestParameters(suite, test)                                                       \
    {                                                                                              \
        static size_t index[N_GROUPS];                                                             \
        for (size_t i = 0; i < N_GROUPS; i++) {                                                    \
            index[i] = i;                                                                          \
        }                                                                                          \
        return cr_make_param_array(size_t, index, N_GROUPS);                                       \
    }                                                                                              \
    ParameterizedTest(size_t *index, suite, test)                                                  \
    {                                                                                              \
        for (size_t i = *index; i < N_ROWS; i += N_GROUPS) {                                       \
            check_##test(&rows[i], false);                                                         \
            check_##test(&rows[i], true);                                                          \
        }                                                                                          \
    }                                                                                              \
    static void check_##test(const struct row *row, bool weighted)

/* What the row is tested with; `weights` is NULL unless `weighted`. */
#define SETTING(dtype)                                                                             \
    const lnt_tensor output = output_of(row, dtype), target = target_of(row, dtype);               \
    const lnt_tensor row_weights = weights_of(row, dtype);                                         \
    const lnt_tensor *weights = weighted ? &row_weights : NULL

#endif
