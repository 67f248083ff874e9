/* SPDX-License-Identifier: MIT */
#define NAME identity
#define WEIGHT_INIT LNT_INIT_GLOROT_UNIFORM
#define IS_IDENTITY true
#define FORWARD(z) (z)
#define BACKWARD(dy, y) ((void) (y), (dy))
#include "layers/activation.inc"
