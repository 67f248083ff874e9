/* SPDX-License-Identifier: MIT */
#define NAME softplus
#define WEIGHT_INIT LNT_INIT_HE_NORMAL
#define GAIN 1.4142135623730951
#define ELEMENTARY softplus
#define ARGUMENT(z) (z)
#define FORWARD(z, f) (f)
/* The slope is the sigmoid of z, which is 1 − e^−y. */
#define SLOPE_ELEMENTARY expm1
#define SLOPE_ARGUMENT(z, y) (-(y))
#define BACKWARD(dy, z, y, f) ((dy) * -(f))
#include "layers/activations/activation.inc"
