/* SPDX-License-Identifier: MIT */
#include "data/input/inflate.h"

#include "base/arena.h"
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <zlib.h>

enum { INPUT_BYTES = 64 * 1024 };

struct lnt_inflate {
    lnt_owner owner;
    lnt_stream compressed;
    z_stream z;
    bool in_member; /* inside a gzip member */
    bool exhausted; /* the compressed stream has no bytes after those in `bytes` */
    unsigned char bytes[INPUT_BYTES];
};

bool lnt_gzip_is(const void *bytes, size_t size)
{
    return size >= 2 && memcmp(bytes, "\x1F\x8B", 2) == 0;
}

lnt_status lnt_inflate_open(lnt_inflate **inflate, const lnt_stream *compressed,
                            const lnt_allocator *allocator)
{
    enum { GZIP_ONLY = 16 + MAX_WBITS };
    lnt_inflate *const i = lnt_allocate(allocator, 1, sizeof *i);
    if (i == NULL || inflateInit2(&i->z, GZIP_ONLY) != Z_OK) {
        lnt_release(allocator, i);
        return lnt_fail(compressed->error, LNT_ERR_MEMORY, "%s: out of memory", compressed->name);
    }
    i->owner = lnt_owner_of(allocator);
    i->compressed = *compressed;
    i->in_member = true;
    *inflate = i;
    return LNT_OK;
}

void lnt_inflate_close(lnt_inflate *inflate)
{
    if (inflate != NULL) {
        inflateEnd(&inflate->z);
        lnt_owner_release(inflate->owner, inflate);
    }
}

static lnt_status fail(const lnt_inflate *i, const char *what)
{
    return lnt_fail(i->compressed.error, LNT_ERR_FORMAT, "%s: %s", i->compressed.name, what);
}

static lnt_status fill(lnt_inflate *i)
{
    size_t count;
    LNT_TRY(i->compressed.read(i->compressed.context, i->bytes, sizeof i->bytes, &count));
    i->exhausted = count < sizeof i->bytes;
    i->z.next_in = i->bytes;
    i->z.avail_in = (uInt) count;
    return LNT_OK;
}

/* Runs inflate once; its output buffer is already set. */
static lnt_status step(lnt_inflate *i)
{
    if (!i->in_member) { /* more bytes follow: another gzip member */
        inflateReset(&i->z);
        i->in_member = true;
    }
    const int result = inflate(&i->z, Z_NO_FLUSH);
    if (result == Z_STREAM_END) {
        i->in_member = false;
        return LNT_OK;
    }
    if (result == Z_MEM_ERROR) {
        return lnt_fail(i->compressed.error, LNT_ERR_MEMORY, "%s: out of memory",
                        i->compressed.name);
    }
    return result == Z_OK || result == Z_BUF_ERROR
               ? LNT_OK
               : fail(i, "the gzip data is damaged, or its checksum is wrong");
}

static lnt_status read_inflated(void *context, void *to, size_t size, size_t *count)
{
    lnt_inflate *const i = context;
    *count = 0;
    while (*count < size) {
        if (i->z.avail_in == 0 && !i->exhausted) {
            LNT_TRY(fill(i));
        }
        if (i->z.avail_in == 0 && !i->in_member) {
            return LNT_OK;
        }
        const size_t left = size - *count;
        const uInt room = left < UINT_MAX ? (uInt) left : UINT_MAX;
        const uInt before = i->z.avail_in;
        i->z.next_out = (unsigned char *) to + *count;
        i->z.avail_out = room;
        LNT_TRY(step(i));
        const size_t n = room - i->z.avail_out;
        *count += n;
        if (i->in_member && n == 0 && i->z.avail_in == before && i->exhausted) {
            return fail(i, "the gzip data is truncated");
        }
    }
    return LNT_OK;
}

lnt_stream lnt_inflate_stream(lnt_inflate *inflate)
{
    return (lnt_stream){.name = inflate->compressed.name,
                        .error = inflate->compressed.error,
                        .size = LNT_STREAM_SIZE_UNKNOWN,
                        .read = read_inflated,
                        .context = inflate};
}
