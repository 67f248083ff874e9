/* SPDX-License-Identifier: MIT */
#include "train/fit/fit.h"

/* Records the place, and goes back to a net that was good. */
static lnt_status go_back(lnt_run *r)
{
    r->result->end = LNT_END_NONFINITE;
    r->result->nonfinite_epoch = r->progress.epoch;
    r->result->nonfinite_batch = r->progress.batch;
    r->progress.validation = lnt_scores_none();
    return lnt_nan_guard_restore(&r->guard, r->net);
}

lnt_status lnt_fit_nonfinite_loss(lnt_run *r, double loss)
{
    const size_t n_layers = lnt_net_n_layers(r->net);
    size_t *layer = &r->result->nonfinite_layer;
    LNT_TRY(lnt_pass_find_nonfinite_layer(r->training.pass, r->net, layer));
    LNT_TRY(go_back(r));
    if (*layer == n_layers) {
        return lnt_fail(r->error, LNT_ERR_NONFINITE,
                        "epoch %zu, batch %zu of %zu: the loss is %s; every layer's output is "
                        "finite, so look at the targets",
                        r->progress.epoch, r->progress.batch, r->progress.batches,
                        lnt_nonfinite_name(loss));
    }
    return lnt_fail(r->error, LNT_ERR_NONFINITE,
                    "epoch %zu, batch %zu of %zu: the loss is %s; the first output that is not "
                    "finite is that of layers.%zu (%s)",
                    r->progress.epoch, r->progress.batch, r->progress.batches,
                    lnt_nonfinite_name(loss), *layer,
                    lnt_layer_name(lnt_net_layer(r->net, *layer)));
}

/* Something other than an output or the loss. */
lnt_status lnt_fit_nonfinite_value(lnt_run *r, const char *what, double value)
{
    r->result->nonfinite_layer = lnt_net_n_layers(r->net);
    LNT_TRY(go_back(r));
    return lnt_fail(r->error, LNT_ERR_NONFINITE, "epoch %zu, batch %zu of %zu: %s is %s",
                    r->progress.epoch, r->progress.batch, r->progress.batches, what,
                    lnt_nonfinite_name(value));
}

/* No later loss would show what the last step of an epoch did. */
lnt_status lnt_fit_check_parameters(lnt_run *r)
{
    bool finite;
    double value;
    LNT_TRY(lnt_net_check_finite(r->net, &finite, &value));
    return finite ? LNT_OK : lnt_fit_nonfinite_value(r, "a parameter", value);
}
