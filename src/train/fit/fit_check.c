/* SPDX-License-Identifier: MIT */
#include "train/fit/fit_check.h"

#include "train/fit/settings.h"
#include "train/loader/rows_check.h"
#include "train/metrics/scorer.h"

#include <math.h>

static lnt_status check_sampling(const lnt_net *net, const lnt_tensor *y,
                                 const lnt_fit_config *config, lnt_error *error)
{
    const lnt_tensor *weights = config->sampling_weights;
    switch (config->sampling) {
    case LNT_SAMPLE_ALL:
        return LNT_OK;
    case LNT_SAMPLE_BALANCED:
        return lnt_fit_has_labels(&config->loss, lnt_net_outputs(net), y)
                   ? LNT_OK
                   : lnt_fail(error, LNT_ERR_INVALID,
                              "sampling is balanced, which needs targets of one column of labels");
    case LNT_SAMPLE_WEIGHTED:
        if (weights == NULL) {
            return lnt_fail(error, LNT_ERR_NULL, "sampling is weighted, sampling_weights is NULL");
        }
        if (weights->dtype != LNT_F32 && weights->dtype != LNT_F64) {
            return lnt_fail(error, LNT_ERR_DTYPE, "sampling_weights is %s, expected f32 or f64",
                            lnt_dtype_name(weights->dtype));
        }
        return lnt_rows_check_weights("sampling_weights", weights, y->rows, 0, true, error);
    }
    return LNT_OK; /* the table of settings has checked it */
}

static lnt_status check_validation(const lnt_net *net, const lnt_fit_config *config,
                                   lnt_error *error)
{
    const char *name = lnt_metric_name(config->monitor);
    if ((config->x_val == NULL) != (config->y_val == NULL)) {
        return lnt_fail(error, LNT_ERR_NULL, "x_val and y_val: expected both or neither");
    }
    if (config->x_val == NULL && config->weights_val != NULL) {
        return lnt_fail(error, LNT_ERR_INVALID, "weights_val is set, x_val is not");
    }
    if (config->x_val != NULL) {
        const lnt_named_rows p = {.name = "validation",
                                  .x = config->x_val,
                                  .y = config->y_val,
                                  .weights = config->weights_val,
                                  .weights_name = "weights_val"};
        LNT_TRY(lnt_rows_check(&p, net, &config->loss, error));
    } else if (config->validation_fraction == 0) {
        return config->restore_best ? lnt_fail(error, LNT_ERR_INVALID,
                                               "restore_best is set, which needs validation rows")
                                    : LNT_OK;
    }
    const size_t outputs = lnt_net_outputs(net);
    if (!lnt_metric_applies(config->monitor, config->loss.kind, outputs)) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "monitor is %s, which does not apply to %s with %zu outputs", name,
                        lnt_loss_name(config->loss.kind), outputs);
    }
    return LNT_OK;
}

lnt_status lnt_fit_check(const lnt_net *net, const lnt_tensor *x, const lnt_tensor *y,
                         const lnt_fit_config *config, lnt_error *error)
{
    LNT_TRY(lnt_settings_check(lnt_fit_table, 0, config, error));
    const lnt_named_rows p = {
        .name = "training", .x = x, .y = y, .weights = config->weights, .weights_name = "weights"};
    LNT_TRY(lnt_rows_check(&p, net, &config->loss, error));
    LNT_TRY(check_sampling(net, y, config, error));
    return check_validation(net, config, error);
}

/* What would need all rows at once. */
static lnt_status check_streamed(const lnt_fit_config *config, lnt_error *error)
{
    if (config->sampling != LNT_SAMPLE_ALL) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "sampling is not all, which needs all rows in memory");
    }
    if (config->validation_fraction > 0) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "validation_fraction is %g, expected 0 for a source: give the rows to "
                        "validate on as x_val and y_val",
                        config->validation_fraction);
    }
    if (config->weights != NULL) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "weights is set, expected NULL for a source, which reads its weights");
    }
    return LNT_OK;
}

lnt_status lnt_fit_check_source(const lnt_net *net, const lnt_data_source *source,
                                const lnt_fit_config *config, lnt_error *error)
{
    LNT_TRY(lnt_settings_check(lnt_fit_table, 0, config, error));
    LNT_TRY(check_streamed(config, error));
    if (source->read == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "the source's read is NULL");
    }
    if (source->rows == 0 || source->block_rows == 0) {
        return lnt_fail(error, LNT_ERR_SHAPE,
                        "the source has %zu rows in blocks of %zu; expected at least 1 of each",
                        source->rows, source->block_rows);
    }
    const lnt_tensor none = lnt_tensor_view(lnt_net_dtype(net), NULL, 0, source->targets);
    const lnt_named_rows p = {.name = "training", .y = &none};
    LNT_TRY(lnt_rows_check_targets(&p, net, &config->loss, error));
    return check_validation(net, config, error);
}

lnt_status lnt_fit_check_monitor(const lnt_net *net, const lnt_fit_config *config, size_t rows,
                                 lnt_error *error)
{
    const size_t classes = lnt_loss_classes(config->loss.kind, lnt_net_outputs(net));
    if (config->monitor != LNT_METRIC_ROC_AUC || lnt_scorer_has_auc(classes, rows)) {
        return LNT_OK;
    }
    return lnt_fail(error, LNT_ERR_TOO_LARGE,
                    "monitor: roc_auc takes at most %zu scores, and %zu held-out rows of %zu "
                    "classes have more",
                    LNT_SCORER_MAX_AUC, rows, classes);
}
