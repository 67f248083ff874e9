/* SPDX-License-Identifier: MIT */
#include "exchange/onnx/format.h"
#include "exchange/onnx/write/emit.h"

#include <math.h>

typedef lnt_onnx_builder builder;

static const char *one(builder *b, const char *op, const char *x)
{
    return lnt_onnx_add_node(b, op, x, NULL, NULL);
}

static const char *two(builder *b, const char *op, const char *x, const char *y)
{
    return lnt_onnx_add_node(b, op, x, y, NULL);
}

static const char *with_number(builder *b, const char *op, const char *x, double number)
{
    return two(b, op, x, lnt_onnx_scalar(b, number));
}

static const char *clip(builder *b, const char *x, double low, double high)
{
    return lnt_onnx_add_node(b, "Clip", x, lnt_onnx_scalar(b, low), lnt_onnx_scalar(b, high));
}

/* --- one operator in f32, a composition in f64 --- */

/* Also with a single slope for all columns. */
static const char *leaky_f64(builder *b, const char *slope, const char *x)
{
    const char *below = one(b, "Relu", one(b, "Neg", x));
    return two(b, "Sub", one(b, "Relu", x), two(b, "Mul", below, slope));
}

static const char *leaky_relu(builder *b, double alpha, const char *x)
{
    if (b->dtype == LNT_F64) {
        return leaky_f64(b, lnt_onnx_scalar(b, alpha), x);
    }
    const char *y = one(b, "LeakyRelu", x);
    lnt_onnx_put_float(b, "alpha", alpha);
    return y;
}

/* positive·x above 0, below·(e^x − 1) under it. */
static const char *elu_f64(builder *b, double positive, double below, const char *x)
{
    const char *negative = one(b, "Exp", with_number(b, "Min", x, 0));
    negative = with_number(b, "Mul", with_number(b, "Sub", negative, 1), below);
    const char *part = one(b, "Relu", x);
    if (positive != 1) {
        part = with_number(b, "Mul", part, positive);
    }
    return two(b, "Add", part, negative);
}

static const char *elu(builder *b, double alpha, const char *x)
{
    if (b->dtype == LNT_F64) {
        return elu_f64(b, 1, alpha, x);
    }
    const char *y = one(b, "Elu", x);
    lnt_onnx_put_float(b, "alpha", alpha);
    return y;
}

static const char *selu(builder *b, double alpha, const char *x)
{
    (void) alpha;
    if (b->dtype == LNT_F64) {
        return elu_f64(b, ONNX_SELU_GAMMA, ONNX_SELU_GAMMA * ONNX_SELU_ALPHA, x);
    }
    const char *y = one(b, "Selu", x);
    lnt_onnx_put_float(b, "alpha", ONNX_SELU_ALPHA);
    lnt_onnx_put_float(b, "gamma", ONNX_SELU_GAMMA);
    return y;
}

static const char *softplus(builder *b, double alpha, const char *x)
{
    (void) alpha;
    if (b->dtype == LNT_F32) {
        return one(b, "Softplus", x);
    }
    const char *e = one(b, "Exp", one(b, "Neg", one(b, "Abs", x)));
    return two(b, "Add", one(b, "Relu", x), one(b, "Log", with_number(b, "Add", e, 1)));
}

static const char *softsign(builder *b, double alpha, const char *x)
{
    (void) alpha;
    return b->dtype == LNT_F32 ? one(b, "Softsign", x)
                               : two(b, "Div", x, with_number(b, "Add", one(b, "Abs", x), 1));
}

static const char *hard_sigmoid(builder *b, double alpha, const char *x)
{
    (void) alpha;
    if (b->dtype == LNT_F64) {
        return clip(b, with_number(b, "Add", with_number(b, "Mul", x, 1.0 / 6), 0.5), 0, 1);
    }
    const char *y = one(b, "HardSigmoid", x);
    lnt_onnx_put_float(b, "alpha", 1.0 / 6);
    lnt_onnx_put_float(b, "beta", 0.5);
    return y;
}

