/* SPDX-License-Identifier: MIT */
#ifndef LINNET_EXCHANGE_H
#define LINNET_EXCHANGE_H

#include <linnet/export.h>
#include <linnet/io.h>
#include <linnet/layer.h>
#include <linnet/loss.h>
#include <linnet/memory.h>
#include <linnet/status.h>
#include <linnet/tensor.h>
#include <stdbool.h>
#include <stddef.h>

LNT_BEGIN_DECLS

/* --- models in other programs' files --- */

/** In what kind of file a model is. */
typedef enum lnt_model_format {
    LNT_FORMAT_LINNET, /**< safetensors of `lnt_model_save`; read and written */
    LNT_FORMAT_TORCH,  /**< safetensors of the state of a PyTorch `nn.Sequential`; both */
    LNT_FORMAT_NPZ,    /**< NumPy's arrays of the parameters; both */
    LNT_FORMAT_ONNX,   /**< a graph as PyTorch and scikit-learn export it; both */
    LNT_FORMAT_C       /**< C99 source; written only */
} lnt_model_format;

/** "linnet", "torch", "npz", "onnx", "c"; NULL for a value outside the list. */
LNT_API const char *lnt_model_format_name(lnt_model_format format);
LNT_API lnt_status lnt_model_format_find(const char *name, lnt_model_format *format);

/**
 * Finds out by its content in what format a file is. `LNT_ERR_IO`, or `LNT_ERR_FORMAT` for a file
 * of no known kind.
 */
LNT_API lnt_status lnt_model_format_of(const char *path, lnt_model_format *format,
                                       lnt_error *error);

/* --- ONNX --- */

LNT_API LNT_MUST_CHECK lnt_status lnt_onnx_export(const lnt_model *model, const char *path,
                                                  lnt_error *error);

LNT_API LNT_MUST_CHECK lnt_status lnt_onnx_import(lnt_model *model, const char *path,
                                                  const lnt_allocator *allocator, lnt_error *error);

/* --- C source --- */

/** How a model becomes C; `{0}` has the defaults. */
typedef struct lnt_c_options {
    const char *name; /**< of the function, an identifier of C and C++ of at most 63 bytes; NULL:
                           the file's, other characters replaced */
    lnt_dtype dtype;  /**< of its arithmetic, F32 or F64; 0: the net's */
    const lnt_tensor *cases; /**< [cases, inputs], raw, for the check; NULL: some are made up */
} lnt_c_options;

/**
 * Writes a model as one C99 file, `path`, which ends in ".c", and a header beside it, ".h": the
 * function `void NAME(const float *x, float *y)`, or of double, takes one row of raw inputs and
 * gives what `lnt_predict` does. It needs nothing but <math.h>, allocates nothing and keeps
 * nothing; numbers are exact (hexadecimal). With NAME_TEST (in capitals) defined the file is a
 * program that runs cases and returns 0 if their outputs are those of the net in f64 to 2^-13 (f32)
 * or 2^-33 of the largest. Both compile without a warning in C99 and C++17. `options` may be NULL.
 * `LNT_ERR_INVALID` for a name or a file name that cannot be, `LNT_ERR_NOT_FINITE` for a parameter
 * or a case, `LNT_ERR_SHAPE` for cases, `LNT_ERR_IO`. Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_c_export(const lnt_model *model, const char *path,
                                               const lnt_c_options *options, lnt_error *error);

LNT_END_DECLS

#endif
