/* SPDX-License-Identifier: MIT */
#include "net_support.h"

#include <criterion/parameterized.h>
#include <limits.h>

/* Losses. One row a loss and form of target; every row passes every test of the first part. */

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

static long double squared(const lnt_loss *loss, long double x, long double y)
{
    (void) loss;
    return (x - y) * (x - y);
}

static long double absolute(const lnt_loss *loss, long double x, long double y)
{
    (void) loss;
    return fabsl(x - y);
}

static long double huber(const lnt_loss *loss, long double x, long double y)
{
    const long double e = fabsl(x - y), d = loss->delta;
    return e <= d ? e * e / 2 : d * (e - d / 2);
}

static long double log_cosh(const lnt_loss *loss, long double x, long double y)
{
    (void) loss;
    return logl(coshl(x - y));
}

static long double pinball(const lnt_loss *loss, long double x, long double y)
{
    return fmaxl(loss->quantile * (y - x), (loss->quantile - 1) * (y - x));
}

static long double binary(const lnt_loss *loss, long double x, long double y)
{
    const long double s = loss->label_smoothing, p = 1 / (1 + expl(-x));
    const long double share = (1 - s) * y + s / 2;
    const double *c = loss->class_weights;
    return -(c != NULL ? c[1] : 1) * share * logl(p) -
           (c != NULL ? c[0] : 1) * (1 - share) * logl(1 - p);
}

static long double poisson(const lnt_loss *loss, long double x, long double y)
{
    (void) loss;
    return expl(x) - y * x;
}

static long double each(element_loss element, const lnt_loss *loss, const lnt_tensor *output,
                        const lnt_tensor *target, size_t i)
{
    long double sum = 0;
    for (size_t j = 0; j < output->cols; j++) {
        sum += element(loss, lnt_get(output, i, j), lnt_get(target, i, j));
    }
    return sum;
}

#define EACH(name)                                                                                 \
    static long double name##_row(const lnt_loss *loss, const lnt_tensor *output,                  \
                                  const lnt_tensor *target, size_t i)                              \
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

static long double gaussian_row(const lnt_loss *loss, const lnt_tensor *output,
                                const lnt_tensor *target, size_t i)
{
    long double sum = 0;
    for (size_t j = 0; j < target->cols; j++) {
        const long double e = (long double) lnt_get(output, i, j) - lnt_get(target, i, j);
        const long double s = lnt_get(output, i, target->cols + j);
        const long double v = logl(1 + expl(s)) + loss->epsilon;
        sum += (e * e / v + logl(v)) / 2;
    }
    return sum;
}

static long double softmax_row(const lnt_loss *loss, const lnt_tensor *output,
                               const lnt_tensor *target, size_t i)
{
    const long double smoothing = loss->label_smoothing, classes = (long double) output->cols;
    long double largest = lnt_get(output, i, 0), sum = 0, value = 0;
    for (size_t j = 0; j < output->cols; j++) {
        largest = fmaxl(largest, lnt_get(output, i, j));
    }
    for (size_t j = 0; j < output->cols; j++) {
        sum += expl(lnt_get(output, i, j) - largest);
    }
    for (size_t j = 0; j < output->cols; j++) {
        const bool labels = target->cols == 1;
        const double y = labels ? lnt_get(target, i, 0) == (double) j : lnt_get(target, i, j);
        const long double share = (1 - smoothing) * y + smoothing / classes;
        value -= share * (loss->class_weights != NULL ? loss->class_weights[j] : 1) *
                 (lnt_get(output, i, j) - largest - logl(sum));
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
static lnt_loss loss_of(const struct row *row, lnt_reduction value, lnt_reduction gradient)
{
    lnt_loss loss = row->loss;
    loss.value = value;
    loss.gradient = gradient;
    return loss;
}

enum { N_ROWS = sizeof rows / sizeof rows[0] };

static lnt_tensor output_of(const struct row *row, lnt_dtype dtype)
{
    lnt_tensor output = random_matrix(dtype, row->rows, row->cols, 1);
    OK(lnt_scale(2, &output));
    return output;
}

static bool has_labels(const struct row *row)
{
    return row->target == LABELS || row->target == INTEGER_LABELS;
}

static lnt_dtype dtype_of(const struct row *row, lnt_dtype dtype)
{
    return row->target == INTEGERS || row->target == INTEGER_LABELS ? LNT_I32 : dtype;
}

/* Probabilities as they come: each row has a zero, and the rows do not sum to one. */
static lnt_tensor probabilities(const struct row *row, lnt_dtype dtype)
{
    lnt_tensor target = matrix(dtype, row->rows, row->cols);
    const lnt_init uniform = lnt_init_uniform(0, 0.5);
    OK(lnt_init_fill(&uniform, 20, 3, &target));
    for (size_t i = 0; i < row->rows; i++) {
        OK(lnt_set(&target, i, i % row->cols, 0));
    }
    return target;
}

/* Zero and one, or the first and the last class, are among them. */
static double whole_number(const struct row *row, size_t i, size_t j)
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

static lnt_tensor target_of(const struct row *row, lnt_dtype dtype)
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
            OK(lnt_set(&target, i, j, whole_number(row, i, j)));
        }
    }
    return target;
}

