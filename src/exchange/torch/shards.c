/* SPDX-License-Identifier: MIT */
#include "base/files/file_begin.h"
#include "base/files/file_error.h"
#include "exchange/torch/state_dict.h"
#include "io/json/text.h"

#include <string.h>

/*
 * The index of a model in shards: {"metadata": {…}, "weight_map": {"0.weight":
 * "model-00001-of-00002.safetensors", …}}.
 */

#define MAX_INDEX ((size_t) 16 << 20)
#define MAX_SHARDS 256 /* all are open at once */
#define MAX_DEPTH 4
#define MAX_NAME 255

/* Whether a name is in the folder of the index, so that no other file is read. */
static bool is_plain(const char *name)
{
    const size_t length = strlen(name);
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char) name[i] < ' ' || name[i] == '/' || name[i] == '\\') {
            return false;
        }
    }
    return length > 0 && length <= MAX_NAME && name[0] != '.';
}

static lnt_status read_index(lnt_torch_state_dict *state_dict, json_t **map, lnt_error *error)
{
    char *text;
    size_t size;
    LNT_TRY(
        lnt_file_whole(state_dict->path, MAX_INDEX, &text, &size, state_dict->allocator, error));
    const lnt_json_context place = {state_dict->path, "index"};
    const lnt_status status =
        lnt_json_parse(&state_dict->index, text, size, MAX_DEPTH, place, error);
    lnt_release(state_dict->allocator, text);
    LNT_TRY(status);
    *map = json_object_get(state_dict->index, "weight_map");
    return json_is_object(*map) && json_object_size(*map) > 0
               ? LNT_OK
               : lnt_file_fail(error, LNT_ERR_FORMAT, state_dict->path,
                               "expected an object 'weight_map' from tensors to files");
}

static lnt_torch_shard *find_shard(const lnt_torch_state_dict *state_dict, const char *name)
{
    for (size_t s = 0; s < state_dict->n_shards; s++) {
        if (strcmp(state_dict->shards[s].name, name) == 0) {
            return &state_dict->shards[s];
        }
    }
    return NULL;
}

/* The names of the shards, each once. */
static lnt_status list_shards(lnt_torch_state_dict *state_dict, json_t *map, lnt_error *error)
{
    const char *tensor;
    json_t *value;
    json_object_foreach(map, tensor, value)
    {
        const char *name = json_string_value(value);
        if (name == NULL || !is_plain(name)) {
            return lnt_file_fail(error, LNT_ERR_FORMAT, state_dict->path,
                                 "tensor '%s': expected the plain name of a file in the same "
                                 "folder, found '%s'",
                                 lnt_excerpt_of(tensor).text,
                                 lnt_excerpt_of(name != NULL ? name : "").text);
        }
        if (find_shard(state_dict, name) != NULL) {
            continue;
        }
        if (state_dict->n_shards == MAX_SHARDS) {
            return lnt_file_fail(error, LNT_ERR_TOO_LARGE, state_dict->path,
                                 "has more than %d shards", MAX_SHARDS);
        }
        state_dict->shards[state_dict->n_shards++].name = name;
    }
    return LNT_OK;
}

static lnt_status open_shard(const lnt_torch_state_dict *state_dict, lnt_torch_shard *shard,
                             lnt_error *error)
{
    const char *slash = strrchr(state_dict->path, '/');
    const size_t folder = slash != NULL ? (size_t) (slash - state_dict->path) + 1 : 0;
    const size_t length = strlen(shard->name);
    shard->path = lnt_allocate(state_dict->allocator, folder + length + 1, 1);
    if (shard->path == NULL) {
        return lnt_file_fail_memory(error, state_dict->path);
    }
    memcpy(shard->path, state_dict->path, folder);
    memcpy(shard->path + folder, shard->name, length + 1);
    return lnt_st_open(&shard->file, shard->path, state_dict->allocator, error);
}

/* Checks that the index assigns each tensor of the shard to it, and so to no other. */
static lnt_status check_shard(const lnt_torch_shard *shard, const json_t *map, lnt_error *error)
{
    for (size_t i = 0; i < lnt_st_count(shard->file); i++) {
        const char *name = lnt_st_at(shard->file, i)->tensor.name;
        const char *said = json_string_value(json_object_get(map, name));
        if (said == NULL || strcmp(said, shard->name) != 0) {
            return lnt_file_fail(
                error, LNT_ERR_FORMAT, shard->path, "tensor '%s': the index says that it is in %s",
                lnt_excerpt_of(name).text, said != NULL ? lnt_excerpt_of(said).text : "no file");
        }
    }
    return LNT_OK;
}

/* Checks that each tensor of the index is in its shard. */
static lnt_status check_map(const lnt_torch_state_dict *state_dict, json_t *map, lnt_error *error)
{
    const char *tensor;
    json_t *value;
    json_object_foreach(map, tensor, value)
    {
        const lnt_torch_shard *shard = find_shard(state_dict, json_string_value(value));
        if (lnt_st_find(shard->file, tensor) == NULL) {
            return lnt_file_fail(error, LNT_ERR_FORMAT, state_dict->path,
                                 "tensor '%s': is not in '%s', as is said",
                                 lnt_excerpt_of(tensor).text, lnt_excerpt_of(shard->name).text);
        }
    }
    return LNT_OK;
}

lnt_status lnt_torch_open_shards(lnt_torch_state_dict *state_dict, lnt_error *error)
{
    json_t *map = NULL;
    LNT_TRY(read_index(state_dict, &map, error));
    state_dict->shards =
        lnt_allocate(state_dict->allocator, MAX_SHARDS, sizeof *state_dict->shards);
    if (state_dict->shards == NULL) {
        return lnt_file_fail_memory(error, state_dict->path);
    }
    LNT_TRY(list_shards(state_dict, map, error));
    for (size_t s = 0; s < state_dict->n_shards; s++) {
        LNT_TRY(open_shard(state_dict, &state_dict->shards[s], error));
    }
    for (size_t s = 0; s < state_dict->n_shards; s++) {
        LNT_TRY(check_shard(&state_dict->shards[s], map, error));
    }
    return check_map(state_dict, map, error);
}
