/* SPDX-License-Identifier: MIT */
#include "support/model.h"

#include "base/files/checksum.h"
#include "io/safetensors/safetensors.h"

TestSuite(model, .init = make_test_folder, .fini = remove_test_folder);

/* --- round trips --- */

Test(model, comes_back_to_the_bit)
{
    for (size_t i = 0; i < N_MAKERS; i++) {
        lnt_model model = makers[i].make(NULL);
        const char *first = in_folder("first"), *second = in_folder("second");
        save(&model, first);
        lnt_model copy = load(first);
        cr_assert(same_model(&model, &copy), "%s", makers[i].name);
        save(&copy, second);
        const bytes a = read_bytes(first), b = read_bytes(second);
        assert_eq(a.size, b.size, "saving again gives other bytes");
        assert_bytes_eq(a.data, b.data, a.size, "saving again gives other bytes");
        free(a.data);
        free(b.data);
        copy.record.train_rows++;
        cr_assert(!same_model(&model, &copy), "the comparison must see a difference");
        lnt_model_finish(&copy);
        cr_assert(is_empty(&copy));
        lnt_model_finish(&model);
    }
    lnt_model_finish(NULL);
}

Test(model, tensors_are_named_and_shaped_as_promised)
{
    static const struct {
        const char *name;
        lnt_st_dtype dtype;
        size_t rank, shape[2];
    } expected[] = {{"layers.0.weight", LNT_ST_F32, 2, {3, 4}},
                    {"layers.0.bias", LNT_ST_F32, 1, {4, 0}},
                    {"layers.2.weight", LNT_ST_F32, 2, {4, 2}},
                    {"input.offset", LNT_ST_F64, 1, {3, 0}},
                    {"input.scale", LNT_ST_F64, 1, {3, 0}}};
    const char *path = in_folder("named");
    lnt_model model = classifier(NULL);
    save(&model, path);
    lnt_st_file *file = NULL;
    OK(lnt_st_open(&file, path, NULL, NULL));
    assert_eq(lnt_st_count(file), sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < lnt_st_count(file); i++) {
        const lnt_st_entry *entry = lnt_st_find(file, expected[i].name);
        cr_assert_not_null(entry, "%s", expected[i].name);
        assert_eq(entry->tensor.dtype, expected[i].dtype);
        assert_eq(entry->tensor.rank, expected[i].rank);
        assert_bytes_eq(entry->tensor.shape, expected[i].shape,
                        entry->tensor.rank * sizeof(size_t));
    }
    lnt_st_close(file);
    lnt_model_finish(&model);
}

Test(model, net_alone_comes_back)
{
    lnt_model model = classifier(NULL), alone;
    const char *path = in_folder("net");
    OK(lnt_net_save(model.net, path, NULL));
    alone = load(path);
    cr_assert(same_net(model.net, alone.net));
    cr_assert_null(alone.input_scaler);
    cr_assert_null(alone.input_names);
    assert_eq(alone.loss.kind, LNT_LOSS_MSE);
    assert_nan(alone.record.train_loss);
    lnt_model_finish(&alone);

    save(&model, path); /* and out of a whole model */
    lnt_net *net = NULL;
    OK(lnt_net_load(&net, path, NULL, NULL));
    cr_assert(same_net(model.net, net));
    lnt_net_destroy(net);
    lnt_model_finish(&model);
}

/* A zeroed model is one, and a net may have no parameters at all. */
Test(model, least_of_all_models_comes_back)
{
    const lnt_layer layer = lnt_activation_layer(LNT_TANH);
    lnt_model model = {0};
    OK(lnt_net_create(
        &model.net,
        &(lnt_net_config){.dtype = LNT_F64, .inputs = 1, .layers = &layer, .n_layers = 1}));
    const char *path = in_folder("least");
    save(&model, path);
    lnt_model copy = load(path);
    cr_assert(same_model(&model, &copy));
    lnt_model_finish(&copy);
    lnt_model_finish(&model);
}

Test(model, loaded_net_computes_the_same)
{
    const lnt_layer layers[] = {lnt_dense(7, LNT_SIGMOID), lnt_dense(3, LNT_IDENTITY)};
    double x[10];
    for (size_t i = 0; i < 10; i++) {
        x[i] = (double) i / 3 - 1;
    }
    const lnt_tensor input = lnt_tensor_f64(x, 2, 5);
    lnt_net *nets[2] = {NULL, NULL};
    OK(lnt_net_create(
        &nets[0], &(lnt_net_config){
                      .dtype = LNT_F64, .inputs = 5, .layers = layers, .n_layers = 2, .seed = 3}));
    const char *path = in_folder("runs");
    OK(lnt_net_save(nets[0], path, NULL));
    OK(lnt_net_load(&nets[1], path, NULL, NULL));
    double outputs[2][6];
    for (size_t i = 0; i < 2; i++) {
        lnt_pass *pass = NULL;
        lnt_tensor output;
        const lnt_pass_config config = lnt_pass_defaults();
        OK(lnt_pass_create(&pass, nets[i], &config));
        OK(lnt_pass_forward(pass, nets[i], &input, &output));
        for (size_t j = 0; j < 6; j++) {
            outputs[i][j] = lnt_tensor_get(&output, j / 3, j % 3);
        }
        lnt_pass_destroy(pass);
        lnt_net_destroy(nets[i]);
    }
    assert_bytes_eq(outputs[0], outputs[1], sizeof outputs[0]);
}