/* Weights that f32 holds exactly, one of them 0. */
static lnt_tensor weights_of(const struct row *row, lnt_dtype dtype)
{
    static const double some[] = {0.5, 2, 0, 1.25};
    const lnt_tensor weights = matrix(dtype, row->rows, 1);
    for (size_t i = 0; i < row->rows; i++) {
        OK(lnt_set(&weights, i, 0, some[i % 4]));
    }
    return weights;
}

static double weight_at(const lnt_tensor *weights, size_t i)
{
    return weights != NULL ? lnt_get(weights, i, 0) : 1;
}

/* By its definition: what the mean divides by. */
static double divisor_of(const struct row *row, const lnt_tensor *target, const lnt_tensor *weights)
{
    const bool by_rows = row->loss.kind == LNT_LOSS_SOFTMAX_CROSS_ENTROPY;
    double sum = 0;
    for (size_t i = 0; i < row->rows; i++) {
        const bool by_class = has_labels(row) && row->loss.class_weights != NULL;
        sum += weight_at(weights, i) *
               (by_class ? row->loss.class_weights[(size_t) lnt_get(target, i, 0)] : 1);
    }
    return by_rows ? sum : sum * (double) row->target_cols;
}

/* Each row without and with weights: even and odd indices. */
#define FOR_EACH_ROW(test)                                                                         \
    ParameterizedTestParameters(loss, test)                                                        \
    {                                                                                              \
        static size_t index[2 * N_ROWS];                                                           \
        for (size_t i = 0; i < 2 * N_ROWS; i++) {                                                  \
            index[i] = i;                                                                          \
        }                                                                                          \
        return cr_make_param_array(size_t, index, 2 * N_ROWS);                                     \
    }                                                                                              \
    ParameterizedTest(size_t *index, loss, test)

/* What the index of a test stands for; `weights` is NULL in every other one. */
#define SETTING(dtype)                                                                             \
    const lnt_tensor output = output_of(row, dtype), target = target_of(row, dtype);               \
    const lnt_tensor row_weights = weights_of(row, dtype);                                         \
    const lnt_tensor *weights = *index % 2 == 1 ? &row_weights : NULL

#define ROW_OF_INDEX const struct row *row = &rows[*index / 2]

FOR_EACH_ROW(values_by_definition)
{
    ROW_OF_INDEX;
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        SETTING(dtype);
        long double expected = 0, size = 1e-3L;
        for (size_t r = 0; r < row->rows; r++) {
            const long double term =
                weight_at(weights, r) * row->sum(&row->loss, &output, &target, r);
            expected += term;
            size += fabsl(term);
        }
        const double tolerance = dtype == LNT_F32 ? 1e-6 : 1e-14;
        const double divisor = divisor_of(row, &target, weights);
        double sum, mean, found;
        const lnt_loss of_sum = loss_of(row, LNT_SUM, LNT_MEAN);
        const lnt_loss of_mean = loss_of(row, LNT_MEAN, LNT_SUM);
        OK(lnt_loss_evaluate(&of_sum, &output, &target, weights, &sum, NULL));
        OK(lnt_loss_evaluate(&of_mean, &output, &target, weights, &mean, NULL));
        OK(lnt_loss_divisor(&of_mean, &output, &target, weights, &found));
        cr_assert(fabsl(sum - expected) <= tolerance * size, "%s: %.17g, expected %.17Lg",
                  row->name, sum, expected);
        cr_assert(fabsl(mean - expected / divisor) <= tolerance * size / divisor, "%s: %.17g",
                  row->name, mean);
        cr_assert(found == divisor, "%s: divisor %.17g, expected %.17g", row->name, found, divisor);
    }
}

