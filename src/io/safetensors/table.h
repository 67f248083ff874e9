/* SPDX-License-Identifier: MIT */
#ifndef LINNET_IO_SAFETENSORS_TABLE_H
#define LINNET_IO_SAFETENSORS_TABLE_H

#include "io/safetensors/safetensors.h"

#define LNT_ST_METADATA_KEY "__metadata__"

/** An entry and its offset in the data. */
typedef struct lnt_st_location {
    size_t begin;
    const lnt_st_entry *entry;
} lnt_st_location;

/** The tensors of a header, checked against each other and the size of the file. */
typedef struct lnt_st_table {
    size_t count;
    lnt_st_entry *entries; /* [count], in the order of the header; also the block of all arrays */
    lnt_st_location *by_offset; /* [count], in the order of the data */
    lnt_name_map by_name;       /* of entries */
    size_t *shapes;             /* the extents of all entries */
    size_t n_shapes;            /* capacity of `shapes` */
    bool has_metadata;
    lnt_name_map metadata; /* of texts; its own block */
} lnt_st_table;

/**
 * Fills the table from a header's text of `length` bytes, which is decoded in place and must
 * outlive the table. `data_bytes` is the size of the data after the header. `LNT_ERR_FORMAT` or
 * `LNT_ERR_MEMORY`, with the table empty.
 */
lnt_status lnt_st_table_init(lnt_st_table *table, char *header, size_t length, size_t data_bytes,
                             const char *path, const lnt_allocator *allocator, lnt_error *error);

void lnt_st_table_clear(lnt_st_table *table, const lnt_allocator *allocator);

#endif
