/* SPDX-License-Identifier: MIT */
#include "cli/options/checkpoint_options.h"

#include "cli/options/command.h"
#include "cli/options/defaults.h"
#include "cli/options/number.h"
#include "cli/output/messages.h"
#include "cli/output/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DEFAULT_EVERY "10m"

static const lnt_cli_option options[] = {
    {.name = "checkpoint",
     .kind = LNT_CLI_TEXT,
     LNT_CLI_AT(fit.checkpoint.directory),
     .value = "FOLDER",
     .help = "Folder of checkpoints, from which --resume continues to the same bits; a file named "
             "stop in it ends the run"},
    {.name = "every",
     .kind = LNT_CLI_TEXT,
     LNT_CLI_AT(every),
     .value = "INTERVAL",
     .help = "How often to write one, besides the end: 20epochs or 20, 500steps, 90s, 10m, 2h "
             "(default: 10m); training does not wait for the disk: one that is due while another "
             "is being written follows right after it"},
    {.name = "keep",
     .kind = LNT_CLI_SIZE,
     LNT_CLI_AT(fit.checkpoint.keep),
     .value = "N",
     .least = LNT_CHECKPOINT_MIN_KEEP,
     .most = 1000000,
     .help = "Number of newest checkpoints to keep (default: 2)"},
    {.name = "resume",
     .kind = LNT_CLI_SWITCH,
     LNT_CLI_AT(fit.checkpoint.resume),
     .initial = "no",
     .help = "Continue from the newest valid checkpoint; start anew if there is none"},
    {.name = "resume-allow-changes",
     .kind = LNT_CLI_SWITCH,
     LNT_CLI_AT(fit.checkpoint.allow_changes),
     .initial = "no",
     .help = "Like --resume, even if the data or the options have changed"},
};

const lnt_cli_group lnt_cli_checkpoint_group = {"Checkpoints:", options, LNT_CLI_COUNT_OF(options),
                                                0};

/* "20epochs", "500steps", "30s"; epochs without a unit. */
static bool parse_every(const char *text, lnt_checkpoint_config *checkpoint)
{
    char *unit;
    const unsigned long long count = strtoull(text, &unit, 10);
    checkpoint->every_epochs = checkpoint->every_steps = 0;
    checkpoint->every_seconds = 0;
    if (text[0] < '0' || text[0] > '9' || count > 1000000000000) {
        return false;
    }
    if (*unit == '\0' || strcmp(unit, "epochs") == 0 || strcmp(unit, "epoch") == 0) {
        checkpoint->every_epochs = (size_t) count;
        return count > 0;
    }
    if (strcmp(unit, "steps") == 0 || strcmp(unit, "step") == 0) {
        checkpoint->every_steps = (size_t) count;
        return count > 0;
    }
    return lnt_cli_read_seconds(text, &checkpoint->every_seconds) && checkpoint->every_seconds > 0;
}

int lnt_cli_checkpoint_check(lnt_cli_train_settings *settings)
{
    lnt_checkpoint_config *checkpoint = &settings->fit.checkpoint;
    checkpoint->resume = checkpoint->resume || checkpoint->allow_changes;
    if (checkpoint->directory == NULL) {
        const char *given = checkpoint->allow_changes ? "resume-allow-changes"
                            : checkpoint->resume      ? "resume"
                            : settings->every != NULL ? "every"
                            : checkpoint->keep > 0    ? "keep"
                                                      : NULL;
        return given == NULL ? LNT_CLI_DONE
                             : lnt_cli_usage_error("option --%s: needs --checkpoint FOLDER", given);
    }
    if (!parse_every(settings->every != NULL ? settings->every : DEFAULT_EVERY, checkpoint)) {
        return lnt_cli_usage_error("option --every: expected a number followed by epochs, steps or "
                                   "s (m, h, d), such as 500steps, found '%s'",
                                   settings->every);
    }
    return LNT_CLI_DONE;
}

/* What may differ between a run and the one that it goes on from. */
static bool may_change(const char *line)
{
    static const char *const names[] = {
        "checkpoint", "every",     "keep",     "resume",  "resume-allow-changes",
        "epochs",     "max-steps", "max-time", "threads", "output",
        "history",    "report",    "json",     "quiet",   "progress",
        "memory"};
    const size_t length = strcspn(line, " =\n");
    for (size_t i = 0; i < LNT_CLI_COUNT_OF(names); i++) {
        if (strlen(names[i]) == length && memcmp(names[i], line, length) == 0) {
            return true;
        }
    }
    return *line == '#' || *line == '\n';
}

char *lnt_cli_checkpoint_options(const lnt_cli_option_values *values)
{
    char *text = lnt_cli_option_values_text(values);
    if (text == NULL) {
        return NULL;
    }
    char *to = text;
    for (const char *line = text; *line != '\0';) {
        const char *newline = strchr(line, '\n');
        const size_t length = newline != NULL ? (size_t) (newline - line) + 1 : strlen(line);
        if (!may_change(line)) {
            memmove(to, line, length);
            to += length;
        }
        line += length;
    }
    *to = '\0';
    return text;
}

static void print_scaler(FILE *stream, const char *what, const lnt_scaler *scaler)
{
    const size_t cols = lnt_scaler_cols(scaler);
    char offset[LNT_CHECKSUM_LENGTH], scale[LNT_CHECKSUM_LENGTH];
    if (scaler == NULL) {
        return;
    }
    /* Only read. */
    const lnt_tensor rows[] = {lnt_tensor_f64((double *) lnt_scaler_offset(scaler), 1, cols),
                               lnt_tensor_f64((double *) lnt_scaler_scale(scaler), 1, cols)};
    if (lnt_tensor_checksum(&rows[0], offset) == LNT_OK &&
        lnt_tensor_checksum(&rows[1], scale) == LNT_OK) {
        fprintf(stream, "%s scaling = checksums %s, %s\n", what, offset, scale);
    }
}

char *lnt_cli_checkpoint_options_streamed(const lnt_cli_option_values *values, const char *path,
                                          const lnt_model *model)
{
    struct stat file;
    char *lines = lnt_cli_checkpoint_options(values), *text = NULL;
    size_t size = 0;
    FILE *stream = lines != NULL ? open_memstream(&text, &size) : NULL;
    if (stream == NULL) {
        free(lines);
        return NULL;
    }
    fputs(lines, stream);
    free(lines);
    if (stat(path, &file) == 0) {
        fprintf(stream, "data = %lld bytes\n", (long long) file.st_size);
    }
    print_scaler(stream, "input", model->input_scaler);
    print_scaler(stream, "target", model->target_scaler);
    const bool whole = ferror(stream) == 0;
    if (fclose(stream) != 0 || !whole) {
        free(text);
        return NULL;
    }
    return text;
}
