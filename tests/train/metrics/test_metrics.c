/* SPDX-License-Identifier: MIT */
#include "support/failing_allocator.h"
#include "support/reference.h"

/* Measures of outputs against targets: scikit-learn's, from tests/reference/make_metrics.py. */

static const lnt_metric of_classes[] = {LNT_METRIC_ACCURACY,          LNT_METRIC_TOP_K,
                                        LNT_METRIC_BALANCED_ACCURACY, LNT_METRIC_F1,
                                        LNT_METRIC_ROC_AUC,           LNT_METRIC_LOG_LOSS};
static const lnt_metric of_numbers[] = {LNT_METRIC_MAE, LNT_METRIC_RMSE, LNT_METRIC_R2};

static const struct row {
    const char *name;
    lnt_loss_kind loss;
    const lnt_metric *metrics;
    size_t n_metrics;
} rows[] = {
    {"four", LNT_LOSS_SOFTMAX_CROSS_ENTROPY, of_classes, 6},
    {"two", LNT_LOSS_SOFTMAX_CROSS_ENTROPY, of_classes, 6},
    {"logit", LNT_LOSS_BINARY_CROSS_ENTROPY, of_classes, 6},
    {"numbers", LNT_LOSS_MSE, of_numbers, 3},
};

enum { N_ROWS = sizeof rows / sizeof rows[0] };

static lnt_scorer *new_scorer(lnt_loss loss, size_t outputs, size_t max_rows, size_t top_k)
{
    lnt_scorer *scorer = NULL;
    const lnt_scorer_config config = {
        .loss = loss, .outputs = outputs, .max_rows = max_rows, .top_k = top_k};
    OK(lnt_scorer_create(&scorer, &config));
    return scorer;
}

/* Adds in batches of `batch` rows, and asks for the scores. */
static lnt_scores score(lnt_scorer *scorer, const lnt_tensor *output, const lnt_tensor *target,
                        const lnt_tensor *weights, size_t batch)
{
    lnt_scores scores;
    lnt_scorer_reset(scorer);
    for (size_t first = 0; first < output->rows; first += batch) {
        const size_t left = output->rows - first, count = left < batch ? left : batch;
        lnt_tensor o, t, w;
        OK(lnt_slice_rows(output, first, count, 1, &o));
        OK(lnt_slice_rows(target, first, count, 1, &t));
        if (weights != NULL) {
            OK(lnt_slice_rows(weights, first, count, 1, &w));
        }
        OK(lnt_scorer_update(scorer, &o, &t, weights != NULL ? &w : NULL));
    }
    OK(lnt_scorer_compute(scorer, &scores));
    return scores;
}

static const lnt_tensor *part(const reference_file *file, const struct row *row, const char *what)
{
    char name[64];
    snprintf(name, sizeof name, "%s.%s", row->name, what);
    return find(file, name);
}

Test(metrics, agree_with_scikit_learn)
{
    static reference_file file;
    read_file(&file, "metrics.txt");
    for (size_t r = 0; r < N_ROWS; r++) {
        const lnt_tensor *output = part(&file, &rows[r], "output");
        const lnt_tensor *target = part(&file, &rows[r], "target");
        lnt_scorer *scorer =
            new_scorer(lnt_loss_defaults(rows[r].loss, LNT_MEAN), output->cols, 150, 2);
        for (int weighted = 0; weighted < 2; weighted++) {
            const lnt_tensor *expected = part(&file, &rows[r], weighted ? "weighted" : "plain");
            const lnt_tensor *weights = weighted ? find(&file, "weights") : NULL;
            const size_t batches[] = {1, 7, 64, 65, 150};
            for (size_t b = 0; b < 5; b++) {
                const lnt_scores scores = score(scorer, output, target, weights, batches[b]);
                assert_eq(scores.rows, 150);
                for (size_t m = 0; m < rows[r].n_metrics; m++) {
                    const double ours = scores.value[rows[r].metrics[m]];
                    const double theirs = lnt_tensor_get(expected, 0, m);
                    if (rows[r].metrics[m] == LNT_METRIC_TOP_K && theirs == 0) {
                        assert_nan(ours); /* of two classes */
                        continue;
                    }
                    assert_near(ours, theirs, 1e-12 * fabs(theirs), "%s, %s: %.17g, not %.17g",
                                rows[r].name, lnt_metric_name(rows[r].metrics[m]), ours, theirs);
                }
            }
        }
        lnt_scorer_destroy(scorer);
    }
}

