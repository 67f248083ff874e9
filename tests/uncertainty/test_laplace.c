/* SPDX-License-Identifier: MIT */
#include "support/failing_allocator.h"
#include "support/reference.h"

#include "tensor/symmetric.h"

/* Laplace approximations against NumPy's explicit matrices, closed forms and coverage. */

static const char *const losses[] = {"mse", "softmax_cross_entropy", "binary_cross_entropy"};
static const size_t outputs[] = {2, 3, 2};

static const lnt_tensor *part(const reference_file *file, const char *a, const char *b,
                              const char *c, const char *d)
{
    char name[96];
    snprintf(name, sizeof name, "%s%s%s%s", a, b, c, d);
    return find(file, name);
}

static lnt_net *reference_net(const reference_file *file, size_t loss, lnt_dtype dtype)
{
    const lnt_layer layers[] = {lnt_dense(4, LNT_TANH), lnt_dense(outputs[loss], LNT_IDENTITY)};
    lnt_net *net = new_net(dtype, 3, layers, 2);
    for (size_t i = 0; i < 4; i++) {
        char name[8];
        lnt_parameter p;
        snprintf(name, sizeof name, "%zu", i);
        OK(lnt_net_parameter(net, i, &p));
        OK(lnt_copy(part(file, losses[loss], ".parameter.", name, ""), &p.value));
    }
    return net;
}

static lnt_tensor as(lnt_dtype dtype, const lnt_tensor *t)
{
    lnt_tensor copy = matrix(dtype, t->rows, t->cols);
    OK(lnt_copy(t, &copy));
    return copy;
}

typedef struct prediction {
    lnt_tensor mean, sd, epistemic;
} prediction;

static prediction predict(const lnt_net *net, const lnt_laplace *laplace, const lnt_tensor *x,
                          size_t max_rows)
{
    const size_t cols = lnt_net_outputs(net);
    prediction p = {matrix(x->dtype, x->rows, cols), matrix(x->dtype, x->rows, cols),
                    matrix(x->dtype, x->rows, cols)};
    lnt_laplace_predictor *predictor;
    OK(lnt_laplace_predictor_create(&predictor, net, laplace, max_rows, NULL));
    OK(lnt_laplace_predict(predictor, x, &p.mean, &p.sd, &p.epistemic));
    lnt_laplace_predictor_destroy(predictor);
    return p;
}

static void near(const lnt_tensor *found, const lnt_tensor *expected, double most, const char *what)
{
    const lnt_tensor wide = as(LNT_F64, found);
    const double d = difference(&wide, expected);
    assert_le(d, most, "%s: %g apart", what, d);
}

static void one_reference(const reference_file *file, size_t loss, lnt_laplace_structure structure,
                          bool given, lnt_dtype dtype)
{
    char name[96];
    lnt_error error = {0};
    lnt_laplace *laplace;
    lnt_net *net = reference_net(file, loss, dtype);
    lnt_loss_kind kind;
    OK(lnt_loss_find(losses[loss], &kind));
    const lnt_loss l = lnt_loss_defaults(kind, LNT_MEAN);
    snprintf(name, sizeof name, "%s.%s.%s", losses[loss], lnt_laplace_structure_name(structure),
             given ? "given" : "found");
    const lnt_tensor *info = part(file, name, ".info", "", "");
    lnt_laplace_config config = lnt_laplace_defaults();
    config.structure = structure;
    config.prior_precision = given ? lnt_tensor_get(info, 0, 0) : 0;
    config.noise = given && kind == LNT_LOSS_MSE ? lnt_tensor_get(info, 0, 1) : 0;
    const lnt_tensor x = as(dtype, part(file, losses[loss], ".x", "", ""));
    const lnt_tensor y = as(dtype, part(file, losses[loss], ".y", "", ""));
    const lnt_tensor w = as(dtype, part(file, losses[loss], ".w", "", ""));
    const lnt_tensor new = as(dtype, part(file, losses[loss], ".new", "", ""));
    assert_status(lnt_laplace_fit(&laplace, net, &l, &x, &y, &w, &config, &error), LNT_OK, "%s",
                  error.message);
    const lnt_laplace_info *found = lnt_laplace_get_info(laplace);
    const double most = dtype == LNT_F32 ? 2e-5 : given ? 1e-11 : 1e-5;
    assert_lt(fabs(found->prior_precision / lnt_tensor_get(info, 0, 0) - 1), most,
              "%s: %.12g, not %.12g", name, found->prior_precision, lnt_tensor_get(info, 0, 0));
    assert_lt(fabs(found->log_marginal / lnt_tensor_get(info, 0, 2) - 1),
              given ? most : 1e-8 + most / 9, "%s: %.15g, not %.15g", name, found->log_marginal,
              lnt_tensor_get(info, 0, 2));
    const prediction p = predict(net, laplace, &new, 3);
    near(&p.mean, part(file, name, ".mean", "", ""), most, name);
    near(&p.sd, part(file, name, ".sd", "", ""), most, name);
    near(&p.epistemic, part(file, name, ".epistemic", "", ""), most, name);
    lnt_laplace_destroy(laplace);
    lnt_net_destroy(net);
}

