/* SPDX-License-Identifier: MIT */
#include "support/failing_allocator.h"
#include "support/formats.h"
#include "support/readers.h"

#include <math.h>
#include <stdint.h>

TestSuite(readers_refused, .init = make_test_folder, .fini = remove_test_folder, .timeout = 120);

/* An .npy file of a header's text and data. */
static bytes npy_of(const char *text, const void *data, size_t size)
{
    const size_t length = strlen(text);
    bytes b = {malloc(10 + length + size), 10 + length + size};
    cr_assert_not_null(b.data);
    memcpy(b.data, "\x93NUMPY\x01\x00", 8);
    b.data[8] = (unsigned char) (length & 0xFF);
    b.data[9] = (unsigned char) (length >> 8);
    memcpy(b.data + 10, text, length);
    memcpy(b.data + 10 + length, data, size);
    return b;
}

static const char *npy_file(const char *text, const void *data, size_t size)
{
    const char *const path = in_folder("a.npy");
    const bytes b = npy_of(text, data, size);
    write_bytes(path, b.data, b.size);
    free(b.data);
    return path;
}

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define F8_DESCR "'>f8'"
#else
#define F8_DESCR "'<f8'"
#endif
#define F8(shape) "{'descr': " F8_DESCR ", 'fortran_order': False, 'shape': " shape "}\n"

/* --- what values are --- */

Test(readers_refused, missing_values)
{
    static const double x[] = {1, 2, NAN, 4, 5, 6, 7, NAN};
    const char *path = npy_file(F8("(4, 2)"), x, sizeof x);
    refuse_file(path, NULL, LNT_ERR_FORMAT,
                "row 2, column 'column1': a value is missing (found nan)");
    lnt_read_options options = options_of(LNT_F32);
    options.missing = LNT_MISSING_DROP;
    lnt_frame *frame = frame_of(path, &options);
    csv_expect(frame, 2, 2, (const double[]){1, 2, 5, 6});
    assert_eq(lnt_frame_rows_dropped(frame), 2);
    lnt_frame_destroy(frame);
    path = npy_file("{'descr': " F8_DESCR ", 'fortran_order': True, 'shape': (4, 2)}", x, sizeof x);
    frame = frame_of(path, &options);
    csv_expect(frame, 2, 2, (const double[]){1, 5, 2, 6});
    lnt_frame_destroy(frame);
    static const double none[] = {NAN, 1, 1, NAN};
    refuse_file(npy_file(F8("(2, 2)"), none, sizeof none), &options, LNT_ERR_FORMAT,
                "no row is left: a value is missing in each of 2");
}

Test(readers_refused, values_that_are_not_finite)
{
    static const double x[] = {1, INFINITY, 1e300, 4};
    const char *const path = npy_file(F8("(2, 2)"), x, sizeof x);
    refuse_file(path, NULL, LNT_ERR_FORMAT,
                "row 1, column 'column2': expected a finite f64 number, found inf");
    const lnt_read_options f32 = options_of(LNT_F32);
    static const double large[] = {1, 2, 1e300, 4};
    refuse_file(npy_file(F8("(2, 2)"), large, sizeof large), &f32, LNT_ERR_FORMAT,
                "row 2, column 'column1': expected a finite f32 number, found 1e+300");
    lnt_read_options drop = options_of(LNT_F64);
    drop.missing = LNT_MISSING_DROP;
    refuse_file(npy_file(F8("(2, 2)"), x, sizeof x), &drop, LNT_ERR_FORMAT, "found inf");
}

Test(readers_refused, columns_that_are_looked_at)
{
    static const double x[] = {1, INFINITY, NAN, 4, 5, 6};
    const char *const path = npy_file(F8("(2, 3)"), x, sizeof x);
    static const char *const only[] = {"column1", "elsewhere"};
    lnt_read_options options = options_of(LNT_F64);
    options.use_columns = only;
    options.n_use_columns = 2;
    lnt_frame *frame = frame_of(path, &options);
    csv_expect(frame, 2, 3, (const double[]){1, 0, 0, 4, 0, 0});
    lnt_frame_destroy(frame);
    static const char *const labels[] = {"colour"};
    lnt_read_options labelled = with_labels(labels, 1);
    refuse_file(path, &labelled, LNT_ERR_INVALID, "no column 'colour'");
}

