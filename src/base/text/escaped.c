/* SPDX-License-Identifier: MIT */
#include "base/text/escaped.h"

#include <linnet/text.h>
#include <string.h>

size_t lnt_escape_next(const char **text, char escaped[LNT_ESCAPE_LENGTH])
{
    const char *start = *text;
    const size_t bytes = lnt_escape_character(start, strnlen(start, 4), escaped);
    *text += bytes;
    return strncmp(start, escaped, bytes) == 0 ? 1 : strlen(escaped);
}

size_t lnt_escaped_width(const char *text)
{
    char escaped[LNT_ESCAPE_LENGTH];
    size_t width = 0;
    while (*text != '\0') {
        width += lnt_escape_next(&text, escaped);
    }
    return width;
}

void lnt_print_escaped(FILE *stream, const char *text)
{
    char escaped[LNT_ESCAPE_LENGTH];
    while (*text != '\0') {
        (void) lnt_escape_next(&text, escaped);
        fputs(escaped, stream);
    }
}

size_t lnt_utf8_encode(uint32_t code, char bytes[4])
{
    static const struct {
        uint32_t most;
        unsigned char mark;
    } forms[] = {{0x7F, 0x00}, {0x7FF, 0xC0}, {0xFFFF, 0xE0}, {0x10FFFF, 0xF0}};
    size_t count = 1;
    while (count <= 4 && code > forms[count - 1].most) {
        count++;
    }
    if (count > 4 || (code >= 0xD800 && code < 0xE000)) {
        return 0;
    }
    for (size_t i = count; i-- > 1; code >>= 6) {
        bytes[i] = (char) (0x80u | (code & 0x3Fu));
    }
    bytes[0] = (char) (forms[count - 1].mark | code);
    return count;
}