static void all_references(bool given, lnt_dtype dtype)
{
    static reference_file file;
    read_file(&file, "laplace.txt");
    for (size_t loss = 0; loss < 3; loss++) {
        for (int s = LNT_LAPLACE_LAST_LAYER; s <= LNT_LAPLACE_FULL; s++) {
            one_reference(&file, loss, (lnt_laplace_structure) s, given, dtype);
        }
    }
}

Test(laplace, explicit_matrices)
{
    all_references(true, LNT_F64);
}

Test(laplace, best_marginal_likelihood)
{
    all_references(false, LNT_F64);
}

Test(laplace, single_precision)
{
    all_references(true, LNT_F32);
}

/* --- the closed form of Bayesian linear regression --- */

enum { ROWS = 30, INPUTS = 4 };

/* s² = σ² + z·(ZᵀZ/σ² + α·I)⁻¹·zᵀ, z the inputs and 1. */
static double closed_form(const lnt_tensor *z, const lnt_tensor *at, double noise, double alpha,
                          size_t row)
{
    lnt_tensor h = matrix(LNT_F64, z->cols, z->cols), v = matrix(LNT_F64, 1, z->cols);
    const lnt_tensor turned = lnt_transpose(z);
    bool definite;
    double quadratic;
    OK(lnt_gemm(1 / noise, &turned, z, 0, &h));
    for (size_t i = 0; i < z->cols; i++) {
        OK(lnt_tensor_set(&h, i, i, lnt_tensor_get(&h, i, i) + alpha));
    }
    OK(lnt_cholesky(&h, &definite));
    cr_assert(definite);
    lnt_tensor r;
    OK(lnt_slice_rows(at, row, 1, 1, &r));
    OK(lnt_copy(&r, &v));
    OK(lnt_cholesky_solve(&h, &v));
    OK(lnt_dot(&v, &r, &quadratic));
    return sqrt(noise + quadratic);
}

static lnt_tensor with_one(const lnt_tensor *x)
{
    lnt_tensor z = matrix(LNT_F64, x->rows, x->cols + 1), inner;
    OK(lnt_fill(1, &z));
    OK(lnt_slice_cols(&z, 0, x->cols, 1, &inner));
    OK(lnt_copy(x, &inner));
    return z;
}

