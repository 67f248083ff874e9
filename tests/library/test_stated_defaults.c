/* SPDX-License-Identifier: MIT */
#include "support/net.h"

#include <linnet/linnet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * The sentences of headers that state defaults. Each is written here with the values that the code
 * has, and must be in the header, so that neither can change alone.
 */

enum { MAX_TEXT = 1 << 16, MAX_SENTENCE = 2048 };

/* A header as one line: without the marks of comments, with single spaces. */
static char *header(const char *name)
{
    static char text[MAX_TEXT];
    char path[1024];
    const char *root = getenv("LINNET_SOURCE_ROOT");
    cr_assert_not_null(root, "LINNET_SOURCE_ROOT is not set");
    snprintf(path, sizeof path, "%s/include/linnet/%s", root, name);
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file, "%s", path);
    size_t length = 0;
    bool begins = true, blank = false;
    for (int c = getc(file); c != EOF; c = getc(file)) {
        const bool space = c == ' ' || c == '\n';
        begins = c == '\n' || (begins && (space || c == '*'));
        blank = blank || space;
        if (!space && !(begins && c == '*')) {
            if (blank && length > 0) {
                text[length++] = ' ';
            }
            blank = false;
            text[length++] = (char) c;
            assert_lt(length + 2, MAX_TEXT, "%s is too long", name);
        }
    }
    text[length] = '\0';
    fclose(file);
    return text;
}

/* "1e-08" is "1e-8" in prose, and "1e+10" is "1e10". */
static void shorten_exponents(char *s)
{
    char *to = s;
    for (const char *from = s; *from != '\0'; from++) {
        *to++ = *from;
        if (*from == 'e' && (from[1] == '-' || from[1] == '+') && from[2] >= '0' &&
            from[2] <= '9') {
            from++;
            if (*from == '-') {
                *to++ = '-';
            }
            while (from[1] == '0') {
                from++;
            }
        }
    }
    *to = '\0';
}

__attribute__((format(printf, 2, 3))) static void states(const char *name, const char *format, ...)
{
    char sentence[MAX_SENTENCE];
    va_list values;
    va_start(values, format);
    vsnprintf(sentence, sizeof sentence, format, values);
    va_end(values);
    shorten_exponents(sentence);
    assert_contains(header(name), sentence, "%s does not say '%s'", name, sentence);
}

Test(stated_defaults, nets_and_passes)
{
    const lnt_net_config net = lnt_net_defaults();
    assert_eq(net.dtype, LNT_F32);
    cr_assert_null(net.allocator);
    cr_assert_null(net.layers);
    states("net.h", "F32, seed %d, the default allocator; inputs and layers still to be set.",
           (int) net.seed);
    const lnt_pass_config pass = lnt_pass_defaults();
    assert_eq(pass.mode, LNT_TRAINING);
    cr_assert(!pass.input_gradient);
    states("net.h", "%zu rows, training, no input gradient.", pass.max_rows);
    const lnt_derivatives_config derivatives = lnt_derivatives_defaults();
    cr_assert(!derivatives.second);
    cr_assert_null(derivatives.inputs);
    cr_assert_null(derivatives.targets);
    states("derivatives.h", "%zu rows, no scalers, no second derivatives, the default allocator.",
           derivatives.max_rows);
}

static double alpha_of(lnt_activation activation)
{
    const lnt_layer layers[] = {lnt_activation_layer(activation)};
    lnt_net *net = new_net(LNT_F64, 1, layers, 1);
    const double alpha = lnt_net_layer(net, 0)->alpha;
    lnt_net_destroy(net);
    return alpha;
}

Test(stated_defaults, layers)
{
    states("layer.h", "z if z > 0, else alpha·z; alpha > 0, by default %g",
           alpha_of(LNT_LEAKY_RELU));
    states("layer.h", "else alpha·(e^z − 1); alpha > 0, by default %g;", alpha_of(LNT_ELU));
    states("layer.h", "sin(alpha·z); alpha > 0, by default %g;", alpha_of(LNT_SINE));
    const lnt_layer slopes[] = {lnt_prelu()};
    lnt_net *net = new_net(LNT_F64, 1, slopes, 1);
    const lnt_tensor parameters = lnt_net_parameters(net);
    states("layer.h", "that starts as `alpha`, by default %g;", lnt_tensor_get(&parameters, 0, 0));
    lnt_net_destroy(net);
    const lnt_layer batch = lnt_batch_norm(), layer = lnt_layer_norm();
    cr_assert(batch.gain);
    cr_assert(batch.bias);
    cr_assert(layer.gain);
    cr_assert(layer.bias);
    states("layer.h", "epsilon %g, momentum %g. Ioffe, Szegedy, ICML 2015.", batch.epsilon,
           batch.momentum);
}

