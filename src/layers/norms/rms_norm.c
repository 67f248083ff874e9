/* SPDX-License-Identifier: MIT */
#define NAME rms_norm
#define HAS_BIAS false
#define CENTERED false
#include "layers/norms/row_norm.inc"