FOR_EACH_ROW(gradients_by_central_differences)
{
    ROW_OF_INDEX;
    const double h = 1e-6, atol = 1e-5, rtol = 1e-3;
    for (lnt_reduction reduction = LNT_MEAN; reduction <= LNT_SUM; reduction++) {
        const lnt_loss loss = loss_of(row, reduction, reduction);
        SETTING(LNT_F64);
        lnt_tensor gradient = matrix(LNT_F64, row->rows, row->cols);
        double value, above, below;
        OK(lnt_loss_evaluate(&loss, &output, &target, weights, &value, &gradient));
        for (size_t k = 0; k < row->rows * row->cols; k++) {
            double *element = (double *) output.data + k;
            const double kept = *element, found = ((double *) gradient.data)[k];
            *element = kept + h;
            OK(lnt_loss_evaluate(&loss, &output, &target, weights, &above, NULL));
            *element = kept - h;
            OK(lnt_loss_evaluate(&loss, &output, &target, weights, &below, NULL));
            *element = kept;
            const double expected = (above - below) / (2 * h);
            cr_assert(fabs(found - expected) <= atol + rtol * fabs(expected),
                      "%s: element %zu: %.9g, by differences %.9g", row->name, k, found, expected);
        }
    }
}

/* The four pairs of reductions: the value follows one, the gradient the other. */
FOR_EACH_ROW(value_and_gradient_are_reduced_separately)
{
    ROW_OF_INDEX;
    SETTING(LNT_F64);
    const double divisor = divisor_of(row, &target, weights);
    double values[2][2];
    lnt_tensor gradients[2][2];
    for (int v = LNT_MEAN; v <= LNT_SUM; v++) {
        for (int g = LNT_MEAN; g <= LNT_SUM; g++) {
            const lnt_loss loss = loss_of(row, (lnt_reduction) v, (lnt_reduction) g);
            gradients[v][g] = matrix(LNT_F64, row->rows, row->cols);
            OK(lnt_loss_evaluate(&loss, &output, &target, weights, &values[v][g],
                                 &gradients[v][g]));
        }
    }
    cr_assert(values[LNT_MEAN][LNT_MEAN] == values[LNT_MEAN][LNT_SUM]);
    cr_assert(values[LNT_SUM][LNT_MEAN] == values[LNT_SUM][LNT_SUM]);
    cr_assert(values[LNT_MEAN][LNT_SUM] == values[LNT_SUM][LNT_SUM] / divisor);
    cr_assert(same_bits(&gradients[LNT_MEAN][LNT_MEAN], &gradients[LNT_SUM][LNT_MEAN]));
    cr_assert(same_bits(&gradients[LNT_MEAN][LNT_SUM], &gradients[LNT_SUM][LNT_SUM]));
    lnt_tensor scaled = copy_of(LNT_F64, &gradients[LNT_MEAN][LNT_MEAN]);
    OK(lnt_scale(divisor, &scaled));
    cr_assert(difference(&scaled, &gradients[LNT_SUM][LNT_SUM]) < 2e-15);
}

