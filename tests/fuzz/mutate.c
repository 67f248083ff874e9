/* SPDX-License-Identifier: MIT */
#include "mutate.h"

#include "fuzz_file.h"
#include "io/checkpoint/file.h"
#include "io/json/text.h"
#include "io/model/file.h"
#include "io/safetensors/safetensors.h"

#include <math.h>

#define CHECKSUMS "linnet.checksums" /* as models and checkpoints both call them */
#define CHECKSUM "linnet.checksum"
#define MOST_BYTES 65536 /* of a tensor */
#define PLAIN_SHARE 8    /* one of so many mutations ignores what the file is */
#define MOST_CHANGES 3   /* of a mutation */

/* --- archives --- */

static uint8_t *copy_of(const void *data, size_t bytes, size_t room)
{
    uint8_t *copy = calloc(1, room + 1);
    fuzz_require(copy != NULL, "no memory");
    memcpy(copy, data, bytes);
    return copy;
}

int fuzz_archive_add(fuzz_archive *archive, const char *name, const fuzz_tensor *like,
                     const uint8_t *data, size_t bytes)
{
    if (archive->count == FUZZ_MOST_PARTS || strlen(name) >= FUZZ_NAME_ROOM || bytes > MOST_BYTES) {
        return 0;
    }
    fuzz_tensor *part = &archive->parts[archive->count++];
    *part = *like;
    snprintf(part->name, sizeof part->name, "%s", name);
    part->data = copy_of(data, bytes, bytes);
    part->bytes = bytes;
    return 1;
}

void fuzz_archive_clear(fuzz_archive *archive)
{
    for (size_t i = 0; i < archive->count; i++) {
        free(archive->parts[i].data);
    }
    json_decref(archive->metadata);
    *archive = (fuzz_archive){.count = 0};
}

/* --- changes --- */

typedef struct choice {
    unsigned state;
} choice;

static size_t below(choice *c, size_t bound)
{
    c->state = c->state * 1664525u + 1013904223u;
    return bound > 0 ? (c->state >> 8u) % bound : 0;
}

static const char *any_key(const fuzz_archive *archive, choice *c)
{
    void *at = json_object_iter(archive->metadata);
    for (size_t i = below(c, json_object_size(archive->metadata)); i > 0; i--) {
        at = json_object_iter_next(archive->metadata, at);
    }
    return at != NULL ? json_object_iter_key(at) : NULL;
}

static fuzz_tensor *any_part(fuzz_archive *archive, choice *c)
{
    return archive->count > 0 ? &archive->parts[below(c, archive->count)] : NULL;
}

/* A text that is no UTF-8 any more stays as it was. */
static void change_text(fuzz_archive *archive, choice *c)
{
    const char *key = any_key(archive, c);
    const char *text = json_string_value(json_object_get(archive->metadata, key));
    if (text == NULL) {
        return;
    }
    const size_t length = strlen(text), room = length + 64;
    uint8_t *copy = copy_of(text, length, room);
    const size_t changed = LLVMFuzzerMutate(copy, length, room);
    (void) json_object_set_new(archive->metadata, key, json_stringn((const char *) copy, changed));
    free(copy);
}

static void remove_text(fuzz_archive *archive, choice *c)
{
    const char *key = any_key(archive, c);
    if (key != NULL) {
        (void) json_object_del(archive->metadata, key);
    }
}

static void change_data(fuzz_archive *archive, choice *c)
{
    fuzz_tensor *part = any_part(archive, c);
    if (part != NULL && part->bytes > 0) {
        (void) LLVMFuzzerMutate(part->data, part->bytes, part->bytes);
    }
}

static void set_number(fuzz_archive *archive, choice *c)
{
    static const double numbers[] = {0,        1,         -1,       2,          0.5,
                                     3,        1e300,     -1e300,   1e-320,     NAN,
                                     INFINITY, -INFINITY, 16777217, 4294967296, 9007199254740992.0};
    fuzz_tensor *part = any_part(archive, c);
    const double number = numbers[below(c, sizeof numbers / sizeof numbers[0])];
    const float narrow = (float) number;
    const int is_f64 = part != NULL && strcmp(part->dtype, "F64") == 0;
    const size_t size = is_f64 ? sizeof number : sizeof narrow;
    if (part != NULL && part->bytes >= size) {
        memcpy(part->data + size * below(c, part->bytes / size),
               is_f64 ? (const void *) &number : (const void *) &narrow, size);
    }
}

/* As many bytes as the shape asks for; none if these are too many. */
static void fit_data(fuzz_tensor *part)
{
    lnt_st_tensor tensor = {.rank = part->rank, .shape = part->shape};
    size_t bytes = 0;
    if (lnt_st_dtype_find(part->dtype, &tensor.dtype) == LNT_OK &&
        lnt_st_tensor_bytes(&tensor, &bytes) == LNT_OK && bytes <= MOST_BYTES) {
        uint8_t *data = copy_of(part->data, bytes < part->bytes ? bytes : part->bytes,
                                bytes > part->bytes ? bytes : part->bytes);
        free(part->data);
        part->data = data;
        part->bytes = bytes;
    }
}

