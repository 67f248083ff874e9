/* SPDX-License-Identifier: MIT */
#include "base/text/quote.h"

#include "base/text/utf8.h"

#include <linnet/text.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

lnt_excerpt lnt_excerpt_of_bytes(const char *text, size_t length)
{
    static const char ellipsis[] = "...";
    char escaped[LNT_ESCAPE_LENGTH];
    lnt_excerpt excerpt = {""};
    size_t used = 0, left = length;
    while (left > 0) {
        const size_t step = lnt_escape_character(text, left, escaped);
        const size_t more = strlen(escaped);
        if (used + more > sizeof excerpt.text - sizeof ellipsis) {
            memcpy(excerpt.text + used, ellipsis, sizeof ellipsis);
            break;
        }
        memcpy(excerpt.text + used, escaped, more + 1);
        used += more;
        text += step;
        left -= step;
    }
    return excerpt;
}

lnt_excerpt lnt_excerpt_of(const char *text)
{
    return lnt_excerpt_of_bytes(text, strlen(text));
}

const char *lnt_text_quote(const char *text, size_t length, char quoted[LNT_QUOTED_LENGTH])
{
    (void) snprintf(quoted, LNT_QUOTED_LENGTH, "'%s'", lnt_excerpt_of_bytes(text, length).text);
    return quoted;
}

bool lnt_text_is_utf8(const char *text, size_t length)
{
    for (size_t i = 0; i < length;) {
        const size_t step = lnt_utf8_length(text + i, length - i);
        if (step == 0 || text[i] == '\0') {
            return false;
        }
        i += step;
    }
    return true;
}

bool lnt_text_is_missing(const char *text, size_t length)
{
    static const char *const tokens[] = {"", "NA", "N/A", "nan", "null", "?"};
    for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
        if (length == strlen(tokens[i]) && strncasecmp(text, tokens[i], length) == 0) {
            return true;
        }
    }
    return false;
}
