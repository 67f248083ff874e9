/* SPDX-License-Identifier: MIT */
#include "derivatives/linearization.h"
#include "support/net.h"

/* The rules of derivatives, each against the pass or against differences of the rule below it. */

enum { ROWS = 6, INPUTS = 3, OUTPUTS = 2 };
static const double h = 1e-6;

typedef struct scene {
    lnt_net *net;
    lnt_point *point;
    lnt_tensor x, x_dot, p_dot, u, u_dot;
} scene;

static scene scene_of(const lnt_layer *layers, size_t n_layers)
{
    scene s = {.net = new_net(LNT_F64, INPUTS, layers, n_layers)};
    lnt_tensor w = lnt_net_parameters(s.net);
    const lnt_tensor random = random_matrix(LNT_F64, 1, w.cols, 9);
    lnt_arena arena = {0};
    OK(lnt_axpy(0.3, &random, &w)); /* biases, too */
    const unsigned parts = LNT_POINT_INPUTS | LNT_POINT_PUSH | LNT_POINT_SECOND;
    lnt_point_place(&arena, s.net, ROWS + 2, parts);
    OK(lnt_arena_open(&arena, NULL));
    s.point = lnt_point_place(&arena, s.net, ROWS + 2, parts);
    s.x = random_matrix(LNT_F64, ROWS, INPUTS, 1);
    s.x_dot = random_matrix(LNT_F64, ROWS, INPUTS, 2);
    s.p_dot = random_matrix(LNT_F64, 1, w.cols, 3);
    s.u = random_matrix(LNT_F64, ROWS, lnt_net_outputs(s.net), 4);
    s.u_dot = random_matrix(LNT_F64, ROWS, lnt_net_outputs(s.net), 5);
    OK(lnt_point_set(s.point, s.net, &s.x));
    return s;
}

static void finish(scene *s)
{
    lnt_release(NULL, s->point);
    lnt_net_destroy(s->net);
}

/* The net and its input moved by `step` along the direction. */
static void move(scene *s, double step)
{
    lnt_tensor w = lnt_net_parameters(s->net);
    OK(lnt_axpy(step, &s->p_dot, &w));
    OK(lnt_axpy(step, &s->x_dot, &s->x));
    OK(lnt_point_set(s->point, s->net, &s->x));
}

static void assert_matrix_near(const lnt_tensor *found, const lnt_tensor *expected,
                               double tolerance, const char *what)
{
    double most;
    OK(lnt_norm(LNT_NORM_MAX, expected, &most));
    assert_eq(found->rows, expected->rows);
    assert_eq(found->cols, expected->cols);
    for (size_t i = 0; i < found->rows; i++) {
        for (size_t j = 0; j < found->cols; j++) {
            const double a = lnt_tensor_get(found, i, j), b = lnt_tensor_get(expected, i, j);
            assert_near(a, b, tolerance * (1 + most), "%s (%zu, %zu)", what, i, j);
        }
    }
}

/* (b − a)/2h */
static lnt_tensor slope_of(const lnt_tensor *a, const lnt_tensor *b)
{
    lnt_tensor d = copy_of(LNT_F64, b);
    OK(lnt_axpy(-1, a, &d));
    OK(lnt_scale(1 / (2 * h), &d));
    return d;
}

static void against_the_pass(scene *s)
{
    lnt_pass *pass = new_pass(s->net);
    lnt_tensor y, dx, g = copy_of(LNT_F64, &s->p_dot);
    OK(lnt_pass_forward(pass, s->net, &s->x, &y));
    const lnt_tensor output = lnt_point_output(s->point);
    assert_matrix_near(&output, &y, 1e-14, "output");
    OK(lnt_pass_backward_from(pass, s->net, &s->u));
    OK(lnt_pass_input_gradient(pass, &dx));
    OK(lnt_point_pull(s->point, &s->u, g.data));
    const lnt_tensor gradients = lnt_pass_gradients(pass), found = lnt_point_x_gradient(s->point);
    assert_matrix_near(&g, &gradients, 1e-13, "gradient");
    assert_matrix_near(&found, &dx, 1e-13, "input gradient");
    lnt_pass_destroy(pass);
}

