/* SPDX-License-Identifier: MIT */
#include "probe_data.h"

#include <errno.h>
#include <linnet/file.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

/* 3 images of 2 by 2, or 9000: IDX, packed or not. */
static size_t make_idx(unsigned char *bytes, bool new)
{
    const unsigned images = new ? 9000 : 3;
    const unsigned char header[] = {
        0, 0, 8, 3, 0, 0, (unsigned char) (images >> 8u), (unsigned char) images, 0, 0,
        0, 2, 0, 0, 0, 2};
    memcpy(bytes, header, sizeof header);
    for (size_t i = 0; i < 4 * (size_t) images; i++) {
        bytes[sizeof header + i] = (unsigned char) (i * i % 251);
    }
    return sizeof header + 4 * (size_t) images;
}

enum { IDX_MOST = 40000 };

lnt_status probe_write_idx(const char *path, bool new, lnt_error *error)
{
    static unsigned char bytes[IDX_MOST];
    return lnt_file_write(path, bytes, make_idx(bytes, new), error);
}

/* By the descriptor of a writer; what a program of its own has to do about its calls. */
static lnt_status write_all(int fd, const char *path, const unsigned char *bytes, size_t size,
                            lnt_error *error)
{
    while (size > 0) {
        const ssize_t n = write(fd, bytes, size);
        if (n < 0 && errno != EINTR) {
            return lnt_fail(error, LNT_ERR_IO, "%s: cannot write: %s", path, strerror(errno));
        }
        bytes += n > 0 ? n : 0;
        size -= n > 0 ? (size_t) n : 0;
    }
    return LNT_OK;
}

lnt_status probe_write_parts(const char *path, bool new, lnt_error *error)
{
    static unsigned char bytes[IDX_MOST];
    lnt_file_writer *writer = NULL;
    LNT_TRY(lnt_file_writer_open(&writer, path, error));
    const lnt_status status =
        write_all(lnt_file_writer_descriptor(writer), path, bytes, make_idx(bytes, new), error);
    if (status != LNT_OK) {
        lnt_file_writer_discard(writer);
        return status;
    }
    return lnt_file_writer_commit(writer, error);
}

lnt_status probe_write_idx_gz(const char *path, bool new, lnt_error *error)
{
    static unsigned char bytes[IDX_MOST], packed[2 * IDX_MOST];
    z_stream stream = {.next_in = bytes,
                       .avail_in = (uInt) make_idx(bytes, new),
                       .next_out = packed,
                       .avail_out = sizeof packed};
    if (deflateInit2(&stream, 1, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) != Z_OK ||
        deflate(&stream, Z_FINISH) != Z_STREAM_END) {
        return LNT_ERR_MEMORY;
    }
    (void) deflateEnd(&stream);
    return lnt_file_write(path, packed, stream.total_out, error);
}

lnt_status probe_write_libsvm(const char *path, bool new, lnt_error *error)
{
    enum { ROWS = 5000, LINE = 40 };
    static char text[ROWS * LINE];
    size_t length = 0;
    for (size_t i = 0; i < (new ? ROWS : 3); i++) {
        length += (size_t) snprintf(text + length, LINE, "%zu 1:%zu.5 3:%zu\n", i % 2, i, i % 7);
    }
    return lnt_file_write(path, text, length, error);
}

static lnt_status read_blocks_of(lnt_row_reader *file, lnt_error *error)
{
    enum { ROWS = 1000 };
    const size_t rows = lnt_row_reader_rows(file), cols = lnt_row_reader_cols(file);
    char sum[LNT_CHECKSUM_LENGTH];
    unsigned long long all = 0;
    double *memory = calloc(ROWS * cols, sizeof *memory);
    lnt_status status = memory != NULL ? LNT_OK : LNT_ERR_MEMORY;
    for (size_t pass = 0; pass < 2; pass++) {
        for (size_t first = 0; status == LNT_OK && first < rows; first += ROWS) {
            const size_t count = rows - first < ROWS ? rows - first : ROWS;
            const lnt_tensor block =
                lnt_tensor_view(lnt_row_reader_dtype(file), memory, count, cols);
            status = lnt_row_reader_read(file, first, &block, error);
            if (status == LNT_OK) {
                status = lnt_tensor_checksum(&block, sum);
            }
            if (status == LNT_OK) {
                all = 31 * all + strtoull(sum, NULL, 16);
            }
        }
    }
    free(memory);
    if (status == LNT_OK) {
        printf("%zu rows of %zu, twice: %llx\n", rows, cols, all);
    }
    return status;
}

/* Twice from begin to end. */
lnt_status probe_read_blocks(const char *path, lnt_error *error)
{
    static const char *const labels[] = {"kind"};
    lnt_read_options options = lnt_read_defaults();
    options.label_columns = labels;
    options.n_label_columns = 1;
    lnt_row_reader *file;
    LNT_TRY(lnt_row_reader_open(&file, path, LNT_DATA_CSV, &options, error));
    const lnt_status status = read_blocks_of(file, error);
    lnt_row_reader_close(file);
    return status;
}

lnt_status probe_read_array_blocks(const char *path, lnt_error *error)
{
    const lnt_read_options options = lnt_read_defaults();
    lnt_row_reader *file;
    LNT_TRY(lnt_row_reader_open(&file, path, LNT_DATA_AUTO, &options, error));
    const lnt_status status = read_blocks_of(file, error);
    lnt_row_reader_close(file);
    return status;
}
