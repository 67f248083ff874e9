/* SPDX-License-Identifier: MIT */
#include "exchange/onnx/format.h"
#include "exchange/onnx/read/match.h"
#include "exchange/onnx/read/part.h"

#include <math.h>
#include <string.h>

typedef lnt_onnx_reader reader;
typedef lnt_onnx_node node_t;
typedef lnt_onnx_part part_t;

/* Fills the part of a node; its input is the node's first input. */
typedef lnt_status (*part_reader)(reader *r, const node_t *node, part_t *part);

/* --- inputs --- */

/* A constant of numbers, or NULL if the input is absent. */
static lnt_status constant(reader *r, const node_t *node, size_t i, const char *what,
                           const lnt_onnx_tensor **tensor)
{
    *tensor = NULL;
    if (i >= lnt_onnx_n_inputs(node) || node->input[i][0] == '\0') {
        return LNT_OK;
    }
    *tensor = lnt_onnx_constant(r, lnt_onnx_input(r, node, i));
    return *tensor != NULL && (*tensor)->data_type != ONNX_STRING &&
                   lnt_onnx_n_elements(*tensor) > 0
               ? LNT_OK
               : lnt_onnx_fail_node(r, node, "expected a constant of valid numbers as %s", what);
}

static lnt_status required(reader *r, const node_t *node, size_t i, const char *what,
                           const lnt_onnx_tensor **tensor)
{
    LNT_TRY(constant(r, node, i, what, tensor));
    return *tensor != NULL ? LNT_OK : lnt_onnx_fail_node(r, node, "has no %s", what);
}

static lnt_status row(reader *r, const node_t *node, const lnt_onnx_tensor *tensor,
                      const char *what)
{
    return tensor == NULL || lnt_onnx_is_row(tensor)
               ? LNT_OK
               : lnt_onnx_fail_node(r, node, "expected a row of numbers as %s", what);
}

/* --- dense layers --- */

/* The matrix at input 1, possibly after a Transpose. */
static lnt_status weight(reader *r, const node_t *node, part_t *part)
{
    lnt_onnx_value *value = lnt_onnx_skip_identity(r, lnt_onnx_input(r, node, 1));
    bool is_ml, turned = false;
    if (value != NULL && value->node != NULL &&
        strcmp(lnt_onnx_op_type(value->node, &is_ml), "Transpose") == 0) {
        const Lnt__Onnx__Attribute *order = lnt_onnx_attribute(value->node, "perm");
        turned = order == NULL || (order->n_ints == 2 && order->ints[0] == 1);
        value = turned ? lnt_onnx_input(r, value->node, 0) : NULL;
    }
    part->weight = lnt_onnx_constant(r, value);
    if (part->weight == NULL || part->weight->n_dims != 2 ||
        lnt_onnx_n_elements(part->weight) == 0 ||
        (part->weight->data_type != ONNX_FLOAT && part->weight->data_type != ONNX_DOUBLE)) {
        return lnt_onnx_fail_node(r, node,
                                  "expected a constant matrix of floats or doubles as weight");
    }
    part->transposed = part->transposed != turned;
    return LNT_OK;
}

static lnt_status read_gemm(reader *r, const node_t *node, part_t *part)
{
    part->kind = ONNX_DENSE;
    part->weight_factor = lnt_onnx_get_float(node, "alpha", 1);
    part->bias_factor = lnt_onnx_get_float(node, "beta", 1);
    part->transposed = lnt_onnx_get_int(node, "transB", 0) != 0;
    if (lnt_onnx_get_int(node, "transA", 0) != 0) {
        return lnt_onnx_fail_node(r, node, "transposes its input");
    }
    LNT_TRY(weight(r, node, part));
    LNT_TRY(constant(r, node, 2, "bias", &part->bias));
    return row(r, node, part->bias, "bias");
}

static lnt_status read_mat_mul(reader *r, const node_t *node, part_t *part)
{
    part->kind = ONNX_DENSE;
    part->weight_factor = part->bias_factor = 1;
    return weight(r, node, part);
}

/* --- activations --- */

