/* SPDX-License-Identifier: MIT */
#include "fuzz_allocator.h"

#include <linnet/data.h>
#include <math.h>
#include <stdbool.h>

/* A file that is read in blocks, there and back, has what it has when it is read at once. */

#define LIMIT ((size_t) 1 << 20u)
#define OVERHEAD ((size_t) 6 << 20u)
#define MULTIPLE 1024
#define MOST_ELEMENTS ((size_t) 1 << 16u)

enum { BLOCK = 5 };

static void check_block(lnt_row_reader *file, lnt_frame *frame, size_t first)
{
    static double memory[BLOCK * MOST_ELEMENTS];
    const lnt_tensor all = lnt_frame_values(frame);
    const size_t rows = all.rows - first < BLOCK ? all.rows - first : BLOCK;
    const lnt_tensor block = lnt_tensor_view(all.dtype, memory, rows, all.cols);
    lnt_error error = {LNT_OK, ""};
    const lnt_status status = lnt_row_reader_read(file, first, &block, &error);
    fuzz_require(status == LNT_OK, "a block of a good file cannot be read");
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < all.cols; j++) {
            fuzz_require(lnt_tensor_get(&block, i, j) == lnt_tensor_get(&all, first + i, j),
                         "other numbers");
        }
    }
}

static void compare(lnt_row_reader *file, lnt_frame *frame)
{
    const lnt_tensor all = lnt_frame_values(frame);
    fuzz_require(lnt_row_reader_cols(file) == all.cols, "other columns");
    fuzz_require(lnt_row_reader_rows(file) == all.rows, "other rows");
    if (all.cols > MOST_ELEMENTS || all.rows > MOST_ELEMENTS) {
        return;
    }
    const size_t last = all.rows - 1, step = all.rows / 16 + 1;
    for (size_t first = 0; first < all.rows; first += step) {
        check_block(file, frame, first);
    }
    check_block(file, frame, last);
    check_block(file, frame, last / 2);
}

/* Numbers are looked at when they are read, so a file that opens may be one that is refused. */
static void use(lnt_row_reader *file, const char *path)
{
    lnt_frame *frame;
    lnt_error error = {LNT_OK, ""};
    const size_t column = lnt_row_reader_cols(file) - 1;
    const lnt_status status = lnt_row_reader_read_columns(file, &column, 1, &frame, &error);
    if (status != LNT_OK) {
        fuzz_sentence(&error, status, path);
    }
    lnt_frame_destroy(frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const labels[] = {"1", "kind"};
    if (size == 0) {
        return 0;
    }
    const uint8_t choice = *data++;
    size--;
    lnt_read_options options = lnt_read_defaults();
    options.dtype = (choice & 1u) != 0 ? LNT_F64 : LNT_F32;
    const bool drop = (choice & 2u) != 0;
    options.missing = drop ? LNT_MISSING_DROP : LNT_MISSING_ERROR;
    options.label_columns = labels;
    options.n_label_columns = (choice & 4u) != 0 ? 1 : 0;
    options.memory_limit = LIMIT;
    fuzz_memory memory = fuzz_memory_of(8 * LIMIT + OVERHEAD + MULTIPLE * size);
    const lnt_allocator allocator = fuzz_allocator(&memory);
    options.allocator = &allocator;
    const char *path = fuzz_file(data, size);
    lnt_row_reader *file;
    lnt_frame *frame;
    lnt_error error = {LNT_OK, ""};
    const lnt_status status = lnt_row_reader_open(&file, path, LNT_DATA_AUTO, &options, &error);
    fuzz_require((status == LNT_OK) == (file != NULL), "status and file differ");
    if (status != LNT_OK) {
        fuzz_sentence(&error, status, path);
        fuzz_memory_done(&memory);
        return 0;
    }
    use(file, path);
    /* Missing values of an array are left out in memory only. */
    if (lnt_data_read(&frame, path, LNT_DATA_AUTO, &options, NULL) == LNT_OK) {
        if (lnt_frame_rows_dropped(frame) == lnt_row_reader_rows_dropped(file)) {
            compare(file, frame);
        }
        lnt_frame_destroy(frame);
    }
    lnt_row_reader_close(file);
    fuzz_memory_done(&memory);
    return 0;
}
