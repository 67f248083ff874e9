/* SPDX-License-Identifier: MIT */
#define NAME hard_sigmoid
#define WEIGHT_INIT LNT_INIT_GLOROT_UNIFORM
#define GAIN 1
#define FORWARD(z, f) ((z) <= -3 ? 0 : (z) >= 3 ? 1 : (z) / 6 + (REAL) 0.5)
#define BACKWARD(dy, z, y, f) ((y) <= 0 || (y) >= 1 ? 0 : (dy) / 6)
#include "layers/activations/activation.inc"
