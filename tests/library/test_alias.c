/* SPDX-License-Identifier: MIT */
#include "support/net.h"

#include <stdlib.h>

/*
 * Each public function that reads and writes tensors, with each output over each other operand: by
 * one row, by one element, wholly, and interleaved. Overlap is LNT_ERR_ALIAS and leaves all memory
 * as it was, but for what the header allows. tests/checks/test_headers.py compares this table with
 * the headers.
 */
enum { ROWS = 6, SIDE = 3, PARAMETERS = SIDE * SIDE + SIDE, MAX_OPERANDS = 5, MAX_ROWS = 2 };

/* What the functions use besides tensors; inputs and outputs of the net are SIDE wide. */
typedef struct scene {
    lnt_dtype dtype;
    lnt_net *net;
    lnt_model *model; /* owns the net */
    lnt_loss loss;
    lnt_scaler *scaler;
    lnt_derivatives *derivatives;
    lnt_predictor *predictor;
    lnt_laplace_predictor *laplace;
    lnt_uncertainty *uncertainty;
} scene;

typedef enum role {
    INPUT = 1,
    OUTPUT, /* written, or read and written */
} role;

typedef struct operand {
    role role;
    size_t rows, cols;
    unsigned may_be; /* bits of the operands that this output may exactly be */
} operand;

typedef struct row {
    const char *name;
    lnt_status (*call)(const scene *s, lnt_tensor *t);
    operand operands[MAX_OPERANDS];
} row;

#define CALL(name, expression)                                                                     \
    static lnt_status name(const scene *s, lnt_tensor *t)                                          \
    {                                                                                              \
        (void) s;                                                                                  \
        return expression;                                                                         \
    }

static double doubled(double x, void *context)
{
    (void) context;
    return 2 * x;
}

static lnt_status call_init_fill(const scene *s, lnt_tensor *t)
{
    (void) s;
    const lnt_init init = lnt_init_array(&t[0]);
    return lnt_init_fill(&init, 1, 1, &t[1]);
}

static lnt_status call_gather_rows(const scene *s, lnt_tensor *t)
{
    static const size_t index[] = {4, 1, 1};
    (void) s;
    return lnt_gather_rows(&t[0], index, &t[1]);
}

static lnt_status call_permute_rows(const scene *s, lnt_tensor *t)
{
    size_t index[ROWS] = {2, 0, 1, 5, 4, 3};
    (void) s;
    return lnt_permute_rows(&t[0], index);
}

static lnt_status call_loss_evaluate(const scene *s, lnt_tensor *t)
{
    double value;
    return lnt_loss_evaluate(&s->loss, &t[0], &t[1], &t[2], &value, &t[3]);
}

static lnt_status call_jacobian_loss(const scene *s, lnt_tensor *t)
{
    double value;
    return lnt_jacobian_loss(s->derivatives, &t[0], &t[1], LNT_MEAN, 1, 0.5, &value, &t[2]);
}

