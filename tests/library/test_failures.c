/* SPDX-License-Identifier: MIT */
#include "support/net.h"

#include "support/failing_allocator.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * Every status is provoked once, through the public interface; and every function that allocates
 * meets an allocator that fails at each of its calls, once and for ever.
 */

/* --- statuses --- */

/* A pass of another net. */
static lnt_status mismatch(void)
{
    const lnt_layer wide = lnt_dense(3, LNT_RELU), narrow = lnt_dense(1, LNT_RELU);
    float numbers[] = {1, 2};
    const lnt_tensor x = lnt_tensor_f32(numbers, 1, 2);
    lnt_net *net = NULL, *other = NULL;
    lnt_pass *pass = NULL;
    OK(lnt_net_create(
        &net, &(lnt_net_config){.dtype = LNT_F32, .inputs = 2, .layers = &wide, .n_layers = 1}));
    OK(lnt_net_create(
        &other,
        &(lnt_net_config){.dtype = LNT_F32, .inputs = 2, .layers = &narrow, .n_layers = 1}));
    OK(lnt_pass_create(&pass, net, &(lnt_pass_config){.max_rows = 2}));
    const lnt_status status = lnt_pass_forward(pass, other, &x, NULL);
    lnt_pass_destroy(pass);
    lnt_net_destroy(other);
    lnt_net_destroy(net);
    return status;
}

/* A folder of checkpoints: used twice at once, or that of a run which is over. */
static lnt_status with_a_folder(lnt_status wanted)
{
    char path[] = "/tmp/linnet-failures-XXXXXX", command[96];
    cr_assert_not_null(mkdtemp(path));
    const lnt_layer layer = lnt_dense(1, LNT_IDENTITY);
    double numbers[] = {1, 2, 3, 4};
    const lnt_tensor x = lnt_tensor_f64(numbers, 4, 1);
    lnt_checkpoint_folder *one = NULL, *two = NULL;
    lnt_net *net = NULL;
    lnt_fit_config fit = lnt_fit_defaults();
    fit.epochs = 1;
    fit.checkpoint.directory = path;
    OK(lnt_net_create(
        &net, &(lnt_net_config){.dtype = LNT_F64, .inputs = 1, .layers = &layer, .n_layers = 1}));
    lnt_status status = lnt_fit(net, &x, &x, &fit, NULL, NULL);
    OK(status);
    if (wanted == LNT_ERR_EXISTS) {
        status = lnt_fit(net, &x, &x, &fit, NULL, NULL);
    } else {
        OK(lnt_checkpoint_folder_open(&one, path, LNT_CHECKPOINT_MIN_KEEP, NULL, NULL));
        status = lnt_checkpoint_folder_open(&two, path, LNT_CHECKPOINT_MIN_KEEP, NULL, NULL);
        lnt_checkpoint_folder_close(one);
    }
    lnt_net_destroy(net);
    snprintf(command, sizeof command, "rm -rf %s", path);
    assert_eq(system(command), 0);
    return status;
}

static lnt_status provoke(lnt_status status)
{
    static float numbers[4] = {1, 2, 3, 4};
    static int32_t labels[4];
    lnt_tensor x = lnt_tensor_f32(numbers, 2, 2), view;
    const lnt_tensor i32 = lnt_tensor_i32(labels, 2, 2);
    lnt_layer layer = lnt_dense(2, LNT_RELU);
    lnt_net *net = NULL;
    lnt_pass *pass = NULL;
    lnt_model model;
    failing none = {.fail_at = 1};
    const lnt_allocator allocator = failing_allocator(&none);
    lnt_net_config config = {.dtype = LNT_F32, .inputs = 2, .layers = &layer, .n_layers = 1};
    lnt_scaler *scaler = NULL;

    switch (status) {
    case LNT_OK:
        return lnt_fill(1, &x);
    case LNT_ERR_NULL:
        return lnt_fill(1, NULL);
    case LNT_ERR_INVALID:
        return lnt_slice_rows(&x, 0, 2, 0, &view);
    case LNT_ERR_SHAPE:
        return lnt_slice_rows(&x, 1, 2, 1, &view);
    case LNT_ERR_DTYPE:
        return lnt_gemm(1, &x, &i32, 0, &x);
    case LNT_ERR_ALIAS:
        return lnt_gemm(1, &x, &x, 0, &x);
    case LNT_ERR_TOO_LARGE:
        config.inputs = (size_t) INT_MAX + 1;
        return lnt_net_create(&net, &config);
    case LNT_ERR_MEMORY:
        config.allocator = &allocator;
        return lnt_net_create(&net, &config);
    case LNT_ERR_STATE: {
        OK(lnt_net_create(&net, &config));
        OK(lnt_pass_create(&pass, net, &(lnt_pass_config){.max_rows = 2}));
        const lnt_loss loss = lnt_mse(LNT_MEAN);
        const lnt_status result = lnt_pass_backward(pass, net, &loss, &x, NULL, NULL);
        lnt_pass_destroy(pass);
        lnt_net_destroy(net);
        return result;
    }
    case LNT_ERR_MISMATCH:
        return mismatch();
    case LNT_ERR_EXISTS:
    case LNT_ERR_BUSY:
        return with_a_folder(status);
    case LNT_ERR_IO:
        return lnt_model_load(&model, "/there/is/no/such.safetensors", NULL, NULL);
    case LNT_ERR_FORMAT:
        return lnt_model_load(&model, "/dev/null", NULL, NULL);
    case LNT_ERR_NONFINITE:
        numbers[1] = INFINITY;
        return lnt_scaler_fit(&scaler, LNT_SCALING_STANDARD, &x, NULL);
    case LNT_ERR_THREADS: {
        OK(lnt_net_create(&net, &config));
        const lnt_status result = lnt_pass_create(
            &pass, net, &(lnt_pass_config){.max_rows = 2, .threads = LNT_MAX_THREADS});
        lnt_net_destroy(net);
        return result;
    }
    }
    return LNT_OK;
}

