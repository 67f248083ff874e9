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

/** The file formats of models. */
typedef enum lnt_model_format {
    LNT_FORMAT_LINNET, /**< safetensors of `lnt_model_save`; import and export */
    LNT_FORMAT_TORCH,  /**< safetensors of the state dict of a PyTorch `nn.Sequential`; import and
                          export */
    LNT_FORMAT_NPZ,    /**< NumPy arrays of the parameters; import and export */
    LNT_FORMAT_ONNX,   /**< a graph as exported by PyTorch and scikit-learn; import and export */
    LNT_FORMAT_C       /**< C99 source; export only */
} lnt_model_format;

/** "linnet", "torch", "npz", "onnx", "c"; NULL for a value outside the list. */
LNT_API const char *lnt_model_format_name(lnt_model_format format);
LNT_API LNT_MUST_CHECK lnt_status lnt_model_format_find(const char *name, lnt_model_format *format);

/**
 * Detects the format of a file by its content. `LNT_ERR_IO`, or `LNT_ERR_FORMAT` for a file of
 * unknown format.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_model_format_detect(const char *path,
                                                          lnt_model_format *format,
                                                          lnt_error *error);

/* --- PyTorch --- */

/**
 * Options for a state dict of a PyTorch `nn.Sequential`, which does not describe all of its
 * modules. `{0}` is a regression with mean squared error, in f32, without activations.
 */
typedef struct lnt_torch_options {
    /**
     * The layers of the whole net, borrowed; or NULL: inferred from the tensors. The modules with
     * tensors are matched in order to the layers with parameters, whatever their numbers are. A
     * dense layer of 0 units takes its units and bias from its tensors.
     */
    const lnt_layer *layers;
    size_t n_layers;
    lnt_activation activation; /**< without `layers`: the activation after each hidden Linear and
                                  the norms that follow it */
    lnt_activation output_activation; /**< without `layers`: the activation after the last Linear */
    bool linear;          /**< confirms that hidden layers have no activation. Without `linear` and
                             `activation`, a file with several layers is refused, unless it describes its
                             activations itself */
    lnt_loss loss;        /**< loss of training; class weights are borrowed, as in `lnt_model` */
    lnt_dtype dtype;      /**< dtype of the net, F32 or F64; tensors are rounded to it */
    bool as_stored;       /**< instead of `dtype`: F64 if any tensor is F64, else F32 */
    bool allow_nonfinite; /**< import: infinite numbers and NaN are loaded, not refused */
    bool ignore_scaling;  /**< export: omit the model's scalers */
    bool fold_scaling;    /**< export: fold the scalers into the first and the last Linear */
} lnt_torch_options;

/** Mean squared error, no activations, `as_stored`. */
LNT_API lnt_torch_options lnt_torch_defaults(void);

