/* SPDX-License-Identifier: MIT */
#include "train/metrics/scorer.h"

#include <math.h>

/* Mean and spread are updated with each row: West, CACM 22 (1979). They are computed of y minus the
 * first y, because the rounding of the spread grows with the ratio of the mean to the deviation. */
static void add(lnt_regression_sums *sums, double before, double weight, double y, double error)
{
    sums->origin = before > 0 ? sums->origin : y;
    const double from_origin = y - sums->origin, distance = from_origin - sums->mean;
    sums->absolute += weight * fabs(error);
    sums->squares += weight * error * error;
    sums->mean += distance * weight / (before + weight);
    sums->spread += weight * distance * (from_origin - sums->mean);
}

lnt_status lnt_scorer_update_regression(lnt_scorer *scorer, const lnt_tensor *output,
                                        const lnt_tensor *target, const lnt_tensor *weights,
                                        const double *scale)
{
    lnt_tensor predictions = lnt_tensor_f64(scorer->predictions, output->rows, output->cols);
    LNT_TRY(lnt_copy(output, &predictions));
    LNT_TRY(lnt_loss_inverse_link(&scorer->loss, &predictions, &predictions));
    for (size_t i = 0; i < output->rows; i++) {
        const double weight = weights != NULL ? lnt_tensor_get(weights, i, 0) : 1;
        for (size_t j = 0; j < scorer->target_cols && weight > 0; j++) {
            const double unit = scale != NULL ? scale[j] : 1,
                         y = unit * lnt_tensor_get(target, i, j);
            add(&scorer->regression[j], scorer->regression_weight, weight, y,
                unit * lnt_tensor_get(&predictions, i, j) - y);
        }
        scorer->regression_weight += weight;
    }
    return LNT_OK;
}

void lnt_scorer_compute_regression(const lnt_scorer *scorer, lnt_scores *scores)
{
    double absolute = 0, roots = 0, r2 = 0;
    for (size_t j = 0; j < scorer->target_cols; j++) {
        const lnt_regression_sums *sums = &scorer->regression[j];
        absolute += sums->absolute;
        roots += sqrt(sums->squares / scorer->regression_weight);
        r2 += sums->spread > 0 ? 1 - sums->squares / sums->spread : NAN;
    }
    const double columns = (double) scorer->target_cols;
    scores->value[LNT_METRIC_MAE] = absolute / (columns * scorer->regression_weight);
    scores->value[LNT_METRIC_RMSE] = roots / columns;
    scores->value[LNT_METRIC_R2] = r2 / columns;
}