Test(metrics, apply_where_they_have_a_value)
{
    static reference_file file;
    read_file(&file, "metrics.txt");
    for (size_t r = 0; r < N_ROWS; r++) {
        const lnt_tensor *output = part(&file, &rows[r], "output");
        lnt_scorer *scorer =
            new_scorer(lnt_loss_defaults(rows[r].loss, LNT_SUM), output->cols, 150, 2);
        const lnt_scores scores = score(scorer, output, part(&file, &rows[r], "target"), NULL, 150);
        for (int m = 0; m < LNT_N_METRICS; m++) {
            assert_eq(lnt_metric_applies((lnt_metric) m, rows[r].loss, output->cols),
                      !isnan(scores.value[m]), "%s: %s", rows[r].name,
                      lnt_metric_name((lnt_metric) m));
        }
        lnt_scorer_destroy(scorer);
    }
    cr_assert(!lnt_metric_applies(LNT_N_METRICS, LNT_LOSS_MSE, 3));
    cr_assert(!lnt_metric_applies(LNT_METRIC_ACCURACY, LNT_LOSS_BINARY_CROSS_ENTROPY, 3));
    cr_assert(!lnt_metric_applies(LNT_METRIC_MAE, LNT_LOSS_BINARY_CROSS_ENTROPY, 3));
}

/* The loss is that of all rows at once, however they are cut. */
Test(metrics, loss)
{
    static reference_file file;
    read_file(&file, "metrics.txt");
    for (size_t r = 0; r < N_ROWS; r++) {
        for (int reduction = LNT_MEAN; reduction <= LNT_SUM; reduction++) {
            const lnt_tensor *output = part(&file, &rows[r], "output");
            const lnt_tensor *target = part(&file, &rows[r], "target");
            const lnt_tensor *weights = find(&file, "weights");
            const lnt_loss loss = lnt_loss_defaults(rows[r].loss, (lnt_reduction) reduction);
            double value;
            OK(lnt_loss_evaluate(&loss, output, target, weights, &value, NULL));
            lnt_scorer *scorer = new_scorer(loss, output->cols, 0, 1);
            const lnt_scores scores = score(scorer, output, target, weights, 11);
            assert_near(scores.value[LNT_METRIC_LOSS], value, 1e-13 * fabs(value));
            assert_nan(scores.value[LNT_METRIC_ROC_AUC]); /* no rows are kept */
            lnt_scorer_destroy(scorer);
        }
    }
}

Test(metrics, confusion)
{
    double logits[] = {3, 1, 0, 0, 2, 1, 0, 5, 1, 1, 0, 4, NAN, 0, 0};
    int32_t labels[] = {0, 0, 1, 2, 1};
    double w[] = {1, 2, 4, 8, 16};
    const lnt_tensor output = lnt_tensor_f64(logits, 5, 3), target = lnt_tensor_i32(labels, 5, 1);
    const lnt_tensor weights = lnt_tensor_f64(w, 5, 1);
    lnt_scorer *scorer = new_scorer(lnt_softmax_cross_entropy(LNT_MEAN), 3, 5, 1);
    const lnt_scores scores = score(scorer, &output, &target, &weights, 5);
    const double expected[3][3] = {{1, 2, 0}, {0, 4, 0}, {0, 0, 8}};
    assert_eq(lnt_scorer_classes(scorer), 3);
    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j < 3; j++) {
            assert_eq(lnt_scorer_confusion(scorer, i, j), expected[i][j]);
        }
    }
    assert_eq(lnt_scorer_confusion(scorer, 3, 0), 0);
    assert_eq(lnt_scorer_confusion(scorer, 0, 3), 0);
    assert_near(scores.value[LNT_METRIC_ACCURACY], 13 / 31.0, 1e-15); /* NaN is wrong */
    assert_nan(scores.value[LNT_METRIC_LOSS]);
    assert_nan(scores.value[LNT_METRIC_ROC_AUC]);
    lnt_scorer_reset(scorer);
    assert_eq(lnt_scorer_confusion(scorer, 1, 1), 0);
    lnt_scorer_destroy(scorer);
}

