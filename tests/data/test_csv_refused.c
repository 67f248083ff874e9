/* SPDX-License-Identifier: MIT */
/* CSV files that cannot be read, and what is said of them. */
#include "support/csv.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>

/* --- what is refused --- */

static const char *const label_a[] = {"a"};
static const char *const label_typo[] = {"pixle"};
static const char *const label_far[] = {"zzz"};
static const char *const label_9[] = {"9"};
static const char *const label_0[] = {"0"};
static const char *const label_huge[] = {"-99999999999999999999999"};

static const struct refused {
    const char *text;
    const char *const *label;
    lnt_status status;
    const char *message;
} refused[] = {
    {"", NULL, LNT_ERR_FORMAT, "t.csv: expected a table, found an empty file"},
    {"\n \n\t\n\r\n", NULL, LNT_ERR_FORMAT, "t.csv: expected a table, found only blank lines"},
    {"\xEF\xBB\xBF", NULL, LNT_ERR_FORMAT, "t.csv: expected a table, found only blank lines"},
    {"a,b\n", NULL, LNT_ERR_FORMAT, "t.csv: expected rows, found only a header"},
    {"a,b", NULL, LNT_ERR_FORMAT, "t.csv: expected rows, found only a header"},
    {"a,b\n1,2\n3\n", NULL, LNT_ERR_FORMAT, "t.csv:3: expected 2 fields, found 1"},
    {"a,b\n1,2\n3,4,5\n", NULL, LNT_ERR_FORMAT, "t.csv:3: expected 2 fields, found 3"},
    {"a,b\n1,2,\n", NULL, LNT_ERR_FORMAT, "t.csv:2: expected 2 fields, found 3"},
    {"a\n1,2\n", NULL, LNT_ERR_FORMAT, "t.csv:2: expected 1 field, found 2"},
    {"a,b\n1,abc\n", NULL, LNT_ERR_FORMAT, "t.csv:2: column 'b': expected a number, found 'abc'"},
    {"1,2\n3,abc\n", NULL, LNT_ERR_FORMAT,
     "t.csv:2: column 'column2': expected a number, found 'abc'"},
    {"a,b\n\n\n1,2x\n", NULL, LNT_ERR_FORMAT, "t.csv:4: column 'b': expected a number, found '2x'"},
    {"a;b\n1;2,5\n", NULL, LNT_ERR_FORMAT, "t.csv:2: column 'b': expected a number, found '2,5'"},
    {"a;b\n1;1 000\n", NULL, LNT_ERR_FORMAT,
     "t.csv:2: column 'b': expected a number, found '1 000'"},
    {"a,b\n1,0x10\n", NULL, LNT_ERR_FORMAT, "t.csv:2: column 'b': expected a number, found '0x10'"},
    {"a,b\n1,1e\n", NULL, LNT_ERR_FORMAT, "t.csv:2: column 'b': expected a number, found '1e'"},
    {"a,b\n\"1\n2\",3\n", NULL, LNT_ERR_FORMAT,
     "t.csv:2: column 'a': expected a number, found '1\\n2'"},
    {"a,b\n\"x\ny\",3\n1,z\n", label_a, LNT_ERR_FORMAT,
     "t.csv:4: column 'b': expected a number, found 'z'"},
    {"a,b\n1,inf\n", NULL, LNT_ERR_FORMAT,
     "t.csv:2: column 'b': expected a finite f32 number, found 'inf'"},
    {"1,inf\n", NULL, LNT_ERR_FORMAT,
     "t.csv:1: column 'column2': expected a finite f32 number, found 'inf'"},
    {"a,b\n1,-Infinity\n", NULL, LNT_ERR_FORMAT,
     "t.csv:2: column 'b': expected a finite f32 number, found '-Infinity'"},
    {"a,b\n1,1e39\n", NULL, LNT_ERR_FORMAT,
     "t.csv:2: column 'b': expected a finite f32 number, found '1e39'"},
    {"a,b\n1,\n", NULL, LNT_ERR_FORMAT,
     "t.csv:2: column 'b': a value is missing (found an empty field)"},
    {"a,b\n1,2\nNA,2\n", NULL, LNT_ERR_FORMAT,
     "t.csv:3: column 'a': a value is missing (found 'NA')"},
    {"a,b\n?,2\n", label_a, LNT_ERR_FORMAT, "t.csv:2: column 'a': a value is missing (found '?')"},
    {"a,b\n1,2\n\"3,4\n5,6\n", NULL, LNT_ERR_FORMAT, "t.csv:3: a quote is opened but not closed"},
    {"a,b\n1,2\n\"3\n\",\"4\n5,6\n", NULL, LNT_ERR_FORMAT,
     "t.csv:4: a quote is opened but not closed"},
    {"a,b\n1,\"2\"3\n", NULL, LNT_ERR_FORMAT,
     "t.csv:2: column 'b': expected a closing quote, then a delimiter"},
    {"x;\"a,\"b,c\n1,2\n", NULL, LNT_ERR_FORMAT,
     "t.csv:1: column 'column2': expected a closing quote, then a delimiter"},
    {"\"a\"x,b\n1,2\n", NULL, LNT_ERR_FORMAT,
     "t.csv:1: column 'column1': expected a closing quote, then a delimiter"},
    {"a,b\xFF\n1,2\n", NULL, LNT_ERR_FORMAT,
     "t.csv:1: column 'column2': expected UTF-8 text, found 'b\\xff'"},
    {"a,b\nM\xFCnchen,2\n", label_a, LNT_ERR_FORMAT,
     "t.csv:2: column 'a': expected UTF-8 text, found 'M\\xfcnchen'"},
    {"a,b\n1,\x1B[31m\n", NULL, LNT_ERR_FORMAT,
     "t.csv:2: column 'b': expected a number, found '\\x1b[31m'"},
    {"a,b\n1,0123456789012345678901234567890123456789012345678901234567890123456789x\n", NULL,
     LNT_ERR_FORMAT,
     "t.csv:2: column 'b': expected a number, found "
     "'012345678901234567890123456789012345678901234567890123456789...'"},
    {"pixel,b\n1,2\n", label_typo, LNT_ERR_INVALID,
     "t.csv: no column 'pixle'; the nearest is 'pixel'"},
    {"a,b\n1,2\n", label_far, LNT_ERR_INVALID, "t.csv: no column 'zzz' among 2 columns"},
    {"a\n1\n", label_far, LNT_ERR_INVALID, "t.csv: no column 'zzz' among 1 column"},
    {"a,b\n1,2\n", label_9, LNT_ERR_INVALID,
     "t.csv: no column 9: there are 2 columns, numbered from 1 (-1 is the last)"},
    {"a\n1\n", label_0, LNT_ERR_INVALID,
     "t.csv: no column 0: there is 1 column, numbered from 1 (-1 is the last)"},
    {"a,b\n1,2\n", label_huge, LNT_ERR_INVALID,
     "t.csv: no column -99999999999999999999999: there are 2 columns, numbered from 1 (-1 is the "
     "last)"},
    {"a,a\n1,2\n", label_a, LNT_ERR_INVALID,
     "t.csv: columns 1 and 2 are both named 'a'; choose one by its number"},
};