/* A row of weight 2 is a row given twice, and one of weight 0 a row left out. */
FOR_EACH_ROW(weights_count_rows)
{
    ROW_OF_INDEX;
    if (*index % 2 == 0 || row->rows < 3) {
        return;
    }
    const lnt_loss loss = loss_of(row, LNT_MEAN, LNT_MEAN);
    SETTING(LNT_F64);
    const size_t order[] = {1, 1, 2}; /* of rows 0, 1, 2 with weights 0, 2, 1 */
    lnt_tensor counts = matrix(LNT_F64, 3, 1), first_output = output, first_target = target;
    first_output.rows = first_target.rows = 3;
    OK(lnt_set(&counts, 1, 0, 2));
    OK(lnt_set(&counts, 2, 0, 1));
    OK(lnt_set(&first_output, 0, 0, NAN));
    lnt_tensor listed_output = matrix(LNT_F64, 3, output.cols);
    lnt_tensor listed_target = matrix(target.dtype, 3, target.cols);
    OK(lnt_gather_rows(&output, order, &listed_output));
    OK(lnt_gather_rows(&target, order, &listed_target));
    lnt_tensor gradient = matrix(LNT_F64, 3, output.cols), listed = gradient;
    listed.data = matrix(LNT_F64, 3, output.cols).data;
    double value, listed_value;
    OK(lnt_loss_evaluate(&loss, &first_output, &first_target, &counts, &value, &gradient));
    OK(lnt_loss_evaluate(&loss, &listed_output, &listed_target, NULL, &listed_value, &listed));
    cr_assert(fabs(value - listed_value) <= 1e-15 * (1 + fabs(value)), "%s", row->name);
    for (size_t j = 0; j < output.cols; j++) {
        const double twice = 2 * lnt_get(&listed, 0, j), once = lnt_get(&listed, 2, j);
        cr_assert(lnt_get(&gradient, 0, j) == 0, "%s: %zu", row->name, j);
        cr_assert(fabs(lnt_get(&gradient, 1, j) - twice) <= 1e-15, "%s: %zu", row->name, j);
        cr_assert(fabs(lnt_get(&gradient, 2, j) - once) <= 1e-15, "%s: %zu", row->name, j);
    }
    (void) weights;
}

/* The same as none, to the bit. */
FOR_EACH_ROW(weights_of_one)
{
    ROW_OF_INDEX;
    const lnt_loss loss = loss_of(row, LNT_MEAN, LNT_MEAN);
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        SETTING(dtype);
        (void) weights;
        lnt_tensor ones = matrix(dtype, row->rows, 1);
        OK(lnt_fill(1, &ones));
        lnt_tensor gradient = matrix(dtype, row->rows, row->cols);
        lnt_tensor weighted = matrix(dtype, row->rows, row->cols);
        double value, weighted_value;
        OK(lnt_loss_evaluate(&loss, &output, &target, NULL, &value, &gradient));
        OK(lnt_loss_evaluate(&loss, &output, &target, &ones, &weighted_value, &weighted));
        cr_assert(value == weighted_value && same_bits(&gradient, &weighted), "%s", row->name);
    }
}

FOR_EACH_ROW(weights_of_zero)
{
    ROW_OF_INDEX;
    for (lnt_reduction reduction = LNT_MEAN; reduction <= LNT_SUM; reduction++) {
        const lnt_loss loss = loss_of(row, reduction, reduction);
        SETTING(LNT_F64);
        (void) weights;
        const lnt_tensor zeros = matrix(LNT_F64, row->rows, 1);
        const lnt_tensor nothing = matrix(LNT_F64, row->rows, row->cols);
        lnt_tensor gradient = random_matrix(LNT_F64, row->rows, row->cols, 9);
        double value = 3;
        OK(lnt_loss_evaluate(&loss, &output, &target, &zeros, &value, &gradient));
        cr_assert(value == 0 && same_bits(&gradient, &nothing), "%s", row->name);
    }
}

FOR_EACH_ROW(f32_agrees_with_f64)
{
    ROW_OF_INDEX;
    const lnt_loss loss = loss_of(row, LNT_MEAN, LNT_MEAN);
    double values[2];
    lnt_tensor gradients[2];
    for (int k = 0; k < 2; k++) {
        SETTING(k == 0 ? LNT_F32 : LNT_F64);
        gradients[k] = matrix(output.dtype, row->rows, row->cols);
        OK(lnt_loss_evaluate(&loss, &output, &target, weights, &values[k], &gradients[k]));
    }
    cr_assert(fabs(values[0] - values[1]) <= 2e-6 * (1 + fabs(values[1])), "%s", row->name);
    cr_assert(difference(&gradients[0], &gradients[1]) <= 2e-6, "%s: %g", row->name,
              difference(&gradients[0], &gradients[1]));
}

