/* SPDX-License-Identifier: MIT */
#include "base/text/quote.h"

#include <string.h>

/* Names beyond this length are compared by their beginnings. */
enum { LONGEST = 63 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t lnt_text_distance(const char *a, const char *b)
{
    const size_t rows = strnlen(a, LONGEST), cols = strnlen(b, LONGEST);
    size_t distance[3][LONGEST + 1]; /* of prefixes of a (rows, the last three) and b (columns) */
    for (size_t j = 0; j <= cols; j++) {
        distance[0][j] = j;
    }
    for (size_t i = 1; i <= rows; i++) {
        size_t *const now = distance[i % 3];
        const size_t *const before = distance[(i + 2) % 3], *const earlier = distance[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= cols; j++) {
            now[j] = before[j - 1] + (a[i - 1] != b[j - 1]);
            now[j] = least(now[j], least(before[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                now[j] = least(now[j], earlier[j - 2] + 1);
            }
        }
    }
    return distance[rows % 3][cols];
}
