/* SPDX-License-Identifier: MIT */
#define NAME sigmoid
#define WEIGHT_INIT LNT_INIT_GLOROT_UNIFORM
#define GAIN 1
#define ELEMENTARY sigmoid
#define IS_ELEMENTARY
#define BACKWARD(dy, z, y, f) ((dy) * (y) * (1 - (y)))
#include "layers/activations/activation.inc"
