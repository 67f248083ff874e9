/* SPDX-License-Identifier: MIT */
#include "reference_support.h"

#include <criterion/parameterized.h>

/* 50 steps of each method against PyTorch's; see tests/reference/make_optim.py. */

enum { INPUTS = 5, HIDDEN = 6, OUTPUTS = 3, STEPS = 50 };

/* A row's changes to the defaults of its kind. */
static const struct row {
    const char *name;
    lnt_optim_kind kind;
    double rate;
    lnt_optim_config with; /* fields that are not 0 replace the defaults */
} rows[] = {
    {"sgd", LNT_SGD, 0.1, {.accumulate = 1}},
    {"momentum", LNT_SGD, 0.05, {.momentum = 0.9}},
    {"dampening", LNT_SGD, 0.05, {.momentum = 0.9, .dampening = 0.3}},
    {"nesterov", LNT_SGD, 0.05, {.momentum = 0.8, .nesterov = true}},
    {"sgd_l2", LNT_SGD, 0.05, {.momentum = 0.9, .l2 = 0.01}},
    {"sgd_l1", LNT_SGD, 0.05, {.l1 = 0.003}},
    {"clip_norm", LNT_SGD, 0.2, {.clip_norm = 0.3}},
    {"clip_value", LNT_SGD, 0.2, {.clip_value = 0.02}},
    {"rmsprop", LNT_RMSPROP, 0.01, {.accumulate = 1}},
    {"rmsprop_centered", LNT_RMSPROP, 0.01, {.rho = 0.9, .centered = true}},
    {"rmsprop_momentum", LNT_RMSPROP, 0.003, {.momentum = 0.9, .centered = true, .l2 = 0.1}},
    {"adagrad", LNT_ADAGRAD, 0.05, {.accumulate = 1}},
    {"adagrad_decay", LNT_ADAGRAD, 0.05, {.rate_decay = 0.1}},
    {"adam", LNT_ADAM, 0.01, {.accumulate = 1}},
    {"adam_l2", LNT_ADAM, 0.01, {.beta1 = 0.8, .beta2 = 0.99, .l2 = 0.02}},
    {"adamw", LNT_ADAMW, 0.01, {.weight_decay = 0.1}},
    {"nadam", LNT_NADAM, 0.01, {.accumulate = 1}},
    {"amsgrad", LNT_AMSGRAD, 0.02, {.accumulate = 1}},
    {"rprop", LNT_RPROP, 0.01, {.accumulate = 1}},
    {"muon", LNT_MUON, 0.02, {.accumulate = 1}},
    {"muon_plain", LNT_MUON, 0.01, {.weight_decay = 0.1}},
};

enum { N_ROWS = sizeof rows / sizeof rows[0] };

static lnt_optim_config config_of(const struct row *row)
{
    lnt_optim_config config = lnt_optim_of(row->kind);
    const lnt_optim_config *with = &row->with;
    double *const fields[] = {&config.momentum,  &config.dampening,    &config.rho,
                              &config.beta1,     &config.beta2,        &config.rate_decay,
                              &config.clip_norm, &config.clip_value,   &config.l1,
                              &config.l2,        &config.weight_decay, &config.epsilon};
    const double values[] = {with->momentum, with->dampening,  with->rho,          with->beta1,
                             with->beta2,    with->rate_decay, with->clip_norm,    with->clip_value,
                             with->l1,       with->l2,         with->weight_decay, with->epsilon};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        *fields[i] = values[i] != 0 ? values[i] : *fields[i];
    }
    config.nesterov = config.nesterov || with->nesterov;
    config.centered = with->centered;
    config.learning_rate = row->rate;
    if (strcmp(row->name, "muon_plain") == 0) {
        config.nesterov = false;
    }
    return config;
}

static lnt_net *net_of(const reference_file *file, lnt_dtype dtype)
{
    lnt_layer layers[] = {lnt_dense(HIDDEN, LNT_TANH), lnt_dense(OUTPUTS, LNT_IDENTITY)};
    for (size_t l = 0; l < 2; l++) {
        layers[l].weight_init = lnt_init_array(find_numbered(file, "initial", 2 * l));
        layers[l].bias_init = lnt_init_array(find_numbered(file, "initial", 2 * l + 1));
    }
    return new_net(dtype, INPUTS, layers, 2);
}

static void compare(const struct row *row, lnt_dtype dtype, double tolerance)
{
    static reference_file file;
    read_file(&file, "optim.txt");
    const lnt_tensor x = copy_of(dtype, find(&file, "x")), y = copy_of(dtype, find(&file, "y"));
    const lnt_optim_config config = config_of(row);
    const lnt_loss loss = lnt_mse(LNT_MEAN);
    lnt_net *net = net_of(&file, dtype);
    lnt_pass *pass = new_pass(net);
    lnt_optim *optim = NULL;
    OK(lnt_optim_create(&optim, net, &config));
    double trace[STEPS];
    for (size_t step = 0; step < STEPS; step++) {
        OK(lnt_pass_forward(pass, net, &x, NULL));
        OK(lnt_pass_backward(pass, net, &loss, &y, NULL, &trace[step]));
        OK(lnt_optim_step(optim, net, pass));
    }
    char name[64];
    snprintf(name, sizeof name, "%s.trace", row->name);
    const lnt_tensor losses = lnt_tensor_f64(trace, 1, STEPS), final = lnt_net_parameters(net);
    cr_assert(difference(&losses, find(&file, name)) <= tolerance, "%s: %g", name,
              difference(&losses, find(&file, name)));
    snprintf(name, sizeof name, "%s.final", row->name);
    cr_assert(difference(&final, find(&file, name)) <= tolerance, "%s: %g", name,
              difference(&final, find(&file, name)));
    lnt_optim_destroy(optim);
    lnt_pass_destroy(pass);
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

Test(optim_reference, every_method_has_a_row)
{
    for (int kind = 0; lnt_optim_name((lnt_optim_kind) kind) != NULL; kind++) {
        size_t count = 0;
        for (size_t i = 0; i < N_ROWS; i++) {
            count += (int) rows[i].kind == kind;
        }
        cr_assert(count > 0, "%s has no row", lnt_optim_name((lnt_optim_kind) kind));
    }
}
