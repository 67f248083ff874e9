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

/** How a net was trained. Unknown numbers are NaN. */
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
 * A net and everything needed to use it on raw data. A plain struct on the caller's storage:
 * initialize it with `{0}` or `lnt_model_init`, set the members that you have, and free everything
 * with `lnt_model_finish`. Only `net` is required.
 */
typedef struct lnt_model {
    lnt_net *net;
    lnt_loss loss; /**< loss of training; for a custom loss, files store only the kind */
    lnt_class_weights *class_weights; /**< class weights of `loss` in a loaded model; else NULL */
    lnt_scaler *input_scaler;         /**< [inputs], or NULL: inputs not scaled */
    lnt_scaler *target_scaler; /**< [targets], or NULL: targets not scaled; the number of targets is
                                  `lnt_loss_target_cols` */
    lnt_names *input_names;    /**< [inputs], or NULL */
    lnt_names *target_names;   /**< [target columns], or NULL */
    lnt_names *class_names;    /**< [classes] (`lnt_loss_classes`), or [outputs] if the loss has no
                                  classes; or NULL */
    lnt_laplace *laplace;      /**< approximation for `net` and `loss`, or NULL */
    lnt_training_summary record;
} lnt_model;

/** An empty model: all NULL, mean squared error, summary unknown. */
LNT_API lnt_model lnt_model_init(void);

/** Destroys the members of the model and empties it; NULL is fine. */
LNT_API void lnt_model_finish(lnt_model *model);

/**
 * Saves a model as one safetensors file: tensors "layers.0.weight" [in, out], "layers.0.bias"
 * [out], …, "input.offset", "input.scale", "target.offset", "target.scale", and for a Laplace
 * approximation "laplace.basis" and others. `__metadata__` has the layers, loss, names, training
 * summary, library version and an XXH3 checksum of each tensor. Every bit is kept. The file is
 * written atomically: to a temporary file in the same folder, synced, renamed. `LNT_ERR_INVALID` if
 * the parts of the model do not fit together. Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_model_save(const lnt_model *model, const char *path,
                                                 lnt_error *error);

/**
 * Loads a model of `lnt_model_save` into `model`, which must be empty or uninitialized (it is
 * overwritten). The caller frees it with `lnt_model_finish`. `LNT_ERR_FORMAT` for a file that is
 * truncated, altered, inconsistent or not a model; `error` says why, and `model` is empty.
 * `LNT_ERR_NONFINITE` for a number that is infinite or NaN; `error` names its tensor and element,
 * counted from 0. `lnt_model_import` can allow such numbers. Sizes are checked against the size of
 * the file before memory is allocated. Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_model_load(lnt_model *model, const char *path,
                                                 const lnt_allocator *allocator, lnt_error *error);

/** Saves a net alone, as a model without scaling and names. */
LNT_API LNT_MUST_CHECK lnt_status lnt_net_save(const lnt_net *net, const char *path,
                                               lnt_error *error);

/** Loads only the net of a model file. On failure `*net` is NULL. */
LNT_API LNT_MUST_CHECK lnt_status lnt_net_load(lnt_net **net, const char *path,
                                               const lnt_allocator *allocator, lnt_error *error);

/* --- NumPy's .npy files --- */

/**
 * Writes a tensor of any dtype and strides as an .npy file, version 1.0, of shape (rows, cols), in
 * the byte order of this machine; in Fortran order if the tensor is column-major. The file is
 * written atomically, as by `lnt_file_write`. Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_npy_write(const char *path, const lnt_tensor *x,
                                                lnt_error *error);

/** Size of the header of an .npy file of one or two dimensions. */
#define LNT_NPY_HEADER_LENGTH 128

/**
 * Makes only the header, for a program that writes the elements itself: shape (rows, cols), C
 * order, or (rows,) if `cols` is 0. `dtype` is "b1", "i1" to "i8", "u1" to "u8", "f2", "f4" or "f8"
 * (`LNT_ERR_INVALID` if not), in the byte order of this machine. Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_npy_header(const char *dtype, size_t rows, size_t cols,
                                                 char header[LNT_NPY_HEADER_LENGTH]);

LNT_END_DECLS

#endif
