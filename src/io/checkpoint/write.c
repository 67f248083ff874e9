/* SPDX-License-Identifier: MIT */
#include "base/files/file_error.h"
#include "base/text/quote.h"
#include "io/checkpoint/file.h"
#include "io/json/text.h"
#include "io/safetensors/safetensors.h"

#include <linnet/build.h>
#include <linnet/checkpoint.h>
#include <string.h>

static bool is_dense(const lnt_tensor *t)
{
    return t->rows == 0 || t->cols == 0 ||
           ((t->col_stride == 1 || t->cols == 1) &&
            (t->rows == 1 || t->row_stride == (ptrdiff_t) t->cols));
}

static lnt_status check_item(const lnt_checkpoint_item *item, const char *path, lnt_error *error)
{
    const lnt_tensor *t = &item->value;
    if (item->name == NULL || (t->data == NULL && t->rows > 0 && t->cols > 0)) {
        return lnt_file_fail(error, LNT_ERR_NULL, path, "a tensor's name or its data is NULL");
    }
    if (!lnt_text_is_utf8(item->name, strlen(item->name))) {
        return lnt_file_fail(error, LNT_ERR_INVALID, path, "tensor '%s': its name is not UTF-8",
                             lnt_excerpt_of(item->name).text);
    }
    if (t->dtype != LNT_F32 && t->dtype != LNT_F64) {
        return lnt_file_fail(error, LNT_ERR_DTYPE, path, "tensor '%s': expected f32 or f64",
                             lnt_excerpt_of(item->name).text);
    }
    return is_dense(t) ? LNT_OK
                       : lnt_file_fail(error, LNT_ERR_SHAPE, path,
                                       "tensor '%s': expected its numbers row after row, without "
                                       "gaps",
                                       lnt_excerpt_of(item->name).text);
}

static lnt_status put_text(json_t *metadata, const lnt_checkpoint_text *text, const char *path,
                           lnt_error *error)
{
    if (text->key == NULL || text->value == NULL) {
        return lnt_file_fail(error, LNT_ERR_NULL, path, "a text or its key is NULL");
    }
    const size_t reserved = strlen(LNT_CHECKPOINT_RESERVED);
    const bool utf8 = lnt_text_is_utf8(text->key, strlen(text->key)) &&
                      lnt_text_is_utf8(text->value, strlen(text->value));
    if (!utf8 || strncmp(text->key, LNT_CHECKPOINT_RESERVED, reserved) == 0 ||
        json_object_get(metadata, text->key) != NULL) {
        return lnt_file_fail(error, LNT_ERR_INVALID, path, "text '%s': %s",
                             lnt_excerpt_of(text->key).text,
                             utf8 ? "its key is taken" : "it is not UTF-8");
    }
    return lnt_json_put(metadata, text->key, json_string(text->value))
               ? LNT_OK
               : lnt_file_fail_memory(error, path);
}

static json_t *checksums_json(const lnt_st_item *items, size_t n_items)
{
    json_t *sums = json_object();
    for (size_t i = 0; sums != NULL && i < n_items; i++) {
        lnt_checksum_part part = {items[i].data, 0, lnt_st_dtype_word(items[i].tensor.dtype)};
        lnt_checksum sum;
        if (lnt_st_tensor_bytes(&items[i].tensor, &part.bytes) != LNT_OK ||
            lnt_checksum_of(&part, 1, &sum) != LNT_OK ||
            !lnt_json_put(sums, items[i].tensor.name, json_string(sum.text))) {
            json_decref(sums);
            return NULL;
        }
    }
    json_t *text = sums != NULL ? lnt_json_embed(sums) : NULL;
    json_decref(sums);
    return text;
}

static bool put_linnet_keys(json_t *metadata, const lnt_st_item *items, size_t n_items)
{
    lnt_checksum sum;
    return lnt_json_put(metadata, LNT_CHECKPOINT_FORMAT_KEY, json_string(LNT_CHECKPOINT_FORMAT)) &&
           lnt_json_put(metadata, LNT_CHECKPOINT_VERSION_KEY, json_string(lnt_version())) &&
           lnt_json_put(metadata, LNT_CHECKPOINT_CORE_KEY,
                        json_string(lnt_build_info().blas_core)) &&
           lnt_json_put(metadata, LNT_CHECKPOINT_CHECKSUMS_KEY, checksums_json(items, n_items)) &&
           lnt_checkpoint_json_checksum(metadata, &sum) == LNT_OK &&
           lnt_json_put(metadata, LNT_CHECKPOINT_CHECKSUM_KEY, json_string(sum.text));
}

static lnt_status write_items(const char *path, const lnt_checkpoint_content *content,
                              lnt_st_item *items, size_t (*shapes)[2], json_t *metadata,
                              lnt_error *error)
{
    for (size_t i = 0; i < content->n_items; i++) {
        const lnt_checkpoint_item *item = &content->items[i];
        LNT_TRY(check_item(item, path, error));
        shapes[i][0] = item->value.rows;
        shapes[i][1] = item->value.cols;
        const lnt_st_dtype dtype = item->value.dtype == LNT_F32 ? LNT_ST_F32 : LNT_ST_F64;
        items[i] = (lnt_st_item){{item->name, dtype, 2, shapes[i]}, item->value.data};
    }
    for (size_t i = 0; i < content->n_texts; i++) {
        LNT_TRY(put_text(metadata, &content->texts[i], path, error));
    }
    return put_linnet_keys(metadata, items, content->n_items)
               ? lnt_st_write(path, items, content->n_items, metadata, error)
               : lnt_file_fail_memory(error, path);
}

lnt_status lnt_checkpoint_write(const char *path, const lnt_checkpoint_content *content,
                                lnt_error *error)
{
    if (path == NULL || content == NULL || (content->items == NULL && content->n_items > 0) ||
        (content->texts == NULL && content->n_texts > 0)) {
        return lnt_fail(error, LNT_ERR_NULL, "path and content of a checkpoint are required");
    }
    lnt_st_item *items = lnt_allocate(NULL, content->n_items, sizeof *items);
    size_t(*shapes)[2] = lnt_allocate(NULL, content->n_items, sizeof *shapes);
    json_t *metadata = json_object();
    const lnt_status status = items != NULL && shapes != NULL && metadata != NULL
                                  ? write_items(path, content, items, shapes, metadata, error)
                                  : lnt_file_fail_memory(error, path);
    json_decref(metadata);
    lnt_release(NULL, shapes);
    lnt_release(NULL, items);
    return status;
}
