/* SPDX-License-Identifier: MIT */
#include "report.h"
#include "text.h"
#include "verb.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>

typedef struct info_settings {
    bool json;
} info_settings;

static const lnt_cli_option options[] = {
    {.name = "json",
     .kind = LNT_CLI_SWITCH,
     .offset = offsetof(info_settings, json),
     .initial = "no",
     .help = "Print it as JSON"},
};

static const lnt_cli_group output_group = {"Output:", options, 1, 0};

static const lnt_cli_group *const groups[] = {&output_group};

/* Whether the layer has an activation of its own, as its name tells. */
static bool has_activation(const lnt_layer *layer)
{
    const char *name = lnt_layer_name(layer);
    return strcmp(name, "dense") == 0 || strcmp(name, "activation") == 0;
}

static bool has_alpha(const lnt_layer *layer)
{
    return layer->activation == LNT_LEAKY_RELU || layer->activation == LNT_ELU ||
           layer->activation == LNT_SINE;
}

/* Numbers that kinds of layers have, besides their shapes. */
static const struct {
    const char *kind;
    const char *name;
    size_t offset;
} numbers[] = {
    {"dropout", "rate", offsetof(lnt_layer, rate)},
    {"batch_norm", "epsilon", offsetof(lnt_layer, epsilon)},
    {"batch_norm", "momentum", offsetof(lnt_layer, momentum)},
    {"layer_norm", "epsilon", offsetof(lnt_layer, epsilon)},
    {"rms_norm", "epsilon", offsetof(lnt_layer, epsilon)},
};

enum { N_NUMBERS = sizeof numbers / sizeof numbers[0] };

static double number_of(const lnt_layer *layer, size_t i)
{
    double value;
    memcpy(&value, (const char *) layer + numbers[i].offset, sizeof value);
    return value;
}

static void print_layer(const lnt_layer *layer, size_t i, size_t inputs, size_t outputs)
{
    printf("layer %-3zu     %s %zu -> %zu", i, lnt_layer_name(layer), inputs, outputs);
    if (has_activation(layer)) {
        printf(", %s", lnt_activation_name(layer->activation));
        if (has_alpha(layer)) {
            printf(", alpha %g", layer->alpha);
        }
    }
    for (size_t k = 0; k < N_NUMBERS; k++) {
        if (strcmp(numbers[k].kind, lnt_layer_name(layer)) == 0) {
            printf(", %s %g", numbers[k].name, number_of(layer, k));
        }
    }
    if (layer->span > 0) {
        printf(", adds the input of layer %zu", i - layer->span);
    }
    putchar('\n');
}

static void print_tensor(lnt_status status, const lnt_parameter *parameter)
{
    char sum[LNT_SUM_LENGTH];
    if (status == LNT_OK && lnt_tensor_sum(&parameter->value, sum) == LNT_OK) {
        printf("tensor        %s [%zu, %zu], XXH3 %s\n", parameter->name, parameter->value.rows,
               parameter->value.cols, sum);
    }
}

static void print_layers(lnt_net *net)
{
    size_t inputs = lnt_net_inputs(net);
    lnt_parameter parameter;
    for (size_t i = 0; i < lnt_net_n_layers(net); i++) {
        const size_t outputs = lnt_net_layer_outputs(net, i);
        print_layer(lnt_net_layer(net, i), i, inputs, outputs);
        inputs = outputs;
    }
    for (size_t i = 0; i < lnt_net_n_tensors(net); i++) {
        print_tensor(lnt_net_tensor(net, i, &parameter), &parameter);
    }
    for (size_t i = 0; i < lnt_net_n_statistics(net); i++) {
        print_tensor(lnt_net_statistic(net, i, &parameter), &parameter);
    }
}

/* As many names as fit on a line, and how many there are. */
static void print_names(const char *title, const lnt_names *names)
{
    const size_t count = lnt_names_count(names);
    if (count == 0) {
        return;
    }
    printf("%-14s%zu: ", title, count);
    size_t used = 0, i = 0;
    for (; i < count; i++) {
        const char *name = lnt_names_get(names, i);
        used += lnt_cli_width(name) + 2;
        if (i > 0 && used > 56) {
            break;
        }
        fputs(i > 0 ? ", " : "", stdout);
        lnt_cli_print_name(stdout, name, 0);
    }
    fputs(i < count ? ", ...\n" : "\n", stdout);
}

