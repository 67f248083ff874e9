/* SPDX-License-Identifier: MIT */
/* ONNX graphs whose constants are nodes and attributes, and the operators that take them. */
#include "support/onnx.h"

TestSuite(onnx_constants, .init = make_test_folder, .fini = remove_test_folder);

/* Types of attributes in the format. */
enum { FLOAT = 1, INT = 2, STRING = 3, FLOATS = 6, INTS = 7 };
enum { ROWS = 3 };

/* --- writing --- */

/* The last `size` bytes, words of the machine, become the words of the format. */
static void swap_end(message *m, size_t size, size_t word)
{
    if (lnt_host_is_big_endian() && word > 1) {
        lnt_swap_words(m->data + m->size - size, size - size % word, word);
    }
}

static void put_float(message *m, unsigned field, float value)
{
    put_varint(m, field << 3 | 5);
    memcpy(m->data + m->size, &value, sizeof value);
    m->size += sizeof value;
    swap_end(m, sizeof value, sizeof value);
}

static void end_attribute(message *attributes, message *attribute, int type)
{
    put_int(attribute, 20, type);
    put_message(attributes, 5, attribute);
}

static void add_numbers(message *attributes, const char *name, int type, const double *numbers,
                        size_t count)
{
    message a = {.size = 0};
    put_text(&a, 1, name);
    for (size_t i = 0; i < count; i++) {
        if (type == FLOAT || type == FLOATS) {
            put_float(&a, type == FLOAT ? 2 : 7, (float) numbers[i]);
        } else {
            put_int(&a, type == INT ? 3 : 8, (int64_t) numbers[i]);
        }
    }
    end_attribute(attributes, &a, type);
}

static void add_text(message *attributes, const char *name, const char *text)
{
    message a = {.size = 0};
    put_text(&a, 1, name);
    put_text(&a, 4, text);
    end_attribute(attributes, &a, STRING);
}

static void add_constant(message *graph, const char *output, const char *attribute, int type,
                         const double *numbers, size_t count)
{
    message attributes = {.size = 0};
    add_numbers(&attributes, attribute, type, numbers, count);
    add_node(graph, "Constant", "", output, &attributes);
}

/* Bytes of a number of each type of the format. */
static size_t word_of(int dtype)
{
    static const size_t words[] = {[1] = 4, [6] = 4, [7] = 8, [9] = 1, [10] = 2, [11] = 8};
    return words[dtype];
}

/* A tensor of raw bytes. */
static void add_raw(message *graph, const char *name, int64_t rows, int64_t cols, int dtype,
                    const void *data, size_t size)
{
    message tensor = {.size = 0};
    if (rows > 0) {
        put_int(&tensor, 1, rows);
    }
    put_int(&tensor, 1, cols);
    put_int(&tensor, 2, dtype);
    put_text(&tensor, 8, name);
    put_bytes(&tensor, 9, data, size);
    swap_end(&tensor, size, word_of(dtype));
    put_message(graph, 5, &tensor);
}

/* An input "x" of two columns, an output "y", and the weight "w", 1 to 6 in two rows. */
static message begin(void)
{
    message graph = {.size = 0};
    add_value(&graph, 11, "x", 2);
    add_value(&graph, 12, "y", 0);
    add_floats(&graph, "w", 2, 3, 6);
    return graph;
}

static lnt_model model_of(const message *graph)
{
    const message model = model_around(graph, 20);
    write_message(in_folder("model.onnx"), &model);
    return import(in_folder("model.onnx"));
}

static void refuse_graph(const message *graph, const char *sentence)
{
    const message model = model_around(graph, 20);
    write_message(in_folder("refused.onnx"), &model);
    refuse_onnx(in_folder("refused.onnx"), LNT_ERR_FORMAT, sentence);
}

/* --- what the graphs give out --- */

/* What the net is given: a·x + b, column by column. */
typedef struct affine {
    double a[2], b[2];
} affine;

