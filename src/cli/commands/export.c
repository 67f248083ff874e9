/* SPDX-License-Identifier: MIT */
#include "cli/dataset/columns.h"
#include "cli/dataset/model_data.h"
#include "cli/options/command.h"
#include "cli/options/model_options.h"
#include "cli/output/messages.h"
#include "cli/output/output_file.h"
#include "cli/output/save.h"

#include <stdlib.h>
#include <string.h>

typedef struct export_settings {
    char *onnx, *c, *torch, *npz;
    bool fold_scaling;
    bool ignore_scaling;
    char *name;
    int dtype; /* 0: the model's, 1: f32, 2: f64 */
    char *cases;
    lnt_cli_model_options model;
} export_settings;

#define AT(member) .offset = offsetof(export_settings, member)

static const char *dtype_name(int i)
{
    static const char *const names[] = {"model", "f32", "f64"};
    return i >= 0 && i < 3 ? names[i] : NULL;
}

static const lnt_cli_option file_options[] = {
    {.name = "onnx",
     .kind = LNT_CLI_TEXT,
     AT(onnx),
     .value = "FILE",
     .help = "Write an ONNX graph"},
    {.name = "c",
     .kind = LNT_CLI_TEXT,
     AT(c),
     .value = "FILE",
     .help = "Write C source that needs only the math library"},
    {.name = "torch",
     .kind = LNT_CLI_TEXT,
     AT(torch),
     .value = "FILE",
     .help = "Write the state_dict of a PyTorch nn.Sequential as safetensors"},
    {.name = "npz",
     .kind = LNT_CLI_TEXT,
     AT(npz),
     .value = "FILE",
     .help = "Write a NumPy archive of all arrays of the model"},
};

static const lnt_cli_option torch_options[] = {
    {.name = "fold-scaling",
     .kind = LNT_CLI_SWITCH,
     AT(fold_scaling),
     .initial = "no",
     .help = "Fold the scaling into the weights of the first and last layer"},
    {.name = "ignore-scaling",
     .kind = LNT_CLI_SWITCH,
     AT(ignore_scaling),
     .initial = "no",
     .help = "Leave the scaling out; inputs and outputs are then scaled values"},
};

