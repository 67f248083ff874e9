/* SPDX-License-Identifier: MIT */
#include "exchange/torch/state_dict.h"

#include "base/files/file_begin.h"
#include "base/files/file_error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DIGITS 9 /* of a module's number */

static const char *const field_names[] = {
#define X(constant, name) name,
    LNT_TORCH_FIELD_LIST(X)
#undef X
};

const char *lnt_torch_field_name(lnt_torch_field field)
{
    return field_names[field];
}

lnt_status lnt_torch_fail(const lnt_torch_tensor *tensor, lnt_error *error, const char *format, ...)
{
    char sentence[256];
    va_list arguments;
    va_start(arguments, format);
    (void) vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    return lnt_file_fail(error, LNT_ERR_FORMAT, tensor->path, "tensor '%s': %s",
                         lnt_excerpt_of(tensor->entry->tensor.name).text, sentence);
}

/* --- names --- */

static bool parse_number(const char *text, size_t length, size_t *number)
{
    *number = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        *number = *number * 10 + (size_t) (text[i] - '0');
    }
    return length > 0 && length <= MAX_DIGITS && (length == 1 || text[0] != '0');
}

static bool parse_field(const char *text, lnt_torch_field *field)
{
    for (size_t i = 0; i < LNT_TORCH_N_FIELDS; i++) {
        if (strcmp(field_names[i], text) == 0) {
            *field = (lnt_torch_field) i;
            return true;
        }
    }
    return false;
}

/* PREFIX.12.weight; *prefix = length of "PREFIX.", which may be 0. */
static bool parse_name(lnt_torch_tensor *tensor, size_t *prefix)
{
    const char *name = tensor->entry->tensor.name;
    const char *last = strrchr(name, '.');
    if (last == NULL || !parse_field(last + 1, &tensor->field)) {
        return false;
    }
    const char *number = last;
    while (number > name && number[-1] != '.') {
        number--;
    }
    *prefix = (size_t) (number - name);
    return parse_number(number, (size_t) (last - number), &tensor->module);
}

static int by_module(const void *a, const void *b)
{
    const lnt_torch_tensor *x = a, *y = b;
    if (x->module != y->module) {
        return x->module < y->module ? -1 : 1;
    }
    return (x->field > y->field) - (x->field < y->field);
}

static lnt_status name_tensors(lnt_torch_state_dict *source, lnt_error *error)
{
    size_t expected = 0;
    for (size_t i = 0; i < source->n_tensors; i++) {
        lnt_torch_tensor *tensor = &source->tensors[i];
        size_t prefix = 0;
        if (!parse_name(tensor, &prefix)) {
            return lnt_torch_fail(tensor, error,
                                  "none of an nn.Sequential, whose are called 0.weight, 0.bias, "
                                  "1.running_mean and so on");
        }
        const char *first = source->tensors[0].entry->tensor.name;
        expected = i == 0 ? prefix : expected;
        if (prefix != expected || memcmp(first, tensor->entry->tensor.name, prefix) != 0) {
            return lnt_torch_fail(tensor, error, "expected '%.*s' before its number, as of '%s'",
                                  (int) (expected < 60 ? expected : 60), first,
                                  lnt_excerpt_of(first).text);
        }
    }
    if (source->n_tensors > 0) {
        qsort(source->tensors, source->n_tensors, sizeof *source->tensors, by_module);
    }
    return LNT_OK;
}

/* --- files --- */

static lnt_status open_single(lnt_torch_state_dict *source, lnt_error *error)
{
    source->shards = lnt_allocate(source->allocator, 1, sizeof *source->shards);
    if (source->shards == NULL) {
        return lnt_file_fail_memory(error, source->path);
    }
    source->n_shards = 1;
    return lnt_st_open(&source->shards[0].file, source->path, source->allocator, error);
}

static lnt_status list_tensors(lnt_torch_state_dict *source, lnt_error *error)
{
    size_t count = 0;
    for (size_t s = 0; s < source->n_shards; s++) {
        count += lnt_st_count(source->shards[s].file);
    }
    if (count == 0) {
        return lnt_file_fail(error, LNT_ERR_FORMAT, source->path, "has no tensors");
    }
    source->tensors = lnt_allocate(source->allocator, count, sizeof *source->tensors);
    if (source->tensors == NULL) {
        return lnt_file_fail_memory(error, source->path);
    }
    for (size_t s = 0; s < source->n_shards; s++) {
        const lnt_torch_shard *shard = &source->shards[s];
        for (size_t i = 0; i < lnt_st_count(shard->file); i++) {
            source->tensors[source->n_tensors++] =
                (lnt_torch_tensor){.entry = lnt_st_at(shard->file, i),
                                   .file = shard->file,
                                   .path = shard->path != NULL ? shard->path : source->path};
        }
    }
    return name_tensors(source, error);
}

bool lnt_torch_is_index(const unsigned char *bytes, size_t size)
{
    size_t i = 0;
    while (i < size &&
           (bytes[i] == ' ' || bytes[i] == '\n' || bytes[i] == '\r' || bytes[i] == '\t')) {
        i++;
    }
    /* The length that a safetensors file begins with has zeros at its end. */
    return i < size && bytes[i] == '{' && memchr(bytes, '\0', size < 8 ? size : 8) == NULL;
}

lnt_status lnt_torch_state_dict_open(lnt_torch_state_dict *source, const char *path,
                          const lnt_allocator *allocator, lnt_error *error)
{
    *source = (lnt_torch_state_dict){.path = path, .allocator = allocator};
    unsigned char begin[LNT_FILE_BEGIN];
    size_t size = 0;
    LNT_TRY(lnt_file_begin(path, begin, &size, error));
    LNT_TRY(lnt_torch_is_index(begin, size) ? lnt_torch_open_shards(source, error)
                                            : open_single(source, error));
    return list_tensors(source, error);
}

void lnt_torch_state_dict_close(lnt_torch_state_dict *source)
{
    for (size_t s = 0; s < source->n_shards; s++) {
        lnt_st_close(source->shards[s].file);
        lnt_release(source->allocator, source->shards[s].path);
    }
    lnt_release(source->allocator, source->shards);
    lnt_release(source->allocator, source->tensors);
    json_decref(source->index);
    *source = (lnt_torch_state_dict){0};
}
