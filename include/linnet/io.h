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
typedef struct lnt_record {
    size_t epochs;
    size_t train_rows;
    size_t validation_rows;
    uint64_t seed;
    double train_loss;
    double train_accuracy;
    double validation_loss;
    double validation_accuracy;
} lnt_record;

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
    lnt_record record;
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
 * or NaN is `LNT_ERR_NOT_FINITE`, with its tensor and element, counted from 0, in `error`;
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

/* --- files --- */

/**
 * Writes a file whole or not at all: beside its place, synced, renamed. A file that stood there
 * stays until then; links are followed. A file that may not be written is not replaced
 * (`LNT_ERR_IO`), although its folder may allow it. Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_file_write(const char *path, const void *data, size_t bytes,
                                                 lnt_error *error);

/**
 * Finds out whether `lnt_file_write`, and every other function that saves a file, could write
 * `path` now, by the same first steps: it creates the temporary file beside it and removes it.
 * `LNT_ERR_IO` with the reason if not. The file itself is not touched. Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_file_check_writable(const char *path, lnt_error *error);

/**
 * Whether two paths are one file, symbolic links followed. Files that exist are compared by device
 * and inode, so that hard links are one file; paths where no file is yet by their folder and the
 * name in it. False if it cannot be found out. Thread-safe.
 */
LNT_API bool lnt_file_same(const char *a, const char *b);

/** A file that is being written, and that appears whole or not at all. One thread at a time. */
typedef struct lnt_file_writer lnt_file_writer;

/**
 * Opens a file for writing as `lnt_file_write` does, for a program that writes it in parts. The
 * caller ends it by `lnt_file_writer_commit` or `lnt_file_writer_discard`; `path` is borrowed until
 * then. On failure `*writer` is NULL: `LNT_ERR_NULL`, `LNT_ERR_MEMORY`, and `LNT_ERR_IO` as for
 * `lnt_file_check_writable`. Two writers of one path do not disturb each other; the file that is
 * committed last stays.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_file_writer_open(lnt_file_writer **writer, const char *path,
                                                       lnt_error *error);
/** The descriptor to write to, -1 for NULL. It belongs to the writer: write to it, but do not close
 * it. */
LNT_API int lnt_file_writer_descriptor(const lnt_file_writer *writer);
/**
 * Puts the file in its place, and frees the writer, also on failure: `LNT_ERR_NULL`, or
 * `LNT_ERR_IO` if the file cannot be synced, renamed or closed. If only the sync of the folder
 * fails, the new file is already in its place, but may be lost if the machine stops.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_file_writer_commit(lnt_file_writer *writer, lnt_error *error);
/** Removes what was written and frees the writer; NULL is fine. */
LNT_API void lnt_file_writer_discard(lnt_file_writer *writer);

/**
 * Writes a tensor of any dtype and strides as NumPy's .npy file, version 1.0, of shape (rows,
 * cols), in the order of bytes of this machine; column by column, Fortran's order, if it lies like
 * that. The file appears as by `lnt_file_write`. Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_npy_write(const char *path, const lnt_tensor *x,
                                                lnt_error *error);

/** Bytes before the elements of an .npy file of one or two dimensions. */
#define LNT_NPY_BEGIN 128

/**
 * The same bytes alone, for a program that writes elements as they come: of shape (rows, cols), row
 * by row, or (rows,) if `cols` is 0. `dtype` is "b1", "i1" to "i8", "u1" to "u8", "f2", "f4" or
 * "f8" (`LNT_ERR_INVALID` if not), in the order of bytes of this machine. Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_npy_begin(const char *dtype, size_t rows, size_t cols,
                                                char begin[LNT_NPY_BEGIN]);

/** Room for any number that `lnt_number_text` writes. */
#define LNT_NUMBER_TEXT_LENGTH 32

/**
 * Writes `value` as short as reads back the same, with a decimal point whatever the locale; "nan",
 * "inf", "-inf". `LNT_ERR_MEMORY` if the system has none. Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_number_text(double value, char text[LNT_NUMBER_TEXT_LENGTH]);

LNT_END_DECLS

#endif
