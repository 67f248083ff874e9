/* SPDX-License-Identifier: MIT */
/*
 * Reads .npy files with lnt_data_read beside read(2) of the same file into a new block: what is the
 * least that a reader that copies can do. Files are small enough to stay in the page cache, and
 * matrices for the C library to use their memory again: new memory comes from the system page by
 * page, which on many machines takes longer than all else. Rates count the bytes of the file; a
 * gigabyte is 10^9 bytes.
 */
#include "program.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int megabytes = 24;

static struct poptOption own_options[] = {{"megabytes", '\0',
                                           POPT_ARG_INT | POPT_ARGFLAG_SHOW_DEFAULT, &megabytes, 0,
                                           "Bytes of a file", "N"},
                                          POPT_TABLEEND};

static const lnt_bench_program program = {
    .name = "bench_npy",
    .summary = "Reads .npy files beside read(2)",
    .options = own_options,
    .rounds = 9,
    .seconds = 2,
};

enum { COLS = 32 };

/* What a file holds, and what it is read as. */
static const struct form {
    const char *dtype; /* in the file */
    lnt_dtype result;
} forms[] = {{"f4", LNT_F32}, {"f8", LNT_F64}, {"f8", LNT_F32}, {"f4", LNT_F64},
             {"f2", LNT_F32}, {"i2", LNT_F32}, {"u1", LNT_F32}, {"i8", LNT_F64}};

typedef struct job {
    char path[64];
    size_t bytes; /* of the file */
    lnt_dtype result;
} job;

static void write_fully(int file, const void *data, size_t bytes)
{
    for (size_t done = 0; done < bytes;) {
        const ssize_t n = write(file, (const char *) data + done, bytes - done);
        if (n <= 0) {
            lnt_bench_fail("the file cannot be written");
        }
        done += (size_t) n;
    }
}

/* Elements whose bits are those of small numbers, whatever they are. */
static void write_file(job *j, const struct form *form)
{
    const size_t size = (size_t) (form->dtype[1] - '0');
    const size_t result = lnt_dtype_size(form->result), larger = size > result ? size : result;
    const size_t rows = (size_t) megabytes * 1000000 / (COLS * larger);
    char begin[LNT_NPY_HEADER_LENGTH];
    strcpy(j->path, "/tmp/linnet-bench-XXXXXX");
    const int file = mkstemp(j->path);
    if (file < 0) {
        lnt_bench_fail("no file can be made in /tmp");
    }
    lnt_bench_check(lnt_npy_header(form->dtype, rows, COLS, begin), "lnt_npy_header");
    unsigned char *data = lnt_bench_allocate(rows * COLS, size);
    for (size_t i = 0; i < rows * COLS * size; i++) {
        data[i] = (unsigned char) (i % size == size - 1 ? 0x3B : i * 37 >> 3);
    }
    write_fully(file, begin, sizeof begin);
    write_fully(file, data, rows * COLS * size);
    free(data);
    close(file);
    j->bytes = sizeof begin + rows * COLS * size;
    j->result = form->result;
}

static void read_bare(void *context, size_t calls)
{
    const job *j = context;
    while (calls-- > 0) {
        char *data = malloc(j->bytes);
        const int file = open(j->path, O_RDONLY);
        for (size_t done = 0; done < j->bytes;) {
            const ssize_t n = data != NULL ? read(file, data + done, j->bytes - done) : 0;
            if (n <= 0) {
                lnt_bench_fail("the file cannot be read");
            }
            done += (size_t) n;
        }
        close(file);
        free(data);
    }
}

static void read_linnet(void *context, size_t calls)
{
    const job *j = context;
    lnt_read_options options = lnt_read_defaults();
    options.dtype = j->result;
    while (calls-- > 0) {
        lnt_frame *frame;
        lnt_error error = {.message = ""};
        lnt_bench_check(lnt_data_read(&frame, j->path, LNT_DATA_AUTO, &options, &error),
                        error.message);
        lnt_frame_destroy(frame);
    }
}

static void measure(lnt_bench *bench, const struct form *form)
{
    job j;
    write_file(&j, form);
    const lnt_bench_contender contenders[] = {{read_bare, &j}, {read_linnet, &j}};
    lnt_bench_figures figures[2];
    const size_t rounds = lnt_bench_measure(contenders, 2, &bench->plan, figures);
    unlink(j.path);
    const double gigabytes = (double) j.bytes * 1e-9;
    const lnt_bench_spread *s = &figures[1].seconds;
    printf("%-4s -> %-4s %8.2f GB/s (%.2f to %.2f)   read(2) %8.2f GB/s   %5.2f times its time\n",
           form->dtype, lnt_dtype_name(form->result), gigabytes / s->median, gigabytes / s->high,
           gigabytes / s->low, gigabytes / figures[0].seconds.median, figures[1].ratio.median);
    fflush(stdout);
    lnt_bench_add(bench,
                  json_pack("{s:s, s:s, s:I, s:I, s:o, s:o, s:o}", "file", form->dtype, "result",
                            lnt_dtype_name(form->result), "bytes", (json_int_t) j.bytes, "rounds",
                            (json_int_t) rounds, "seconds", lnt_bench_json(s, 1), "read_seconds",
                            lnt_bench_json(&figures[0].seconds, 1), "ratio",
                            lnt_bench_json(&figures[1].ratio, 1)));
}

int main(int argc, char **argv)
{
    lnt_bench bench;
    lnt_bench_read(&bench, &program, argc, (const char **) argv);
    if (megabytes < 1 || megabytes > 100000) {
        lnt_bench_misuse("option --megabytes: expected 1 to 100000, found %d", megabytes);
    }
    lnt_bench_begin(&bench);
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (bench.dtypes[forms[i].result]) {
            measure(&bench, &forms[i]);
        }
    }
    return lnt_bench_end(&bench);
}
