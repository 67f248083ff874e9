/* SPDX-License-Identifier: MIT */
#include "io/model/file.h"

#include <string.h>

static const char *const keys[] = {
#define X(constant, key) [constant] = key,
    LNT_MODEL_KEY_LIST(X)
#undef X
};

const char *lnt_model_key_name(lnt_model_key key)
{
    return keys[key];
}

const char *lnt_model_value(lnt_text_lookup metadata, lnt_model_key key)
{
    return metadata.find(metadata.context, keys[key]);
}

lnt_status lnt_model_metadata_checksum(lnt_text_lookup metadata, lnt_checksum *checksum)
{
    lnt_checksum_part parts[2 * LNT_KEY_CHECKSUM];
    size_t n_parts = 0;
    for (unsigned key = 0; key < LNT_KEY_CHECKSUM; key++) {
        const char *value = lnt_model_value(metadata, (lnt_model_key) key);
        if (value != NULL) { /* the zero bytes separate key and value */
            parts[n_parts++] = (lnt_checksum_part){keys[key], strlen(keys[key]) + 1, 1};
            parts[n_parts++] = (lnt_checksum_part){value, strlen(value) + 1, 1};
        }
    }
    return lnt_checksum_of(parts, n_parts, checksum);
}

size_t lnt_model_shape(lnt_role role, size_t rows, size_t cols, size_t shape[2])
{
    if (role != LNT_ROLE_WEIGHT) {
        shape[0] = cols;
        return 1;
    }
    shape[0] = rows;
    shape[1] = cols;
    return 2;
}

lnt_st_dtype lnt_model_dtype(lnt_dtype dtype)
{
    return dtype == LNT_F64 ? LNT_ST_F64 : LNT_ST_F32;
}
