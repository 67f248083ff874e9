/* SPDX-License-Identifier: MIT */
#include "base/files/file_error.h"
#include "exchange/c/program.h"

#include <linnet/build.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Keywords of C and C++, and names of <math.h>, <stdio.h> and every program. */
static const char *const reserved[] = {
    "alignas",   "alignof",     "and",         "asm",   "auto",     "bool",      "break",
    "case",      "catch",       "char",        "class", "const",    "continue",  "default",
    "delete",    "do",          "double",      "else",  "enum",     "explicit",  "export",
    "extern",    "false",       "float",       "for",   "friend",   "goto",      "if",
    "inline",    "int",         "long",        "main",  "mutable",  "namespace", "new",
    "not",       "nullptr",     "operator",    "or",    "private",  "protected", "public",
    "register",  "restrict",    "return",      "short", "signed",   "sizeof",    "static",
    "struct",    "switch",      "template",    "this",  "throw",    "true",      "try",
    "typedef",   "typeid",      "typename",    "union", "unsigned", "using",     "virtual",
    "void",      "volatile",    "while",       "xor",   "acos",     "asin",      "atan",
    "atan2",     "cbrt",        "ceil",        "cos",   "cosh",     "erf",       "erfc",
    "exp",       "exp2",        "expm1",       "fabs",  "floor",    "fma",       "fmax",
    "fmin",      "fmod",        "frexp",       "gamma", "hypot",    "j0",        "j1",
    "jn",        "ldexp",       "lgamma",      "log",   "log10",    "log1p",     "log2",
    "logb",      "modf",        "nan",         "pow",   "printf",   "remainder", "rint",
    "round",     "sin",         "sinh",        "sqrt",  "tan",      "tanh",      "tgamma",
    "trunc",     "y0",          "y1",          "yn",    "puts",     "remove",    "rename",
    "case_most", "case_inputs", "case_outputs"};

static bool is_reserved(const char *name)
{
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
        if (strcmp(reserved[i], name) == 0) {
            return true;
        }
    }
    return strncmp(name, "lnt_", 4) == 0;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Identifiers that begin with _ are reserved for the compiler. */
static bool is_identifier(const char *name)
{
    size_t n = 0;
    for (; name[n] != '\0'; n++) {
        if (!is_letter(name[n]) && !(n > 0 && is_digit(name[n]))) {
            return false;
        }
    }
    return n > 0 && n < LNT_C_NAME_LENGTH && name[0] != '_';
}

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* "my-net.c" gives my_net. */
static void name_from_file(const char *path, char name[LNT_C_NAME_LENGTH])
{
    const char *base = base_of(path);
    const size_t length = strlen(base) - 2;
    size_t n = 0;
    if (length == 0 || !is_letter(base[0]) || base[0] == '_') {
        name[n++] = 'n';
    }
    for (size_t i = 0; i < length && n + 5 < LNT_C_NAME_LENGTH; i++) {
        name[n++] = is_letter(base[i]) || is_digit(base[i]) ? base[i] : '_';
    }
    name[n] = '\0';
    if (is_reserved(name)) {
        (void) strcat(name, "_net");
    }
}

static lnt_status choose_name(lnt_c_program *program, const char *path, const char *name,
                              lnt_error *error)
{
    const char *base = base_of(path);
    const size_t length = strlen(base);
    for (const char *c = base; *c != '\0'; c++) {
        if (*c < ' ' || *c > '~' || *c == '"' || *c == '\\') {
            return lnt_file_fail(error, LNT_ERR_INVALID, path,
                                 "expected a file name of printable ASCII without quotes and "
                                 "backslashes: the source contains it");
        }
    }
    if (length < 2 || strcmp(base + length - 2, ".c") != 0) {
        return lnt_file_fail(error, LNT_ERR_INVALID, path,
                             "expected a file name that ends in .c; the header's will end in .h");
    }
    if (name == NULL) {
        name_from_file(path, program->name);
    } else if (!is_identifier(name) || is_reserved(name)) {
        return lnt_file_fail(error, LNT_ERR_INVALID, path,
                             "expected a name that a function can have in C and C++, at most %d "
                             "bytes, found '%s'",
                             LNT_C_NAME_LENGTH - 1, lnt_excerpt_of(name).text);
    } else {
        (void) strcpy(program->name, name);
    }
    for (size_t i = 0; i <= strlen(program->name); i++) {
        const char c = program->name[i];
        program->macro[i] = c >= 'a' && c <= 'z' ? (char) (c - 'a' + 'A') : c;
    }
    return LNT_OK;
}

