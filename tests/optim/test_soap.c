/* SPDX-License-Identifier: MIT */
#include "support/reference.h"

/* SOAP against its authors' formulas in NumPy (tests/reference/make_soap.py), and at its edges. */

enum { INPUTS = 5, HIDDEN = 6, OUTPUTS = 5, STEPS = 40, LONG_SIDE = 10001 };

static lnt_net *net_of(const reference_file *file, lnt_dtype dtype)
{
    lnt_layer layers[] = {lnt_dense(HIDDEN, LNT_TANH), lnt_dense(OUTPUTS, LNT_IDENTITY)};
    for (size_t l = 0; l < 2; l++) {
        layers[l].weight_init = lnt_init_array(find_numbered(file, "initial", 2 * l));
        layers[l].bias_init = lnt_init_array(find_numbered(file, "initial", 2 * l + 1));
    }
    return new_net(dtype, INPUTS, layers, 2);
}

static void compare(const char *name, lnt_dtype dtype, lnt_optim_config config, double tolerance)
{
    static reference_file file;
    read_file(&file, "soap.txt");
    const lnt_tensor x = copy_of(dtype, find(&file, "x")), y = copy_of(dtype, find(&file, "y"));
    const lnt_loss loss = lnt_mse(LNT_MEAN);
    const bool moving = strcmp(name, "soap_moving") == 0;
    const double rate = config.learning_rate;
    lnt_net *net = net_of(&file, dtype);
    lnt_pass *pass = new_pass(net);
    lnt_optim *optim = NULL;
    double trace[STEPS];
    char text[64];
    OK(lnt_optim_create(&optim, net, &config));
    for (size_t step = 0; step < STEPS; step++) {
        const double t = (double) (step % 5);
        if (moving) {
            OK(lnt_optim_set_learning_rate(optim, rate * (1 + t) / 3));
            OK(lnt_optim_set_momentum(optim, 0.5 + 0.08 * t));
        }
        OK(lnt_pass_forward(pass, net, &x, NULL));
        OK(lnt_pass_backward(pass, net, &loss, &y, NULL, &trace[step]));
        OK(lnt_optim_step(optim, net, pass));
    }
    const lnt_tensor losses = lnt_tensor_f64(trace, 1, STEPS), final = lnt_net_parameters(net);
    snprintf(text, sizeof text, "%s.trace", name);
    assert_le(difference(&losses, find(&file, text)), tolerance, "%s: %g", text,
              difference(&losses, find(&file, text)));
    snprintf(text, sizeof text, "%s.final", name);
    assert_le(difference(&final, find(&file, text)), tolerance, "%s: %g", text,
              difference(&final, find(&file, text)));
    lnt_optim_destroy(optim);
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
}

