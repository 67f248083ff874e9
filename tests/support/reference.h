/* SPDX-License-Identifier: MIT */
#ifndef TESTS_REFERENCE_SUPPORT_H
#define TESTS_REFERENCE_SUPPORT_H

/* The matrices that the scripts of tests/reference wrote; cases.py describes the format. */

#include "support/net.h"

#include <stdio.h>
#include <stdlib.h>

enum { MAX_MATRICES = 256 };

/* The matrices of one file. */
typedef struct reference_file {
    char path[512];
    size_t count;
    char names[MAX_MATRICES][64];
    lnt_tensor matrices[MAX_MATRICES];
} reference_file;

static inline void read_file(reference_file *file, const char *name)
{
    const char *root = getenv("LINNET_SOURCE_ROOT");
    snprintf(file->path, sizeof file->path, "%s/tests/reference/data/%s", root != NULL ? root : ".",
             name);
    FILE *stream = fopen(file->path, "r");
    cr_assert(stream != NULL, "%s cannot be opened", file->path);
    size_t rows, cols;
    file->count = 0;
    while (fscanf(stream, "%63s %zu %zu", file->names[file->count], &rows, &cols) == 3) {
        lnt_tensor *m = &file->matrices[file->count++];
        cr_assert(file->count < MAX_MATRICES, "%s has too many matrices", file->path);
        *m = matrix(LNT_F64, rows, cols);
        for (size_t k = 0; k < rows * cols; k++) {
            cr_assert(fscanf(stream, "%lf", (double *) m->data + k) == 1, "%s: %s is cut off",
                      file->path, file->names[file->count - 1]);
        }
    }
    cr_assert(feof(stream), "%s: malformed after %zu matrices", file->path, file->count);
    fclose(stream);
}

static inline const lnt_tensor *find(const reference_file *file, const char *name)
{
    for (size_t i = 0; i < file->count; i++) {
        if (strcmp(file->names[i], name) == 0) {
            return &file->matrices[i];
        }
    }
    cr_assert_fail("%s has no %s", file->path, name);
    return NULL;
}

static inline const lnt_tensor *find_numbered(const reference_file *file, const char *prefix,
                                              size_t i)
{
    char name[32];
    snprintf(name, sizeof name, "%s.%zu", prefix, i);
    return find(file, name);
}

#endif
