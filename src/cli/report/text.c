/* SPDX-License-Identifier: MIT */
#include "cli/report/text.h"

#include "base/text/escaped.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void lnt_html_finish(lnt_html *html)
{
    free(html->text);
    *html = (lnt_html){0};
}

/* Room for `more` bytes and a final zero. */
static bool reserve(lnt_html *html, size_t more)
{
    if (html->failed || more > SIZE_MAX / 4 - html->length) {
        html->failed = true;
        return false;
    }
    if (html->length + more < html->room) {
        return true;
    }
    const size_t room = 2 * (html->length + more) + 4096;
    char *text = realloc(html->text, room);
    if (text == NULL) {
        html->failed = true;
        return false;
    }
    html->text = text;
    html->room = room;
    return true;
}

void lnt_html_put(lnt_html *html, const char *format, ...)
{
    for (int attempt = 0; attempt < 2; attempt++) {
        const size_t left = html->room - html->length;
        va_list arguments;
        va_start(arguments, format);
        const int needed =
            vsnprintf(left > 0 ? html->text + html->length : NULL, left, format, arguments);
        va_end(arguments);
        if (needed < 0) {
            html->failed = true;
            return;
        }
        if ((size_t) needed < left) {
            html->length += (size_t) needed;
            return;
        }
        if (!reserve(html, (size_t) needed)) {
            return;
        }
    }
}

static void append(lnt_html *html, const char *bytes, size_t count)
{
    if (reserve(html, count)) {
        memcpy(html->text + html->length, bytes, count);
        html->length += count;
        html->text[html->length] = '\0';
    }
}

/* A character that is no markup, or an escape sequence. */
static void put_character(lnt_html *html, const char *text)
{
    static const struct {
        char character;
        const char *entity;
    } markup[] = {{'<', "&lt;"}, {'>', "&gt;"}, {'&', "&amp;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
    for (size_t i = 0; i < sizeof markup / sizeof markup[0]; i++) {
        if (text[0] == markup[i].character) {
            text = markup[i].entity;
            break;
        }
    }
    append(html, text, strlen(text));
}

void lnt_html_escape_short(lnt_html *html, const char *text, size_t most)
{
    if (text == NULL) {
        return;
    }
    char out[LNT_ESCAPE_LENGTH];
    const bool cut = lnt_escaped_width(text) > most;
    for (size_t used = 0; *text != '\0';) {
        used += lnt_escape_next(&text, out);
        if (cut && used >= most) {
            break;
        }
        put_character(html, out);
    }
    if (cut) {
        lnt_html_put(html, "…");
    }
}

void lnt_html_escape(lnt_html *html, const char *text)
{
    lnt_html_escape_short(html, text, SIZE_MAX);
}

/* "1e-07" becomes "1e-7", "1e+20" "1e20"; a minus sign the typographic one. */
static void tidy(const char *from, char text[LNT_HTML_NUMBER_MAX])
{
    size_t n = 0;
    bool exponent = false;
    for (; *from != '\0' && n + 4 < LNT_HTML_NUMBER_MAX; from++) {
        if (*from == '-') {
            memcpy(text + n, "−", sizeof "−" - 1);
            n += sizeof "−" - 1;
        } else if (!(exponent && *from == '+')) {
            text[n++] = *from;
        }
        if (*from == 'e') {
            exponent = true;
        } else if (exponent) {
            while (from[1] == '0' && from[2] != '\0') {
                from++;
            }
            exponent = false;
        }
    }
    text[n] = '\0';
}

const char *lnt_html_number(double value, int digits, char text[LNT_HTML_NUMBER_MAX])
{
    char plain[LNT_HTML_NUMBER_MAX];
    if (isnan(value)) {
        return "–";
    }
    if (isinf(value)) {
        return value > 0 ? "∞" : "−∞";
    }
    const double size = fabs(value);
    if (size >= pow(10, digits) && size < 1e6) {
        snprintf(plain, sizeof plain, "%.0f", value);
    } else {
        snprintf(plain, sizeof plain, "%.*g", digits, value);
    }
    tidy(plain, text);
    return text;
}

const char *lnt_html_count(size_t count, char text[LNT_HTML_NUMBER_MAX])
{
    char plain[24];
    const int length = snprintf(plain, sizeof plain, "%zu", count);
    size_t n = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && length > 4 && (length - i) % 3 == 0) {
            memcpy(text + n, "\xE2\x80\xAF", 3); /* narrow, and no place to break the line */
            n += 3;
        }
        text[n++] = plain[i];
    }
    text[n] = '\0';
    return text;
}

const char *lnt_html_share(double share, char text[LNT_HTML_NUMBER_MAX])
{
    if (!isfinite(share)) {
        return "–";
    }
    snprintf(text, LNT_HTML_NUMBER_MAX, share == 1 ? "%.0f\xE2\x80\xAF%%" : "%.1f\xE2\x80\xAF%%",
             100 * share);
    return text;
}