Test(csv_refused, refused)
{
    for (size_t i = 0; i < COUNT(refused); i++) {
        const struct refused *const r = &refused[i];
        const lnt_read_options options = with_labels(r->label, r->label != NULL ? 1 : 0);
        lnt_frame *frame = (lnt_frame *) &options; /* anything but NULL */
        lnt_error error = {.message = "untouched"};
        const lnt_status status =
            csv_read_bytes(&frame, r->text, strlen(r->text), &options, &error);
        assert_eq(status, r->status, "'%s': %s", r->text, lnt_status_name(status));
        assert_eq(error.status, r->status);
        assert_str_eq(error.message, r->message);
        cr_assert_null(frame);
        assert_eq(csv_read_bytes(&frame, r->text, strlen(r->text), &options, NULL), r->status);
        assert_eq(csv_read_pipe(&frame, r->text, &options, NULL), r->status, "'%s'", r->text);
        cr_assert_null(frame);
    }
}

static void expect_bytes_refused(const char *bytes, size_t length, const char *const *label,
                                 const char *message)
{
    const lnt_read_options options = with_labels(label, label != NULL ? 1 : 0);
    lnt_frame *frame;
    lnt_error error;
    assert_status(csv_read_bytes(&frame, bytes, length, &options, &error), LNT_ERR_FORMAT);
    assert_str_eq(error.message, message);
}

