/* SPDX-License-Identifier: MIT */
/* The rule by which files of ONNX without Erf have the normal distribution. */
#include "exchange/onnx/format.h"
#include "support/net.h"

/* Φ(x) − ½ = x·∫exp(−x²t²/2)dt/√(2π) over t from 0 to 1: a sum of weight·exp(node·x²). */
Test(onnx_normal, the_sum_is_the_normal_distribution)
{
    double node[ONNX_NORMAL_NODES], weight[ONNX_NORMAL_NODES];
    lnt_onnx_normal_quadrature(node, weight);
    for (double x = -ONNX_NORMAL_END; x <= ONNX_NORMAL_END; x += 0.125) {
        double sum = 0;
        for (int i = 0; i < ONNX_NORMAL_NODES; i++) {
            sum += weight[i] * exp(node[i] * x * x);
        }
        assert_near(x * sum, erf(x / sqrt(2)) / 2, 1e-13, "at %g: off by %g", x,
                    x * sum - erf(x / sqrt(2)) / 2);
    }
}
