/* SPDX-License-Identifier: MIT */
#include "data/csv/csv.h"

#include <string.h>

lnt_read_options lnt_read_defaults(void)
{
    return (lnt_read_options){.dtype = LNT_F32, .memory_limit = SIZE_MAX};
}

static bool is_usable_delimiter(char c)
{
    static const char taken[] = "\"\r\n+-.0123456789eE";
    return (unsigned char) c < 0x80 && memchr(taken, c, sizeof taken - 1) == NULL;
}

lnt_status lnt_csv_options_check(const lnt_read_options *options, lnt_error *error)
{
    if (options->dtype != LNT_F32 && options->dtype != LNT_F64) {
        return lnt_fail(error, LNT_ERR_DTYPE, "dtype: expected f32 or f64, found %s",
                        lnt_dtype_name(options->dtype));
    }
    if ((unsigned) options->header > LNT_HEADER_PRESENT) {
        return lnt_fail(error, LNT_ERR_INVALID, "header is %d, expected one of lnt_header_row",
                        (int) options->header);
    }
    if ((unsigned) options->missing > LNT_MISSING_DROP) {
        return lnt_fail(error, LNT_ERR_INVALID, "missing is %d, expected one of lnt_missing",
                        (int) options->missing);
    }
    if (!is_usable_delimiter(options->delimiter)) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "delimiter: expected one ASCII character that is not a quote, a line's end "
                        "or part of a number, found code %d",
                        (unsigned char) options->delimiter);
    }
    for (size_t i = 0; i < options->n_label_columns; i++) {
        if (options->label_columns == NULL || options->label_columns[i] == NULL) {
            return lnt_fail(error, LNT_ERR_NULL, "label_columns: name %zu is NULL", i + 1);
        }
    }
    for (size_t i = 0; i < options->n_use_columns; i++) {
        if (options->use_columns == NULL || options->use_columns[i] == NULL) {
            return lnt_fail(error, LNT_ERR_NULL, "use_columns: name %zu is NULL", i + 1);
        }
    }
    return LNT_OK;
}
