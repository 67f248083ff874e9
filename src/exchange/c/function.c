/* SPDX-License-Identifier: MIT */
#include "exchange/c/program.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The state of writing the function: which array holds the current columns. */
typedef struct emitter {
    const lnt_c_program *program;
    lnt_c_writer *text;
    const char *current; /* "x", "a" or "b" */
} emitter;

static bool is(const lnt_layer *layer, const char *kind)
{
    return strcmp(lnt_layer_name(layer), kind) == 0;
}

static size_t width_before(const lnt_c_program *program, size_t i)
{
    return i == 0 ? program->inputs : lnt_net_layer_outputs(program->net, i - 1);
}

/* Whether a residual layer adds the input of layer i later. */
static bool is_saved(const lnt_c_program *program, size_t i)
{
    for (size_t k = i + 1; k < lnt_net_n_layers(program->net); k++) {
        if (is(lnt_net_layer(program->net, k), "residual") &&
            lnt_net_layer(program->net, k)->skip_depth == k - i) {
            return true;
        }
    }
    return false;
}

size_t lnt_c_stack_bytes(const lnt_c_program *program)
{
    return (2 * program->widest + program->saved_inputs) * lnt_dtype_size(program->dtype);
}

/* --- data --- */

static void start_array(const lnt_c_program *program, lnt_c_writer *text, const char *type,
                        const char *name, size_t count)
{
    lnt_c_print(text, "\nstatic const %s %s_%s[%zu] = {", type, program->name, name, count);
    text->column = 0;
}

static void write_values(const lnt_c_program *program, lnt_c_writer *text, const char *name,
                         const lnt_tensor *values)
{
    start_array(program, text, program->type, name, values->rows * values->cols);
    for (size_t i = 0; i < values->rows; i++) {
        for (size_t j = 0; j < values->cols; j++) {
            lnt_c_list_item(text, program->dtype, lnt_tensor_get(values, i, j));
        }
    }
    lnt_c_print(text, "\n};\n");
}

static void write_doubles(const lnt_c_program *program, lnt_c_writer *text, const char *name,
                          const double *values, size_t count)
{
    start_array(program, text, "double", name, count);
    for (size_t i = 0; i < count; i++) {
        lnt_c_list_item(text, LNT_F64, values[i]);
    }
    lnt_c_print(text, "\n};\n");
}

/* "layers.3.weight" as "3_weight". */
static void array_name(const char *tensor, char name[sizeof((lnt_parameter *) NULL)->name])
{
    const size_t prefix = strlen("layers.");
    (void) strcpy(name, tensor + prefix);
    for (char *c = name; *c != '\0'; c++) {
        *c = *c == '.' ? '_' : *c;
    }
}

static bool find(const lnt_c_program *program, size_t layer, const char *suffix, lnt_parameter *p)
{
    for (size_t i = 0; lnt_net_parameter(program->net, i, p) == LNT_OK; i++) {
        const size_t length = strlen(p->name), end = strlen(suffix);
        if (p->layer == layer && length > end && strcmp(p->name + length - end, suffix) == 0) {
            return true;
        }
    }
    for (size_t i = 0; lnt_net_running_stat(program->net, i, p) == LNT_OK; i++) {
        const size_t length = strlen(p->name), end = strlen(suffix);
        if (p->layer == layer && length > end && strcmp(p->name + length - end, suffix) == 0) {
            return true;
        }
    }
    return false;
}

/* The scale of a batch norm's columns: gain over running deviation. */
static void write_batch_scale(const lnt_c_program *program, lnt_c_writer *text, size_t layer)
{
    lnt_parameter variance, gain;
    char name[32];
    const bool has_gain = find(program, layer, ".weight", &gain);
    if (!find(program, layer, ".running_var", &variance)) {
        return;
    }
    (void) snprintf(name, sizeof name, "%zu_scale", layer);
    start_array(program, text, program->type, name, variance.value.cols);
    for (size_t j = 0; j < variance.value.cols; j++) {
        const double root = sqrt(lnt_tensor_get(&variance.value, 0, j) +
                                 lnt_net_layer(program->net, layer)->epsilon);
        lnt_c_list_item(text, program->dtype,
                        (has_gain ? lnt_tensor_get(&gain.value, 0, j) : 1) / root);
    }
    lnt_c_print(text, "\n};\n");
}

static bool is_in_scale(const lnt_c_program *program, const lnt_parameter *p)
{
    const size_t length = strlen(p->name);
    return is(lnt_net_layer(program->net, p->layer), "batch_norm") &&
           (strcmp(p->name + length - 7, ".weight") == 0 || p->name[length - 1] == 'r');
}

