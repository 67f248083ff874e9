/* SPDX-License-Identifier: MIT */
#include "base/files/little_endian.h"

#include <string.h>

#define CHUNK 4096

bool lnt_host_is_big_endian(void)
{
    const uint16_t one = 1;
    unsigned char first;
    memcpy(&first, &one, 1);
    return first == 0;
}

uint64_t lnt_little_endian_u64(const unsigned char bytes[8])
{
    uint64_t value = 0;
    for (int i = 7; i >= 0; i--) {
        value = value << 8 | bytes[i];
    }
    return value;
}

void lnt_put_little_endian_u64(uint64_t value, unsigned char bytes[8])
{
    for (int i = 0; i < 8; i++) {
        bytes[i] = (unsigned char) (value >> (8 * i));
    }
}

void lnt_swap_words(void *data, size_t bytes, size_t word)
{
    unsigned char *p = data;
    for (size_t start = 0; start < bytes; start += word) {
        for (size_t i = 0; i < word / 2; i++) {
            const unsigned char swap = p[start + i];
            p[start + i] = p[start + word - 1 - i];
            p[start + word - 1 - i] = swap;
        }
    }
}

lnt_status lnt_each_chunk(const void *data, size_t bytes, size_t word, bool swapped,
                          lnt_chunk_sink sink, void *context)
{
    if (!swapped || word == 1) {
        return sink(context, data, bytes);
    }
    unsigned char buffer[CHUNK];
    for (size_t done = 0; done < bytes;) {
        const size_t n = bytes - done < CHUNK ? bytes - done : CHUNK;
        memcpy(buffer, (const unsigned char *) data + done, n);
        lnt_swap_words(buffer, n, word);
        LNT_TRY(sink(context, buffer, n));
        done += n;
    }
    return LNT_OK;
}
