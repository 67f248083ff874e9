/* SPDX-License-Identifier: MIT */
#include "optim/optim.h"
#include "tensor/symmetric.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/*
 * As the authors' program: epsilon is added before the correction of bias, t counts without the
 * first call, and L and R get a gradient only after the step that it makes.
 */

enum { MEAN, SQUARES, FACTORS };
enum { ROWS, COLS, SIDES };
enum { LARGEST_SIDE = 10000 }; /* a longer one keeps its own basis, as the authors have it */

static void defaults(lnt_optim_config *config)
{
    config->beta1 = config->beta2 = 0.95;
}

static const lnt_field fields[] = {LNT_OPTIM_ADAM_FIELDS,
                                   LNT_COUNT_FIELD(lnt_optim_config, precondition_period)};

static size_t turned(size_t side)
{
    return side <= LARGEST_SIDE ? side : 0;
}

/* L and R and their eigenvectors. */
static size_t matrix_state(size_t rows, size_t cols)
{
    return 2 * (turned(rows) * turned(rows) + turned(cols) * turned(cols));
}

/* What a step works in; the gradient stays, and each product needs another place. */
typedef struct room {
    void *matrices[3];
    void *square; /* of the longer side that is turned */
    void *values;
    void *order; /* size_t */
    void *work;
} room;

/* Gives the parts their places in `base`, which may be NULL; returns the elements they take, which
   grow with each of the sizes: there is room for every weight where the largest has it. */
static size_t lay_out(lnt_dtype dtype, size_t matrix, size_t side, char *base, room *parts)
{
    const size_t size = lnt_dtype_size(dtype), line = LNT_ALIGNMENT / size;
    const size_t counts[] = {matrix,
                             matrix,
                             matrix,
                             side * side,
                             side,
                             side * (sizeof(size_t) / size),
                             lnt_eigen_work(side)};
    void **places[] = {&parts->matrices[0], &parts->matrices[1], &parts->matrices[2],
                       &parts->square,      &parts->values,      &parts->order,
                       &parts->work};
    size_t used = 0;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        *places[i] = base != NULL ? base + used * size : NULL;
        used += (counts[i] + line - 1) / line * line;
    }
    return used;
}

static void needs(const lnt_optim_config *config, const lnt_net *net, lnt_optim_needs *needs)
{
    size_t matrix = 0, side = 0;
    lnt_optim_adam_needs(config, net, needs);
    for (size_t i = 0; i < net->n_tensors; i++) {
        const size_t rows = net->slots[i].rows, cols = net->slots[i].cols;
        if (lnt_optim_is_matrix(net, i)) {
            const size_t longer = turned(rows) > turned(cols) ? turned(rows) : turned(cols);
            matrix = rows * cols > matrix ? rows * cols : matrix;
            side = longer > side ? longer : side;
            needs->states[FACTORS] += matrix_state(rows, cols);
        }
    }
    room none;
    needs->scratch = lay_out(net->dtype, matrix, side, NULL, &none);
}

#define TEMPLATE "optim/first_order/soap.inc"
#include "base/precision/both.inc"

/* A weight's own, as matrices. Those of a side that is not turned are 0 by 0. */
typedef struct weight {
    double beta2;
    lnt_tensor g, m, s;
    lnt_tensor factors[SIDES]; /* L and R: lower triangles */
    lnt_tensor bases[SIDES];   /* an eigenvector a row */
    lnt_tensor x, other;       /* scratch of g's shape */
    room room;
} weight;

static weight weight_of(const lnt_optim *optim, const lnt_optim_segment *segment,
                        const lnt_optim_piece *piece)
{
    const lnt_dtype dtype = optim->dtype;
    const size_t rows = segment->rows, cols = segment->cols, size = lnt_dtype_size(dtype);
    const size_t sides[SIDES] = {turned(rows), turned(cols)};
    weight w = {.beta2 = optim->config.beta2};
    lay_out(dtype, rows * cols, sides[ROWS] > sides[COLS] ? sides[ROWS] : sides[COLS],
            optim->scratch, &w.room);
    w.g = lnt_tensor_view(dtype, w.room.matrices[0], rows, cols);
    w.x = lnt_tensor_view(dtype, w.room.matrices[1], rows, cols);
    w.other = lnt_tensor_view(dtype, w.room.matrices[2], rows, cols);
    w.m = lnt_tensor_view(dtype, piece->states[MEAN], rows, cols);
    w.s = lnt_tensor_view(dtype, piece->states[SQUARES], rows, cols);
    char *place = piece->states[FACTORS];
    for (size_t i = 0; i < SIDES; i++) {
        const size_t n = sides[i];
        w.factors[i] = lnt_tensor_view(dtype, place, n, n);
        w.bases[i] = lnt_tensor_view(dtype, place + n * n * size, n, n);
        place += 2 * n * n * size;
    }
    return w;
}

/*
 * X = V_L·X·V_Rᵀ as V_L·(V_R·Xᵀ)ᵀ, or back V_Lᵀ·X·V_R as (Xᵀ·V_L)ᵀ·V_R; X and the other matrix
 * exchange their views. In no product are both factors as they lie: with f64 and AVX-512 OpenBLAS
 * (0.3.21) allocates memory for some small ones of that kind.
 */
static lnt_status turn(const weight *w, bool back, lnt_tensor *x, lnt_tensor *other)
{
    for (size_t i = 0; i < SIDES; i++) {
        const lnt_tensor *basis = &w->bases[back ? i : SIDES - 1 - i];
        const lnt_tensor transposed = lnt_transpose(x), kept = *x;
        *other = lnt_tensor_view(x->dtype, other->data, x->cols, x->rows);
        if (basis->rows == 0) {
            LNT_TRY(lnt_copy(&transposed, other));
        } else if (back) {
            LNT_TRY(lnt_gemm(1, &transposed, basis, 0, other));
        } else {
            LNT_TRY(lnt_gemm(1, basis, &transposed, 0, other));
        }
        *x = *other;
        *other = kept;
    }
    return LNT_OK;
}

