/* SPDX-License-Identifier: MIT */
#include "data/text.h"

#include <string.h>
#include <strings.h>

static bool is_continuation(char c)
{
    return ((unsigned char) c & 0xC0u) == 0x80u;
}

/* Bytes of the well-formed sequence at `text`, by table 3-7 of the Unicode standard; 0 if none. */
size_t lnt_text_sequence(const char *text, size_t left)
{
    const unsigned char lead = (unsigned char) text[0];
    if (lead < 0x80) {
        return lead != 0;
    }
    const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || length > left) {
        return 0;
    }
    const unsigned char second = (unsigned char) text[1];
    const unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (second < low || second > high) {
        return 0;
    }
    for (size_t i = 2; i < length; i++) {
        if (!is_continuation(text[i])) {
            return 0;
        }
    }
    return length;
}

const char *lnt_text_quote(const char *text, size_t length, char quoted[LNT_QUOTED_LENGTH])
{
    const size_t most = 60;
    char *p = quoted;
    *p++ = '\'';
    size_t i = 0;
    while (i < length) {
        const size_t step = lnt_text_sequence(text + i, length - i);
        if (i + (step == 0 ? 1 : step) > most) {
            break;
        }
        if (step > 1) {
            memcpy(p, text + i, step);
            p += step;
            i += step;
        } else {
            const char c = text[i++];
            *p++ = c >= 0x20 && c < 0x7F ? c : '?';
        }
    }
    strcpy(p, i < length ? "...'" : "'");
    return quoted;
}

bool lnt_text_is_utf8(const char *text, size_t length)
{
    for (size_t i = 0; i < length;) {
        const size_t step = lnt_text_sequence(text + i, length - i);
        if (step == 0) {
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
