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

#define DROP(name, REAL)                                                                           \
    static void name(const lnt_layer *layer, lnt_layer_run *run)                                   \
    {                                                                                              \
        const REAL kept = (REAL) (1 / (1 - layer->rate));                                          \
        const double least = layer->rate * 4294967296.0; /* 2^32 */                                \
        const lnt_tensor *x = &run->x;                                                             \
        REAL *factor = run->cache.data, *y = run->y.data;                                          \
        uint32_t block[4] = {0};                                                                   \
        uint64_t place = 0;                                                                        \
        for (size_t i = 0; i < x->rows; i++) {                                                     \
            const REAL *row = lnt_element(x, i, 0);                                                \
            for (size_t j = 0; j < x->cols; j++, place++) {                                        \
                factor[place] = (double) draw(run, place, block) < least ? 0 : kept;               \
                y[place] =                                                                         \
                    factor[place] > 0 ? factor[place] * row[(ptrdiff_t) j * x->col_stride] : 0;    \
            }                                                                                      \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    static void name##_back(size_t n, const void *factor_data, void *dy_data)                      \
    {                                                                                              \
        const REAL *factor = factor_data;                                                          \
        REAL *dy = dy_data;                                                                        \
        for (size_t i = 0; i < n; i++) {                                                           \
            dy[i] *= factor[i];                                                                    \
        }                                                                                          \
    }

DROP(drop_f32, float)
DROP(drop_f64, double)
#undef DROP

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
    (run->dy.dtype == LNT_F32 ? drop_f32_back : drop_f64_back)(run->dy.rows * run->dy.cols,
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
