/* SPDX-License-Identifier: MIT */
#define NAME tanh
#define WEIGHT_INIT LNT_INIT_GLOROT_UNIFORM
#define GAIN (5 / 3.0)
#define ELEMENTARY tanh
#define IS_ELEMENTARY
#define BACKWARD(dy, z, y, f) ((dy) * (1 - (y) * (y)))
#include "layers/activations/activation.inc"