Test(soap, trajectories)
{
    static const struct {
        const char *name;
        double rate;
        size_t period;
        double weight_decay, l2;
    } rows[] = {{"soap", 0.02, 10, 0, 0},
                {"soap_often", 0.02, 1, 0, 0.01},
                {"soap_decay", 0.01, 7, 0.1, 0},
                {"soap_moving", 0.02, 4, 0, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lnt_optim_config config = lnt_optim_defaults(LNT_SOAP);
        config.learning_rate = rows[i].rate;
        config.precondition_period = rows[i].period;
        config.weight_decay = rows[i].weight_decay;
        config.l2 = rows[i].l2;
        compare(rows[i].name, LNT_F64, config, 1e-10);
        compare(rows[i].name, LNT_F32, config, 2e-3);
    }
}

Test(soap, the_first_call_moves_only_what_is_no_matrix)
{
    static reference_file file;
    read_file(&file, "soap.txt");
    const lnt_loss loss = lnt_mse(LNT_MEAN);
    lnt_net *net = net_of(&file, LNT_F64);
    lnt_pass *pass = new_pass(net);
    lnt_optim *optim = NULL;
    lnt_optim_config config = lnt_optim_defaults(LNT_SOAP);
    config.weight_decay = 0.1;
    OK(lnt_optim_create(&optim, net, &config));
    for (size_t step = 0; step < 2; step++) {
        OK(lnt_pass_forward(pass, net, find(&file, "x"), NULL));
        OK(lnt_pass_backward(pass, net, &loss, find(&file, "y"), NULL, NULL));
        OK(lnt_optim_step(optim, net, pass));
        for (size_t i = 0; i < 4; i++) {
            lnt_parameter p;
            OK(lnt_net_parameter(net, i, &p));
            const bool stays = difference(&p.value, find_numbered(&file, "initial", i)) == 0;
            assert_eq(stays, step == 0 && p.role == LNT_ROLE_WEIGHT, "step %zu: %s", step, p.name);
        }
    }
    lnt_optim_destroy(optim);
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
}

/* A linear net on rows of its own, stepped 25 times; its weight is left in `w`. */
static void linear(const lnt_tensor *x, const lnt_tensor *y, lnt_tensor *w)
{
    lnt_layer layer = lnt_dense(y->cols, LNT_IDENTITY);
    layer.bias = false;
    layer.weight_init = lnt_init_array(w);
    const lnt_loss loss = lnt_mse(LNT_MEAN);
    lnt_net *net = new_net(LNT_F64, x->cols, &layer, 1);
    lnt_pass *pass = new_pass(net);
    lnt_optim *optim = NULL;
    const lnt_optim_config config = lnt_optim_defaults(LNT_SOAP);
    /* m, v, three products, R and its eigenvectors: nothing of the long side squared */
    assert_lt(lnt_optim_memory_bytes(&config, net), 8 * (5 * w->rows * w->cols + 4096));
    OK(lnt_optim_create(&optim, net, &config));
    for (size_t step = 0; step < 25; step++) {
        OK(lnt_pass_forward(pass, net, x, NULL));
        OK(lnt_pass_backward(pass, net, &loss, y, NULL, NULL));
        OK(lnt_optim_step(optim, net, pass));
    }
    lnt_parameter p;
    OK(lnt_net_parameter(net, 0, &p));
    OK(lnt_copy(&p.value, w));
    lnt_optim_destroy(optim);
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
}

/* The shorter side has its eigenbasis still: with outputs turned, the weight is turned with them.
 */
Test(soap, a_long_side_keeps_its_basis)
{
    const double turn[] = {0.8, 0.6, -0.6, 0.8};
    const lnt_tensor v = lnt_tensor_const_view(LNT_F64, turn, 2, 2);
    const lnt_tensor x = random_matrix(LNT_F64, 7, LONG_SIDE, 1);
    const lnt_tensor y = random_matrix(LNT_F64, 7, 2, 2);
    lnt_tensor w = random_matrix(LNT_F64, LONG_SIDE, 2, 3);
    const lnt_tensor before = copy_of(LNT_F64, &w);
    lnt_tensor turned_y = matrix(LNT_F64, 7, 2), turned_w = matrix(LNT_F64, LONG_SIDE, 2);
    lnt_tensor expected = matrix(LNT_F64, LONG_SIDE, 2);
    OK(lnt_gemm(1, &y, &v, 0, &turned_y));
    OK(lnt_gemm(1, &w, &v, 0, &turned_w));
    linear(&x, &y, &w);
    linear(&x, &turned_y, &turned_w);
    OK(lnt_gemm(1, &w, &v, 0, &expected));
    assert_lt(difference(&turned_w, &expected), 1e-9);
    assert_gt(difference(&w, &before), 0.01);
}

/* Gradients of 0 have every basis for theirs. */
Test(soap, gradients_of_zero_move_nothing)
{
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        const lnt_layer layer = lnt_dense(HIDDEN, LNT_IDENTITY);
        const lnt_loss loss = lnt_mse(LNT_MEAN);
        const lnt_tensor x = random_matrix(dtype, 3, INPUTS, 1), y = matrix(dtype, 3, HIDDEN);
        lnt_net *net = new_net(dtype, INPUTS, &layer, 1);
        lnt_pass *pass = new_pass(net);
        lnt_optim *optim = NULL;
        const lnt_optim_config config = lnt_optim_defaults(LNT_SOAP);
        const lnt_tensor w = lnt_net_parameters(net), before = copy_of(dtype, &w);
        lnt_tensor g = lnt_pass_gradients(pass);
        OK(lnt_optim_create(&optim, net, &config));
        for (size_t step = 0; step < 25; step++) {
            OK(lnt_pass_forward(pass, net, &x, NULL));
            OK(lnt_pass_backward(pass, net, &loss, &y, NULL, NULL));
            OK(lnt_fill(0, &g));
            OK(lnt_optim_step(optim, net, pass));
        }
        assert_same_bits(&w, &before);
        lnt_optim_destroy(optim);
        lnt_pass_destroy(pass);
        lnt_net_destroy(net);
    }
}
