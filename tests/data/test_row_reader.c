/* SPDX-License-Identifier: MIT */
/* Files that are read block by block hold what they hold when read at once. */
#include "support/csv.h"
#include "support/failing_allocator.h"
#include "support/file.h"

#include "data/arrays/npy.h"
#include <fcntl.h>
#include <linnet/random.h>
#include <math.h>
#include <sys/stat.h>
#include <time.h>
#include <zlib.h>

TestSuite(row_reader, .init = make_test_folder, .fini = remove_test_folder);

/* Long enough that there are several known places, and several chunks. */
enum { ROWS = 3000, LINE = 64 };

/* --- CSV --- */

static const char *const label_columns[] = {"kind"};

/* All that a CSV file may have between its rows, and a column of text that begins as numbers. */
static char *make_text(bool header, bool holes)
{
    char *text = malloc((ROWS + 10) * LINE), *p = text;
    p += sprintf(p, "\xEF\xBB\xBF");
    if (header) {
        p += sprintf(p, "a,b,kind,\"c\nd\"\r\n");
    }
    for (int i = 0; i < ROWS; i++) {
        char kind[24];
        snprintf(kind, sizeof kind, i < 700 ? "%d" : i % 3 == 0 ? "\"k\n%d\"" : "k%d", i % 7);
        p += sprintf(p, "%d,%.9g,%s, %d.25%s", i, sin(i), kind, -i, i % 5 == 0 ? "\r\n" : "\n");
        if (i % 11 == 0) {
            p += sprintf(p, "\n \r\n");
        }
        if (holes && i % 4 == 1) {
            p += sprintf(p, "%d,?,text of no row,1\n", i);
        }
    }
    return text;
}

static lnt_row_reader *open_csv(const char *path, const lnt_read_options *options)
{
    lnt_row_reader *file = NULL;
    lnt_error error = {.message = ""};
    assert_status(lnt_row_reader_open(&file, path, LNT_DATA_CSV, options, &error), LNT_OK, "%s",
                  error.message);
    return file;
}

/* Any block, in any order, is what the frame has there. */
static void check_blocks(lnt_row_reader *file, lnt_frame *frame)
{
    const lnt_tensor all = lnt_frame_values(frame);
    lnt_random random = lnt_random_init(1, 99);
    double *memory = malloc((all.rows + 1) * all.cols * sizeof *memory);
    assert_eq(lnt_row_reader_rows(file), all.rows);
    assert_eq(lnt_row_reader_cols(file), all.cols);
    for (int round = 0; round < 60; round++) {
        const size_t first = round == 0 ? 0 : (size_t) lnt_random_bounded(&random, all.rows + 1);
        const size_t left = all.rows - first;
        const size_t count = round % 2 == 0 ? left : (size_t) lnt_random_bounded(&random, left + 1);
        lnt_tensor block = lnt_tensor_view(all.dtype, memory, count, all.cols);
        if (round % 3 == 2) {
            block = lnt_tensor_strided(all.dtype, memory, count, all.cols, 1, (ptrdiff_t) count);
        }
        lnt_error error = {.message = ""};
        assert_status(lnt_row_reader_read(file, first, &block, &error), LNT_OK, "%s",
                      error.message);
        for (size_t i = 0; i < count; i++) {
            for (size_t j = 0; j < all.cols; j++) {
                assert_eq(lnt_tensor_get(&block, i, j), lnt_tensor_get(&all, first + i, j));
            }
        }
    }
    free(memory);
}

static void check_names(const lnt_names *a, const lnt_names *b)
{
    assert_eq(lnt_names_count(a), lnt_names_count(b));
    for (size_t i = 0; i < lnt_names_count(a); i++) {
        assert_str_eq(lnt_names_get(a, i), lnt_names_get(b, i));
    }
}