CALL(call_gemm, lnt_gemm(1, &t[0], &t[1], 0.5, &t[2]))
CALL(call_gemv, lnt_gemv(1, &t[0], &t[1], 0.5, &t[2]))
CALL(call_axpy, lnt_axpy(0.5, &t[0], &t[1]))
CALL(call_scale, lnt_scale(0.5, &t[0]))
CALL(call_fill, lnt_fill(0.5, &t[0]))
CALL(call_copy, lnt_copy(&t[0], &t[1]))
CALL(call_apply, lnt_apply(doubled, NULL, &t[0], &t[1]))
CALL(call_add_row, lnt_add_bias(&t[0], &t[1]))
CALL(call_sum_rows, lnt_column_sums(&t[0], 0.5, &t[1]))
CALL(call_scaler_apply, lnt_scaler_transform(s->scaler, &t[0], &t[1]))
CALL(call_scaler_invert, lnt_scaler_inverse_transform(s->scaler, &t[0], &t[1]))
CALL(call_softmax, lnt_softmax(&t[0], &t[1]))
CALL(call_log_softmax, lnt_log_softmax(&t[0], &t[1]))
CALL(call_loss_link, lnt_loss_inverse_link(&(lnt_loss){.kind = LNT_LOSS_POISSON}, &t[0], &t[1]))
CALL(call_jacobian, lnt_jacobian(s->derivatives, &t[0]))
CALL(call_hessian, lnt_input_hessian_diagonal(s->derivatives, &t[0]))
CALL(call_jvp, lnt_jvp(s->derivatives, &t[0], &t[1], &t[2]))
CALL(call_vjp, lnt_vjp(s->derivatives, &t[0], &t[1], &t[2]))
CALL(call_hvp, lnt_hvp(s->derivatives, &s->loss, &t[0], &t[1], &t[2], &t[3]))
CALL(call_ggn_vp, lnt_ggn_vp(s->derivatives, &s->loss, &t[0], &t[1], &t[2], &t[3]))
CALL(call_jvp_gradient, lnt_jvp_gradient(s->derivatives, &t[0], &t[1], 0.5, &t[2]))
CALL(call_predict, lnt_predict(s->predictor, &t[0], &t[1]))
CALL(call_laplace_predict, lnt_laplace_predict(s->laplace, &t[0], &t[1], &t[2], &t[3]))
CALL(call_uncertainty, lnt_uncertainty_predict(s->uncertainty, &t[0], &t[1], &t[2], &t[3]))

#define BATCH ROWS, SIDE
#define GRADIENT 1, PARAMETERS
#define WEIGHTS ROWS, 1

static const row functions[] = {
    {"lnt_gemm", call_gemm, {{INPUT, 4, 5, 0}, {INPUT, 5, 3, 0}, {OUTPUT, 4, 3, 0}}},
    {"lnt_gemv", call_gemv, {{INPUT, 4, 5, 0}, {INPUT, 5, 1, 0}, {OUTPUT, 1, 4, 0}}},
    {"lnt_axpy", call_axpy, {{INPUT, BATCH, 0}, {OUTPUT, BATCH, 1}}},
    {"lnt_scale", call_scale, {{OUTPUT, BATCH, 0}}},
    {"lnt_fill", call_fill, {{OUTPUT, BATCH, 0}}},
    {"lnt_copy", call_copy, {{INPUT, BATCH, 0}, {OUTPUT, BATCH, 1}}},
    {"lnt_gather_rows", call_gather_rows, {{INPUT, BATCH, 0}, {OUTPUT, 3, SIDE, 0}}},
    {"lnt_apply", call_apply, {{INPUT, BATCH, 0}, {OUTPUT, BATCH, 1}}},
    {"lnt_add_bias", call_add_row, {{INPUT, 1, SIDE, 0}, {OUTPUT, BATCH, 0}}},
    {"lnt_column_sums", call_sum_rows, {{INPUT, BATCH, 0}, {OUTPUT, 1, SIDE, 0}}},
    {"lnt_permute_rows", call_permute_rows, {{OUTPUT, BATCH, 0}}},
    {"lnt_scaler_transform", call_scaler_apply, {{INPUT, BATCH, 0}, {OUTPUT, BATCH, 1}}},
    {"lnt_scaler_inverse_transform", call_scaler_invert, {{INPUT, BATCH, 0}, {OUTPUT, BATCH, 1}}},
    {"lnt_init_fill", call_init_fill, {{INPUT, BATCH, 0}, {OUTPUT, BATCH, 1}}},
    {"lnt_loss_evaluate",
     call_loss_evaluate,
     {{INPUT, BATCH, 0}, {INPUT, BATCH, 0}, {INPUT, WEIGHTS, 0}, {OUTPUT, BATCH, 1}}},
    {"lnt_softmax", call_softmax, {{INPUT, BATCH, 0}, {OUTPUT, BATCH, 1}}},
    {"lnt_log_softmax", call_log_softmax, {{INPUT, BATCH, 0}, {OUTPUT, BATCH, 1}}},
    {"lnt_loss_inverse_link", call_loss_link, {{INPUT, BATCH, 0}, {OUTPUT, BATCH, 1}}},
    {"lnt_jacobian", call_jacobian, {{OUTPUT, ROWS *SIDE, SIDE, 0}}},
    {"lnt_input_hessian_diagonal", call_hessian, {{OUTPUT, ROWS *SIDE, SIDE, 0}}},
    {"lnt_jvp", call_jvp, {{INPUT, BATCH, 0}, {INPUT, GRADIENT, 0}, {OUTPUT, BATCH, 0}}},
    {"lnt_vjp", call_vjp, {{INPUT, BATCH, 0}, {OUTPUT, BATCH, 0}, {OUTPUT, GRADIENT, 0}}},
    {"lnt_hvp",
     call_hvp,
     {{INPUT, BATCH, 0}, {INPUT, WEIGHTS, 0}, {INPUT, GRADIENT, 0}, {OUTPUT, GRADIENT, 0}}},
    {"lnt_ggn_vp",
     call_ggn_vp,
     {{INPUT, BATCH, 0}, {INPUT, WEIGHTS, 0}, {INPUT, GRADIENT, 0}, {OUTPUT, GRADIENT, 0}}},
    {"lnt_jvp_gradient",
     call_jvp_gradient,
     {{INPUT, BATCH, 0}, {INPUT, BATCH, 0}, {OUTPUT, GRADIENT, 0}}},
    {"lnt_jacobian_loss",
     call_jacobian_loss,
     {{INPUT, ROWS *SIDE, SIDE, 0}, {INPUT, WEIGHTS, 0}, {OUTPUT, GRADIENT, 0}}},
    {"lnt_predict", call_predict, {{INPUT, BATCH, 0}, {OUTPUT, BATCH, 1}}},
    {"lnt_laplace_predict",
     call_laplace_predict,
     {{INPUT, BATCH, 0}, {OUTPUT, BATCH, 0}, {OUTPUT, BATCH, 0}, {OUTPUT, BATCH, 0}}},
    {"lnt_uncertainty_predict",
     call_uncertainty,
     {{INPUT, BATCH, 0}, {OUTPUT, BATCH, 0}, {OUTPUT, BATCH, 0}, {OUTPUT, BATCH, 0}}},
};

