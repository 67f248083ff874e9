/* SPDX-License-Identifier: MIT */
#include "optim/optim.h"

/* The one description of all settings of optimisers; linnet/settings.h says what comes from it. */

enum { N_KINDS = LNT_KFAC + 1 };

#define REAL(member) LNT_REAL(lnt_optim_config, member)
#define SIZE(member) LNT_SIZE(lnt_optim_config, member)
#define FLAG(member) LNT_FLAG(lnt_optim_config, member)

#define FIRST_ORDER LNT_OPTIM_FIRST_ORDER
#define ADAMS                                                                                      \
    (LNT_KIND(LNT_ADAM) | LNT_KIND(LNT_ADAMW) | LNT_KIND(LNT_NADAM) | LNT_KIND(LNT_AMSGRAD) |      \
     LNT_KIND(LNT_MUON))
#define LM_AND_KFAC (LNT_KIND(LNT_LM) | LNT_KIND(LNT_KFAC))

/* LM and SCG have no learning rate; theirs is 1, which they do not use. */
static const double learning_rates[N_KINDS] = {
    [LNT_SGD] = 0.01,    [LNT_RMSPROP] = 0.01, [LNT_ADAGRAD] = 0.01,  [LNT_ADAM] = 0.001,
    [LNT_ADAMW] = 0.001, [LNT_NADAM] = 0.002,  [LNT_AMSGRAD] = 0.001, [LNT_RPROP] = 0.01,
    [LNT_MUON] = 0.02,   [LNT_SOAP] = 0.003,   [LNT_LBFGS] = 1,       [LNT_SCG] = 1,
    [LNT_LM] = 1,        [LNT_KFAC] = 0.01};
static const double weight_decays[N_KINDS] = {[LNT_ADAMW] = 0.01};

static const char *kind_name(int kind)
{
    return lnt_optim_name((lnt_optim_kind) kind);
}

static const char *system_name(int system)
{
    static const char *const names[] = {
        [LNT_LM_AUTO] = "auto", [LNT_LM_NORMAL] = "normal", [LNT_LM_DUAL] = "dual"};
    return system >= 0 && system <= LNT_LM_DUAL ? names[system] : NULL;
}

