/* SPDX-License-Identifier: MIT */
#include "cli/options/command.h"
#include "cli/options/layer_list.h"
#include "cli/options/model_options.h"
#include "cli/output/messages.h"
#include "cli/output/output_file.h"
#include "cli/output/save.h"

#include <stdlib.h>
#include <string.h>

typedef struct import_settings {
    char *output;
    lnt_cli_texts layers;
    int activation;
    int output_activation;
    int loss;
    int dtype; /* 0: as stored, 1: f32, 2: f64 */
    lnt_cli_model_options model;
} import_settings;

#define AT(member) .offset = offsetof(import_settings, member)

/* The first choice of each is that nothing was said. */
static const char *activation_name(int i)
{
    return i == 0 ? "unknown" : lnt_activation_name((lnt_activation) (i - 1));
}

/* Without the custom one, which is a function. */
static const char *loss_name(int i)
{
    if (i == 0) {
        return "unknown";
    }
    return i > 0 && i <= LNT_LOSS_CUSTOM ? lnt_loss_name((lnt_loss_kind) (i - 1)) : NULL;
}

static const char *dtype_name(int i)
{
    static const char *const names[] = {"stored", "f32", "f64"};
    return i >= 0 && i < 3 ? names[i] : NULL;
}

static const lnt_cli_option options[] = {
    {.name = "output",
     .letter = 'o',
     .kind = LNT_CLI_TEXT,
     AT(output),
     .value = "MODEL",
     .help = "File to save the model in; - is standard output"},
    {.name = "layers",
     .kind = LNT_CLI_LIST,
     AT(layers),
     .value = "LIST",
     .help = "PyTorch: all layers, as dense,relu,dropout=0.2,dense; by default as the tensors "
             "tell"},
    {.name = "activation",
     .kind = LNT_CLI_CHOICE,
     AT(activation),
     .value = "NAME",
     .initial = "unknown",
     .choice = activation_name,
     .not_with = "layers",
     .help = "PyTorch: activation of the hidden layers; required if there are any and no --layers"},
    {.name = "output-activation",
     .kind = LNT_CLI_CHOICE,
     AT(output_activation),
     .value = "NAME",
     .initial = "unknown",
     .choice = activation_name,
     .not_with = "layers",
     .help = "PyTorch: activation of the last layer; unknown: none"},
    {.name = "loss",
     .kind = LNT_CLI_CHOICE,
     AT(loss),
     .value = "NAME",
     .initial = "unknown",
     .choice = loss_name,
     .help = "PyTorch: loss of the training; unknown: mse"},
    {.name = "dtype",
     .kind = LNT_CLI_CHOICE,
     AT(dtype),
     .value = "DTYPE",
     .initial = "stored",
     .choice = dtype_name,
     .help = "PyTorch: precision of the net"},
};

static const lnt_cli_group import_group = {"Import:", options, sizeof options / sizeof options[0],
                                           0};
static const lnt_cli_group model_group = {"Model:", lnt_cli_model_option_list, LNT_CLI_MODEL_COUNT,
                                          offsetof(import_settings, model)};
static const lnt_cli_group *const groups[] = {&import_group, &model_group};

static lnt_activation activation_of(int choice)
{
    return choice > 0 ? (lnt_activation) (choice - 1) : LNT_IDENTITY;
}

static bool says_something(const import_settings *settings)
{
    return settings->layers.count > 0 || settings->activation > 0 ||
           settings->output_activation > 0 || settings->loss > 0 || settings->dtype > 0;
}

static lnt_cli_outfile output_of(const import_settings *settings)
{
    return (lnt_cli_outfile){.option = "output", .path = settings->output, .binary = true};
}

static lnt_status write_model(const void *context, const char *path, lnt_error *error)
{
    return lnt_model_save(context, path, error);
}

static lnt_status import_model(const import_settings *settings, const char *path, lnt_model *model,
                               lnt_layer **layers, lnt_error *error)
{
    lnt_import_options import = lnt_import_defaults();
    import.allow_nonfinite = settings->model.allow_nonfinite;
    lnt_model_format format;
    LNT_TRY(lnt_model_format_detect(path, &format, error));
    if (format != LNT_FORMAT_TORCH && says_something(settings)) {
        return lnt_fail(
            error, LNT_ERR_INVALID,
            "%s: is not a PyTorch state_dict and describes itself; it cannot be combined with "
            "--layers, --activation, --output-activation, --loss or --dtype",
            path);
    }
    if (settings->layers.count > 0) {
        LNT_TRY(lnt_cli_layer_list(&settings->layers, layers, error));
        import.torch.layers = *layers;
        import.torch.n_layers = settings->layers.count;
    }
    import.torch.activation = activation_of(settings->activation);
    import.torch.linear = settings->activation == 1 + (int) LNT_IDENTITY;
    import.torch.output_activation = activation_of(settings->output_activation);
    if (settings->loss > 0) {
        import.torch.loss = lnt_loss_defaults((lnt_loss_kind) (settings->loss - 1), LNT_MEAN);
    }
    import.torch.as_stored = settings->dtype == 0;
    import.torch.dtype = settings->dtype == 2 ? LNT_F64 : LNT_F32;
    LNT_TRY(lnt_cli_outfile_check_shards(settings->output, path, error));
    const lnt_cli_outfile output = output_of(settings);
    LNT_TRY(lnt_cli_outfiles_check(&output, 1, &path, 1, error));
    LNT_TRY(lnt_model_import(model, path, &import, error));
    return lnt_cli_save(settings->output, write_model, model, NULL, error);
}

static int run_import(const void *given, const char *const *arguments)
{
    const import_settings *settings = given;
    if (settings->output == NULL) {
        return lnt_cli_usage_error("expected --output MODEL");
    }
    const lnt_cli_outfile output = output_of(settings);
    const int usage_error = lnt_cli_outfiles_usage(&output, 1);
    if (usage_error != LNT_CLI_DONE) {
        return usage_error;
    }
    lnt_error error = {LNT_OK, ""};
    lnt_model model = lnt_model_init();
    lnt_layer *layers = NULL;
    lnt_status status = import_model(settings, arguments[0], &model, &layers, &error);
    if (status == LNT_ERR_INVALID && strstr(error.message, "does not say which") != NULL) {
        const lnt_error why = error;
        status = lnt_fail(&error, status, "%s (--activation, --layers)", why.message);
    }
    lnt_model_finish(&model);
    free(layers);
    return status == LNT_OK ? LNT_CLI_DONE : lnt_cli_fail_status(status, &error);
}

const lnt_cli_command lnt_cli_import = {
    .name = "import",
    .summary = "Import a model from another format",
    .usage = "[OPTION...] FILE -o MODEL",
    .details =
        "FILE is the state_dict of a PyTorch nn.Sequential in safetensors, the index of a sharded\n"
        "one, an ONNX graph, or an .npz of linnet export; the content decides. A state_dict does\n"
        "not record activations, nor every norm: the options name them.\n",
    .example = "  linnet import net.safetensors --activation relu --loss softmax_cross_entropy \\\n"
               "    -o model.safetensors\n",
    .arguments = {"a file"},
    .groups = groups,
    .n_groups = sizeof groups / sizeof groups[0],
    .settings_size = sizeof(import_settings),
    .run = run_import,
};
