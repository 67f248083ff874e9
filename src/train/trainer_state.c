/* SPDX-License-Identifier: MIT */
#include "train/trainer.h"

#include <math.h>
#include <string.h>

/* Names of the tensors; a checkpoint of a whole run has the first two, too. */
#define NET "net"
#define OPTIMIZER "optimizer"
#define SCALARS_KEY "place"

enum { STEPS, PENDING, SWAPPED, RATE, MOMENTUM, MOMENTUM_PRODUCT, RNG_COUNTER, N_NUMBERS };

static const double whole = 9007199254740992.0; /* so far doubles hold every integer */

static void get_numbers(const lnt_trainer *trainer, double numbers[N_NUMBERS])
{
    const lnt_optim_scalars scalars = lnt_optim_get_scalars(trainer->training.optim);
    numbers[STEPS] = (double) scalars.steps;
    numbers[PENDING] = (double) scalars.pending;
    numbers[SWAPPED] = scalars.swapped;
    numbers[RATE] = scalars.learning_rate;
    numbers[MOMENTUM] = scalars.momentum;
    numbers[MOMENTUM_PRODUCT] = scalars.momentum_product;
    numbers[RNG_COUNTER] = (double) lnt_pass_rng_counter(trainer->training.pass);
}

static bool is_whole(double number)
{
    return number >= 0 && number <= whole && number == floor(number);
}

static lnt_status set_numbers(lnt_trainer *trainer, const double numbers[N_NUMBERS])
{
    if (!is_whole(numbers[STEPS]) || !is_whole(numbers[PENDING]) ||
        !is_whole(numbers[RNG_COUNTER])) {
        return LNT_ERR_INVALID;
    }
    const lnt_optim_scalars scalars = {.steps = (size_t) numbers[STEPS],
                                       .pending = (size_t) numbers[PENDING],
                                       .swapped = numbers[SWAPPED] != 0,
                                       .learning_rate = numbers[RATE],
                                       .momentum = numbers[MOMENTUM],
                                       .momentum_product = numbers[MOMENTUM_PRODUCT]};
    LNT_TRY(lnt_optim_set_scalars(trainer->training.optim, &scalars));
    return lnt_pass_set_rng_counter(trainer->training.pass, (uint64_t) numbers[RNG_COUNTER]);
}

lnt_status lnt_trainer_save(lnt_trainer *trainer, const char *path, lnt_error *error)
{
    if (trainer == NULL || path == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "trainer and path are required");
    }
    double numbers[N_NUMBERS];
    get_numbers(trainer, numbers);
    const lnt_tensor state = lnt_optim_state(trainer->training.optim);
    const lnt_checkpoint_item items[] = {{NET, lnt_net_state_vector(trainer->net)},
                                         {SCALARS_KEY, lnt_tensor_f64(numbers, 1, N_NUMBERS)},
                                         {OPTIMIZER, state}};
    const lnt_checkpoint_content content = {.items = items, .n_items = state.cols > 0 ? 3 : 2};
    return lnt_checkpoint_write(path, &content, error);
}

/* That the checkpoint has a tensor like this one, before anything is changed. */
static lnt_status check(const lnt_checkpoint *checkpoint, const char *name,
                        const lnt_tensor *expected, lnt_error *error)
{
    lnt_tensor shape;
    if (expected->cols == 0) {
        return LNT_OK;
    }
    if (lnt_checkpoint_shape(checkpoint, name, &shape) != LNT_OK ||
        shape.dtype != expected->dtype || shape.rows != expected->rows ||
        shape.cols != expected->cols) {
        return lnt_fail(
            error, LNT_ERR_INVALID, "%s: is not of a trainer whose '%s' has %zu numbers of %s",
            lnt_checkpoint_path(checkpoint), name, expected->cols, lnt_dtype_name(expected->dtype));
    }
    return LNT_OK;
}

static lnt_status load(lnt_trainer *trainer, const lnt_checkpoint *checkpoint, lnt_error *error)
{
    double numbers[N_NUMBERS];
    lnt_tensor net = lnt_net_state_vector(trainer->net),
               state = lnt_optim_state(trainer->training.optim),
               scalars = lnt_tensor_f64(numbers, 1, N_NUMBERS);
    LNT_TRY(check(checkpoint, NET, &net, error));
    LNT_TRY(check(checkpoint, OPTIMIZER, &state, error));
    LNT_TRY(check(checkpoint, SCALARS_KEY, &scalars, error));
    LNT_TRY(lnt_checkpoint_read(checkpoint, SCALARS_KEY, &scalars, error));
    const lnt_status status = set_numbers(trainer, numbers);
    if (status != LNT_OK) {
        return lnt_fail(error, status, "%s: the state of the optimizer is out of range",
                        lnt_checkpoint_path(checkpoint));
    }
    LNT_TRY(lnt_checkpoint_read(checkpoint, NET, &net, error));
    return state.cols > 0 ? lnt_checkpoint_read(checkpoint, OPTIMIZER, &state, error) : LNT_OK;
}

lnt_status lnt_trainer_load(lnt_trainer *trainer, const char *path, lnt_error *error)
{
    if (trainer == NULL || path == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "trainer and path are required");
    }
    lnt_checkpoint *checkpoint;
    LNT_TRY(lnt_checkpoint_open(&checkpoint, path, NULL, error));
    const lnt_status status = load(trainer, checkpoint, error);
    lnt_checkpoint_close(checkpoint);
    return status;
}
