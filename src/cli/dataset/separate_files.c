/* SPDX-License-Identifier: MIT */
#include "cli/dataset/separate_files.h"

#include "cli/dataset/reading.h"
#include "cli/options/command.h"
#include "cli/output/messages.h"

#include <stddef.h>
#include <string.h>

static int check_standard_input(const lnt_cli_separate_files *separate_files, const char *path)
{
    const char *const files[] = {path, separate_files->targets, separate_files->weights};
    size_t count = 0;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        count += files[i] != NULL && strcmp(files[i], "-") == 0;
    }
    return count < 2 ? LNT_CLI_DONE
                     : lnt_cli_usage_error("standard input ('-') can be only one of the files");
}

int lnt_cli_separate_files_check(const lnt_cli_separate_files *separate_files, bool target_given,
                                 const lnt_cli_reading *reading, const char **path)
{
    if (separate_files->inputs == NULL && separate_files->targets != NULL) {
        return lnt_cli_usage_error("option --targets: needs --inputs FILE");
    }
    if (separate_files->inputs != NULL && separate_files->targets == NULL) {
        return lnt_cli_usage_error("option --inputs: needs --targets FILE");
    }
    if (separate_files->inputs == NULL && *path == NULL) {
        return lnt_cli_usage_error("expected a data file, or --inputs FILE --targets FILE");
    }
    if (separate_files->inputs != NULL && *path != NULL) {
        return lnt_cli_usage_error("option --inputs: cannot be combined with the data file '%s'",
                                   *path);
    }
    if (separate_files->inputs != NULL && target_given) {
        return lnt_cli_usage_error("option --target: cannot be combined with --targets: every "
                                   "column of that file is a target");
    }
    if ((separate_files->inputs != NULL || separate_files->weights != NULL) &&
        reading->missing == LNT_MISSING_DROP) {
        return lnt_cli_usage_error("option --missing: drop cannot be combined with --%s: the rows "
                                   "of the files would no longer match",
                                   separate_files->inputs != NULL ? "inputs" : "weights-file");
    }
    *path = separate_files->inputs != NULL ? separate_files->inputs : *path;
    return check_standard_input(separate_files, *path);
}

static lnt_status check_rows(lnt_frame *frame, const char *path, size_t rows, const char *inputs,
                             lnt_error *error)
{
    const size_t found = lnt_frame_values(frame).rows;
    return found == rows ? LNT_OK
                         : lnt_fail(error, LNT_ERR_SHAPE,
                                    "%s: expected %zu rows, as many as in %s, found %zu", path,
                                    rows, inputs, found);
}

lnt_status lnt_cli_separate_files_targets(lnt_frame **frame,
                                          const lnt_cli_separate_files *separate_files,
                                          lnt_dtype dtype, const lnt_cli_reading *reading,
                                          bool text, size_t rows, lnt_error *error)
{
    const lnt_cli_names none = {NULL, 0};
    const char *first[] = {"1"};
    lnt_cli_reading again = *reading;
    lnt_error inner = {LNT_OK, ""};
    lnt_status status =
        lnt_cli_read(frame, separate_files->targets, dtype, reading, none, none, &inner);
    /* A first line of text above numbers is a header; above text, it can only be one by custom. */
    if (status == LNT_ERR_FORMAT && text && strcmp(separate_files->targets, "-") != 0) {
        again.header = again.header == LNT_HEADER_AUTO ? (int) LNT_HEADER_PRESENT : again.header;
        status = lnt_cli_read(frame, separate_files->targets, dtype, &again,
                              (lnt_cli_names){first, 1}, none, &inner);
    }
    if (status != LNT_OK) {
        return lnt_fail(error, status, "%s", inner.message);
    }
    return check_rows(*frame, separate_files->targets, rows, separate_files->inputs, error);
}

lnt_status lnt_cli_separate_files_weights(lnt_frame **frame, const char *path, lnt_dtype dtype,
                                          const lnt_cli_reading *reading, size_t rows,
                                          const char *inputs, lnt_error *error)
{
    const lnt_cli_names none = {NULL, 0};
    LNT_TRY(lnt_cli_read(frame, path, dtype, reading, none, none, error));
    const size_t cols = lnt_frame_values(*frame).cols;
    if (cols != 1) {
        return lnt_fail(error, LNT_ERR_SHAPE, "%s: expected one column of weights, found %zu", path,
                        cols);
    }
    return check_rows(*frame, path, rows, inputs, error);
}
