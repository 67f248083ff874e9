/* SPDX-License-Identifier: MIT */
#include "data/table/frame.h"

#include "data/table/columns.h"

lnt_status lnt_frame_create(lnt_frame **frame, lnt_dtype dtype, lnt_names *columns,
                            const lnt_allocator *allocator)
{
    *frame = lnt_allocate(allocator, 1, sizeof **frame);
    if (*frame == NULL) {
        return LNT_ERR_MEMORY;
    }
    const size_t cols = lnt_names_count(columns);
    (*frame)->labels = lnt_allocate(allocator, cols, sizeof *(*frame)->labels);
    if ((*frame)->labels == NULL) {
        lnt_release(allocator, *frame);
        *frame = NULL;
        return LNT_ERR_MEMORY;
    }
    (*frame)->owner = lnt_owner_of(allocator);
    (*frame)->dtype = dtype;
    (*frame)->cols = cols;
    (*frame)->row_stride = (ptrdiff_t) cols;
    (*frame)->col_stride = 1;
    (*frame)->columns = columns;
    return LNT_OK;
}

void lnt_frame_destroy(lnt_frame *frame)
{
    if (frame == NULL) {
        return;
    }
    const lnt_owner owner = frame->owner;
    for (size_t j = 0; j < frame->cols; j++) {
        lnt_names_destroy(frame->labels[j]);
    }
    lnt_names_destroy(frame->columns);
    lnt_owner_release(owner, frame->labels);
    lnt_owner_release(owner, frame->data);
    lnt_owner_release(owner, frame);
}

const lnt_allocator *lnt_frame_allocator(const lnt_frame *frame)
{
    return frame->owner.custom ? &frame->owner.allocator : NULL;
}

lnt_tensor lnt_frame_values(lnt_frame *frame)
{
    if (frame == NULL) {
        return (lnt_tensor){0};
    }
    return lnt_tensor_strided(frame->dtype, frame->data, frame->rows, frame->cols,
                              frame->row_stride, frame->col_stride);
}

const lnt_names *lnt_frame_columns(const lnt_frame *frame)
{
    return frame != NULL ? frame->columns : NULL;
}

size_t lnt_frame_rows_dropped(const lnt_frame *frame)
{
    return frame != NULL ? frame->dropped : 0;
}

const lnt_names *lnt_frame_labels(const lnt_frame *frame, size_t column)
{
    return frame != NULL && column < frame->cols ? frame->labels[column] : NULL;
}

lnt_status lnt_frame_find(const lnt_frame *frame, const char *column, size_t *index,
                          lnt_error *error)
{
    if (frame == NULL || column == NULL || index == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "frame, column and index are required");
    }
    return lnt_columns_find(frame->columns, column, index, NULL, error);
}

lnt_status lnt_frame_check_column(const lnt_frame *frame, size_t column, lnt_error *error)
{
    if (column >= frame->cols) {
        return lnt_fail(error, LNT_ERR_INVALID, "column index %zu is outside the frame's %zu",
                        column, frame->cols);
    }
    return LNT_OK;
}

static ptrdiff_t offset_of(const lnt_frame *frame, size_t row, size_t column)
{
    return (ptrdiff_t) row * frame->row_stride + (ptrdiff_t) column * frame->col_stride;
}

double lnt_frame_get(const lnt_frame *frame, size_t row, size_t column)
{
    const ptrdiff_t i = offset_of(frame, row, column);
    return frame->dtype == LNT_F32 ? (double) ((const float *) frame->data)[i]
                                   : ((const double *) frame->data)[i];
}

void lnt_frame_set(lnt_frame *frame, size_t row, size_t column, double value)
{
    const ptrdiff_t i = offset_of(frame, row, column);
    if (frame->dtype == LNT_F32) {
        ((float *) frame->data)[i] = (float) value;
    } else {
        ((double *) frame->data)[i] = value;
    }
}

size_t lnt_frame_max_labels(lnt_dtype dtype)
{
    return dtype == LNT_F32 ? (size_t) 1 << 24 : SIZE_MAX;
}