Test(failures, every_status_is_provoked)
{
#define X(name, text)                                                                              \
    {                                                                                              \
        const lnt_status found = provoke(name);                                                    \
        assert_status(found, name);                                                                \
    }
    LNT_STATUS_LIST(X)
#undef X
}

/* --- allocations --- */

typedef lnt_status attempt(const lnt_allocator *allocator);

static char folder[] = "/tmp/linnet-failures-XXXXXX";
static char csv_path[64], model_path[64];

static lnt_model make_model(const lnt_allocator *allocator)
{
    const double offset[] = {1, 2}, scale[] = {3, 4};
    const char *names[] = {"a", "b"};
    const lnt_layer layers[] = {lnt_dense(3, LNT_TANH), lnt_dense(2, LNT_IDENTITY)};
    lnt_model model = lnt_model_init();
    OK(lnt_net_create(&model.net, &(lnt_net_config){.dtype = LNT_F64,
                                                    .inputs = 2,
                                                    .layers = layers,
                                                    .n_layers = 2,
                                                    .seed = 1,
                                                    .allocator = allocator}));
    OK(lnt_scaler_create(&model.input_scaler, 2, offset, scale, allocator));
    OK(lnt_scaler_create(&model.target_scaler, 2, offset, scale, allocator));
    OK(lnt_names_create(&model.input_names, names, 2, allocator));
    OK(lnt_names_create(&model.target_names, names, 2, allocator));
    return model;
}

static void prepare(void)
{
    cr_assert_not_null(mkdtemp(folder));
    snprintf(csv_path, sizeof csv_path, "%s/data.csv", folder);
    snprintf(model_path, sizeof model_path, "%s/model.safetensors", folder);
    FILE *file = fopen(csv_path, "w");
    cr_assert_not_null(file);
    fputs("x,y,class\n1,2,red\n3,4,\"a \"\"blue\"\" one\"\n5,6,red\n", file);
    fclose(file);
    lnt_model model = make_model(NULL);
    OK(lnt_model_save(&model, model_path, NULL));
    lnt_model_finish(&model);
}

static void clean(void)
{
    unlink(csv_path);
    unlink(model_path);
    rmdir(folder);
}

static lnt_status try_net(const lnt_allocator *allocator)
{
    const lnt_layer layer = lnt_dense(2, LNT_RELU);
    lnt_net *net = NULL, *copy = NULL;
    lnt_pass *pass = NULL;
    lnt_optim *optim = NULL;
    lnt_status status = lnt_net_create(&net, &(lnt_net_config){.dtype = LNT_F32,
                                                               .inputs = 2,
                                                               .layers = &layer,
                                                               .n_layers = 1,
                                                               .allocator = allocator});
    if (status == LNT_OK) {
        status = lnt_net_clone(&copy, net, allocator);
    }
    if (status == LNT_OK) {
        const lnt_pass_config config = {
            .max_rows = 4, .input_gradient = true, .allocator = allocator};
        status = lnt_pass_create(&pass, net, &config);
    }
    if (status == LNT_OK) {
        lnt_optim_config config = lnt_optim_defaults(LNT_SGD);
        config.sgd.momentum = 0.9;
        config.allocator = allocator;
        status = lnt_optim_create(&optim, net, &config);
    }
    lnt_optim_destroy(optim);
    lnt_pass_destroy(pass);
    lnt_net_destroy(copy);
    lnt_net_destroy(net);
    return status;
}

