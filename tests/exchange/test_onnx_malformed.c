/* SPDX-License-Identifier: MIT */
#include "support/onnx.h"

#include <fcntl.h>

TestSuite(onnx_malformed, .init = make_test_folder, .fini = remove_test_folder);

/* --- damage --- */

/* A model with a scaler, norms, a residual sum and names. */
static const char *good_file(void)
{
    const char *path = in_folder("good.onnx");
    const char *const names[] = {"a", "b"};
    const double offset[] = {1, 2, 3}, scale[] = {4, 5, 6};
    const lnt_layer layers[] = {lnt_dense(3, LNT_GELU), lnt_layer_norm(), lnt_residual(2),
                                lnt_batch_norm(), lnt_dense(2, LNT_IDENTITY)};
    lnt_model model = lnt_model_init();
    OK(lnt_net_create(
        &model.net,
        &(lnt_net_config){
            .dtype = LNT_F32, .inputs = 3, .layers = layers, .n_layers = 5, .seed = 3}));
    OK(lnt_scaler_create(&model.input_scaler, 3, offset, scale, NULL));
    OK(lnt_names_create(&model.class_names, names, 2, NULL));
    model.loss = lnt_softmax_cross_entropy(LNT_MEAN);
    OK(lnt_onnx_export(&model, path, NULL));
    lnt_model_finish(&model);
    return path;
}

/* Refused with a sentence and nothing left, or a model that runs; returns whether it was refused.
 */
static bool survives(const char *path)
{
    failing f = {0};
    const lnt_allocator allocator = failing_allocator(&f);
    const lnt_onnx_options options = {.memory_limit = 1 << 24, .allocator = &allocator};
    lnt_model model;
    lnt_error error = {0};
    const lnt_status status = lnt_onnx_import(&model, path, &options, &error);
    if (status != LNT_OK) {
        check_sentence(&error, status, path, NULL);
        cr_assert(status == LNT_ERR_FORMAT || status == LNT_ERR_TOO_LARGE ||
                  status == LNT_ERR_NONFINITE);
        cr_assert(is_empty(&model));
    } else if (lnt_net_inputs(model.net) < 100) {
        const double numbers[100] = {0};
        const lnt_dtype dtype = lnt_net_dtype(model.net);
        const lnt_tensor x = lnt_tensor_const_view(dtype, numbers, 1, lnt_net_inputs(model.net));
        lnt_tensor y = predicted(&model, &x);
        free(y.data);
    }
    lnt_model_finish(&model);
    assert_eq(f.live, 0);
    assert_lt(f.bytes, 1 << 25);
    return status != LNT_OK;
}

Test(onnx_malformed, every_truncation_is_refused)
{
    const bytes file = read_bytes(good_file());
    const char *cut = in_folder("cut.onnx");
    size_t whole = 0;
    for (size_t size = 0; size < file.size; size++) {
        write_bytes(cut, file.data, size);
        whole += !survives(cut);
    }
    /* Metadata stand behind the graph: a file may end between them. */
    assert_lt(whole, 20);
    free(file.data);
}

Test(onnx_malformed, flipped_bits_do_no_harm)
{
    const bytes file = read_bytes(good_file());
    const char *path = in_folder("flipped.onnx");
    write_bytes(path, file.data, file.size);
    const int fd = open(path, O_RDWR);
    size_t refused = 0;
    for (size_t i = 0; i < file.size; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            const unsigned char flipped = (unsigned char) (file.data[i] ^ 1u << bit);
            assert_eq(pwrite(fd, &flipped, 1, (off_t) i), 1);
            refused += survives(path);
        }
        assert_eq(pwrite(fd, &file.data[i], 1, (off_t) i), 1);
    }
    assert_gt(refused, file.size, "%zu of %zu", refused, 8 * file.size);
    close(fd);
    free(file.data);
}

/* --- graphs that are no nets --- */

static void refuse_message(const message *m, const char *sentence)
{
    const char *path = in_folder("refused.onnx");
    write_message(path, m);
    refuse_onnx(path, LNT_ERR_FORMAT, sentence);
}

static void refuse_graph(const message *graph, const char *sentence)
{
    const message model = model_around(graph, 13);
    refuse_message(&model, sentence);
}

/* An input "x" of two columns, an output "y", and the 2x2 weight "w". */
static message begin(void)
{
    message graph = {.size = 0};
    add_value(&graph, 11, "x", 2);
    add_value(&graph, 12, "y", 0);
    add_floats(&graph, "w", 2, 2, 4);
    return graph;
}