/* Rates of a Poisson, means of a Gaussian: the scores are of what outputs mean. */
Test(metrics, numbers_are_what_outputs_mean)
{
    double logs[] = {0, log(2), log(5)}, counts[] = {1, 3, 4}, halves[] = {1, 9, 2, 9, 3, 9};
    double numbers[] = {1, 2.5, 3};
    const lnt_tensor rate = lnt_tensor_f64(logs, 3, 1), count = lnt_tensor_f64(counts, 3, 1);
    const lnt_tensor normal = lnt_tensor_f64(halves, 3, 2), number = lnt_tensor_f64(numbers, 3, 1);
    lnt_scorer *scorer = new_scorer(lnt_poisson(LNT_MEAN), 1, 0, 1);
    lnt_scores scores = score(scorer, &rate, &count, NULL, 2);
    assert_near(scores.value[LNT_METRIC_MAE], 2 / 3.0, 1e-15);
    assert_near(scores.value[LNT_METRIC_RMSE], sqrt(2 / 3.0), 1e-15);
    lnt_scorer_destroy(scorer);
    scorer = new_scorer(lnt_gaussian(LNT_MEAN), 2, 0, 1);
    scores = score(scorer, &normal, &number, NULL, 3);
    assert_near(scores.value[LNT_METRIC_MAE], 0.5 / 3, 1e-15);
    lnt_scorer_destroy(scorer);
}

/* A class that ties with others is not found before the later ones, as scikit-learn has it. */
Test(metrics, top_k_of_ties)
{
    double logits[] = {1, 1, 1, 1, 0, 2, 2, 0};
    int32_t labels[] = {2, 1};
    const double expected[] = {0, 1, 1, 1}; /* by k, of the rows together */
    const lnt_tensor output = lnt_tensor_f64(logits, 2, 4), target = lnt_tensor_i32(labels, 2, 1);
    for (size_t k = 1; k <= 4; k++) {
        lnt_scorer *scorer = new_scorer(lnt_softmax_cross_entropy(LNT_MEAN), 4, 0, k);
        const lnt_scores scores = score(scorer, &output, &target, NULL, 2);
        assert_eq(scores.value[LNT_METRIC_TOP_K], expected[k - 1], "k = %zu", k);
        lnt_scorer_destroy(scorer);
    }
}

/* Outputs of f32 are measured in double: as their copy in f64. */
Test(metrics, outputs_of_f32)
{
    static reference_file file;
    read_file(&file, "metrics.txt");
    for (size_t r = 0; r < N_ROWS; r++) {
        const bool classes = rows[r].loss != LNT_LOSS_MSE;
        const lnt_tensor output = copy_of(LNT_F32, part(&file, &rows[r], "output"));
        const lnt_tensor *target = part(&file, &rows[r], "target");
        const lnt_tensor single = copy_of(classes ? LNT_I32 : LNT_F32, target);
        const lnt_tensor wide = copy_of(LNT_F64, &output), same = copy_of(LNT_F64, &single);
        lnt_scorer *scorer =
            new_scorer(lnt_loss_defaults(rows[r].loss, LNT_MEAN), output.cols, 150, 2);
        const lnt_scores ours = score(scorer, &output, &single, NULL, 40);
        const lnt_scores exact = score(scorer, &wide, &same, NULL, 40);
        for (size_t m = 0; m < rows[r].n_metrics; m++) {
            const double value = exact.value[rows[r].metrics[m]];
            if (!isnan(value)) {
                assert_near(ours.value[rows[r].metrics[m]], value, 1e-14 * fabs(value), "%s, %s",
                            rows[r].name, lnt_metric_name(rows[r].metrics[m]));
            }
        }
        lnt_scorer_destroy(scorer);
    }
}

/* The spread of targets far from zero: y = 2^30 + i/1024, which doubles hold exactly. */
Test(metrics, r2_of_a_large_mean)
{
    enum { MANY = 101 };
    double y[MANY], near[MANY], small[MANY], small_near[MANY];
    for (size_t i = 0; i < MANY; i++) {
        small[i] = (double) i / 1024;
        small_near[i] = small[i] + (double) (i * 37 % 11) / 2048;
        y[i] = 0x1p30 + small[i];
        near[i] = 0x1p30 + small_near[i];
    }
    const lnt_tensor target = lnt_tensor_f64(y, MANY, 1), output = lnt_tensor_f64(near, MANY, 1);
    const lnt_tensor at_zero = lnt_tensor_f64(small, MANY, 1);
    const lnt_tensor near_zero = lnt_tensor_f64(small_near, MANY, 1);
    lnt_scorer *scorer = new_scorer(lnt_mse(LNT_MEAN), 1, 0, 1);
    const double expected = score(scorer, &near_zero, &at_zero, NULL, MANY).value[LNT_METRIC_R2];
    const double r2 = score(scorer, &output, &target, NULL, 7).value[LNT_METRIC_R2];
    assert_near(r2, expected, 1e-14);
    assert_gt(r2, 0.9);
    assert_lt(r2, 1);
    lnt_scorer_destroy(scorer);
}

