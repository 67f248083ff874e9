/* SPDX-License-Identifier: MIT */
#include "base/files/atomic_file.h"
#include "base/files/file_error.h"
#include "data/arrays/npy.h"
#include "tensor/view/check.h"
#include <linnet/io.h>
#include <string.h>

/* What is not dense goes through a buffer of so many elements. */
enum { PIECE = 512 };

lnt_status lnt_npy_header(const char *dtype, size_t rows, size_t cols,
                          char begin[LNT_NPY_HEADER_LENGTH])
{
    static const char *const known[] = {"b1", "i1", "i2", "i4", "i8", "u1",
                                        "u2", "u4", "u8", "f2", "f4", "f8"};
    if (dtype == NULL || begin == NULL) {
        return LNT_ERR_NULL;
    }
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(dtype, known[i]) == 0) {
            lnt_file_dtype scalar = lnt_file_dtype_native(LNT_F64);
            scalar.kind = dtype[0];
            scalar.size = (unsigned char) (dtype[1] - '0');
            char bytes[LNT_NPY_PREAMBLE_CAPACITY];
            const size_t shape[] = {rows, cols};
            lnt_npy_header_write(scalar, false, cols == 0 ? 1 : 2, shape, bytes);
            memcpy(begin, bytes, LNT_NPY_HEADER_LENGTH);
            return LNT_OK;
        }
    }
    return LNT_ERR_INVALID;
}

static bool is_dense(const lnt_tensor *x)
{
    return x->col_stride == 1 && (x->row_stride == (ptrdiff_t) x->cols || x->rows < 2);
}

/* Row by row. */
static lnt_status write_rows(lnt_atomic_file *file, const lnt_tensor *x, lnt_error *error)
{
    const size_t size = lnt_dtype_size(x->dtype);
    if (is_dense(x)) {
        return lnt_atomic_write(file, x->data, x->rows * x->cols * size, error);
    }
    for (size_t i = 0; i < x->rows; i++) {
        for (size_t j = 0; j < x->cols; j += PIECE) {
            double buffer[PIECE]; /* of the widest dtype */
            lnt_tensor from, piece;
            const size_t left = x->cols - j, n = left < PIECE ? left : PIECE;
            LNT_TRY(lnt_slice_rows(x, i, 1, 1, &from));
            LNT_TRY(lnt_slice_cols(&from, j, n, 1, &from));
            piece = lnt_tensor_view(x->dtype, buffer, 1, n);
            LNT_TRY(lnt_copy(&from, &piece));
            LNT_TRY(lnt_atomic_write(file, buffer, n * size, error));
        }
    }
    return LNT_OK;
}

static lnt_status write_all(lnt_atomic_file *file, const lnt_tensor *x, lnt_error *error)
{
    const lnt_tensor transposed = lnt_transpose(x);
    const bool fortran = !is_dense(x) && is_dense(&transposed);
    const size_t shape[] = {x->rows, x->cols};
    char begin[LNT_NPY_PREAMBLE_CAPACITY];
    const size_t length =
        lnt_npy_header_write(lnt_file_dtype_native(x->dtype), fortran, 2, shape, begin);
    LNT_TRY(lnt_atomic_write(file, begin, length, error));
    return lnt_is_empty(x) ? LNT_OK : write_rows(file, fortran ? &transposed : x, error);
}

lnt_status lnt_npy_write(const char *path, const lnt_tensor *x, lnt_error *error)
{
    if (path == NULL || x == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "path and tensor are required");
    }
    const lnt_status checked = lnt_check(x);
    if (checked != LNT_OK) {
        return lnt_file_fail(error, checked, path, "%s", lnt_status_text(checked));
    }
    lnt_atomic_file file;
    LNT_TRY(lnt_atomic_open(&file, path, error));
    const lnt_status status = write_all(&file, x, error);
    if (status != LNT_OK) {
        lnt_atomic_abandon(&file);
        return status;
    }
    return lnt_atomic_commit(&file, error);
}