void lnt_c_write_data(const lnt_c_program *program, lnt_c_writer *text)
{
    const lnt_model *model = program->model;
    lnt_parameter p;
    char name[sizeof p.name];
    for (size_t i = 0; lnt_net_parameter(program->net, i, &p) == LNT_OK; i++) {
        if (!is_in_scale(program, &p)) {
            array_name(p.name, name);
            write_values(program, text, name, &p.value);
        }
    }
    for (size_t i = 0; lnt_net_running_stat(program->net, i, &p) == LNT_OK; i++) {
        if (!is_in_scale(program, &p)) {
            array_name(p.name, name);
            write_values(program, text, name, &p.value);
        }
    }
    for (size_t i = 0; i < lnt_net_n_layers(program->net); i++) {
        if (is(lnt_net_layer(program->net, i), "batch_norm")) {
            write_batch_scale(program, text, i);
        }
    }
    const lnt_scaler *const scalers[] = {model->input_scaler, model->target_scaler};
    static const char *const names[][2] = {{"input_offset", "input_scale"},
                                           {"target_offset", "target_scale"}};
    for (size_t i = 0; i < 2; i++) {
        if (scalers[i] != NULL) {
            const size_t cols = lnt_scaler_cols(scalers[i]);
            write_doubles(program, text, names[i][0], lnt_scaler_offset(scalers[i]), cols);
            write_doubles(program, text, names[i][1], lnt_scaler_scale(scalers[i]), cols);
        }
    }
}

/* --- the function --- */

/* Copies the columns if they are in x, which in-place operations must not change. */
static void copy_x(emitter *p, size_t width)
{
    if (strcmp(p->current, "x") == 0) {
        lnt_c_print(p->text, "    for (i = 0; i < %zu; i++) {\n        a[i] = x[i];\n    }\n",
                    width);
        p->current = "a";
    }
}

/* "NAME_3_bias", or 0 if the layer has none. */
static void write_array(const emitter *p, size_t layer, const char *suffix)
{
    lnt_parameter found;
    if (find(p->program, layer, suffix, &found)) {
        lnt_c_print(p->text, "%s_%zu_%s", p->program->name, layer, suffix + 1);
    } else {
        lnt_c_print(p->text, "0");
    }
}

static void write_activation(emitter *p, const lnt_layer *layer, size_t width)
{
    if (layer->activation == LNT_IDENTITY) {
        return;
    }
    copy_x(p, width);
    lnt_c_print(p->text, "    lnt_%s(", lnt_activation_name(layer->activation));
    if (layer->activation == LNT_LEAKY_RELU || layer->activation == LNT_ELU ||
        layer->activation == LNT_SINE) {
        const double alpha =
            p->program->dtype == LNT_F32 ? (double) (float) layer->alpha : layer->alpha;
        lnt_c_number(p->text, p->program->dtype, alpha);
        lnt_c_print(p->text, ", ");
    }
    lnt_c_print(p->text, "%zu, %s);\n", width, p->current);
}

static void write_norm(emitter *p, size_t i, const char *kind, size_t width)
{
    const lnt_layer *layer = lnt_net_layer(p->program->net, i);
    copy_x(p, width);
    lnt_c_print(p->text, "    lnt_%s(", kind);
    if (is(layer, "batch_norm")) {
        lnt_c_print(p->text, "%s_%zu_running_mean, %s_%zu_scale, ", p->program->name, i,
                    p->program->name, i);
        write_array(p, i, ".bias");
    } else {
        write_array(p, i, ".weight");
        if (is(layer, "layer_norm")) {
            lnt_c_print(p->text, ", ");
            write_array(p, i, ".bias");
        }
        lnt_c_print(p->text, ", ");
        lnt_c_number(p->text, LNT_F64, layer->epsilon);
    }
    lnt_c_print(p->text, ", %zu, %s);\n", width, p->current);
}

static void write_dense(emitter *p, size_t i, size_t inputs, size_t units)
{
    const char *to = strcmp(p->current, "a") == 0 ? "b" : "a";
    lnt_c_print(p->text, "    lnt_dense(");
    write_array(p, i, ".weight");
    lnt_c_print(p->text, ", ");
    write_array(p, i, ".bias");
    lnt_c_print(p->text, ", %zu, %zu, %s, %s);\n", inputs, units, p->current, to);
    p->current = to;
}

static void write_layer(emitter *p, size_t i)
{
    const lnt_layer *layer = lnt_net_layer(p->program->net, i);
    const size_t inputs = width_before(p->program, i),
                 outputs = lnt_net_layer_outputs(p->program->net, i);
    if (is_saved(p->program, i)) {
        lnt_c_print(p->text,
                    "    for (i = 0; i < %zu; i++) {\n        kept%zu[i] = %s[i];\n    }\n", inputs,
                    i, p->current);
    }
    if (is(layer, "dense")) {
        write_dense(p, i, inputs, outputs);
        write_activation(p, layer, outputs);
    } else if (is(layer, "activation")) {
        write_activation(p, layer, outputs);
    } else if (is(layer, "prelu")) {
        copy_x(p, inputs);
        lnt_c_print(p->text, "    lnt_prelu(");
        write_array(p, i, ".weight");
        lnt_c_print(p->text, ", %zu, %s);\n", inputs, p->current);
    } else if (is(layer, "residual")) {
        copy_x(p, inputs);
        lnt_c_print(p->text, "    lnt_add(kept%zu, %zu, %s);\n", i - layer->skip_depth, inputs,
                    p->current);
    } else if (!is(layer, "dropout")) {
        write_norm(p, i, lnt_layer_name(layer), inputs);
    }
}

