/* SPDX-License-Identifier: MIT */
#include "base/text/utf8.h"

#include <linnet/text.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Characters that are not shown as they are: from the first to the last. */
static const struct {
    uint32_t first;
    uint32_t last;
} escaped_characters[] = {
    {0x0000, 0x001F},   /* C0 controls */
    {0x007F, 0x009F},   /* DEL, C1 controls */
    {0x061C, 0x061C},   /* Arabic letter mark */
    {0x180E, 0x180E},   /* Mongolian vowel separator */
    {0x200B, 0x200B},   /* zero-width space; the joiners behind it belong to scripts and emoji */
    {0x200E, 0x200F},   /* left-to-right mark, right-to-left mark */
    {0x2028, 0x202E},   /* line and paragraph separator, bidirectional embeddings and overrides */
    {0x2060, 0x206F},   /* word joiner, bidirectional isolates */
    {0xFEFF, 0xFEFF},   /* byte-order mark */
    {0xFFF9, 0xFFFB},   /* interlinear annotation */
    {0xE0000, 0xE007F}, /* tags */
};

static bool is_escaped(uint32_t code)
{
    const size_t count = sizeof escaped_characters / sizeof escaped_characters[0];
    for (size_t i = 0; i < count; i++) {
        if (code >= escaped_characters[i].first && code <= escaped_characters[i].last) {
            return true;
        }
    }
    return (code & 0xFFFE) == 0xFFFE; /* no characters, in each plane */
}

/* The code of a well-formed character. */
static uint32_t code_of(const char *text, size_t bytes)
{
    const unsigned char lead = (unsigned char) text[0];
    uint32_t code = bytes == 1 ? lead : lead & (0x7Fu >> bytes);
    for (size_t i = 1; i < bytes; i++) {
        code = code << 6 | ((unsigned char) text[i] & 0x3Fu);
    }
    return code;
}

static void write_sequence(uint32_t code, bool is_byte, char escaped[LNT_ESCAPE_LENGTH])
{
    const char letter = code == '\n' ? 'n' : code == '\t' ? 't' : code == '\r' ? 'r' : '\0';
    if (letter != '\0') {
        (void) snprintf(escaped, LNT_ESCAPE_LENGTH, "\\%c", letter);
    } else if (is_byte) {
        (void) snprintf(escaped, LNT_ESCAPE_LENGTH, "\\x%02x", (unsigned) code);
    } else {
        (void) snprintf(escaped, LNT_ESCAPE_LENGTH, code <= 0xFFFF ? "\\u%04x" : "\\U%08x",
                        (unsigned) code);
    }
}

size_t lnt_escape_character(const char *text, size_t length, char escaped[LNT_ESCAPE_LENGTH])
{
    escaped[0] = '\0';
    if (length == 0) {
        return 0;
    }
    const size_t bytes = lnt_utf8_length(text, length);
    if (bytes == 0) {
        write_sequence((unsigned char) text[0], true, escaped);
        return 1;
    }
    const uint32_t code = code_of(text, bytes);
    if (is_escaped(code)) {
        write_sequence(code, bytes == 1, escaped);
    } else {
        memcpy(escaped, text, bytes);
        escaped[bytes] = '\0';
    }
    return bytes;
}
