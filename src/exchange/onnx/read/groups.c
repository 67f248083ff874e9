/* SPDX-License-Identifier: MIT */
#include "exchange/onnx/format.h"
#include "exchange/onnx/read/match.h"
#include "exchange/onnx/read/part.h"

#include <math.h>
#include <string.h>

/* --- groups of nodes that form one part, as PyTorch's exporters and Linnet write them --- */

#define ERF "Add(Erf([Div(x,#r)|Mul(x,#i)]),1)"
#define CUBE "[Pow(x,3)|Mul(x,Mul(x,x))]"
#define TANH_ "Add(Tanh(Mul(Add(x,Mul(" CUBE ",#c)),#p)),1)"
#define HALVES(f) "[Mul(x,Mul(" f ",#h))|Mul(Mul(x," f "),#h)|Mul(Mul(x,#h)," f ")]"
#define NORMAL_Z "Clip(x,-9,9)"
#define NORMAL                                                                                     \
    "Add(Mul(" NORMAL_Z ",Squeeze(MatMul(Exp(Mul(Unsqueeze(Mul(" NORMAL_Z "," NORMAL_Z             \
    "),2),$n)),$w),2)),#h)"
#define HARD "Clip(Add([Mul(x,#s)|Div(x,6)],#h),0,1)"
#define RELU_6 "Clip(Add(x,3),0,6)"
#define SOFTPLUS(x) "[Softplus(" x ")|Add(Relu(" x "),Log(Add(Exp(Neg(Abs(" x "))),1)))]"
#define CENTRED "Sub(x,ReduceMean(x))"
#define SQUARE(x) "[Mul(" x "," x ")|Pow(" x ",2)]"
#define ROOT(x) "Sqrt(Add(ReduceMean(" SQUARE(x) "),$e))"
#define MEANS "Slice(x,0,$k,1)"
#define DEVIATIONS "Sqrt(Add(" SOFTPLUS("Slice(x,$l,$m,1)") ",$e))"

/* Completes the part; false if the constants do not match the group. */
typedef bool (*completer)(const lnt_onnx_match *match, lnt_onnx_part *part);

static bool is_single(const lnt_onnx_tensor *tensor)
{
    return lnt_onnx_n_elements(tensor) == 1;
}

static bool read_alpha(const lnt_onnx_match *match, lnt_onnx_part *part)
{
    const lnt_onnx_tensor *alpha = lnt_onnx_matched(match, 'a');
    if (!is_single(alpha)) {
        return false;
    }
    part->alpha = lnt_onnx_number(alpha, 0);
    return part->alpha > 0 && isfinite(part->alpha);
}

static bool read_epsilon(const lnt_onnx_match *match, lnt_onnx_part *part)
{
    const lnt_onnx_tensor *epsilon = lnt_onnx_matched(match, 'e');
    part->epsilon = lnt_onnx_number(epsilon, 0);
    return is_single(epsilon);
}

/* Whether the constants are those of the quadrature of Φ. */
static bool is_normal_quadrature(const lnt_onnx_match *match, lnt_onnx_part *part)
{
    (void) part;
    double node[ONNX_NORMAL_NODES], weight[ONNX_NORMAL_NODES];
    const lnt_onnx_tensor *n = lnt_onnx_matched(match, 'n'), *w = lnt_onnx_matched(match, 'w');
    if (lnt_onnx_n_elements(n) != ONNX_NORMAL_NODES ||
        lnt_onnx_n_elements(w) != ONNX_NORMAL_NODES || w->n_dims != 2 || w->dims[1] != 1 ||
        n->n_dims != 1) {
        return false;
    }
    lnt_onnx_normal_quadrature(node, weight);
    for (size_t i = 0; i < ONNX_NORMAL_NODES; i++) {
        if (fabs(lnt_onnx_number(n, i) - node[i]) > 1e-12 ||
            fabs(lnt_onnx_number(w, i) - weight[i]) > 1e-12) {
            return false;
        }
    }
    return true;
}

static bool read_slopes(const lnt_onnx_match *match, lnt_onnx_part *part)
{
    part->gain = lnt_onnx_matched(match, 'a');
    return true;
}