static void write_input(emitter *p)
{
    if (p->program->model->input_scaler != NULL) {
        const char *name = p->program->name;
        lnt_c_print(p->text,
                    "    for (i = 0; i < %zu; i++) {\n"
                    "        const double z = (double) x[i] - %s_input_offset[i];\n"
                    "        a[i] = (%s) (z / %s_input_scale[i]);\n    }\n",
                    p->program->inputs, name, p->program->type, name);
        p->current = "a";
    }
}

/* Writes the inverse link, see lnt_loss_inverse_link, in double, as the library computes it. */
static void write_link(const emitter *p)
{
    const lnt_c_program *program = p->program;
    lnt_c_writer *text = p->text;
    const size_t n = program->outputs;
    const char *type = program->type;
    switch (program->model->loss.kind) {
    case LNT_LOSS_SOFTMAX_CROSS_ENTROPY:
        lnt_c_print(
            text,
            "    for (i = 1; i < %zu; i++) {\n        top = y[i] > top ? y[i] : top;\n    }\n"
            "    for (i = 0; i < %zu; i++) {\n"
            "        sum += exp((double) y[i] - (double) top);\n    }\n"
            "    for (i = 0; i < %zu; i++) {\n"
            "        y[i] = (%s) (exp((double) y[i] - (double) top) / sum);\n    }\n",
            n, n, n, type);
        break;
    case LNT_LOSS_BINARY_CROSS_ENTROPY:
        lnt_c_print(text,
                    "    for (i = 0; i < %zu; i++) {\n"
                    "        const double e = exp(-fabs((double) y[i]));\n"
                    "        y[i] = (%s) ((y[i] > 0 ? 1 : e) / (1 + e));\n    }\n",
                    n, type);
        break;
    case LNT_LOSS_POISSON:
        lnt_c_print(text,
                    "    for (i = 0; i < %zu; i++) {\n        y[i] = (%s) exp((double) y[i]);\n"
                    "    }\n",
                    n, type);
        break;
    case LNT_LOSS_GAUSSIAN:
        lnt_c_print(text,
                    "    for (i = %zu; i < %zu; i++) { /* deviations */\n"
                    "        const double s = (double) y[i];\n"
                    "        y[i] = (%s) sqrt(log1p(exp(-fabs(s))) + (s > 0 ? s : 0) + ",
                    n / 2, n, type);
        lnt_c_number(text, LNT_F64, program->model->loss.epsilon);
        lnt_c_print(text, ");\n    }\n");
        break;
    default:
        break;
    }
}

static void write_output(const emitter *p)
{
    const lnt_c_program *program = p->program;
    lnt_c_print(p->text, "    for (i = 0; i < %zu; i++) {\n        y[i] = %s[i];\n    }\n",
                program->outputs, p->current);
    if (program->model->loss.kind == LNT_LOSS_SOFTMAX_CROSS_ENTROPY) {
        lnt_c_print(p->text, "    top = y[0];\n");
    }
    write_link(p);
    const lnt_scaler *scaler = program->model->target_scaler;
    if (scaler == NULL) {
        return;
    }
    const size_t targets = lnt_scaler_cols(scaler);
    lnt_c_print(p->text,
                "    for (i = 0; i < %zu; i++) {\n"
                "        const double z = (double) y[i] * %s_target_scale[i];\n"
                "        y[i] = (%s) (z + %s_target_offset[i]);\n"
                "    }\n",
                targets, program->name, program->type, program->name);
    if (targets < program->outputs) {
        lnt_c_print(p->text,
                    "    for (i = %zu; i < %zu; i++) {\n"
                    "        y[i] = (%s) ((double) y[i] * fabs(%s_target_scale[i - %zu]));\n"
                    "    }\n",
                    targets, program->outputs, program->type, program->name, targets);
    }
}

void lnt_c_write_function(const lnt_c_program *program, lnt_c_writer *text)
{
    emitter p = {.program = program, .text = text, .current = "x"};
    lnt_c_print(text, "\nvoid %s(const %s *x, %s *y)\n{\n    %s a[%zu], b[%zu];\n", program->name,
                program->type, program->type, program->type, program->widest, program->widest);
    for (size_t i = 0; i < lnt_net_n_layers(program->net); i++) {
        if (is_saved(program, i)) {
            lnt_c_print(text, "    %s kept%zu[%zu];\n", program->type, i, width_before(program, i));
        }
    }
    if (program->model->loss.kind == LNT_LOSS_SOFTMAX_CROSS_ENTROPY) {
        lnt_c_print(text, "    %s top;\n    double sum = 0;\n", program->type);
    }
    lnt_c_print(text, "    int i;\n    (void) a;\n    (void) b;\n");
    write_input(&p);
    for (size_t i = 0; i < lnt_net_n_layers(program->net); i++) {
        write_layer(&p, i);
    }
    write_output(&p);
    lnt_c_print(text, "}\n");
}