/* The model's outputs are ((a·x + b)·W)·after + beyond. */
static void gives_out(const message *graph, affine before, double after, double beyond)
{
    float numbers[ROWS][2] = {{0.5f, -1}, {2, 3}, {-0.25f, 8}};
    const lnt_tensor x = lnt_tensor_view(LNT_F32, numbers, ROWS, 2);
    lnt_model model = model_of(graph);
    const lnt_tensor y = predicted(&model, &x);
    assert_eq(y.cols, 3);
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t j = 0; j < 3; j++) {
            double sum = 0;
            for (size_t k = 0; k < 2; k++) {
                sum +=
                    (before.a[k] * (double) numbers[i][k] + before.b[k]) * (double) (3 * k + j + 1);
            }
            const double expected = sum * after + beyond;
            assert_near(number_at(&y, i, j), expected, 1e-5 * (1 + fabs(expected)),
                        "[%zu, %zu]: %g, expected %g", i, j, number_at(&y, i, j), expected);
        }
    }
    free(y.data);
    lnt_model_finish(&model);
}

Test(onnx_constants, numbers_of_each_attribute)
{
    message graph = begin();
    add_constant(&graph, "mean", "value_floats", FLOATS, (const double[]){1, -2}, 2);
    add_constant(&graph, "half", "value_float", FLOAT, (const double[]){0.5}, 1);
    add_node(&graph, "Sub", "x,mean", "a", NULL);
    add_node(&graph, "Mul", "a,half", "b", NULL);
    add_node(&graph, "MatMul", "b,w", "y", NULL);
    gives_out(&graph, (affine){{0.5, 0.5}, {-0.5, 1}}, 1, 0);

    graph = begin();
    add_constant(&graph, "deviations", "value_ints", INTS, (const double[]){4, 2}, 2);
    add_constant(&graph, "three", "value_int", INT, (const double[]){3}, 1);
    add_node(&graph, "Div", "x,deviations", "a", NULL);
    add_node(&graph, "Add", "a,three", "b", NULL);
    add_node(&graph, "MatMul", "b,w", "y", NULL);
    gives_out(&graph, (affine){{0.25, 0.5}, {3, 3}}, 1, 0);
}

Test(onnx_constants, scaling_at_the_end)
{
    message graph = begin();
    add_constant(&graph, "four", "value_float", FLOAT, (const double[]){4}, 1);
    add_constant(&graph, "ten", "value_float", FLOAT, (const double[]){10}, 1);
    add_node(&graph, "MatMul", "x,w", "a", NULL);
    add_node(&graph, "Div", "a,four", "b", NULL);
    add_node(&graph, "Sub", "b,ten", "y", NULL);
    gives_out(&graph, (affine){{1, 1}, {0, 0}}, 0.25, -10);
}

Test(onnx_constants, raw_numbers_of_each_type)
{
    static const int32_t whole[] = {3, -1};
    static const double real[] = {0.5, 0.25};
    static const int64_t longs[] = {-2, 7};
    message graph = begin();
    add_raw(&graph, "whole", 0, 2, 6, whole, sizeof whole);
    add_raw(&graph, "real", 0, 2, 11, real, sizeof real);
    add_raw(&graph, "longs", 0, 2, 7, longs, sizeof longs);
    add_node(&graph, "Sub", "x,whole", "a", NULL);
    add_node(&graph, "Mul", "a,real", "b", NULL);
    add_node(&graph, "Add", "b,longs", "c", NULL);
    add_node(&graph, "MatMul", "c,w", "y", NULL);
    gives_out(&graph, (affine){{0.5, 0.25}, {-3.5, 7.25}}, 1, 0);
}

Test(onnx_constants, raw_numbers_that_are_cut_are_refused)
{
    message graph = begin();
    add_raw(&graph, "cut", 0, 2, 1, "1234567", 7);
    add_node(&graph, "Sub", "x,cut", "a", NULL);
    add_node(&graph, "MatMul", "a,w", "y", NULL);
    refuse_graph(&graph, "no layer has this operator with such inputs");
    graph = begin();
    add_raw(&graph, "half", 0, 2, 10, "1234", 4); /* float16 */
    add_node(&graph, "Sub", "x,half", "a", NULL);
    add_node(&graph, "MatMul", "a,w", "y", NULL);
    refuse_graph(&graph, "no layer has this operator with such inputs");
}

