/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_ARRAYS_NPZ_H
#define LINNET_DATA_ARRAYS_NPZ_H

#include "data/arrays/array.h"
#include "data/input/input.h"
#include <linnet/memory.h>
#include <zip.h>

/** NumPy's archive of arrays: a zip file. Each entry is an .npy file, "NAME.npy". */

#define LNT_NPZ_LABEL_LENGTH 480

/** An open entry of the archive. */
typedef struct lnt_npz_entry {
    zip_file_t *file;
    lnt_stream
        stream; /* of the decompressed bytes; the end is reached only if the checksum is right */
    char label[LNT_NPZ_LABEL_LENGTH]; /* "FILE.npz: array 'NAME'", for messages */
} lnt_npz_entry;

/**
 * Opens an input as an archive; the input keeps its file. `LNT_ERR_FORMAT` if it is not an archive.
 */
lnt_status lnt_npz_open(zip_t **zip, lnt_input *input);

/** The name of an entry without ".npy", `*length` bytes. */
const char *lnt_npz_entry_name(zip_t *zip, size_t index, size_t *length);

/**
 * Opens an entry, stored or deflated. The struct must not move while it is open. Refuses an entry
 * that is encrypted, or whose size is not possible for its compressed size.
 */
lnt_status lnt_npz_entry_open(lnt_npz_entry *entry, zip_t *zip, size_t index,
                              const lnt_input *input);
void lnt_npz_entry_close(lnt_npz_entry *entry);

#endif