static const struct {
    const char *op, *inputs, *outputs, *sentence;
} wrong_nodes[] = {
    {"Conv", "x,w", "y", "node 'y' (Conv): no layer has this operator"},
    {"Relu", "", "y", "its input is undefined"},
    {"Relu", "nowhere", "y", "its input is undefined"},
    {"Relu", "y", "y", "depends on"},
    {"Relu", "w", "y", "does not come from its input, but from 'w'"},
    {"Relu", "x", "z", "its output 'y' is undefined"},
    {"Relu", "x", "w", "two values are called 'w'"},
    {"Relu", "x", "z,y", "does not come from its input"},
    {"MatMul", "w,x", "y", "expected a constant matrix"},
    {"MatMul", "x", "y", "expected a constant matrix"},
    {"Gemm", "x,w,x", "y", "expected a constant of valid numbers as bias"},
    {"Gemm", "x,w,w", "y", "expected a row of numbers as bias"},
    {"Gemm", "x,wide", "y", "takes 3 columns, and gets 2"},
    {"Gemm", "x,short", "y", "expected a constant matrix"},
    {"Gemm", "x,huge", "y", "expected a constant matrix"},
    {"Gemm", "x,negative", "y", "expected a constant matrix"},
    {"PRelu", "x,three", "y", "has 3 numbers for 2 columns"},
    {"PRelu", "x", "y", "has no slope"},
    {"BatchNormalization", "x,two,two,two", "y", "has no variance"},
    {"BatchNormalization", "x,two,two,two,three", "y", "has 3 numbers for 2 columns"},
    {"Add", "x,three", "y", "has 3 numbers for 2 columns"},
    {"Add", "x,w", "y", "expected a row of numbers"},
    {"Add", "x,x", "y", "neither is made from the other"},
    {"Add", "x", "y", "expected two inputs"},
    {"Sub", "two,x", "y", "no layer has this operator with such inputs"},
    {"Mul", "x,x", "y", "no layer has this operator with such inputs"},
    {"Mul", "x,zero", "y", "a scale of 0"},
    {"Squeeze", "x,one", "y", "expected a single column"},
    {"Reshape", "x,two", "y", "expected a shape of rows and columns"},
    {"Softmax", "x", "y", NULL},
};

Test(onnx_malformed, nodes_that_are_no_layers_are_named)
{
    for (size_t i = 0; i < sizeof wrong_nodes / sizeof wrong_nodes[0]; i++) {
        message graph = begin();
        add_floats(&graph, "wide", 3, 2, 6);
        add_floats(&graph, "short", 2, 2, 3);
        add_floats(&graph, "huge", INT64_MAX, INT64_MAX, 1);
        add_floats(&graph, "negative", -2, -2, 4);
        add_floats(&graph, "one", 0, 1, 1);
        add_floats(&graph, "two", 0, 2, 2);
        add_floats(&graph, "three", 0, 3, 3);
        message zero = {.size = 0};
        put_int(&zero, 2, 1);
        put_text(&zero, 8, "zero");
        put_bytes(&zero, 9, "\0\0\0", 4);
        put_message(&graph, 5, &zero);
        add_node(&graph, wrong_nodes[i].op, wrong_nodes[i].inputs, wrong_nodes[i].outputs, NULL);
        if (wrong_nodes[i].sentence != NULL) {
            refuse_graph(&graph, wrong_nodes[i].sentence);
        } else { /* the last shows that the graphs are fine but for the node */
            const message model = model_around(&graph, 13);
            write_message(in_folder("fine.onnx"), &model);
            lnt_model fine = import(in_folder("fine.onnx"));
            assert_eq(fine.loss.kind, LNT_LOSS_SOFTMAX_CROSS_ENTROPY);
            lnt_model_finish(&fine);
        }
    }
}

static const struct {
    const char *op, *attribute;
    int64_t value;
    const char *sentence;
} wrong_attributes[] = {
    {"Gemm", "transA", 1, "transposes its input"},
    {"BatchNormalization", "training_mode", 1, "expected inference"},
    {"Softmax", "axis", 0, "expected axis 1, found 0"},
    {"Flatten", "axis", 2, "expected axis 1, found 2"},
    {"LayerNormalization", "axis", 0, "expected the last axis, found 0"},
    {"Cast", "to", 7, "no layer has this operator"},
};

