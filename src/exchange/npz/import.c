/* SPDX-License-Identifier: MIT */
#include "base/files/file_error.h"
#include "base/files/little_endian.h"
#include "data/arrays/npz.h"
#include "exchange/npz/model.h"
#include "io/json/text.h"
#include "io/model/file.h"

#include <linnet/exchange.h>
#include <stdint.h>
#include <string.h>

#define NAME_LENGTH 64    /* names of tensors are shorter */
#define MAX_ENTRIES 10000 /* of an archive: names are searched linearly */

/* One array of the archive. */
typedef struct array_entry {
    char name[NAME_LENGTH];
    lnt_st_entry entry; /* `begin` is its index in the archive */
    lnt_npy_info header;
    size_t shape[2];
} array_entry;

typedef struct archive {
    const char *path;
    const lnt_allocator *allocator;
    lnt_error *error;
    bool allow_nonfinite;
    lnt_input input;
    zip_t *zip;
    array_entry *entries;
    size_t count;
    lnt_name_map metadata;
} archive;

static lnt_status fail_entry(const archive *a, const char *name, const char *sentence)
{
    return lnt_file_fail(a->error, LNT_ERR_FORMAT, a->path, "array '%s' %s",
                         lnt_excerpt_of(name).text, sentence);
}

/* Reads dtype and shape of an array. An array that a model cannot have gets an impossible rank. */
static lnt_status describe(archive *a, size_t index, array_entry *m)
{
    lnt_npz_entry open;
    size_t length;
    const char *name = lnt_npz_entry_name(a->zip, index, &length);
    if (name == NULL || length == 0 || length >= NAME_LENGTH) {
        return lnt_file_fail(a->error, LNT_ERR_FORMAT, a->path,
                             "a member of the archive has a name that no array of a model has");
    }
    memcpy(m->name, name, length);
    m->name[length] = '\0';
    LNT_TRY(lnt_npz_entry_open(&open, a->zip, index, &a->input));
    lnt_status status = lnt_array_read_header(&m->header, &open.stream);
    if (status == LNT_OK) {
        status = lnt_array_check_size(&open.stream, &m->header);
    }
    lnt_npz_entry_close(&open);
    LNT_TRY(status);
    const lnt_npy_info *h = &m->header;
    if (h->fortran && h->rank > 1) {
        return fail_entry(a, m->name, "is in Fortran order; expected C order");
    }
    if (h->rank != 1 && h->rank != 2) {
        return fail_entry(a, m->name, "has a rank that no array of a model has");
    }
    memcpy(m->shape, h->shape, h->rank * sizeof *m->shape);
    m->entry.tensor = (lnt_st_tensor){.name = m->name, .rank = h->rank, .shape = m->shape};
    m->entry.begin = index;
    m->entry.bytes = h->bytes;
    if (h->file_dtype.kind == 'f' && h->file_dtype.size >= 4) {
        m->entry.tensor.dtype = h->file_dtype.size == 4 ? LNT_ST_F32 : LNT_ST_F64;
        return LNT_OK;
    }
    if (h->file_dtype.kind == 'u' && h->file_dtype.size == 1) {
        m->entry.tensor.dtype = LNT_ST_U8;
        return LNT_OK;
    }
    return fail_entry(a, m->name, "is neither of f4 nor of f8");
}

static const lnt_st_entry *find(void *context, const char *name)
{
    const archive *a = context;
    for (size_t i = 0; i < a->count; i++) {
        if (strcmp(a->entries[i].name, name) == 0) {
            return &a->entries[i].entry;
        }
    }
    return NULL;
}

/* Reads an entry to its end, where libzip verifies the checksum of the archive. */
static lnt_status read_entry(void *context, const lnt_st_entry *entry, void *data, lnt_error *error)
{
    archive *a = context;
    lnt_npz_entry open;
    lnt_npy_info header;
    char behind;
    size_t count = 0, more = 0;
    (void) error; /* the same as the archive's */
    LNT_TRY(lnt_npz_entry_open(&open, a->zip, entry->begin, &a->input));
    lnt_status status = lnt_array_read_header(&header, &open.stream);
    if (status == LNT_OK) {
        status = open.stream.read(open.stream.context, data, entry->bytes, &count);
    }
    if (status == LNT_OK) {
        status = open.stream.read(open.stream.context, &behind, 1, &more);
    }
    lnt_npz_entry_close(&open);
    LNT_TRY(status);
    if (count != entry->bytes || more != 0) {
        return fail_entry(a, entry->tensor.name, "has not as many bytes as its shape asks for");
    }
    if (header.file_dtype.big_endian != lnt_host_is_big_endian()) {
        lnt_swap_words(data, count, header.file_dtype.size);
    }
    return LNT_OK;
}

