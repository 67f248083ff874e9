/* SPDX-License-Identifier: MIT */
#include "cli/options/reading_options.h"

static const char *header_name(int i)
{
    static const char *const names[] = {
        [LNT_HEADER_AUTO] = "auto", [LNT_HEADER_NONE] = "no", [LNT_HEADER_PRESENT] = "yes"};
    return i >= 0 && i <= LNT_HEADER_PRESENT ? names[i] : NULL;
}

static const char *format_name(int i)
{
    return lnt_data_format_name((lnt_data_format) i);
}

/* What has a meaning for text in columns alone. */
#define FOR_CSV (1ULL << LNT_DATA_AUTO | 1ULL << LNT_DATA_CSV)

static const char *missing_name(int i)
{
    static const char *const names[] = {[LNT_MISSING_ERROR] = "error", [LNT_MISSING_DROP] = "drop"};
    return i >= 0 && i <= LNT_MISSING_DROP ? names[i] : NULL;
}

const lnt_cli_option lnt_cli_reading_options[LNT_CLI_READING_COUNT] = {
    {.name = "format",
     .kind = LNT_CLI_CHOICE,
     .offset = offsetof(lnt_cli_reading, format),
     .value = "FORMAT",
     .initial = "auto",
     .choice = format_name,
     .help = "Format of the data files; auto: by the first bytes, or else the name"},
    {.name = "delimiter",
     .kind = LNT_CLI_CHAR,
     .depends_on = "format",
     .only = FOR_CSV,
     .offset = offsetof(lnt_cli_reading, delimiter),
     .value = "CHAR",
     .help = "Field delimiter: a character or tab (default: detected from the first line)"},
    {.name = "header",
     .kind = LNT_CLI_CHOICE,
     .depends_on = "format",
     .only = FOR_CSV,
     .offset = offsetof(lnt_cli_reading, header),
     .value = "WHEN",
     .initial = "auto",
     .choice = header_name,
     .help = "Whether the first line names the columns"},
    {.name = "threads",
     .kind = LNT_CLI_COUNT,
     .offset = offsetof(lnt_cli_reading, threads),
     .value = "N",
     .initial = "1",
     .least = 1,
     .most = LNT_MAX_THREADS,
     .help = "Number of threads; the results do not depend on it"},
    {.name = "missing",
     .kind = LNT_CLI_CHOICE,
     .offset = offsetof(lnt_cli_reading, missing),
     .value = "HOW",
     .initial = "error",
     .choice = missing_name,
     .help = "What to do with rows that have missing values"},
};
