/* SPDX-License-Identifier: MIT */
#include "base/text/suggest.h"

#include "base/smaller.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum { LENGTH_MAX = 64 }; /* a longer text is near nothing */

static bool same(char a, char b)
{
    const int x = a == '_' ? '-' : tolower((unsigned char) a);
    const int y = b == '_' ? '-' : tolower((unsigned char) b);
    return x == y;
}

size_t lnt_edit_distance(const char *a, const char *b)
{
    const size_t m = strlen(a), n = strlen(b);
    size_t rows[3][LENGTH_MAX + 1];
    if (m > LENGTH_MAX || n > LENGTH_MAX) {
        return LENGTH_MAX;
    }
    for (size_t j = 0; j <= n; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= m; i++) {
        size_t *now = rows[i % 3];
        const size_t *before = rows[(i - 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= n; j++) {
            now[j] = lnt_smaller(lnt_smaller(before[j], now[j - 1]) + 1,
                                 before[j - 1] + (same(a[i - 1], b[j - 1]) ? 0 : 1));
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1])) {
                now[j] = lnt_smaller(now[j], rows[(i - 2) % 3][j - 2] + 1);
            }
        }
    }
    return rows[m % 3][n];
}

static bool begins_with(const char *text, const char *start)
{
    while (*start != '\0' && same(*text, *start)) {
        text++;
        start++;
    }
    return *start == '\0';
}

const char *lnt_suggest(const char *name, lnt_candidate candidate, const void *context)
{
    const char *best = NULL;
    const size_t length = strlen(name);
    /* Half the letters wrong is no slip any more, and one letter tells nothing. */
    size_t least = length < 2 ? 0 : (length + 1) / 2;
    const char *text;
    for (size_t i = 0; (text = candidate(i, context)) != NULL; i++) {
        const bool begins = length > 1 && begins_with(text, name);
        const size_t d = begins ? 1 : lnt_edit_distance(name, text);
        if (d < least || (begins && best == NULL)) {
            least = d;
            best = text;
        }
    }
    return best;
}
