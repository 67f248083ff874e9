/* SPDX-License-Identifier: MIT */
#include "support/readers.h"

#include <linnet/io.h>
#include <stdint.h>

TestSuite(npy_write, .init = make_test_folder, .fini = remove_test_folder);

enum { ROWS = 7, COLS = 1100 }; /* more columns than one piece has */

/* Writes the view and reads it back; Fortran's order or not, the numbers are the same. */
static void round_trip(const lnt_tensor *x, bool fortran)
{
    const char *const path = in_folder("a.npy");
    lnt_error error = {.message = ""};
    assert_status(lnt_npy_write(path, x, &error), LNT_OK, "%s", error.message);
    const lnt_read_options options = options_of(x->dtype == LNT_F32 ? LNT_F32 : LNT_F64);
    lnt_frame *frame = frame_of(path, &options);
    const lnt_tensor y = lnt_frame_values(frame);
    assert_eq(y.rows, x->rows);
    assert_eq(y.cols, x->cols);
    assert_eq(y.row_stride == 1 && y.rows > 1, fortran);
    for (size_t i = 0; i < x->rows; i++) {
        for (size_t j = 0; j < x->cols; j++) {
            assert_eq(lnt_tensor_get(&y, i, j), lnt_tensor_get(x, i, j), "[%zu, %zu]", i, j);
        }
    }
    lnt_frame_destroy(frame);
}

Test(npy_write, tensors_of_all_dtypes_and_strides)
{
    static double memory[ROWS * COLS];
    for (int d = LNT_F32; d <= LNT_I32; d++) {
        const lnt_dtype dtype = (lnt_dtype) d;
        lnt_tensor x = lnt_tensor_view(dtype, memory, ROWS, COLS);
        for (size_t i = 0; i < ROWS * COLS; i++) {
            assert_status(
                lnt_tensor_set(&x, i / COLS, i % COLS, (double) i / (d == LNT_I32 ? 1 : 8)),
                LNT_OK);
        }
        round_trip(&x, false);
        const lnt_tensor turned = lnt_transpose(&x);
        round_trip(&turned, true);
        const lnt_tensor backwards = lnt_reverse_cols(&x);
        round_trip(&backwards, false);
        lnt_tensor part;
        assert_status(lnt_slice_cols(&x, 1, COLS / 2, 2, &part), LNT_OK);
        round_trip(&part, false);
        assert_status(lnt_slice_cols(&x, 3, 1, 1, &part), LNT_OK);
        round_trip(&part, true); /* a column is one run in either order */
        assert_status(lnt_slice_rows(&x, 2, 1, 1, &part), LNT_OK);
        round_trip(&part, false);
    }
}

/* The bytes, for NumPy's sake. */
Test(npy_write, bytes)
{
    float numbers[] = {1, 2, 3, 4, 5, 6};
    const lnt_tensor x = lnt_tensor_f32(numbers, 2, 3);
    assert_status(lnt_npy_write(in_folder("a.npy"), &x, NULL), LNT_OK);
    const bytes b = read_bytes(in_folder("a.npy"));
    const uint16_t one = 1;
    const bool little = *(const unsigned char *) &one == 1;
    char header[128];
    memset(header, ' ', sizeof header);
    const int n = snprintf(header, sizeof header,
                           "\x93NUMPY\x01%c\x76%c{'descr': '%cf4', 'fortran_order': False, "
                           "'shape': (2, 3), }",
                           0, 0, little ? '<' : '>');
    header[n] = ' ';
    header[127] = '\n';
    assert_eq(b.size, 128 + sizeof numbers);
    assert_bytes_eq(b.data, header, 128);
    assert_bytes_eq(b.data + 128, numbers, sizeof numbers);
    free(b.data);
}

Test(npy_write, begins)
{
    char begin[LNT_NPY_HEADER_LENGTH];
    assert_status(lnt_npy_header("i8", 12, 0, begin), LNT_OK);
    assert_contains(begin + 10, "i8', 'fortran_order': False, 'shape': (12,), }");
    assert_status(lnt_npy_header("u1", SIZE_MAX, SIZE_MAX, begin), LNT_OK);
    assert_contains(begin + 10, "'|u1'");
    assert_eq(begin[LNT_NPY_HEADER_LENGTH - 1], '\n');
    static const char *const bad[] = {"", "f", "f8 ", "c8", "<f8", "f16", "O"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_status(lnt_npy_header(bad[i], 1, 1, begin), LNT_ERR_INVALID, "'%s'", bad[i]);
    }
    assert_status(lnt_npy_header(NULL, 1, 1, begin), LNT_ERR_NULL);
    assert_status(lnt_npy_header("f8", 1, 1, NULL), LNT_ERR_NULL);
}

Test(npy_write, refused)
{
    double number = 1;
    lnt_error error = {.message = ""};
    const lnt_tensor x = lnt_tensor_f64(&number, 1, 1), none = {.rows = 1, .cols = 1};
    assert_status(lnt_npy_write(NULL, &x, &error), LNT_ERR_NULL);
    assert_status(lnt_npy_write(in_folder("a.npy"), NULL, &error), LNT_ERR_NULL);
    assert_ne(lnt_npy_write(in_folder("a.npy"), &none, &error), LNT_OK);
    assert_eq(files_in_folder(), 0);
    const char *const path = in_folder("absent/a.npy");
    assert_status(lnt_npy_write(path, &x, &error), LNT_ERR_IO);
    check_sentence(&error, LNT_ERR_IO, path, NULL);
}

Test(npy_write, empty)
{
    const lnt_tensor x = lnt_tensor_f64(NULL, 0, 3);
    assert_status(lnt_npy_write(in_folder("a.npy"), &x, NULL), LNT_OK);
    const bytes b = read_bytes(in_folder("a.npy"));
    assert_eq(b.size, 128);
    assert_contains((char *) b.data + 10, "'shape': (0, 3), }");
    free(b.data);
}