Test(csv_refused, nul_bytes)
{
    expect_bytes_refused("a,b\n1,2\0\n", 9, NULL,
                         "t.csv:2: column 'b': expected a number, found a NUL byte");
    expect_bytes_refused("a,b\n1,\0\n", 8, NULL,
                         "t.csv:2: column 'b': expected a number, found a NUL byte");
    expect_bytes_refused("a,b\0\n1,2\n", 9, NULL,
                         "t.csv:1: column 'column2': expected UTF-8 text, found a NUL byte");
    expect_bytes_refused("a,b\nx\0y,2\n", 10, label_a,
                         "t.csv:2: column 'a': expected UTF-8 text, found a NUL byte");
    expect_bytes_refused("\xFF\xFE"
                         "1\0,\0"
                         "2\0\n\0",
                         10, NULL, /* UTF-16 */
                         "t.csv:1: column 'column1': expected UTF-8 text, found a NUL byte");
}

Test(csv_refused, f64_names_its_range)
{
    lnt_read_options options = lnt_read_defaults();
    options.dtype = LNT_F64;
    lnt_frame *frame = csv_frame("1e39\n-1e308\n", &options);
    csv_expect(frame, 2, 1, (const double[]){1e39, -1e308});
    lnt_frame_destroy(frame);
    lnt_error error;
    assert_status(csv_read_bytes(&frame, "1\n1e309\n", 8, &options, &error), LNT_ERR_FORMAT);
    assert_str_eq(error.message,
                  "t.csv:2: column 'column1': expected a finite f64 number, found '1e309'");
}

Test(csv_refused, all_rows_dropped)
{
    lnt_read_options options = lnt_read_defaults();
    options.missing = LNT_MISSING_DROP;
    lnt_frame *frame;
    lnt_error error;
    assert_status(csv_read_bytes(&frame, "a,b\n1,\n,2\n", 10, &options, &error), LNT_ERR_FORMAT);
    assert_str_eq(error.message, "t.csv: no row is left: a value is missing in each of 2");
}

Test(csv_refused, arguments)
{
    lnt_read_options options = lnt_read_defaults();
    lnt_frame *frame = (lnt_frame *) &options;
    lnt_error error;
    assert_status(lnt_csv_read(NULL, "x", &options, &error), LNT_ERR_NULL);
    assert_str_eq(error.message, "frame is required");
    assert_status(lnt_csv_read(&frame, NULL, &options, &error), LNT_ERR_NULL);
    assert_str_eq(error.message, "path and options are required");
    cr_assert_null(frame);
    assert_status(lnt_csv_read(&frame, "x", NULL, NULL), LNT_ERR_NULL);
    options.dtype = LNT_I32;
    assert_status(lnt_csv_read(&frame, "x", &options, &error), LNT_ERR_DTYPE);
    assert_str_eq(error.message, "dtype: expected f32 or f64, found i32");
    options = lnt_read_defaults();
    options.header = (lnt_header_row) 7;
    assert_status(lnt_csv_read(&frame, "x", &options, &error), LNT_ERR_INVALID);
    assert_str_eq(error.message, "header is 7, expected one of lnt_header_row");
    options = lnt_read_defaults();
    options.missing = (lnt_missing) 7;
    assert_status(lnt_csv_read(&frame, "x", &options, NULL), LNT_ERR_INVALID);
    options = lnt_read_defaults();
    options.n_label_columns = 1;
    assert_status(lnt_csv_read(&frame, "x", &options, &error), LNT_ERR_NULL);
    assert_str_eq(error.message, "label_columns: name 1 is NULL");
    options = lnt_read_defaults();
    options.n_use_columns = 1;
    assert_status(lnt_csv_read(&frame, "x", &options, &error), LNT_ERR_NULL);
    assert_str_eq(error.message, "use_columns: name 1 is NULL");
}

Test(csv_refused, delimiters_that_cannot_be)
{
    static const char bad[] = "\"\r\n+-.059eE\x80\xFF";
    for (size_t i = 0; i < sizeof bad - 1; i++) {
        lnt_read_options options = lnt_read_defaults();
        options.delimiter = bad[i];
        lnt_frame *frame;
        lnt_error error;
        assert_status(lnt_csv_read(&frame, "x", &options, &error), LNT_ERR_INVALID);
        char want[256];
        snprintf(
            want, sizeof want,
            "delimiter: expected one ASCII character that is not a quote, a line's end or part "
            "of a number, found code %d",
            (unsigned char) bad[i]);
        assert_str_eq(error.message, want);
    }
}

/* --- files --- */