Test(laplace, linear_regression_in_closed_form)
{
    const lnt_layer layers[] = {lnt_dense(1, LNT_IDENTITY)};
    lnt_net *net = new_net(LNT_F64, INPUTS, layers, 1);
    const lnt_tensor x = random_matrix(LNT_F64, ROWS, INPUTS, 1);
    const lnt_tensor y = random_matrix(LNT_F64, ROWS, 1, 2);
    const lnt_tensor new = random_matrix(LNT_F64, 9, INPUTS, 3);
    const lnt_tensor z = with_one(&x), at = with_one(&new);
    const lnt_loss loss = lnt_mse(LNT_SUM);
    for (int s = LNT_LAPLACE_LAST_LAYER; s <= LNT_LAPLACE_FULL;
         s++) { /* one layer: all are exact */
        lnt_laplace_config config = {
            .structure = (lnt_laplace_structure) s, .prior_precision = 0.3, .noise = 0.07};
        lnt_laplace *laplace;
        OK(lnt_laplace_fit(&laplace, net, &loss, &x, &y, NULL, &config, NULL));
        const prediction p = predict(net, laplace, &new, 100);
        for (size_t i = 0; i < new.rows; i++) {
            const double expected = closed_form(&z, &at, 0.07, 0.3, i);
            assert_lt(fabs(lnt_tensor_get(&p.sd, i, 0) / expected - 1), 1e-10);
        }
        lnt_laplace_destroy(laplace);
    }
    lnt_net_destroy(net);
}

/* --- coverage --- */

static double smooth(double x)
{
    return sin(2 * x) + 0.5 * x;
}

/* y = f(x) + noise of 0.2: of new rows in the same range 80 to 97% lie within 90% intervals. */
Test(laplace, intervals_cover)
{
    enum { N = 200 };
    lnt_tensor x = random_matrix(LNT_F64, N, 1, 4), y = matrix(LNT_F64, N, 1);
    lnt_tensor at = random_matrix(LNT_F64, N, 1, 14), seen = matrix(LNT_F64, N, 1);
    lnt_random random = lnt_random_init(6, 0);
    for (size_t i = 0; i < N; i++) {
        OK(lnt_tensor_set(&y, i, 0,
                          smooth(lnt_tensor_get(&x, i, 0)) + 0.2 * lnt_random_normal(&random)));
        OK(lnt_tensor_set(&seen, i, 0,
                          smooth(lnt_tensor_get(&at, i, 0)) + 0.2 * lnt_random_normal(&random)));
    }
    const lnt_layer layers[] = {lnt_dense(12, LNT_TANH), lnt_dense(1, LNT_IDENTITY)};
    lnt_net *net = new_net(LNT_F64, 1, layers, 2);
    lnt_fit_config fit = lnt_fit_defaults();
    fit.epochs = 300;
    fit.optim.learning_rate = 0.01;
    OK(lnt_fit(net, &x, &y, &fit, NULL, NULL));
    for (int s = LNT_LAPLACE_LAST_LAYER; s <= LNT_LAPLACE_FULL; s++) {
        lnt_laplace_config config = {.structure = (lnt_laplace_structure) s};
        lnt_laplace *laplace;
        OK(lnt_laplace_fit(&laplace, net, &fit.loss, &x, &y, NULL, &config, NULL));
        const prediction p = predict(net, laplace, &at, 64);
        size_t within = 0;
        for (size_t i = 0; i < N; i++) {
            const double off = fabs(lnt_tensor_get(&seen, i, 0) - lnt_tensor_get(&p.mean, i, 0));
            within += off <= 1.6448536269514722 * lnt_tensor_get(&p.sd, i, 0);
        }
        assert_ge(within, 160, "%zu of 200, %s", within,
                  lnt_laplace_structure_name((lnt_laplace_structure) s));
        assert_le(within, 194, "%zu of 200, %s", within,
                  lnt_laplace_structure_name((lnt_laplace_structure) s));
        lnt_laplace_destroy(laplace);
    }
    lnt_net_destroy(net);
}

/* --- memory, residual sums, what is refused --- */

static lnt_net *residual_net(lnt_loss *loss)
{
    const lnt_layer layers[] = {lnt_dense(3, LNT_TANH), lnt_residual(1), lnt_dense(3, LNT_SILU),
                                lnt_dense(2, LNT_IDENTITY), lnt_activation_layer(LNT_SOFTPLUS)};
    *loss = lnt_mse(LNT_MEAN);
    return new_net(LNT_F64, 3, layers, 5);
}

