/* SPDX-License-Identifier: MIT */
#ifndef LINNET_IO_CHECKPOINT_FILE_H
#define LINNET_IO_CHECKPOINT_FILE_H

/** The format of checkpoints, for the writer and the reader: keys in `__metadata__`. */

/** Incremented when a reader of the previous format would misread a file. */
#define LNT_CHECKPOINT_FORMAT "1"

#define LNT_CHECKPOINT_RESERVED "linnet."
#define LNT_CHECKPOINT_FORMAT_KEY "linnet.checkpoint"
#define LNT_CHECKPOINT_VERSION_KEY "linnet.version"
#define LNT_CHECKPOINT_CORE_KEY "linnet.blas_core"
#define LNT_CHECKPOINT_CHECKSUMS_KEY "linnet.checksums" /* JSON: tensor name to checksum */
#define LNT_CHECKPOINT_CHECKSUM_KEY "linnet.checksum"   /* of all other keys and values */

#include "base/files/checksum.h"
#include "io/json/name_map.h"

#include <jansson.h>

/**
 * The checksum of the metadata except `LNT_CHECKPOINT_CHECKSUM_KEY`, independent of the order of
 * its keys.
 */
lnt_status lnt_checkpoint_metadata_checksum(const lnt_name_map *metadata, lnt_checksum *checksum);

/** The same for a JSON object of texts to write. */
lnt_status lnt_checkpoint_json_checksum(const json_t *metadata, lnt_checksum *checksum);

#endif
