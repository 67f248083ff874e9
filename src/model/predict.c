/* SPDX-License-Identifier: MIT */
#include <linnet/metrics.h>

#include <linnet/predict.h>
#include <linnet/train.h>
#include <math.h>

struct lnt_predictor {
    lnt_allocator allocator;
    bool custom_allocator;
    const lnt_model *model;
    lnt_pass *pass;
    void *x_memory; /* a batch of scaled inputs; NULL without input scaling */
    void *y_memory; /* a batch of scaled targets; NULL without target scaling */
};

static lnt_status prepare(lnt_predictor *p, const lnt_model *model, lnt_pass_config config)
{
    const lnt_allocator *allocator = config.allocator;
    const size_t max_rows = config.max_rows;
    config.mode = LNT_INFERENCE;
    config.input_gradient = false;
    LNT_TRY(lnt_pass_create(&p->pass, model->net, &config));
    const size_t row_size = max_rows * lnt_dtype_size(lnt_net_dtype(model->net));
    if (model->input_scaler != NULL) {
        p->x_memory = lnt_allocate(allocator, lnt_net_inputs(model->net), row_size);
        if (p->x_memory == NULL) {
            return LNT_ERR_MEMORY;
        }
    }
    if (model->target_scaler != NULL) {
        p->y_memory = lnt_allocate(allocator, lnt_scaler_cols(model->target_scaler), row_size);
        if (p->y_memory == NULL) {
            return LNT_ERR_MEMORY;
        }
    }
    return LNT_OK;
}

static size_t target_cols(const lnt_model *model)
{
    return lnt_loss_target_cols(model->loss.kind, lnt_net_outputs(model->net));
}

static bool fits(const lnt_scaler *scaler, size_t cols)
{
    return scaler == NULL || lnt_scaler_cols(scaler) == cols;
}

lnt_status lnt_predictor_create_with(lnt_predictor **predictor, const lnt_model *model,
                                     const lnt_pass_config *config)
{
    if (predictor == NULL) {
        return LNT_ERR_NULL;
    }
    *predictor = NULL;
    if (model == NULL || model->net == NULL || config == NULL) {
        return LNT_ERR_NULL;
    }
    if (!fits(model->input_scaler, lnt_net_inputs(model->net)) ||
        !fits(model->target_scaler, target_cols(model))) {
        return LNT_ERR_SHAPE;
    }
    if (model->target_scaler != NULL && lnt_loss_is_classification(model->loss.kind)) {
        return LNT_ERR_INVALID;
    }
    const lnt_allocator *allocator = config->allocator;
    lnt_predictor *p = lnt_allocate(allocator, 1, sizeof *p);
    if (p == NULL) {
        return LNT_ERR_MEMORY;
    }
    p->model = model;
    if (allocator != NULL) {
        p->allocator = *allocator;
        p->custom_allocator = true;
    }
    const lnt_status status = prepare(p, model, *config);
    if (status != LNT_OK) {
        lnt_predictor_destroy(p);
        return status;
    }
    *predictor = p;
    return LNT_OK;
}

lnt_status lnt_predictor_create(lnt_predictor **predictor, const lnt_model *model, size_t max_rows,
                                const lnt_allocator *allocator)
{
    lnt_pass_config config = lnt_pass_defaults();
    config.max_rows = max_rows;
    config.allocator = allocator;
    return lnt_predictor_create_with(predictor, model, &config);
}

void lnt_predictor_destroy(lnt_predictor *p)
{
    if (p == NULL) {
        return;
    }
    lnt_allocator allocator = p->allocator;
    const lnt_allocator *from = p->custom_allocator ? &allocator : NULL;
    lnt_pass_destroy(p->pass);
    lnt_release(from, p->x_memory);
    lnt_release(from, p->y_memory);
    lnt_release(from, p);
}

/* The net's raw output for rows [first, first + count) of x: a view into the pass. */
static lnt_status run_batch(lnt_predictor *p, const lnt_tensor *x, size_t first, size_t count,
                            lnt_tensor *output)
{
    lnt_tensor batch;
    LNT_TRY(lnt_slice_rows(x, first, count, 1, &batch));
    if (p->x_memory != NULL) {
        lnt_tensor scaled = lnt_tensor_view(x->dtype, p->x_memory, count, x->cols);
        LNT_TRY(lnt_scaler_transform(p->model->input_scaler, &batch, &scaled));
        batch = scaled;
    }
    return lnt_pass_forward(p->pass, p->model->net, &batch, output);
}

