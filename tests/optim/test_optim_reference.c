/* SPDX-License-Identifier: MIT */
#include "support/reference.h"

#include <criterion/parameterized.h>

/* 50 steps of each method against PyTorch's; see tests/reference/make_optim.py. */

enum { INPUTS = 5, HIDDEN = 6, OUTPUTS = 3, ROWS = 8, STEPS = 50 };

/* The first weight is frozen, biases have another learning rate and penalty. */
static const lnt_optim_group groups[] = {
    {.first_layer = 0, .n_layers = 1, .roles = LNT_ROLE_BIT(LNT_ROLE_WEIGHT)},
    {.n_layers = 2, .roles = LNT_ROLE_BIT(LNT_ROLE_BIAS), .learning_rate = 3, .l2 = 0.02},
};

/* name, kind, learning rate, and what is not as in the defaults of the kind. */
#define ROW_LIST(X)                                                                                \
    X(sgd, LNT_SGD, 0.1, (void) c)                                                                 \
    X(momentum, LNT_SGD, 0.05, c->sgd.momentum = 0.9)                                              \
    X(dampening, LNT_SGD, 0.05, c->sgd.momentum = 0.9, c->sgd.dampening = 0.3)                     \
    X(nesterov, LNT_SGD, 0.05, c->sgd.momentum = 0.8, c->sgd.nesterov = true)                      \
    X(sgd_l2, LNT_SGD, 0.05, c->sgd.momentum = 0.9, c->l2 = 0.01)                                  \
    X(sgd_l1, LNT_SGD, 0.05, c->l1 = 0.003)                                                        \
    X(sgd_decay, LNT_SGD, 0.05, c->sgd.momentum = 0.5, c->weight_decay = 0.05,                     \
      c->decay_all = true)                                                                         \
    X(sgd_moving, LNT_SGD, 0.05, c->sgd.momentum = 0.5)                                            \
    X(clip_norm, LNT_SGD, 0.2, c->clip_norm = 0.3)                                                 \
    X(clip_value, LNT_SGD, 0.2, c->clip_value = 0.02)                                              \
    X(clip_both, LNT_ADAM, 0.01, c->clip_value = 0.05, c->clip_norm = 0.1, c->l1 = 0.001,          \
      c->l2 = 0.01)                                                                                \
    X(accumulate, LNT_ADAM, 0.01, c->accumulate = 4, c->clip_norm = 0.3)                           \
    X(accumulate_value, LNT_SGD, 0.2, c->accumulate = 2, c->clip_value = 0.02)                     \
    X(average, LNT_ADAM, 0.01, c->ema_decay = 0.9, c->l1 = 0.001)                                  \
    X(groups, LNT_ADAM, 0.01, c->groups = groups, c->n_groups = 2, c->clip_norm = 0.2)             \
    X(rmsprop, LNT_RMSPROP, 0.01, (void) c)                                                        \
    X(rmsprop_velocity, LNT_RMSPROP, 0.002, c->rmsprop.momentum = 0.8, c->rmsprop.epsilon = 1e-4,  \
      c->weight_decay = 0.1)                                                                       \
    X(rmsprop_centered, LNT_RMSPROP, 0.01, c->rmsprop.rho = 0.9, c->rmsprop.centered = true)       \
    X(rmsprop_momentum, LNT_RMSPROP, 0.003, c->rmsprop.momentum = 0.9, c->rmsprop.centered = true, \
      c->l2 = 0.1)                                                                                 \
    X(adagrad, LNT_ADAGRAD, 0.05, (void) c)                                                        \
    X(adagrad_decay, LNT_ADAGRAD, 0.05, c->adagrad.lr_decay = 0.1, c->l2 = 0.05)                   \
    X(adam, LNT_ADAM, 0.01, (void) c)                                                              \
    X(adam_l2, LNT_ADAM, 0.01, c->adam.beta1 = 0.8, c->adam.beta2 = 0.99, c->l2 = 0.02)            \
    X(adam_moving, LNT_ADAM, 0.01, c->adam.beta1 = 0.5)                                            \
    X(adamw, LNT_ADAMW, 0.01, c->weight_decay = 0.1)                                               \
    X(adamw_all, LNT_ADAMW, 0.01, c->adam.epsilon = 1e-3, c->decay_all = true)                     \
    X(nadam, LNT_NADAM, 0.01, (void) c)                                                            \
    X(nadam_l2, LNT_NADAM, 0.01, c->adam.momentum_decay = 0.02, c->l2 = 0.05)                      \
    X(nadam_decay, LNT_NADAM, 0.01, c->weight_decay = 0.1)                                         \
    X(nadam_moving, LNT_NADAM, 0.01, c->adam.beta1 = 0.5)                                          \
    X(amsgrad, LNT_AMSGRAD, 0.02, (void) c)                                                        \
    X(amsgrad_l2, LNT_AMSGRAD, 0.02, c->adam.beta2 = 0.9, c->l2 = 0.02)                            \
    X(rprop, LNT_RPROP, 0.01, (void) c)                                                            \
    X(rprop_limits, LNT_RPROP, 0.02, c->rprop.eta_minus = 0.4, c->rprop.eta_plus = 1.5,            \
      c->rprop.step_min = 1e-3, c->rprop.step_max = 0.05)                                          \
    X(muon, LNT_MUON, 0.02, (void) c)                                                              \
    X(muon_plain, LNT_MUON, 0.01, c->muon.nesterov = false, c->weight_decay = 0.1)                 \
    X(muon_moving, LNT_MUON, 0.01, (void) c)