enum { N_FUNCTIONS = sizeof functions / sizeof functions[0] };

static scene set_up(lnt_dtype dtype)
{
    static const double offset[SIDE] = {1, 2, 3}, scale[SIDE] = {2, 3, 4};
    const lnt_layer layers[] = {lnt_dense(SIDE, LNT_TANH)};
    scene s = {.dtype = dtype, .loss = lnt_mse(LNT_MEAN), .net = new_net(dtype, SIDE, layers, 1)};
    const lnt_tensor x = random_matrix(dtype, ROWS, SIDE, 1),
                     y = random_matrix(dtype, ROWS, SIDE, 2);
    OK(lnt_scaler_create(&s.scaler, SIDE, offset, scale, NULL));
    lnt_derivatives_config config = lnt_derivatives_defaults();
    config.second = true;
    OK(lnt_derivatives_create(&s.derivatives, s.net, &config, NULL));
    OK(lnt_derivatives_linearize(s.derivatives, &x, NULL));
    static lnt_model model;
    static const lnt_model *models[1] = {&model};
    const lnt_laplace_config laplace = lnt_laplace_defaults();
    model = lnt_model_init();
    model.net = s.net;
    model.loss = s.loss;
    s.model = &model;
    OK(lnt_predictor_create(&s.predictor, &model, MAX_ROWS, NULL));
    OK(lnt_laplace_fit(&model.laplace, s.net, &s.loss, &x, &y, NULL, &laplace, NULL));
    OK(lnt_laplace_predictor_create(&s.laplace, s.net, model.laplace, MAX_ROWS, NULL));
    OK(lnt_uncertainty_create(&s.uncertainty, models, 1, MAX_ROWS, NULL, NULL));
    return s;
}

static void tear_down(const scene *s)
{
    lnt_uncertainty_destroy(s->uncertainty);
    lnt_laplace_predictor_destroy(s->laplace);
    lnt_predictor_destroy(s->predictor);
    lnt_derivatives_destroy(s->derivatives);
    lnt_scaler_destroy(s->scaler);
    lnt_model_finish(s->model);
}

