/* SPDX-License-Identifier: MIT */
/* Made by elementary_polynomials.py; constant term first, bits of the largest error. */

#define LOG2_E_F64 0x1.71547652b82fep+0
#define LN2_HIGH_F64 0x1.62e42fefa38p-1
#define LN2_LOW_F64 0x1.ef35793c7673p-45
#define TWO_OVER_PI_F64 0x1.45f306dc9c883p-1
#define HALF_PI_1_F64 0x1.921fb544p+0
#define HALF_PI_2_F64 0x1.0b4611a6p-34
#define HALF_PI_3_F64 0x1.3198a2e037073p-69

/* (e^r - 1 - r)/r^2, |r| <= log(2)/2: 64.0 bits */
#define EXP_POLYNOMIAL_F64(x)                                                                      \
    HORNER_11(x, 0x1p-1, 0x1.555555555555bp-3, 0x1.5555555555502p-5, 0x1.111111110ec1dp-7,         \
              0x1.6c16c16c30831p-10, 0x1.a01a01b397f3fp-13, 0x1.a01a0135cb2dbp-16,                 \
              0x1.71ddefde53cedp-19, 0x1.27e5b54ee30d5p-22, 0x1.af6c5f026ec28p-26,                 \
              0x1.1e3c5d9d9ed21p-29)

/* (tanh(x)/x - 1)/x^2 in x^2 <= 0.625^2: 61.3 bits */
#define TANH_POLYNOMIAL_F64(x)                                                                     \
    HORNER_12(x, -0x1.5555555555552p-2, 0x1.1111111110c38p-3, -0x1.ba1ba1b9d10a1p-5,               \
              0x1.664f4870bed92p-6, -0x1.226e32d0f8148p-7, 0x1.d6d35a9e31d23p-9,                   \
              -0x1.7d9c39c5c9843p-10, 0x1.350bc9eb33be9p-11, -0x1.f1167c69288ecp-13,               \
              0x1.80277c1478e9ep-14, -0x1.faf7edb438edcp-16, 0x1.9660d81051e47p-18)

/* erf(x)/x - 1 in x^2 <= 1: 62.8 bits */
#define ERF_POLYNOMIAL_F64(x)                                                                      \
    HORNER_13(x, 0x1.06eba8214db69p-3, -0x1.812746b0379e6p-2, 0x1.ce2f21a042b34p-4,                \
              -0x1.b82ce31284f38p-6, 0x1.565bcd0dbd921p-8, -0x1.c02db3db49762p-11,                 \
              0x1.f9a321e4b84f9p-14, -0x1.f4d1e434bc0cfp-17, 0x1.b9df305cad6f7p-20,                \
              -0x1.5f1f40faeea79p-23, 0x1.f7b99d7c8709ap-27, -0x1.38ac2290d3965p-30,               \
              0x1.062759c5be8ecp-34)

/* -log(erfc(x)), 1 <= x <= 4 or 6: 66.1 bits */
#define LOG_ERFC_POLYNOMIAL_F64(x)                                                                 \
    HORNER_21(x, -0x1.d1badb3e16c7ep-26, 0x1.20dd7ace7790cp+0, 0x1.45f2c11f8e4f1p-1,               \
              0x1.a4fd250f9c5f3p-4, -0x1.39bef4cf08c0dp-6, -0x1.5dcc463876ae9p-13,                 \
              0x1.ab38647f5d09ap-10, -0x1.09ba2d859df6ap-11, -0x1.ecaf4b0726dcep-15,               \
              0x1.1aa05babe6f8ap-13, -0x1.4518854f2c40dp-14, 0x1.f40926efd4e56p-16,                \
              -0x1.2502087f6f30cp-17, 0x1.0fe4c4c9f68a3p-19, -0x1.930407bf4c704p-22,               \
              0x1.d9c6a97e45918p-25, -0x1.b110646137fb2p-28, 0x1.29204a0bca8a6p-31,                \
              -0x1.2009179462cb1p-35, 0x1.5fb7b04e0b98ap-40, -0x1.96aeeec19a819p-46)

/* (atanh(x)/x - 1)/x^2 in x^2 <= 1/9: 64.6 bits */
#define ATANH_POLYNOMIAL_F64(x)                                                                    \
    HORNER_11(x, 0x1.5555555555556p-2, 0x1.999999999955dp-3, 0x1.24924924c1d7p-3,                  \
              0x1.c71c71a5df59cp-4, 0x1.745d1e02da23ap-4, 0x1.3b12d5de61a2fp-4,                    \
              0x1.1123456f7c253p-4, 0x1.dfe2ac3a733e4p-5, 0x1.c16f898048af5p-5,                    \
              0x1.1e7c97837517p-5, 0x1.51415db7dfab2p-4)

/* (sin(x)/x - 1)/x^2 in x^2 <= (pi/4)^2: 68.8 bits */
#define SIN_POLYNOMIAL_F64(x)                                                                      \
    HORNER_7(x, -0x1.5555555555555p-3, 0x1.111111111110bp-7, -0x1.a01a01a018ae8p-13,               \
             0x1.71de3a5339baep-19, -0x1.ae6452988d10ep-26, 0x1.612092d4b6552p-33,                 \
             -0x1.aaa550467c3a5p-41)

/* (cos(x) - 1 + x^2/2)/x^4 in x^2 <= (pi/4)^2: 75.2 bits */
#define COS_POLYNOMIAL_F64(x)                                                                      \
    HORNER_7(x, 0x1.5555555555555p-5, -0x1.6c16c16c16c1p-10, 0x1.a01a01a018debp-16,                \
             -0x1.27e4fb75fd7f5p-22, 0x1.1eed8ca3ab3a4p-29, -0x1.9393383bd5588p-37,                \
             0x1.aac5a7f4704f4p-45)