Test(onnx_malformed, attributes_that_no_layer_has_are_refused)
{
    for (size_t i = 0; i < sizeof wrong_attributes / sizeof wrong_attributes[0]; i++) {
        message graph = begin(), attributes = {.size = 0};
        add_int(&attributes, wrong_attributes[i].attribute, wrong_attributes[i].value);
        add_node(&graph, wrong_attributes[i].op, "x,w", "y", &attributes);
        refuse_graph(&graph, wrong_attributes[i].sentence);
    }
}

Test(onnx_malformed, links_in_the_middle_are_refused)
{
    static const char *const ops[] = {"Softmax", "Exp"};
    for (int i = 0; i < 2; i++) {
        message graph = begin();
        add_node(&graph, ops[i], "x", "a", NULL);
        add_node(&graph, "MatMul", "a,w", "y", NULL);
        refuse_graph(&graph, "expected at the end of the model only");
    }
    message graph = begin();
    add_floats(&graph, "two", 0, 2, 2);
    add_node(&graph, "Softmax", "x", "a", NULL);
    add_node(&graph, "Mul", "a,two", "y", NULL);
    refuse_graph(&graph, "scales where neither a layer nor a scaler can do it");
}

Test(onnx_malformed, sums_that_are_not_residual_are_refused)
{
    message graph = begin(); /* of two branches */
    add_node(&graph, "Relu", "x", "a", NULL);
    add_node(&graph, "Tanh", "x", "b", NULL);
    add_node(&graph, "Add", "a,b", "y", NULL);
    refuse_graph(&graph, "neither is made from the other");
    graph = begin(); /* of unequal widths */
    add_floats(&graph, "narrow", 2, 1, 2);
    add_node(&graph, "MatMul", "x,narrow", "a", NULL);
    add_node(&graph, "Add", "a,x", "y", NULL);
    refuse_graph(&graph, "adds 2 columns to 1");
    graph = begin(); /* around a scaling */
    add_floats(&graph, "two", 0, 2, 2);
    add_node(&graph, "Mul", "x,two", "a", NULL);
    add_node(&graph, "MatMul", "a,w", "b", NULL);
    add_node(&graph, "Add", "b,x", "y", NULL);
    refuse_graph(&graph, "scales, and a sum goes around it");
}

/* --- models that are no such graphs --- */

Test(onnx_malformed, models_as_a_whole_are_checked)
{
    message graph = begin(), model, tensor = {.size = 0}, entry = tensor;
    add_node(&graph, "Relu", "x", "y", NULL);
    model = model_around(&graph, 6);
    refuse_message(&model, "operators are of version 6");
    model = model_around(&graph, 13);
    put_text(&model, 25, "f");
    refuse_message(&model, "has functions of its own");
    put_text(&entry, 1, "location");
    put_text(&entry, 2, "/etc/passwd");
    put_text(&tensor, 8, "outside");
    put_message(&tensor, 13, &entry);
    put_message(&graph, 5, &tensor);
    refuse_graph(&graph, "tensor 'outside' has its data in another file");
    graph = begin();
    add_node(&graph, "Relu", "x", "y", NULL);
    add_value(&graph, 11, "second", 2);
    refuse_graph(&graph, "has several inputs: 'x', 'second'");
    graph = begin();
    add_node(&graph, "Relu", "x", "y,z", NULL);
    add_value(&graph, 12, "z", 2);
    refuse_graph(&graph, "has several outputs of floats: 'y', 'z'");
    model = (message){.size = 0};
    refuse_message(&model, "it has no graph");
    put_text(&model, 1, "not a number");
    refuse_message(&model, "not an ONNX model, or a damaged one");
    graph = (message){.size = 0};
    refuse_graph(&graph, "has no input");
}

Test(onnx_malformed, metadata_must_fit)
{
    static const char *const wrong[][3] = {
        {"linnet.loss", "{", "linnet.loss"},
        {"linnet.loss", "{\"kind\": \"poisson\", \"value\": \"mean\", \"gradient\": \"mean\"}",
         "name the loss poisson, but it ends as for mse"},
        {"linnet.class_names", "[\"a\"]", "expected 2 names, found 1"},
        {"linnet.input_names", "[[[[]]]]", "linnet.input_names"},
        {"linnet.record", "[]", NULL},
    };
    message graph = begin();
    add_node(&graph, "Relu", "x", "y", NULL);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        message model = model_around(&graph, 13), entry = {.size = 0};
        put_text(&entry, 1, wrong[i][0]);
        put_text(&entry, 2, wrong[i][1]);
        put_message(&model, 14, &entry);
        refuse_message(&model, wrong[i][2]);
    }
}

