/* SPDX-License-Identifier: MIT */
#define NAME elu
#define WEIGHT_INIT LNT_INIT_HE_NORMAL
#define GAIN 1.4142135623730951
/* As for leaky ReLU, y has the sign of z; and alpha·e^z = y + alpha. */
#define ALPHA 1
#define ELEMENTARY expm1
#define ARGUMENT(z) ((z) < 0 ? (z) : 0)
#define FORWARD(z, f) ((z) <= 0 ? alpha * (f) : (z))
#define BACKWARD(dy, z, y, f) ((dy) * ((y) > 0 ? (REAL) 1 : (y) + alpha))
#include "layers/activations/activation.inc"
