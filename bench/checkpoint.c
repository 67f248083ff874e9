/* SPDX-License-Identifier: MIT */
/*
 * Checkpoints of 100 MB beside a plain write of as many bytes, a megabyte at a time, and fsync, as
 * `dd bs=1M conv=fsync` does it; and how long a training run waits for one, beside a copy of its
 * state in memory. A megabyte is 10^6 bytes.
 */
#include "program.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int megabytes = 100;
static char *folder = NULL;

static struct poptOption own_options[] = {
    {"megabytes", '\0', POPT_ARG_INT | POPT_ARGFLAG_SHOW_DEFAULT, &megabytes, 0,
     "Bytes of the parameters", "N"},
    {"folder", '\0', POPT_ARG_STRING, &folder, 0, "Where to write (default: /tmp)", "FOLDER"},
    POPT_TABLEEND};

static const lnt_bench_program program = {
    .name = "bench_checkpoint",
    .summary = "Writes checkpoints beside plain files",
    .options = own_options,
    .rounds = 9,
    .seconds = 2,
};

enum { COLS = 1000 };

typedef struct job {
    char path[256]; /* a folder */
    char file[300];
    lnt_tensor state;
    lnt_checkpoint_folder *checkpoints;
    uint64_t number;
} job;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double) time.tv_sec + 1e-9 * (double) time.tv_nsec;
}

static size_t bytes_of(const lnt_tensor *t)
{
    return t->rows * t->cols * lnt_dtype_size(t->dtype);
}

/* A new file each time, as a checkpoint is. */
static void write_plain(void *context, size_t calls)
{
    const job *j = context;
    while (calls-- > 0) {
        unlink(j->file);
        const int file = open(j->file, O_WRONLY | O_CREAT | O_TRUNC, 0666);
        for (size_t done = 0; done < bytes_of(&j->state);) {
            const size_t left = bytes_of(&j->state) - done, most = (size_t) 1 << 20;
            const ssize_t n =
                write(file, (const char *) j->state.data + done, left < most ? left : most);
            if (n <= 0) {
                lnt_bench_fail("the file cannot be written");
            }
            done += (size_t) n;
        }
        if (fsync(file) != 0 || close(file) != 0) {
            lnt_bench_fail("the file cannot be written to the disk");
        }
    }
}

static void write_checkpoint(void *context, size_t calls)
{
    job *j = context;
    const lnt_checkpoint_item item = {"net", j->state};
    const lnt_checkpoint_content content = {.items = &item, .n_items = 1};
    while (calls-- > 0) {
        lnt_error error = {.message = ""};
        lnt_bench_check(lnt_checkpoint_folder_save(j->checkpoints, ++j->number, &content, &error),
                        error.message);
    }
}

static void print_writing(lnt_bench *bench, job *j)
{
    const lnt_bench_contender contenders[] = {{write_plain, j}, {write_checkpoint, j}};
    lnt_bench_figures figures[2];
    char plain[16], time[16];
    const size_t rounds = lnt_bench_measure(contenders, 2, &bench->plan, figures);
    printf("%zu bytes: write and fsync %s, checkpoint %s, %.2f times as long (%.2f to %.2f)\n",
           bytes_of(&j->state), lnt_bench_time(figures[0].seconds.median, plain),
           lnt_bench_time(figures[1].seconds.median, time), figures[1].ratio.median,
           figures[1].ratio.low, figures[1].ratio.high);
    fflush(stdout);
    lnt_bench_add(bench, json_pack("{s:s, s:I, s:I, s:o, s:o, s:o}", "what", "writing", "bytes",
                                   (json_int_t) bytes_of(&j->state), "rounds", (json_int_t) rounds,
                                   "plain_seconds", lnt_bench_json(&figures[0].seconds, 1),
                                   "seconds", lnt_bench_json(&figures[1].seconds, 1), "ratio",
                                   lnt_bench_json(&figures[1].ratio, 1)));
}

/* --- the run's side --- */

enum { STEPS = 30, EVERY = 10 };

typedef struct watch {
    double last;
    double with[STEPS], without[STEPS]; /* seconds of steps */
    size_t n_with, n_without;
} watch;

/* A checkpoint is begun behind the callback of its step: the time until the next one has it. */
static bool note(const lnt_fit_progress *progress, void *context)
{
    watch *w = context;
    const double time = now();
    if (progress->epoch_end) {
        return true;
    }
    if (progress->steps > 2) {
        const bool with = (progress->steps - 1) % EVERY == 0;
        (with ? w->with : w->without)[with ? w->n_with++ : w->n_without++] = time - w->last;
    }
    w->last = time;
    return true;
}