static void check_csv(const char *text, const lnt_read_options *options)
{
    const csv_file written = csv_write(text, strlen(text));
    lnt_frame *frame = NULL;
    assert_status(lnt_csv_read(&frame, written.path, options, NULL), LNT_OK);
    lnt_row_reader *file = open_csv(written.path, options);
    check_names(lnt_row_reader_columns(file), lnt_frame_columns(frame));
    for (size_t j = 0; j < lnt_row_reader_cols(file); j++) {
        check_names(lnt_row_reader_labels(file, j), lnt_frame_labels(frame, j));
    }
    assert_eq(lnt_row_reader_rows_dropped(file), lnt_frame_rows_dropped(frame));
    assert_eq(lnt_row_reader_dtype(file), options->dtype);
    cr_assert(!lnt_row_reader_is_sequential(file));
    check_blocks(file, frame);
    lnt_row_reader_close(file);
    lnt_frame_destroy(frame);
    unlink(written.path);
}

Test(row_reader, csv_blocks_are_those_of_the_frame)
{
    for (int i = 0; i < 8; i++) {
        const bool header = i & 1, holes = i & 2;
        const char *const third[] = {"3"};
        lnt_read_options options = with_labels(header ? label_columns : third, 1);
        options.missing = holes ? LNT_MISSING_DROP : LNT_MISSING_ERROR;
        options.dtype = i & 4 ? LNT_F64 : LNT_F32;
        char *text = make_text(header, holes);
        check_csv(text, &options);
        free(text);
    }
}

Test(row_reader, csv_of_few_rows)
{
    const lnt_read_options options = lnt_read_defaults();
    check_csv("1", &options);
    check_csv("1,2\n3,4\n", &options);
    check_csv("a;b\n1;2\n", &options);
    const char *const only[] = {"b"};
    lnt_read_options some = lnt_read_defaults();
    some.use_columns = only;
    some.n_use_columns = 1;
    check_csv("a,b,c\nx,1,y\nz,2,\n", &some);
}

Test(row_reader, csv_columns_as_a_frame)
{
    char *text = make_text(true, false);
    const csv_file written = csv_write(text, strlen(text));
    const lnt_read_options options = with_labels(label_columns, 1);
    lnt_row_reader *file = open_csv(written.path, &options);
    lnt_frame *all = NULL, *some = NULL, *names = NULL;
    assert_status(lnt_csv_read(&all, written.path, &options, NULL), LNT_OK);
    const size_t columns[] = {2, 0, 2};
    assert_status(lnt_row_reader_read_columns(file, columns, 3, &some, NULL), LNT_OK);
    csv_expect_names(lnt_frame_columns(some), "kind|a|kind");
    const lnt_tensor a = lnt_frame_values(all), b = lnt_frame_values(some);
    assert_eq(b.rows, ROWS);
    assert_eq(b.cols, 3);
    for (size_t j = 0; j < 3; j++) {
        check_names(lnt_frame_labels(some, j), lnt_frame_labels(all, columns[j]));
        for (size_t i = 0; i < ROWS; i++) {
            assert_eq(lnt_tensor_get(&b, i, j), lnt_tensor_get(&a, i, columns[j]));
        }
    }
    assert_status(lnt_row_reader_read_columns(file, NULL, 0, &names, NULL), LNT_OK);
    check_names(lnt_frame_columns(names), lnt_frame_columns(all));
    assert_eq(lnt_frame_values(names).rows, 0);
    lnt_error error;
    const size_t outside = 4;
    lnt_frame *none = names;
    assert_status(lnt_row_reader_read_columns(file, &outside, 1, &none, &error), LNT_ERR_INVALID);
    cr_assert_null(none);
    assert_str_eq(error.message, "column index 4 is outside the file's 4");
    lnt_frame_destroy(all);
    lnt_frame_destroy(some);
    lnt_frame_destroy(names);
    lnt_row_reader_close(file);
    unlink(written.path);
    free(text);
}

