/* SPDX-License-Identifier: MIT */
#include "layers/init.h"

#include "layers/activations/activation.h"

#include "layers/orthogonal.h"

#include <linnet/random.h>
#include <math.h>
#include <string.h>

#define SQRT_2 1.4142135623730951

/* What an initialiser comes down to: where its numbers are drawn, or the one number it repeats. */
typedef struct draw {
    enum { CONSTANT, UNIFORM, NORMAL, TRUNCATED } shape;
    double a; /* the number; the lower end; the mean */
    double b; /* nothing; the upper end; the deviation */
} draw;

typedef enum fan { NO_FAN, FAN_IN, FAN_SUM } fan;

/* The scaled families: variance = gain²·numerator / fan, drawn uniformly or normally. */
static const struct {
    const char *name;
    fan fan;
    double numerator;
    double gain; /* when none is given and no activation follows */
    bool normal;
    bool by_activation; /* else the gain is always 1 */
} kinds[] = {
    [LNT_INIT_AUTO] = {.name = "auto"},
    [LNT_INIT_CONSTANT] = {.name = "constant"},
    [LNT_INIT_UNIFORM] = {.name = "uniform"},
    [LNT_INIT_NORMAL] = {.name = "normal"},
    [LNT_INIT_TRUNCATED_NORMAL] = {.name = "truncated_normal"},
    [LNT_INIT_HE_UNIFORM] = {"he_uniform", FAN_IN, 1, SQRT_2, false, true},
    [LNT_INIT_HE_NORMAL] = {"he_normal", FAN_IN, 1, SQRT_2, true, true},
    [LNT_INIT_GLOROT_UNIFORM] = {"glorot_uniform", FAN_SUM, 2, 1, false, true},
    [LNT_INIT_GLOROT_NORMAL] = {"glorot_normal", FAN_SUM, 2, 1, true, true},
    [LNT_INIT_LECUN_UNIFORM] = {"lecun_uniform", FAN_IN, 1, 1, false, false},
    [LNT_INIT_LECUN_NORMAL] = {"lecun_normal", FAN_IN, 1, 1, true, false},
    [LNT_INIT_ORTHOGONAL] = {"orthogonal", NO_FAN, 0, 1, false, true},
    [LNT_INIT_ARRAY] = {.name = "array"},
};

enum { N_KINDS = sizeof kinds / sizeof kinds[0] };

const char *lnt_init_name(lnt_init_kind kind)
{
    return (unsigned) kind < N_KINDS ? kinds[kind].name : NULL;
}

lnt_status lnt_init_find(const char *name, lnt_init_kind *kind)
{
    if (name == NULL || kind == NULL) {
        return LNT_ERR_NULL;
    }
    for (unsigned i = 0; i < N_KINDS; i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            *kind = (lnt_init_kind) i;
            return LNT_OK;
        }
    }
    return LNT_ERR_INVALID;
}

lnt_init lnt_init_defaults(lnt_init_kind kind)
{
    return (lnt_init){.kind = kind};
}

lnt_init lnt_init_zeros(void)
{
    return lnt_init_constant(0);
}

lnt_init lnt_init_constant(double value)
{
    return (lnt_init){.kind = LNT_INIT_CONSTANT, .a = value};
}

lnt_init lnt_init_uniform(double low, double high)
{
    return (lnt_init){.kind = LNT_INIT_UNIFORM, .a = low, .b = high};
}

lnt_init lnt_init_normal(double mean, double deviation)
{
    return (lnt_init){.kind = LNT_INIT_NORMAL, .a = mean, .b = deviation};
}

lnt_init lnt_init_truncated_normal(double mean, double deviation)
{
    return (lnt_init){.kind = LNT_INIT_TRUNCATED_NORMAL, .a = mean, .b = deviation};
}

lnt_init lnt_init_orthogonal(double gain)
{
    return (lnt_init){.kind = LNT_INIT_ORTHOGONAL, .gain = gain};
}

lnt_init lnt_init_array(const lnt_tensor *values)
{
    lnt_init init = {.kind = LNT_INIT_ARRAY};
    if (values != NULL) {
        init.values = *values;
    }
    return init;
}

static double gain_of(const lnt_init *init)
{
    return init->gain != 0 && kinds[init->kind].by_activation ? init->gain : kinds[init->kind].gain;
}

