/* SPDX-License-Identifier: MIT */
#include "support/derivatives.h"

#include "support/failing_allocator.h"

/* Precision, strides, memory, and what is refused. */

enum { JACOBIAN, JVP, VJP_X, VJP_P, HVP, GGN, DIAGONAL, JACOBIAN_LOSS, JVP_GRADIENT, N_RESULTS };

/* Everything that an object gives out, into `results` as they lie; `how` < 0: inputs are dense. */
static void all(scene *s, lnt_dtype dtype, int how, lnt_tensor results[N_RESULTS])
{
    const size_t n = s->parameters.cols, outputs = s->outputs;
    lnt_tensor in[] = {random_matrix(dtype, ROWS, INPUTS, 2), random_matrix(dtype, 1, n, 3),
                       random_matrix(dtype, ROWS, outputs, 4),
                       random_matrix(dtype, ROWS * outputs, INPUTS, 5)};
    for (size_t i = 0; i < sizeof in / sizeof in[0] && how >= 0; i++) {
        in[i] = laid_out((layout) how, &in[i]);
    }
    const lnt_tensor x = how >= 0 ? laid_out((layout) how, &s->x) : s->x;
    const lnt_loss loss = lnt_log_cosh(LNT_MEAN);
    double value;
    OK(lnt_derivatives_linearize(s->d, &x, NULL));
    OK(lnt_jacobian(s->d, &results[JACOBIAN]));
    OK(lnt_jvp(s->d, &in[0], &in[1], &results[JVP]));
    OK(lnt_vjp(s->d, &in[2], &results[VJP_X], &results[VJP_P]));
    OK(lnt_hvp(s->d, &loss, &in[2], NULL, &in[1], &results[HVP]));
    OK(lnt_ggn_vp(s->d, &loss, &in[2], NULL, &in[1], &results[GGN]));
    OK(lnt_input_hessian_diagonal(s->d, &results[DIAGONAL]));
    OK(lnt_jacobian_loss(s->d, &in[3], NULL, LNT_MEAN, 1, 0, &value, &results[JACOBIAN_LOSS]));
    OK(lnt_jvp_gradient(s->d, &in[0], &in[2], 0, &results[JVP_GRADIENT]));
}

static void new_results(const scene *s, lnt_dtype dtype, int how, lnt_tensor results[N_RESULTS])
{
    for (size_t i = 0; i < N_RESULTS; i++) {
        const bool by_row = i == JVP || i == VJP_X, long_one = i == JACOBIAN || i == DIAGONAL;
        const size_t rows = by_row ? ROWS : long_one ? ROWS * s->outputs : 1;
        const size_t cols = i == JVP             ? s->outputs
                            : by_row || long_one ? INPUTS
                                                 : s->parameters.cols;
        results[i] = matrix(dtype, rows, cols);
        if (how >= 0) {
            results[i] = laid_out((layout) how, &results[i]);
        }
    }
}

Test(derivatives_use, single_precision)
{
    for (size_t i = 0; i < 2 * N_NETS; i++) {
        scene wide = scene_number(LNT_F64, i), narrow = scene_number(LNT_F32, i);
        lnt_tensor expected[N_RESULTS], found[N_RESULTS];
        OK(lnt_copy(&narrow.parameters, &wide.parameters));
        OK(lnt_copy(&narrow.x, &wide.x));
        new_results(&wide, LNT_F64, -1, expected);
        new_results(&narrow, LNT_F32, -1, found);
        all(&wide, LNT_F64, -1, expected);
        all(&narrow, LNT_F32, -1, found);
        for (size_t r = 0; r < N_RESULTS; r++) {
            const lnt_tensor a = copy_of(LNT_F64, &found[r]);
            const double error = difference(&a, &expected[r]);
            assert_lt(error, 3e-5, "net %zu, result %zu: %g", i, r, error);
        }
        finish(&wide);
        finish(&narrow);
    }
}

Test(derivatives_use, any_strides)
{
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        EACH_SCENE(dtype)
        {
            lnt_tensor dense[N_RESULTS], found[N_RESULTS];
            new_results(&s, dtype, -1, dense);
            all(&s, dtype, -1, dense);
            for (int how = 0; how < N_LAYOUTS; how++) {
                new_results(&s, dtype, how, found);
                all(&s, dtype, how, found);
                for (size_t r = 0; r < N_RESULTS; r++) {
                    assert_same_bits(&found[r], &dense[r], "layout %d, result %zu", how, r);
                }
            }
        }
    }
}

