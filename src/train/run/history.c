/* SPDX-License-Identifier: MIT */
#include "train/run/history.h"

#include <math.h>
#include <string.h>

static const lnt_allocator *allocator_of(const lnt_history *history)
{
    return history->custom_allocator ? &history->allocator : NULL;
}

static lnt_status allocate(lnt_history *h)
{
    const lnt_allocator *allocator = allocator_of(h);
    const size_t norms = h->n_tensors * sizeof(double);
    if (h->max_epochs == SIZE_MAX) {
        return LNT_ERR_MEMORY;
    }
    h->tensors = lnt_allocate(allocator, h->n_tensors, sizeof *h->tensors);
    h->rows = lnt_allocate(allocator, h->max_epochs, sizeof *h->rows);
    h->parameter_norms = lnt_allocate(allocator, h->max_epochs, norms);
    h->gradient_norms = lnt_allocate(allocator, h->max_epochs + 1, norms);
    const bool complete = h->tensors != NULL && h->rows != NULL && h->parameter_norms != NULL &&
                          h->gradient_norms != NULL;
    return complete ? LNT_OK : LNT_ERR_MEMORY;
}

static lnt_status describe_tensors(lnt_history *h, const lnt_net *net)
{
    for (size_t i = 0; i < h->n_tensors; i++) {
        lnt_parameter parameter;
        LNT_TRY(lnt_net_parameter((lnt_net *) net, i, &parameter)); /* only read */
        memcpy(h->tensors[i].name, parameter.name, sizeof h->tensors[i].name);
        h->tensors[i].offset = parameter.offset;
        h->tensors[i].count = parameter.value.rows * parameter.value.cols;
    }
    return LNT_OK;
}

static lnt_status fill(lnt_history *h, const lnt_net *net)
{
    LNT_TRY(allocate(h));
    return describe_tensors(h, net);
}

lnt_status lnt_history_create(lnt_history **history, const lnt_net *net, size_t max_epochs,
                              const lnt_allocator *allocator)
{
    if (history == NULL) {
        return LNT_ERR_NULL;
    }
    *history = NULL;
    if (net == NULL) {
        return LNT_ERR_NULL;
    }
    lnt_history *h = lnt_allocate(allocator, 1, sizeof *h);
    if (h == NULL) {
        return LNT_ERR_MEMORY;
    }
    if (allocator != NULL) {
        h->allocator = *allocator;
        h->custom_allocator = true;
    }
    h->n_parameters = lnt_net_n_parameters(net);
    h->n_tensors = lnt_net_n_parameter_tensors(net);
    h->max_epochs = max_epochs;
    const lnt_status status = fill(h, net);
    if (status != LNT_OK) {
        lnt_history_destroy(h);
        return status;
    }
    *history = h;
    return LNT_OK;
}

void lnt_history_destroy(lnt_history *h)
{
    if (h == NULL) {
        return;
    }
    const lnt_allocator copy = h->allocator;
    const lnt_allocator *allocator = h->custom_allocator ? &copy : NULL;
    lnt_release(allocator, h->tensors);
    lnt_release(allocator, h->rows);
    lnt_release(allocator, h->parameter_norms);
    lnt_release(allocator, h->gradient_norms);
    lnt_release(allocator, h);
}

size_t lnt_history_epochs(const lnt_history *history)
{
    return history->epochs;
}

const lnt_history_row *lnt_history_get(const lnt_history *history, size_t i)
{
    return i < history->epochs ? &history->rows[i] : NULL;
}

static double norm_at(const lnt_history *h, const double *norms, size_t i, size_t tensor)
{
    return i < h->epochs && tensor < h->n_tensors ? norms[i * h->n_tensors + tensor] : NAN;
}

double lnt_history_parameter_norm(const lnt_history *history, size_t i, size_t tensor)
{
    return norm_at(history, history->parameter_norms, i, tensor);
}

double lnt_history_gradient_norm(const lnt_history *history, size_t i, size_t tensor)
{
    return norm_at(history, history->gradient_norms, i, tensor);
}

void lnt_history_clear(lnt_history *history)
{
    history->epochs = 0;
}

lnt_status lnt_history_begin(lnt_history *history, const lnt_net *net, size_t epochs,
                             lnt_error *error)
{
    if (history->max_epochs < epochs) {
        return lnt_fail(error, LNT_ERR_TOO_LARGE, "history has room for %zu epochs, epochs is %zu",
                        history->max_epochs, epochs);
    }
    if (history->n_tensors != lnt_net_n_parameter_tensors(net) ||
        history->n_parameters != lnt_net_n_parameters(net)) {
        return lnt_fail(error, LNT_ERR_MISMATCH,
                        "history was created for a net of %zu parameters in %zu tensors, this one "
                        "has %zu in %zu",
                        history->n_parameters, history->n_tensors, lnt_net_n_parameters(net),
                        lnt_net_n_parameter_tensors(net));
    }
    lnt_history_clear(history);
    return LNT_OK;
}

/* The norms of all tensors in a flat vector, into the row of the current epoch. */
static lnt_status record(const lnt_history *h, const lnt_tensor *flat, double *norms)
{
    for (size_t i = 0; i < h->n_tensors; i++) {
        lnt_tensor part;
        LNT_TRY(lnt_slice_cols(flat, h->tensors[i].offset, h->tensors[i].count, 1, &part));
        LNT_TRY(lnt_norm(LNT_NORM_L2, &part, &norms[h->epochs * h->n_tensors + i]));
    }
    return LNT_OK;
}

lnt_status lnt_history_record_gradients(lnt_history *history, lnt_pass *pass)
{
    const lnt_tensor gradients = lnt_pass_gradients(pass);
    return record(history, &gradients, history->gradient_norms);
}

lnt_status lnt_history_add(lnt_history *history, const lnt_net *net,
                           const lnt_fit_progress *progress)
{
    const lnt_tensor parameters = lnt_net_parameters_read_only(net);
    LNT_TRY(record(history, &parameters, history->parameter_norms));
    history->rows[history->epochs++] = (lnt_history_row){
        .epoch = progress->epoch,
        .steps = progress->steps,
        .seconds = progress->seconds,
        .learning_rate = progress->learning_rate,
        .train_loss = progress->train_loss,
        .train_accuracy = progress->train_accuracy,
        .validation = progress->validation,
    };
    return LNT_OK;
}