static lnt_status read_hard_sigmoid(reader *r, const node_t *node, part_t *part)
{
    const bool is_hard_sigmoid = fabs(lnt_onnx_get_float(node, "alpha", 0.2) - 1.0 / 6) < 1e-6 &&
                                 lnt_onnx_get_float(node, "beta", 0.5) == 0.5;
    part->activation = LNT_HARD_SIGMOID;
    return is_hard_sigmoid ? LNT_OK
                           : lnt_onnx_fail_node(r, node, "expected x/6 + 1/2, held within [0, 1]");
}

static lnt_status read_selu(reader *r, const node_t *node, part_t *part)
{
    const double alpha = lnt_onnx_get_float(node, "alpha", ONNX_SELU_ALPHA);
    const double gamma = lnt_onnx_get_float(node, "gamma", ONNX_SELU_GAMMA);
    part->activation = LNT_SELU;
    return fabs(alpha - ONNX_SELU_ALPHA) < 1e-6 && fabs(gamma - ONNX_SELU_GAMMA) < 1e-6
               ? LNT_OK
               : lnt_onnx_fail_node(r, node, "expected the alpha and gamma of its definition");
}

static lnt_status read_gelu(reader *r, const node_t *node, part_t *part)
{
    const Lnt__Onnx__Attribute *how = lnt_onnx_attribute(node, "approximate");
    const ProtobufCBinaryData text = how != NULL ? how->s : (ProtobufCBinaryData){0, NULL};
    const bool is_tanh = text.len == 4 && memcmp(text.data, "tanh", 4) == 0;
    const bool is_none = text.len == 0 || (text.len == 4 && memcmp(text.data, "none", 4) == 0);
    part->activation = is_tanh ? LNT_GELU_TANH : LNT_GELU;
    return is_tanh || is_none ? LNT_OK : lnt_onnx_fail_node(r, node, "expected none or tanh");
}

static lnt_status read_alpha(reader *r, const node_t *node, part_t *part)
{
    const bool is_elu = strcmp(node->op_type, "Elu") == 0;
    part->activation = is_elu ? LNT_ELU : LNT_LEAKY_RELU;
    part->alpha = lnt_onnx_get_float(node, "alpha", is_elu ? 1 : 0.01);
    return part->alpha > 0 && isfinite(part->alpha)
               ? LNT_OK
               : lnt_onnx_fail_node(r, node, "expected an alpha above 0, found %g", part->alpha);
}

static lnt_status read_prelu(reader *r, const node_t *node, part_t *part)
{
    part->kind = ONNX_PRELU;
    LNT_TRY(required(r, node, 1, "slope", &part->gain));
    return row(r, node, part->gain, "slope");
}

/* --- norms --- */

static lnt_status read_batch_norm(reader *r, const node_t *node, part_t *part)
{
    part->kind = ONNX_BATCH_NORM;
    part->epsilon = lnt_onnx_get_float(node, "epsilon", 1e-5);
    part->momentum = 1 - lnt_onnx_get_float(node, "momentum", 0.9);
    if (lnt_onnx_get_int(node, "training_mode", 0) != 0 ||
        lnt_onnx_get_int(node, "spatial", 1) == 0) {
        return lnt_onnx_fail_node(r, node, "expected inference by columns");
    }
    LNT_TRY(required(r, node, 1, "scale", &part->gain));
    LNT_TRY(required(r, node, 2, "bias", &part->bias));
    LNT_TRY(required(r, node, 3, "mean", &part->mean));
    return required(r, node, 4, "variance", &part->variance);
}

static lnt_status read_row_norm(reader *r, const node_t *node, part_t *part)
{
    const int64_t axis = lnt_onnx_get_int(node, "axis", -1);
    const bool centred = strcmp(node->op_type, "LayerNormalization") == 0;
    part->kind = centred ? ONNX_LAYER_NORM : ONNX_RMS_NORM;
    part->epsilon = lnt_onnx_get_float(node, "epsilon", 1e-5);
    if (axis != -1 && axis != 1) {
        return lnt_onnx_fail_node(r, node, "expected the last axis, found %jd", (intmax_t) axis);
    }
    LNT_TRY(required(r, node, 1, "scale", &part->gain));
    return centred ? constant(r, node, 2, "bias", &part->bias) : LNT_OK;
}

