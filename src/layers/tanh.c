/* SPDX-License-Identifier: MIT */
#define NAME tanh
#define WEIGHT_INIT LNT_INIT_GLOROT_UNIFORM
#define FORWARD(z) C(tanh)(z)
#define BACKWARD(dy, y) ((dy) * (1 - (y) * (y)))
#include "layers/activation.inc"
