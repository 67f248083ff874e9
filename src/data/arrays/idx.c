/* SPDX-License-Identifier: MIT */
#include "data/arrays/idx.h"

#include "base/arena.h"

enum { PREFIX_BYTES = 4 }; /* bytes before the extents */

static const lnt_file_dtype *dtype_of_code(unsigned char type)
{
    static const lnt_file_dtype dtypes[] = {
        [0x08] = {'u', 1, true}, [0x09] = {'i', 1, true}, [0x0B] = {'i', 2, true},
        [0x0C] = {'i', 4, true}, [0x0D] = {'f', 4, true}, [0x0E] = {'f', 8, true}};
    const bool known = type < sizeof dtypes / sizeof dtypes[0] && dtypes[type].size > 0;
    return known ? &dtypes[type] : NULL;
}

bool lnt_idx_is(const void *bytes, size_t size)
{
    const unsigned char *const b = bytes;
    return size >= PREFIX_BYTES && b[0] == 0 && b[1] == 0 && dtype_of_code(b[2]) != NULL &&
           b[3] > 0 && b[3] <= LNT_NPY_MAX_RANK;
}

static lnt_status fail(const lnt_stream *stream, const char *what)
{
    return lnt_fail(stream->error, LNT_ERR_FORMAT, "%s: %s", stream->name, what);
}

lnt_status lnt_idx_read_header(lnt_npy_info *header, const lnt_stream *stream)
{
    unsigned char bytes[4 * LNT_NPY_MAX_RANK];
    size_t count;
    LNT_TRY(stream->read(stream->context, bytes, PREFIX_BYTES, &count));
    if (!lnt_idx_is(bytes, count)) {
        return fail(stream, "expected an IDX file (two zeros, a type, 1 to 32 dimensions)");
    }
    lnt_npy_info found = {.file_dtype = *dtype_of_code(bytes[2]), .rank = bytes[3], .cols = 1};
    found.offset = PREFIX_BYTES + 4 * found.rank;
    LNT_TRY(stream->read(stream->context, bytes, 4 * found.rank, &count));
    if (count < 4 * found.rank) {
        return fail(stream, "the file ends before its elements");
    }
    bool fits = true;
    for (size_t i = 0; i < found.rank; i++) {
        const unsigned char *const b = bytes + 4 * i;
        found.shape[i] = (size_t) b[0] << 24 | (size_t) b[1] << 16 | (size_t) b[2] << 8 | b[3];
        fits = fits && (i == 0 || lnt_multiply(found.cols, found.shape[i], &found.cols));
    }
    found.rows = found.shape[0];
    fits = fits && lnt_multiply(found.rows, found.cols, &found.bytes) &&
           lnt_multiply(found.bytes, found.file_dtype.size, &found.bytes);
    if (!fits) {
        return lnt_fail(stream->error, LNT_ERR_TOO_LARGE, "%s: the dimensions are too large",
                        stream->name);
    }
    *header = found;
    return LNT_OK;
}
