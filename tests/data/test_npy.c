/* SPDX-License-Identifier: MIT */
#include "data/arrays/npy.h"

#include "support/assert.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A file's begin around the text of a header, and `size` for how much of it there is. */
typedef struct begin {
    unsigned char bytes[LNT_NPY_MAX_PREAMBLE + 64];
    size_t size;
} begin;

static begin begin_of(int version, const char *text)
{
    begin b = {.bytes = LNT_NPY_MAGIC};
    const size_t length = strlen(text), before = version == 1 ? 10 : 12;
    assert_le(before + length, sizeof b.bytes);
    b.bytes[6] = (unsigned char) version;
    for (size_t i = 8; i < before; i++) {
        b.bytes[i] = (unsigned char) (length >> 8 * (i - 8));
    }
    memcpy(b.bytes + before, text, length);
    b.size = before + length;
    return b;
}

static lnt_status read_text(lnt_npy_info *header, int version, const char *text, lnt_error *error)
{
    const begin b = begin_of(version, text);
    unsigned char *exact = malloc(b.size); /* so that a sanitizer sees a byte too many */
    cr_assert_not_null(exact);
    memcpy(exact, b.bytes, b.size);
    const lnt_status status = lnt_npy_header_read(header, exact, b.size, "a.npy", error);
    free(exact);
    return status;
}

typedef struct good {
    int version;
    const char *text;
    char kind;
    unsigned size;
    int order; /* 1 big-endian, 0 little-endian, -1 of no account */
    bool fortran;
    size_t rank, rows, cols;
} good;

static const good goods[] = {
    {1, "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }   \n", 'f', 8, 0, false, 2, 3,
     4},
    {1, "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4)}", 'f', 8, 0, false, 2, 3, 4},
    {2, "{'shape': (7,), 'fortran_order': True, 'descr': '>f4'}\n", 'f', 4, 1, true, 1, 7, 1},
    {3, "{\"descr\":\"|u1\",\"fortran_order\":False,\"shape\":(2,3,4,)}\n", 'u', 1, -1, false, 3, 2,
     12},
    {1, "{'descr': '|b1', 'fortran_order': False, 'shape': (), }\n", 'b', 1, -1, false, 0, 1, 1},
    {1, "{'descr': '>i8', 'fortran_order': False, 'shape': (0, 5)}\n", 'i', 8, 1, false, 2, 0, 5},
    {2, "{'descr': '<u2', 'fortran_order': False, 'shape': (3L, 4L)}\n", 'u', 2, 0, false, 2, 3, 4},
    {1, "{ 'descr' : '<f2' ,\n 'fortran_order' :\tFalse , 'shape' : ( 3 , ) , }\n", 'f', 2, 0,
     false, 1, 3, 1},
};

Test(npy, headers)
{
    for (size_t i = 0; i < sizeof goods / sizeof goods[0]; i++) {
        const good *const g = &goods[i];
        lnt_npy_info h;
        lnt_error error = {.message = ""};
        assert_status(read_text(&h, g->version, g->text, &error), LNT_OK, "%s", error.message);
        assert_eq(h.file_dtype.kind, g->kind, "%s", g->text);
        assert_eq(h.file_dtype.size, g->size, "%s", g->text);
        if (g->order >= 0) {
            assert_eq(h.file_dtype.big_endian, g->order == 1, "%s", g->text);
        }
        assert_eq(h.fortran, g->fortran, "%s", g->text);
        assert_eq(h.rank, g->rank, "%s", g->text);
        assert_eq(h.rows, g->rows, "%s", g->text);
        assert_eq(h.cols, g->cols, "%s", g->text);
        assert_eq(h.bytes, g->rows * g->cols * g->size, "%s", g->text);
        assert_eq(h.offset, strlen(g->text) + (g->version == 1 ? 10 : 12));
    }
}

/* With 32 bits an extent alone is too large already. */
#define TOO_LARGE (SIZE_MAX > UINT32_MAX ? "the shape in the npy header is too large" : "too large")

