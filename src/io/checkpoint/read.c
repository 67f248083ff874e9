/* SPDX-License-Identifier: MIT */
#include "base/arena.h"
#include "base/files/file_error.h"
#include "io/checkpoint/file.h"
#include "io/json/text.h"
#include "io/safetensors/safetensors.h"

#include <linnet/build.h>
#include <linnet/checkpoint.h>
#include <string.h>

struct lnt_checkpoint {
    lnt_owner owner;
    char *path; /* in the block of the struct */
    lnt_st_file *file;
    const lnt_name_map *metadata; /* of the file */
};

static const char *value_of(const lnt_checkpoint *checkpoint, const char *key)
{
    return lnt_name_map_find(checkpoint->metadata, key);
}

static lnt_status fail(const lnt_checkpoint *checkpoint, const char *sentence, lnt_error *error)
{
    return lnt_file_fail(error, LNT_ERR_FORMAT, checkpoint->path, "%s", sentence);
}

static lnt_status check_metadata(const lnt_checkpoint *checkpoint, lnt_error *error)
{
    const char *format = value_of(checkpoint, LNT_CHECKPOINT_FORMAT_KEY);
    if (format == NULL) {
        return fail(checkpoint, "a safetensors file, but not a checkpoint of linnet", error);
    }
    if (strcmp(format, LNT_CHECKPOINT_FORMAT) != 0) {
        const char *version = value_of(checkpoint, LNT_CHECKPOINT_VERSION_KEY);
        return lnt_file_fail(error, LNT_ERR_FORMAT, checkpoint->path,
                             "made by linnet %s, in format %s; this library, linnet %s, reads "
                             "format " LNT_CHECKPOINT_FORMAT,
                             lnt_excerpt_of(version != NULL ? version : "?").text,
                             lnt_excerpt_of(format).text, lnt_version());
    }
    const char *expected = value_of(checkpoint, LNT_CHECKPOINT_CHECKSUM_KEY);
    lnt_checksum sum;
    if (lnt_checkpoint_metadata_checksum(checkpoint->metadata, &sum) != LNT_OK) {
        return lnt_file_fail_memory(error, checkpoint->path);
    }
    if (expected == NULL || strcmp(sum.text, expected) != 0) {
        return fail(checkpoint, "its metadata was altered: the checksum does not match", error);
    }
    return value_of(checkpoint, LNT_CHECKPOINT_VERSION_KEY) != NULL &&
                   value_of(checkpoint, LNT_CHECKPOINT_CORE_KEY) != NULL
               ? LNT_OK
               : fail(checkpoint, "its metadata does not say what made it", error);
}

static lnt_status check_tensor(const lnt_checkpoint *checkpoint, const lnt_st_entry *entry,
                               const lnt_name_map *sums, lnt_error *error)
{
    const lnt_excerpt name = lnt_excerpt_of(entry->tensor.name);
    const lnt_st_dtype dtype = entry->tensor.dtype;
    if (entry->tensor.rank != 2 || (dtype != LNT_ST_F32 && dtype != LNT_ST_F64)) {
        return lnt_file_fail(error, LNT_ERR_FORMAT, checkpoint->path,
                             "tensor '%s': expected a matrix of F32 or F64", name.text);
    }
    const char *expected = lnt_name_map_find(sums, entry->tensor.name);
    lnt_checksum sum;
    LNT_TRY(lnt_st_checksum(checkpoint->file, entry, &sum, error));
    if (expected == NULL || strcmp(sum.text, expected) != 0) {
        return lnt_file_fail(error, LNT_ERR_FORMAT, checkpoint->path,
                             "tensor '%s' was altered: its checksum does not match", name.text);
    }
    return LNT_OK;
}

static lnt_status check_tensors(const lnt_checkpoint *checkpoint, lnt_error *error)
{
    const char *text = value_of(checkpoint, LNT_CHECKPOINT_CHECKSUMS_KEY);
    const lnt_json_context source = {checkpoint->path, LNT_CHECKPOINT_CHECKSUMS_KEY};
    lnt_name_map sums = {0};
    if (text == NULL) {
        return fail(checkpoint, "its metadata has no checksums", error);
    }
    const lnt_allocator *allocator = checkpoint->owner.custom ? &checkpoint->owner.allocator : NULL;
    lnt_status status = lnt_name_map_parse(&sums, text, strlen(text), source, allocator, error);
    for (size_t i = 0; i < lnt_st_count(checkpoint->file) && status == LNT_OK; i++) {
        status = check_tensor(checkpoint, lnt_st_at(checkpoint->file, i), &sums, error);
    }
    lnt_name_map_clear(&sums, allocator);
    return status;
}

static lnt_status open_file(lnt_checkpoint *checkpoint, const lnt_allocator *allocator,
                            lnt_error *error)
{
    LNT_TRY(lnt_st_open(&checkpoint->file, checkpoint->path, allocator, error));
    checkpoint->metadata = lnt_st_metadata(checkpoint->file);
    LNT_TRY(check_metadata(checkpoint, error));
    return check_tensors(checkpoint, error);
}

