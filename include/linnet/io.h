/* SPDX-License-Identifier: MIT */
#ifndef LINNET_IO_H
#define LINNET_IO_H

#include <linnet/data.h>
#include <linnet/export.h>
#include <linnet/loss.h>
#include <linnet/memory.h>
#include <linnet/net.h>
#include <linnet/status.h>
#include <linnet/uncertainty.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

LNT_BEGIN_DECLS

/** How a net was trained. Numbers that are not known are NaN. */
typedef struct lnt_training_summary {
    size_t epochs;
    size_t train_rows;
    size_t validation_rows;
    uint64_t seed;
    double train_loss;
    double train_accuracy;
    double validation_loss;
    double validation_accuracy;
} lnt_training_summary;

/** Class weights that a loaded model owns. */
typedef struct lnt_class_weights lnt_class_weights;

/**
 * A net and all that is needed to use it on raw data. A plain struct on the caller's storage: set
 * it to `{0}` or by `lnt_model_init`, fill what you have, and give everything back with
 * `lnt_model_finish`. Only `net` is required.
 */
typedef struct lnt_model {
    lnt_net *net;
    lnt_loss loss; /**< what it was trained for; of a custom loss files keep the kind only */
    lnt_class_weights *class_weights; /**< owns the loss's, in a loaded model; else NULL */
    lnt_scaler *input_scaler;         /**< [inputs], or NULL: inputs go in as they are */
    lnt_scaler *target_scaler; /**< [targets], or NULL: outputs come out as they are; targets is
                                    what `lnt_loss_target_cols` says */
    lnt_names *input_names;    /**< one a column of x, or NULL */
    lnt_names *target_names;   /**< one a target column, or NULL */
    lnt_names *class_names;    /**< one a class (`lnt_loss_classes`) or, where a label names none,
                                    one an output; or NULL */
    lnt_laplace *laplace;      /**< of `net` and `loss`, or NULL */
    lnt_training_summary record;
} lnt_model;

/** An empty model: all NULL, loss mean squared error, record unknown. */
LNT_API lnt_model lnt_model_init(void);

/** Destroys whatever the model holds and empties it; NULL is fine. */
LNT_API void lnt_model_finish(lnt_model *model);

/**
 * Saves a model as one safetensors file: tensors "layers.0.weight" [in, out], "layers.0.bias"
 * [out], …, "input.offset", "input.scale", "target.offset", "target.scale", with a Laplace
 * approximation "laplace.basis" and others, and in `__metadata__` the layers, loss, names, record,
 * library version and an XXH3 checksum of each tensor. Every bit is kept. The file appears whole or
 * not at all: written beside its place, synced, renamed. `LNT_ERR_INVALID` if the parts of the
 * model do not fit together. Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_model_save(const lnt_model *model, const char *path,
                                                 lnt_error *error);

/**
 * Loads a model of `lnt_model_save` into `model`, which must be empty or uninitialised (it is
 * overwritten); the caller finishes it. A file that is cut, altered, inconsistent or of another
 * kind is `LNT_ERR_FORMAT`, and `error` says why; `model` is then empty. A number that is infinite
 * or NaN is `LNT_ERR_NONFINITE`, with its tensor and element, counted from 0, in `error`;
 * `lnt_model_import` can allow it. Sizes are checked against the file's before anything is
 * allocated. Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_model_load(lnt_model *model, const char *path,
                                                 const lnt_allocator *allocator, lnt_error *error);

/** Saves a net alone, as a model without scaling and names. */
LNT_API LNT_MUST_CHECK lnt_status lnt_net_save(const lnt_net *net, const char *path,
                                               lnt_error *error);

/** Loads the net of a model file and nothing else. On failure `*net` is NULL. */
LNT_API LNT_MUST_CHECK lnt_status lnt_net_load(lnt_net **net, const char *path,
                                               const lnt_allocator *allocator, lnt_error *error);

/* --- NumPy's .npy files --- */

/**
 * Writes a tensor of any dtype and strides as NumPy's .npy file, version 1.0, of shape (rows,
 * cols), in the order of bytes of this machine; column by column, Fortran's order, if it lies like
 * that. The file appears as by `lnt_file_write`. Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_npy_write(const char *path, const lnt_tensor *x,
                                                lnt_error *error);

/** Bytes before the elements of an .npy file of one or two dimensions. */
#define LNT_NPY_HEADER_LENGTH 128

/**
 * The same bytes alone, for a program that writes elements as they come: of shape (rows, cols), row
 * by row, or (rows,) if `cols` is 0. `dtype` is "b1", "i1" to "i8", "u1" to "u8", "f2", "f4" or
 * "f8" (`LNT_ERR_INVALID` if not), in the order of bytes of this machine. Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_npy_header(const char *dtype, size_t rows, size_t cols,
                                                 char begin[LNT_NPY_HEADER_LENGTH]);

LNT_END_DECLS

#endif
