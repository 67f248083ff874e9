/* SPDX-License-Identifier: MIT */
#include "outfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Makes a file beside `path` and takes it away: access() would not tell of a full or odd disk. */
static lnt_status try_folder(const char *path, lnt_error *error)
{
    const char *slash = strrchr(path, '/');
    const int folder = slash == NULL ? 0 : (int) (slash - path + 1);
    const char *name = slash == NULL ? path : slash + 1;
    const size_t size = strlen(path) + sizeof "..XXXXXX";
    char *probe = malloc(size);
    if (probe == NULL) {
        return lnt_fail(error, LNT_ERR_MEMORY, "out of memory");
    }
    snprintf(probe, size, "%.*s.%s.XXXXXX", folder, path, name);
    const int file = mkstemp(probe);
    const int reason = errno;
    if (file >= 0) {
        close(file);
        unlink(probe);
    }
    free(probe);
    if (file < 0 && reason == ENOENT && folder > 0) {
        return lnt_fail(error, LNT_ERR_IO, "%s: cannot be written: there is no folder '%.*s'", path,
                        folder, path);
    }
    return file >= 0
               ? LNT_OK
               : lnt_fail(error, LNT_ERR_IO, "%s: cannot be written: %s", path, strerror(reason));
}

/* An input may be "FILE.npz:NAME". */
static bool find_input(const char *path, struct stat *input)
{
    if (stat(path, input) == 0) {
        return true;
    }
    const char *colon = strrchr(path, ':');
    char *file = colon != NULL ? strndup(path, (size_t) (colon - path)) : NULL;
    const bool found = file != NULL && stat(file, input) == 0;
    free(file);
    return found;
}

lnt_status lnt_cli_outfile_check(const char *path, bool replaced, const char *const *inputs,
                                 lnt_error *error)
{
    struct stat there;
    if (stat(path, &there) != 0) {
        return try_folder(path, error);
    }
    if (!replaced && !S_ISREG(there.st_mode) && !S_ISDIR(there.st_mode)) {
        return LNT_OK;
    }
    if (!S_ISREG(there.st_mode)) {
        return lnt_fail(error, LNT_ERR_IO, "%s: cannot be written: it is %s", path,
                        S_ISDIR(there.st_mode) ? "a folder" : "no regular file");
    }
    for (size_t i = 0; inputs[i] != NULL; i++) {
        struct stat input;
        if (find_input(inputs[i], &input) && input.st_dev == there.st_dev &&
            input.st_ino == there.st_ino) {
            return lnt_fail(error, LNT_ERR_IO, "%s: is read too, and would be overwritten", path);
        }
    }
    return try_folder(path, error);
}

/* Bytes of the folder's part of a path. */
static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? (size_t) (slash - path) : 0;
}

static bool ends_with(const char *path, const char *ending)
{
    const size_t length = strlen(path), end = strlen(ending);
    return length >= end && strcmp(path + length - end, ending) == 0;
}

lnt_status lnt_cli_outfile_check_shards(const char *path, const char *model, lnt_error *error)
{
    struct stat one, other;
    char folders[2][4096];
    const char *const paths[] = {path, model};
    if (path == NULL || !ends_with(model, ".json") || !ends_with(path, ".safetensors") ||
        stat(path, &one) != 0) {
        return LNT_OK;
    }
    for (size_t i = 0; i < 2; i++) {
        const size_t length = folder_length(paths[i]);
        if (length + 3 > sizeof folders[i]) {
            return LNT_OK; /* too long for any file to be there */
        }
        (void) snprintf(folders[i], sizeof folders[i], "%.*s/.", (int) length,
                        length > 0 ? paths[i] : ".");
        if (length == 0) {
            (void) strcpy(folders[i], paths[i][0] == '/' ? "/." : ".");
        }
    }
    if (stat(folders[0], &one) == 0 && stat(folders[1], &other) == 0 &&
        one.st_dev == other.st_dev && one.st_ino == other.st_ino) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "%s: is in the folder of the shards that %s names, and may be one: "
                        "expected another name or folder",
                        path, model);
    }
    return LNT_OK;
}
