/* SPDX-License-Identifier: MIT */
#include "exchange/npz/model.h"
#include "fuzz_file.h"
#include "mutate.h"

#include <zip.h>

#define NPY ".npy"
#define PREAMBLE 10 /* bytes before the text of a header of version 1 */
#define MOST_MEMBER ((size_t) 1 << 20u)

/* The types that a model's arrays have. */
static const struct {
    const char *descr;
    const char *dtype;
} types[] = {{"<f4", "F32"}, {"<f8", "F64"}, {"|u1", "U8"},
             {"<f2", "F16"}, {"<i8", "I64"}, {"|b1", "BOOL"}};

enum { N_TYPES = sizeof types / sizeof types[0] };

/* --- reading --- */

/* The text of the header of version 1, and where the numbers begin; 0 if it is none. */
static size_t header_of(const uint8_t *data, size_t size, char text[256])
{
    const size_t length = size >= PREAMBLE ? (size_t) data[8] | (size_t) data[9] << 8u : 0;
    if (length == 0 || length >= 256 || length > size - PREAMBLE ||
        memcmp(data, "\x93NUMPY\x01", 7) != 0) {
        return 0;
    }
    memcpy(text, data + PREAMBLE, length);
    text[length] = '\0';
    return PREAMBLE + length;
}

static int parse_header(const char *text, fuzz_tensor *like)
{
    const char *shape = strstr(text, "'shape': (");
    for (size_t i = 0; i < N_TYPES; i++) {
        if (strstr(text, types[i].descr) != NULL) {
            snprintf(like->dtype, sizeof like->dtype, "%s", types[i].dtype);
        }
    }
    if (shape == NULL || like->dtype[0] == '\0') {
        return 0;
    }
    const int found = sscanf(shape, "'shape': (%zu, %zu", &like->shape[0], &like->shape[1]);
    like->rank = found > 0 ? (size_t) found : 0;
    return 1;
}

static int add_array(fuzz_archive *archive, const char *name, const uint8_t *data, size_t size)
{
    char text[256];
    fuzz_tensor like = {.rank = 0};
    const size_t begin = header_of(data, size, text);
    if (begin == 0) {
        return 0;
    }
    if (strcmp(name, LNT_NPZ_DESCRIPTION) == 0) {
        archive->metadata = json_loadb((const char *) data + begin, size - begin, 0, NULL);
        return 1;
    }
    return parse_header(text, &like) &&
           fuzz_archive_add(archive, name, &like, data + begin, size - begin);
}

static int read_member(fuzz_archive *archive, zip_t *zip, zip_uint64_t index)
{
    zip_stat_t stat;
    char name[FUZZ_NAME_ROOM];
    if (zip_stat_index(zip, index, 0, &stat) != 0 || stat.size > MOST_MEMBER ||
        strlen(stat.name) < sizeof NPY || strlen(stat.name) >= sizeof name) {
        return 0;
    }
    snprintf(name, sizeof name, "%.*s", (int) (strlen(stat.name) - strlen(NPY)), stat.name);
    uint8_t *data = malloc(stat.size + 1);
    zip_file_t *file = zip_fopen_index(zip, index, 0);
    const int done = data != NULL && file != NULL &&
                     zip_fread(file, data, stat.size) == (zip_int64_t) stat.size &&
                     add_array(archive, name, data, stat.size);
    if (file != NULL) {
        zip_fclose(file);
    }
    free(data);
    return done;
}

static int decode(fuzz_archive *archive, const uint8_t *data, size_t size)
{
    zip_source_t *source = zip_source_buffer_create(data, size, 0, NULL);
    zip_t *zip = source != NULL ? zip_open_from_source(source, ZIP_RDONLY, NULL) : NULL;
    if (zip == NULL) {
        zip_source_free(source);
        return 0;
    }
    int done = 1;
    for (zip_int64_t i = 0; i < zip_get_num_entries(zip, 0) && done; i++) {
        done = read_member(archive, zip, (zip_uint64_t) i);
    }
    zip_discard(zip);
    return done && json_is_object(archive->metadata);
}

/* --- writing --- */

static const char *descr_of(const char *dtype)
{
    for (size_t i = 0; i < N_TYPES; i++) {
        if (strcmp(types[i].dtype, dtype) == 0) {
            return types[i].descr;
        }
    }
    return "<f4";
}

static void add_member(zip_t *zip, const char *name, const fuzz_tensor *part)
{
    char path[FUZZ_NAME_ROOM + sizeof NPY], text[160], shape[64] = "";
    if (part->rank == 1) {
        snprintf(shape, sizeof shape, "%zu,", part->shape[0]);
    } else if (part->rank == 2) {
        snprintf(shape, sizeof shape, "%zu, %zu", part->shape[0], part->shape[1]);
    }
    const int length =
        snprintf(text, sizeof text, "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }\n",
                 descr_of(part->dtype), shape);
    uint8_t *content = malloc(PREAMBLE + (size_t) length + part->bytes);
    fuzz_require(content != NULL, "no memory");
    memcpy(content, "\x93NUMPY\x01\x00", 8);
    content[8] = (uint8_t) length;
    content[9] = (uint8_t) (length >> 8);
    memcpy(content + PREAMBLE, text, (size_t) length);
    memcpy(content + PREAMBLE + length, part->data, part->bytes);
    snprintf(path, sizeof path, "%s" NPY, name);
    /* The archive owns the content from here on. A name that is there already is not added. */
    zip_source_t *source =
        zip_source_buffer(zip, content, PREAMBLE + (size_t) length + part->bytes, 1);
    if (zip_file_add(zip, path, source, ZIP_FL_ENC_UTF_8) < 0) {
        zip_source_free(source);
    }
}

static void add_members(zip_t *zip, const fuzz_archive *archive)
{
    char *text = json_dumps(archive->metadata, JSON_COMPACT);
    fuzz_require(text != NULL, "no memory");
    const size_t bytes = strlen(text);
    const fuzz_tensor description = {
        .dtype = "U8", .rank = 1, .shape = {bytes}, .data = (uint8_t *) text, .bytes = bytes};
    for (size_t i = 0; i < archive->count; i++) {
        add_member(zip, archive->parts[i].name, &archive->parts[i]);
    }
    add_member(zip, LNT_NPZ_DESCRIPTION, &description);
    free(text);
}

static size_t read_back(zip_source_t *source, uint8_t *data, size_t max_size)
{
    zip_stat_t stat;
    zip_stat_init(&stat);
    if (zip_source_stat(source, &stat) != 0 || stat.size > max_size ||
        zip_source_open(source) != 0) {
        return 0;
    }
    const zip_int64_t count = zip_source_read(source, data, stat.size);
    zip_source_close(source);
    return count > 0 ? (size_t) count : 0;
}

static size_t encode(const fuzz_archive *archive, uint8_t *data, size_t max_size)
{
    zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, NULL);
    fuzz_require(source != NULL, "no memory");
    zip_source_keep(source); /* beyond the end of the archive */
    zip_t *zip = zip_open_from_source(source, ZIP_TRUNCATE, NULL);
    fuzz_require(zip != NULL, "no memory");
    add_members(zip, archive);
    size_t size = 0;
    if (zip_close(zip) == 0) {
        size = read_back(source, data, max_size);
    } else {
        zip_discard(zip);
    }
    zip_source_free(source);
    return size;
}

const fuzz_codec fuzz_npz = {decode, encode};
