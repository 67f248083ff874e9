/* SPDX-License-Identifier: MIT */
#include "exchange/onnx/read/reader.h"

#include "base/files/file_error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

lnt_status lnt_onnx_fail(const lnt_onnx_reader *reader, const char *format, ...)
{
    char sentence[LNT_ERROR_LENGTH];
    va_list arguments;
    va_start(arguments, format);
    (void) vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    return lnt_file_fail(reader->error, LNT_ERR_FORMAT, reader->path, "%s", sentence);
}

lnt_status lnt_onnx_fail_node(const lnt_onnx_reader *reader, const lnt_onnx_node *node,
                              const char *format, ...)
{
    char sentence[LNT_ERROR_LENGTH];
    va_list arguments;
    va_start(arguments, format);
    (void) vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    const char *name = node->name != NULL && node->name[0] != '\0' ? node->name
                       : node->n_output > 0                        ? node->output[0]
                                                                   : "";
    return lnt_onnx_fail(reader, "node '%s' (%s): %s", lnt_excerpt_of(name).text,
                         lnt_excerpt_of(node->op_type != NULL ? node->op_type : "").text, sentence);
}

lnt_status lnt_onnx_fail_pool(const lnt_onnx_reader *reader)
{
    return reader->pool.status == LNT_ERR_TOO_LARGE
               ? lnt_file_fail(reader->error, LNT_ERR_TOO_LARGE, reader->path,
                               "takes more memory than a model of its size should, or than the "
                               "limit allows")
               : lnt_file_fail_memory(reader->error, reader->path);
}

lnt_onnx_value *lnt_onnx_find(const lnt_onnx_reader *reader, const char *name)
{
    size_t first = 0, end = reader->n_values;
    while (first < end) {
        const size_t middle = first + (end - first) / 2;
        lnt_onnx_value *value = &reader->values[reader->order[middle]];
        const int difference = strcmp(name, value->name);
        if (difference == 0) {
            return value;
        }
        if (difference < 0) {
            end = middle;
        } else {
            first = middle + 1;
        }
    }
    return NULL;
}
