/* SPDX-License-Identifier: MIT */
#include <linnet/train.h>
#include <math.h>

/* The class of row `i`: its label, or the largest of its probabilities. */
static lnt_status class_of(const lnt_tensor *target, size_t i, size_t classes, size_t *index)
{
    if (target->cols == 1) {
        const double label = lnt_get(target, i, 0);
        if (!(label >= 0 && label < (double) classes) || label != floor(label)) {
            return LNT_ERR_INVALID;
        }
        *index = (size_t) label;
        return LNT_OK;
    }
    lnt_tensor row;
    LNT_TRY(lnt_slice_rows(target, i, 1, 1, &row));
    return lnt_argmax_rows(&row, index);
}

lnt_status lnt_accuracy(const lnt_tensor *output, const lnt_tensor *target, double *value)
{
    if (output == NULL || target == NULL || value == NULL) {
        return LNT_ERR_NULL;
    }
    if (output->rows != target->rows || output->cols < 2 ||
        (target->cols != 1 && target->cols != output->cols)) {
        return LNT_ERR_SHAPE;
    }
    size_t correct = 0;
    for (size_t i = 0; i < output->rows; i++) {
        lnt_tensor row;
        size_t predicted, expected;
        LNT_TRY(lnt_slice_rows(output, i, 1, 1, &row));
        LNT_TRY(lnt_argmax_rows(&row, &predicted));
        LNT_TRY(class_of(target, i, output->cols, &expected));
        /* argmax takes NaN for the largest, which must not count as an answer */
        correct += predicted == expected && !isnan(lnt_get(output, i, predicted));
    }
    *value = output->rows > 0 ? (double) correct / (double) output->rows : NAN;
    return LNT_OK;
}

lnt_scores lnt_scores_none(void)
{
    lnt_scores scores = {0};
    for (int m = 0; m < LNT_N_METRICS; m++) {
        scores.value[m] = NAN;
    }
    return scores;
}
