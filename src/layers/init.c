/* SPDX-License-Identifier: MIT */
#include "layers/init.h"

#include "layers/activation.h"

#include <linnet/random.h>
#include <math.h>

/* What an initialiser comes down to: where its numbers are drawn, or the one number it repeats. */
typedef struct draw {
    enum { CONSTANT, UNIFORM, NORMAL } shape;
    double a; /* the number; the lower end; the mean */
    double b; /* nothing; the upper end; the deviation */
} draw;

typedef enum fan { FAN_IN, FAN_SUM } fan;

/* The scaled families: variance = gain / fan, drawn uniformly or normally. */
static const struct {
    fan fan;
    double gain;
    bool normal;
} families[] = {
    [LNT_INIT_HE_UNIFORM] = {FAN_IN, 2, false},      [LNT_INIT_HE_NORMAL] = {FAN_IN, 2, true},
    [LNT_INIT_GLOROT_UNIFORM] = {FAN_SUM, 2, false}, [LNT_INIT_GLOROT_NORMAL] = {FAN_SUM, 2, true},
    [LNT_INIT_LECUN_UNIFORM] = {FAN_IN, 1, false},   [LNT_INIT_LECUN_NORMAL] = {FAN_IN, 1, true},
};

lnt_init lnt_init_of(lnt_init_kind kind)
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

lnt_init lnt_init_array(const lnt_tensor *values)
{
    lnt_init init = {.kind = LNT_INIT_ARRAY};
    if (values != NULL) {
        init.values = *values;
    }
    return init;
}

/* The draw that `init` means for a parameter of this shape; the array initialiser has none. */
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
    case LNT_INIT_HE_UNIFORM:
    case LNT_INIT_HE_NORMAL:
    case LNT_INIT_GLOROT_UNIFORM:
    case LNT_INIT_GLOROT_NORMAL:
    case LNT_INIT_LECUN_UNIFORM:
    case LNT_INIT_LECUN_NORMAL: {
        const double fan_in = (double) parameter->rows, fan_out = (double) parameter->cols;
        const double denominator = families[init->kind].fan == FAN_IN ? fan_in : fan_in + fan_out;
        const double variance = families[init->kind].gain / denominator;
        const double limit = sqrt(3 * variance);
        *out = families[init->kind].normal ? (draw){NORMAL, 0, sqrt(variance)}
                                           : (draw){UNIFORM, -limit, limit};
        break;
    }
    default:
        return LNT_ERR_INVALID;
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
    draw from;
    LNT_TRY(plan(init, parameter, &from));
    LNT_TRY(lnt_fill(from.a, parameter)); /* checks the tensor, and is all a constant needs */
    if (from.shape == CONSTANT) {
        return LNT_OK;
    }
    lnt_random random = lnt_random_at(seed, stream);
    for (size_t i = 0; i < parameter->rows; i++) {
        for (size_t j = 0; j < parameter->cols; j++) {
            const double value = next(&from, &random);
            if (parameter->dtype == LNT_F32) {
                *(float *) lnt_element(parameter, i, j) = (float) value;
            } else {
                *(double *) lnt_element(parameter, i, j) = value;
            }
        }
    }
    return LNT_OK;
}

lnt_status lnt_init_weight(const lnt_init *init, const lnt_layer *next, uint64_t seed,
                           uint64_t stream, lnt_tensor *weight)
{
    lnt_init choice = *init;
    if (choice.kind == LNT_INIT_AUTO) {
        const lnt_activation follows = next != NULL ? next->activation : LNT_IDENTITY;
        choice = lnt_init_of(lnt_activation_kind_of(follows)->weight_init);
    }
    return lnt_init_fill(&choice, seed, stream, weight);
}
