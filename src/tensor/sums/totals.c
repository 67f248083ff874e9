/* SPDX-License-Identifier: MIT */
#include "tensor/sums/totals.h"

#define TEMPLATE "tensor/sums/totals.inc"
#include "base/precision/both.inc"

void lnt_totals_add(lnt_dtype dtype, size_t n, const void *x, bool first, double *totals)
{
    (dtype == LNT_F32 ? add_f32 : add_f64)(n, x, first, totals);
}

void lnt_totals_store(lnt_dtype dtype, size_t n, const double *totals, bool add, void *y)
{
    (dtype == LNT_F32 ? store_f32 : store_f64)(n, totals, add, y);
}
