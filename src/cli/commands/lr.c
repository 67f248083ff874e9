/* SPDX-License-Identifier: MIT */
#include "cli/dataset/reading.h"
#include "cli/options/command.h"
#include "cli/options/defaults.h"
#include "cli/output/atomic_output.h"
#include "cli/output/messages.h"
#include "cli/output/output_file.h"
#include "cli/output/text.h"
#include "cli/training/training_run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Lines of the table that is printed. */
#define LINES 16

/* One run of `linnet lr`. */
typedef struct lr_job {
    lnt_cli_train_settings settings;
    const char *path;
    lnt_cli_train_data data;
    lnt_cli_training_run run;
    double *rates, *losses;
    size_t done;
    double suggested;
    FILE *summary;
    lnt_error error;
} lr_job;

static const lnt_cli_option test_options[] = {
    {.name = "low",
     .kind = LNT_CLI_REAL,
     LNT_CLI_AT(low),
     .value = "RATE",
     .initial = "1e-6",
     .high = 1000,
     .above_low = true,
     .help = "Learning rate of the first step"},
    {.name = "high",
     .kind = LNT_CLI_REAL,
     LNT_CLI_AT(high),
     .value = "RATE",
     .initial = "10",
     .high = 1000000,
     .above_low = true,
     .help = "Learning rate of the last step, unless the loss diverges before"},
    {.name = "steps",
     .kind = LNT_CLI_SIZE,
     LNT_CLI_AT(steps),
     .value = "N",
     .initial = "300",
     .least = 10,
     .most = 1000000,
     .help = "Number of steps"},
    {.name = "output",
     .letter = 'o',
     .kind = LNT_CLI_TEXT,
     LNT_CLI_AT(output),
     .value = "FILE",
     .help = "CSV file for the learning rate and the loss of each step; - is standard output, and "
             "the table then goes to standard error"},
};

static const lnt_cli_group test_group = {"Test:", test_options, LNT_CLI_COUNT_OF(test_options), 0};

static const lnt_cli_group *const groups[] = {
    &test_group,
    &lnt_cli_column_group,
    &lnt_cli_separate_files_group,
    &lnt_cli_net_group,
    &lnt_cli_loss_group,
    &lnt_cli_optim_group,
    &lnt_cli_batches_group,
    &lnt_cli_quiet_group,
    &lnt_cli_train_reading_group,
};

static lnt_status test_rates(lr_job *job)
{
    const size_t steps = job->settings.steps;
    job->rates = calloc(steps, sizeof *job->rates);
    job->losses = calloc(steps, sizeof *job->losses);
    if (job->rates == NULL || job->losses == NULL) {
        return LNT_ERR_MEMORY;
    }
    return lnt_lr_range_test(job->run.model.net, &job->run.x, &job->run.y, &job->run.config,
                             job->settings.low, job->settings.high, steps, job->rates, job->losses,
                             &job->done, &job->suggested, &job->error);
}

static lnt_status write_steps(lr_job *job)
{
    const char *path = job->settings.output;
    if (path == NULL) {
        return LNT_OK;
    }
    lnt_cli_out file;
    LNT_TRY(lnt_cli_out_open(&file, path, &job->error));
    fputs("rate,loss\n", file.stream);
    for (size_t i = 0; i < job->done; i++) {
        char rate[LNT_CLI_NUMBER_MAX], loss[LNT_CLI_NUMBER_MAX];
        lnt_cli_number(job->rates[i], LNT_F64, rate);
        lnt_cli_number(job->losses[i], LNT_F64, loss);
        fprintf(file.stream, "%s,%s\n", rate, loss);
    }
    return lnt_cli_out_close(&file, LNT_OK, &job->error);
}

static lnt_status print_json(const lr_job *job)
{
    json_t *steps = json_array();
    for (size_t i = 0; i < job->done; i++) {
        json_array_append_new(steps,
                              json_pack("{s:o, s:o}", "rate", lnt_cli_json_number(job->rates[i]),
                                        "loss", lnt_cli_json_number(job->losses[i])));
    }
    return lnt_cli_json_print(
        json_pack("{s:o, s:o}", "suggested", lnt_cli_json_number(job->suggested), "steps", steps),
        17, job->summary);
}

