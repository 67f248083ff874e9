/* SPDX-License-Identifier: MIT */
/* Settings, rows and calls that training, its optimisers and its scores refuse. */
#include "support/fit.h"

/* --- rows --- */

static lnt_tensor x, y;

static void refuse_fit(lnt_fit_config config, lnt_status expected, const char *part)
{
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_error error = {LNT_OK, ""};
    const lnt_tensor parameters = lnt_net_parameters(net), before = copy_of(LNT_F64, &parameters);
    const lnt_status status = lnt_fit(net, &x, &y, &config, NULL, &error);
    assert_eq(status, expected, "%s: %s", lnt_status_name(status), error.message);
    assert_eq(error.status, expected, "%s: %s", lnt_status_name(status), error.message);
    assert_contains(error.message, part, "'%s' has no '%s'", error.message, part);
    assert_same_bits(&parameters, &before);
    lnt_net_destroy(net);
}

Test(training_refused, weights_of_rows)
{
    lnt_fit_config config = settings();
    lnt_tensor weights = matrix(LNT_F64, ROWS, 1), wide = matrix(LNT_F64, ROWS, 2), view;
    regression(LNT_F64, &x, &y);
    OK(lnt_fill(1, &weights));
    config.weights = &wide;
    refuse_fit(config, LNT_ERR_SHAPE, "is [100, 2], expected [100, 1]");
    OK(lnt_slice_rows(&weights, 0, 50, 1, &view));
    config.weights = &view;
    refuse_fit(config, LNT_ERR_SHAPE, "is [50, 1], expected [100, 1]");
    config.weights = &weights;
    static const double wrong[] = {-1, NAN, INFINITY};
    for (size_t i = 0; i < 3; i++) {
        OK(lnt_tensor_set(&weights, 7, 0, wrong[i]));
        refuse_fit(config, LNT_ERR_INVALID, "row 8: expected a finite number from 0");
    }
    OK(lnt_fill(0, &weights));
    refuse_fit(config, LNT_ERR_INVALID, "the sum is 0, expected it finite and above 0");
    OK(lnt_fill(1e308, &weights));
    refuse_fit(config, LNT_ERR_INVALID, "the sum is inf");
}

Test(training_refused, targets_of_classes)
{
    lnt_fit_config config = settings();
    regression(LNT_F64, &x, &y);
    config.loss = lnt_binary_cross_entropy(LNT_MEAN);
    static const double wrong[] = {-0.5, 1.5};
    for (size_t i = 0; i < 2; i++) {
        OK(lnt_fill(0.5, &y));
        OK(lnt_tensor_set(&y, 3, 0, wrong[i]));
        refuse_fit(config, LNT_ERR_INVALID, "targets, row 4: expected numbers from 0 to 1");
    }
}

Test(training_refused, groups_of_parameters)
{
    static const struct {
        lnt_optim_group group;
        bool fine;
    } cases[] = {{{0, 1, LNT_ALL_ROLES, 1, 0, 0, 0}, true},
                 {{1, 9, LNT_ALL_ROLES, 0, 1, 1, 1}, true},
                 {{0, 0, LNT_ALL_ROLES, 1, 0, 0, 0}, false},
                 {{2, 1, LNT_ALL_ROLES, 1, 0, 0, 0}, false},
                 {{0, 1, 0, 1, 0, 0, 0}, false},
                 {{0, 1, ~0u, 1, 0, 0, 0}, false},
                 {{0, 1, LNT_ALL_ROLES, -1, 0, 0, 0}, false},
                 {{0, 1, LNT_ALL_ROLES, 1, NAN, 0, 0}, false},
                 {{0, 1, LNT_ALL_ROLES, 1, 0, INFINITY, 0}, false},
                 {{0, 1, LNT_ALL_ROLES, 1, 0, 0, -1}, false}};
    lnt_net *net = make_net(LNT_F64, 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lnt_optim *optim = NULL;
        lnt_optim_config config = lnt_optim_defaults(LNT_SGD);
        config.groups = &cases[i].group;
        config.n_groups = 1;
        const lnt_status status = lnt_optim_create(&optim, net, &config);
        assert_eq(status, cases[i].fine ? LNT_OK : LNT_ERR_INVALID, "case %zu: %s", i,
                  lnt_status_name(status));
        lnt_optim_destroy(optim);
    }
    lnt_net_destroy(net);
}

