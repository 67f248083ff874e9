/* SPDX-License-Identifier: MIT */
#include "support/net.h"

/* Initialisers: what they draw, and from which streams. */

enum { ROWS = 300, COLS = 200, COUNT = ROWS * COLS };

static lnt_tensor filled(const lnt_init *init, lnt_dtype dtype, uint64_t seed, uint64_t stream)
{
    lnt_tensor x = matrix(dtype, ROWS, COLS);
    OK(lnt_init_fill(init, seed, stream, &x));
    return x;
}

/* Fan in is 300, fan out 200; limits are those of a uniform draw, 0 for a normal one. */
static const struct moments {
    const char *name;
    lnt_init_kind kind;
    double a, b;
    double mean, variance, limit;
} kinds[] = {
    {"uniform", LNT_INIT_UNIFORM, 2, 5, 3.5, 9.0 / 12, 1.5},
    {"the tutorial's", LNT_INIT_UNIFORM, 0, 0.001, 0.0005, 1e-6 / 12, 0.0005},
    {"normal", LNT_INIT_NORMAL, -1, 0.25, -1, 0.0625, 0},
    {"He uniform", LNT_INIT_HE_UNIFORM, 0, 0, 0, 2.0 / 300, 0.14142135623730951},
    {"He normal", LNT_INIT_HE_NORMAL, 0, 0, 0, 2.0 / 300, 0},
    {"Glorot uniform", LNT_INIT_GLOROT_UNIFORM, 0, 0, 0, 2.0 / 500, 0.10954451150103323},
    {"Glorot normal", LNT_INIT_GLOROT_NORMAL, 0, 0, 0, 2.0 / 500, 0},
    {"LeCun uniform", LNT_INIT_LECUN_UNIFORM, 0, 0, 0, 1.0 / 300, 0.1},
    {"LeCun normal", LNT_INIT_LECUN_NORMAL, 0, 0, 0, 1.0 / 300, 0},
    {"truncated", LNT_INIT_TRUNCATED_NORMAL, 3, 0.5, 3, 0.25 * 0.7737413036, 1},
};

Test(init, moments_and_ranges)
{
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        const struct moments *m = &kinds[k];
        const lnt_init init = {.kind = m->kind, .a = m->a, .b = m->b};
        const lnt_tensor x = filled(&init, LNT_F64, 11, k);
        const double *values = x.data, deviation = sqrt(m->variance);
        double sum = 0, squares = 0, largest = 0;
        for (size_t i = 0; i < COUNT; i++) {
            const double centred = values[i] - m->mean;
            sum += centred;
            squares += centred * centred;
            largest = fmax(largest, fabs(centred));
        }
        /* Five standard errors; a normal's variance has the relative error √(2/n). */
        assert_lt(fabs(sum / COUNT), 5 * deviation / sqrt(COUNT), "%s: mean", m->name);
        assert_lt(fabs(squares / COUNT / m->variance - 1), 5 * sqrt(2.0 / COUNT), "%s: variance",
                  m->name);
        if (m->limit > 0) { /* the whole range, and no more */
            assert_le(largest, m->limit, "%s: range", m->name);
            assert_gt(largest, 0.999 * m->limit, "%s: range", m->name);
        } else { /* P(|x| < 3.5σ for all) is 1e-12, P(|x| > 6.5σ for one) 5e-6 */
            assert_gt(largest, 3.5 * deviation, "%s: tails", m->name);
            assert_lt(largest, 6.5 * deviation, "%s: tails", m->name);
        }
    }
}

Test(init, constructors_name_their_kind)
{
    for (int kind = LNT_INIT_AUTO; kind <= LNT_INIT_ARRAY; kind++) {
        assert_eq((int) lnt_init_defaults((lnt_init_kind) kind).kind, kind);
    }
    const lnt_init zeros = lnt_init_zeros(), seven = lnt_init_constant(7);
    const lnt_init uniform = lnt_init_uniform(-2, 3), normal = lnt_init_normal(4, 5);
    assert_eq(zeros.kind, LNT_INIT_CONSTANT);
    assert_eq(zeros.a, 0);
    assert_eq(seven.kind, LNT_INIT_CONSTANT);
    assert_eq(seven.a, 7);
    assert_eq(uniform.kind, LNT_INIT_UNIFORM);
    assert_eq(uniform.a, -2);
    assert_eq(uniform.b, 3);
    assert_eq(normal.kind, LNT_INIT_NORMAL);
    assert_eq(normal.a, 4);
    assert_eq(normal.b, 5);
}

