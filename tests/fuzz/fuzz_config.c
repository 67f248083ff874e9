/* SPDX-License-Identifier: MIT */
/* The command's configuration files, with the options of `train`. */
#include "cli/options/config.h"
#include "cli/options/train_settings.h"
#include "cli/options/uncertainty_options.h"
#include "fuzz_file.h"

#include <string.h>

#define LONGEST 512 /* more options than there are */

/* Those of training, and of its variants. */
static const lnt_cli_group *const groups[] = {
    &lnt_cli_column_group,   &lnt_cli_net_group,         &lnt_cli_loss_group,
    &lnt_cli_optim_group,    &lnt_cli_schedule_group,    &lnt_cli_training_group,
    &lnt_cli_stopping_group, &lnt_cli_uncertainty_group, &lnt_cli_train_reading_group};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static lnt_cli_train_settings settings;
    static size_t origins[LONGEST];
    lnt_cli_options_init();
    memset(&settings, 0, sizeof settings);
    memset(origins, 0, sizeof origins);
    const lnt_cli_option_values values = {groups, sizeof groups / sizeof groups[0], &settings,
                                          origins};
    fuzz_require(lnt_cli_option_values_count(&values) <= LONGEST, "more options");
    lnt_error error = {LNT_OK, ""};
    fuzz_require(lnt_cli_option_values_init(&values, &error) == LNT_OK, error.message);
    const char *path = fuzz_file(data, size);
    const lnt_status status = lnt_cli_config_read(&values, path, &error);
    if (status != LNT_OK) {
        fuzz_sentence(&error, status, path);
    } else {
        /* What was read is printed as a file that is read again. */
        char *text = NULL;
        size_t length = 0;
        FILE *stream = open_memstream(&text, &length);
        fuzz_require(stream != NULL, "no memory");
        lnt_cli_option_values_print(&values, stream);
        fuzz_require(fclose(stream) == 0, "no memory");
        lnt_cli_option_values_clear(&values);
        memset(&settings, 0, sizeof settings);
        memset(origins, 0, sizeof origins);
        fuzz_require(lnt_cli_option_values_init(&values, &error) == LNT_OK, error.message);
        path = fuzz_file((const uint8_t *) text, length);
        fuzz_require(lnt_cli_config_read(&values, path, &error) == LNT_OK, error.message);
        free(text);
    }
    lnt_cli_option_values_clear(&values);
    return 0;
}