/* --- settings of optimisers --- */

typedef void (*change)(lnt_optim_config *config);

#define CHANGE(name, assignment)                                                                   \
    static void name(lnt_optim_config *c)                                                          \
    {                                                                                              \
        c->assignment;                                                                             \
    }
CHANGE(dampening_below, sgd.dampening = -0.1)
CHANGE(dampening_above, sgd.dampening = 1.1)
CHANGE(nesterov_alone, sgd.nesterov = true)
CHANGE(decay_nan, adam.momentum_decay = NAN)
CHANGE(decay_negative, adam.momentum_decay = -1)
CHANGE(no_iterations, muon.ns_steps = 0)
CHANGE(many_iterations, muon.ns_steps = 1000000)
CHANGE(grow_infinite, rprop.eta_plus = INFINITY)
CHANGE(least_zero, rprop.step_min = 0)
CHANGE(most_below, rprop.step_max = 1e-9)
CHANGE(most_infinite, rprop.step_max = INFINITY)
CHANGE(mu_zero, lm.mu = 0)
CHANGE(mu_up_one, lm.mu_inc = 1)
CHANGE(mu_up_infinite, lm.mu_inc = INFINITY)
CHANGE(mu_down_zero, lm.mu_dec = 0)
CHANGE(mu_down_one, lm.mu_dec = 1)
CHANGE(mu_most_below, lm.mu_max = 1e-9)
CHANGE(mu_most_infinite, lm.mu_max = INFINITY)
CHANGE(form_unknown, lm.system = (lnt_lm_system) 9)
#undef CHANGE

Test(training_refused, settings_of_optimisers)
{
    static const struct {
        lnt_optim_kind kind;
        change change;
    } cases[] = {
        {LNT_SGD, dampening_below},  {LNT_SGD, dampening_above},  {LNT_SGD, nesterov_alone},
        {LNT_NADAM, decay_nan},      {LNT_NADAM, decay_negative}, {LNT_MUON, no_iterations},
        {LNT_MUON, many_iterations}, {LNT_RPROP, grow_infinite},  {LNT_RPROP, least_zero},
        {LNT_RPROP, most_below},     {LNT_RPROP, most_infinite},  {LNT_LM, mu_zero},
        {LNT_LM, mu_up_one},         {LNT_LM, mu_up_infinite},    {LNT_LM, mu_down_zero},
        {LNT_LM, mu_down_one},       {LNT_LM, mu_most_below},     {LNT_LM, mu_most_infinite},
        {LNT_LM, form_unknown}};
    lnt_net *net = make_net(LNT_F64, 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lnt_optim *optim = NULL;
        lnt_optim_config config = lnt_optim_defaults(cases[i].kind);
        OK(lnt_optim_create(&optim, net, &config));
        lnt_optim_destroy(optim);
        cases[i].change(&config);
        FAILS(LNT_ERR_INVALID, lnt_optim_create(&optim, net, &config));
        cr_assert_null(optim, "case %zu", i);
    }
    lnt_net_destroy(net);
}

/* --- steps of methods that look again --- */

typedef struct scene {
    lnt_net *net;
    lnt_pass *pass;
    lnt_optim *optim;
    lnt_loss loss;
    lnt_optim_batch batch;
    lnt_optim_outcome outcome;
} scene;

static scene begin(lnt_optim_kind kind, size_t max_rows)
{
    scene s = {.net = make_net(LNT_F64, 1), .loss = lnt_mse(LNT_MEAN)};
    lnt_optim_config config = lnt_optim_defaults(kind);
    lnt_pass_config pass = lnt_pass_defaults();
    regression(LNT_F64, &x, &y);
    pass.max_rows = ROWS;
    config.max_rows = max_rows;
    OK(lnt_pass_create(&s.pass, s.net, &pass));
    OK(lnt_optim_create(&s.optim, s.net, &config));
    s.batch = (lnt_optim_batch){.x = &x, .target = &y, .loss = &s.loss, .full_batch = true};
    return s;
}