static void change_shape(fuzz_archive *archive, choice *c)
{
    static const size_t extents[] = {0, 1, 2, 3, 4, 64, 1024, SIZE_MAX};
    fuzz_tensor *part = any_part(archive, c);
    if (part == NULL) {
        return;
    }
    if (below(c, 4) == 0) {
        part->rank = below(c, FUZZ_MOST_RANK + 1);
    } else if (part->rank > 0) {
        size_t *extent = &part->shape[below(c, part->rank)];
        *extent = below(c, 2) == 0 ? extents[below(c, sizeof extents / sizeof extents[0])]
                                   : *extent + 1 - 2 * below(c, 2);
    }
    fit_data(part);
}

static void change_dtype(fuzz_archive *archive, choice *c)
{
    static const char *const names[] = {"F32", "F64", "U8", "F16", "I64", "BOOL"};
    fuzz_tensor *part = any_part(archive, c);
    if (part != NULL) {
        snprintf(part->dtype, sizeof part->dtype, "%s",
                 names[below(c, sizeof names / sizeof names[0])]);
        fit_data(part);
    }
}

static void change_name(fuzz_archive *archive, choice *c)
{
    fuzz_tensor *part = any_part(archive, c);
    uint8_t name[FUZZ_NAME_ROOM];
    if (part == NULL) {
        return;
    }
    const char *from = below(c, 4) == 0 ? any_part(archive, c)->name : part->name;
    const size_t length = strlen(from);
    memcpy(name, from, length);
    const size_t changed = LLVMFuzzerMutate(name, length, sizeof name - 1);
    json_t *text = json_stringn((const char *) name, changed);
    if (text != NULL) {
        snprintf(part->name, sizeof part->name, "%s", json_string_value(text));
    }
    json_decref(text);
}

static void remove_part(fuzz_archive *archive, choice *c)
{
    fuzz_tensor *part = any_part(archive, c);
    if (part != NULL) {
        free(part->data);
        *part = archive->parts[--archive->count];
    }
}

static void copy_part(fuzz_archive *archive, choice *c)
{
    const fuzz_tensor *part = any_part(archive, c);
    if (part != NULL) {
        (void) fuzz_archive_add(archive, "another", part, part->data, part->bytes);
    }
}

typedef void (*change)(fuzz_archive *archive, choice *c);

/* Those that reach most are there several times. */
static const change changes[] = {change_text,  change_text, change_text,  change_text,
                                 remove_text,  change_data, change_data,  set_number,
                                 set_number,   set_number,  change_shape, change_shape,
                                 change_dtype, change_name, remove_part,  copy_part};

/* --- checksums --- */

lnt_status fuzz_model_sum(const json_t *metadata, lnt_checksum *sum)
{
    return lnt_model_metadata_checksum(lnt_json_texts(metadata), sum);
}

static void mend(fuzz_archive *archive, fuzz_metadata_sum metadata_sum)
{
    lnt_checksum sum;
    json_t *sums = json_object();
    for (size_t i = 0; i < archive->count; i++) {
        const lnt_checksum_part part = {archive->parts[i].data, archive->parts[i].bytes, 1};
        fuzz_require(lnt_checksum_of(&part, 1, &sum) == LNT_OK, "no memory");
        (void) json_object_set_new(sums, archive->parts[i].name, json_string(sum.text));
    }
    char *text = json_dumps(sums, JSON_COMPACT);
    fuzz_require(text != NULL, "no memory");
    (void) json_object_set_new(archive->metadata, CHECKSUMS, json_string(text));
    free(text);
    json_decref(sums);
    if (metadata_sum(archive->metadata, &sum) == LNT_OK) {
        (void) json_object_set_new(archive->metadata, CHECKSUM, json_string(sum.text));
    }
}

/* A reader refuses other metadata before it looks at checksums, which are of texts. */
static int has_only_texts(json_t *metadata)
{
    const char *key;
    json_t *value;
    json_object_foreach(metadata, key, value)
    {
        if (!json_is_string(value)) {
            return 0;
        }
    }
    return 1;
}

size_t fuzz_mutate(uint8_t *data, size_t size, size_t max_size, unsigned seed,
                   const fuzz_codec *codec, fuzz_metadata_sum metadata_sum)
{
    fuzz_archive archive = {.count = 0};
    choice c = {seed};
    size_t written = 0;
    if (below(&c, PLAIN_SHARE) > 0 && codec->decode(&archive, data, size) &&
        has_only_texts(archive.metadata)) {
        for (size_t i = 1 + below(&c, MOST_CHANGES); i > 0; i--) {
            changes[below(&c, sizeof changes / sizeof changes[0])](&archive, &c);
        }
        mend(&archive, metadata_sum);
        written = codec->encode(&archive, data, max_size);
    }
    fuzz_archive_clear(&archive);
    return written > 0 ? written : LLVMFuzzerMutate(data, size, max_size);
}