/* The median of copies of the whole state into memory that was touched. */
static double copy_seconds(const lnt_tensor *state)
{
    enum { TIMES = 5 };
    double seconds[TIMES];
    char *to = lnt_bench_allocate(bytes_of(state), 1);
    memcpy(to, state->data, bytes_of(state));
    for (size_t i = 0; i < TIMES; i++) {
        const double begin = now();
        memcpy(to, state->data, bytes_of(state));
        seconds[i] = now() - begin;
    }
    free(to);
    return lnt_bench_spread_of(seconds, TIMES).median;
}

static void print_pause(lnt_bench *bench, const job *j)
{
    const size_t hidden = bytes_of(&j->state) / sizeof(float) / (2 * COLS);
    const lnt_layer layers[] = {lnt_dense(hidden, LNT_RELU), lnt_dense(COLS, LNT_IDENTITY)};
    const lnt_net_config config = {
        .dtype = LNT_F32, .inputs = COLS, .layers = layers, .n_layers = 2, .seed = 1};
    lnt_net *net = NULL;
    lnt_bench_check(lnt_net_create(&net, &config), "lnt_net_create");
    float *data = lnt_bench_allocate((size_t) STEPS * COLS, sizeof *data);
    lnt_tensor x = lnt_tensor_f32(data, STEPS, COLS);
    lnt_bench_randomise(&x, 1);
    watch w = {.last = 0};
    lnt_fit_config fit = lnt_fit_defaults();
    fit.epochs = 1;
    fit.batch_rows = 1;
    fit.optim = lnt_optim_defaults(LNT_SGD);
    fit.optim.learning_rate = 1e-6;
    fit.callback = note;
    fit.callback_context = &w;
    fit.checkpoint.directory = j->file;
    fit.checkpoint.every_steps = EVERY;
    lnt_error error = {.message = ""};
    lnt_bench_check(lnt_fit(net, &x, &x, &fit, NULL, &error), error.message);
    const lnt_tensor state = lnt_net_state_vector_read_only(net);
    const double copy = copy_seconds(&state);
    const double with = lnt_bench_spread_of(w.with, w.n_with).median;
    const double without = lnt_bench_spread_of(w.without, w.n_without).median;
    char text[4][16];
    printf("a step takes %s, with a checkpoint %s: it waits %s; one copy of the state takes %s\n",
           lnt_bench_time(without, text[0]), lnt_bench_time(with, text[1]),
           lnt_bench_time(with - without, text[2]), lnt_bench_time(copy, text[3]));
    lnt_bench_add(bench, json_pack("{s:s, s:f, s:f, s:f}", "what", "pause", "step_seconds", without,
                                   "checkpoint_step_seconds", with, "copy_seconds", copy));
    free(data);
    lnt_net_destroy(net);
}

static void remove_all(const job *j)
{
    char command[600];
    snprintf(command, sizeof command, "rm -rf '%s'", j->path);
    if (system(command) != 0) {
        fprintf(stderr, "%s stays\n", j->path);
    }
}

int main(int argc, char **argv)
{
    lnt_bench bench;
    lnt_bench_read(&bench, &program, argc, (const char **) argv);
    if (megabytes < 1 || megabytes > 10000) {
        lnt_bench_misuse("option --megabytes: expected 1 to 10000, found %d", megabytes);
    }
    lnt_bench_begin(&bench);
    job j = {.number = 0};
    snprintf(j.path, sizeof j.path, "%.200s/linnet-bench-XXXXXX", folder != NULL ? folder : "/tmp");
    if (mkdtemp(j.path) == NULL) {
        lnt_bench_fail("%s: cannot be made", j.path);
    }
    snprintf(j.file, sizeof j.file, "%s/plain", j.path);
    const size_t rows = (size_t) megabytes * 1000000 / sizeof(float) / COLS;
    j.state = lnt_tensor_f32(lnt_bench_allocate(rows * COLS, sizeof(float)), rows, COLS);
    lnt_bench_randomise(&j.state, 1);
    lnt_bench_check(lnt_checkpoint_folder_open(&j.checkpoints, j.path, 2, NULL, NULL), "folder");
    print_writing(&bench, &j);
    lnt_checkpoint_folder_close(j.checkpoints);
    unlink(j.file);
    print_pause(&bench, &j);
    remove_all(&j);
    free(j.state.data);
    return lnt_bench_end(&bench);
}
