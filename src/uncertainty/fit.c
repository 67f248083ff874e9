/* SPDX-License-Identifier: MIT */
#include "base/ignore_status.h"
#include "base/settings/settings.h"
#include "tensor/symmetric.h"
#include "uncertainty/likelihood.h"
#include "uncertainty/workspace.h"

#include <float.h>
#include <math.h>
#include <stdint.h>

/* A fit under way. */
typedef struct fitting {
    const lnt_net *net;
    const lnt_tensor *x, *y, *weights;
    lnt_loss loss; /* its sum */
    lnt_laplace *laplace;
    lnt_laplace_desk desk;
    lnt_tensor meaning;
    void *work; /* of eigenvalues */
    lnt_laplace_facts facts;
    double weight; /* of all rows */
} fitting;

/* --- what is taken --- */

static lnt_status check_numbers(const lnt_laplace_config *config, lnt_loss_kind loss,
                                lnt_error *error)
{
    if (lnt_laplace_structure_name(config->structure) == NULL) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "laplace.structure is %d, expected one of lnt_laplace_structure",
                        (int) config->structure);
    }
    if (loss != LNT_LOSS_MSE && !lnt_loss_is_classification(loss)) {
        const char *name = lnt_loss_name(loss);
        return lnt_fail(error, LNT_ERR_INVALID,
                        "Laplace approximation: takes the losses mse, softmax_cross_entropy and "
                        "binary_cross_entropy, found %s",
                        name != NULL ? name : "none that exists");
    }
    static const lnt_setting table[] = {
        {LNT_REAL(lnt_laplace_config, prior_precision), LNT_NOT_NEGATIVE, .kinds = LNT_ALL_KINDS},
        {LNT_REAL(lnt_laplace_config, noise), LNT_NOT_NEGATIVE, .kinds = LNT_ALL_KINDS}};
    return lnt_settings_check((lnt_settings){table, 2, "laplace."}, 0, config, error);
}

static lnt_status check_shapes(const lnt_net *net, const lnt_tensor *x, const lnt_tensor *y,
                               const lnt_tensor *weights, lnt_error *error)
{
    if (x->dtype != net->dtype) {
        return lnt_fail(error, LNT_ERR_DTYPE,
                        "Laplace approximation: the inputs are %s, the net %s",
                        lnt_dtype_name(x->dtype), lnt_dtype_name(net->dtype));
    }
    if (x->cols != net->widths[0] || x->rows == 0 || y->rows != x->rows ||
        (weights != NULL && (weights->rows != x->rows || weights->cols != 1))) {
        return lnt_fail(error, LNT_ERR_SHAPE,
                        "Laplace approximation: inputs [%zu, %zu], targets [%zu, %zu] and weights "
                        "do not fit together, or not the net's %zu inputs",
                        x->rows, x->cols, y->rows, y->cols, net->widths[0]);
    }
    return LNT_OK;
}

/* --- memory --- */

static void place(lnt_arena *arena, const lnt_net *net, lnt_laplace_structure structure,
                  size_t rows, fitting *f)
{
    size_t most = 1, last;
    const size_t dense = lnt_laplace_dense(net->layers, net->n_layers, &last);
    for (size_t i = 0; i < lnt_laplace_n_tensors(structure, dense); i++) {
        lnt_laplace_tensor tensor;
        arena->overflow = !lnt_laplace_shape(net, structure, i, &tensor) || arena->overflow;
        most = tensor.shape[0] > most ? tensor.shape[0] : most;
    }
    const size_t work = lnt_eigen_work(most);
    arena->overflow = arena->overflow || work == 0;
    const size_t at_once = lnt_laplace_rows_at_once(net, structure);
    lnt_laplace_desk_place(arena, net, structure, rows < at_once ? rows : at_once, &f->desk);
    f->meaning = lnt_tensor_view(
        net->dtype,
        lnt_arena_take(arena, f->desk.max_rows * net->widths[net->n_layers], sizeof(double)),
        f->desk.max_rows, net->widths[net->n_layers]);
    f->work = lnt_arena_take(arena, work, sizeof(double));
}

/* All that a fit takes; SIZE_MAX if it cannot be counted. */
static size_t bytes_of(const lnt_net *net, lnt_laplace_structure structure, size_t rows)
{
    lnt_arena arena = {0};
    fitting f;
    place(&arena, net, structure, rows, &f);
    const size_t result = lnt_laplace_bytes(net, structure);
    return arena.overflow || arena.used > SIZE_MAX - result ? SIZE_MAX : arena.used + result;
}

