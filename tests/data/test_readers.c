/* SPDX-License-Identifier: MIT */
#include "support/formats.h"
#include "support/readers.h"

#include <math.h>
#include <stdint.h>

TestSuite(readers, .init = make_test_folder, .fini = remove_test_folder);

Test(readers, every_dtype_of_numpy)
{
    static const char *const dtypes[] = {"b1", "i1", "i2", "i4", "i8", "u1",
                                         "u2", "u4", "u8", "f2", "f4", "f8"};
    for (size_t i = 0; i < 2 * COUNT(dtypes); i++) {
        const char *const dtype = dtypes[i / 2];
        char name[32];
        snprintf(name, sizeof name, "%s_%s.npy", dtype, i % 2 == 0 ? "little" : "big");
        for (int f64 = 0; f64 < 2; f64++) {
            const lnt_read_options options = options_of(f64 ? LNT_F64 : LNT_F32);
            lnt_frame *frame = frame_of(sample(name), &options);
            if (dtype[0] == 'b') {
                csv_expect(frame, 3, 2, (const double[]){0, 1, 0, 1, 0, 1});
            } else {
                expect_count(frame, 3, 2, dtype[0] == 'u' ? 0 : -2);
            }
            assert_eq(lnt_frame_values(frame).dtype, options.dtype);
            csv_expect_names(lnt_frame_columns(frame), "column1|column2");
            cr_assert_null(lnt_frame_labels(frame, 0));
            lnt_frame_destroy(frame);
        }
    }
}

Test(readers, orders_ranks_and_versions)
{
    static const struct {
        const char *name;
        size_t rows, cols;
    } files[] = {{"rank1_C.npy", 5, 1},  {"rank1_F.npy", 5, 1},  {"rank2_C.npy", 4, 3},
                 {"rank2_F.npy", 4, 3},  {"rank4_C.npy", 2, 12}, {"rank4_F.npy", 2, 12},
                 {"version2.npy", 3, 2}, {"version3.npy", 3, 2}};
    for (size_t i = 0; i < COUNT(files); i++) {
        lnt_frame *frame = frame_of(sample(files[i].name), NULL);
        expect_count(frame, files[i].rows, files[i].cols, -2);
        lnt_frame_destroy(frame);
    }
    lnt_frame *frame = frame_of(sample("rank2_F.npy"), NULL);
    const lnt_tensor x = lnt_frame_values(frame);
    assert_eq(x.row_stride, 1, "Fortran's order is kept, not turned");
    assert_eq(x.col_stride, 4);
    lnt_frame_destroy(frame);
}

Test(readers, what_numpy_writes_and_is_refused)
{
    static const struct {
        const char *name, *part;
    } files[] = {{"rank0.npy", "expected a table, found a single number"},
                 {"empty.npy", "expected a table, found 0 rows of 2 columns"},
                 {"complex.npy", "found '<c8' (complex numbers)"},
                 {"text.npy", "found '<U3' (text)"},
                 {"records.npy", "found records"},
                 {"objects.npy", "found '|O' (Python objects)"},
                 {"times.npy", "found '<M8[D]' (times)"},
                 {"rows.npz", "array 'y': expected 4 rows as in the first array, found 5"},
                 {"scalar.npz", "array 'y': expected a table, found a single number"}};
    for (size_t i = 0; i < COUNT(files); i++) {
        if (build_has(files[i].name)) {
            refuse_file(sample(files[i].name), NULL, LNT_ERR_FORMAT, files[i].part);
        }
    }
}

