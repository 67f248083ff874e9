/* SPDX-License-Identifier: MIT */
#include "support/csv.h"

#include <locale.h>
#include <stdbool.h>
#include <stdint.h>

/* --- what is read --- */

Test(csv, defaults)
{
    const lnt_read_options options = lnt_read_defaults();
    assert_eq(options.dtype, LNT_F32);
    assert_eq(options.delimiter, '\0');
    assert_eq(options.header, LNT_HEADER_AUTO);
    assert_eq(options.missing, LNT_MISSING_ERROR);
    cr_assert_null(options.label_columns);
    assert_eq(options.n_label_columns, 0);
    assert_eq(options.memory_limit, SIZE_MAX);
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
            lnt_read_options options = lnt_read_defaults();
            options.dtype = precision == 0 ? LNT_F32 : LNT_F64;
            lnt_frame *frame = csv_frame(texts[i], &options);
            assert_eq(lnt_frame_values(frame).dtype, options.dtype);
            csv_expect(frame, 2, 2, values);
            csv_expect_names(lnt_frame_columns(frame), "a|b");
            lnt_frame_destroy(frame);
            assert_status(csv_read_pipe(&frame, texts[i], &options, NULL), LNT_OK);
            csv_expect(frame, 2, 2, values);
            csv_expect_names(lnt_frame_columns(frame), "a|b");
            assert_eq(lnt_frame_rows_dropped(frame), 0);
            lnt_frame_destroy(frame);
        }
    }
}

Test(csv, each_precision_is_rounded_to_once)
{
    /* Between two floats: a hair above the middle, which rounding to double first would lose. */
    const char *const text = "1.000000059604644775390626\n0.1\n";
    lnt_read_options options = lnt_read_defaults();
    lnt_frame *frame = csv_frame(text, &options);
    lnt_tensor x = lnt_frame_values(frame);
    assert_eq(lnt_tensor_get(&x, 0, 0), 1 + 0x1p-23);
    assert_eq(lnt_tensor_get(&x, 1, 0), (double) (float) 0.1);
    lnt_frame_destroy(frame);
    options.dtype = LNT_F64;
    frame = csv_frame(text, &options);
    x = lnt_frame_values(frame);
    assert_eq(lnt_tensor_get(&x, 0, 0), 1 + 0x1p-24);
    assert_eq(lnt_tensor_get(&x, 1, 0), 0.1);
    lnt_frame_destroy(frame);
}

static void expect_header(const char *text, lnt_header_row header, size_t rows, const char *names)
{
    lnt_read_options options = lnt_read_defaults();
    options.header = header;
    lnt_frame *frame = csv_frame(text, &options);
    assert_eq(lnt_frame_values(frame).rows, rows, "'%s'", text);
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
    lnt_read_options options = lnt_read_defaults();
    options.missing = LNT_MISSING_DROP;
    lnt_frame *frame = csv_frame("NA,1\n2,3\n", &options);
    csv_expect(frame, 1, 2, (const double[]){2, 3});
    assert_eq(lnt_frame_rows_dropped(frame), 1);
    lnt_frame_destroy(frame);
}

Test(csv, label_column_by_number_makes_no_header)
{
    static const char *const specs[] = {"3", "-1", "+3", "column3"};
    for (size_t i = 0; i < COUNT(specs); i++) {
        const lnt_read_options options = with_labels(&specs[i], 1);
        lnt_frame *frame = csv_frame("1,2,x\n3,4,y\n", &options);
        csv_expect(frame, 2, 3, (const double[]){1, 2, 0, 3, 4, 1});
        csv_expect_names(lnt_frame_labels(frame, 2), "x|y");
        lnt_frame_destroy(frame);
    }
    const lnt_read_options options = with_labels(specs, 1);
    lnt_frame *frame = csv_frame("a,b,c\n3,4,y\n", &options); /* here the other columns tell */
    csv_expect(frame, 1, 3, (const double[]){3, 4, 0});
    lnt_frame_destroy(frame);
}

Test(csv, label_column_by_name_makes_a_header)
{
    static const char *const spec[] = {"class"};
    const lnt_read_options options = with_labels(spec, 1);
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
        lnt_read_options options = lnt_read_defaults();
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
    lnt_read_options options = lnt_read_defaults();
    options.missing = LNT_MISSING_DROP;
    lnt_frame *frame = csv_frame("a\tb\n\t\n1\t\n \t2\n3 \t 4\n", &options);
    csv_expect(frame, 1, 2, (const double[]){3, 4});
    assert_eq(lnt_frame_rows_dropped(frame), 3);
    lnt_frame_destroy(frame);
}

Test(csv, quotes)
{
    static const char *const spec[] = {"s"};
    const lnt_read_options options = with_labels(spec, 1);
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
        assert_str_eq(lnt_names_get(labels, (size_t) lnt_tensor_get(&x, i, 0)), want[i]);
        assert_eq(lnt_tensor_get(&x, i, 1), (double) (i + 1));
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
        lnt_read_options options = lnt_read_defaults();
        options.missing = LNT_MISSING_DROP;
        lnt_frame *frame = csv_frame(text, &options);
        csv_expect(frame, 2, 3, (const double[]){1, 2, 3, 7, 8, 9});
        assert_eq(lnt_frame_rows_dropped(frame), 1);
        lnt_frame_destroy(frame);
        lnt_error error;
        options.missing = LNT_MISSING_ERROR;
        assert_status(csv_read_bytes(&frame, text, strlen(text), &options, &error), LNT_ERR_FORMAT);
        cr_assert_null(frame);
        cr_assert(strncmp(error.message, "t.csv:3: column 'b': a value is missing (found ", 46) ==
                      0,
                  "%s", error.message);
    }
}