/* --- sizes that lie --- */

Test(readers_refused, sizes_that_contradict_the_file)
{
    static const double x[] = {1, 2, 3, 4};
    refuse_file(npy_file(F8("(2, 2)"), x, sizeof x - 1), NULL, LNT_ERR_FORMAT,
                "expected 32 bytes of elements by the header, found 31");
    refuse_file(npy_file(F8("(1, 3)"), x, sizeof x), NULL, LNT_ERR_FORMAT,
                "expected 24 bytes of elements by the header, found 32");
    refuse_file(npy_file(F8("(100000000, 1)"), x, sizeof x), NULL, LNT_ERR_FORMAT,
                "expected 800000000 bytes");
    refuse_file(npy_file(F8("(4294967296, 4294967296)"), x, sizeof x), NULL, LNT_ERR_TOO_LARGE,
                "too large");
    static const char idx[] = "\0\0\x08\x02\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF...";
    refuse_bytes("a.idx", idx, sizeof idx - 1, LNT_ERR_FORMAT, "bytes of elements");
    static const char deep[] = "\0\0\x0E\x04\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
                               "\xFF\xFF\xFF\xFF";
    refuse_bytes("a.idx", deep, sizeof deep - 1, LNT_ERR_TOO_LARGE, "dimensions are too large");
}

/* A pipe vouches for nothing: what is allocated follows what is read. */
Test(readers_refused, a_pipe_that_promises_much)
{
    failing f = {0};
    const lnt_allocator allocator = failing_allocator(&f);
    lnt_read_options options = options_of(LNT_F64);
    options.allocator = &allocator;
    static const double x[] = {1, 2, 3, 4};
    const bytes b = npy_of(F8("(10000000, 10)"), x, sizeof x);
    int ends[2];
    assert_eq(pipe(ends), 0);
    assert_eq(write(ends[1], b.data, b.size), (ssize_t) b.size);
    close(ends[1]);
    free(b.data);
    char path[32];
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    lnt_frame *frame;
    lnt_error error;
    assert_status(lnt_data_read(&frame, path, LNT_DATA_AUTO, &options, &error), LNT_ERR_FORMAT);
    assert_contains(error.message, "found 32");
    assert_eq(f.live, 0);
    assert_lt(f.bytes, (size_t) 4 << 20, "%zu bytes were asked for", f.bytes);
    close(ends[0]);
}

static const char *const samples[] = {"rank2_C.npy", "i4_big.npy", "rank4_F.npy", "u1.idx",
                                      "u1.idx.gz",   "stored.npz", "deflated.npz"};

/* How many of them this build reads. */
static size_t n_samples(void)
{
    return build_has("npz") ? COUNT(samples) : COUNT(samples) - 2;
}

Test(readers_refused, memory_limits)
{
    for (size_t i = 0; i < n_samples(); i++) {
        lnt_read_options options = options_of(LNT_F64);
        lnt_frame *frame = frame_of(sample(samples[i]), &options);
        const lnt_tensor x = lnt_frame_values(frame);
        options.memory_limit = x.rows * x.cols * sizeof(double);
        lnt_frame_destroy(frame);
        lnt_frame_destroy(frame_of(sample(samples[i]), &options));
        options.memory_limit--;
        refuse_file(sample(samples[i]), &options, LNT_ERR_TOO_LARGE, "beyond the memory limit");
    }
    lnt_read_options options = options_of(LNT_F64);
    options.memory_limit = 1000;
    write_bytes(in_folder("a.libsvm"), "1 1:1 200:1\n", 12);
    refuse_file(in_folder("a.libsvm"), &options, LNT_ERR_TOO_LARGE, "beyond the memory limit");
    options.memory_limit = 16;
    refuse_file(in_folder("a.libsvm"), &options, LNT_ERR_TOO_LARGE,
                "more numbers than the memory limit of 16 bytes");
}

