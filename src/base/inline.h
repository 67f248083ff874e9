/* SPDX-License-Identifier: MIT */
#ifndef LINNET_BASE_INLINE_H
#define LINNET_BASE_INLINE_H

/**
 * A function that is part of each caller: its arguments that are constants, functions among them,
 * are constants inside.
 */
#if defined(__GNUC__)
#define LNT_ALWAYS_INLINE static inline __attribute__((always_inline))
#else
#define LNT_ALWAYS_INLINE static inline
#endif

#endif