static void print_score(const char *title, double loss, double accuracy)
{
    if (isnan(loss)) {
        return;
    }
    printf("%-14sloss %.6g", title, loss);
    if (!isnan(accuracy)) {
        printf(", accuracy %.4f", accuracy);
    }
    putchar('\n');
}

static void print_text(const lnt_model *model)
{
    const lnt_record *record = &model->record;
    const bool classifier = lnt_loss_is_classification(model->loss.kind);
    printf("task          %s\n", classifier ? "classification" : "regression");
    printf("loss          %s\n", lnt_loss_name(model->loss.kind));
    printf("dtype         %s\n", lnt_dtype_name(lnt_net_dtype(model->net)));
    printf("parameters    %zu\n", lnt_net_n_parameters(model->net));
    print_layers(model->net);
    printf("inputs        %s\n", model->input_scaler != NULL ? "scaled" : "as they are");
    printf("targets       %s\n", model->target_scaler != NULL ? "scaled" : "as they are");
    print_names("input names", model->input_names);
    print_names("target names", model->target_names);
    print_names("classes", model->class_names);
    if (record->epochs > 0) {
        printf("trained       %zu epochs on %zu rows, %zu held out, seed %llu\n", record->epochs,
               record->train_rows, record->validation_rows, (unsigned long long) record->seed);
    }
    const lnt_laplace_info *laplace = lnt_laplace_get_info(model->laplace);
    if (laplace != NULL) {
        printf(
            "laplace       %s, %zu parameters, %.1f settled by %zu rows, prior precision %.4g, log "
            "marginal likelihood %.6g\n",
            lnt_laplace_structure_name(laplace->structure), laplace->parameters, laplace->effective,
            laplace->rows, laplace->prior_precision, laplace->log_marginal);
    }
    print_score("training", record->train_loss, record->train_accuracy);
    print_score("held out", record->validation_loss, record->validation_accuracy);
}