/* A model that ends so, and has that many names of targets. */
static message named(const char *operator, const char * names)
{
    message graph = begin(), entry = {.size = 0};
    add_node(&graph, operator, "x", "y", NULL);
    message model = model_around(&graph, 13);
    put_text(&entry, 1, "linnet.target_names");
    put_text(&entry, 2, names);
    put_message(&model, 14, &entry);
    return model;
}

/* Classes have a name together, or one each; numbers one each. */
Test(onnx_malformed, names_of_targets_are_as_many_as_targets)
{
    static const struct {
        const char *operator, * names, *wrong;
        size_t count;
    } rows[] = {{"Softmax", "[\"a\"]", NULL, 1},
                {"Softmax", "[\"a\", \"b\"]", NULL, 2},
                {"Softmax", "[]", "expected 2 names, found 0", 0},
                {"Softmax", "[\"a\", \"b\", \"c\"]", "expected 2 names, found 3", 0},
                {"Relu", "[\"a\", \"b\"]", NULL, 2},
                {"Relu", "[\"a\"]", "expected 2 names, found 1", 0},
                {"Relu", "[]", "expected 2 names, found 0", 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const message m = named(rows[i].operator, rows[i].names);
        if (rows[i].wrong != NULL) {
            refuse_message(&m, rows[i].wrong);
            continue;
        }
        const char *path = in_folder("named.onnx");
        write_message(path, &m);
        lnt_model model = import(path);
        assert_eq(lnt_names_count(model.target_names), rows[i].count);
        lnt_model_finish(&model);
    }
}

/* --- attacks on memory and time --- */

/* Two bytes of the file make a struct in memory: the growth is bounded. */
Test(onnx_malformed, trifles_by_the_million_are_refused)
{
    const size_t count = 4000000;
    unsigned char *nodes = malloc(2 * count);
    const char *path = in_folder("many.onnx");
    message head = {.size = 0};
    cr_assert_not_null(nodes);
    for (size_t i = 0; i < count; i++) {
        memcpy(nodes + 2 * i, "\x0a\x00", 2);
    }
    put_varint(&head, 7 << 3 | 2);
    put_varint(&head, 2 * count);
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file);
    assert_eq(fwrite(head.data, head.size, 1, file), 1);
    assert_eq(fwrite(nodes, 2, count, file), count);
    assert_eq(fclose(file), 0);
    free(nodes);
    failing f = {0};
    const lnt_allocator allocator = failing_allocator(&f);
    const lnt_onnx_options options = {.memory_limit = SIZE_MAX, .allocator = &allocator};
    lnt_model model;
    assert_status(lnt_onnx_import(&model, path, &options, NULL), LNT_ERR_TOO_LARGE);
    assert_eq(f.live, 0, "%zu", f.bytes);
    assert_lt(f.bytes, 70 * (2 * count));
}

/* A graph given again and again is merged, each time with a copy of all before. */
Test(onnx_malformed, graphs_in_pieces_take_bounded_time)
{
    const size_t count = 1000000;
    unsigned char *pieces = malloc(4 * count);
    cr_assert_not_null(pieces);
    for (size_t i = 0; i < count; i++) {
        memcpy(pieces + 4 * i, "\x3a\x02\x0a\x00", 4);
    }
    const char *path = in_folder("pieces.onnx");
    write_bytes(path, pieces, 4 * count);
    free(pieces);
    lnt_model model;
    assert_status(lnt_onnx_import(&model, path, NULL, NULL), LNT_ERR_TOO_LARGE);
}

/* Columns that only the declaration of the input has take no memory. */
Test(onnx_malformed, columns_that_are_only_declared_are_refused)
{
    message graph = {.size = 0};
    add_value(&graph, 11, "x", (int64_t) 1 << 40);
    add_value(&graph, 12, "y", 0);
    add_floats(&graph, "one", 0, 1, 1);
    add_node(&graph, "PRelu", "x,one", "y", NULL);
    const message model = model_around(&graph, 13);
    const char *path = in_folder("wide.onnx");
    write_message(path, &model);
    refuse_onnx(path, LNT_ERR_TOO_LARGE, "takes more memory");
}

Test(onnx_malformed, files_that_cannot_be_read_are_refused)
{
    refuse_onnx(in_folder("absent.onnx"), LNT_ERR_IO, "cannot open");
    refuse_onnx(test_folder, LNT_ERR_IO, "not a regular file");
    lnt_model model;
    assert_status(lnt_onnx_import(NULL, "x", NULL, NULL), LNT_ERR_NULL);
    assert_status(lnt_onnx_import(&model, NULL, NULL, NULL), LNT_ERR_NULL);
}
