/* SPDX-License-Identifier: MIT */
#include "cli/options/defaults.h"
#include "cli/options/train_settings.h"
#include "cli/output/memory.h"

/* Half of the machine's memory; 0, no limit, where it is not known. */
static size_t half_of_memory(void)
{
    const size_t all = lnt_cli_memory_physical();
    return all != SIZE_MAX ? all / 2 : 0;
}

/*
 * What methods that look at the loss again do unless it was given: all rows in a step, a rate that
 * stays, and an end where the rows held out get worse, since noise in the targets is soon learned.
 */
static void resolve_whole(lnt_cli_train_settings *settings)
{
    const lnt_cli_option_values *values = &settings->values;
    lnt_fit_config *fit = &settings->fit;
    const bool held_out = settings->validation > 0 || settings->validation_file != NULL;
    if (!lnt_cli_option_values_given(values, "batch")) {
        fit->batch_rows = LNT_CLI_WHOLE_BATCH;
    }
    const bool has_epochs =
        lnt_cli_option_values_find(values, "epochs") < lnt_cli_option_values_count(values);
    if (has_epochs && !lnt_cli_option_values_given(values, "epochs")) {
        fit->epochs = LNT_CLI_WHOLE_EPOCHS;
    }
    if (!lnt_cli_option_values_given(values, "schedule")) {
        fit->schedule.kind = LNT_SCHEDULE_CONSTANT;
    }
    if (held_out && !lnt_cli_option_values_given(values, "patience")) {
        fit->patience = LNT_CLI_WHOLE_PATIENCE;
    }
    if (held_out && !lnt_cli_option_values_given(values, "restore-best")) {
        fit->restore_best = true;
    }
}

void lnt_cli_optim_resolve(lnt_cli_train_settings *settings)
{
    if ((int) settings->fit.optim.kind == LNT_CLI_OPTIM_AUTO) {
        return;
    }
    lnt_cli_train_settings base = *settings;
    base.fit.optim = lnt_cli_optim_defaults(settings->fit.optim.kind);
    base.fit.optim.max_bytes = half_of_memory();
    if (lnt_optim_reevaluates(base.fit.optim.kind)) {
        resolve_whole(settings);
    }
    lnt_cli_option_values_fill(&settings->values, lnt_cli_optim_group.options,
                               lnt_cli_optim_group.count, &base);
}
