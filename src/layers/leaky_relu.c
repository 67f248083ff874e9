/* SPDX-License-Identifier: MIT */
#define NAME leaky_relu
#define WEIGHT_INIT LNT_INIT_HE_NORMAL
/* With alpha > 0 the sign of z is that of y, so that y alone tells the slope. */
#define NEEDS_ALPHA true
#define FORWARD(z) ((z) > 0 ? (z) : alpha * (z))
#define BACKWARD(dy, y) ((y) > 0 ? (dy) : alpha * (dy))
#include "layers/activation.inc"