static json_t *names_json(const lnt_names *names)
{
    if (names == NULL) {
        return json_null();
    }
    json_t *list = json_array();
    for (size_t i = 0; i < lnt_names_count(names); i++) {
        if (json_array_append_new(list, lnt_cli_json_text(lnt_names_get(names, i))) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* Those that mean something for the layer. */
static void add_layer_fields(json_t *one, const lnt_layer *layer)
{
    if (has_activation(layer)) {
        const char *name = lnt_activation_name(layer->activation);
        json_object_set_new(one, "activation", lnt_cli_json_text(name));
        if (has_alpha(layer)) {
            json_object_set_new(one, "alpha", lnt_cli_json_number(layer->alpha));
        }
    }
    for (size_t k = 0; k < N_NUMBERS; k++) {
        if (strcmp(numbers[k].kind, lnt_layer_name(layer)) == 0) {
            json_object_set_new(one, numbers[k].name, lnt_cli_json_number(number_of(layer, k)));
        }
    }
    if (layer->span > 0) {
        json_object_set_new(one, "span", json_integer((json_int_t) layer->span));
    }
}

static json_t *layers_json(const lnt_net *net)
{
    json_t *list = json_array();
    size_t inputs = lnt_net_inputs(net);
    for (size_t i = 0; i < lnt_net_n_layers(net); i++) {
        const lnt_layer *layer = lnt_net_layer(net, i);
        const size_t outputs = lnt_net_layer_outputs(net, i);
        json_t *one = json_pack("{s:o, s:I, s:I}", "kind", lnt_cli_json_text(lnt_layer_name(layer)),
                                "inputs", (json_int_t) inputs, "outputs", (json_int_t) outputs);
        add_layer_fields(one, layer);
        if (json_array_append_new(list, one) != 0) {
            json_decref(list);
            return NULL;
        }
        inputs = outputs;
    }
    return list;
}

static json_t *scaler_json(const lnt_scaler *scaler)
{
    if (scaler == NULL) {
        return json_null();
    }
    json_t *offset = json_array(), *scale = json_array();
    for (size_t i = 0; i < lnt_scaler_cols(scaler); i++) {
        json_array_append_new(offset, lnt_cli_json_number(lnt_scaler_offset(scaler)[i]));
        json_array_append_new(scale, lnt_cli_json_number(lnt_scaler_scale(scaler)[i]));
    }
    return json_pack("{s:o, s:o}", "offset", offset, "scale", scale);
}

/* The seed as text: JSON's readers keep 53 bits of a number. */
static json_t *record_json(const lnt_record *record)
{
    char seed[24];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long) record->seed);
    return json_pack("{s:I, s:I, s:I, s:s, s:o, s:o, s:o, s:o}", "epochs",
                     (json_int_t) record->epochs, "training_rows", (json_int_t) record->train_rows,
                     "held_out_rows", (json_int_t) record->validation_rows, "seed", seed,
                     "training_loss", lnt_cli_json_number(record->train_loss), "training_accuracy",
                     lnt_cli_json_number(record->train_accuracy), "held_out_loss",
                     lnt_cli_json_number(record->validation_loss), "held_out_accuracy",
                     lnt_cli_json_number(record->validation_accuracy));
}

static json_t *laplace_json(const lnt_laplace_info *info)
{
    return info == NULL ? json_null()
                        : json_pack("{s:s, s:I, s:I, s:o, s:o, s:o, s:o}", "structure",
                                    lnt_laplace_structure_name(info->structure), "parameters",
                                    (json_int_t) info->parameters, "rows", (json_int_t) info->rows,
                                    "prior_precision", lnt_cli_json_number(info->prior_precision),
                                    "noise", lnt_cli_json_number(info->noise), "effective",
                                    lnt_cli_json_number(info->effective), "log_marginal",
                                    lnt_cli_json_number(info->log_marginal));
}

static json_t *model_json(const lnt_model *model)
{
    const bool classifier = lnt_loss_is_classification(model->loss.kind);
    return json_pack(
        "{s:s, s:s, s:s, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "task",
        classifier ? "classify" : "regress", "loss", lnt_loss_name(model->loss.kind), "dtype",
        lnt_dtype_name(lnt_net_dtype(model->net)), "inputs",
        (json_int_t) lnt_net_inputs(model->net), "outputs",
        (json_int_t) lnt_net_outputs(model->net), "parameters",
        (json_int_t) lnt_net_n_parameters(model->net), "layers", layers_json(model->net),
        "input_names", names_json(model->input_names), "target_names",
        names_json(model->target_names), "classes", names_json(model->class_names), "input_scaling",
        scaler_json(model->input_scaler), "target_scaling", scaler_json(model->target_scaler),
        "training", record_json(&model->record), "laplace",
        laplace_json(lnt_laplace_get_info(model->laplace)));
}

/* --- what is no model, but of this program all the same --- */

/* Nothing that a terminal would obey. */
static void print_plain(const char *text)
{
    for (const unsigned char *c = (const unsigned char *) text; *c != '\0'; c++) {
        putchar((*c >= ' ' && *c != 0x7f) || *c == '\n' ? *c : '?');
    }
}

/* The comment at the head of C source that `linnet export` made; false if it is none. */
static bool print_source(const char *path)
{
    char line[512];
    struct stat status; /* opening a pipe would wait for somebody to write */
    FILE *file = stat(path, &status) == 0 && S_ISREG(status.st_mode) ? fopen(path, "r") : NULL;
    bool ours = file != NULL && fgets(line, sizeof line, file) != NULL &&
                strcmp(line, "/*\n") == 0 && fgets(line, sizeof line, file) != NULL &&
                strncmp(line, " * Made by linnet ", 18) == 0;
    if (ours) {
        printf("format        c\n");
    }
    for (bool more = ours; more && strncmp(line, " *", 2) == 0 && strncmp(line, " */", 3) != 0;
         more = fgets(line, sizeof line, file) != NULL) {
        print_plain(strncmp(line, " * ", 3) == 0 ? line + 3 : "\n");
    }
    if (file != NULL) {
        (void) fclose(file);
    }
    return ours;
}

static lnt_status print_checkpoint_json(const lnt_checkpoint *checkpoint)
{
    json_t *tensors = json_object();
    for (size_t i = 0; i < lnt_checkpoint_count(checkpoint); i++) {
        const char *name = lnt_checkpoint_name(checkpoint, i);
        lnt_tensor shape;
        if (lnt_checkpoint_shape(checkpoint, name, &shape) == LNT_OK) {
            json_object_set_new(
                tensors, name,
                json_pack("[I, I]", (json_int_t) shape.rows, (json_int_t) shape.cols));
        }
    }
    const char *settings = lnt_checkpoint_text_of(checkpoint, "settings");
    return lnt_cli_json_print(json_pack("{s:s, s:s, s:s, s:o, s:s?}", "format", "checkpoint",
                                        "version", lnt_checkpoint_version(checkpoint), "blas_core",
                                        lnt_checkpoint_core(checkpoint), "tensors", tensors,
                                        "settings", settings),
                              17, stdout);
}

static void print_checkpoint_text(const lnt_checkpoint *checkpoint)
{
    printf("format        checkpoint\nversion       %s\nblas core     %s\n",
           lnt_checkpoint_version(checkpoint), lnt_checkpoint_core(checkpoint));
    for (size_t i = 0; i < lnt_checkpoint_count(checkpoint); i++) {
        const char *name = lnt_checkpoint_name(checkpoint, i);
        lnt_tensor shape;
        if (lnt_checkpoint_shape(checkpoint, name, &shape) == LNT_OK) {
            printf("tensor        %s [%zu, %zu]\n", name, shape.rows, shape.cols);
        }
    }
    const char *settings = lnt_checkpoint_text_of(checkpoint, "settings");
    if (settings != NULL) {
        putchar('\n');
        print_plain(settings);
    }
}

/* False if the file is no checkpoint, or a bad one: then the error of the model is as good. */
static bool print_checkpoint(const char *path, bool json, lnt_status *status)
{
    lnt_checkpoint *checkpoint;
    if (lnt_checkpoint_open(&checkpoint, path, NULL, NULL) != LNT_OK) {
        return false;
    }
    *status = LNT_OK;
    if (json) {
        *status = print_checkpoint_json(checkpoint);
    } else {
        print_checkpoint_text(checkpoint);
    }
    lnt_checkpoint_close(checkpoint);
    return true;
}

static lnt_status print_model(const char *path, bool json, lnt_error *error)
{
    lnt_model model = lnt_model_init();
    lnt_model_format format = LNT_FORMAT_LINNET;
    LNT_TRY(lnt_model_format_of(path, &format, error));
    lnt_import_options import = lnt_import_defaults();
    lnt_status status = lnt_model_import(&model, path, &import, error);
    const bool untold = status == LNT_ERR_INVALID && format == LNT_FORMAT_TORCH;
    if (untold) { /* as far as it goes */
        import.torch.linear = true;
        status = lnt_model_import(&model, path, &import, error);
    }
    if (status == LNT_OK && untold && !json) {
        lnt_cli_warn("%s: does not say which activations there are; see linnet import", path);
    }
    if (status == LNT_OK && json) {
        json_t *object = model_json(&model);
        json_object_set_new(object, "format", json_string(lnt_model_format_name(format)));
        status = lnt_cli_json_print(object, 17, stdout);
    } else if (status == LNT_OK) {
        printf("format        %s\n", lnt_model_format_name(format));
        print_text(&model);
    }
    lnt_model_finish(&model);
    return status;
}

static int run_info(const void *given, const char *const *arguments)
{
    const info_settings *settings = given;
    lnt_error error = {LNT_OK, ""};
    lnt_status status = LNT_OK;
    if (!print_checkpoint(arguments[0], settings->json, &status) &&
        (settings->json || !print_source(arguments[0]))) {
        status = print_model(arguments[0], settings->json, &error);
    }
    return status == LNT_OK ? LNT_CLI_DONE : lnt_cli_fail_status(status, &error);
}

const lnt_cli_verb lnt_cli_info = {
    .name = "info",
    .summary = "Say what is in a model",
    .usage = "[OPTION...] MODEL",
    .details = "",
    .example = "  linnet info digits.safetensors\n",
    .arguments = {"a model"},
    .groups = groups,
    .n_groups = sizeof groups / sizeof groups[0],
    .settings_size = sizeof(info_settings),
    .run = run_info,
};