static const char *gelu_f32(builder *b, const char *x)
{
    const char *erf = one(b, "Erf", with_number(b, "Div", x, sqrt(2)));
    return two(b, "Mul", x, with_number(b, "Mul", with_number(b, "Add", erf, 1), 0.5));
}

static const char *gelu_f64(builder *b, const char *x)
{
    double node[ONNX_NORMAL_NODES], weight[ONNX_NORMAL_NODES];
    lnt_onnx_normal_quadrature(node, weight);
    const char *z = clip(b, x, -ONNX_NORMAL_END, ONNX_NORMAL_END), *axis = lnt_onnx_int(b, 2);
    const char *square = two(b, "Unsqueeze", two(b, "Mul", z, z), axis);
    const char *nodes = lnt_onnx_vector(b, "nodes", node, ONNX_NORMAL_NODES);
    const char *weights = lnt_onnx_column(b, "weights", weight, ONNX_NORMAL_NODES);
    const char *sum = two(b, "MatMul", one(b, "Exp", two(b, "Mul", square, nodes)), weights);
    const char *half = two(b, "Mul", z, two(b, "Squeeze", sum, axis));
    return two(b, "Mul", x, with_number(b, "Add", half, 0.5));
}

/* --- the others --- */

static const char *identity(builder *b, double alpha, const char *x)
{
    (void) b, (void) alpha;
    return x;
}

static const char *relu(builder *b, double alpha, const char *x)
{
    (void) alpha;
    return one(b, "Relu", x);
}

static const char *hyperbolic(builder *b, double alpha, const char *x)
{
    (void) alpha;
    return one(b, "Tanh", x);
}

static const char *sigmoid(builder *b, double alpha, const char *x)
{
    (void) alpha;
    return one(b, "Sigmoid", x);
}

static const char *gelu(builder *b, double alpha, const char *x)
{
    (void) alpha;
    return b->dtype == LNT_F32 ? gelu_f32(b, x) : gelu_f64(b, x);
}

static const char *gelu_tanh(builder *b, double alpha, const char *x)
{
    (void) alpha;
    const char *cube = two(b, "Mul", x, two(b, "Mul", x, x));
    const char *inner = two(b, "Add", x, with_number(b, "Mul", cube, 0.044715));
    const char *f =
        one(b, "Tanh", with_number(b, "Mul", inner, 0.79788456080286535587989211986876));
    return two(b, "Mul", x, with_number(b, "Mul", with_number(b, "Add", f, 1), 0.5));
}

static const char *silu(builder *b, double alpha, const char *x)
{
    (void) alpha;
    return two(b, "Mul", x, one(b, "Sigmoid", x));
}

static const char *hard_swish(builder *b, double alpha, const char *x)
{
    return two(b, "Mul", x, hard_sigmoid(b, alpha, x));
}

static const char *sine(builder *b, double alpha, const char *x)
{
    return one(b, "Sin", alpha == 1 ? x : with_number(b, "Mul", x, alpha));
}

static const char *(*const emitters[])(builder *b, double alpha, const char *x) = {
    [LNT_IDENTITY] = identity,
    [LNT_RELU] = relu,
    [LNT_LEAKY_RELU] = leaky_relu,
    [LNT_TANH] = hyperbolic,
    [LNT_SIGMOID] = sigmoid,
    [LNT_ELU] = elu,
    [LNT_SELU] = selu,
    [LNT_GELU] = gelu,
    [LNT_GELU_TANH] = gelu_tanh,
    [LNT_SILU] = silu,
    [LNT_SOFTPLUS] = softplus,
    [LNT_SOFTSIGN] = softsign,
    [LNT_HARD_SIGMOID] = hard_sigmoid,
    [LNT_HARD_SWISH] = hard_swish,
    [LNT_SINE] = sine,
};

const char *lnt_onnx_emit_activation(builder *b, lnt_activation activation, double alpha,
                                     const char *x)
{
    return emitters[activation](b, alpha, x);
}

const char *lnt_onnx_emit_prelu(builder *b, const char *slope, const char *x)
{
    return b->dtype == LNT_F32 ? two(b, "PRelu", x, slope) : leaky_f64(b, slope, x);
}
