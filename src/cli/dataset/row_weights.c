/* SPDX-License-Identifier: MIT */
#include "cli/dataset/row_weights.h"

lnt_status lnt_cli_weights_find(const lnt_frame *frame, const char *option, const char *column,
                                size_t *places, size_t *count, lnt_error *error)
{
    if (column == NULL) {
        return LNT_OK;
    }
    lnt_error inner = {LNT_OK, ""};
    const lnt_status status = lnt_frame_find(frame, column, &places[*count], &inner);
    if (status != LNT_OK) {
        return lnt_fail(error, status, "option --%s: %s", option, inner.message);
    }
    (*count)++;
    return LNT_OK;
}

lnt_status lnt_cli_weights_check(lnt_frame *frame, size_t place, const char *path, lnt_error *error)
{
    const lnt_tensor values = lnt_frame_values(frame);
    for (size_t i = 0; i < values.rows; i++) {
        const double weight = lnt_tensor_get(&values, i, place);
        if (!(weight >= 0)) {
            return lnt_fail(error, LNT_ERR_INVALID,
                            "%s: column '%s': expected weights from 0, found %g in row %zu", path,
                            lnt_names_get(lnt_frame_columns(frame), place), weight, i + 1);
        }
    }
    return LNT_OK;
}
