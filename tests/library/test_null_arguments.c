/* SPDX-License-Identifier: MIT */
/* Each argument that a function of the public interface requires is refused where it is NULL. */
#include "support/net.h"

#define NUL(call) FAILS(LNT_ERR_NULL, call)

static lnt_tensor x, y, p;
static size_t count, index_[8];
static double value;
static bool flag;

static void make_tensors(void)
{
    x = random_matrix(LNT_F64, 4, 3, 1);
    y = random_matrix(LNT_F64, 4, 3, 2);
    p = random_matrix(LNT_F64, 4, 3, 3);
}

TestSuite(null_arguments, .init = make_tensors);

Test(null_arguments, tensors)
{
    const lnt_tensor no_data = lnt_tensor_view(LNT_F64, NULL, 4, 3);
    lnt_tensor view, empty = no_data;
    NUL(lnt_slice_rows(NULL, 0, 1, 1, &view));
    NUL(lnt_slice_rows(&x, 0, 1, 1, NULL));
    NUL(lnt_slice_cols(NULL, 0, 1, 1, &view));
    NUL(lnt_slice_cols(&x, 0, 1, 1, NULL));
    NUL(lnt_gemm(1, NULL, &y, 0, &p));
    NUL(lnt_gemm(1, &x, NULL, 0, &p));
    NUL(lnt_gemm(1, &x, &y, 0, NULL));
    NUL(lnt_gemv(1, NULL, &y, 0, &p));
    NUL(lnt_gemv(1, &x, NULL, 0, &p));
    NUL(lnt_gemv(1, &x, &y, 0, NULL));
    NUL(lnt_axpy(1, NULL, &y));
    NUL(lnt_axpy(1, &x, NULL));
    NUL(lnt_axpy(1, &no_data, &y));
    NUL(lnt_scale(1, NULL));
    NUL(lnt_scale(1, &empty));
    NUL(lnt_copy(NULL, &y));
    NUL(lnt_copy(&x, NULL));
    NUL(lnt_fill(1, NULL));
    NUL(lnt_gather_rows(NULL, index_, &y));
    NUL(lnt_gather_rows(&x, NULL, &y));
    NUL(lnt_gather_rows(&x, index_, NULL));
    NUL(lnt_apply(NULL, NULL, &x, &y));
    NUL(lnt_add_bias(NULL, &y));
    NUL(lnt_add_bias(&x, NULL));
    NUL(lnt_column_sums(NULL, 0, &y));
    NUL(lnt_column_sums(&x, 0, NULL));
    NUL(lnt_row_argmax(NULL, index_));
    NUL(lnt_row_argmax(&x, NULL));
    NUL(lnt_dot(NULL, &y, &value));
    NUL(lnt_dot(&x, NULL, &value));
    NUL(lnt_dot(&x, &y, NULL));
    NUL(lnt_norm(LNT_NORM_L2, NULL, &value));
    NUL(lnt_norm(LNT_NORM_L2, &x, NULL));
    NUL(lnt_all_finite(NULL, &flag, NULL, NULL));
    NUL(lnt_all_finite(&x, NULL, NULL, NULL));
    assert_nan(lnt_tensor_get(NULL, 0, 0));
    assert_nan(lnt_tensor_get(&no_data, 0, 0));
    assert_ne(lnt_tensor_set(&no_data, 0, 0, 1), LNT_OK);
}

Test(null_arguments, losses_and_metrics)
{
    const lnt_loss loss = lnt_mse(LNT_MEAN);
    lnt_scores scores;
    NUL(lnt_loss_evaluate(NULL, &x, &y, NULL, &value, NULL));
    NUL(lnt_loss_evaluate(&loss, NULL, &y, NULL, &value, NULL));
    NUL(lnt_loss_evaluate(&loss, &x, NULL, NULL, &value, NULL));
    NUL(lnt_loss_divisor(NULL, &x, &y, NULL, &value));
    NUL(lnt_loss_divisor(&loss, NULL, &y, NULL, &value));
    NUL(lnt_loss_divisor(&loss, &x, NULL, NULL, &value));
    NUL(lnt_loss_divisor(&loss, &x, &y, NULL, NULL));
    NUL(lnt_loss_inverse_link(NULL, &x, &y));
    NUL(lnt_loss_inverse_link(&loss, NULL, &y));
    NUL(lnt_loss_inverse_link(&loss, &x, NULL));
    NUL(lnt_softmax(NULL, &y));
    NUL(lnt_softmax(&x, NULL));
    NUL(lnt_log_softmax(NULL, &y));
    NUL(lnt_log_softmax(&x, NULL));
    NUL(lnt_accuracy(NULL, &y, &value));
    NUL(lnt_accuracy(&x, NULL, &value));
    NUL(lnt_accuracy(&x, &y, NULL));
    NUL(lnt_scorer_create(NULL, &(lnt_scorer_config){.outputs = 1}));
    lnt_scorer *scorer = NULL;
    NUL(lnt_scorer_create(&scorer, NULL));
    NUL(lnt_scorer_update(NULL, &x, &y, NULL));
    NUL(lnt_scorer_compute(NULL, &scores));
}

