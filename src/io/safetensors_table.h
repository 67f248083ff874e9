/* SPDX-License-Identifier: MIT */
#ifndef LINNET_IO_SAFETENSORS_TABLE_H
#define LINNET_IO_SAFETENSORS_TABLE_H

#include "io/safetensors.h"

#define LNT_ST_METADATA_KEY "__metadata__"

/** The tensors that a header lists, found right against each other and the file's size. */
typedef struct lnt_st_table {
    size_t count;
    lnt_st_entry *entries;        /* [count], in the order of the data; also the one block */
    const lnt_st_entry **by_name; /* [count], sorted by name */
    size_t *shapes;               /* the extents of all entries */
} lnt_st_table;

/**
 * Fills the table from a parsed header that lives as long as the table. `data_bytes` is what the
 * file has after the header. `LNT_ERR_FORMAT` or `LNT_ERR_MEMORY`, with the table empty.
 */
lnt_status lnt_st_table_init(lnt_st_table *table, json_t *header, size_t data_bytes,
                             const char *path, const lnt_allocator *allocator, lnt_error *error);

void lnt_st_table_finish(lnt_st_table *table, const lnt_allocator *allocator);

#endif