/* What is wrong is found when the file is opened, in the words of reading it at once. */
Test(row_reader, csv_is_checked_when_it_is_opened)
{
    static const char *const texts[] = {"",           "a,b\n",   "1,2\n3\n",
                                        "1,2\n3,x\n", "1,\"2\n", "1,2\n\n,4\n"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        const csv_file written = csv_write(texts[i], strlen(texts[i]));
        const lnt_read_options options = lnt_read_defaults();
        lnt_error at_once = {.message = ""}, in_blocks = {.message = ""};
        lnt_frame *frame = NULL;
        lnt_row_reader *file = (lnt_row_reader *) &at_once;
        const lnt_status status = lnt_csv_read(&frame, written.path, &options, &at_once);
        assert_ne(status, LNT_OK, "%s", texts[i]);
        assert_eq(lnt_row_reader_open(&file, written.path, LNT_DATA_CSV, &options, &in_blocks),
                  status);
        assert_str_eq(at_once.message, in_blocks.message);
        cr_assert_null(file);
        unlink(written.path);
    }
}

Test(row_reader, csv_labels_are_within_the_limit)
{
    char *text = malloc(ROWS * LINE), *p = text;
    for (int i = 0; i < ROWS; i++) {
        p += sprintf(p, "name%d,%d\n", i, i);
    }
    const csv_file written = csv_write(text, strlen(text));
    const char *const first[] = {"1"};
    lnt_read_options options = with_labels(first, 1);
    lnt_row_reader *file = NULL;
    lnt_error error = {.message = ""};
    options.memory_limit = 1 << 16;
    assert_status(lnt_row_reader_open(&file, written.path, LNT_DATA_CSV, &options, &error),
                  LNT_ERR_TOO_LARGE);
    assert_contains(error.message, "the labels so far take more than the memory limit");
    options.memory_limit = 1 << 20;
    assert_status(lnt_row_reader_open(&file, written.path, LNT_DATA_CSV, &options, &error), LNT_OK);
    lnt_row_reader_close(file);
    unlink(written.path);
    free(text);
}

/* The texts of a label column count once, however many other columns there are. */
Test(row_reader, csv_labels_beside_many_columns)
{
    enum { COLS = 200 };
    char *text = malloc(ROWS * (LINE + 2 * COLS)), *p = text;
    for (int i = 0; i < ROWS; i++) {
        p += sprintf(p, "name%d", i);
        for (int j = 0; j < COLS; j++) {
            p += sprintf(p, ",%d", j % 10);
        }
        *p++ = '\n';
    }
    const csv_file written = csv_write(text, (size_t) (p - text));
    const char *const first[] = {"1"};
    lnt_read_options options = with_labels(first, 1);
    lnt_row_reader *file = NULL;
    lnt_error error = {.message = ""};
    options.memory_limit = 1 << 20;
    assert_status(lnt_row_reader_open(&file, written.path, LNT_DATA_CSV, &options, &error), LNT_OK,
                  "%s", error.message);
    lnt_row_reader_close(file);
    unlink(written.path);
    free(text);
}

Test(row_reader, csv_refuses_what_cannot_be_read_twice)
{
    int ends[2];
    assert_eq(pipe(ends), 0);
    assert_eq(write(ends[1], "1,2\n", 4), 4);
    close(ends[1]);
    char path[32], expected[128];
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    snprintf(expected, sizeof expected,
             "%s: expected a regular file, since it must be read more than once", path);
    const lnt_read_options options = lnt_read_defaults();
    lnt_row_reader *file = NULL;
    lnt_error error;
    assert_status(lnt_row_reader_open(&file, path, LNT_DATA_CSV, &options, &error),
                  LNT_ERR_INVALID);
    assert_str_eq(error.message, expected);
    lnt_read_options small = options;
    small.memory_limit = 100;
    const csv_file written = csv_write("1,2\n", 4);
    assert_status(lnt_row_reader_open(&file, written.path, LNT_DATA_CSV, &small, &error),
                  LNT_ERR_TOO_LARGE);
    unlink(written.path);
    close(ends[0]);
}