Test(init, constants)
{
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        const lnt_init init = lnt_init_constant(-0.75);
        const lnt_tensor x = filled(&init, dtype, 1, 1);
        for (size_t i = 0; i < ROWS; i++) {
            for (size_t j = 0; j < COLS; j++) {
                assert_eq(lnt_tensor_get(&x, i, j), -0.75);
            }
        }
    }
}

Test(init, a_draw_depends_on_seed_and_stream_alone)
{
    const lnt_init init = lnt_init_defaults(LNT_INIT_HE_NORMAL);
    const lnt_tensor x = filled(&init, LNT_F64, 3, 4), again = filled(&init, LNT_F64, 3, 4);
    const lnt_tensor seed = filled(&init, LNT_F64, 4, 4), stream = filled(&init, LNT_F64, 3, 5);
    assert_same_bits(&x, &again);
    const lnt_tensor *const others[] = {&seed, &stream};
    for (int k = 0; k < 2; k++) { /* correlation under five standard errors of independent draws */
        double product, norm, other_norm;
        OK(lnt_dot(&x, others[k], &product));
        OK(lnt_norm(LNT_NORM_L2, &x, &norm));
        OK(lnt_norm(LNT_NORM_L2, others[k], &other_norm));
        assert_lt(fabs(product / (norm * other_norm)), 5 / sqrt(COUNT));
    }
}

Test(init, f32_is_the_rounded_f64)
{
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        const lnt_init init = {.kind = kinds[k].kind, .a = kinds[k].a, .b = kinds[k].b};
        const lnt_tensor f64 = filled(&init, LNT_F64, 7, k), f32 = filled(&init, LNT_F32, 7, k);
        const lnt_tensor rounded = copy_of(LNT_F32, &f64);
        assert_same_bits(&f32, &rounded, "%s", kinds[k].name);
    }
}

/* Rows are drawn one after the other, wherever they lie in memory. */
Test(init, any_layout)
{
    const lnt_init init = lnt_init_normal(0, 1);
    const lnt_tensor plain = random_matrix(LNT_F64, 7, 5, 8);
    for (layout how = 0; how < N_LAYOUTS; how++) {
        lnt_tensor view = laid_out(how, &plain);
        OK(lnt_fill(0, &view));
        OK(lnt_init_fill(&init, 20, 8, &view));
        assert_same_bits(&view, &plain, "layout %d", (int) how);
    }
}

Test(init, arrays)
{
    const lnt_tensor values = random_matrix(LNT_F64, 4, 3, 1);
    for (layout how = 0; how < N_LAYOUTS; how++) {
        const lnt_tensor view = laid_out(how, &values);
        const lnt_init init = lnt_init_array(&view);
        lnt_tensor f64 = matrix(LNT_F64, 4, 3), f32 = matrix(LNT_F32, 4, 3);
        OK(lnt_init_fill(&init, 0, 0, &f64));
        OK(lnt_init_fill(&init, 0, 0, &f32));
        const lnt_tensor rounded = copy_of(LNT_F32, &values);
        assert_same_bits(&f64, &values, "layout %d", (int) how);
        assert_same_bits(&f32, &rounded, "layout %d", (int) how);
    }
    const lnt_init init = lnt_init_array(&values), none = lnt_init_array(NULL);
    lnt_tensor transposed = matrix(LNT_F64, 3, 4), fits = matrix(LNT_F64, 4, 3);
    FAILS(LNT_ERR_SHAPE, lnt_init_fill(&init, 0, 0, &transposed));
    assert_ne(lnt_init_fill(&none, 0, 0, &fits), LNT_OK, "there is no array");
}

