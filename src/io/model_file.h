/* SPDX-License-Identifier: MIT */
#ifndef LINNET_IO_MODEL_FILE_H
#define LINNET_IO_MODEL_FILE_H

#include "io/checksum.h"
#include "io/safetensors.h"

#include <linnet/net.h>

/** What the writer and the reader of model files agree on. */

/** Goes up whenever a reader of the format before would misunderstand a file. */
#define LNT_MODEL_FORMAT "1"

/** X(constant, key in `__metadata__`): every key but the last, which holds the sum of the others */
#define LNT_MODEL_KEY_LIST(X)                                                                      \
    X(LNT_KEY_FORMAT, "linnet.format")                                                             \
    X(LNT_KEY_VERSION, "linnet.version")                                                           \
    X(LNT_KEY_NET, "linnet.net")                                                                   \
    X(LNT_KEY_LOSS, "linnet.loss")                                                                 \
    X(LNT_KEY_RECORD, "linnet.record")                                                             \
    X(LNT_KEY_INPUT_NAMES, "linnet.input_names")                                                   \
    X(LNT_KEY_TARGET_NAMES, "linnet.target_names")                                                 \
    X(LNT_KEY_CLASS_NAMES, "linnet.class_names")                                                   \
    X(LNT_KEY_CHECKSUMS, "linnet.checksums")                                                       \
    X(LNT_KEY_CHECKSUM, "linnet.checksum")

typedef enum lnt_model_key {
#define X(constant, key) constant,
    LNT_MODEL_KEY_LIST(X)
#undef X
} lnt_model_key;

/** The key's text. */
const char *lnt_model_key_name(lnt_model_key key);

/** The value of a key of `__metadata__`; NULL if it is not there. */
const char *lnt_model_value(const json_t *metadata, lnt_model_key key);

/** The sum of all keys that are there, with their values, but `LNT_KEY_CHECKSUM`. */
lnt_status lnt_model_metadata_checksum(const json_t *metadata, lnt_checksum *checksum);

/**
 * The shape that a tensor [rows, cols] of the net has in the file: all but weights, which are
 * matrices, are vectors. Returns the rank.
 */
size_t lnt_model_shape(lnt_role role, size_t rows, size_t cols, size_t shape[2]);

lnt_st_dtype lnt_model_dtype(lnt_dtype dtype);

/** The two scalers of a model and their tensors. */
#define LNT_INPUT_OFFSET "input.offset"
#define LNT_INPUT_SCALE "input.scale"
#define LNT_TARGET_OFFSET "target.offset"
#define LNT_TARGET_SCALE "target.scale"

#endif
