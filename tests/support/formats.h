/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TESTS_SUPPORT_FORMATS_H
#define LINNET_TESTS_SUPPORT_FORMATS_H

#include <linnet/build.h>
#include <stdbool.h>
#include <string.h>

/* Whether this build has the formats that are part of `name`: "npz" and "onnx" may be left out. */
static inline bool build_has(const char *name)
{
    const char *const left_out = lnt_build_info().disabled_formats;
    return (strstr(name, "npz") == NULL || strstr(left_out, ".npz") == NULL) &&
           (strstr(name, "onnx") == NULL || strstr(left_out, "ONNX") == NULL);
}

#endif
