/* SPDX-License-Identifier: MIT */
#include "io/model/loader.h"

#include "base/files/file_error.h"
#include "io/model/finite_check.h"

#include <linnet/build.h>
#include <string.h>

#define MAX_DEPTH 3 /* of the JSON in metadata: net, layers, layer */

const lnt_st_entry *lnt_model_loader_find(const lnt_model_loader *loader, const char *name)
{
    return loader->archive->find(loader->archive->context, name);
}

/* --- metadata --- */

/* Parses the JSON text of a key; *root is NULL if there is no such key. */
lnt_status lnt_model_loader_parse(const lnt_model_loader *loader, lnt_model_key key, json_t **root)
{
    *root = NULL;
    const char *text = lnt_model_value(loader->metadata, key);
    if (text == NULL) {
        return LNT_OK;
    }
    const lnt_json_context source = {loader->path, lnt_model_key_name(key)};
    return lnt_json_parse(root, text, strlen(text), MAX_DEPTH, source, loader->error);
}

static lnt_status check_format(const lnt_model_loader *loader)
{
    const char *format = lnt_model_value(loader->metadata, LNT_KEY_FORMAT);
    if (format == NULL) {
        return lnt_file_fail(loader->error, LNT_ERR_FORMAT, loader->path,
                             "a safetensors file, but not a linnet model: its metadata has no '%s'",
                             lnt_model_key_name(LNT_KEY_FORMAT));
    }
    if (strcmp(format, LNT_MODEL_FORMAT) != 0) {
        const char *version = lnt_model_value(loader->metadata, LNT_KEY_VERSION);
        return lnt_file_fail(loader->error, LNT_ERR_FORMAT, loader->path,
                             "made by linnet %s, in format %s; this library, linnet %s, reads "
                             "format " LNT_MODEL_FORMAT,
                             lnt_excerpt_of(version != NULL ? version : "?").text,
                             lnt_excerpt_of(format).text, lnt_version());
    }
    return LNT_OK;
}

lnt_status lnt_model_loader_check(const lnt_model_loader *loader)
{
    LNT_TRY(check_format(loader));
    static const lnt_model_key required[] = {LNT_KEY_VERSION,   LNT_KEY_NET,
                                             LNT_KEY_LOSS,      LNT_KEY_TRAINING_SUMMARY,
                                             LNT_KEY_CHECKSUMS, LNT_KEY_CHECKSUM};
    for (size_t i = 0; i < sizeof required / sizeof required[0]; i++) {
        if (lnt_model_value(loader->metadata, required[i]) == NULL) {
            return lnt_file_fail(loader->error, LNT_ERR_FORMAT, loader->path,
                                 "its metadata has no '%s'", lnt_model_key_name(required[i]));
        }
    }
    lnt_checksum sum;
    if (lnt_model_metadata_checksum(loader->metadata, &sum) != LNT_OK) {
        return lnt_file_fail_memory(loader->error, loader->path);
    }
    if (strcmp(sum.text, lnt_model_value(loader->metadata, LNT_KEY_CHECKSUM)) != 0) {
        return lnt_file_fail(loader->error, LNT_ERR_FORMAT, loader->path,
                             "its metadata was altered: the checksum does not match");
    }
    return LNT_OK;
}

/* --- tensors --- */

lnt_status lnt_model_loader_fail(const lnt_model_loader *loader, const char *name,
                                 const char *sentence)
{
    return lnt_file_fail(loader->error, LNT_ERR_FORMAT, loader->path, "tensor '%s': %s",
                         lnt_excerpt_of(name).text, sentence);
}

/* The entry of that name, found to be as expected. */
lnt_status lnt_model_loader_tensor(const lnt_model_loader *loader, const char *name,
                                   lnt_st_dtype dtype, size_t rank, const size_t *shape,
                                   const lnt_st_entry **entry)
{
    *entry = lnt_model_loader_find(loader, name);
    if (*entry == NULL) {
        return lnt_model_loader_fail(loader, name, "is missing, and the layers need it");
    }
    const lnt_st_tensor *tensor = &(*entry)->tensor;
    if (tensor->dtype != dtype) {
        return lnt_file_fail(loader->error, LNT_ERR_FORMAT, loader->path,
                             "tensor '%s': expected dtype %s, found %s", name,
                             lnt_st_dtype_name(dtype), lnt_st_dtype_name(tensor->dtype));
    }
    if (tensor->rank != rank || memcmp(tensor->shape, shape, rank * sizeof *shape) != 0) {
        return lnt_model_loader_fail(loader, name, "its shape is not the one that the layers need");
    }
    return LNT_OK;
}

/* Called right after the checksum, while the numbers are cached. */
static lnt_status check_finite(const lnt_model_loader *loader, const lnt_st_entry *entry,
                               const void *data)
{
    const lnt_st_tensor *t = &entry->tensor;
    const lnt_dtype dtype = t->dtype == LNT_ST_F64 ? LNT_F64 : LNT_F32;
    const size_t rows = t->rank == 2 ? t->shape[0] : 1, cols = t->shape[t->rank - 1];
    const lnt_tensor value = lnt_tensor_const_view(dtype, data, rows, cols);
    return lnt_file_check_finite(loader->path, t->name, &value, t->rank, loader->error);
}

lnt_status lnt_model_loader_read(const lnt_model_loader *loader, const lnt_st_entry *entry,
                                 void *data)
{
    const char *name = entry->tensor.name;
    const char *expected = lnt_name_map_find(&loader->checksums, name);
    if (expected == NULL) {
        return lnt_model_loader_fail(loader, name, "has no checksum");
    }
    LNT_TRY(loader->archive->read(loader->archive->context, entry, data, loader->error));
    const lnt_checksum_part part = {data, entry->bytes, lnt_st_dtype_word(entry->tensor.dtype)};
    lnt_checksum sum;
    if (lnt_checksum_of(&part, 1, &sum) != LNT_OK) {
        return lnt_file_fail_memory(loader->error, loader->path);
    }
    if (strcmp(sum.text, expected) != 0) {
        return lnt_model_loader_fail(loader, name, "was altered: its checksum does not match");
    }
    return loader->archive->allow_nonfinite ? LNT_OK : check_finite(loader, entry, data);
}
