/* SPDX-License-Identifier: MIT */
#include "train/run/nan_guard.h"

#include <math.h>

lnt_status lnt_guard_init(lnt_guard *guard, const lnt_net *net, const lnt_allocator *allocator)
{
    const lnt_tensor state = lnt_net_state_vector_read_only(net);
    *guard = (lnt_guard){.allocator = allocator};
    guard->state = lnt_allocate(allocator, state.cols, lnt_dtype_size(state.dtype));
    return guard->state != NULL ? LNT_OK : LNT_ERR_MEMORY;
}

void lnt_guard_finish(lnt_guard *guard)
{
    lnt_release(guard->allocator, guard->state);
    guard->state = NULL;
}

/* A loss may be finite where a parameter is not: a weight of -inf before a ReLU gives 0. */
lnt_status lnt_guard_look(const lnt_net *net, bool *finite, double *value)
{
    const lnt_tensor state = lnt_net_state_vector_read_only(net);
    size_t place = 0;
    LNT_TRY(lnt_all_finite(&state, finite, NULL, &place));
    *value = lnt_tensor_get(&state, 0, place);
    return LNT_OK;
}

/* printf would show the sign bit of a NaN, which means nothing. */
const char *lnt_guard_text(double value)
{
    return isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

lnt_status lnt_guard_copy(lnt_guard *guard, const lnt_net *net)
{
    const lnt_tensor now = lnt_net_state_vector_read_only(net);
    lnt_tensor kept = lnt_tensor_view(now.dtype, guard->state, 1, now.cols);
    guard->has_kept = true;
    return lnt_copy(&now, &kept);
}

lnt_status lnt_guard_hold(lnt_guard *guard, const lnt_net *net, bool *finite)
{
    double value;
    LNT_TRY(lnt_guard_look(net, finite, &value));
    return *finite ? lnt_guard_copy(guard, net) : LNT_OK;
}

lnt_status lnt_guard_keep(lnt_guard *guard, const lnt_net *net, bool *finite)
{
    *finite = true;
    return guard->calls++ % LNT_FIT_ROLLBACK_STEPS == 0 ? lnt_guard_hold(guard, net, finite)
                                                        : LNT_OK;
}

lnt_status lnt_guard_restore(const lnt_guard *guard, lnt_net *net)
{
    if (!guard->has_kept) {
        return LNT_OK;
    }
    lnt_tensor now = lnt_net_state_vector(net);
    const lnt_tensor kept = lnt_tensor_const_view(now.dtype, guard->state, 1, now.cols);
    return lnt_copy(&kept, &now);
}

lnt_status lnt_guard_find_layer(const lnt_pass *pass, const lnt_net *net, size_t *layer)
{
    const size_t n_layers = lnt_net_n_layers(net);
    for (*layer = 0; *layer < n_layers; (*layer)++) {
        lnt_tensor output;
        bool finite;
        LNT_TRY(lnt_pass_layer_output(pass, *layer, &output));
        LNT_TRY(lnt_all_finite(&output, &finite, NULL, NULL));
        if (!finite) {
            return LNT_OK;
        }
    }
    return LNT_OK;
}
