/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_LOADER_SAMPLER_H
#define LINNET_TRAIN_LOADER_SAMPLER_H

#include <linnet/train.h>

/** Which rows make up an epoch, and in what order: `lnt_sampling` of the configuration. */
typedef struct lnt_sampler {
    const lnt_allocator *allocator;
    bool shuffle;
    uint64_t seed;
    const size_t *rows; /* [count] the rows to choose from, borrowed; NULL: 0 … count − 1 */
    size_t count;
    size_t *order;      /* [count] of the epoch at hand; NULL: always `rows` */
    double *cumulative; /* [count] sums of the weights of a draw; NULL unless drawn by weight */
} lnt_sampler;

/**
 * `y` are the targets and `classes` how many its labels may name, for balanced sampling. The
 * configuration has been checked. On failure finish it, too.
 */
lnt_status lnt_sampler_init(lnt_sampler *sampler, const lnt_fit_config *config, const lnt_tensor *y,
                            size_t classes, const size_t *rows, size_t count);
void lnt_sampler_finish(lnt_sampler *sampler);

/** The index of an epoch's rows, from the next `lnt_sampler_draw` on; NULL: as they lie. */
const size_t *lnt_sampler_index(const lnt_sampler *sampler);

/** Makes the order of an epoch, a function of seed and epoch alone. */
void lnt_sampler_draw(lnt_sampler *sampler, size_t epoch);

#endif
