/* SPDX-License-Identifier: MIT */
#ifndef LINNET_IO_SAFETENSORS_SAFETENSORS_H
#define LINNET_IO_SAFETENSORS_SAFETENSORS_H

#include "base/files/checksum.h"
#include "io/json/name_map.h"

#include <jansson.h>
#include <linnet/memory.h>
#include <linnet/status.h>
#include <stddef.h>

/**
 * The safetensors format: 8 bytes of header length, little-endian; the header, a JSON object from
 * tensor name to dtype, shape and byte range, with "__metadata__" from string to string; the data,
 * which the ranges cover without gap or overlap. Reading is stricter than the format where a file
 * would be ambiguous: duplicate keys and unknown fields are refused.
 */

/** X(name in files, bits per element, bytes that swap together on a big-endian host) */
#define LNT_ST_DTYPE_LIST(X)                                                                       \
    X(BOOL, 8, 1)                                                                                  \
    X(F4, 4, 1)                                                                                    \
    X(F6_E2M3, 6, 1)                                                                               \
    X(F6_E3M2, 6, 1)                                                                               \
    X(U8, 8, 1)                                                                                    \
    X(I8, 8, 1)                                                                                    \
    X(F8_E5M2, 8, 1)                                                                               \
    X(F8_E4M3, 8, 1)                                                                               \
    X(F8_E8M0, 8, 1)                                                                               \
    X(F8_E4M3FNUZ, 8, 1)                                                                           \
    X(F8_E5M2FNUZ, 8, 1)                                                                           \
    X(I16, 16, 2)                                                                                  \
    X(U16, 16, 2)                                                                                  \
    X(F16, 16, 2)                                                                                  \
    X(BF16, 16, 2)                                                                                 \
    X(I32, 32, 4)                                                                                  \
    X(U32, 32, 4)                                                                                  \
    X(F32, 32, 4)                                                                                  \
    X(C64, 64, 4)                                                                                  \
    X(F64, 64, 8)                                                                                  \
    X(I64, 64, 8)                                                                                  \
    X(U64, 64, 8)

typedef enum lnt_st_dtype {
#define X(name, bits, word) LNT_ST_##name,
    LNT_ST_DTYPE_LIST(X)
#undef X
} lnt_st_dtype;

/** "F32", ... */
const char *lnt_st_dtype_name(lnt_st_dtype dtype);
size_t lnt_st_dtype_bits(lnt_st_dtype dtype);
size_t lnt_st_dtype_word(lnt_st_dtype dtype);

/** `LNT_ERR_INVALID` if no dtype has that name. */
lnt_status lnt_st_dtype_find(const char *name, lnt_st_dtype *dtype);

typedef struct lnt_st_tensor {
    const char *name;
    lnt_st_dtype dtype;
    size_t rank;
    const size_t *shape; /* [rank] */
} lnt_st_tensor;

/**
 * *bytes = the size of the tensor's elements. `LNT_ERR_TOO_LARGE` if a product is above SIZE_MAX,
 * `LNT_ERR_INVALID` if elements smaller than a byte do not fill the last byte.
 */
lnt_status lnt_st_tensor_bytes(const lnt_st_tensor *tensor, size_t *bytes);

/** The format's limit of the header, in bytes. */
#define LNT_ST_MAX_HEADER ((size_t) 100000000)

/* --- reading --- */

typedef struct lnt_st_entry {
    lnt_st_tensor tensor; /* name and shape belong to the file */
    size_t begin;         /* bytes from the start of the data */
    size_t bytes;
} lnt_st_entry;

/** An open file with a validated header. One thread at a time. */
typedef struct lnt_st_file lnt_st_file;

/**
 * Opens a regular file; the caller closes it. Memory and time are proportional to the length of the
 * header, at most five times its bytes; it is checked against the size of the file first. `path` is
 * borrowed until close. `LNT_ERR_IO`, `LNT_ERR_FORMAT`, `LNT_ERR_MEMORY`; `*file` is then NULL.
 */
lnt_status lnt_st_open(lnt_st_file **file, const char *path, const lnt_allocator *allocator,
                       lnt_error *error);
void lnt_st_close(lnt_st_file *file);

size_t lnt_st_count(const lnt_st_file *file);
/** Entry `i`, in the order of the data. */
const lnt_st_entry *lnt_st_at(const lnt_st_file *file, size_t i);
/** NULL if there is no such tensor. */
const lnt_st_entry *lnt_st_find(const lnt_st_file *file, const char *name);
/** "__metadata__", a map of texts that the file owns; NULL if there is none. */
const lnt_name_map *lnt_st_metadata(const lnt_st_file *file);

/** Reads an entry's `bytes` bytes to `data`, in the host's byte order. */
lnt_status lnt_st_read(const lnt_st_file *file, const lnt_st_entry *entry, void *data,
                       lnt_error *error);

/** *sum = the checksum of an entry's bytes in the file, read through a small buffer. */
lnt_status lnt_st_checksum(const lnt_st_file *file, const lnt_st_entry *entry, lnt_checksum *sum,
                           lnt_error *error);

/* --- writing --- */

typedef struct lnt_st_item {
    lnt_st_tensor tensor;
    const void *data; /* dense, row-major, in the host's byte order */
} lnt_st_item;

/**
 * Writes a whole file, atomically; `metadata` is a JSON object of strings. Tensors of wider
 * elements come first, so that every tensor is aligned in the file. `LNT_ERR_INVALID` for a name
 * that occurs twice, is not UTF-8 or is "__metadata__".
 */
lnt_status lnt_st_write(const char *path, const lnt_st_item *items, size_t n_items,
                        json_t *metadata, lnt_error *error);

#endif
