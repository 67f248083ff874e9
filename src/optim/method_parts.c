/* SPDX-License-Identifier: MIT */
#include "optim/optim.h"

#include <math.h>
#include <string.h>

bool lnt_optim_is_share(double x)
{
    return x >= 0 && x < 1;
}

bool lnt_optim_is_amount(double x)
{
    return x >= 0 && isfinite(x);
}

double *lnt_optim_field_beta1(lnt_optim_config *config)
{
    return &config->adam.beta1;
}

lnt_status lnt_optim_dense_only(const char *method, const lnt_net *net, lnt_error *error)
{
    static const char *const names[] = {"dense", "activation", "residual"};
    for (size_t l = 0; l < net->n_layers; l++) {
        const char *name = net->layers[l].kind->name;
        bool known = false;
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            known = known || strcmp(name, names[i]) == 0;
        }
        if (!known) {
            return lnt_fail(error, LNT_ERR_INVALID,
                            "layers.%zu is %s, which %s does not take, expected dense layers, "
                            "activations and residual sums; lbfgs, scg and adamw take any layer",
                            l, name, method);
        }
    }
    return LNT_OK;
}

static bool has_avx2(void)
{
#if defined(__x86_64__) && defined(__GNUC__)
    return __builtin_cpu_supports("avx2");
#else
    return false;
#endif
}

lnt_optim_loop lnt_optim_choose(const lnt_optim_loops *loops, lnt_dtype dtype)
{
    if (has_avx2() && loops->avx2_f32 != NULL) {
        return dtype == LNT_F32 ? loops->avx2_f32 : loops->avx2_f64;
    }
    return dtype == LNT_F32 ? loops->f32 : loops->f64;
}
