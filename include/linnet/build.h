/* SPDX-License-Identifier: MIT */
#ifndef LINNET_BUILD_H
#define LINNET_BUILD_H

#include <linnet/export.h>
#include <linnet/status.h>

LNT_BEGIN_DECLS

/** The version of these headers. `lnt_version` is the version of the library that is loaded. */
#define LNT_VERSION_MAJOR 0
#define LNT_VERSION_MINOR 1
#define LNT_VERSION_PATCH 0
#define LNT_VERSION_STRING "0.1.0"

/** What this library is made of. Strings are static; "" where a thing cannot be told. */
typedef struct lnt_build {
    const char *version;  /**< as `lnt_version` */
    const char *compiler; /**< "gcc 12.2.0" */
    const char
        *disabled_formats; /**< file formats that it was built without: ".npz, ONNX"; "" for none */
    const char *blas; /**< the BLAS that is loaded: "openblas", "mkl", "blis", else the name of the
                         one found at build time if that one does not tell either, else
                         "unknown" */
    const char *blas_config; /**< what that BLAS says of itself, or the file that it is in */
    const char *blas_core;   /**< kernels it chose for this processor: "Zen", "SkylakeX", … */
    char lapack[24];         /**< LAPACK's version, "3.11.0" */
    int blas_threads;        /**< threads BLAS would use now; 0 where it does not tell */
} lnt_build;

/** Facts of the build and of the BLAS behind it. Thread-safe. */
LNT_API lnt_build lnt_build_info(void);

/** Version of the library that is running, "major.minor.patch". */
LNT_API const char *lnt_version(void);

/**
 * Sets the number of threads of BLAS, for the whole process: the only function here that changes
 * global state, and no other calls it. `LNT_ERR_INVALID` if `threads` is below 1, or above 1 with a
 * BLAS that has no such setting. Not while another thread is inside BLAS.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_blas_set_threads(int threads);

LNT_END_DECLS

#endif
