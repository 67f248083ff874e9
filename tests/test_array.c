/* SPDX-License-Identifier: MIT */
/* Arrays from streams that fail. */
#include "data/array.h"
#include "net_support.h"

typedef struct source {
    const char *bytes;
    size_t size, place;
    size_t calls, fail_at; /* of the calls, from 1 */
} source;

static lnt_status read_some(void *context, void *to, size_t size, size_t *count)
{
    source *s = context;
    *count = 0;
    if (++s->calls == s->fail_at) {
        return LNT_ERR_IO;
    }
    *count = size < s->size - s->place ? size : s->size - s->place;
    memcpy(to, s->bytes + s->place, *count);
    s->place += *count;
    return LNT_OK;
}

/* A stream that fails is told of as such, and not as a header that is cut short. */
Test(array, a_stream_that_fails_in_the_header)
{
    char bytes[128];
    memset(bytes, ' ', sizeof bytes);
    memcpy(bytes, "\x93NUMPY\1\0\x76\0", 10);
    memcpy(bytes + 10, "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }", 59);
    bytes[127] = '\n';
    for (size_t fail_at = 0; fail_at <= 2; fail_at++) {
        source s = {.bytes = bytes, .size = sizeof bytes, .fail_at = fail_at};
        lnt_error error = {LNT_OK, ""};
        const lnt_stream stream = {"x.npy", &error, LNT_STREAM_ENDLESS, read_some, &s};
        lnt_npy_header header;
        FAILS(fail_at == 0 ? LNT_OK : LNT_ERR_IO, lnt_array_begin(&header, &stream));
        cr_assert(s.calls == (fail_at == 1 ? 1 : 2) && error.message[0] == '\0');
        if (fail_at == 0) {
            cr_assert(header.rank == 2 && header.shape[0] == 2 && header.shape[1] == 3);
        }
    }
}