Test(init, errors)
{
    lnt_tensor x = matrix(LNT_F64, 3, 2), i32 = matrix(LNT_I32, 3, 2);
    const lnt_tensor zero = matrix(LNT_F64, 3, 2);
    const lnt_init bad[] = {
        {.kind = (lnt_init_kind) 99},     {.kind = (lnt_init_kind) -1},
        lnt_init_defaults(LNT_INIT_AUTO), /* has a meaning only before an activation */
        lnt_init_constant(NAN),           lnt_init_uniform(1, 0),
        lnt_init_uniform(0, INFINITY),    lnt_init_uniform(NAN, 1),
        lnt_init_normal(0, -1),           lnt_init_normal(0, NAN),
        lnt_init_normal(-INFINITY, 1),
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        FAILS(LNT_ERR_INVALID, lnt_init_fill(&bad[i], 0, 0, &x));
        assert_same_bits(&x, &zero, "initialiser %zu wrote before it failed", i);
    }
    const lnt_init fine = lnt_init_constant(1);
    FAILS(LNT_ERR_NULL, lnt_init_fill(NULL, 0, 0, &x));
    FAILS(LNT_ERR_NULL, lnt_init_fill(&fine, 0, 0, NULL));
    FAILS(LNT_ERR_DTYPE, lnt_init_fill(&fine, 0, 0, &i32));
    lnt_tensor empty = lnt_tensor_f64(NULL, 0, 2), no_data = lnt_tensor_f64(NULL, 2, 2);
    OK(lnt_init_fill(&fine, 0, 0, &empty));
    FAILS(LNT_ERR_NULL, lnt_init_fill(&fine, 0, 0, &no_data));
}

/* --- in a net --- */

static lnt_tensor parameter_of(lnt_net *net, size_t i)
{
    lnt_parameter parameter;
    OK(lnt_net_parameter(net, i, &parameter));
    return parameter.value;
}

Test(init, auto_chooses_by_the_activation)
{
    const lnt_init_kind choice[] = {
        [LNT_IDENTITY] = LNT_INIT_GLOROT_UNIFORM, [LNT_RELU] = LNT_INIT_HE_NORMAL,
        [LNT_LEAKY_RELU] = LNT_INIT_HE_NORMAL,    [LNT_TANH] = LNT_INIT_GLOROT_UNIFORM,
        [LNT_SIGMOID] = LNT_INIT_GLOROT_UNIFORM,
    };
    for (size_t a = 0; a < sizeof choice / sizeof choice[0]; a++) {
        lnt_layer layer = lnt_dense(13, (lnt_activation) a);
        lnt_net *automatic = new_net(LNT_F64, 11, &layer, 1);
        layer.weight_init = lnt_init_defaults(choice[a]);
        layer.weight_init.gain = choice[a] == LNT_INIT_GLOROT_UNIFORM ? 1 : 0;
        lnt_net *explicit = new_net(LNT_F64, 11, &layer, 1);
        const lnt_tensor x = parameter_of(automatic, 0), y = parameter_of(explicit, 0);
        const lnt_tensor bias = parameter_of(automatic, 1), zero = matrix(LNT_F64, 1, 13);
        assert_same_bits(&x, &y, "%s", lnt_activation_name((lnt_activation) a));
        assert_same_bits(&bias, &zero);
        lnt_net_destroy(automatic);
        lnt_net_destroy(explicit);
    }
}

/* Parameter i of a net is drawn from its own stream, whatever the others are. */
Test(init, parameters_have_independent_streams)
{
    lnt_layer layers[] = {lnt_dense(6, LNT_TANH), lnt_dense(7, LNT_TANH)};
    lnt_net *net = new_net(LNT_F64, 4, layers, 2);
    const lnt_tensor weight = parameter_of(net, 2);
    lnt_tensor drawn = matrix(LNT_F64, 6, 7);
    const lnt_init glorot = lnt_init_defaults(LNT_INIT_GLOROT_UNIFORM);
    OK(lnt_init_fill(&glorot, lnt_net_seed(net), LNT_STREAM_INIT + (2 << 8), &drawn));
    assert_same_bits(&weight, &drawn);

    layers[0].weight_init = lnt_init_zeros();
    layers[0].bias_init = lnt_init_normal(0, 1);
    lnt_net *other = new_net(LNT_F64, 9, layers, 2);
    const lnt_tensor other_weight = parameter_of(other, 2);
    assert_same_bits(&weight, &other_weight);
    lnt_net_destroy(net);
    lnt_net_destroy(other);
}

