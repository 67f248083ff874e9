/* SPDX-License-Identifier: MIT */
#include "loss/loss.h"
#include "optim/kfac/kfac.h"

#include <math.h>

bool lnt_kfac_takes_loss(const lnt_loss *loss)
{
    return loss->kind == LNT_LOSS_MSE || loss->kind == LNT_LOSS_SOFTMAX_CROSS_ENTROPY ||
           loss->kind == LNT_LOSS_BINARY_CROSS_ENTROPY;
}

static double read_at(const lnt_tensor *t, size_t i, size_t j)
{
    const ptrdiff_t at = (ptrdiff_t) i * t->row_stride + (ptrdiff_t) j * t->col_stride;
    return lnt_loss_read(t->dtype, (const char *) t->data + at * lnt_loss_size(t->dtype));
}

static void write_at(const lnt_tensor *t, size_t i, size_t j, double value)
{
    const ptrdiff_t at = (ptrdiff_t) i * t->row_stride + (ptrdiff_t) j * t->col_stride;
    if (t->dtype == LNT_F64) {
        ((double *) t->data)[at] = value;
    } else {
        ((float *) t->data)[at] = (float) value;
    }
}

double lnt_kfac_weight(const lnt_optim_batch *batch, size_t i)
{
    return batch->weights != NULL ? read_at(batch->weights, i, 0) : 1;
}

lnt_status lnt_kfac_unit(const lnt_optim_batch *batch, const lnt_tensor *output, double *unit)
{
    double divisor = 1;
    if (batch->loss->gradient_reduction == LNT_MEAN) {
        LNT_TRY(lnt_loss_divisor(batch->loss, output, batch->target, batch->weights, &divisor));
    }
    *unit = divisor > 0 ? 1 / divisor : 0;
    return LNT_OK;
}

/* Σ_j class_weight_j·((1 − s)·y_j + s/classes): what the row of softmax cross-entropy counts. */
static double total_of(const lnt_loss *loss, const lnt_tensor *target, size_t i, size_t classes)
{
    const double keep = 1 - loss->label_smoothing, even = loss->label_smoothing / (double) classes;
    const bool label = target->cols == 1;
    const size_t at = label ? (size_t) read_at(target, i, 0) : classes;
    double total = 0;
    for (size_t j = 0; j < classes; j++) {
        const double y = label ? j == at : read_at(target, i, j);
        total += (loss->class_weights != NULL ? loss->class_weights[j] : 1) * (keep * y + even);
    }
    return total;
}

static void softmax_row(const lnt_loss *loss, const lnt_tensor *target, size_t at, double count,
                        lnt_kfac_row *row)
{
    double largest = row->mean[0], sum = 0;
    for (size_t j = 1; j < row->cols; j++) {
        largest = fmax(largest, row->mean[j]);
    }
    for (size_t j = 0; j < row->cols; j++) {
        row->mean[j] = exp(row->mean[j] - largest);
        sum += row->mean[j];
    }
    const double share = count > 0 ? count * total_of(loss, target, at, row->cols) : 0;
    for (size_t j = 0; j < row->cols; j++) {
        row->mean[j] /= sum;
        row->share[j] = share;
    }
}

static void binary_row(const lnt_loss *loss, const lnt_tensor *target, size_t at, double count,
                       lnt_kfac_row *row)
{
    for (size_t j = 0; j < row->cols; j++) {
        const double x = row->mean[j], e = exp(-fabs(x));
        row->mean[j] = (x > 0 ? 1 : e) / (1 + e);
        row->share[j] = count;
        if (loss->class_weights != NULL && count > 0) {
            const double yes =
                (1 - loss->label_smoothing) * read_at(target, at, j) + loss->label_smoothing / 2;
            row->share[j] *= loss->class_weights[1] * yes + loss->class_weights[0] * (1 - yes);
        }
    }
}

lnt_kfac_row lnt_kfac_row_of(const lnt_kfac *k, const lnt_optim_batch *batch,
                             const lnt_tensor *output, size_t first, size_t i)
{
    const double count = k->unit * lnt_kfac_weight(batch, first + i);
    lnt_kfac_row row = {
        .kind = batch->loss->kind, .cols = output->cols, .share = k->share, .mean = k->mean};
    for (size_t j = 0; j < row.cols; j++) {
        row.mean[j] = read_at(output, i, j);
        row.share[j] = 2 * count;
    }
    if (row.kind == LNT_LOSS_SOFTMAX_CROSS_ENTROPY) {
        softmax_row(batch->loss, batch->target, first + i, count, &row);
    } else if (row.kind == LNT_LOSS_BINARY_CROSS_ENTROPY) {
        binary_row(batch->loss, batch->target, first + i, count, &row);
    }
    return row;
}

/* The class at which the cumulated probabilities pass a uniform number. */
static size_t class_of(const lnt_kfac_row *row, double uniform)
{
    size_t j = 0;
    double sum = row->mean[0];
    while (sum <= uniform && j + 1 < row->cols) {
        sum += row->mean[++j];
    }
    return j;
}

void lnt_kfac_draw(const lnt_kfac_row *row, lnt_random *random, lnt_tensor *seed, size_t i)
{
    const bool classes = row->kind == LNT_LOSS_SOFTMAX_CROSS_ENTROPY;
    const size_t drawn = classes ? class_of(row, lnt_random_uniform(random)) : row->cols;
    for (size_t j = 0; j < row->cols; j++) {
        double u = row->mean[j] - (j == drawn);
        if (row->kind == LNT_LOSS_MSE) {
            u = lnt_random_normal(random);
        } else if (!classes) {
            u = row->mean[j] - (lnt_random_uniform(random) < row->mean[j]);
        }
        write_at(seed, i, j, row->share[j] > 0 ? sqrt(row->share[j]) * u : 0);
    }
}

double lnt_kfac_form(const lnt_kfac_row *row, const lnt_tensor *u, const lnt_tensor *v, size_t i)
{
    double sum = 0, along_u = 0, along_v = 0;
    for (size_t j = 0; j < row->cols; j++) {
        const double a = read_at(u, i, j), b = read_at(v, i, j), m = row->mean[j];
        if (row->kind == LNT_LOSS_SOFTMAX_CROSS_ENTROPY) {
            sum += row->share[j] * m * a * b;
            along_u += m * a;
            along_v += m * b;
        } else {
            sum += row->share[j] * (row->kind == LNT_LOSS_MSE ? 1 : m * (1 - m)) * a * b;
        }
    }
    return sum - row->share[0] * along_u * along_v;
}