Test(metrics, where_nothing_is_defined)
{
    double constant[] = {4, 4}, zeros[] = {0, 0};
    int32_t same[] = {1, 1};
    const lnt_tensor flat = lnt_tensor_f64(constant, 2, 1), output = lnt_tensor_f64(zeros, 2, 1);
    const lnt_tensor label = lnt_tensor_i32(same, 2, 1);
    lnt_scorer *scorer = new_scorer(lnt_mse(LNT_MEAN), 1, 0, 1);
    lnt_scores scores = score(scorer, &output, &flat, NULL, 2);
    assert_nan(scores.value[LNT_METRIC_R2]);
    assert_eq(scores.value[LNT_METRIC_MAE], 4);
    lnt_scorer_reset(scorer);
    OK(lnt_scorer_compute(scorer, &scores));
    for (int m = 0; m < LNT_N_METRICS; m++) {
        assert_nan(scores.value[m]);
    }
    assert_eq(scores.rows, 0);
    lnt_scorer_destroy(scorer);
    scorer = new_scorer(lnt_binary_cross_entropy(LNT_MEAN), 1, 2, 1);
    scores = score(scorer, &output, &label, NULL, 2);
    assert_nan(scores.value[LNT_METRIC_ROC_AUC]); /* one class alone */
    assert_near(scores.value[LNT_METRIC_LOG_LOSS], log(2), 1e-15);
    lnt_scorer_destroy(scorer);
}

/* 5,000 rows: the sort of the AUC, against counting pairs. */
Test(metrics, auc_by_pairs)
{
    enum { MANY = 5000 };
    static double logits[MANY];
    static int32_t labels[MANY];
    lnt_random random = lnt_random_init(4, 4);
    for (size_t i = 0; i < MANY; i++) {
        labels[i] = (int32_t) lnt_random_bounded(&random, 2);
        logits[i] = (double) lnt_random_bounded(&random, 300) / 10 + labels[i];
    }
    double wins = 0, pairs = 0;
    for (size_t i = 0; i < MANY; i++) {
        for (size_t j = 0; j < MANY; j++) {
            if (labels[i] == 1 && labels[j] == 0) {
                wins += logits[i] > logits[j] ? 1 : logits[i] == logits[j] ? 0.5 : 0;
                pairs++;
            }
        }
    }
    const lnt_tensor output = lnt_tensor_f64(logits, MANY, 1);
    const lnt_tensor target = lnt_tensor_i32(labels, MANY, 1);
    lnt_scorer *scorer = new_scorer(lnt_binary_cross_entropy(LNT_MEAN), 1, MANY, 1);
    const lnt_scores scores = score(scorer, &output, &target, NULL, 1000);
    assert_near(scores.value[LNT_METRIC_ROC_AUC], wins / pairs, 1e-12);
    lnt_scorer_destroy(scorer);
}

Test(metrics, memory)
{
    const lnt_scorer_config sizes[] = {
        {.loss = lnt_softmax_cross_entropy(LNT_MEAN), .outputs = 4, .max_rows = 10, .top_k = 2},
        {.loss = lnt_mse(LNT_MEAN), .outputs = 3, .max_rows = 10, .top_k = 1}};
    for (size_t k = 0; k < 2; k++) {
        failing counter = {0};
        lnt_allocator allocator = failing_allocator(&counter);
        lnt_scorer_config config = sizes[k];
        config.allocator = &allocator;
        lnt_scorer *scorer = NULL;
        OK(lnt_scorer_create(&scorer, &config));
        const size_t calls = counter.calls;
        const lnt_tensor output = random_matrix(LNT_F32, 10, config.outputs, 1);
        const lnt_tensor target = k == 0 ? matrix(LNT_I32, 10, 1) : copy_of(LNT_F32, &output);
        lnt_scores scores;
        OK(lnt_scorer_update(scorer, &output, &target, NULL));
        OK(lnt_scorer_compute(scorer, &scores));
        assert_eq(counter.calls, calls, "scoring allocates");
        FAILS(LNT_ERR_TOO_LARGE, lnt_scorer_update(scorer, &output, &target, NULL));
        lnt_scorer_destroy(scorer);
        assert_eq(counter.live, 0);
        for (size_t n = 1; n <= calls; n++) {
            counter = (failing){.fail_at = n};
            FAILS(LNT_ERR_MEMORY, lnt_scorer_create(&scorer, &config));
            cr_assert_null(scorer);
            assert_eq(counter.live, 0);
        }
    }
}

