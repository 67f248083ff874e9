/* SPDX-License-Identifier: MIT */
#include "support/csv.h"
#include "support/failing_allocator.h"

#include <math.h>

static lnt_names *names_of(const char *const *strings, size_t count)
{
    lnt_names *names = NULL;
    assert_status(lnt_names_create(&names, strings, count, NULL), LNT_OK);
    return names;
}

/* --- names --- */

Test(frame, names)
{
    char first[] = "one";
    const char *const strings[] = {first, "", "three", "one"};
    lnt_names *names = names_of(strings, 4);
    strcpy(first, "xxx"); /* they are copies */
    assert_eq(lnt_names_count(names), 4);
    assert_str_eq(lnt_names_get(names, 0), "one");
    assert_str_eq(lnt_names_get(names, 1), "");
    assert_str_eq(lnt_names_get(names, 3), "one");
    cr_assert_null(lnt_names_get(names, 4));
    assert_eq(lnt_names_find(names, "one"), 0);
    assert_eq(lnt_names_find(names, ""), 1);
    assert_eq(lnt_names_find(names, "three"), 2);
    assert_eq(lnt_names_find(names, "thre"), LNT_NOT_FOUND);
    assert_eq(lnt_names_find(names, NULL), LNT_NOT_FOUND);
    lnt_names_destroy(names);
}

Test(frame, names_of_nothing)
{
    lnt_names *names = names_of(NULL, 0);
    cr_assert_not_null(names);
    assert_eq(lnt_names_count(names), 0);
    cr_assert_null(lnt_names_get(names, 0));
    assert_eq(lnt_names_find(names, "x"), LNT_NOT_FOUND);
    lnt_names_destroy(names);
    lnt_names_destroy(NULL);
    assert_eq(lnt_names_count(NULL), 0);
    cr_assert_null(lnt_names_get(NULL, 0));
    assert_eq(lnt_names_find(NULL, "x"), LNT_NOT_FOUND);
}

Test(frame, names_refused)
{
    const char *const strings[] = {"a", NULL};
    lnt_names *names = (lnt_names *) &strings;
    assert_status(lnt_names_create(NULL, strings, 1, NULL), LNT_ERR_NULL);
    assert_status(lnt_names_create(&names, strings, 2, NULL), LNT_ERR_NULL);
    cr_assert_null(names);
    assert_status(lnt_names_create(&names, NULL, 1, NULL), LNT_ERR_NULL);
}

Test(frame, names_take_one_allocation)
{
    const char *const strings[] = {"a", "bc"};
    failing counter = {0};
    const lnt_allocator allocator = failing_allocator(&counter);
    lnt_names *names;
    assert_status(lnt_names_create(&names, strings, 2, &allocator), LNT_OK);
    assert_eq(counter.calls, 1);
    lnt_names_destroy(names);
    assert_eq(counter.live, 0);
    counter = (failing){.fail_at = 1};
    assert_status(lnt_names_create(&names, strings, 2, &allocator), LNT_ERR_MEMORY);
    cr_assert_null(names);
}

/* --- finding columns --- */

static void expect_found(const lnt_frame *frame, const char *column, size_t want)
{
    size_t index = 99;
    lnt_error error = {.message = ""};
    assert_status(lnt_frame_find(frame, column, &index, &error), LNT_OK, "%s", error.message);
    assert_eq(index, want, "'%s' is %zu", column, index);
}

static void expect_not_found(const lnt_frame *frame, const char *column, const char *message)
{
    size_t index = 99;
    lnt_error error;
    assert_status(lnt_frame_find(frame, column, &index, &error), LNT_ERR_INVALID);
    assert_str_eq(error.message, message);
    assert_eq(index, 99);
}

