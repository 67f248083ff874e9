/* SPDX-License-Identifier: MIT */
#include "train/checkpoint/items.h"

#include "train/checkpoint/run_state.h"
#include "train/run/history.h"

lnt_tensor lnt_run_item_view(lnt_run *run, int item, size_t epochs)
{
    lnt_history *history = run->config->history;
    const lnt_tensor state = lnt_net_state_vector(run->net),
                     none = lnt_tensor_view(LNT_F64, NULL, 0, 0);
    switch (item) {
    case LNT_RUN_ITEM_NET:
        return state;
    case LNT_RUN_ITEM_OPTIM:
        return lnt_optim_state(run->training.optim);
    case LNT_RUN_ITEM_BEST:
        return run->early_stop.state != NULL
                   ? lnt_tensor_view(state.dtype, run->early_stop.state, 1, state.cols)
                   : none;
    case LNT_RUN_ITEM_ROWS:
        return history != NULL ? lnt_history_numbers(epochs) : none;
    case LNT_RUN_ITEM_PARAMETER_NORMS:
        return history != NULL ? lnt_history_norms(history, history->parameter_norms, epochs)
                               : none;
    case LNT_RUN_ITEM_GRADIENT_NORMS: /* including those of the current epoch */
        return history != NULL ? lnt_history_norms(history, history->gradient_norms, epochs + 1)
                               : none;
    default:
        return lnt_tensor_view(LNT_F64, NULL, 1, lnt_run_state_count());
    }
}

const char *lnt_run_item_name(int item)
{
    static const char *const names[LNT_RUN_ITEMS] = {
        "net", "optimizer", "best", "history", "history.parameter_norms", "history.gradient_norms",
        "run"};
    return names[item];
}