/* --- files of released formats load for ever --- */

/* What the files were made with: infinities, and NaNs whose payload must be kept. */
static const uint64_t golden_f64[] = {
    0x0000000000000000, 0x8000000000000000, 0x0000000000000001, 0x800fffffffffffff,
    0x0010000000000000, 0x7fefffffffffffff, 0xffefffffffffffff, 0x7ff0000000000000,
    0xfff0000000000000, 0x7ff8000000000000, 0xfff8000000000123, 0x7ff0000000000001,
    0x3ff0000000000001, 0x3fb999999999999a, 0xc00921fb54442d18, 0x3fd5555555555555};
static const uint32_t golden_f32[] = {
    0x00000000, 0x80000000, 0x00000001, 0x807fffff, 0x00800000, 0x7f7fffff, 0xff7fffff, 0x7f800000,
    0xff800000, 0x7fc00000, 0xffc00123, 0x7f800001, 0x3f800001, 0x3dcccccd, 0xc0490fdb, 0x3eaaaaab};

static void fill_golden(lnt_net *net)
{
    const lnt_tensor all = lnt_net_parameters(net);
    for (size_t i = 0; i < all.cols; i++) {
        if (all.dtype == LNT_F64) {
            memcpy(lnt_tensor_ptr(&all, 0, i), &golden_f64[i % 16], sizeof golden_f64[0]);
        } else {
            memcpy(lnt_tensor_ptr(&all, 0, i), &golden_f32[i % 16], sizeof golden_f32[0]);
        }
    }
}

Test(model, golden_files_load)
{
    const char *root = getenv("LINNET_SOURCE_ROOT");
    cr_assert_not_null(root, "LINNET_SOURCE_ROOT is not set");
    for (size_t i = 0; i < N_MAKERS; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/tests/golden/model-v1-%s.safetensors", root,
                 makers[i].name);
        lnt_import_options import = lnt_import_defaults();
        import.allow_nonfinite = true;
        lnt_model golden, expected = makers[i].make(NULL);
        fill_golden(expected.net);
        OK(lnt_model_import(&golden, path, &import, NULL));
        cr_assert(same_model(&golden, &expected), "%s", path);
        lnt_model_finish(&golden);
        lnt_model_finish(&expected);
    }
}

/* --- checksums --- */

Test(model, checksum_is_xxh3_of_all_parts_in_turn)
{
    static unsigned char data[10000];
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = (unsigned char) (i * i);
    }
    lnt_checksum none, whole, parts, swapped;
    OK(lnt_checksum_of(NULL, 0, &none));
    assert_str_eq(none.text, "2d06800538d394c2");
    const lnt_checksum_part one = {data, sizeof data, 4};
    const lnt_checksum_part two[] = {{data, 3000, 4}, {NULL, 0, 8}, {data + 3000, 7000, 4}};
    const lnt_checksum_part other[] = {{data + 3000, 7000, 4}, {data, 3000, 4}};
    OK(lnt_checksum_of(&one, 1, &whole));
    OK(lnt_checksum_of(two, 3, &parts));
    OK(lnt_checksum_of(other, 2, &swapped));
    assert_str_eq(whole.text, parts.text);
    assert_str_ne(whole.text, swapped.text);
}

/* --- saving --- */

typedef void (*spoiler)(lnt_model *model);

static void spoil_input_scaler(lnt_model *m)
{
    const double one[] = {1, 1};
    lnt_scaler_destroy(m->input_scaler);
    OK(lnt_scaler_create(&m->input_scaler, 2, one, one, NULL));
}

static void spoil_target_scaler(lnt_model *m)
{
    const double one[] = {1};
    OK(lnt_scaler_create(&m->target_scaler, 1, one, one, NULL));
}

static void replace_names(lnt_names **names, size_t count)
{
    const char *const strings[] = {"a", "b", "c", "d"};
    lnt_names_destroy(*names);
    OK(lnt_names_create(names, strings, count, NULL));
}

static void spoil_input_names(lnt_model *m)
{
    replace_names(&m->input_names, 4);
}

static void spoil_target_names(lnt_model *m)
{
    replace_names(&m->target_names, 3);
}

static void spoil_class_names(lnt_model *m)
{
    replace_names(&m->class_names, 1);
}

