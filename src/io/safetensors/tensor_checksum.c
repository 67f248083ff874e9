/* SPDX-License-Identifier: MIT */
#include "base/files/checksum.h"
#include "base/files/little_endian.h"
#include "base/smaller.h"

#include <linnet/checkpoint.h>
#include <string.h>

/* A walk over the numbers of a tensor, in the order of its rows. */
typedef struct walk {
    const lnt_tensor *tensor;
    size_t size; /* of an element */
    unsigned char buffer[4096];
} walk;

/* The next bytes from a row on: directly if rows are contiguous, else through the buffer. */
static lnt_status next_part(void *context, size_t done, const void **data, size_t *bytes)
{
    walk *w = context;
    const lnt_tensor *t = w->tensor;
    const size_t element = done / w->size, row = element / t->cols, col = element % t->cols;
    const size_t left = t->cols - col;
    if (!lnt_host_is_big_endian() && (t->col_stride == 1 || t->cols == 1)) {
        const bool whole = col == 0 && t->row_stride == (ptrdiff_t) t->cols;
        *data = lnt_tensor_ptr(t, row, col);
        *bytes = (whole ? (t->rows - row) * t->cols : left) * w->size;
        return LNT_OK;
    }
    const size_t count = lnt_smaller(left, sizeof w->buffer / w->size);
    for (size_t i = 0; i < count; i++) {
        memcpy(w->buffer + i * w->size, lnt_tensor_ptr(t, row, col + i), w->size);
    }
    if (lnt_host_is_big_endian()) {
        lnt_swap_words(w->buffer, count * w->size, w->size);
    }
    *data = w->buffer;
    *bytes = count * w->size;
    return LNT_OK;
}

lnt_status lnt_tensor_checksum(const lnt_tensor *tensor, char text[LNT_CHECKSUM_LENGTH])
{
    if (tensor == NULL || text == NULL) {
        return LNT_ERR_NULL;
    }
    walk w = {.tensor = tensor, .size = lnt_dtype_size(tensor->dtype)};
    if (w.size == 0) {
        return LNT_ERR_DTYPE;
    }
    lnt_checksum sum;
    LNT_TRY(lnt_checksum_stream(next_part, &w, tensor->rows * tensor->cols * w.size, &sum));
    memcpy(text, sum.text, sizeof sum.text);
    return LNT_OK;
}