static lnt_status try_csv(const lnt_allocator *allocator)
{
    static const char *const labels[] = {"class"};
    lnt_read_options options = lnt_read_defaults();
    options.label_columns = labels;
    options.n_label_columns = 1;
    options.allocator = allocator;
    lnt_frame *frame = NULL;
    lnt_error error = {0};
    lnt_status status = lnt_csv_read(&frame, csv_path, &options, &error);
    assert_eq(status == LNT_OK, frame != NULL);
    if (status != LNT_OK) {
        assert_str_ne(error.message, "");
    }
    if (status == LNT_OK) {
        status = lnt_frame_encode(frame, 0, 10, NULL);
        if (status != LNT_OK) { /* the frame is as it was, and usable */
            cr_assert_null(lnt_frame_labels(frame, 0));
            const lnt_tensor values = lnt_frame_values(frame);
            assert_eq(lnt_tensor_get(&values, 2, 0), 5);
        }
    }
    if (status == LNT_OK) {
        const char *strings[] = {"red", "a \"blue\" one"};
        lnt_names *classes = NULL;
        OK(lnt_names_create(&classes, strings, 2, NULL));
        status = lnt_frame_encode_as(frame, 2, classes, NULL);
        lnt_names_destroy(classes);
    }
    lnt_frame_destroy(frame);
    return status;
}

static lnt_status try_scaler(const lnt_allocator *allocator)
{
    double numbers[] = {1, 2, 3, 4};
    const lnt_tensor x = lnt_tensor_f64(numbers, 2, 2);
    lnt_scaler *scaler = NULL;
    const lnt_status status = lnt_scaler_fit(&scaler, LNT_SCALING_STANDARD, &x, allocator);
    assert_eq(status == LNT_OK, scaler != NULL);
    lnt_scaler_destroy(scaler);
    return status;
}

static lnt_status try_load(const lnt_allocator *allocator)
{
    lnt_model model;
    lnt_error error = {0};
    const lnt_status status = lnt_model_load(&model, model_path, allocator, &error);
    assert_eq(status == LNT_OK, model.net != NULL);
    if (status != LNT_OK) {
        assert_str_ne(error.message, "");
    }
    lnt_model_finish(&model);
    return status;
}

static lnt_status try_names(const lnt_allocator *allocator)
{
    const char *strings[] = {"one", "two"};
    lnt_names *names = NULL;
    const lnt_status status = lnt_names_create(&names, strings, 2, allocator);
    lnt_names_destroy(names);
    return status;
}

/* Fails the first call, the second, … until the attempt needs no more of them. */
static void fail_each(const char *name, attempt *try, bool for_ever)
{
    for (size_t n = 1;; n++) {
        failing f = {.fail_at = n, .for_ever = for_ever};
        const lnt_allocator allocator = failing_allocator(&f);
        const lnt_status status = try(&allocator);
        assert_eq(f.live, 0, "%s: %zu blocks leaked at call %zu", name, f.live, n);
        if (f.calls < n) {
            assert_status(status, LNT_OK, "%s: %s", name, lnt_status_name(status));
            assert_gt(n, 1, "%s never allocates", name);
            return;
        }
        assert_status(status, LNT_ERR_MEMORY, "%s, call %zu: %s", name, n, lnt_status_name(status));
        assert_lt(n, 200, "%s does not end", name);
    }
}

Test(failures, each_allocation_fails_once_and_for_ever, .init = prepare, .fini = clean)
{
    static const struct {
        const char *name;
        attempt *try;
    } attempts[] = {{"net", try_net},
                    {"csv", try_csv},
                    {"scaler", try_scaler},
                    {"load", try_load},
                    {"names", try_names}};
    for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++) {
        fail_each(attempts[i].name, attempts[i].try, false);
        fail_each(attempts[i].name, attempts[i].try, true);
    }
}

/* Saving takes its memory from the objects' own allocator or from none; it must not leak either. */
Test(failures, saving_leaves_objects_as_they_were, .init = prepare, .fini = clean)
{
    failing f = {0};
    const lnt_allocator allocator = failing_allocator(&f);
    lnt_model model = make_model(&allocator);
    const size_t live = f.live;
    OK(lnt_model_save(&model, model_path, NULL));
    FAILS(LNT_ERR_IO, lnt_model_save(&model, "/there/is/no/such/folder/m.safetensors", NULL));
    assert_eq(f.live, live);
    lnt_model_finish(&model);
    assert_eq(f.live, 0);
}