/* One name for two outputs is right for labels only. */
static void spoil_loss_for_names(lnt_model *m)
{
    m->loss = lnt_mse(LNT_MEAN);
}

static void spoil_loss(lnt_model *m)
{
    m->loss.kind = (lnt_loss_kind) 99;
}

static void spoil_value(lnt_model *m)
{
    m->loss.value_reduction = (lnt_reduction) 99;
}

static void spoil_gradient(lnt_model *m)
{
    m->loss.gradient_reduction = (lnt_reduction) 99;
}

Test(model, parts_that_do_not_fit_are_not_saved)
{
    static const struct {
        spoiler spoil;
        const char *sentence;
    } cases[] = {{spoil_input_scaler, "input_scaler has 2 entries, expected 3"},
                 {spoil_target_scaler, "target_scaler has 1 entries, expected 2"},
                 {spoil_input_names, "input_names has 4 entries, expected 3"},
                 {spoil_target_names, "target_names has 3 entries, expected 2"},
                 {spoil_class_names, "class_names has 1 entries, expected 2"},
                 {spoil_loss_for_names, "target_names has 1 entries, expected 2"},
                 {spoil_loss, "loss.kind is 99"},
                 {spoil_value, "loss.value_reduction"},
                 {spoil_gradient, "loss.gradient_reduction"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lnt_model model = classifier(NULL);
        cases[i].spoil(&model);
        lnt_error error = {0};
        assert_status(lnt_model_save(&model, in_folder("x"), &error), LNT_ERR_INVALID);
        check_sentence(&error, LNT_ERR_INVALID, "model to save", cases[i].sentence);
        assert_eq(files_in_folder(), 0);
        lnt_model_finish(&model);
    }
}

Test(model, two_target_names_fit_two_outputs_with_any_loss)
{
    for (int i = 0; i < 2; i++) {
        lnt_model model = classifier(NULL);
        replace_names(&model.target_names, 2);
        model.loss = i == 0 ? model.loss : lnt_mse(LNT_SUM);
        save(&model, in_folder("two"));
        lnt_model copy = load(in_folder("two"));
        cr_assert(same_model(&model, &copy));
        lnt_model_finish(&copy);
        lnt_model_finish(&model);
    }
}

Test(model, null_is_refused)
{
    lnt_model model = classifier(NULL), empty = lnt_model_init();
    lnt_net *net = model.net;
    lnt_error error = {0};
    const char *path = in_folder("null");
    assert_status(lnt_model_save(NULL, path, &error), LNT_ERR_NULL);
    assert_str_ne(error.message, "");
    assert_status(lnt_model_save(&model, NULL, NULL), LNT_ERR_NULL);
    assert_status(lnt_model_save(&empty, path, NULL), LNT_ERR_NULL);
    assert_status(lnt_net_save(NULL, path, NULL), LNT_ERR_NULL);
    assert_status(lnt_net_save(net, NULL, NULL), LNT_ERR_NULL);
    assert_status(lnt_model_load(NULL, path, NULL, &error), LNT_ERR_NULL);
    assert_status(lnt_model_load(&empty, NULL, NULL, NULL), LNT_ERR_NULL);
    cr_assert(is_empty(&empty));
    assert_status(lnt_net_load(NULL, path, NULL, NULL), LNT_ERR_NULL);
    assert_status(lnt_net_load(&net, NULL, NULL, NULL), LNT_ERR_NULL);
    cr_assert_null(net);
    assert_eq(files_in_folder(), 0);
    lnt_model_finish(&model);
}

static void fail_to_save(const lnt_model *model, const char *path, const char *sentence)
{
    const size_t files = files_in_folder();
    lnt_error error = {0};
    assert_status(lnt_model_save(model, path, &error), LNT_ERR_IO);
    check_sentence(&error, LNT_ERR_IO, path, sentence);
    assert_eq(files_in_folder(), files, "a temporary file was left");
}

Test(model, failed_save_leaves_the_old_file)
{
    lnt_model old = regression(NULL), other = classifier(NULL);
    const char *path = in_folder("model");
    save(&old, path);
    const bytes before = read_bytes(path);
    fail_to_save(&other, test_folder, "it is a folder");
    fail_to_save(&other, in_folder("missing/model"), "No such file or directory");
    fail_to_save(&other, in_folder("model/below"), "Not a directory");
    if (become_nobody()) {
        fail_to_save(&other, path, "Permission denied");
        fail_to_save(&other, in_folder("new"), "Permission denied");
        become_oneself();
    }
    const bytes after = read_bytes(path);
    assert_eq(before.size, after.size);
    assert_bytes_eq(before.data, after.data, before.size);
    save(&other, path);
    lnt_model replaced = load(path);
    cr_assert(same_model(&replaced, &other));
    assert_eq(files_in_folder(), 1);
    free(before.data);
    free(after.data);
    lnt_model_finish(&replaced);
    lnt_model_finish(&old);
    lnt_model_finish(&other);
}