typedef struct pin {
    const char *name;
    const char *value;
} pin;

/* All settings have a pinned default: PyTorch's, MATLAB's or the paper's. */
static void pinned(const pin *pins, size_t n_pins, const lnt_setting *settings, size_t count,
                   lnt_status (*get)(const void *config, const char *name, char *value),
                   const void *config)
{
    assert_eq(n_pins, count);
    for (size_t i = 0; i < count; i++) {
        char value[LNT_SETTING_LENGTH];
        assert_str_eq(settings[i].name, pins[i].name);
        OK(get(config, pins[i].name, value));
        assert_str_eq(value, pins[i].value, "%s is %s by default, not %s", pins[i].name, value,
                      pins[i].value);
    }
}

static lnt_status get_schedule(const void *config, const char *name, char *value)
{
    return lnt_schedule_get(config, name, value, NULL);
}

Test(stated_defaults, schedules)
{
    static const pin pins[] = {{"kind", "constant"},
                               {"per_step", "false"},
                               {"warmup", "0"},
                               {"warmup_start", "0.3333333333333333"},
                               {"step.gamma", "0.1"},
                               {"step.step_size", "10"},
                               {"multi_step.gamma", "0.1"},
                               {"exponential.gamma", "0.1"},
                               {"polynomial.total", "0"},
                               {"polynomial.power", "1"},
                               {"cosine.period", "0"},
                               {"cosine.t_mult", "1"},
                               {"cosine.min_lr", "0"},
                               {"one_cycle.total", "0"},
                               {"one_cycle.pct_start", "0.3"},
                               {"one_cycle.div_factor", "25"},
                               {"one_cycle.final_div_factor", "10000"},
                               {"one_cycle.cycle_momentum", "true"},
                               {"one_cycle.max_momentum", "0.95"},
                               {"one_cycle.base_momentum", "0.85"},
                               {"plateau.factor", "0.1"},
                               {"plateau.patience", "10"},
                               {"plateau.cooldown", "0"},
                               {"plateau.threshold", "0.0001"},
                               {"plateau.absolute", "false"},
                               {"plateau.min_lr", "0"},
                               {"plateau.eps", "1e-08"}};
    const lnt_schedule schedule = lnt_schedule_defaults(LNT_SCHEDULE_CONSTANT);
    size_t count;
    const lnt_setting *settings = lnt_schedule_settings(&count);
    pinned(pins, sizeof pins / sizeof pins[0], settings, count, get_schedule, &schedule);
    states("schedule.h", "a warm-up of 0 periods from 1/%g, and total 0",
           1 / schedule.warmup_start);
}

Test(stated_defaults, training)
{
    const lnt_fit_config fit = lnt_fit_defaults();
    cr_assert(fit.shuffle);
    assert_eq(fit.seed, 0);
    assert_eq(fit.loss.kind, lnt_mse(LNT_MEAN).kind);
    assert_eq(fit.optim.kind, LNT_ADAM);
    assert_eq(fit.schedule.kind, LNT_SCHEDULE_CONSTANT);
    assert_eq(fit.validation_fraction, 0);
    assert_eq(fit.monitor, LNT_METRIC_LOSS);
    assert_eq(fit.max_steps, 0);
    assert_eq(fit.max_seconds, 0);
    states("train.h",
           "%zu epochs, batches of %zu, shuffled, seed 0, mean squared error, Adam at %g, "
           "constant; no validation, monitored the loss, no limits, top %zu.",
           fit.epochs, fit.batch_rows, fit.optim.learning_rate, fit.top_k);
    const lnt_laplace_config laplace = lnt_laplace_defaults();
    assert_eq(laplace.structure, LNT_LAPLACE_LAST_LAYER);
    assert_eq(laplace.prior_precision, 0);
    assert_eq(laplace.noise, 0);
    assert_eq(laplace.max_bytes, 0);
    states("uncertainty.h", "The last layer, prior and noise by marginal likelihood, no limit.");
}