static void against_differences(scene *s)
{
    lnt_tensor y_dot, g = copy_of(LNT_F64, &s->p_dot), g_dot = copy_of(LNT_F64, &s->p_dot), dx_dot;
    OK(lnt_point_push(s->point, &s->x_dot, s->p_dot.data, &y_dot));
    y_dot = copy_of(LNT_F64, &y_dot);
    OK(lnt_point_pull_along(s->point, &s->u, &s->u_dot, g.data, g_dot.data));
    dx_dot = lnt_point_x_gradient_dot(s->point);
    dx_dot = copy_of(LNT_F64, &dx_dot);
    lnt_tensor y[2], gradient[2], dx[2];
    for (int i = 0; i < 2; i++) {
        const double step = i == 0 ? -h : h;
        lnt_tensor u = copy_of(LNT_F64, &s->u), flat = copy_of(LNT_F64, &s->p_dot);
        move(s, step);
        const lnt_tensor output = lnt_point_output(s->point);
        y[i] = copy_of(LNT_F64, &output);
        OK(lnt_axpy(step, &s->u_dot, &u));
        OK(lnt_point_pull(s->point, &u, flat.data));
        gradient[i] = flat;
        const lnt_tensor back = lnt_point_x_gradient(s->point);
        dx[i] = copy_of(LNT_F64, &back);
        move(s, -step);
    }
    const lnt_tensor dy = slope_of(&y[0], &y[1]);
    const lnt_tensor dg = slope_of(&gradient[0], &gradient[1]);
    const lnt_tensor ddx = slope_of(&dx[0], &dx[1]);
    assert_matrix_near(&y_dot, &dy, 1e-7, "push");
    assert_matrix_near(&g_dot, &dg, 1e-7, "pull along, parameters");
    assert_matrix_near(&dx_dot, &ddx, 1e-7, "pull along, inputs");
}

Test(point, every_activation)
{
    for (lnt_activation a = LNT_IDENTITY; a <= LNT_SINE; a++) {
        const lnt_layer layers[] = {lnt_dense(5, a), lnt_dense(4, LNT_IDENTITY),
                                    lnt_activation_layer(a), lnt_dense(OUTPUTS, a)};
        scene s = scene_of(layers, 4);
        against_the_pass(&s);
        against_differences(&s);
        finish(&s);
    }
}

Test(point, residual_sums)
{
    lnt_layer layers[] = {lnt_dense(INPUTS, LNT_TANH),
                          lnt_residual(1),
                          lnt_dense(4, LNT_SILU),
                          lnt_dense(4, LNT_TANH),
                          lnt_residual(1),
                          lnt_dense(4, LNT_IDENTITY),
                          lnt_residual(3),
                          lnt_dense(OUTPUTS, LNT_IDENTITY)};
    layers[3].bias = false;
    scene s = scene_of(layers, 8);
    against_the_pass(&s);
    against_differences(&s);
    finish(&s);
}

static lnt_layer plain(lnt_layer layer, bool gain, bool bias)
{
    layer.gain = gain;
    layer.bias = bias;
    return layer;
}

/* Running statistics as if there had been batches. */
static void set_statistics(lnt_net *net)
{
    const lnt_init uniform = lnt_init_uniform(0.3, 2);
    for (size_t i = 0; i < lnt_net_n_running_stats(net); i++) {
        lnt_parameter statistic;
        OK(lnt_net_running_stat(net, i, &statistic));
        OK(lnt_init_fill(&uniform, 3, i, &statistic.value));
    }
}

/* The pass in inference. */
static void output_as_in_inference(scene *s)
{
    lnt_pass *pass;
    lnt_tensor y;
    lnt_pass_config config = lnt_pass_defaults();
    config.mode = LNT_INFERENCE;
    OK(lnt_pass_create(&pass, s->net, &config));
    OK(lnt_pass_forward(pass, s->net, &s->x, &y));
    const lnt_tensor output = lnt_point_output(s->point);
    assert_matrix_near(&output, &y, 1e-14, "output in inference");
    lnt_pass_destroy(pass);
}

/* A net's output moves along with one parameter or input at a time: pulls agree with pushes. */
static void pull_is_the_transpose_of_push(scene *s)
{
    lnt_tensor g = copy_of(LNT_F64, &s->p_dot), y_dot;
    double left, right, inputs;
    OK(lnt_point_pull(s->point, &s->u, g.data));
    const lnt_tensor dx = lnt_point_x_gradient(s->point);
    OK(lnt_point_push(s->point, &s->x_dot, s->p_dot.data, &y_dot));
    OK(lnt_dot(&s->u, &y_dot, &left));
    OK(lnt_dot(&g, &s->p_dot, &right));
    OK(lnt_dot(&dx, &s->x_dot, &inputs));
    assert_le(fabs(left - right - inputs), 1e-12 * (1 + fabs(left)), "%.15g, %.15g", left,
              right + inputs);
}