/* FULL's variance by differences: J by moving each parameter, then the explicit inverse. */
Test(laplace, residual_sums_against_differences)
{
    lnt_loss loss;
    lnt_net *net = residual_net(&loss);
    const lnt_tensor x = random_matrix(LNT_F64, 20, 3, 1), y = random_matrix(LNT_F64, 20, 2, 2);
    lnt_tensor w = lnt_net_parameters(net);
    const size_t n = w.cols;
    lnt_tensor jacobian = matrix(LNT_F64, 40, n), h = matrix(LNT_F64, n, n);
    lnt_pass *pass = new_pass(net);
    for (size_t k = 0; k < n; k++) {
        const double was = lnt_tensor_get(&w, 0, k);
        for (int side = -1; side <= 1; side += 2) {
            lnt_tensor out;
            OK(lnt_tensor_set(&w, 0, k, was + side * 1e-5));
            OK(lnt_pass_forward(pass, net, &x, &out));
            for (size_t i = 0; i < 40; i++) {
                const double before = lnt_tensor_get(&jacobian, i, k);
                const double value = lnt_tensor_get(&out, i / 2, i % 2);
                OK(lnt_tensor_set(&jacobian, i, k, before + side * value / 2e-5));
            }
        }
        OK(lnt_tensor_set(&w, 0, k, was));
    }
    const lnt_tensor turned = lnt_transpose(&jacobian);
    bool definite;
    OK(lnt_gemm(10, &turned, &jacobian, 0, &h));
    for (size_t k = 0; k < n; k++) {
        OK(lnt_tensor_set(&h, k, k, lnt_tensor_get(&h, k, k) + 2));
    }
    OK(lnt_cholesky(&h, &definite));
    lnt_tensor solved = copy_of(LNT_F64, &jacobian);
    OK(lnt_cholesky_solve(&h, &solved));
    lnt_laplace_config config = {.structure = LNT_LAPLACE_FULL, .prior_precision = 2, .noise = 0.1};
    lnt_laplace *laplace;
    OK(lnt_laplace_fit(&laplace, net, &loss, &x, &y, NULL, &config, NULL));
    const prediction p = predict(net, laplace, &x, 7);
    for (size_t i = 0; i < 40; i++) {
        lnt_tensor a, b;
        double v;
        OK(lnt_slice_rows(&jacobian, i, 1, 1, &a));
        OK(lnt_slice_rows(&solved, i, 1, 1, &b));
        OK(lnt_dot(&a, &b, &v));
        assert_lt(fabs(lnt_tensor_get(&p.epistemic, i / 2, i % 2) / sqrt(v) - 1), 1e-6);
    }
    lnt_laplace_destroy(laplace);
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
}

Test(laplace, memory)
{
    lnt_loss loss;
    lnt_net *net = residual_net(&loss);
    const lnt_tensor x = random_matrix(LNT_F64, 20, 3, 1), y = random_matrix(LNT_F64, 20, 2, 2);
    for (int s = LNT_LAPLACE_LAST_LAYER; s <= LNT_LAPLACE_FULL; s++) {
        for (size_t fail_at = 0; fail_at <= 2; fail_at++) {
            failing f = {.fail_at = fail_at};
            const lnt_allocator allocator = failing_allocator(&f);
            lnt_laplace_config config = {.structure = (lnt_laplace_structure) s,
                                         .allocator = &allocator};
            lnt_laplace *laplace;
            FAILS(fail_at > 0 ? LNT_ERR_MEMORY : LNT_OK,
                  lnt_laplace_fit(&laplace, net, &loss, &x, &y, NULL, &config, NULL));
            assert_eq(f.live, fail_at == 0);
            assert_eq(fail_at == 0, laplace != NULL);
            if (laplace != NULL) {
                lnt_laplace_predictor *predictor;
                lnt_tensor mean = matrix(LNT_F64, 20, 2), sd = matrix(LNT_F64, 20, 2);
                OK(lnt_laplace_predictor_create(&predictor, net, laplace, 8, &allocator));
                const size_t calls = f.calls;
                OK(lnt_laplace_predict(predictor, &x, &mean, &sd, NULL));
                assert_eq(f.calls, calls);
                assert_eq(calls, 3);
                lnt_laplace_predictor_destroy(predictor);
            }
            lnt_laplace_destroy(laplace);
            assert_eq(f.live, 0);
        }
    }
    lnt_net_destroy(net);
}