static const struct {
    const char *text;
    lnt_status status;
    const char *sentence;
} bads[] = {
    {"", LNT_ERR_FORMAT, "a.npy: npy header, byte 1: expected a dictionary, found its end"},
    {"[]", LNT_ERR_FORMAT, "a.npy: npy header, byte 1: expected a dictionary, found '[]'"},
    {"{}", LNT_ERR_FORMAT, "a.npy: the npy header has no key 'descr'"},
    {"{'descr': '<f8', 'shape': (3,)}", LNT_ERR_FORMAT,
     "a.npy: the npy header has no key 'fortran_order'"},
    {"{'descr': '<f8', 'fortran_order': False}", LNT_ERR_FORMAT,
     "a.npy: the npy header has no key 'shape'"},
    {"{'descr': '<f8', 'descr': '<f8'}", LNT_ERR_FORMAT, "each once, found ''descr': '<f8'}'"},
    {"{'colour': 1}", LNT_ERR_FORMAT, "each once, found ''colour': 1}'"},
    {"{'descr' '<f8'}", LNT_ERR_FORMAT, "expected a colon"},
    {"{'descr': '<f8' 'shape': (3,)}", LNT_ERR_FORMAT, "expected a comma or a closing brace"},
    {"{'descr': '<f8', , }", LNT_ERR_FORMAT, "each once, found ', }'"},
    {"{'descr': '|O'}", LNT_ERR_FORMAT, "found '|O' (Python objects)"},
    {"{'descr': '<c16'}", LNT_ERR_FORMAT, "found '<c16' (complex numbers)"},
    {"{'descr': '<f16'}", LNT_ERR_FORMAT, "found '<f16' (long doubles)"},
    {"{'descr': '<U5'}", LNT_ERR_FORMAT, "found '<U5' (text)"},
    {"{'descr': '|S5'}", LNT_ERR_FORMAT, "found '|S5' (text)"},
    {"{'descr': '<M8[ns]'}", LNT_ERR_FORMAT, "found '<M8[ns]' (times)"},
    {"{'descr': '|V8'}", LNT_ERR_FORMAT, "found '|V8' (records)"},
    {"{'descr': [('a', '<f8')]}", LNT_ERR_FORMAT, "f4 or f8, found records"},
    {"{'descr': '<f3'}", LNT_ERR_FORMAT, "found '<f3'"},
    {"{'descr': '<f1'}", LNT_ERR_FORMAT, "found '<f1'"},
    {"{'descr': '<b2'}", LNT_ERR_FORMAT, "found '<b2'"},
    {"{'descr': '|f8'}", LNT_ERR_FORMAT, "found '|f8'"},
    {"{'descr': 'f8'}", LNT_ERR_FORMAT, "found 'f8'"},
    {"{'descr': '<f8", LNT_ERR_FORMAT, "expected a dtype such as '<f8'"},
    {"{'descr': 8}", LNT_ERR_FORMAT, "expected a dtype such as '<f8', found '8}'"},
    {"{'fortran_order': 0}", LNT_ERR_FORMAT, "expected True or False, found '0}'"},
    {"{'fortran_order': Truer}", LNT_ERR_FORMAT, "expected a comma"},
    {"{'shape': 3}", LNT_ERR_FORMAT, "expected a shape such as (3, 4), found '3}'"},
    {"{'shape': (3)}", LNT_ERR_FORMAT, "expected a comma after the only extent"},
    {"{'shape': (3 4)}", LNT_ERR_FORMAT, "expected a comma or a closing parenthesis"},
    {"{'shape': (-3,)}", LNT_ERR_FORMAT, "expected an extent, found '-3,)}'"},
    {"{'shape': (03,)}", LNT_ERR_FORMAT, "expected an extent, found '03,)}'"},
    {"{'shape': (,)}", LNT_ERR_FORMAT, "expected an extent"},
    {"{'shape': (3.0,)}", LNT_ERR_FORMAT, "expected a comma"},
    {"{'shape': (1,", LNT_ERR_FORMAT, "found its end"},
    {"{'shape': (99999999999999999999,)}", LNT_ERR_TOO_LARGE,
     "an extent of the shape is too large"},
    {"{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296)}",
     LNT_ERR_TOO_LARGE, TOO_LARGE},
    {"{'descr': '<f8', 'fortran_order': False, 'shape': (0, 4294967296, 4294967296)}",
     LNT_ERR_TOO_LARGE, TOO_LARGE},
    {"{'descr': '<f8', 'fortran_order': False, 'shape': (2305843009213693952,)}", LNT_ERR_TOO_LARGE,
     TOO_LARGE},
    {"{'descr': '<f8', 'fortran_order': False, 'shape': (3,)} x", LNT_ERR_FORMAT,
     "expected the header's end, found 'x'"},
    {"{'shape': (1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)}",
     LNT_ERR_FORMAT, "at most 32 extents, found more"},
};

Test(npy, headers_refused)
{
    for (size_t i = 0; i < sizeof bads / sizeof bads[0]; i++) {
        lnt_npy_info h = {.rank = 77};
        lnt_error error = {.message = ""};
        assert_eq(read_text(&h, 1, bads[i].text, &error), bads[i].status, "%s", bads[i].text);
        assert_eq(error.status, bads[i].status);
        assert_starts(error.message, "a.npy: ");
        assert_contains(error.message, bads[i].sentence, "'%s' is not in '%s'", bads[i].sentence,
                        error.message);
        assert_eq(h.rank, 77, "the header is touched");
    }
    lnt_npy_info h;
    assert_status(
        read_text(&h, 3, "{'descr': '<u2', 'fortran_order': False, 'shape': (3L,)}", NULL),
        LNT_ERR_FORMAT, "Python 2 never wrote version 3");
}

