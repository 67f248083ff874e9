/* SPDX-License-Identifier: MIT */
/* Arrays from streams that fail. */
#include "data/arrays/array.h"
#include "data/arrays/idx.h"
#include "support/file.h"
#include "support/net.h"

TestSuite(array, .init = make_test_folder, .fini = remove_test_folder);

typedef struct source {
    const char *text;
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
    memcpy(to, s->text + s->place, *count);
    s->place += *count;
    return LNT_OK;
}

/* A stream that fails is told of as such, and not as a header that is cut short. */
Test(array, a_stream_that_fails_in_the_header)
{
    char text[128];
    memset(text, ' ', sizeof text);
    memcpy(text, "\x93NUMPY\1\0\x76\0", 10);
    memcpy(text + 10, "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }", 59);
    text[127] = '\n';
    for (size_t fail_at = 0; fail_at <= 2; fail_at++) {
        source s = {.text = text, .size = sizeof text, .fail_at = fail_at};
        lnt_error error = {LNT_OK, ""};
        const lnt_stream stream = {"x.npy", &error, LNT_STREAM_SIZE_UNKNOWN, read_some, &s};
        lnt_npy_info header;
        FAILS(fail_at == 0 ? LNT_OK : LNT_ERR_IO, lnt_array_read_header(&header, &stream));
        assert_eq(s.calls, fail_at == 1 ? 1 : 2);
        assert_str_eq(error.message, "");
        if (fail_at == 0) {
            assert_eq(header.rank, 2);
            assert_eq(header.shape[0], 2);
            assert_eq(header.shape[1], 3);
        }
    }
}

/* The first bytes of an IDX file are 0, 0, a type and a rank. */
Test(array, what_is_idx)
{
    const unsigned char good[16] = {0, 0, 8, 1, 0, 0, 0, 1};
    cr_assert(lnt_idx_is(good, sizeof good));
    for (size_t i = 0; i < 4; i++) {
        unsigned char bad[16];
        memcpy(bad, good, sizeof bad);
        bad[i] = i < 2 ? 1 : 0;
        cr_assert(!lnt_idx_is(bad, sizeof bad), "byte %zu", i);
    }
}

/* Numbers of another type, down to a single one. */
Test(array, the_last_number_is_read)
{
    const char *path = in_folder("x.npy");
    for (int32_t count = 1; count <= 3; count++) {
        char text[128 + 12];
        memset(text, ' ', sizeof text);
        memcpy(text, "\x93NUMPY\1\0\x76\0", 10);
        snprintf(text + 10, 100, "{'descr': '<i4', 'fortran_order': False, 'shape': (%d, 1), }",
                 (int) count);
        text[strlen(text + 10) + 10] = ' ';
        text[127] = '\n';
        for (int32_t i = 0; i < count; i++) {
            const int32_t value = 42 + i;
            memcpy(text + 128 + 4 * i, &value, 4);
        }
        write_bytes(path, text, 128 + 4 * (size_t) count);
        lnt_frame *frame;
        const lnt_read_options options = lnt_read_defaults();
        lnt_error error = {LNT_OK, ""};
        const lnt_status status = lnt_data_read(&frame, path, LNT_DATA_AUTO, &options, &error);
        assert_status(status, LNT_OK, "%s", error.message);
        const lnt_tensor values = lnt_frame_values(frame);
        for (int32_t i = 0; i < count; i++) {
            assert_eq(lnt_tensor_get(&values, (size_t) i, 0), 42 + i);
        }
        lnt_frame_destroy(frame);
    }
}
