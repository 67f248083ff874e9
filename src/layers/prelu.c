/* SPDX-License-Identifier: MIT */
#include "layers/layer.h"

#include <math.h>

static lnt_status shape(lnt_layer *layer, size_t inputs, lnt_layer_shape *shape)
{
    layer->alpha = isnan(layer->alpha) ? 0.25 : layer->alpha;
    if (!isfinite(layer->alpha)) {
        return LNT_ERR_INVALID;
    }
    shape->outputs = inputs;
    shape->n_tensors = 1;
    shape->tensors[0] = (lnt_tensor_shape){"weight", LNT_ROLE_GAIN, 1, inputs};
    return LNT_OK;
}

static lnt_status init(const lnt_layer *layer, const lnt_layer *next, size_t index, uint64_t seed,
                       uint64_t stream, lnt_tensor *parameter)
{
    (void) next, (void) index, (void) seed, (void) stream;
    return lnt_fill(layer->alpha, parameter);
}

enum { COLUMNS = 64 };

#define KERNELS(suffix, REAL)                                                                      \
    static void forward_##suffix(const lnt_tensor *x, const void *a_data, void *y_data)            \
    {                                                                                              \
        const REAL *a = a_data;                                                                    \
        for (size_t i = 0; i < x->rows; i++) {                                                     \
            const REAL *row = lnt_element(x, i, 0);                                                \
            REAL *y = (REAL *) y_data + i * x->cols;                                               \
            for (size_t j = 0; j < x->cols; j++) {                                                 \
                const REAL z = row[(ptrdiff_t) j * x->col_stride];                                 \
                y[j] = z * (z > 0 ? 1 : a[j]);                                                     \
            }                                                                                      \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    /* da = Σ_rows dy·min(x, 0) first, then dy becomes dx. */                                    \
    static void backward_##suffix(const lnt_tensor *x, const void *a_data, void *dy_data,          \
                                  void *da_data)                                                   \
    {                                                                                              \
        const REAL *a = a_data;                                                                    \
        REAL *da = da_data;                                                                        \
        for (size_t first = 0; first < x->cols; first += COLUMNS) {                                \
            const size_t count = x->cols - first < COLUMNS ? x->cols - first : COLUMNS;            \
            double sum[COLUMNS] = {0};                                                             \
            for (size_t i = 0; i < x->rows; i++) {                                                 \
                const REAL *row = lnt_element(x, i, first);                                        \
                REAL *dy = (REAL *) dy_data + i * x->cols + first;                                 \
                for (size_t j = 0; j < count; j++) {                                               \
                    const REAL z = row[(ptrdiff_t) j * x->col_stride];                             \
                    sum[j] += z > 0 ? 0 : (double) dy[j] * (double) z;                             \
                    dy[j] *= z > 0 ? 1 : a[first + j];                                             \
                }                                                                                  \
            }                                                                                      \
            for (size_t j = 0; j < count; j++) {                                                   \
                da[first + j] = (REAL) sum[j];                                                     \
            }                                                                                      \
        }                                                                                          \
    }

KERNELS(f32, float)
KERNELS(f64, double)
#undef KERNELS

static lnt_status forward(const lnt_layer *layer, lnt_layer_run *run)
{
    (void) layer;
    (run->x.dtype == LNT_F32 ? forward_f32 : forward_f64)(&run->x, run->parameters[0].data,
                                                          run->y.data);
    return LNT_OK;
}

static lnt_status backward(const lnt_layer *layer, lnt_layer_run *run)
{
    (void) layer;
    (run->dy.dtype == LNT_F32 ? backward_f32 : backward_f64)(&run->x, run->parameters[0].data,
                                                             run->dy.data, run->gradients[0].data);
    run->dx = run->dy;
    return LNT_OK;
}

static const lnt_layer_kind prelu_kind = {.name = "prelu",
                                          .rules = &lnt_prelu_rules,
                                          .shape = shape,
                                          .init = init,
                                          .forward = forward,
                                          .backward = backward,
                                          .is_leaky = true};

lnt_layer lnt_prelu(void)
{
    return (lnt_layer){.kind = &prelu_kind, .activation = LNT_LEAKY_RELU, .alpha = NAN};
}
