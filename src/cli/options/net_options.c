/* SPDX-License-Identifier: MIT */
#include "cli/options/defaults.h"
#include "cli/options/train_settings.h"

#define BIT(i) (1ULL << (i))

/* The library's activations, and behind them the one that is a layer. */
#define PRELU (LNT_SINE + 1)

static const char *activation_name(int i)
{
    return i == PRELU ? "prelu" : lnt_activation_name((lnt_activation) i);
}

bool lnt_cli_is_prelu(int activation)
{
    return activation == PRELU;
}

static const char *norm_name(int i)
{
    static const char *const names[] = {[LNT_CLI_NORM_NONE] = "none",
                                        [LNT_CLI_NORM_BATCH] = "batch",
                                        [LNT_CLI_NORM_LAYER] = "layer",
                                        [LNT_CLI_NORM_RMS] = "rms"};
    return i >= 0 && i <= LNT_CLI_NORM_RMS ? names[i] : NULL;
}

/* Without those that make no sense for weights (constant) or on a command line (array). */
static const lnt_init_kind inits[] = {
    LNT_INIT_AUTO,           LNT_INIT_HE_UNIFORM,    LNT_INIT_HE_NORMAL,
    LNT_INIT_GLOROT_UNIFORM, LNT_INIT_GLOROT_NORMAL, LNT_INIT_ORTHOGONAL,
    LNT_INIT_UNIFORM,        LNT_INIT_NORMAL,        LNT_INIT_TRUNCATED_NORMAL,
    LNT_INIT_LECUN_UNIFORM,  LNT_INIT_LECUN_NORMAL,
};

/* The first of them that have no scale are AUTO and, at the end, LeCun's. */
#define SCALED (BIT(1) | BIT(2) | BIT(3) | BIT(4) | BIT(5) | BIT(6) | BIT(7) | BIT(8))

static const char *init_name(int i)
{
    return i >= 0 && (size_t) i < LNT_CLI_COUNT_OF(inits) ? lnt_init_name(inits[i]) : NULL;
}

lnt_init lnt_cli_net_init(int choice, double scale)
{
    const lnt_init_kind kind = inits[choice];
    const double spread = scale > 0 ? scale : 0.05;
    switch (kind) {
    case LNT_INIT_UNIFORM:
        return lnt_init_uniform(-spread, spread);
    case LNT_INIT_NORMAL:
        return lnt_init_normal(0, spread);
    case LNT_INIT_TRUNCATED_NORMAL:
        return lnt_init_truncated_normal(0, spread);
    default: {
        lnt_init init = lnt_init_defaults(kind);
        init.gain = scale > 0 ? scale : 0;
        return init;
    }
    }
}

lnt_dtype lnt_cli_train_dtype(int choice)
{
    return choice == 0 ? LNT_F32 : LNT_F64;
}

static const char *dtype_name(int i)
{
    return i >= 0 && i < 2 ? lnt_dtype_name(lnt_cli_train_dtype(i)) : NULL;
}

static const lnt_cli_option options[] = {
    {.name = "hidden",
     .not_with = "from",
     .kind = LNT_CLI_SIZES,
     LNT_CLI_AT(hidden),
     .value = "SIZES",
     .initial = LNT_CLI_DEFAULT_HIDDEN,
     .least = 1,
     .most = 1000000,
     .help = "Units of each hidden layer, separated by commas, or none"},
    {.name = "activation",
     .not_with = "from",
     .kind = LNT_CLI_CHOICE,
     LNT_CLI_AT(activation),
     .value = "NAME",
     .initial = LNT_CLI_DEFAULT_ACTIVATION,
     .choice = activation_name,
     .help = "Activation of the hidden layers"},
    {.name = "alpha",
     .not_with = "from",
     .kind = LNT_CLI_REAL,
     LNT_CLI_AT(alpha),
     .value = "NUMBER",
     .high = 1000,
     .above_low = true,
     .depends_on = "activation",
     .only = BIT(LNT_LEAKY_RELU) | BIT(LNT_ELU) | BIT(LNT_SINE) | BIT(PRELU),
     .help = "Parameter of the activation: slope, scale or frequency"},
    {.name = "norm",
     .not_with = "from",
     .kind = LNT_CLI_CHOICE,
     LNT_CLI_AT(norm),
     .value = "KIND",
     .initial = "none",
     .choice = norm_name,
     .help = "Normalization between a hidden layer and its activation"},
    {.name = "dropout",
     .not_with = "from",
     .kind = LNT_CLI_REAL,
     LNT_CLI_AT(dropout),
     .value = "RATE",
     .initial = "0",
     .high = 1,
     .below_high = true,
     .help = "Dropout probability of the hidden layers"},
    {.name = "residual",
     .not_with = "from",
     .kind = LNT_CLI_SWITCH,
     LNT_CLI_AT(residual),
     .initial = "no",
     .help = "Add the input of each hidden layer to its output, if both have the same size"},
    {.name = "init",
     .not_with = "from",
     .kind = LNT_CLI_CHOICE,
     LNT_CLI_AT(init),
     .value = "NAME",
     .initial = "auto",
     .choice = init_name,
     .help = "Weight initializer; auto: by the activation"},
    {.name = "init-scale",
     .not_with = "from",
     .kind = LNT_CLI_REAL,
     LNT_CLI_AT(init_scale),
     .value = "NUMBER",
     .high = 1000,
     .above_low = true,
     .depends_on = "init",
     .only = SCALED,
     .help = "Gain of the initializer, bound of uniform, standard deviation of normal and "
             "truncated_normal (by default by the activation; 0.05)"},
    {.name = "dtype",
     .not_with = "from",
     .kind = LNT_CLI_CHOICE,
     LNT_CLI_AT(dtype),
     .value = "DTYPE",
     .initial = "f32",
     .choice = dtype_name,
     .help = "Precision of the net"},
    {.name = "from",
     .kind = LNT_CLI_TEXT,
     LNT_CLI_AT(from),
     .value = "MODEL",
     .help = "Start from the net of a model, with its layers, scaling and classes"},
};

const lnt_cli_group lnt_cli_net_group = {"Net:", options, LNT_CLI_COUNT_OF(options), 0};
