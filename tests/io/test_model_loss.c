/* SPDX-License-Identifier: MIT */
#include "support/model.h"

TestSuite(model_loss, .init = make_test_folder, .fini = remove_test_folder);

/* The loss of a model, and what a loss says about the other parts of one. */

/* A net of two inputs. */
static lnt_model model_of(lnt_loss loss, size_t outputs)
{
    const lnt_layer layer = lnt_dense(outputs, LNT_IDENTITY);
    lnt_model model = lnt_model_init();
    OK(lnt_net_create(
        &model.net,
        &(lnt_net_config){
            .dtype = LNT_F64, .inputs = 2, .layers = &layer, .n_layers = 1, .seed = 7}));
    model.loss = loss;
    return model;
}

static lnt_model through_a_file(const lnt_model *model)
{
    save(model, in_folder("model"));
    return load(in_folder("model"));
}

Test(model_loss, every_kind_comes_back_with_its_number)
{
    for (int kind = 0; lnt_loss_name((lnt_loss_kind) kind) != NULL; kind++) {
        lnt_loss loss = lnt_loss_defaults((lnt_loss_kind) kind, LNT_SUM);
        loss.value_reduction = LNT_MEAN;
        loss.delta = 0.1 + 0.2;
        loss.quantile = 1e-300;
        loss.label_smoothing = 1.0 / 3;
        loss.epsilon = 5e-324;
        lnt_model model = model_of(loss, 4), copy = through_a_file(&model);
        cr_assert(same_model(&model, &copy), "%s", lnt_loss_name(loss.kind));
        lnt_model_finish(&copy);
        lnt_model_finish(&model);
    }
}

/* Zero is a number that two of them may have. */
Test(model_loss, zero_comes_back)
{
    lnt_loss losses[] = {lnt_gaussian(LNT_MEAN), lnt_binary_cross_entropy(LNT_MEAN)};
    losses[0].epsilon = 0;
    losses[1].label_smoothing = 0;
    for (size_t i = 0; i < 2; i++) {
        lnt_model model = model_of(losses[i], 4), copy = through_a_file(&model);
        cr_assert(same_model(&model, &copy));
        lnt_model_finish(&copy);
        lnt_model_finish(&model);
    }
}

Test(model_loss, class_weights_come_back_owned)
{
    double weights[] = {0.1, 0, 1e300, 5e-324};
    lnt_loss losses[] = {lnt_softmax_cross_entropy(LNT_MEAN), lnt_binary_cross_entropy(LNT_SUM)};
    for (size_t i = 0; i < 2; i++) {
        losses[i].class_weights = weights;
        losses[i].n_class_weights = i == 0 ? 4 : 2;
        lnt_model model = model_of(losses[i], 4), copy = through_a_file(&model);
        cr_assert(same_model(&model, &copy));
        assert_ne(copy.loss.class_weights, weights);
        cr_assert_not_null(copy.class_weights);
        weights[0]++;
        cr_assert(!same_model(&model, &copy), "the comparison must see a difference");
        weights[0] = 0.1;
        lnt_model_finish(&copy);
        cr_assert(is_empty(&copy));
        lnt_model_finish(&model);
    }
}

/* Class weights that a loss does not look at are nobody's. */
Test(model_loss, class_weights_of_regressions_are_left_out)
{
    const double weight = 1;
    lnt_loss loss = lnt_mse(LNT_MEAN);
    loss.class_weights = &weight;
    loss.n_class_weights = 1;
    lnt_model model = model_of(loss, 1), copy = through_a_file(&model);
    cr_assert_null(copy.loss.class_weights);
    cr_assert_null(copy.class_weights);
    lnt_model_finish(&copy);
    lnt_model_finish(&model);
}

static lnt_status one(const lnt_tensor *output, const lnt_tensor *target, const lnt_tensor *weights,
                      double *value, lnt_tensor *gradient, void *context)
{
    (void) output, (void) target, (void) weights, (void) gradient, (void) context;
    *value = 1;
    return LNT_OK;
}

Test(model_loss, a_custom_loss_comes_back_without_its_function)
{
    lnt_model model = model_of(lnt_custom_loss(one, NULL, LNT_SUM), 1);
    lnt_model copy = through_a_file(&model);
    double data = 2, value;
    lnt_tensor x = lnt_tensor_f64(&data, 1, 1);
    OK(lnt_loss_evaluate(&model.loss, &x, &x, NULL, &value, NULL));
    assert_eq(copy.loss.kind, LNT_LOSS_CUSTOM);
    assert_eq(copy.loss.value_reduction, LNT_SUM);
    assert_status(lnt_loss_evaluate(&copy.loss, &x, &x, NULL, &value, NULL), LNT_ERR_NULL);
    OK(lnt_loss_inverse_link(&copy.loss, &x, &x));
    assert_eq(data, 2);
    lnt_model_finish(&copy);
    lnt_model_finish(&model);
}

/* Two outputs are one target of a Gaussian, and one output two classes of a binary loss. */
Test(model_loss, parts_are_counted_by_the_loss)
{
    const double numbers[] = {1, 2};
    const char *const names[] = {"a", "b"};
    lnt_model model = model_of(lnt_gaussian(LNT_MEAN), 2);
    OK(lnt_scaler_create(&model.target_scaler, 1, numbers, numbers, NULL));
    OK(lnt_names_create(&model.target_names, names, 1, NULL));
    lnt_model copy = through_a_file(&model);
    cr_assert(same_model(&model, &copy));
    lnt_model_finish(&copy);
    lnt_model_finish(&model);

    model = model_of(lnt_binary_cross_entropy(LNT_MEAN), 1);
    OK(lnt_names_create(&model.target_names, names, 1, NULL));
    OK(lnt_names_create(&model.class_names, names, 2, NULL));
    copy = through_a_file(&model);
    cr_assert(same_model(&model, &copy));
    lnt_model_finish(&copy);
    lnt_model_finish(&model);
}

static void refuse_to_save(lnt_loss loss, size_t outputs, const char *sentence)
{
    lnt_model model = model_of(loss, outputs);
    lnt_error error = {0};
    assert_status(lnt_model_save(&model, in_folder("x"), &error), LNT_ERR_INVALID);
    check_sentence(&error, LNT_ERR_INVALID, "model to save", sentence);
    assert_eq(files_in_folder(), 0);
    lnt_model_finish(&model);
}

Test(model_loss, impossible_losses_are_not_saved)
{
    const double weights[] = {1, -1};
    lnt_loss weighted = lnt_softmax_cross_entropy(LNT_MEAN), smooth = weighted;
    weighted.class_weights = weights;
    weighted.n_class_weights = 2;
    smooth.label_smoothing = 1;
    refuse_to_save(weighted, 2, "loss.class_weights[1] is -1, expected a finite number from 0");
    refuse_to_save(weighted, 3, "loss.n_class_weights is 2, expected 3");
    refuse_to_save(smooth, 2, "loss.label_smoothing is 1, expected a number in [0, 1)");
    refuse_to_save(lnt_huber(0, LNT_MEAN), 2, "loss.delta is 0, expected a finite number above 0");
    refuse_to_save(lnt_gaussian(LNT_MEAN), 3, "gaussian, does not fit 3 outputs");
    refuse_to_save(lnt_softmax_cross_entropy(LNT_MEAN), 1, "does not fit 1 outputs");
    refuse_to_save(lnt_loss_defaults((lnt_loss_kind) 99, LNT_MEAN), 1,
                   "loss.kind is 99, expected one of lnt_loss_kind");
}
