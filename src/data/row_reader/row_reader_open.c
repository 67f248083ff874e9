/* SPDX-License-Identifier: MIT */
#include "data/csv/csv.h"
#include "data/data_format.h"
#include "data/row_reader/row_reader.h"
#include <string.h>

/* A pipe is refused: it can be read only once. */
static lnt_status check_input(lnt_data_format *format, lnt_input *input)
{
    if (!input->seekable) {
        return lnt_fail(input->error, LNT_ERR_INVALID,
                        "%s: expected a regular file, since it must be read more than once",
                        input->name);
    }
    LNT_TRY(lnt_format_resolve(format, input, input->name));
    if (*format == LNT_DATA_NPZ || *format == LNT_DATA_LIBSVM) {
        return lnt_fail(input->error, LNT_ERR_INVALID,
                        "%s: expected csv, npy or idx, which can be read in blocks, found %s",
                        input->name, lnt_data_format_name(*format));
    }
    return lnt_input_rewind(input);
}

/* The reader takes ownership of the input. */
static lnt_status create(lnt_row_reader **reader, lnt_data_format format, const lnt_input *input,
                         const lnt_allocator *allocator)
{
    const lnt_row_ops *ops = format == LNT_DATA_CSV ? &lnt_row_csv : &lnt_row_array;
    lnt_row_reader *f = lnt_allocate(allocator, 1, ops->size);
    char *path = lnt_allocate(allocator, strlen(input->name) + 1, 1);
    if (f == NULL || path == NULL) {
        lnt_release(allocator, f);
        lnt_release(allocator, path);
        return lnt_fail(input->error, LNT_ERR_MEMORY, "%s: out of memory", input->name);
    }
    memcpy(path, input->name, strlen(input->name));
    f->owner = lnt_owner_of(allocator);
    f->ops = ops;
    f->format = format;
    f->path = path;
    f->input = *input;
    f->input.name = path;
    f->input.error = &f->error;
    *reader = f;
    return LNT_OK;
}

static lnt_status open_file(lnt_row_reader *reader, const lnt_read_options *options)
{
    lnt_read_options own = *options;
    own.allocator = lnt_row_reader_allocator(reader);
    if (fstat(reader->input.file, &reader->opened) != 0) {
        return lnt_fail(&reader->error, LNT_ERR_IO, "%s: cannot read its size", reader->path);
    }
    reader->dtype = options->dtype;
    return reader->ops->open(reader, &own);
}

lnt_status lnt_row_reader_open(lnt_row_reader **reader, const char *path, lnt_data_format format,
                               const lnt_read_options *options, lnt_error *error)
{
    if (reader == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "file is required");
    }
    *reader = NULL;
    if (path == NULL || options == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "path and options are required");
    }
    if (lnt_data_format_name(format) == NULL) {
        return lnt_fail(error, LNT_ERR_INVALID, "format: a value outside its list");
    }
    LNT_TRY(lnt_csv_options_check(options, error));
    lnt_input input;
    lnt_row_reader *opened = NULL;
    LNT_TRY(lnt_input_open(&input, path, error));
    lnt_status status = check_input(&format, &input);
    if (status == LNT_OK) {
        status = create(&opened, format, &input, options->allocator);
    }
    if (status != LNT_OK) {
        lnt_input_close(&input);
        return status;
    }
    status = open_file(opened, options);
    if (status != LNT_OK) {
        if (error != NULL) {
            *error = opened->error;
        }
        lnt_row_reader_close(opened);
        return status;
    }
    *reader = opened;
    return LNT_OK;
}
