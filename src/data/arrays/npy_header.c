/* SPDX-License-Identifier: MIT */
#include "base/arena.h"
#include "data/arrays/npy.h"
#include "data/arrays/npy_dictionary.h"
#include <string.h>

bool lnt_npy_is(const void *bytes, size_t size)
{
    return size >= LNT_NPY_MAGIC_LENGTH && memcmp(bytes, LNT_NPY_MAGIC, LNT_NPY_MAGIC_LENGTH) == 0;
}

/* The length of the header's text, and of the bytes before it. */
static lnt_status measure(const unsigned char *bytes, size_t size, const char *name, size_t *before,
                          size_t *length, lnt_error *error)
{
    static const char cut[] = "%s: the file ends in the npy header";
    if (!lnt_npy_is(bytes, size)) {
        return lnt_fail(error, LNT_ERR_FORMAT, "%s: expected an .npy file, found other bytes",
                        name);
    }
    const unsigned char *const version = bytes + LNT_NPY_MAGIC_LENGTH;
    if (size < LNT_NPY_MAGIC_LENGTH + 2) {
        return lnt_fail(error, LNT_ERR_FORMAT, cut, name);
    }
    if (version[0] < 1 || version[0] > 3 || version[1] != 0) {
        return lnt_fail(error, LNT_ERR_FORMAT, "%s: expected npy version 1, 2 or 3, found %d.%d",
                        name, version[0], version[1]);
    }
    *before = LNT_NPY_MAGIC_LENGTH + 2 + (version[0] == 1 ? 2 : 4);
    if (size < *before) {
        return lnt_fail(error, LNT_ERR_FORMAT, cut, name);
    }
    *length = (size_t) version[2] | (size_t) version[3] << 8;
    if (version[0] > 1) {
        *length |= (size_t) version[4] << 16 | (size_t) version[5] << 24;
    }
    if (*length > LNT_NPY_MAX_HEADER) {
        return lnt_fail(error, LNT_ERR_FORMAT,
                        "%s: expected an npy header of at most %d bytes, found %zu", name,
                        LNT_NPY_MAX_HEADER, *length);
    }
    return size - *before >= *length ? LNT_OK : lnt_fail(error, LNT_ERR_FORMAT, cut, name);
}

/* Computes the products. None may overflow, even if another extent is 0. */
static lnt_status settle_sizes(lnt_npy_info *header, const char *name, lnt_error *error)
{
    header->rows = header->rank > 0 ? header->shape[0] : 1;
    header->cols = 1;
    bool fits = true;
    for (size_t i = 1; i < header->rank; i++) {
        fits = fits && lnt_multiply(header->cols, header->shape[i], &header->cols);
    }
    size_t row;
    fits = fits && lnt_multiply(header->cols, header->file_dtype.size, &row) &&
           lnt_multiply(header->rows, row, &header->bytes);
    if (!fits || header->bytes > PTRDIFF_MAX) {
        return lnt_fail(error, LNT_ERR_TOO_LARGE, "%s: the shape in the npy header is too large",
                        name);
    }
    return LNT_OK;
}

lnt_status lnt_npy_header_read(lnt_npy_info *header, const void *bytes, size_t size,
                               const char *name, lnt_error *error)
{
    size_t before = 0, length = 0;
    LNT_TRY(measure(bytes, size, name, &before, &length, error));
    lnt_npy_info found = {0};
    const bool python2 = ((const unsigned char *) bytes)[LNT_NPY_MAGIC_LENGTH] < 3;
    LNT_TRY(lnt_npy_dictionary_read(&found, (const char *) bytes + before, length, python2, name,
                                    error));
    LNT_TRY(settle_sizes(&found, name, error));
    found.offset = before + length;
    *header = found;
    return LNT_OK;
}