Test(metrics, errors)
{
    lnt_scorer *scorer = NULL;
    lnt_scorer_config config = {
        .loss = lnt_softmax_cross_entropy(LNT_MEAN), .outputs = 4, .max_rows = 10, .top_k = 2};
    FAILS(LNT_ERR_NULL, lnt_scorer_create(NULL, &config));
    FAILS(LNT_ERR_NULL, lnt_scorer_create(&scorer, NULL));
    config.top_k = 0;
    FAILS(LNT_ERR_INVALID, lnt_scorer_create(&scorer, &config));
    config.top_k = 5;
    FAILS(LNT_ERR_INVALID, lnt_scorer_create(&scorer, &config));
    config.top_k = 4;
    config.outputs = 0;
    FAILS(LNT_ERR_INVALID, lnt_scorer_create(&scorer, &config));
    config.outputs = 4;
    config.outputs = (size_t) INT32_MAX + 1;
    FAILS(LNT_ERR_TOO_LARGE, lnt_scorer_create(&scorer, &config));
    config.outputs = 4;
    OK(lnt_scorer_create(&scorer, &config));
    const lnt_tensor output = random_matrix(LNT_F64, 3, 4, 1), labels = matrix(LNT_I32, 3, 1);
    const lnt_tensor wide = random_matrix(LNT_F64, 3, 5, 1);
    lnt_scores scores;
    FAILS(LNT_ERR_NULL, lnt_scorer_update(NULL, &output, &labels, NULL));
    FAILS(LNT_ERR_NULL, lnt_scorer_update(scorer, NULL, &labels, NULL));
    FAILS(LNT_ERR_NULL, lnt_scorer_update(scorer, &output, NULL, NULL));
    FAILS(LNT_ERR_SHAPE, lnt_scorer_update(scorer, &wide, &labels, NULL));
    FAILS(LNT_ERR_NULL, lnt_scorer_compute(scorer, NULL));
    FAILS(LNT_ERR_NULL, lnt_scorer_compute(NULL, &scores));
    OK(lnt_tensor_set(&labels, 1, 0, 4));
    FAILS(LNT_ERR_INVALID, lnt_scorer_update(scorer, &output, &labels, NULL));
    OK(lnt_scorer_compute(scorer, &scores));
    assert_eq(scores.rows, 0);
    lnt_scorer_destroy(scorer);
    lnt_scorer_destroy(NULL);
}

Test(metrics, names)
{
    for (int m = 0; m < LNT_N_METRICS; m++) {
        lnt_metric found;
        OK(lnt_metric_find(lnt_metric_name((lnt_metric) m), &found));
        assert_eq((int) found, m);
    }
    lnt_metric found;
    cr_assert_null(lnt_metric_name(LNT_N_METRICS));
    FAILS(LNT_ERR_INVALID, lnt_metric_find("Accuracy", &found));
    FAILS(LNT_ERR_NULL, lnt_metric_find(NULL, &found));
    FAILS(LNT_ERR_NULL, lnt_metric_find("loss", NULL));
    cr_assert(lnt_metric_is_higher_better(LNT_METRIC_R2));
    cr_assert(!lnt_metric_is_higher_better(LNT_METRIC_LOSS));
    cr_assert(!lnt_metric_is_higher_better(LNT_METRIC_LOG_LOSS));
    cr_assert(!lnt_metric_is_higher_better(LNT_N_METRICS));
}

/* --- many classes --- */

enum { MANY = 5000, MANY_ROWS = 400 };

static double *many_logits(void)
{
    double *logits = calloc((size_t) MANY_ROWS * MANY, sizeof *logits);
    cr_assert_not_null(logits);
    for (size_t i = 0; i < MANY_ROWS; i++) {
        logits[i * MANY + i * 37 % 300] = 5;
    }
    return logits;
}

