/* SPDX-License-Identifier: MIT */
#ifndef TESTS_MODEL_SUPPORT_H
#define TESTS_MODEL_SUPPORT_H

/* Two models that have everything a model can have, their comparison bit by bit, and files. */

#include "loss/loss.h"
#include "support/failing_allocator.h"
#include "support/file.h"

#include "support/assert.h"
#include <linnet/linnet.h>
#include <math.h>
#include <string.h>

/* Zeros of both signs, denormals and extremes. */
static const uint64_t hard_f64[] = {
    0x0000000000000000, 0x8000000000000000, 0x0000000000000001, 0x800fffffffffffff,
    0x0010000000000000, 0x7fefffffffffffff, 0xffefffffffffffff, 0x7feffffffffffffe,
    0xbff0000000000000, 0x7fe0000000000000, 0xffe8000000000123, 0x0008000000000001,
    0x3ff0000000000001, 0x3fb999999999999a, 0xc00921fb54442d18, 0x3fd5555555555555};
static const uint32_t hard_f32[] = {
    0x00000000, 0x80000000, 0x00000001, 0x807fffff, 0x00800000, 0x7f7fffff, 0xff7fffff, 0x7f7ffffe,
    0xbf800000, 0x7f000000, 0xff400123, 0x00400001, 0x3f800001, 0x3dcccccd, 0xc0490fdb, 0x3eaaaaab};

static inline void fill_hard(lnt_net *net)
{
    const lnt_tensor all = lnt_net_parameters(net);
    for (size_t i = 0; i < all.cols; i++) {
        if (all.dtype == LNT_F64) {
            memcpy(lnt_tensor_ptr(&all, 0, i), &hard_f64[i % 16], sizeof hard_f64[0]);
        } else {
            memcpy(lnt_tensor_ptr(&all, 0, i), &hard_f32[i % 16], sizeof hard_f32[0]);
        }
    }
}

/* A classifier in f32, 3-4-tanh-2; the allocator may be NULL. */
static inline lnt_model classifier(const lnt_allocator *allocator)
{
    static const double offset[] = {-0.0, 0x1p-1074, 1.7976931348623157e308};
    static const double scale[] = {2.2250738585072014e-308, -0.1, 1e300};
    static const char *const inputs[] = {"", "a \"quoted\" \\ name\n",
                                         "gr\303\266\303\237e \360\237\220\246"};
    static const char *const target[] = {"species"};
    static const char *const classes[] = {"not UTF-8: \xe9\x01", "\t"};
    lnt_layer layers[] = {lnt_dense(4, LNT_LEAKY_RELU), lnt_activation_layer(LNT_TANH),
                          lnt_dense(2, LNT_IDENTITY)};
    layers[0].alpha = 0.1 + 0.2;
    layers[2].bias = false;
    lnt_model model = lnt_model_init();
    OK(lnt_net_create(&model.net, &(lnt_net_config){.dtype = LNT_F32,
                                                    .inputs = 3,
                                                    .layers = layers,
                                                    .n_layers = 3,
                                                    .seed = UINT64_MAX,
                                                    .allocator = allocator}));
    fill_hard(model.net);
    OK(lnt_scaler_create(&model.input_scaler, 3, offset, scale, allocator));
    OK(lnt_names_create(&model.input_names, inputs, 3, allocator));
    OK(lnt_names_create(&model.target_names, target, 1, allocator));
    OK(lnt_names_create(&model.class_names, classes, 2, allocator));
    model.loss = lnt_softmax_cross_entropy(LNT_MEAN);
    model.loss.gradient_reduction = LNT_SUM;
    model.record = (lnt_training_summary){.epochs = 123456789,
                                          .train_rows = 1438,
                                          .validation_rows = 359,
                                          .seed = UINT64_C(0x8000000000000001),
                                          .train_loss = 1.0 / 3,
                                          .train_accuracy = 0.1,
                                          .validation_loss = 5e-324,
                                          .validation_accuracy = 1};
    return model;
}

/* The same with all that the loss of a classifier can have. */
static inline lnt_model weighted_classifier(const lnt_allocator *allocator)
{
    static const double weights[] = {0.1, 5e-324};
    lnt_model model = classifier(allocator);
    model.loss.label_smoothing = 0.05;
    model.loss.class_weights = weights;
    model.loss.n_class_weights = 2;
    return model;
}

/* A regression in f64, 2-5-1, of whose record little is known. */
static inline lnt_model regression(const lnt_allocator *allocator)
{
    static const double offset[] = {-273.15}, scale[] = {1e-9};
    static const char *const target[] = {"T / K"};
    const lnt_layer layers[] = {lnt_dense(5, LNT_SIGMOID), lnt_dense(1, LNT_RELU)};
    lnt_model model = lnt_model_init();
    OK(lnt_net_create(&model.net, &(lnt_net_config){.dtype = LNT_F64,
                                                    .inputs = 2,
                                                    .layers = layers,
                                                    .n_layers = 2,
                                                    .seed = 7,
                                                    .allocator = allocator}));
    fill_hard(model.net);
    OK(lnt_scaler_create(&model.target_scaler, 1, offset, scale, allocator));
    OK(lnt_names_create(&model.target_names, target, 1, allocator));
    model.record.train_loss = INFINITY;
    return model;
}