static const lnt_setting table[] = {
    {LNT_CHOICE(lnt_optim_config, kind, kind_name), .kinds = LNT_ALL_KINDS, .value = "NAME",
     .help = "Optimizer"},
    {REAL(learning_rate), LNT_POSITIVE, .initials = learning_rates,
     .kinds = LNT_ALL_KINDS & ~(LNT_KIND(LNT_LM) | LNT_KIND(LNT_SCG)), .value = "RATE",
     .help = "Learning rate"},
    {REAL(weight_decay), LNT_NOT_NEGATIVE, .initials = weight_decays, .kinds = FIRST_ORDER,
     .value = "FACTOR", .help = "Decoupled weight decay, as in AdamW"},
    {REAL(l1), LNT_NOT_NEGATIVE, .kinds = FIRST_ORDER, .value = "FACTOR",
     .help = "L1 penalty: adds FACTOR*sign(w) to the gradient"},
    {REAL(l2), LNT_NOT_NEGATIVE, .kinds = LNT_ALL_KINDS, .value = "FACTOR",
     .help = "L2 penalty: adds FACTOR*w to the gradient"},
    {FLAG(decay_all), .kinds = LNT_ALL_KINDS,
     .help = "Apply weight decay and penalties to biases and norm gains too"},
    {REAL(clip_value), LNT_NOT_NEGATIVE, .kinds = FIRST_ORDER, .value = "LIMIT",
     .help = "Clip each element of the gradient to +-LIMIT; 0 does not clip"},
    {REAL(clip_norm), .high = INFINITY, .kinds = FIRST_ORDER, .value = "LIMIT",
     .help = "Scale the gradient down to this 2-norm; 0 does not clip"},
    {SIZE(accumulate), .initial = 1, .high = INFINITY, .kinds = FIRST_ORDER, .value = "N",
     .help = "Average the gradients of N batches for one step"},
    {REAL(ema_decay), LNT_FRACTION, .kinds = LNT_ALL_KINDS, .value = "FRACTION",
     .help = "Decay of an exponential moving average of the parameters; 0 keeps none"},
    {REAL(sgd.momentum), LNT_FRACTION, .kinds = LNT_KIND(LNT_SGD), .value = "FRACTION",
     .help = "Momentum coefficient"},
    {REAL(sgd.dampening), .high = 1, .kinds = LNT_KIND(LNT_SGD), .value = "FRACTION",
     .help = "Dampening of the momentum"},
    {FLAG(sgd.nesterov), .kinds = LNT_KIND(LNT_SGD), .help = "Nesterov momentum"},
    {REAL(rmsprop.momentum), LNT_FRACTION, .kinds = LNT_KIND(LNT_RMSPROP), .value = "FRACTION",
     .help = "Momentum coefficient"},
    {REAL(rmsprop.rho), LNT_FRACTION, .initial = 0.99, .kinds = LNT_KIND(LNT_RMSPROP),
     .value = "FRACTION", .help = "Decay of the moving average of squared gradients"},
    {REAL(rmsprop.epsilon), LNT_NOT_NEGATIVE, .initial = 1e-8, .kinds = LNT_KIND(LNT_RMSPROP),
     .value = "NUMBER", .help = "Epsilon in the denominator"},
    {FLAG(rmsprop.centered), .kinds = LNT_KIND(LNT_RMSPROP),
     .help = "Divide by an estimate of the standard deviation of the gradient"},
    {REAL(adagrad.lr_decay), LNT_NOT_NEGATIVE, .kinds = LNT_KIND(LNT_ADAGRAD), .value = "FACTOR",
     .help = "Learning rate decay: step t uses lr/(1 + (t - 1)*FACTOR)"},
    {REAL(adagrad.epsilon), LNT_NOT_NEGATIVE, .initial = 1e-10, .kinds = LNT_KIND(LNT_ADAGRAD),
     .value = "NUMBER", .help = "Epsilon in the denominator"},
    {REAL(adam.beta1), LNT_FRACTION, .initial = 0.9, .kinds = ADAMS, .value = "FRACTION",
     .help = "Decay of the moving average of gradients"},
    {REAL(adam.beta2), LNT_FRACTION, .initial = 0.999, .kinds = ADAMS, .value = "FRACTION",
     .help = "Decay of the moving average of squared gradients"},
    {REAL(adam.epsilon), LNT_NOT_NEGATIVE, .initial = 1e-8, .kinds = ADAMS, .value = "NUMBER",
     .help = "Epsilon in the denominator"},
    {REAL(adam.momentum_decay), LNT_NOT_NEGATIVE, .initial = 0.004, .kinds = LNT_KIND(LNT_NADAM),
     .value = "FACTOR", .help = "Decay of NAdam's momentum schedule"},
    {REAL(rprop.eta_minus), .high = 1, .interval = LNT_OPEN, .initial = 0.5,
     .kinds = LNT_KIND(LNT_RPROP), .value = "FACTOR",
     .help = "Factor on the step size after a change of sign"},
    {REAL(rprop.eta_plus), .low = 1, .high = INFINITY, .interval = LNT_OPEN, .initial = 1.2,
     .kinds = LNT_KIND(LNT_RPROP), .value = "FACTOR",
     .help = "Factor on the step size while the sign stays the same"},
    {REAL(rprop.step_min), LNT_POSITIVE, .initial = 1e-6, .kinds = LNT_KIND(LNT_RPROP),
     .value = "SIZE", .help = "Smallest step size"},
    {REAL(rprop.step_max), LNT_POSITIVE, .initial = 50, .kinds = LNT_KIND(LNT_RPROP),
     .value = "SIZE", .help = "Largest step size"},
    {REAL(muon.momentum), LNT_FRACTION, .initial = 0.95, .kinds = LNT_KIND(LNT_MUON),
     .value = "FRACTION", .help = "Momentum coefficient"},
    {FLAG(muon.nesterov), .initial = 1, .kinds = LNT_KIND(LNT_MUON), .help = "Nesterov momentum"},
    {SIZE(muon.ns_steps), .initial = 5, .low = 1, .high = 100, .kinds = LNT_KIND(LNT_MUON),
     .value = "N", .help = "Newton-Schulz iterations of a step"},
    {REAL(muon.adam_learning_rate), LNT_POSITIVE, .initial = 0.001, .kinds = LNT_KIND(LNT_MUON),
     .value = "RATE", .help = "Learning rate of AdamW for parameters that are not matrices"},
    {REAL(soap.beta1), LNT_FRACTION, .initial = 0.95, .kinds = LNT_KIND(LNT_SOAP),
     .value = "FRACTION", .help = "Decay of the moving average of gradients"},
    {REAL(soap.beta2), LNT_FRACTION, .initial = 0.95, .kinds = LNT_KIND(LNT_SOAP),
     .value = "FRACTION", .help = "Decay of the moving averages of squares and preconditioners"},
    {REAL(soap.epsilon), LNT_NOT_NEGATIVE, .initial = 1e-8, .kinds = LNT_KIND(LNT_SOAP),
     .value = "NUMBER", .help = "Epsilon in the denominator"},
    {SIZE(soap.precondition_frequency), LNT_COUNT, .initial = 10, .kinds = LNT_KIND(LNT_SOAP),
     .value = "N", .help = "Steps between updates of the eigenbasis"},
    {SIZE(lbfgs.history_size), .initial = 20, .low = 1, .high = 1000, .kinds = LNT_KIND(LNT_LBFGS),
     .value = "N", .help = "Pairs of steps and gradient changes that are kept"},
    {REAL(lbfgs.c1), .high = 1, .interval = LNT_OPEN, .initial = 1e-4, .kinds = LNT_KIND(LNT_LBFGS),
     .value = "FRACTION", .help = "Sufficient decrease of the strong Wolfe conditions"},
    {REAL(lbfgs.c2), .high = 1, .interval = LNT_OPEN, .initial = 0.9, .kinds = LNT_KIND(LNT_LBFGS),
     .value = "FRACTION", .help = "Curvature of the strong Wolfe conditions"},
    {SIZE(lbfgs.max_line_search), LNT_COUNT, .initial = 25, .kinds = LNT_KIND(LNT_LBFGS),
     .value = "N", .help = "Most evaluations of a line search"},
    {LNT_CHOICE(lnt_optim_config, lm.system, system_name), .kinds = LNT_KIND(LNT_LM),
     .value = "SYSTEM", .help = "Linear system of a step: J'J (normal) or JJ' (dual)"},
    {REAL(lm.mu), LNT_POSITIVE, .initial = 1e-3, .kinds = LNT_KIND(LNT_LM), .value = "NUMBER",
     .help = "Initial damping"},
    {REAL(lm.mu_inc), .low = 1, .high = INFINITY, .interval = LNT_OPEN, .initial = 10,
     .kinds = LNT_KIND(LNT_LM), .value = "FACTOR",
     .help = "Factor on the damping after a step that failed"},
    {REAL(lm.mu_dec), .high = 1, .interval = LNT_OPEN, .initial = 0.1, .kinds = LNT_KIND(LNT_LM),
     .value = "FACTOR", .help = "Factor on the damping after a step that reduced the loss"},
    {REAL(lm.mu_max), LNT_POSITIVE, .initial = 1e10, .kinds = LNT_KIND(LNT_LM), .value = "NUMBER",
     .help = "Largest damping"},
    {FLAG(lm.bayesian), .kinds = LNT_KIND(LNT_LM),
     .help = "Bayesian regularization: find the weight of the L2 penalty from the data"},
    {REAL(kfac.momentum), LNT_FRACTION, .initial = 0.9, .kinds = LNT_KIND(LNT_KFAC),
     .value = "FRACTION", .help = "Momentum coefficient, on batches of part of the rows"},
    {REAL(kfac.factor_ema_decay), LNT_FRACTION, .initial = 0.95, .kinds = LNT_KIND(LNT_KFAC),
     .value = "FRACTION", .help = "Decay of the moving averages of the Kronecker factors"},
    {REAL(kfac.damping), LNT_POSITIVE, .initial = 0.01, .kinds = LNT_KIND(LNT_KFAC),
     .value = "NUMBER", .help = "Initial damping"},
    {SIZE(kfac.inverse_frequency), LNT_COUNT, .initial = 5, .kinds = LNT_KIND(LNT_KFAC),
     .value = "N", .help = "Steps between inversions of the factors"},
    {REAL(kfac.kl_clip), LNT_POSITIVE, .initial = 1e-3, .kinds = LNT_KIND(LNT_KFAC),
     .value = "NUMBER",
     .help = "Largest squared Fisher norm of a step, on batches of part of the rows"},
    {LNT_SETTING(lnt_optim_config, kfac.seed, LNT_SETTING_U64), .high = INFINITY,
     .kinds = LNT_KIND(LNT_KFAC), .value = "SEED",
     .help = "Seed of the targets drawn for the Fisher"},
    {SIZE(max_rows), LNT_COUNT, .is_limit = true, .initial = 32, .kinds = LM_AND_KFAC, .value = "N",
     .help = "Most rows of a batch"},
    {SIZE(max_bytes), .is_limit = true, .high = INFINITY, .kinds = LM_AND_KFAC, .value = "BYTES",
     .help = "Most memory of the optimizer; 0 sets no limit"},
};

const lnt_settings lnt_optim_table = {table, sizeof table / sizeof table[0], "optim."};

lnt_optim_config lnt_optim_defaults(lnt_optim_kind kind)
{
    lnt_optim_config config = {.kind = kind};
    if ((unsigned) kind < N_KINDS) {
        lnt_settings_defaults(lnt_optim_table, (unsigned) kind, &config);
        config.kind = kind;
    }
    return config;
}

const lnt_setting *lnt_optim_settings(size_t *count)
{
    if (count != NULL) {
        *count = lnt_optim_table.count;
    }
    return table;
}

lnt_status lnt_optim_set(lnt_optim_config *config, const char *name, const char *value,
                         lnt_error *error)
{
    return lnt_settings_set(lnt_optim_table, config, name, value, error);
}

lnt_status lnt_optim_get(const lnt_optim_config *config, const char *name,
                         char value[LNT_SETTING_LENGTH], lnt_error *error)
{
    return lnt_settings_get(lnt_optim_table, config, name, value, error);
}
