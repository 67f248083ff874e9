/* SPDX-License-Identifier: MIT */
#include "csv_support.h"
#include "failing_allocator.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linnet/random.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/time.h>
#include <time.h>

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static lnt_csv_options with_labels(const char *const *columns, size_t count)
{
    lnt_csv_options options = lnt_csv_defaults();
    options.label_columns = columns;
    options.n_label_columns = count;
    return options;
}

/* --- what is read --- */

Test(csv, defaults)
{
    const lnt_csv_options options = lnt_csv_defaults();
    cr_assert_eq(options.dtype, LNT_F32);
    cr_assert_eq(options.delimiter, '\0');
    cr_assert_eq(options.header, LNT_HEADER_AUTO);
    cr_assert_eq(options.missing, LNT_MISSING_ERROR);
    cr_assert_null(options.label_columns);
    cr_assert_eq(options.n_label_columns, 0);
    cr_assert_eq(options.memory_limit, SIZE_MAX);
    cr_assert_null(options.allocator);
}

/* Texts that all hold the table a,b / 1,2.5 / -3,4e2. */
Test(csv, one_table_in_many_forms)
{
    static const char *const texts[] = {"a,b\n1,2.5\n-3,4e2\n",
                                        "a,b\r\n1,2.5\r\n-3,4e2\r\n",
                                        "a,b\n1,2.5\n-3,4e2",
                                        "a,b\r\n1,2.5\r\n-3,4e2\r",
                                        "\357\273\277a,b\n1,2.5\n-3,4e2\n",
                                        "\n\r\n  \na,b\n\n1,2.5\n \t \n-3,4e2\n\n\n",
                                        "a;b\n1;2.5\n-3;4e2\n",
                                        "a\tb\n1\t2.5\n-3\t4e2\n",
                                        "a|b\n1|2.5\n-3|4e2\n",
                                        " a , b \n 1 ,2.5 \n\t-3\t,  4e2\n",
                                        "\"a\",\"b\"\n\"1\",\"2.5\"\n\"-3\",\"4e2\"\n",
                                        "\"a\" , \"b\"\n \"1\",2.5\n-3, \"4e2\" \n",
                                        "a;b\n1;\"2.5\"\n\"-3\";4e2",
                                        "a,b\n+1,02.50\n-3.0,+400.\n"};
    static const double values[] = {1, 2.5, -3, 400};
    for (size_t i = 0; i < COUNT(texts); i++) {
        for (int precision = 0; precision < 2; precision++) {
            lnt_csv_options options = lnt_csv_defaults();
            options.dtype = precision == 0 ? LNT_F32 : LNT_F64;
            lnt_frame *frame = csv_frame(texts[i], &options);
            cr_assert_eq(lnt_frame_values(frame).dtype, options.dtype);
            csv_expect(frame, 2, 2, values);
            csv_expect_names(lnt_frame_columns(frame), "a|b");
            lnt_frame_destroy(frame);
            cr_assert_eq(csv_read_pipe(&frame, texts[i], &options, NULL), LNT_OK);
            csv_expect(frame, 2, 2, values);
            csv_expect_names(lnt_frame_columns(frame), "a|b");
            cr_assert_eq(lnt_frame_dropped(frame), 0);
            lnt_frame_destroy(frame);
        }
    }
}

Test(csv, each_precision_is_rounded_to_once)
{
    /* Between two floats: a hair above the middle, which rounding to double first would lose. */
    const char *const text = "1.000000059604644775390626\n0.1\n";
    lnt_csv_options options = lnt_csv_defaults();
    lnt_frame *frame = csv_frame(text, &options);
    lnt_tensor x = lnt_frame_values(frame);
    cr_assert_eq(lnt_get(&x, 0, 0), 1 + 0x1p-23);
    cr_assert_eq(lnt_get(&x, 1, 0), (double) 0.1f);
    lnt_frame_destroy(frame);
    options.dtype = LNT_F64;
    frame = csv_frame(text, &options);
    x = lnt_frame_values(frame);
    cr_assert_eq(lnt_get(&x, 0, 0), 1 + 0x1p-24);
    cr_assert_eq(lnt_get(&x, 1, 0), 0.1);
    lnt_frame_destroy(frame);
}

static void expect_header(const char *text, lnt_csv_header header, size_t rows, const char *names)
{
    lnt_csv_options options = lnt_csv_defaults();
    options.header = header;
    lnt_frame *frame = csv_frame(text, &options);
    cr_assert_eq(lnt_frame_values(frame).rows, rows, "'%s'", text);
    csv_expect_names(lnt_frame_columns(frame), names);
    lnt_frame_destroy(frame);
}

Test(csv, header)
{
    expect_header("1,2\n3,4\n", LNT_HEADER_AUTO, 2, "column1|column2");
    expect_header("1,2\n3,4\n", LNT_HEADER_NONE, 2, "column1|column2");
    expect_header("1,2\n3,4\n", LNT_HEADER_PRESENT, 1, "1|2");
    expect_header("1,y\n3,4\n", LNT_HEADER_AUTO, 1, "1|y");
    expect_header("x,y\n3,4\n", LNT_HEADER_PRESENT, 1, "x|y");
    expect_header(",y\n3,4\n", LNT_HEADER_AUTO, 1, "column1|y");
    expect_header("x,\n3,4\n", LNT_HEADER_AUTO, 1, "x|column2");
    expect_header("x\n3\n", LNT_HEADER_AUTO, 1, "x");
    expect_header("\"a,\"\"b\"\"\",\"c\nd\"\n3,4\n", LNT_HEADER_AUTO, 1, "a,\"b\"|c\nd");
    expect_header("gr\xC3\xBC\xC3\x9F"
                  "e,\xE2\x82\xAC,\xF0\x9F\x98\x80\n1,2,3\n",
                  LNT_HEADER_AUTO, 1,
                  "gr\xC3\xBC\xC3\x9F"
                  "e|\xE2\x82\xAC|\xF0\x9F\x98\x80");
}