static lnt_status check(const lnt_predictor *p, const lnt_tensor *x, const lnt_tensor *y)
{
    if (p == NULL || x == NULL || y == NULL) {
        return LNT_ERR_NULL;
    }
    if (x->dtype != lnt_net_dtype(p->model->net)) {
        return LNT_ERR_DTYPE;
    }
    return x->cols == lnt_net_inputs(p->model->net) && x->rows == y->rows ? LNT_OK : LNT_ERR_SHAPE;
}

static size_t batch_size(const lnt_predictor *p, size_t rows_left)
{
    const size_t most = lnt_pass_max_rows(p->pass);
    return rows_left < most ? rows_left : most;
}

/* Scales back to the original unit, in place: the targets' columns and, if there are as many after
 * them, their standard deviations, which have a scale but no offset. */
static lnt_status unscale(const lnt_scaler *scaler, lnt_tensor *y)
{
    const size_t targets = lnt_scaler_cols(scaler);
    lnt_tensor part;
    LNT_TRY(lnt_slice_cols(y, 0, targets, 1, &part));
    LNT_TRY(lnt_scaler_inverse_transform(scaler, &part, &part));
    for (size_t j = targets; j < y->cols; j++) {
        LNT_TRY(lnt_slice_cols(y, j, 1, 1, &part));
        LNT_TRY(lnt_scale(fabs(lnt_scaler_scale(scaler)[j - targets]), &part));
    }
    return LNT_OK;
}

lnt_status lnt_predict(lnt_predictor *p, const lnt_tensor *x, lnt_tensor *y)
{
    LNT_TRY(check(p, x, y));
    if (y->dtype != x->dtype) {
        return LNT_ERR_DTYPE;
    }
    if (y->cols != lnt_net_outputs(p->model->net)) {
        return LNT_ERR_SHAPE;
    }
    const lnt_tensor *const outputs[] = {y};
    LNT_TRY(lnt_check_overlap(x, outputs, 1, true));
    for (size_t first = 0, count; first < x->rows; first += count) {
        count = batch_size(p, x->rows - first);
        lnt_tensor output, target;
        LNT_TRY(run_batch(p, x, first, count, &output));
        LNT_TRY(lnt_slice_rows(y, first, count, 1, &target));
        LNT_TRY(lnt_loss_inverse_link(&p->model->loss, &output, &target));
        if (p->model->target_scaler != NULL) {
            LNT_TRY(unscale(p->model->target_scaler, &target));
        }
    }
    return LNT_OK;
}

static lnt_status evaluate_batch(lnt_predictor *p, const lnt_tensor *output, lnt_tensor target,
                                 const lnt_tensor *weights, lnt_scorer *scorer)
{
    const lnt_scaler *scaler = p->model->target_scaler;
    if (scaler == NULL) {
        return lnt_scorer_update(scorer, output, &target, weights);
    }
    lnt_tensor scaled = lnt_tensor_view(output->dtype, p->y_memory, target.rows, target.cols);
    LNT_TRY(lnt_scaler_transform(scaler, &target, &scaled));
    return lnt_scorer_update_scaled(scorer, output, &scaled, weights, lnt_scaler_scale(scaler));
}

lnt_status lnt_evaluate(lnt_predictor *p, const lnt_tensor *x, const lnt_tensor *y,
                        const lnt_tensor *weights, lnt_scorer *scorer, lnt_scores *scores)
{
    LNT_TRY(check(p, x, y));
    if (scorer == NULL || scores == NULL) {
        return LNT_ERR_NULL;
    }
    if (weights != NULL && (weights->rows != x->rows || weights->cols != 1)) {
        return LNT_ERR_SHAPE;
    }
    lnt_scorer_reset(scorer);
    for (size_t first = 0, count; first < x->rows; first += count) {
        count = batch_size(p, x->rows - first);
        lnt_tensor output, target, some_weights;
        LNT_TRY(run_batch(p, x, first, count, &output));
        LNT_TRY(lnt_slice_rows(y, first, count, 1, &target));
        if (weights != NULL) {
            LNT_TRY(lnt_slice_rows(weights, first, count, 1, &some_weights));
        }
        LNT_TRY(evaluate_batch(p, &output, target, weights != NULL ? &some_weights : NULL, scorer));
    }
    return lnt_scorer_compute(scorer, scores);
}
