/* SPDX-License-Identifier: MIT */
/* Checkpoints that fall due while one is being written, to a disk that takes its time. */
#include "support/file.h"
#include "support/fit.h"

#include <pthread.h>
#include <time.h>

TestSuite(writer, .init = make_test_folder, .fini = remove_test_folder);

enum { BATCHES = 5, EPOCHS = 10, STEPS = EPOCHS * BATCHES, RELEASE = 21, NEXT = 25 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool released;
static size_t syncs;

/* In the C library's place: the first save does not end before it is released. */
int fsync(int fd)
{
    (void) fd;
    pthread_mutex_lock(&mutex);
    while (!released) {
        pthread_cond_wait(&changed, &mutex);
    }
    syncs++;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
    return 0;
}

static void pause_for(long milliseconds)
{
    const struct timespec time = {0, milliseconds * 1000000};
    nanosleep(&time, NULL);
}

/* Training comes this far while the first save stands; then that ends, of the file and its folder.
 */
static bool let_go(const lnt_fit_progress *progress, void *context)
{
    (void) context;
    if (progress->steps >= RELEASE) {
        pthread_mutex_lock(&mutex);
        released = true;
        pthread_cond_broadcast(&changed);
        while (syncs < 2) {
            pthread_cond_wait(&changed, &mutex);
        }
        pthread_mutex_unlock(&mutex);
        pause_for(5);
    }
    return true;
}

/* The numbers of the checkpoints in a folder, ascending. */
static size_t numbers_in(const char *folder, size_t numbers[STEPS + 1])
{
    size_t count = 0;
    for (size_t n = 0; n <= STEPS; n++) {
        char name[64];
        snprintf(name, sizeof name, "checkpoint-%012zu.safetensors", n);
        char *path = path_in(folder, name);
        if (access(path, F_OK) == 0) {
            numbers[count++] = n;
        }
        free(path);
    }
    return count;
}

/*
 * One that is due is not lost, nor left until the next is due: it is of the first step after the
 * writer was free. Those after it are at least `least` steps apart.
 */
static void check(lnt_checkpoint_config checkpoint, size_t first, size_t least)
{
    size_t numbers[STEPS + 1];
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_fit_config config = settings();
    config.epochs = EPOCHS;
    config.batch_rows = ROWS / BATCHES;
    config.callback = let_go;
    checkpoint.directory = in_folder("run");
    checkpoint.keep = STEPS;
    config.checkpoint = checkpoint;
    lnt_error error = {LNT_OK, ""};
    assert_status(lnt_fit(net, &x, &y, &config, NULL, &error), LNT_OK, "%s", error.message);
    const size_t count = numbers_in(checkpoint.directory, numbers);
    assert_ge(count, 4, "%zu checkpoints", count);
    assert_eq(numbers[0], first, "the first is %zu", numbers[0]);
    assert_ge(numbers[1], RELEASE, "the second is %zu", numbers[1]);
    assert_lt(numbers[1], NEXT, "the second is %zu", numbers[1]);
    assert_eq(numbers[count - 1], STEPS, "the last is %zu", numbers[count - 1]);
    for (size_t i = 2; i + 1 < count; i++) {
        assert_ge(numbers[i] - numbers[i - 1], least, "%zu and %zu", numbers[i - 1], numbers[i]);
    }
    lnt_net_destroy(net);
}

Test(writer, steps)
{
    check((lnt_checkpoint_config){.every_steps = 5}, 5, 5);
}

Test(writer, epochs)
{
    check((lnt_checkpoint_config){.every_epochs = 1}, BATCHES, 1);
}

Test(writer, seconds)
{
    check((lnt_checkpoint_config){.every_seconds = 1e-9}, 1, 1);
}

/* --- by the clock --- */

/* What the saver sees after each step, and where it looks twice, at the end of an epoch. */
static double first_look[STEPS + 1], last_look[STEPS + 1];

/* Five milliseconds a step. */
static bool take_time(const lnt_fit_progress *progress, void *context)
{
    (void) context;
    pthread_mutex_lock(&mutex);
    released = true;
    pthread_mutex_unlock(&mutex);
    last_look[progress->steps] = progress->seconds;
    if (!progress->epoch_end) {
        first_look[progress->steps] = progress->seconds;
    }
    pause_for(5);
    return true;
}

/* The first is of the first step after so many seconds, and each later one so many after it. */
Test(writer, seconds_pass_between_two)
{
    const double every = 0.04;
    size_t numbers[STEPS + 1], due = 1;
    lnt_tensor x, y;
    regression(LNT_F64, &x, &y);
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_fit_config config = settings();
    config.epochs = EPOCHS;
    config.batch_rows = ROWS / BATCHES;
    config.callback = take_time;
    config.checkpoint = (lnt_checkpoint_config){
        .directory = in_folder("run"), .every_seconds = every, .keep = STEPS};
    OK(lnt_fit(net, &x, &y, &config, NULL, NULL));
    const size_t count = numbers_in(config.checkpoint.directory, numbers);
    while (due < STEPS && last_look[due] < every) {
        due++;
    }
    assert_ge(count, 3, "%zu checkpoints", count);
    assert_eq(numbers[0], due, "the first is %zu, expected %zu", numbers[0], due);
    for (size_t i = 1; i + 1 < count; i++) {
        const double since = last_look[numbers[i]] - first_look[numbers[i - 1]];
        assert_ge(since, every, "%zu and %zu", numbers[i - 1], numbers[i]);
    }
    lnt_net_destroy(net);
}
