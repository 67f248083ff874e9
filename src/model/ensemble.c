/* SPDX-License-Identifier: MIT */
#include <linnet/ensemble.h>

/* Calls the caller's callback with the member's number. */
typedef struct told {
    const lnt_fit_config *config;
    size_t member;
} told;

static bool notify(const lnt_fit_progress *progress, void *context)
{
    const told *t = context;
    lnt_fit_progress now = *progress;
    now.member = t->member;
    return t->config->callback == NULL || t->config->callback(&now, t->config->callback_context);
}

static lnt_status fit_member(lnt_net **member, size_t m, const lnt_net_config *net,
                             const lnt_tensor *x, const lnt_tensor *y, const lnt_fit_config *config,
                             lnt_fit_result *result, lnt_error *error)
{
    told context = {config, m};
    lnt_net_config own = *net;
    lnt_fit_config fit = *config;
    own.seed += m;
    fit.seed += m;
    fit.callback = notify;
    fit.callback_context = &context;
    const lnt_status status = lnt_net_create(member, &own);
    if (status != LNT_OK) {
        return lnt_fail(error, status, "ensemble: no net can be made: %s", lnt_status_text(status));
    }
    return lnt_fit(*member, x, y, &fit, result, error);
}

lnt_status lnt_ensemble_fit(lnt_net **members, size_t n, const lnt_net_config *net,
                            const lnt_tensor *x, const lnt_tensor *y, const lnt_fit_config *config,
                            lnt_fit_result *results, lnt_error *error)
{
    if (members == NULL || net == NULL || config == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "ensemble: an argument is NULL");
    }
    for (size_t m = 0; m < n; m++) {
        members[m] = NULL;
    }
    if (n == 0 || config->checkpoint.directory != NULL || config->history != NULL) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        n == 0
                            ? "ensemble: expected at least one member"
                            : "ensemble: checkpoints and history are of one run, not of several");
    }
    lnt_status status = LNT_OK;
    bool stopped = false;
    for (size_t m = 0; m < n && status == LNT_OK && !stopped; m++) {
        lnt_fit_result result = {.epochs = 0};
        status = fit_member(&members[m], m, net, x, y, config, &result, error);
        stopped = result.end == LNT_END_CALLBACK;
        if (results != NULL) {
            results[m] = result;
        }
    }
    for (size_t m = 0; m < n && status != LNT_OK; m++) {
        lnt_net_destroy(members[m]);
        members[m] = NULL;
    }
    return status;
}
