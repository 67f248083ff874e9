/* SPDX-License-Identifier: MIT */
#include "layers/norms/affine.h"

#include <math.h>

enum { COLUMNS = 64 };

void lnt_affine_shape(const lnt_layer *layer, size_t cols, lnt_layer_shape *shape)
{
    if (layer->gain) {
        shape->tensors[shape->n_tensors++] = (lnt_tensor_shape){"weight", LNT_ROLE_GAIN, 1, cols};
    }
    if (layer->bias) {
        shape->tensors[shape->n_tensors++] = (lnt_tensor_shape){"bias", LNT_ROLE_BIAS, 1, cols};
    }
}

lnt_status lnt_affine_init(const lnt_layer *layer, const lnt_layer *next, size_t index,
                           uint64_t seed, uint64_t stream, lnt_tensor *parameter)
{
    (void) next, (void) seed, (void) stream;
    return lnt_fill(index == 0 && layer->gain ? 1 : 0, parameter);
}

void *lnt_affine_gain(const lnt_layer *layer, const lnt_tensor *tensors)
{
    return layer->gain ? tensors[0].data : NULL;
}

void *lnt_affine_bias(const lnt_layer *layer, const lnt_tensor *tensors)
{
    return layer->bias ? tensors[layer->gain ? 1 : 0].data : NULL;
}

#define TEMPLATE "layers/norms/affine.inc"
#include "base/precision/both.inc"

lnt_status lnt_affine_gradients(const lnt_layer *layer, lnt_layer_run *run,
                                const lnt_tensor *normal)
{
    if (layer->gain) {
        (run->dy.dtype == LNT_F32 ? sum_f32 : sum_f64)(run->dy.rows, run->dy.cols, run->dy.data,
                                                       normal->data, (size_t) normal->row_stride,
                                                       run->gradients[0].data);
    }
    return layer->bias ? lnt_column_sums(&run->dy, 0, &run->gradients[layer->gain ? 1 : 0])
                       : LNT_OK;
}

bool lnt_affine_epsilon_is_fine(const lnt_layer *layer)
{
    return layer->epsilon > 0 && isfinite(layer->epsilon);
}
