/* SPDX-License-Identifier: MIT */
#include "cli/dataset/sparse_inputs.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A whole number from 1 without a sign or zeros before it, as columns of libsvm's are called. */
static size_t number_of(const char *name)
{
    char text[32];
    const size_t number = name[strspn(name, "0123456789")] == '\0' ? strtoul(name, NULL, 10) : 0;
    snprintf(text, sizeof text, "%zu", number);
    return strcmp(text, name) == 0 ? number : 0;
}

/* "target", "1", "2", … */
static bool is_of_libsvm(const lnt_names *names)
{
    const char *first = lnt_names_get(names, 0);
    if (first == NULL || strcmp(first, "target") != 0) {
        return false;
    }
    for (size_t j = 1; j < lnt_names_count(names); j++) {
        if (number_of(lnt_names_get(names, j)) != j) {
            return false;
        }
    }
    return true;
}

/* Whether all names are numbers, and one of them is of no column. */
static bool lacks(const lnt_names *inputs, size_t cols)
{
    bool some = false;
    for (size_t i = 0; i < lnt_names_count(inputs); i++) {
        const size_t number = number_of(lnt_names_get(inputs, i));
        if (number == 0) {
            return false;
        }
        some = some || number >= cols;
    }
    return some;
}

lnt_status lnt_cli_sparse_inputs(lnt_frame *frame, const lnt_model *model, void **memory,
                                 lnt_tensor *x)
{
    const lnt_tensor values = lnt_frame_values(frame);
    const size_t inputs = lnt_names_count(model->input_names);
    *memory = NULL;
    if (!is_of_libsvm(lnt_frame_columns(frame)) || !lacks(model->input_names, values.cols)) {
        return LNT_OK;
    }
    if (inputs > SIZE_MAX / values.rows) {
        return LNT_ERR_TOO_LARGE;
    }
    *memory = lnt_allocate(NULL, values.rows * inputs, lnt_dtype_size(values.dtype));
    if (*memory == NULL) {
        return LNT_ERR_MEMORY;
    }
    *x = lnt_tensor_view(values.dtype, *memory, values.rows, inputs);
    for (size_t i = 0; i < inputs; i++) {
        const size_t number = number_of(lnt_names_get(model->input_names, i));
        if (number < values.cols) {
            lnt_tensor from, to;
            LNT_TRY(lnt_slice_cols(&values, number, 1, 1, &from));
            LNT_TRY(lnt_slice_cols(x, i, 1, 1, &to));
            LNT_TRY(lnt_copy(&from, &to));
        }
    }
    return LNT_OK;
}
