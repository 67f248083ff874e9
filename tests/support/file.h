/* SPDX-License-Identifier: MIT */
#ifndef TESTS_FILE_SUPPORT_H
#define TESTS_FILE_SUPPORT_H

/* A folder of its own for each test, and files in it as blocks of bytes. */

#include <criterion/criterion.h>
#include <dirent.h>
#include <linnet/status.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

static char test_folder[] = "/tmp/linnet-files-XXXXXX";

static inline void make_test_folder(void)
{
    cr_assert(mkdtemp(test_folder) != NULL);
    cr_assert(chmod(test_folder, 0755) == 0);
}

/* FOLDER/NAME; the caller frees it. */
static inline char *path_in(const char *folder, const char *name)
{
    const size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    cr_assert(path != NULL);
    snprintf(path, size, "%s/%s", folder, name);
    return path;
}

/* A path in the test's folder, one of sixteen that are kept. */
static inline const char *in_folder(const char *name)
{
    static char *kept[16];
    static size_t next;
    char **path = &kept[next++ % 16];
    free(*path);
    *path = path_in(test_folder, name);
    return *path;
}

/* Removes a tree of files, links and folders. */
static inline void remove_tree(const char *path)
{
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            char *child = path_in(path, entry->d_name);
            if (unlink(child) != 0) {
                remove_tree(child);
            }
            free(child);
        }
    }
    if (folder != NULL) {
        closedir(folder);
    }
    rmdir(path);
}

static inline void remove_test_folder(void)
{
    remove_tree(test_folder);
}

/* Names in the test's folder, . and .. not counted. */
static inline size_t files_in_folder(void)
{
    size_t count = 0;
    DIR *folder = opendir(test_folder);
    cr_assert(folder != NULL);
    while (readdir(folder) != NULL) {
        count++;
    }
    closedir(folder);
    return count - 2;
}

typedef struct bytes {
    unsigned char *data;
    size_t size;
} bytes;

static inline bytes read_bytes(const char *path)
{
    FILE *file = fopen(path, "rb");
    cr_assert(file != NULL, "%s cannot be opened", path);
    cr_assert(fseek(file, 0, SEEK_END) == 0);
    bytes b = {NULL, (size_t) ftell(file)};
    rewind(file);
    b.data = malloc(b.size + 1);
    cr_assert(b.data != NULL && fread(b.data, 1, b.size, file) == b.size);
    fclose(file);
    return b;
}

static inline void write_bytes(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    cr_assert(file != NULL, "%s cannot be made", path);
    cr_assert(size == 0 || fwrite(data, 1, size, file) == size);
    cr_assert(fclose(file) == 0);
}

static inline bool same_bytes(bytes a, bytes b)
{
    return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

/* What every sentence about a file must be: one line that names the file first, then says why. */
static inline void check_sentence(const lnt_error *error, lnt_status status, const char *path,
                                  const char *part)
{
    const char *message = error->message;
    const size_t length = strlen(message), prefix = strlen(path);
    cr_assert(error->status == status, "%s in the error", lnt_status_name(error->status));
    cr_assert(strncmp(message, path, prefix) == 0 && strncmp(message + prefix, ": ", 2) == 0 &&
                  length > prefix + 8,
              "%s: sentence is '%s'", path, message);
    cr_assert(strchr(message, '\n') == NULL && message[length - 1] != '.', "'%s'", message);
    const char *expected = part != NULL ? part : "";
    cr_assert(strstr(message, expected) != NULL, "'%s' does not say '%s'", message, expected);
}

/* Root may read and write all; nobody may not. Returns whether this process is now refused. */
static inline bool become_nobody(void)
{
    enum { NOBODY = 65534 };
    return geteuid() != 0 || seteuid(NOBODY) == 0;
}

/* Back to what it was, and to a process that a leak checker may look into. */
static inline void become_oneself(void)
{
    cr_assert(seteuid(getuid()) == 0);
    (void) prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

#endif
