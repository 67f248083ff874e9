/* SPDX-License-Identifier: MIT */
#include "train/run/nan_guard.h"

#include <math.h>

lnt_status lnt_nan_guard_init(lnt_nan_guard *guard, const lnt_net *net,
                              const lnt_allocator *allocator)
{
    const lnt_tensor state = lnt_net_state_vector_read_only(net);
    *guard = (lnt_nan_guard){.allocator = allocator};
    guard->state = lnt_allocate(allocator, state.cols, lnt_dtype_size(state.dtype));
    return guard->state != NULL ? LNT_OK : LNT_ERR_MEMORY;
}

void lnt_nan_guard_clear(lnt_nan_guard *guard)
{
    lnt_release(guard->allocator, guard->state);
    guard->state = NULL;
}

/* A loss can be finite although a parameter is not: a weight of -inf before a ReLU gives 0. */
lnt_status lnt_net_check_finite(const lnt_net *net, bool *finite, double *value)
{
    const lnt_tensor state = lnt_net_state_vector_read_only(net);
    size_t index = 0;
    LNT_TRY(lnt_all_finite(&state, finite, NULL, &index));
    *value = lnt_tensor_get(&state, 0, index);
    return LNT_OK;
}

/* printf would show the sign bit of a NaN, which means nothing. */
const char *lnt_nonfinite_name(double value)
{
    return isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

lnt_status lnt_nan_guard_save(lnt_nan_guard *guard, const lnt_net *net)
{
    const lnt_tensor now = lnt_net_state_vector_read_only(net);
    lnt_tensor saved = lnt_tensor_view(now.dtype, guard->state, 1, now.cols);
    guard->has_saved = true;
    return lnt_copy(&now, &saved);
}

lnt_status lnt_nan_guard_save_if_finite(lnt_nan_guard *guard, const lnt_net *net, bool *finite)
{
    double value;
    LNT_TRY(lnt_net_check_finite(net, finite, &value));
    return *finite ? lnt_nan_guard_save(guard, net) : LNT_OK;
}

lnt_status lnt_nan_guard_update(lnt_nan_guard *guard, const lnt_net *net, bool *finite)
{
    *finite = true;
    return guard->calls++ % LNT_FIT_ROLLBACK_STEPS == 0
               ? lnt_nan_guard_save_if_finite(guard, net, finite)
               : LNT_OK;
}

lnt_status lnt_nan_guard_restore(const lnt_nan_guard *guard, lnt_net *net)
{
    if (!guard->has_saved) {
        return LNT_OK;
    }
    lnt_tensor now = lnt_net_state_vector(net);
    const lnt_tensor saved = lnt_tensor_const_view(now.dtype, guard->state, 1, now.cols);
    return lnt_copy(&saved, &now);
}

lnt_status lnt_pass_find_nonfinite_layer(const lnt_pass *pass, const lnt_net *net, size_t *layer)
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