/**
 * Loads the state dict of an `nn.Sequential` of Linear, BatchNorm1d, LayerNorm, RMSNorm, PReLU and
 * modules without parameters, saved by `safetensors.torch.save_file(model.state_dict(), …)`. For a
 * model in shards, `path` is that of `model.safetensors.index.json`, and the shards are in the same
 * folder. Tensors are "0.weight" [out, in], which is transposed, "0.bias", "1.running_mean", …, of
 * F64, F32, F16 or BF16. All may have one common prefix ("net.0.weight").
 *
 * Without `layers`: a file of `lnt_torch_export` has the layers and the loss of the exported model.
 * For other files, a weight of two dimensions is a dense layer; running_mean marks a batch norm; a
 * weight of one dimension with a bias is a layer norm. A weight of one dimension alone is refused,
 * because several kinds of layers have one. Norms then have the default epsilon.
 *
 * `options` NULL is `lnt_torch_defaults`. `model` is overwritten; the caller frees it with
 * `lnt_model_finish`; on failure it is empty. `LNT_ERR_FORMAT` with the name of a tensor that is
 * missing, unknown, superfluous or of another shape; `LNT_ERR_NONFINITE` with the first tensor and
 * element, in the order of the file, that is not finite in the net's dtype; `LNT_ERR_INVALID` for
 * invalid options. Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_torch_import(lnt_model *model, const char *path,
                                                   const lnt_torch_options *options,
                                                   const lnt_allocator *allocator,
                                                   lnt_error *error);

/**
 * Saves the net as the state dict of an `nn.Sequential` that loads it with `strict=True`, in one
 * safetensors file. "torch.sequential" in its `__metadata__` is that module as Python text. An
 * activation is a module of its own. Every bit is kept, unless scalers are folded: that is computed
 * in double and rounded once. Only the two export options are used; NULL means neither.
 *
 * `LNT_ERR_INVALID` for a layer without a corresponding module (residual, sine, a bias without a
 * gain), for a model with scalers if neither option is set, and if the scalers cannot be folded:
 * input scalers need a dense layer first; target scalers need a last dense layer without
 * activation, and a loss whose outputs are the predictions (no link). The file is written
 * atomically. Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_torch_export(const lnt_model *model, const char *path,
                                                   const lnt_torch_options *options,
                                                   lnt_error *error);

/* --- NumPy: `LNT_ERR_INVALID` in a build with -Dzip=disabled --- */

/**
 * Writes a model as an uncompressed .npz archive: arrays with the names, shapes, dtypes and bits of
 * `lnt_model_save`, and an array of bytes, "linnet.json", with its metadata. `numpy.load` reads all
 * of it without pickle. The archive is built in memory first. The file is written atomically.
 * Errors as `lnt_model_save`.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_npz_export(const lnt_model *model, const char *path,
                                                 lnt_error *error);

/**
 * Loads an archive of `lnt_npz_export`, compressed or not; else as `lnt_model_load`. Checksums are
 * those of the tensors: a changed array is refused.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_npz_import(lnt_model *model, const char *path,
                                                 const lnt_allocator *allocator, lnt_error *error);

/* --- ONNX: `LNT_ERR_INVALID` in a build with -Donnx=disabled --- */

/**
 * Writes a model as an ONNX graph that computes what `lnt_predict` does: scaling, layers in
 * inference mode, the inverse link of the loss (probabilities, rates, means and deviations), and
 * the original unit of the targets. The graph has one input "input" [batch, inputs] and one output
 * "output" [batch, outputs], any batch size, of the net's dtype. Operators are of version 13 (IR
 * 7), which runtimes support since 2020. In f64 it uses only operators that ONNX Runtime computes
 * in double; in f32, no doubles. Names, loss and training summary are in the metadata:
 * "linnet.input_names", "linnet.class_names", ... as JSON. The file is written atomically.
 *
 * `LNT_ERR_INVALID` if the parts of the model do not fit together, or a number of a scaler of an
 * f32 net is beyond f32; `LNT_ERR_TOO_LARGE` above 2 GiB, the limit of protocol buffers.
 * Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_onnx_export(const lnt_model *model, const char *path,
                                                  lnt_error *error);

typedef struct lnt_onnx_options {
    size_t memory_limit;            /**< limit of memory in bytes, file and model included */
    const lnt_allocator *allocator; /**< NULL: the default */
    bool allow_nonfinite;           /**< infinite numbers and NaN are loaded, not refused */
} lnt_onnx_options;

/** No memory limit, the default allocator. */
LNT_API lnt_onnx_options lnt_onnx_defaults(void);

