/* SPDX-License-Identifier: MIT */
#include "functions.h"

#include <string.h>

#define COMPOSED(T, suffix, exp_, log1p_)                                                          \
    static T sigmoid_##suffix(T x)                                                                 \
    {                                                                                              \
        return x < 0 ? exp_(x) / (1 + exp_(x)) : 1 / (1 + exp_(-x));                               \
    }                                                                                              \
                                                                                                   \
    static T softplus_##suffix(T x)                                                                \
    {                                                                                              \
        return x < 0 ? log1p_(exp_(x)) : x + log1p_(exp_(-x));                                     \
    }

COMPOSED(float, f32, expf, log1pf)
COMPOSED(double, f64, exp, log1p)
COMPOSED(long double, extended, expl, log1pl)
#undef COMPOSED

#define ROW(name)                                                                                  \
    {                                                                                              \
#name, offsetof(lnt_elementary, name), name##f, name, name##l                              \
    }
#define OWN(name)                                                                                  \
    {                                                                                              \
#name, offsetof(lnt_elementary, name), name##_f32, name##_f64, name##_extended             \
    }

const lnt_bench_function lnt_bench_functions[LNT_BENCH_FUNCTIONS] = {
    ROW(exp), ROW(expm1), ROW(tanh), OWN(sigmoid), OWN(softplus), ROW(erf), ROW(sin), ROW(cos),
};

lnt_elementary_function *lnt_bench_ours(const lnt_bench_function *function,
                                        const lnt_elementary *table)
{
    lnt_elementary_function *ours;
    memcpy(&ours, (const char *) table + function->offset, sizeof ours);
    return ours;
}
