/* SPDX-License-Identifier: MIT */
/* Models of PyTorch: files that it wrote, round trips, files that are refused, memory that fails.
 */

#include "support/model.h"

#include "exchange/torch/half.h"
#include "io/safetensors/safetensors.h"

#include <linnet/linnet.h>

TestSuite(exchange_torch, .init = make_test_folder, .fini = remove_test_folder);

static const char *data_path(const char *name, const char *suffix)
{
    static char paths[4][512];
    static size_t next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/tests/reference/data/exchange/%s%s",
             getenv("LINNET_SOURCE_ROOT"), name, suffix);
    return path;
}

static lnt_tensor read_array(const lnt_st_file *file, const char *name)
{
    const lnt_st_entry *entry = lnt_st_find(file, name);
    cr_assert_not_null(entry);
    assert_eq(entry->tensor.rank, 2);
    void *data = malloc(entry->bytes);
    cr_assert_not_null(data);
    assert_status(lnt_st_read(file, entry, data, NULL), LNT_OK);
    return lnt_tensor_view(entry->tensor.dtype == LNT_ST_F64 ? LNT_F64 : LNT_F32, data,
                           entry->tensor.shape[0], entry->tensor.shape[1]);
}

/* The net gives the outputs that the module of PyTorch gave. */
static void check_outputs(const lnt_net *net, const char *name)
{
    lnt_st_file *file = NULL;
    assert_status(lnt_st_open(&file, data_path(name, ".io.safetensors"), NULL, NULL), LNT_OK);
    const lnt_tensor x = read_array(file, "x"), y = read_array(file, "y");
    lnt_st_close(file);
    assert_eq(x.dtype, lnt_net_dtype(net), "%s", lnt_dtype_name(lnt_net_dtype(net)));
    const double tolerance = x.dtype == LNT_F64 ? 1e-14 : 2e-6;
    lnt_pass_config config = lnt_pass_defaults();
    config.mode = LNT_INFERENCE;
    lnt_pass *pass = NULL;
    lnt_tensor output;
    assert_status(lnt_pass_create(&pass, net, &config), LNT_OK);
    assert_status(lnt_pass_forward(pass, net, &x, &output), LNT_OK);
    assert_eq(output.cols, y.cols);
    for (size_t i = 0; i < y.rows; i++) {
        for (size_t j = 0; j < y.cols; j++) {
            const double expected = lnt_tensor_get(&y, i, j), found = lnt_tensor_get(&output, i, j);
            assert_near(found, expected, tolerance * fmax(1, fabs(expected)),
                        "%s [%zu, %zu]: %.17g instead of %.17g", name, i, j, found, expected);
        }
    }
    lnt_pass_destroy(pass);
    free(x.data);
    free(y.data);
}

static lnt_layer modules[13];

static void make_modules(void)
{
    const lnt_layer layers[] = {lnt_dense(0, LNT_IDENTITY),
                                lnt_batch_norm(),
                                lnt_activation_layer(LNT_ELU),
                                lnt_dropout(0.3),
                                lnt_dense(6, LNT_IDENTITY),
                                lnt_layer_norm(),
                                lnt_prelu(),
                                lnt_dense(5, LNT_IDENTITY),
                                lnt_rms_norm(),
                                lnt_prelu(),
                                lnt_layer_norm(),
                                lnt_dense(2, LNT_SOFTPLUS)};
    memcpy(modules, layers, sizeof layers);
    modules[8].epsilon = 1e-6;
    modules[10].gain = modules[10].bias = false;
}

/* As far as the tensors tell. */
static lnt_torch_options untold(void)
{
    lnt_torch_options options = lnt_torch_defaults();
    options.linear = true;
    return options;
}

static lnt_torch_options options_of(lnt_activation hidden, lnt_activation output)
{
    lnt_torch_options options = lnt_torch_defaults();
    options.activation = hidden;
    options.output_activation = output;
    options.linear = hidden == LNT_IDENTITY;
    return options;
}