Test(csv, missing_value_makes_no_header)
{
    lnt_csv_options options = lnt_csv_defaults();
    options.missing = LNT_MISSING_DROP;
    lnt_frame *frame = csv_frame("NA,1\n2,3\n", &options);
    csv_expect(frame, 1, 2, (const double[]){2, 3});
    cr_assert_eq(lnt_frame_dropped(frame), 1);
    lnt_frame_destroy(frame);
}

Test(csv, label_column_by_number_makes_no_header)
{
    static const char *const specs[] = {"3", "-1", "+3", "column3"};
    for (size_t i = 0; i < COUNT(specs); i++) {
        const lnt_csv_options options = with_labels(&specs[i], 1);
        lnt_frame *frame = csv_frame("1,2,x\n3,4,y\n", &options);
        csv_expect(frame, 2, 3, (const double[]){1, 2, 0, 3, 4, 1});
        csv_expect_names(lnt_frame_labels(frame, 2), "x|y");
        lnt_frame_destroy(frame);
    }
    const lnt_csv_options options = with_labels(specs, 1);
    lnt_frame *frame = csv_frame("a,b,c\n3,4,y\n", &options); /* here the other columns tell */
    csv_expect(frame, 1, 3, (const double[]){3, 4, 0});
    lnt_frame_destroy(frame);
}

Test(csv, label_column_by_name_makes_a_header)
{
    static const char *const spec[] = {"class"};
    const lnt_csv_options options = with_labels(spec, 1);
    lnt_frame *frame = csv_frame("class\nx\ny\n", &options);
    csv_expect(frame, 2, 1, (const double[]){0, 1});
    csv_expect_names(lnt_frame_columns(frame), "class");
    lnt_frame_destroy(frame);
}

Test(csv, delimiter_is_the_most_frequent)
{
    lnt_frame *frame = csv_frame("a;b;c,d\n1;2;3\n", NULL);
    csv_expect_names(lnt_frame_columns(frame), "a|b|c,d");
    lnt_frame_destroy(frame);
    frame = csv_frame("\"a;;;\",b\n1,2\n", NULL); /* not in quotes */
    csv_expect_names(lnt_frame_columns(frame), "a;;;|b");
    lnt_frame_destroy(frame);
    frame = csv_frame("\"a;\n;;\"|b\n1|2\n", NULL);
    csv_expect_names(lnt_frame_columns(frame), "a;\n;;|b");
    lnt_frame_destroy(frame);
}

Test(csv, delimiter_by_option)
{
    static const char delimiters[] = {',', ';', '\t', '|', ' ', ':', '\x01'};
    for (size_t i = 0; i < COUNT(delimiters); i++) {
        lnt_csv_options options = lnt_csv_defaults();
        options.delimiter = delimiters[i];
        char text[64];
        snprintf(text, sizeof text, "a%cb\n1%c\"2\"\n3%c4\n", delimiters[i], delimiters[i],
                 delimiters[i]);
        lnt_frame *frame = csv_frame(text, &options);
        csv_expect(frame, 2, 2, (const double[]){1, 2, 3, 4});
        csv_expect_names(lnt_frame_columns(frame), "a|b");
        lnt_frame_destroy(frame);
    }
}

Test(csv, tabs_are_not_blanks_where_they_delimit)
{
    lnt_csv_options options = lnt_csv_defaults();
    options.missing = LNT_MISSING_DROP;
    lnt_frame *frame = csv_frame("a\tb\n\t\n1\t\n \t2\n3 \t 4\n", &options);
    csv_expect(frame, 1, 2, (const double[]){3, 4});
    cr_assert_eq(lnt_frame_dropped(frame), 3);
    lnt_frame_destroy(frame);
}

Test(csv, quotes)
{
    static const char *const spec[] = {"s"};
    const lnt_csv_options options = with_labels(spec, 1);
    lnt_frame *frame = csv_frame("s,n\n"
                                 "\"a,b\",1\n"
                                 "\"c\nd\r\ne\",2\n"
                                 "\"f\"\"g\"\"\",3\n"
                                 "  \" h \" ,4\n"
                                 "i\"j\"k,5\n"
                                 "l \"m,6\n"
                                 "\"\"\"\",7\n"
                                 " n o ,\"8\"\n",
                                 &options);
    const lnt_names *const labels = lnt_frame_labels(frame, 0);
    csv_expect_names(labels, " h |\"|a,b|c\nd\r\ne|f\"g\"|i\"j\"k|l \"m|n o");
    const lnt_tensor x = lnt_frame_values(frame);
    static const char *const want[] = {"a,b",     "c\nd\r\ne", "f\"g\"", " h ",
                                       "i\"j\"k", "l \"m",     "\"",     "n o"};
    for (size_t i = 0; i < COUNT(want); i++) {
        cr_assert_str_eq(lnt_names_get(labels, (size_t) lnt_get(&x, i, 0)), want[i]);
        cr_assert_eq(lnt_get(&x, i, 1), (double) (i + 1));
    }
    lnt_frame_destroy(frame);
}

