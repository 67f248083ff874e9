/* SPDX-License-Identifier: MIT */
#include "cli/output/save.h"

#include "cli/output/interrupt.h"
#include "cli/output/output_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAMES_TRIED 100
#define NAME_KEPT 200 /* bytes of the name in another one, so that it is not too long */
#define ENDING_KEPT 30
#define COPY_BYTES 65536

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    return lnt_cli_is_standard(path) || name[0] == '\0' ? "output" : name;
}

/* --- the temporary folder --- */

/* A new folder in `parent`, for this user alone; NULL with errno. */
static char *make_folder_in(const char *parent)
{
    static const char ending[] = "/linnet-XXXXXX";
    const size_t size = strlen(parent) + sizeof ending;
    char *folder = malloc(size);
    if (folder == NULL) {
        errno = ENOMEM;
        return NULL;
    }
    (void) snprintf(folder, size, "%s%s", parent, ending);
    if (mkdtemp(folder) == NULL) {
        const int code = errno;
        free(folder);
        errno = code;
        return NULL;
    }
    return folder;
}

static char *make_folder(void)
{
    const char *parent = getenv("TMPDIR");
    char *folder = parent != NULL && parent[0] == '/' ? make_folder_in(parent) : NULL;
    return folder != NULL ? folder : make_folder_in("/tmp");
}

static lnt_status fail(const char *what, lnt_error *error)
{
    return lnt_fail(error, LNT_ERR_IO, "%s: %s", what, strerror(errno));
}

/* Writes the file of that name into a new folder; its path, or NULL with nothing left. */
static lnt_status write_temporary(const char *name, lnt_cli_writer *write, const void *context,
                                  char **path, lnt_error *error)
{
    char *folder = make_folder();
    *path = NULL;
    if (folder == NULL) {
        return fail("cannot make a folder in the temporary folder", error);
    }
    const size_t size = strlen(folder) + strlen(name) + 2;
    char *file = malloc(size);
    lnt_status status = LNT_ERR_MEMORY;
    if (file != NULL) {
        (void) snprintf(file, size, "%s/%s", folder, name);
        status = write(context, file, error);
    }
    if (status == LNT_OK) {
        *path = file;
    } else {
        (void) rmdir(folder);
        free(file);
    }
    free(folder);
    return status;
}

static void remove_temporary(char *path)
{
    (void) unlink(path);
    *strrchr(path, '/') = '\0';
    (void) rmdir(path);
    free(path);
}

/* --- standard output --- */

static lnt_status put(const char *bytes, size_t count, lnt_error *error)
{
    while (count > 0) {
        const ssize_t n = write(STDOUT_FILENO, bytes, count);
        if (n < 0 && errno != EINTR) {
            return fail("standard output", error);
        }
        if (n > 0) {
            bytes += n;
            count -= (size_t) n;
        }
    }
    return LNT_OK;
}

static lnt_status copy(FILE *file, lnt_error *error)
{
    char *bytes = malloc(COPY_BYTES);
    lnt_status status = bytes != NULL ? LNT_OK : LNT_ERR_MEMORY;
    while (status == LNT_OK) {
        const size_t count = fread(bytes, 1, COPY_BYTES, file);
        if (count == 0) {
            status = ferror(file) != 0 ? fail("the temporary file", error) : LNT_OK;
            break;
        }
        status = put(bytes, count, error);
    }
    free(bytes);
    return status;
}

/* The file is removed before it is copied, so that nothing is left if the reader of the pipe ends
   the command; unless it may have to be rescued, when signals are watched. */
static lnt_status copy_and_remove(char *path, char **rescued, lnt_error *error)
{
    FILE *file = fopen(path, "r");
    if (rescued == NULL) {
        remove_temporary(path);
    }
    lnt_cli_interrupt_release();
    const lnt_status status = file != NULL ? copy(file, error) : fail("the temporary file", error);
    if (file != NULL) {
        (void) fclose(file);
    }
    if (rescued != NULL && status != LNT_OK) {
        *rescued = path;
    } else if (rescued != NULL) {
        remove_temporary(path);
    }
    return status;
}

static lnt_status to_standard_output(lnt_cli_writer *write, const void *context, char **rescued,
                                     lnt_error *error)
{
    char *path;
    lnt_cli_interrupt_hold();
    const lnt_status status =
        write_temporary(name_of(LNT_CLI_STANDARD), write, context, &path, error);
    if (status != LNT_OK) {
        lnt_cli_interrupt_release();
        return status;
    }
    return copy_and_remove(path, rescued, error);
}

/* --- another place --- */

/* "runs/net.rescued.safetensors", "runs/net.rescued-2.safetensors"; NULL without memory. */
static char *another_name(const char *path, int number)
{
    const char *name = name_of(path), *dot = strrchr(name, '.');
    const char *ending =
        dot != NULL && dot != name && strlen(dot) <= ENDING_KEPT ? dot : name + strlen(name);
    const size_t stem = (size_t) (ending - name);
    const size_t folder = strlen(path) - strlen(name), size = strlen(path) + 32;
    char *another = malloc(size);
    char suffix[16] = "";
    if (number > 1) {
        (void) snprintf(suffix, sizeof suffix, "-%d", number);
    }
    if (another != NULL) {
        (void) snprintf(another, size, "%.*s%.*s.rescued%s%s", (int) folder, path,
                        (int) (stem < NAME_KEPT ? stem : NAME_KEPT), name, suffix, ending);
    }
    return another;
}

static bool is_free(const char *path)
{
    char link[1];
    return access(path, F_OK) != 0 && errno == ENOENT &&
           readlink(path, link, sizeof link) < 0; /* nor a link to nothing */
}

/* The path of the file that was written beside, or NULL. */
static char *write_beside(const char *path, lnt_cli_writer *write, const void *context)
{
    for (int i = 1; i <= NAMES_TRIED; i++) {
        char *another = another_name(path, i);
        if (another == NULL) {
            return NULL;
        }
        if (is_free(another)) {
            if (write(context, another, NULL) == LNT_OK) {
                return another;
            }
            i = NAMES_TRIED;
        }
        free(another);
    }
    return NULL;
}

lnt_status lnt_cli_save(const char *path, lnt_cli_writer *write, const void *context,
                        char **rescued, lnt_error *error)
{
    if (rescued != NULL) {
        *rescued = NULL;
    }
    if (lnt_cli_is_standard(path)) {
        return to_standard_output(write, context, rescued, error);
    }
    const lnt_status status = write(context, path, error);
    if (status != LNT_ERR_IO || rescued == NULL) {
        return status;
    }
    *rescued = write_beside(path, write, context);
    if (*rescued == NULL) {
        (void) write_temporary(name_of(path), write, context, rescued, NULL);
    }
    return status;
}
