/* SPDX-License-Identifier: MIT */
#include "cli/dataset/metrics_measure.h"
#include "cli/dataset/model_data.h"
#include "cli/dataset/reading.h"
#include "cli/dataset/separate_files.h"
#include "cli/options/command.h"
#include "cli/options/model_options.h"
#include "cli/output/messages.h"
#include "cli/output/metrics.h"
#include "cli/output/text.h"

typedef struct evaluate_settings {
    lnt_cli_separate_files separate_files;
    lnt_cli_texts targets;
    bool json;
    uint64_t top_k;
    lnt_cli_reading reading;
    lnt_cli_model_options model;
} evaluate_settings;

static const lnt_cli_option options[] = {
    {.name = "target",
     .letter = 't',
     .kind = LNT_CLI_TEXTS,
     .offset = offsetof(evaluate_settings, targets),
     .value = "COLUMN",
     .help = "Target column, by name or by number (1 is the first, -1 the last); repeat it for "
             "several (default: the target names of the model)"},
    {.name = "top-k",
     .kind = LNT_CLI_COUNT,
     .offset = offsetof(evaluate_settings, top_k),
     .value = "K",
     .initial = "3",
     .least = 1,
     .most = 1000000000,
     .help = "K of the metric top_k: the true class is among the K most probable"},
    {.name = "json",
     .kind = LNT_CLI_SWITCH,
     .offset = offsetof(evaluate_settings, json),
     .initial = "no",
     .help = "Print the result as JSON"},
};

static const lnt_cli_group evaluation_group = {"Evaluation:", options,
                                               sizeof options / sizeof options[0], 0};
static const lnt_cli_group reading_group = {"Reading:", lnt_cli_reading_options,
                                            LNT_CLI_READING_COUNT,
                                            offsetof(evaluate_settings, reading)};

/* Without the weights. */
static const lnt_cli_group separate_files_group = {
    "Separate files:", lnt_cli_separate_files_options, LNT_CLI_SEPARATE_FILES_COUNT - 1,
    offsetof(evaluate_settings, separate_files)};

static const lnt_cli_group model_group = {"Model:", lnt_cli_model_option_list, LNT_CLI_MODEL_COUNT,
                                          offsetof(evaluate_settings, model)};

static const lnt_cli_group *const groups[] = {&evaluation_group, &model_group,
                                              &separate_files_group, &reading_group};

static lnt_status print(const lnt_cli_metrics *metrics, const lnt_model *model, bool json)
{
    if (json) {
        return lnt_cli_json_print(lnt_cli_metrics_json(metrics, model), 17, stdout);
    }
    printf("rows               %zu\nloss               %.6g\n", metrics->rows, metrics->loss);
    if (metrics->classes != NULL) {
        printf("accuracy           %.4f (%zu of %zu)\n", metrics->accuracy,
               lnt_cli_metrics_correct(metrics), metrics->rows);
    }
    lnt_cli_metrics_print_scores(metrics, stdout);
    printf("\n");
    return lnt_cli_metrics_print(metrics, model, stdout);
}

static lnt_status read_data(const evaluate_settings *settings, const char *path,
                            const lnt_model *model, lnt_cli_model_data *data, lnt_error *error)
{
    if (settings->separate_files.inputs != NULL) {
        return lnt_cli_model_data_separate_files(data, model, &settings->separate_files,
                                                 &settings->reading, error);
    }
    return lnt_cli_model_data_both(data, model, path, &settings->reading, &settings->targets,
                                   error);
}

static lnt_status evaluate(const evaluate_settings *settings, const char *const *paths,
                           lnt_model *model, lnt_cli_model_data *data, lnt_error *error)
{
    lnt_cli_metrics metrics;
    LNT_TRY(lnt_cli_use_threads(&settings->reading, error));
    LNT_TRY(lnt_cli_model_load(model, paths[0], &settings->model, error));
    LNT_TRY(read_data(settings, paths[1], model, data, error));
    LNT_TRY(lnt_cli_metrics_measure(&metrics, model, &data->x, &data->y, (size_t) settings->top_k));
    const lnt_status status = print(&metrics, model, settings->json);
    lnt_cli_metrics_clear(&metrics);
    return status;
}

static int run_evaluate(const void *given, const char *const *arguments)
{
    const evaluate_settings *settings = given;
    const char *path = arguments[1];
    const int usage_error = lnt_cli_separate_files_check(
        &settings->separate_files, settings->targets.count > 0, &settings->reading, &path);
    if (usage_error != LNT_CLI_DONE) {
        return usage_error;
    }
    lnt_error error = {LNT_OK, ""};
    lnt_model model = lnt_model_init();
    lnt_cli_model_data data = {0};
    const lnt_status status = evaluate(settings, arguments, &model, &data, &error);
    const int exit_status = status == LNT_OK ? LNT_CLI_DONE : lnt_cli_fail_status(status, &error);
    lnt_cli_model_data_clear(&data);
    lnt_model_finish(&model);
    return exit_status;
}

const lnt_cli_command lnt_cli_evaluate = {
    .name = "evaluate",
    .summary = "Evaluate a model on a table",
    .usage = "[OPTION...] MODEL FILE",
    .details =
        "Prints the loss and all metrics that apply: for classes the accuracy, the recall and\n"
        "precision of each class and the confusion matrix; for numbers the errors of each target\n"
        "in its own unit.\n",
    .example = "  linnet evaluate digits.safetensors digits.csv\n",
    .arguments = {"a model", "a data file"},
    .n_optional = 1,
    .groups = groups,
    .n_groups = sizeof groups / sizeof groups[0],
    .settings_size = sizeof(evaluate_settings),
    .run = run_evaluate,
};
