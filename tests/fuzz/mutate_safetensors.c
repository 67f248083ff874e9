/* SPDX-License-Identifier: MIT */
#include "fuzz_file.h"
#include "mutate.h"

#define HEADER_LENGTH 8 /* bytes that hold the length of the header */

static int add_tensor(fuzz_archive *archive, const char *name, const json_t *entry,
                      const uint8_t *data, size_t size)
{
    const json_t *shape = json_object_get(entry, "shape");
    const json_t *offsets = json_object_get(entry, "data_offsets");
    const char *dtype = json_string_value(json_object_get(entry, "dtype"));
    const json_int_t begin = json_integer_value(json_array_get(offsets, 0));
    const json_int_t end = json_integer_value(json_array_get(offsets, 1));
    fuzz_tensor like = {.rank = json_array_size(shape)};
    if (dtype == NULL || strlen(dtype) >= sizeof like.dtype || like.rank > FUZZ_MOST_RANK ||
        begin < 0 || end < begin || (size_t) end > size) {
        return 0;
    }
    snprintf(like.dtype, sizeof like.dtype, "%s", dtype);
    for (size_t i = 0; i < like.rank; i++) {
        like.shape[i] = (size_t) json_integer_value(json_array_get(shape, i));
    }
    return fuzz_archive_add(archive, name, &like, data + begin, (size_t) (end - begin));
}

static int add_all(fuzz_archive *archive, json_t *root, const uint8_t *data, size_t size)
{
    const char *name;
    json_t *entry;
    json_object_foreach(root, name, entry)
    {
        if (strcmp(name, "__metadata__") == 0) {
            archive->metadata = json_incref(entry);
        } else if (!add_tensor(archive, name, entry, data, size)) {
            return 0;
        }
    }
    return json_is_object(archive->metadata);
}

static int decode(fuzz_archive *archive, const uint8_t *data, size_t size)
{
    uint64_t length = 0;
    for (size_t i = 0; i < HEADER_LENGTH && size >= HEADER_LENGTH; i++) {
        length |= (uint64_t) data[i] << 8 * i;
    }
    if (size < HEADER_LENGTH || length > size - HEADER_LENGTH) {
        return 0;
    }
    const size_t header = (size_t) length, behind = HEADER_LENGTH + header;
    json_t *root = json_loadb((const char *) data + HEADER_LENGTH, header, 0, NULL);
    const int done = json_is_object(root) && add_all(archive, root, data + behind, size - behind);
    json_decref(root);
    return done;
}

static json_t *entry_of(const fuzz_tensor *part, size_t begin)
{
    json_t *shape = json_array();
    for (size_t i = 0; i < part->rank; i++) {
        (void) json_array_append_new(shape, json_integer((json_int_t) part->shape[i]));
    }
    return json_pack("{s:s, s:o, s:[I, I]}", "dtype", part->dtype, "shape", shape, "data_offsets",
                     (json_int_t) begin, (json_int_t) (begin + part->bytes));
}

static size_t write_file(const char *header, const fuzz_archive *archive, size_t bytes,
                         uint8_t *data, size_t max_size)
{
    const size_t length = strlen(header);
    if (HEADER_LENGTH + length + bytes > max_size) {
        return 0;
    }
    for (size_t i = 0; i < HEADER_LENGTH; i++) {
        data[i] = (uint8_t) ((uint64_t) length >> 8 * i);
    }
    memcpy(data + HEADER_LENGTH, header, length);
    size_t at = HEADER_LENGTH + length;
    for (size_t i = 0; i < archive->count; i++) {
        memcpy(data + at, archive->parts[i].data, archive->parts[i].bytes);
        at += archive->parts[i].bytes;
    }
    return at;
}

/* Of two tensors of one name the first is left out of the header, so that its bytes are a gap. */
static size_t encode(const fuzz_archive *archive, uint8_t *data, size_t max_size)
{
    json_t *root = json_object();
    size_t bytes = 0;
    (void) json_object_set(root, "__metadata__", archive->metadata);
    for (size_t i = 0; i < archive->count; i++) {
        const fuzz_tensor *part = &archive->parts[i];
        (void) json_object_set_new(root, part->name, entry_of(part, bytes));
        bytes += part->bytes;
    }
    char *header = json_dumps(root, JSON_COMPACT);
    fuzz_require(header != NULL, "no memory");
    const size_t size = write_file(header, archive, bytes, data, max_size);
    free(header);
    json_decref(root);
    return size;
}

const fuzz_codec fuzz_safetensors = {decode, encode};