Test(readers, archives)
{
    if (!build_has("npz")) {
        cr_skip("this build has no .npz files");
    }
    static const char *const names[] = {"stored.npz", "deflated.npz"};
    for (size_t i = 0; i < COUNT(names); i++) {
        lnt_frame *frame = frame_of(sample(names[i]), NULL);
        const lnt_tensor all = lnt_frame_values(frame);
        csv_expect_names(lnt_frame_columns(frame), "x.1|x.2|x.3|y|z.1|z.2|z.3|z.4");
        assert_eq(all.rows, 4);
        for (size_t row = 0; row < 4; row++) {
            for (size_t j = 0; j < 8; j++) {
                const double r = (double) row, c = (double) j;
                const double want = j < 3 ? 3 * r + c - 2 : j == 3 ? r : 4 * r + c - 4 - 2;
                assert_eq(lnt_tensor_get(&all, row, j), want, "[%zu, %zu]", row, j);
            }
        }
        lnt_frame_destroy(frame);
        char name[32];
        snprintf(name, sizeof name, "%s:z", names[i]);
        frame = frame_of(sample(name), NULL);
        expect_count(frame, 4, 4, -2);
        csv_expect_names(lnt_frame_columns(frame), "z.1|z.2|z.3|z.4");
        lnt_frame_destroy(frame);
        snprintf(name, sizeof name, "%s:y.npy", names[i]);
        frame = frame_of(sample(name), NULL);
        expect_count(frame, 4, 1, 0);
        csv_expect_names(lnt_frame_columns(frame), "y");
        lnt_frame_destroy(frame);
    }
}

Test(readers, an_array_that_is_not_in_the_archive)
{
    if (!build_has("npz")) {
        cr_skip("this build has no .npz files");
    }
    const lnt_read_options options = options_of(LNT_F64);
    lnt_frame *frame;
    lnt_error error;
    assert_status(lnt_data_read(&frame, sample("stored.npz:w"), LNT_DATA_AUTO, &options, &error),
                  LNT_ERR_INVALID);
    assert_contains(error.message, "no array 'w' among 'x', 'y', 'z'");
    assert_status(lnt_data_read(&frame, sample("absent.npz:w"), LNT_DATA_AUTO, &options, &error),
                  LNT_ERR_IO);
}

Test(readers, idx)
{
    static const struct {
        const char *name;
        double first;
    } files[] = {{"u1.idx", 0},  {"u1.idx.gz", 0}, {"i1.idx", -2}, {"i2.idx", -2},
                 {"i4.idx", -2}, {"f4.idx", -2},   {"f8.idx", -2}};
    for (size_t i = 0; i < COUNT(files); i++) {
        lnt_frame *frame = frame_of(sample(files[i].name), NULL);
        expect_count(frame, 3, 4, files[i].first);
        csv_expect_names(lnt_frame_columns(frame), "column1|column2|column3|column4");
        lnt_frame_destroy(frame);
    }
}

static lnt_frame *libsvm_of(const char *text, const lnt_read_options *options)
{
    const char *const path = in_folder("a.libsvm");
    write_bytes(path, text, strlen(text));
    return frame_of(path, options);
}

Test(readers, libsvm)
{
    lnt_frame *frame =
        libsvm_of("# a \"comment\n+1 qid:7 1:0.5 3:2e1 # \"more\n\n-1 2:-3\t4:1\r\n0", NULL);
    csv_expect(frame, 3, 5, (const double[]){1, .5, 0, 20, 0, -1, 0, -3, 0, 1, 0, 0, 0, 0, 0});
    csv_expect_names(lnt_frame_columns(frame), "target|1|2|3|4");
    size_t column;
    assert_status(lnt_frame_find(frame, "1", &column, NULL), LNT_OK);
    assert_eq(column, 1, "a name goes before a number");
    lnt_frame_destroy(frame);
    lnt_read_options drop = options_of(LNT_F32);
    drop.missing = LNT_MISSING_DROP;
    frame = libsvm_of("1 1:2\n2 1:nan\nNA 1:4\n", &drop);
    csv_expect(frame, 1, 2, (const double[]){1, 2});
    assert_eq(lnt_frame_rows_dropped(frame), 2);
    lnt_frame_destroy(frame);
}

