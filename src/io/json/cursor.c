/* SPDX-License-Identifier: MIT */
#include "io/json/scan.h"

#include <stdint.h>
#include <string.h>

static void skip_blanks(lnt_json_cursor *cursor)
{
    while (*cursor->next == ' ' || *cursor->next == '\n' || *cursor->next == '\t' ||
           *cursor->next == '\r') {
        cursor->next++;
    }
}

static bool skip_char(lnt_json_cursor *cursor, char c)
{
    skip_blanks(cursor);
    const bool found = *cursor->next == c;
    cursor->next += found;
    return found;
}

bool lnt_json_enter(lnt_json_cursor *cursor, char open)
{
    return skip_char(cursor, open);
}

bool lnt_json_more(lnt_json_cursor *cursor, char close)
{
    if (skip_char(cursor, close)) {
        return false;
    }
    (void) skip_char(cursor, ',');
    return true;
}

/* --- texts --- */

static unsigned hex4(const char *text)
{
    unsigned code = 0;
    for (unsigned i = 0; i < 4; i++) {
        const unsigned c = (unsigned char) text[i];
        code = code * 16 + (c <= '9' ? c - '0' : (c | 0x20u) - 'a' + 10);
    }
    return code;
}

static char *put_utf8(char *to, unsigned code)
{
    if (code < 0x80) {
        *to++ = (char) code;
        return to;
    }
    if (code < 0x800) {
        *to++ = (char) (0xC0u | code >> 6u);
    } else {
        if (code < 0x10000) {
            *to++ = (char) (0xE0u | code >> 12u);
        } else {
            *to++ = (char) (0xF0u | code >> 18u);
            *to++ = (char) (0x80u | (code >> 12u & 0x3Fu));
        }
        *to++ = (char) (0x80u | (code >> 6u & 0x3Fu));
    }
    *to++ = (char) (0x80u | (code & 0x3Fu));
    return to;
}

/* Decodes the escape at `from`, which is never shorter than the decoded bytes. */
static const char *decode_escape(const char *from, char **to)
{
    static const char letters[] = "bfnrt", bytes[] = "\b\f\n\r\t";
    if (from[1] != 'u') {
        const char *letter = strchr(letters, from[1]);
        *(*to)++ = letter != NULL ? bytes[letter - letters] : from[1];
        return from + 2;
    }
    unsigned code = hex4(from + 2);
    from += 6;
    if (code >= 0xD800 && code < 0xDC00) {
        code = 0x10000 + ((code - 0xD800) << 10u) + (hex4(from + 2) - 0xDC00);
        from += 6;
    }
    *to = put_utf8(*to, code);
    return from;
}

char *lnt_json_take_text(lnt_json_cursor *cursor)
{
    if (!skip_char(cursor, '"')) {
        return NULL;
    }
    char *const text = cursor->next;
    const char *from = text;
    char *to = text;
    while (*from != '"') {
        if (*from == '\\') {
            from = decode_escape(from, &to);
        } else {
            *to++ = *from++;
        }
    }
    cursor->next = text + (from + 1 - text);
    *to = '\0';
    return text;
}

char *lnt_json_take_key(lnt_json_cursor *cursor)
{
    char *const key = lnt_json_take_text(cursor);
    (void) skip_char(cursor, ':');
    return key;
}

/* --- other values --- */

bool lnt_json_take_size(lnt_json_cursor *cursor, size_t *size)
{
    skip_blanks(cursor);
    uint64_t value = 0;
    const char *const begin = cursor->next;
    for (; *cursor->next >= '0' && *cursor->next <= '9'; cursor->next++) {
        value = value * 10 + (uint64_t) (*cursor->next - '0');
    }
    *size = (size_t) value;
    return cursor->next > begin && value <= SIZE_MAX;
}

static void skip_text(lnt_json_cursor *cursor)
{
    for (cursor->next++; *cursor->next != '"'; cursor->next++) {
        cursor->next += *cursor->next == '\\';
    }
    cursor->next++;
}

void lnt_json_skip(lnt_json_cursor *cursor)
{
    size_t depth = 0;
    do {
        skip_blanks(cursor);
        const char c = *cursor->next;
        if (c == '"') {
            skip_text(cursor);
        } else if (c == '{' || c == '[') {
            depth++;
            cursor->next++;
        } else if (c == '}' || c == ']') {
            depth--;
            cursor->next++;
        } else if (c == ',' || c == ':') {
            cursor->next++;
        } else {
            cursor->next += strcspn(cursor->next, " \n\t\r,]}");
        }
    } while (depth > 0);
}

size_t lnt_json_count(lnt_json_cursor cursor, char close)
{
    size_t count = 0;
    for (; lnt_json_more(&cursor, close); count++) {
        lnt_json_skip(&cursor);
        if (skip_char(&cursor, ':')) { /* it was a key */
            lnt_json_skip(&cursor);
        }
    }
    return count;
}
