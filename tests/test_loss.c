/* SPDX-License-Identifier: MIT */
#include "net_support.h"

#include <criterion/parameterized.h>
#include <limits.h>

/* Losses. One row a loss and form of target; every row passes every test of the first part. */

typedef enum form { NUMBERS, LABELS, INTEGER_LABELS, PROBABILITIES } form;

/* By its definition, in long double: the sum over one row. */
typedef long double (*row_sum)(const lnt_tensor *output, const lnt_tensor *target, size_t i);

static long double squares(const lnt_tensor *output, const lnt_tensor *target, size_t i)
{
    long double sum = 0;
    for (size_t j = 0; j < output->cols; j++) {
        const long double error = (long double) lnt_get(output, i, j) - lnt_get(target, i, j);
        sum += error * error;
    }
    return sum;
}

static long double cross_entropy(const lnt_tensor *output, const lnt_tensor *target, size_t i)
{
    long double largest = lnt_get(output, i, 0), sum = 0, value = 0;
    for (size_t j = 0; j < output->cols; j++) {
        largest = fmaxl(largest, lnt_get(output, i, j));
    }
    for (size_t j = 0; j < output->cols; j++) {
        sum += expl(lnt_get(output, i, j) - largest);
    }
    for (size_t j = 0; j < output->cols; j++) {
        const bool labels = target->cols == 1;
        const double share = labels ? lnt_get(target, i, 0) == (double) j : lnt_get(target, i, j);
        value -= share * (lnt_get(output, i, j) - largest - logl(sum));
    }
    return value;
}

static const struct row {
    const char *name;
    lnt_loss_kind kind;
    form target;
    row_sum sum;
    size_t rows, cols;
    size_t count; /* what the mean divides by */
} rows[] = {
    {"mse", LNT_LOSS_MSE, NUMBERS, squares, 7, 5, 35},
    {"mse of one column", LNT_LOSS_MSE, NUMBERS, squares, 9, 1, 9},
    {"mse of one row", LNT_LOSS_MSE, NUMBERS, squares, 1, 4, 4},
    {"cross-entropy, labels", LNT_LOSS_SOFTMAX_CROSS_ENTROPY, LABELS, cross_entropy, 7, 5, 7},
    {"cross-entropy, I32", LNT_LOSS_SOFTMAX_CROSS_ENTROPY, INTEGER_LABELS, cross_entropy, 7, 5, 7},
    {"cross-entropy, rows", LNT_LOSS_SOFTMAX_CROSS_ENTROPY, PROBABILITIES, cross_entropy, 7, 5, 7},
    {"cross-entropy, two", LNT_LOSS_SOFTMAX_CROSS_ENTROPY, LABELS, cross_entropy, 3, 2, 3},
    {"cross-entropy, one row", LNT_LOSS_SOFTMAX_CROSS_ENTROPY, LABELS, cross_entropy, 1, 5, 1},
};

/* Value and gradient reduced each in its way. */
static lnt_loss loss_of(lnt_loss_kind kind, lnt_reduction value, lnt_reduction gradient)
{
    return (lnt_loss){.kind = kind, .value = value, .gradient = gradient};
}

enum { N_ROWS = sizeof rows / sizeof rows[0] };

static lnt_tensor output_of(const struct row *row, lnt_dtype dtype)
{
    lnt_tensor output = random_matrix(dtype, row->rows, row->cols, 1);
    OK(lnt_scale(2, &output));
    return output;
}

/* Probabilities as they come: each row has a zero, and the rows do not sum to one. */
static lnt_tensor target_of(const struct row *row, lnt_dtype dtype)
{
    if (row->target == NUMBERS) {
        return random_matrix(dtype, row->rows, row->cols, 2);
    }
    if (row->target == PROBABILITIES) {
        lnt_tensor target = matrix(dtype, row->rows, row->cols);
        const lnt_init uniform = lnt_init_uniform(0, 0.5);
        OK(lnt_init_fill(&uniform, 20, 3, &target));
        for (size_t i = 0; i < row->rows; i++) {
            OK(lnt_set(&target, i, i % row->cols, 0));
        }
        return target;
    }
    const lnt_tensor labels = matrix(row->target == LABELS ? dtype : LNT_I32, row->rows, 1);
    for (size_t i = 0; i < row->rows; i++) { /* first and last class included */
        OK(lnt_set(&labels, i, 0, (double) ((i * 4) % row->cols)));
    }
    return labels;
}