/* Checks that every number is finite in the type of the function. */
static lnt_status check_numbers(const lnt_c_program *program, const char *path, lnt_error *error)
{
    const lnt_tensor state = lnt_net_state_vector_read_only(program->net);
    for (size_t i = 0; i < state.cols; i++) {
        const double value = lnt_tensor_get(&state, 0, i);
        if (!isfinite(value) || (program->dtype == LNT_F32 && !isfinite((float) value))) {
            return lnt_file_fail(error, LNT_ERR_NONFINITE, path,
                                 "a parameter of the model, %zu of %zu, is not finite as %s", i + 1,
                                 state.cols, lnt_dtype_name(program->dtype));
        }
    }
    return LNT_OK;
}

static lnt_status check_loss(const lnt_model *model, const char *path, lnt_error *error)
{
    const lnt_scaler *scaler = model->target_scaler;
    const size_t outputs = lnt_net_outputs(model->net);
    const size_t targets = lnt_loss_target_cols(model->loss.kind, outputs);
    if (targets == 0 || (scaler != NULL && lnt_scaler_cols(scaler) != targets) ||
        (scaler != NULL && lnt_loss_is_classification(model->loss.kind)) ||
        (model->input_scaler != NULL &&
         lnt_scaler_cols(model->input_scaler) != lnt_net_inputs(model->net))) {
        return lnt_file_fail(error, LNT_ERR_INVALID, path,
                             "the model's loss, scalers and net do not fit together");
    }
    return LNT_OK;
}

static void count_columns(lnt_c_program *program)
{
    program->widest = program->inputs;
    for (size_t i = 0; i < lnt_net_n_layers(program->net); i++) {
        const size_t outputs = lnt_net_layer_outputs(program->net, i);
        const lnt_layer *layer = lnt_net_layer(program->net, i);
        program->widest = outputs > program->widest ? outputs : program->widest;
        program->saved_inputs += strcmp(lnt_layer_name(layer), "residual") == 0 ? outputs : 0;
    }
}

/* --- the files --- */

static void write_names(lnt_c_writer *text, const char *what, const lnt_names *names)
{
    for (size_t i = 0; i < lnt_names_count(names); i++) {
        lnt_c_print(text, " * %s %zu: ", what, i);
        lnt_c_comment(text, lnt_names_get(names, i));
        lnt_c_print(text, "\n");
    }
}

static void write_comment(const lnt_c_program *program, const char *base, lnt_c_writer *text)
{
    size_t inputs = program->inputs;
    lnt_c_print(text,
                "/*\n * Made by linnet %s from a model; changes are lost when it is made again.\n",
                lnt_version());
    lnt_c_print(text, " *\n * void %s(const %s *x, %s *y): %zu numbers to %zu; y may be x.\n",
                program->name, program->type, program->type, program->inputs, program->outputs);
    lnt_c_print(text, " * It allocates nothing, keeps nothing, and takes %zu bytes of stack.\n",
                lnt_c_stack_bytes(program));
    lnt_c_print(text,
                " * To check it:\n *     cc -std=c99 -D%s_TEST %s -lm -o check && ./check\n *\n",
                program->macro, base);
    for (size_t i = 0; i < lnt_net_n_layers(program->net); i++) {
        const lnt_layer *layer = lnt_net_layer(program->net, i);
        const char *kind = lnt_layer_name(layer);
        const bool active = strcmp(kind, "dense") == 0 || strcmp(kind, "activation") == 0;
        const size_t outputs = lnt_net_layer_outputs(program->net, i);
        lnt_c_print(text, " * layer %zu: %s, %zu to %zu%s%s\n", i, kind, inputs, outputs,
                    active ? ", " : "", active ? lnt_activation_name(layer->activation) : "");
        inputs = outputs;
    }
    lnt_c_print(text, " * loss: %s; inputs are %s, outputs are %s\n",
                lnt_loss_name(program->model->loss.kind),
                program->model->input_scaler != NULL ? "raw and scaled here" : "taken as they are",
                lnt_loss_is_classification(program->model->loss.kind) ? "probabilities"
                                                                      : "in the targets' unit");
    write_names(text, "input", program->model->input_names);
    write_names(text, "target", program->model->target_names);
    write_names(text, "class", program->model->class_names);
    lnt_c_print(text, " */\n");
}

