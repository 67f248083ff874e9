/* SPDX-License-Identifier: MIT */
#include "support/metadata.h"
#include "support/model.h"

#include "base/files/little_endian.h"
#include "io/json/text.h"
#include "io/model/file.h"

#include <fcntl.h>

TestSuite(model_malformed, .init = make_test_folder, .fini = remove_test_folder);

/* --- damage --- */

Test(model_malformed, every_truncation_is_refused)
{
    lnt_model model = regression(NULL);
    const char *whole = in_folder("whole"), *cut = in_folder("cut");
    save(&model, whole);
    const bytes file = read_bytes(whole);
    for (size_t size = 0; size < file.size; size++) {
        write_bytes(cut, file.data, size);
        refuse(cut, LNT_ERR_FORMAT, NULL);
    }
    free(file.data);
    lnt_model_finish(&model);
}

/* A damaged file is refused, or it was damaged where nothing is said: then it is the same model. */
Test(model_malformed, no_flipped_bit_goes_unnoticed, .timeout = 100)
{
    lnt_model model = classifier(NULL);
    const char *path = in_folder("flipped");
    save(&model, path);
    const bytes file = read_bytes(path);
    const size_t data_start = 8 + (size_t) lnt_little_endian_u64(file.data);
    const int fd = open(path, O_RDWR);
    size_t refused = 0;
    for (size_t i = 0; i < file.size; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            const unsigned char flipped = (unsigned char) (file.data[i] ^ 1u << bit);
            assert_eq(pwrite(fd, &flipped, 1, (off_t) i), 1);
            lnt_model damaged;
            lnt_error error = {0};
            const lnt_status status = lnt_model_load(&damaged, path, NULL, &error);
            if (status == LNT_OK) {
                cr_assert(same_model(&model, &damaged), "bit %u of byte %zu", bit, i);
                assert_lt(i, data_start, "data have no spare bits");
            } else {
                refused++;
                check_sentence(&error, LNT_ERR_FORMAT, path,
                               i < data_start ? NULL : "its checksum does not match");
                cr_assert(is_empty(&damaged));
            }
            lnt_model_finish(&damaged);
        }
        assert_eq(pwrite(fd, &file.data[i], 1, (off_t) i), 1);
    }
    assert_gt(refused, 8 * file.size * 9 / 10, "%zu of %zu", refused, 8 * file.size);
    close(fd);
    free(file.data);
    lnt_model_finish(&model);
}

/* --- files that are whole, and wrong --- */

typedef struct rewriting {
    json_t *metadata;
    lnt_st_item items[16];
    size_t n_items;
} rewriting;

/* Changes `from` to `to` in a value of the metadata; `to` NULL removes the key. */
static void edit(json_t *metadata, lnt_model_key key, const char *from, const char *to)
{
    const char *name = lnt_model_key_name(key),
               *value = lnt_model_value(lnt_json_texts(metadata), key);
    if (to == NULL) {
        assert_eq(json_object_del(metadata, name), 0);
        return;
    }
    const char *place = value != NULL ? strstr(value, from) : NULL;
    cr_assert_not_null(place, "%s: no '%s' in '%s'", name, from, value != NULL ? value : "");
    char text[4096];
    snprintf(text, sizeof text, "%.*s%s%s", (int) (place - value), value, to, place + strlen(from));
    assert_eq(json_object_set_new(metadata, name, json_string(text)), 0);
}