#define FOR_EACH_ROW(test)                                                                         \
    ParameterizedTestParameters(loss, test)                                                        \
    {                                                                                              \
        static size_t index[N_ROWS];                                                               \
        for (size_t i = 0; i < N_ROWS; i++) {                                                      \
            index[i] = i;                                                                          \
        }                                                                                          \
        return cr_make_param_array(size_t, index, N_ROWS);                                         \
    }                                                                                              \
    ParameterizedTest(size_t *i, loss, test)

FOR_EACH_ROW(values_by_definition)
{
    const struct row *row = &rows[*i];
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        const lnt_tensor output = output_of(row, dtype), target = target_of(row, dtype);
        long double expected = 0;
        for (size_t r = 0; r < row->rows; r++) {
            expected += row->sum(&output, &target, r);
        }
        const double tolerance = dtype == LNT_F32 ? 1e-6 : 1e-14;
        double sum, mean;
        const lnt_loss of_sum = loss_of(row->kind, LNT_SUM, LNT_MEAN);
        const lnt_loss of_mean = loss_of(row->kind, LNT_MEAN, LNT_SUM);
        OK(lnt_loss_evaluate(&of_sum, &output, &target, NULL, &sum, NULL));
        OK(lnt_loss_evaluate(&of_mean, &output, &target, NULL, &mean, NULL));
        cr_assert(fabsl(sum - expected) <= tolerance * expected, "%s: %.17g", row->name, sum);
        cr_assert(fabsl(mean - expected / row->count) <= tolerance * expected / row->count,
                  "%s: %.17g", row->name, mean);
    }
}

