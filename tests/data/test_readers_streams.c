/* SPDX-License-Identifier: MIT */
/* Tables whose bytes come in pieces: long ones from pipes, gzip files of several members. */
#include "support/readers.h"

#include <math.h>
#include <pthread.h>
#include <zlib.h>

TestSuite(readers_streams, .init = make_test_folder, .fini = remove_test_folder);

enum { ROWS = 60000, COLS = 7 };

typedef struct feeding {
    int fd;
    const unsigned char *data;
    size_t size;
} feeding;

static void *feed(void *context)
{
    const feeding *f = context;
    for (size_t done = 0; done < f->size;) {
        const ssize_t n = write(f->fd, f->data + done, f->size - done);
        if (n <= 0) {
            break;
        }
        done += (size_t) n;
    }
    close(f->fd);
    return NULL;
}

/* Reads the bytes through a pipe. */
static lnt_frame *through_a_pipe(const void *data, size_t size, const lnt_read_options *options)
{
    int ends[2];
    pthread_t thread;
    char path[32];
    assert_eq(pipe(ends), 0);
    feeding f = {ends[1], data, size};
    assert_eq(pthread_create(&thread, NULL, feed, &f), 0);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    lnt_frame *frame = frame_of(path, options);
    pthread_join(thread, NULL);
    close(ends[0]);
    return frame;
}

static double value_at(size_t i, size_t j)
{
    return (double) ((i * 31 + j * 7) % 1009) - 500;
}

static void check_values(lnt_frame *frame)
{
    const lnt_tensor x = lnt_frame_values(frame);
    assert_eq(x.rows, ROWS);
    assert_eq(x.cols, COLS);
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t j = 0; j < COLS; j++) {
            assert_eq(lnt_tensor_get(&x, i, j), value_at(i, j), "[%zu, %zu]", i, j);
        }
    }
}

/* A .npy file of doubles, by rows or by columns. */
static bytes npy_file(bool by_columns)
{
    char header[128];
    const int length = snprintf(header, sizeof header,
                                "{'descr': '<f8', 'fortran_order': %s, 'shape': (%d, %d), }\n",
                                by_columns ? "True" : "False", ROWS, COLS);
    bytes b = {malloc(10 + sizeof header + sizeof(double) * ROWS * COLS), 0};
    cr_assert_not_null(b.data);
    memcpy(b.data, "\x93NUMPY\x01\x00", 8);
    b.data[8] = (unsigned char) length;
    b.data[9] = 0;
    memcpy(b.data + 10, header, (size_t) length);
    b.size = 10 + (size_t) length;
    for (size_t k = 0; k < (size_t) ROWS * COLS; k++) {
        const double value =
            by_columns ? value_at(k % ROWS, k / ROWS) : value_at(k / COLS, k % COLS);
        memcpy(b.data + b.size, &value, sizeof value);
        b.size += sizeof value;
    }
    return b;
}

Test(readers_streams, arrays_from_a_pipe)
{
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        for (int by_columns = 0; by_columns < 2; by_columns++) {
            const lnt_read_options options = options_of(dtype);
            const bytes b = npy_file(by_columns == 1);
            lnt_frame *frame = through_a_pipe(b.data, b.size, &options);
            check_values(frame);
            lnt_frame_destroy(frame);
            free(b.data);
        }
    }
}

/* Rows with a NaN go, wherever they are; the others move up, in either order. */
Test(readers_streams, rows_are_dropped_in_either_order)
{
    static const size_t holes[] = {0, 1, 17, ROWS - 1};
    for (int by_columns = 0; by_columns < 2; by_columns++) {
        bytes b = npy_file(by_columns == 1);
        const size_t begin = b.size - sizeof(double) * ROWS * COLS;
        const double nan = NAN;
        for (size_t h = 0; h < 4; h++) {
            const size_t k = by_columns == 1 ? 3 * ROWS + holes[h] : holes[h] * COLS + 3;
            memcpy(b.data + begin + k * sizeof nan, &nan, sizeof nan);
        }
        write_bytes(in_folder("holes.npy"), b.data, b.size);
        lnt_read_options options = options_of(LNT_F64);
        options.missing = LNT_MISSING_DROP;
        lnt_frame *frame = frame_of(in_folder("holes.npy"), &options);
        const lnt_tensor x = lnt_frame_values(frame);
        assert_eq(x.rows, ROWS - 4);
        assert_eq(lnt_frame_rows_dropped(frame), 4);
        for (size_t i = 0; i < x.rows; i++) {
            const size_t from = i + 2 + (i >= 15);
            for (size_t j = 0; j < COLS; j++) {
                assert_eq(lnt_tensor_get(&x, i, j), value_at(from, j), "[%zu, %zu]", i, j);
            }
        }
        lnt_frame_destroy(frame);
        free(b.data);
    }
}

/* --- gzip --- */

/* One member of a gzip file; returns its size. */
static size_t pack(unsigned char *to, size_t room, const void *from, size_t size)
{
    z_stream z = {.next_in = (unsigned char *) (uintptr_t) from,
                  .avail_in = (unsigned) size,
                  .next_out = to,
                  .avail_out = (unsigned) room};
    assert_eq(deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    const size_t packed = room - z.avail_out;
    deflateEnd(&z);
    return packed;
}

/* Members of one byte and of many, as `cat a.gz b.gz` makes them. */
Test(readers_streams, gzip_files_of_several_members)
{
    enum { ITEMS = 70000 };
    unsigned char *idx = malloc(8 + ITEMS), *file = malloc(2 * ITEMS + 100000);
    cr_assert_not_null(idx);
    cr_assert_not_null(file);
    memcpy(idx, "\0\0\x08\x01\x00\x01\x11\x70", 8); /* 70000 bytes */
    for (size_t i = 0; i < ITEMS; i++) {
        idx[8 + i] = (unsigned char) (i * 7 % 251);
    }
    for (size_t piece = 1; piece <= 30000; piece = piece == 1     ? 977
                                                   : piece == 977 ? 30000
                                                                  : 30001) {
        size_t size = 0;
        for (size_t done = 0; done < 8 + ITEMS;) {
            /* the small pieces only at the beginning, where the header is */
            const size_t wanted = piece == 1 && done > 20 ? 8 + ITEMS - done : piece;
            const size_t n = 8 + ITEMS - done < wanted ? 8 + ITEMS - done : wanted;
            size += pack(file + size, 2 * ITEMS + 100000 - size, idx + done, n);
            done += n;
        }
        write_bytes(in_folder("items.idx.gz"), file, size);
        lnt_frame *frame = frame_of(in_folder("items.idx.gz"), NULL);
        const lnt_tensor x = lnt_frame_values(frame);
        assert_eq(x.rows, ITEMS, "%zu, %zu", x.rows, x.cols);
        assert_eq(x.cols, 1, "%zu, %zu", x.rows, x.cols);
        for (size_t i = 0; i < ITEMS; i++) {
            assert_eq(lnt_tensor_get(&x, i, 0), (double) (i * 7 % 251));
        }
        lnt_frame_destroy(frame);
        refuse_bytes("cut.idx.gz", file, size - 5, LNT_ERR_FORMAT, "");
    }
    free(idx);
    free(file);
}
