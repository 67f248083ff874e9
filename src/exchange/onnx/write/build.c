/* SPDX-License-Identifier: MIT */
#include "exchange/onnx/write/build.h"

#include "base/files/little_endian.h"
#include "exchange/onnx/format.h"

#include <string.h>

void lnt_onnx_set_prefix(lnt_onnx_builder *builder, const char *prefix)
{
    builder->prefix = prefix;
    builder->step = 0;
}

/* --- nodes --- */

static const char *new_name(lnt_onnx_builder *b, const char *what)
{
    return lnt_pool_text(&b->pool, "%s/%s_%zu", b->prefix, what, b->step++);
}

static char **text_list(lnt_onnx_builder *b, const char *const *texts, size_t count)
{
    char **list = lnt_pool_take(&b->pool, count, sizeof *list);
    for (size_t i = 0; list != NULL && i < count; i++) {
        list[i] = (char *) texts[i]; /* read only */
    }
    return list;
}

const char *lnt_onnx_add_node_n(lnt_onnx_builder *b, const char *op, const char *const *inputs,
                                size_t n_inputs)
{
    Lnt__Onnx__Graph *graph = &b->graph;
    Lnt__Onnx__Node *node = lnt_pool_take(&b->pool, 1, sizeof *node);
    const char *name = new_name(b, op);
    char **input = text_list(b, inputs, n_inputs), **output = text_list(b, &name, 1);
    void *nodes = lnt_pool_grow(&b->pool, graph->node, graph->n_node, sizeof(Lnt__Onnx__Node *));
    if (b->pool.status != LNT_OK) {
        return "";
    }
    lnt__onnx__node__init(node);
    node->name = (char *) name;
    node->op_type = (char *) op;
    node->n_input = n_inputs;
    node->input = input;
    node->n_output = 1;
    node->output = output;
    graph->node = nodes;
    graph->node[graph->n_node++] = node;
    return name;
}

const char *lnt_onnx_add_node(lnt_onnx_builder *b, const char *op, const char *first,
                              const char *second, const char *third)
{
    const char *const inputs[] = {first, second, third};
    return lnt_onnx_add_node_n(b, op, inputs, second == NULL ? 1 : third == NULL ? 2 : 3);
}

/* A new attribute of the last node; NULL after an error. */
static Lnt__Onnx__Attribute *add_attribute(lnt_onnx_builder *b, const char *name, int32_t type)
{
    if (b->pool.status != LNT_OK) {
        return NULL;
    }
    Lnt__Onnx__Node *node = b->graph.node[b->graph.n_node - 1];
    Lnt__Onnx__Attribute *attribute = lnt_pool_take(&b->pool, 1, sizeof *attribute);
    void *list = lnt_pool_grow(&b->pool, node->attribute, node->n_attribute, sizeof attribute);
    if (attribute == NULL || list == NULL) {
        return NULL;
    }
    lnt__onnx__attribute__init(attribute);
    attribute->name = (char *) name;
    attribute->has_type = 1;
    attribute->type = type;
    node->attribute = list;
    node->attribute[node->n_attribute++] = attribute;
    return attribute;
}

void lnt_onnx_put_float(lnt_onnx_builder *b, const char *name, double value)
{
    Lnt__Onnx__Attribute *attribute = add_attribute(b, name, ONNX_ATTRIBUTE_FLOAT);
    if (attribute != NULL) {
        attribute->has_f = 1;
        attribute->f = (float) value;
    }
}

void lnt_onnx_put_int(lnt_onnx_builder *b, const char *name, int64_t value)
{
    Lnt__Onnx__Attribute *attribute = add_attribute(b, name, ONNX_ATTRIBUTE_INT);
    if (attribute != NULL) {
        attribute->has_i = 1;
        attribute->i = value;
    }
}

void lnt_onnx_put_ints(lnt_onnx_builder *b, const char *name, int64_t value)
{
    Lnt__Onnx__Attribute *attribute = add_attribute(b, name, ONNX_ATTRIBUTE_INTS);
    int64_t *list = lnt_pool_take(&b->pool, 1, sizeof *list);
    if (attribute != NULL && list != NULL) {
        *list = value;
        attribute->n_ints = 1;
        attribute->ints = list;
    }
}

/* --- constants --- */

static size_t word_of(int32_t type)
{
    return type == ONNX_FLOAT ? 4 : 8;
}

/* A tensor of that shape whose little-endian bytes are `data`. */
static const char *add_tensor(lnt_onnx_builder *b, const char *name, int32_t type, size_t rank,
                              const size_t *shape, void *data)
{
    Lnt__Onnx__Graph *graph = &b->graph;
    Lnt__Onnx__Tensor *tensor = lnt_pool_take(&b->pool, 1, sizeof *tensor);
    int64_t *dims = lnt_pool_take(&b->pool, rank, sizeof *dims);
    void *list = lnt_pool_grow(&b->pool, graph->initializer, graph->n_initializer, sizeof tensor);
    if (b->pool.status != LNT_OK) {
        return "";
    }
    size_t bytes = word_of(type);
    for (size_t k = 0; k < rank; k++) {
        dims[k] = (int64_t) shape[k];
        bytes *= shape[k]; /* the numbers are in memory */
    }
    lnt__onnx__tensor__init(tensor);
    tensor->name = (char *) name;
    tensor->has_data_type = 1;
    tensor->data_type = type;
    tensor->n_dims = rank;
    tensor->dims = dims;
    tensor->has_raw_data = 1;
    tensor->raw_data = (ProtobufCBinaryData){bytes, data};
    graph->initializer = list;
    graph->initializer[graph->n_initializer++] = tensor;
    return name;
}

