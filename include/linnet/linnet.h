/* SPDX-License-Identifier: MIT */
#ifndef LINNET_LINNET_H
#define LINNET_LINNET_H

/**
 * Linnet: multilayer perceptrons on BLAS. This header includes all the others.
 *
 * The library has three levels. Start with the first; a program may mix them.
 *
 * 1. Simple: describe a net, train it on arrays, save it, predict.
 *
 *     const lnt_layer layers[] = {lnt_dense(32, LNT_TANH), lnt_dense(1, LNT_IDENTITY)};
 *     lnt_net_create(&net, &(lnt_net_config){.dtype = LNT_F64, .inputs = 1, .layers = layers,
 *                                            .n_layers = 2, .seed = 42});
 *     lnt_fit_config fit = lnt_fit_defaults();      Adam, mean squared error, batches of 32
 *     lnt_fit(net, &x, &y, &fit, &result, &error);  x [rows, inputs], y [rows, targets]
 *     lnt_net_save(net, "sine.safetensors", &error);
 *
 *     tensor.h      views of your arrays; they own nothing
 *     layer.h       layers, activations, initialisers
 *     net.h         nets
 *     train.h       lnt_fit: the training loop with validation, early stopping, checkpoints
 *     io.h          models: a net, its scalers and names; save and load
 *     predict.h     predictions of a model on raw data
 *     data.h        tables from files, splits, scalers
 *
 * 2. Parts: what lnt_fit is made of, for a loop of your own.
 *
 *     net.h         passes: forward, backward, gradients
 *     loss.h        losses and their gradients
 *     optim.h       optimisers: first-order methods, L-BFGS, Levenberg-Marquardt, K-FAC
 *     schedule.h    learning rate schedules
 *     metrics.h     scores
 *     checkpoint.h  files that hold the state of a run
 *     settings.h    every setting by its name, for configuration files and bindings
 *
 * 3. Expert: derivatives of a net, uncertainty, other formats, the machine.
 *
 *     derivatives.h Jacobians, JVP, VJP, Hessian products
 *     uncertainty.h Laplace approximations; ensemble.h  deep ensembles
 *     exchange.h    PyTorch, ONNX, NumPy, C source
 *     memory.h      your allocator; random.h  random numbers; build.h  BLAS and its threads
 *     file.h        files that appear whole or not at all; text.h  numbers and safe text
 *
 * Functions that can fail return an `lnt_status`; many take an `lnt_error` for a sentence. The
 * library never prints, exits, or changes state of the process. A net is read-only while it runs:
 * many threads may share one, each with its own pass.
 *
 * A callback returns; it reports a failure by its result. If it leaves by longjmp or by a C++
 * exception instead, the library's functions in between do not clean up. The comment of each
 * callback type says what is lost. No library lock stays held.
 *
 * After fork, the child process has no copy of the threads of a pass: see `lnt_pass`.
 */

#include <linnet/build.h>
#include <linnet/checkpoint.h>
#include <linnet/data.h>
#include <linnet/derivatives.h>
#include <linnet/dtype.h>
#include <linnet/ensemble.h>
#include <linnet/exchange.h>
#include <linnet/export.h>
#include <linnet/file.h>
#include <linnet/io.h>
#include <linnet/layer.h>
#include <linnet/loss.h>
#include <linnet/memory.h>
#include <linnet/metrics.h>
#include <linnet/net.h>
#include <linnet/optim.h>
#include <linnet/predict.h>
#include <linnet/random.h>
#include <linnet/schedule.h>
#include <linnet/settings.h>
#include <linnet/status.h>
#include <linnet/tensor.h>
#include <linnet/text.h>
#include <linnet/train.h>
#include <linnet/uncertainty.h>

#endif