#define SET(name, kind, rate, ...)                                                                 \
    static void set_##name(lnt_optim_config *c)                                                    \
    {                                                                                              \
        __VA_ARGS__;                                                                               \
    }
ROW_LIST(SET)
#undef SET

static const struct row {
    const char *name;
    lnt_optim_kind kind;
    double rate;
    void (*set)(lnt_optim_config *config);
} rows[] = {
#define ROW(name, kind, rate, ...) {#name, kind, rate, set_##name},
    ROW_LIST(ROW)
#undef ROW
};

enum { N_ROWS = sizeof rows / sizeof rows[0] };

static lnt_net *net_of(const reference_file *file, lnt_dtype dtype)
{
    lnt_layer layers[] = {lnt_dense(HIDDEN, LNT_TANH), lnt_dense(OUTPUTS, LNT_IDENTITY)};
    for (size_t l = 0; l < 2; l++) {
        layers[l].weight_init = lnt_init_array(find_numbered(file, "initial", 2 * l));
        layers[l].bias_init = lnt_init_array(find_numbered(file, "initial", 2 * l + 1));
    }
    return new_net(dtype, INPUTS, layers, 2);
}

/* The rows named so change the learning rate and the momentum with every step. */
static void move(const struct row *row, size_t step, lnt_optim *optim)
{
    const double t = (double) (step % 5);
    if (strstr(row->name, "_moving") != NULL) {
        OK(lnt_optim_set_learning_rate(optim, row->rate * (1 + t) / 3));
        OK(lnt_optim_set_momentum(optim, 0.5 + 0.08 * t));
    }
}

/* The 50 steps, each on the whole batch in as many parts as are accumulated. */
static void train(const struct row *row, lnt_net *net, const lnt_tensor *x, const lnt_tensor *y,
                  double *trace)
{
    lnt_optim_config config = lnt_optim_defaults(row->kind);
    const lnt_loss loss = lnt_mse(LNT_MEAN);
    lnt_pass *pass = new_pass(net);
    lnt_optim *optim = NULL;
    config.learning_rate = row->rate;
    row->set(&config);
    OK(lnt_optim_create(&optim, net, &config));
    const size_t parts = config.accumulate, count = ROWS / parts;
    for (size_t step = 0; step < STEPS; step++) {
        trace[step] = 0;
        move(row, step, optim);
        for (size_t part = 0; part < parts; part++) {
            lnt_tensor some_x, some_y;
            double value;
            OK(lnt_slice_rows(x, part * count, count, 1, &some_x));
            OK(lnt_slice_rows(y, part * count, count, 1, &some_y));
            OK(lnt_pass_forward(pass, net, &some_x, NULL));
            OK(lnt_pass_backward(pass, net, &loss, &some_y, NULL, &value));
            OK(lnt_optim_step(optim, net, pass));
            trace[step] += value / (double) parts;
        }
    }
    if (config.ema_decay > 0) {
        OK(lnt_optim_swap_ema(optim, net));
    }
    lnt_optim_destroy(optim);
    lnt_pass_destroy(pass);
}

static void compare(const struct row *row, lnt_dtype dtype, double tolerance)
{
    static reference_file file;
    read_file(&file, "optim.txt");
    const lnt_tensor x = copy_of(dtype, find(&file, "x")), y = copy_of(dtype, find(&file, "y"));
    lnt_net *net = net_of(&file, dtype);
    double trace[STEPS];
    train(row, net, &x, &y, trace);
    char name[64];
    snprintf(name, sizeof name, "%s.trace", row->name);
    const lnt_tensor losses = lnt_tensor_f64(trace, 1, STEPS), final = lnt_net_parameters(net);
    assert_le(difference(&losses, find(&file, name)), tolerance, "%s: %g", name,
              difference(&losses, find(&file, name)));
    snprintf(name, sizeof name, "%s.final", row->name);
    assert_le(difference(&final, find(&file, name)), tolerance, "%s: %g", name,
              difference(&final, find(&file, name)));
    lnt_net_destroy(net);
}

ParameterizedTestParameters(optim_reference, trajectories)
{
    static size_t index[N_ROWS];
    for (size_t i = 0; i < N_ROWS; i++) {
        index[i] = i;
    }
    return cr_make_param_array(size_t, index, N_ROWS);
}

ParameterizedTest(size_t *i, optim_reference, trajectories)
{
    compare(&rows[*i], LNT_F64, 1e-10);
    compare(&rows[*i], LNT_F32, rows[*i].kind == LNT_RPROP ? 2e-2 : 2e-3);
}

/* Those after Muon have tests of their own. */
Test(optim_reference, every_method_has_a_row)
{
    for (int kind = 0; kind <= LNT_MUON; kind++) {
        size_t count = 0;
        for (size_t i = 0; i < N_ROWS; i++) {
            count += (int) rows[i].kind == kind;
        }
        assert_gt(count, 0, "%s has no row", lnt_optim_name((lnt_optim_kind) kind));
    }
}