/* --- a file that changes --- */

static void set_time(const char *path, const struct stat *status)
{
    const struct timespec times[] = {status->st_atim, status->st_mtim};
    assert_eq(utimensat(AT_FDCWD, path, times, 0), 0);
}

Test(row_reader, a_file_that_changes_is_refused)
{
    char *text = make_text(true, false);
    const lnt_read_options options = with_labels(label_columns, 1);
    float memory[8 * 4];
    const lnt_tensor rows = lnt_tensor_f32(memory, 8, 4);
    for (int how = 0; how < 3; how++) {
        const csv_file written = csv_write(text, strlen(text));
        struct stat before;
        assert_eq(stat(written.path, &before), 0);
        lnt_row_reader *file = open_csv(written.path, &options);
        assert_status(lnt_row_reader_read(file, 2000, &rows, NULL), LNT_OK);
        char expected[128];
        snprintf(expected, sizeof expected, "%s: changed since it was opened", written.path);
        FILE *stream = fopen(written.path, "r+");
        if (how == 0) {
            assert_eq(truncate(written.path, (off_t) strlen(text) / 2), 0);
        } else { /* of the same size, and of an older time: found by its content */
            const char *const row = strstr(text + strlen(text) - 4000, ".25\n") + 4;
            assert_eq(fseek(stream, row - text, SEEK_SET), 0);
            for (size_t i = 0; row[i] != '\0'; i++) {
                fputc(how == 1 ? '\n' : "1,2,new,3\n"[i % 10], stream);
            }
        }
        fclose(stream);
        if (how > 0) {
            set_time(written.path, &before);
        }
        lnt_error error = {.message = ""};
        assert_status(lnt_row_reader_read(file, ROWS - 8, &rows, &error), LNT_ERR_IO, "%s",
                      error.message);
        assert_str_eq(error.message, expected);
        assert_eq(lnt_row_reader_read(file, 0, &rows, &error), how == 0 ? LNT_ERR_IO : LNT_OK);
        lnt_row_reader_close(file);
        unlink(written.path);
    }
    free(text);
}

/* --- arrays --- */

static void write_array(const char *path, lnt_file_dtype scalar, bool fortran, size_t rank,
                        const size_t *shape, const void *content, size_t size)
{
    char begin[LNT_NPY_PREAMBLE_CAPACITY];
    const size_t length = lnt_npy_header_write(scalar, fortran, rank, shape, begin);
    FILE *stream = fopen(path, "wb");
    assert_eq(fwrite(begin, 1, length, stream), length);
    assert_eq(fwrite(content, 1, size, stream), size);
    fclose(stream);
}

static lnt_status open_array(lnt_row_reader **file, const char *path, lnt_dtype dtype,
                             lnt_error *error)
{
    lnt_read_options options = lnt_read_defaults();
    options.dtype = dtype;
    return lnt_row_reader_open(file, path, LNT_DATA_NPY, &options, error);
}

