/* SPDX-License-Identifier: MIT */
#ifndef TESTS_ONNX_SUPPORT_H
#define TESTS_ONNX_SUPPORT_H

/* Protocol buffers written by hand, graphs of them, and models run on numbers. */

#include "base/files/little_endian.h"
#include "support/model.h"

#include <linnet/exchange.h>

/* --- messages --- */

typedef struct message {
    unsigned char data[16384];
    size_t size;
} message;

static inline void put_varint(message *m, uint64_t value)
{
    for (; value >= 128; value >>= 7) {
        m->data[m->size++] = (unsigned char) (value | 128);
    }
    m->data[m->size++] = (unsigned char) value;
}

static inline void put_int(message *m, unsigned field, int64_t value)
{
    put_varint(m, field << 3);
    put_varint(m, (uint64_t) value);
}

static inline void put_bytes(message *m, unsigned field, const void *data, size_t size)
{
    put_varint(m, field << 3 | 2);
    put_varint(m, size);
    assert_lt(m->size + size, sizeof m->data);
    memcpy(m->data + m->size, data, size);
    m->size += size;
}

static inline void put_text(message *m, unsigned field, const char *text)
{
    put_bytes(m, field, text, strlen(text));
}

static inline void put_message(message *m, unsigned field, const message *inner)
{
    put_bytes(m, field, inner->data, inner->size);
}

/* --- graphs --- */

/* Texts apart by commas. */
static inline void put_texts(message *m, unsigned field, const char *texts)
{
    while (texts[0] != '\0') {
        const size_t length = strcspn(texts, ",");
        put_bytes(m, field, texts, length);
        texts += length + (texts[length] == ',');
    }
}

/* A node called after its output; `attributes` may be NULL. */
static inline void add_node(message *graph, const char *op, const char *inputs, const char *outputs,
                            const message *attributes)
{
    message node = {.size = 0};
    put_texts(&node, 1, inputs);
    put_texts(&node, 2, outputs);
    put_text(&node, 4, op);
    if (attributes != NULL) {
        memcpy(node.data + node.size, attributes->data, attributes->size);
        node.size += attributes->size;
    }
    put_message(graph, 1, &node);
}

static inline void add_int(message *attributes, const char *name, int64_t value)
{
    message attribute = {.size = 0};
    put_text(&attribute, 1, name);
    put_int(&attribute, 3, value);
    put_int(&attribute, 20, 2);
    put_message(attributes, 5, &attribute);
}

/* A tensor of floats 1, 2, 3, ... with `count` of them, whatever its shape says. */
static inline void add_floats(message *graph, const char *name, int64_t rows, int64_t cols,
                              size_t count)
{
    message tensor = {.size = 0};
    float numbers[256];
    for (size_t i = 0; i < count; i++) {
        numbers[i] = (float) (i + 1);
    }
    if (rows != 0) {
        put_int(&tensor, 1, rows);
    }
    put_int(&tensor, 1, cols);
    put_int(&tensor, 2, 1);
    put_text(&tensor, 8, name);
    if (lnt_host_is_big_endian()) {
        lnt_swap_words(numbers, count * sizeof numbers[0], sizeof numbers[0]);
    }
    put_bytes(&tensor, 9, numbers, count * sizeof numbers[0]);
    put_message(graph, 5, &tensor);
}

/* An input (11) or output (12) of floats [batch, cols]; `cols` 0: of no known shape. */
static inline void add_value(message *graph, unsigned field, const char *name, int64_t cols)
{
    message value = {.size = 0}, type = value, tensor = value, shape = value, dim = value;
    put_int(&tensor, 1, 1);
    if (cols != 0) {
        put_message(&shape, 1, &dim);
        put_int(&dim, 1, cols);
        put_message(&shape, 1, &dim);
        put_message(&tensor, 2, &shape);
    }
    put_message(&type, 1, &tensor);
    put_text(&value, 1, name);
    put_message(&value, 2, &type);
    put_message(graph, field, &value);
}

/* The model of a graph, of operators of that version. */
static inline message model_around(const message *graph, int64_t version)
{
    message model = {.size = 0}, set = model;
    put_int(&model, 1, 7);
    put_int(&set, 2, version);
    put_message(&model, 8, &set);
    put_message(&model, 7, graph);
    return model;
}

static inline void write_message(const char *path, const message *m)
{
    write_bytes(path, m->data, m->size);
}

/* --- models --- */

static inline lnt_model import(const char *path)
{
    lnt_model model;
    lnt_error error = {0};
    assert_status(lnt_onnx_import(&model, path, NULL, &error), LNT_OK, "%s", error.message);
    return model;
}

static inline void refuse_onnx(const char *path, lnt_status expected, const char *sentence)
{
    failing f = {0};
    const lnt_allocator allocator = failing_allocator(&f);
    lnt_onnx_options options = lnt_onnx_defaults();
    options.allocator = &allocator;
    lnt_model model;
    memset(&model, 0xff, sizeof model);
    lnt_error error = {0};
    const lnt_status status = lnt_onnx_import(&model, path, &options, &error);
    assert_eq(status, expected, "%s instead of %s: %s", lnt_status_name(status),
              lnt_status_name(expected), error.message);
    cr_assert(is_empty(&model));
    assert_eq(f.live, 0);
    assert_lt(f.bytes, 4 << 20, "%zu bytes asked for", f.bytes);
    check_sentence(&error, expected, path, sentence);
    assert_eq(lnt_onnx_import(&model, path, NULL, NULL), expected);
}

/* What the model makes of x; the caller frees its data. */
static inline lnt_tensor predicted(const lnt_model *model, const lnt_tensor *x)
{
    const size_t cols = lnt_net_outputs(model->net);
    void *memory = calloc(x->rows * cols, lnt_dtype_size(x->dtype));
    cr_assert_not_null(memory);
    lnt_tensor y = lnt_tensor_view(x->dtype, memory, x->rows, cols);
    lnt_predictor *predictor = NULL;
    OK(lnt_predictor_create(&predictor, model, x->rows, NULL));
    OK(lnt_predict(predictor, x, &y));
    lnt_predictor_destroy(predictor);
    return y;
}

static inline double number_at(const lnt_tensor *t, size_t i, size_t j)
{
    const void *e = lnt_tensor_ptr(t, i, j);
    return t->dtype == LNT_F64 ? *(const double *) e : (double) *(const float *) e;
}

/* The largest difference, in units of the largest number of `expected`. */
static inline double distance(const lnt_tensor *found, const lnt_tensor *expected)
{
    double largest = 0, difference = 0;
    assert_eq(found->rows, expected->rows, "%zux%zu", found->rows, found->cols);
    assert_eq(found->cols, expected->cols, "%zux%zu", found->rows, found->cols);
    for (size_t i = 0; i < found->rows; i++) {
        for (size_t j = 0; j < found->cols; j++) {
            const double a = number_at(found, i, j), b = number_at(expected, i, j);
            assert_finite(a);
            assert_finite(b);
            difference = fmax(difference, fabs(a - b));
            largest = fmax(largest, fabs(b));
        }
    }
    return difference / largest;
}

#endif
