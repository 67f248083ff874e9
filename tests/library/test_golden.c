/* SPDX-License-Identifier: MIT */
/* Model files of released formats load for ever, and predict what they did. */
#include "golden/describe.h"
#include "support/formats.h"

#include "support/assert.h"
#include <dirent.h>

/* Of sums of a few products, by any BLAS. */
static double tolerance_of(const lnt_model *model)
{
    return lnt_net_dtype(model->net) == LNT_F32 ? 2e-5 : 1e-12;
}

static void check_output(const char *name, const char *expected, const char *found,
                         double tolerance)
{
    size_t at[2][2];
    double value[2];
    assert_eq(sscanf(expected, "output %zu %zu %lf", &at[0][0], &at[0][1], &value[0]), 3);
    assert_eq(sscanf(found, "output %zu %zu %lf", &at[1][0], &at[1][1], &value[1]), 3);
    assert_bytes_eq(at[0], at[1], sizeof at[0], "%s: '%s', '%s'", name, expected, found);
    assert_near(value[0], value[1], tolerance * (1 + fabs(value[0])), "%s: '%s', '%s'", name,
                expected, found);
}

/* Line by line; the outputs nearly. Returns their number. */
static size_t check_lines(const char *name, FILE *expected, FILE *found, double tolerance)
{
    char lines[2][512];
    size_t outputs = 0;
    while (fgets(lines[0], sizeof lines[0], expected) != NULL) {
        cr_assert_not_null(fgets(lines[1], sizeof lines[1], found), "%s: no '%s'", name, lines[0]);
        if (strncmp(lines[0], "output ", 7) == 0) {
            outputs++;
            check_output(name, lines[0], lines[1], tolerance);
        } else {
            assert_str_eq(lines[0], lines[1], "%s: '%s', found '%s'", name, lines[0], lines[1]);
        }
    }
    cr_assert_null(fgets(lines[1], sizeof lines[1], found), "%s: '%s' too", name, lines[1]);
    return outputs;
}

/* The model at `path` against the text beside it; notes its loss. */
static size_t check_file(const char *path, bool losses[LNT_LOSS_CUSTOM])
{
    char text[1024];
    snprintf(text, sizeof text, "%.*s.txt", (int) (strstr(path, ".safetensors") - path), path);
    FILE *expected = fopen(text, "r"), *found = tmpfile();
    cr_assert_not_null(expected, "%s cannot be opened", text);
    cr_assert_not_null(found, "%s cannot be opened", text);
    lnt_import_options import = lnt_import_defaults();
    import.allow_nonfinite = true; /* some have such weights, to keep them bit by bit */
    lnt_model model;
    lnt_error error = {LNT_OK, ""};
    assert_status(lnt_model_import(&model, path, &import, &error), LNT_OK, "%s", error.message);
    assert_status(golden_describe(found, &model), LNT_OK);
    rewind(found);
    const size_t outputs = check_lines(path, expected, found, tolerance_of(&model));
    assert_eq(golden_is_tame(model.net), outputs > 0, "%s: no outputs", path);
    losses[model.loss.kind] = true;
    lnt_model_finish(&model);
    fclose(expected);
    fclose(found);
    return outputs;
}

Test(golden, every_file_loads_and_predicts_what_it_did)
{
    char folder[512], path[1024];
    const char *root = getenv("LINNET_SOURCE_ROOT");
    cr_assert_not_null(root, "LINNET_SOURCE_ROOT is not set");
    snprintf(folder, sizeof folder, "%s/tests/golden", root);
    DIR *entries = opendir(folder);
    cr_assert_not_null(entries, "%s cannot be opened", folder);
    size_t files = 0, outputs = 0;
    bool losses[LNT_LOSS_CUSTOM] = {false};
    for (struct dirent *e; (e = readdir(entries)) != NULL;) {
        if (strstr(e->d_name, ".safetensors") != NULL) {
            snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
            outputs += check_file(path, losses);
            files++;
        }
    }
    closedir(entries);
    for (int i = 0; i < LNT_LOSS_CUSTOM; i++) {
        cr_assert(losses[i], "loss %d is in no file", i);
    }
    assert_ge(files, 19, "%zu files, %zu outputs", files, outputs);
    assert_ge(outputs, 100, "%zu files, %zu outputs", files, outputs);
}

static const char *golden(const char *name)
{
    static char path[1024];
    const char *root = getenv("LINNET_SOURCE_ROOT");
    cr_assert_not_null(root, "LINNET_SOURCE_ROOT is not set");
    snprintf(path, sizeof path, "%s/tests/golden/%s", root, name);
    return path;
}

