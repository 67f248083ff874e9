/* SPDX-License-Identifier: MIT */
#ifndef LINNET_EXCHANGE_TORCH_STATE_DICT_H
#define LINNET_EXCHANGE_TORCH_STATE_DICT_H

#include "io/safetensors/safetensors.h"

#include <stdbool.h>

/** The state dict of an `nn.Sequential` in one safetensors file, or in the shards of an index. */

/** X(constant, name): the tensors that a module may have. */
#define LNT_TORCH_FIELD_LIST(X)                                                                    \
    X(LNT_TORCH_WEIGHT, "weight")                                                                  \
    X(LNT_TORCH_BIAS, "bias")                                                                      \
    X(LNT_TORCH_RUNNING_MEAN, "running_mean")                                                      \
    X(LNT_TORCH_RUNNING_VAR, "running_var")                                                        \
    X(LNT_TORCH_BATCHES, "num_batches_tracked")

typedef enum lnt_torch_field {
#define X(constant, name) constant,
    LNT_TORCH_FIELD_LIST(X)
#undef X
        LNT_TORCH_N_FIELDS
} lnt_torch_field;

const char *lnt_torch_field_name(lnt_torch_field field);

/** A tensor and its file. */
typedef struct lnt_torch_tensor {
    const lnt_st_entry *entry;
    const lnt_st_file *file;
    const char *path;      /* of that file */
    size_t module;         /* its number in the Sequential */
    lnt_torch_field field; /* of the module */
} lnt_torch_tensor;

typedef struct lnt_torch_shard {
    const char *name; /* owned by the index */
    char *path;
    lnt_st_file *file;
} lnt_torch_shard;

/** An open state dict. Its tensors are sorted by module, then by field. */
typedef struct lnt_torch_state_dict {
    const char *path;
    const lnt_allocator *allocator;
    json_t *index; /* NULL for a single file */
    lnt_torch_shard *shards;
    size_t n_shards;
    lnt_torch_tensor *tensors;
    size_t n_tensors;
} lnt_torch_state_dict;

/** Opens it; `path` and `allocator` are borrowed. The caller closes it, also on failure. */
lnt_status lnt_torch_state_dict_open(lnt_torch_state_dict *state_dict, const char *path,
                                     const lnt_allocator *allocator, lnt_error *error);
void lnt_torch_state_dict_close(lnt_torch_state_dict *state_dict);

/** Whether the first bytes of a file are those of an index: JSON, not a length. */
bool lnt_torch_is_index(const unsigned char *bytes, size_t size);

/**
 * Reads the index and opens its shards; each tensor must be in exactly the shard that the index
 * says.
 */
lnt_status lnt_torch_open_shards(lnt_torch_state_dict *state_dict, lnt_error *error);

/** "PATH: tensor 'NAME': sentence", `LNT_ERR_FORMAT`. */
lnt_status lnt_torch_fail(const lnt_torch_tensor *tensor, lnt_error *error, const char *format, ...)
    LNT_PRINTF(3, 4);

#endif