Test(readers, libsvm_refused)
{
    static const struct {
        const char *text, *part;
        lnt_status status;
    } files[] = {
        {"1 1:1 2000000000:1\n", "too sparse for a matrix", LNT_ERR_TOO_LARGE},
        {"1 1:1\n1 4294967296:1\n", ":2: expected index:value, found '4294967296:1'",
         LNT_ERR_FORMAT},
        {"1 0:1\n", ":1: expected an index from 1, found '0:1'", LNT_ERR_FORMAT},
        {"1 2:1 1:1\n", ":1: expected ascending indices, found '1:1'", LNT_ERR_FORMAT},
        {"1 2:1 2:1\n", ":1: expected ascending indices, found '2:1'", LNT_ERR_FORMAT},
        {"1 1:x\n", ":1: expected a number, found 'x'", LNT_ERR_FORMAT},
        {"1 1:\n", ":1: expected a number, found the line's end", LNT_ERR_FORMAT},
        {"1 1:inf\n", ":1: expected a number, found 'inf'", LNT_ERR_FORMAT},
        {"1 1:1 5\n", ":1: expected index:value, found '5'", LNT_ERR_FORMAT},
        {"1 1:1 -2:5\n", ":1: expected index:value, found '-2:5'", LNT_ERR_FORMAT},
        {"yes 1:1\n", ":1: expected a number, found 'yes'", LNT_ERR_FORMAT},
        {"1,2 1:1\n", ":1: expected a number, found '1,2'", LNT_ERR_FORMAT},
        {"1 qid:x 1:1\n", ":1: expected index:value, found 'qid:x'", LNT_ERR_FORMAT},
        {"# nothing\n", "expected lines LABEL INDEX:VALUE ..., found none", LNT_ERR_FORMAT},
        {"", "found none", LNT_ERR_FORMAT},
        {"1 1:nan\n", ": row 1, column '1': a value is missing", LNT_ERR_FORMAT},
    };
    for (size_t i = 0; i < COUNT(files); i++) {
        refuse_bytes("a.libsvm", files[i].text, strlen(files[i].text), files[i].status,
                     files[i].part);
    }
}

/* --- which format --- */

Test(readers, names_of_formats)
{
    static const char *const names[] = {"auto", "csv", "npy", "npz", "idx", "libsvm"};
    for (int i = 0; i < (int) COUNT(names); i++) {
        lnt_data_format format = LNT_DATA_AUTO;
        assert_str_eq(lnt_data_format_name((lnt_data_format) i), names[i]);
        assert_status(lnt_data_format_find(names[i], &format), LNT_OK);
        assert_eq((int) format, i);
    }
    lnt_data_format format = LNT_DATA_IDX;
    cr_assert_null(lnt_data_format_name((lnt_data_format) 6));
    cr_assert_null(lnt_data_format_name((lnt_data_format) -1));
    assert_status(lnt_data_format_find("hdf5", &format), LNT_ERR_INVALID);
    assert_status(lnt_data_format_find(NULL, &format), LNT_ERR_NULL);
    assert_status(lnt_data_format_find("csv", NULL), LNT_ERR_NULL);
    assert_eq(format, LNT_DATA_IDX);
}

/* The first bytes decide, whatever the name; the name where they do not tell. */
Test(readers, format_by_content_and_by_name)
{
    static const char *const files[] = {"rank2_C.npy", "stored.npz", "u1.idx", "u1.idx.gz"};
    for (size_t i = 0; i < COUNT(files); i++) {
        const bytes b = read_bytes(sample(files[i]));
        const char *const path = in_folder("misnamed.csv");
        write_bytes(path, b.data, b.size);
        if (build_has(files[i])) {
            lnt_frame_destroy(frame_of(path, NULL));
        } else {
            refuse_file(path, NULL, LNT_ERR_INVALID, "reads no .npz files");
        }
        free(b.data);
    }
    static const struct {
        const char *name, *text;
        size_t cols;
    } texts[] = {{"a.csv", "1 1:2 3:4\n", 4}, {"a.txt", "# x\n1 qid:3\n2 1:5\n", 2},
                 {"a.csv", "1,2\n3,4\n", 2},  {"a", "1\n2\n", 1},
                 {"a.svm", "1\n2\n", 1},      {"a", "-0.5 12:1e3", 13},
                 {"a.libsvm", "3 1:2\n", 2},  {"a.SVMLIGHT", "1\n2 1:3\n", 2}};
    for (size_t i = 0; i < COUNT(texts); i++) {
        const char *const path = in_folder(texts[i].name);
        write_bytes(path, texts[i].text, strlen(texts[i].text));
        lnt_frame *frame = frame_of(path, NULL);
        assert_eq(lnt_frame_values(frame).cols, texts[i].cols, "%s", texts[i].text);
        lnt_frame_destroy(frame);
    }
    refuse_bytes("a.npy", "1,2\n", 4, LNT_ERR_FORMAT, "expected an .npy file, found other bytes");
    if (build_has("npz")) {
        refuse_bytes("a.npz", "1,2\n", 4, LNT_ERR_FORMAT, "cannot read the archive");
    }
    refuse_bytes("a.idx", "1,2\n", 4, LNT_ERR_FORMAT, "expected an IDX file");
}

