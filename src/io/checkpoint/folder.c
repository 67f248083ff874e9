/* SPDX-License-Identifier: MIT */
#include "base/arena.h"
#include "base/files/file_error.h"
#include "base/files/temporary_name.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linnet/checkpoint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define NUMBER_DIGITS 12
#define PREFIX "checkpoint-"
#define SUFFIX ".safetensors"
#define BAD_SUFFIX ".bad"
#define LOCK_NAME ".lock"
/* PREFIX, number, SUFFIX, BAD_SUFFIX and the terminator. */
#define NAME_LENGTH 64

static const uint64_t max_number = 999999999999;

struct lnt_checkpoint_folder {
    lnt_owner owner;
    lnt_allocator allocator;
    bool custom_allocator;
    size_t keep;
    int lock;    /* of the lock file */
    bool locked; /* false: this file system has no locks */
    char *file;  /* [path_length + 1 + NAME_LENGTH] buffer for the path of a file in the folder */
    char *path;
    char *stop; /* path of the stop file; all three are in the block of the struct */
};

static const lnt_allocator *allocator_of(const lnt_checkpoint_folder *folder)
{
    return folder->custom_allocator ? &folder->allocator : NULL;
}

/* The path of a file in the folder, valid until the next call. */
static const char *file_at(const lnt_checkpoint_folder *folder, const char *name)
{
    const size_t length = strlen(folder->path);
    memcpy(folder->file, folder->path, length);
    (void) snprintf(folder->file + length, NAME_LENGTH + 1, "/%s", name);
    return folder->file;
}

static void name_of(uint64_t number, char name[NAME_LENGTH])
{
    (void) snprintf(name, NAME_LENGTH, PREFIX "%0*" PRIu64 SUFFIX, NUMBER_DIGITS, number);
}

/* Whether `name` is the name of a checkpoint, and its number. */
static bool parse_name(const char *name, uint64_t *number)
{
    char same[NAME_LENGTH];
    const size_t prefix = strlen(PREFIX);
    if (strncmp(name, PREFIX, prefix) != 0 || name[prefix] < '0' || name[prefix] > '9') {
        return false;
    }
    *number = strtoull(name + prefix, NULL, 10);
    name_of(*number, same);
    return *number <= max_number && strcmp(same, name) == 0;
}

/* --- opening --- */

static lnt_status take_lock(lnt_checkpoint_folder *folder, lnt_error *error)
{
    do {
        folder->lock = open(file_at(folder, LOCK_NAME), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    } while (folder->lock < 0 && errno == EINTR);
    if (folder->lock < 0) {
        return lnt_file_fail_errno(error, folder->path, "be written to", errno);
    }
    int result;
    do {
        result = flock(folder->lock, LOCK_EX | LOCK_NB);
    } while (result != 0 && errno == EINTR);
    if (result != 0 && errno == EWOULDBLOCK) {
        return lnt_file_fail(error, LNT_ERR_BUSY, folder->path,
                             "another run has this folder of checkpoints open");
    }
    folder->locked = result == 0; /* other failures: a file system without locks */
    return LNT_OK;
}

/* Removes temporary files of processes that were killed while saving. The lock is held, so nobody
 * else saves here now. It is not an error if a file cannot be removed. */
static void remove_orphans(const lnt_checkpoint_folder *folder)
{
    DIR *directory = opendir(folder->path);
    for (const struct dirent *entry = directory != NULL ? readdir(directory) : NULL; entry != NULL;
         entry = readdir(directory)) {
        char name[NAME_MAX + 1];
        long process;
        uint64_t number;
        if (lnt_temporary_parse(entry->d_name, name, &process) && parse_name(name, &number) &&
            lnt_temporary_is_orphan(process)) {
            (void) unlinkat(dirfd(directory), entry->d_name, 0);
        }
    }
    if (directory != NULL) {
        (void) closedir(directory);
    }
}

static lnt_status open_and_lock(lnt_checkpoint_folder *folder, lnt_error *error)
{
    struct stat found;
    if (mkdir(folder->path, 0777) != 0 && errno != EEXIST) {
        return lnt_file_fail_errno(error, folder->path, "make this folder", errno);
    }
    if (stat(folder->path, &found) != 0) {
        return lnt_file_fail_errno(error, folder->path, "open", errno);
    }
    if (!S_ISDIR(found.st_mode)) {
        return lnt_file_fail(error, LNT_ERR_IO, folder->path, "expected a folder, found a file");
    }
    LNT_TRY(take_lock(folder, error));
    if (folder->locked) {
        remove_orphans(folder);
    }
    return LNT_OK;
}

lnt_status lnt_checkpoint_folder_open(lnt_checkpoint_folder **out, const char *path, size_t keep,
                                      const lnt_allocator *allocator, lnt_error *error)
{
    if (out == NULL || path == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "folder of checkpoints to open: an argument is NULL");
    }
    *out = NULL;
    if (keep < LNT_CHECKPOINT_MIN_KEEP || *path == '\0') {
        return lnt_fail(error, LNT_ERR_INVALID,
                        *path == '\0' ? "folder of checkpoints: its path is empty"
                                      : "checkpoints to keep: expected at least 2, found %zu",
                        keep);
    }
    const size_t length = strlen(path) + 1;
    lnt_checkpoint_folder *folder =
        lnt_allocate(allocator, sizeof *folder + 3 * length + 2 * (NAME_LENGTH + 1), 1);
    if (folder == NULL) {
        return lnt_file_fail_memory(error, path);
    }
    folder->owner = lnt_owner_of(allocator);
    if (allocator != NULL) {
        folder->allocator = *allocator;
        folder->custom_allocator = true;
    }
    folder->keep = keep;
    folder->lock = -1;
    folder->path = memcpy(folder + 1, path, length);
    folder->file = folder->path + length;
    folder->stop = folder->file + length + NAME_LENGTH + 1;
    memcpy(folder->stop, path, length - 1);
    memcpy(folder->stop + length - 1, "/" LNT_CHECKPOINT_STOP_FILE,
           sizeof "/" LNT_CHECKPOINT_STOP_FILE);
    const lnt_status status = open_and_lock(folder, error);
    if (status != LNT_OK) {
        lnt_checkpoint_folder_close(folder);
        return status;
    }
    *out = folder;
    return LNT_OK;
}

