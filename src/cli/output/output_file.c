/* SPDX-License-Identifier: MIT */
#include "cli/output/output_file.h"

#include "cli/output/exit_status.h"
#include "cli/output/interrupt.h"
#include "cli/output/messages.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool lnt_cli_is_standard(const char *path)
{
    return path != NULL && strcmp(path, LNT_CLI_STANDARD) == 0;
}

int lnt_cli_outfiles_usage(const lnt_cli_outfile *files, size_t count)
{
    const lnt_cli_outfile *first = NULL;
    for (size_t i = 0; i < count; i++) {
        if (!lnt_cli_is_standard(files[i].path)) {
            continue;
        }
        if (first != NULL) {
            return lnt_cli_usage_error("option --%s: standard output ('-') is the output of --%s",
                                       files[i].option, first->option);
        }
        first = &files[i];
        if (first->binary && isatty(STDOUT_FILENO)) {
            return lnt_cli_usage_error(
                "option --%s: standard output is a terminal: expected a file or "
                "a pipe for binary data",
                first->option);
        }
    }
    return LNT_CLI_DONE;
}

FILE *lnt_cli_outfiles_summary(const lnt_cli_outfile *files, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (lnt_cli_is_standard(files[i].path)) {
            return stderr;
        }
    }
    return stdout;
}

/* Whether there is such an input, and it is the file that `path` is. It may be "FILE.npz:NAME". */
static bool is_input(const char *path, const char *input)
{
    if (access(input, F_OK) == 0) {
        return lnt_file_same(path, input);
    }
    const char *colon = strrchr(input, ':');
    char *file = colon != NULL ? strndup(input, (size_t) (colon - input)) : NULL;
    const bool same = file != NULL && access(file, F_OK) == 0 && lnt_file_same(path, file);
    free(file);
    return same;
}

/* The library's sentence does not name the folder. */
static lnt_status check_folder(const char *path, lnt_error *error)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash != NULL ? strndup(path, (size_t) (slash - path + 1)) : NULL;
    const bool missing = folder != NULL && access(folder, F_OK) != 0 && errno == ENOENT;
    const lnt_status status =
        missing ? lnt_fail(error, LNT_ERR_IO, "%s: cannot be written: there is no folder '%s'",
                           path, folder)
                : LNT_OK;
    free(folder);
    return status;
}

static lnt_status check_one(const lnt_cli_outfile *file, const char *const *inputs, size_t n_inputs,
                            lnt_error *error)
{
    struct stat there;
    const bool exists = stat(file->path, &there) == 0;
    if (exists && file->direct && !S_ISREG(there.st_mode) && !S_ISDIR(there.st_mode)) {
        return LNT_OK;
    }
    for (size_t i = 0; i < n_inputs && exists && S_ISREG(there.st_mode); i++) {
        if (inputs[i] != NULL && inputs[i] != file->replaces && is_input(file->path, inputs[i])) {
            return lnt_fail(error, LNT_ERR_IO, "%s: is an input too, and would be overwritten",
                            file->path);
        }
    }
    LNT_TRY(check_folder(file->path, error));
    lnt_cli_interrupt_hold(); /* the check makes a file and removes it */
    const lnt_status status = lnt_file_check_writable(file->path, error);
    lnt_cli_interrupt_release();
    return status;
}

static bool is_link(const char *path)
{
    struct stat there;
    return lstat(path, &there) == 0 && (S_ISLNK(there.st_mode) || there.st_nlink > 1);
}

static lnt_status check_pair(const lnt_cli_outfile *first, const lnt_cli_outfile *second,
                             lnt_error *error)
{
    /* The members of an ensemble have names of their own, and can only meet by links. */
    const bool members = strcmp(first->option, second->option) == 0;
    if (members && !is_link(first->path) && !is_link(second->path)) {
        return LNT_OK;
    }
    if (!lnt_file_same(first->path, second->path)) {
        return LNT_OK;
    }
    if (members) {
        return lnt_fail(error, LNT_ERR_INVALID, "%s: is the name of two files of --%s",
                        second->path, first->option);
    }
    return lnt_fail(error, LNT_ERR_INVALID, "%s: is the output of two options, --%s and --%s",
                    second->path, first->option, second->option);
}

static bool is_file(const lnt_cli_outfile *file)
{
    return file->path != NULL && !lnt_cli_is_standard(file->path);
}

lnt_status lnt_cli_outfiles_check(const lnt_cli_outfile *files, size_t count,
                                  const char *const *inputs, size_t n_inputs, lnt_error *error)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i && is_file(&files[i]); j++) {
            if (is_file(&files[j])) {
                LNT_TRY(check_pair(&files[j], &files[i], error));
            }
        }
        if (is_file(&files[i])) {
            LNT_TRY(check_one(&files[i], inputs, n_inputs, error));
        }
    }
    return LNT_OK;
}

/* Whether the folder may make, rename or remove a file of that name. */
static bool is_of_checkpoints(const char *name)
{
    return strncmp(name, "checkpoint-", strlen("checkpoint-")) == 0 || strcmp(name, ".lock") == 0 ||
           strcmp(name, LNT_CHECKPOINT_STOP_FILE) == 0;
}

static lnt_status check_checkpoint(const lnt_cli_outfile *file, const char *folder,
                                   lnt_error *error)
{
    if (lnt_file_same(file->path, folder)) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "%s: is the output of two options, --checkpoint and --%s", file->path,
                        file->option);
    }
    const char *slash = strrchr(file->path, '/');
    const char *name = slash != NULL ? slash + 1 : file->path;
    if (!is_of_checkpoints(name)) {
        return LNT_OK;
    }
    const size_t size = strlen(folder) + strlen(name) + 2;
    char *own = malloc(size);
    if (own == NULL) {
        return lnt_fail(error, LNT_ERR_MEMORY, "out of memory");
    }
    (void) snprintf(own, size, "%s/%s", folder, name);
    const bool same = lnt_file_same(file->path, own);
    free(own);
    return same ? lnt_fail(error, LNT_ERR_INVALID,
                           "%s: is a file of the checkpoints in %s: expected another name",
                           file->path, folder)
                : LNT_OK;
}

lnt_status lnt_cli_outfiles_check_checkpoints(const lnt_cli_outfile *files, size_t count,
                                              const char *folder, lnt_error *error)
{
    for (size_t i = 0; i < count && folder != NULL; i++) {
        if (is_file(&files[i])) {
            LNT_TRY(check_checkpoint(&files[i], folder, error));
        }
    }
    return LNT_OK;
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
        const char *slash = strrchr(paths[i], '/');
        const size_t length = slash != NULL ? (size_t) (slash - paths[i]) : 0;
        if (length + 3 > sizeof folders[i]) {
            return LNT_OK; /* too long for any file to be there */
        }
        (void) snprintf(folders[i], sizeof folders[i], "%.*s%s.", (int) length, paths[i],
                        slash != NULL ? "/" : "");
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