static void print_text(const lr_job *job)
{
    const size_t lines = job->done < LINES ? job->done : LINES;
    fprintf(job->summary, "%12s  %12s\n", "rate", "loss");
    for (size_t line = 0; line < lines; line++) {
        const size_t i = lines > 1 ? line * (job->done - 1) / (lines - 1) : 0;
        fprintf(job->summary, "%12.3g  %12.6g\n", job->rates[i], job->losses[i]);
    }
    if (isnan(job->suggested)) {
        fputs("the loss never decreased: no learning rate is suggested\n", job->summary);
    } else {
        fprintf(job->summary, "suggested: --lr %.2g, where the loss decreases fastest\n",
                job->suggested);
    }
}

static lnt_cli_outfile outfile_of(const lnt_cli_train_settings *settings)
{
    return (lnt_cli_outfile){.option = "output", .path = settings->output, .direct = true};
}

static lnt_status look(lr_job *job)
{
    lnt_cli_train_settings *settings = &job->settings;
    const char *inputs[LNT_CLI_TRAIN_INPUTS];
    const lnt_cli_outfile output = outfile_of(settings);
    lnt_cli_train_inputs(settings, job->path, inputs);
    LNT_TRY(lnt_cli_outfiles_check(&output, 1, inputs, LNT_CLI_TRAIN_INPUTS, &job->error));
    LNT_TRY(lnt_cli_use_threads(&settings->reading, &job->error));
    if (settings->from != NULL) {
        LNT_TRY(lnt_model_load(&job->run.model, settings->from, NULL, &job->error));
    }
    LNT_TRY(lnt_cli_train_data_read(&job->data, &job->run.model, job->path, settings, &job->error));
    job->run.settings = settings;
    job->run.rows = job->data.rows;
    LNT_TRY(lnt_cli_training_run_prepare(&job->run, job->data.classify, &job->error));
    LNT_TRY(test_rates(job));
    LNT_TRY(write_steps(job));
    if (settings->json) {
        return print_json(job);
    }
    print_text(job);
    return LNT_OK;
}

static int run_lr(const void *given, const char *const *arguments)
{
    lr_job job = {.settings = *(const lnt_cli_train_settings *) given, .path = arguments[0]};
    lnt_cli_messages_quiet(job.settings.quiet);
    job.settings.fit.epochs = 1; /* the steps count */
    const int usage_error = lnt_cli_train_check(&job.settings, &job.path);
    if (usage_error != LNT_CLI_DONE) {
        return usage_error;
    }
    if (job.settings.low >= job.settings.high) {
        return lnt_cli_usage_error("option --low: expected less than --high, %g, found %g",
                                   job.settings.high, job.settings.low);
    }
    const lnt_cli_outfile output = outfile_of(&job.settings);
    job.summary = lnt_cli_outfiles_summary(&output, 1);
    job.run.model = lnt_model_init();
    const lnt_status status = look(&job);
    const int exit_status =
        status == LNT_OK ? LNT_CLI_DONE : lnt_cli_fail_status(status, &job.error);
    free(job.rates);
    free(job.losses);
    lnt_cli_training_run_clear(&job.run);
    lnt_cli_train_data_clear(&job.data);
    return exit_status;
}

const lnt_cli_command lnt_cli_lr = {
    .name = "lr",
    .summary = "Find a learning rate",
    .usage = "[OPTION...] FILE --target COLUMN",
    .details =
        "Learning rate range test: raises the learning rate from --low to --high by a constant\n"
        "factor per step, and prints the smoothed loss at some of the rates. Saves no model. The\n"
        "options are those of 'linnet train' that apply here.\n",
    .example = "  linnet lr digits.csv --target digit --optimizer sgd\n",
    .arguments = {"a data file"},
    .n_optional = 1,
    .groups = groups,
    .n_groups = LNT_CLI_COUNT_OF(groups),
    .settings_size = sizeof(lnt_cli_train_settings),
    .values_offset = offsetof(lnt_cli_train_settings, values),
    .run = run_lr,
};