/* Writes the file `from` as `to`, changed by `change` and summed up again. */
static void rewrite(const char *from, const char *to, void (*change)(rewriting *, const void *),
                    const void *context, bool sum)
{
    lnt_st_file *file = NULL;
    OK(lnt_st_open(&file, from, NULL, NULL));
    rewriting r = {.metadata = metadata_json(file), .n_items = lnt_st_count(file)};
    static char data[16][256];
    for (size_t i = 0; i < r.n_items; i++) {
        r.items[i] = (lnt_st_item){lnt_st_at(file, i)->tensor, data[i]};
        OK(lnt_st_read(file, lnt_st_at(file, i), data[i], NULL));
    }
    change(&r, context);
    if (sum) {
        lnt_checksum checksum;
        OK(lnt_model_metadata_checksum(lnt_json_texts(r.metadata), &checksum));
        json_object_set_new(r.metadata, lnt_model_key_name(LNT_KEY_CHECKSUM),
                            json_string(checksum.text));
    }
    OK(lnt_st_write(to, r.items, r.n_items, r.metadata, NULL));
    json_decref(r.metadata);
    lnt_st_close(file);
}

typedef struct text_edit {
    lnt_model_key key;
    const char *from, *to; /* `to` NULL: the key goes */
    const char *sentence;
} text_edit;

#define NET LNT_KEY_NET
#define LOSS LNT_KEY_LOSS
#define RECORD LNT_KEY_TRAINING_SUMMARY

