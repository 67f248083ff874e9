/* SPDX-License-Identifier: MIT */
#include "io/safetensors/safetensors.h"

#include "base/arena.h"

#include <string.h>

static const struct {
    const char *name;
    size_t bits;
    size_t word;
} dtypes[] = {
#define X(name, bits, word) {#name, bits, word},
    LNT_ST_DTYPE_LIST(X)
#undef X
};

enum { N_DTYPES = sizeof dtypes / sizeof dtypes[0] };

const char *lnt_st_dtype_name(lnt_st_dtype dtype)
{
    return dtypes[dtype].name;
}

size_t lnt_st_dtype_bits(lnt_st_dtype dtype)
{
    return dtypes[dtype].bits;
}

size_t lnt_st_dtype_word(lnt_st_dtype dtype)
{
    return dtypes[dtype].word;
}

lnt_status lnt_st_dtype_find(const char *name, lnt_st_dtype *dtype)
{
    for (unsigned i = 0; i < N_DTYPES; i++) {
        if (strcmp(dtypes[i].name, name) == 0) {
            *dtype = (lnt_st_dtype) i;
            return LNT_OK;
        }
    }
    return LNT_ERR_INVALID;
}

lnt_status lnt_st_tensor_bytes(const lnt_st_tensor *tensor, size_t *bytes)
{
    size_t size = 1;
    for (size_t i = 0; i < tensor->rank; i++) {
        if (!lnt_multiply(size, tensor->shape[i], &size)) {
            return LNT_ERR_TOO_LARGE;
        }
    }
    if (!lnt_multiply(size, lnt_st_dtype_bits(tensor->dtype), &size)) {
        return LNT_ERR_TOO_LARGE;
    }
    if (size % 8 != 0) {
        return LNT_ERR_INVALID;
    }
    *bytes = size / 8;
    return LNT_OK;
}