FOR_EACH_ROW(any_layout)
{
    ROW_OF_INDEX;
    const lnt_loss loss = loss_of(row, LNT_MEAN, LNT_SUM);
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        SETTING(dtype);
        lnt_tensor gradient = matrix(dtype, row->rows, row->cols);
        double value;
        OK(lnt_loss_evaluate(&loss, &output, &target, weights, &value, &gradient));
        for (int how = 0; how < N_LAYOUTS * N_LAYOUTS * N_LAYOUTS; how++) {
            const lnt_tensor o = laid_out((layout) (how % N_LAYOUTS), &output);
            const lnt_tensor t = laid_out((layout) (how / N_LAYOUTS % N_LAYOUTS), &target);
            const lnt_tensor w = laid_out((layout) ((how + 1) % N_LAYOUTS), &row_weights);
            lnt_tensor g = laid_out((layout) (how / N_LAYOUTS / N_LAYOUTS), &output);
            double strided_value;
            OK(lnt_loss_evaluate(&loss, &o, &t, weights != NULL ? &w : NULL, &strided_value, &g));
            cr_assert(strided_value == value && same_bits(&g, &gradient), "%s: layouts %d",
                      row->name, how);
        }
    }
}

FOR_EACH_ROW(the_gradient_may_replace_the_output)
{
    ROW_OF_INDEX;
    const lnt_loss loss = loss_of(row, LNT_SUM, LNT_MEAN);
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        SETTING(dtype);
        lnt_tensor gradient = matrix(dtype, row->rows, row->cols);
        double value, value_in_place;
        OK(lnt_loss_evaluate(&loss, &output, &target, weights, &value, &gradient));
        for (layout how = 0; how < N_LAYOUTS; how++) {
            lnt_tensor view = laid_out(how, &output);
            OK(lnt_loss_evaluate(&loss, &view, &target, weights, &value_in_place, &view));
            cr_assert(value == value_in_place && same_bits(&view, &gradient), "%s", row->name);
        }
    }
}

FOR_EACH_ROW(no_rows)
{
    ROW_OF_INDEX;
    const lnt_loss loss = loss_of(row, LNT_MEAN, LNT_MEAN);
    const lnt_tensor output = lnt_tensor_f64(NULL, 0, row->cols);
    const lnt_tensor target =
        lnt_tensor_of(dtype_of(row, LNT_F64), NULL, 0, has_labels(row) ? 1 : row->target_cols);
    const lnt_tensor weights = lnt_tensor_f64(NULL, 0, 1);
    lnt_tensor gradient = output;
    double value = 3, divisor = 3;
    OK(lnt_loss_evaluate(&loss, &output, &target, *index % 2 == 1 ? &weights : NULL, &value,
                         &gradient));
    OK(lnt_loss_divisor(&loss, &output, &target, *index % 2 == 1 ? &weights : NULL, &divisor));
    cr_assert(value == 0 && divisor == 0, "%s: %g", row->name, value);
}

FOR_EACH_ROW(nan_shows_in_the_value)
{
    ROW_OF_INDEX;
    const lnt_loss loss = loss_of(row, LNT_MEAN, LNT_MEAN);
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        for (size_t j = 0; j < row->cols; j++) {
            SETTING(dtype);
            OK(lnt_set(&output, 0, j, NAN));
            double value;
            OK(lnt_loss_evaluate(&loss, &output, &target, weights, &value, NULL));
            cr_assert(isnan(value), "%s: NaN in column %zu gives %g", row->name, j, value);
        }
    }
}

