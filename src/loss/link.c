/* SPDX-License-Identifier: MIT */
#include "loss/loss.h"
#include "tensor/view/check.h"

lnt_status lnt_loss_inverse_link(const lnt_loss *loss, const lnt_tensor *x, lnt_tensor *y)
{
    if (loss == NULL) {
        return LNT_ERR_NULL;
    }
    LNT_TRY(lnt_check_map(x, y));
    LNT_TRY(lnt_loss_check(loss, x->cols, NULL));
    const lnt_loss_ops *ops = lnt_loss_ops_of(loss->kind);
    if (ops->form == LNT_LOSS_BY_CLASS) {
        return lnt_softmax(x, y);
    }
    const size_t plain = ops->form == LNT_LOSS_BY_HALVES ? x->cols / 2 : 0;
    if (ops->form == LNT_LOSS_BY_HALVES && x->cols % 2 != 0) {
        return LNT_ERR_SHAPE;
    }
    LNT_TRY(lnt_copy(x, y));
    if (ops->link == NULL) {
        return LNT_OK;
    }
    lnt_tensor meant;
    LNT_TRY(lnt_slice_cols(y, plain, y->cols - plain, 1, &meant));
    return lnt_apply(ops->link, (void *) loss, &meant, &meant);
}