static void end(scene *s)
{
    lnt_optim_destroy(s->optim);
    lnt_pass_destroy(s->pass);
    lnt_net_destroy(s->net);
}

static lnt_status step(scene *s)
{
    return lnt_optim_step_batch(s->optim, s->net, s->pass, &s->batch, &s->outcome);
}

Test(training_refused, steps_out_of_order)
{
    scene s = begin(LNT_LM, ROWS);
    FAILS(LNT_ERR_STATE, step(&s)); /* no backward yet */
    OK(lnt_pass_forward_backward(s.pass, s.net, &x, &s.loss, &y, NULL, &s.batch.value));
    lnt_tensor some;
    OK(lnt_slice_rows(&x, 0, 50, 1, &some));
    s.batch.x = &some;
    FAILS(LNT_ERR_STATE, step(&s)); /* other rows than the pass had */
    s.batch.x = &x;
    lnt_loss mixed = lnt_mse(LNT_MEAN);
    mixed.gradient_reduction = LNT_SUM;
    s.batch.loss = &mixed;
    FAILS(LNT_ERR_INVALID, step(&s));
    s.batch.loss = &s.loss;
    const double value = s.batch.value;
    s.batch.value = NAN;
    FAILS(LNT_ERR_NONFINITE, step(&s));
    s.batch.value = value;
    OK(step(&s));

    const lnt_layer layers[] = {lnt_dense(1, LNT_IDENTITY)};
    lnt_net *other = new_net(LNT_F64, INPUTS, layers, 1);
    OK(lnt_pass_forward_backward(s.pass, s.net, &x, &s.loss, &y, NULL, &s.batch.value));
    FAILS(LNT_ERR_MISMATCH, lnt_optim_step_batch(s.optim, other, s.pass, &s.batch, &s.outcome));
    lnt_net_destroy(other);
    end(&s);
}

Test(training_refused, more_rows_than_there_is_room_for)
{
    scene s = begin(LNT_LM, 50);
    OK(lnt_pass_forward_backward(s.pass, s.net, &x, &s.loss, &y, NULL, &s.batch.value));
    FAILS(LNT_ERR_SHAPE, step(&s));
    end(&s);
}

/* --- scores --- */

Test(training_refused, accuracy)
{
    double said[] = {0.2, 0.8, 0.4, 0.6}, one[] = {-1, 2, -3, 4}, truths[] = {0, 1, 1, 1};
    double probabilities[] = {0.1, 0.9, 0.8, 0.7}, value;
    int32_t labels[] = {1, 1}, counts[] = {3, 5, 7, 2};
    const lnt_tensor output = lnt_tensor_f64(said, 2, 2), logits = lnt_tensor_f64(one, 4, 1);
    const lnt_tensor target = lnt_tensor_f64(truths, 4, 1);
    const lnt_tensor soft = lnt_tensor_f64(probabilities, 4, 1);
    const lnt_tensor whole = lnt_tensor_view(LNT_I32, counts, 2, 2);
    lnt_tensor of_classes = lnt_tensor_view(LNT_I32, labels, 2, 1), none = output,
               no_target = target;
    OK(lnt_accuracy(&output, &of_classes, &value)); /* rows say 1 and 1 */
    assert_eq(value, 1);
    OK(lnt_accuracy(&whole, &of_classes, &value)); /* whole numbers: 1 and 0 */
    assert_eq(value, 0.5);
    OK(lnt_accuracy(&logits, &target, &value)); /* say 0, 1, 0, 1 */
    assert_eq(value, 0.75);
    OK(lnt_accuracy(&logits, &soft, &value)); /* probabilities: 0, 1, 1, 1 */
    assert_eq(value, 0.75);
    OK(lnt_accuracy(&output, &whole, &value)); /* the largest of a row: 1 and 0 */
    assert_eq(value, 0.5);
    FAILS(LNT_ERR_SHAPE, lnt_accuracy(&output, &target, &value));
    none.cols = 0;
    FAILS(LNT_ERR_SHAPE, lnt_accuracy(&none, &of_classes, &value));
    lnt_tensor three = lnt_tensor_f64(truths, 1, 3), row = output;
    row.rows = 1;
    FAILS(LNT_ERR_SHAPE, lnt_accuracy(&row, &three, &value));
    labels[1] = 2;
    FAILS(LNT_ERR_INVALID, lnt_accuracy(&output, &of_classes, &value));
    none = output;
    none.rows = no_target.rows = 0;
    OK(lnt_accuracy(&none, &no_target, &value));
    assert_nan(value);
    one[0] = NAN; /* a logit that says nothing is never right */
    OK(lnt_accuracy(&logits, &target, &value));
    assert_eq(value, 0.5);
}