FOR_EACH_ROW(errors)
{
    ROW_OF_INDEX;
    SETTING(LNT_F64);
    lnt_tensor gradient = matrix(LNT_F64, row->rows, row->cols);
    const lnt_tensor zero = matrix(LNT_F64, row->rows, row->cols);
    const lnt_loss loss = loss_of(row, LNT_MEAN, LNT_MEAN);
    double value = 3;
#define EVALUATE(output, target, gradient)                                                         \
    lnt_loss_evaluate(&loss, (output), (target), weights, &value, (gradient))
    FAILS(LNT_ERR_NULL, lnt_loss_evaluate(NULL, &output, &target, weights, &value, &gradient));
    FAILS(LNT_ERR_NULL, lnt_loss_evaluate(&loss, &output, &target, weights, NULL, &gradient));
    FAILS(LNT_ERR_NULL, EVALUATE(NULL, &target, &gradient));
    FAILS(LNT_ERR_NULL, EVALUATE(&output, NULL, &gradient));

    lnt_loss wrong = loss;
    wrong.kind = (lnt_loss_kind) 99;
    FAILS(LNT_ERR_INVALID, lnt_loss_evaluate(&wrong, &output, &target, NULL, &value, &gradient));
    wrong = loss;
    wrong.value = (lnt_reduction) 99;
    FAILS(LNT_ERR_INVALID, lnt_loss_evaluate(&wrong, &output, &target, NULL, &value, &gradient));
    wrong = loss;
    wrong.gradient = (lnt_reduction) -1;
    FAILS(LNT_ERR_INVALID, lnt_loss_evaluate(&wrong, &output, &target, NULL, &value, &gradient));

    lnt_tensor no_data = output, taller = output, wider = matrix(LNT_F64, row->rows, row->cols + 1);
    lnt_tensor wider_target = matrix(target.dtype, row->rows, row->cols + 1);
    no_data.data = NULL;
    taller.rows++;
    FAILS(LNT_ERR_NULL, EVALUATE(&no_data, &target, &gradient));
    FAILS(LNT_ERR_NULL, EVALUATE(&output, &target, &no_data));
    FAILS(LNT_ERR_SHAPE, EVALUATE(&taller, &target, &gradient));
    FAILS(LNT_ERR_SHAPE, EVALUATE(&output, &wider_target, &gradient));
    FAILS(LNT_ERR_SHAPE, EVALUATE(&output, &target, &wider));

    lnt_tensor f32 = matrix(LNT_F32, row->rows, row->cols), unset = output;
    const lnt_tensor i32 = matrix(LNT_I32, row->rows, row->cols);
    unset.dtype = (lnt_dtype) 0;
    FAILS(LNT_ERR_DTYPE, EVALUATE(&i32, &target, &gradient));
    FAILS(LNT_ERR_DTYPE, EVALUATE(&unset, &target, &gradient));
    FAILS(LNT_ERR_DTYPE, EVALUATE(&output, &unset, &gradient));
    FAILS(LNT_ERR_DTYPE, EVALUATE(&output, &target, &f32));
    const lnt_tensor f32_target = copy_of(LNT_F32, &target);
    FAILS(LNT_ERR_DTYPE, EVALUATE(&output, &f32_target, &gradient));
    if (row->target == NUMBERS || row->target == PROBABILITIES) {
        const lnt_tensor i32_target = matrix(LNT_I32, target.rows, target.cols);
        FAILS(LNT_ERR_DTYPE, EVALUATE(&output, &i32_target, &gradient));
    }
    cr_assert(value == 3 && same_bits(&gradient, &zero), "%s: outputs changed", row->name);

    if (row->rows > 1 && row->cols > 1) { /* shifted by one row, and onto the target */
        lnt_tensor store = random_matrix(LNT_F64, row->rows + 1, row->cols, 1), shifted = store;
        lnt_tensor first = store;
        shifted.data = (double *) store.data + row->cols;
        shifted.rows = first.rows = row->rows;
        FAILS(LNT_ERR_ALIAS, EVALUATE(&first, &target, &shifted));
    }
    if (target.dtype == LNT_F64 && target.cols == output.cols) {
        lnt_tensor onto = target;
        FAILS(LNT_ERR_ALIAS, EVALUATE(&output, &target, &onto));
    }
#undef EVALUATE
}

