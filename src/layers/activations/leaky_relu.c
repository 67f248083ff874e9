/* SPDX-License-Identifier: MIT */
#define NAME leaky_relu
#define WEIGHT_INIT LNT_INIT_HE_NORMAL
#define GAIN 1.4142135623730951
/* With alpha > 0 the sign of z is that of y, so that y alone tells the slope. */
#define ALPHA 0.01
/* One product with a chosen factor, which compilers turn into vectors. */
#define FORWARD(z, f) ((z) * ((z) > 0 ? (REAL) 1 : alpha))
#define BACKWARD(dy, z, y, f) ((dy) * ((y) > 0 ? (REAL) 1 : alpha))
#include "layers/activations/activation.inc"
