/* SPDX-License-Identifier: MIT */
#include "tensor/lapack.h"

#include <lapacke.h>

void lnt_lapack_version(int version[3])
{
    lapack_int major = 0, minor = 0, patch = 0;
    LAPACKE_ilaver(&major, &minor, &patch);
    version[0] = (int) major;
    version[1] = (int) minor;
    version[2] = (int) patch;
}