Test(frame, find)
{
    lnt_frame *frame = csv_frame("width,height,3,width\n1,2,3,4\n", NULL);
    expect_found(frame, "height", 1);
    expect_found(frame, "3", 2);
    expect_found(frame, "1", 0);
    expect_found(frame, "2", 1);
    expect_found(frame, "+4", 3);
    expect_found(frame, "-1", 3);
    expect_found(frame, "-4", 0);
    expect_found(frame, "0002", 1);
    expect_not_found(frame, "width",
                     "columns 1 and 4 are both named 'width'; choose one by its number");
    expect_not_found(frame, "heigth", "no column 'heigth'; the nearest is 'height'");
    expect_not_found(frame, "hight", "no column 'hight'; the nearest is 'height'");
    expect_not_found(frame, "with", "no column 'with'; the nearest is 'width'");
    expect_not_found(frame, "depth", "no column 'depth' among 4 columns");
    expect_not_found(frame, "", "no column '' among 4 columns");
    expect_not_found(frame, "5",
                     "no column 5: there are 4 columns, numbered from 1 (-1 is the last)");
    expect_not_found(frame, "0",
                     "no column 0: there are 4 columns, numbered from 1 (-1 is the last)");
    expect_not_found(frame, "-5",
                     "no column -5: there are 4 columns, numbered from 1 (-1 is the last)");
    expect_not_found(
        frame, "18446744073709551617",
        "no column 18446744073709551617: there are 4 columns, numbered from 1 (-1 is the last)");
    expect_not_found(frame, "--1", "no column '--1' among 4 columns");
    expect_not_found(frame, "1.0", "no column '1.0' among 4 columns");
    lnt_frame_destroy(frame);
}

Test(frame, names_that_are_numbers_win)
{
    lnt_read_options options = lnt_read_defaults();
    options.header = LNT_HEADER_PRESENT;
    lnt_frame *frame = csv_frame("2,1\n3,4\n", &options);
    expect_found(frame, "1", 1);
    expect_found(frame, "2", 0);
    expect_found(frame, "-1", 1);
    lnt_frame_destroy(frame);
}

Test(frame, null)
{
    size_t index;
    lnt_error error;
    lnt_frame *frame = csv_frame("1,2\n", NULL);
    assert_status(lnt_frame_find(NULL, "a", &index, &error), LNT_ERR_NULL);
    assert_str_eq(error.message, "frame, column and index are required");
    assert_status(lnt_frame_find(frame, NULL, &index, NULL), LNT_ERR_NULL);
    assert_status(lnt_frame_find(frame, "1", NULL, NULL), LNT_ERR_NULL);
    assert_status(lnt_frame_encode(NULL, 0, 9, &error), LNT_ERR_NULL);
    assert_str_eq(error.message, "frame is required");
    assert_status(lnt_frame_encode_as(NULL, 0, lnt_frame_columns(frame), &error), LNT_ERR_NULL);
    assert_str_eq(error.message, "frame and classes are required");
    assert_status(lnt_frame_encode_as(frame, 0, NULL, NULL), LNT_ERR_NULL);
    assert_eq(lnt_frame_values(NULL).rows, 0);
    cr_assert_null(lnt_frame_values(NULL).data);
    cr_assert_null(lnt_frame_columns(NULL));
    cr_assert_null(lnt_frame_labels(NULL, 0));
    cr_assert_null(lnt_frame_labels(frame, 2));
    assert_eq(lnt_frame_rows_dropped(NULL), 0);
    lnt_frame_destroy(frame);
    lnt_frame_destroy(NULL);
}

/* --- encoding --- */

Test(frame, encode)
{
    for (int precision = 0; precision < 2; precision++) {
        lnt_read_options options = lnt_read_defaults();
        options.dtype = precision == 0 ? LNT_F32 : LNT_F64;
        lnt_frame *frame = csv_frame("a,b\n10,1\n-2,2\n0.1,3\n-0,4\n0,5\n1e20,6\n10,7\n", &options);
        assert_status(lnt_frame_encode(frame, 0, 5, NULL), LNT_OK);
        csv_expect(frame, 7, 2, (const double[]){3, 1, 0, 2, 2, 3, 1, 4, 1, 5, 4, 6, 3, 7});
        csv_expect_names(lnt_frame_labels(frame, 0), "-2|0|0.1|10|1e+20");
        cr_assert_null(lnt_frame_labels(frame, 1));
        assert_status(lnt_frame_encode(frame, 0, 1, NULL), LNT_OK, "it has labels already");
        csv_expect_names(lnt_frame_labels(frame, 0), "-2|0|0.1|10|1e+20");
        lnt_frame_destroy(frame);
    }
}