static const text_edit text_edits[] = {
    {LNT_KEY_FORMAT, NULL, NULL, "not a linnet model: its metadata has no 'linnet.format'"},
    {LNT_KEY_FORMAT, "1", "2", "made by linnet 0.1.0, in format 2; this library, linnet"},
    {LNT_KEY_FORMAT, "1", "", "reads format 1"},
    {LNT_KEY_FORMAT, "1", "1\n", "reads format 1"},
    {LNT_KEY_VERSION, NULL, NULL, "no 'linnet.version'"},
    {NET, NULL, NULL, "no 'linnet.net'"},
    {LOSS, NULL, NULL, "no 'linnet.loss'"},
    {RECORD, NULL, NULL, "no 'linnet.record'"},
    {LNT_KEY_CHECKSUMS, NULL, NULL, "no 'linnet.checksums'"},
    {NET, "{", "", "linnet.net, byte"},
    {NET, "{", "[", "linnet.net, byte"},
    {NET, "\"F32\"", "\"F16\"", "expected dtype, inputs, seed and layers"},
    {NET, "\"F32\"", "32", "expected dtype, inputs, seed and layers"},
    {NET, "\"F32\"", "\"F64\"", "expected dtype F64, found F32"},
    {NET, "\"inputs\":3", "\"inputs\":\"3\"", "expected dtype, inputs, seed and layers"},
    {NET, "\"inputs\":3", "\"inputs\":3.0", "must be whole"},
    {NET, "\"inputs\":3", "\"inputs\":-3", "not negative"},
    {NET, "\"inputs\":3", "\"inputs\":0", "its shape is not the one"},
    {NET, "\"inputs\":3", "\"inputs\":4", "'layers.0.weight': its shape is not the one"},
    {NET, "\"inputs\":3", "\"inputs\":9223372036854775807", "its shape is not the one"},
    {NET, "\"inputs\":3", "\"inputs\":3,\"more\":1", "expected dtype, inputs, seed and layers"},
    {NET, "\"seed\":\"18446744073709551615\"", "\"seed\":\"18446744073709551616\"", "seed"},
    {NET, "\"seed\":\"18446744073709551615\"", "\"seed\":\"-1\"", "seed"},
    {NET, "\"seed\":\"18446744073709551615\"", "\"seed\":\"\"", "seed"},
    {NET, "\"seed\":\"18446744073709551615\"", "\"seed\":1", "seed"},
    {NET, "\"seed\":", "\"inputs\":1,\"seed\":", "duplicate"},
    {NET, "\"layers\":[", "\"layers\":[[],", "layer 0: expected its kind as text"},
    {NET, "\"layers\":[", "\"layers\":[[[]],", "nested too deeply"},
    {NET, "\"layers\":[", "\"layers\":[null,", "layer 0: expected its kind as text"},
    {NET, "\"layers\":[", "\"layers\":[{},", "layer 0: expected its kind as text"},
    {NET, "\"kind\":\"dense\"", "\"kind\":\"conv2d\"",
     "layer 0: no kind of layer is called 'conv2d'"},
    {NET, "\"kind\":\"activation\"", "\"kind\":\"dense\"", "layer 1 (dense): expected a whole"},
    {NET, "\"units\":4", "\"units\":0", "layer 0 (dense)"},
    {NET, "\"units\":4", "\"units\":5", "'layers.0.weight': its shape is not the one"},
    {NET, "\"units\":4", "\"units\":\"4\"", "expected a whole number as 'units'"},
    {NET, "\"units\":4,", "", "expected a whole number as 'units'"},
    {NET, "\"units\":2", "\"units\":1", "'layers.2.weight': its shape is not the one"},
    {NET, "\"leaky_relu\"", "\"gelu_of_tomorrow\"", "expected the name of an activation"},
    {NET, "\"leaky_relu\"", "1", "expected the name of an activation"},
    {NET, "\"0.30000000000000004\"", "\"0\"", "layer 0 (dense)"},
    {NET, "\"0.30000000000000004\"", "\"nan\"", "layer 0 (dense)"},
    {NET, "\"0.30000000000000004\"", "\"-0.1\"", "layer 0 (dense)"},
    {NET, "\"0.30000000000000004\"", "\"0.3x\"", "expected a number as text as 'alpha'"},
    {NET, "\"0.30000000000000004\"", "\"\"", "expected a number as text as 'alpha'"},
    {NET, "\"0.30000000000000004\"", "0", "expected a number as text as 'alpha'"},
    {NET, "\"bias\":true", "\"bias\":1", "expected true or false as 'bias'"},
    {NET, "\"bias\":true", "\"bias\":false", "expected 4 tensors, found 5"},
    {NET, "\"bias\":false", "\"bias\":true", "'layers.2.bias': is missing"},
    {NET, "\"bias\":true", "\"bias\":true,\"dropout\":1", "has fields"},
    {LOSS, "softmax_cross_entropy", "hinge", "found 'hinge'"},
    {LOSS, "\"softmax_cross_entropy\"", "1", "of a known loss"},
    {LOSS, "\"mean\"", "\"median\"", "of a known loss"},
    {LOSS, "\"sum\"", "2", "of a known loss"},
    {LOSS, "}", ",\"more\":1}", "fields that softmax_cross_entropy does not have"},
    {LOSS, "{", "[{", "linnet.loss, byte"},
    {RECORD, "\"123456789\"", "123456789", "expected a number as text as 'epochs'"},
    {RECORD, "\"123456789\"", "\"1e3\"", "expected a number as text as 'epochs'"},
    {RECORD, "\"epochs\":", "\"epoch\":", "expected a number as text as 'epochs'"},
    {RECORD, "\"train_accuracy\":", "\"accuracy\":", "has fields"},
    {RECORD, "\"0.1\"", "\"0,1\"", "expected a number as text as 'train_accuracy'"},
    {LNT_KEY_INPUT_NAMES, "[\"\",", "[", "linnet.input_names: expected 3 names, found 2"},
    {LNT_KEY_INPUT_NAMES, "[\"\",", "[1,", "expected a list of names"},
    {LNT_KEY_INPUT_NAMES, "[\"\",", "[\"\",\"\",", "expected 3 names, found 4"},
    {LNT_KEY_TARGET_NAMES, "]", ",\"b\",\"c\"]", "linnet.target_names: expected 2 names, found 3"},
    {LNT_KEY_TARGET_NAMES, "[\"species\"]", "{}", "expected 2 names, found 0"},
    {LNT_KEY_CLASS_NAMES, "e901", "e90", "expected a list of names"},
    {LNT_KEY_CLASS_NAMES, "e901", "e9zz", "expected a list of names"},
    {LNT_KEY_CLASS_NAMES, "e901", "e900", "expected a list of names"},
    {LNT_KEY_CLASS_NAMES, "\"hex\"", "\"octal\"", "expected a list of names"},
    {LNT_KEY_CLASS_NAMES, "\"}", "\",\"more\":\"\"}", "expected a list of names"},
    {LNT_KEY_CHECKSUMS, "\"layers.0.bias\"", "\"layers.0.dias\"",
     "'layers.0.bias': has no checksum"},
    {LNT_KEY_CHECKSUMS, "{", "{\"layers.9.bias\":\"0\",", "found 5 with 6 checksums"},
    {LNT_KEY_CHECKSUMS, "{\"layers.0.weight\":\"", "{\"layers.0.weight\":\"0", "was altered"},
    {LNT_KEY_CHECKSUMS, "{\"layers.0.weight\":\"", "{\"layers.0.weight\":0,\"x\":\"",
     "expected text as 'layers.0.weight'"},
};