Test(csv, missing_values)
{
    static const char *const texts[] = {"",    " ",    "NA",   "na", "N/A",  "n/a",    "nan",
                                        "NaN", "null", "NULL", "?",  "\"\"", "\"NA\"", " NA "};
    for (size_t i = 0; i < COUNT(texts); i++) {
        char text[64];
        snprintf(text, sizeof text, "a,b,c\n1,2,3\n4,%s,6\n7,8,9\n", texts[i]);
        lnt_csv_options options = lnt_csv_defaults();
        options.missing = LNT_MISSING_DROP;
        lnt_frame *frame = csv_frame(text, &options);
        csv_expect(frame, 2, 3, (const double[]){1, 2, 3, 7, 8, 9});
        cr_assert_eq(lnt_frame_dropped(frame), 1);
        lnt_frame_destroy(frame);
        lnt_error error;
        options.missing = LNT_MISSING_ERROR;
        cr_assert_eq(csv_read_bytes(&frame, text, strlen(text), &options, &error), LNT_ERR_FORMAT);
        cr_assert_null(frame);
        cr_assert(strncmp(error.message, "t.csv:3: column 'b': a value is missing (found ", 46) ==
                      0,
                  "%s", error.message);
    }
}

/* --- labels --- */

/* Through a file, which is read twice if need be, and through a pipe, which cannot be. */
static void expect_labels(const char *text, const lnt_csv_options *options, size_t rows,
                          size_t cols, const double *values, const char *const *labels)
{
    for (int pipe = 0; pipe < 2; pipe++) {
        lnt_frame *frame = NULL;
        lnt_error error = {.message = ""};
        const lnt_status status = pipe
                                      ? csv_read_pipe(&frame, text, options, &error)
                                      : csv_read_bytes(&frame, text, strlen(text), options, &error);
        cr_assert_eq(status, LNT_OK, "%s", error.message);
        csv_expect(frame, rows, cols, values);
        for (size_t j = 0; j < cols; j++) {
            if (labels[j] != NULL) {
                csv_expect_names(lnt_frame_labels(frame, j), labels[j]);
            } else {
                cr_assert_null(lnt_frame_labels(frame, j));
            }
        }
        lnt_frame_destroy(frame);
    }
}

Test(csv, only_some_columns)
{
    static const char *const labels[] = {"kind", "note"};
    static const char *const only[] = {"kind", "3", "not there"};
    const char *const text = "note,kind,x,y\nsaid \"so\",b,1,\n,a,2,abc\n7,b,3,1e999\n";
    lnt_csv_options options = with_labels(labels, 2);
    options.only_columns = only;
    options.n_only_columns = 3;
    expect_labels(text, &options, 3, 4, (const double[]){0, 1, 1, 0, 0, 0, 2, 0, 0, 1, 3, 0},
                  (const char *const[]){NULL, "a|b", NULL, NULL});
    options.n_only_columns = 0;
    lnt_frame *frame;
    cr_assert_eq(csv_read_bytes(&frame, text, strlen(text), &options, NULL), LNT_ERR_FORMAT);
    options = lnt_csv_defaults(); /* none of them is there: all are looked at */
    options.only_columns = only + 2;
    options.n_only_columns = 1;
    frame = csv_frame("1,2\n3,4\n", &options);
    csv_expect(frame, 2, 2, (const double[]){1, 2, 3, 4});
    lnt_frame_destroy(frame);
}

Test(csv, labels_are_sorted_by_bytes)
{
    static const char *const spec[] = {"b"};
    const lnt_csv_options options = with_labels(spec, 1);
    expect_labels("a,b\n1,z\n2,aa\n3,a\n4,z\n5,B\n6,\xC3\xA4\n", &options, 6, 2,
                  (const double[]){1, 3, 2, 2, 3, 1, 4, 3, 5, 0, 6, 4},
                  (const char *const[]){NULL, "B|a|aa|z|\xC3\xA4"});
}

Test(csv, blanks_around_labels_do_not_count)
{
    static const char *const spec[] = {"s"};
    const lnt_csv_options options = with_labels(spec, 1);
    expect_labels("s,b\nx y,1\n x y\t,2\n  x y  , 3 \n\"x y \",4\n", &options, 4, 2,
                  (const double[]){0, 1, 0, 2, 0, 3, 1, 4},
                  (const char *const[]){"x y|x y ", NULL});
}

Test(csv, labels_of_numbers_stay_numbers)
{
    static const char *const spec[] = {"b", "a"};
    const lnt_csv_options options = with_labels(spec, 2);
    expect_labels("a,b\n1,10\n1.0,2\n+1e0,\"3\"\n", &options, 3, 2,
                  (const double[]){1, 10, 1, 2, 1, 3}, (const char *const[]){NULL, NULL});
}

Test(csv, a_text_after_numbers_makes_all_of_them_labels)
{
    static const char *const spec[] = {"a", "c"};
    const lnt_csv_options options = with_labels(spec, 2);
    expect_labels("a,b,c\n1,1,0.50\n2,2,1\n1.0,3,2\nx,4,3\n1,5,y\n", &options, 5, 3,
                  (const double[]){0, 1, 0, 2, 2, 1, 1, 3, 2, 3, 4, 3, 0, 5, 4},
                  (const char *const[]){"1|1.0|2|x", NULL, "0.50|1|2|3|y"});
}

