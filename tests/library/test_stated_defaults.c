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

Test(stated_defaults, schedules)
{
    const lnt_schedule step = lnt_schedule_defaults(LNT_SCHEDULE_STEP);
    for (int kind = LNT_SCHEDULE_STEP; kind <= LNT_SCHEDULE_PLATEAU; kind++) {
        const lnt_schedule s = lnt_schedule_defaults((lnt_schedule_kind) kind);
        const bool by_factor = kind != LNT_SCHEDULE_COSINE && kind != LNT_SCHEDULE_ONE_CYCLE &&
                               kind != LNT_SCHEDULE_POLYNOMIAL;
        if (by_factor) {
            assert_eq(s.factor, step.factor, "kind %d: %g, not %g", kind, s.factor, step.factor);
        }
        assert_eq(s.warmup_start, step.warmup_start, "kind %d", kind);
    }
    states("schedule.h", "in (0, 1]; 1/%g */ } lnt_schedule;", 1 / step.warmup_start);
    states("schedule.h", "exponential, plateau: in (0, 1]; %g */", step.factor);
    states("schedule.h", "step: ≥ 1; %zu. Cosine: %zu, the whole run, or more */", step.period,
           lnt_schedule_defaults(LNT_SCHEDULE_COSINE).period);
    states("schedule.h", "polynomial: > 0; %g */",
           lnt_schedule_defaults(LNT_SCHEDULE_POLYNOMIAL).power);
    const lnt_schedule cosine = lnt_schedule_defaults(LNT_SCHEDULE_COSINE);
    states("schedule.h", "plateau: no lower than this; ≥ 0; %g */", cosine.least);
    states("schedule.h", "cosine: ≥ 1; %zu */", cosine.cycle_factor);
    const lnt_schedule cycle = lnt_schedule_defaults(LNT_SCHEDULE_ONE_CYCLE);
    states("schedule.h", "one-cycle: in (0, 1); %g */", cycle.rise);
    states("schedule.h", "double start_factor; /**< one-cycle: > 0; %g */", cycle.start_factor);
    states("schedule.h", "one-cycle: also set the momentum; %s */",
           cycle.cycle_momentum ? "true" : "false");
    states("schedule.h", "double momentum_high; /**< %g */", cycle.momentum_high);
    states("schedule.h", "double momentum_low; /**< %g */", cycle.momentum_low);
    char end_factor[32];
    snprintf(end_factor, sizeof end_factor, "%.0e", cycle.end_factor);
    states("schedule.h", "double end_factor; /**< one-cycle: > 0; %s */", end_factor);
    const lnt_schedule plateau = lnt_schedule_defaults(LNT_SCHEDULE_PLATEAU);
    assert_eq(plateau.least, cosine.least);
    cr_assert(!plateau.absolute);
    states("schedule.h", "without improvement that are borne; %zu */", plateau.patience);
    states("schedule.h", "after a change that do not count; %zu */", plateau.cooldown);
    char threshold[32];
    snprintf(threshold, sizeof threshold, "%.0e", plateau.threshold);
    states("schedule.h", "PyTorch's where best ≥ 0; %s */", threshold);
    states("schedule.h", "a smaller change of η is not made; %g */", plateau.least_change);
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

/* A number as prose has it: 1e-4 and not 0.0001. */
static const char *power(char text[32], double value)
{
    snprintf(text, 32, "%.0e", value);
    return text;
}

Test(stated_defaults, optimizers)
{
    enum { KINDS = LNT_KFAC + 1 };
    lnt_optim_config of[KINDS];
    for (int kind = 0; kind < KINDS; kind++) {
        of[kind] = lnt_optim_defaults((lnt_optim_kind) kind);
        assert_eq(of[kind].accumulate, of[0].accumulate);
        assert_eq(of[kind].max_rows, of[0].max_rows);
    }
    char a[32], b[32], c[32];
    states(
        "optim.h",
        "learning rate %g for SGD, RMSprop, Adagrad, Rprop, %g for Adam and its kin but NAdam %g; "
        "betas %g and %g, rho %g, epsilon %g (Adagrad %g), momentum %g, momentum_decay %g, ",
        of[LNT_SGD].learning_rate, of[LNT_ADAM].learning_rate, of[LNT_NADAM].learning_rate,
        of[LNT_ADAM].beta1, of[LNT_ADAM].beta2, of[LNT_RMSPROP].rho, of[LNT_ADAM].epsilon,
        of[LNT_ADAGRAD].epsilon, of[LNT_SGD].momentum, of[LNT_NADAM].momentum_decay);
    states("optim.h", "Rprop %g, %g, %g, %g; no decay but AdamW's %g.", of[LNT_RPROP].rprop_shrink,
           of[LNT_RPROP].rprop_grow, of[LNT_RPROP].rprop_least, of[LNT_RPROP].rprop_most,
           of[LNT_ADAMW].weight_decay);
    states("optim.h", "Adam, by default with weight decay %g.", of[LNT_ADAMW].weight_decay);
    cr_assert(of[LNT_MUON].nesterov);
    assert_eq(of[LNT_MUON].weight_decay, 0);
    states(
        "optim.h",
        "Muon as its author's: %g, momentum %g, Nesterov, %zu iterations, no decay; adam_rate %g.",
        of[LNT_MUON].learning_rate, of[LNT_MUON].momentum, of[LNT_MUON].muon_iterations,
        of[LNT_MUON].adam_rate);
    assert_eq(of[LNT_SOAP].beta1, of[LNT_SOAP].beta2);
    states("optim.h", "SOAP %g, betas %g, period %zu.", of[LNT_SOAP].learning_rate,
           of[LNT_SOAP].beta1, of[LNT_SOAP].precondition_period);
    states("optim.h", "L-BFGS rate %g, memory %zu, c1 %s, c2 %g, %zu evaluations.",
           of[LNT_LBFGS].learning_rate, of[LNT_LBFGS].memory,
           power(a, of[LNT_LBFGS].wolfe_decrease), of[LNT_LBFGS].wolfe_slope,
           of[LNT_LBFGS].searches);
    states("optim.h", "μ %s, ×%g, ×%g, to %s.", power(a, of[LNT_LM].mu), of[LNT_LM].mu_up,
           of[LNT_LM].mu_down, power(b, of[LNT_LM].mu_most));
    states(
        "optim.h",
        "K-FAC: damping %g, decay %g, inversion every %zu steps, rate %g, momentum %g, kl_clip %s.",
        of[LNT_KFAC].damping, of[LNT_KFAC].factor_decay, of[LNT_KFAC].inverse_period,
        of[LNT_KFAC].learning_rate, of[LNT_KFAC].momentum, power(c, of[LNT_KFAC].kl_clip));
    states("optim.h", "accumulate %zu, max_rows %zu; all else 0.", of[LNT_SGD].accumulate,
           of[LNT_SGD].max_rows);
    states("optim.h", "SGD, learning rate %g, no momentum.",
           lnt_optim_defaults(LNT_SGD).learning_rate);
    assert_eq(lnt_optim_defaults(LNT_SGD).kind, LNT_SGD);
    assert_eq(lnt_optim_defaults(LNT_SGD).momentum, 0);
}
