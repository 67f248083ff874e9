/* SPDX-License-Identifier: MIT */
/* CSV files that are large, slow, or too large for the memory there is. */
#include "support/csv.h"
#include "support/failing_allocator.h"

#include <errno.h>
#include <linnet/random.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/time.h>
#include <time.h>

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
    const bool quoted = row % 3 == 0 && lnt_random_bounded(random, 4) == 0;
    const char *const quote = quoted ? "\"" : "";
    t->length +=
        (size_t) sprintf(t->text + t->length, "%s%s%.*g%s%s", blanks[lnt_random_bounded(random, 7)],
                         quote, 17, value, quote, blanks[lnt_random_bounded(random, 7)]);
}

static lnt_read_options with_commas(lnt_dtype dtype)
{
    lnt_read_options options = lnt_read_defaults();
    options.dtype = dtype;
    options.delimiter = ','; /* the tables have tabs as blanks */
    return options;
}

static table make_table(size_t rows, size_t cols, uint64_t seed)
{
    static const char *const ends[] = {"\n", "\n", "\r\n", "\n\n", "\n  \r\n"};
    table t = {malloc(rows * cols * 40 + 1), 0, rows, cols, malloc(rows * cols * sizeof(double))};
    cr_assert_not_null(t.text);
    cr_assert_not_null(t.values);
    lnt_random random = lnt_random_init(seed, 77);
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < cols; j++) {
            double value = ldexp(lnt_random_uniform(&random) - 0.5,
                                 (int) lnt_random_bounded(&random, 40) - 20);
            if (lnt_random_bounded(&random, 2) == 0) {
                value = (double) lnt_random_bounded(&random, 17);
            }
            t.values[i * cols + j] = value;
            append_cell(&t, &random, value, i);
            t.length += (size_t) sprintf(t.text + t.length, "%s",
                                         j + 1 < cols ? "," : ends[lnt_random_bounded(&random, 5)]);
        }
    }
    return t;
}

static void free_table(table *t)
{
    free(t->text);
    free(t->values);
}

