/* SPDX-License-Identifier: MIT */
#include "exchange/onnx/read/constant.h"
#include "base/arena.h"
#include "base/files/little_endian.h"
#include "exchange/onnx/format.h"

#include <math.h>
#include <string.h>

enum { ONNX_BOOL = 9 };

/* Bytes of an element of raw data; 0 for unsupported types. */
static size_t word_of(int32_t type)
{
    switch (type) {
    case ONNX_FLOAT:
    case ONNX_INT32:
        return 4;
    case ONNX_DOUBLE:
    case ONNX_INT64:
        return 8;
    case ONNX_BOOL:
        return 1;
    default:
        return 0;
    }
}

size_t lnt_onnx_n_elements(const lnt_onnx_tensor *tensor)
{
    if (tensor->data_type == ONNX_STRING) {
        return tensor->n_string_data;
    }
    if (tensor->has_raw_data) {
        return tensor->raw_data.len / word_of(tensor->data_type);
    }
    switch (tensor->data_type) {
    case ONNX_FLOAT:
        return tensor->n_float_data;
    case ONNX_DOUBLE:
        return tensor->n_double_data;
    case ONNX_INT64:
        return tensor->n_int64_data;
    default:
        return tensor->n_int32_data; /* ONNX_INT32, ONNX_BOOL */
    }
}

/* Whether the shape matches the number of elements. */
bool lnt_onnx_is_valid(const lnt_onnx_tensor *tensor)
{
    const size_t word = word_of(tensor->data_type);
    if (word == 0 && tensor->data_type != ONNX_STRING) {
        return false;
    }
    if (tensor->has_raw_data && (word == 0 || tensor->raw_data.len % word != 0)) {
        return false;
    }
    size_t count = 1;
    for (size_t k = 0; k < tensor->n_dims; k++) {
        if (tensor->dims[k] < 0 || !lnt_multiply(count, (size_t) tensor->dims[k], &count)) {
            return false;
        }
    }
    return count == lnt_onnx_n_elements(tensor);
}

/* A tensor of the numbers in an attribute of a Constant node; NULL without memory. */
static lnt_onnx_tensor *tensor_of(lnt_pool *pool, const Lnt__Onnx__Attribute *a, bool is_list)
{
    lnt_onnx_tensor *tensor = lnt_pool_take(pool, 1, sizeof *tensor);
    int64_t *dims = lnt_pool_take(pool, 1, sizeof *dims);
    if (tensor == NULL || dims == NULL) {
        return NULL;
    }
    const bool is_float = strncmp(a->name, "value_float", strlen("value_float")) == 0;
    lnt__onnx__tensor__init(tensor);
    tensor->has_data_type = 1;
    tensor->data_type = is_float ? ONNX_FLOAT : ONNX_INT64;
    tensor->n_float_data = is_float ? is_list ? a->n_floats : 1 : 0;
    tensor->float_data = is_list ? a->floats : (float *) &a->f; /* only read */
    tensor->n_int64_data = is_float ? 0 : is_list ? a->n_ints : 1;
    tensor->int64_data = is_list ? a->ints : (int64_t *) &a->i;
    tensor->n_dims = is_list ? 1 : 0;
    tensor->dims = dims;
    *dims = (int64_t) (is_float ? tensor->n_float_data : tensor->n_int64_data);
    return tensor;
}

lnt_status lnt_onnx_constant_of(lnt_onnx_reader *reader, const lnt_onnx_node *node,
                                const lnt_onnx_tensor **tensor)
{
    static const char *const names[] = {"value_float", "value_int", "value_floats", "value_ints"};
    bool is_ml;
    *tensor = NULL;
    if (strcmp(lnt_onnx_op_type(node, &is_ml), "Constant") != 0 || is_ml) {
        return LNT_OK;
    }
    const Lnt__Onnx__Attribute *value = lnt_onnx_attribute(node, "value");
    if (value != NULL) {
        *tensor = value->t;
        return LNT_OK;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        value = lnt_onnx_attribute(node, names[i]);
        if (value != NULL) {
            *tensor = tensor_of(&reader->pool, value, i >= 2);
            return *tensor != NULL ? LNT_OK : lnt_onnx_fail_pool(reader);
        }
    }
    return LNT_OK;
}

static double raw_number(const lnt_onnx_tensor *tensor, size_t i)
{
    const size_t word = word_of(tensor->data_type);
    unsigned char bytes[8];
    memcpy(bytes, tensor->raw_data.data + i * word, word);
    if (lnt_host_is_big_endian()) {
        lnt_swap_words(bytes, word, word);
    }
    float f;
    double d;
    int32_t n;
    int64_t l;
    switch (tensor->data_type) {
    case ONNX_FLOAT:
        memcpy(&f, bytes, sizeof f);
        return (double) f;
    case ONNX_DOUBLE:
        memcpy(&d, bytes, sizeof d);
        return d;
    case ONNX_INT32:
        memcpy(&n, bytes, sizeof n);
        return (double) n;
    case ONNX_INT64:
        memcpy(&l, bytes, sizeof l);
        return (double) l;
    default:
        return (double) bytes[0];
    }
}

double lnt_onnx_number(const lnt_onnx_tensor *tensor, size_t i)
{
    if (tensor->has_raw_data) {
        return raw_number(tensor, i);
    }
    switch (tensor->data_type) {
    case ONNX_FLOAT:
        return (double) tensor->float_data[i];
    case ONNX_DOUBLE:
        return tensor->double_data[i];
    case ONNX_INT64:
        return (double) tensor->int64_data[i];
    default:
        return (double) tensor->int32_data[i];
    }
}

bool lnt_onnx_is_number(const lnt_onnx_tensor *tensor, double number)
{
    return tensor->data_type != ONNX_STRING && lnt_onnx_n_elements(tensor) == 1 &&
           fabs(lnt_onnx_number(tensor, 0) - number) <= 1e-6 * fabs(number);
}

bool lnt_onnx_is_row(const lnt_onnx_tensor *tensor)
{
    if (tensor->data_type == ONNX_STRING) {
        return false;
    }
    for (size_t k = 0; k + 1 < tensor->n_dims; k++) {
        if (tensor->dims[k] != 1) {
            return false;
        }
    }
    return lnt_onnx_n_elements(tensor) > 0;
}
