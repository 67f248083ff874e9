/* SPDX-License-Identifier: MIT */
#include "support/reference.h"

#include <criterion/parameterized.h>

/* Losses against PyTorch's, and against scikit-learn's metrics; see tests/reference. */

static const double of_classes[] = {0.5, 2, 0.25, 3};
static const double of_answers[] = {0.25, 3};

#define SMOOTH .label_smoothing = 0.1
#define SOFTMAX .kind = LNT_LOSS_SOFTMAX_CROSS_ENTROPY
#define BINARY .kind = LNT_LOSS_BINARY_CROSS_ENTROPY
#define OF_CLASSES .class_weights = of_classes, .n_class_weights = 4
#define OF_ANSWERS .class_weights = of_answers, .n_class_weights = 2

static const struct row {
    const char *name;
    lnt_loss loss;
    const char *target;
    bool extreme;
} rows[] = {
    {"mse", {.kind = LNT_LOSS_MSE}, "y", true},
    {"mae", {.kind = LNT_LOSS_MAE}, "y", true},
    {"huber", {.kind = LNT_LOSS_HUBER, .delta = 1.5}, "y", true},
    {"log_cosh", {.kind = LNT_LOSS_LOG_COSH}, "y", true},
    {"quantile", {.kind = LNT_LOSS_QUANTILE, .quantile = 0.9}, "y", true},
    {"poisson", {.kind = LNT_LOSS_POISSON}, "counts", true},
    {"gaussian", {.kind = LNT_LOSS_GAUSSIAN, .epsilon = 1e-6}, "half", true},
    {"binary", {BINARY}, "answers", true},
    {"binary_smooth", {BINARY, SMOOTH}, "answers", false},
    {"binary_both", {BINARY, SMOOTH, OF_ANSWERS}, "answers", true},
    {"labels_plain", {SOFTMAX}, "labels", true},
    {"labels_smooth", {SOFTMAX, SMOOTH}, "labels", false},
    {"labels_class", {SOFTMAX, OF_CLASSES}, "labels", false},
    {"labels_both", {SOFTMAX, SMOOTH, OF_CLASSES}, "labels", true},
    {"shares_plain", {SOFTMAX}, "shares", true},
    {"shares_smooth", {SOFTMAX, SMOOTH}, "shares", false},
    {"shares_both", {SOFTMAX, SMOOTH, OF_CLASSES}, "shares", true},
};

enum { N_ROWS = sizeof rows / sizeof rows[0] };

static double number(const reference_file *file, const char *name, const char *what)
{
    char full[64];
    snprintf(full, sizeof full, "%s%s", name, what);
    return lnt_tensor_get(find(file, full), 0, 0);
}

static void near(double found, double expected, double tolerance, const char *name)
{
    assert_near(found, expected, tolerance * fabs(expected), "%s: %.17g, expected %.17g", name,
                found, expected);
}

static void compare(const reference_file *file, const struct row *row, const char *name,
                    const char *outputs, const lnt_tensor *w, lnt_dtype dtype)
{
    const double tolerance = dtype == LNT_F32 ? 1e-6 : 1e-13;
    const lnt_tensor x = copy_of(dtype, find(file, outputs));
    const lnt_tensor y = copy_of(dtype, find(file, row->target));
    const lnt_tensor weights = w != NULL ? copy_of(dtype, w) : (lnt_tensor){0};
    lnt_tensor gradient = matrix(dtype, x.rows, x.cols);
    lnt_loss loss = row->loss;
    double value;
    loss.value_reduction = LNT_SUM;
    loss.gradient_reduction = LNT_MEAN;
    OK(lnt_loss_evaluate(&loss, &x, &y, w != NULL ? &weights : NULL, &value, &gradient));
    near(value, number(file, name, ".sum"), tolerance, name);
    char full[64];
    snprintf(full, sizeof full, "%s.d", name);
    const double off = difference(&gradient, find(file, full));
    assert_le(off, tolerance, "%s: gradients differ by %g", name, off);
    loss.value_reduction = LNT_MEAN;
    OK(lnt_loss_evaluate(&loss, &x, &y, w != NULL ? &weights : NULL, &value, NULL));
    near(value, number(file, name, ".mean"), tolerance, name);
}

ParameterizedTestParameters(loss_reference, agrees_with_pytorch)
{
    static size_t index[N_ROWS];
    for (size_t i = 0; i < N_ROWS; i++) {
        index[i] = i;
    }
    return cr_make_param_array(size_t, index, N_ROWS);
}

ParameterizedTest(size_t *i, loss_reference, agrees_with_pytorch)
{
    static reference_file file;
    read_file(&file, "loss.txt");
    const struct row *row = &rows[*i];
    const char *extreme = row->loss.kind == LNT_LOSS_POISSON ? "rates" : "extreme";
    for (int k = 0; k < (row->extreme ? 4 : 2); k++) {
        char name[64];
        snprintf(name, sizeof name, "%s%s%s", row->name, k < 2 ? "" : "_extreme",
                 k % 2 == 0 ? "" : "_rows");
        const lnt_tensor *weights = k % 2 == 0 ? NULL : find(&file, "weights");
        compare(&file, row, name, k < 2 ? "x" : extreme, weights, LNT_F64);
        compare(&file, row, name, k < 2 ? "x" : extreme, weights, LNT_F32);
    }
}

/* scikit-learn knows only yes and no; a half is even, no. */
static double to_whole(double x, void *context)
{
    (void) context;
    return rint(x);
}

/* Row weights mean what sample_weight means there. */
Test(loss_reference, agrees_with_scikit_learn)
{
    static reference_file file, expected;
    read_file(&file, "loss.txt");
    read_file(&expected, "loss_sklearn.txt");
    for (size_t i = 0; i < expected.count; i++) {
        const char *name = expected.names[i];
        const struct row *row = rows;
        while (row < rows + N_ROWS && strcmp(row->name, name) != 0) {
            row++;
        }
        assert_lt(row, rows + N_ROWS, "%s", name);
        lnt_tensor x = *find(&file, "x"), y = *find(&file, row->target);
        if (row->loss.kind == LNT_LOSS_BINARY_CROSS_ENTROPY) {
            x.cols = y.cols = 1;
            OK(lnt_apply(to_whole, NULL, &y, &y));
        }
        double value;
        OK(lnt_loss_evaluate(&row->loss, &x, &y, find(&file, "weights"), &value, NULL));
        near(value, number(&expected, name, ""), 1e-13, name);
    }
}
