/* SPDX-License-Identifier: MIT */
#define NAME sine
#define WEIGHT_INIT LNT_INIT_GLOROT_UNIFORM
#define GAIN 1
/* AUTO takes bounds of its own before a sine; see init.c. */
#define ALPHA 1
#define KEEPS_Z true
#define ELEMENTARY sin
#define ARGUMENT(z) (alpha * (z))
#define FORWARD(z, f) (f)
#define SLOPE_ELEMENTARY cos
#define SLOPE_ARGUMENT(z, y) (alpha * (z))
#define BACKWARD(dy, z, y, f) ((dy) *alpha * (f))
#include "layers/activations/activation.inc"