Test(npy, every_cut_is_refused)
{
    for (int version = 1; version <= 3; version++) {
        const begin b =
            begin_of(version, "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }\n");
        for (size_t size = 0; size < b.size; size++) {
            lnt_npy_info h;
            lnt_error error;
            unsigned char *part = malloc(size + 1);
            cr_assert_not_null(part);
            memcpy(part, b.bytes, size);
            assert_status(lnt_npy_header_read(&h, part, size, "a.npy", &error), LNT_ERR_FORMAT);
            assert_eq(strncmp(error.message, "a.npy: ", 7), 0);
            free(part);
        }
    }
}

Test(npy, versions_and_lengths)
{
    static const char text[] = "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }\n";
    begin b = begin_of(1, text);
    lnt_npy_info h;
    lnt_error error;
    for (int version = 0; version < 6; version += version == 0 ? 4 : 1) {
        b.bytes[6] = (unsigned char) version;
        assert_status(lnt_npy_header_read(&h, b.bytes, b.size, "a.npy", &error), LNT_ERR_FORMAT);
        assert_contains(error.message, "expected npy version 1, 2 or 3");
    }
    b.bytes[6] = 1, b.bytes[7] = 1;
    assert_status(lnt_npy_header_read(&h, b.bytes, b.size, "a.npy", NULL), LNT_ERR_FORMAT);
    char *longest = malloc(LNT_NPY_MAX_HEADER + 2);
    cr_assert_not_null(longest);
    memset(longest, ' ', LNT_NPY_MAX_HEADER + 1);
    memcpy(longest, text, sizeof text - 2);
    longest[LNT_NPY_MAX_HEADER] = '\0';
    assert_status(read_text(&h, 1, longest, NULL), LNT_OK);
    longest[LNT_NPY_MAX_HEADER] = ' ';
    longest[LNT_NPY_MAX_HEADER + 1] = '\0';
    assert_status(read_text(&h, 2, longest, &error), LNT_ERR_FORMAT);
    assert_contains(error.message, "at most 10000 bytes, found 10001");
    free(longest);
}

Test(npy, written_headers_are_read)
{
    static const size_t shape[LNT_NPY_MAX_RANK] = {3, 4, 1, 1, 5, 1, 1, 1, 1, 1, 1};
    static const char kinds[] = {'f', 'f', 'i', 'b'};
    static const unsigned char sizes[] = {8, 4, 8, 1};
    for (size_t k = 0; k < sizeof sizes; k++) {
        for (size_t rank = 0; rank <= 11; rank++) {
            const lnt_file_dtype scalar = {kinds[k], sizes[k], rank % 2 == 1};
            char bytes[LNT_NPY_PREAMBLE_CAPACITY];
            const size_t n = lnt_npy_header_write(scalar, rank % 3 == 1, rank, shape, bytes);
            lnt_npy_info h;
            lnt_error error = {.message = ""};
            assert_status(lnt_npy_header_read(&h, bytes, n, "a.npy", &error), LNT_OK, "%s",
                          error.message);
            assert_eq(n % 64, 0);
            if (rank <= 2) {
                assert_eq(n, LNT_NPY_MATRIX_PREAMBLE);
            }
            assert_eq(h.offset, n);
            assert_eq(h.rank, rank);
            assert_bytes_eq(h.shape, shape, rank * sizeof shape[0]);
            assert_eq(h.fortran, rank % 3 == 1);
            assert_eq(h.file_dtype.kind, scalar.kind);
            assert_eq(h.file_dtype.size, scalar.size);
            if (scalar.size != 1) {
                assert_eq(h.file_dtype.big_endian, scalar.big_endian);
            }
        }
    }
    static const size_t most[LNT_NPY_MAX_RANK] = {SIZE_MAX, SIZE_MAX};
    char bytes[LNT_NPY_PREAMBLE_CAPACITY];
    assert_eq(lnt_npy_header_write(lnt_file_dtype_native(LNT_F64), false, 2, most, bytes),
              LNT_NPY_MATRIX_PREAMBLE);
    size_t large[LNT_NPY_MAX_RANK];
    for (size_t i = 0; i < LNT_NPY_MAX_RANK; i++) {
        large[i] = SIZE_MAX;
    }
    assert_le(
        lnt_npy_header_write(lnt_file_dtype_native(LNT_F64), false, LNT_NPY_MAX_RANK, large, bytes),
        sizeof bytes);
}

