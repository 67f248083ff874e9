/* SPDX-License-Identifier: MIT */
#ifndef LINNET_LINNET_H
#define LINNET_LINNET_H

/**
 * Linnet: multilayer perceptrons on BLAS. This header includes all the others.
 *
 * A callback returns; it reports a failure by its result. If it leaves by longjmp or by an
 * exception of C++ instead, the library's functions in between do not clean up. The comment of each
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