Test(csv, a_number_out_of_range_is_a_label)
{
    static const char *const spec[] = {"1"};
    const lnt_csv_options options = with_labels(spec, 1);
    expect_labels("1\n1e99\ninf\n", &options, 3, 1, (const double[]){0, 1, 2},
                  (const char *const[]){"1|1e99|inf"});
}

Test(csv, labels_of_dropped_rows_are_not_kept)
{
    static const char *const spec[] = {"a"};
    lnt_csv_options options = with_labels(spec, 1);
    options.missing = LNT_MISSING_DROP;
    expect_labels("a,b\nx,1\nghost,\n?,3\ny,4\n", &options, 2, 2, (const double[]){0, 1, 1, 4},
                  (const char *const[]){"x|y", NULL});
    expect_labels("a,b\n7,1\nghost,\n8,4\n", &options, 2, 2, (const double[]){7, 1, 8, 4},
                  (const char *const[]){NULL, NULL});
}

Test(csv, many_labels)
{
    enum { ROWS = 3000 };
    static char text[ROWS * 8];
    size_t length = (size_t) snprintf(text, sizeof text, "a\n");
    for (size_t i = 0; i < ROWS; i++) {
        length += (size_t) snprintf(text + length, sizeof text - length, "x%04zu\n", ROWS - 1 - i);
    }
    static const char *const spec[] = {"a"};
    const lnt_csv_options options = with_labels(spec, 1);
    lnt_frame *frame = csv_frame(text, &options);
    const lnt_tensor x = lnt_frame_values(frame);
    cr_assert_eq(lnt_names_count(lnt_frame_labels(frame, 0)), ROWS);
    for (size_t i = 0; i < ROWS; i++) {
        cr_assert_eq(lnt_get(&x, i, 0), (double) (ROWS - 1 - i));
    }
    lnt_frame_destroy(frame);
}

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
     "t.csv:2: column 'a': expected a number, found '1?2'"},
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
     "t.csv:1: column 'column2': expected UTF-8 text, found 'b?'"},
    {"a,b\nM\xFCnchen,2\n", label_a, LNT_ERR_FORMAT,
     "t.csv:2: column 'a': expected UTF-8 text, found 'M?nchen'"},
    {"a,b\n1,\x1B[31m\n", NULL, LNT_ERR_FORMAT,
     "t.csv:2: column 'b': expected a number, found '?[31m'"},
    {"a,b\n1,0123456789012345678901234567890123456789012345678901234567890123456789x\n", NULL,
     LNT_ERR_FORMAT,
     "t.csv:2: column 'b': expected a number, found "
     "'012345678901234567890123456789012345678901234567890123456789...'"},
    {"pixel,b\n1,2\n", label_typo, LNT_ERR_INVALID,
     "t.csv: no column 'pixle'; the nearest is 'pixel'"},
    {"a,b\n1,2\n", label_far, LNT_ERR_INVALID, "t.csv: no column 'zzz' among 2 columns"},
    {"a\n1\n", label_far, LNT_ERR_INVALID, "t.csv: no column 'zzz' among 1 column"},
    {"a,b\n1,2\n", label_9, LNT_ERR_INVALID, "t.csv: no column 9: there are 2 columns"},
    {"a\n1\n", label_0, LNT_ERR_INVALID, "t.csv: no column 0: there is 1 column"},
    {"a,b\n1,2\n", label_huge, LNT_ERR_INVALID,
     "t.csv: no column -99999999999999999999999: there are 2 columns"},
    {"a,a\n1,2\n", label_a, LNT_ERR_INVALID,
     "t.csv: columns 1 and 2 are both named 'a'; choose one by its number"},
};

Test(csv, refused)
{
    for (size_t i = 0; i < COUNT(refused); i++) {
        const struct refused *const r = &refused[i];
        const lnt_csv_options options = with_labels(r->label, r->label != NULL ? 1 : 0);
        lnt_frame *frame = (lnt_frame *) &options; /* anything but NULL */
        lnt_error error = {.message = "untouched"};
        const lnt_status status =
            csv_read_bytes(&frame, r->text, strlen(r->text), &options, &error);
        cr_assert_eq(status, r->status, "'%s': %s", r->text, lnt_status_name(status));
        cr_assert_eq(error.status, r->status);
        cr_assert_str_eq(error.message, r->message);
        cr_assert_null(frame);
        cr_assert_eq(csv_read_bytes(&frame, r->text, strlen(r->text), &options, NULL), r->status);
        cr_assert_eq(csv_read_pipe(&frame, r->text, &options, NULL), r->status, "'%s'", r->text);
        cr_assert_null(frame);
    }
}

static void expect_bytes_refused(const char *bytes, size_t length, const char *const *label,
                                 const char *message)
{
    const lnt_csv_options options = with_labels(label, label != NULL ? 1 : 0);
    lnt_frame *frame;
    lnt_error error;
    cr_assert_eq(csv_read_bytes(&frame, bytes, length, &options, &error), LNT_ERR_FORMAT);
    cr_assert_str_eq(error.message, message);
}

Test(csv, nul_bytes)
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

