/* SPDX-License-Identifier: MIT */
#define NAME softsign
#define WEIGHT_INIT LNT_INIT_GLOROT_UNIFORM
#define GAIN 1
#define KEEPS_Z true
#define ONE_AND(z) (1 + ((z) < 0 ? -(z) : (z)))
#define FORWARD(z, f) ((z) / ONE_AND(z))
#define BACKWARD(dy, z, y, f) ((dy) / (ONE_AND(z) * ONE_AND(z)))
#include "layers/activations/activation.inc"