FOR_EACH_ROW(bad_weights)
{
    ROW_OF_INDEX;
    static const double bad[] = {-1, -1e-300, NAN, INFINITY, -INFINITY};
    SETTING(LNT_F64);
    (void) weights;
    const lnt_loss loss = loss_of(row, LNT_SUM, LNT_SUM);
    lnt_tensor gradient = matrix(LNT_F64, row->rows, row->cols);
    const lnt_tensor zero = matrix(LNT_F64, row->rows, row->cols);
    double value = 3;
#define EVALUATE(weights) lnt_loss_evaluate(&loss, &output, &target, (weights), &value, &gradient)
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const lnt_tensor wrong = copy_of(LNT_F64, &row_weights);
        OK(lnt_set(&wrong, row->rows - 1, 0, bad[i]));
        FAILS(LNT_ERR_INVALID, EVALUATE(&wrong));
        double divisor = 3;
        FAILS(LNT_ERR_INVALID, lnt_loss_divisor(&loss, &output, &target, &wrong, &divisor));
        cr_assert(divisor == 3);
    }
    const lnt_tensor taller = matrix(LNT_F64, row->rows + 1, 1);
    const lnt_tensor wider = matrix(LNT_F64, row->rows, 2);
    const lnt_tensor f32 = matrix(LNT_F32, row->rows, 1), i32 = matrix(LNT_I32, row->rows, 1);
    lnt_tensor no_data = row_weights;
    no_data.data = NULL;
    FAILS(LNT_ERR_SHAPE, EVALUATE(&taller));
    FAILS(LNT_ERR_SHAPE, EVALUATE(&wider));
    FAILS(LNT_ERR_DTYPE, EVALUATE(&f32));
    FAILS(LNT_ERR_DTYPE, EVALUATE(&i32));
    FAILS(LNT_ERR_NULL, EVALUATE(&no_data));
    cr_assert(value == 3 && same_bits(&gradient, &zero), "%s: outputs changed", row->name);
    lnt_tensor inside = gradient; /* its first column */
    inside.cols = 1;
    FAILS(LNT_ERR_ALIAS, EVALUATE(&inside));
#undef EVALUATE
}

/* --- names --- */

Test(loss, every_loss_is_in_the_table)
{
    for (int kind = 0; lnt_loss_name((lnt_loss_kind) kind) != NULL; kind++) {
        int count = 0;
        for (size_t i = 0; i < N_ROWS; i++) {
            count += (int) rows[i].loss.kind == kind;
        }
        cr_assert(count > 0 || kind == LNT_LOSS_CUSTOM, "%s has no row",
                  lnt_loss_name((lnt_loss_kind) kind));
        lnt_loss_kind found;
        OK(lnt_loss_find(lnt_loss_name((lnt_loss_kind) kind), &found));
        cr_assert_eq((int) found, kind);
    }
}

Test(loss, names_and_constructors)
{
    cr_assert_str_eq(lnt_loss_name(LNT_LOSS_MSE), "mse");
    cr_assert_str_eq(lnt_loss_name(LNT_LOSS_SOFTMAX_CROSS_ENTROPY), "softmax_cross_entropy");
    cr_assert_null(lnt_loss_name((lnt_loss_kind) -1));
    cr_assert_null(lnt_loss_name((lnt_loss_kind) INT_MAX));
    lnt_loss_kind kind = LNT_LOSS_MSE;
    FAILS(LNT_ERR_INVALID, lnt_loss_find("MSE", &kind));
    FAILS(LNT_ERR_NULL, lnt_loss_find(NULL, &kind));
    FAILS(LNT_ERR_NULL, lnt_loss_find("mse", NULL));
    cr_assert(!lnt_loss_is_classification(LNT_LOSS_MSE));
    cr_assert(lnt_loss_is_classification(LNT_LOSS_SOFTMAX_CROSS_ENTROPY));
    cr_assert(!lnt_loss_is_classification((lnt_loss_kind) 99));
    for (lnt_reduction reduction = LNT_MEAN; reduction <= LNT_SUM; reduction++) {
        const lnt_loss mse = lnt_mse(reduction), ce = lnt_softmax_cross_entropy(reduction);
        cr_assert(mse.kind == LNT_LOSS_MSE && ce.kind == LNT_LOSS_SOFTMAX_CROSS_ENTROPY);
        cr_assert(mse.value == reduction && mse.gradient == reduction);
        cr_assert(ce.value == reduction && ce.gradient == reduction);
    }
}
