/* SPDX-License-Identifier: MIT */
#include "base/files/atomic_file.h"
#include "base/files/file_error.h"
#include "data/arrays/npy.h"
#include "exchange/npz/model.h"
#include "io/model/file.h"

#include <linnet/exchange.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#define MEMBER_NAME 96
#define ENTRY_TIME                                                                                 \
    315619200 /* 1980-01-02: a fixed time, so that the same model gives the same bytes */

/* The header of each array; it must stay valid until the archive is closed. */
typedef struct npy_headers {
    char (*text)[LNT_NPY_PREAMBLE_CAPACITY];
    size_t used;
} npy_headers;

static lnt_status fail_zip(zip_t *zip, const char *path, lnt_error *error)
{
    return lnt_file_fail(error, LNT_ERR_IO, path, "cannot be written: %s", zip_strerror(zip));
}

/* Adds an uncompressed array. Its data belongs to the model, and is not copied before the archive
 * is closed. */
static lnt_status add(zip_t *zip, npy_headers *headers, const char *name, lnt_file_dtype file_dtype,
                      size_t rank, const size_t *shape, const void *data, size_t bytes,
                      const char *path, lnt_error *error)
{
    char member[MEMBER_NAME];
    char *begin = headers->text[headers->used++];
    const size_t length = lnt_npy_header_write(file_dtype, false, rank, shape, begin);
    const zip_buffer_fragment_t parts[] = {{(zip_uint8_t *) begin, length},
                                           {(zip_uint8_t *) data, bytes}};
    (void) snprintf(member, sizeof member, "%s.npy", name);
    zip_source_t *source = zip_source_buffer_fragment(zip, parts, 2, 0);
    const zip_int64_t index =
        source != NULL ? zip_file_add(zip, member, source, ZIP_FL_ENC_UTF_8) : -1;
    if (index < 0) {
        zip_source_free(source);
        return fail_zip(zip, path, error);
    }
    return zip_set_file_compression(zip, (zip_uint64_t) index, ZIP_CM_STORE, 0) == 0 &&
                   zip_file_set_mtime(zip, (zip_uint64_t) index, ENTRY_TIME, 0) == 0
               ? LNT_OK
               : fail_zip(zip, path, error);
}

static lnt_status add_all(zip_t *zip, npy_headers *headers, const lnt_model_contents *contents,
                          const char *text, const char *path, lnt_error *error)
{
    const lnt_file_dtype letters = {.kind = 'u', .size = 1};
    const size_t length = strlen(text);
    for (size_t i = 0; i < contents->count; i++) {
        const lnt_st_item *item = &contents->items[i];
        const lnt_dtype dtype = item->tensor.dtype == LNT_ST_F32 ? LNT_F32 : LNT_F64;
        size_t bytes = 0;
        LNT_TRY(lnt_st_tensor_bytes(&item->tensor, &bytes));
        LNT_TRY(add(zip, headers, item->tensor.name, lnt_file_dtype_native(dtype),
                    item->tensor.rank, item->tensor.shape, item->data, bytes, path, error));
    }
    return add(zip, headers, LNT_NPZ_DESCRIPTION, letters, 1, &length, text, length, path, error);
}

/* Copies the archive from memory to the file. */
static lnt_status copy_out(zip_source_t *archive, const char *path, lnt_error *error)
{
    lnt_atomic_file file;
    char buffer[1 << 16];
    zip_int64_t n = 0;
    LNT_TRY(lnt_atomic_open(&file, path, error));
    while ((n = zip_source_read(archive, buffer, sizeof buffer)) > 0) {
        LNT_TRY(lnt_atomic_write(&file, buffer, (size_t) n, error));
    }
    if (n < 0) {
        lnt_atomic_abandon(&file);
        return lnt_file_fail_memory(error, path);
    }
    return lnt_atomic_commit(&file, error);
}

/* Builds the archive in memory, then writes the file. */
static lnt_status write_archive(const lnt_model_contents *contents, const char *text,
                                npy_headers *headers, const char *path, lnt_error *error)
{
    zip_error_t why;
    zip_error_init(&why);
    zip_source_t *archive = zip_source_buffer_create(NULL, 0, 0, &why);
    zip_t *zip = archive != NULL ? zip_open_from_source(archive, ZIP_TRUNCATE, &why) : NULL;
    zip_error_fini(&why);
    if (zip == NULL) {
        zip_source_free(archive);
        return lnt_file_fail_memory(error, path);
    }
    zip_source_keep(archive);
    lnt_status status = add_all(zip, headers, contents, text, path, error);
    if (status == LNT_OK && zip_close(zip) != 0) {
        status = fail_zip(zip, path, error);
    }
    if (status != LNT_OK) {
        zip_discard(zip);
    } else if (zip_source_open(archive) != 0) {
        status = lnt_file_fail_memory(error, path);
    } else {
        status = copy_out(archive, path, error);
        (void) zip_source_close(archive);
    }
    zip_source_free(archive);
    return status;
}

lnt_status lnt_npz_export(const lnt_model *model, const char *path, lnt_error *error)
{
    lnt_model_contents contents;
    lnt_status status = lnt_model_contents_init(model, path, &contents, error);
    if (status == LNT_OK) {
        char *text = json_dumps(contents.metadata, JSON_COMPACT);
        npy_headers headers = {lnt_allocate(NULL, contents.count + 1, sizeof *headers.text), 0};
        status = text != NULL && headers.text != NULL
                     ? write_archive(&contents, text, &headers, path, error)
                     : lnt_file_fail_memory(error, path);
        lnt_release(NULL, headers.text);
        free(text);
    }
    lnt_model_contents_clear(&contents);
    return status;
}