/* The same model as NumPy's archive, to the bit, and as ONNX graph, whose scaling is in double. */
Test(golden, other_formats_load)
{
    if (!build_has("npz") || !build_has("onnx")) {
        cr_skip("this build lacks one of them");
    }
    lnt_model expected, npz, onnx;
    assert_status(
        lnt_model_load(&expected, golden("model-v1-scaled-standard.safetensors"), NULL, NULL),
        LNT_OK);
    assert_status(lnt_model_import(&npz, golden("model-v1-scaled-standard.npz"), NULL, NULL),
                  LNT_OK);
    assert_status(lnt_model_import(&onnx, golden("model-v1-scaled-standard.onnx"), NULL, NULL),
                  LNT_OK);
    const lnt_tensor a = lnt_net_parameters_read_only(expected.net),
                     b = lnt_net_parameters_read_only(npz.net);
    assert_eq(a.cols, b.cols);
    assert_bytes_eq(a.data, b.data, a.cols * sizeof(double));
    double x[64] = {0.25, -1, 2}, y[2][64];
    const size_t inputs = lnt_net_inputs(expected.net), outputs = lnt_net_outputs(expected.net);
    const lnt_model *const models[] = {&expected, &onnx};
    assert_eq(inputs, lnt_net_inputs(onnx.net));
    assert_eq(outputs, lnt_net_outputs(onnx.net));
    for (size_t i = 0; i < 2; i++) {
        lnt_predictor *predictor;
        const lnt_tensor row = lnt_tensor_f64(x, 1, inputs);
        lnt_tensor out = lnt_tensor_f64(y[i], 1, outputs);
        assert_status(lnt_predictor_create(&predictor, models[i], 1, NULL), LNT_OK);
        assert_status(lnt_predict(predictor, &row, &out), LNT_OK);
        lnt_predictor_destroy(predictor);
    }
    for (size_t j = 0; j < outputs; j++) {
        assert_near(y[0][j], y[1][j], 1e-12 * (1 + fabs(y[0][j])));
    }
    lnt_model_finish(&expected);
    lnt_model_finish(&npz);
    lnt_model_finish(&onnx);
}

Test(golden, a_checkpoint_opens)
{
    static const char *const names[] = {"net", "optimizer", "history", "run"};
    lnt_checkpoint *checkpoint;
    lnt_error error = {LNT_OK, ""};
    assert_status(lnt_checkpoint_open(&checkpoint,
                                      golden("run-v1/checkpoint-000000000009.safetensors"), NULL,
                                      &error),
                  LNT_OK, "%s", error.message);
    cr_assert_not_null(lnt_checkpoint_get_text(checkpoint, "settings"));
    assert_str_eq(lnt_checkpoint_version(checkpoint), "0.1.0");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        lnt_tensor shape;
        assert_status(lnt_checkpoint_shape(checkpoint, names[i], &shape), LNT_OK, "no %s",
                      names[i]);
    }
    double numbers[13];
    lnt_tensor net = lnt_tensor_f64(numbers, 1, 13);
    char sum[LNT_CHECKSUM_LENGTH];
    assert_status(lnt_checkpoint_read(checkpoint, "net", &net, NULL), LNT_OK);
    assert_status(lnt_tensor_checksum(&net, sum), LNT_OK);
    assert_str_eq(sum, "3fb6addeee958f63");
    assert_status(lnt_checkpoint_checksum(checkpoint, "net", sum, NULL), LNT_OK);
    assert_str_eq(sum, "3fb6addeee958f63");
    assert_status(lnt_checkpoint_checksum(checkpoint, "none", sum, &error), LNT_ERR_FORMAT);
    assert_contains(error.message, "tensor 'none' is missing");
    assert_status(lnt_checkpoint_checksum(checkpoint, NULL, sum, NULL), LNT_ERR_NULL);
    lnt_checkpoint_close(checkpoint);
}

/* What this version can save is in the files of its format: a further kind needs a file of its own.
 */
Test(golden, every_activation_and_loss_is_there)
{
    const char *root = getenv("LINNET_SOURCE_ROOT");
    cr_assert_not_null(root, "LINNET_SOURCE_ROOT is not set");
    char path[1024];
    snprintf(path, sizeof path, "%s/tests/golden/model-v1-activations-f64.safetensors", root);
    lnt_net *net;
    assert_status(lnt_net_load(&net, path, NULL, NULL), LNT_OK);
    size_t kinds = 0;
    while (lnt_activation_name((lnt_activation) kinds) != NULL) {
        assert_gt(lnt_net_n_layers(net), 4 * kinds, "'%s' is in no file",
                  lnt_activation_name((lnt_activation) kinds));
        assert_eq(lnt_net_layer(net, 4 * kinds)->activation, (lnt_activation) kinds);
        kinds++;
    }
    assert_gt(kinds, 10);
    lnt_net_destroy(net);
}
