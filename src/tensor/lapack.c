/* SPDX-License-Identifier: MIT */
#include "tensor/lapack.h"

#ifndef LNT_LAPACKE_HEADER
#define LNT_LAPACKE_HEADER <lapacke.h>
#endif
#include LNT_LAPACKE_HEADER

void lnt_lapack_version(int version[3])
{
    lapack_int major = 0, minor = 0, patch = 0;
    LAPACKE_ilaver(&major, &minor, &patch);
    version[0] = (int) major;
    version[1] = (int) minor;
    version[2] = (int) patch;
}
