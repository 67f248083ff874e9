/* SPDX-License-Identifier: MIT */
#include "train/validation.h"

/* Rows of a batch: products are large enough to be fast, and memory stays small. */
#define VALIDATION_ROWS 512

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

lnt_status lnt_validation_init(lnt_validation *validation, const lnt_net *net,
                               const lnt_fit_config *config, const lnt_rows *rows)
{
    const size_t batch = smaller(rows->count, VALIDATION_ROWS);
    const lnt_pass_config pass = {
        .max_rows = batch, .mode = LNT_INFERENCE, .allocator = config->allocator};
    *validation = (lnt_validation){.loss = &config->loss, .scorer = true};
    LNT_TRY(lnt_gather_init(&validation->gather, rows, batch, config->allocator));
    return lnt_pass_create(&validation->pass, net, &pass);
}

void lnt_validation_finish(lnt_validation *validation)
{
    lnt_gather_finish(&validation->gather);
    lnt_pass_destroy(validation->pass);
}

lnt_status lnt_validation_run(lnt_validation *validation, const lnt_net *net, lnt_scores *scores)
{
    const size_t rows = validation->gather.rows.count;
    const size_t most = lnt_pass_max_rows(validation->pass);
    lnt_epoch_mean mean = {0};
    double loss;
    for (size_t first = 0, count; first < rows; first += count) {
        lnt_batch batch;
        lnt_tensor output;
        count = smaller(most, rows - first);
        LNT_TRY(lnt_gather_take(&validation->gather, first, count, &batch));
        LNT_TRY(lnt_pass_forward(validation->pass, net, &batch.x, &output));
        LNT_TRY(lnt_pass_loss(validation->pass, validation->loss, &batch.y,
                              lnt_batch_weights(&batch), &loss));
        LNT_TRY(lnt_epoch_mean_add(&mean, validation->loss, loss, &output, &batch));
    }
    *scores = lnt_scores_none();
    scores->rows = rows;
    scores->value[LNT_METRIC_LOSS] = lnt_epoch_mean_loss(&mean, validation->loss);
    scores->value[LNT_METRIC_ACCURACY] =
        lnt_epoch_mean_accuracy(&mean, validation->loss, lnt_net_outputs(net));
    return LNT_OK;
}