/* Wᵀ is stored, and turned by a node. */
Test(onnx_constants, a_weight_behind_a_transpose)
{
    static const float turned[] = {1, 4, 2, 5, 3, 6};
    static const double order[][2] = {{1, 0}, {0, 1}};
    for (int i = 0; i < 3; i++) { /* without an order, with that, with another */
        message graph = begin(), attributes = {.size = 0};
        add_raw(&graph, "v", 3, 2, 1, turned, sizeof turned);
        if (i > 0) {
            add_numbers(&attributes, "perm", INTS, order[i - 1], 2);
        }
        add_node(&graph, "Transpose", "v", "t", i > 0 ? &attributes : NULL);
        add_node(&graph, "MatMul", "x,t", "y", NULL);
        if (i < 2) {
            gives_out(&graph, (affine){{1, 1}, {0, 0}}, 1, 0);
        } else {
            refuse_graph(&graph, "expected a constant matrix of floats or doubles as weight");
        }
    }
}

/* Training is off by a constant, or the node is no identity. */
Test(onnx_constants, dropout_by_its_input)
{
    for (int i = 0; i < 2; i++) {
        const unsigned char training = (unsigned char) i;
        message graph = begin();
        add_raw(&graph, "training", 0, 1, 9, &training, 1);
        add_node(&graph, "Dropout", "x,,training", "a", NULL);
        add_node(&graph, "MatMul", "a,w", "y", NULL);
        if (i == 0) {
            gives_out(&graph, (affine){{1, 1}, {0, 0}}, 1, 0);
        } else {
            refuse_graph(&graph, "(Dropout): no layer has this operator");
        }
    }
}

Test(onnx_constants, shapes)
{
    static const struct {
        const char *op;
        const double numbers[3];
        size_t count;
        const char *sentence; /* NULL: it is an identity */
    } cases[] = {{"Reshape", {-1, 2}, 2, NULL},
                 {"Reshape", {0, -1}, 2, NULL},
                 {"Reshape", {0, 2}, 2, NULL},
                 {"Reshape", {-1, 3}, 2, "reshapes to [-1, 3], expected [-1, 2]"},
                 {"Reshape", {-1, -1}, 2, "reshapes to [-1, -1]"},
                 {"Reshape", {5, 2}, 2, "reshapes to [5, 2]"},
                 {"Reshape", {-1, -5}, 2, "reshapes to [-1, -2]"},
                 {"Reshape", {2}, 1, "expected a shape of rows and columns"},
                 {"Reshape", {-1}, 1, "expected a single column"},
                 {"Reshape", {-1, 2, 1}, 3, "expected a shape of rows and columns"},
                 {"Squeeze", {1}, 1, "expected a single column"},
                 {"Squeeze", {0}, 1, "expected axis 1"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        message graph = begin();
        add_constant(&graph, "shape", "value_ints", INTS, cases[i].numbers, cases[i].count);
        add_node(&graph, cases[i].op, "x,shape", "a", NULL);
        add_node(&graph, "MatMul", "a,w", "y", NULL);
        if (cases[i].sentence == NULL) {
            gives_out(&graph, (affine){{1, 1}, {0, 0}}, 1, 0);
        } else {
            refuse_graph(&graph, cases[i].sentence);
        }
    }
}

/* A column that becomes a vector, by an attribute or by an input. */
Test(onnx_constants, a_squeeze_at_the_end)
{
    static const struct {
        const char *op, *attribute;
        double axis;
        const char *sentence;
    } cases[] = {{"Squeeze", "axes", 1, NULL},
                 {"Squeeze", "axes", -1, NULL},
                 {"Squeeze", NULL, 1, NULL},
                 {"Squeeze", NULL, -1, NULL},
                 {"Reshape", NULL, -1, NULL},
                 {"Squeeze", "axes", 0, "expected axis 1"},
                 {"Squeeze", NULL, 0, "expected axis 1"}};
    float numbers[][2] = {{1, 2}, {3, 4}};
    const lnt_tensor x = lnt_tensor_view(LNT_F32, numbers, 2, 2);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        message graph = {.size = 0}, attributes = {.size = 0};
        add_value(&graph, 11, "x", 2);
        add_value(&graph, 12, "y", 0);
        add_floats(&graph, "v", 2, 1, 2);
        add_node(&graph, "MatMul", "x,v", "a", NULL);
        if (cases[i].attribute != NULL) {
            add_numbers(&attributes, cases[i].attribute, INTS, &cases[i].axis, 1);
            add_node(&graph, cases[i].op, "a", "y", &attributes);
        } else {
            add_constant(&graph, "axis", "value_ints", INTS, &cases[i].axis, 1);
            add_node(&graph, cases[i].op, "a,axis", "y", NULL);
        }
        if (cases[i].sentence != NULL) {
            refuse_graph(&graph, cases[i].sentence);
            continue;
        }
        lnt_model model = model_of(&graph);
        const lnt_tensor y = predicted(&model, &x);
        assert_eq(y.cols, 1);
        assert_eq(number_at(&y, 0, 0), 5);
        assert_eq(number_at(&y, 1, 0), 11);
        free(y.data);
        lnt_model_finish(&model);
    }
}