static lnt_status read_metadata(archive *a)
{
    const lnt_st_entry *entry = find(a, LNT_NPZ_DESCRIPTION);
    if (entry == NULL || entry->tensor.dtype != LNT_ST_U8) {
        return lnt_file_fail(a->error, LNT_ERR_FORMAT, a->path,
                             "an archive of arrays, but not a linnet model: it has no bytes "
                             "named '" LNT_NPZ_DESCRIPTION "'");
    }
    if (entry->bytes > LNT_ST_MAX_HEADER) {
        return lnt_file_fail(a->error, LNT_ERR_TOO_LARGE, a->path,
                             "'" LNT_NPZ_DESCRIPTION "' has %zu bytes; at most %zu are allowed",
                             entry->bytes, LNT_ST_MAX_HEADER);
    }
    char *text = lnt_allocate(a->allocator, entry->bytes, 1);
    if (text == NULL) {
        return lnt_file_fail_memory(a->error, a->path);
    }
    const lnt_json_context source = {a->path, LNT_NPZ_DESCRIPTION};
    lnt_status status = read_entry(a, entry, text, a->error);
    if (status == LNT_OK) {
        status =
            lnt_name_map_parse(&a->metadata, text, entry->bytes, source, a->allocator, a->error);
    }
    lnt_release(a->allocator, text);
    return status;
}

static lnt_status list_entries(archive *a)
{
    const zip_int64_t entries = zip_get_num_entries(a->zip, 0);
    if (entries < 1 || entries > MAX_ENTRIES) {
        return lnt_file_fail(a->error, LNT_ERR_FORMAT, a->path,
                             "the archive has %jd members; expected those of a model",
                             (intmax_t) entries);
    }
    a->entries = lnt_allocate(a->allocator, (size_t) entries, sizeof *a->entries);
    if (a->entries == NULL) {
        return lnt_file_fail_memory(a->error, a->path);
    }
    for (; a->count < (size_t) entries; a->count++) {
        LNT_TRY(describe(a, a->count, &a->entries[a->count]));
        if (find(a, a->entries[a->count].name) != NULL) {
            return fail_entry(a, a->entries[a->count].name, "occurs twice");
        }
    }
    return LNT_OK;
}

static lnt_status load(archive *a, lnt_model *model)
{
    LNT_TRY(lnt_npz_open(&a->zip, &a->input));
    LNT_TRY(list_entries(a));
    LNT_TRY(read_metadata(a));
    const lnt_model_archive tensors = {.path = a->path,
                                       .context = a,
                                       .metadata = lnt_name_map_texts(&a->metadata),
                                       .allow_nonfinite = a->allow_nonfinite,
                                       .count = a->count - 1, /* without the description */
                                       .find = find,
                                       .read = read_entry};
    return lnt_model_load_archive(model, &tensors, a->allocator, a->error);
}

lnt_status lnt_npz_load(lnt_model *model, const char *path, bool allow_nonfinite,
                        const lnt_allocator *allocator, lnt_error *error)
{
    if (model == NULL || path == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "model to import: the model or the path is NULL");
    }
    *model = lnt_model_init();
    archive a = {
        .path = path, .allocator = allocator, .error = error, .allow_nonfinite = allow_nonfinite};
    LNT_TRY(lnt_input_open(&a.input, path, error));
    const lnt_status status = load(&a, model);
    lnt_name_map_clear(&a.metadata, allocator);
    lnt_release(allocator, a.entries);
    if (a.zip != NULL) {
        zip_discard(a.zip);
    }
    lnt_input_close(&a.input);
    return status;
}

lnt_status lnt_npz_import(lnt_model *model, const char *path, const lnt_allocator *allocator,
                          lnt_error *error)
{
    return lnt_npz_load(model, path, false, allocator, error);
}
