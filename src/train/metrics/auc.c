/* SPDX-License-Identifier: MIT */
#include "train/metrics/auc.h"

#include <math.h>

/* Shell's sort with gaps that shrink by 2.25: in place, no allocation, n^1.3 or so. */
static void sort_by_score(lnt_roc_point *rows, size_t count)
{
    for (size_t gap = count / 2; gap > 0; gap = gap == 2 ? 1 : gap * 4 / 9) {
        for (size_t i = gap; i < count; i++) {
            const lnt_roc_point moving = rows[i];
            size_t j = i;
            for (; j >= gap && rows[j - gap].score > moving.score; j -= gap) {
                rows[j] = rows[j - gap];
            }
            rows[j] = moving;
        }
    }
}

double lnt_auc(lnt_roc_point *rows, size_t count)
{
    double positives = 0, negatives = 0, area = 0;
    sort_by_score(rows, count);
    for (size_t i = 0, end; i < count; i = end) { /* ties at once */
        double new_positives = 0, new_negatives = 0;
        for (end = i; end < count && rows[end].score == rows[i].score; end++) {
            new_positives += rows[end].positive ? rows[end].weight : 0;
            new_negatives += rows[end].positive ? 0 : rows[end].weight;
        }
        if (end == i) {
            return NAN; /* a score of NaN */
        }
        area += new_positives * (negatives + new_negatives / 2);
        positives += new_positives;
        negatives += new_negatives;
    }
    return positives > 0 && negatives > 0 ? area / (positives * negatives) : NAN;
}
