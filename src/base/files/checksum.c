/* SPDX-License-Identifier: MIT */
#include "base/files/checksum.h"

#include "base/files/little_endian.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <xxhash.h>

static lnt_status update(void *state, const void *chunk, size_t bytes)
{
    (void) XXH3_64bits_update(state, chunk, bytes); /* fails for NULL only */
    return LNT_OK;
}

static void finish(XXH3_state_t *state, lnt_checksum *checksum)
{
    (void) snprintf(checksum->text, sizeof checksum->text, "%016" PRIx64,
                    (uint64_t) XXH3_64bits_digest(state));
    (void) XXH3_freeState(state);
}

lnt_status lnt_checksum_of(const lnt_checksum_part *parts, size_t n_parts, lnt_checksum *checksum)
{
    XXH3_state_t *state = XXH3_createState();
    if (state == NULL) {
        return LNT_ERR_MEMORY;
    }
    (void) XXH3_64bits_reset(state);
    lnt_status status = LNT_OK;
    for (size_t i = 0; i < n_parts && status == LNT_OK; i++) {
        status = parts[i].bytes == 0 ? LNT_OK
                                     : lnt_each_chunk(parts[i].data, parts[i].bytes, parts[i].word,
                                                      lnt_host_is_big_endian(), update, state);
    }
    finish(state, checksum);
    return status;
}

lnt_status lnt_checksum_stream(lnt_checksum_source source, void *context, size_t bytes,
                               lnt_checksum *checksum)
{
    XXH3_state_t *state = XXH3_createState();
    if (state == NULL) {
        return LNT_ERR_MEMORY;
    }
    (void) XXH3_64bits_reset(state);
    lnt_status status = LNT_OK;
    for (size_t done = 0, part = 0; done < bytes && status == LNT_OK; done += part) {
        const void *data = NULL;
        status = source(context, done, &data, &part);
        if (status == LNT_OK) {
            status = update(state, data, part);
        }
    }
    finish(state, checksum);
    return status;
}
