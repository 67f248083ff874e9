/* SPDX-License-Identifier: MIT */
#ifndef LINNET_RANDOM_H
#define LINNET_RANDOM_H

#include <linnet/export.h>
#include <stddef.h>
#include <stdint.h>

LNT_BEGIN_DECLS

/**
 * Philox 4x32 with 10 rounds: `out = f(counter, key)`, a bijection of the counter for each key.
 * J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2,
 * 3", SC 2011. Thread-safe.
 */
LNT_API void lnt_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/**
 * A position in a stream of random numbers. The n-th number depends on (seed, stream, n) alone, so
 * that streams never influence one another and a position can be stored and taken up again.
 * A plain value: copy it to branch, set `position` to jump. One thread at a time per value.
 */
typedef struct lnt_random {
    uint64_t seed;     /**< the Philox key */
    uint64_t stream;   /**< the upper half of the Philox counter */
    uint64_t position; /**< index of the next 32-bit number */
} lnt_random;

/** Streams that the library itself draws from; other values are free for the caller. */
enum {
    LNT_STREAM_INIT = 1,    /**< initial parameters: `LNT_STREAM_INIT + (parameter index << 8)` */
    LNT_STREAM_SHUFFLE = 2, /**< order of the rows: `LNT_STREAM_SHUFFLE + (epoch << 8)`; of those
                                 of a source's block, from position 4·(its first row) */
    LNT_STREAM_SPLIT = 3,   /**< choice of the validation rows, and of folds */
    LNT_STREAM_DROPOUT = 4, /**< `LNT_STREAM_DROPOUT + (layer << 8) + (draw << 24)` */
    LNT_STREAM_SAMPLE = 5,  /**< rows drawn with replacement: `… + (epoch << 8)` */
    LNT_STREAM_BLOCKS = 6,  /**< order of the blocks of a source: `… + (epoch << 8)` */
    LNT_STREAM_TARGETS = 7  /**< K-FAC: targets drawn from the outputs: `… + (step << 8)` */
};

/** The start of a stream. */
LNT_API lnt_random lnt_random_init(uint64_t seed, uint64_t stream);

/** The next 32 random bits. */
LNT_API uint32_t lnt_random_u32(lnt_random *random);

/** The next 64 random bits, from two positions. */
LNT_API uint64_t lnt_random_u64(lnt_random *random);

/** Uniform in [0, 1): a multiple of 2^-53, from two positions. */
LNT_API double lnt_random_uniform(lnt_random *random);

/** Normal with mean 0 and variance 1 (Box and Muller 1958, the cosine branch), four positions. */
LNT_API double lnt_random_normal(lnt_random *random);

/** Uniform in [0, bound) without bias (Lemire 2019); 0 if `bound` is 0. */
LNT_API uint64_t lnt_random_bounded(lnt_random *random, uint64_t bound);

/** Permutes `index[0 .. count)` uniformly (Fisher and Yates). */
LNT_API void lnt_random_shuffle(lnt_random *random, size_t *index, size_t count);

LNT_END_DECLS

#endif