Test(csv, f64_names_its_range)
{
    lnt_csv_options options = lnt_csv_defaults();
    options.dtype = LNT_F64;
    lnt_frame *frame = csv_frame("1e39\n-1e308\n", &options);
    csv_expect(frame, 2, 1, (const double[]){1e39, -1e308});
    lnt_frame_destroy(frame);
    lnt_error error;
    cr_assert_eq(csv_read_bytes(&frame, "1\n1e309\n", 8, &options, &error), LNT_ERR_FORMAT);
    cr_assert_str_eq(error.message,
                     "t.csv:2: column 'column1': expected a finite f64 number, found '1e309'");
}

Test(csv, all_rows_dropped)
{
    lnt_csv_options options = lnt_csv_defaults();
    options.missing = LNT_MISSING_DROP;
    lnt_frame *frame;
    lnt_error error;
    cr_assert_eq(csv_read_bytes(&frame, "a,b\n1,\n,2\n", 10, &options, &error), LNT_ERR_FORMAT);
    cr_assert_str_eq(error.message, "t.csv: no row is left: a value is missing in each of 2");
}

Test(csv, arguments)
{
    lnt_csv_options options = lnt_csv_defaults();
    lnt_frame *frame = (lnt_frame *) &options;
    lnt_error error;
    cr_assert_eq(lnt_csv_read(NULL, "x", &options, &error), LNT_ERR_NULL);
    cr_assert_str_eq(error.message, "frame is required");
    cr_assert_eq(lnt_csv_read(&frame, NULL, &options, &error), LNT_ERR_NULL);
    cr_assert_str_eq(error.message, "path and options are required");
    cr_assert_null(frame);
    cr_assert_eq(lnt_csv_read(&frame, "x", NULL, NULL), LNT_ERR_NULL);
    options.dtype = LNT_I32;
    cr_assert_eq(lnt_csv_read(&frame, "x", &options, &error), LNT_ERR_DTYPE);
    cr_assert_str_eq(error.message, "dtype: expected f32 or f64, found i32");
    options = lnt_csv_defaults();
    options.header = (lnt_csv_header) 7;
    cr_assert_eq(lnt_csv_read(&frame, "x", &options, &error), LNT_ERR_INVALID);
    cr_assert_str_eq(error.message, "header or missing: a value outside its list");
    options = lnt_csv_defaults();
    options.missing = (lnt_missing) 7;
    cr_assert_eq(lnt_csv_read(&frame, "x", &options, NULL), LNT_ERR_INVALID);
    options = lnt_csv_defaults();
    options.n_label_columns = 1;
    cr_assert_eq(lnt_csv_read(&frame, "x", &options, &error), LNT_ERR_NULL);
    cr_assert_str_eq(error.message, "label_columns: name 1 is NULL");
    options = lnt_csv_defaults();
    options.n_only_columns = 1;
    cr_assert_eq(lnt_csv_read(&frame, "x", &options, &error), LNT_ERR_NULL);
    cr_assert_str_eq(error.message, "only_columns: name 1 is NULL");
}

Test(csv, delimiters_that_cannot_be)
{
    static const char bad[] = "\"\r\n+-.059eE\x80\xFF";
    for (size_t i = 0; i < sizeof bad - 1; i++) {
        lnt_csv_options options = lnt_csv_defaults();
        options.delimiter = bad[i];
        lnt_frame *frame;
        lnt_error error;
        cr_assert_eq(lnt_csv_read(&frame, "x", &options, &error), LNT_ERR_INVALID);
        char want[256];
        snprintf(
            want, sizeof want,
            "delimiter: expected one ASCII character that is not a quote, a line's end or part "
            "of a number, found code %d",
            (unsigned char) bad[i]);
        cr_assert_str_eq(error.message, want);
    }
}

/* --- files --- */

static void expect_io_error(const char *path, const char *message)
{
    const lnt_csv_options options = lnt_csv_defaults();
    lnt_frame *frame = (lnt_frame *) &options;
    lnt_error error;
    cr_assert_eq(lnt_csv_read(&frame, path, &options, &error), LNT_ERR_IO);
    cr_assert_str_eq(error.message, message);
    cr_assert_null(frame);
}

Test(csv, files_that_cannot_be_read)
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

Test(csv, files_are_closed)
{
    const size_t before = open_files();
    const lnt_csv_options options = lnt_csv_defaults();
    for (size_t i = 0; i < COUNT(refused); i++) {
        lnt_frame *frame;
        lnt_status status =
            csv_read_bytes(&frame, refused[i].text, strlen(refused[i].text), &options, NULL);
        cr_assert(status == LNT_OK || frame == NULL);
        lnt_frame_destroy(frame);
    }
    lnt_frame_destroy(csv_frame("1,2\n", &options));
    cr_assert_eq(open_files(), before);
}

Test(csv, standard_input)
{
    const csv_file file = csv_write("skipped\n1,2\n3,4\n", 16);
    const int descriptor = open(file.path, O_RDONLY);
    cr_assert(descriptor >= 0);
    cr_assert_eq(lseek(descriptor, 8, SEEK_SET), 8); /* it begins where it stands */
    cr_assert_eq(dup2(descriptor, STDIN_FILENO), STDIN_FILENO);
    close(descriptor);
    const lnt_csv_options options = lnt_csv_defaults();
    lnt_frame *frame;
    cr_assert_eq(lnt_csv_read(&frame, "-", &options, NULL), LNT_OK);
    csv_expect(frame, 2, 2, (const double[]){1, 2, 3, 4});
    lnt_frame_destroy(frame);
    cr_assert(fcntl(STDIN_FILENO, F_GETFD) >= 0, "it stays open");
    lnt_error error;
    cr_assert_eq(lnt_csv_read(&frame, "-", &options, &error), LNT_ERR_FORMAT);
    cr_assert_str_eq(error.message, "standard input: expected a table, found an empty file");
    close(STDIN_FILENO);
    cr_assert_eq(lnt_csv_read(&frame, "-", &options, &error), LNT_ERR_IO);
    cr_assert_str_eq(error.message, "standard input: cannot open: Bad file descriptor");
    unlink(file.path);
}

