/* SPDX-License-Identifier: MIT */
/* Which rows a run sees, how often, and with what weight. */
#include "support/fit.h"

#include <float.h>

enum { CLASSES = 3 };

/* Counts the rows that come by: each row's first input is its number. */
typedef struct census {
    size_t rows[ROWS];
    size_t total;
} census;

static lnt_status count_rows(const lnt_tensor *output, const lnt_tensor *target,
                             const lnt_tensor *weights, double *value, lnt_tensor *gradient,
                             void *context)
{
    census *c = context;
    (void) weights;
    if (gradient != NULL) {
        for (size_t i = 0; i < output->rows; i++) {
            c->rows[(size_t) lnt_tensor_get(target, i, 0)]++;
            c->total++;
        }
        OK(lnt_fill(0, gradient));
    }
    *value = 0;
    return LNT_OK;
}

/* Trains on targets that number the rows, and counts those that were seen. */
static census seen_rows(lnt_fit_config config)
{
    census c = {.total = 0};
    lnt_tensor x = random_matrix(LNT_F64, ROWS, INPUTS, 1), y = matrix(LNT_F64, ROWS, 1);
    for (size_t i = 0; i < ROWS; i++) {
        OK(lnt_tensor_set(&y, i, 0, (double) i));
    }
    lnt_net *net = make_net(LNT_F64, 1);
    config.loss = lnt_custom_loss(count_rows, &c, LNT_MEAN);
    OK(lnt_fit(net, &x, &y, &config, NULL, NULL));
    lnt_net_destroy(net);
    return c;
}

Test(fit_sampling, all_takes_each_row_once)
{
    for (int shuffle = 0; shuffle < 2; shuffle++) {
        lnt_fit_config config = settings();
        config.epochs = 3;
        config.shuffle = shuffle == 1;
        const census c = seen_rows(config);
        for (size_t i = 0; i < ROWS; i++) {
            assert_eq(c.rows[i], 3, "row %zu came %zu times", i, c.rows[i]);
        }
    }
}

/* Within five standard deviations of the binomial law; rows of weight 0 never come. */
Test(fit_sampling, weighted_draws_in_proportion)
{
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        lnt_tensor weights = matrix(dtype, ROWS, 1);
        double sum = 0;
        for (size_t i = 0; i < ROWS; i++) {
            OK(lnt_tensor_set(&weights, i, 0, (double) (i % 4)));
            sum += (double) (i % 4);
        }
        lnt_fit_config config = settings();
        config.epochs = 500;
        config.sampling = LNT_SAMPLE_WEIGHTED;
        config.sampling_weights = &weights;
        const census c = seen_rows(config);
        assert_eq(c.total, 500 * ROWS);
        for (size_t i = 0; i < ROWS; i++) {
            const double p = (double) (i % 4) / sum, n = (double) c.total;
            const double error = fabs((double) c.rows[i] - n * p);
            assert_le(error, 5 * sqrt(n * p * (1 - p)), "row %zu came %zu times", i, c.rows[i]);
        }
    }
}

/* Adds up the accuracies of the epochs. */
static bool add_up(const lnt_fit_progress *progress, void *context)
{
    double *sums = context;
    if (progress->epoch_end) {
        sums[0] += progress->train_accuracy;
        sums[1] += 1;
    }
    return true;
}

/*
 * A net that always answers class 0 is right as often as rows of class 0 are drawn: in a third of
 * the draws, though they are 90 of 100 rows.
 */