Test(null_arguments, nets_and_passes)
{
    const lnt_layer layers[] = {lnt_dense(3, LNT_TANH)};
    const lnt_net_config config = {.dtype = LNT_F64, .inputs = 3, .layers = layers, .n_layers = 1};
    const lnt_pass_config defaults = lnt_pass_defaults();
    const lnt_loss loss = lnt_mse(LNT_MEAN);
    lnt_net *net = new_net(LNT_F64, 3, layers, 1), *other = NULL;
    lnt_pass *pass = new_pass(net), *another = NULL;
    lnt_parameter parameter;
    lnt_tensor output;
    NUL(lnt_net_create(NULL, &config));
    NUL(lnt_net_create(&other, NULL));
    NUL(lnt_net_create(&other, &(lnt_net_config){.dtype = LNT_F64, .inputs = 3, .n_layers = 1}));
    NUL(lnt_net_clone(NULL, net, NULL));
    NUL(lnt_net_clone(&other, NULL, NULL));
    NUL(lnt_net_parameter(NULL, 0, &parameter));
    NUL(lnt_net_parameter(net, 0, NULL));
    NUL(lnt_net_running_stat(NULL, 0, &parameter));
    NUL(lnt_net_running_stat(net, 0, NULL));
    NUL(lnt_net_update_running_stats(NULL, pass));
    NUL(lnt_net_update_running_stats(net, NULL));
    NUL(lnt_pass_create(NULL, net, &defaults));
    NUL(lnt_pass_create(&another, NULL, &defaults));
    NUL(lnt_pass_create(&another, net, NULL));
    NUL(lnt_pass_forward(NULL, net, &x, &output));
    NUL(lnt_pass_forward(pass, NULL, &x, &output));
    NUL(lnt_pass_forward(pass, net, NULL, &output));
    NUL(lnt_pass_layer_output(NULL, 0, &output));
    NUL(lnt_pass_layer_output(pass, 0, NULL));
    NUL(lnt_pass_set_rng_counter(NULL, 0));
    NUL(lnt_pass_loss(NULL, &loss, &y, NULL, &value));
    NUL(lnt_pass_backward(NULL, net, &loss, &y, NULL, NULL));
    NUL(lnt_pass_backward(pass, NULL, &loss, &y, NULL, NULL));
    NUL(lnt_pass_forward_backward(NULL, net, &x, &loss, &y, NULL, &value));
    NUL(lnt_pass_forward_backward(pass, NULL, &x, &loss, &y, NULL, &value));
    NUL(lnt_pass_forward_backward(pass, net, NULL, &loss, &y, NULL, &value));
    NUL(lnt_pass_set_spin(NULL, true));
    OK(lnt_pass_forward(pass, net, &x, &output));
    NUL(lnt_pass_backward_from(NULL, net, &y));
    NUL(lnt_pass_backward_from(pass, NULL, &y));
    NUL(lnt_pass_backward_from(pass, net, NULL));
    NUL(lnt_pass_gradient(NULL, 0, &output));
    NUL(lnt_pass_gradient(pass, 0, NULL));
    NUL(lnt_pass_input_gradient(NULL, &output));
    NUL(lnt_pass_input_gradient(pass, NULL));
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
}