void lnt_checkpoint_folder_close(lnt_checkpoint_folder *folder)
{
    if (folder == NULL) {
        return;
    }
    if (folder->lock >= 0) {
        (void) close(folder->lock);
    }
    lnt_owner_release(folder->owner, folder);
}

/* --- listing --- */

/* Finds the largest number below `bound`; `*found` is false if there is none. */
static lnt_status newest_below(const lnt_checkpoint_folder *folder, uint64_t bound,
                               uint64_t *number, bool *found, lnt_error *error)
{
    *found = false;
    DIR *directory = opendir(folder->path);
    if (directory == NULL) {
        return lnt_file_fail_errno(error, folder->path, "open", errno);
    }
    for (;;) {
        uint64_t one;
        errno = 0; /* the previous name may have set it */
        const struct dirent *entry = readdir(directory);
        if (entry == NULL) {
            break;
        }
        if (parse_name(entry->d_name, &one) && one < bound && (!*found || one > *number)) {
            *number = one;
            *found = true;
        }
    }
    const int code = errno;
    (void) closedir(directory);
    return code == 0 ? LNT_OK : lnt_file_fail_errno(error, folder->path, "read", code);
}

/* Removes all but the newest `keep`. */
static void prune(const lnt_checkpoint_folder *folder)
{
    uint64_t number = max_number + 1;
    bool found = true;
    for (size_t i = 0; found; i++) {
        char name[NAME_LENGTH];
        if (newest_below(folder, number, &number, &found, NULL) != LNT_OK || !found) {
            return;
        }
        if (i >= folder->keep) {
            name_of(number, name);
            (void) unlink(file_at(folder, name));
        }
    }
}

lnt_status lnt_checkpoint_folder_save(lnt_checkpoint_folder *folder, uint64_t number,
                                      const lnt_checkpoint_content *content, lnt_error *error)
{
    if (folder == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "checkpoint to save: the folder is NULL");
    }
    if (number > max_number) {
        return lnt_file_fail(error, LNT_ERR_TOO_LARGE, folder->path,
                             "checkpoint number %" PRIu64 " is beyond %" PRIu64, number,
                             max_number);
    }
    char name[NAME_LENGTH];
    name_of(number, name);
    LNT_TRY(lnt_checkpoint_write(file_at(folder, name), content, error));
    prune(folder);
    return LNT_OK;
}

/* --- the newest valid checkpoint --- */

/* A corrupt file must not count as one of the kept checkpoints. */
static void mark_bad(const lnt_checkpoint_folder *folder, uint64_t number)
{
    char name[NAME_LENGTH], *path = folder->file;
    name_of(number, name);
    const size_t length = strlen(file_at(folder, name));
    char *bad_path = lnt_allocate(allocator_of(folder), length + sizeof BAD_SUFFIX, 1);
    if (bad_path != NULL) {
        (void) sprintf(bad_path, "%s" BAD_SUFFIX, path);
        (void) rename(path, bad_path);
    }
    lnt_release(allocator_of(folder), bad_path);
}

/* Renames the corrupt checkpoints between the valid one and the bound. */
static void mark_bad_between(const lnt_checkpoint_folder *folder, uint64_t good)
{
    uint64_t number = max_number + 1;
    bool found = true;
    while (found && newest_below(folder, number, &number, &found, NULL) == LNT_OK && found &&
           number > good) {
        mark_bad(folder, number);
    }
}

lnt_status lnt_checkpoint_folder_newest(lnt_checkpoint_folder *folder, lnt_checkpoint **checkpoint,
                                        uint64_t *number, lnt_error *skipped, lnt_error *error)
{
    if (folder == NULL || checkpoint == NULL || number == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "newest checkpoint: an argument is NULL");
    }
    *checkpoint = NULL;
    lnt_error first = {.status = LNT_OK};
    uint64_t bound = max_number + 1, one = 0;
    for (;;) {
        bool found;
        LNT_TRY(newest_below(folder, bound, &one, &found, error));
        if (!found) {
            if (first.status != LNT_OK && error != NULL) {
                *error = first;
            }
            return first.status;
        }
        char name[NAME_LENGTH];
        lnt_error why = {.status = LNT_OK};
        name_of(one, name);
        const lnt_status status =
            lnt_checkpoint_open(checkpoint, file_at(folder, name), allocator_of(folder), &why);
        if (status == LNT_OK) {
            break;
        }
        if (status != LNT_ERR_FORMAT) { /* it may be valid: a disk error, or no memory */
            if (error != NULL) {
                *error = why;
            }
            return status;
        }
        first = first.status == LNT_OK ? why : first;
        bound = one;
    }
    mark_bad_between(folder, one);
    *number = one;
    if (skipped != NULL) {
        *skipped = first;
    }
    return LNT_OK;
}

bool lnt_checkpoint_folder_stop_requested(lnt_checkpoint_folder *folder)
{
    if (folder == NULL || access(folder->stop, F_OK) != 0) {
        return false;
    }
    (void) unlink(folder->stop);
    return true;
}