Test(csv, digits)
{
    char path[512];
    const char *const root = getenv("LINNET_SOURCE_ROOT");
    snprintf(path, sizeof path, "%s/data/digits.csv", root != NULL ? root : ".");
    static const char *const spec[] = {"digit"};
    lnt_csv_options options = with_labels(spec, 1);
    lnt_frame *frame;
    lnt_error error = {.message = ""};
    cr_assert_eq(lnt_csv_read(&frame, path, &options, &error), LNT_OK, "%s", error.message);
    const lnt_tensor x = lnt_frame_values(frame);
    cr_assert_eq(x.rows, 1797);
    cr_assert_eq(x.cols, 65);
    cr_assert_str_eq(lnt_names_get(lnt_frame_columns(frame), 0), "pixel_0_0");
    cr_assert_str_eq(lnt_names_get(lnt_frame_columns(frame), 64), "digit");
    cr_assert_null(lnt_frame_labels(frame, 64), "its digits are numbers");
    double sum = 0, digits = 0;
    for (size_t i = 0; i < x.rows; i++) {
        for (size_t j = 0; j < 64; j++) {
            cr_assert(lnt_get(&x, i, j) >= 0 && lnt_get(&x, i, j) <= 16);
            sum += lnt_get(&x, i, j);
        }
        digits += lnt_get(&x, i, 64);
    }
    cr_assert_eq(sum, 561718);
    cr_assert_eq(digits, 8070);
    lnt_frame_destroy(frame);
}

/* --- sizes --- */

/* A table of many forms, larger than the read buffer, and what it holds. */
typedef struct table {
    char *text;
    size_t length;
    size_t rows;
    size_t cols;
    double *values;
} table;

static void append_cell(table *t, lnt_random *random, double value, size_t row)
{
    static const char *const blanks[] = {"", "", "", "", " ", "\t", "  "};
    const bool quoted = row % 3 == 0 && lnt_random_below(random, 4) == 0;
    const char *const quote = quoted ? "\"" : "";
    t->length +=
        (size_t) sprintf(t->text + t->length, "%s%s%.*g%s%s", blanks[lnt_random_below(random, 7)],
                         quote, 17, value, quote, blanks[lnt_random_below(random, 7)]);
}

static lnt_csv_options with_commas(lnt_dtype dtype)
{
    lnt_csv_options options = lnt_csv_defaults();
    options.dtype = dtype;
    options.delimiter = ','; /* the tables have tabs as blanks */
    return options;
}

static table make_table(size_t rows, size_t cols, uint64_t seed)
{
    static const char *const ends[] = {"\n", "\n", "\r\n", "\n\n", "\n  \r\n"};
    table t = {malloc(rows * cols * 40 + 1), 0, rows, cols, malloc(rows * cols * sizeof(double))};
    cr_assert(t.text != NULL && t.values != NULL);
    lnt_random random = lnt_random_at(seed, 77);
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < cols; j++) {
            double value =
                ldexp(lnt_random_uniform(&random) - 0.5, (int) lnt_random_below(&random, 40) - 20);
            if (lnt_random_below(&random, 2) == 0) {
                value = (double) lnt_random_below(&random, 17);
            }
            t.values[i * cols + j] = value;
            append_cell(&t, &random, value, i);
            t.length += (size_t) sprintf(t.text + t.length, "%s",
                                         j + 1 < cols ? "," : ends[lnt_random_below(&random, 5)]);
        }
    }
    return t;
}

static void free_table(table *t)
{
    free(t->text);
    free(t->values);
}

Test(csv, tables_beyond_the_buffer)
{
    static const size_t shapes[][2] = {{40000, 1}, {9000, 7}, {300, 500}, {3, 50000}, {1, 100000}};
    for (size_t k = 0; k < COUNT(shapes); k++) {
        table t = make_table(shapes[k][0], shapes[k][1], k);
        cr_assert(t.length > 300000);
        lnt_csv_options options = with_commas(k % 2 == 0 ? LNT_F64 : LNT_F32);
        lnt_frame *frame;
        lnt_error error = {.message = ""};
        cr_assert_eq(csv_read_bytes(&frame, t.text, t.length, &options, &error), LNT_OK, "%s",
                     error.message);
        csv_expect(frame, t.rows, t.cols, t.values);
        lnt_frame_destroy(frame);
        free_table(&t);
    }
}

typedef struct writing {
    int file;
    const char *text;
    size_t length;
    size_t piece;
    long pause; /* microseconds after each piece */
} writing;

static void *write_pieces(void *argument)
{
    const writing *const w = argument;
    for (size_t done = 0; done < w->length;) {
        const size_t left = w->length - done;
        const ssize_t count = write(w->file, w->text + done, left < w->piece ? left : w->piece);
        if (count > 0) {
            done += (size_t) count;
        } else if (errno != EINTR) {
            break;
        }
        const struct timespec pause = {0, 1000 * w->pause};
        nanosleep(&pause, NULL);
    }
    close(w->file);
    return NULL;
}