/* Of many classes the matrix is sparse; it has the same entries, and memory goes with the rows. */
static void check_many(size_t max_rows, size_t limit)
{
    double *logits = many_logits();
    int32_t labels[MANY_ROWS];
    for (size_t i = 0; i < MANY_ROWS; i++) {
        labels[i] = (int32_t) (i % 200 * 25);
    }
    failing f = {0};
    const lnt_allocator allocator = failing_allocator(&f);
    const lnt_scorer_config config = {.loss = lnt_softmax_cross_entropy(LNT_MEAN),
                                      .outputs = MANY,
                                      .max_rows = max_rows,
                                      .top_k = 1,
                                      .allocator = &allocator};
    lnt_scorer *scorer;
    OK(lnt_scorer_create(&scorer, &config));
    const lnt_tensor output = lnt_tensor_f64(logits, MANY_ROWS, MANY);
    const lnt_tensor target = lnt_tensor_i32(labels, MANY_ROWS, 1);
    const size_t before = f.calls;
    OK(lnt_scorer_update(scorer, &output, &target, NULL));
    if (max_rows != 0) {
        assert_eq(f.calls, before);
    }
    assert_lt(f.bytes, limit);
    double expected = 0;
    lnt_confusion_entry entries[MANY_ROWS];
    const size_t count = lnt_scorer_confusion_count(scorer);
    assert_gt(count, 0);
    assert_le(count, MANY_ROWS);
    lnt_scorer_confusion_entries(scorer, entries);
    for (size_t k = 0; k < count; k++) {
        const lnt_confusion_entry *e = &entries[k];
        assert_eq(lnt_scorer_confusion(scorer, e->truth, e->predicted), e->weight);
        cr_assert(k == 0 || entries[k - 1].truth < e->truth ||
                  (entries[k - 1].truth == e->truth && entries[k - 1].predicted < e->predicted));
        expected += e->weight;
    }
    assert_eq(expected, MANY_ROWS);
    for (size_t i = 0; i < MANY_ROWS; i++) {
        assert_gt(lnt_scorer_confusion(scorer, (size_t) labels[i], i * 37 % 300), 0);
    }
    assert_eq(lnt_scorer_confusion(scorer, 1, 1), 0);
    lnt_scorer_reset(scorer);
    assert_eq(lnt_scorer_confusion_count(scorer), 0);
    lnt_scorer_destroy(scorer);
    assert_eq(f.live, 0);
    free(logits);
}

Test(metrics, memory_of_a_confusion_goes_with_the_rows)
{
    check_many(0, 8 << 20);
    check_many(100000, 16 << 20); /* more scores than AUC is computed of */
}

/* More pairs of classes than the table of a scorer for any number of rows has room for. */
Test(metrics, a_confusion_grows)
{
    enum { CLASSES = 300, ROWS = 9000 };
    lnt_scorer *scorer = new_scorer(lnt_softmax_cross_entropy(LNT_MEAN), CLASSES, 0, 1);
    double *logits = calloc((size_t) ROWS * CLASSES, sizeof *logits);
    int32_t *labels = malloc(ROWS * sizeof *labels);
    cr_assert_not_null(logits);
    cr_assert_not_null(labels);
    for (size_t i = 0; i < ROWS; i++) {
        labels[i] = (int32_t) (i % CLASSES);
        logits[i * CLASSES + i / CLASSES] = 1;
    }
    const lnt_tensor output = lnt_tensor_f64(logits, ROWS, CLASSES);
    const lnt_tensor target = lnt_tensor_i32(labels, ROWS, 1);
    OK(lnt_scorer_update(scorer, &output, &target, NULL));
    assert_eq(lnt_scorer_confusion_count(scorer), ROWS);
    for (size_t truth = 0; truth < CLASSES; truth++) {
        for (size_t predicted = 0; predicted < CLASSES; predicted++) {
            const double expected = predicted < ROWS / CLASSES ? 1 : 0;
            assert_eq(lnt_scorer_confusion(scorer, truth, predicted), expected);
        }
    }
    lnt_scorer_destroy(scorer);
    free(logits);
    free(labels);
}

Test(metrics, too_many_scores_for_auc)
{
    double logits[] = {3, 1, 0, 0, 2, 1};
    int32_t labels[] = {0, 1};
    const lnt_tensor output = lnt_tensor_f64(logits, 2, 3), target = lnt_tensor_i32(labels, 2, 1);
    lnt_scorer *scorer =
        new_scorer(lnt_softmax_cross_entropy(LNT_MEAN), 3, LNT_SCORER_MAX_AUC / 3 + 1, 1);
    const lnt_scores scores = score(scorer, &output, &target, NULL, 2);
    assert_nan(scores.value[LNT_METRIC_ROC_AUC]);
    assert_eq(scores.value[LNT_METRIC_ACCURACY], 1);
    lnt_scorer_destroy(scorer);
}
