/* SPDX-License-Identifier: MIT */
#include <linnet/ensemble.h>
#include <linnet/predict.h>
#include <math.h>
#include <string.h>

/* A model and its predictor: one of the two is used. */
typedef struct member {
    const lnt_model *model;
    lnt_predictor *plain;
    lnt_laplace_predictor *laplace;
} member;

struct lnt_uncertainty {
    lnt_allocator allocator;
    bool custom_allocator;
    size_t n, cols, outputs, max_rows;
    member *members;
    void *x;               /* [max_rows, inputs] scaled */
    void *stats;           /* [3][max_rows, outputs]: mean, sd, epistemic sd of a member */
    double *mean, *m2;     /* [max_rows, cols]: running mean and squares of the members' means */
    double *noise, *model; /* [max_rows, cols]: sums of variances */
};

static bool same_names(const lnt_names *a, const lnt_names *b)
{
    bool same = lnt_names_count(a) == lnt_names_count(b);
    for (size_t i = 0; same && i < lnt_names_count(a); i++) {
        same = strcmp(lnt_names_get(a, i), lnt_names_get(b, i)) == 0;
    }
    return same;
}

static bool are_compatible(const lnt_model *a, const lnt_model *b)
{
    return a->loss.kind == b->loss.kind && lnt_net_dtype(a->net) == lnt_net_dtype(b->net) &&
           lnt_net_inputs(a->net) == lnt_net_inputs(b->net) &&
           lnt_net_outputs(a->net) == lnt_net_outputs(b->net) &&
           same_names(a->input_names, b->input_names) &&
           same_names(a->target_names, b->target_names) &&
           same_names(a->class_names, b->class_names);
}

static lnt_status check_models(const lnt_model *const *models, size_t n, lnt_error *error)
{
    for (size_t m = 0; m < n; m++) {
        if (models[m] == NULL || models[m]->net == NULL) {
            return lnt_fail(error, LNT_ERR_NULL, "uncertainty: model %zu has no net", m + 1);
        }
        if (!are_compatible(models[0], models[m])) {
            return lnt_fail(error, LNT_ERR_INVALID,
                            "uncertainty: model %zu has another loss, dtype, inputs, targets or "
                            "classes than the first",
                            m + 1);
        }
    }
    if (n == 1 && models[0]->laplace == NULL && models[0]->loss.kind != LNT_LOSS_GAUSSIAN) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "uncertainty: one model alone, with neither a Laplace approximation nor "
                        "the loss gaussian, has no uncertainty: train it with one of these, or use "
                        "several models");
    }
    return LNT_OK;
}

/* --- memory --- */

static lnt_status prepare(lnt_uncertainty *u, const lnt_model *const *models,
                          const lnt_allocator *allocator)
{
    const lnt_net *net = models[0]->net;
    const size_t row = u->max_rows * lnt_dtype_size(lnt_net_dtype(net));
    double **numbers[] = {&u->mean, &u->m2, &u->noise, &u->model};
    u->members = lnt_allocate(allocator, u->n, sizeof *u->members);
    u->x = lnt_allocate(allocator, lnt_net_inputs(net), row);
    u->stats = lnt_allocate(allocator, 3 * u->outputs, row);
    if (u->members == NULL || u->x == NULL || u->stats == NULL) {
        return LNT_ERR_MEMORY;
    }
    for (size_t i = 0; i < 4; i++) {
        *numbers[i] = lnt_allocate(allocator, u->cols, u->max_rows * sizeof(double));
        if (*numbers[i] == NULL) {
            return LNT_ERR_MEMORY;
        }
    }
    for (size_t m = 0; m < u->n; m++) {
        member *one = &u->members[m];
        one->model = models[m];
        LNT_TRY(models[m]->laplace != NULL
                    ? lnt_laplace_predictor_create(&one->laplace, models[m]->net,
                                                   models[m]->laplace, u->max_rows, allocator)
                    : lnt_predictor_create(&one->plain, models[m], u->max_rows, allocator));
    }
    return LNT_OK;
}

lnt_status lnt_uncertainty_create(lnt_uncertainty **uncertainty, const lnt_model *const *models,
                                  size_t n, size_t max_rows, const lnt_allocator *allocator,
                                  lnt_error *error)
{
    if (uncertainty == NULL || models == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "uncertainty: an argument is NULL");
    }
    *uncertainty = NULL;
    if (n == 0 || max_rows == 0) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "uncertainty: expected at least one model and one row");
    }
    LNT_TRY(check_models(models, n, error));
    lnt_uncertainty *u = lnt_allocate(allocator, 1, sizeof *u);
    if (u == NULL) {
        return lnt_fail(error, LNT_ERR_MEMORY, "uncertainty: out of memory");
    }
    u->custom_allocator = allocator != NULL;
    u->allocator = allocator != NULL ? *allocator : u->allocator;
    u->n = n;
    u->max_rows = max_rows;
    u->outputs = lnt_net_outputs(models[0]->net);
    u->cols = lnt_loss_target_cols(models[0]->loss.kind, u->outputs);
    const lnt_status status = prepare(u, models, allocator);
    if (status != LNT_OK) {
        lnt_uncertainty_destroy(u);
        return lnt_fail(error, status, "uncertainty: %s", lnt_status_text(status));
    }
    *uncertainty = u;
    return LNT_OK;
}

void lnt_uncertainty_destroy(lnt_uncertainty *u)
{
    if (u == NULL) {
        return;
    }
    lnt_allocator allocator = u->allocator;
    const lnt_allocator *from = u->custom_allocator ? &allocator : NULL;
    for (size_t m = 0; m < u->n && u->members != NULL; m++) {
        lnt_predictor_destroy(u->members[m].plain);
        lnt_laplace_predictor_destroy(u->members[m].laplace);
    }
    void *const blocks[] = {u->members, u->x, u->stats, u->mean, u->m2, u->noise, u->model, u};
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
        lnt_release(from, blocks[i]);
    }
}

