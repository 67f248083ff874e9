/* SPDX-License-Identifier: MIT */
#include "train/loader/sampler.h"

#include <linnet/random.h>

static size_t row_of(const lnt_sampler *sampler, size_t i)
{
    return sampler->rows != NULL ? sampler->rows[i] : i;
}

/* The weight of a row is 1/(rows of its class), so that all classes have the same weight. */
static lnt_status set_class_weights(lnt_sampler *sampler, const lnt_tensor *y, size_t classes)
{
    size_t *class_rows = lnt_allocate(sampler->allocator, classes, sizeof *class_rows);
    if (class_rows == NULL) {
        return LNT_ERR_MEMORY;
    }
    for (size_t i = 0; i < sampler->count; i++) {
        class_rows[(size_t) lnt_tensor_get(y, row_of(sampler, i), 0)]++;
    }
    for (size_t i = 0; i < sampler->count; i++) {
        const size_t class = (size_t) lnt_tensor_get(y, row_of(sampler, i), 0);
        sampler->cumulative[i] = 1 / (double) class_rows[class];
    }
    lnt_release(sampler->allocator, class_rows);
    return LNT_OK;
}

static void set_row_weights(lnt_sampler *sampler, const lnt_tensor *weights)
{
    for (size_t i = 0; i < sampler->count; i++) {
        sampler->cumulative[i] = lnt_tensor_get(weights, row_of(sampler, i), 0);
    }
}

static lnt_status set_cumulative(lnt_sampler *sampler, const lnt_fit_config *config,
                                 const lnt_tensor *y, size_t classes)
{
    if (config->sampling == LNT_SAMPLE_BALANCED) {
        LNT_TRY(set_class_weights(sampler, y, classes));
    } else {
        set_row_weights(sampler, config->sampling_weights);
    }
    for (size_t i = 1; i < sampler->count; i++) {
        sampler->cumulative[i] += sampler->cumulative[i - 1];
    }
    return LNT_OK;
}

lnt_status lnt_sampler_init(lnt_sampler *sampler, const lnt_fit_config *config, const lnt_tensor *y,
                            size_t classes, const size_t *rows, size_t count)
{
    *sampler = (lnt_sampler){.allocator = config->allocator,
                             .shuffle = config->shuffle,
                             .seed = config->seed,
                             .rows = rows,
                             .count = count};
    const bool weighted = config->sampling != LNT_SAMPLE_ALL;
    if (!weighted && !config->shuffle) {
        return LNT_OK;
    }
    sampler->order = lnt_allocate(config->allocator, count, sizeof *sampler->order);
    if (sampler->order == NULL) {
        return LNT_ERR_MEMORY;
    }
    if (!weighted) {
        return LNT_OK;
    }
    sampler->cumulative = lnt_allocate(config->allocator, count, sizeof *sampler->cumulative);
    return sampler->cumulative != NULL ? set_cumulative(sampler, config, y, classes)
                                       : LNT_ERR_MEMORY;
}

void lnt_sampler_clear(lnt_sampler *sampler)
{
    lnt_release(sampler->allocator, sampler->order);
    lnt_release(sampler->allocator, sampler->cumulative);
    sampler->order = NULL;
    sampler->cumulative = NULL;
}

const size_t *lnt_sampler_index(const lnt_sampler *sampler)
{
    return sampler->order != NULL ? sampler->order : sampler->rows;
}

/* The first index whose cumulative weight is above u·total: never a row of weight 0. u < 1 keeps it
 * in range. */
static size_t draw_row(const lnt_sampler *sampler, lnt_random *random)
{
    const double point = lnt_random_uniform(random) * sampler->cumulative[sampler->count - 1];
    size_t low = 0, high = sampler->count - 1;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (sampler->cumulative[middle] > point) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

void lnt_sampler_start_epoch(lnt_sampler *sampler, size_t epoch)
{
    if (sampler->order == NULL) {
        return;
    }
    const uint64_t streams = (uint64_t) epoch << 8;
    if (sampler->cumulative != NULL) {
        lnt_random random = lnt_random_init(sampler->seed, LNT_STREAM_SAMPLE + streams);
        for (size_t i = 0; i < sampler->count; i++) {
            sampler->order[i] = row_of(sampler, draw_row(sampler, &random));
        }
        return;
    }
    for (size_t i = 0; i < sampler->count; i++) {
        sampler->order[i] = row_of(sampler, i);
    }
    lnt_random random = lnt_random_init(sampler->seed, LNT_STREAM_SHUFFLE + streams);
    lnt_random_shuffle(&random, sampler->order, sampler->count);
}
