/* SPDX-License-Identifier: MIT */
#include "optim/gradient.h"
#include "optim/optim.h"

#include <math.h>

/* The velocity of matrices; of all else it is AdamW's mean. */
enum { VELOCITY, SQUARE };

static void defaults(lnt_optim_config *config)
{
    config->learning_rate = 0.02;
    config->momentum = 0.95;
    config->nesterov = true;
    config->muon_iterations = 5;
    config->adam_rate = 0.001;
    config->beta1 = 0.9;
    config->beta2 = 0.999;
    config->epsilon = 1e-8;
}

static lnt_status states(const lnt_optim_config *config, size_t *count)
{
    if (!lnt_is_share(config->momentum) || !lnt_is_share(config->beta1) ||
        !lnt_is_share(config->beta2) || !lnt_is_weight(config->epsilon) ||
        config->muon_iterations < 1 || config->muon_iterations > 100 ||
        !(config->adam_rate > 0 && isfinite(config->adam_rate))) {
        return LNT_ERR_INVALID;
    }
    *count = 2;
    return LNT_OK;
}

/* v moves towards g, and the direction is v, or with `nesterov` what the next v would be. */
#define VELOCITY_KERNEL(name, REAL)                                                                \
    static void name(size_t n, double momentum, bool nesterov, const void *g_data, void *v_data,   \
                     void *d_data)                                                                 \
    {                                                                                              \
        const REAL mu = (REAL) momentum, rest = (REAL) (1 - momentum);                             \
        const REAL *restrict g = g_data;                                                           \
        REAL *restrict v = v_data;                                                                 \
        REAL *restrict d = d_data;                                                                 \
        for (size_t i = 0; i < n; i++) {                                                           \
            v[i] = mu * v[i] + rest * g[i];                                                        \
            d[i] = nesterov ? mu * v[i] + rest * g[i] : v[i];                                      \
        }                                                                                          \
    }

VELOCITY_KERNEL(velocity_f32, float)
VELOCITY_KERNEL(velocity_f64, double)
#undef VELOCITY_KERNEL

/*
 * Five times X = a·X + (b·A + c·A·A)·X with A = X·Xᵀ drives the singular values of X, whose norm is
 * at most 1, towards 1; on the smaller side, so for a tall X with A = Xᵀ·X from the right. The
 * result is in `x` or in `other`; it is returned.
 */
static lnt_status orthogonalise(size_t iterations, lnt_tensor *x, lnt_tensor *other, lnt_tensor *a,
                                lnt_tensor *polynomial, lnt_tensor **result)
{
    static const double p[3] = {3.4445, -4.7750, 2.0315};
    for (size_t i = 0; i < iterations; i++) {
        const lnt_tensor transposed = lnt_transpose(x);
        const bool wide = x->rows <= x->cols;
        LNT_TRY(wide ? lnt_gemm(1, x, &transposed, 0, a) : lnt_gemm(1, &transposed, x, 0, a));
        LNT_TRY(lnt_copy(a, polynomial));
        LNT_TRY(lnt_gemm(p[2], a, a, p[1], polynomial));
        LNT_TRY(lnt_copy(x, other));
        LNT_TRY(wide ? lnt_gemm(1, polynomial, x, p[0], other)
                     : lnt_gemm(1, x, polynomial, p[0], other));
        lnt_tensor *const swapped = x;
        x = other;
        other = swapped;
    }
    *result = x;
    return LNT_OK;
}

static lnt_status step_matrix(lnt_optim *optim, const lnt_segment *segment, double rate,
                              const void *g, void *w)
{
    const lnt_optim_config *config = &optim->config;
    const size_t rows = segment->rows, cols = segment->cols, side = rows < cols ? rows : cols;
    const size_t size = lnt_dtype_size(optim->dtype);
    char *place = optim->scratch;
    lnt_tensor x = lnt_tensor_of(optim->dtype, place, rows, cols);
    place += optim->scratch_matrix * size;
    lnt_tensor other = lnt_tensor_of(optim->dtype, place, rows, cols);
    place += optim->scratch_matrix * size;
    lnt_tensor a = lnt_tensor_of(optim->dtype, place, side, side);
    place += optim->scratch_square * size;
    lnt_tensor polynomial = lnt_tensor_of(optim->dtype, place, side, side);
    lnt_tensor *direction = NULL, weight = lnt_tensor_of(optim->dtype, w, rows, cols);

    (optim->dtype == LNT_F32 ? velocity_f32
                             : velocity_f64)(segment->count, config->momentum, config->nesterov, g,
                                             lnt_optim_state(optim, VELOCITY, segment), x.data);
    double norm;
    LNT_TRY(lnt_norm(LNT_NORM_L2, &x, &norm));
    LNT_TRY(lnt_scale(1 / fmax(norm, 1e-7), &x));
    LNT_TRY(orthogonalise(config->muon_iterations, &x, &other, &a, &polynomial, &direction));
    const double adjustment = sqrt(fmax(1, (double) cols / (double) rows));
    LNT_TRY(lnt_scale(1 - rate * segment->weight_decay, &weight));
    return lnt_axpy(-rate * adjustment, direction, &weight);
}

static lnt_status step(lnt_optim *optim, const lnt_segment *segment, double rate, const void *g,
                       void *w)
{
    if (segment->rows > 0) {
        return step_matrix(optim, segment, rate, g, w);
    }
    lnt_adam_step(optim, segment, rate / optim->initial_rate * optim->config.adam_rate, g,
                  lnt_optim_state(optim, VELOCITY, segment),
                  lnt_optim_state(optim, SQUARE, segment), w);
    return LNT_OK;
}

const lnt_optim_ops lnt_optim_muon = {.name = "muon",
                                      .defaults = defaults,
                                      .states = states,
                                      .step = step,
                                      .takes_matrices = true,
                                      .has_momentum = true};