/* --- attributes of operators --- */

Test(onnx_constants, activations_of_other_shapes_are_refused)
{
    static const struct {
        const char *op, *attribute;
        double number;
        const char *text, *sentence;
    } cases[] = {{"HardSigmoid", "alpha", 0.25, NULL, "expected x/6 + 1/2"},
                 {"HardSigmoid", "beta", 0.25, NULL, "expected x/6 + 1/2"},
                 {"Selu", "alpha", 1, NULL, "expected the alpha and gamma of its definition"},
                 {"Selu", "gamma", 1, NULL, "expected the alpha and gamma of its definition"},
                 {"Elu", "alpha", -1, NULL, "expected an alpha above 0, found -1"},
                 {"LeakyRelu", "alpha", INFINITY, NULL, "expected an alpha above 0, found inf"},
                 {"Gelu", "approximate", 0, "cubic", "expected none or tanh"},
                 {"Gelu", "approximate", 0, "like", "expected none or tanh"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        message graph = begin(), attributes = {.size = 0};
        if (cases[i].text != NULL) {
            add_text(&attributes, cases[i].attribute, cases[i].text);
        } else {
            add_numbers(&attributes, cases[i].attribute, FLOAT, &cases[i].number, 1);
        }
        add_node(&graph, cases[i].op, "x", "a", &attributes);
        add_node(&graph, "MatMul", "a,w", "y", NULL);
        refuse_graph(&graph, cases[i].sentence);
    }
}

Test(onnx_constants, gelu_of_each_kind)
{
    static const char *const kinds[] = {"none", "tanh", NULL};
    static const lnt_activation activations[] = {LNT_GELU, LNT_GELU_TANH, LNT_GELU};
    for (int i = 0; i < 3; i++) {
        message graph = begin(), attributes = {.size = 0};
        if (kinds[i] != NULL) {
            add_text(&attributes, "approximate", kinds[i]);
        }
        add_node(&graph, "MatMul", "x,w", "a", NULL);
        add_node(&graph, "Gelu", "a", "y", &attributes);
        lnt_model model = model_of(&graph);
        assert_eq(lnt_net_layer(model.net, 0)->activation, activations[i]);
        lnt_model_finish(&model);
    }
}

/* scikit-learn's Scaler, of another domain. */
Test(onnx_constants, scaler_without_its_numbers_is_refused)
{
    static const char *const names[] = {"offset", "scale"};
    static const double numbers[] = {1, 2};
    for (int i = 0; i < 2; i++) {
        message graph = begin(), attributes = {.size = 0};
        add_numbers(&attributes, names[1 - i], FLOATS, numbers, 2);
        put_text(&attributes, 7, "ai.onnx.ml");
        add_node(&graph, "Scaler", "x", "a", &attributes);
        add_node(&graph, "MatMul", "a,w", "y", NULL);
        refuse_graph(&graph, i == 0 ? "has no offset" : "has no scale");
    }
}