FOR_EACH_ROW(gradients_by_central_differences)
{
    const struct row *row = &rows[*i];
    const double h = 1e-6, atol = 1e-5, rtol = 1e-3;
    for (lnt_reduction reduction = LNT_MEAN; reduction <= LNT_SUM; reduction++) {
        const lnt_loss loss = loss_of(row->kind, reduction, reduction);
        const lnt_tensor output = output_of(row, LNT_F64), target = target_of(row, LNT_F64);
        lnt_tensor gradient = matrix(LNT_F64, row->rows, row->cols);
        double value, above, below;
        OK(lnt_loss_evaluate(&loss, &output, &target, NULL, &value, &gradient));
        for (size_t k = 0; k < row->rows * row->cols; k++) {
            double *element = (double *) output.data + k;
            const double kept = *element, found = ((double *) gradient.data)[k];
            *element = kept + h;
            OK(lnt_loss_evaluate(&loss, &output, &target, NULL, &above, NULL));
            *element = kept - h;
            OK(lnt_loss_evaluate(&loss, &output, &target, NULL, &below, NULL));
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
    const struct row *row = &rows[*i];
    const lnt_tensor output = output_of(row, LNT_F64), target = target_of(row, LNT_F64);
    double values[2][2];
    lnt_tensor gradients[2][2];
    for (int v = LNT_MEAN; v <= LNT_SUM; v++) {
        for (int g = LNT_MEAN; g <= LNT_SUM; g++) {
            const lnt_loss loss = loss_of(row->kind, (lnt_reduction) v, (lnt_reduction) g);
            gradients[v][g] = matrix(LNT_F64, row->rows, row->cols);
            OK(lnt_loss_evaluate(&loss, &output, &target, NULL, &values[v][g], &gradients[v][g]));
        }
    }
    cr_assert(values[LNT_MEAN][LNT_MEAN] == values[LNT_MEAN][LNT_SUM]);
    cr_assert(values[LNT_SUM][LNT_MEAN] == values[LNT_SUM][LNT_SUM]);
    cr_assert(values[LNT_MEAN][LNT_SUM] == values[LNT_SUM][LNT_SUM] / (double) row->count);
    cr_assert(same_bits(&gradients[LNT_MEAN][LNT_MEAN], &gradients[LNT_SUM][LNT_MEAN]));
    cr_assert(same_bits(&gradients[LNT_MEAN][LNT_SUM], &gradients[LNT_SUM][LNT_SUM]));
    lnt_tensor scaled = copy_of(LNT_F64, &gradients[LNT_MEAN][LNT_MEAN]);
    OK(lnt_scale((double) row->count, &scaled));
    cr_assert(difference(&scaled, &gradients[LNT_SUM][LNT_SUM]) < 1e-15);
}

FOR_EACH_ROW(f32_agrees_with_f64)
{
    const struct row *row = &rows[*i];
    const lnt_loss loss = loss_of(row->kind, LNT_MEAN, LNT_MEAN);
    double values[2];
    lnt_tensor gradients[2];
    for (int k = 0; k < 2; k++) {
        const lnt_dtype dtype = k == 0 ? LNT_F32 : LNT_F64;
        const lnt_tensor output = output_of(row, dtype), target = target_of(row, dtype);
        gradients[k] = matrix(dtype, row->rows, row->cols);
        OK(lnt_loss_evaluate(&loss, &output, &target, NULL, &values[k], &gradients[k]));
    }
    cr_assert(fabs(values[0] - values[1]) <= 1e-6 * values[1], "%s", row->name);
    cr_assert(difference(&gradients[0], &gradients[1]) <= 1e-6, "%s", row->name);
}

FOR_EACH_ROW(any_layout)
{
    const struct row *row = &rows[*i];
    const lnt_loss loss = loss_of(row->kind, LNT_MEAN, LNT_SUM);
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        const lnt_tensor output = output_of(row, dtype), target = target_of(row, dtype);
        lnt_tensor gradient = matrix(dtype, row->rows, row->cols);
        double value;
        OK(lnt_loss_evaluate(&loss, &output, &target, NULL, &value, &gradient));
        for (int how = 0; how < N_LAYOUTS * N_LAYOUTS * N_LAYOUTS; how++) {
            const lnt_tensor o = laid_out((layout) (how % N_LAYOUTS), &output);
            const lnt_tensor t = laid_out((layout) (how / N_LAYOUTS % N_LAYOUTS), &target);
            lnt_tensor g = laid_out((layout) (how / N_LAYOUTS / N_LAYOUTS), &output);
            double strided_value;
            OK(lnt_loss_evaluate(&loss, &o, &t, NULL, &strided_value, &g));
            cr_assert(strided_value == value && same_bits(&g, &gradient), "%s: layouts %d",
                      row->name, how);
        }
    }
}

FOR_EACH_ROW(the_gradient_may_replace_the_output)
{
    const struct row *row = &rows[*i];
    const lnt_loss loss = loss_of(row->kind, LNT_SUM, LNT_MEAN);
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        lnt_tensor output = output_of(row, dtype), gradient = matrix(dtype, row->rows, row->cols);
        const lnt_tensor target = target_of(row, dtype);
        double value, value_in_place;
        OK(lnt_loss_evaluate(&loss, &output, &target, NULL, &value, &gradient));
        for (layout how = 0; how < N_LAYOUTS; how++) {
            lnt_tensor view = laid_out(how, &output);
            OK(lnt_loss_evaluate(&loss, &view, &target, NULL, &value_in_place, &view));
            cr_assert(value == value_in_place && same_bits(&view, &gradient), "%s", row->name);
        }
    }
}

FOR_EACH_ROW(no_rows)
{
    const struct row *row = &rows[*i];
    const lnt_loss loss = loss_of(row->kind, LNT_MEAN, LNT_MEAN);
    const lnt_tensor output = lnt_tensor_f64(NULL, 0, row->cols);
    const bool labels = row->target == LABELS || row->target == INTEGER_LABELS;
    const lnt_tensor target = lnt_tensor_of(row->target == INTEGER_LABELS ? LNT_I32 : LNT_F64, NULL,
                                            0, labels ? 1 : row->cols);
    lnt_tensor gradient = output;
    double value = 3;
    OK(lnt_loss_evaluate(&loss, &output, &target, NULL, &value, &gradient));
    cr_assert(value == 0, "%s: %g", row->name, value);
}

