/* SPDX-License-Identifier: MIT */
#ifndef TESTS_FUZZ_FOLDER_H
#define TESTS_FUZZ_FOLDER_H

/* Inputs as the files of a folder, for what reads several. Needs _GNU_SOURCE. */

#include "fuzz_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static char fuzz_folder_path[] = "/dev/shm/linnet-fuzz-XXXXXX";

static inline void fuzz_folder_empty(void)
{
    DIR *folder = opendir(fuzz_folder_path);
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            fuzz_require(unlinkat(dirfd(folder), entry->d_name, 0) == 0, "a file stays");
        }
    }
    if (folder != NULL) {
        closedir(folder);
    }
}

static inline void fuzz_folder_remove(void)
{
    fuzz_folder_empty();
    rmdir(fuzz_folder_path);
}

/* The path of an empty folder in memory; it is the same folder at each call, emptied. */
static inline const char *fuzz_folder(void)
{
    static int made;
    if (!made) {
        fuzz_require(mkdtemp(fuzz_folder_path) != NULL, "no folder in memory");
        atexit(fuzz_folder_remove);
        made = 1;
    }
    fuzz_folder_empty();
    return fuzz_folder_path;
}

/* Puts a file into it. */
static inline void fuzz_folder_put(const char *name, const uint8_t *data, size_t size)
{
    const int folder = open(fuzz_folder_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const int fd = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    fuzz_require(folder >= 0 && fd >= 0, "no file in the folder");
    for (size_t done = 0; done < size;) {
        const ssize_t n = write(fd, data + done, size - done);
        fuzz_require(n > 0, "the file cannot be written");
        done += (size_t) n;
    }
    close(fd);
    close(folder);
}

/* Cuts the next part off the input: two bytes of length, little-endian, and so many bytes. */
static inline const uint8_t *fuzz_part(const uint8_t **data, size_t *size, size_t *part)
{
    size_t wanted = *size >= 2 ? (size_t) (*data)[0] | (size_t) (*data)[1] << 8u : 0;
    const size_t header = *size >= 2 ? 2 : *size;
    *data += header;
    *size -= header;
    *part = wanted < *size ? wanted : *size;
    const uint8_t *const begin = *data;
    *data += *part;
    *size -= *part;
    return begin;
}

#endif