/* Fewer rows after more, none, and more than there is room for. */
Test(derivatives_use, batches_of_any_size)
{
    scene s = scene_number(LNT_F64, 1);
    lnt_tensor whole = matrix(LNT_F64, ROWS * s.outputs, INPUTS), first = whole, y;
    OK(lnt_jacobian(s.d, &whole));
    first.rows = 2 * s.outputs;
    lnt_tensor part = matrix(LNT_F64, 2 * s.outputs, INPUTS), x = s.x;
    x.rows = 2;
    OK(lnt_derivatives_linearize(s.d, &x, &y));
    assert_eq(y.rows, 2);
    OK(lnt_jacobian(s.d, &part));
    NEAR(part, first, 1e-14);
    x.rows = 0;
    part.rows = 0;
    lnt_tensor g = random_matrix(LNT_F64, 1, s.parameters.cols, 3), u = s.y;
    u.rows = 0;
    OK(lnt_derivatives_linearize(s.d, &x, NULL));
    OK(lnt_jacobian(s.d, &part));
    OK(lnt_vjp(s.d, &u, NULL, &g));
    double most;
    OK(lnt_norm(LNT_NORM_MAX, &g, &most));
    assert_eq(most, 0);
    const lnt_tensor many = random_matrix(LNT_F64, 33, INPUTS, 1);
    FAILS(LNT_ERR_SHAPE, lnt_derivatives_linearize(s.d, &many, NULL));
    FAILS(LNT_ERR_STATE, lnt_jacobian(s.d, &part)); /* there is no batch now */
    OK(lnt_derivatives_linearize(s.d, &x, NULL));
    FAILS(LNT_ERR_NULL, lnt_derivatives_linearize(s.d, NULL, NULL));
    FAILS(LNT_ERR_STATE, lnt_jacobian(s.d, &part));
    finish(&s);
}

Test(derivatives_use, one_allocation)
{
    failing f = {0};
    const lnt_allocator allocator = failing_allocator(&f);
    scene s = scene_number(LNT_F64, 1);
    lnt_derivatives_config config = lnt_derivatives_defaults();
    config.second = true;
    config.inputs = s.inputs;
    config.targets = s.targets;
    config.allocator = &allocator;
    lnt_derivatives_destroy(s.d);
    OK(lnt_derivatives_create(&s.d, s.net, &config, NULL));
    lnt_tensor results[N_RESULTS];
    new_results(&s, LNT_F64, STEPPED, results);
    all(&s, LNT_F64, STEPPED, results);
    assert_eq(f.calls, 1);
    assert_eq(f.live, 1);
    lnt_derivatives *none = s.d;
    lnt_error error = {0};
    f.fail_at = 2;
    FAILS(LNT_ERR_MEMORY, lnt_derivatives_create(&none, s.net, &config, &error));
    cr_assert_null(none);
    assert_status(error.status, LNT_ERR_MEMORY);
    finish(&s);
    assert_eq(f.live, 0);
}

Test(derivatives_use, refuses_a_config)
{
    scene s = scene_number(LNT_F64, 1);
    lnt_derivatives *d;
    lnt_error error = {0};
    lnt_derivatives_config config = lnt_derivatives_defaults();
    config.max_rows = 0;
    FAILS(LNT_ERR_INVALID, lnt_derivatives_create(&d, s.net, &config, &error));
    config = lnt_derivatives_defaults();
    config.targets = s.inputs;
    FAILS(LNT_ERR_SHAPE, lnt_derivatives_create(&d, s.net, &config, &error));
    assert_contains(error.message, "3 columns");
    cr_assert_null(d, "%s", error.message);
    config.targets = NULL;
    config.inputs = s.targets;
    FAILS(LNT_ERR_SHAPE, lnt_derivatives_create(&d, s.net, &config, &error));
    FAILS(LNT_ERR_NULL, lnt_derivatives_create(&d, NULL, &config, &error));
    FAILS(LNT_ERR_NULL, lnt_derivatives_create(NULL, s.net, &config, &error));
    config = lnt_derivatives_defaults();
    config.max_rows = SIZE_MAX / 2;
    FAILS(LNT_ERR_TOO_LARGE, lnt_derivatives_create(&d, s.net, &config, &error));
    lnt_derivatives_destroy(NULL);
    finish(&s);
}

static lnt_status custom(const lnt_tensor *output, const lnt_tensor *target,
                         const lnt_tensor *weights, double *value, lnt_tensor *gradient,
                         void *context)
{
    (void) output, (void) target, (void) weights, (void) gradient, (void) context;
    *value = 0;
    return LNT_OK;
}

