/* SPDX-License-Identifier: MIT */
#include "exchange/c/program.h"

#include <string.h>

/* Bodies of functions in C99. T is replaced by the type, F(f) by a function of <math.h> and N(x) by
 * a number of that type. */

static const struct {
    const char *kind; /* of layer */
    const char *text;
} layer_helpers[] = {
    {"dense", "/* y[j] = b[j] + sum over i of x[i] * w[i][j] */\n"
              "static void lnt_dense(const T *w, const T *b, int inputs, int units, const T *x,\n"
              "                      T *y)\n"
              "{\n"
              "    int i, j;\n"
              "    for (j = 0; j < units; j++) {\n"
              "        y[j] = b != 0 ? b[j] : N(0);\n"
              "    }\n"
              "    for (i = 0; i < inputs; i++) {\n"
              "        const T a = x[i];\n"
              "        const T *row = w + (size_t) i * (size_t) units;\n"
              "        for (j = 0; j < units; j++) {\n"
              "            y[j] += a * row[j];\n"
              "        }\n"
              "    }\n"
              "}\n"},
    {"prelu", "static void lnt_prelu(const T *slope, int n, T *y)\n"
              "{\n"
              "    int i;\n"
              "    for (i = 0; i < n; i++) {\n"
              "        y[i] = y[i] > N(0) ? y[i] : slope[i] * y[i];\n"
              "    }\n"
              "}\n"},
    {"batch_norm", "static void lnt_batch_norm(const T *mean, const T *scale, const T *b, int n,\n"
                   "                           T *y)\n"
                   "{\n"
                   "    int i;\n"
                   "    for (i = 0; i < n; i++) {\n"
                   "        y[i] = (y[i] - mean[i]) * scale[i] + (b != 0 ? b[i] : N(0));\n"
                   "    }\n"
                   "}\n"},
    {"layer_norm",
     "static void lnt_layer_norm(const T *g, const T *b, double epsilon, int n, T *y)\n"
     "{\n"
     "    double mean = 0, squares = 0, scale;\n"
     "    int i;\n"
     "    for (i = 0; i < n; i++) {\n"
     "        mean += (double) y[i];\n"
     "    }\n"
     "    mean /= n;\n"
     "    for (i = 0; i < n; i++) {\n"
     "        squares += ((double) y[i] - mean) * ((double) y[i] - mean);\n"
     "    }\n"
     "    scale = 1 / sqrt(squares / n + epsilon);\n"
     "    for (i = 0; i < n; i++) {\n"
     "        const double z = ((double) y[i] - mean) * scale;\n"
     "        y[i] = (T) (z * (double) (g != 0 ? g[i] : N(1)) + (double) (b != 0 ? b[i] : N(0)));\n"
     "    }\n"
     "}\n"},
    {"rms_norm", "static void lnt_rms_norm(const T *g, double epsilon, int n, T *y)\n"
                 "{\n"
                 "    double squares = 0, scale;\n"
                 "    int i;\n"
                 "    for (i = 0; i < n; i++) {\n"
                 "        squares += (double) y[i] * (double) y[i];\n"
                 "    }\n"
                 "    scale = 1 / sqrt(squares / n + epsilon);\n"
                 "    for (i = 0; i < n; i++) {\n"
                 "        y[i] = (T) ((double) y[i] * scale * (double) (g != 0 ? g[i] : N(1)));\n"
                 "    }\n"
                 "}\n"},
    {"residual", "static void lnt_add(const T *x, int n, T *y)\n"
                 "{\n"
                 "    int i;\n"
                 "    for (i = 0; i < n; i++) {\n"
                 "        y[i] += x[i];\n"
                 "    }\n"
                 "}\n"},
};