/* Each allocation fails in turn; nothing leaks, and the next attempt is as good as the first. */
static void fail_each(const char *path)
{
    failing f = {0};
    const lnt_allocator allocator = failing_allocator(&f);
    lnt_read_options options = options_of(LNT_F32);
    options.allocator = &allocator;
    options.missing = LNT_MISSING_DROP;
    lnt_status status = LNT_ERR_MEMORY;
    size_t n = 0;
    while (status == LNT_ERR_MEMORY) {
        lnt_frame *frame = NULL;
        lnt_error error = {.message = ""};
        f = (failing){.fail_at = ++n};
        status = lnt_data_read(&frame, path, LNT_DATA_AUTO, &options, &error);
        cr_assert(status == LNT_OK || status == LNT_ERR_MEMORY, "%s", error.message);
        if (status != LNT_OK) {
            cr_assert_null(frame, "%s: call %zu leaks", path, n);
            assert_eq(f.live, 0, "%s: call %zu leaks", path, n);
        }
        if (status != LNT_OK) {
            assert_status(error.status, LNT_ERR_MEMORY);
        }
        lnt_frame_destroy(frame);
        assert_eq(f.live, 0);
    }
    assert_gt(n, 3, "%s: only %zu allocations", path, n);
}

Test(readers_refused, memory_that_fails)
{
    for (size_t i = 0; i < n_samples(); i++) {
        fail_each(sample(samples[i]));
    }
    static const double x[] = {1, 2, NAN, 4};
    fail_each(npy_file(F8("(2, 2)"), x, sizeof x));
    write_bytes(in_folder("a.libsvm"), "1 1:1 200:1\n2 3:nan\n", 20);
    fail_each(in_folder("a.libsvm"));
    if (build_has("npz")) {
        fail_each(sample("stored.npz:x"));
    }
}

/* --- damaged files --- */

Test(readers_refused, every_cut)
{
    for (size_t i = 0; i < n_samples(); i++) {
        const bytes b = read_bytes(sample(samples[i]));
        const char *const dot = strchr(samples[i], '.');
        for (size_t size = 0; size < b.size; size++) {
            refuse_bytes(dot, b.data, size, LNT_ERR_FORMAT, "");
        }
        free(b.data);
    }
}

/* Every byte, each bit: no crash, and never a frame of another size than the file could hold. */
Test(readers_refused, every_flipped_bit)
{
    const lnt_read_options options = options_of(LNT_F32);
    for (size_t i = 0; i < n_samples(); i++) {
        const bytes b = read_bytes(sample(samples[i]));
        const char *const path = in_folder(strchr(samples[i], '.'));
        const bool sum = strstr(samples[i], "z") != NULL; /* npz, gz */
        for (size_t bit = 0; bit < 8 * b.size; bit++) {
            b.data[bit / 8] ^= (unsigned char) (1u << bit % 8);
            write_bytes(path, b.data, b.size);
            lnt_frame *frame = NULL;
            lnt_error error = {.message = ""};
            const lnt_status status = lnt_data_read(&frame, path, LNT_DATA_AUTO, &options, &error);
            if (status == LNT_OK) {
                cr_assert_not_null(frame);
            }
            if (status != LNT_OK) {
                cr_assert_null(frame);
                assert_str_ne(error.message, "");
            }
            if (status == LNT_OK) {
                const lnt_tensor x = lnt_frame_values(frame);
                assert_le(x.rows * x.cols, sum ? 4 * b.size : b.size, "bit %zu", bit);
            }
            lnt_frame_destroy(frame);
            b.data[bit / 8] ^= (unsigned char) (1u << bit % 8);
        }
        free(b.data);
    }
}