static void refused(const lnt_net *net, const lnt_loss *loss, const lnt_laplace_config *config,
                    lnt_status expected, const char *words)
{
    const size_t targets = lnt_loss_target_cols(loss->kind, lnt_net_outputs(net));
    const lnt_tensor x = random_matrix(LNT_F64, 20, lnt_net_inputs(net), 1);
    const lnt_tensor y = random_matrix(LNT_F64, 20, targets, 2);
    lnt_error error = {0};
    lnt_laplace *laplace;
    FAILS(expected, lnt_laplace_fit(&laplace, net, loss, &x, &y, NULL, config, &error));
    cr_assert_null(laplace, "%s", error.message);
    assert_contains(error.message, words);
    lnt_error before = {0}; /* the same without the rows */
    FAILS(expected, lnt_laplace_supports(config, net, loss, 20, &before));
    assert_str_eq(error.message, before.message);
}

Test(laplace, wrong_use)
{
    lnt_loss loss;
    lnt_net *net = residual_net(&loss);
    lnt_laplace_config config = {.structure = LNT_LAPLACE_FULL, .max_bytes = 20000};
    refused(net, &loss, &config, LNT_ERR_TOO_LARGE, "kronecker takes");
    config.max_bytes = 10;
    refused(net, &loss, &config, LNT_ERR_TOO_LARGE, "so does each other");
    config = lnt_laplace_defaults();
    OK(lnt_laplace_supports(&config, net, &loss, 20, NULL));
    FAILS(LNT_ERR_SHAPE, lnt_laplace_supports(&config, net, &loss, 0, NULL));
    FAILS(LNT_ERR_NULL, lnt_laplace_supports(NULL, net, &loss, 20, NULL));
    FAILS(LNT_ERR_NULL, lnt_laplace_supports(&config, NULL, &loss, 20, NULL));
    FAILS(LNT_ERR_NULL, lnt_laplace_supports(&config, net, NULL, 20, NULL));
    config.noise = -1;
    refused(net, &loss, &config, LNT_ERR_INVALID,
            "laplace.noise is -1, expected a finite number from 0");
    config = lnt_laplace_defaults();
    config.structure = (lnt_laplace_structure) 3;
    refused(net, &loss, &config, LNT_ERR_INVALID, "structure");
    config = lnt_laplace_defaults();
    const lnt_loss mae = lnt_mae(LNT_MEAN);
    refused(net, &mae, &config, LNT_ERR_INVALID, "found mae");
    const lnt_layer normed[] = {lnt_dense(3, LNT_TANH), lnt_layer_norm(),
                                lnt_dense(1, LNT_IDENTITY)};
    lnt_net *other = new_net(LNT_F64, 3, normed, 3);
    refused(other, &loss, &config, LNT_ERR_INVALID, "layer 1, layer_norm");
    const lnt_layer bare[] = {lnt_activation_layer(LNT_TANH)};
    lnt_net *empty = new_net(LNT_F64, 3, bare, 1);
    refused(empty, &loss, &config, LNT_ERR_INVALID, "no layer is dense");
    lnt_net_destroy(other);
    lnt_net_destroy(empty);
    lnt_net_destroy(net);
}