Test(init, arrays_are_borrowed_until_the_net_is_created)
{
    lnt_tensor weight = random_matrix(LNT_F64, 4, 3, 1), bias = random_matrix(LNT_F64, 1, 3, 2);
    const lnt_tensor weight_kept = copy_of(LNT_F64, &weight), bias_kept = copy_of(LNT_F64, &bias);
    lnt_layer layer = lnt_dense(3, LNT_TANH);
    layer.weight_init = lnt_init_array(&weight);
    layer.bias_init = lnt_init_array(&bias);
    lnt_net *net = new_net(LNT_F64, 4, &layer, 1);
    OK(lnt_fill(NAN, &weight));
    OK(lnt_fill(NAN, &bias));
    const lnt_tensor w = parameter_of(net, 0), b = parameter_of(net, 1);
    assert_same_bits(&w, &weight_kept);
    assert_same_bits(&b, &bias_kept);
    cr_assert_null(lnt_net_layer(net, 0)->weight_init.values.data);
    cr_assert_null(lnt_net_layer(net, 0)->bias_init.values.data);
    lnt_net *clone = NULL;
    OK(lnt_net_clone(&clone, net, NULL));
    lnt_net_destroy(clone);
    lnt_net_destroy(net);
}

Test(init, a_bad_initialiser_makes_no_net)
{
    const lnt_tensor wrong = matrix(LNT_F64, 3, 4);
    lnt_layer layer = lnt_dense(3, LNT_TANH);
    const lnt_net_config config = {.dtype = LNT_F64, .inputs = 4, .layers = &layer, .n_layers = 1};
    lnt_net *net = (lnt_net *) 1;
    layer.weight_init = lnt_init_array(&wrong);
    FAILS(LNT_ERR_SHAPE, lnt_net_create(&net, &config));
    cr_assert_null(net);
    layer.weight_init = lnt_init_uniform(1, 0);
    FAILS(LNT_ERR_INVALID, lnt_net_create(&net, &config));
    layer.weight_init = lnt_init_zeros();
    layer.bias_init = lnt_init_normal(0, NAN);
    FAILS(LNT_ERR_INVALID, lnt_net_create(&net, &config));
    cr_assert_null(net);
}

/* --- gains --- */

/* Those of PyTorch's calculate_gain, where it has one. */
Test(init, gains_of_activations)
{
    const double sqrt2 = sqrt(2);
    assert_near(lnt_activation_gain(LNT_RELU, 0), sqrt2, 1e-15);
    assert_near(lnt_activation_gain(LNT_LEAKY_RELU, 0.01), sqrt(2 / 1.0001), 1e-15);
    assert_near(lnt_activation_gain(LNT_LEAKY_RELU, 0.5), sqrt(2 / 1.25), 1e-15);
    assert_near(lnt_activation_gain(LNT_TANH, 0), 5.0 / 3, 1e-15);
    assert_eq(lnt_activation_gain(LNT_SIGMOID, 0), 1);
    assert_eq(lnt_activation_gain(LNT_IDENTITY, 0), 1);
    assert_eq(lnt_activation_gain((lnt_activation) 99, 0), 1);
}

/* The standard deviation of the first layer's weights of a net whose activation follows. */
static double deviation_before(lnt_init init, lnt_activation activation)
{
    lnt_layer layers[] = {lnt_dense(COLS, activation), lnt_dense(1, LNT_IDENTITY)};
    layers[0].weight_init = init;
    lnt_net *net = new_net(LNT_F64, ROWS, layers, 2);
    lnt_parameter weight;
    double norm;
    OK(lnt_net_parameter(net, 0, &weight));
    OK(lnt_norm(LNT_NORM_L2, &weight.value, &norm));
    lnt_net_destroy(net);
    return norm / sqrt(COUNT);
}

Test(init, the_gain_is_that_of_the_activation_that_follows)
{
    const lnt_init he = lnt_init_defaults(LNT_INIT_HE_NORMAL),
                   glorot = lnt_init_defaults(LNT_INIT_GLOROT_NORMAL);
    const lnt_init orthogonal = lnt_init_defaults(LNT_INIT_ORTHOGONAL);
    const lnt_activation activations[] = {LNT_IDENTITY, LNT_RELU, LNT_LEAKY_RELU, LNT_TANH};
    for (size_t i = 0; i < 4; i++) {
        const double gain = lnt_activation_gain(activations[i], 0.01),
                     slack = 5 / sqrt(2.0 * COUNT);
        assert_lt(fabs(deviation_before(he, activations[i]) * sqrt(ROWS) / gain - 1), slack);
        assert_lt(
            fabs(deviation_before(glorot, activations[i]) * sqrt((ROWS + COLS) / 2.0) / gain - 1),
            slack);
        assert_lt(fabs(deviation_before(orthogonal, activations[i]) * sqrt(ROWS) / gain - 1),
                  1e-12);
    }
    lnt_init given = he;
    given.gain = 3;
    assert_lt(fabs(deviation_before(given, LNT_TANH) * sqrt(ROWS) / 3 - 1), 0.02);
}

