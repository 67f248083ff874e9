/* SPDX-License-Identifier: MIT */
#include "train/fit/fit_check.h"
#include "train/loader/gather.h"
#include "train/loader/sampler.h"
#include "train/run/training_state.h"

#include <math.h>

#define SMOOTHING 0.98

/* A test under way, on a net of its own. */
typedef struct range {
    lnt_net *net;
    const lnt_fit_config *config;
    lnt_sampler sampler;
    lnt_gather gather;
    lnt_training_state training;
    size_t batches; /* in an epoch */
} range;

static lnt_status prepare(range *r, const lnt_net *net, const lnt_tensor *x, const lnt_tensor *y,
                          lnt_error *error)
{
    const lnt_fit_config *config = r->config;
    const size_t rows = x->rows;
    const size_t batch = config->batch_rows < rows ? config->batch_rows : rows;
    const size_t classes = lnt_loss_classes(config->loss.kind, lnt_net_outputs(net));
    LNT_TRY(lnt_net_clone(&r->net, net, config->allocator));
    LNT_TRY(lnt_sampler_init(&r->sampler, config, y, classes, NULL, rows));
    const lnt_rows all = {.x = x,
                          .y = y,
                          .weights = config->weights,
                          .index = lnt_sampler_index(&r->sampler),
                          .count = rows};
    LNT_TRY(lnt_gather_init(&r->gather, &all, batch, config->allocator));
    r->batches = (rows + batch - 1) / batch;
    return lnt_training_state_init(&r->training, r->net, config, batch, error);
}

static void clean_up(range *r)
{
    lnt_training_state_clear(&r->training);
    lnt_gather_clear(&r->gather);
    lnt_sampler_clear(&r->sampler);
    lnt_net_destroy(r->net);
}

/* Trains on batch `i` of all epochs at `rate`; *loss is the one before the step. */
static lnt_status train_batch(range *r, size_t i, double rate, double *loss)
{
    const lnt_training_state *training = &r->training;
    const size_t most = lnt_pass_max_rows(training->pass);
    const size_t first = i % r->batches * most, left = r->gather.rows.count - first;
    if (first == 0) {
        lnt_sampler_start_epoch(&r->sampler, i / r->batches + 1);
    }
    lnt_batch batch;
    LNT_TRY(lnt_gather_batch(&r->gather, first, left < most ? left : most, &batch));
    LNT_TRY(lnt_pass_forward_backward(training->pass, r->net, &batch.x, &r->config->loss, &batch.y,
                                      lnt_batch_weights(&batch), loss));
    if (!isfinite(*loss)) {
        return LNT_OK;
    }
    LNT_TRY(lnt_optim_set_learning_rate(training->optim, rate));
    const lnt_optim_batch seen = {.x = &batch.x,
                                  .target = &batch.y,
                                  .weights = lnt_batch_weights(&batch),
                                  .loss = &r->config->loss,
                                  .value = *loss};
    const lnt_status status =
        lnt_optim_step_batch(training->optim, r->net, training->pass, &seen, NULL);
    return status == LNT_ERR_NONFINITE ? LNT_OK : status; /* the next loss shows it */
}

static lnt_status climb(range *r, double low, double high, size_t n, double *rates, double *losses,
                        size_t *done)
{
    double smooth = 0, least = INFINITY;
    for (size_t i = 0; i < n; i++) {
        const double rate = low * pow(high / low, (double) i / (double) (n - 1));
        double loss;
        LNT_TRY(train_batch(r, i, rate, &loss));
        if (!isfinite(loss)) {
            return LNT_OK;
        }
        smooth = SMOOTHING * smooth + (1 - SMOOTHING) * loss;
        rates[i] = rate;
        losses[i] = smooth / (1 - pow(SMOOTHING, (double) i + 1));
        *done = i + 1;
        least = fmin(least, losses[i]);
        if (losses[i] > least + 3 * fabs(least)) {
            return LNT_OK;
        }
    }
    return LNT_OK;
}

/* Uses differences over a tenth of the test, to reduce the noise of batches. The first losses are
 * means of too few batches and are ignored. */
static double steepest(const double *rates, const double *losses, size_t n, size_t done)
{
    const size_t reach = n / 20 > 0 ? n / 20 : 1;
    double found = NAN, fall = 0;
    for (size_t i = n / 10 + reach; i + reach < done; i++) {
        const double slope = losses[i + reach] - losses[i - reach];
        if (slope < fall) {
            fall = slope;
            found = rates[i];
        }
    }
    return found;
}

static lnt_status check(const lnt_net *net, const lnt_tensor *x, const lnt_tensor *y,
                        const lnt_fit_config *config, double low, double high, size_t n,
                        lnt_error *error)
{
    if (!(low > 0 && high > low && isfinite(high))) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "learning rates from %g to %g: expected 0 < low < high, finite", low, high);
    }
    if (lnt_optim_reevaluates(config->optim.kind) && config->optim.kind != LNT_KFAC) {
        return lnt_fail(error, LNT_ERR_INVALID, "optim is %s, which needs no learning rate",
                        lnt_optim_name(config->optim.kind));
    }
    if (n < 2) {
        return lnt_fail(error, LNT_ERR_INVALID, "n is %zu, expected at least 2", n);
    }
    return lnt_fit_check(net, x, y, config, error);
}

lnt_status lnt_lr_range_test(const lnt_net *net, const lnt_tensor *x, const lnt_tensor *y,
                             const lnt_fit_config *config, double low, double high, size_t n,
                             double *rates, double *losses, size_t *done, double *suggested,
                             lnt_error *error)
{
    if (net == NULL || x == NULL || y == NULL || config == NULL || rates == NULL ||
        losses == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "net, x, y, config, rates and losses are required");
    }
    LNT_TRY(check(net, x, y, config, low, high, n, error));
    range r = {.config = config};
    size_t recorded = 0;
    lnt_error why = {.status = LNT_OK};
    lnt_status status = prepare(&r, net, x, y, &why);
    if (status == LNT_OK) {
        status = climb(&r, low, high, n, rates, losses, &recorded);
    }
    clean_up(&r);
    if (status != LNT_OK) {
        return lnt_fail(error, status, "learning rate range test: %s",
                        why.status != LNT_OK ? why.message : lnt_status_text(status));
    }
    if (done != NULL) {
        *done = recorded;
    }
    if (suggested != NULL) {
        *suggested = steepest(rates, losses, n, recorded);
    }
    return LNT_OK;
}
