/* SPDX-License-Identifier: MIT */
#include "exchange/onnx/read/match.h"

#include "exchange/onnx/format.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

typedef struct matcher {
    const lnt_onnx_reader *reader;
    lnt_onnx_match match;
} matcher;

enum { MAX_ARGUMENTS = 4 };

/* --- numbers --- */

static const struct {
    char letter;
    double value;
} numbers[] = {
    {'h', 0.5},
    {'s', 1.0 / 6},
    {'r', 1.4142135623730951}, /* √2 */
    {'i', 0.70710678118654752},
    {'c', 0.044715},
    {'p', 0.79788456080286536}, /* √(2/π) */
    {'l', ONNX_SELU_GAMMA},
    {'m', ONNX_SELU_GAMMA *ONNX_SELU_ALPHA},
};

static double named_number(char letter)
{
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (numbers[i].letter == letter) {
            return numbers[i].value;
        }
    }
    return (double) NAN;
}

static double whole_number(const char *digits)
{
    const bool negative = *digits == '-';
    double value = 0;
    for (digits += negative; isdigit((unsigned char) *digits); digits++) {
        value = value * 10 + (*digits - '0');
    }
    return negative ? -value : value;
}

static bool is_number(const matcher *m, double number, lnt_onnx_value *value)
{
    const lnt_onnx_tensor *tensor = lnt_onnx_constant(m->reader, value);
    return tensor != NULL && lnt_onnx_is_number(tensor, number);
}

/* --- nodes --- */

/* The end of the expression at `p`. */
static const char *end_of(const char *p)
{
    for (int depth = 0; *p != '\0'; p++) {
        if (depth == 0 && strchr(",)|]", *p) != NULL) {
            return p;
        }
        depth += *p == '(' || *p == '[' ? 1 : *p == ')' || *p == ']' ? -1 : 0;
    }
    return p;
}

bool lnt_onnx_is_row_mean(const lnt_onnx_reader *reader, const lnt_onnx_node *node)
{
    const Lnt__Onnx__Attribute *axes = lnt_onnx_attribute(node, "axes");
    const lnt_onnx_tensor *input = lnt_onnx_constant(reader, lnt_onnx_input(reader, node, 1));
    const bool last =
        axes != NULL
            ? axes->n_ints == 1 && (axes->ints[0] == 1 || axes->ints[0] == -1)
            : input != NULL && (lnt_onnx_is_number(input, 1) || lnt_onnx_is_number(input, -1));
    return last && lnt_onnx_get_int(node, "keepdims", 1) == 1;
}

/* Whether the attributes are those that patterns assume. */
static bool has_expected_attributes(const matcher *m, const char *op, const lnt_onnx_node *node,
                                    bool is_list)
{
    if (strcmp(op, "ReduceMean") == 0) {
        return lnt_onnx_is_row_mean(m->reader, node);
    }
    if (strcmp(op, "HardSigmoid") == 0) {
        return fabs(lnt_onnx_get_float(node, "alpha", 0.2) - 1.0 / 6) < 1e-6 &&
               lnt_onnx_get_float(node, "beta", 0.5) == 0.5;
    }
    if (strcmp(op, "Concat") == 0) {
        const int64_t axis = lnt_onnx_get_int(node, "axis", 0);
        return is_list ? axis == 0 : axis == 1 || axis == -1;
    }
    if (strcmp(op, "Shape") == 0) {
        return node->n_attribute == 0;
    }
    return true;
}

static bool is_commutative(const char *op)
{
    return strcmp(op, "Add") == 0 || strcmp(op, "Mul") == 0 || strcmp(op, "Min") == 0 ||
           strcmp(op, "Max") == 0;
}

static bool matches(matcher *m, const char *p, lnt_onnx_value *value);

static bool match_inputs(matcher *m, const lnt_onnx_node *node, const char *const *arguments,
                         size_t count, bool swapped)
{
    const lnt_onnx_match before = m->match;
    for (size_t i = 0; i < count; i++) {
        const size_t input = swapped ? count - 1 - i : i;
        if (!matches(m, arguments[i], lnt_onnx_input(m->reader, node, input))) {
            m->match = before;
            return false;
        }
    }
    return true;
}

static bool match_node(matcher *m, const char *p, const lnt_onnx_value *value)
{
    if (value->node == NULL || value->output != 0) {
        return false;
    }
    const bool is_list = *p == '+';
    p += is_list;
    bool is_ml;
    const char *op = lnt_onnx_op_type(value->node, &is_ml), *open = strchr(p, '(');
    const size_t length = (size_t) (open - p);
    if (is_ml || strlen(op) != length || strncmp(op, p, length) != 0 ||
        !has_expected_attributes(m, op, value->node, is_list)) {
        return false;
    }
    const char *arguments[MAX_ARGUMENTS];
    size_t count = 0;
    for (const char *a = open + 1; count < MAX_ARGUMENTS; a++) {
        arguments[count++] = a;
        a = end_of(a);
        if (*a != ',') {
            break;
        }
    }
    const bool axes_behind = strcmp(op, "ReduceMean") == 0;
    if (lnt_onnx_n_inputs(value->node) != count && !axes_behind) {
        return false;
    }
    return match_inputs(m, value->node, arguments, count, false) ||
           (count == 2 && is_commutative(op) &&
            match_inputs(m, value->node, arguments, count, true));
}

static bool match_either(matcher *m, const char *p, lnt_onnx_value *value)
{
    for (p++;; p++) {
        if (matches(m, p, value)) {
            return true;
        }
        p = end_of(p);
        if (*p != '|') {
            return false;
        }
    }
}

static bool match_x(matcher *m, lnt_onnx_value *value)
{
    if (m->match.x != NULL) {
        return m->match.x == value;
    }
    m->match.x = value;
    return value->tensor == NULL;
}

static bool match_constant(matcher *m, char letter, lnt_onnx_value *value)
{
    const lnt_onnx_tensor *tensor = lnt_onnx_constant(m->reader, value);
    m->match.constants[letter - 'a'] = tensor;
    return tensor != NULL && tensor->data_type != ONNX_STRING && lnt_onnx_n_elements(tensor) > 0;
}

static bool matches(matcher *m, const char *p, lnt_onnx_value *value)
{
    value = lnt_onnx_skip_identity(m->reader, value);
    if (value == NULL) {
        return false;
    }
    switch (*p) {
    case '[':
        return match_either(m, p, value);
    case 'x':
        return match_x(m, value);
    case '$':
        return match_constant(m, p[1], value);
    case '#':
        return is_number(m, named_number(p[1]), value);
    default:
        return isupper((unsigned char) *p) || *p == '+' ? match_node(m, p, value)
                                                        : is_number(m, whole_number(p), value);
    }
}

bool lnt_onnx_matches(const lnt_onnx_reader *reader, const char *pattern, lnt_onnx_value *value,
                      lnt_onnx_match *match)
{
    matcher m = {.reader = reader};
    if (!matches(&m, pattern, value) || m.match.x == NULL) {
        return false;
    }
    *match = m.match;
    return true;
}

const lnt_onnx_tensor *lnt_onnx_matched(const lnt_onnx_match *match, char letter)
{
    return match->constants[letter - 'a'];
}
