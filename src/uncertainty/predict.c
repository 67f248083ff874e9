/* SPDX-License-Identifier: MIT */
#include "uncertainty/workspace.h"

#include <math.h>

struct lnt_laplace_predictor {
    lnt_owner owner;
    const lnt_net *net;
    const lnt_laplace *laplace;
    lnt_loss loss;
    lnt_laplace_desk desk;
    lnt_tensor turned; /* [max_rows, widest n_a] F64 */
    lnt_tensor *known; /* [n_blocks]: [max_rows, n_g] F64, Σ_i (Vᵃa)_i²·shrink_ij, for factors */
    lnt_tensor spread;   /* [max_rows, widest n_g] F64 */
    lnt_tensor variance; /* [max_rows, 1] F64 */
    lnt_tensor meaning;  /* [max_rows, outputs] of the net's dtype */
};

static lnt_tensor take(lnt_arena *arena, lnt_dtype dtype, size_t rows, size_t cols)
{
    size_t size;
    if (!lnt_multiply(rows, cols, &size)) {
        arena->overflow = true;
        size = 0;
    }
    return lnt_tensor_view(dtype, lnt_arena_take(arena, size, lnt_dtype_size(dtype)), rows, cols);
}

/* Runs once to measure and once to place. */
static lnt_laplace_predictor *place(lnt_arena *arena, const lnt_net *net,
                                    const lnt_laplace *laplace, size_t rows)
{
    lnt_laplace_predictor none = {.net = NULL};
    lnt_laplace_predictor *made = lnt_arena_take(arena, 1, sizeof *made);
    lnt_laplace_predictor *p = made != NULL ? made : &none;
    size_t n_a = 0, n_g = 0;
    lnt_laplace_desk_place(arena, net, laplace->info.structure, rows, &p->desk);
    p->known = lnt_arena_take(arena, laplace->n_blocks, sizeof *p->known);
    for (size_t b = 0; b < laplace->n_blocks; b++) {
        const lnt_laplace_block *block = &laplace->blocks[b];
        const lnt_tensor known = take(arena, LNT_F64, rows, block->n_g);
        n_a = block->n_a > n_a ? block->n_a : n_a;
        n_g = block->n_g > n_g ? block->n_g : n_g;
        if (p->known != NULL) {
            p->known[b] = known;
        }
    }
    p->turned = take(arena, LNT_F64, rows, n_a);
    p->spread = take(arena, LNT_F64, rows, n_g);
    p->variance = take(arena, LNT_F64, rows, 1);
    p->meaning = take(arena, net->dtype, rows, net->widths[net->n_layers]);
    return made;
}

lnt_status lnt_laplace_predictor_create(lnt_laplace_predictor **predictor, const lnt_net *net,
                                        const lnt_laplace *laplace, size_t max_rows,
                                        const lnt_allocator *allocator)
{
    if (predictor == NULL) {
        return LNT_ERR_NULL;
    }
    *predictor = NULL;
    if (net == NULL || laplace == NULL) {
        return LNT_ERR_NULL;
    }
    if (laplace->signature != net->signature) {
        return LNT_ERR_MISMATCH;
    }
    if (max_rows == 0) {
        return LNT_ERR_INVALID;
    }
    const size_t at_once = lnt_laplace_rows_at_once(net, laplace->info.structure);
    const size_t rows = max_rows < at_once ? max_rows : at_once;
    lnt_arena arena = {0};
    place(&arena, net, laplace, rows);
    LNT_TRY(lnt_arena_open(&arena, allocator));
    lnt_laplace_predictor *p = place(&arena, net, laplace, rows);
    p->owner = lnt_owner_of(allocator);
    p->net = net;
    p->laplace = laplace;
    p->loss = lnt_loss_defaults(laplace->loss, LNT_SUM);
    *predictor = p;
    return LNT_OK;
}

void lnt_laplace_predictor_destroy(lnt_laplace_predictor *predictor)
{
    if (predictor != NULL) {
        lnt_owner_release(predictor->owner, predictor);
    }
}

static lnt_tensor room(const lnt_tensor *memory, size_t rows, size_t cols)
{
    return lnt_tensor_view(memory->dtype, memory->data, rows, cols);
}

static void square(const lnt_tensor *t)
{
    double *v = t->data;
    for (size_t i = 0; i < t->rows * t->cols; i++) {
        v[i] *= v[i];
    }
}

