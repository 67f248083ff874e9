/* SPDX-License-Identifier: MIT */
#ifndef TESTS_CSV_SUPPORT_H
#define TESTS_CSV_SUPPORT_H

/* Reads CSV text through a file, or through a pipe. */

#include "support/assert.h"
#include <linnet/data.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static inline lnt_read_options with_labels(const char *const *columns, size_t count)
{
    lnt_read_options options = lnt_read_defaults();
    options.label_columns = columns;
    options.n_label_columns = count;
    return options;
}

typedef struct csv_file {
    char path[64];
} csv_file;

static inline csv_file csv_write(const char *text, size_t length)
{
    csv_file file = {"/tmp/linnet-csv-XXXXXX"};
    const int descriptor = mkstemp(file.path);
    assert_ge(descriptor, 0);
    for (size_t done = 0; done < length;) {
        const ssize_t count = write(descriptor, text + done, length - done);
        assert_gt(count, 0);
        done += (size_t) count;
    }
    assert_eq(close(descriptor), 0);
    return file;
}

static inline lnt_status csv_read_bytes(lnt_frame **frame, const char *text, size_t length,
                                        const lnt_read_options *options, lnt_error *error)
{
    const csv_file file = csv_write(text, length);
    const lnt_status status = lnt_csv_read(frame, file.path, options, error);
    unlink(file.path);
    /* So that messages can be compared, the random name becomes "t.csv". */
    if (status != LNT_OK && error != NULL &&
        strncmp(error->message, file.path, strlen(file.path)) == 0) {
        char rest[LNT_ERROR_LENGTH];
        strcpy(rest, error->message + strlen(file.path));
        snprintf(error->message, sizeof error->message, "t.csv%.500s", rest);
    }
    return status;
}

/* A frame that must be readable. */
static inline lnt_frame *csv_frame(const char *text, const lnt_read_options *options)
{
    const lnt_read_options defaults = lnt_read_defaults();
    lnt_frame *frame = NULL;
    lnt_error error = {.message = ""};
    const lnt_status status =
        csv_read_bytes(&frame, text, strlen(text), options != NULL ? options : &defaults, &error);
    assert_status(status, LNT_OK, "'%s': %s", text, error.message);
    return frame;
}

/* The same through a pipe; the text must fit into one. */
static inline lnt_status csv_read_pipe(lnt_frame **frame, const char *text,
                                       const lnt_read_options *options, lnt_error *error)
{
    int ends[2];
    assert_eq(pipe(ends), 0);
    assert_eq(write(ends[1], text, strlen(text)), (ssize_t) strlen(text));
    close(ends[1]);
    char path[32];
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    const lnt_status status = lnt_csv_read(frame, path, options, error);
    close(ends[0]);
    return status;
}

static inline void csv_expect(lnt_frame *frame, size_t rows, size_t cols, const double *values)
{
    const lnt_tensor x = lnt_frame_values(frame);
    assert_eq(x.rows, rows, "%zu rows, expected %zu", x.rows, rows);
    assert_eq(x.cols, cols, "%zu columns, expected %zu", x.cols, cols);
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < cols; j++) {
            const double want =
                x.dtype == LNT_F32 ? (double) (float) values[i * cols + j] : values[i * cols + j];
            assert_eq(lnt_tensor_get(&x, i, j), want, "[%zu, %zu] is %g, expected %g", i, j,
                      lnt_tensor_get(&x, i, j), want);
        }
    }
}

/* The names, joined by '|'. */
static inline void csv_expect_names(const lnt_names *names, const char *joined)
{
    char text[1024] = "";
    cr_assert_not_null(names);
    for (size_t i = 0; i < lnt_names_count(names); i++) {
        const size_t length = strlen(text);
        snprintf(text + length, sizeof text - length, "%s%s", i > 0 ? "|" : "",
                 lnt_names_get(names, i));
    }
    assert_str_eq(text, joined);
}

#endif