static void edit_text(rewriting *r, const void *context)
{
    const text_edit *e = context;
    edit(r->metadata, e->key, e->from, e->to);
}

Test(model_malformed, inconsistent_metadata_are_refused)
{
    lnt_model model = classifier(NULL);
    const char *right = in_folder("right"), *wrong = in_folder("wrong");
    save(&model, right);
    for (size_t i = 0; i < sizeof text_edits / sizeof text_edits[0]; i++) {
        rewrite(right, wrong, edit_text, &text_edits[i], true);
        refuse(wrong, LNT_ERR_FORMAT, text_edits[i].sentence);
    }
    lnt_model_finish(&model);
}

static void refuse_edits(const lnt_model *model, const text_edit *edits, size_t count)
{
    const char *right = in_folder("right"), *wrong = in_folder("wrong");
    save(model, right);
    for (size_t i = 0; i < count; i++) {
        rewrite(right, wrong, edit_text, &edits[i], true);
        refuse(wrong, LNT_ERR_FORMAT, edits[i].sentence);
    }
}

Test(model_malformed, impossible_losses_are_refused)
{
    static const text_edit of_classifier[] = {
        {LOSS, "\"0.05\"", "0.05", "linnet.loss, byte"},
        {LOSS, "\"0.05\"", "\"0.05x\"", "expected a number as text as 'label_smoothing'"},
        {LOSS, "\"0.05\"", "\"\"", "expected a number as text as 'label_smoothing'"},
        {LOSS, "\"0.05\"", "\"1\"", "loss.label_smoothing is 1, expected"},
        {LOSS, "\"0.05\"", "\"-0.05\"", "loss.label_smoothing is -0.05, expected"},
        {LOSS, "\"0.05\"", "\"nan\"", "loss.label_smoothing is nan, expected"},
        {LOSS, "label_smoothing", "delta", "fields that softmax_cross_entropy does not have"},
        {LOSS, "[\"0.1\",", "[", "expected 2 class weights, found 1"},
        {LOSS, "[\"0.1\",", "[\"1\",\"1\",", "expected 2 class weights, found 3"},
        {LOSS, "[\"0.1\",\"5e-324\"]", "[]", "expected 2 class weights, found 0"},
        {LOSS, "[\"0.1\",\"5e-324\"]", "\"1\"", "expected 2 class weights, found 0"},
        {LOSS, "[\"0.1\",\"5e-324\"]", "null", "expected 2 class weights, found 0"},
        {LOSS, "[\"0.1\",", "[1,", "expected numbers as text as class weights"},
        {LOSS, "[\"0.1\",", "[null,", "expected numbers as text as class weights"},
        {LOSS, "[\"0.1\",", "[\"one\",", "expected numbers as text as class weights"},
        {LOSS, "[\"0.1\",", "[\"-0.1\",", "loss.class_weights[0] is"},
        {LOSS, "[\"0.1\",", "[\"inf\",", "loss.class_weights[0] is"},
        {LOSS, "[\"0.1\",", "[\"nan\",", "loss.class_weights[0] is"},
        {LOSS, "softmax_cross_entropy", "mse", "fields that mse does not have"},
    };
    static const text_edit of_regression[] = {
        {LOSS, "\"1.5\"", "\"0\"", "loss.delta is"},
        {LOSS, ",\"delta\":\"1.5\"", "", "loss.delta is"},
        {LOSS, "\"1.5\"", "\"inf\"", "loss.delta is"},
        {LOSS, "huber", "quantile", "fields that quantile does not have"},
        {LOSS, "huber\",\"value\":\"mean\",\"gradient\":\"mean\",\"delta\":\"1.5\"",
         "quantile\",\"value\":\"mean\",\"gradient\":\"mean\",\"quantile\":\"1\"",
         "loss.quantile is 1, expected a number in (0, 1)"},
        {LOSS, ",\"delta\":\"1.5\"", ",\"class_weights\":[\"1\"]", "does not have"},
        {LOSS, "huber\",\"value\":\"mean\",\"gradient\":\"mean\",\"delta\":\"1.5\"",
         "gaussian\",\"value\":\"mean\",\"gradient\":\"mean\"", "gaussian does not fit 1 outputs"},
    };
    lnt_model model = weighted_classifier(NULL);
    refuse_edits(&model, of_classifier, sizeof of_classifier / sizeof of_classifier[0]);
    lnt_model_finish(&model);
    model = regression(NULL);
    model.loss = lnt_huber(1.5, LNT_MEAN);
    refuse_edits(&model, of_regression, sizeof of_regression / sizeof of_regression[0]);
    lnt_model_finish(&model);
}