/* Reads a table through a pipe that another thread writes piece by piece. */
static lnt_status read_slow_pipe(lnt_frame **frame, const table *t, size_t piece, long pause,
                                 const lnt_csv_options *options, lnt_error *error)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    writing w = {ends[1], t->text, t->length, piece, pause};
    pthread_t thread;
    cr_assert_eq(pthread_create(&thread, NULL, write_pieces, &w), 0);
    char path[32];
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    const lnt_status status = lnt_csv_read(frame, path, options, error);
    close(ends[0]);
    pthread_join(thread, NULL);
    return status;
}

Test(csv, pipe_beyond_the_buffer)
{
    table t = make_table(20000, 5, 11);
    const lnt_csv_options options = with_commas(LNT_F64);
    lnt_frame *frame;
    cr_assert_eq(read_slow_pipe(&frame, &t, 1000, 0, &options, NULL), LNT_OK);
    csv_expect(frame, t.rows, t.cols, t.values);
    lnt_frame_destroy(frame);
    free_table(&t);
}

static volatile sig_atomic_t alarms;

static void count_alarm(int signal)
{
    (void) signal;
    alarms++;
}

Test(csv, interrupted_reads_go_on)
{
    table t = make_table(200, 5, 12);
    struct sigaction action = {.sa_handler = count_alarm}; /* without SA_RESTART */
    cr_assert_eq(sigaction(SIGALRM, &action, NULL), 0);
    const struct itimerval every = {{0, 2000}, {0, 2000}}, never = {{0, 0}, {0, 0}};
    cr_assert_eq(setitimer(ITIMER_REAL, &every, NULL), 0);
    const lnt_csv_options options = with_commas(LNT_F64);
    lnt_frame *frame;
    lnt_error error = {.message = ""};
    const lnt_status status = read_slow_pipe(&frame, &t, t.length / 20, 5000, &options, &error);
    setitimer(ITIMER_REAL, &never, NULL);
    cr_assert_eq(status, LNT_OK, "%s", error.message);
    cr_assert(alarms > 5);
    csv_expect(frame, t.rows, t.cols, t.values);
    lnt_frame_destroy(frame);
    free_table(&t);
}

Test(csv, quoted_newlines_across_buffers)
{
    enum { LENGTH = 700000 };
    char *const text = malloc(LENGTH + 64);
    cr_assert_not_null(text);
    size_t length = (size_t) sprintf(text, "a,b\n\"");
    while (length < LENGTH) {
        memcpy(text + length, "one\nlabel, with \"\"all\"\"\n", 24);
        length += 24;
    }
    length += (size_t) sprintf(text + length, "\",1\nx,2\n");
    const lnt_csv_options options = with_labels(label_a, 1);
    lnt_frame *frame = csv_frame(text, &options);
    csv_expect(frame, 2, 2, (const double[]){0, 1, 1, 2});
    const char *const label = lnt_names_get(lnt_frame_labels(frame, 0), 0);
    cr_assert_eq(strlen(label) % 22, 0);
    cr_assert(strncmp(label, "one\nlabel, with \"all\"\none", 25) == 0);
    lnt_frame_destroy(frame);
    free(text);
}

Test(csv, longest_record)
{
    csv_file file = {"/tmp/linnet-csv-XXXXXX"};
    const int descriptor = mkstemp(file.path);
    cr_assert(descriptor >= 0);
    cr_assert_eq(write(descriptor, "a,b\n", 4), 4);
    cr_assert_eq(ftruncate(descriptor, (off_t) 300 << 20), 0); /* NULs that take no disk */
    close(descriptor);
    const lnt_csv_options options = lnt_csv_defaults();
    lnt_frame *frame;
    lnt_error error;
    const lnt_status status = lnt_csv_read(&frame, file.path, &options, &error);
    unlink(file.path);
    cr_assert_eq(status, LNT_ERR_FORMAT);
    cr_assert_str_eq(error.message + strlen(file.path),
                     ":2: expected a line's end within 268435456 bytes; is a quote left open?");
}

Test(csv, memory_limit)
{
    const char *const text = "a,b\n1,2\n3,4\n5,6\n";
    for (int pipe = 0; pipe < 2; pipe++) {
        lnt_csv_options options = lnt_csv_defaults();
        lnt_frame *frame;
        lnt_error error;
        for (size_t limit = 0; limit < 24; limit++) {
            options.memory_limit = limit;
            const lnt_status status =
                pipe ? csv_read_pipe(&frame, text, &options, &error)
                     : csv_read_bytes(&frame, text, strlen(text), &options, &error);
            cr_assert_eq(status, LNT_ERR_TOO_LARGE);
            char want[256];
            snprintf(want, sizeof want,
                     ":%zu: expected at most %zu rows of 2 f32 columns within the memory limit of "
                     "%zu bytes, found more",
                     2 + limit / 8, limit / 8, limit);
            cr_assert_str_eq(strchr(error.message, ':'), want);
        }
        options.memory_limit = 24;
        cr_assert_eq(pipe ? csv_read_pipe(&frame, text, &options, &error)
                          : csv_read_bytes(&frame, text, strlen(text), &options, &error),
                     LNT_OK);
        csv_expect(frame, 3, 2, (const double[]){1, 2, 3, 4, 5, 6});
        lnt_frame_destroy(frame);
    }
}