FOR_EACH_ROW(nan_shows_in_the_value)
{
    const struct row *row = &rows[*i];
    const lnt_loss loss = loss_of(row->kind, LNT_MEAN, LNT_MEAN);
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        for (size_t j = 0; j < row->cols; j++) {
            const lnt_tensor output = output_of(row, dtype), target = target_of(row, dtype);
            OK(lnt_set(&output, row->rows - 1, j, NAN));
            double value;
            OK(lnt_loss_evaluate(&loss, &output, &target, NULL, &value, NULL));
            cr_assert(isnan(value), "%s: NaN in column %zu gives %g", row->name, j, value);
        }
    }
}

FOR_EACH_ROW(errors)
{
    const struct row *row = &rows[*i];
    const lnt_tensor output = output_of(row, LNT_F64), target = target_of(row, LNT_F64);
    lnt_tensor gradient = matrix(LNT_F64, row->rows, row->cols);
    const lnt_tensor zero = matrix(LNT_F64, row->rows, row->cols);
    const lnt_loss loss = loss_of(row->kind, LNT_MEAN, LNT_MEAN);
    double value = 3;
#define EVALUATE(output, target, gradient)                                                         \
    lnt_loss_evaluate(&loss, (output), (target), NULL, &value, (gradient))
    FAILS(LNT_ERR_NULL, lnt_loss_evaluate(NULL, &output, &target, NULL, &value, &gradient));
    FAILS(LNT_ERR_NULL, lnt_loss_evaluate(&loss, &output, &target, NULL, NULL, &gradient));
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
    no_data.data = NULL;
    taller.rows++;
    FAILS(LNT_ERR_NULL, EVALUATE(&no_data, &target, &gradient));
    FAILS(LNT_ERR_NULL, EVALUATE(&output, &target, &no_data));
    FAILS(LNT_ERR_SHAPE, EVALUATE(&taller, &target, &gradient));
    FAILS(LNT_ERR_SHAPE, EVALUATE(&output, &wider, &gradient));
    FAILS(LNT_ERR_SHAPE, EVALUATE(&output, &target, &wider));

    lnt_tensor f32 = matrix(LNT_F32, row->rows, row->cols), unset = output;
    const lnt_tensor i32 = matrix(LNT_I32, row->rows, row->cols);
    unset.dtype = (lnt_dtype) 0;
    FAILS(LNT_ERR_DTYPE, EVALUATE(&i32, &target, &gradient));
    FAILS(LNT_ERR_DTYPE, EVALUATE(&unset, &target, &gradient));
    FAILS(LNT_ERR_DTYPE, EVALUATE(&output, &unset, &gradient));
    FAILS(LNT_ERR_DTYPE, EVALUATE(&output, &target, &f32));
    if (row->target == NUMBERS || row->target == PROBABILITIES) {
        FAILS(LNT_ERR_DTYPE, EVALUATE(&output, &i32, &gradient));
        FAILS(LNT_ERR_DTYPE, EVALUATE(&output, &f32, &gradient));
    }
    cr_assert(value == 3 && same_bits(&gradient, &zero), "%s: outputs changed", row->name);

    if (row->rows > 1 && row->cols > 1) { /* shifted by one row, and onto the target */
        lnt_tensor store = random_matrix(LNT_F64, row->rows + 1, row->cols, 1), shifted = store;
        lnt_tensor first = store;
        shifted.data = (double *) store.data + row->cols;
        shifted.rows = first.rows = row->rows;
        FAILS(LNT_ERR_ALIAS, EVALUATE(&first, &target, &shifted));
    }
    if (row->target == NUMBERS || row->target == PROBABILITIES) {
        lnt_tensor onto = target;
        FAILS(LNT_ERR_ALIAS, EVALUATE(&output, &target, &onto));
    }
#undef EVALUATE
}

/* --- names --- */

Test(loss, every_loss_is_in_the_table)
{
    for (int kind = 0; lnt_loss_name((lnt_loss_kind) kind) != NULL; kind++) {
        int count = 0;
        for (size_t i = 0; i < N_ROWS; i++) {
            count += (int) rows[i].kind == kind;
        }
        cr_assert(count > 0, "%s has no row", lnt_loss_name((lnt_loss_kind) kind));
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
