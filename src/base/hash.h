/* SPDX-License-Identifier: MIT */
#ifndef LINNET_BASE_HASH_H
#define LINNET_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/** FNV-1a, 64 bits (Fowler, Noll, Vo): start with LNT_HASH_SEED and mix. */
#define LNT_HASH_SEED UINT64_C(0xCBF29CE484222325)

static inline void lnt_hash_byte(uint64_t *hash, unsigned char byte)
{
    *hash = (*hash ^ byte) * UINT64_C(0x100000001B3);
}

/** Mixes the eight bytes of a number, the lowest first. */
static inline void lnt_hash_u64(uint64_t *hash, uint64_t value)
{
    for (int byte = 0; byte < 8; byte++) {
        lnt_hash_byte(hash, (unsigned char) (value >> (8 * byte) & 0xFF));
    }
}

/** The hash of `length` bytes. */
static inline uint64_t lnt_hash_bytes(const void *text, size_t length)
{
    const unsigned char *bytes = text;
    uint64_t hash = LNT_HASH_SEED;
    for (size_t i = 0; i < length; i++) {
        lnt_hash_byte(&hash, bytes[i]);
    }
    return hash ^ hash >> 32; /* the low bits choose a slot of a table */
}

#endif