/* The same changes without a new sum of the metadata: all but a missing key are caught by it. */
Test(model_malformed, altered_metadata_are_refused)
{
    lnt_model model = classifier(NULL);
    const char *right = in_folder("right"), *wrong = in_folder("wrong");
    save(&model, right);
    for (size_t i = 0; i < sizeof text_edits / sizeof text_edits[0]; i++) {
        const text_edit *e = &text_edits[i];
        rewrite(right, wrong, edit_text, e, false);
        refuse(wrong, LNT_ERR_FORMAT,
               e->key == LNT_KEY_FORMAT || e->to == NULL ? e->sentence : "metadata was altered");
    }
    const text_edit quiet[] = {{LNT_KEY_VERSION, "0", "00", NULL},
                               {LNT_KEY_INPUT_NAMES, "[\"\"", "[\"x\"", NULL},
                               {NET, "0.30000000000000004", "0.3", NULL},
                               {LNT_KEY_CLASS_NAMES, NULL, NULL, NULL},
                               {LNT_KEY_CHECKSUM, "", "0", NULL}};
    for (size_t i = 0; i < sizeof quiet / sizeof quiet[0]; i++) {
        rewrite(right, wrong, edit_text, &quiet[i], false);
        refuse(wrong, LNT_ERR_FORMAT, "metadata was altered");
    }
    const text_edit no_sum = {LNT_KEY_CHECKSUM, NULL, NULL, NULL};
    rewrite(right, wrong, edit_text, &no_sum, false);
    refuse(wrong, LNT_ERR_FORMAT, "no 'linnet.checksum'");
    lnt_model_finish(&model);
}

typedef struct tensor_edit {
    const char *name;
    lnt_st_tensor to; /* without a name: the tensor goes */
    const char *sentence;
} tensor_edit;

static void edit_tensor(rewriting *r, const void *context)
{
    const tensor_edit *e = context;
    size_t i = 0;
    while (i < r->n_items && strcmp(r->items[i].tensor.name, e->name) != 0) {
        i++;
    }
    assert_lt(i, r->n_items);
    if (e->to.name == NULL) {
        r->items[i] = r->items[--r->n_items];
    } else {
        r->items[i].tensor = e->to;
    }
}

