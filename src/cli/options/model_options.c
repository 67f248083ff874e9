/* SPDX-License-Identifier: MIT */
#include "cli/options/model_options.h"

#include <stddef.h>

const lnt_cli_option lnt_cli_model_option_list[LNT_CLI_MODEL_COUNT] = {
    {.name = "allow-nonfinite",
     .kind = LNT_CLI_SWITCH,
     .offset = offsetof(lnt_cli_model_options, allow_nonfinite),
     .initial = "no",
     .help = "Load a model even if parameters are infinite or NaN"},
};

lnt_status lnt_cli_model_load(lnt_model *model, const char *path,
                              const lnt_cli_model_options *options, lnt_error *error)
{
    lnt_import_options import = lnt_import_defaults();
    import.allow_nonfinite = options->allow_nonfinite;
    return lnt_model_import(model, path, &import, error);
}