Test(fit_sampling, balanced_draws_classes_equally)
{
    lnt_tensor x = random_matrix(LNT_F64, ROWS, INPUTS, 1), labels = matrix(LNT_I32, ROWS, 1);
    for (size_t i = 0; i < ROWS; i++) {
        OK(lnt_tensor_set(&labels, i, 0, i < 90 ? 0 : i < 98 ? 1 : 2));
    }
    double logits[CLASSES] = {1, 0, 0};
    const lnt_tensor answer = lnt_tensor_f64(logits, 1, CLASSES);
    lnt_layer layers[] = {lnt_dense(CLASSES, LNT_IDENTITY)};
    layers[0].weight_init = lnt_init_zeros();
    layers[0].bias_init = lnt_init_array(&answer);
    for (int balanced = 0; balanced < 2; balanced++) {
        lnt_net *net = new_net(LNT_F64, INPUTS, layers, 1);
        double sums[2] = {0, 0};
        lnt_fit_config config = settings();
        config.epochs = 300;
        config.optim.learning_rate = DBL_MIN;
        config.loss = lnt_softmax_cross_entropy(LNT_MEAN);
        config.sampling = balanced == 1 ? LNT_SAMPLE_BALANCED : LNT_SAMPLE_ALL;
        config.callback = add_up;
        config.callback_context = sums;
        OK(lnt_fit(net, &x, &labels, &config, NULL, NULL));
        const double share = sums[0] / sums[1], expected = balanced == 1 ? 1 / 3. : 0.9;
        assert_lt(fabs(share - expected), 0.015, "class 0 in %g of the draws", share);
        lnt_net_destroy(net);
    }
}

Test(fit_sampling, same_seed_same_bits_other_seed_other)
{
    lnt_tensor x, labels, weights = matrix(LNT_F64, ROWS, 1);
    classification(LNT_F64, 0.5, &x, &labels);
    for (size_t i = 0; i < ROWS; i++) {
        OK(lnt_tensor_set(&weights, i, 0, 1 + (double) (i % 3)));
    }
    for (lnt_sampling sampling = LNT_SAMPLE_ALL; sampling <= LNT_SAMPLE_WEIGHTED; sampling++) {
        lnt_net *nets[3];
        for (size_t k = 0; k < 3; k++) {
            nets[k] = make_net(LNT_F64, 2);
            lnt_fit_config config = settings();
            config.epochs = 3;
            config.seed = k == 2 ? 6 : 5;
            config.loss = lnt_softmax_cross_entropy(LNT_MEAN);
            config.sampling = sampling;
            config.sampling_weights = &weights;
            config.validation_fraction = 0.2;
            OK(lnt_fit(nets[k], &x, &labels, &config, NULL, NULL));
        }
        same_parameters(nets[0], nets[1]);
        const lnt_tensor a = lnt_net_parameters(nets[0]), c = lnt_net_parameters(nets[2]);
        cr_assert(!same_bits(&a, &c), "the seed has no effect");
        for (size_t k = 0; k < 3; k++) {
            lnt_net_destroy(nets[k]);
        }
    }
}

/* Full batches: rows with weight k are rows repeated k times, in training and in validation. */
Test(fit_sampling, weights_are_repeated_rows)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_tensor weights = matrix(LNT_F64, ROWS, 1);
    lnt_tensor x_many = matrix(LNT_F64, 2 * ROWS, INPUTS), y_many = matrix(LNT_F64, 2 * ROWS, 1);
    size_t index[2 * ROWS], count = 0;
    for (size_t i = 0; i < ROWS; i++) {
        OK(lnt_tensor_set(&weights, i, 0, (double) (i % 3)));
        for (size_t k = 0; k < i % 3; k++) {
            index[count++] = i;
        }
    }
    OK(lnt_slice_rows(&x_many, 0, count, 1, &x_many));
    OK(lnt_slice_rows(&y_many, 0, count, 1, &y_many));
    OK(lnt_gather_rows(&x, index, &x_many));
    OK(lnt_gather_rows(&y, index, &y_many));

    lnt_net *a = make_net(LNT_F64, 1), *b = make_net(LNT_F64, 1);
    lnt_fit_result weighted, repeated;
    lnt_fit_config config = settings();
    config.shuffle = false;
    config.batch_rows = 2 * ROWS;
    config.weights = &weights;
    config.x_val = &x;
    config.y_val = &y;
    config.weights_val = &weights;
    OK(lnt_fit(a, &x, &y, &config, &weighted, NULL));
    config.weights = config.weights_val = NULL;
    config.x_val = &x_many;
    config.y_val = &y_many;
    OK(lnt_fit(b, &x_many, &y_many, &config, &repeated, NULL));
    const lnt_tensor p = lnt_net_parameters(a), q = lnt_net_parameters(b);
    assert_lt(difference(&p, &q), 1e-12);
    assert_near(weighted.train_loss, repeated.train_loss, 1e-12);
    for (int m = 0; m < LNT_N_METRICS; m++) {
        const double v = weighted.validation.value[m], w = repeated.validation.value[m];
        assert_eq(isnan(v), isnan(w), "%s: %g, %g", lnt_metric_name((lnt_metric) m), v, w);
        cr_assert(!(fabs(v - w) > 1e-12), "%s: %g, %g", lnt_metric_name((lnt_metric) m), v, w);
    }
    lnt_net_destroy(a);
    lnt_net_destroy(b);
}

