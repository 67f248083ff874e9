/* SPDX-License-Identifier: MIT */
/* Made by elementary_polynomials.py; constant term first, bits of the largest error. */

#define LOG2_E_F32 0x1.715476p+0f
#define LN2_HIGH_F32 0x1.62e4p-1f
#define LN2_LOW_F32 0x1.7f7d1cp-20f

/* (e^r - 1 - r)/r^2, |r| <= log(2)/2: 34.2 bits */
#define EXP_POLYNOMIAL_F32(x)                                                                      \
    HORNER_6(x, 0x1p-1f, 0x1.555554p-3f, 0x1.55548ep-5f, 0x1.111272p-7f, 0x1.6d8daep-10f,          \
             0x1.9f0728p-13f)

/* (tanh(x)/x - 1)/x^2 in x^2 <= 0.625^2: 27.8 bits */
#define TANH_POLYNOMIAL_F32(x)                                                                     \
    HORNER_5(x, -0x1.555534p-2f, 0x1.11076ap-3f, -0x1.b8447p-5f, 0x1.52578p-6f, -0x1.76ade2p-8f)

/* erf(x)/x - 1 in x^2 <= 1: 29.7 bits */
#define ERF_POLYNOMIAL_F32(x)                                                                      \
    HORNER_7(x, 0x1.06eba8p-3f, -0x1.81273ep-2f, 0x1.ce2d2p-4f, -0x1.b7fbb6p-6f, 0x1.5419fap-8f,   \
             -0x1.a485f8p-11f, 0x1.4ae4c6p-14f)

/* -log(erfc(x)), 1 <= x <= 4 or 6: 35.5 bits */
#define LOG_ERFC_POLYNOMIAL_F32(x)                                                                 \
    HORNER_8(x, -0x1.8b3e38p-13f, 0x1.212c2cp+0f, 0x1.4434fp-1f, 0x1.bc18ccp-4f, -0x1.9d0bcap-6f,  \
             0x1.1398e8p-8f, -0x1.ceeab4p-12f, 0x1.6c064p-16f)

/* (atanh(x)/x - 1)/x^2 in x^2 <= 1/9: 33.1 bits */
#define ATANH_POLYNOMIAL_F32(x)                                                                    \
    HORNER_5(x, 0x1.555558p-2f, 0x1.9996aap-3f, 0x1.250964p-3f, 0x1.b6d798p-4f, 0x1.f1ac18p-4f)