Test(model_malformed, tensors_that_do_not_fit_are_refused)
{
    static const size_t a[] = {4, 3}, b[] = {12}, c[] = {1, 4}, d[] = {3}, e[] = {3, 1}, f[] = {2};
    static const tensor_edit edits[] = {
        {"layers.0.weight", {0}, "'layers.0.weight': is missing"},
        {"layers.2.weight", {0}, "'layers.2.weight': is missing"},
        {"input.offset", {0}, "expected 4 tensors, found 4 with 5 checksums"},
        {"input.offset", {"input.other", LNT_ST_F64, 1, d}, "expected 4 tensors, found 5"},
        {"layers.0.weight", {"layers.00.weight", LNT_ST_F32, 2, a}, "is missing"},
        {"layers.0.weight", {"layers.0.weight", LNT_ST_F32, 2, a}, "its shape"},
        {"layers.0.weight", {"layers.0.weight", LNT_ST_F32, 1, b}, "its shape"},
        {"layers.0.weight", {"layers.0.weight", LNT_ST_I32, 2, a}, "expected dtype F32, found I32"},
        {"layers.0.bias", {"layers.0.bias", LNT_ST_F32, 2, c}, "its shape"},
        {"input.scale", {"input.scale", LNT_ST_F64, 2, e}, "its shape"},
        {"input.scale", {"input.scale", LNT_ST_F64, 1, f}, "its shape"},
        {"input.scale", {"input.scale", LNT_ST_I64, 1, d}, "expected dtype F64, found I64"},
    };
    lnt_model model = classifier(NULL);
    const char *right = in_folder("right"), *wrong = in_folder("wrong");
    save(&model, right);
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        rewrite(right, wrong, edit_tensor, &edits[i], true);
        refuse(wrong, LNT_ERR_FORMAT, edits[i].sentence);
    }
    lnt_model_finish(&model);
}

/* A scale of zero, which no scaler may have, properly summed up. */
static void zero_scale(rewriting *r, const void *context)
{
    static const double zeros[3];
    const lnt_checksum_part part = {zeros, sizeof zeros, sizeof zeros[0]};
    lnt_checksum sum;
    OK(lnt_checksum_of(&part, 1, &sum));
    for (size_t i = 0; i < r->n_items; i++) {
        if (strcmp(r->items[i].tensor.name, context) == 0) {
            r->items[i].data = zeros;
        }
    }
    json_t *sums =
        json_loads(lnt_model_value(lnt_json_texts(r->metadata), LNT_KEY_CHECKSUMS), 0, NULL);
    json_object_set_new(sums, context, json_string(sum.text));
    json_object_set_new(r->metadata, lnt_model_key_name(LNT_KEY_CHECKSUMS), lnt_json_embed(sums));
    json_decref(sums);
}

Test(model_malformed, impossible_scaler_is_refused)
{
    lnt_model model = classifier(NULL);
    const char *right = in_folder("right"), *wrong = in_folder("wrong");
    save(&model, right);
    rewrite(right, wrong, zero_scale, "input.scale", true);
    refuse(wrong, LNT_ERR_FORMAT, "'input.scale': expected finite numbers, and none that is 0");
    rewrite(right, wrong, zero_scale, "input.offset", true);
    lnt_model shifted = load(wrong); /* an offset of zero is fine */
    lnt_model_finish(&shifted);
    lnt_model_finish(&model);
}

