/* SPDX-License-Identifier: MIT */
#define NAME identity
#define WEIGHT_INIT LNT_INIT_GLOROT_UNIFORM
#define GAIN 1
#define IS_IDENTITY true
#define FORWARD(z, f) (z)
#define BACKWARD(dy, z, y, f) (dy)
#include "layers/activations/activation.inc"