Test(row_reader, arrays_of_any_number)
{
    enum { N = 900, COLS = 100 };
    static unsigned char content[N * COLS * 8];
    static const lnt_file_dtype scalars[] = {{'f', 4, false}, {'f', 8, false}, {'f', 4, true},
                                             {'i', 2, true},  {'u', 1, false}, {'b', 1, false}};
    lnt_random random = lnt_random_init(3, 99);
    const char *const path = in_folder("a.npy");
    for (size_t k = 0; k < 2 * COUNT(scalars); k++) {
        const lnt_file_dtype scalar = scalars[k / 2];
        const lnt_dtype dtype = k % 2 == 0 ? LNT_F32 : LNT_F64;
        for (size_t i = 0; i < sizeof content; i++) {
            content[i] = (unsigned char) (lnt_random_u32(&random) % 60);
        }
        const size_t shape[] = {N, 4, COLS / 4};
        write_array(path, scalar, false, 3, shape, content, N * COLS * scalar.size);
        lnt_row_reader *file = NULL;
        assert_status(open_array(&file, path, dtype, NULL), LNT_OK);
        assert_str_eq(lnt_names_get(lnt_row_reader_columns(file), COLS - 1), "column100");
        cr_assert_null(lnt_row_reader_labels(file, 0));
        lnt_frame *frame = NULL;
        size_t columns[COLS];
        for (size_t j = 0; j < COLS; j++) {
            columns[j] = j;
        }
        assert_status(lnt_row_reader_read_columns(file, columns, COLS, &frame, NULL), LNT_OK);
        const lnt_tensor all = lnt_frame_values(frame);
        for (size_t i = 0; i < N * COLS; i++) {
            double value = 0;
            lnt_file_dtype_convert(scalar, content + i * scalar.size, 1, LNT_F64, &value, 1);
            value = dtype == LNT_F32 ? (double) (float) value : value;
            assert_eq(lnt_tensor_get(&all, i / COLS, i % COLS), value);
        }
        check_blocks(file, frame);
        lnt_frame_destroy(frame);
        lnt_row_reader_close(file);
    }
}

static void refuse_array(const char *path, lnt_status status, const char *message)
{
    char expected[256];
    lnt_row_reader *file = (lnt_row_reader *) expected;
    lnt_error error = {.message = ""};
    snprintf(expected, sizeof expected, "%s: %s", path, message);
    assert_eq(open_array(&file, path, LNT_F32, &error), status);
    cr_assert_null(file);
    assert_str_eq(error.message, expected);
}

Test(row_reader, arrays_that_are_refused)
{
    static const char content[64];
    const char *const path = in_folder("a.npy");
    refuse_array(path, LNT_ERR_IO, "cannot open: No such file or directory");
    const lnt_file_dtype f4 = lnt_file_dtype_native(LNT_F32);
    const size_t shape[] = {4, 4}, large[] = {SIZE_MAX / 32, 4}, none[] = {4, 0};
    write_array(path, f4, false, 2, shape, content, 63);
    refuse_array(path, LNT_ERR_FORMAT, "expected 64 bytes of elements by the header, found 63");
    write_array(path, f4, false, 2, large, content, 64);
    refuse_array(path, LNT_ERR_FORMAT,
                 "expected 9223372036854775792 bytes of elements by the header, found 64");
    write_array(path, f4, false, 2, none, content, 0);
    refuse_array(path, LNT_ERR_FORMAT, "expected a table, found 4 rows of 0 columns");
    write_array(path, f4, false, 0, NULL, content, 4);
    refuse_array(path, LNT_ERR_FORMAT, "expected a table, found a single number");
    write_array(path, f4, true, 2, shape, content, 64);
    refuse_array(path, LNT_ERR_INVALID,
                 "expected C order, in which rows are contiguous, to read blocks of rows, found "
                 "Fortran order; convert it: numpy.save(file, numpy.ascontiguousarray(array))");
    refuse_array("/", LNT_ERR_IO, "expected a file, found a directory");
}

Test(row_reader, formats_without_blocks)
{
    const char *const path = in_folder("a.libsvm");
    FILE *stream = fopen(path, "wb");
    fputs("1 1:2\n", stream);
    fclose(stream);
    const lnt_read_options options = lnt_read_defaults();
    lnt_row_reader *file = NULL;
    lnt_error error = {.message = ""};
    assert_status(lnt_row_reader_open(&file, path, LNT_DATA_AUTO, &options, &error),
                  LNT_ERR_INVALID);
    assert_contains(error.message,
                    "expected csv, npy or idx, which can be read in blocks, found libsvm");
    assert_status(lnt_row_reader_open(&file, path, (lnt_data_format) 99, &options, &error),
                  LNT_ERR_INVALID);
}

