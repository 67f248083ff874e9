/* SPDX-License-Identifier: MIT */
#include "support/reference.h"

#include <fenv.h>
#include <limits.h>

/* Activations at special arguments; test_layers.c checks their gradients. */

static double activate(lnt_dtype dtype, lnt_activation activation, double z, double *slope)
{
    lnt_layer layer = lnt_activation_layer(activation);
    layer.alpha = 0.125;
    lnt_net *net = new_net(dtype, 1, &layer, 1);
    lnt_pass *pass = new_pass(net);
    const lnt_tensor x = matrix(dtype, 1, 1), one = matrix(dtype, 1, 1);
    OK(lnt_tensor_set(&x, 0, 0, z));
    OK(lnt_tensor_set(&one, 0, 0, 1));
    lnt_tensor y, dx;
    OK(lnt_pass_forward(pass, net, &x, &y));
    const double value = lnt_tensor_get(&y, 0, 0);
    OK(lnt_pass_backward_from(pass, net, &one));
    OK(lnt_pass_input_gradient(pass, &dx));
    if (slope != NULL) {
        *slope = lnt_tensor_get(&dx, 0, 0);
    }
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
    return value;
}

static const struct {
    lnt_activation activation;
    double z, value, slope;
} special[] = {
    {LNT_IDENTITY, -INFINITY, -INFINITY, 1},
    {LNT_RELU, 0, 0, 0},
    {LNT_RELU, -0.0, 0, 0},
    {LNT_RELU, 0x1p-126, 0x1p-126, 1},
    {LNT_RELU, -0x1p-126, 0, 0},
    {LNT_RELU, 0x1p100, 0x1p100, 1},
    {LNT_RELU, -0x1p100, 0, 0},
    {LNT_RELU, INFINITY, INFINITY, 1},
    {LNT_RELU, -INFINITY, 0, 0},
    {LNT_LEAKY_RELU, 0, 0, 0.125},
    {LNT_LEAKY_RELU, 8, 8, 1},
    {LNT_LEAKY_RELU, -8, -1, 0.125},
    {LNT_LEAKY_RELU, INFINITY, INFINITY, 1},
    {LNT_LEAKY_RELU, -INFINITY, -INFINITY, 0.125},
    {LNT_TANH, 0, 0, 1},
    {LNT_TANH, 1000, 1, 0},
    {LNT_TANH, -1000, -1, 0},
    {LNT_TANH, INFINITY, 1, 0},
    {LNT_TANH, -INFINITY, -1, 0},
    {LNT_SIGMOID, 0, 0.5, 0.25},
    {LNT_SIGMOID, 1000, 1, 0},
    {LNT_SIGMOID, -1000, 0, 0},
    {LNT_SIGMOID, INFINITY, 1, 0},
    {LNT_SIGMOID, -INFINITY, 0, 0},
};

Test(activation, special_arguments)
{
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        for (size_t i = 0; i < sizeof special / sizeof special[0]; i++) {
            const double z = special[i].z;
            double slope;
            feclearexcept(FE_ALL_EXCEPT);
            const double value = activate(dtype, special[i].activation, z, &slope);
            const char *name = lnt_activation_name(special[i].activation);
            assert_eq(value, special[i].value, "%s(%g) = %g in %s", name, z, value,
                      lnt_dtype_name(dtype));
            assert_eq(slope, special[i].slope, "%s'(%g) = %g in %s", name, z, slope,
                      lnt_dtype_name(dtype));
            cr_assert(!fetestexcept(FE_OVERFLOW | FE_DIVBYZERO), "%s(%g) overflows", name, z);
        }
    }
}

Test(activation, nan_stays_nan)
{
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        for (int a = 0; lnt_activation_name((lnt_activation) a) != NULL; a++) {
            assert_nan(activate(dtype, (lnt_activation) a, NAN, NULL), "%s",
                       lnt_activation_name((lnt_activation) a));
        }
    }
}

