/* SPDX-License-Identifier: MIT */
#ifndef LINNET_IO_MODEL_FILE_H
#define LINNET_IO_MODEL_FILE_H

#include "base/files/checksum.h"
#include "io/safetensors/safetensors.h"

#include "uncertainty/laplace.h"

#include <linnet/io.h>

/** The format of model files, for the writer and the reader. */

/** Incremented when a reader of the previous format would misread a file. */
#define LNT_MODEL_FORMAT "1"

/** X(constant, key in `__metadata__`): the last is the checksum of all others */
#define LNT_MODEL_KEY_LIST(X)                                                                      \
    X(LNT_KEY_FORMAT, "linnet.format")                                                             \
    X(LNT_KEY_VERSION, "linnet.version")                                                           \
    X(LNT_KEY_NET, "linnet.net")                                                                   \
    X(LNT_KEY_LOSS, "linnet.loss")                                                                 \
    X(LNT_KEY_TRAINING_SUMMARY, "linnet.record")                                                   \
    X(LNT_KEY_INPUT_NAMES, "linnet.input_names")                                                   \
    X(LNT_KEY_TARGET_NAMES, "linnet.target_names")                                                 \
    X(LNT_KEY_CLASS_NAMES, "linnet.class_names")                                                   \
    X(LNT_KEY_LAPLACE, "linnet.laplace")                                                           \
    X(LNT_KEY_CHECKSUMS, "linnet.checksums")                                                       \
    X(LNT_KEY_CHECKSUM, "linnet.checksum")

typedef enum lnt_model_key {
#define X(constant, key) constant,
    LNT_MODEL_KEY_LIST(X)
#undef X
} lnt_model_key;

/** The key's text. */
const char *lnt_model_key_name(lnt_model_key key);

/** The value of a key of `__metadata__`; NULL if there is none. */
const char *lnt_model_value(lnt_text_lookup metadata, lnt_model_key key);

/** The checksum of all existing keys and their values, except `LNT_KEY_CHECKSUM`. */
lnt_status lnt_model_metadata_checksum(lnt_text_lookup metadata, lnt_checksum *checksum);

/**
 * The shape of a tensor [rows, cols] of the net in the file: weights are matrices, all others
 * vectors. Returns the rank.
 */
size_t lnt_model_shape(lnt_role role, size_t rows, size_t cols, size_t shape[2]);

lnt_st_dtype lnt_model_dtype(lnt_dtype dtype);

/** The tensors and the metadata of a model file. */
typedef struct lnt_model_contents {
    size_t count;
    lnt_st_item *items;        /* [count]; also the block of all arrays; the data is the model's */
    lnt_parameter *parameters; /* [tensors and statistics of the net]: their names */
    lnt_laplace_tensor *laplace; /* [its tensors]: their names */
    size_t (*shapes)[2];         /* [room] */
    json_t *metadata;            /* an object of strings */
} lnt_model_contents;

/** Checks a model and lists its contents; the caller clears them. `path` is for error messages. */
lnt_status lnt_model_contents_init(const lnt_model *model, const char *path,
                                   lnt_model_contents *contents, lnt_error *error);
void lnt_model_contents_clear(lnt_model_contents *contents);

/** A source of a model's tensors and metadata. */
typedef struct lnt_model_archive {
    const char *path; /* for sentences */
    void *context;
    lnt_text_lookup metadata;
    bool allow_nonfinite; /* parameters and running statistics may be nonfinite */
    size_t count;         /* of tensors */
    /** NULL if there is no such tensor. */
    const lnt_st_entry *(*find)(void *context, const char *name);
    /** Reads the entry's bytes, in the host's order. */
    lnt_status (*read)(void *context, const lnt_st_entry *entry, void *data, lnt_error *error);
} lnt_model_archive;

/** As `lnt_model_load`, from an archive. */
lnt_status lnt_model_load_archive(lnt_model *model, const lnt_model_archive *archive,
                                  const lnt_allocator *allocator, lnt_error *error);

/** As `lnt_model_load`. */
lnt_status lnt_model_load_file(lnt_model *model, const char *path, bool allow_nonfinite,
                               const lnt_allocator *allocator, lnt_error *error);

/** The two scalers of a model and their tensors. */
#define LNT_INPUT_OFFSET "input.offset"
#define LNT_INPUT_SCALE "input.scale"
#define LNT_TARGET_OFFSET "target.offset"
#define LNT_TARGET_SCALE "target.scale"

#endif