/* --- IDX, as it is and packed --- */

enum { IMAGES = 3000, PIXELS = 12 };

/* Every byte is told by its place. */
static unsigned char pixel(size_t i)
{
    return (unsigned char) (i * 7 + i / 256);
}

static void write_images(const char *path, bool packed, size_t bytes_there)
{
    static unsigned char image[16 + IMAGES * PIXELS + 1] = {
        0, 0, 8, 3, 0, 0, IMAGES >> 8, IMAGES & 255, 0, 0, 0, 3, 0, 0, 0, 4};
    for (size_t i = 0; i < IMAGES * PIXELS; i++) {
        image[16 + i] = pixel(i);
    }
    if (packed) {
        gzFile file = gzopen(path, "wb1");
        assert_eq(gzwrite(file, image, (unsigned) (16 + bytes_there)), (int) bytes_there + 16);
        gzclose(file);
        return;
    }
    FILE *file = fopen(path, "wb");
    assert_eq(fwrite(image, 1, 16 + bytes_there, file), 16 + bytes_there);
    fclose(file);
}

Test(row_reader, idx_as_it_is_and_packed)
{
    for (int k = 0; k < 4; k++) {
        const bool packed = k % 2 == 1;
        const char *const path = in_folder(packed ? "a.idx.gz" : "a.idx");
        write_images(path, packed, IMAGES * PIXELS);
        lnt_read_options options = lnt_read_defaults();
        options.dtype = k < 2 ? LNT_F32 : LNT_F64;
        lnt_row_reader *file = NULL;
        lnt_frame *frame = NULL;
        assert_status(lnt_row_reader_open(&file, path, LNT_DATA_AUTO, &options, NULL), LNT_OK);
        assert_status(lnt_data_read(&frame, path, LNT_DATA_AUTO, &options, NULL), LNT_OK);
        assert_eq(lnt_row_reader_is_sequential(file), packed);
        check_blocks(file, frame);
        const lnt_tensor all = lnt_frame_values(frame);
        assert_eq(lnt_tensor_get(&all, IMAGES - 1, PIXELS - 1), pixel(IMAGES * PIXELS - 1));
        lnt_frame_destroy(frame);
        lnt_row_reader_close(file);
    }
}

Test(row_reader, idx_that_is_packed_is_checked_when_it_is_opened)
{
    const char *const path = in_folder("a.idx.gz");
    const lnt_read_options options = lnt_read_defaults();
    for (int more = 0; more < 2; more++) {
        lnt_row_reader *file = NULL;
        lnt_error error = {.message = ""};
        write_images(path, true, more ? IMAGES * PIXELS + 1 : IMAGES * PIXELS - 1);
        assert_status(lnt_row_reader_open(&file, path, LNT_DATA_AUTO, &options, &error),
                      LNT_ERR_FORMAT);
        assert_contains(error.message,
                        more ? "by the header, found more" : "by the header, found 35999");
    }
}

/* --- what is not finite --- */

