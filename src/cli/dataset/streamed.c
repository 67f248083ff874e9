/* SPDX-License-Identifier: MIT */
#include "cli/dataset/streamed.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Of the file, read at once. */
#define CHUNK_BYTES ((size_t) 64 * 1024)

void lnt_cli_streamed_clear(lnt_cli_streamed *streamed)
{
    lnt_row_reader_close(streamed->file);
    lnt_release(NULL, streamed->order);
    lnt_release(NULL, streamed->chunk);
    lnt_release(NULL, streamed->held_out);
    *streamed = (lnt_cli_streamed){.file = NULL};
}

static size_t element(const lnt_cli_streamed *s)
{
    return lnt_dtype_size(lnt_row_reader_dtype(s->file));
}

size_t lnt_cli_streamed_size(const lnt_tensor *matrix)
{
    return matrix->rows * matrix->cols * lnt_dtype_size(matrix->dtype);
}

/*
 * What is taken besides the blocks; a byte a row is for marks while the rows are put in order. Rows
 * of a file are too few for the sum to overflow.
 */
static size_t bytes_besides(const lnt_cli_streamed *s)
{
    const size_t rows = lnt_row_reader_rows(s->file);
    return rows * (sizeof *s->order + 1) + s->taught +
           s->chunk_rows * lnt_row_reader_cols(s->file) * element(s) +
           (rows - s->n_train) * s->used->n_inputs * element(s);
}

static lnt_status over_memory(const lnt_cli_streamed *s, size_t needed, const char *what,
                              lnt_error *error)
{
    return lnt_fail(error, LNT_ERR_TOO_LARGE,
                    "option --memory: %s: expected at least %zuK for %s, found %zuK", s->path,
                    (needed >> 10) + 1, what, s->memory >> 10);
}

lnt_status lnt_cli_streamed_begin(lnt_cli_streamed *streamed, const lnt_cli_columns *used)
{
    lnt_cli_streamed *s = streamed;
    const size_t row = lnt_row_reader_cols(s->file) * element(s);
    s->used = used;
    s->chunk_rows = row < CHUNK_BYTES ? CHUNK_BYTES / row : 1;
    s->chunk = lnt_allocate(NULL, s->chunk_rows, row);
    return s->chunk != NULL ? LNT_OK : LNT_ERR_MEMORY;
}

lnt_status lnt_cli_streamed_columns(lnt_cli_streamed *streamed, const size_t *columns, size_t count,
                                    lnt_frame **frame, lnt_error *error)
{
    const size_t bytes = lnt_row_reader_rows(streamed->file) * count * element(streamed);
    if (bytes > streamed->memory) {
        return over_memory(streamed, bytes, "the targets alone", error);
    }
    return lnt_row_reader_read_columns(streamed->file, columns, count, frame, error);
}

/* --- which rows --- */

/* Each part of a permutation in ascending order. */
static lnt_status sort_parts(size_t *order, size_t n_train, size_t rows)
{
    bool *held_out = lnt_allocate(NULL, rows, sizeof *held_out);
    if (held_out == NULL) {
        return LNT_ERR_MEMORY;
    }
    for (size_t i = n_train; i < rows; i++) {
        held_out[order[i]] = true;
    }
    for (size_t row = 0, first = 0, second = n_train; row < rows; row++) {
        order[held_out[row] ? second++ : first++] = row;
    }
    lnt_release(NULL, held_out);
    return LNT_OK;
}

lnt_status lnt_cli_streamed_split(lnt_cli_streamed *streamed, size_t *order, size_t n_train,
                                  lnt_error *error)
{
    lnt_cli_streamed *s = streamed;
    const size_t rows = lnt_row_reader_rows(s->file);
    s->order = order;
    s->n_train = n_train;
    const size_t needed = bytes_besides(s);
    if (needed > s->memory) {
        return over_memory(s, needed, "targets and the rows held out (--validation)", error);
    }
    return sort_parts(order, n_train, rows);
}

/* --- reading inputs --- */

/* The inputs of a row of the chunk, as they are to be. */
static void pick(const lnt_cli_streamed *s, size_t row, char *to)
{
    const size_t size = element(s);
    const char *from = s->chunk + row * lnt_row_reader_cols(s->file) * size;
    for (size_t j = 0; j < s->used->n_inputs;) {
        size_t run = 1;
        while (j + run < s->used->n_inputs && s->used->index[j + run] == s->used->index[j] + run) {
            run++;
        }
        memcpy(to + j * size, from + s->used->index[j] * size, run * size);
        j += run;
    }
}