/* Newlines alone, or columns alone, must not make the matrix larger than the text can fill. */
Test(csv, matrix_is_bounded_by_the_text)
{
    enum { COLS = 1000, LINES = 100000 };
    char *const text = malloc(2 * COLS + LINES + 1);
    cr_assert_not_null(text);
    for (size_t j = 0; j < COLS; j++) {
        memcpy(text + 2 * j, "1,", 2);
    }
    memset(text + 2 * COLS - 1, '\n', LINES);
    failing counter = {0};
    const lnt_allocator allocator = failing_allocator(&counter);
    lnt_csv_options options = lnt_csv_defaults();
    options.allocator = &allocator;
    lnt_frame *frame;
    cr_assert_eq(csv_read_bytes(&frame, text, 2 * COLS - 1 + LINES, &options, NULL), LNT_OK);
    cr_assert_eq(lnt_frame_values(frame).rows, 1);
    cr_assert(counter.bytes < 2000000, "%zu bytes", counter.bytes);
    lnt_frame_destroy(frame);
    cr_assert_eq(counter.live, 0);
    free(text);
}

Test(csv, a_file_takes_its_matrix_once)
{
    table t = make_table(20000, 5, 13);
    failing counter = {0};
    const lnt_allocator allocator = failing_allocator(&counter);
    lnt_csv_options options = with_commas(LNT_F32);
    options.allocator = &allocator;
    lnt_frame *frame;
    cr_assert_eq(csv_read_bytes(&frame, t.text, t.length, &options, NULL), LNT_OK);
    cr_assert(counter.calls < 12, "%zu calls", counter.calls);
    lnt_frame_destroy(frame);
    cr_assert_eq(counter.live, 0);
    free_table(&t);
}

/* --- allocations that fail --- */

static void fail_each_allocation(bool pipe, bool for_ever)
{
    static char text[60000];
    size_t length = (size_t) snprintf(text, sizeof text, "a,b,c\n");
    while (length < 40000) {
        length += (size_t) snprintf(text + length, sizeof text - length, "%zu,x%zu,\"1\"\n",
                                    length % 7, length % 90);
    }
    length += (size_t) snprintf(text + length, sizeof text - length, "y,x,1\n");
    static const char *const specs[] = {"a", "b", "3"};
    size_t calls = 0;
    for (size_t at = 0; at <= calls; at++) { /* 0: none fails */
        failing counter = {.fail_at = at, .for_ever = for_ever};
        const lnt_allocator allocator = failing_allocator(&counter);
        lnt_csv_options options = with_labels(specs, 3);
        options.dtype = LNT_F64;
        options.allocator = &allocator;
        lnt_frame *frame = (lnt_frame *) &options;
        lnt_error error = {.message = ""};
        const lnt_status status = pipe ? csv_read_pipe(&frame, text, &options, &error)
                                       : csv_read_bytes(&frame, text, length, &options, &error);
        if (at == 0) {
            cr_assert_eq(status, LNT_OK, "%s", error.message);
            calls = counter.calls;
            cr_assert(calls > 15);
        } else {
            cr_assert_eq(status, LNT_ERR_MEMORY, "call %zu: %s", at, lnt_status_name(status));
            cr_assert_eq(error.status, LNT_ERR_MEMORY);
            cr_assert(strstr(error.message, "out of memory") != NULL ||
                          strstr(error.message, "no memory for ") != NULL,
                      "%s", error.message);
            cr_assert_null(frame);
        }
        lnt_frame_destroy(frame);
        cr_assert_eq(counter.live, 0, "call %zu leaks", at);
    }
}

Test(csv, every_allocation_can_fail)
{
    fail_each_allocation(false, false);
    fail_each_allocation(false, true);
    fail_each_allocation(true, false);
    fail_each_allocation(true, true);
}

Test(csv, growing_buffer_can_fail)
{
    table t = make_table(1, 100000, 3);
    size_t calls = 0;
    for (size_t at = 0; at <= calls; at++) {
        failing counter = {.fail_at = at};
        const lnt_allocator allocator = failing_allocator(&counter);
        lnt_csv_options options = with_commas(LNT_F32);
        options.allocator = &allocator;
        lnt_frame *frame;
        const lnt_status status = csv_read_bytes(&frame, t.text, t.length, &options, NULL);
        cr_assert_eq(status, at == 0 ? LNT_OK : LNT_ERR_MEMORY);
        calls = at == 0 ? counter.calls : calls;
        lnt_frame_destroy(frame);
        cr_assert_eq(counter.live, 0);
    }
    free_table(&t);
}

/* --- locale --- */

Test(csv, no_locale_matters)
{
    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL && setlocale(LC_ALL, "de_DE.utf8") == NULL) {
        cr_skip("no locale with a decimal comma is installed");
    }
    cr_assert_str_eq(localeconv()->decimal_point, ",");
    lnt_frame *frame = csv_frame("a;b\n1.5;1.000000059604644775390626\n2.25;1e-30\n", NULL);
    csv_expect(frame, 2, 2, (const double[]){1.5, 1 + 0x1p-23, 2.25, (double) 1e-30f});
    lnt_frame_destroy(frame);
    cr_assert_str_eq(localeconv()->decimal_point, ",", "and none is changed");
}
