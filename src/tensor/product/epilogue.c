/* SPDX-License-Identifier: MIT */
#include "tensor/product/product.h"

#define TEMPLATE "tensor/product/epilogue.inc"
#include "base/precision/both.inc"

void lnt_product_finish(const lnt_product *p)
{
    if (p->bias != NULL || p->finish != LNT_FINISH_NONE) {
        (p->dtype == LNT_F32 ? finish_f32 : finish_f64)(p);
    }
}