static lnt_status turn_mean(weight *w, bool back)
{
    LNT_TRY(lnt_copy(&w->m, &w->x));
    LNT_TRY(turn(w, back, &w->x, &w->other));
    return lnt_copy(&w->x, &w->m);
}

/* L and R take the gradient in. */
static lnt_status average(weight *w)
{
    const lnt_tensor transposed = lnt_transpose(&w->g);
    for (size_t i = 0; i < SIDES; i++) {
        if (w->factors[i].rows > 0) {
            LNT_TRY(
                lnt_syrk(1 - w->beta2, i == ROWS ? &w->g : &transposed, w->beta2, &w->factors[i]));
        }
    }
    return LNT_OK;
}

/* Eigenvectors of a side that has none yet; their order is of no effect. */
static lnt_status begin_basis(weight *w, size_t i)
{
    bool finite;
    LNT_TRY(lnt_copy(&w->factors[i], &w->bases[i]));
    LNT_TRY(lnt_all_finite(&w->bases[i], &finite, NULL, NULL));
    if (!finite) {
        return lnt_fill(NAN, &w->bases[i]); /* shows in the next step's parameters */
    }
    return lnt_eigen(&w->bases[i], w->room.values, w->room.work);
}

/* One step of orthogonal iteration, after sorting by the eigenvalues that Vᵀ·M·V estimates: s goes
   with its rows or columns. */
static lnt_status refresh_basis(weight *w, size_t i)
{
    const size_t n = w->bases[i].rows;
    const lnt_dtype dtype = w->g.dtype;
    lnt_tensor products = lnt_tensor_view(dtype, w->room.square, n, n);
    lnt_tensor values = lnt_tensor_view(dtype, w->room.values, n, 1);
    LNT_TRY(lnt_mirror(&w->factors[i]));
    const lnt_tensor factor = lnt_transpose(&w->factors[i]); /* the same; see `turn` */
    LNT_TRY(lnt_gemm(1, &w->bases[i], &factor, 0, &products));
    for (size_t j = 0; j < n; j++) {
        lnt_tensor vector, product;
        double value;
        LNT_TRY(lnt_slice_rows(&w->bases[i], j, 1, 1, &vector));
        LNT_TRY(lnt_slice_rows(&products, j, 1, 1, &product));
        LNT_TRY(lnt_dot(&vector, &product, &value));
        LNT_TRY(lnt_tensor_set(&values, j, 0, value));
    }
    (dtype == LNT_F32 ? sort_f32 : sort_f64)(n, values.data, w->room.order);
    LNT_TRY(lnt_gather_rows(&products, w->room.order, &w->bases[i]));
    LNT_TRY(lnt_copy(&w->s, &w->x));
    const lnt_tensor from = i == ROWS ? w->x : lnt_transpose(&w->x);
    lnt_tensor to = i == ROWS ? w->s : lnt_transpose(&w->s);
    LNT_TRY(lnt_gather_rows(&from, w->room.order, &to));
    return lnt_orthonormalise(&w->bases[i], w->room.work);
}

static lnt_status change_bases(weight *w, lnt_status (*change)(weight *w, size_t i))
{
    for (size_t i = 0; i < SIDES; i++) {
        if (w->bases[i].rows > 0) {
            LNT_TRY(change(w, i));
        }
    }
    return LNT_OK;
}

static lnt_status matrix(const lnt_optim *optim, const lnt_optim_segment *segment,
                         const lnt_optim_piece *piece)
{
    const bool narrow = optim->dtype == LNT_F32;
    const double t = (double) optim->steps;
    weight w = weight_of(optim, segment, piece);
    (narrow ? gather_f32 : gather_f64)(piece, w.g.data);
    if (optim->steps == 0) { /* no step, but a gradient that is not finite makes NaN of 0 */
        (narrow ? apply_f32 : apply_f64)(piece, 0, 1, w.g.data);
        LNT_TRY(average(&w));
        return change_bases(&w, begin_basis);
    }
    LNT_TRY(lnt_copy(&w.g, &w.x));
    LNT_TRY(turn(&w, false, &w.x, &w.other));
    (narrow ? adapt_f32 : adapt_f64)(optim, piece, w.x.data);
    LNT_TRY(turn(&w, true, &w.x, &w.other));
    const double corrected =
        sqrt(1 - pow(optim->config.beta2, t)) / (1 - pow(optim->config.beta1, t));
    (narrow ? apply_f32 : apply_f64)(piece, piece->rate * corrected,
                                     1 - piece->rate * piece->weight_decay, w.x.data);
    LNT_TRY(average(&w));
    if (optim->steps % optim->config.precondition_period != 0) {
        return LNT_OK;
    }
    LNT_TRY(turn_mean(&w, true));
    LNT_TRY(change_bases(&w, refresh_basis));
    return turn_mean(&w, false);
}

const lnt_optim_ops lnt_optim_soap = {
    .name = "soap",
    .learning_rate = 0.003,
    .defaults = defaults,
    .fields = fields,
    .n_fields = LNT_OPTIM_COUNT_OF(fields),
    .momentum = lnt_optim_field_beta1,
    .needs = needs,
    .begin = lnt_optim_adam_begin,
    .loops = &lnt_optim_adam_loops,
    .matrix = matrix,
    .matrix_state = matrix_state,
};