/* Far below 0, 1 / (1 + e^-z) is e^z, and must not lose its digits. */
Test(activation, sigmoid_keeps_its_digits)
{
    for (double z = -700; z < 37; z += 0.7) {
        const double y = activate(LNT_F64, LNT_SIGMOID, z, NULL);
        const long double expected = 1 / (1 + expl(-(long double) z));
        assert_le(fabsl(y - expected), 4e-16L * expected, "sigmoid(%g) = %.17g", z, y);
    }
    for (double z = -87; z < 17; z += 0.25) {
        const double y = activate(LNT_F32, LNT_SIGMOID, z, NULL), expected = 1 / (1 + exp(-z));
        assert_near(y, expected, 3e-7 * expected, "sigmoid(%g) = %.9g", z, y);
    }
}

Test(activation, names)
{
    const char *const names[] = {"identity", "relu", "leaky_relu", "tanh", "sigmoid"};
    for (int a = LNT_IDENTITY; a <= LNT_SIGMOID; a++) {
        assert_str_eq(lnt_activation_name((lnt_activation) a), names[a]);
    }
    lnt_activation found = LNT_TANH;
    FAILS(LNT_ERR_INVALID, lnt_activation_find("ReLU", &found));
    FAILS(LNT_ERR_INVALID, lnt_activation_find("", &found));
    FAILS(LNT_ERR_NULL, lnt_activation_find(NULL, &found));
    FAILS(LNT_ERR_NULL, lnt_activation_find("relu", NULL));
    assert_eq(found, LNT_TANH);
    cr_assert_null(lnt_activation_name((lnt_activation) -1));
    cr_assert_null(lnt_activation_name((lnt_activation) INT_MAX));

    const lnt_layer dense = lnt_dense(3, LNT_TANH), activation = lnt_activation_layer(LNT_RELU),
                    none = {0};
    assert_str_eq(lnt_layer_name(&dense), "dense");
    assert_str_eq(lnt_layer_name(&activation), "activation");
    cr_assert_null(lnt_layer_name(&none));
    cr_assert_null(lnt_layer_name(NULL));
}

/* --- PyTorch's values and slopes; see tests/reference/make_activations.py --- */

static double alpha_of(lnt_activation activation)
{
    return activation == LNT_LEAKY_RELU ? 0.3 : activation == LNT_SINE ? 1.3 : 0.7;
}

/* Relative where the value is above 1, and else absolute: Φ and its like cancel far from 0. */
static void near(const char *name, const char *what, double z, double ours, double theirs,
                 double tolerance)
{
    assert_near(ours, theirs, tolerance * fmax(1, fabs(theirs)), "%s: %s at %g: %.17g, not %.17g",
                name, what, z, ours, theirs);
}

static void compare(const reference_file *file, lnt_activation activation, lnt_dtype dtype,
                    double tolerance)
{
    const char *name = lnt_activation_name(activation);
    char value[64], slope[64];
    snprintf(value, sizeof value, "%s.value", name);
    snprintf(slope, sizeof slope, "%s.slope", name);
    const lnt_tensor z = copy_of(dtype, find(file, "z")), dy = matrix(dtype, 1, z.cols);
    lnt_tensor ones = dy, y, dx;
    OK(lnt_fill(1, &ones));
    lnt_layer layer = lnt_activation_layer(activation);
    layer.alpha = alpha_of(activation);
    lnt_net *net = new_net(dtype, z.cols, &layer, 1);
    lnt_pass *pass = new_pass(net);
    OK(lnt_pass_forward(pass, net, &z, &y));
    OK(lnt_pass_backward_from(pass, net, &ones));
    OK(lnt_pass_input_gradient(pass, &dx));
    for (size_t j = 0; j < z.cols; j++) {
        const double at = lnt_tensor_get(&z, 0, j);
        near(name, "value", at, lnt_tensor_get(&y, 0, j), lnt_tensor_get(find(file, value), 0, j),
             tolerance);
        near(name, "slope", at, lnt_tensor_get(&dx, 0, j), lnt_tensor_get(find(file, slope), 0, j),
             tolerance);
    }
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
}

Test(activation, agree_with_pytorch)
{
    static reference_file file;
    read_file(&file, "activations.txt");
    for (int a = 0; lnt_activation_name((lnt_activation) a) != NULL; a++) {
        compare(&file, (lnt_activation) a, LNT_F64, 2e-14);
        compare(&file, (lnt_activation) a, LNT_F32, a == LNT_SINE ? 1e-3 : 3e-6);
    }
}
