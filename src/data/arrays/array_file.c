/* SPDX-License-Identifier: MIT */
#include "data/arrays/array.h"
#include "data/arrays/idx.h"
#include "data/arrays/readers.h"
#include "data/input/inflate.h"

/* Reads the elements after the header. */
static lnt_status read_elements(lnt_frame **frame, const lnt_stream *stream,
                                const lnt_npy_info *header, const lnt_read_options *options)
{
    LNT_TRY(lnt_array_check_size(stream, header));
    lnt_table table = lnt_table_init(options, stream->name, stream->error);
    lnt_status status = lnt_table_shape(&table, header->rows, header->cols);
    if (status == LNT_OK) {
        status = lnt_array_read(&table, stream, header, 0);
    }
    if (status == LNT_OK) {
        status = lnt_table_to_frame(&table, frame);
    }
    lnt_table_clear(&table);
    return status;
}

lnt_status lnt_npy_read_input(lnt_frame **frame, lnt_input *input, const lnt_read_options *options)
{
    const lnt_stream stream = lnt_input_stream(input);
    lnt_npy_info header;
    LNT_TRY(lnt_array_read_header(&header, &stream));
    if (header.rank == 0) {
        return lnt_fail(input->error, LNT_ERR_FORMAT, "%s: expected a table, found a single number",
                        input->name);
    }
    return read_elements(frame, &stream, &header, options);
}

static lnt_status read_idx(lnt_frame **frame, const lnt_stream *stream,
                           const lnt_read_options *options)
{
    lnt_npy_info header;
    LNT_TRY(lnt_idx_read_header(&header, stream));
    return read_elements(frame, stream, &header, options);
}

lnt_status lnt_idx_read_input(lnt_frame **frame, lnt_input *input, const lnt_read_options *options)
{
    const lnt_stream stream = lnt_input_stream(input);
    const char *bytes;
    size_t count;
    LNT_TRY(lnt_input_peek(input, &bytes, &count));
    if (!lnt_gzip_is(bytes, count)) {
        return read_idx(frame, &stream, options);
    }
    lnt_inflate *inflate;
    LNT_TRY(lnt_inflate_open(&inflate, &stream, options->allocator));
    const lnt_stream unpacked = lnt_inflate_stream(inflate);
    const lnt_status status = read_idx(frame, &unpacked, options);
    lnt_inflate_close(inflate);
    return status;
}