/* --- orthogonal --- */

/* ‖G − gain²·I‖ of the smaller Gram matrix, largest element. */
static double distance_from_orthogonal(const lnt_tensor *x, double gain)
{
    const lnt_tensor t = lnt_transpose(x);
    const bool wide = x->rows < x->cols;
    const size_t small = wide ? x->rows : x->cols;
    lnt_tensor gram = matrix(x->dtype, small, small);
    OK(wide ? lnt_gemm(1, x, &t, 0, &gram) : lnt_gemm(1, &t, x, 0, &gram));
    double worst = 0;
    for (size_t i = 0; i < small; i++) {
        for (size_t j = 0; j < small; j++) {
            worst = fmax(worst, fabs(lnt_tensor_get(&gram, i, j) - (i == j ? gain * gain : 0)));
        }
    }
    return worst;
}

Test(init, orthogonal)
{
    const size_t shapes[][2] = {{1, 1}, {1, 7}, {7, 1}, {5, 5}, {30, 12}, {12, 30}, {200, 100}};
    const lnt_init init = lnt_init_orthogonal(1.5);
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
            lnt_tensor x = matrix(dtype, shapes[s][0], shapes[s][1]);
            OK(lnt_init_fill(&init, 3, s, &x));
            assert_lt(distance_from_orthogonal(&x, 1.5), dtype == LNT_F32 ? 2e-6 : 1e-12,
                      "[%zu, %zu]: %g", x.rows, x.cols, distance_from_orthogonal(&x, 1.5));
            lnt_tensor strided = laid_out(STEPPED, &x), turned = laid_out(TRANSPOSED, &x);
            OK(lnt_init_fill(&init, 3, s, &strided));
            OK(lnt_init_fill(&init, 3, s, &turned));
            assert_same_bits(&strided, &x);
            assert_same_bits(&turned, &x);
        }
    }
}

/* Without the signs put right the first elements would be negative more often than not. */
Test(init, orthogonal_matrices_are_uniform)
{
    const lnt_init init = lnt_init_defaults(LNT_INIT_ORTHOGONAL);
    enum { DRAWS = 2000 };
    double sum = 0;
    for (uint64_t seed = 0; seed < DRAWS; seed++) {
        double values[9];
        lnt_tensor x = lnt_tensor_f64(values, 3, 3);
        OK(lnt_init_fill(&init, seed, 1, &x));
        sum += values[0]; /* mean 0, variance 1/3 */
    }
    assert_lt(fabs(sum / DRAWS), 5 * sqrt(1.0 / 3 / DRAWS), "%g", sum / DRAWS);
}

Test(init, names_of_kinds)
{
    for (int kind = LNT_INIT_AUTO; kind <= LNT_INIT_ARRAY; kind++) {
        lnt_init_kind found;
        OK(lnt_init_find(lnt_init_name((lnt_init_kind) kind), &found));
        assert_eq((int) found, kind);
    }
    lnt_init_kind found;
    cr_assert_null(lnt_init_name((lnt_init_kind) 99));
    FAILS(LNT_ERR_INVALID, lnt_init_find("He_normal", &found));
    FAILS(LNT_ERR_NULL, lnt_init_find(NULL, &found));
    FAILS(LNT_ERR_NULL, lnt_init_find("auto", NULL));
    lnt_tensor x = matrix(LNT_F64, 2, 2);
    lnt_init bad = lnt_init_orthogonal(NAN);
    FAILS(LNT_ERR_INVALID, lnt_init_fill(&bad, 1, 1, &x));
    bad = lnt_init_truncated_normal(0, -1);
    FAILS(LNT_ERR_INVALID, lnt_init_fill(&bad, 1, 1, &x));
}
