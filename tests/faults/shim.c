/* SPDX-License-Identifier: MIT */
/*
 * Put before the C library by LD_PRELOAD, fails chosen calls on the files of one folder, counts the
 * calls, and keeps a log of what they would leave on a disk. What it is told, by the environment:
 *
 *     FAULTS_FOLDER   the folder; calls on anything else are left alone
 *     FAULTS_CALL     open, read, write, fsync, rename, close, seek, or stat and readlink
 *     FAULTS_AT       which of these calls fails first, from 1; 0 or nothing: none
 *     FAULTS_ERROR    ENOSPC, EIO, EINTR; SHORT: fewer bytes than were asked for; FULL: likewise,
 *                     and ENOSPC from then on; SIGINT: an open succeeds, and the signal follows
 *     FAULTS_FOREVER  1: so do all after it. Interrupts are a hundred in a row then
 *     FAULTS_COUNTS   a file to which "CALL COUNT" lines are written at exit
 *     FAULTS_LOG      a file to which a line is added for each call that succeeds:
 *                     open FD CREATED PATH, write FD OFFSET HEX, fsync FD, close FD,
 *                     rename LENGTH OLD NEW, unlink PATH
 */
#undef _FILE_OFFSET_BITS
#define _GNU_SOURCE

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define MAX_FD 1024
#define INTERRUPTS 100

typedef enum call { OPEN, READ, WRITE, FSYNC, RENAME, CLOSE, SEEK, STAT, N_CALLS } call;

static const char *const call_names[N_CALLS] = {"open",   "read",  "write", "fsync",
                                                "rename", "close", "seek",  "stat"};

typedef enum fault { NONE, FAIL, SHORT, SIGNAL } fault;

static struct {
    const char *folder;
    call chosen;
    long at;
    bool for_ever;
    bool shorter;
    bool full;
    bool signal;
    int error;
    long counts[N_CALLS];
    int log;                      /* -1: none */
    char paths[MAX_FD][PATH_MAX]; /* of the descriptors in the folder; "" for others */
} faults = {.chosen = N_CALLS, .log = -1};

/* The C library's own function of that name. */
#define REAL(name) (__extension__(__typeof__(&(name))) real(#name))

static void *real(const char *name)
{
    void *function = dlsym(RTLD_NEXT, name);
    if (function == NULL) {
        abort();
    }
    return function;
}