/* Files without parameters claim sizes that no bytes stand for. */
Test(model_malformed, nets_that_cannot_be_are_refused)
{
    static const text_edit edits[] = {
        {NET, "\"inputs\":1", "\"inputs\":0", "no net can be made of its layers"},
        {NET, "\"inputs\":1", "\"inputs\":9223372036854775807", "no net can be made"},
        {NET, "{\"kind\":\"activation\",\"activation\":\"tanh\"}", "",
         "no net can be made of its layers"},
    };
    const lnt_layer layer = lnt_activation_layer(LNT_TANH);
    lnt_model model = lnt_model_init();
    OK(lnt_net_create(
        &model.net,
        &(lnt_net_config){.dtype = LNT_F64, .inputs = 1, .layers = &layer, .n_layers = 1}));
    const char *right = in_folder("right"), *wrong = in_folder("wrong");
    save(&model, right);
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        rewrite(right, wrong, edit_text, &edits[i], true);
        refuse(wrong, LNT_ERR_FORMAT, edits[i].sentence);
    }
    lnt_model_finish(&model);
}

static const char foreign[] =
    "{\"fc.weight\":{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[0,4]},"
    "\"__metadata__\":{\"format\":\"pt\"}}";

Test(model_malformed, other_kinds_of_files_are_refused)
{
    const char *path = in_folder("foreign");
    bytes file = {calloc(1, 8 + sizeof foreign - 1 + 4), 8 + sizeof foreign - 1 + 4};
    cr_assert_not_null(file.data);
    lnt_put_little_endian_u64(sizeof foreign - 1, file.data);
    memcpy(file.data + 8, foreign, sizeof foreign - 1);
    write_bytes(path, file.data, file.size);
    free(file.data);
    refuse(path, LNT_ERR_FORMAT, "a safetensors file, but not a linnet model");
    write_bytes(path, "PK\x03\x04 a zip file, as torch.save writes it", 40);
    refuse(path, LNT_ERR_FORMAT, "not a safetensors file");
    write_bytes(path, "1,2,3\n4,5,6\n", 12);
    refuse(path, LNT_ERR_FORMAT, "not a safetensors file");
    write_bytes(path, "", 0);
    refuse(path, LNT_ERR_FORMAT, "found 0 bytes");
    refuse(test_folder, LNT_ERR_IO, "found a folder");
    refuse(in_folder("missing"), LNT_ERR_IO, "No such file or directory");
    lnt_net *net = (lnt_net *) (void *) &file;
    assert_status(lnt_net_load(&net, path, NULL, NULL), LNT_ERR_FORMAT);
    cr_assert_null(net);
}

/* --- every kind of layer --- */

static lnt_model model_of_all_kinds(void)
{
    lnt_layer layers[] = {
        lnt_dense(4, LNT_SIGMOID), lnt_batch_norm(), lnt_prelu(),    lnt_dropout(0.25),
        lnt_residual(2),           lnt_layer_norm(), lnt_rms_norm(), lnt_dense(2, LNT_IDENTITY)};
    layers[5].bias = false;
    lnt_model model = lnt_model_init();
    const lnt_net_config config = {
        .dtype = LNT_F64, .inputs = 3, .layers = layers, .n_layers = 8, .seed = 3};
    OK(lnt_net_create(&model.net, &config));
    const lnt_tensor state = lnt_net_state_vector(model.net);
    for (size_t j = 0; j < state.cols; j++) {
        OK(lnt_tensor_set(&state, 0, j, 1 / (double) (j + 3)));
    }
    return model;
}

Test(model_malformed, every_kind_of_layer_comes_back)
{
    lnt_model model = model_of_all_kinds();
    const char *path = in_folder("all");
    save(&model, path);
    lnt_model again = load(path);
    const lnt_tensor a = lnt_net_state_vector(model.net), b = lnt_net_state_vector(again.net);
    assert_eq(a.cols, b.cols);
    assert_bytes_eq(a.data, b.data, a.cols * sizeof(double));
    for (size_t l = 0; l < 8; l++) {
        const lnt_layer *x = lnt_net_layer(model.net, l), *y = lnt_net_layer(again.net, l);
        assert_eq(x->kind, y->kind);
        assert_eq(x->units, y->units);
        assert_eq(x->activation, y->activation);
        assert_eq(x->bias, y->bias);
        assert_eq(x->gain, y->gain);
        assert_eq(x->rate, y->rate);
        assert_eq(x->epsilon, y->epsilon);
        assert_eq(x->momentum, y->momentum);
        assert_eq(x->skip_depth, y->skip_depth);
    }
    lnt_model_finish(&again);
    lnt_model_finish(&model);
}

