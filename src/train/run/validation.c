/* SPDX-License-Identifier: MIT */
#include "train/run/validation.h"

#include "base/smaller.h"

/* Rows of a batch: large enough for fast products, small enough to save memory. */
#define VALIDATION_ROWS 512

lnt_status lnt_validation_init(lnt_validation *validation, const lnt_net *net,
                               const lnt_fit_config *config, const lnt_rows *rows)
{
    const size_t batch = lnt_smaller(rows->count, VALIDATION_ROWS);
    const size_t classes = lnt_loss_classes(config->loss.kind, lnt_net_outputs(net));
    const lnt_pass_config pass = {.max_rows = batch,
                                  .mode = LNT_INFERENCE,
                                  .gemm = config->gemm,
                                  .threads = config->threads,
                                  .oversubscribe = config->oversubscribe,
                                  .allocator = config->allocator};
    const lnt_scorer_config scorer = {.loss = config->loss,
                                      .outputs = lnt_net_outputs(net),
                                      .max_rows = rows->count,
                                      .top_k =
                                          classes > 0 ? lnt_smaller(config->top_k, classes) : 1,
                                      .allocator = config->allocator};
    *validation = (lnt_validation){.pass = NULL};
    LNT_TRY(lnt_gather_init(&validation->gather, rows, batch, config->allocator));
    LNT_TRY(lnt_pass_create(&validation->pass, net, &pass));
    return lnt_scorer_create(&validation->scorer, &scorer);
}

void lnt_validation_clear(lnt_validation *validation)
{
    lnt_gather_clear(&validation->gather);
    lnt_pass_destroy(validation->pass);
    lnt_scorer_destroy(validation->scorer);
}

lnt_status lnt_validation_run(lnt_validation *validation, const lnt_net *net, lnt_scores *scores)
{
    const size_t rows = validation->gather.rows.count;
    const size_t most = lnt_pass_max_rows(validation->pass);
    lnt_scorer_reset(validation->scorer);
    for (size_t first = 0, count; first < rows; first += count) {
        lnt_batch batch;
        lnt_tensor output;
        count = lnt_smaller(most, rows - first);
        LNT_TRY(lnt_gather_batch(&validation->gather, first, count, &batch));
        LNT_TRY(lnt_pass_forward(validation->pass, net, &batch.x, &output));
        LNT_TRY(
            lnt_scorer_update(validation->scorer, &output, &batch.y, lnt_batch_weights(&batch)));
    }
    return lnt_scorer_compute(validation->scorer, scores);
}
