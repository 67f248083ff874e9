/* SPDX-License-Identifier: MIT */
/* Levenberg-Marquardt where some layers have no parameters, and where a factorisation fails. */
#include "support/fit.h"

static lnt_tensor x, y;

static lnt_net *fused(lnt_dtype dtype)
{
    const lnt_layer layers[] = {lnt_dense(5, LNT_TANH), lnt_dense(2, LNT_IDENTITY)};
    return new_net(dtype, INPUTS, layers, 2);
}

/* The same function, with the activation in a layer of its own. */
static lnt_net *apart(lnt_dtype dtype, lnt_net *from)
{
    const lnt_layer layers[] = {lnt_dense(5, LNT_IDENTITY), lnt_activation_layer(LNT_TANH),
                                lnt_dense(2, LNT_IDENTITY)};
    lnt_net *net = new_net(dtype, INPUTS, layers, 3);
    const lnt_tensor source = lnt_net_parameters(from);
    lnt_tensor target = lnt_net_parameters(net);
    OK(lnt_copy(&source, &target));
    return net;
}

static lnt_fit_result run(lnt_net *net, lnt_lm_system form)
{
    lnt_fit_config config = settings();
    lnt_fit_result result;
    lnt_error error = {LNT_OK, ""};
    config.epochs = 6;
    config.batch_rows = ROWS;
    config.optim = lnt_optim_defaults(LNT_LM);
    config.optim.lm.system = form;
    const lnt_status status = lnt_fit(net, &x, &y, &config, &result, &error);
    assert_status(status, LNT_OK, "%s", error.message);
    return result;
}

static void make_rows(lnt_dtype dtype)
{
    lnt_tensor one;
    regression(dtype, &x, &one);
    y = random_matrix(dtype, ROWS, 2, 9);
    lnt_tensor first;
    OK(lnt_slice_cols(&y, 0, 1, 1, &first));
    OK(lnt_copy(&one, &first));
}

Test(lm_layers, an_activation_of_its_own_changes_nothing)
{
    static const lnt_lm_system forms[] = {LNT_LM_NORMAL, LNT_LM_DUAL};
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        make_rows(dtype);
        for (int f = 0; f < 2; f++) {
            lnt_net *one = fused(dtype), *other = apart(dtype, one);
            const lnt_fit_result a = run(one, forms[f]), b = run(other, forms[f]);
            const double bound = dtype == LNT_F32 ? 1e-3 : 1e-8;
            assert_lt(a.train_loss, 0.9, "form %d: %g, %g", f, a.train_loss, b.train_loss);
            assert_lt(fabs(a.train_loss - b.train_loss), bound, "form %d: %g, %g", f, a.train_loss,
                      b.train_loss);
            const lnt_tensor p = lnt_net_parameters(one), q = lnt_net_parameters(other);
            assert_lt(difference(&q, &p), 100 * bound, "form %d: %g", f, difference(&q, &p));
            lnt_net_destroy(one);
            lnt_net_destroy(other);
        }
    }
}

/* A net of one constant input, whose curvature is singular but for the damping. */
Test(lm_layers, singular_curvature)
{
    static const lnt_lm_system forms[] = {LNT_LM_NORMAL, LNT_LM_DUAL};
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        make_rows(dtype);
        OK(lnt_fill(1e4, &x));
        for (int f = 0; f < 2; f++) {
            const lnt_layer layers[] = {lnt_dense(2, LNT_IDENTITY)};
            lnt_net *net = new_net(dtype, INPUTS, layers, 1);
            const lnt_fit_result result = run(net, forms[f]);
            /* the best that a constant can do: the mean */
            double best = 0;
            for (size_t j = 0; j < 2; j++) {
                double mean = 0, squares = 0;
                for (size_t i = 0; i < ROWS; i++) {
                    mean += lnt_tensor_get(&y, i, j) / ROWS;
                    squares += lnt_tensor_get(&y, i, j) * lnt_tensor_get(&y, i, j) / ROWS;
                }
                best += (squares - mean * mean) / 2;
            }
            const double after = result.train_loss;
            assert_finite(after, "form %d: %g, best %g", f, after, best);
            assert_lt(after, 3 * best + 0.1, "form %d: %g, best %g", f, after, best);
            lnt_net_destroy(net);
        }
    }
}
