/* SPDX-License-Identifier: MIT */
#ifndef TESTS_FUZZ_FILE_H
#define TESTS_FUZZ_FILE_H

/* What a fuzz target defines, and an input as a file in memory. Needs _GNU_SOURCE. */

#include <linnet/status.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

/* The target: reads the bytes as one file's. Returns 0; a fault ends the process. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the process, as a fault that the fuzzer keeps, if `condition` does not hold. */
static inline void fuzz_require(int condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "fuzz: %s\n", what);
        abort();
    }
}

/* The path of a regular file with these bytes; it is the same file at each call. */
static inline const char *fuzz_file(const uint8_t *data, size_t size)
{
    static char path[32];
    static int fd = -1;
    if (fd < 0) {
        fd = memfd_create("fuzz", MFD_CLOEXEC);
        fuzz_require(fd >= 0, "no file in memory");
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    fuzz_require(ftruncate(fd, 0) == 0, "the file cannot be emptied");
    for (size_t done = 0; done < size;) {
        const ssize_t n = pwrite(fd, data + done, size - done, (off_t) done);
        fuzz_require(n > 0, "the file cannot be written");
        done += (size_t) n;
    }
    fuzz_require(lseek(fd, 0, SEEK_SET) == 0, "the file cannot be rewound");
    return path;
}

/* What a sentence about a file must be: one line that begins with the path and says more. */
static inline void fuzz_sentence(const lnt_error *error, lnt_status status, const char *path)
{
    const size_t length = strlen(path);
    fuzz_require(error->status == status, "the error has another status");
    fuzz_require(strncmp(error->message, path, length) == 0 && strlen(error->message) > length + 4,
                 "the sentence does not name the file");
    fuzz_require(strchr(error->message, '\n') == NULL, "the sentence has several lines");
}

#endif