/* The loss of an epoch is that of all its rows, whatever the weights of its batches. */
Test(fit_sampling, the_epochs_loss_is_weighted_over_its_batches)
{
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_tensor weights = matrix(LNT_F64, ROWS, 1);
    for (size_t i = 0; i < ROWS; i++) {
        OK(lnt_tensor_set(&weights, i, 0, (double) i));
    }
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_fit_config config = settings();
    config.epochs = 1;
    config.optim.learning_rate = DBL_MIN;
    config.weights = &weights;
    lnt_fit_result result;
    OK(lnt_fit(net, &x, &y, &config, &result, NULL));
    lnt_pass *pass = NULL;
    lnt_tensor output;
    double loss;
    OK(lnt_pass_create(&pass, net, &(lnt_pass_config){.max_rows = ROWS, .mode = LNT_INFERENCE}));
    OK(lnt_pass_forward(pass, net, &x, &output));
    OK(lnt_loss_evaluate(&config.loss, &output, &y, &weights, &loss, NULL));
    assert_near(result.train_loss, loss, 1e-12);
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
}

/* --- rows held out --- */

Test(fit_sampling, held_out_rows_are_not_trained_on)
{
    lnt_fit_config config = settings();
    config.validation_fraction = 0.25;
    config.epochs = 4;
    const census c = seen_rows(config);
    size_t index[ROWS], n_train;
    OK(lnt_train_test_split(ROWS, 0.25, NULL, config.seed, index, &n_train));
    assert_eq(n_train, 75);
    assert_eq(c.total, 4 * 75);
    for (size_t i = 0; i < ROWS; i++) {
        assert_eq(c.rows[index[i]], i < n_train ? 4 : 0, "row %zu came %zu times", index[i],
                  c.rows[index[i]]);
    }
}

/* A share held out is the same as those rows given as x_val, weights included. */
Test(fit_sampling, a_share_held_out_is_a_set_of_its_own)
{
    lnt_tensor x, labels;
    classification(LNT_F64, 0.8, &x, &labels);
    lnt_tensor weights = matrix(LNT_F64, ROWS, 1);
    for (size_t i = 0; i < ROWS; i++) {
        OK(lnt_tensor_set(&weights, i, 0, 1 + (double) (i % 5)));
    }
    size_t index[ROWS], n_train;
    lnt_fit_config config = settings();
    config.shuffle = false;
    config.loss = lnt_softmax_cross_entropy(LNT_MEAN);
    OK(lnt_train_test_split(ROWS, 0.3, &labels, config.seed, index, &n_train));
    lnt_tensor parts[2][3];
    for (size_t p = 0; p < 2; p++) {
        const size_t first = p == 0 ? 0 : n_train, count = p == 0 ? n_train : ROWS - n_train;
        parts[p][0] = matrix(LNT_F64, count, INPUTS);
        parts[p][1] = matrix(LNT_I32, count, 1);
        parts[p][2] = matrix(LNT_F64, count, 1);
        OK(lnt_gather_rows(&x, index + first, &parts[p][0]));
        OK(lnt_gather_rows(&labels, index + first, &parts[p][1]));
        OK(lnt_gather_rows(&weights, index + first, &parts[p][2]));
    }
    lnt_net *a = make_net(LNT_F64, 2), *b = make_net(LNT_F64, 2);
    lnt_fit_result held, given;
    config.weights = &weights;
    config.validation_fraction = 0.3;
    OK(lnt_fit(a, &x, &labels, &config, &held, NULL));
    config.validation_fraction = 0;
    config.x_val = &parts[1][0];
    config.y_val = &parts[1][1];
    config.weights_val = &parts[1][2];
    config.weights = &parts[0][2];
    OK(lnt_fit(b, &parts[0][0], &parts[0][1], &config, &given, NULL));
    same_parameters(a, b);
    assert_eq(held.validation.rows, 30);
    assert_eq(given.validation.rows, 30);
    assert_bytes_eq(held.validation.value, given.validation.value, sizeof held.validation.value);
    lnt_net_destroy(a);
    lnt_net_destroy(b);
}