static const struct kind_row {
    const char *name;
    lnt_layer (*make)(void);
} others[] = {{"batch_norm", lnt_batch_norm},
              {"layer_norm", lnt_layer_norm},
              {"rms_norm", lnt_rms_norm},
              {"prelu", lnt_prelu}};

/* First, behind another layer, and last; as it comes, without gain, without bias, with neither. */
Test(point, norms_and_slopes)
{
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        for (unsigned parts = 0; parts < 4; parts++) {
            const lnt_layer layer = plain(others[i].make(), (parts & 1) != 0, (parts & 2) != 0);
            const lnt_layer layers[] = {layer, lnt_dense(5, LNT_TANH), layer,
                                        lnt_dense(OUTPUTS + 1, LNT_IDENTITY), layer};
            scene s = scene_of(layers, 5);
            set_statistics(s.net);
            OK(lnt_point_set(s.point, s.net, &s.x));
            if (lnt_net_n_running_stats(s.net) == 0) { /* in training it is another function */
                against_the_pass(&s);
            }
            output_as_in_inference(&s);
            pull_is_the_transpose_of_push(&s);
            against_differences(&s);
            finish(&s);
        }
    }
}

/* More columns than a panel of sums has. */
Test(point, wide_norms)
{
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        const lnt_layer layers[] = {lnt_dense(70, LNT_TANH), others[i].make(),
                                    lnt_dense(OUTPUTS, LNT_SIGMOID)};
        scene s = scene_of(layers, 3);
        set_statistics(s.net);
        OK(lnt_point_set(s.point, s.net, &s.x));
        output_as_in_inference(&s);
        pull_is_the_transpose_of_push(&s);
        against_differences(&s);
        finish(&s);
    }
}

/* In training it would drop. */
Test(point, dropout_drops_nothing)
{
    const lnt_layer layers[] = {lnt_dropout(0.3), lnt_dense(5, LNT_TANH), lnt_dropout(0.5),
                                lnt_dense(OUTPUTS, LNT_IDENTITY)};
    scene s = scene_of(layers, 4);
    output_as_in_inference(&s);
    pull_is_the_transpose_of_push(&s);
    against_differences(&s);
    finish(&s);
}

/* A direction of one half is the difference to the whole one; what is not asked for is left alone.
 */
Test(point, directions_add_up)
{
    const lnt_layer layers[] = {lnt_dense(5, LNT_TANH), lnt_dense(OUTPUTS, LNT_SIGMOID)};
    scene s = scene_of(layers, 2);
    lnt_tensor both, x_only, p_only;
    OK(lnt_point_push(s.point, &s.x_dot, s.p_dot.data, &both));
    both = copy_of(LNT_F64, &both);
    OK(lnt_point_push(s.point, &s.x_dot, NULL, &x_only));
    x_only = copy_of(LNT_F64, &x_only);
    OK(lnt_point_push(s.point, NULL, s.p_dot.data, &p_only));
    OK(lnt_axpy(1, &p_only, &x_only));
    assert_matrix_near(&x_only, &both, 1e-14, "sum of directions");
    lnt_tensor nothing;
    OK(lnt_point_push(s.point, NULL, NULL, &nothing));
    double most;
    OK(lnt_norm(LNT_NORM_MAX, &nothing, &most));
    assert_eq(most, 0);
    finish(&s);
}

Test(point, refuses_what_does_not_fit)
{
    const lnt_layer layers[] = {lnt_dense(5, LNT_TANH), lnt_dense(OUTPUTS, LNT_IDENTITY)};
    scene s = scene_of(layers, 2);
    lnt_net *other = new_net(LNT_F64, INPUTS, layers, 1);
    const lnt_tensor many = random_matrix(LNT_F64, ROWS + 3, INPUTS, 1);
    const lnt_tensor wide = random_matrix(LNT_F64, ROWS, INPUTS + 1, 1);
    const lnt_tensor single = random_matrix(LNT_F32, ROWS, INPUTS, 1);
    assert_status(lnt_point_set(s.point, s.net, &many), LNT_ERR_SHAPE);
    assert_status(lnt_point_set(s.point, s.net, &wide), LNT_ERR_SHAPE);
    assert_status(lnt_point_set(s.point, s.net, &single), LNT_ERR_DTYPE);
    assert_status(lnt_point_set(s.point, other, &s.x), LNT_ERR_MISMATCH);
    lnt_net_destroy(other);
    finish(&s);
}
