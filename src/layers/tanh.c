/* SPDX-License-Identifier: MIT */
#define NAME tanh
#define WEIGHT_INIT LNT_INIT_GLOROT_UNIFORM
#define GAIN (5 / 3.0)
#define FORWARD(z) C(tanh)(z)
#define BACKWARD(dy, z, y) ((dy) * (1 - (y) * (y)))
#include "layers/activation.inc"
