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

static lnt_status name_tensors(lnt_torch_state_dict *state_dict, lnt_error *error)
{
    size_t expected = 0;
    for (size_t i = 0; i < state_dict->n_tensors; i++) {
        lnt_torch_tensor *tensor = &state_dict->tensors[i];
        size_t prefix = 0;
        if (!parse_name(tensor, &prefix)) {
            return lnt_torch_fail(tensor, error,
                                  "none of an nn.Sequential, whose are called 0.weight, 0.bias, "
                                  "1.running_mean and so on");
        }
        const char *first = state_dict->tensors[0].entry->tensor.name;
        expected = i == 0 ? prefix : expected;
        if (prefix != expected || memcmp(first, tensor->entry->tensor.name, prefix) != 0) {
            return lnt_torch_fail(tensor, error, "expected '%.*s' before its number, as of '%s'",
                                  (int) (expected < 60 ? expected : 60), first,
                                  lnt_excerpt_of(first).text);
        }
    }
    if (state_dict->n_tensors > 0) {
        qsort(state_dict->tensors, state_dict->n_tensors, sizeof *state_dict->tensors, by_module);
    }
    return LNT_OK;
}

/* --- files --- */

static lnt_status open_single(lnt_torch_state_dict *state_dict, lnt_error *error)
{
    state_dict->shards = lnt_allocate(state_dict->allocator, 1, sizeof *state_dict->shards);
    if (state_dict->shards == NULL) {
        return lnt_file_fail_memory(error, state_dict->path);
    }
    state_dict->n_shards = 1;
    return lnt_st_open(&state_dict->shards[0].file, state_dict->path, state_dict->allocator, error);
}

static lnt_status list_tensors(lnt_torch_state_dict *state_dict, lnt_error *error)
{
    size_t count = 0;
    for (size_t s = 0; s < state_dict->n_shards; s++) {
        count += lnt_st_count(state_dict->shards[s].file);
    }
    if (count == 0) {
        return lnt_file_fail(error, LNT_ERR_FORMAT, state_dict->path, "has no tensors");
    }
    state_dict->tensors = lnt_allocate(state_dict->allocator, count, sizeof *state_dict->tensors);
    if (state_dict->tensors == NULL) {
        return lnt_file_fail_memory(error, state_dict->path);
    }
    for (size_t s = 0; s < state_dict->n_shards; s++) {
        const lnt_torch_shard *shard = &state_dict->shards[s];
        for (size_t i = 0; i < lnt_st_count(shard->file); i++) {
            state_dict->tensors[state_dict->n_tensors++] =
                (lnt_torch_tensor){.entry = lnt_st_at(shard->file, i),
                                   .file = shard->file,
                                   .path = shard->path != NULL ? shard->path : state_dict->path};
        }
    }
    return name_tensors(state_dict, error);
}

bool lnt_torch_is_index(const unsigned char *bytes, size_t size)
{
    size_t i = 0;
    while (i < size &&
           (bytes[i] == ' ' || bytes[i] == '\n' || bytes[i] == '\r' || bytes[i] == '\t')) {
        i++;
    }
    /* A safetensors file begins with a length, which has zeros at its end. */
    return i < size && bytes[i] == '{' && memchr(bytes, '\0', size < 8 ? size : 8) == NULL;
}

lnt_status lnt_torch_state_dict_open(lnt_torch_state_dict *state_dict, const char *path,
                                     const lnt_allocator *allocator, lnt_error *error)
{
    *state_dict = (lnt_torch_state_dict){.path = path, .allocator = allocator};
    unsigned char begin[LNT_FILE_BEGIN];
    size_t size = 0;
    LNT_TRY(lnt_file_begin(path, begin, &size, error));
    LNT_TRY(lnt_torch_is_index(begin, size) ? lnt_torch_open_shards(state_dict, error)
                                            : open_single(state_dict, error));
    return list_tensors(state_dict, error);
}

void lnt_torch_state_dict_close(lnt_torch_state_dict *state_dict)
{
    for (size_t s = 0; s < state_dict->n_shards; s++) {
        lnt_st_close(state_dict->shards[s].file);
        lnt_release(state_dict->allocator, state_dict->shards[s].path);
    }
    lnt_release(state_dict->allocator, state_dict->shards);
    lnt_release(state_dict->allocator, state_dict->tensors);
    json_decref(state_dict->index);
    *state_dict = (lnt_torch_state_dict){0};
}