Test(csv_sizes, tables_beyond_the_buffer)
{
    static const size_t shapes[][2] = {{40000, 1}, {9000, 7}, {300, 500}, {3, 50000}, {1, 100000}};
    for (size_t k = 0; k < COUNT(shapes); k++) {
        table t = make_table(shapes[k][0], shapes[k][1], k);
        assert_gt(t.length, 300000);
        lnt_read_options options = with_commas(k % 2 == 0 ? LNT_F64 : LNT_F32);
        lnt_frame *frame;
        lnt_error error = {.message = ""};
        assert_status(csv_read_bytes(&frame, t.text, t.length, &options, &error), LNT_OK, "%s",
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
                                 const lnt_read_options *options, lnt_error *error)
{
    int ends[2];
    assert_eq(pipe(ends), 0);
    writing w = {ends[1], t->text, t->length, piece, pause};
    pthread_t thread;
    assert_eq(pthread_create(&thread, NULL, write_pieces, &w), 0);
    char path[32];
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    const lnt_status status = lnt_csv_read(frame, path, options, error);
    close(ends[0]);
    pthread_join(thread, NULL);
    return status;
}

Test(csv_sizes, pipe_beyond_the_buffer)
{
    table t = make_table(20000, 5, 11);
    const lnt_read_options options = with_commas(LNT_F64);
    lnt_frame *frame;
    assert_status(read_slow_pipe(&frame, &t, 1000, 0, &options, NULL), LNT_OK);
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

Test(csv_sizes, interrupted_reads_go_on)
{
    table t = make_table(200, 5, 12);
    struct sigaction action = {.sa_handler = count_alarm}; /* without SA_RESTART */
    assert_eq(sigaction(SIGALRM, &action, NULL), 0);
    const struct itimerval every = {{0, 2000}, {0, 2000}}, never = {{0, 0}, {0, 0}};
    assert_eq(setitimer(ITIMER_REAL, &every, NULL), 0);
    const lnt_read_options options = with_commas(LNT_F64);
    lnt_frame *frame;
    lnt_error error = {.message = ""};
    const lnt_status status = read_slow_pipe(&frame, &t, t.length / 20, 5000, &options, &error);
    setitimer(ITIMER_REAL, &never, NULL);
    assert_status(status, LNT_OK, "%s", error.message);
    assert_gt(alarms, 5);
    csv_expect(frame, t.rows, t.cols, t.values);
    lnt_frame_destroy(frame);
    free_table(&t);
}

Test(csv_sizes, quoted_newlines_across_buffers)
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
    static const char *const spec[] = {"a"};
    const lnt_read_options options = with_labels(spec, 1);
    lnt_frame *frame = csv_frame(text, &options);
    csv_expect(frame, 2, 2, (const double[]){0, 1, 1, 2});
    const char *const label = lnt_names_get(lnt_frame_labels(frame, 0), 0);
    assert_eq(strlen(label) % 22, 0);
    cr_assert(strncmp(label, "one\nlabel, with \"all\"\none", 25) == 0);
    lnt_frame_destroy(frame);
    free(text);
}

Test(csv_sizes, longest_record)
{
    csv_file file = {"/tmp/linnet-csv-XXXXXX"};
    const int descriptor = mkstemp(file.path);
    assert_ge(descriptor, 0);
    assert_eq(write(descriptor, "a,b\n", 4), 4);
    assert_eq(ftruncate(descriptor, (off_t) 300 << 20), 0); /* NULs that take no disk */
    close(descriptor);
    const lnt_read_options options = lnt_read_defaults();
    lnt_frame *frame;
    lnt_error error;
    const lnt_status status = lnt_csv_read(&frame, file.path, &options, &error);
    unlink(file.path);
    assert_status(status, LNT_ERR_FORMAT);
    assert_str_eq(error.message + strlen(file.path),
                  ":2: expected a line's end within 268435456 bytes; is a quote left open?");
}

Test(csv_sizes, memory_limit)
{
    const char *const text = "a,b\n1,2\n3,4\n5,6\n";
    for (int pipe = 0; pipe < 2; pipe++) {
        lnt_read_options options = lnt_read_defaults();
        lnt_frame *frame;
        lnt_error error;
        for (size_t limit = 0; limit < 24; limit++) {
            options.memory_limit = limit;
            const lnt_status status =
                pipe ? csv_read_pipe(&frame, text, &options, &error)
                     : csv_read_bytes(&frame, text, strlen(text), &options, &error);
            assert_status(status, LNT_ERR_TOO_LARGE);
            char want[256];
            snprintf(want, sizeof want,
                     ":%zu: expected at most %zu rows of 2 f32 columns within the memory limit of "
                     "%zu bytes, found more",
                     2 + limit / 8, limit / 8, limit);
            assert_str_eq(strchr(error.message, ':'), want);
        }
        options.memory_limit = 24;
        assert_status(pipe ? csv_read_pipe(&frame, text, &options, &error)
                           : csv_read_bytes(&frame, text, strlen(text), &options, &error),
                      LNT_OK);
        csv_expect(frame, 3, 2, (const double[]){1, 2, 3, 4, 5, 6});
        lnt_frame_destroy(frame);
    }
}

/* Newlines alone, or columns alone, must not make the matrix larger than the text can fill. */
/* A line of `columns` fields, and a row of as many. */
static char *wide_text(size_t columns, const char *field)
{
    char *text = malloc(2 * columns * (strlen(field) + 1) + 1), *end = text;
    cr_assert_not_null(text);
    for (size_t k = 0; k < 2 * columns; k++) {
        end += sprintf(end, "%s%c", field, (k + 1) % columns == 0 ? '\n' : ',');
    }
    return text;
}

/* All that is allocated while a file of many columns is read goes with its bytes. */
Test(csv_sizes, memory_of_columns_goes_with_the_bytes_read)
{
    enum { COLUMNS = 300000, FACTOR = 64 };
    static const char *const fields[] = {"", "1", "1.5"};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        failing f = {0};
        const lnt_allocator allocator = failing_allocator(&f);
        lnt_read_options options = with_commas(LNT_F32);
        options.allocator = &allocator;
        char *text = wide_text(COLUMNS, fields[i]);
        lnt_frame *frame;
        lnt_error error = {LNT_OK, ""};
        const lnt_status status = csv_read_bytes(&frame, text, strlen(text), &options, &error);
        assert_eq(status, i == 0 ? LNT_ERR_FORMAT : LNT_OK, "%s", error.message);
        assert_lt(f.bytes, FACTOR * strlen(text), "%zu bytes for %zu", f.bytes, strlen(text));
        lnt_frame_destroy(frame);
        assert_eq(f.live, 0);
        options.memory_limit = COLUMNS * FACTOR - 1;
        assert_status(csv_read_bytes(&frame, text, strlen(text), &options, &error),
                      LNT_ERR_TOO_LARGE);
        assert_contains(error.message, "are beyond the memory limit");
        assert_eq(f.live, 0);
        free(text);
    }
}

Test(csv_sizes, more_columns_than_an_array_has_are_refused)
{
    const size_t columns = ((size_t) 1 << 24) + 1;
    char *text = malloc(columns + 1);
    cr_assert_not_null(text);
    memset(text, ',', columns - 1);
    memcpy(text + columns - 1, "\n", 2);
    lnt_frame *frame;
    lnt_error error = {LNT_OK, ""};
    const lnt_read_options options = with_commas(LNT_F32);
    assert_status(csv_read_bytes(&frame, text, columns, &options, &error), LNT_ERR_TOO_LARGE);
    assert_contains(error.message, ":1: expected at most 16777216 columns, found more");
    free(text);
}

/* A name is found among many, and one that is there twice is told of. */
Test(csv_sizes, names_among_many)
{
    enum { MANY = 100000 };
    char *text = malloc(MANY * 16), *end = text;
    cr_assert_not_null(text);
    for (int k = 0; k < MANY; k++) {
        end += sprintf(end, "n%d,", k == MANY - 1 ? 7 : k);
    }
    end[-1] = '\n';
    for (int k = 0; k < MANY; k++) {
        end += sprintf(end, "1%c", k + 1 < MANY ? ',' : '\n');
    }
    lnt_read_options options = with_commas(LNT_F32);
    lnt_frame *frame;
    assert_status(csv_read_bytes(&frame, text, (size_t) (end - text), &options, NULL), LNT_OK);
    const clock_t start = clock();
    for (int k = 0; k < MANY; k++) {
        char name[16];
        size_t column;
        sprintf(name, "n%d", k);
        const lnt_status status = lnt_frame_find(frame, name, &column, NULL);
        if (k == 7 || k == MANY - 1) {
            assert_status(status, LNT_ERR_INVALID, "%s", name);
        } else {
            assert_status(status, LNT_OK, "%s", name);
            assert_eq(column, k);
        }
    }
    assert_lt(clock() - start, CLOCKS_PER_SEC);
    lnt_frame_destroy(frame);
    free(text);
}

Test(csv_sizes, matrix_is_bounded_by_the_text)
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
    lnt_read_options options = lnt_read_defaults();
    options.allocator = &allocator;
    lnt_frame *frame;
    assert_status(csv_read_bytes(&frame, text, 2 * COLS - 1 + LINES, &options, NULL), LNT_OK);
    assert_eq(lnt_frame_values(frame).rows, 1);
    assert_lt(counter.bytes, 2000000);
    lnt_frame_destroy(frame);
    assert_eq(counter.live, 0);
    free(text);
}