/* z is an element; alpha is the activation's parameter, if it has one. */
static const struct {
    lnt_activation activation;
    bool has_alpha;
    const char *expression;
} activations[] = {
    {LNT_RELU, false, "z < N(0) ? N(0) : z"},
    {LNT_LEAKY_RELU, true, "z > N(0) ? z : alpha * z"},
    {LNT_TANH, false, "F(tanh)(z)"},
    {LNT_SIGMOID, false, "z < N(0) ? F(exp)(z) / (N(1) + F(exp)(z)) : N(1) / (N(1) + F(exp)(-z))"},
    {LNT_ELU, true, "z > N(0) ? z : alpha * F(expm1)(z)"},
    {LNT_SELU, false, "z > N(0) ? N(1.0507009873554805) * z : N(1.7580993408473769) * F(expm1)(z)"},
    {LNT_GELU, false, "N(0.5) * z * F(erfc)(z * N(-0.7071067811865476))"},
    {LNT_GELU_TANH, false,
     "N(0.5) * z * (N(1) + F(tanh)(N(0.7978845608028654) * (z + N(0.044715) * z * z * z)))"},
    {LNT_SILU, false, "z < N(0) ? z * F(exp)(z) / (N(1) + F(exp)(z)) : z / (N(1) + F(exp)(-z))"},
    {LNT_SOFTPLUS, false, "F(log1p)(F(exp)(-F(fabs)(z))) + (z > N(0) ? z : N(0))"},
    {LNT_SOFTSIGN, false, "z / (N(1) + F(fabs)(z))"},
    {LNT_HARD_SIGMOID, false, "z <= N(-3) ? N(0) : z >= N(3) ? N(1) : z / N(6) + N(0.5)"},
    {LNT_HARD_SWISH, false, "z * (z <= N(-3) ? N(0) : z >= N(3) ? N(1) : z / N(6) + N(0.5))"},
    {LNT_SINE, true, "F(sin)(alpha * z)"},
};

enum { N_LAYERS = sizeof layer_helpers / sizeof layer_helpers[0] };
enum { N_ACTIVATIONS = sizeof activations / sizeof activations[0] };

/* Numbers need a decimal point before the suffix of float. */
static void write_number(const lnt_c_program *program, lnt_c_writer *text, const char *from,
                         size_t n)
{
    const bool whole = memchr(from, '.', n) == NULL;
    lnt_c_print(text, "%.*s%s%s", (int) n, from, whole ? ".0" : "",
                program->dtype == LNT_F32 ? "f" : "");
}

/* Replaces T, F and N. */
static void expand(const lnt_c_program *program, lnt_c_writer *text, const char *from)
{
    for (const char *c = from; *c != '\0';) {
        const bool begins = c == from || strchr(" (-*,", c[-1]) != NULL;
        if (begins && *c == 'T' && strchr(" )", c[1]) != NULL) {
            lnt_c_print(text, "%s", program->type);
            c++;
        } else if (begins && (*c == 'F' || *c == 'N') && c[1] == '(') {
            const size_t n = strcspn(c + 2, ")");
            if (*c == 'N') {
                write_number(program, text, c + 2, n);
            } else {
                lnt_c_print(text, "%.*s%s", (int) n, c + 2, program->dtype == LNT_F32 ? "f" : "");
            }
            c += n + 3;
        } else {
            lnt_c_print(text, "%c", *c++);
        }
    }
}

static bool has_layer(const lnt_c_program *program, const char *kind)
{
    for (size_t i = 0; i < lnt_net_n_layers(program->net); i++) {
        if (strcmp(lnt_layer_name(lnt_net_layer(program->net, i)), kind) == 0) {
            return true;
        }
    }
    return false;
}

static bool has_activation(const lnt_c_program *program, lnt_activation activation)
{
    for (size_t i = 0; i < lnt_net_n_layers(program->net); i++) {
        const lnt_layer *layer = lnt_net_layer(program->net, i);
        const char *kind = lnt_layer_name(layer);
        if ((strcmp(kind, "dense") == 0 || strcmp(kind, "activation") == 0) &&
            layer->activation == activation) {
            return true;
        }
    }
    return false;
}

static void write_activation(const lnt_c_program *program, lnt_c_writer *text, size_t i)
{
    lnt_c_print(text, "\nstatic void lnt_%s(%s%s%sint n, %s *y)\n{\n    int i;\n",
                lnt_activation_name(activations[i].activation),
                activations[i].has_alpha ? program->type : "",
                activations[i].has_alpha ? " alpha" : "", activations[i].has_alpha ? ", " : "",
                program->type);
    lnt_c_print(text, "    for (i = 0; i < n; i++) {\n        const %s z = y[i];\n        y[i] = ",
                program->type);
    expand(program, text, activations[i].expression);
    lnt_c_print(text, ";\n    }\n}\n");
}

void lnt_c_write_helpers(const lnt_c_program *program, lnt_c_writer *text)
{
    for (size_t i = 0; i < N_LAYERS; i++) {
        if (has_layer(program, layer_helpers[i].kind)) {
            lnt_c_print(text, "\n");
            expand(program, text, layer_helpers[i].text);
        }
    }
    for (size_t i = 0; i < N_ACTIVATIONS; i++) {
        if (has_activation(program, activations[i].activation)) {
            write_activation(program, text, i);
        }
    }
}
