/* SPDX-License-Identifier: MIT */
#include "train/run/history.h"

#include <string.h>

/* The metrics follow the fields. */
enum { EPOCH, STEPS, SECONDS, RATE, LOSS, ACCURACY, ROWS, N_FIELDS };

#define N_NUMBERS ((size_t) N_FIELDS + LNT_N_METRICS)

lnt_tensor lnt_history_numbers(size_t epochs)
{
    return lnt_tensor_view(LNT_F64, NULL, epochs, N_NUMBERS);
}

void lnt_history_get_numbers(const lnt_history *history, double *numbers)
{
    for (size_t i = 0; i < history->epochs; i++, numbers += N_NUMBERS) {
        const lnt_history_row *row = &history->rows[i];
        numbers[EPOCH] = (double) row->epoch;
        numbers[STEPS] = (double) row->steps;
        numbers[SECONDS] = row->seconds;
        numbers[RATE] = row->learning_rate;
        numbers[LOSS] = row->train_loss;
        numbers[ACCURACY] = row->train_accuracy;
        numbers[ROWS] = (double) row->validation.rows;
        memcpy(numbers + N_FIELDS, row->validation.value, sizeof row->validation.value);
    }
}

static size_t whole(double number)
{
    return number >= 0 && number < 9007199254740992.0 ? (size_t) number : 0;
}

void lnt_history_set_numbers(lnt_history *history, const double *numbers, size_t epochs)
{
    for (size_t i = 0; i < epochs; i++, numbers += N_NUMBERS) {
        lnt_history_row *row = &history->rows[i];
        *row = (lnt_history_row){.epoch = whole(numbers[EPOCH]),
                                 .steps = whole(numbers[STEPS]),
                                 .seconds = numbers[SECONDS],
                                 .learning_rate = numbers[RATE],
                                 .train_loss = numbers[LOSS],
                                 .train_accuracy = numbers[ACCURACY],
                                 .validation = {.rows = whole(numbers[ROWS])}};
        memcpy(row->validation.value, numbers + N_FIELDS, sizeof row->validation.value);
    }
    history->epochs = epochs;
}

lnt_tensor lnt_history_norms(const lnt_history *history, double *norms, size_t epochs)
{
    return lnt_tensor_view(LNT_F64, norms, epochs, history->n_tensors);
}
