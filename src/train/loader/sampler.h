/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_LOADER_SAMPLER_H
#define LINNET_TRAIN_LOADER_SAMPLER_H

#include <linnet/train.h>

/** Chooses the rows of an epoch and their order: `lnt_sampling` of the configuration. */
typedef struct lnt_sampler {
    const lnt_allocator *allocator;
    bool shuffle;
    uint64_t seed;
    const size_t *rows; /* [count] the rows to choose from, borrowed; NULL: 0 … count − 1 */
    size_t count;
    size_t *order;      /* [count] order of the current epoch; NULL: always `rows` */
    double *cumulative; /* [count] sums of the weights of a draw; NULL unless drawn by weight */
} lnt_sampler;

/**
 * `y` are the targets and `classes` is the number of classes, for balanced sampling. The
 * configuration is already checked. Clear it on failure, too.
 */
lnt_status lnt_sampler_init(lnt_sampler *sampler, const lnt_fit_config *config, const lnt_tensor *y,
                            size_t classes, const size_t *rows, size_t count);
void lnt_sampler_clear(lnt_sampler *sampler);

/** The index of an epoch's rows after `lnt_sampler_start_epoch`; NULL: rows in order. */
const size_t *lnt_sampler_index(const lnt_sampler *sampler);

/** Computes the order of an epoch, a function of seed and epoch alone. */
void lnt_sampler_start_epoch(lnt_sampler *sampler, size_t epoch);

#endif
