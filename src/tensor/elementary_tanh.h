/* SPDX-License-Identifier: MIT */
/* By elementary_rational.py: tanh(x)/x = P(x^2)/Q(x^2), |x| <= 9, to 25 bits. */

#define TANH_ONE 9.02f /* where tanh is 1, rounded */
#define TANH_P(s) HORNER_5(s, 1, 0x1.121ab4p-3f, 0x1.ca9f94p-9f, 0x1.5aa4f6p-16f, 0x1.cd1dfp-27f)
#define TANH_Q(s) HORNER_5(s, 1, 0x1.de62a8p-2f, 0x1.a82fc2p-6f, 0x1.59181ap-12f, 0x1.a30606p-21f)