/* --- memory --- */

/* Room for all operands, each in a part of its own; a part has room on both sides. */
enum { PART = 512, HALF = PART / 2, ELEMENTS = PART * MAX_OPERANDS };

static void fill_memory(lnt_tensor *memory)
{
    for (size_t i = 0; i < ELEMENTS; i++) {
        const double value = 0.1 + 0.8 * (double) (i * 2654435761u % 1000) / 1000;
        assert_status(lnt_tensor_set(memory, 0, i, value), LNT_OK);
    }
}

static lnt_tensor dense_at(const lnt_tensor *memory, const operand *o, ptrdiff_t place)
{
    char *data = (char *) memory->data + place * (ptrdiff_t) lnt_dtype_size(memory->dtype);
    return lnt_tensor_view(memory->dtype, data, o->rows, o->cols);
}

static size_t count_of(const row *f)
{
    size_t n = 0;
    while (n < MAX_OPERANDS && f->operands[n].role != 0) {
        n++;
    }
    return n;
}

static void place_all(const row *f, const lnt_tensor *memory, lnt_tensor *t)
{
    for (size_t i = 0; i < count_of(f); i++) {
        t[i] = dense_at(memory, &f->operands[i], (ptrdiff_t) (i * PART + HALF));
    }
}

/* The function with the same values in memory of their own finds the same. */
static void check_results(const scene *s, const row *f, lnt_tensor *t, const char *how)
{
    lnt_tensor own[MAX_OPERANDS];
    for (size_t i = 0; i < count_of(f); i++) {
        own[i] = copy_of(s->dtype, &t[i]);
    }
    OK(f->call(s, own));
    const lnt_status status = f->call(s, t);
    assert_status(status, LNT_OK, "%s, %s: %s", f->name, how, lnt_status_name(status));
    for (size_t i = 0; i < count_of(f); i++) {
        if (f->operands[i].role != INPUT) {
            assert_lt(difference(&t[i], &own[i]), 1e-6, "%s, %s: operand %zu differs", f->name, how,
                      i);
        }
    }
}

static void check_refused(const scene *s, const row *f, const lnt_tensor *memory, lnt_tensor *t,
                          const char *how, size_t output, size_t other)
{
    const lnt_tensor before = copy_of(s->dtype, memory);
    const lnt_status status = f->call(s, t);
    assert_status(status, LNT_ERR_ALIAS, "%s, operand %zu over %zu %s: %s", f->name, output, other,
                  how, lnt_status_name(status));
    assert_same_bits(&before, memory, "%s, operand %zu over %zu %s: memory has changed", f->name,
                     output, other, how);
}

/* --- placements --- */

/* Output `o` begins `shift` elements behind where operand `p` does. */
static void overlap(const scene *s, const row *f, lnt_tensor *memory, size_t o, size_t p,
                    ptrdiff_t shift, const char *how)
{
    lnt_tensor t[MAX_OPERANDS];
    fill_memory(memory);
    place_all(f, memory, t);
    const operand *output = &f->operands[o], *other = &f->operands[p];
    t[o] = dense_at(memory, output, (ptrdiff_t) (p * PART + HALF) + shift);
    const bool same = output->rows == other->rows && output->cols == other->cols && shift == 0;
    if (same && (output->may_be & 1u << p) != 0) {
        check_results(s, f, t, how);
    } else {
        check_refused(s, f, memory, t, how, o, p);
    }
}

/* Columns in turn: the operands share no element. */
static void interleave(const scene *s, const row *f, lnt_tensor *memory, size_t o, size_t p)
{
    lnt_tensor t[MAX_OPERANDS];
    fill_memory(memory);
    place_all(f, memory, t);
    const operand *output = &f->operands[o], *other = &f->operands[p];
    if (output->cols != other->cols) {
        return;
    }
    t[p].row_stride = t[o].row_stride = 2 * (ptrdiff_t) other->cols;
    t[p].col_stride = t[o].col_stride = 2;
    t[o].data = (char *) t[p].data + lnt_dtype_size(s->dtype);
    check_results(s, f, t, "interleaved");
}