/* A first line longer than what is looked at. */
Test(readers, wide_libsvm_is_recognised)
{
    enum { WIDE = 3000 };
    char *text = malloc(WIDE * 16);
    cr_assert_not_null(text);
    size_t length = (size_t) sprintf(text, "1");
    for (int i = 1; i <= WIDE; i++) {
        length += (size_t) sprintf(text + length, " %d:%d", i, i % 7);
    }
    write_bytes(in_folder("wide"), text, length);
    lnt_frame *frame = frame_of(in_folder("wide"), NULL);
    assert_eq(lnt_frame_values(frame).cols, WIDE + 1);
    lnt_frame_destroy(frame);
    free(text);
}

Test(readers, the_format_that_is_asked_for)
{
    const lnt_read_options options = options_of(LNT_F64);
    lnt_frame *frame = NULL;
    lnt_error error;
    assert_status(lnt_data_read(&frame, sample("f8_little.npy"), LNT_DATA_IDX, &options, &error),
                  LNT_ERR_FORMAT);
    assert_contains(error.message, "expected an IDX file");
    assert_status(lnt_data_read(&frame, sample("f8_little.npy"), LNT_DATA_NPY, &options, &error),
                  LNT_OK);
    lnt_frame_destroy(frame);
    assert_status(
        lnt_data_read(&frame, sample("f8_little.npy"), (lnt_data_format) 9, &options, &error),
        LNT_ERR_INVALID);
    assert_status(lnt_data_read(NULL, "a", LNT_DATA_AUTO, &options, NULL), LNT_ERR_NULL);
    assert_status(lnt_data_read(&frame, NULL, LNT_DATA_AUTO, &options, NULL), LNT_ERR_NULL);
    assert_status(lnt_data_read(&frame, "a", LNT_DATA_AUTO, NULL, NULL), LNT_ERR_NULL);
    assert_status(lnt_data_read(&frame, "/nonexistent/a.npy", LNT_DATA_AUTO, &options, NULL),
                  LNT_ERR_IO);
    const lnt_read_options i32 = options_of(LNT_I32);
    assert_status(lnt_data_read(&frame, sample("f8_little.npy"), LNT_DATA_AUTO, &i32, NULL),
                  LNT_ERR_DTYPE);
}

/* --- from a pipe --- */

static lnt_status read_pipe(const char *name, lnt_frame **frame, lnt_error *error)
{
    const lnt_read_options options = options_of(LNT_F64);
    const bytes b = read_bytes(sample(name));
    int ends[2];
    assert_eq(pipe(ends), 0);
    assert_eq(write(ends[1], b.data, b.size), (ssize_t) b.size);
    close(ends[1]);
    free(b.data);
    char path[32];
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    const lnt_status status = lnt_data_read(frame, path, LNT_DATA_AUTO, &options, error);
    close(ends[0]);
    return status;
}

Test(readers, from_a_pipe)
{
    static const struct {
        const char *name;
        size_t rows, cols;
        double first;
    } files[] = {{"rank2_C.npy", 4, 3, -2}, {"rank2_F.npy", 4, 3, -2}, {"u2_big.npy", 3, 2, 0},
                 {"f8.idx", 3, 4, -2},      {"u1.idx.gz", 3, 4, 0},    {"rank4_C.npy", 2, 12, -2}};
    lnt_error error = {.message = ""};
    lnt_frame *frame;
    for (size_t i = 0; i < COUNT(files); i++) {
        assert_status(read_pipe(files[i].name, &frame, &error), LNT_OK, "%s", error.message);
        expect_count(frame, files[i].rows, files[i].cols, files[i].first);
        lnt_frame_destroy(frame);
    }
    assert_status(read_pipe("rank4_F.npy", &frame, &error), LNT_ERR_FORMAT);
    assert_contains(error.message, "from a file only");
    if (build_has("npz")) {
        assert_status(read_pipe("stored.npz", &frame, &error), LNT_ERR_FORMAT);
        assert_contains(error.message, "from a file only");
    }
}