/* --- shapes and scalings --- */

static lnt_status read_flatten(reader *r, const node_t *node, part_t *part)
{
    const int64_t axis = lnt_onnx_get_int(node, "axis", 1);
    part->kind = ONNX_FLATTEN;
    part->shape[0] = 0;
    part->shape[1] = -1;
    return axis == 1 ? LNT_OK
                     : lnt_onnx_fail_node(r, node, "expected axis 1, found %jd", (intmax_t) axis);
}

/* [rows of the value, columns], as PyTorch writes x.view(x.size(0), -1). */
static bool keeps_rows(reader *r, const node_t *node, part_t *part)
{
    static const char pattern[] = "+Concat(Unsqueeze(Gather(Shape(x),0),0),$c)";
    static const char older[] = "+Concat(Unsqueeze(Gather(Shape(x),0)),$c)"; /* an attribute */
    lnt_onnx_value *shape = lnt_onnx_input(r, node, 1);
    lnt_onnx_match match;
    if (!lnt_onnx_matches(r, pattern, shape, &match) &&
        !lnt_onnx_matches(r, older, shape, &match)) {
        return false;
    }
    const lnt_onnx_tensor *cols = lnt_onnx_matched(&match, 'c');
    const double size = lnt_onnx_number(cols, 0);
    part->kind = ONNX_FLATTEN;
    part->shape[0] = 0;
    part->shape[1] = size >= -1 && size < 0x1p53 ? (int64_t) size : -2;
    return lnt_onnx_n_elements(cols) == 1 &&
           match.x == lnt_onnx_skip_identity(r, lnt_onnx_input(r, node, 0));
}

static lnt_status read_reshape(reader *r, const node_t *node, part_t *part)
{
    if (keeps_rows(r, node, part)) {
        return LNT_OK;
    }
    const lnt_onnx_tensor *shape;
    LNT_TRY(required(r, node, 1, "shape", &shape));
    const size_t rank = lnt_onnx_n_elements(shape);
    part->kind = rank == 1 ? ONNX_SQUEEZE : ONNX_FLATTEN;
    part->keeps_zero = lnt_onnx_get_int(node, "allowzero", 0) != 0;
    if (shape->data_type != ONNX_INT64 || rank > 2 ||
        (rank == 1 && lnt_onnx_number(shape, 0) != -1)) {
        return lnt_onnx_fail_node(r, node, "expected a shape of rows and columns");
    }
    for (size_t k = 0; k < rank; k++) {
        const double size = lnt_onnx_number(shape, k);
        part->shape[k] = size >= -1 && size < 0x1p53 ? (int64_t) size : -2; /* an invalid size */
    }
    return LNT_OK;
}

/* The axes: an attribute in older operators, an input in newer ones. */
static lnt_status read_squeeze(reader *r, const node_t *node, part_t *part)
{
    const Lnt__Onnx__Attribute *axes = lnt_onnx_attribute(node, "axes");
    const lnt_onnx_tensor *input = lnt_onnx_constant(r, lnt_onnx_input(r, node, 1));
    const bool last =
        axes != NULL
            ? axes->n_ints == 1 && (axes->ints[0] == 1 || axes->ints[0] == -1)
            : input != NULL && (lnt_onnx_is_number(input, 1) || lnt_onnx_is_number(input, -1));
    part->kind = ONNX_SQUEEZE;
    return last ? LNT_OK : lnt_onnx_fail_node(r, node, "expected axis 1");
}

static lnt_status read_softmax(reader *r, const node_t *node, part_t *part)
{
    const int64_t axis = lnt_onnx_get_int(node, "axis", -1);
    part->kind = ONNX_SOFTMAX;
    return axis == 1 || axis == -1
               ? LNT_OK
               : lnt_onnx_fail_node(r, node, "expected axis 1, found %jd", (intmax_t) axis);
}

