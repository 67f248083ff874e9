/* SPDX-License-Identifier: MIT */
#define NAME sigmoid
#define WEIGHT_INIT LNT_INIT_GLOROT_UNIFORM
#define GAIN 1
/* e^-|z| never overflows: it is the numerator on one side and under 1 on the other. */
#define FORWARD(z) (((z) < 0 ? C(exp)(z) : (REAL) 1) / (1 + C(exp)(-C(fabs)(z))))
#define BACKWARD(dy, z, y) ((dy) * (y) * (1 - (y)))
#include "layers/activation.inc"