/* The inputs of rows order[first], order[first + 1], …, which ascend, into x, dense. */
static lnt_status read_inputs(lnt_cli_streamed *s, size_t first, const lnt_tensor *x,
                              lnt_error *error)
{
    const size_t *order = s->order + first;
    const size_t cols = lnt_row_reader_cols(s->file), row_bytes = x->cols * element(s);
    for (size_t done = 0; done < x->rows;) {
        const size_t begin = order[done], wanted = order[x->rows - 1] + 1 - begin;
        const size_t count = wanted < s->chunk_rows ? wanted : s->chunk_rows;
        const lnt_tensor chunk = lnt_tensor_view(x->dtype, s->chunk, count, cols);
        LNT_TRY(lnt_row_reader_read(s->file, begin, &chunk, error));
        for (; done < x->rows && order[done] < begin + count; done++) {
            pick(s, order[done] - begin, (char *) x->data + done * row_bytes);
        }
    }
    lnt_tensor z = *x;
    return s->scaler != NULL ? lnt_scaler_transform(s->scaler, x, &z) : LNT_OK;
}

static lnt_status add_all(lnt_cli_streamed *s, lnt_scaler_fitter *fitter, void *memory,
                          lnt_error *error)
{
    for (size_t first = 0, count; first < s->n_train; first += count) {
        count = s->n_train - first < s->chunk_rows ? s->n_train - first : s->chunk_rows;
        const lnt_tensor x =
            lnt_tensor_view(lnt_row_reader_dtype(s->file), memory, count, s->used->n_inputs);
        LNT_TRY(read_inputs(s, first, &x, error));
        LNT_TRY(lnt_scaler_fitter_partial_fit(fitter, &x));
    }
    return LNT_OK;
}

lnt_status lnt_cli_streamed_scaler(lnt_cli_streamed *streamed, lnt_scaling scaling,
                                   lnt_scaler **scaler, lnt_error *error)
{
    lnt_cli_streamed *s = streamed;
    lnt_scaler_fitter *fitter = NULL;
    if (scaling == LNT_SCALING_ROBUST) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "option --scale-inputs: robust needs all rows in memory, and %s is larger "
                        "than --memory: try standard",
                        s->path);
    }
    LNT_TRY(lnt_scaler_fitter_create(&fitter, scaling, s->used->n_inputs, NULL));
    void *memory = lnt_allocate(NULL, s->chunk_rows, s->used->n_inputs * element(s));
    lnt_status status = memory != NULL ? add_all(s, fitter, memory, error) : LNT_ERR_MEMORY;
    if (status == LNT_OK) {
        status = lnt_scaler_fitter_get_scaler(fitter, scaler, NULL);
    }
    lnt_release(NULL, memory);
    lnt_scaler_fitter_destroy(fitter);
    return status;
}

lnt_status lnt_cli_streamed_held_out(lnt_cli_streamed *streamed, lnt_tensor *x, lnt_error *error)
{
    lnt_cli_streamed *s = streamed;
    const size_t rows = lnt_row_reader_rows(s->file) - s->n_train;
    s->held_out = lnt_allocate(NULL, rows, s->used->n_inputs * element(s));
    if (s->held_out == NULL) {
        return LNT_ERR_MEMORY;
    }
    *x = lnt_tensor_view(lnt_row_reader_dtype(s->file), s->held_out, rows, s->used->n_inputs);
    return rows > 0 ? read_inputs(s, s->n_train, x, error) : LNT_OK;
}

/* --- training --- */

static lnt_status copy_rows(const lnt_tensor *from, size_t first, const lnt_tensor *to)
{
    lnt_tensor part, target = *to;
    LNT_TRY(lnt_slice_rows(from, first, to->rows, 1, &part));
    return lnt_copy(&part, &target);
}

static lnt_status read_block(void *context, size_t first, const lnt_tensor *x, const lnt_tensor *y,
                             const lnt_tensor *weights, lnt_error *error)
{
    lnt_cli_streamed *s = context;
    LNT_TRY(read_inputs(s, first, x, error));
    LNT_TRY(copy_rows(&s->y, first, y));
    return weights != NULL ? copy_rows(&s->weights, first, weights) : LNT_OK;
}

lnt_status lnt_cli_streamed_source(lnt_cli_streamed *streamed, size_t batch_rows, bool shuffle,
                                   size_t other, lnt_data_source *source, lnt_error *error)
{
    lnt_cli_streamed *s = streamed;
    const size_t used = bytes_besides(s) + other;
    const size_t row = (s->used->n_inputs + s->y.cols + (s->weights.rows > 0)) * element(s);
    /* Two blocks, the order of one, and a batch in that order. */
    const size_t of_block = 2 * row + (shuffle ? sizeof(size_t) : 0);
    const size_t batch = batch_rows < s->n_train ? batch_rows : s->n_train;
    const size_t least = used + batch * (of_block + row);
    if (least > s->memory) {
        return over_memory(s, least, "targets, rows held out and two blocks of a batch", error);
    }
    const size_t most = (s->memory - used - batch * row) / of_block;
    *source = (lnt_data_source){.rows = s->n_train,
                                .targets = s->y.cols,
                                .block_rows = most < s->n_train ? most / batch * batch : s->n_train,
                                .weighted = s->weights.rows > 0,
                                .in_order = lnt_row_reader_is_sequential(s->file),
                                .read = read_block,
                                .context = s};
    return LNT_OK;
}