static lnt_status read_exp(reader *r, const node_t *node, part_t *part)
{
    (void) r, (void) node;
    part->kind = ONNX_EXP;
    return LNT_OK;
}

/* scikit-learn's Scaler: (x − offset)·scale; the attributes become tensors of floats. */
static lnt_status read_scaler(reader *r, const node_t *node, part_t *part)
{
    const char *const names[] = {"offset", "scale"};
    lnt_onnx_tensor *tensors[2];
    for (size_t k = 0; k < 2; k++) {
        const Lnt__Onnx__Attribute *a = lnt_onnx_attribute(node, names[k]);
        if (a == NULL || a->n_floats == 0) {
            return lnt_onnx_fail_node(r, node, "has no %s", names[k]);
        }
        lnt_pool *pool = &r->pool;
        tensors[k] = lnt_pool_take(pool, 1, sizeof *tensors[k]);
        int64_t *dims = lnt_pool_take(pool, 1, sizeof *dims);
        if (tensors[k] == NULL || dims == NULL) {
            return lnt_onnx_fail_pool(r);
        }
        lnt__onnx__tensor__init(tensors[k]);
        *dims = (int64_t) a->n_floats;
        tensors[k]->dims = dims;
        tensors[k]->n_dims = 1;
        tensors[k]->has_data_type = 1;
        tensors[k]->data_type = ONNX_FLOAT;
        tensors[k]->n_float_data = a->n_floats;
        tensors[k]->float_data = a->floats;
    }
    part->kind = ONNX_AFFINE;
    part->bias = tensors[0];
    part->gain = tensors[1];
    return LNT_OK;
}

/* --- the table --- */

static const struct {
    const char *op;
    part_reader read; /* NULL: an activation */
    lnt_activation activation;
} operators[] = {
    {"Gemm", read_gemm, LNT_IDENTITY},
    {"MatMul", read_mat_mul, LNT_IDENTITY},
    {"Relu", NULL, LNT_RELU},
    {"Tanh", NULL, LNT_TANH},
    {"Sigmoid", NULL, LNT_SIGMOID},
    {"Softplus", NULL, LNT_SOFTPLUS},
    {"Softsign", NULL, LNT_SOFTSIGN},
    {"HardSwish", NULL, LNT_HARD_SWISH},
    {"Sin", NULL, LNT_SINE},
    {"LeakyRelu", read_alpha, LNT_IDENTITY},
    {"Elu", read_alpha, LNT_IDENTITY},
    {"Selu", read_selu, LNT_IDENTITY},
    {"HardSigmoid", read_hard_sigmoid, LNT_IDENTITY},
    {"Gelu", read_gelu, LNT_IDENTITY},
    {"PRelu", read_prelu, LNT_IDENTITY},
    {"BatchNormalization", read_batch_norm, LNT_IDENTITY},
    {"LayerNormalization", read_row_norm, LNT_IDENTITY},
    {"RMSNormalization", read_row_norm, LNT_IDENTITY},
    {"Flatten", read_flatten, LNT_IDENTITY},
    {"Reshape", read_reshape, LNT_IDENTITY},
    {"Squeeze", read_squeeze, LNT_IDENTITY},
    {"Softmax", read_softmax, LNT_IDENTITY},
    {"Exp", read_exp, LNT_IDENTITY},
};

lnt_status lnt_onnx_part_from_operator(reader *r, const node_t *node, const char *op, bool is_ml,
                                       part_t *part)
{
    if (is_ml && strcmp(op, "Scaler") == 0) {
        return read_scaler(r, node, part);
    }
    for (size_t i = 0; !is_ml && i < sizeof operators / sizeof operators[0]; i++) {
        if (strcmp(operators[i].op, op) == 0) {
            part->kind = ONNX_ACTIVATION;
            part->activation = operators[i].activation;
            return operators[i].read != NULL ? operators[i].read(r, node, part) : LNT_OK;
        }
    }
    return lnt_onnx_fail_node(r, node,
                              "no layer has this operator, or not with such inputs and attributes");
}
