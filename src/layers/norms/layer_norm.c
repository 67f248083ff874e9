/* SPDX-License-Identifier: MIT */
#define NAME layer_norm
#define HAS_BIAS true
#define CENTERED true
#include "layers/norms/row_norm.inc"
