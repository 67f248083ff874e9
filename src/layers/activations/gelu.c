/* SPDX-License-Identifier: MIT */
#define NAME gelu
#define WEIGHT_INIT LNT_INIT_HE_NORMAL
#define GAIN 1.4142135623730951
#define KEEPS_Z true
#define ROOT_HALF ((REAL) 0.70710678118654752440084436210485)
#define ELEMENTARY erf
#define ARGUMENT(z) ((z) *ROOT_HALF)
#define FORWARD(z, f) ((REAL) 0.5 * (z) * (1 + (f)))
/* Φ(z) + z·φ(z), with Φ(z) = y/z. */
#define INVERSE_ROOT_2_PI ((REAL) 0.39894228040143267793994605993438)
#define SLOPE_ELEMENTARY exp
#define SLOPE_ARGUMENT(z, y) ((REAL) -0.5 * (z) * (z))
#define BACKWARD(dy, z, y, f)                                                                      \
    ((dy) * (((z) == 0 ? (REAL) 0.5 : (y) / (z)) + (z) * (f) *INVERSE_ROOT_2_PI))
#include "layers/activations/activation.inc"