static inline bool same_number(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

static inline bool same_layer(const lnt_layer *a, const lnt_layer *b)
{
    return a->kind == b->kind && a->units == b->units && a->activation == b->activation &&
           same_number(a->alpha, b->alpha) && a->bias == b->bias;
}

static inline bool same_net(const lnt_net *a, const lnt_net *b)
{
    if (lnt_net_dtype(a) != lnt_net_dtype(b) || lnt_net_inputs(a) != lnt_net_inputs(b) ||
        lnt_net_n_layers(a) != lnt_net_n_layers(b) || lnt_net_seed(a) != lnt_net_seed(b) ||
        lnt_net_n_parameters(a) != lnt_net_n_parameters(b)) {
        return false;
    }
    for (size_t i = 0; i < lnt_net_n_layers(a); i++) {
        if (!same_layer(lnt_net_layer(a, i), lnt_net_layer(b, i))) {
            return false;
        }
    }
    const lnt_tensor x = lnt_net_parameters_read_only(a), y = lnt_net_parameters_read_only(b);
    return memcmp(x.data, y.data, x.cols * lnt_dtype_size(x.dtype)) == 0;
}

static inline bool same_scaler(const lnt_scaler *a, const lnt_scaler *b)
{
    const size_t cols = lnt_scaler_cols(a), size = cols * sizeof(double);
    return (a == NULL) == (b == NULL) && cols == lnt_scaler_cols(b) &&
           (a == NULL || (memcmp(lnt_scaler_offset(a), lnt_scaler_offset(b), size) == 0 &&
                          memcmp(lnt_scaler_scale(a), lnt_scaler_scale(b), size) == 0));
}

static inline bool same_names(const lnt_names *a, const lnt_names *b)
{
    bool same = (a == NULL) == (b == NULL) && lnt_names_count(a) == lnt_names_count(b);
    for (size_t i = 0; same && i < lnt_names_count(a); i++) {
        same = strcmp(lnt_names_get(a, i), lnt_names_get(b, i)) == 0;
    }
    return same;
}

static inline bool same_record(const lnt_training_summary *a, const lnt_training_summary *b)
{
    return a->epochs == b->epochs && a->train_rows == b->train_rows &&
           a->validation_rows == b->validation_rows && a->seed == b->seed &&
           same_number(a->train_loss, b->train_loss) &&
           same_number(a->train_accuracy, b->train_accuracy) &&
           same_number(a->validation_loss, b->validation_loss) &&
           same_number(a->validation_accuracy, b->validation_accuracy);
}

static inline bool same_loss(const lnt_loss *a, const lnt_loss *b)
{
    if (a->kind != b->kind || a->value_reduction != b->value_reduction ||
        a->gradient_reduction != b->gradient_reduction) {
        return false;
    }
    const lnt_setting *parameter = lnt_loss_parameter(a->kind);
    if (parameter != NULL && memcmp((const char *) a + parameter->offset,
                                    (const char *) b + parameter->offset, 8) != 0) {
        return false;
    }
    return (a->class_weights == NULL) == (b->class_weights == NULL) &&
           (a->class_weights == NULL ||
            (a->n_class_weights == b->n_class_weights &&
             memcmp(a->class_weights, b->class_weights, a->n_class_weights * 8) == 0));
}

static inline bool same_model(const lnt_model *a, const lnt_model *b)
{
    return same_net(a->net, b->net) && same_loss(&a->loss, &b->loss) &&
           same_scaler(a->input_scaler, b->input_scaler) &&
           same_scaler(a->target_scaler, b->target_scaler) &&
           same_names(a->input_names, b->input_names) &&
           same_names(a->target_names, b->target_names) &&
           same_names(a->class_names, b->class_names) && same_record(&a->record, &b->record);
}

static const struct {
    const char *name;
    lnt_model (*make)(const lnt_allocator *allocator);
} makers[] = {{"f32", classifier}, {"f64", regression}};

enum { N_MAKERS = sizeof makers / sizeof makers[0] };

static inline void save(const lnt_model *model, const char *path)
{
    lnt_error error = {0};
    assert_status(lnt_model_save(model, path, &error), LNT_OK, "%s", error.message);
}

static inline lnt_model load(const char *path)
{
    lnt_model model;
    lnt_error error = {0};
    assert_status(lnt_model_load(&model, path, NULL, &error), LNT_OK, "%s", error.message);
    return model;
}

static inline bool is_empty(const lnt_model *m)
{
    return m->net == NULL && m->input_scaler == NULL && m->target_scaler == NULL &&
           m->input_names == NULL && m->target_names == NULL && m->class_names == NULL &&
           m->class_weights == NULL && m->loss.class_weights == NULL;
}

/* The load fails with a sentence; the model is empty and nothing is left. */
static inline void refuse(const char *path, lnt_status expected, const char *sentence)
{
    failing f = {0};
    const lnt_allocator allocator = failing_allocator(&f);
    lnt_model model;
    memset(&model, 0xff, sizeof model);
    lnt_error error = {0};
    const lnt_status status = lnt_model_load(&model, path, &allocator, &error);
    assert_eq(status, expected, "%s instead of %s: %s", lnt_status_name(status),
              lnt_status_name(expected), error.message);
    cr_assert(is_empty(&model));
    assert_eq(f.live, 0);
    assert_lt(f.bytes, 65536, "%zu bytes asked for", f.bytes);
    check_sentence(&error, expected, path, sentence);
    assert_eq(lnt_model_load(&model, path, NULL, NULL), expected);
}

#endif