Test(row_reader, arrays_are_checked_as_they_are_read)
{
    static const size_t shape[] = {3, 3};
    const double values[] = {1, 2, 3, 4, NAN, 6, 7, 8, INFINITY};
    const char *const path = in_folder("a.npy");
    write_array(path, lnt_file_dtype_native(LNT_F64), false, 2, shape, values, sizeof values);
    float memory[9];
    const lnt_tensor rows = lnt_tensor_f32(memory, 3, 3), first = lnt_tensor_f32(memory, 1, 3),
                     last = lnt_tensor_f32(memory + 6, 1, 3);
    lnt_row_reader *file = NULL;
    lnt_error error = {.message = ""};
    assert_status(open_array(&file, path, LNT_F32, &error), LNT_OK);
    assert_status(lnt_row_reader_read(file, 0, &first, &error), LNT_OK);
    assert_status(lnt_row_reader_read(file, 0, &rows, &error), LNT_ERR_FORMAT);
    assert_contains(error.message,
                    "a.npy: row 2, column 'column2': a value is missing (found nan)");
    assert_status(lnt_row_reader_read(file, 2, &last, &error), LNT_ERR_FORMAT);
    assert_contains(error.message,
                    "a.npy: row 3, column 'column3': expected a finite f32 number, found inf");
    lnt_row_reader_close(file);
    const char *const only[] = {"column1"};
    lnt_read_options options = lnt_read_defaults();
    options.use_columns = only;
    options.n_use_columns = 1;
    assert_status(lnt_row_reader_open(&file, path, LNT_DATA_AUTO, &options, NULL), LNT_OK);
    assert_status(lnt_row_reader_read(file, 0, &rows, NULL), LNT_OK);
    assert_eq(memory[0], 1);
    assert_eq(memory[1], 0);
    assert_eq(memory[4], 0);
    assert_eq(memory[6], 7);
    lnt_row_reader_close(file);
}

Test(row_reader, arrays_that_change)
{
    static const char content[64];
    static const size_t shape[] = {4, 4};
    const char *const path = in_folder("a.npy");
    for (int wide = 0; wide < 2; wide++) {
        struct stat before;
        const lnt_dtype dtype = wide ? LNT_F64 : LNT_F32;
        write_array(path, lnt_file_dtype_native(LNT_F32), false, 2, shape, content, 64);
        assert_eq(stat(path, &before), 0);
        lnt_row_reader *file = NULL;
        assert_status(open_array(&file, path, dtype, NULL), LNT_OK);
        double memory[16];
        lnt_tensor rows = lnt_tensor_view(dtype, memory, 4, 4);
        assert_status(lnt_row_reader_read(file, 0, &rows, NULL), LNT_OK);
        assert_status(lnt_row_reader_read(file, 1, &rows, NULL), LNT_ERR_SHAPE);
        assert_status(lnt_row_reader_read(file, SIZE_MAX, &rows, NULL), LNT_ERR_SHAPE);
        rows.dtype = wide ? LNT_F32 : LNT_F64;
        assert_status(lnt_row_reader_read(file, 0, &rows, NULL), LNT_ERR_DTYPE);
        rows.dtype = dtype;
        assert_eq(truncate(path, 150), 0);
        assert_status(lnt_row_reader_read(file, 0, &rows, NULL), LNT_ERR_IO);
        lnt_row_reader_close(file);
    }
}

/* --- memory --- */

static lnt_status open_and_read(const char *path, const lnt_allocator *allocator)
{
    lnt_read_options options = with_labels(label_columns, 1);
    options.allocator = allocator;
    lnt_row_reader *file = NULL;
    lnt_frame *frame = NULL;
    const size_t column = 2;
    LNT_TRY(lnt_row_reader_open(&file, path, LNT_DATA_CSV, &options, NULL));
    const lnt_status status = lnt_row_reader_read_columns(file, &column, 1, &frame, NULL);
    lnt_frame_destroy(frame);
    lnt_row_reader_close(file);
    return status;
}

Test(row_reader, out_of_memory_at_every_call)
{
    char *text = make_text(true, false);
    const csv_file written = csv_write(text, strlen(text));
    for (size_t fail_at = 1;; fail_at++) {
        failing counter = {.fail_at = fail_at};
        const lnt_allocator allocator = failing_allocator(&counter);
        const lnt_status status = open_and_read(written.path, &allocator);
        assert_eq(counter.live, 0, "call %zu leaks", fail_at);
        if (status == LNT_OK) {
            assert_gt(fail_at, 10);
            break;
        }
        assert_status(status, LNT_ERR_MEMORY);
    }
    unlink(written.path);
    free(text);
}