/* --- labels --- */

/* Through a file, which is read twice if need be, and through a pipe, which cannot be. */
static void expect_labels(const char *text, const lnt_read_options *options, size_t rows,
                          size_t cols, const double *values, const char *const *labels)
{
    for (int pipe = 0; pipe < 2; pipe++) {
        lnt_frame *frame = NULL;
        lnt_error error = {.message = ""};
        const lnt_status status = pipe
                                      ? csv_read_pipe(&frame, text, options, &error)
                                      : csv_read_bytes(&frame, text, strlen(text), options, &error);
        assert_status(status, LNT_OK, "%s", error.message);
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
    lnt_read_options options = with_labels(labels, 2);
    options.use_columns = only;
    options.n_use_columns = 3;
    expect_labels(text, &options, 3, 4, (const double[]){0, 1, 1, 0, 0, 0, 2, 0, 0, 1, 3, 0},
                  (const char *const[]){NULL, "a|b", NULL, NULL});
    options.n_use_columns = 0;
    lnt_frame *frame;
    assert_status(csv_read_bytes(&frame, text, strlen(text), &options, NULL), LNT_ERR_FORMAT);
    options = lnt_read_defaults(); /* none of them is there: all are looked at */
    options.use_columns = only + 2;
    options.n_use_columns = 1;
    frame = csv_frame("1,2\n3,4\n", &options);
    csv_expect(frame, 2, 2, (const double[]){1, 2, 3, 4});
    lnt_frame_destroy(frame);
}

Test(csv, labels_are_sorted_by_bytes)
{
    static const char *const spec[] = {"b"};
    const lnt_read_options options = with_labels(spec, 1);
    expect_labels("a,b\n1,z\n2,aa\n3,a\n4,z\n5,B\n6,\xC3\xA4\n", &options, 6, 2,
                  (const double[]){1, 3, 2, 2, 3, 1, 4, 3, 5, 0, 6, 4},
                  (const char *const[]){NULL, "B|a|aa|z|\xC3\xA4"});
}

Test(csv, blanks_around_labels_do_not_count)
{
    static const char *const spec[] = {"s"};
    const lnt_read_options options = with_labels(spec, 1);
    expect_labels("s,b\nx y,1\n x y\t,2\n  x y  , 3 \n\"x y \",4\n", &options, 4, 2,
                  (const double[]){0, 1, 0, 2, 0, 3, 1, 4},
                  (const char *const[]){"x y|x y ", NULL});
}

Test(csv, labels_of_numbers_stay_numbers)
{
    static const char *const spec[] = {"b", "a"};
    const lnt_read_options options = with_labels(spec, 2);
    expect_labels("a,b\n1,10\n1.0,2\n+1e0,\"3\"\n", &options, 3, 2,
                  (const double[]){1, 10, 1, 2, 1, 3}, (const char *const[]){NULL, NULL});
}

Test(csv, a_text_after_numbers_makes_all_of_them_labels)
{
    static const char *const spec[] = {"a", "c"};
    const lnt_read_options options = with_labels(spec, 2);
    expect_labels("a,b,c\n1,1,0.50\n2,2,1\n1.0,3,2\nx,4,3\n1,5,y\n", &options, 5, 3,
                  (const double[]){0, 1, 0, 2, 2, 1, 1, 3, 2, 3, 4, 3, 0, 5, 4},
                  (const char *const[]){"1|1.0|2|x", NULL, "0.50|1|2|3|y"});
}

Test(csv, a_number_out_of_range_is_a_label)
{
    static const char *const spec[] = {"1"};
    const lnt_read_options options = with_labels(spec, 1);
    expect_labels("1\n1e99\ninf\n", &options, 3, 1, (const double[]){0, 1, 2},
                  (const char *const[]){"1|1e99|inf"});
}

Test(csv, labels_of_dropped_rows_are_not_kept)
{
    static const char *const spec[] = {"a"};
    lnt_read_options options = with_labels(spec, 1);
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
    const lnt_read_options options = with_labels(spec, 1);
    lnt_frame *frame = csv_frame(text, &options);
    const lnt_tensor x = lnt_frame_values(frame);
    assert_eq(lnt_names_count(lnt_frame_labels(frame, 0)), ROWS);
    for (size_t i = 0; i < ROWS; i++) {
        assert_eq(lnt_tensor_get(&x, i, 0), (double) (ROWS - 1 - i));
    }
    lnt_frame_destroy(frame);
}

/* --- locale --- */

Test(csv, no_locale_matters)
{
    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL && setlocale(LC_ALL, "de_DE.utf8") == NULL) {
        cr_skip("no locale with a decimal comma is installed");
    }
    assert_str_eq(localeconv()->decimal_point, ",");
    lnt_frame *frame = csv_frame("a;b\n1.5;1.000000059604644775390626\n2.25;1e-30\n", NULL);
    csv_expect(frame, 2, 2, (const double[]){1.5, 1 + 0x1p-23, 2.25, (double) 1e-30f});
    lnt_frame_destroy(frame);
    assert_str_eq(localeconv()->decimal_point, ",", "and none is changed");
}