/* Data and outputs of other shapes and types than the net's. */
Test(laplace, refuses_what_does_not_fit)
{
    lnt_loss loss;
    lnt_net *net = residual_net(&loss);
    const size_t n_in = lnt_net_inputs(net), n_out = lnt_net_outputs(net);
    const lnt_tensor x = random_matrix(LNT_F64, 20, n_in, 1);
    const lnt_tensor y = random_matrix(LNT_F64, 20, n_out, 2);
    const lnt_tensor wide_x = matrix(LNT_F64, 20, n_in + 1);
    const lnt_laplace_config config = lnt_laplace_defaults();
    lnt_laplace *laplace;
    lnt_laplace_predictor *p;
    OK(lnt_laplace_fit(&laplace, net, &loss, &x, &y, NULL, &config, NULL));
    FAILS(LNT_ERR_INVALID, lnt_laplace_predictor_create(&p, net, laplace, 0, NULL));
    OK(lnt_laplace_predictor_create(&p, net, laplace, 1, NULL));
    lnt_laplace_predictor_destroy(p);
    OK(lnt_laplace_predictor_create(&p, net, laplace, 8, NULL));
    const lnt_tensor few = matrix(LNT_F64, 19, 1), wide = matrix(LNT_F64, 20, 2);
    const lnt_tensor few_y = matrix(LNT_F64, 19, n_out), no_x = matrix(LNT_F64, 0, n_in),
                     no_y = matrix(LNT_F64, 0, n_out);
    lnt_laplace *none;
    const lnt_tensor *const inputs[] = {&wide_x, &x, &no_x, &x, &x};
    const lnt_tensor *const targets[] = {&y, &few_y, &no_y, &y, &y};
    const lnt_tensor *const weights[] = {NULL, NULL, NULL, &few, &wide};
    for (size_t i = 0; i < 5; i++) {
        lnt_error error = {LNT_OK, ""};
        FAILS(LNT_ERR_SHAPE, lnt_laplace_fit(&none, net, &loss, inputs[i], targets[i], weights[i],
                                             &config, &error));
        assert_contains(error.message, "do not fit together");
    }
    lnt_tensor fits = matrix(LNT_F64, 20, n_out), other = matrix(LNT_F64, 20, n_out);
    lnt_tensor wrong[] = {matrix(LNT_F64, 19, n_out), matrix(LNT_F64, 21, n_out),
                          matrix(LNT_F64, 20, n_out + 1), matrix(LNT_F32, 20, n_out)};
    for (size_t i = 0; i < 4; i++) {
        const lnt_status expected = i < 3 ? LNT_ERR_SHAPE : LNT_ERR_DTYPE;
        FAILS(expected, lnt_laplace_predict(p, &x, &wrong[i], &other, NULL));
        FAILS(expected, lnt_laplace_predict(p, &x, &fits, &wrong[i], NULL));
        FAILS(expected, lnt_laplace_predict(p, &x, &fits, &other, &wrong[i]));
    }
    FAILS(LNT_ERR_SHAPE, lnt_laplace_predict(p, &wide_x, &fits, &other, NULL));
    FAILS(LNT_ERR_NULL, lnt_laplace_predict(p, &x, NULL, &other, NULL));
    FAILS(LNT_ERR_NULL, lnt_laplace_predict(p, &x, &fits, NULL, NULL));
    FAILS(LNT_ERR_NULL, lnt_laplace_predict(NULL, &x, &fits, &other, NULL));
    OK(lnt_laplace_predict(p, &x, &fits, &other, NULL));
    lnt_laplace_predictor_destroy(p);
    lnt_laplace_destroy(laplace);
    lnt_net_destroy(net);
}

/* No residual at all: σ² must be given. */
Test(laplace, nothing_left)
{
    const lnt_layer layers[] = {lnt_dense(1, LNT_IDENTITY)};
    lnt_net *net = new_net(LNT_F64, 2, layers, 1);
    const lnt_tensor x = random_matrix(LNT_F64, 20, 2, 1);
    lnt_pass *pass = new_pass(net);
    lnt_tensor y;
    OK(lnt_pass_forward(pass, net, &x, &y));
    const lnt_loss loss = lnt_mse(LNT_MEAN);
    lnt_laplace_config config = lnt_laplace_defaults();
    lnt_laplace *laplace;
    lnt_error error = {0};
    FAILS(LNT_ERR_INVALID, lnt_laplace_fit(&laplace, net, &loss, &x, &y, NULL, &config, &error));
    assert_contains(error.message, "no residual");
    config.noise = 0.1;
    OK(lnt_laplace_fit(&laplace, net, &loss, &x, &y, NULL, &config, NULL));
    lnt_laplace_destroy(laplace);
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
}
