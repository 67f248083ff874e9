/* SPDX-License-Identifier: MIT */
#include "support/net.h"

#include "support/failing_allocator.h"

enum { ROWS = 50, INPUTS = 3 };

static lnt_net *make_net(lnt_dtype dtype, size_t outputs)
{
    const lnt_layer layers[] = {lnt_dense(8, LNT_TANH), lnt_dense(outputs, LNT_IDENTITY)};
    const lnt_net_config config = {
        .dtype = dtype, .inputs = INPUTS, .layers = layers, .n_layers = 2, .seed = 7};
    lnt_net *net = NULL;
    OK(lnt_net_create(&net, &config));
    return net;
}

static const double offset[] = {1, -2, 3}, scale[] = {2, 0.5, 10};
static const double target_offset[] = {100, -50}, target_scale[] = {7, 0.25};

static lnt_model scaled_model(lnt_dtype dtype)
{
    lnt_model model = lnt_model_init();
    model.net = make_net(dtype, 2);
    OK(lnt_scaler_create(&model.input_scaler, INPUTS, offset, scale, NULL));
    OK(lnt_scaler_create(&model.target_scaler, 2, target_offset, target_scale, NULL));
    return model;
}

/* The same by the parts: scale each input, run the net, scale each output back. */
static lnt_tensor by_parts(const lnt_model *model, const lnt_tensor *x)
{
    lnt_tensor z = copy_of(x->dtype, x), output, y = matrix(x->dtype, x->rows, 2);
    for (size_t i = 0; i < x->rows; i++) {
        for (size_t j = 0; j < INPUTS; j++) {
            OK(lnt_tensor_set(&z, i, j, (lnt_tensor_get(x, i, j) - offset[j]) / scale[j]));
        }
    }
    lnt_pass *pass = NULL;
    OK(lnt_pass_create(&pass, model->net, &(lnt_pass_config){.max_rows = ROWS}));
    OK(lnt_pass_forward(pass, model->net, &z, &output));
    for (size_t i = 0; i < x->rows; i++) {
        for (size_t j = 0; j < 2; j++) {
            OK(lnt_tensor_set(&y, i, j,
                              lnt_tensor_get(&output, i, j) * target_scale[j] + target_offset[j]));
        }
    }
    lnt_pass_destroy(pass);
    return y;
}

Test(predict, scales_both_ways_in_batches_of_any_size)
{
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        lnt_model model = scaled_model(dtype);
        const lnt_tensor x = random_matrix(dtype, ROWS, INPUTS, 1);
        const lnt_tensor expected = by_parts(&model, &x);
        const size_t sizes[] = {1, 7, ROWS, 2 * ROWS};
        for (size_t s = 0; s < 4; s++) {
            lnt_predictor *predictor = NULL;
            lnt_tensor y = matrix(dtype, ROWS, 2);
            OK(lnt_predictor_create(&predictor, &model, sizes[s], NULL));
            OK(lnt_predict(predictor, &x, &y));
            const double error = difference(&y, &expected);
            assert_lt(error, dtype == LNT_F64 ? 1e-14 : 1e-6);
            lnt_predictor_destroy(predictor);
        }
        lnt_model_finish(&model);
    }
}

Test(predict, gives_probabilities_of_classes)
{
    lnt_model model = lnt_model_init();
    model.net = make_net(LNT_F64, 4);
    model.loss = lnt_softmax_cross_entropy(LNT_MEAN);
    const lnt_tensor x = random_matrix(LNT_F64, ROWS, INPUTS, 1);
    lnt_tensor p = matrix(LNT_F64, ROWS, 4);
    lnt_predictor *predictor = NULL;
    OK(lnt_predictor_create(&predictor, &model, 16, NULL));
    OK(lnt_predict(predictor, &x, &p));
    for (size_t i = 0; i < ROWS; i++) {
        double sum = 0;
        for (size_t j = 0; j < 4; j++) {
            sum += lnt_tensor_get(&p, i, j);
        }
        assert_near(sum, 1, 1e-15);
    }
    lnt_predictor_destroy(predictor);
    lnt_model_finish(&model);
}