Test(null_arguments, optimisers)
{
    const lnt_layer layers[] = {lnt_dense(3, LNT_IDENTITY)};
    const lnt_optim_config config = lnt_optim_defaults(LNT_LM);
    const lnt_loss loss = lnt_mse(LNT_MEAN);
    lnt_net *net = new_net(LNT_F64, 3, layers, 1);
    lnt_pass *pass = new_pass(net);
    const lnt_optim_batch batch = {.x = &x, .target = &y, .loss = &loss};
    lnt_optim_batch without[3] = {batch, batch, batch};
    without[0].x = without[1].target = NULL;
    without[2].loss = NULL;
    lnt_optim_outcome outcome;
    lnt_optim *optim = NULL;
    lnt_error error;
    NUL(lnt_optim_create(NULL, net, &config));
    NUL(lnt_optim_create(&optim, NULL, &config));
    NUL(lnt_optim_create(&optim, net, NULL));
    OK(lnt_optim_create(&optim, net, &config));
    NUL(lnt_optim_step(NULL, net, pass));
    NUL(lnt_optim_step(optim, NULL, pass));
    NUL(lnt_optim_step(optim, net, NULL));
    NUL(lnt_optim_step_batch(NULL, net, pass, &batch, &outcome));
    NUL(lnt_optim_step_batch(optim, NULL, pass, &batch, &outcome));
    NUL(lnt_optim_step_batch(optim, net, NULL, &batch, &outcome));
    NUL(lnt_optim_step_batch(optim, net, pass, NULL, &outcome));
    for (int i = 0; i < 3; i++) {
        NUL(lnt_optim_step_batch(optim, net, pass, &without[i], &outcome));
    }
    NUL(lnt_optim_supports(NULL, net, &loss, &error));
    NUL(lnt_optim_supports(&config, NULL, &loss, &error));
    NUL(lnt_optim_set_learning_rate(NULL, 1));
    NUL(lnt_optim_set_momentum(NULL, 0));
    NUL(lnt_optim_swap_ema(NULL, net));
    NUL(lnt_optim_swap_ema(optim, NULL));
    NUL(lnt_optim_set_scalars(NULL, &(lnt_optim_scalars){.steps = 1}));
    NUL(lnt_optim_set_scalars(optim, NULL));
    NUL(lnt_schedule_resolve(NULL, 3, &error));
    lnt_optim_destroy(optim);
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
}

Test(null_arguments, derivatives)
{
    const lnt_layer layers[] = {lnt_dense(3, LNT_TANH)};
    const lnt_derivatives_config config = {.max_rows = 4, .second = true};
    const lnt_loss loss = lnt_mse(LNT_MEAN);
    lnt_net *net = new_net(LNT_F64, 3, layers, 1);
    const lnt_tensor v = lnt_tensor_view(LNT_F64, x.data, 1, 12);
    lnt_derivatives *d = NULL;
    NUL(lnt_derivatives_create(NULL, net, &config, NULL));
    NUL(lnt_derivatives_create(&d, NULL, &config, NULL));
    NUL(lnt_derivatives_create(&d, net, NULL, NULL));
    OK(lnt_derivatives_create(&d, net, &config, NULL));
    NUL(lnt_derivatives_linearize(NULL, &x, &y));
    NUL(lnt_derivatives_linearize(d, NULL, &y));
    OK(lnt_derivatives_linearize(d, &x, NULL));
    NUL(lnt_jacobian(NULL, &p));
    NUL(lnt_jacobian(d, NULL));
    NUL(lnt_jvp(NULL, &x, NULL, &p));
    NUL(lnt_jvp(d, &x, NULL, NULL));
    NUL(lnt_vjp(NULL, &y, &p, NULL));
    NUL(lnt_vjp(d, NULL, &p, NULL));
    NUL(lnt_hvp(NULL, &loss, &y, NULL, &v, &p));
    NUL(lnt_hvp(d, NULL, &y, NULL, &v, &p));
    NUL(lnt_hvp(d, &loss, NULL, NULL, &v, &p));
    NUL(lnt_hvp(d, &loss, &y, NULL, NULL, &p));
    NUL(lnt_hvp(d, &loss, &y, NULL, &v, NULL));
    NUL(lnt_ggn_vp(NULL, &loss, &y, NULL, &v, &p));
    NUL(lnt_ggn_vp(d, NULL, &y, NULL, &v, &p));
    NUL(lnt_input_hessian_diagonal(NULL, &p));
    NUL(lnt_input_hessian_diagonal(d, NULL));
    NUL(lnt_jvp_gradient(NULL, &x, &y, 0, &p));
    NUL(lnt_jvp_gradient(d, NULL, &y, 0, &p));
    NUL(lnt_jvp_gradient(d, &x, NULL, 0, &p));
    NUL(lnt_jacobian_loss(NULL, &p, NULL, LNT_MEAN, 1, 0, &value, NULL));
    NUL(lnt_jacobian_loss(d, NULL, NULL, LNT_MEAN, 1, 0, &value, NULL));
    lnt_derivatives_destroy(d);
    lnt_net_destroy(net);
}

