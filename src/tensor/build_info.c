/* SPDX-License-Identifier: MIT */
#include "tensor/blas/blas.h"
#include "tensor/blas/lapack.h"

#include <linnet/build.h>
#include <stdio.h>

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#elif defined(__GNUC__)
#define COMPILER "gcc " __VERSION__
#else
#define COMPILER ""
#endif

const char *lnt_version(void)
{
    return LNT_VERSION_STRING;
}

lnt_build lnt_build_info(void)
{
    lnt_build build = {
        .version = lnt_version(),
        .compiler = COMPILER,
        .disabled_formats = LNT_LEFT_OUT,
        .blas = lnt_blas_name(),
        .blas_config = lnt_blas_config(),
        .blas_core = lnt_blas_core(),
        .blas_threads = lnt_blas_threads(),
    };
    int version[3];
    lnt_lapack_version(version);
    snprintf(build.lapack, sizeof build.lapack, "%d.%d.%d", version[0], version[1], version[2]);
    return build;
}