/* The loss is the one trained on: of scaled targets, whatever the cut into batches. */
Test(predict, evaluates_the_loss_trained_on)
{
    lnt_model model = scaled_model(LNT_F64);
    const lnt_tensor x = random_matrix(LNT_F64, ROWS, INPUTS, 1);
    const lnt_tensor y = random_matrix(LNT_F64, ROWS, 2, 2);
    const lnt_tensor prediction = by_parts(&model, &x);
    double sum = 0;
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t j = 0; j < 2; j++) {
            const double error =
                (lnt_tensor_get(&prediction, i, j) - lnt_tensor_get(&y, i, j)) / target_scale[j];
            sum += error * error;
        }
    }
    lnt_predictor *predictor = NULL;
    lnt_scorer *scorer = NULL;
    const lnt_scorer_config config = {.loss = model.loss, .outputs = 2, .top_k = 1};
    lnt_scores scores;
    OK(lnt_predictor_create(&predictor, &model, 7, NULL));
    OK(lnt_scorer_create(&scorer, &config));
    for (int again = 0; again < 2; again++) { /* the scorer begins anew */
        OK(lnt_evaluate(predictor, &x, &y, NULL, scorer, &scores));
        const double loss = scores.value[LNT_METRIC_LOSS];
        assert_near(loss, sum / (2 * ROWS), 1e-10 * loss);
        assert_eq(scores.rows, ROWS);
    }
    double absolute = 0; /* in the targets' own units */
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t j = 0; j < 2; j++) {
            absolute +=
                fabs(lnt_tensor_get(&prediction, i, j) - lnt_tensor_get(&y, i, j)) / (2 * ROWS);
        }
    }
    assert_near(scores.value[LNT_METRIC_MAE], absolute, 1e-10 * absolute);
    const lnt_tensor weights = matrix(LNT_F64, ROWS, 1); /* of one row alone */
    OK(lnt_tensor_set(&weights, 11, 0, 3));
    OK(lnt_evaluate(predictor, &x, &y, &weights, scorer, &scores));
    absolute = 0;
    for (size_t j = 0; j < 2; j++) {
        absolute += fabs(lnt_tensor_get(&prediction, 11, j) - lnt_tensor_get(&y, 11, j)) / 2;
    }
    assert_near(scores.value[LNT_METRIC_MAE], absolute, 1e-10 * absolute);
    FAILS(LNT_ERR_NULL, lnt_evaluate(predictor, &x, &y, NULL, NULL, &scores));
    FAILS(LNT_ERR_NULL, lnt_evaluate(predictor, &x, &y, NULL, scorer, NULL));
    FAILS(LNT_ERR_SHAPE, lnt_evaluate(predictor, &x, &y, &y, scorer, &scores));
    lnt_scorer_destroy(scorer);
    lnt_predictor_destroy(predictor);
    lnt_model_finish(&model);
}

/* Means go back to the targets' unit, standard deviations to its scale. */
Test(predict, gaussian)
{
    lnt_model model = lnt_model_init();
    model.net = make_net(LNT_F64, 4);
    model.loss = lnt_gaussian(LNT_MEAN);
    const lnt_tensor x = random_matrix(LNT_F64, ROWS, INPUTS, 1);
    lnt_tensor plain = matrix(LNT_F64, ROWS, 4), scaled = matrix(LNT_F64, ROWS, 4);
    lnt_predictor *predictor = NULL;
    OK(lnt_predictor_create(&predictor, &model, 16, NULL));
    OK(lnt_predict(predictor, &x, &plain));
    lnt_predictor_destroy(predictor);
    OK(lnt_scaler_create(&model.target_scaler, 2, target_offset, target_scale, NULL));
    OK(lnt_predictor_create(&predictor, &model, 16, NULL));
    OK(lnt_predict(predictor, &x, &scaled));
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t j = 0; j < 4; j++) {
            const double expected =
                lnt_tensor_get(&plain, i, j) * target_scale[j % 2] + (j < 2 ? target_offset[j] : 0);
            assert_near(lnt_tensor_get(&scaled, i, j), expected, 1e-13 * fabs(expected));
        }
    }
    lnt_predictor_destroy(predictor);
    lnt_model_finish(&model);
}