static lnt_status write_header(const lnt_c_program *program, const char *path, const char *base,
                               lnt_c_writer *text, lnt_error *error)
{
    LNT_TRY(lnt_c_open(text, path, error));
    write_comment(program, base, text);
    lnt_c_print(text, "#ifndef %s_H\n#define %s_H\n\n", program->macro, program->macro);
    lnt_c_print(text, "#define %s_INPUTS %zu\n#define %s_OUTPUTS %zu\n\n", program->macro,
                program->inputs, program->macro, program->outputs);
    lnt_c_print(text, "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
    lnt_c_print(text, "void %s(const %s *x, %s *y);\n", program->name, program->type,
                program->type);
    if (program->model->class_names != NULL) {
        lnt_c_print(text, "extern const char *const %s_classes[%zu];\n", program->name,
                    lnt_names_count(program->model->class_names));
    }
    lnt_c_print(text, "\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
    return lnt_c_close(text);
}

static void write_classes(const lnt_c_program *program, lnt_c_writer *text)
{
    const lnt_names *names = program->model->class_names;
    if (names == NULL) {
        return;
    }
    lnt_c_print(text, "\nconst char *const %s_classes[%zu] = {\n", program->name,
                lnt_names_count(names));
    for (size_t i = 0; i < lnt_names_count(names); i++) {
        lnt_c_print(text, "    ");
        lnt_c_string(text, lnt_names_get(names, i));
        lnt_c_print(text, ",\n");
    }
    lnt_c_print(text, "};\n");
}

static lnt_status write_source(const lnt_c_program *program, const char *path, const char *base,
                               const lnt_tensor *cases, lnt_c_writer *text, lnt_error *error)
{
    LNT_TRY(lnt_c_open(text, path, error));
    write_comment(program, base, text);
    lnt_c_print(text, "#include \"%.*s.h\"\n\n#include <math.h>\n#include <stddef.h>\n",
                (int) strlen(base) - 2, base);
    write_classes(program, text);
    lnt_c_write_data(program, text);
    lnt_c_write_helpers(program, text);
    lnt_c_write_function(program, text);
    const lnt_status status = lnt_c_write_check(program, cases, text, error);
    if (status != LNT_OK) {
        lnt_c_abandon(text);
        return status == LNT_ERR_MEMORY ? lnt_file_fail_memory(error, path) : status;
    }
    return lnt_c_close(text);
}

static lnt_status write_both(const lnt_c_program *program, const char *path,
                             const lnt_tensor *cases, lnt_error *error)
{
    const size_t length = strlen(path);
    char *header = lnt_allocate(NULL, length + 1, 1);
    lnt_c_writer *text = lnt_allocate(NULL, 1, sizeof *text);
    lnt_status status = LNT_ERR_MEMORY;
    if (header != NULL && text != NULL) {
        memcpy(header, path, length + 1);
        header[length - 1] = 'h';
        status = write_source(program, path, base_of(path), cases, text, error);
        if (status == LNT_OK) {
            status = write_header(program, header, base_of(path), text, error);
        }
    } else {
        status = lnt_file_fail_memory(error, path);
    }
    lnt_release(NULL, text);
    lnt_release(NULL, header);
    return status;
}

static lnt_status check_cases(const lnt_c_program *program, const lnt_tensor *cases,
                              const char *path, lnt_error *error)
{
    if (cases == NULL) {
        return LNT_OK;
    }
    if (cases->cols != program->inputs || cases->rows == 0) {
        return lnt_file_fail(error, LNT_ERR_SHAPE, path,
                             "cases are [%zu, %zu], expected [1 or more, %zu]", cases->rows,
                             cases->cols, program->inputs);
    }
    bool finite;
    LNT_TRY(lnt_all_finite(cases, &finite, NULL, NULL));
    return finite ? LNT_OK
                  : lnt_file_fail(error, LNT_ERR_NONFINITE, path,
                                  "a case has a number that is "
                                  "not finite");
}

lnt_status lnt_c_export(const lnt_model *model, const char *path, const lnt_c_options *options,
                        lnt_error *error)
{
    if (model == NULL || model->net == NULL || path == NULL) {
        return lnt_fail(error, LNT_ERR_NULL,
                        "model to export: the model, its net or the path is "
                        "NULL");
    }
    const lnt_c_options given = options != NULL ? *options : (lnt_c_options){.name = NULL};
    lnt_c_program program = {.model = model,
                             .net = model->net,
                             .dtype = given.dtype != 0 ? given.dtype : lnt_net_dtype(model->net),
                             .inputs = lnt_net_inputs(model->net),
                             .outputs = lnt_net_outputs(model->net)};
    if (program.dtype != LNT_F32 && program.dtype != LNT_F64) {
        return lnt_file_fail(error, LNT_ERR_DTYPE, path, "expected dtype f32 or f64");
    }
    program.type = program.dtype == LNT_F32 ? "float" : "double";
    LNT_TRY(choose_name(&program, path, given.name, error));
    LNT_TRY(check_loss(model, path, error));
    LNT_TRY(check_numbers(&program, path, error));
    LNT_TRY(check_cases(&program, given.cases, path, error));
    count_columns(&program);
    return write_both(&program, path, given.cases, error);
}
