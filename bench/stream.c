/* SPDX-License-Identifier: MIT */
/*
 * Trains a net 100-64-1 in batches of 256 on a file of f32 numbers, read into memory first or block
 * by block while it trains, and says how many rows it learns from in a second, and the most memory
 * that the process had. A mode a run, since that is of the whole process. A megabyte is 10^6 bytes.
 *
 *   bench_stream make FOLDER MEGABYTES      writes FOLDER/x.npy and FOLDER/y.npy
 *   bench_stream memory FOLDER              from memory, where they have been read to
 *   bench_stream warm FOLDER [BLOCK_ROWS]   from the file, which is in the page cache
 *   bench_stream cold FOLDER [BLOCK_ROWS]   from the file, each epoch anew from the disk
 */
#include <fcntl.h>
#include <linnet/linnet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { INPUTS = 100, HIDDEN = 64, BATCH = 256, EPOCHS = 3, BLOCK_ROWS = 65536, MOST_PATH = 4096 };

static _Noreturn void stop(const char *what)
{
    fprintf(stderr, "bench_stream: %s\n", what);
    exit(1);
}

static void check(lnt_status status, const lnt_error *error)
{
    if (status != LNT_OK) {
        stop(error != NULL && error->status != LNT_OK ? error->message : lnt_status_text(status));
    }
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

/* --- the files --- */

typedef struct paths {
    char x[MOST_PATH];
    char y[MOST_PATH];
} paths;

static paths paths_in(const char *folder)
{
    paths p;
    const int x = snprintf(p.x, sizeof p.x, "%s/x.npy", folder);
    const int y = snprintf(p.y, sizeof p.y, "%s/y.npy", folder);
    if (x < 0 || x >= MOST_PATH || y < 0 || y >= MOST_PATH) {
        stop("the folder's name is too long");
    }
    return p;
}

/* The header is 128 bytes, the last a newline. */
static FILE *begin_file(const char *path, size_t rows, size_t cols)
{
    char text[119];
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        stop("a file cannot be written");
    }
    snprintf(text, sizeof text, "{'descr': '<f4', 'fortran_order': False, 'shape': (%zu, %zu), }",
             rows, cols);
    fwrite("\x93NUMPY\1\0\x76\0", 1, 10, file);
    fprintf(file, "%-117s\n", text);
    return file;
}

static void make(const paths *p, size_t bytes)
{
    const size_t rows = bytes / (INPUTS * sizeof(float));
    FILE *x = begin_file(p->x, rows, INPUTS), *y = begin_file(p->y, rows, 1);
    lnt_random random = lnt_random_init(1, 1000);
    for (size_t i = 0; i < rows; i++) {
        float row[INPUTS], target;
        for (size_t j = 0; j < INPUTS; j++) {
            row[j] = (float) (lnt_random_uniform(&random) * 2 - 1);
        }
        target = row[0] * row[1] + row[2];
        fwrite(row, sizeof row, 1, x);
        fwrite(&target, sizeof target, 1, y);
    }
    const int failed = ferror(x) | ferror(y);
    if (fclose(x) != 0 || fclose(y) != 0 || failed) {
        stop("the files cannot be written");
    }
}

/* Writes what is not written yet, and takes the file out of the page cache. */
static void forget(const char *path)
{
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fsync(file) != 0 || posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED) != 0) {
        stop("the page cache cannot be emptied");
    }
    close(file);
}

/* --- training --- */

typedef struct watch {
    const paths *cold; /* to be forgotten after each epoch; or NULL */
    size_t rows;
    double began;
} watch;

static bool tell(const lnt_fit_progress *progress, void *context)
{
    watch *w = context;
    if (progress->epoch_end) {
        const double seconds = now() - w->began;
        printf("epoch %zu  %8.0f rows/s  loss %.6f\n", progress->epoch, (double) w->rows / seconds,
               progress->train_loss);
        if (w->cold != NULL) {
            forget(w->cold->x);
            forget(w->cold->y);
        }
        w->began = now();
    }
    return true;
}