static lnt_status check_memory(const lnt_net *net, const lnt_laplace_config *config, size_t rows,
                               lnt_error *error)
{
    const size_t bytes = bytes_of(net, config->structure, rows);
    const size_t limit = config->max_bytes > 0 ? config->max_bytes : SIZE_MAX - 1;
    if (bytes <= limit) {
        return LNT_OK;
    }
    const char *fits = NULL;
    size_t less = 0;
    for (int s = LNT_LAPLACE_KRONECKER; s >= LNT_LAPLACE_LAST_LAYER && fits == NULL; s--) {
        less = bytes_of(net, (lnt_laplace_structure) s, rows);
        fits = less <= limit ? lnt_laplace_structure_name((lnt_laplace_structure) s) : NULL;
    }
    const char *name = lnt_laplace_structure_name(config->structure);
    return fits != NULL
               ? lnt_fail(error, LNT_ERR_TOO_LARGE,
                          "Laplace approximation: %s takes %.3g MB, more than the limit of %.3g "
                          "MB; %s takes %.3g MB",
                          name, (double) bytes / 1e6, (double) limit / 1e6, fits,
                          (double) less / 1e6)
               : lnt_fail(error, LNT_ERR_TOO_LARGE,
                          "Laplace approximation: %s takes %.3g MB, more than the limit of %.3g "
                          "MB, and so does each other",
                          name, (double) bytes / 1e6, (double) limit / 1e6);
}

/* --- the sums --- */

/* Left factors: of inputs, weighted; they do not depend on the output. */
static lnt_status add_inputs(fitting *f, const lnt_laplace_data *data)
{
    for (size_t b = 0; b < f->laplace->n_blocks; b++) {
        lnt_laplace_block *block = &f->laplace->blocks[b];
        lnt_tensor inputs, turned;
        LNT_TRY(lnt_laplace_inputs(&f->desk, block->first, &inputs));
        for (size_t i = 0; i < inputs.rows && data->weights.data != NULL; i++) {
            lnt_tensor row;
            LNT_TRY(lnt_slice_rows(&inputs, i, 1, 1, &row));
            LNT_TRY(lnt_scale(sqrt(lnt_laplace_weight(data, i)), &row));
        }
        turned = lnt_transpose(&inputs);
        LNT_TRY(lnt_syrk(1, &turned, 1, &block->a_basis));
    }
    return LNT_OK;
}

static lnt_status add_output(fitting *f)
{
    const bool pair = f->laplace->info.structure == LNT_LAPLACE_KRONECKER;
    for (size_t b = 0; b < f->laplace->n_blocks; b++) {
        lnt_laplace_block *block = &f->laplace->blocks[b];
        lnt_tensor rows, turned;
        LNT_TRY(pair ? lnt_laplace_deltas(&f->desk, block->first, &rows)
                     : lnt_laplace_rows(&f->desk, block, &rows));
        turned = lnt_transpose(&rows);
        LNT_TRY(lnt_syrk(1, &turned, 1, pair ? &block->g_basis : &block->a_basis));
    }
    return LNT_OK;
}

/* Units of rounding that an output may be off by, whoever computes it. */
enum { ROUNDING = 16 };

static lnt_status add_batch(fitting *f, size_t first, size_t count)
{
    lnt_tensor x, seed = f->desk.seed;
    lnt_laplace_data data = {.loss = &f->loss, .meaning = f->meaning};
    double value;
    LNT_TRY(lnt_slice_rows(f->x, first, count, 1, &x));
    LNT_TRY(lnt_slice_rows(f->y, first, count, 1, &data.target));
    if (f->weights != NULL) {
        LNT_TRY(lnt_slice_rows(f->weights, first, count, 1, &data.weights));
    }
    LNT_TRY(lnt_point_set(f->desk.point, f->net, &x));
    data.output = lnt_point_output(f->desk.point);
    LNT_TRY(lnt_loss_evaluate(&f->loss, &data.output, &data.target,
                              f->weights != NULL ? &data.weights : NULL, &value, NULL));
    seed.rows = data.meaning.rows = count;
    LNT_TRY(lnt_loss_inverse_link(&f->loss, &data.output, &data.meaning));
    f->facts.loss += value;
    if (f->loss.kind == LNT_LOSS_MSE) {
        const double unit = (f->net->dtype == LNT_F64 ? DBL_EPSILON : FLT_EPSILON) * ROUNDING;
        double targets;
        LNT_TRY(lnt_dot(&data.target, &data.target, &targets));
        f->facts.unseen += unit * unit * targets;
    }
    for (size_t i = 0; i < count; i++) {
        f->weight += lnt_laplace_weight(&data, i);
    }
    if (f->laplace->info.structure == LNT_LAPLACE_KRONECKER) {
        LNT_TRY(add_inputs(f, &data));
    }
    for (size_t k = 0; k < seed.cols; k++) {
        LNT_TRY(lnt_laplace_root(&data, k, &seed));
        LNT_TRY(lnt_point_pull(f->desk.point, &seed, NULL));
        LNT_TRY(add_output(f));
    }
    return LNT_OK;
}

/* --- what comes of them --- */

/* Rounding leaves eigenvalues a little below 0. */
static lnt_status diagonalise(lnt_tensor *matrix, lnt_tensor *values, void *work)
{
    bool finite;
    LNT_TRY(lnt_mirror(matrix));
    LNT_TRY(lnt_all_finite(matrix, &finite, NULL, NULL));
    if (!finite) {
        return LNT_ERR_NONFINITE;
    }
    LNT_TRY(lnt_eigen(matrix, values->data, work));
    double *v = values->data;
    for (size_t i = 0; i < values->cols; i++) {
        v[i] = v[i] > 0 ? v[i] : 0;
    }
    return LNT_OK;
}

