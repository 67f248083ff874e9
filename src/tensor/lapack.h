/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TENSOR_LAPACK_H
#define LINNET_TENSOR_LAPACK_H

/** LAPACK's version in three parts. */
void lnt_lapack_version(int version[3]);

#endif