lnt_status lnt_checkpoint_open(lnt_checkpoint **out, const char *path,
                               const lnt_allocator *allocator, lnt_error *error)
{
    if (out == NULL || path == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "checkpoint to open: an argument is NULL");
    }
    *out = NULL;
    const size_t length = strlen(path) + 1;
    lnt_checkpoint *checkpoint = lnt_allocate(allocator, sizeof *checkpoint + length, 1);
    if (checkpoint == NULL) {
        return lnt_file_fail_memory(error, path);
    }
    checkpoint->owner = lnt_owner_of(allocator);
    checkpoint->path = memcpy(checkpoint + 1, path, length);
    const lnt_status status = open_file(checkpoint, allocator, error);
    if (status != LNT_OK) {
        lnt_checkpoint_close(checkpoint);
        return status;
    }
    *out = checkpoint;
    return LNT_OK;
}

void lnt_checkpoint_close(lnt_checkpoint *checkpoint)
{
    if (checkpoint != NULL) {
        lnt_st_close(checkpoint->file);
        lnt_owner_release(checkpoint->owner, checkpoint);
    }
}

const char *lnt_checkpoint_path(const lnt_checkpoint *checkpoint)
{
    return checkpoint->path;
}

const char *lnt_checkpoint_get_text(const lnt_checkpoint *checkpoint, const char *key)
{
    return value_of(checkpoint, key);
}

const char *lnt_checkpoint_version(const lnt_checkpoint *checkpoint)
{
    return value_of(checkpoint, LNT_CHECKPOINT_VERSION_KEY);
}

const char *lnt_checkpoint_blas_core(const lnt_checkpoint *checkpoint)
{
    return value_of(checkpoint, LNT_CHECKPOINT_CORE_KEY);
}

size_t lnt_checkpoint_count(const lnt_checkpoint *checkpoint)
{
    return lnt_st_count(checkpoint->file);
}

const char *lnt_checkpoint_name(const lnt_checkpoint *checkpoint, size_t i)
{
    const lnt_st_entry *entry = lnt_st_at(checkpoint->file, i);
    return entry != NULL ? entry->tensor.name : NULL;
}

static lnt_tensor shape_of(const lnt_st_entry *entry)
{
    const lnt_dtype dtype = entry->tensor.dtype == LNT_ST_F32 ? LNT_F32 : LNT_F64;
    return lnt_tensor_view(dtype, NULL, entry->tensor.shape[0], entry->tensor.shape[1]);
}

lnt_status lnt_checkpoint_shape(const lnt_checkpoint *checkpoint, const char *name,
                                lnt_tensor *shape)
{
    if (checkpoint == NULL || name == NULL || shape == NULL) {
        return LNT_ERR_NULL;
    }
    const lnt_st_entry *entry = lnt_st_find(checkpoint->file, name);
    if (entry == NULL) {
        return LNT_ERR_INVALID;
    }
    *shape = shape_of(entry);
    return LNT_OK;
}

static lnt_status not_found(const lnt_checkpoint *checkpoint, const char *name, lnt_error *error)
{
    return lnt_file_fail(error, LNT_ERR_FORMAT, checkpoint->path, "tensor '%s' is missing",
                         lnt_excerpt_of(name).text);
}

lnt_status lnt_checkpoint_checksum(const lnt_checkpoint *checkpoint, const char *name,
                                   char text[LNT_CHECKSUM_LENGTH], lnt_error *error)
{
    if (checkpoint == NULL || name == NULL || text == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "checksum in a checkpoint: an argument is NULL");
    }
    const lnt_st_entry *entry = lnt_st_find(checkpoint->file, name);
    if (entry == NULL) {
        return not_found(checkpoint, name, error);
    }
    lnt_checksum sum;
    LNT_TRY(lnt_st_checksum(checkpoint->file, entry, &sum, error));
    memcpy(text, sum.text, sizeof sum.text);
    return LNT_OK;
}

lnt_status lnt_checkpoint_read(const lnt_checkpoint *checkpoint, const char *name,
                               lnt_tensor *value, lnt_error *error)
{
    if (checkpoint == NULL || name == NULL || value == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "checkpoint to read: an argument is NULL");
    }
    const lnt_st_entry *entry = lnt_st_find(checkpoint->file, name);
    if (entry == NULL) {
        return not_found(checkpoint, name, error);
    }
    const lnt_tensor shape = shape_of(entry);
    if (shape.dtype != value->dtype) {
        return lnt_file_fail(error, LNT_ERR_DTYPE, checkpoint->path,
                             "tensor '%s': expected %s, found %s", name,
                             lnt_dtype_name(value->dtype), lnt_dtype_name(shape.dtype));
    }
    if (shape.rows != value->rows || shape.cols != value->cols ||
        (value->cols > 1 && value->col_stride != 1) ||
        (value->rows > 1 && value->row_stride != (ptrdiff_t) value->cols)) {
        return lnt_file_fail(error, LNT_ERR_SHAPE, checkpoint->path,
                             "tensor '%s': expected [%zu, %zu] without gaps, found [%zu, %zu]",
                             name, value->rows, value->cols, shape.rows, shape.cols);
    }
    return lnt_st_read(checkpoint->file, entry, value->data, error);
}
