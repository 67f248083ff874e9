/* SPDX-License-Identifier: MIT */
#ifndef TESTS_FUZZ_TABLE_H
#define TESTS_FUZZ_TABLE_H

/* Tables of one format: the first byte is options, the others the file. */

#include "fuzz_allocator.h"

#include <linnet/data.h>
#include <math.h>

/* Buffers, of which reading takes a fixed number. */
#define FUZZ_TABLE_LIMIT ((size_t) 1 << 20u)
#define FUZZ_TABLE_OVERHEAD ((size_t) 3 << 20u)
/* A number takes a byte at least, its column's name and entry some more. */
#define FUZZ_TABLE_MULTIPLE 512

static inline void fuzz_use_table(lnt_frame *frame)
{
    const lnt_tensor x = lnt_frame_values(frame);
    fuzz_require(x.rows > 0 && x.cols > 0, "an empty table");
    fuzz_require(lnt_names_count(lnt_frame_columns(frame)) == x.cols, "names and columns");
    for (size_t i = 0; i < x.rows; i++) {
        for (size_t j = 0; j < x.cols; j++) {
            fuzz_require(isfinite(lnt_tensor_get(&x, i, j)), "a number that is not finite");
        }
    }
}

static inline int fuzz_table(lnt_data_format format, const uint8_t *data, size_t size)
{
    static const char *const columns[] = {"column2", "1", "x.1"};
    if (size == 0) {
        return 0;
    }
    const uint8_t choice = *data++;
    size--;
    lnt_read_options options = lnt_read_defaults();
    options.dtype = (choice & 1u) != 0 ? LNT_F64 : LNT_F32;
    options.missing = (choice & 2u) != 0 ? LNT_MISSING_DROP : LNT_MISSING_ERROR;
    options.use_columns = columns;
    options.n_use_columns = (choice & 4u) != 0 ? 3 : 0;
    options.memory_limit = (choice & 8u) != 0 ? 64 : FUZZ_TABLE_LIMIT;
    const size_t names = 64 * (options.memory_limit / 4); /* of a matrix of one row */
    fuzz_memory memory = fuzz_memory_of(4 * options.memory_limit + names + FUZZ_TABLE_OVERHEAD +
                                        FUZZ_TABLE_MULTIPLE * size);
    const lnt_allocator allocator = fuzz_allocator(&memory);
    options.allocator = &allocator;
    lnt_frame *frame;
    lnt_error error = {LNT_OK, ""};
    const char *path = fuzz_file(data, size);
    const lnt_status status = lnt_data_read(&frame, path, format, &options, &error);
    fuzz_require((status == LNT_OK) == (frame != NULL), "status and frame differ");
    if (status == LNT_OK) {
        fuzz_use_table(frame);
    } else {
        fuzz_sentence(&error, status, path);
    }
    lnt_frame_destroy(frame);
    fuzz_memory_done(&memory);
    return 0;
}

#endif
