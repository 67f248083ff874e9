/* SPDX-License-Identifier: MIT */
#ifndef TESTS_GOLDEN_DESCRIBE_H
#define TESTS_GOLDEN_DESCRIBE_H

/*
 * All that a model file says, as lines of text, and what the model makes of a few rows. Every
 * number is exact, but for lines "output ROW COLUMN VALUE": those are sums in the order of some
 * BLAS.
 */

#include <linnet/linnet.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GOLDEN_ROWS = 4, GOLDEN_MAX_COLS = 16 };

/* FNV-1a of the elements, written as C writes them in hexadecimal: the same on any machine. */
static inline unsigned long long golden_digest(const lnt_tensor *x)
{
    unsigned long long sum = 0xcbf29ce484222325;
    for (size_t i = 0; i < x->rows * x->cols; i++) {
        char text[40];
        snprintf(text, sizeof text, "%a", lnt_tensor_get(x, i / x->cols, i % x->cols));
        for (const char *c = text; *c != '\0'; c++) {
            sum = (sum ^ (unsigned char) *c) * 0x100000001b3;
        }
    }
    return sum;
}

static inline void golden_tensor(FILE *out, const lnt_parameter *p)
{
    fprintf(out, "tensor %s [%zu, %zu] %016llx\n", p->name, p->value.rows, p->value.cols,
            golden_digest(&p->value));
}

static inline void golden_net(FILE *out, lnt_net *net)
{
    fprintf(out, "net %s %zu -> %zu, seed %llu\n", lnt_dtype_name(lnt_net_dtype(net)),
            lnt_net_inputs(net), lnt_net_outputs(net), (unsigned long long) lnt_net_seed(net));
    for (size_t i = 0; i < lnt_net_n_layers(net); i++) {
        const lnt_layer *l = lnt_net_layer(net, i);
        fprintf(out, "layer %zu %s units %zu %s alpha %a bias %d gain %d rate %a epsilon %a ", i,
                lnt_layer_name(l), l->units, lnt_activation_name(l->activation),
                isnan(l->alpha) ? -1 : l->alpha, l->bias, l->gain, l->rate, l->epsilon);
        fprintf(out, "momentum %a span %zu\n", l->momentum, l->skip_depth);
    }
    lnt_parameter p;
    for (size_t i = 0;
         i < lnt_net_n_parameter_tensors(net) && lnt_net_parameter(net, i, &p) == LNT_OK; i++) {
        golden_tensor(out, &p);
    }
    for (size_t i = 0;
         i < lnt_net_n_running_stats(net) && lnt_net_running_stat(net, i, &p) == LNT_OK; i++) {
        golden_tensor(out, &p);
    }
}

static inline void golden_scaler(FILE *out, const char *what, const lnt_scaler *scaler)
{
    for (size_t i = 0; i < lnt_scaler_cols(scaler); i++) {
        fprintf(out, "%s %zu offset %a scale %a\n", what, i, lnt_scaler_offset(scaler)[i],
                lnt_scaler_scale(scaler)[i]);
    }
}

/* In hexadecimal, since a name may be any bytes. */
static inline void golden_names(FILE *out, const char *what, const lnt_names *names)
{
    for (size_t i = 0; i < lnt_names_count(names); i++) {
        fprintf(out, "%s %zu ", what, i);
        for (const char *c = lnt_names_get(names, i); *c != '\0'; c++) {
            fprintf(out, "%02x", (unsigned char) *c);
        }
        fputc('\n', out);
    }
}

static inline void golden_loss(FILE *out, const lnt_loss *loss)
{
    fprintf(out, "loss %d value %d gradient %d delta %a quantile %a smoothing %a epsilon %a\n",
            (int) loss->kind, (int) loss->value_reduction, (int) loss->gradient_reduction,
            loss->delta, loss->quantile, loss->label_smoothing, loss->epsilon);
    for (size_t i = 0; i < loss->n_class_weights; i++) {
        fprintf(out, "class_weight %zu %a\n", i, loss->class_weights[i]);
    }
}

static inline void golden_record(FILE *out, const lnt_training_summary *r)
{
    fprintf(out, "record %zu %zu %zu %llu", r->epochs, r->train_rows, r->validation_rows,
            (unsigned long long) r->seed);
    const double numbers[] = {r->train_loss, r->train_accuracy, r->validation_loss,
                              r->validation_accuracy};
    for (size_t i = 0; i < 4; i++) {
        if (isnan(numbers[i])) {
            fputs(" nan", out); /* of either sign */
        } else {
            fprintf(out, " %a", numbers[i]);
        }
    }
    fputc('\n', out);
}

/* Whether sums of these numbers mean anything; there are files of extremes. */
static inline bool golden_is_tame(const lnt_net *net)
{
    const lnt_tensor all = lnt_net_parameters_read_only(net);
    bool tame = true;
    for (size_t i = 0; i < all.cols; i++) {
        tame = tame && fabs(lnt_tensor_get(&all, 0, i)) < 100;
    }
    return tame;
}

static inline void golden_laplace(FILE *out, const lnt_laplace_info *info)
{
    if (info != NULL) {
        fprintf(out, "laplace %s %zu %zu %a %a %a %a\n",
                lnt_laplace_structure_name(info->structure), info->parameters, info->rows,
                info->prior_precision, info->noise, info->effective, info->log_marginal);
    }
}

/* What is predicted for rows of eighths from -1.5 to 2.375, which every dtype has. */
static inline lnt_status golden_outputs(FILE *out, const lnt_model *model)
{
    static double x[GOLDEN_ROWS * GOLDEN_MAX_COLS], y[GOLDEN_ROWS * GOLDEN_MAX_COLS];
    const size_t inputs = lnt_net_inputs(model->net), outputs = lnt_net_outputs(model->net);
    if (inputs > GOLDEN_MAX_COLS || outputs > GOLDEN_MAX_COLS) {
        return LNT_ERR_TOO_LARGE;
    }
    const lnt_dtype dtype = lnt_net_dtype(model->net);
    const lnt_tensor input = lnt_tensor_view(dtype, x, GOLDEN_ROWS, inputs);
    lnt_tensor output = lnt_tensor_view(dtype, y, GOLDEN_ROWS, outputs);
    for (size_t i = 0; i < GOLDEN_ROWS * inputs; i++) {
        LNT_TRY(lnt_tensor_set(&input, i / inputs, i % inputs, (double) (i * 13 % 32) / 8 - 1.5));
    }
    lnt_predictor *predictor;
    LNT_TRY(lnt_predictor_create(&predictor, model, GOLDEN_ROWS, NULL));
    const lnt_status status = lnt_predict(predictor, &input, &output);
    lnt_predictor_destroy(predictor);
    for (size_t i = 0; status == LNT_OK && i < GOLDEN_ROWS * outputs; i++) {
        fprintf(out, "output %zu %zu %.17g\n", i / outputs, i % outputs,
                lnt_tensor_get(&output, i / outputs, i % outputs));
    }
    return status;
}

static inline lnt_status golden_describe(FILE *out, const lnt_model *model)
{
    golden_net(out, model->net);
    golden_loss(out, &model->loss);
    golden_scaler(out, "input", model->input_scaler);
    golden_scaler(out, "target", model->target_scaler);
    golden_names(out, "input_name", model->input_names);
    golden_names(out, "target_name", model->target_names);
    golden_names(out, "class_name", model->class_names);
    golden_record(out, &model->record);
    golden_laplace(out, lnt_laplace_get_info(model->laplace));
    return golden_is_tame(model->net) ? golden_outputs(out, model) : LNT_OK;
}

#endif