static const lnt_cli_option c_options[] = {
    {.name = "name",
     .kind = LNT_CLI_TEXT,
     AT(name),
     .value = "NAME",
     .help = "Name of the C function; by default from the file name"},
    {.name = "dtype",
     .kind = LNT_CLI_CHOICE,
     AT(dtype),
     .value = "DTYPE",
     .initial = "model",
     .choice = dtype_name,
     .help = "Precision of the C code"},
    {.name = "cases",
     .kind = LNT_CLI_TEXT,
     AT(cases),
     .value = "FILE",
     .help = "Number of test rows that the main function of the C code checks"},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const lnt_cli_group file_group = {"Files:", file_options, COUNT(file_options), 0};
static const lnt_cli_group torch_group = {"PyTorch:", torch_options, COUNT(torch_options), 0};
static const lnt_cli_group c_group = {"C source:", c_options, COUNT(c_options), 0};
static const lnt_cli_group model_group = {"Model:", lnt_cli_model_option_list, LNT_CLI_MODEL_COUNT,
                                          offsetof(export_settings, model)};
static const lnt_cli_group *const groups[] = {&file_group, &torch_group, &c_group, &model_group};

static lnt_status export_c(const export_settings *settings, const lnt_model *model,
                           lnt_error *error)
{
    lnt_c_options options = {.name = settings->name};
    options.dtype = settings->dtype == 0   ? lnt_net_dtype(model->net)
                    : settings->dtype == 1 ? LNT_F32
                                           : LNT_F64;
    lnt_cli_model_data data = {0};
    lnt_status status = LNT_OK;
    if (settings->cases != NULL) {
        const lnt_cli_reading reading = {.header = 0, .threads = 1};
        status = lnt_cli_model_data_inputs(&data, model, settings->cases, &reading, error);
        options.cases = &data.x;
    }
    if (status == LNT_OK) {
        status = lnt_c_export(model, settings->c, &options, error);
    }
    lnt_cli_model_data_clear(&data);
    return status;
}

/* What a writer of one file takes. */
typedef struct export_content {
    const export_settings *settings;
    const lnt_model *model;
} export_content;

static lnt_status write_onnx(const void *context, const char *path, lnt_error *error)
{
    return lnt_onnx_export(((const export_content *) context)->model, path, error);
}

static lnt_status write_npz(const void *context, const char *path, lnt_error *error)
{
    return lnt_npz_export(((const export_content *) context)->model, path, error);
}

static lnt_status write_torch(const void *context, const char *path, lnt_error *error)
{
    const export_content *content = context;
    lnt_torch_options options = lnt_torch_defaults();
    options.fold_scaling = content->settings->fold_scaling;
    options.ignore_scaling = content->settings->ignore_scaling;
    return lnt_torch_export(content->model, path, &options, error);
}

/* The header beside C source, for the caller to free; NULL if there is none, or no memory. */
static char *header_of(const char *source)
{
    const size_t length = source != NULL ? strlen(source) : 0;
    char *header = length > 2 && strcmp(source + length - 2, ".c") == 0 ? strdup(source) : NULL;
    if (header != NULL) {
        header[length - 1] = 'h';
    }
    return header;
}

enum { N_FILES = 5 };

static void list_files(const export_settings *settings, const char *header,
                       lnt_cli_outfile files[N_FILES])
{
    files[0] = (lnt_cli_outfile){.option = "onnx", .path = settings->onnx, .binary = true};
    files[1] = (lnt_cli_outfile){.option = "c", .path = settings->c};
    files[2] = (lnt_cli_outfile){.option = "torch", .path = settings->torch, .binary = true};
    files[3] = (lnt_cli_outfile){.option = "npz", .path = settings->npz, .binary = true};
    files[4] = (lnt_cli_outfile){.option = "c", .path = header};
}

static lnt_status check_files(const export_settings *settings, const char *model, lnt_error *error)
{
    lnt_cli_outfile files[N_FILES];
    const char *const inputs[] = {model, settings->cases};
    char *header = header_of(settings->c);
    list_files(settings, header, files);
    lnt_status status = lnt_cli_outfiles_check(files, N_FILES, inputs, COUNT(inputs), error);
    for (size_t i = 0; i < N_FILES && status == LNT_OK; i++) {
        status = lnt_cli_outfile_check_shards(files[i].path, model, error);
    }
    free(header);
    return status;
}

static lnt_status export_model(const export_settings *settings, const char *path, lnt_model *model,
                               lnt_error *error)
{
    LNT_TRY(check_files(settings, path, error));
    LNT_TRY(lnt_cli_model_load(model, path, &settings->model, error));
    const export_content content = {settings, model};
    if (settings->onnx != NULL) {
        LNT_TRY(lnt_cli_save(settings->onnx, write_onnx, &content, NULL, error));
    }
    if (settings->c != NULL) {
        LNT_TRY(export_c(settings, model, error));
    }
    if (settings->npz != NULL) {
        LNT_TRY(lnt_cli_save(settings->npz, write_npz, &content, NULL, error));
    }
    return settings->torch != NULL
               ? lnt_cli_save(settings->torch, write_torch, &content, NULL, error)
               : LNT_OK;
}

/* What was asked for and means nothing. */
static const char *misuse(const export_settings *settings)
{
    if (settings->onnx == NULL && settings->c == NULL && settings->torch == NULL &&
        settings->npz == NULL) {
        return "expected --onnx, --c, --torch or --npz";
    }
    if (settings->c == NULL &&
        (settings->name != NULL || settings->cases != NULL || settings->dtype != 0)) {
        return "options --name, --dtype and --cases need --c";
    }
    if (lnt_cli_is_standard(settings->c)) {
        return "option --c: expected the name of a file, found '-': C source has two files, "
               "FILE.c and FILE.h";
    }
    if (settings->torch == NULL && (settings->fold_scaling || settings->ignore_scaling)) {
        return "options --fold-scaling and --ignore-scaling need --torch";
    }
    return settings->fold_scaling && settings->ignore_scaling
               ? "option --ignore-scaling: cannot be combined with --fold-scaling"
               : NULL;
}

static int run_export(const void *given, const char *const *arguments)
{
    const export_settings *settings = given;
    const char *fault = misuse(settings);
    if (fault != NULL) {
        return lnt_cli_usage_error("%s", fault);
    }
    lnt_cli_outfile files[N_FILES];
    list_files(settings, NULL, files);
    const int usage_error = lnt_cli_outfiles_usage(files, N_FILES);
    if (usage_error != LNT_CLI_DONE) {
        return usage_error;
    }
    lnt_error error = {LNT_OK, ""};
    lnt_model model = lnt_model_init();
    const lnt_status status = export_model(settings, arguments[0], &model, &error);
    lnt_model_finish(&model);
    return status == LNT_OK ? LNT_CLI_DONE : lnt_cli_fail_status(status, &error);
}

const lnt_cli_command lnt_cli_export = {
    .name = "export",
    .summary = "Export a model to another format",
    .usage = "[OPTION...] MODEL",
    .details =
        "Writes one or several files; each appears complete or not at all. One of them, but not\n"
        "C source, may be - for standard output.\n",
    .example = "  linnet export digits.safetensors --onnx digits.onnx --c digits.c\n",
    .arguments = {"a model"},
    .groups = groups,
    .n_groups = sizeof groups / sizeof groups[0],
    .settings_size = sizeof(export_settings),
    .run = run_export,
};