Test(frame, encode_refused)
{
    lnt_frame *frame = csv_frame("a,b\n1,1\n2,2\n3,3\n", NULL);
    lnt_error error;
    assert_status(lnt_frame_encode(frame, 0, 2, &error), LNT_ERR_TOO_LARGE);
    assert_str_eq(error.message, "column 'a': expected at most 2 distinct values, found more");
    assert_status(lnt_frame_encode(frame, 0, 1, &error), LNT_ERR_TOO_LARGE);
    assert_str_eq(error.message, "column 'a': expected at most 1 distinct value, found more");
    assert_status(lnt_frame_encode(frame, 2, 9, &error), LNT_ERR_INVALID);
    assert_str_eq(error.message, "column index 2 is outside the frame's 2");
    csv_expect(frame, 3, 2, (const double[]){1, 1, 2, 2, 3, 3});
    const lnt_tensor x = lnt_frame_values(frame);
    assert_status(lnt_tensor_set(&x, 1, 1, NAN), LNT_OK);
    assert_status(lnt_frame_encode(frame, 1, 9, &error), LNT_ERR_NONFINITE);
    assert_str_eq(error.message, "column 'b', row 2: expected a finite number, found nan");
    cr_assert_null(lnt_frame_labels(frame, 0));
    cr_assert_null(lnt_frame_labels(frame, 1));
    lnt_frame_destroy(frame);
}

/* --- recoding --- */

static const char *const spec_s[] = {"s"};

static lnt_read_options label_s(void)
{
    lnt_read_options options = lnt_read_defaults();
    options.label_columns = spec_s;
    options.n_label_columns = 1;
    return options;
}

Test(frame, recode_labels)
{
    const lnt_read_options options = label_s();
    lnt_frame *frame = csv_frame("s,b\nx,1\nz,2\nx,3\ny,4\n", &options);
    lnt_names *classes = names_of((const char *const[]){"z", "w", "y", "x"}, 4);
    assert_status(lnt_frame_encode_as(frame, 0, classes, NULL), LNT_OK);
    lnt_names_destroy(classes); /* copied */
    csv_expect(frame, 4, 2, (const double[]){3, 1, 0, 2, 3, 3, 2, 4});
    csv_expect_names(lnt_frame_labels(frame, 0), "z|w|y|x");
    lnt_frame_destroy(frame);
}

Test(frame, recode_numbers)
{
    for (int precision = 0; precision < 2; precision++) {
        lnt_read_options options = lnt_read_defaults();
        options.dtype = precision == 0 ? LNT_F32 : LNT_F64;
        lnt_frame *frame = csv_frame("a\n0.1\n2\n-0\n", &options);
        lnt_names *classes = names_of((const char *const[]){"2.0", "x", "0", "1e-1", "0.0"}, 5);
        assert_status(lnt_frame_encode_as(frame, 0, classes, NULL), LNT_OK);
        csv_expect(frame, 3, 1, (const double[]){3, 0, 2});
        csv_expect_names(lnt_frame_labels(frame, 0), "2.0|x|0|1e-1|0.0");
        lnt_names_destroy(classes);
        lnt_frame_destroy(frame);
    }
}

Test(frame, recode_refused)
{
    const lnt_read_options options = label_s();
    lnt_frame *frame = csv_frame("s,b\nx,1\ny,2.5\n", &options);
    lnt_names *classes = names_of((const char *const[]){"x", "1"}, 2);
    lnt_names *one = names_of((const char *const[]){"1"}, 1);
    lnt_error error;
    assert_status(lnt_frame_encode_as(frame, 0, classes, &error), LNT_ERR_INVALID);
    assert_str_eq(error.message, "column 's': 'y' is not among the 2 classes");
    assert_status(lnt_frame_encode_as(frame, 1, classes, &error), LNT_ERR_INVALID);
    assert_str_eq(error.message, "column 'b', row 2: 2.5 is not among the 2 classes");
    assert_status(lnt_frame_encode_as(frame, 1, one, &error), LNT_ERR_INVALID);
    assert_str_eq(error.message, "column 'b', row 2: 2.5 is not among the 1 class");
    assert_status(lnt_frame_encode_as(frame, 2, one, &error), LNT_ERR_INVALID);
    assert_str_eq(error.message, "column index 2 is outside the frame's 2");
    csv_expect(frame, 2, 2, (const double[]){0, 1, 1, 2.5});
    csv_expect_names(lnt_frame_labels(frame, 0), "x|y");
    cr_assert_null(lnt_frame_labels(frame, 1));
    const lnt_tensor x = lnt_frame_values(frame);
    assert_status(lnt_tensor_set(&x, 0, 1, INFINITY), LNT_OK);
    assert_status(lnt_frame_encode_as(frame, 1, one, &error), LNT_ERR_INVALID);
    assert_str_eq(error.message,
                  "column 'b', row 1: a value that is not finite is not among the 1 class");
    lnt_names_destroy(classes);
    lnt_names_destroy(one);
    lnt_frame_destroy(frame);
}