Test(null_arguments, data)
{
    const lnt_read_options options = lnt_read_defaults();
    lnt_frame *frame = NULL;
    lnt_row_reader *file = NULL;
    lnt_scaler *scaler = NULL;
    lnt_scaler_fitter *fitter = NULL;
    lnt_names *names = NULL;
    lnt_data_format format;
    lnt_error error;
    NUL(lnt_csv_read(NULL, "x.csv", &options, &error));
    NUL(lnt_csv_read(&frame, NULL, &options, &error));
    NUL(lnt_csv_read(&frame, "x.csv", NULL, &error));
    NUL(lnt_data_read(NULL, "x.csv", LNT_DATA_AUTO, &options, &error));
    NUL(lnt_data_read(&frame, NULL, LNT_DATA_AUTO, &options, &error));
    NUL(lnt_data_read(&frame, "x.csv", LNT_DATA_AUTO, NULL, &error));
    NUL(lnt_data_format_find(NULL, &format));
    NUL(lnt_frame_find(NULL, "x", &count, &error));
    NUL(lnt_frame_encode(NULL, 0, 10, &error));
    NUL(lnt_frame_encode_as(NULL, 0, names, &error));
    NUL(lnt_row_reader_open(NULL, "x.csv", LNT_DATA_AUTO, &options, &error));
    NUL(lnt_row_reader_open(&file, NULL, LNT_DATA_AUTO, &options, &error));
    NUL(lnt_row_reader_open(&file, "x.csv", LNT_DATA_AUTO, NULL, &error));
    NUL(lnt_row_reader_read(NULL, 0, &x, &error));
    NUL(lnt_row_reader_read_columns(NULL, index_, 1, &frame, &error));
    NUL(lnt_row_reader_read_columns(NULL, index_, 1, NULL, &error));
    assert_eq(lnt_row_reader_rows(NULL), 0);
    assert_eq(lnt_row_reader_cols(NULL), 0);
    assert_eq(lnt_row_reader_rows_dropped(NULL), 0);
    cr_assert_null(lnt_row_reader_columns(NULL));
    cr_assert_null(lnt_row_reader_labels(NULL, 0));
    cr_assert(!lnt_row_reader_is_sequential(NULL));
    NUL(lnt_names_create(NULL, NULL, 0, NULL));
    NUL(lnt_names_create(&names, NULL, 2, NULL));
    NUL(lnt_train_test_split(4, 0.5, NULL, 0, NULL, &count));
    NUL(lnt_train_test_split(4, 0.5, NULL, 0, index_, NULL));
    NUL(lnt_k_fold(4, 2, NULL, 0, NULL, index_));
    NUL(lnt_k_fold(4, 2, NULL, 0, index_, NULL));
    NUL(lnt_permute_rows(NULL, index_));
    NUL(lnt_permute_rows(&x, NULL));
    NUL(lnt_scaler_fit(NULL, LNT_SCALING_STANDARD, &x, NULL));
    NUL(lnt_scaler_fit(&scaler, LNT_SCALING_STANDARD, NULL, NULL));
    NUL(lnt_scaler_create(NULL, 1, &value, &value, NULL));
    NUL(lnt_scaler_create(&scaler, 1, NULL, &value, NULL));
    NUL(lnt_scaler_create(&scaler, 1, &value, NULL, NULL));
    NUL(lnt_scaler_transform(NULL, &x, &y));
    NUL(lnt_scaler_inverse_transform(NULL, &x, &y));
    NUL(lnt_scaler_fitter_create(NULL, LNT_SCALING_STANDARD, 3, NULL));
    NUL(lnt_scaler_fitter_partial_fit(NULL, &x));
    NUL(lnt_scaler_fitter_get_scaler(NULL, &scaler, NULL));
    OK(lnt_scaler_fitter_create(&fitter, LNT_SCALING_STANDARD, 3, NULL));
    NUL(lnt_scaler_fitter_partial_fit(fitter, NULL));
    NUL(lnt_scaler_fitter_get_scaler(fitter, NULL, NULL));
    lnt_scaler_fitter_destroy(fitter);
}
