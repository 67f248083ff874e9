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
LNT_API LNT_MUST_CHECK lnt_status lnt_model_format_find(const char *name, lnt_model_format *format);

/**
 * Finds out by its content in what format a file is. `LNT_ERR_IO`, or `LNT_ERR_FORMAT` for a file
 * of no known kind.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_model_format_detect(const char *path,
                                                          lnt_model_format *format,
                                                          lnt_error *error);

/* --- PyTorch --- */

/**
 * What the state of a PyTorch `nn.Sequential` does not say about its modules. `{0}` is a
 * regression with mean squared error, in f32, without activations.
 */
typedef struct lnt_torch_options {
    /**
     * The layers of the whole net, borrowed, or NULL: as the tensors tell. Modules with tensors are
     * given to layers with parameters in turn, whatever their numbers are. A dense layer of 0 units
     * takes units and bias from its tensors.
     */
    const lnt_layer *layers;
    size_t n_layers;
    lnt_activation activation; /**< without `layers`: behind each hidden Linear, or the norms that
                                    follow it */
    lnt_activation output_activation; /**< without `layers`: behind the last one */
    bool linear;     /**< there is no activation behind hidden layers: without it, and without
                          `activation`, a file that does not say so itself is refused if it has several
                      */
    lnt_loss loss;   /**< what it was trained for; class weights are borrowed as in `lnt_model` */
    lnt_dtype dtype; /**< of the net: F32 or F64; tensors are rounded to it */
    bool as_stored;  /**< instead: F64 if any tensor is, else F32 */
    bool allow_nonfinite; /**< import: infinite numbers and NaN are loaded, not refused */
    bool ignore_scaling;  /**< export: leave the model's scalers out */
    bool fold_scaling;    /**< export: put them into the first and the last Linear */
} lnt_torch_options;

/** Mean squared error, no activations, `as_stored`. */
LNT_API lnt_torch_options lnt_torch_defaults(void);

/**
 * Loads the state of an `nn.Sequential` of Linear, BatchNorm1d, LayerNorm, RMSNorm, PReLU and
 * modules without parameters, saved by `safetensors.torch.save_file(model.state_dict(), …)`, or in
 * shards: then `path` is that of `model.safetensors.index.json`, and the shards lie beside it.
 * Tensors "0.weight" [out, in], which is transposed, "0.bias", "1.running_mean", …, F64, F32, F16
 * or BF16, may all have one prefix ("net.0.weight").
 *
 * Without `layers`: if the file is one of `lnt_torch_export`, they are as they were there, loss and
 * all; else a weight of two dimensions is a dense layer, running_mean tells a batch norm, a weight
 * of one dimension with a bias is a layer norm, and one alone is refused, since it may be of
 * several kinds. Norms then have the default epsilon.
 *
 * `options` NULL is `lnt_torch_defaults`. `model` is overwritten; the caller finishes it; on
 * failure it is empty. `LNT_ERR_FORMAT` with the name of a tensor that is missing, unknown,
 * superfluous or of another shape; `LNT_ERR_NONFINITE` with the tensor and the element, in the
 * order of the file, that is not finite in the net's dtype; `LNT_ERR_INVALID` for options.
 * Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_torch_import(lnt_model *model, const char *path,
                                                   const lnt_torch_options *options,
                                                   const lnt_allocator *allocator,
                                                   lnt_error *error);

/**
 * Saves the net as the state of an `nn.Sequential` that loads it with `strict=True`, in one
 * safetensors file; "torch.sequential" in its `__metadata__` is that module as Python text. An
 * activation takes a number. Every bit is kept unless scaling is folded, which is done in double
 * and rounded once. Of `options` only the two of export are read; NULL is neither.
 *
 * `LNT_ERR_INVALID` for a layer without such a module (residual, sine, a bias without a gain), for
 * a model with scalers when neither option is set, and where they cannot be folded: inputs need a
 * dense layer first, targets one without activation last and a loss of plain numbers. The file
 * appears whole or not at all. Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_torch_export(const lnt_model *model, const char *path,
                                                   const lnt_torch_options *options,
                                                   lnt_error *error);

/* --- NumPy: `LNT_ERR_INVALID` in a build with -Dzip=disabled --- */

/**
 * Writes a model as NumPy's archive, stored: arrays by the names, shapes and dtypes of
 * `lnt_model_save`, bit by bit, and one of bytes, "linnet.json", that hold its metadata, so that
 * `numpy.load` reads all of it without pickle. The archive is made in memory first. The file
 * appears whole or not at all. Errors as `lnt_model_save`.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_npz_export(const lnt_model *model, const char *path,
                                                 lnt_error *error);

/**
 * Loads what `lnt_npz_export` wrote, packed or not; else as `lnt_model_load`. Checksums are those
 * of the tensors: an array that was changed is refused.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_npz_import(lnt_model *model, const char *path,
                                                 const lnt_allocator *allocator, lnt_error *error);

/* --- ONNX: `LNT_ERR_INVALID` in a build with -Donnx=disabled --- */

