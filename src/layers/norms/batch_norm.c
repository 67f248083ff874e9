/* SPDX-License-Identifier: MIT */
#include "layers/norms/affine.h"

#include <math.h>

enum { RUNNING_MEAN, RUNNING_VAR };

/* A panel of columns whose sums are kept in double on the stack. */
enum { COLUMNS = 64 };

static lnt_status shape(lnt_layer *layer, size_t inputs, lnt_layer_shape *shape)
{
    if (!lnt_affine_epsilon_is_fine(layer) || !(layer->momentum > 0 && layer->momentum <= 1)) {
        return LNT_ERR_INVALID;
    }
    shape->outputs = inputs;
    lnt_affine_shape(layer, inputs, shape);
    shape->n_statistics = 2;
    shape->statistics[RUNNING_MEAN] =
        (lnt_tensor_shape){"running_mean", LNT_ROLE_STATISTIC, 1, inputs};
    shape->statistics[RUNNING_VAR] =
        (lnt_tensor_shape){"running_var", LNT_ROLE_STATISTIC, 1, inputs};
    shape->cache_cols = inputs;     /* x̂ */
    shape->cache_once = 3 * inputs; /* mean, variance, 1/√(variance + epsilon) */
    return LNT_OK;
}

/* The views that a kernel reads x through: any strides; all else is dense. */
#define KERNELS(suffix, REAL)                                                                      \
    /* Mean and variance of a panel by the corrected two-pass formula. */                          \
    static void moments_##suffix(const lnt_tensor *x, size_t first, size_t count, double *mean,    \
                                 double *variance)                                                 \
    {                                                                                              \
        double sum[COLUMNS] = {0}, rest[COLUMNS] = {0}, squares[COLUMNS] = {0};                    \
        const double rows = (double) x->rows;                                                      \
        for (size_t i = 0; i < x->rows; i++) {                                                     \
            const REAL *row = lnt_element(x, i, first);                                            \
            for (size_t j = 0; j < count; j++) {                                                   \
                sum[j] += (double) row[(ptrdiff_t) j * x->col_stride];                             \
            }                                                                                      \
        }                                                                                          \
        for (size_t j = 0; j < count; j++) {                                                       \
            mean[j] = sum[j] / rows;                                                               \
        }                                                                                          \
        for (size_t i = 0; i < x->rows; i++) {                                                     \
            const REAL *row = lnt_element(x, i, first);                                            \
            for (size_t j = 0; j < count; j++) {                                                   \
                const double d = (double) row[(ptrdiff_t) j * x->col_stride] - mean[j];            \
                rest[j] += d;                                                                      \
                squares[j] += d * d;                                                               \
            }                                                                                      \
        }                                                                                          \
        for (size_t j = 0; j < count; j++) {                                                       \
            variance[j] = fmax(0, (squares[j] - rest[j] * rest[j] / rows) / rows);                 \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    static void train_##suffix(const lnt_tensor *x, double epsilon, const void *g_data,            \
                               const void *b_data, void *y_data, void *n_data, void *once_data)    \
    {                                                                                              \
        const REAL *g = g_data, *b = b_data;                                                       \
        REAL *once = once_data;                                                                    \
        const size_t cols = x->cols;                                                               \
        for (size_t first = 0; first < cols; first += COLUMNS) {                                   \
            const size_t count = cols - first < COLUMNS ? cols - first : COLUMNS;                  \
            double mean[COLUMNS], variance[COLUMNS], inverse[COLUMNS];                             \
            moments_##suffix(x, first, count, mean, variance);                                     \
            for (size_t j = 0; j < count; j++) {                                                   \
                inverse[j] = 1 / sqrt(variance[j] + epsilon);                                      \
                once[first + j] = (REAL) mean[j];                                                  \
                once[cols + first + j] = (REAL) variance[j];                                       \
                once[2 * cols + first + j] = (REAL) inverse[j];                                    \
            }                                                                                      \
            for (size_t i = 0; i < x->rows; i++) {                                                 \
                const REAL *row = lnt_element(x, i, first);                                        \
                REAL *n = (REAL *) n_data + i * cols + first;                                      \
                REAL *y = (REAL *) y_data + i * cols + first;                                      \
                for (size_t j = 0; j < count; j++) {                                               \
                    const double value = (double) row[(ptrdiff_t) j * x->col_stride];              \
                    n[j] = (REAL) ((value - mean[j]) * inverse[j]);                                \
                    y[j] =                                                                         \
                        (g != NULL ? g[first + j] * n[j] : n[j]) + (b != NULL ? b[first + j] : 0); \
                }                                                                                  \
            }                                                                                      \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    static void infer_##suffix(const lnt_tensor *x, double epsilon, const void *g_data,            \
                               const void *b_data, const void *mean_data, const void *var_data,    \
                               void *y_data)                                                       \
    {                                                                                              \
        const REAL *g = g_data, *b = b_data, *mean = mean_data, *variance = var_data;              \
        for (size_t first = 0; first < x->cols; first += COLUMNS) {                                \
            const size_t count = x->cols - first < COLUMNS ? x->cols - first : COLUMNS;            \
            double inverse[COLUMNS];                                                               \
            for (size_t j = 0; j < count; j++) {                                                   \
                inverse[j] = 1 / sqrt((double) variance[first + j] + epsilon);                     \
            }                                                                                      \
            for (size_t i = 0; i < x->rows; i++) {                                                 \
                const REAL *row = lnt_element(x, i, first);                                        \
                REAL *y = (REAL *) y_data + i * x->cols + first;                                   \
                for (size_t j = 0; j < count; j++) {                                               \
                    const double value = (double) row[(ptrdiff_t) j * x->col_stride];              \
                    const REAL n = (REAL) ((value - (double) mean[first + j]) * inverse[j]);       \
                    y[j] = (g != NULL ? g[first + j] * n : n) + (b != NULL ? b[first + j] : 0);    \
                }                                                                                  \
            }                                                                                      \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    /* dx = g/√(σ² + ε)·(dy − mean(dy) − x̂·mean(dy·x̂)), over dy. */                \
    static void back_##suffix(size_t rows, size_t cols, const void *g_data, const void *n_data,    \
                              const void *once_data, void *dy_data)                                \
    {                                                                                              \
        const REAL *g = g_data, *inverse = (const REAL *) once_data + 2 * cols;                    \
        for (size_t first = 0; first < cols; first += COLUMNS) {                                   \
            const size_t count = cols - first < COLUMNS ? cols - first : COLUMNS;                  \
            double sum[COLUMNS] = {0}, along[COLUMNS] = {0};                                       \
            for (size_t i = 0; i < rows; i++) {                                                    \
                const REAL *n = (const REAL *) n_data + i * cols + first;                          \
                const REAL *dy = (const REAL *) dy_data + i * cols + first;                        \
                for (size_t j = 0; j < count; j++) {                                               \
                    sum[j] += (double) dy[j];                                                      \
                    along[j] += (double) dy[j] * (double) n[j];                                    \
                }                                                                                  \
            }                                                                                      \
            for (size_t i = 0; i < rows; i++) {                                                    \
                const REAL *n = (const REAL *) n_data + i * cols + first;                          \
                REAL *dy = (REAL *) dy_data + i * cols + first;                                    \
                for (size_t j = 0; j < count; j++) {                                               \
                    const REAL factor = (g != NULL ? g[first + j] : 1) * inverse[first + j];       \
                    dy[j] = factor * (dy[j] - (REAL) (sum[j] / (double) rows) -                    \
                                      n[j] * (REAL) (along[j] / (double) rows));                   \
                }                                                                                  \
            }                                                                                      \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    static void move_##suffix(size_t cols, size_t rows, double momentum, const void *once_data,    \
                              void *mean_data, void *var_data)                                     \
    {                                                                                              \
        const REAL *once = once_data;                                                              \
        REAL *mean = mean_data, *variance = var_data;                                              \
        const double unbiased = (double) rows / ((double) rows - 1);                               \
        for (size_t j = 0; j < cols; j++) {                                                        \
            mean[j] = (REAL) ((1 - momentum) * (double) mean[j] + momentum * (double) once[j]);    \
            variance[j] = (REAL) ((1 - momentum) * (double) variance[j] +                          \
                                  momentum * unbiased * (double) once[cols + j]);                  \
        }                                                                                          \
    }

KERNELS(f32, float)
KERNELS(f64, double)
#undef KERNELS

static lnt_status forward(const lnt_layer *layer, lnt_layer_run *run)
{
    const bool f32 = run->x.dtype == LNT_F32;
    const void *gain = lnt_affine_gain(layer, run->parameters);
    const void *bias = lnt_affine_bias(layer, run->parameters);
    if (run->mode == LNT_TRAINING) {
        (f32 ? train_f32 : train_f64)(&run->x, layer->epsilon, gain, bias, run->y.data,
                                      run->cache.data, run->once);
    } else {
        (f32 ? infer_f32 : infer_f64)(&run->x, layer->epsilon, gain, bias,
                                      run->statistics[RUNNING_MEAN].data,
                                      run->statistics[RUNNING_VAR].data, run->y.data);
    }
    return LNT_OK;
}

static lnt_status backward(const lnt_layer *layer, lnt_layer_run *run)
{
    LNT_TRY(lnt_affine_gradients(layer, run, &run->cache));
    if (run->need_dx) {
        (run->dy.dtype == LNT_F32 ? back_f32 : back_f64)(run->dy.rows, run->dy.cols,
                                                         lnt_affine_gain(layer, run->parameters),
                                                         run->cache.data, run->once, run->dy.data);
        run->dx = run->dy;
    }
    return LNT_OK;
}

static double first_statistic(size_t index)
{
    return index == RUNNING_VAR ? 1 : 0;
}

static void update(const lnt_layer *layer, size_t rows, const void *once, lnt_tensor *statistics)
{
    if (rows > 1) {
        (statistics->dtype == LNT_F32 ? move_f32 : move_f64)(
            statistics->cols, rows, layer->momentum, once, statistics[RUNNING_MEAN].data,
            statistics[RUNNING_VAR].data);
    }
}

static const lnt_layer_kind batch_norm_kind = {.name = "batch_norm",
                                               .rules = &lnt_batch_norm_rules,
                                               .shape = shape,
                                               .init = lnt_affine_init,
                                               .forward = forward,
                                               .backward = backward,
                                               .first_statistic = first_statistic,
                                               .update = update,
                                               .is_transparent = true};

lnt_layer lnt_batch_norm(void)
{
    return (lnt_layer){.kind = &batch_norm_kind,
                       .alpha = NAN,
                       .bias = true,
                       .gain = true,
                       .epsilon = 1e-5,
                       .momentum = 0.1};
}
