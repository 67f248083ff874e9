/* SPDX-License-Identifier: MIT */
#include "cli/commands/info.h"

#include "cli/options/command.h"
#include "cli/options/model_options.h"
#include "cli/output/messages.h"
#include "cli/output/text.h"

typedef struct info_settings {
    bool json;
    lnt_cli_model_options model;
} info_settings;

static const lnt_cli_option options[] = {
    {.name = "json",
     .kind = LNT_CLI_SWITCH,
     .offset = offsetof(info_settings, json),
     .initial = "no",
     .help = "Print the result as JSON"},
};

static const lnt_cli_group output_group = {"Output:", options, 1, 0};

static const lnt_cli_group model_group = {"Model:", lnt_cli_model_option_list, LNT_CLI_MODEL_COUNT,
                                          offsetof(info_settings, model)};

static const lnt_cli_group *const groups[] = {&output_group, &model_group};

static lnt_status print_model(const char *path, const info_settings *settings, lnt_error *error)
{
    const bool json = settings->json;
    lnt_model model = lnt_model_init();
    lnt_model_format format = LNT_FORMAT_LINNET;
    LNT_TRY(lnt_model_format_detect(path, &format, error));
    lnt_import_options import = lnt_import_defaults();
    import.allow_nonfinite = settings->model.allow_nonfinite;
    lnt_status status = lnt_model_import(&model, path, &import, error);
    const bool untold = status == LNT_ERR_INVALID && format == LNT_FORMAT_TORCH;
    if (untold) { /* as far as it goes */
        import.torch.linear = true;
        status = lnt_model_import(&model, path, &import, error);
    }
    if (status == LNT_OK && untold && !json) {
        lnt_cli_warn("%s: does not record the activations; see linnet import", path);
    }
    if (status == LNT_OK && json) {
        json_t *object = lnt_cli_info_json(&model);
        json_object_set_new(object, "format", json_string(lnt_model_format_name(format)));
        status = lnt_cli_json_print(object, 17, stdout);
    } else if (status == LNT_OK) {
        printf("format        %s\n", lnt_model_format_name(format));
        lnt_cli_info_text(&model);
    }
    lnt_model_finish(&model);
    return status;
}

static int run_info(const void *given, const char *const *arguments)
{
    const info_settings *settings = given;
    lnt_error error = {LNT_OK, ""};
    lnt_status status = LNT_OK;
    if (!lnt_cli_info_checkpoint(arguments[0], settings->json, &status) &&
        !lnt_cli_info_source(arguments[0], settings->json, &status, &error)) {
        status = print_model(arguments[0], settings, &error);
    }
    return status == LNT_OK ? LNT_CLI_DONE : lnt_cli_fail_status(status, &error);
}

const lnt_cli_command lnt_cli_info = {
    .name = "info",
    .summary = "Describe a model",
    .usage = "[OPTION...] MODEL",
    .details =
        "Prints of a model its layers, tensors with their XXH3 checksums, names, scaling and\n"
        "training; of a checkpoint its tensors, checksums and settings; of C source that linnet\n"
        "export made, its header comment.\n",
    .example = "  linnet info digits.safetensors\n",
    .arguments = {"a model"},
    .groups = groups,
    .n_groups = sizeof groups / sizeof groups[0],
    .settings_size = sizeof(info_settings),
    .run = run_info,
};
