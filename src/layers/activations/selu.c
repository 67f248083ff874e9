/* SPDX-License-Identifier: MIT */
#define NAME selu
#define WEIGHT_INIT LNT_INIT_LECUN_NORMAL
#define GAIN 0.75
#define LAMBDA ((REAL) 1.0507009873554804934193349852946)
#define LAMBDA_ALPHA ((REAL) 1.7580993408473768599402175208123)
#define ELEMENTARY expm1
#define ARGUMENT(z) ((z) < 0 ? (z) : 0)
#define FORWARD(z, f) ((z) <= 0 ? LAMBDA_ALPHA * (f) : LAMBDA * (z))
#define BACKWARD(dy, z, y, f) ((dy) * ((y) > 0 ? LAMBDA : (y) + LAMBDA_ALPHA))
#include "layers/activations/activation.inc"
