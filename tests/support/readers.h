/* SPDX-License-Identifier: MIT */
#ifndef TESTS_READERS_SUPPORT_H
#define TESTS_READERS_SUPPORT_H

/* Tables from the files that NumPy wrote, and from bytes. */

#include "support/csv.h"
#include "support/file.h"
#include <linnet/data.h>

/* A file of tests/reference/data/readers. */
static inline const char *sample(const char *name)
{
    static char path[4096];
    const char *root = getenv("LINNET_SOURCE_ROOT");
    cr_assert_not_null(root, "LINNET_SOURCE_ROOT is not set");
    snprintf(path, sizeof path, "%s/tests/reference/data/readers/%s", root, name);
    return path;
}

static inline lnt_read_options options_of(lnt_dtype dtype)
{
    lnt_read_options options = lnt_read_defaults();
    options.dtype = dtype;
    return options;
}

/* A frame that must be readable. */
static inline lnt_frame *frame_of(const char *path, const lnt_read_options *options)
{
    const lnt_read_options f64 = options_of(LNT_F64);
    lnt_frame *frame = NULL;
    lnt_error error = {.message = ""};
    const lnt_status status =
        lnt_data_read(&frame, path, LNT_DATA_AUTO, options != NULL ? options : &f64, &error);
    assert_status(status, LNT_OK, "%s: %s", path, error.message);
    return frame;
}

/* A file that must be refused, with a sentence that begins with its path and has `part` in it. */
static inline void refuse_file(const char *path, const lnt_read_options *options, lnt_status status,
                               const char *part)
{
    const lnt_read_options f64 = options_of(LNT_F64);
    lnt_frame *frame = (lnt_frame *) 1;
    lnt_error error = {.message = ""};
    assert_eq(lnt_data_read(&frame, path, LNT_DATA_AUTO, options != NULL ? options : &f64, &error),
              status, "%s: %s: %s", path, lnt_status_name(error.status), error.message);
    cr_assert_null(frame);
    assert_eq(error.status, status);
    assert_eq(strncmp(error.message, path, strlen(path)), 0, "'%s'", error.message);
    assert_contains(error.message, part, "'%s' is not in '%s'", part, error.message);
}

static inline void refuse_bytes(const char *name, const void *data, size_t size, lnt_status status,
                                const char *part)
{
    const char *const path = in_folder(name);
    write_bytes(path, data, size);
    refuse_file(path, NULL, status, part);
}

/* Numbers that count up, row by row. */
static inline void expect_count(lnt_frame *frame, size_t rows, size_t cols, double first)
{
    const lnt_tensor x = lnt_frame_values(frame);
    assert_eq(x.rows, rows, "%zu rows", x.rows);
    assert_eq(x.cols, cols, "%zu columns", x.cols);
    for (size_t i = 0; i < rows * cols; i++) {
        const double found = lnt_tensor_get(&x, i / cols, i % cols);
        assert_eq(found, first + (double) i, "[%zu, %zu] is %g", i / cols, i % cols, found);
    }
}

#endif
