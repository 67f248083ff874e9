/* SPDX-License-Identifier: MIT */
#include "io/json/scan.h"

#include "base/text/utf8.h"

#include <stdint.h>
#include <string.h>

typedef struct scanner {
    const char *begin;
    const char *next;
    const char *end;
    size_t depth; /* levels that may still be entered */
    lnt_json_size size;
    const char *message; /* the error at `next` */
} scanner;

static bool fail(scanner *s, const char *sentence)
{
    s->message = sentence;
    return false;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The next byte that is not a blank; a zero byte at the end, which is never valid. */
static char peek(scanner *s)
{
    while (s->next < s->end && is_blank(*s->next)) {
        s->next++;
    }
    return s->next < s->end ? *s->next : '\0';
}

/* --- texts --- */

/* Four hexadecimal digits; false if they are not. */
static bool hex4(const char *text, const char *end, unsigned *code)
{
    *code = 0;
    for (unsigned i = 0; i < 4; i++) {
        static const char digits[] = "0123456789abcdef";
        const char c = text + i < end ? text[i] : '\0';
        const char lower = c >= 'A' && c <= 'F' ? (char) (c - 'A' + 'a') : c;
        const char *digit = memchr(digits, lower, sizeof digits - 1);
        if (digit == NULL) {
            return false;
        }
        *code = *code * 16 + (unsigned) (digit - digits);
    }
    return true;
}

static bool is_surrogate(unsigned code, unsigned first)
{
    return code >= first && code < first + 0x400;
}

/* At a backslash. */
static bool scan_escape(scanner *s)
{
    const char c = s->end - s->next > 1 ? s->next[1] : '\0';
    if (c != '\0' && strchr("\"\\/bfnrt", c) != NULL) {
        s->next += 2;
        return true;
    }
    unsigned code, low;
    if (c != 'u' || !hex4(s->next + 2, s->end, &code)) {
        return fail(s, "invalid escape");
    }
    if (code == 0) {
        return fail(s, "\\u0000 is not allowed");
    }
    if (is_surrogate(code, 0xD800) && s->end - s->next > 8 && s->next[6] == '\\' &&
        s->next[7] == 'u' && hex4(s->next + 8, s->end, &low) && is_surrogate(low, 0xDC00)) {
        s->next += 12;
        return true;
    }
    if (is_surrogate(code, 0xD800) || is_surrogate(code, 0xDC00)) {
        return fail(s, "invalid Unicode surrogate");
    }
    s->next += 6;
    return true;
}

/* At the opening quote. */
static bool scan_text(scanner *s)
{
    s->next++;
    while (s->next < s->end) {
        const unsigned char c = (unsigned char) *s->next;
        if (c == '"') {
            s->next++;
            return true;
        }
        if (c == '\\') {
            if (!scan_escape(s)) {
                return false;
            }
        } else if (c < 0x20) {
            return fail(s, c == 0 ? "found a zero byte" : "control character in a text");
        } else if (c < 0x80) {
            s->next++;
        } else {
            const size_t length = lnt_utf8_length(s->next, (size_t) (s->end - s->next));
            if (length == 0) {
                return fail(s, "invalid UTF-8");
            }
            s->next += length;
        }
    }
    return fail(s, "the text ends within quotes");
}

/* --- values --- */

static bool scan_number(scanner *s)
{
    const char *const first = s->next;
    uint64_t value = 0;
    for (; s->next < s->end && is_digit(*s->next); s->next++) {
        const unsigned digit = (unsigned) (*s->next - '0');
        if (value > ((uint64_t) INT64_MAX - digit) / 10) {
            return fail(s, "the number is too large");
        }
        value = value * 10 + digit;
    }
    if (s->next < s->end && memchr(".eE", *s->next, 3) != NULL) {
        return fail(s, "numbers must be whole and not negative");
    }
    if (s->next - first > 1 && *first == '0') {
        return fail(s, "a number begins with 0");
    }
    s->size.numbers++;
    return true;
}

static bool scan_word(scanner *s)
{
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const size_t length = strlen(words[i]);
        if ((size_t) (s->end - s->next) >= length && memcmp(s->next, words[i], length) == 0) {
            s->next += length;
            return true;
        }
    }
    const char c = s->next < s->end ? *s->next : ' ';
    return fail(s, c == '\0'                          ? "found a zero byte"
                   : c == '.' || c == '-' || c == '+' ? "numbers must be whole and not negative"
                                                      : "invalid token");
}

static bool scan_value(scanner *s);

static bool scan_key(scanner *s)
{
    if (peek(s) != '"') {
        return fail(s, "expected a key in quotes");
    }
    if (!scan_text(s)) {
        return false;
    }
    if (peek(s) != ':') {
        return fail(s, "expected ':'");
    }
    s->next++;
    return true;
}

/* At the opening bracket. */
static bool scan_items(scanner *s, char close, size_t *items)
{
    *items = 0;
    if (s->depth == 0) {
        return fail(s, "nested too deeply");
    }
    s->depth--;
    s->next++;
    if (peek(s) == close) {
        s->next++;
        s->depth++;
        return true;
    }
    for (;;) {
        ++*items;
        if ((close == '}' && !scan_key(s)) || !scan_value(s)) {
            return false;
        }
        const char c = peek(s);
        if (c != ',' && c != close) {
            return fail(s, close == '}' ? "expected ',' or '}'" : "expected ',' or ']'");
        }
        s->next++;
        if (c == close) {
            s->depth++;
            return true;
        }
    }
}

static bool scan_value(scanner *s)
{
    const char c = peek(s);
    if (c == '"') {
        return scan_text(s);
    }
    if (c == '{' || c == '[') {
        size_t items;
        return scan_items(s, c == '{' ? '}' : ']', &items);
    }
    return is_digit(c) ? scan_number(s) : scan_word(s);
}

static bool scan_all(scanner *s)
{
    const char c = peek(s);
    if (c != '{' && c != '[') {
        return fail(s, "expected '{' or '['");
    }
    if (!scan_items(s, c == '{' ? '}' : ']', &s->size.items)) {
        return false;
    }
    (void) peek(s);
    return s->next == s->end || fail(s, "expected the end of the text");
}

lnt_status lnt_json_check(const char *text, size_t length, size_t max_depth,
                          lnt_json_context context, lnt_json_size *size, lnt_error *error)
{
    scanner s = {.begin = text, .next = text, .end = text + length, .depth = max_depth};
    if (!scan_all(&s)) {
        return lnt_json_fail(context, (size_t) (s.next - s.begin), s.message, error);
    }
    *size = s.size;
    return LNT_OK;
}
