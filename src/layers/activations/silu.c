/* SPDX-License-Identifier: MIT */
#define NAME silu
#define WEIGHT_INIT LNT_INIT_HE_NORMAL
#define GAIN 1.4142135623730951
#define KEEPS_Z true
#define ELEMENTARY sigmoid
#define ARGUMENT(z) (z)
#define FORWARD(z, f) ((z) * (f))
#define SLOPE_ELEMENTARY sigmoid
#define SLOPE_ARGUMENT(z, y) (z)
#define BACKWARD(dy, z, y, f) ((dy) * (f) * (1 + (z) * (1 - (f))))
#include "layers/activations/activation.inc"