static void check_import(const char *name, const char *suffix, const lnt_torch_options *options)
{
    lnt_model model;
    lnt_error error = {0};
    const lnt_status status =
        lnt_torch_import(&model, data_path(name, suffix), options, NULL, &error);
    assert_status(status, LNT_OK, "%s", error.message);
    check_outputs(model.net, name);
    lnt_model_finish(&model);
}

Test(exchange_torch, outputs_are_those_of_pytorch)
{
    const struct {
        const char *name, *suffix;
        lnt_activation hidden, output;
    } cases[] = {
        {"mlp", ".safetensors", LNT_RELU, LNT_IDENTITY},
        {"mlp_f64", ".safetensors", LNT_TANH, LNT_IDENTITY},
        {"mlp_f16", ".safetensors", LNT_TANH, LNT_IDENTITY},
        {"mlp_bf16", ".safetensors", LNT_TANH, LNT_IDENTITY},
        {"prefixed", ".safetensors", LNT_RELU, LNT_SIGMOID},
        {"sharded", ".safetensors.index.json", LNT_RELU, LNT_IDENTITY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const lnt_torch_options options = options_of(cases[i].hidden, cases[i].output);
        check_import(cases[i].name, cases[i].suffix, &options);
    }
}

Test(exchange_torch, outputs_of_all_modules_as_layers_tell)
{
    make_modules();
    lnt_torch_options options = lnt_torch_defaults();
    options.layers = modules;
    options.n_layers = 12;
    check_import("modules", ".safetensors", &options);
}

Test(exchange_torch, formats_are_found_by_content)
{
    lnt_import_options import = lnt_import_defaults();
    import.torch.linear = true;
    const struct {
        const char *name, *suffix;
    } torch[] = {{"mlp", ".safetensors"}, {"sharded", ".safetensors.index.json"}};
    lnt_model_format format;
    for (size_t i = 0; i < 2; i++) {
        assert_status(
            lnt_model_format_detect(data_path(torch[i].name, torch[i].suffix), &format, NULL),
            LNT_OK);
        assert_eq(format, LNT_FORMAT_TORCH);
        lnt_model model;
        assert_status(
            lnt_model_import(&model, data_path(torch[i].name, torch[i].suffix), &import, NULL),
            LNT_OK);
        lnt_model_finish(&model);
    }
    lnt_model model = classifier(NULL);
    save(&model, in_folder("own"));
    lnt_model_finish(&model);
    assert_status(lnt_model_format_detect(in_folder("own"), &format, NULL), LNT_OK);
    assert_eq(format, LNT_FORMAT_LINNET);
    write_bytes(in_folder("zip"), "PK\x03\x04....", 8);
    assert_status(lnt_model_format_detect(in_folder("zip"), &format, NULL), LNT_OK);
    assert_eq(format, LNT_FORMAT_NPZ);
    lnt_error error;
    write_bytes(in_folder("text"), "a,b\n1,2\n", 8);
    assert_status(lnt_model_format_detect(in_folder("text"), &format, &error), LNT_ERR_FORMAT);
    check_sentence(&error, LNT_ERR_FORMAT, in_folder("text"), "no model of a known format");
    assert_status(lnt_model_format_detect(in_folder("none"), &format, &error), LNT_ERR_IO);
}

/* --- export --- */

static void drop_scalers(lnt_model *model)
{
    lnt_scaler_destroy(model->input_scaler);
    lnt_scaler_destroy(model->target_scaler);
    model->input_scaler = model->target_scaler = NULL;
}

Test(exchange_torch, round_trip_keeps_every_bit)
{
    for (size_t i = 0; i < N_MAKERS; i++) {
        lnt_model model = makers[i].make(NULL), back;
        lnt_error error = {0};
        drop_scalers(&model);
        const char *path = in_folder("net");
        assert_status(lnt_torch_export(&model, path, NULL, &error), LNT_OK, "%s", error.message);
        assert_status(lnt_torch_import(&back, path, NULL, NULL, &error), LNT_OK, "%s",
                      error.message);
        assert_eq(lnt_net_dtype(model.net), lnt_net_dtype(back.net));
        const lnt_tensor a = lnt_net_state_vector(model.net), b = lnt_net_state_vector(back.net);
        assert_eq(a.cols, b.cols);
        assert_bytes_eq(a.data, b.data, a.cols * lnt_dtype_size(a.dtype));
        cr_assert(same_loss(&model.loss, &back.loss));
        for (size_t l = 0; l < lnt_net_n_layers(model.net); l++) {
            cr_assert(same_layer(lnt_net_layer(model.net, l), lnt_net_layer(back.net, l)));
        }
        lnt_model_finish(&back);
        lnt_model_finish(&model);
    }
}

Test(exchange_torch, modules_keep_their_bits_and_numbers)
{
    make_modules();
    lnt_torch_options options = lnt_torch_defaults();
    options.layers = modules;
    options.n_layers = 12;
    lnt_model model, back;
    assert_status(
        lnt_torch_import(&model, data_path("modules", ".safetensors"), &options, NULL, NULL),
        LNT_OK);
    const char *path = in_folder("net");
    assert_status(lnt_torch_export(&model, path, NULL, NULL), LNT_OK);
    assert_status(lnt_torch_import(&back, path, NULL, NULL, NULL), LNT_OK);
    check_outputs(back.net, "modules");
    lnt_st_file *file = NULL;
    assert_status(lnt_st_open(&file, path, NULL, NULL), LNT_OK);
    cr_assert_not_null(lnt_st_find(file, "1.num_batches_tracked"));
    cr_assert_not_null(lnt_st_find(file, "11.weight"));
    assert_str_eq(
        lnt_name_map_find(lnt_st_metadata(file), "torch.sequential"),
        "nn.Sequential(nn.Linear(4, 6, bias=False), nn.BatchNorm1d(6, eps=1e-05, momentum=0.1), "
        "nn.ELU(1), nn.Dropout(0.3), nn.Linear(6, 6), nn.LayerNorm(6, eps=1e-05), nn.PReLU(6), "
        "nn.Linear(6, 5), nn.RMSNorm(5, eps=1e-06), nn.PReLU(5), nn.LayerNorm(5, eps=1e-05, "
        "elementwise_affine=False), nn.Linear(5, 2), nn.Softplus())");
    lnt_st_close(file);
    lnt_model_finish(&back);
    lnt_model_finish(&model);
}

static double predict_one(const lnt_model *model, double a, double b)
{
    double numbers[2] = {a, b}, result;
    const lnt_tensor x = lnt_tensor_f64(numbers, 1, 2);
    lnt_tensor y = lnt_tensor_f64(&result, 1, 1);
    lnt_predictor *predictor = NULL;
    assert_status(lnt_predictor_create(&predictor, model, 1, NULL), LNT_OK);
    assert_status(lnt_predict(predictor, &x, &y), LNT_OK);
    lnt_predictor_destroy(predictor);
    return result;
}

/* 2-3-1 without biases, both scalers. */
static lnt_model scaled(void)
{
    static const double offset[] = {3, -2}, scale[] = {0.5, 4}, t_offset[] = {100}, t_scale[] = {7};
    lnt_layer layers[] = {lnt_dense(3, LNT_TANH), lnt_dense(1, LNT_IDENTITY)};
    layers[0].bias = layers[1].bias = false;
    lnt_model model = lnt_model_init();
    assert_status(lnt_net_create(&model.net, &(lnt_net_config){.dtype = LNT_F64,
                                                               .inputs = 2,
                                                               .layers = layers,
                                                               .n_layers = 2,
                                                               .seed = 5}),
                  LNT_OK);
    assert_status(lnt_scaler_create(&model.input_scaler, 2, offset, scale, NULL), LNT_OK);
    assert_status(lnt_scaler_create(&model.target_scaler, 1, t_offset, t_scale, NULL), LNT_OK);
    return model;
}

Test(exchange_torch, scaling_is_folded)
{
    lnt_model model = scaled(), back;
    lnt_torch_options options = lnt_torch_defaults();
    options.fold_scaling = true;
    const char *path = in_folder("folded");
    assert_status(lnt_torch_export(&model, path, &options, NULL), LNT_OK);
    assert_status(lnt_torch_import(&back, path, NULL, NULL, NULL), LNT_OK);
    cr_assert_null(back.input_scaler);
    cr_assert_null(back.target_scaler);
    for (int i = 0; i < 10; i++) {
        const double expected = predict_one(&model, i * 0.3, 1 - i),
                     found = predict_one(&back, i * 0.3, 1 - i);
        assert_lt(fabs(expected - found), 1e-12 * fabs(expected), "%.17g %.17g", expected, found);
    }
    lnt_model_finish(&back);
    lnt_model_finish(&model);
}

static void refuse_export(const lnt_model *model, const lnt_torch_options *options,
                          const char *sentence)
{
    lnt_error error = {0};
    const char *path = in_folder("refused");
    assert_status(lnt_torch_export(model, path, options, &error), LNT_ERR_INVALID);
    check_sentence(&error, LNT_ERR_INVALID, path, sentence);
    assert_ne(access(path, F_OK), 0);
}

Test(exchange_torch, exports_that_are_refused)
{
    lnt_model model = scaled();
    lnt_torch_options options = lnt_torch_defaults();
    refuse_export(&model, NULL, "the model scales its inputs");
    options.fold_scaling = options.ignore_scaling = true;
    refuse_export(&model, &options, "not both");
    lnt_model_finish(&model);

    const lnt_layer layers[] = {lnt_dense(2, LNT_RELU), lnt_residual(1), lnt_dense(1, LNT_SINE)};
    model = lnt_model_init();
    assert_status(lnt_net_create(&model.net, &(lnt_net_config){.dtype = LNT_F32,
                                                               .inputs = 2,
                                                               .layers = layers,
                                                               .n_layers = 3,
                                                               .seed = 5}),
                  LNT_OK);
    refuse_export(&model, NULL, "layer 1 (residual): ");
    lnt_model_finish(&model);
    model = lnt_model_init();
    assert_status(lnt_net_create(&model.net, &(lnt_net_config){.dtype = LNT_F32,
                                                               .inputs = 2,
                                                               .layers = layers + 2,
                                                               .n_layers = 1,
                                                               .seed = 5}),
                  LNT_OK);
    refuse_export(&model, NULL, "layer 0 (dense): nn.Sequential has no module for its activation");
    lnt_model_finish(&model);
}

/* --- files that are refused --- */

/* Writes a file of tensors of zeros. */
typedef struct item {
    const char *name;
    lnt_st_dtype dtype;
    size_t rank, shape[3];
} item;

static const char *write_items(const char *name, const item *items, size_t count)
{
    static const double zeros[64];
    lnt_st_item list[8];
    for (size_t i = 0; i < count; i++) {
        list[i] =
            (lnt_st_item){{items[i].name, items[i].dtype, items[i].rank, items[i].shape}, zeros};
    }
    const char *path = in_folder(name);
    json_t *metadata = json_object();
    assert_status(lnt_st_write(path, list, count, metadata, NULL), LNT_OK);
    json_decref(metadata);
    return path;
}

static void refuse_import(const char *path, const lnt_torch_options *options, const char *sentence)
{
    failing f = {0};
    const lnt_allocator allocator = failing_allocator(&f);
    lnt_model model;
    lnt_error error = {0};
    const lnt_torch_options defaults = untold();
    memset(&model, 0xff, sizeof model);
    const lnt_status status =
        lnt_torch_import(&model, path, options != NULL ? options : &defaults, &allocator, &error);
    cr_assert(status == LNT_ERR_FORMAT || status == LNT_ERR_INVALID, "%s: %s",
              lnt_status_name(status), error.message);
    cr_assert(is_empty(&model));
    assert_eq(f.live, 0);
    assert_lt(f.bytes, 65536);
    assert_contains(error.message, sentence, "'%s' does not say '%s'", error.message, sentence);
}

Test(exchange_torch, tensors_that_are_refused)
{
    const struct {
        item items[4];
        size_t count;
        const char *sentence;
    } cases[] = {
        {{{"weight", LNT_ST_F32, 2, {2, 3}}}, 1, "tensor 'weight': none of an nn.Sequential"},
        {{{"a.weight", LNT_ST_F32, 2, {2, 3}}}, 1, "tensor 'a.weight': none of"},
        {{{"00.weight", LNT_ST_F32, 2, {2, 3}}}, 1, "tensor '00.weight': none of"},
        {{{"9999999999.weight", LNT_ST_F32, 2, {2, 3}}}, 1, "none of"},
        {{{"0.scale", LNT_ST_F32, 2, {2, 3}}}, 1, "tensor '0.scale': none of"},
        {{{"a.0.weight", LNT_ST_F32, 2, {2, 3}}, {"b.1.weight", LNT_ST_F32, 2, {2, 2}}},
         2,
         "tensor 'b.1.weight': expected 'a.' before"},
        {{{"0.weight", LNT_ST_F32, 1, {3}}}, 1, "tensor '0.weight': may be of an RMSNorm"},
        {{{"0.bias", LNT_ST_F32, 1, {3}}}, 1, "tensor '0.bias': no module"},
        {{{"0.weight", LNT_ST_F32, 3, {3, 1, 1}}}, 1, "1 or 2 dimensions, found 3"},
        {{{"0.weight", LNT_ST_I32, 2, {2, 3}}}, 1, "expected F64, F32, F16 or BF16, found I32"},
        {{{"0.weight", LNT_ST_F32, 2, {2, 3}}, {"2.weight", LNT_ST_F32, 2, {1, 3}}},
         2,
         "tensor '2.weight': expected the shape [1, 2]"},
        {{{"0.weight", LNT_ST_F32, 2, {2, 3}}, {"0.bias", LNT_ST_F32, 1, {3}}},
         2,
         "tensor '0.bias': expected the shape [2]"},
        {{{"0.running_mean", LNT_ST_F32, 1, {3}}},
         1,
         "tensor '0.running_mean': its module has no 'running_var'"},
        {{{"0.weight", LNT_ST_F32, 2, {2, 3}}, {"0.num_batches_tracked", LNT_ST_I64, 0, {0}}},
         2,
         "tensor '0.num_batches_tracked': layer 0 (dense) has no such tensor"},
        {{{"0.weight", LNT_ST_F32, 2, {0, 3}}}, 1, "layer 0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        refuse_import(write_items("bad", cases[i].items, cases[i].count), NULL, cases[i].sentence);
    }
}

Test(exchange_torch, layers_that_do_not_fit)
{
    lnt_torch_options options = untold();
    const lnt_layer layers[] = {lnt_dense(6, LNT_RELU), lnt_dense(5, LNT_RELU),
                                lnt_dense(3, LNT_IDENTITY), lnt_batch_norm()};
    const char *path = data_path("mlp", ".safetensors");
    options.layers = layers;
    options.n_layers = 4;
    refuse_import(path, &options, "layer 3 (batch_norm): no tensors are left for it");
    options.n_layers = 2;
    refuse_import(path, &options, "tensor '4.weight': the layers have no place for it");
    options.layers = layers + 1;
    refuse_import(path, &options, "tensor '0.weight': expected the shape [5, 4]");
    options = untold();
    options.loss.kind = LNT_LOSS_GAUSSIAN;
    refuse_import(path, &options, "the loss that was asked for, gaussian, does not fit 3 outputs");
}

Test(exchange_torch, indices_that_are_refused)
{
    const struct {
        const char *text, *sentence;
    } cases[] = {
        {"{}", "expected an object 'weight_map'"},
        {"{\"weight_map\": {}}", "expected an object 'weight_map'"},
        {"{\"weight_map\": {\"0.weight\": 1}}", "tensor '0.weight': expected the plain name"},
        {"{\"weight_map\": {\"0.weight\": \"../a\"}}", "found '../a'"},
        {"{\"weight_map\": {\"0.weight\": \"/etc/passwd\"}}", "found '/etc/passwd'"},
        {"{\"weight_map\": {\"0.weight\": \"\"}}", "expected the plain name"},
        {"{\"weight_map\": {\"0.weight\": \"a\", \"0.weight\": \"a\"}}", "index"},
        {"{\"weight_map\": {\"0.weight\": \"one\", \"1.weight\": \"one\"}}",
         "tensor '1.weight': is not in 'one'"},
        {"{\"weight_map\": {\"0.bias\": \"one\"}}", "tensor '0.weight': the index says"},
    };
    const item one = {"0.weight", LNT_ST_F32, 2, {2, 3}};
    (void) write_items("one", &one, 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        write_bytes(in_folder("index.json"), cases[i].text, strlen(cases[i].text));
        refuse_import(in_folder("index.json"), NULL, cases[i].sentence);
    }
}

Test(exchange_torch, a_cut_file_is_refused_wherever_it_is_cut)
{
    bytes whole = read_bytes(data_path("prefixed", ".safetensors"));
    for (size_t size = 0; size < whole.size; size += 7) {
        write_bytes(in_folder("cut"), whole.data, size);
        refuse_import(in_folder("cut"), NULL, "");
    }
    free(whole.data);
}

/* --- memory, half floats --- */

Test(exchange_torch, failing_memory)
{
    static const char *const names[][2] = {{"prefixed", ".safetensors"},
                                           {"sharded", ".safetensors.index.json"}};
    for (size_t n = 0; n < 2; n++) {
        failing f = {0};
        const lnt_allocator allocator = failing_allocator(&f);
        const char *path = data_path(names[n][0], names[n][1]);
        lnt_status status = LNT_ERR_MEMORY;
        for (size_t at = 1; status != LNT_OK; at++) {
            f = (failing){.fail_at = at};
            lnt_model model;
            lnt_error error = {0};
            status = lnt_torch_import(
                &model, path,
                &(lnt_torch_options){.as_stored = true, .linear = true, .loss = lnt_mse(LNT_MEAN)},
                &allocator, &error);
            cr_assert(status == LNT_OK || status == LNT_ERR_MEMORY, "%s", error.message);
            if (status != LNT_OK) {
                cr_assert(is_empty(&model));
                assert_str_ne(error.message, "");
            }
            lnt_model_finish(&model);
            assert_eq(f.live, 0);
            assert_lt(at, 100);
        }
        assert_gt(f.calls, 5);
    }
}

Test(exchange_torch, half_floats)
{
    const struct {
        uint16_t bits;
        float f16, bf16;
    } cases[] = {
        {0x0000, 0, 0},
        {0x3c00, 1, 0x1p-7F},
        {0xc000, -2, -2},
        {0x0001, 0x1p-24F, 0x1p-133F},
        {0x83ff, -0x1.ff8p-15F, -0x1.fep-120F},
        {0x7bff, 65504, 0x1.fep120F},
        {0x7c00, INFINITY, 0x1p121F},
        {0x7f80, NAN, INFINITY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_assert(same_number((double) lnt_float_of_f16(cases[i].bits), (double) cases[i].f16),
                  "f16 %zu: %a", i, (double) lnt_float_of_f16(cases[i].bits));
        cr_assert(same_number((double) lnt_float_of_bf16(cases[i].bits), (double) cases[i].bf16),
                  "bf16 %zu: %a", i, (double) lnt_float_of_bf16(cases[i].bits));
    }
}