/* The squares of rows by eigenvectors. */
static lnt_status turn(const lnt_tensor *rows, const lnt_tensor *basis, lnt_tensor *turned)
{
    const lnt_tensor vectors = lnt_transpose(basis);
    LNT_TRY(lnt_gemm(1, rows, &vectors, 0, turned));
    square(turned);
    return LNT_OK;
}

/* What of factors does not depend on the output. */
static lnt_status know_inputs(lnt_laplace_predictor *p, size_t rows)
{
    for (size_t b = 0; b < p->laplace->n_blocks; b++) {
        const lnt_laplace_block *block = &p->laplace->blocks[b];
        lnt_tensor inputs, turned = room(&p->turned, rows, block->n_a);
        p->known[b].rows = rows;
        LNT_TRY(lnt_laplace_inputs(&p->desk, block->first, &inputs));
        LNT_TRY(turn(&inputs, &block->a_basis, &turned));
        LNT_TRY(lnt_gemm(1, &turned, &block->shrink, 0, &p->known[b]));
    }
    return LNT_OK;
}

static lnt_status add_block(lnt_laplace_predictor *p, size_t b, size_t rows)
{
    const lnt_laplace_block *block = &p->laplace->blocks[b];
    double *variance = p->variance.data;
    if (p->laplace->info.structure != LNT_LAPLACE_KRONECKER) {
        lnt_tensor gradients, turned = room(&p->turned, rows, block->n_a);
        lnt_tensor found = room(&p->variance, rows, 1);
        LNT_TRY(lnt_laplace_rows(&p->desk, block, &gradients));
        LNT_TRY(turn(&gradients, &block->a_basis, &turned));
        return lnt_gemm(1, &turned, &block->shrink, 1, &found);
    }
    lnt_tensor deltas, spread = room(&p->spread, rows, block->n_g);
    LNT_TRY(lnt_laplace_deltas(&p->desk, block->first, &deltas));
    LNT_TRY(turn(&deltas, &block->g_basis, &spread));
    const double *d = spread.data, *known = p->known[b].data;
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < block->n_g; j++) {
            variance[i] += *d++ * *known++;
        }
    }
    return LNT_OK;
}

/* The variance of Σ_k seed_k·ŷ_k of each row. */
static lnt_status vary(lnt_laplace_predictor *p, const lnt_tensor *seed)
{
    lnt_tensor variance = room(&p->variance, seed->rows, 1);
    LNT_TRY(lnt_fill(0, &variance));
    LNT_TRY(lnt_point_pull(p->desk.point, seed, NULL));
    for (size_t b = 0; b < p->laplace->n_blocks; b++) {
        LNT_TRY(add_block(p, b, seed->rows));
    }
    return LNT_OK;
}

static lnt_status seed_output(lnt_tensor *seed, size_t k)
{
    LNT_TRY(lnt_fill(0, seed));
    lnt_tensor column;
    LNT_TRY(lnt_slice_cols(seed, k, 1, 1, &column));
    return lnt_fill(1, &column);
}

/* ∂p_k/∂ŷ = p_k·(e_k − p) */
static lnt_status seed_class(const lnt_tensor *p, lnt_tensor *seed, size_t k)
{
    for (size_t i = 0; i < seed->rows; i++) {
        const double p_k = lnt_tensor_get(p, i, k);
        for (size_t j = 0; j < seed->cols; j++) {
            LNT_TRY(lnt_tensor_set(seed, i, j, p_k * ((j == k ? 1 : 0) - lnt_tensor_get(p, i, j))));
        }
    }
    return LNT_OK;
}

/* A batch of predictions. */
typedef struct batch {
    lnt_tensor mean, sd, epistemic; /* the last without data: not wanted */
} batch;

static lnt_status put(const batch *out, size_t i, size_t k, double sd, double epistemic)
{
    LNT_TRY(lnt_tensor_set(&out->sd, i, k, sd));
    return out->epistemic.data != NULL ? lnt_tensor_set(&out->epistemic, i, k, epistemic) : LNT_OK;
}