Test(model_malformed, statistics_that_do_not_fit_are_refused)
{
    static const size_t row[] = {1, 4}, four[] = {4};
    static const tensor_edit edits[] = {
        {"layers.1.running_mean", {0}, "'layers.1.running_mean': is missing"},
        {"layers.1.running_var", {0}, "'layers.1.running_var': is missing"},
        {"layers.1.running_var", {"layers.1.variance", LNT_ST_F64, 1, four}, "is missing"},
        {"layers.1.running_mean", {"layers.1.running_mean", LNT_ST_F64, 2, row}, "its shape"},
        {"layers.1.running_mean", {"layers.1.running_mean", LNT_ST_I64, 1, four}, "found I64"},
        {"layers.2.weight", {"layers.2.weight", LNT_ST_F64, 2, row}, "its shape"},
        {"layers.6.weight", {0}, "'layers.6.weight': is missing"},
    };
    lnt_model model = model_of_all_kinds();
    const char *right = in_folder("right"), *wrong = in_folder("wrong");
    save(&model, right);
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        rewrite(right, wrong, edit_tensor, &edits[i], true);
        refuse(wrong, LNT_ERR_FORMAT, edits[i].sentence);
    }
    lnt_model_finish(&model);
}

Test(model_malformed, fields_of_every_kind_are_checked)
{
    static const text_edit edits[] = {
        {NET, "\"rate\":\"0.25\"", "\"rate\":\"1\"", "layer 3 (dropout)"},
        {NET, "\"rate\":\"0.25\"", "\"rate\":25", "expected a number as text as 'rate'"},
        {NET, "\"rate\":\"0.25\"", "\"span\":1", "expected a number as text as 'rate'"},
        {NET, "\"span\":2", "\"span\":0", "layer 4 (residual)"},
        {NET, "\"span\":2", "\"span\":5", "no net can be made"},
        {NET, "\"span\":2", "\"span\":4", "no net can be made"}, /* three wide, not four */
        {NET, "\"span\":2", "\"span\":-1", "numbers must be whole"},
        {NET, "\"momentum\":\"0.1\"", "\"momentum\":\"0\"", "layer 1 (batch_norm)"},
        {NET, "\"momentum\":\"0.1\"", "\"momentum\":\"1.5\"", "layer 1 (batch_norm)"},
        {NET, "\"epsilon\":\"1e-05\",\"momentum\"", "\"momentum\"", "as 'epsilon'"},
        {NET, "\"epsilon\":\"1e-05\",\"momentum\"", "\"epsilon\":\"-1\",\"momentum\"",
         "layer 1 (batch_norm)"},
        {NET, "\"kind\":\"batch_norm\",\"gain\":true", "\"kind\":\"batch_norm\",\"gain\":1",
         "expected true or false as 'gain'"},
        {NET, "\"kind\":\"batch_norm\",\"gain\":true", "\"kind\":\"batch_norm\",\"gain\":false",
         "tensors"},
        {NET, "\"alpha\":\"0.25\"", "\"alpha\":\"inf\"", "layer 2 (prelu)"},
        {NET, "\"kind\":\"prelu\"", "\"kind\":\"dropout\"", "layer 2 (dropout)"},
    };
    lnt_model model = model_of_all_kinds();
    const char *right = in_folder("right"), *wrong = in_folder("wrong");
    save(&model, right);
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        rewrite(right, wrong, edit_text, &edits[i], true);
        refuse(wrong, LNT_ERR_FORMAT, edits[i].sentence);
    }
    lnt_model_finish(&model);
}