static void expect_io_error(const char *path, const char *message)
{
    const lnt_read_options options = lnt_read_defaults();
    lnt_frame *frame = (lnt_frame *) &options;
    lnt_error error;
    assert_status(lnt_csv_read(&frame, path, &options, &error), LNT_ERR_IO);
    assert_str_eq(error.message, message);
    cr_assert_null(frame);
}

Test(csv_refused, files_that_cannot_be_read)
{
    expect_io_error("/tmp/linnet-no-such-file.csv",
                    "/tmp/linnet-no-such-file.csv: cannot open: No such file or directory");
    expect_io_error("/tmp", "/tmp: expected a file, found a directory");
    expect_io_error("", ": cannot open: No such file or directory");
    expect_io_error("/proc/self/mem", "/proc/self/mem: cannot read: Input/output error");
}

static size_t open_files(void)
{
    DIR *directory = opendir("/proc/self/fd");
    cr_assert_not_null(directory);
    size_t count = 0;
    while (readdir(directory) != NULL) {
        count++;
    }
    closedir(directory);
    return count;
}

Test(csv_refused, files_are_closed)
{
    const size_t before = open_files();
    const lnt_read_options options = lnt_read_defaults();
    for (size_t i = 0; i < COUNT(refused); i++) {
        lnt_frame *frame;
        lnt_status status =
            csv_read_bytes(&frame, refused[i].text, strlen(refused[i].text), &options, NULL);
        if (status != LNT_OK) {
            cr_assert_null(frame);
        }
        lnt_frame_destroy(frame);
    }
    lnt_frame_destroy(csv_frame("1,2\n", &options));
    assert_eq(open_files(), before);
}

Test(csv_refused, standard_input)
{
    const csv_file file = csv_write("skipped\n1,2\n3,4\n", 16);
    const int descriptor = open(file.path, O_RDONLY);
    assert_ge(descriptor, 0);
    assert_eq(lseek(descriptor, 8, SEEK_SET), 8); /* it begins where it stands */
    assert_eq(dup2(descriptor, STDIN_FILENO), STDIN_FILENO);
    close(descriptor);
    const lnt_read_options options = lnt_read_defaults();
    lnt_frame *frame;
    assert_status(lnt_csv_read(&frame, "-", &options, NULL), LNT_OK);
    csv_expect(frame, 2, 2, (const double[]){1, 2, 3, 4});
    lnt_frame_destroy(frame);
    assert_ge(fcntl(STDIN_FILENO, F_GETFD), 0, "it stays open");
    lnt_error error;
    assert_status(lnt_csv_read(&frame, "-", &options, &error), LNT_ERR_FORMAT);
    assert_str_eq(error.message, "standard input: expected a table, found an empty file");
    close(STDIN_FILENO);
    assert_status(lnt_csv_read(&frame, "-", &options, &error), LNT_ERR_IO);
    assert_str_eq(error.message, "standard input: cannot open: Bad file descriptor");
    unlink(file.path);
}

Test(csv_refused, digits)
{
    char path[512];
    const char *const root = getenv("LINNET_SOURCE_ROOT");
    snprintf(path, sizeof path, "%s/data/digits.csv", root != NULL ? root : ".");
    static const char *const spec[] = {"digit"};
    lnt_read_options options = with_labels(spec, 1);
    lnt_frame *frame;
    lnt_error error = {.message = ""};
    assert_status(lnt_csv_read(&frame, path, &options, &error), LNT_OK, "%s", error.message);
    const lnt_tensor x = lnt_frame_values(frame);
    assert_eq(x.rows, 1797);
    assert_eq(x.cols, 65);
    assert_str_eq(lnt_names_get(lnt_frame_columns(frame), 0), "pixel_0_0");
    assert_str_eq(lnt_names_get(lnt_frame_columns(frame), 64), "digit");
    cr_assert_null(lnt_frame_labels(frame, 64), "its digits are numbers");
    double sum = 0, digits = 0;
    for (size_t i = 0; i < x.rows; i++) {
        for (size_t j = 0; j < 64; j++) {
            assert_ge(lnt_tensor_get(&x, i, j), 0);
            assert_le(lnt_tensor_get(&x, i, j), 16);
            sum += lnt_tensor_get(&x, i, j);
        }
        digits += lnt_tensor_get(&x, i, 64);
    }
    assert_eq(sum, 561718);
    assert_eq(digits, 8070);
    lnt_frame_destroy(frame);
}