__attribute__((constructor)) static void begin(void)
{
    const char *call_name = getenv("FAULTS_CALL"), *at = getenv("FAULTS_AT");
    const char *error = getenv("FAULTS_ERROR"), *for_ever = getenv("FAULTS_FOREVER");
    const char *log = getenv("FAULTS_LOG");
    faults.folder = getenv("FAULTS_FOLDER");
    faults.at = at != NULL ? strtol(at, NULL, 10) : 0;
    faults.for_ever = for_ever != NULL && strcmp(for_ever, "1") == 0;
    for (int i = 0; call_name != NULL && i < N_CALLS; i++) {
        if (strcmp(call_name, call_names[i]) == 0) {
            faults.chosen = (call) i;
        }
    }
    if (error != NULL) {
        faults.shorter = strcmp(error, "SHORT") == 0;
        faults.signal = strcmp(error, "SIGINT") == 0;
        faults.error = strcmp(error, "ENOSPC") == 0  ? ENOSPC
                       : strcmp(error, "EINTR") == 0 ? EINTR
                                                     : EIO;
    }
    if (log != NULL) {
        faults.log = REAL(openat)(AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
}

__attribute__((destructor)) static void end(void)
{
    const char *counts = getenv("FAULTS_COUNTS");
    FILE *file = counts != NULL ? fopen(counts, "w") : NULL;
    for (int i = 0; file != NULL && i < N_CALLS; i++) {
        fprintf(file, "%s %ld\n", call_names[i], faults.counts[i]);
    }
    if (file != NULL) {
        fclose(file);
    }
}

/* --- which calls are meant --- */

static bool is_ours(int fd)
{
    return fd >= 0 && fd < MAX_FD && faults.paths[fd][0] != '\0';
}

/* The path in full if it is in the folder; "" if not. */
static void resolve(int folder, const char *path, char full[PATH_MAX])
{
    full[0] = '\0';
    const size_t length = faults.folder != NULL ? strlen(faults.folder) : 0;
    if (length > 0 && strncmp(path, faults.folder, length) == 0 &&
        (path[length] == '/' || path[length] == '\0')) {
        (void) snprintf(full, PATH_MAX, "%s", path);
    } else if (path[0] != '/' && is_ours(folder)) {
        (void) snprintf(full, PATH_MAX, "%.*s/%s", PATH_MAX / 2, faults.paths[folder], path);
    }
}

/* Counts the call and says what shall become of it; sets errno. */
static fault next_fault(call which)
{
    const long n = ++faults.counts[which];
    if (which != faults.chosen || faults.at == 0 || n < faults.at ||
        (!faults.for_ever && !faults.full && n > faults.at) ||
        (faults.error == EINTR && n >= faults.at + INTERRUPTS)) {
        return NONE;
    }
    if (faults.signal) {
        return SIGNAL;
    }
    errno = faults.error;
    return faults.shorter || (faults.full && n == faults.at) ? SHORT : FAIL;
}

/* Half of it, or one byte for ever. */
static size_t shorter(size_t bytes)
{
    return bytes < 2 ? bytes : faults.for_ever ? 1 : bytes / 2;
}

/* --- the log --- */

static void note(const char *format, ...)
{
    char line[2 * PATH_MAX + 64];
    if (faults.log < 0) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (length < 0 || REAL(write)(faults.log, line, (size_t) length) != length) {
        abort();
    }
}

static void note_write(int fd, long long offset, const void *data, size_t bytes)
{
    const unsigned char *from = data;
    note("write %d %lld ", fd, offset);
    for (size_t i = 0; i < bytes && faults.log >= 0; i++) {
        note("%02x", from[i]);
    }
    note("\n");
}

/* --- open and close --- */

static int open_in(int folder, const char *path, int flags, mode_t mode)
{
    char full[PATH_MAX];
    resolve(folder, path, full);
    const fault found = full[0] != '\0' ? next_fault(OPEN) : NONE;
    if (found == FAIL) {
        return -1;
    }
    struct stat status;
    const bool exists = full[0] != '\0' && REAL(fstatat)(folder, path, &status, 0) == 0;
    const int fd = REAL(openat)(folder, path, flags | O_LARGEFILE, mode);
    if (fd >= 0 && fd < MAX_FD) {
        memcpy(faults.paths[fd], full, sizeof full);
        if (full[0] != '\0') {
            note("open %d %d %s\n", fd, !exists || (flags & O_TRUNC) != 0, full);
        }
    }
    if (found == SIGNAL) {
        (void) raise(SIGINT);
    }
    return fd;
}

static mode_t mode_of(int flags, va_list arguments)
{
    return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}

#define DEFINE_OPEN(name)                                                                          \
    int name(const char *path, int flags, ...)                                                     \
    {                                                                                              \
        va_list arguments;                                                                         \
        va_start(arguments, flags);                                                                \
        const mode_t mode = mode_of(flags, arguments);                                             \
        va_end(arguments);                                                                         \
        return open_in(AT_FDCWD, path, flags, mode);                                               \
    }
DEFINE_OPEN(open)
DEFINE_OPEN(open64)

#define DEFINE_OPENAT(name)                                                                        \
    int name(int folder, const char *path, int flags, ...)                                         \
    {                                                                                              \
        va_list arguments;                                                                         \
        va_start(arguments, flags);                                                                \
        const mode_t mode = mode_of(flags, arguments);                                             \
        va_end(arguments);                                                                         \
        return open_in(folder, path, flags, mode);                                                 \
    }
DEFINE_OPENAT(openat)
DEFINE_OPENAT(openat64)

/* The descriptor is gone, whatever is said. */
int close(int fd)
{
    const bool ours = is_ours(fd);
    const fault found = ours ? next_fault(CLOSE) : NONE;
    const int code = errno;
    const int result = REAL(close)(fd);
    if (ours) {
        faults.paths[fd][0] = '\0';
        note("close %d\n", fd);
    }
    errno = found == FAIL ? code : errno;
    return found == FAIL ? -1 : result;
}

/* --- reading --- */

ssize_t read(int fd, void *data, size_t bytes)
{
    const fault found = is_ours(fd) ? next_fault(READ) : NONE;
    return found == FAIL ? -1 : REAL(read)(fd, data, found == SHORT ? shorter(bytes) : bytes);
}

#define DEFINE_PREAD(name, offset_type)                                                            \
    ssize_t name(int fd, void *data, size_t bytes, offset_type offset)                             \
    {                                                                                              \
        const fault found = is_ours(fd) ? next_fault(READ) : NONE;                                 \
        return found == FAIL                                                                       \
                   ? -1                                                                            \
                   : REAL(name)(fd, data, found == SHORT ? shorter(bytes) : bytes, offset);        \
    }
DEFINE_PREAD(pread, off_t)
DEFINE_PREAD(pread64, off64_t)

#define DEFINE_SEEK(name, offset_type)                                                             \
    offset_type name(int fd, offset_type offset, int whence)                                       \
    {                                                                                              \
        return is_ours(fd) && next_fault(SEEK) == FAIL ? -1 : REAL(name)(fd, offset, whence);      \
    }
DEFINE_SEEK(lseek, off_t)
DEFINE_SEEK(lseek64, off64_t)

#define DEFINE_FSTAT(name, stat_type)                                                              \
    int name(int fd, struct stat_type *status)                                                     \
    {                                                                                              \
        return is_ours(fd) && next_fault(STAT) == FAIL ? -1 : REAL(name)(fd, status);              \
    }
DEFINE_FSTAT(fstat, stat)
DEFINE_FSTAT(fstat64, stat64)

#define DEFINE_FSTATAT(name, stat_type)                                                            \
    int name(int folder, const char *path, struct stat_type *status, int flags)                    \
    {                                                                                              \
        char full[PATH_MAX];                                                                       \
        resolve(folder, path, full);                                                               \
        return full[0] != '\0' && next_fault(STAT) == FAIL                                         \
                   ? -1                                                                            \
                   : REAL(name)(folder, path, status, flags);                                      \
    }
DEFINE_FSTATAT(fstatat, stat)
DEFINE_FSTATAT(fstatat64, stat64)

ssize_t readlinkat(int folder, const char *path, char *target, size_t size)
{
    char full[PATH_MAX];
    resolve(folder, path, full);
    return full[0] != '\0' && next_fault(STAT) == FAIL
               ? -1
               : REAL(readlinkat)(folder, path, target, size);
}

/* --- writing --- */

ssize_t write(int fd, const void *data, size_t bytes)
{
    const fault found = is_ours(fd) ? next_fault(WRITE) : NONE;
    if (found == FAIL) {
        return -1;
    }
    const long long offset = is_ours(fd) ? REAL(lseek64)(fd, 0, SEEK_CUR) : 0;
    const ssize_t n = REAL(write)(fd, data, found == SHORT ? shorter(bytes) : bytes);
    if (n > 0 && is_ours(fd)) {
        note_write(fd, offset, data, (size_t) n);
    }
    return n;
}

#define DEFINE_PWRITE(name, offset_type)                                                           \
    ssize_t name(int fd, const void *data, size_t bytes, offset_type offset)                       \
    {                                                                                              \
        const fault found = is_ours(fd) ? next_fault(WRITE) : NONE;                                \
        if (found == FAIL) {                                                                       \
            return -1;                                                                             \
        }                                                                                          \
        const ssize_t n = REAL(name)(fd, data, found == SHORT ? shorter(bytes) : bytes, offset);   \
        if (n > 0 && is_ours(fd)) {                                                                \
            note_write(fd, offset, data, (size_t) n);                                              \
        }                                                                                          \
        return n;                                                                                  \
    }
DEFINE_PWRITE(pwrite, off_t)
DEFINE_PWRITE(pwrite64, off64_t)

/* On files of the folder, the first part only: a short count that callers must be ready for. */
ssize_t writev(int fd, const struct iovec *parts, int count)
{
    return is_ours(fd) && count > 0 ? write(fd, parts[0].iov_base, parts[0].iov_len)
                                    : REAL(writev)(fd, parts, count);
}

#define DEFINE_SYNC(name)                                                                          \
    int name(int fd)                                                                               \
    {                                                                                              \
        if (is_ours(fd) && next_fault(FSYNC) == FAIL) {                                            \
            return -1;                                                                             \
        }                                                                                          \
        const int result = REAL(name)(fd);                                                         \
        if (result == 0 && is_ours(fd)) {                                                          \
            note("fsync %d\n", fd);                                                                \
        }                                                                                          \
        return result;                                                                             \
    }
DEFINE_SYNC(fsync)
DEFINE_SYNC(fdatasync)

/* --- names --- */

int renameat(int from, const char *old, int to, const char *new)
{
    char full[PATH_MAX], target[PATH_MAX];
    resolve(from, old, full);
    resolve(to, new, target);
    if (full[0] != '\0' && next_fault(RENAME) == FAIL) {
        return -1;
    }
    const int result = REAL(renameat)(from, old, to, new);
    if (result == 0 && full[0] != '\0') {
        note("rename %zu %s %s\n", strlen(full), full, target);
    }
    return result;
}

int rename(const char *old, const char *new)
{
    return renameat(AT_FDCWD, old, AT_FDCWD, new);
}

int unlinkat(int folder, const char *path, int flags)
{
    char full[PATH_MAX];
    resolve(folder, path, full);
    const int result = REAL(unlinkat)(folder, path, flags);
    if (result == 0 && full[0] != '\0') {
        note("unlink %s\n", full);
    }
    return result;
}

int unlink(const char *path)
{
    return unlinkat(AT_FDCWD, path, 0);
}
