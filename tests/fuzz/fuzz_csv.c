/* SPDX-License-Identifier: MIT */
/* Tables: the first four bytes are options, the others the file, or what comes out of a pipe. */
#include "fuzz_allocator.h"

#include <linnet/data.h>
#include <math.h>

/* A pipe's matrix grows: the old one and the new. The line buffer; a column, of which a byte makes
 * one, takes a row in several tables. */
#define LIMIT ((size_t) 1 << 20u)
#define OVERHEAD ((size_t) 1 << 19u)
#define MULTIPLE 512

enum { OPTIONS = 4, PIPE = 65536 };

static lnt_read_options options_of(const uint8_t *bytes)
{
    static const char delimiters[] = {'\0', ',', ';', '\t', '|', ' ', 'x', '\0'};
    static const char *const columns[] = {"1", "-1", "a", "b", "column2"};
    lnt_read_options options = lnt_read_defaults();
    options.dtype = (bytes[0] & 1u) != 0 ? LNT_F64 : LNT_F32;
    options.delimiter = delimiters[bytes[0] >> 1u & 7u];
    options.header = (lnt_header_row) (bytes[1] % 3u);
    options.missing = (lnt_missing) (bytes[1] >> 4u & 1u);
    options.label_columns = columns;
    options.n_label_columns = (bytes[2] & 7u) % 6u;
    options.use_columns = columns + (bytes[3] & 3u);
    options.n_use_columns = (bytes[3] >> 2u & 1u) + (bytes[3] >> 3u & 1u);
    options.memory_limit = (bytes[3] & 0x80u) != 0 ? 64 : LIMIT;
    return options;
}

static double value_at(const lnt_tensor *x, size_t i, size_t j)
{
    const size_t at = i * x->cols + j; /* a frame's matrix is dense */
    return x->dtype == LNT_F32 ? (double) ((const float *) x->data)[at]
                               : ((const double *) x->data)[at];
}

static void use_frame(lnt_frame *frame)
{
    const lnt_tensor values = lnt_frame_values(frame);
    fuzz_require(values.rows > 0 && values.cols > 0, "an empty table");
    fuzz_require(lnt_names_count(lnt_frame_columns(frame)) == values.cols, "names and columns");
    for (size_t j = 0; j < values.cols; j++) {
        const lnt_names *labels = lnt_frame_labels(frame, j);
        for (size_t i = 0; i < values.rows; i++) {
            const double value = value_at(&values, i, j);
            fuzz_require(isfinite(value), "a number that is not finite");
            fuzz_require(labels == NULL || value < (double) lnt_names_count(labels),
                         "a label that is none");
        }
    }
    const lnt_status status = lnt_frame_encode(frame, values.cols - 1, 16, NULL);
    fuzz_require(status == LNT_OK || status == LNT_ERR_TOO_LARGE || status == LNT_ERR_MEMORY,
                 "a column that cannot be encoded");
}

/* The path of a pipe that holds the bytes; `*end` is to be closed. */
static const char *pipe_of(const uint8_t *data, size_t size, int *end)
{
    static char path[32];
    int ends[2];
    fuzz_require(pipe(ends) == 0 && write(ends[1], data, size) == (ssize_t) size, "no pipe");
    close(ends[1]);
    *end = ends[0];
    snprintf(path, sizeof path, "/proc/self/fd/%d", ends[0]);
    return path;
}

static lnt_status read_table(const char *path, const lnt_read_options *options, lnt_frame **frame)
{
    lnt_error error = {LNT_OK, ""};
    const lnt_status status = lnt_csv_read(frame, path, options, &error);
    fuzz_require((status == LNT_OK) == (*frame != NULL), "status and frame differ");
    if (status != LNT_OK && status != LNT_ERR_INVALID) {
        fuzz_sentence(&error, status, path);
    }
    return status;
}

static void compare(lnt_frame *a, lnt_frame *b)
{
    const lnt_tensor x = lnt_frame_values(a), y = lnt_frame_values(b);
    fuzz_require(x.rows == y.rows && x.cols == y.cols &&
                     memcmp(x.data, y.data, x.rows * x.cols * lnt_dtype_size(x.dtype)) == 0,
                 "a file and a pipe give two tables");
    for (size_t j = 0; j < x.cols; j++) {
        const lnt_names *of_a = lnt_frame_labels(a, j), *of_b = lnt_frame_labels(b, j);
        fuzz_require(lnt_names_count(of_a) == lnt_names_count(of_b), "two lists of labels");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < OPTIONS) {
        return 0;
    }
    lnt_read_options options = options_of(data);
    const bool twice = (data[2] & 0x80u) != 0 && size < PIPE;
    data += OPTIONS;
    size -= OPTIONS;
    fuzz_memory memory = fuzz_memory_of(4 * options.memory_limit + OVERHEAD + MULTIPLE * size);
    const lnt_allocator allocator = fuzz_allocator(&memory);
    options.allocator = &allocator;
    lnt_frame *frame, *piped = NULL;
    const lnt_status status = read_table(fuzz_file(data, size), &options, &frame);
    if (twice) {
        int end;
        const char *path = pipe_of(data, size, &end);
        fuzz_require(read_table(path, &options, &piped) == status, "two statuses");
        close(end);
    }
    if (piped != NULL) {
        compare(frame, piped);
        lnt_frame_destroy(piped);
    }
    if (status == LNT_OK) {
        use_frame(frame);
    }
    lnt_frame_destroy(frame);
    fuzz_memory_done(&memory);
    return 0;
}
