/* SPDX-License-Identifier: MIT */
#define NAME layer_norm
#define HAS_BIAS true
#define CENTERED true
#include "layers/row_norm.inc"
