/* SPDX-License-Identifier: MIT */
#define NAME gelu_tanh
#define WEIGHT_INIT LNT_INIT_HE_NORMAL
#define GAIN 1.4142135623730951
#define KEEPS_Z true
#define ROOT_2_PI ((REAL) 0.79788456080286535587989211986876)
#define CUBIC ((REAL) 0.044715)
#define ELEMENTARY tanh
#define ARGUMENT(z) (ROOT_2_PI * ((z) + CUBIC * (z) * (z) * (z)))
#define FORWARD(z, f) ((REAL) 0.5 * (z) * (1 + (f)))
#define SLOPE_ELEMENTARY tanh
#define SLOPE_ARGUMENT(z, y) ARGUMENT(z)
#define BACKWARD(dy, z, y, f)                                                                      \
    ((dy) * (REAL) 0.5 *                                                                           \
     (1 + (f) + (z) * (1 - (f) * (f)) * ROOT_2_PI * (1 + 3 * CUBIC * (z) * (z))))
#include "layers/activations/activation.inc"
