/* SPDX-License-Identifier: MIT */
#include "base/files/file_error.h"
#include "io/json/number.h"
#include "io/model/text.h"

#include <math.h>
#include <string.h>

static const struct {
    const char *name;
    size_t offset;
} numbers[] = {{"prior_precision", offsetof(lnt_laplace_info, prior_precision)},
               {"noise", offsetof(lnt_laplace_info, noise)},
               {"effective", offsetof(lnt_laplace_info, effective)},
               {"log_marginal", offsetof(lnt_laplace_info, log_marginal)}};

enum { N_NUMBERS = sizeof numbers / sizeof numbers[0] };

json_t *lnt_laplace_json(const lnt_laplace_info *info)
{
    json_t *root = json_object();
    bool fine =
        root != NULL &&
        lnt_json_put(root, "structure", json_string(lnt_laplace_structure_name(info->structure))) &&
        lnt_json_put(root, "rows", lnt_u64_json(info->rows));
    for (size_t i = 0; i < N_NUMBERS && fine; i++) {
        double value;
        memcpy(&value, (const char *) info + numbers[i].offset, sizeof value);
        fine = lnt_json_put(root, numbers[i].name, lnt_f64_json(value));
    }
    if (!fine) {
        json_decref(root);
        return NULL;
    }
    return root;
}

static bool structure_parse(const json_t *value, lnt_laplace_structure *structure)
{
    const char *text = json_string_value(value);
    for (int s = LNT_LAPLACE_LAST_LAYER; text != NULL && s <= LNT_LAPLACE_FULL; s++) {
        *structure = (lnt_laplace_structure) s;
        if (strcmp(text, lnt_laplace_structure_name(*structure)) == 0) {
            return true;
        }
    }
    return false;
}

lnt_status lnt_laplace_parse(lnt_laplace_info *info, const json_t *root, const char *path,
                             lnt_error *error)
{
    uint64_t rows = 0;
    *info = (lnt_laplace_info){.structure = LNT_LAPLACE_LAST_LAYER};
    bool fine = structure_parse(json_object_get(root, "structure"), &info->structure) &&
                lnt_u64_parse(json_object_get(root, "rows"), &rows) && rows <= SIZE_MAX &&
                json_object_size(root) == N_NUMBERS + 2;
    info->rows = (size_t) rows;
    for (size_t i = 0; i < N_NUMBERS && fine; i++) {
        double value = NAN;
        fine = lnt_f64_parse(json_object_get(root, numbers[i].name), &value) && isfinite(value);
        memcpy((char *) info + numbers[i].offset, &value, sizeof value);
    }
    if (!fine || !(info->prior_precision > 0) || info->noise < 0) {
        return lnt_file_fail(
            error, LNT_ERR_FORMAT, path,
            "laplace: expected structure, rows, a prior's precision above 0, noise, "
            "effective and log_marginal");
    }
    return LNT_OK;
}
