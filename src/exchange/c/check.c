/* SPDX-License-Identifier: MIT */
#include "exchange/c/program.h"

#include <math.h>

/* Number of test cases that are generated if none are given. */
#define MADE_UP 5

/* The largest error allowed, relative to the largest number of the column. */
static double tolerance(lnt_dtype dtype)
{
    return dtype == LNT_F32 ? 0x1p-13 : 0x1p-33;
}

static double as(lnt_dtype dtype, double value)
{
    return dtype == LNT_F32 ? (double) (float) value : value;
}

/* A number in the range of the training data, if that is known. */
static double generated(const lnt_scaler *scaler, size_t i, size_t j)
{
    const double z = (double) ((i * 37 + j * 17 + 5) % 23) / 8 - 1.375;
    return scaler == NULL ? z : lnt_scaler_offset(scaler)[j] + z * lnt_scaler_scale(scaler)[j];
}

/* The net in double: the reference for the generated code. */
static lnt_status make_reference(const lnt_net *net, lnt_net **reference)
{
    const size_t n = lnt_net_n_layers(net);
    lnt_layer *layers = lnt_allocate(NULL, n, sizeof *layers);
    if (layers == NULL) {
        return LNT_ERR_MEMORY;
    }
    for (size_t i = 0; i < n; i++) {
        layers[i] = *lnt_net_layer(net, i);
        layers[i].weight_init = layers[i].bias_init = lnt_init_zeros();
    }
    const lnt_net_config config = {
        .dtype = LNT_F64, .inputs = lnt_net_inputs(net), .layers = layers, .n_layers = n};
    lnt_status status = lnt_net_create(reference, &config);
    lnt_release(NULL, layers);
    if (status == LNT_OK) {
        const lnt_tensor from = lnt_net_state_vector_read_only(net);
        lnt_tensor to = lnt_net_state_vector(*reference);
        status = lnt_copy(&from, &to);
    }
    return status;
}

static lnt_status unscale(const lnt_scaler *scaler, lnt_tensor *y)
{
    const size_t targets = lnt_scaler_cols(scaler);
    lnt_tensor part;
    LNT_TRY(lnt_slice_cols(y, 0, targets, 1, &part));
    LNT_TRY(lnt_scaler_inverse_transform(scaler, &part, &part));
    for (size_t j = targets; j < y->cols; j++) {
        LNT_TRY(lnt_slice_cols(y, j, 1, 1, &part));
        LNT_TRY(lnt_scale(fabs(lnt_scaler_scale(scaler)[j - targets]), &part));
    }
    return LNT_OK;
}

static lnt_status run_reference(const lnt_c_program *program, lnt_net *reference, lnt_tensor *x,
                                lnt_tensor *y)
{
    lnt_pass_config config = lnt_pass_defaults();
    config.max_rows = x->rows;
    config.mode = LNT_INFERENCE;
    lnt_pass *pass = NULL;
    lnt_tensor output;
    if (program->model->input_scaler != NULL) {
        LNT_TRY(lnt_scaler_transform(program->model->input_scaler, x, x));
    }
    LNT_TRY(lnt_pass_create(&pass, reference, &config));
    lnt_status status = lnt_pass_forward(pass, reference, x, &output);
    if (status == LNT_OK) {
        status = lnt_loss_inverse_link(&program->model->loss, &output, y);
    }
    lnt_pass_destroy(pass);
    return status == LNT_OK && program->model->target_scaler != NULL
               ? unscale(program->model->target_scaler, y)
               : status;
}

/* y = the model's predictions for x, which is overwritten. */
static lnt_status predict(const lnt_c_program *program, lnt_tensor *x, lnt_tensor *y)
{
    lnt_net *reference = NULL;
    lnt_status status = make_reference(program->net, &reference);
    if (status == LNT_OK) {
        status = run_reference(program, reference, x, y);
    }
    lnt_net_destroy(reference);
    return status;
}