/* --- uncertainty --- */

Test(training_refused, laplace_approximations)
{
    const lnt_loss loss = lnt_mse(LNT_MEAN);
    lnt_net *net = make_net(LNT_F64, 1);
    const lnt_laplace_config config = lnt_laplace_defaults();
    lnt_laplace *laplace = NULL;
    lnt_error error;
    regression(LNT_F64, &x, &y);
    const lnt_tensor narrow = random_matrix(LNT_F64, ROWS, 2, 1);
    const lnt_tensor f32 = copy_of(LNT_F32, &x), wide = random_matrix(LNT_F64, ROWS, 2, 3);
    lnt_tensor some, none;
    OK(lnt_slice_rows(&y, 0, 50, 1, &some));
    OK(lnt_slice_rows(&x, 0, 0, 1, &none));
    FAILS(LNT_ERR_DTYPE, lnt_laplace_fit(&laplace, net, &loss, &f32, &y, NULL, &config, &error));
    FAILS(LNT_ERR_SHAPE, lnt_laplace_fit(&laplace, net, &loss, &narrow, &y, NULL, &config, &error));
    FAILS(LNT_ERR_SHAPE, lnt_laplace_fit(&laplace, net, &loss, &x, &some, NULL, &config, &error));
    FAILS(LNT_ERR_SHAPE,
          lnt_laplace_fit(&laplace, net, &loss, &none, &none, NULL, &config, &error));
    FAILS(LNT_ERR_SHAPE, lnt_laplace_fit(&laplace, net, &loss, &x, &y, &some, &config, &error));
    FAILS(LNT_ERR_SHAPE, lnt_laplace_fit(&laplace, net, &loss, &x, &y, &wide, &config, &error));
    lnt_laplace_config wrong = config;
    wrong.prior_precision = NAN;
    FAILS(LNT_ERR_INVALID, lnt_laplace_fit(&laplace, net, &loss, &x, &y, NULL, &wrong, &error));
    assert_contains(error.message, "prior");
    const lnt_loss custom = {.kind = (lnt_loss_kind) 99};
    FAILS(LNT_ERR_INVALID, lnt_laplace_fit(&laplace, net, &custom, &x, &y, NULL, &config, &error));
    assert_contains(error.message, "none that exists");
    cr_assert_null(laplace);

    OK(lnt_laplace_fit(&laplace, net, &loss, &x, &y, NULL, &config, &error));
    const lnt_layer layers[] = {lnt_dense(1, LNT_IDENTITY)};
    lnt_net *other = new_net(LNT_F64, INPUTS, layers, 1);
    lnt_laplace_predictor *predictor;
    FAILS(LNT_ERR_MISMATCH, lnt_laplace_predictor_create(&predictor, other, laplace, 8, NULL));
    OK(lnt_laplace_predictor_create(&predictor, net, laplace, ROWS, NULL));
    lnt_tensor mean = matrix(LNT_F64, ROWS, 1), mean_f32 = matrix(LNT_F32, ROWS, 1);
    lnt_tensor mean_wide = matrix(LNT_F64, ROWS, 2), sd = matrix(LNT_F64, ROWS, 1), mean_some;
    OK(lnt_slice_rows(&mean, 0, 50, 1, &mean_some));
    FAILS(LNT_ERR_DTYPE, lnt_laplace_predict(predictor, &f32, &mean, &sd, NULL));
    FAILS(LNT_ERR_DTYPE, lnt_laplace_predict(predictor, &x, &mean_f32, &sd, NULL));
    FAILS(LNT_ERR_SHAPE, lnt_laplace_predict(predictor, &narrow, &mean, &sd, NULL));
    FAILS(LNT_ERR_SHAPE, lnt_laplace_predict(predictor, &x, &mean_wide, &sd, NULL));
    FAILS(LNT_ERR_SHAPE, lnt_laplace_predict(predictor, &x, &mean_some, &sd, NULL));
    OK(lnt_laplace_predict(predictor, &x, &mean, &sd, NULL));
    lnt_laplace_predictor_destroy(predictor);
    lnt_laplace_destroy(laplace);
    lnt_net_destroy(other);
    lnt_net_destroy(net);
}

