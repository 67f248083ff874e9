/* SPDX-License-Identifier: MIT */
/* By elementary_rational.py: tanh(x)/x = P(x²)/Q(x²), |x| <= 9, to 29 bits but for rounding. */

#define TANH_HIGHEST_QUOTIENT 9.0f /* whence it is 1, to the last bit but one */
#define TANH_P(s)                                                                                  \
    HORNER_6(s, 1, 0x1.18379ap-3f, 0x1.fb7294p-9f, 0x1.d6f126p-16f, 0x1.07f87ep-25f,               \
             -0x1.b0f87ep-37f)
#define TANH_Q(s) HORNER_5(s, 1, 0x1.e17122p-2f, 0x1.be969p-6f, 0x1.9d946p-12f, 0x1.5abb8cp-20f)
