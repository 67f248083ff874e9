/* SPDX-License-Identifier: MIT */
#define NAME relu
#define WEIGHT_INIT LNT_INIT_HE_NORMAL
#define GAIN 1.4142135623730951
/* Both comparisons are false for NaN, which therefore goes through. */
#define FORWARD(z, f) ((z) < 0 ? 0 : (z))
#define BACKWARD(dy, z, y, f) ((y) <= 0 ? 0 : (dy))
#include "layers/activations/activation.inc"
