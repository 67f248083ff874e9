/* SPDX-License-Identifier: MIT */
#include "base/text/quote.h"
#include "data/arrays/npz.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* No block of deflated bytes becomes more than this many times as long. */
#define MAX_INFLATION 1032

/* A disk that fails is not a file that is wrong. */
static lnt_status status_of(const zip_error_t *error)
{
    switch (zip_error_code_zip(error)) {
    case ZIP_ER_MEMORY:
        return LNT_ERR_MEMORY;
    case ZIP_ER_READ:
    case ZIP_ER_SEEK:
    case ZIP_ER_TELL:
    case ZIP_ER_OPEN:
    case ZIP_ER_CLOSE:
        return LNT_ERR_IO;
    default:
        return LNT_ERR_FORMAT;
    }
}

static lnt_status fail_zip(const lnt_input *input, zip_error_t *zip_error)
{
    const lnt_status status =
        lnt_fail(input->error, status_of(zip_error), "%s: cannot read the archive: %s", input->name,
                 zip_error_strerror(zip_error));
    zip_error_fini(zip_error);
    return status;
}

lnt_status lnt_npz_open(zip_t **zip, lnt_input *input)
{
    if (!input->seekable) {
        return lnt_fail(input->error, LNT_ERR_FORMAT,
                        "%s: an .npz archive is read from a file only, not from a pipe",
                        input->name);
    }
    int code;
    const int file = fcntl(input->file, F_DUPFD_CLOEXEC, 0); /* libzip closes it */
    if (file < 0) {
        return lnt_fail(input->error, LNT_ERR_IO, "%s: cannot open: %s", input->name,
                        errno == EMFILE ? "too many open files" : "no second descriptor");
    }
    *zip = zip_fdopen(file, 0, &code);
    if (*zip == NULL) {
        zip_error_t zip_error;
        zip_error_init_with_code(&zip_error, code);
        close(file);
        return fail_zip(input, &zip_error);
    }
    return LNT_OK;
}

const char *lnt_npz_entry_name(zip_t *zip, size_t index, size_t *length)
{
    static const char suffix[] = ".npy";
    const char *const name = zip_get_name(zip, index, 0);
    if (name == NULL) {
        *length = 0;
        return "";
    }
    *length = strlen(name);
    const size_t cut = sizeof suffix - 1;
    if (*length > cut && memcmp(name + *length - cut, suffix, cut) == 0) {
        *length -= cut;
    }
    return name;
}

static lnt_status fail(const lnt_npz_entry *entry, const char *what)
{
    return lnt_fail(entry->stream.error, LNT_ERR_FORMAT, "%s: %s", entry->label, what);
}

static lnt_status read_entry(void *context, void *to, size_t size, size_t *count)
{
    const lnt_npz_entry *const entry = context;
    for (*count = 0; *count < size;) {
        const zip_int64_t n = zip_fread(entry->file, (char *) to + *count, size - *count);
        if (n < 0) {
            return lnt_fail(entry->stream.error, status_of(zip_file_get_error(entry->file)),
                            "%s: cannot unpack: %s", entry->label,
                            zip_error_strerror(zip_file_get_error(entry->file)));
        }
        if (n == 0) {
            break;
        }
        *count += (size_t) n;
    }
    return LNT_OK;
}

/* A size that is not possible for the compressed size is refused before memory is allocated. */
static bool is_possible(const zip_stat_t *stat, size_t file_size)
{
    if (stat->comp_size > file_size) {
        return false;
    }
    return stat->comp_method == ZIP_CM_STORE ? stat->size == stat->comp_size
                                             : stat->size / MAX_INFLATION <= stat->comp_size;
}

static lnt_status check(const lnt_npz_entry *entry, const zip_stat_t *stat, size_t file_size)
{
    const zip_uint64_t wanted =
        ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
    if ((stat->valid & wanted) != wanted) {
        return fail(entry, "the archive does not state its size");
    }
    if (stat->encryption_method != ZIP_EM_NONE) {
        return fail(entry, "it is encrypted");
    }
    if (stat->comp_method != ZIP_CM_STORE && stat->comp_method != ZIP_CM_DEFLATE) {
        return fail(entry, "expected it stored or deflated, found another compression");
    }
    if (!is_possible(stat, file_size)) {
        return fail(entry, "its size in the archive is not possible for its compressed size");
    }
    return stat->size < LNT_STREAM_SIZE_UNKNOWN
               ? LNT_OK
               : fail(entry, "it is larger than the memory that this machine can address");
}

lnt_status lnt_npz_entry_open(lnt_npz_entry *entry, zip_t *zip, size_t index,
                              const lnt_input *input)
{
    size_t length;
    char quoted[LNT_QUOTED_LENGTH];
    const char *const name = lnt_npz_entry_name(zip, index, &length);
    *entry = (lnt_npz_entry){.stream = {.error = input->error, .read = read_entry}};
    snprintf(entry->label, sizeof entry->label, "%s: array %s", input->name,
             lnt_text_quote(name, length, quoted));
    zip_stat_t stat;
    zip_stat_init(&stat);
    if (zip_stat_index(zip, index, 0, &stat) != 0) {
        return fail(entry, "the archive has no information about it");
    }
    LNT_TRY(check(entry, &stat, input->size));
    entry->stream.name = entry->label;
    entry->stream.size = (size_t) stat.size;
    entry->stream.context = entry;
    entry->file = zip_fopen_index(zip, index, 0);
    return entry->file != NULL ? LNT_OK
                               : lnt_fail(input->error, LNT_ERR_FORMAT, "%s: cannot unpack: %s",
                                          entry->label, zip_strerror(zip));
}

void lnt_npz_entry_close(lnt_npz_entry *entry)
{
    if (entry->file != NULL) {
        zip_fclose(entry->file);
    }
}
