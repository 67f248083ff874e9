/* SPDX-License-Identifier: MIT */
#include "train/trainer.h"

#include <math.h>

static lnt_status check(const lnt_fit_config *config, lnt_error *error)
{
    if (config->batch_rows == 0) {
        return lnt_fail(error, LNT_ERR_INVALID, "batch_rows is 0, expected at least 1");
    }
    if (config->schedule.kind == LNT_SCHEDULE_PLATEAU) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "schedule is plateau, which a trainer has no monitored value for");
    }
    return LNT_OK;
}

static lnt_status prepare(lnt_trainer *trainer, const lnt_fit_config *config, lnt_error *error)
{
    LNT_TRY(lnt_training_state_init(&trainer->training, trainer->net, config, config->batch_rows,
                                    error));
    return lnt_lr_scheduler_init(&trainer->scheduler, config, config->max_steps,
                                 trainer->training.optim, error);
}

lnt_status lnt_trainer_create(lnt_trainer **trainer, lnt_net *net, const lnt_fit_config *config,
                              lnt_error *error)
{
    if (trainer != NULL) {
        *trainer = NULL;
    }
    if (trainer == NULL || net == NULL || config == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "trainer, net and config are required");
    }
    LNT_TRY(check(config, error));
    lnt_trainer *t = lnt_allocate(config->allocator, 1, sizeof *t);
    if (t == NULL) {
        return lnt_fail(error, LNT_ERR_MEMORY, "cannot prepare training: %s",
                        lnt_status_text(LNT_ERR_MEMORY));
    }
    if (config->allocator != NULL) {
        t->allocator = *config->allocator;
        t->custom_allocator = true;
    }
    t->net = net;
    t->loss = config->loss;
    lnt_error why = {.status = LNT_OK};
    const lnt_status status = prepare(t, config, &why);
    if (status != LNT_OK) {
        lnt_trainer_destroy(t);
        return lnt_fail(error, status, "cannot prepare training: %s",
                        why.status != LNT_OK ? why.message : lnt_status_text(status));
    }
    *trainer = t;
    return LNT_OK;
}

void lnt_trainer_destroy(lnt_trainer *trainer)
{
    if (trainer == NULL) {
        return;
    }
    const lnt_allocator copy = trainer->allocator;
    const lnt_allocator *allocator = trainer->custom_allocator ? &copy : NULL;
    lnt_training_state_clear(&trainer->training);
    lnt_release(allocator, trainer);
}

/* Forward and backward; what comes out must be finite. */
static lnt_status compute(lnt_trainer *trainer, const lnt_tensor *x, const lnt_tensor *y,
                          const lnt_tensor *weights, double *loss)
{
    lnt_pass *pass = trainer->training.pass;
    double norm;
    LNT_TRY(lnt_pass_forward_backward(pass, trainer->net, x, &trainer->loss, y, weights, loss));
    const lnt_tensor gradients = lnt_pass_gradients(pass);
    LNT_TRY(lnt_norm(LNT_NORM_L2, &gradients, &norm));
    return isfinite(*loss) && isfinite(norm) ? LNT_OK : LNT_ERR_NONFINITE;
}

static lnt_status step(lnt_trainer *trainer, const lnt_tensor *x, const lnt_tensor *y,
                       const lnt_tensor *weights, double loss)
{
    lnt_optim *optim = trainer->training.optim;
    const lnt_optim_batch batch = {
        .x = x, .target = y, .weights = weights, .loss = &trainer->loss, .value = loss};
    LNT_TRY(lnt_lr_scheduler_apply(&trainer->scheduler, optim, lnt_optim_steps(optim)));
    return lnt_optim_step_batch(optim, trainer->net, trainer->training.pass, &batch, NULL);
}

lnt_status lnt_trainer_step(lnt_trainer *trainer, const lnt_tensor *x, const lnt_tensor *y,
                            const lnt_tensor *weights, double *loss)
{
    if (trainer == NULL || x == NULL || y == NULL) {
        return LNT_ERR_NULL;
    }
    const uint64_t rng_counter = lnt_pass_rng_counter(trainer->training.pass);
    double value = NAN;
    lnt_status status = compute(trainer, x, y, weights, &value);
    if (loss != NULL) {
        *loss = value;
    }
    if (status == LNT_OK) {
        status = step(trainer, x, y, weights, value);
    }
    if (status != LNT_OK) {
        LNT_TRY(lnt_pass_set_rng_counter(trainer->training.pass, rng_counter));
    }
    return status;
}

lnt_pass *lnt_trainer_pass(lnt_trainer *trainer)
{
    return trainer->training.pass;
}

lnt_optim *lnt_trainer_optim(lnt_trainer *trainer)
{
    return trainer->training.optim;
}