Test(predict, refuses_what_does_not_fit)
{
    lnt_model model = scaled_model(LNT_F64);
    const lnt_tensor x = random_matrix(LNT_F64, ROWS, INPUTS, 1);
    lnt_tensor y = matrix(LNT_F64, ROWS, 2), short_y, narrow = matrix(LNT_F64, ROWS, 1);
    lnt_tensor x32 = matrix(LNT_F32, ROWS, INPUTS), y32 = matrix(LNT_F32, ROWS, 2);
    OK(lnt_slice_rows(&y, 0, 3, 1, &short_y));
    lnt_predictor *predictor = NULL;
    FAILS(LNT_ERR_NULL, lnt_predictor_create(NULL, &model, 8, NULL));
    FAILS(LNT_ERR_NULL, lnt_predictor_create(&predictor, NULL, 8, NULL));
    FAILS(LNT_ERR_INVALID, lnt_predictor_create(&predictor, &model, 0, NULL));
    FAILS(LNT_ERR_TOO_LARGE, lnt_predictor_create(&predictor, &model, (size_t) -1, NULL));
    cr_assert_null(predictor);
    OK(lnt_predictor_create(&predictor, &model, 8, NULL));
    FAILS(LNT_ERR_NULL, lnt_predict(NULL, &x, &y));
    FAILS(LNT_ERR_NULL, lnt_predict(predictor, NULL, &y));
    FAILS(LNT_ERR_SHAPE, lnt_predict(predictor, &y, &y));
    FAILS(LNT_ERR_SHAPE, lnt_predict(predictor, &x, &short_y));
    FAILS(LNT_ERR_SHAPE, lnt_predict(predictor, &x, &narrow));
    FAILS(LNT_ERR_DTYPE, lnt_predict(predictor, &x32, &y32));
    FAILS(LNT_ERR_DTYPE, lnt_predict(predictor, &x, &y32));
    OK(lnt_predict(predictor, &x, &y));
    lnt_predictor_destroy(predictor);
    lnt_predictor_destroy(NULL);

    model.loss = lnt_softmax_cross_entropy(LNT_MEAN); /* classes have no unit to go back to */
    FAILS(LNT_ERR_INVALID, lnt_predictor_create(&predictor, &model, 8, NULL));
    lnt_scaler_destroy(model.input_scaler);
    OK(lnt_scaler_create(&model.input_scaler, 2, offset, scale, NULL));
    FAILS(LNT_ERR_SHAPE, lnt_predictor_create(&predictor, &model, 8, NULL));
    lnt_model_finish(&model);
}

Test(predict, survives_every_failure_of_the_allocator)
{
    lnt_model model = scaled_model(LNT_F32);
    for (size_t n = 1; n <= 4; n++) {
        failing f = {.fail_at = n};
        const lnt_allocator allocator = failing_allocator(&f);
        lnt_predictor *predictor = NULL;
        FAILS(LNT_ERR_MEMORY, lnt_predictor_create(&predictor, &model, 8, &allocator));
        cr_assert_null(predictor);
        assert_eq(f.live, 0);
    }
    failing f = {0};
    const lnt_allocator allocator = failing_allocator(&f);
    lnt_predictor *predictor = NULL;
    OK(lnt_predictor_create(&predictor, &model, 8, &allocator));
    assert_eq(f.calls, 4);
    const lnt_tensor x = random_matrix(LNT_F32, ROWS, INPUTS, 1);
    lnt_tensor y = matrix(LNT_F32, ROWS, 2);
    OK(lnt_predict(predictor, &x, &y));
    assert_eq(f.calls, 4, "predicting allocates");
    lnt_predictor_destroy(predictor);
    assert_eq(f.live, 0);
    lnt_model_finish(&model);
}
