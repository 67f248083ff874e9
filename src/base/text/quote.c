/* SPDX-License-Identifier: MIT */
#include "base/text/quote.h"

#include "base/text/utf8.h"

#include <linnet/text.h>
#include <string.h>
#include <strings.h>

const char *lnt_text_quote(const char *text, size_t length, char quoted[LNT_QUOTED_LENGTH])
{
    const size_t most = 60;
    char escaped[LNT_ESCAPE_LENGTH];
    size_t used = 0, i = 0;
    quoted[used++] = '\'';
    while (i < length) {
        const size_t step = lnt_escape_character(text + i, length - i, escaped);
        const size_t more = strlen(escaped);
        if (used + more > most + 1) {
            break;
        }
        memcpy(quoted + used, escaped, more);
        used += more;
        i += step;
    }
    strcpy(quoted + used, i < length ? "...'" : "'");
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
