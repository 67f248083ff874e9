/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_ARRAYS_NPZ_H
#define LINNET_DATA_ARRAYS_NPZ_H

#include "data/arrays/array.h"
#include "data/source/input.h"
#include <linnet/memory.h>
#include <zip.h>

/** NumPy's archive of arrays: a zip file, of whose members each is an .npy file, "NAME.npy". */

#define LNT_NPZ_LABEL 480

/** A member on its way out of the archive. */
typedef struct lnt_npz_member {
    zip_file_t *file;
    lnt_stream stream; /* of the unpacked bytes; its end is reached only if the sum is right */
    char label[LNT_NPZ_LABEL]; /* "FILE.npz: array 'NAME'", for messages */
} lnt_npz_member;

/** Opens the archive that an input is; the input keeps its file. `LNT_ERR_FORMAT` if it is none. */
lnt_status lnt_npz_open(zip_t **zip, lnt_input *input);

/** The name of a member without ".npy"; `*length` bytes. */
const char *lnt_npz_name(zip_t *zip, size_t index, size_t *length);

/**
 * Opens a member, stored or deflated, at the same address as long as it is open. Refuses one that
 * is encrypted, or whose size cannot be true for the bytes that it takes in the file.
 */
lnt_status lnt_npz_member_open(lnt_npz_member *member, zip_t *zip, size_t index,
                               const lnt_input *input);
void lnt_npz_member_close(lnt_npz_member *member);

#endif