/**
 * Writes a model as an ONNX graph with one input "input" [batch, inputs] and one output "output"
 * [batch, outputs], any batch, of the net's dtype, that computes what `lnt_predict` does: scaling,
 * layers in inference, the loss's link (probabilities, rates, means and deviations), the targets'
 * own unit. Operators of version 13 (IR 7), which runtimes know since 2020; in f64 only such as
 * ONNX Runtime computes in double, in f32 no doubles. Names, loss and record go to the metadata:
 * "linnet.input_names", "linnet.class_names", ... as JSON. The file appears whole or not at all.
 *
 * `LNT_ERR_INVALID` if the parts of the model do not fit together, or a number of a scaler of an
 * f32 net is no f32; `LNT_ERR_TOO_LARGE` above 2 GiB, where protocol buffers end. Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_onnx_export(const lnt_model *model, const char *path,
                                                  lnt_error *error);

typedef struct lnt_onnx_options {
    size_t memory_limit;            /**< bytes that reading may take, file and model included */
    const lnt_allocator *allocator; /**< NULL: the default */
    bool allow_nonfinite;           /**< infinite numbers and NaN are loaded, not refused */
} lnt_onnx_options;

/** No memory limit, the default allocator. */
LNT_API lnt_onnx_options lnt_onnx_defaults(void);

/**
 * Reads a model that `lnt_onnx_export` wrote, or a graph of such layers as PyTorch's exporters and
 * skl2onnx write them, into `model`, which must be empty or uninitialised (it is overwritten); the
 * caller finishes it. `options` NULL: the defaults.
 *
 * - One input of rows and columns, or flattened to them; any batch. Of several outputs the one of
 *   floats: probabilities, not labels.
 * - Gemm, MatMul and Add, Transpose of weights; Relu, LeakyRelu, PRelu, Elu, Selu, Gelu, Sigmoid,
 *   Tanh, Softplus, Softsign, HardSigmoid, HardSwish, Sin, and those and SiLU by the operators that
 *   they are made of; BatchNormalization, LayerNormalization, RMSNormalization, the latter two also
 *   in parts; sums of a value and one that is made from it; Identity, Dropout, Cast between floats,
 *   Flatten, Reshape, Squeeze of a single column; Add, Sub, Mul, Div by a constant, and
 *   scikit-learn's Scaler, before the layers as scaler of inputs, behind them as scaler of
 *   targets, between them as part of the layer before.
 * - Softmax at the end becomes the loss softmax cross-entropy, Sigmoid (and [1 - p, p]) binary
 *   cross-entropy, Exp Poisson; else the loss is mean squared error, unless the file's metadata
 * tell. Names of classes come from the metadata, or from scikit-learn's ZipMap or labels.
 * - The net is F64 if a weight matrix is of doubles; without any, if the input is.
 *
 * Everything else is `LNT_ERR_FORMAT`, with the node and its operator in `error`: also data in
 * other files, functions, operators before version 7. `LNT_ERR_TOO_LARGE` above 2 GiB or the limit,
 * or for a graph that takes 64 times the memory of its file and 16 MiB. Sizes are checked against
 * the file's before anything is allocated. A parameter that is not finite is `LNT_ERR_NONFINITE`,
 * with its name in the net in `error`. On failure `model` is empty. Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_onnx_import(lnt_model *model, const char *path,
                                                  const lnt_onnx_options *options,
                                                  lnt_error *error);

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
 * Each file is whole or not there, or what it was; after `LNT_ERR_IO` the source may be new without
 * its header. `LNT_ERR_INVALID` for a name or a file name that cannot be, `LNT_ERR_NONFINITE` for
 * a parameter or a case, `LNT_ERR_SHAPE` for cases. Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_c_export(const lnt_model *model, const char *path,
                                               const lnt_c_options *options, lnt_error *error);

/* --- any format --- */

typedef struct lnt_import_options {
    lnt_torch_options
        torch;            /**< for a file of `LNT_FORMAT_TORCH`; others say all of it themselves */
    bool allow_nonfinite; /**< of any format: parameters and running statistics that are infinite or
                               NaN are loaded; else they are `LNT_ERR_NONFINITE` */
    const lnt_allocator *allocator; /**< NULL: the default */
} lnt_import_options;

/** `lnt_torch_defaults` and the default allocator. */
LNT_API lnt_import_options lnt_import_defaults(void);

/**
 * Loads a model from a file of any format that is read, as `lnt_model_format_detect` finds it.
 * `options` NULL is the defaults. `model` is overwritten; the caller finishes it; on failure it is
 * empty.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_model_import(lnt_model *model, const char *path,
                                                   const lnt_import_options *options,
                                                   lnt_error *error);

LNT_END_DECLS

#endif
