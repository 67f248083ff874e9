/* SPDX-License-Identifier: MIT */
#include "data/arrays/npy.h"
#include "probe_data.h"

#include <linnet/file.h>
#include <string.h>
#include <zlib.h>

enum { ROWS = 10000, COLS = 2, ARRAY_MOST = LNT_NPY_PREAMBLE_CAPACITY + ROWS * COLS * 4, NAME = 5 };

/* A file in the making. */
typedef struct archive {
    unsigned char bytes[2 * ARRAY_MOST];
    size_t used;
} archive;

static void put(archive *to, unsigned long value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        to->bytes[to->used++] = (unsigned char) (i < sizeof value ? value >> (8 * i) & 0xffu : 0);
    }
}

static void put_bytes(archive *to, const void *bytes, size_t count)
{
    memcpy(to->bytes + to->used, bytes, count);
    to->used += count;
}

/* x.npy: 3 rows or all of them. */
static size_t make_array(unsigned char *bytes, bool new)
{
    const size_t shape[] = {new ? ROWS : 3, COLS};
    char begin[LNT_NPY_PREAMBLE_CAPACITY];
    size_t used = lnt_npy_header_write(lnt_file_dtype_native(LNT_F32), false, 2, shape, begin);
    memcpy(bytes, begin, used);
    for (size_t i = 0; i < shape[0] * COLS; i++, used += sizeof(float)) {
        const float number = (float) (i * i % 1009);
        memcpy(bytes + used, &number, sizeof number);
    }
    return used;
}

static bool pack(unsigned char *to, size_t *used, unsigned char *from, size_t bytes)
{
    z_stream stream = {
        .next_in = from, .avail_in = (uInt) bytes, .next_out = to, .avail_out = ARRAY_MOST};
    const bool done = deflateInit2(&stream, 1, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) == Z_OK &&
                      deflate(&stream, Z_FINISH) == Z_STREAM_END;
    *used = stream.total_out;
    (void) deflateEnd(&stream);
    return done;
}

/* What the member's own header and its line in the directory have in common. */
static void put_member(archive *to, bool packed, unsigned long sum, size_t stored, size_t bytes)
{
    put(to, 20, 2); /* version 2.0 */
    put(to, 0, 2);
    put(to, packed ? 8 : 0, 2);
    put(to, 0x210000, 4); /* 1980-01-01 */
    put(to, sum, 4);
    put(to, stored, 4);
    put(to, bytes, 4);
    put(to, NAME, 2);
    put(to, 0, 2);
}

/* One member, as NumPy's savez and savez_compressed write it. */
static lnt_status write_npz(const char *path, bool new, bool packed, lnt_error *error)
{
    static unsigned char array[ARRAY_MOST], small[ARRAY_MOST];
    static archive to;
    const size_t bytes = make_array(array, new);
    const unsigned long sum = crc32(0, array, (uInt) bytes);
    size_t stored = bytes;
    if (packed && !pack(small, &stored, array, bytes)) {
        return LNT_ERR_MEMORY;
    }
    to.used = 0;
    put(&to, 0x04034b50, 4);
    put_member(&to, packed, sum, stored, bytes);
    put_bytes(&to, "x.npy", NAME);
    put_bytes(&to, packed ? small : array, stored);
    const size_t directory = to.used;
    put(&to, 0x02014b50, 4);
    put(&to, 20, 2);
    put_member(&to, packed, sum, stored, bytes);
    put(&to, 0, 14); /* remark, disk, attributes, offset */
    put_bytes(&to, "x.npy", NAME);
    const size_t end = to.used;
    put(&to, 0x06054b50, 4);
    put(&to, 0, 4);
    put(&to, 1, 2);
    put(&to, 1, 2);
    put(&to, end - directory, 4);
    put(&to, directory, 4);
    put(&to, 0, 2);
    return lnt_file_write(path, to.bytes, to.used, error);
}

lnt_status probe_write_npz(const char *path, bool new, lnt_error *error)
{
    return write_npz(path, new, false, error);
}

lnt_status probe_write_npz_packed(const char *path, bool new, lnt_error *error)
{
    return write_npz(path, new, true, error);
}
