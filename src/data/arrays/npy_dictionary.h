/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_ARRAYS_NPY_DICTIONARY_H
#define LINNET_DATA_ARRAYS_NPY_DICTIONARY_H

#include "data/arrays/npy.h"

/**
 * Reads {'descr': …, 'fortran_order': …, 'shape': …}, each key once, in any order, into the dtype,
 * order, rank and shape of `header`. On failure the header is partly set. With `python2`, integers
 * may end in L. Blanks are allowed between tokens and at the end; no other Python is supported.
 */
lnt_status lnt_npy_dictionary_read(lnt_npy_info *header, const char *text, size_t length,
                                   bool python2, const char *name, lnt_error *error);

#endif
