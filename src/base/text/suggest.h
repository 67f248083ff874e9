/* SPDX-License-Identifier: MIT */
#ifndef LINNET_BASE_TEXT_SUGGEST_H
#define LINNET_BASE_TEXT_SUGGEST_H

#include <stddef.h>

/**
 * The least number of letters put in, taken out, replaced or swapped with their neighbour (optimal
 * string alignment). Letters compare without case, and _ as -. 64 if a text has more than 64 bytes.
 */
size_t lnt_edit_distance(const char *a, const char *b);

/** Candidate i, or NULL after the last. */
typedef const char *(*lnt_candidate)(size_t i, const void *context);

/**
 * The candidate that `name` was probably meant to be: the one at the smallest edit distance (a
 * letter wrong, missing, extra, or swapped with its neighbour), or one that begins with `name`.
 * Letters compare without case, and _ as -. NULL if none is near enough.
 */
const char *lnt_suggest(const char *name, lnt_candidate candidate, const void *context);

#endif
