/* SPDX-License-Identifier: MIT */
#include "support/reference.h"

/* Derivatives against PyTorch's torch.func; see make_derivatives.py. */

enum { ROWS = 3, INPUTS = 4, MOST_LAYERS = 6 };

static lnt_layer identity(size_t units)
{
    return lnt_dense(units, LNT_IDENTITY);
}

static size_t layers_of(const char *name, lnt_layer layers[MOST_LAYERS])
{
    size_t count = 0;
#define IS(text) (strcmp(name, text) == 0)
#define ADD(layer) (layers[count++] = (layer))
    if (IS("smooth")) {
        ADD(lnt_dense(5, LNT_TANH)), ADD(lnt_dense(4, LNT_SIGMOID)), ADD(identity(6));
        return count;
    }
    if (IS("layer_norm")) {
        ADD(lnt_dense(6, LNT_GELU)), ADD(lnt_layer_norm());
    } else if (IS("batch_norm")) {
        ADD(identity(6)), ADD(lnt_batch_norm()), ADD(lnt_activation_layer(LNT_SOFTPLUS));
    } else if (IS("rms_norm")) {
        ADD(identity(6)), ADD(lnt_rms_norm()), ADD(lnt_activation_layer(LNT_ELU));
    } else if (IS("prelu")) {
        ADD(identity(5)), ADD(lnt_prelu()), ADD(lnt_dense(5, LNT_SOFTSIGN));
    } else {
        cr_assert(IS("residual"));
        ADD(lnt_dense(4, LNT_SILU)), ADD(identity(4)), ADD(lnt_residual(2));
        ADD(lnt_activation_layer(LNT_GELU_TANH));
    }
    ADD(identity(3));
    return count;
}

static reference_file data;
static const char *net_name;

static const lnt_tensor *get(const char *what)
{
    char name[64];
    snprintf(name, sizeof name, "%s.%s", net_name, what);
    return find(&data, name);
}

static bool has(const char *what)
{
    char name[64];
    snprintf(name, sizeof name, "%s.%s", net_name, what);
    for (size_t i = 0; i < data.count; i++) {
        if (strcmp(data.names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static void compare(const lnt_tensor *found, const char *what, double tolerance)
{
    const double error = difference(found, get(what));
    assert_lt(error, tolerance, "%s.%s: %g", net_name, what, error);
}

static lnt_tensor like(lnt_dtype dtype, const char *what)
{
    return matrix(dtype, get(what)->rows, get(what)->cols);
}

static void products(lnt_derivatives *d, lnt_dtype dtype, double tolerance)
{
    const lnt_tensor x_dot = copy_of(dtype, get("x_dot")), p_dot = copy_of(dtype, get("p_dot"));
    const lnt_tensor u = copy_of(dtype, get("u"));
    lnt_tensor jacobian = like(dtype, "jacobian"), y_dot = like(dtype, "jvp");
    lnt_tensor dx = like(dtype, "vjp_x"), dp = like(dtype, "vjp_p"),
               bends = like(dtype, "diagonal");
    OK(lnt_jacobian(d, &jacobian));
    compare(&jacobian, "jacobian", tolerance);
    OK(lnt_jvp(d, &x_dot, &p_dot, &y_dot));
    compare(&y_dot, "jvp", tolerance);
    OK(lnt_vjp(d, &u, &dx, &dp));
    compare(&dx, "vjp_x", tolerance);
    compare(&dp, "vjp_p", tolerance);
    OK(lnt_input_hessian_diagonal(d, &bends));
    compare(&bends, "diagonal", tolerance);
    OK(lnt_jvp_gradient(d, &x_dot, &u, 0, &dp));
    compare(&dp, "jvp_gradient", tolerance);
}

static void losses(lnt_derivatives *d, lnt_dtype dtype, double tolerance)
{
    const lnt_tensor v = copy_of(dtype, get("p_dot")), numbers = copy_of(dtype, get("numbers"));
    const lnt_tensor labels = copy_of(LNT_I32, get("labels")),
                     wanted = copy_of(dtype, get("wanted"));
    const lnt_loss mse = lnt_mse(LNT_MEAN), softmax = lnt_softmax_cross_entropy(LNT_MEAN);
    lnt_tensor product = like(dtype, "hvp_mse");
    OK(lnt_hvp(d, &mse, &numbers, NULL, &v, &product));
    compare(&product, "hvp_mse", tolerance);
    OK(lnt_ggn_vp(d, &mse, &numbers, NULL, &v, &product));
    compare(&product, "ggn_mse", tolerance);
    if (has("hvp_softmax")) {
        OK(lnt_hvp(d, &softmax, &labels, NULL, &v, &product));
        compare(&product, "hvp_softmax", tolerance);
        OK(lnt_ggn_vp(d, &softmax, &labels, NULL, &v, &product));
        compare(&product, "ggn_softmax", tolerance);
    }
    double value;
    OK(lnt_jacobian_loss(d, &wanted, NULL, LNT_MEAN, 1, 0, &value, &product));
    assert_lt(fabs(value - lnt_tensor_get(get("jacobian_loss"), 0, 0)), tolerance * (1 + value));
    compare(&product, "jacobian_gradient", tolerance);
}

static lnt_scaler *scaler(const char *offset, const char *scale)
{
    lnt_scaler *made = NULL;
    if (has(offset)) {
        OK(lnt_scaler_create(&made, get(scale)->cols, get(offset)->data, get(scale)->data, NULL));
    }
    return made;
}

static void run(const char *name, lnt_dtype dtype, double tolerance)
{
    net_name = name;
    lnt_layer layers[MOST_LAYERS];
    lnt_net *net = new_net(dtype, INPUTS, layers, layers_of(name, layers));
    lnt_tensor p = lnt_net_parameters(net), y;
    OK(lnt_copy(get("p"), &p));
    for (size_t i = 0; i < lnt_net_n_running_stats(net); i++) {
        lnt_parameter statistic;
        char of[32];
        snprintf(of, sizeof of, "statistic.%zu", i);
        OK(lnt_net_running_stat(net, i, &statistic));
        OK(lnt_copy(get(of), &statistic.value));
    }
    lnt_scaler *inputs = scaler("offset", "scale"), *targets = scaler("shift", "slope");
    lnt_derivatives *d;
    const lnt_derivatives_config config = {
        .max_rows = ROWS, .inputs = inputs, .targets = targets, .second = true};
    OK(lnt_derivatives_create(&d, net, &config, NULL));
    const lnt_tensor x = copy_of(dtype, get("x"));
    OK(lnt_derivatives_linearize(d, &x, &y));
    compare(&y, "y", tolerance);
    products(d, dtype, tolerance);
    losses(d, dtype, tolerance);
    lnt_derivatives_destroy(d);
    lnt_scaler_destroy(inputs);
    lnt_scaler_destroy(targets);
    lnt_net_destroy(net);
}

static void run_all(lnt_dtype dtype, double tolerance)
{
    const char *names[] = {"smooth", "layer_norm", "batch_norm", "rms_norm", "prelu", "residual"};
    read_file(&data, "derivatives.txt");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        run(names[i], dtype, tolerance);
    }
}

Test(derivatives_reference, double_precision)
{
    run_all(LNT_F64, 1e-11);
}

Test(derivatives_reference, single_precision)
{
    run_all(LNT_F32, 2e-5);
}