/* --- numbers --- */

typedef struct value {
    char kind;
    unsigned char size;
    unsigned char bytes[8]; /* big-endian */
    double f32, f64;
} value;

static const value values[] = {
    {'b', 1, {0}, 0, 0},
    {'b', 1, {1}, 1, 1},
    {'b', 1, {2}, 1, 1},
    {'u', 1, {255}, 255, 255},
    {'i', 1, {255}, -1, -1},
    {'i', 1, {128}, -128, -128},
    {'u', 2, {0x12, 0x34}, 0x1234, 0x1234},
    {'i', 2, {0xFF, 0xFE}, -2, -2},
    {'u', 4, {0xFF, 0xFF, 0xFF, 0xFF}, 0x1p32, 4294967295.0},
    {'i', 4, {0x80, 0, 0, 0}, -0x1p31, -0x1p31},
    {'u', 8, {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, 0x1p64, 0x1p64},
    {'i', 8, {0x80, 0, 0, 0, 0, 0, 0, 0}, -0x1p63, -0x1p63},
    /* 2^53 + 1 and + 3 lie between two doubles, and go to the even one. */
    {'i', 8, {0, 0x20, 0, 0, 0, 0, 0, 1}, 0x1p53, 0x1p53},
    {'u', 8, {0, 0x20, 0, 0, 0, 0, 0, 3}, 0x1p53, 0x1p53 + 4},
    /* 2^60 + 2^36 + 1 is nearer the next float; by way of a double it would be a tie. */
    {'i', 8, {0x10, 0, 0, 0x10, 0, 0, 0, 1}, 0x1p60 + 0x1p37, 0x1p60 + 0x1p36},
    {'u', 8, {0x10, 0, 0, 0x10, 0, 0, 0, 1}, 0x1p60 + 0x1p37, 0x1p60 + 0x1p36},
    {'f', 2, {0x3C, 0}, 1, 1},
    {'f', 2, {0xC0, 0}, -2, -2},
    {'f', 2, {0x7B, 0xFF}, 65504, 65504},
    {'f', 2, {0, 1}, 0x1p-24, 0x1p-24},
    {'f', 2, {0x83, 0xFF}, -1023 * 0x1p-24, -1023 * 0x1p-24},
    {'f', 2, {4, 0}, 0x1p-14, 0x1p-14},
    {'f', 2, {0x7C, 0}, INFINITY, INFINITY},
    {'f', 2, {0xFC, 0}, -INFINITY, -INFINITY},
    {'f', 2, {0x7E, 0}, NAN, NAN},
    {'f', 4, {0x3F, 0x80, 0, 0}, 1, 1},
    {'f', 4, {0x7F, 0xC0, 0, 0}, NAN, NAN},
    {'f', 8, {0x3F, 0xF0, 0, 0, 0, 0, 0, 1}, 1, 1 + 0x1p-52},
    {'f', 8, {0x7F, 0xEF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, INFINITY, 0x1.fffffffffffffp1023},
    {'f', 8, {0x7F, 0xF8, 0, 0, 0, 0, 0, 0}, NAN, NAN},
};

static void expect(double got, double want, const value *v)
{
    cr_assert(isnan(want) ? isnan(got) : got == want, "%c%d is %.17g, expected %.17g", v->kind,
              v->size, got, want);
}

Test(npy, numbers_of_every_kind)
{
    enum { N = 5 };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        const value *const v = &values[i];
        for (int big = 0; big < 2; big++) {
            unsigned char bytes[1 + N * 8]; /* at an odd address */
            for (size_t k = 0; k < N; k++) {
                for (size_t b = 0; b < v->size; b++) {
                    bytes[1 + k * v->size + b] = v->bytes[big != 0 ? b : v->size - 1 - b];
                }
            }
            const lnt_file_dtype scalar = {v->kind, v->size, big != 0};
            for (ptrdiff_t stride = 1; stride <= 3; stride += 2) {
                float f32[3 * N];
                double f64[3 * N];
                for (size_t k = 0; k < 3 * N; k++) {
                    f32[k] = 77;
                    f64[k] = 77;
                }
                lnt_file_dtype_convert(scalar, bytes + 1, N, LNT_F32, f32, stride);
                lnt_file_dtype_convert(scalar, bytes + 1, N, LNT_F64, f64, stride);
                for (ptrdiff_t k = 0; k < 3 * N; k++) {
                    const bool set = k % stride == 0 && k / stride < N;
                    expect((double) f32[k], set ? v->f32 : 77, v);
                    expect(f64[k], set ? v->f64 : 77, v);
                }
            }
        }
    }
}
