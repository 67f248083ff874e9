/* SPDX-License-Identifier: MIT */
#include "io/model/finite_check.h"

#include "base/files/file_error.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

/* printf would print the sign bit of a NaN, which has no meaning. */
static const char *text_of(double value)
{
    return isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

lnt_status lnt_file_check_finite(const char *path, const char *name, const lnt_tensor *value,
                                 size_t rank, lnt_error *error)
{
    bool finite;
    size_t row, col;
    LNT_TRY(lnt_all_finite(value, &finite, &row, &col));
    if (finite) {
        return LNT_OK;
    }
    char element[64];
    if (rank == 1) {
        (void) snprintf(element, sizeof element, "[%zu]", row + col); /* one of them is 0 */
    } else {
        (void) snprintf(element, sizeof element, "[%zu, %zu]", row, col);
    }
    return lnt_file_fail(error, LNT_ERR_NONFINITE, path,
                         "tensor '%s': expected finite numbers, found %s as element %s",
                         lnt_excerpt_of(name).text, text_of(lnt_tensor_get(value, row, col)),
                         element);
}

static lnt_status check(const char *path, const lnt_parameter *p, lnt_error *error)
{
    return lnt_file_check_finite(path, p->name, &p->value, p->role == LNT_ROLE_WEIGHT ? 2 : 1,
                                 error);
}

lnt_status lnt_file_check_net(const char *path, lnt_net *net, lnt_error *error)
{
    for (size_t i = 0; i < lnt_net_n_parameter_tensors(net); i++) {
        lnt_parameter p;
        LNT_TRY(lnt_net_parameter(net, i, &p));
        LNT_TRY(check(path, &p, error));
    }
    for (size_t i = 0; i < lnt_net_n_running_stats(net); i++) {
        lnt_parameter p;
        LNT_TRY(lnt_net_running_stat(net, i, &p));
        LNT_TRY(check(path, &p, error));
    }
    return LNT_OK;
}