/* Σ w² of the parameters of the blocks' layers. */
static double squares(const lnt_net *net, const lnt_laplace *laplace)
{
    double sum = 0;
    for (size_t b = 0; b < laplace->n_blocks; b++) {
        const lnt_laplace_block *block = &laplace->blocks[b];
        for (size_t i = net->first_tensor[block->first]; i < net->first_tensor[block->end]; i++) {
            const lnt_tensor w = lnt_net_view(net, i, net->parameters);
            double part = 0;
            lnt_ignore_status(lnt_dot(&w, &w, &part));
            sum += part;
        }
    }
    return sum;
}

static lnt_status finish(fitting *f)
{
    lnt_laplace *laplace = f->laplace;
    const bool pair = laplace->info.structure == LNT_LAPLACE_KRONECKER;
    for (size_t b = 0; b < laplace->n_blocks; b++) {
        lnt_laplace_block *block = &laplace->blocks[b];
        if (pair) {
            LNT_TRY(lnt_scale(f->weight > 0 ? 1 / f->weight : 0, &block->a_basis));
            LNT_TRY(diagonalise(&block->g_basis, &block->g_values, f->work));
        }
        LNT_TRY(diagonalise(&block->a_basis, &block->a_values, f->work));
    }
    f->facts.targets = f->weight * (double) f->net->widths[f->net->n_layers];
    f->facts.parameters = squares(f->net, laplace);
    LNT_TRY(lnt_laplace_evidence(laplace, &f->facts));
    lnt_laplace_settle(laplace);
    return LNT_OK;
}

static lnt_status run(fitting *f)
{
    for (size_t first = 0, count; first < f->x->rows; first += count) {
        const size_t left = f->x->rows - first;
        count = left < f->desk.max_rows ? left : f->desk.max_rows;
        LNT_TRY(add_batch(f, first, count));
    }
    return finish(f);
}

/* A status that is not the memory's as a sentence. */
static lnt_status explain(lnt_status status, lnt_error *error)
{
    return lnt_fail(error, status, "Laplace approximation: %s",
                    status == LNT_ERR_INVALID
                        ? "the net leaves no residual to tell the noise from, or a target is none "
                          "for its loss; the noise's variance may be given"
                        : lnt_status_text(status));
}

static lnt_status fit(fitting *f, const lnt_laplace_config *config)
{
    lnt_arena arena = {0};
    place(&arena, f->net, config->structure, f->x->rows, f);
    LNT_TRY(lnt_arena_open(&arena, config->allocator));
    void *block = arena.base;
    place(&arena, f->net, config->structure, f->x->rows, f);
    const lnt_status status = run(f);
    lnt_release(config->allocator, block);
    return status;
}

lnt_status lnt_laplace_supports(const lnt_laplace_config *config, const lnt_net *net,
                                const lnt_loss *loss, size_t rows, lnt_error *error)
{
    if (config == NULL || net == NULL || loss == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "Laplace approximation: an argument is NULL");
    }
    if (rows == 0) {
        return lnt_fail(error, LNT_ERR_SHAPE, "Laplace approximation: there are no rows");
    }
    LNT_TRY(check_numbers(config, loss->kind, error));
    LNT_TRY(lnt_laplace_takes(net, error));
    return check_memory(net, config, rows, error);
}

lnt_status lnt_laplace_fit(lnt_laplace **laplace, const lnt_net *net, const lnt_loss *loss,
                           const lnt_tensor *x, const lnt_tensor *y, const lnt_tensor *weights,
                           const lnt_laplace_config *config, lnt_error *error)
{
    if (laplace == NULL || net == NULL || loss == NULL || x == NULL || y == NULL ||
        config == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "Laplace approximation: an argument is NULL");
    }
    *laplace = NULL;
    LNT_TRY(check_numbers(config, loss->kind, error));
    LNT_TRY(lnt_laplace_takes(net, error));
    LNT_TRY(check_shapes(net, x, y, weights, error));
    LNT_TRY(check_memory(net, config, x->rows, error));
    fitting f = {.net = net, .x = x, .y = y, .weights = weights, .loss = *loss};
    f.loss.value_reduction = LNT_SUM;
    lnt_status status =
        lnt_laplace_create(&f.laplace, net, loss->kind, config->structure, config->allocator);
    if (status == LNT_OK) {
        f.laplace->info.rows = x->rows;
        f.laplace->info.prior_precision = config->prior_precision;
        f.laplace->info.noise = config->noise;
        status = fit(&f, config);
    }
    if (status != LNT_OK) {
        lnt_laplace_destroy(f.laplace);
        return explain(status, error);
    }
    *laplace = f.laplace;
    return LNT_OK;
}
