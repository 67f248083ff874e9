/* SPDX-License-Identifier: MIT */
#include "layers/layer.h"

#include <linnet/random.h>
#include <math.h>

static lnt_status shape(lnt_layer *layer, size_t inputs, lnt_layer_shape *shape)
{
    if (!(layer->rate >= 0 && layer->rate < 1)) {
        return LNT_ERR_INVALID;
    }
    shape->outputs = inputs;
    shape->cache_cols = inputs; /* what each element is multiplied by */
    return LNT_OK;
}

/* Number `place` of the stream, from blocks of four; the last one is kept in `block`. */
static uint32_t draw(const lnt_layer_run *run, uint64_t place, uint32_t block[4])
{
    if (place % 4 == 0) {
        const uint64_t index = place / 4;
        const uint32_t counter[4] = {(uint32_t) index, (uint32_t) (index >> 32),
                                     (uint32_t) run->stream, (uint32_t) (run->stream >> 32)};
        const uint32_t key[2] = {(uint32_t) run->seed, (uint32_t) (run->seed >> 32)};
        lnt_philox(counter, key, block);
    }
    return block[place % 4];
}

#define TEMPLATE "layers/dropout.inc"
#include "base/precision/both.inc"

static lnt_status forward(const lnt_layer *layer, lnt_layer_run *run)
{
    if (run->mode != LNT_TRAINING) {
        return lnt_copy(&run->x, &run->y);
    }
    (run->x.dtype == LNT_F32 ? drop_f32 : drop_f64)(layer, run);
    return LNT_OK;
}

static lnt_status backward(const lnt_layer *layer, lnt_layer_run *run)
{
    (void) layer;
    (run->dy.dtype == LNT_F32 ? drop_back_f32 : drop_back_f64)(run->dy.rows * run->dy.cols,
                                                               run->cache.data, run->dy.data);
    run->dx = run->dy;
    return LNT_OK;
}

static const lnt_layer_kind dropout_kind = {.name = "dropout",
                                            .rules = &lnt_dropout_rules,
                                            .shape = shape,
                                            .forward = forward,
                                            .backward = backward,
                                            .is_transparent = true,
                                            .draws = true};

lnt_layer lnt_dropout(double rate)
{
    return (lnt_layer){.kind = &dropout_kind, .alpha = NAN, .rate = rate};
}