Test(csv_sizes, a_file_takes_its_matrix_once)
{
    table t = make_table(20000, 5, 13);
    failing counter = {0};
    const lnt_allocator allocator = failing_allocator(&counter);
    lnt_read_options options = with_commas(LNT_F32);
    options.allocator = &allocator;
    lnt_frame *frame;
    assert_status(csv_read_bytes(&frame, t.text, t.length, &options, NULL), LNT_OK);
    assert_lt(counter.calls, 12);
    lnt_frame_destroy(frame);
    assert_eq(counter.live, 0);
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
        lnt_read_options options = with_labels(specs, 3);
        options.dtype = LNT_F64;
        options.allocator = &allocator;
        lnt_frame *frame = (lnt_frame *) &options;
        lnt_error error = {.message = ""};
        const lnt_status status = pipe ? csv_read_pipe(&frame, text, &options, &error)
                                       : csv_read_bytes(&frame, text, length, &options, &error);
        if (at == 0) {
            assert_status(status, LNT_OK, "%s", error.message);
            calls = counter.calls;
            assert_gt(calls, 15);
        } else {
            assert_status(status, LNT_ERR_MEMORY, "call %zu: %s", at, lnt_status_name(status));
            assert_status(error.status, LNT_ERR_MEMORY);
            cr_assert(strstr(error.message, "out of memory") != NULL ||
                          strstr(error.message, "no memory for ") != NULL,
                      "%s", error.message);
            cr_assert_null(frame);
        }
        lnt_frame_destroy(frame);
        assert_eq(counter.live, 0, "call %zu leaks", at);
    }
}

Test(csv_sizes, every_allocation_can_fail)
{
    fail_each_allocation(false, false);
    fail_each_allocation(false, true);
    fail_each_allocation(true, false);
    fail_each_allocation(true, true);
}

Test(csv_sizes, growing_buffer_can_fail)
{
    table t = make_table(1, 100000, 3);
    size_t calls = 0;
    for (size_t at = 0; at <= calls; at++) {
        failing counter = {.fail_at = at};
        const lnt_allocator allocator = failing_allocator(&counter);
        lnt_read_options options = with_commas(LNT_F32);
        options.allocator = &allocator;
        lnt_frame *frame;
        const lnt_status status = csv_read_bytes(&frame, t.text, t.length, &options, NULL);
        assert_eq(status, at == 0 ? LNT_OK : LNT_ERR_MEMORY);
        calls = at == 0 ? counter.calls : calls;
        lnt_frame_destroy(frame);
        assert_eq(counter.live, 0);
    }
    free_table(&t);
}