Test(training_refused, models_that_do_not_agree)
{
    static const char *const names[][3] = {{"a", "b", "c"}, {"a", "b", "d"}};
    lnt_model models[2] = {lnt_model_init(), lnt_model_init()};
    const lnt_model *const list[] = {&models[0], &models[1]};
    lnt_uncertainty *u = NULL;
    lnt_error error;
    for (int m = 0; m < 2; m++) {
        models[m].net = make_net(LNT_F64, 1);
        models[m].loss = lnt_mse(LNT_MEAN);
        OK(lnt_names_create(&models[m].input_names, names[m], 3, NULL));
    }
    FAILS(LNT_ERR_INVALID, lnt_uncertainty_create(&u, list, 2, 8, NULL, &error));
    assert_contains(error.message, "model 2 has another loss, dtype, inputs");
    lnt_names_destroy(models[1].input_names);
    models[1].input_names = NULL;
    FAILS(LNT_ERR_INVALID, lnt_uncertainty_create(&u, list, 2, 8, NULL, &error));
    lnt_names_destroy(models[0].input_names);
    models[0].input_names = NULL;
    FAILS(LNT_ERR_INVALID, lnt_uncertainty_create(&u, list, 0, 8, NULL, &error));
    FAILS(LNT_ERR_INVALID, lnt_uncertainty_create(&u, list, 2, 0, NULL, &error));
    lnt_net_destroy(models[1].net);
    models[1].net = make_net(LNT_F32, 1);
    FAILS(LNT_ERR_INVALID, lnt_uncertainty_create(&u, list, 2, 8, NULL, &error));
    lnt_net_destroy(models[1].net);
    models[1].net = make_net(LNT_F64, 2);
    FAILS(LNT_ERR_INVALID, lnt_uncertainty_create(&u, list, 2, 8, NULL, &error));
    lnt_net_destroy(models[1].net);
    models[1].net = make_net(LNT_F64, 1);
    OK(lnt_uncertainty_create(&u, list, 2, ROWS, NULL, &error));
    regression(LNT_F64, &x, &y);
    const lnt_tensor f32 = copy_of(LNT_F32, &x), narrow = random_matrix(LNT_F64, ROWS, 2, 1);
    lnt_tensor mean = matrix(LNT_F64, ROWS, 1), sd = matrix(LNT_F64, ROWS, 1);
    lnt_tensor wide = matrix(LNT_F64, ROWS, 2), mean_f32 = matrix(LNT_F32, ROWS, 1);
    FAILS(LNT_ERR_NULL, lnt_uncertainty_predict(u, NULL, &mean, &sd, NULL));
    FAILS(LNT_ERR_DTYPE, lnt_uncertainty_predict(u, &f32, &mean, &sd, NULL));
    FAILS(LNT_ERR_DTYPE, lnt_uncertainty_predict(u, &x, &mean_f32, &sd, NULL));
    FAILS(LNT_ERR_SHAPE, lnt_uncertainty_predict(u, &narrow, &mean, &sd, NULL));
    FAILS(LNT_ERR_SHAPE, lnt_uncertainty_predict(u, &x, &wide, &sd, NULL));
    OK(lnt_uncertainty_predict(u, &x, &mean, &sd, NULL));
    lnt_uncertainty_destroy(u);
    lnt_model_finish(&models[0]);
    lnt_model_finish(&models[1]);
}