/* Output k by itself: of numbers all there is, of classes the mean's logit and a binary's sd. */
static lnt_status predict_output(const lnt_laplace_predictor *p, const lnt_tensor *output,
                                 const batch *out, size_t k)
{
    const double *variance = p->variance.data;
    const lnt_loss_kind kind = p->loss.kind;
    for (size_t i = 0; i < output->rows; i++) {
        const double y = lnt_tensor_get(output, i, k), v = variance[i];
        if (kind == LNT_LOSS_MSE) {
            LNT_TRY(lnt_tensor_set(&out->mean, i, k, y));
            LNT_TRY(put(out, i, k, sqrt(p->laplace->info.noise + v), sqrt(v)));
            continue;
        }
        const double kappa = 1 / sqrt(1 + 0.39269908169872415481 * v); /* π/8 */
        LNT_TRY(lnt_tensor_set(&out->mean, i, k, kappa * y));
        if (kind == LNT_LOSS_BINARY_CROSS_ENTROPY) {
            const double probability = lnt_tensor_get(&p->meaning, i, k);
            const double sd = probability * (1 - probability) * sqrt(v);
            LNT_TRY(put(out, i, k, sd, sd));
        }
    }
    return LNT_OK;
}

static lnt_status predict_class(const lnt_laplace_predictor *p, const batch *out, size_t k)
{
    const double *variance = p->variance.data;
    for (size_t i = 0; i < out->sd.rows; i++) {
        LNT_TRY(put(out, i, k, sqrt(variance[i]), sqrt(variance[i])));
    }
    return LNT_OK;
}

static lnt_status predict_batch(lnt_laplace_predictor *p, const lnt_tensor *x, batch *out)
{
    LNT_TRY(lnt_point_set(p->desk.point, p->net, x));
    const lnt_tensor output = lnt_point_output(p->desk.point);
    lnt_tensor seed = room(&p->desk.seed, x->rows, output.cols);
    p->meaning.rows = x->rows;
    LNT_TRY(lnt_loss_inverse_link(&p->loss, &output, &p->meaning));
    if (p->laplace->info.structure == LNT_LAPLACE_KRONECKER) {
        LNT_TRY(know_inputs(p, x->rows));
    }
    for (size_t k = 0; k < output.cols; k++) {
        LNT_TRY(seed_output(&seed, k));
        LNT_TRY(vary(p, &seed));
        LNT_TRY(predict_output(p, &output, out, k));
    }
    for (size_t k = 0; p->loss.kind == LNT_LOSS_SOFTMAX_CROSS_ENTROPY && k < output.cols; k++) {
        LNT_TRY(seed_class(&p->meaning, &seed, k));
        LNT_TRY(vary(p, &seed));
        LNT_TRY(predict_class(p, out, k));
    }
    return lnt_loss_inverse_link(&p->loss, &out->mean, &out->mean);
}

static lnt_status check(const lnt_laplace_predictor *p, const lnt_tensor *x, const lnt_tensor *out)
{
    if (p == NULL || x == NULL || out == NULL) {
        return LNT_ERR_NULL;
    }
    if (x->dtype != p->net->dtype || out->dtype != p->net->dtype) {
        return LNT_ERR_DTYPE;
    }
    return x->cols == p->net->widths[0] && out->rows == x->rows &&
                   out->cols == p->net->widths[p->net->n_layers]
               ? LNT_OK
               : LNT_ERR_SHAPE;
}

lnt_status lnt_laplace_predict(lnt_laplace_predictor *p, const lnt_tensor *x, lnt_tensor *mean,
                               lnt_tensor *sd, lnt_tensor *epistemic)
{
    LNT_TRY(check(p, x, mean));
    LNT_TRY(check(p, x, sd));
    LNT_TRY(epistemic != NULL ? check(p, x, epistemic) : LNT_OK);
    const lnt_tensor *const outputs[] = {mean, sd, epistemic};
    LNT_TRY(lnt_check_overlap(x, outputs, 3, false));
    for (size_t first = 0, count; first < x->rows; first += count) {
        const size_t left = x->rows - first;
        count = left < p->desk.max_rows ? left : p->desk.max_rows;
        lnt_tensor rows;
        batch out = {.epistemic = {.data = NULL}};
        LNT_TRY(lnt_slice_rows(x, first, count, 1, &rows));
        LNT_TRY(lnt_slice_rows(mean, first, count, 1, &out.mean));
        LNT_TRY(lnt_slice_rows(sd, first, count, 1, &out.sd));
        if (epistemic != NULL) {
            LNT_TRY(lnt_slice_rows(epistemic, first, count, 1, &out.epistemic));
        }
        LNT_TRY(predict_batch(p, &rows, &out));
    }
    return LNT_OK;
}
