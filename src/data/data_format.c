/* SPDX-License-Identifier: MIT */
#include "data/data_format.h"
#include "data/arrays/idx.h"
#include "data/arrays/npy.h"
#include "data/input/inflate.h"
#include "data/libsvm/libsvm.h"
#include <string.h>
#include <strings.h>

static const char *const names[] = {
    [LNT_DATA_AUTO] = "auto", [LNT_DATA_CSV] = "csv", [LNT_DATA_NPY] = "npy",
    [LNT_DATA_NPZ] = "npz",   [LNT_DATA_IDX] = "idx", [LNT_DATA_LIBSVM] = "libsvm"};
enum { N_FORMATS = sizeof names / sizeof names[0] };

const char *lnt_data_format_name(lnt_data_format format)
{
    return (unsigned) format < N_FORMATS ? names[format] : NULL;
}

lnt_status lnt_data_format_find(const char *name, lnt_data_format *format)
{
    if (name == NULL || format == NULL) {
        return LNT_ERR_NULL;
    }
    for (int i = 0; i < N_FORMATS; i++) {
        if (strcmp(names[i], name) == 0) {
            *format = (lnt_data_format) i;
            return LNT_OK;
        }
    }
    return LNT_ERR_INVALID;
}

/* A zip file begins with an entry, or with the end record if it is empty. */
static bool is_zip(const char *bytes, size_t size)
{
    return size >= 4 &&
           (memcmp(bytes, "PK\x03\x04", 4) == 0 || memcmp(bytes, "PK\x05\x06", 4) == 0);
}

lnt_data_format lnt_format_from_bytes(const char *bytes, size_t size, bool cut)
{
    if (lnt_npy_is(bytes, size)) {
        return LNT_DATA_NPY;
    }
    if (is_zip(bytes, size)) {
        return LNT_DATA_NPZ;
    }
    if (lnt_gzip_is(bytes, size) || lnt_idx_is(bytes, size)) {
        return LNT_DATA_IDX;
    }
    return lnt_libsvm_is(bytes, size, cut) ? LNT_DATA_LIBSVM : LNT_DATA_AUTO;
}

lnt_data_format lnt_format_from_name(const char *path)
{
    static const struct {
        const char *end;
        lnt_data_format format;
    } ends[] = {
        {".npy", LNT_DATA_NPY},         {".npz", LNT_DATA_NPZ},    {".idx", LNT_DATA_IDX},
        {"-ubyte", LNT_DATA_IDX},       {".gz", LNT_DATA_IDX},     {".libsvm", LNT_DATA_LIBSVM},
        {".svmlight", LNT_DATA_LIBSVM}, {".svm", LNT_DATA_LIBSVM},
    };
    const size_t length = strlen(path);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        const size_t n = strlen(ends[i].end);
        if (length >= n && strcasecmp(path + length - n, ends[i].end) == 0) {
            return ends[i].format;
        }
    }
    return LNT_DATA_CSV;
}

lnt_status lnt_format_resolve(lnt_data_format *format, lnt_input *input, const char *path)
{
    const char *bytes;
    size_t count;
    if (*format == LNT_DATA_AUTO) {
        LNT_TRY(lnt_input_peek(input, &bytes, &count));
        *format = lnt_format_from_bytes(bytes, count, count == LNT_INPUT_PEEK);
    }
    if (*format == LNT_DATA_AUTO) {
        *format = lnt_format_from_name(path);
    }
    return LNT_OK;
}