/* A changed byte of what is packed does not match its sum. */
static void refuse_sum_of_archive(void)
{
    const bytes b = read_bytes(sample("stored.npz"));
    static const float two = 2;
    size_t place = 0;
    while (memcmp(b.data + place, &two, sizeof two) != 0) {
        place++;
        assert_le(place + sizeof two, b.size);
    }
    b.data[place] ^= 1;
    refuse_bytes("a.npz", b.data, b.size, LNT_ERR_FORMAT, "array 'x': cannot unpack: CRC error");
    free(b.data);
}

Test(readers_refused, sums)
{
    if (build_has("npz")) {
        refuse_sum_of_archive();
    }
    const bytes b = read_bytes(sample("u1.idx.gz"));
    b.data[b.size - 8] ^= 1;
    refuse_bytes("a.idx.gz", b.data, b.size, LNT_ERR_FORMAT, "its checksum is wrong");
    free(b.data);
}

static void put(unsigned char *to, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        to[i] = (unsigned char) (value >> 8 * i);
    }
}

/* 5 MB that say they are 4 GiB and 300 bytes when inflated: sizes of 32 bits would make it 300. */
static void refuse_size_of_64_bits(void)
{
    enum { PACKED = 5000000, LOCAL = 35, CENTRAL = 63, END = 22, METHOD = 8 };
    static const unsigned char local[] = "PK\3\4\x2d", central[] = "PK\1\2\x2d\0\x2d",
                               end[] = "PK\5\6";
    unsigned char *const file = calloc(LOCAL + PACKED + CENTRAL + END, 1);
    cr_assert_not_null(file);
    memcpy(file, local, sizeof local);
    put(file + 8, METHOD, 2);
    put(file + 18, PACKED, 4);
    put(file + 22, 0xFFFFFFFF, 4);
    put(file + 26, 5, 2);
    memcpy(file + 30, "x.npy", 5);
    unsigned char *const entry = file + LOCAL + PACKED;
    memcpy(entry, central, sizeof central);
    put(entry + 10, METHOD, 2);
    put(entry + 20, PACKED, 4);
    put(entry + 24, 0xFFFFFFFF, 4); /* the size is in what follows the name */
    put(entry + 28, 5, 2);
    put(entry + 30, 12, 2);
    memcpy(entry + 46, "x.npy", 5);
    put(entry + 51, 1, 2);
    put(entry + 53, 8, 2);
    put(entry + 55, (1ull << 32) + 300, 8);
    unsigned char *const last = entry + CENTRAL;
    memcpy(last, end, sizeof end);
    put(last + 8, 1, 2);
    put(last + 10, 1, 2);
    put(last + 12, CENTRAL, 4);
    put(last + 16, LOCAL + PACKED, 4);
    refuse_bytes("a.npz", file, LOCAL + PACKED + CENTRAL + END, LNT_ERR_FORMAT,
                 SIZE_MAX > UINT32_MAX ? "array 'x': cannot unpack"
                                       : "array 'x': it is larger than");
    free(file);
}

Test(readers_refused, archives)
{
    if (!build_has("npz")) {
        cr_skip("this build has no .npz files");
    }
    bytes b = read_bytes(sample("stored.npz"));
    for (size_t i = 0; i + 4 < b.size; i++) { /* general flags, bit 0: encrypted */
        if (memcmp(b.data + i, "PK\x01\x02", 4) == 0) {
            b.data[i + 8] |= 1;
        } else if (memcmp(b.data + i, "PK\x03\x04", 4) == 0) {
            b.data[i + 6] |= 1;
        }
    }
    refuse_bytes("a.npz", b.data, b.size, LNT_ERR_FORMAT, "array 'x': it is encrypted");
    free(b.data);
    refuse_size_of_64_bits();
    static const unsigned char empty[22] = {'P', 'K', 5, 6};
    refuse_bytes("a.npz", empty, sizeof empty, LNT_ERR_FORMAT, "expected arrays, found none");
}