/**
 * Loads a model of `lnt_onnx_export`, or a similar graph of PyTorch's exporters or skl2onnx, into
 * `model`, which must be empty or uninitialized (it is overwritten). The caller frees it with
 * `lnt_model_finish`. `options` NULL: the defaults.
 *
 * - One input of rows and columns, or flattened to them; any batch size. Of several outputs, the
 *   one of floats: probabilities, not labels.
 * - Gemm, MatMul and Add, Transpose of weights; Relu, LeakyRelu, PRelu, Elu, Selu, Gelu, Sigmoid,
 *   Tanh, Softplus, Softsign, HardSigmoid, HardSwish, Sin, and these and SiLU as compositions of
 *   simpler operators; BatchNormalization, LayerNormalization, RMSNormalization, the latter two
 *   also as compositions; residual sums; Identity, Dropout, Cast between floats, Flatten, Reshape,
 *   Squeeze of a single column; Add, Sub, Mul, Div by a constant, and scikit-learn's Scaler: before
 *   the layers as input scaler, after them as target scaler, between them as part of the layer
 *   before.
 * - Softmax at the end becomes the loss softmax cross-entropy, Sigmoid (and [1 - p, p]) binary
 *   cross-entropy, Exp Poisson. Otherwise the loss is mean squared error, unless the metadata of
 *   the file name it. Class names come from the metadata, or from scikit-learn's ZipMap or labels.
 * - The net is F64 if a weight matrix is of doubles; without weights, if the input is.
 *
 * Everything else is `LNT_ERR_FORMAT`, with the node and its operator in `error`: also data in
 * other files, functions, operators before version 7. `LNT_ERR_TOO_LARGE` above 2 GiB or the limit,
 * or for a graph that needs more than 64 times the size of its file plus 16 MiB. Sizes are checked
 * against the size of the file before memory is allocated. A parameter that is not finite is
 * `LNT_ERR_NONFINITE`, with its name in the net in `error`. On failure `model` is empty.
 * Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_onnx_import(lnt_model *model, const char *path,
                                                  const lnt_onnx_options *options,
                                                  lnt_error *error);

/* --- C source --- */

/** Options of the export to C; `{0}` has the defaults. */
typedef struct lnt_c_options {
    const char *name; /**< name of the function: an identifier of C and C++ of at most 63 bytes;
                         NULL: from the name of the file, with other characters replaced */
    lnt_dtype dtype;  /**< dtype of its arithmetic, F32 or F64; 0: the net's */
    const lnt_tensor *cases; /**< [cases, inputs] raw; NULL: generated */
} lnt_c_options;

/**
 * Writes a model as one C99 file, `path`, which ends in ".c", and a header beside it, ".h". The
 * function `void NAME(const float *x, float *y)`, or with double, computes what `lnt_predict` does
 * for one row of raw inputs. It needs only <math.h>, allocates no memory and has no state; numbers
 * are exact (hexadecimal). If NAME_TEST (in capitals) is defined, the file is a program that runs
 * test cases and returns 0 if their outputs match those of the net in f64 to 2^-13 (f32) or 2^-33
 * (f64) of the largest. Both compile without warnings as C99 and C++17. `options` may be NULL. Each
 * file is written atomically; after `LNT_ERR_IO` the source may be new while the header is not.
 * `LNT_ERR_INVALID` for an invalid function name or file name, `LNT_ERR_NONFINITE` for a parameter
 * or a case, `LNT_ERR_SHAPE` for cases. Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_c_export(const lnt_model *model, const char *path,
                                               const lnt_c_options *options, lnt_error *error);

/* --- any format --- */

typedef struct lnt_import_options {
    lnt_torch_options
        torch;            /**< for `LNT_FORMAT_TORCH`; files of other formats describe themselves */
    bool allow_nonfinite; /**< for any format: parameters and running statistics that are infinite
                             or NaN are loaded; else they are `LNT_ERR_NONFINITE` */
    const lnt_allocator *allocator; /**< NULL: the default */
} lnt_import_options;

/** `lnt_torch_defaults` and the default allocator. */
LNT_API lnt_import_options lnt_import_defaults(void);

/**
 * Loads a model from a file of any format with import, as `lnt_model_format_detect` detects it.
 * `options` NULL is the defaults. `model` is overwritten; the caller frees it with
 * `lnt_model_finish`; on failure it is empty.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_model_import(lnt_model *model, const char *path,
                                                   const lnt_import_options *options,
                                                   lnt_error *error);

LNT_END_DECLS

#endif