Test(derivatives_use, refuses_arguments)
{
    scene s = scene_number(LNT_F64, 1);
    const size_t n = s.parameters.cols;
    const lnt_loss mse = lnt_mse(LNT_MEAN), own = lnt_custom_loss(custom, NULL, LNT_MEAN);
    lnt_tensor j = matrix(LNT_F64, ROWS * s.outputs, INPUTS), p = matrix(LNT_F64, 1, n);
    lnt_tensor q = matrix(LNT_F64, 1, n), x = matrix(LNT_F64, ROWS, INPUTS);
    lnt_tensor single = matrix(LNT_F32, ROWS * s.outputs, INPUTS), y = copy_of(LNT_F64, &s.y);
    FAILS(LNT_ERR_SHAPE, lnt_jacobian(s.d, &x));
    FAILS(LNT_ERR_DTYPE, lnt_jacobian(s.d, &single));
    FAILS(LNT_ERR_NULL, lnt_jacobian(s.d, NULL));
    FAILS(LNT_ERR_NULL, lnt_jacobian(NULL, &j));
    lnt_tensor still = j;
    still.row_stride = 0;
    FAILS(LNT_ERR_ALIAS, lnt_jacobian(s.d, &still));
    FAILS(LNT_ERR_SHAPE, lnt_jvp(s.d, &j, NULL, &y));
    FAILS(LNT_ERR_SHAPE, lnt_jvp(s.d, NULL, &x, &y));
    FAILS(LNT_ERR_SHAPE, lnt_jvp(s.d, &x, NULL, &x));
    FAILS(LNT_ERR_ALIAS, lnt_vjp(s.d, &y, NULL, &(lnt_tensor){y.data, 1, n, 0, 1, LNT_F64}));
    FAILS(LNT_ERR_NULL, lnt_vjp(s.d, NULL, &x, NULL));
    FAILS(LNT_ERR_ALIAS, lnt_hvp(s.d, &mse, &y, NULL, &p, &p));
    lnt_tensor in_y = {y.data, 1, n, 0, 1, LNT_F64};
    FAILS(LNT_ERR_ALIAS, lnt_hvp(s.d, &mse, &y, NULL, &p, &in_y));
    FAILS(LNT_ERR_ALIAS, lnt_ggn_vp(s.d, &mse, &y, NULL, &p, &in_y));
    FAILS(LNT_ERR_ALIAS, lnt_ggn_vp(s.d, &mse, &y, NULL, &p, &p));
    FAILS(LNT_ERR_INVALID, lnt_hvp(s.d, &own, &y, NULL, &p, &q));
    FAILS(LNT_ERR_INVALID, lnt_ggn_vp(s.d, &own, &y, NULL, &p, &q));
    FAILS(LNT_ERR_SHAPE, lnt_hvp(s.d, &mse, &x, NULL, &p, &q));
    FAILS(LNT_ERR_NULL, lnt_hvp(s.d, NULL, &y, NULL, &p, &q));
    FAILS(LNT_ERR_NULL, lnt_jvp_gradient(s.d, NULL, &y, 0, &q));
    finish(&s);
}

/* Before the first batch, and without room for second derivatives. */
Test(derivatives_use, order)
{
    scene s = scene_number(LNT_F64, 0);
    const size_t n = s.parameters.cols;
    const lnt_loss mse = lnt_mse(LNT_MEAN);
    lnt_tensor j = matrix(LNT_F64, ROWS * s.outputs, INPUTS), p = matrix(LNT_F64, 1, n);
    lnt_tensor q = matrix(LNT_F64, 1, n), x = matrix(LNT_F64, ROWS, INPUTS);
    lnt_tensor y = copy_of(LNT_F64, &s.y);
    double value;
    lnt_derivatives *d;
    const lnt_derivatives_config config = lnt_derivatives_defaults();
    OK(lnt_derivatives_create(&d, s.net, &config, NULL));
    FAILS(LNT_ERR_STATE, lnt_jacobian(d, &j));
    FAILS(LNT_ERR_STATE, lnt_jvp(d, &x, NULL, &y));
    FAILS(LNT_ERR_STATE, lnt_vjp(d, &y, &x, NULL));
    FAILS(LNT_ERR_STATE, lnt_ggn_vp(d, &mse, &y, NULL, &p, &q));
    FAILS(LNT_ERR_NULL, lnt_derivatives_linearize(d, NULL, NULL));
    OK(lnt_derivatives_linearize(d, &s.x, NULL));
    OK(lnt_jacobian(d, &j));
    OK(lnt_ggn_vp(d, &mse, &y, NULL, &p, &q));
    FAILS(LNT_ERR_STATE, lnt_hvp(d, &mse, &y, NULL, &p, &q));
    FAILS(LNT_ERR_STATE, lnt_input_hessian_diagonal(d, &j));
    FAILS(LNT_ERR_STATE, lnt_jvp_gradient(d, &x, &y, 0, &q));
    FAILS(LNT_ERR_STATE, lnt_jacobian_loss(d, &j, NULL, LNT_MEAN, 1, 0, &value, &q));
    lnt_derivatives_destroy(d);
    finish(&s);
}