static draw scaled(const lnt_init *init, const lnt_tensor *parameter)
{
    const double fan_in = (double) parameter->rows, fan_out = (double) parameter->cols;
    const double terms = kinds[init->kind].fan == FAN_IN ? fan_in : fan_in + fan_out;
    const double deviation = gain_of(init) * sqrt(kinds[init->kind].numerator / terms);
    const double limit = sqrt(3) * deviation;
    return kinds[init->kind].normal ? (draw){NORMAL, 0, deviation} : (draw){UNIFORM, -limit, limit};
}

/* The draw that `init` means for a parameter of this shape; not all kinds are one. */
static lnt_status plan(const lnt_init *init, const lnt_tensor *parameter, draw *out)
{
    switch (init->kind) {
    case LNT_INIT_CONSTANT:
        *out = (draw){CONSTANT, init->a, 0};
        break;
    case LNT_INIT_UNIFORM:
        *out = (draw){UNIFORM, init->a, init->b};
        break;
    case LNT_INIT_NORMAL:
        *out = (draw){NORMAL, init->a, init->b};
        break;
    case LNT_INIT_TRUNCATED_NORMAL:
        *out = (draw){TRUNCATED, init->a, init->b};
        break;
    default:
        if ((unsigned) init->kind >= N_KINDS || kinds[init->kind].fan == NO_FAN) {
            return LNT_ERR_INVALID;
        }
        *out = scaled(init, parameter);
    }
    const bool ordered = out->shape == CONSTANT || out->b >= (out->shape == UNIFORM ? out->a : 0);
    return isfinite(out->a) && isfinite(out->b) && ordered ? LNT_OK : LNT_ERR_INVALID;
}

static double next(const draw *from, lnt_random *random)
{
    switch (from->shape) {
    case UNIFORM:
        return from->a + (from->b - from->a) * lnt_random_uniform(random);
    case NORMAL:
        return from->a + from->b * lnt_random_normal(random);
    case TRUNCATED: {
        double z = lnt_random_normal(random);
        while (fabs(z) > 2) {
            z = lnt_random_normal(random);
        }
        return from->a + from->b * z;
    }
    default:
        return from->a;
    }
}

lnt_status lnt_init_fill(const lnt_init *init, uint64_t seed, uint64_t stream,
                         lnt_tensor *parameter)
{
    if (init == NULL || parameter == NULL) {
        return LNT_ERR_NULL;
    }
    if (parameter->dtype != LNT_F32 && parameter->dtype != LNT_F64) {
        return LNT_ERR_DTYPE;
    }
    if (init->kind == LNT_INIT_ARRAY) {
        return lnt_copy(&init->values, parameter);
    }
    if (parameter->rows == 0 || parameter->cols == 0) {
        return LNT_OK;
    }
    if (!isfinite(init->gain)) {
        return LNT_ERR_INVALID;
    }
    if (init->kind == LNT_INIT_ORTHOGONAL) {
        return lnt_orthogonal_fill(gain_of(init), seed, stream, parameter);
    }
    draw from;
    LNT_TRY(plan(init, parameter, &from));
    LNT_TRY(lnt_fill(from.a, parameter)); /* checks the tensor, and is all a constant needs */
    if (from.shape == CONSTANT) {
        return LNT_OK;
    }
    lnt_random random = lnt_random_init(seed, stream);
    for (size_t i = 0; i < parameter->rows; i++) {
        for (size_t j = 0; j < parameter->cols; j++) {
            const double value = next(&from, &random);
            if (parameter->dtype == LNT_F32) {
                *(float *) lnt_tensor_ptr(parameter, i, j) = (float) value;
            } else {
                *(double *) lnt_tensor_ptr(parameter, i, j) = value;
            }
        }
    }
    return LNT_OK;
}

lnt_status lnt_init_weight(const lnt_init *init, const lnt_layer *next, uint64_t seed,
                           uint64_t stream, lnt_tensor *weight)
{
    lnt_init choice = *init;
    const lnt_activation follows = next != NULL ? next->activation : LNT_IDENTITY;
    const double alpha = next != NULL ? next->alpha : 0;
    if (choice.kind == LNT_INIT_AUTO) {
        if (follows == LNT_SINE) { /* the frequency comes out of the bounds again */
            const double limit = sqrt(6 / (double) weight->rows) / alpha;
            choice = lnt_init_uniform(-limit, limit);
        } else {
            choice = lnt_init_defaults(lnt_activation_kind_of(follows)->weight_init);
            choice.gain = choice.kind == LNT_INIT_GLOROT_UNIFORM ? 1 : 0;
        }
    }
    if (choice.gain == 0) {
        choice.gain = lnt_activation_gain(follows, alpha);
    }
    return lnt_init_fill(&choice, seed, stream, weight);
}
