/* SPDX-License-Identifier: MIT */
#include "cli/dataset/model_names.h"

#include <jansson.h>
#include <stdlib.h>

lnt_status lnt_cli_names_check(const lnt_names *names, const char *path, const char *what,
                               lnt_error *error)
{
    for (size_t i = 0; i < lnt_names_count(names); i++) {
        json_t *text = json_string(lnt_names_get(names, i));
        if (text == NULL) {
            return lnt_fail(error, LNT_ERR_FORMAT,
                            "%s: %s '%s' is not UTF-8: convert the file, for instance with iconv",
                            path, what, lnt_names_get(names, i));
        }
        json_decref(text);
    }
    return LNT_OK;
}

lnt_status lnt_cli_names_pick(lnt_names **names, const lnt_names *source, const size_t *index,
                              size_t count)
{
    const char **strings = calloc(count, sizeof *strings);
    if (strings == NULL) {
        return LNT_ERR_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        strings[i] = lnt_names_get(source, index == NULL ? i : index[i]);
    }
    const lnt_status status = lnt_names_create(names, strings, count, NULL);
    free(strings);
    return status;
}