static void check_pair(const scene *s, const row *f, lnt_tensor *memory, size_t o, size_t p)
{
    const operand *output = &f->operands[o], *other = &f->operands[p];
    const ptrdiff_t rows = (ptrdiff_t) other->rows, cols = (ptrdiff_t) other->cols;
    const ptrdiff_t own_rows = (ptrdiff_t) output->rows, own_cols = (ptrdiff_t) output->cols;
    overlap(s, f, memory, o, p, 0, "wholly");
    overlap(s, f, memory, o, p, (rows - 1) * cols + (rows == 1), "by the last row");
    overlap(s, f, memory, o, p, (1 - own_rows) * own_cols - (own_rows == 1), "by the first row");
    overlap(s, f, memory, o, p, rows * cols - 1, "by the last element");
    overlap(s, f, memory, o, p, 1 - own_rows * own_cols, "by the first element");
    interleave(s, f, memory, o, p);
}

/* Elements of the output at one place. */
static void check_itself(const scene *s, const row *f, lnt_tensor *memory, size_t o)
{
    lnt_tensor t[MAX_OPERANDS];
    fill_memory(memory);
    place_all(f, memory, t);
    t[o].row_stride = f->operands[o].rows > 1 ? (ptrdiff_t) f->operands[o].cols - 1 : 1;
    t[o].col_stride = f->operands[o].rows > 1;
    check_refused(s, f, memory, t, "itself", o, o);
}

static void check_function(const scene *s, const row *f)
{
    lnt_tensor memory = matrix(s->dtype, 1, ELEMENTS);
    for (size_t o = 0; o < count_of(f); o++) {
        if (f->operands[o].role == INPUT) {
            continue;
        }
        check_itself(s, f, &memory, o);
        for (size_t p = 0; p < count_of(f); p++) {
            if (p != o) {
                check_pair(s, f, &memory, o, p);
            }
        }
    }
}

static void check_all(lnt_dtype dtype)
{
    const scene s = set_up(dtype);
    for (size_t i = 0; i < N_FUNCTIONS; i++) {
        check_function(&s, &functions[i]);
    }
    tear_down(&s);
}

/* A view that a pass gave out does not go back into it: it would be overwritten on the way. */
static void check_pass(lnt_dtype dtype)
{
    const scene s = set_up(dtype);
    lnt_pass *pass = new_pass(s.net), *other = new_pass(s.net);
    lnt_tensor x = random_matrix(dtype, ROWS, SIDE, 3), output, again;
    double value;
    OK(lnt_pass_forward(pass, s.net, &x, &output));
    FAILS(LNT_ERR_ALIAS, lnt_pass_forward(pass, s.net, &output, &again));
    FAILS(LNT_ERR_ALIAS,
          lnt_pass_forward_backward(pass, s.net, &output, &s.loss, &x, NULL, &value));
    FAILS(LNT_ERR_ALIAS,
          lnt_pass_forward_backward(pass, s.net, &x, &s.loss, &output, NULL, &value));
    OK(lnt_pass_forward_backward(pass, s.net, &x, &s.loss, &x, NULL, &value));
    OK(lnt_pass_forward(other, s.net, &output, &again));
    lnt_tensor weights;
    OK(lnt_slice_cols(&output, 0, 1, 1, &weights));
    FAILS(LNT_ERR_ALIAS, lnt_pass_forward_backward(pass, s.net, &x, &s.loss, &x, &weights, &value));
    lnt_tensor gradient;
    OK(lnt_pass_backward(pass, s.net, &s.loss, &output, NULL, &value)); /* both are only read */
    OK(lnt_pass_input_gradient(pass, &gradient));
    FAILS(LNT_ERR_ALIAS, lnt_pass_forward(pass, s.net, &gradient, &again));
    lnt_pass_destroy(pass);
    lnt_pass_destroy(other);
    tear_down(&s);
}

Test(alias, views_of_a_pass)
{
    check_pass(LNT_F32);
    check_pass(LNT_F64);
}

Test(alias, f32)
{
    check_all(LNT_F32);
}

Test(alias, f64)
{
    check_all(LNT_F64);
}