static int32_t type_of(const lnt_onnx_builder *b)
{
    return b->dtype == LNT_F64 ? ONNX_DOUBLE : ONNX_FLOAT;
}

/* Rounds to the graph's dtype; `step` 0 repeats the first value. */
static const char *add_numbers(lnt_onnx_builder *b, const char *name, const double *values,
                               size_t step, size_t rank, size_t count)
{
    const size_t shape[] = {count, 1};
    const size_t word = word_of(type_of(b));
    char *data = lnt_pool_take(&b->pool, count, word);
    for (size_t i = 0; data != NULL && i < count; i++) {
        const double value = values[i * step];
        const float rounded = (float) value;
        memcpy(data + i * word, word == 4 ? (const void *) &rounded : (const void *) &value, word);
    }
    if (data != NULL && lnt_host_is_big_endian()) {
        lnt_swap_words(data, count * word, word);
    }
    return add_tensor(b, new_name(b, name), type_of(b), rank, shape, data);
}

const char *lnt_onnx_scalar(lnt_onnx_builder *b, double value)
{
    return add_numbers(b, "number", &value, 1, 0, 1);
}

const char *lnt_onnx_vector(lnt_onnx_builder *b, const char *name, const double *values,
                            size_t count)
{
    return add_numbers(b, name, values, 1, 1, count);
}

const char *lnt_onnx_full(lnt_onnx_builder *b, const char *name, double value, size_t count)
{
    return add_numbers(b, name, &value, 0, 1, count);
}

const char *lnt_onnx_column(lnt_onnx_builder *b, const char *name, const double *values,
                            size_t count)
{
    return add_numbers(b, name, values, 1, 2, count);
}

const char *lnt_onnx_int(lnt_onnx_builder *b, int64_t value)
{
    static const size_t shape[] = {1};
    unsigned char *data = lnt_pool_take(&b->pool, 1, 8);
    if (data != NULL) {
        lnt_put_little_endian_u64((uint64_t) value, data);
    }
    return add_tensor(b, new_name(b, "index"), ONNX_INT64, 1, shape, data);
}

const char *lnt_onnx_parameter(lnt_onnx_builder *b, const char *name, const lnt_tensor *value,
                               bool matrix)
{
    const size_t shape[] = {value->rows, value->cols}, word = word_of(type_of(b));
    void *data = value->data;
    if (lnt_host_is_big_endian()) {
        const size_t bytes = value->rows * value->cols * word;
        data = lnt_pool_take(&b->pool, bytes, 1);
        if (data != NULL) {
            memcpy(data, value->data, bytes);
            lnt_swap_words(data, bytes, word);
        }
    }
    const char *own = lnt_pool_text(&b->pool, "%s.%s", b->prefix, name);
    return add_tensor(b, own, type_of(b), matrix ? 2 : 1, matrix ? shape : shape + 1, data);
}

/* --- inputs and outputs --- */

Lnt__Onnx__ValueInfo *lnt_onnx_declare_value(lnt_onnx_builder *b, const char *name, size_t cols)
{
    struct parts {
        Lnt__Onnx__ValueInfo info;
        Lnt__Onnx__Type type;
        Lnt__Onnx__TensorType tensor;
        Lnt__Onnx__Shape shape;
        Lnt__Onnx__Dimension batch, width;
        Lnt__Onnx__Dimension *dims[2];
    } *p = lnt_pool_take(&b->pool, 1, sizeof *p);
    if (p == NULL) {
        return NULL;
    }
    lnt__onnx__value_info__init(&p->info);
    lnt__onnx__type__init(&p->type);
    lnt__onnx__tensor_type__init(&p->tensor);
    lnt__onnx__shape__init(&p->shape);
    lnt__onnx__dimension__init(&p->batch);
    lnt__onnx__dimension__init(&p->width);
    p->info.name = (char *) name;
    p->info.type = &p->type;
    p->type.tensor_type = &p->tensor;
    p->tensor.has_elem_type = 1;
    p->tensor.elem_type = type_of(b);
    p->tensor.shape = &p->shape;
    p->shape.n_dim = 2;
    p->shape.dim = p->dims;
    p->dims[0] = &p->batch;
    p->dims[1] = &p->width;
    p->batch.dim_param = (char *) "batch";
    p->width.has_dim_value = 1;
    p->width.dim_value = (int64_t) cols;
    return &p->info;
}