static lnt_net *make_net(void)
{
    const lnt_layer layers[] = {lnt_dense(HIDDEN, LNT_RELU), lnt_dense(1, LNT_IDENTITY)};
    const lnt_net_config config = {
        .dtype = LNT_F32, .inputs = INPUTS, .layers = layers, .n_layers = 2, .seed = 1};
    lnt_net *net = NULL;
    check(lnt_net_create(&net, &config), NULL);
    return net;
}

static lnt_fit_config settings(watch *w)
{
    lnt_fit_config config = lnt_fit_defaults();
    config.epochs = EPOCHS;
    config.batch_rows = BATCH;
    config.callback = tell;
    config.callback_context = w;
    return config;
}

static void train_in_memory(const paths *p)
{
    const lnt_read_options options = lnt_read_defaults();
    lnt_frame *x_frame, *y_frame;
    lnt_error error = {.status = LNT_OK};
    const double began = now();
    check(lnt_data_read(&x_frame, p->x, LNT_DATA_NPY, &options, &error), &error);
    check(lnt_data_read(&y_frame, p->y, LNT_DATA_NPY, &options, &error), &error);
    printf("read in %.2f s\n", now() - began);
    const lnt_tensor x = lnt_frame_values(x_frame), y = lnt_frame_values(y_frame);
    watch w = {.rows = x.rows, .began = now()};
    const lnt_fit_config config = settings(&w);
    lnt_net *net = make_net();
    check(lnt_fit(net, &x, &y, &config, NULL, &error), &error);
    lnt_net_destroy(net);
    lnt_frame_destroy(x_frame);
    lnt_frame_destroy(y_frame);
}

typedef struct files {
    lnt_row_reader *x;
    lnt_row_reader *y;
} files;

static lnt_status read_rows(void *context, size_t first, const lnt_tensor *x, const lnt_tensor *y,
                            const lnt_tensor *weights, lnt_error *error)
{
    files *f = context;
    (void) weights;
    LNT_TRY(lnt_row_reader_read(f->x, first, x, error));
    return lnt_row_reader_read(f->y, first, y, error);
}

static void train_from_file(const paths *p, size_t block_rows, bool cold)
{
    const lnt_read_options options = lnt_read_defaults();
    files f;
    lnt_error error = {.status = LNT_OK};
    if (cold) {
        forget(p->x);
        forget(p->y);
    }
    check(lnt_row_reader_open(&f.x, p->x, LNT_DATA_NPY, &options, &error), &error);
    check(lnt_row_reader_open(&f.y, p->y, LNT_DATA_NPY, &options, &error), &error);
    const lnt_data_source source = {.rows = lnt_row_reader_rows(f.x),
                                    .targets = 1,
                                    .block_rows = block_rows,
                                    .read = read_rows,
                                    .context = &f};
    watch w = {.cold = cold ? p : NULL, .rows = source.rows, .began = now()};
    const lnt_fit_config config = settings(&w);
    lnt_net *net = make_net();
    check(lnt_fit_source(net, &source, &config, NULL, &error), &error);
    lnt_net_destroy(net);
    lnt_row_reader_close(f.x);
    lnt_row_reader_close(f.y);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        stop("expected make FOLDER MEGABYTES, or memory, warm or cold FOLDER [BLOCK_ROWS]");
    }
    const paths p = paths_in(argv[2]);
    const size_t number = argc > 3 ? (size_t) strtoull(argv[3], NULL, 10) : 0;
    check(lnt_blas_set_threads(1), NULL);
    if (strcmp(argv[1], "make") == 0) {
        make(&p, (number > 0 ? number : 2000) * 1000000);
        return 0;
    }
    if (strcmp(argv[1], "memory") == 0) {
        train_in_memory(&p);
    } else {
        train_from_file(&p, number > 0 ? number : BLOCK_ROWS, strcmp(argv[1], "cold") == 0);
    }
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("at most %.1f MB in memory\n", (double) usage.ru_maxrss * 1024e-6);
    return 0;
}
