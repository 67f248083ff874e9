/* SPDX-License-Identifier: MIT */
#include "exchange/onnx/format.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

/* The Legendre polynomial of degree `ONNX_NORMAL_NODES` at x, and its derivative. */
static double legendre(double x, double *slope)
{
    double before = 1, value = x;
    for (int n = 2; n <= ONNX_NORMAL_NODES; n++) {
        const double next = ((2 * n - 1) * x * value - (n - 1) * before) / n;
        before = value;
        value = next;
    }
    *slope = ONNX_NORMAL_NODES * (x * value - before) / (x * x - 1);
    return value;
}

void lnt_onnx_normal_quadrature(double node[ONNX_NORMAL_NODES], double weight[ONNX_NORMAL_NODES])
{
    for (int i = 0; i < ONNX_NORMAL_NODES; i++) {
        double x = cos(pi * (i + 0.75) / (ONNX_NORMAL_NODES + 0.5)), slope;
        for (int step = 0; step < 8; step++) {
            const double value = legendre(x, &slope);
            x -= value / slope;
        }
        (void) legendre(x, &slope);
        const double t = (x + 1) / 2; /* from [-1, 1] to [0, 1], which halves the weights */
        node[i] = -t * t / 2;
        weight[i] = 1 / ((1 - x * x) * slope * slope) / sqrt(2 * pi);
    }
}