/* --- what is refused --- */

Test(fit_sampling, refuses_what_it_cannot_draw_from)
{
    lnt_tensor x, y, labels;
    regression(LNT_F64, &x, &y);
    classification(LNT_F64, 0, &x, &labels);
    lnt_tensor weights = matrix(LNT_F64, ROWS, 1), few;
    OK(lnt_slice_rows(&weights, 0, 10, 1, &few));
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_fit_config config = settings();
    config.sampling = LNT_SAMPLE_BALANCED;
    refused(LNT_ERR_INVALID, "sampling is balanced, which needs targets of one column of labels",
            net, &x, &y, &config);
    config.sampling = (lnt_sampling) 9;
    refused(LNT_ERR_INVALID, "sampling is 9, expected one of all, balanced, weighted", net, &x, &y,
            &config);
    config.sampling = LNT_SAMPLE_WEIGHTED;
    refused(LNT_ERR_NULL, "sampling is weighted, sampling_weights is NULL", net, &x, &y, &config);
    config.sampling_weights = &labels;
    refused(LNT_ERR_DTYPE, "sampling_weights is i32, expected f32 or f64", net, &x, &y, &config);
    config.sampling_weights = &few;
    refused(LNT_ERR_SHAPE, "sampling_weights is [10, 1], expected [100, 1]", net, &x, &y, &config);
    config.sampling_weights = &weights;
    refused(LNT_ERR_INVALID, "sampling_weights: the sum is 0, expected it finite and above 0", net,
            &x, &y, &config);
    OK(lnt_tensor_set(&weights, 7, 0, -1));
    refused(LNT_ERR_INVALID, "sampling_weights, row 8: expected a finite number from 0, found -1",
            net, &x, &y, &config);
    config = settings();
    config.weights = &weights;
    refused(LNT_ERR_INVALID, "weights, row 8: expected a finite number from 0, found -1", net, &x,
            &y, &config);
    const lnt_tensor weights32 = copy_of(LNT_F32, &weights);
    config.weights = &weights32;
    refused(LNT_ERR_DTYPE, "weights is f32, the net is f64", net, &x, &y, &config);
    config = settings();
    config.weights_val = &weights;
    refused(LNT_ERR_INVALID, "weights_val is set, x_val is not", net, &x, &y, &config);
    config = settings();
    config.validation_fraction = 1;
    refused(LNT_ERR_INVALID, "validation_fraction is 1, expected a number in [0, 1)", net, &x, &y,
            &config);
    config.validation_fraction = 1e-9;
    lnt_tensor x1, y1;
    OK(lnt_slice_rows(&x, 0, 1, 1, &x1));
    OK(lnt_slice_rows(&y, 0, 1, 1, &y1));
    refused(LNT_ERR_INVALID,
            "cannot prepare training: validation_fraction 1e-09 of 1 rows leaves none to validate "
            "on",
            net, &x1, &y1, &config);
    lnt_net_destroy(net);
}