/* An f32 holds integers up to 2^24 only. */
Test(frame, more_classes_than_f32_can_number)
{
    const size_t count = ((size_t) 1 << 24) + 1;
    const char **strings = malloc(count * sizeof *strings);
    cr_assert_not_null(strings);
    for (size_t i = 0; i < count; i++) {
        strings[i] = "";
    }
    lnt_names *classes = names_of(strings, count);
    free(strings);
    lnt_frame *frame = csv_frame("1\n", NULL);
    lnt_error error;
    assert_status(lnt_frame_encode_as(frame, 0, classes, &error), LNT_ERR_TOO_LARGE);
    assert_str_eq(error.message, "16777217 classes are more than f32 can number");
    lnt_frame_destroy(frame);
    lnt_names_destroy(classes);
}

Test(frame, encode_and_recode_agree)
{
    lnt_frame *train = csv_frame("d\n7\n0.3\n5\n0.3\n", NULL);
    assert_status(lnt_frame_encode(train, 0, 10, NULL), LNT_OK);
    lnt_frame *test = csv_frame("d\n5\n7\n0.30\n", NULL);
    assert_status(lnt_frame_encode_as(test, 0, lnt_frame_labels(train, 0), NULL), LNT_OK);
    csv_expect(test, 3, 1, (const double[]){1, 2, 0});
    lnt_frame_destroy(train);
    lnt_frame_destroy(test);
}

/* --- allocations that fail --- */

typedef lnt_status (*change)(lnt_frame *frame, size_t column, lnt_error *error);

static lnt_status encode(lnt_frame *frame, size_t column, lnt_error *error)
{
    return lnt_frame_encode(frame, column, 100, error);
}

static lnt_status recode(lnt_frame *frame, size_t column, lnt_error *error)
{
    lnt_names *classes = names_of((const char *const[]){"y", "3", "2", "x", "1"}, 5);
    const lnt_status status = lnt_frame_encode_as(frame, column, classes, error);
    lnt_names_destroy(classes);
    return status;
}

static void fail_each_allocation(change function, size_t column, bool for_ever)
{
    failing counter = {0};
    const lnt_allocator allocator = failing_allocator(&counter);
    lnt_read_options options = label_s();
    options.allocator = &allocator;
    for (size_t at = 1;; at++) {
        counter = (failing){0};
        lnt_frame *frame = csv_frame("s,b\nx,1\ny,2\nx,3\n", &options);
        counter.fail_at = counter.calls + at;
        counter.for_ever = for_ever;
        lnt_error error;
        const lnt_status status = function(frame, column, &error);
        const bool reached = counter.calls >= counter.fail_at;
        counter.fail_at = 0;
        if (!reached) {
            assert_status(status, LNT_OK);
            assert_gt(at, 2);
            lnt_frame_destroy(frame);
            break;
        }
        assert_status(status, LNT_ERR_MEMORY);
        assert_starts(error.message, "no memory");
        csv_expect(frame, 3, 2, (const double[]){0, 1, 1, 2, 0, 3});
        csv_expect_names(lnt_frame_labels(frame, 0), "x|y");
        cr_assert_null(lnt_frame_labels(frame, 1));
        assert_status(function(frame, column, NULL), LNT_OK, "it works afterwards");
        lnt_frame_destroy(frame);
        assert_eq(counter.live, 0);
    }
    assert_eq(counter.live, 0);
}

Test(frame, every_allocation_can_fail)
{
    for (int for_ever = 0; for_ever < 2; for_ever++) {
        fail_each_allocation(encode, 1, for_ever != 0);
        fail_each_allocation(recode, 0, for_ever != 0);
        fail_each_allocation(recode, 1, for_ever != 0);
    }
}
