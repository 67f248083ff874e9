/* SPDX-License-Identifier: MIT */
#define NAME tanh
#define WEIGHT_INIT LNT_INIT_GLOROT_UNIFORM
#define GAIN (5 / 3.0)
#define ELEMENTARY tanh
#define ARGUMENT(z) (z)
#define FORWARD(z, f) (f)
#define BACKWARD(dy, z, y, f) ((dy) * (1 - (y) * (y)))
#include "layers/activation.inc"
