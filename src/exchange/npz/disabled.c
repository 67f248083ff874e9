/* SPDX-License-Identifier: MIT */
#include "base/files/file_error.h"
#include "exchange/npz/model.h"

#include <linnet/exchange.h>

/* In a build without libzip. */

static lnt_status refuse(const void *model, const char *path, const char *sentence,
                         lnt_error *error)
{
    if (model == NULL || path == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "the model, its net or the path is NULL");
    }
    return lnt_file_fail(error, LNT_ERR_INVALID, path, "%s (meson option zip)", sentence);
}

lnt_status lnt_npz_export(const lnt_model *model, const char *path, lnt_error *error)
{
    return refuse(model != NULL ? model->net : NULL, path,
                  "this build of linnet writes no .npz files", error);
}

lnt_status lnt_npz_load(lnt_model *model, const char *path, bool allow_nonfinite,
                        const lnt_allocator *allocator, lnt_error *error)
{
    (void) allow_nonfinite;
    (void) allocator;
    if (model != NULL) {
        *model = lnt_model_init();
    }
    return refuse(model, path, "this build of linnet reads no .npz files", error);
}

lnt_status lnt_npz_import(lnt_model *model, const char *path, const lnt_allocator *allocator,
                          lnt_error *error)
{
    return lnt_npz_load(model, path, false, allocator, error);
}