static void write_matrix(const lnt_c_program *program, const char *what, lnt_dtype dtype,
                         const lnt_tensor *values, lnt_c_writer *text)
{
    lnt_c_print(text, "static const %s %s[%zu][%zu] = {", dtype == LNT_F32 ? "float" : "double",
                what, values->rows, values->cols);
    for (size_t i = 0; i < values->rows; i++) {
        lnt_c_print(text, "\n    {");
        text->column = 0;
        for (size_t j = 0; j < values->cols; j++) {
            lnt_c_list_item(text, dtype, lnt_tensor_get(values, i, j));
        }
        lnt_c_print(text, "\n    },");
    }
    lnt_c_print(text, "\n};\n");
    (void) program;
}

static void write_main(const lnt_c_program *program, const lnt_tensor *y, lnt_c_writer *text)
{
    lnt_c_print(text, "static const double case_most[%zu] = {", y->cols);
    text->column = 0;
    for (size_t j = 0; j < y->cols; j++) {
        double most = 0;
        for (size_t i = 0; i < y->rows; i++) {
            most = fmax(most, fabs(lnt_tensor_get(y, i, j)));
        }
        lnt_c_list_item(text, LNT_F64, most * tolerance(program->dtype));
    }
    lnt_c_print(text,
                "\n};\n\n"
                "int main(void)\n{\n    int bad = 0, i, j;\n    %s y[%zu];\n"
                "    for (i = 0; i < %zu; i++) {\n        %s(case_inputs[i], y);\n"
                "        for (j = 0; j < %zu; j++) {\n"
                "            const double error = fabs((double) y[j] - case_outputs[i][j]);\n"
                "            if (!(error <= case_most[j])) {\n"
                "                printf(\"case %%d, output %%d: expected %%.9g, found %%.9g\\n\", "
                "i, j,\n"
                "                       case_outputs[i][j], (double) y[j]);\n"
                "                bad = 1;\n            }\n        }\n    }\n"
                "    printf(\"%%d cases: %%s\\n\", i, bad ? \"some differ\" : \"all agree\");\n"
                "    return bad;\n}\n#endif\n",
                program->type, y->cols, y->rows, program->name, y->cols);
}

static lnt_status write_cases(const lnt_c_program *program, lnt_tensor *x, lnt_tensor *y,
                              lnt_c_writer *text, lnt_error *error)
{
    lnt_c_print(text, "\n#ifdef %s_TEST\n#include <stdio.h>\n\n", program->macro);
    write_matrix(program, "case_inputs", program->dtype, x, text);
    LNT_TRY(predict(program, x, y));
    bool finite;
    LNT_TRY(lnt_all_finite(y, &finite, NULL, NULL));
    if (!finite) {
        return lnt_fail(error, LNT_ERR_NONFINITE,
                        "cases: the model's output for one of them is not finite");
    }
    write_matrix(program, "case_outputs", LNT_F64, y, text);
    write_main(program, y, text);
    return LNT_OK;
}

lnt_status lnt_c_write_check(const lnt_c_program *program, const lnt_tensor *cases,
                             lnt_c_writer *text, lnt_error *error)
{
    const size_t rows = cases != NULL ? cases->rows : MADE_UP;
    double *memory =
        lnt_allocate(NULL, rows, (program->inputs + program->outputs) * sizeof *memory);
    if (memory == NULL) {
        return LNT_ERR_MEMORY;
    }
    lnt_tensor x = lnt_tensor_f64(memory, rows, program->inputs),
               y = lnt_tensor_f64(memory + rows * program->inputs, rows, program->outputs);
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < program->inputs; j++) {
            const double value = cases != NULL ? lnt_tensor_get(cases, i, j)
                                               : generated(program->model->input_scaler, i, j);
            memory[i * program->inputs + j] = as(program->dtype, value);
        }
    }
    const lnt_status status = write_cases(program, &x, &y, text, error);
    lnt_release(NULL, memory);
    return status;
}
