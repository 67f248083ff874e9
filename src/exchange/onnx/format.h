/* SPDX-License-Identifier: MIT */
#ifndef LINNET_EXCHANGE_ONNX_FORMAT_H
#define LINNET_EXCHANGE_ONNX_FORMAT_H

/** Numbers and names of ONNX files, for the writer and the reader. */

/** Element types of tensors. */
enum { ONNX_FLOAT = 1, ONNX_INT32 = 6, ONNX_INT64 = 7, ONNX_STRING = 8, ONNX_DOUBLE = 11 };

/** Types of attributes. */
enum { ONNX_ATTRIBUTE_FLOAT = 1, ONNX_ATTRIBUTE_INT = 2, ONNX_ATTRIBUTE_INTS = 7 };

enum { ONNX_EXTERNAL = 1 }; /* of `data_location` */

/** The limit of protocol buffers. */
#define ONNX_MAX_BYTES 0x7fffffffu

/** Keys of a model's description; the values are as in Linnet's own files. */
#define ONNX_KEY_VERSION "linnet.version"
#define ONNX_KEY_TASK "linnet.task"
#define ONNX_KEY_LOSS "linnet.loss"
#define ONNX_KEY_TRAINING_SUMMARY "linnet.record"
#define ONNX_KEY_INPUT_NAMES "linnet.input_names"
#define ONNX_KEY_TARGET_NAMES "linnet.target_names"
#define ONNX_KEY_CLASS_NAMES "linnet.class_names"

/** The parameters of SELU, as exporters write them to attributes. */
#define ONNX_SELU_ALPHA 1.6732632423543772848170429916717
#define ONNX_SELU_GAMMA 1.0507009873554804934193349852946

/**
 * Φ(z) = 1/2 + z·Σ_i weight_i·exp(node_i·z²) for z in [-9, 9], by Gauss-Legendre quadrature of ∫₀¹
 * exp(−z²t²/2) dt / √(2π), to 1e-15: for GELU in f64, because ONNX Runtime has no Erf in f64.
 */
enum { ONNX_NORMAL_NODES = 32 };
#define ONNX_NORMAL_END 9.0
void lnt_onnx_normal_quadrature(double node[ONNX_NORMAL_NODES], double weight[ONNX_NORMAL_NODES]);

#endif
