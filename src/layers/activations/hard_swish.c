/* SPDX-License-Identifier: MIT */
#define NAME hard_swish
#define WEIGHT_INIT LNT_INIT_HE_NORMAL
#define GAIN 1.4142135623730951
#define KEEPS_Z true
#define FORWARD(z, f) ((z) <= -3 ? 0 : (z) >= 3 ? (z) : (z) * ((z) / 6 + (REAL) 0.5))
#define BACKWARD(dy, z, y, f) ((z) <= -3 ? 0 : (z) >= 3 ? (dy) : (dy) * ((z) / 3 + (REAL) 0.5))
#include "layers/activations/activation.inc"
