/* SPDX-License-Identifier: MIT */
#include "support/net.h"

#include <linnet/uncertainty.h>

/* Data that a Laplace approximation takes, or finds too large. */

enum { ROWS = 24 };

static double log_marginal(const lnt_net *net, const lnt_loss *loss, const lnt_tensor *x,
                           const lnt_tensor *y)
{
    const lnt_laplace_config config = lnt_laplace_defaults();
    lnt_laplace *laplace;
    lnt_error error = {LNT_OK, ""};
    assert_status(lnt_laplace_fit(&laplace, net, loss, x, y, NULL, &config, &error), LNT_OK, "%s",
                  error.message);
    const double found = lnt_laplace_get_info(laplace)->log_marginal;
    lnt_laplace_destroy(laplace);
    return found;
}

Test(laplace_data, labels_of_any_type)
{
    const lnt_layer layers[] = {lnt_dense(4, LNT_TANH), lnt_dense(3, LNT_IDENTITY)};
    lnt_net *net = new_net(LNT_F64, 2, layers, 2);
    const lnt_loss loss = lnt_softmax_cross_entropy(LNT_MEAN);
    const lnt_tensor x = random_matrix(LNT_F64, ROWS, 2, 1);
    lnt_tensor labels = matrix(LNT_F64, ROWS, 1), shares = matrix(LNT_F64, ROWS, 3);
    int32_t whole[ROWS];
    for (size_t i = 0; i < ROWS; i++) {
        whole[i] = (int32_t) (i * i % 3);
        OK(lnt_tensor_set(&labels, i, 0, whole[i]));
        OK(lnt_tensor_set(&shares, i, (size_t) whole[i], 1));
    }
    const lnt_tensor integers = lnt_tensor_i32(whole, ROWS, 1);
    const double expected = log_marginal(net, &loss, &x, &labels);
    assert_finite(expected);
    assert_lt(expected, 0);
    assert_eq(log_marginal(net, &loss, &x, &integers), expected);
    assert_lt(fabs(log_marginal(net, &loss, &x, &shares) - expected), 1e-12 * fabs(expected));
    lnt_net_destroy(net);
}

/* The outputs are finite; sums of squares of the inputs are not. */
Test(laplace_data, inputs_whose_squares_overflow)
{
    const lnt_layer layers[] = {lnt_dense(1, LNT_IDENTITY)};
    lnt_net *net = new_net(LNT_F64, 2, layers, 1);
    const lnt_loss loss = lnt_mse(LNT_MEAN);
    lnt_tensor x = random_matrix(LNT_F64, ROWS, 2, 1);
    const lnt_tensor y = random_matrix(LNT_F64, ROWS, 1, 2);
    lnt_parameter weight;
    OK(lnt_net_parameter(net, 0, &weight));
    OK(lnt_fill(0, &weight.value));
    OK(lnt_scale(1e200, &x));
    for (int s = LNT_LAPLACE_LAST_LAYER; s <= LNT_LAPLACE_FULL; s++) {
        const lnt_laplace_config config = {.structure = (lnt_laplace_structure) s};
        lnt_laplace *laplace;
        lnt_error error = {LNT_OK, ""};
        FAILS(LNT_ERR_NONFINITE,
              lnt_laplace_fit(&laplace, net, &loss, &x, &y, NULL, &config, &error));
        cr_assert_null(laplace, "%s", error.message);
        assert_str_ne(error.message, "");
    }
    lnt_net_destroy(net);
}