size_t lnt_uncertainty_cols(const lnt_uncertainty *uncertainty)
{
    return uncertainty != NULL ? uncertainty->cols : 0;
}

/* --- predictions --- */

/* The prediction of one member for a batch: scaled if it has a Laplace approximation, else in the
 * original unit. */
static lnt_status predict_member(lnt_uncertainty *u, const member *one, const lnt_tensor *x,
                                 lnt_tensor stats[3])
{
    if (one->laplace == NULL) {
        return lnt_predict(one->plain, x, &stats[0]);
    }
    lnt_tensor scaled = *x;
    if (one->model->input_scaler != NULL) {
        scaled = lnt_tensor_view(x->dtype, u->x, x->rows, x->cols);
        LNT_TRY(lnt_scaler_transform(one->model->input_scaler, x, &scaled));
    }
    LNT_TRY(lnt_laplace_predict(one->laplace, &scaled, &stats[0], &stats[1], &stats[2]));
    return one->model->target_scaler != NULL
               ? lnt_scaler_inverse_transform(one->model->target_scaler, &stats[0], &stats[0])
               : LNT_OK;
}

/* The variances of noise and model of column j, in the original unit. */
static void variances(const member *one, const lnt_tensor stats[3], size_t cols, size_t i, size_t j,
                      double *noise, double *model)
{
    *noise = *model = 0;
    if (one->laplace != NULL) {
        const lnt_scaler *scaler = one->model->target_scaler;
        const double scale = scaler != NULL ? lnt_scaler_scale(scaler)[j] : 1;
        const double sd = lnt_tensor_get(&stats[1], i, j) * scale;
        const double epistemic = lnt_tensor_get(&stats[2], i, j) * scale;
        *model = epistemic * epistemic;
        *noise = fmax(sd * sd - *model, 0);
    } else if (one->model->loss.kind == LNT_LOSS_GAUSSIAN) {
        const double sd = lnt_tensor_get(&stats[0], i, cols + j);
        *noise = sd * sd;
    }
}

/* Adds the predictions of member m (Welford's algorithm). */
static void add(lnt_uncertainty *u, size_t m, const lnt_tensor stats[3], size_t rows)
{
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < u->cols; j++) {
            const size_t k = i * u->cols + j;
            double noise, model;
            variances(&u->members[m], stats, u->cols, i, j, &noise, &model);
            const double value = lnt_tensor_get(&stats[0], i, j), before = m > 0 ? u->mean[k] : 0;
            const double change = value - before, mean = before + change / (double) (m + 1);
            u->mean[k] = mean;
            u->m2[k] = (m > 0 ? u->m2[k] : 0) + change * (value - mean);
            u->noise[k] = (m > 0 ? u->noise[k] : 0) + noise;
            u->model[k] = (m > 0 ? u->model[k] : 0) + model;
        }
    }
}

static lnt_status write_results(const lnt_uncertainty *u, lnt_tensor *mean, lnt_tensor *sd,
                                lnt_tensor *epistemic, size_t first, size_t rows)
{
    const double n = (double) u->n;
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < u->cols; j++) {
            const size_t k = i * u->cols + j;
            const double model = (u->model[k] + u->m2[k]) / n;
            LNT_TRY(lnt_tensor_set(mean, first + i, j, u->mean[k]));
            LNT_TRY(lnt_tensor_set(sd, first + i, j, sqrt(model + u->noise[k] / n)));
            LNT_TRY(epistemic != NULL ? lnt_tensor_set(epistemic, first + i, j, sqrt(model))
                                      : LNT_OK);
        }
    }
    return LNT_OK;
}

static lnt_status check(const lnt_uncertainty *u, const lnt_tensor *x, const lnt_tensor *out)
{
    if (u == NULL || x == NULL || out == NULL) {
        return LNT_ERR_NULL;
    }
    const lnt_net *net = u->members[0].model->net;
    if (x->dtype != lnt_net_dtype(net) || out->dtype != x->dtype) {
        return LNT_ERR_DTYPE;
    }
    return x->cols == lnt_net_inputs(net) && out->rows == x->rows && out->cols == u->cols
               ? LNT_OK
               : LNT_ERR_SHAPE;
}

lnt_status lnt_uncertainty_predict(lnt_uncertainty *u, const lnt_tensor *x, lnt_tensor *mean,
                                   lnt_tensor *sd, lnt_tensor *epistemic)
{
    LNT_TRY(check(u, x, mean));
    LNT_TRY(check(u, x, sd));
    LNT_TRY(epistemic != NULL ? check(u, x, epistemic) : LNT_OK);
    const lnt_tensor *const outputs[] = {mean, sd, epistemic};
    LNT_TRY(lnt_check_overlap(x, outputs, 3, false));
    const size_t size = u->max_rows * u->outputs * lnt_dtype_size(x->dtype);
    for (size_t first = 0, rows; first < x->rows; first += rows) {
        lnt_tensor batch, stats[3];
        rows = x->rows - first < u->max_rows ? x->rows - first : u->max_rows;
        LNT_TRY(lnt_slice_rows(x, first, rows, 1, &batch));
        for (size_t i = 0; i < 3; i++) {
            stats[i] = lnt_tensor_view(x->dtype, (char *) u->stats + i * size, rows, u->outputs);
        }
        for (size_t m = 0; m < u->n; m++) {
            LNT_TRY(predict_member(u, &u->members[m], &batch, stats));
            add(u, m, stats, rows);
        }
        LNT_TRY(write_results(u, mean, sd, epistemic, first, rows));
    }
    return LNT_OK;
}