static lnt_status get_optim(const void *config, const char *name, char *value)
{
    return lnt_optim_get(config, name, value, NULL);
}

Test(stated_defaults, optimizers)
{
    static const pin pins[] = {{"kind", "sgd"},
                               {"learning_rate", "0.01"},
                               {"weight_decay", "0"},
                               {"l1", "0"},
                               {"l2", "0"},
                               {"decay_all", "false"},
                               {"clip_value", "0"},
                               {"clip_norm", "0"},
                               {"accumulate", "1"},
                               {"ema_decay", "0"},
                               {"sgd.momentum", "0"},
                               {"sgd.dampening", "0"},
                               {"sgd.nesterov", "false"},
                               {"rmsprop.momentum", "0"},
                               {"rmsprop.rho", "0.99"},
                               {"rmsprop.epsilon", "1e-08"},
                               {"rmsprop.centered", "false"},
                               {"adagrad.lr_decay", "0"},
                               {"adagrad.epsilon", "1e-10"},
                               {"adam.beta1", "0.9"},
                               {"adam.beta2", "0.999"},
                               {"adam.epsilon", "1e-08"},
                               {"adam.momentum_decay", "0.004"},
                               {"rprop.eta_minus", "0.5"},
                               {"rprop.eta_plus", "1.2"},
                               {"rprop.step_min", "1e-06"},
                               {"rprop.step_max", "50"},
                               {"muon.momentum", "0.95"},
                               {"muon.nesterov", "true"},
                               {"muon.ns_steps", "5"},
                               {"muon.adam_learning_rate", "0.001"},
                               {"soap.beta1", "0.95"},
                               {"soap.beta2", "0.95"},
                               {"soap.epsilon", "1e-08"},
                               {"soap.precondition_frequency", "10"},
                               {"lbfgs.history_size", "20"},
                               {"lbfgs.c1", "0.0001"},
                               {"lbfgs.c2", "0.9"},
                               {"lbfgs.max_line_search", "25"},
                               {"lm.system", "auto"},
                               {"lm.mu", "0.001"},
                               {"lm.mu_inc", "10"},
                               {"lm.mu_dec", "0.1"},
                               {"lm.mu_max", "10000000000"},
                               {"lm.bayesian", "false"},
                               {"kfac.momentum", "0.9"},
                               {"kfac.factor_ema_decay", "0.95"},
                               {"kfac.damping", "0.01"},
                               {"kfac.inverse_frequency", "5"},
                               {"kfac.kl_clip", "0.001"},
                               {"kfac.seed", "0"},
                               {"max_rows", "32"},
                               {"max_bytes", "0"}};
    enum { KINDS = LNT_KFAC + 1 };
    lnt_optim_config of[KINDS];
    for (int kind = 0; kind < KINDS; kind++) {
        of[kind] = lnt_optim_defaults((lnt_optim_kind) kind);
        assert_eq(of[kind].weight_decay, kind == LNT_ADAMW ? 0.01 : 0);
    }
    size_t count;
    const lnt_setting *settings = lnt_optim_settings(&count);
    pinned(pins, sizeof pins / sizeof pins[0], settings, count, get_optim, &of[LNT_SGD]);
    states("optim.h",
           "Learning rate %g for SGD, RMSprop, Adagrad, Rprop and K-FAC, %g for Adam, AdamW and "
           "AMSGrad, %g for NAdam, %g for Muon, %g for SOAP, %g for L-BFGS; weight decay %g for "
           "AdamW, 0 for all others.",
           of[LNT_SGD].learning_rate, of[LNT_ADAM].learning_rate, of[LNT_NADAM].learning_rate,
           of[LNT_MUON].learning_rate, of[LNT_SOAP].learning_rate, of[LNT_LBFGS].learning_rate,
           of[LNT_ADAMW].weight_decay);
    states("optim.h", "Adam, by default with weight decay %g.", of[LNT_ADAMW].weight_decay);
}
