/* SPDX-License-Identifier: MIT */
#include "cli/dataset/separate_files.h"

#include "cli/dataset/reading.h"
#include "cli/options/command.h"
#include "cli/output/messages.h"

#include <stddef.h>
#include <string.h>

static int check_standard_input(const lnt_cli_apart *apart, const char *path)
{
    const char *const files[] = {path, apart->targets, apart->weights};
    size_t count = 0;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        count += files[i] != NULL && strcmp(files[i], "-") == 0;
    }
    return count < 2 ? LNT_CLI_DONE
                     : lnt_cli_misuse("standard input ('-') can be one of the files only");
}

int lnt_cli_apart_check(const lnt_cli_apart *apart, bool target_given,
                        const lnt_cli_reading *reading, const char **path)
{
    if (apart->inputs == NULL && apart->targets != NULL) {
        return lnt_cli_misuse("option --targets: needs --inputs FILE");
    }
    if (apart->inputs != NULL && apart->targets == NULL) {
        return lnt_cli_misuse("option --inputs: needs --targets FILE");
    }
    if (apart->inputs == NULL && *path == NULL) {
        return lnt_cli_misuse("expected a data file, or --inputs FILE --targets FILE");
    }
    if (apart->inputs != NULL && *path != NULL) {
        return lnt_cli_misuse("option --inputs: takes the place of the data file, found '%s' too",
                              *path);
    }
    if (apart->inputs != NULL && target_given) {
        return lnt_cli_misuse("option --target: cannot be given with --targets, a file of which "
                              "every column is a target");
    }
    if ((apart->inputs != NULL || apart->weights != NULL) && reading->missing == LNT_MISSING_DROP) {
        return lnt_cli_misuse("option --missing: drop cannot be given with --%s: the rows of the "
                              "files would no longer belong together",
                              apart->inputs != NULL ? "inputs" : "weights-file");
    }
    *path = apart->inputs != NULL ? apart->inputs : *path;
    return check_standard_input(apart, *path);
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

lnt_status lnt_cli_apart_targets(lnt_frame **frame, const lnt_cli_apart *apart, lnt_dtype dtype,
                                 const lnt_cli_reading *reading, bool text, size_t rows,
                                 lnt_error *error)
{
    const lnt_cli_names none = {NULL, 0};
    const char *first[] = {"1"};
    lnt_cli_reading again = *reading;
    lnt_error inner = {LNT_OK, ""};
    lnt_status status = lnt_cli_read(frame, apart->targets, dtype, reading, none, none, &inner);
    /* A first line of text above numbers is a header; above text, it can only be one by custom. */
    if (status == LNT_ERR_FORMAT && text && strcmp(apart->targets, "-") != 0) {
        again.header = again.header == LNT_HEADER_AUTO ? (int) LNT_HEADER_PRESENT : again.header;
        status = lnt_cli_read(frame, apart->targets, dtype, &again, (lnt_cli_names){first, 1}, none,
                              &inner);
    }
    if (status != LNT_OK) {
        return lnt_fail(error, status, "%s", inner.message);
    }
    return check_rows(*frame, apart->targets, rows, apart->inputs, error);
}

lnt_status lnt_cli_apart_weights(lnt_frame **frame, const char *path, lnt_dtype dtype,
                                 const lnt_cli_reading *reading, size_t rows, const char *inputs,
                                 lnt_error *error)
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
