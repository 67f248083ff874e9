/* SPDX-License-Identifier: MIT */
#include "cli/dataset/reading.h"

#include "cli/output/memory.h"
#include "cli/output/messages.h"

#include <inttypes.h>
#include <unistd.h>

/* Of passes; the command's own, since they are asked for once. */
static unsigned threads = 1;

lnt_status lnt_cli_use_threads(const lnt_cli_reading *reading, lnt_error *error)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (processors > 0 && reading->threads > (uint64_t) processors) {
        return lnt_fail(
            error, LNT_ERR_INVALID,
            "option --threads: expected at most %ld, the number of processors, found %" PRIu64,
            processors, reading->threads);
    }
    threads = (unsigned) reading->threads;
    return lnt_blas_set_threads(1); /* a thread of the pass is one of BLAS's */
}

lnt_pass_config lnt_cli_pass(size_t max_rows)
{
    lnt_pass_config config = lnt_pass_defaults();
    config.max_rows = max_rows;
    config.threads = threads;
    return config;
}

/* The free memory differs from run to run. The size of blocks may not depend on it, because the
   numbers of a run depend on the size of blocks. */
size_t lnt_cli_reading_limit(const lnt_cli_reading *reading)
{
    const size_t machine = lnt_cli_memory_physical();
    if (reading->memory == 0) {
        return lnt_cli_memory();
    }
    return reading->memory < machine ? reading->memory : machine;
}

lnt_read_options lnt_cli_reading_options_of(const lnt_cli_reading *reading, lnt_dtype dtype,
                                            lnt_cli_names labels, lnt_cli_names only)
{
    lnt_read_options options = lnt_read_defaults();
    options.dtype = dtype;
    options.delimiter = reading->delimiter;
    options.header = (lnt_header_row) reading->header;
    options.missing = (lnt_missing) reading->missing;
    options.label_columns = labels.items;
    options.n_label_columns = labels.count;
    options.use_columns = only.items;
    options.n_use_columns = only.count;
    options.memory_limit = lnt_cli_reading_limit(reading);
    return options;
}

void lnt_cli_log_dropped(const char *path, size_t dropped)
{
    if (dropped > 0) {
        lnt_cli_warn("%s: dropped %zu %s with missing values", path, dropped,
                     dropped == 1 ? "row" : "rows");
    }
}

lnt_status lnt_cli_read(lnt_frame **frame, const char *path, lnt_dtype dtype,
                        const lnt_cli_reading *reading, lnt_cli_names labels, lnt_cli_names only,
                        lnt_error *error)
{
    const lnt_read_options options = lnt_cli_reading_options_of(reading, dtype, labels, only);
    LNT_TRY(lnt_data_read(frame, path, (lnt_data_format) reading->format, &options, error));
    lnt_cli_log_dropped(path, lnt_frame_rows_dropped(*frame));
    return LNT_OK;
}