/* k means and k deviations, scaled or not. */
static bool read_gaussian(const lnt_onnx_match *match, lnt_onnx_part *part)
{
    const lnt_onnx_tensor *first = lnt_onnx_matched(match, 'k');
    const lnt_onnx_tensor *second = lnt_onnx_matched(match, 'l');
    const lnt_onnx_tensor *end = lnt_onnx_matched(match, 'm');
    part->gain = lnt_onnx_matched(match, 's');
    part->bias = lnt_onnx_matched(match, 'o');
    part->deviation = lnt_onnx_matched(match, 'd');
    if (!is_single(first) || !is_single(second) || !is_single(end)) {
        return false;
    }
    const double k = lnt_onnx_number(first, 0);
    if (k < 1 || k > 1e9 || lnt_onnx_number(second, 0) != k || lnt_onnx_number(end, 0) != 2 * k) {
        return false;
    }
    part->shape[0] = (int64_t) k;
    return read_epsilon(match, part);
}

static const struct group {
    const char *pattern;
    lnt_onnx_kind kind;
    lnt_activation activation;
    completer complete; /* or NULL */
} groups[] = {
    {HALVES(ERF), ONNX_ACTIVATION, LNT_GELU, NULL},
    {HALVES(TANH_), ONNX_ACTIVATION, LNT_GELU_TANH, NULL},
    {"Mul(x," NORMAL ")", ONNX_ACTIVATION, LNT_GELU, is_normal_quadrature},
    {"Mul(x,Sigmoid(x))", ONNX_ACTIVATION, LNT_SILU, NULL},
    {"Mul(x,[HardSigmoid(x)|" HARD "])", ONNX_ACTIVATION, LNT_HARD_SWISH, NULL},
    {"[Div(Mul(x," RELU_6 "),6)|Mul(x,[Div(" RELU_6 ",6)|Mul(" RELU_6 ",#s)])]", ONNX_ACTIVATION,
     LNT_HARD_SWISH, NULL},
    {"[" HARD "|Div(" RELU_6 ",6)|Mul(" RELU_6 ",#s)]", ONNX_ACTIVATION, LNT_HARD_SIGMOID, NULL},
    {"Where(Greater(x,20),x,Softplus(x))", ONNX_ACTIVATION, LNT_SOFTPLUS, NULL},
    {SOFTPLUS("x"), ONNX_ACTIVATION, LNT_SOFTPLUS, NULL},
    {"Div(x,Add(Abs(x),1))", ONNX_ACTIVATION, LNT_SOFTSIGN, NULL},
    {"Sin(Mul(x,$a))", ONNX_ACTIVATION, LNT_SINE, read_alpha},
    {"Sub(Relu(x),Mul(Relu(Neg(x)),$a))", ONNX_ACTIVATION, LNT_LEAKY_RELU, read_alpha},
    {"Sub(Relu(x),Mul(Relu(Neg(x)),$a))", ONNX_PRELU, LNT_IDENTITY, read_slopes},
    {"Add(Mul(Relu(x),#l),Mul(Sub(Exp(Min(x,0)),1),#m))", ONNX_ACTIVATION, LNT_SELU, NULL},
    {"Add(Relu(x),Mul(Sub(Exp(Min(x,0)),1),$a))", ONNX_ACTIVATION, LNT_ELU, read_alpha},
    {"Div(" CENTRED "," ROOT(CENTRED) ")", ONNX_LAYER_NORM, LNT_IDENTITY, read_epsilon},
    {"[Div(x," ROOT("x") ")|Mul(x,[Reciprocal(" ROOT("x") ")|Div(1," ROOT("x") ")])]",
     ONNX_RMS_NORM, LNT_IDENTITY, read_epsilon},
    {"Concat(Sub(1,x),x)", ONNX_PAIR, LNT_IDENTITY, NULL},
    {"Concat(Add(Mul(" MEANS ",$s),$o),Mul(" DEVIATIONS ",$d))", ONNX_GAUSSIAN, LNT_IDENTITY,
     read_gaussian},
    {"Concat(" MEANS "," DEVIATIONS ")", ONNX_GAUSSIAN, LNT_IDENTITY, read_gaussian},
};

bool lnt_onnx_part_from_group(const lnt_onnx_reader *reader, lnt_onnx_value *value,
                              lnt_onnx_part *part, lnt_onnx_value **from)
{
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        lnt_onnx_match match;
        lnt_onnx_part found = {.kind = groups[i].kind,
                               .node = value->node,
                               .activation = groups[i].activation,
                               .alpha = (double) NAN};
        if (lnt_onnx_matches(reader, groups[i].pattern, value, &match) &&
            (groups[i].complete == NULL || groups[i].complete(&match, &found))) {
            *part = found;
            *from = match.x;
            return true;
        }
    }
    return false;
}
