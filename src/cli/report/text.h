/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_REPORT_TEXT_H
#define LINNET_CLI_REPORT_TEXT_H

#include <linnet/linnet.h>
#include <stdbool.h>
#include <stddef.h>

/* A page that is being written: a growing text. {0} is empty. Memory that runs out is remembered.
 */
typedef struct lnt_html {
    char *text;
    size_t length;
    size_t room;
    bool failed;
} lnt_html;

void lnt_html_finish(lnt_html *html);

/* Markup and numbers. Texts that come from outside go through lnt_html_escape. */
void lnt_html_put(lnt_html *html, const char *format, ...) LNT_PRINTF(2, 3);

/*
 * Text from outside, in an element or an attribute: as escape.h shows it, and markup as entities.
 * NULL is nothing.
 */
void lnt_html_escape(lnt_html *html, const char *text);

/* At most `most` columns of it, with "…" in place of the others. */
void lnt_html_escape_short(lnt_html *html, const char *text, size_t most);

#define LNT_HTML_NUMBER_MAX 48

/* A number for people: "0.01234", "1.5e-7"; "∞" and "–" for what is not finite, or no number. */
const char *lnt_html_number(double value, int digits, char text[LNT_HTML_NUMBER_MAX]);

/* A count in groups of three: "60 000". */
const char *lnt_html_count(size_t count, char text[LNT_HTML_NUMBER_MAX]);

/* A share as "97.8 %"; "–" for NaN. */
const char *lnt_html_share(double share, char text[LNT_HTML_NUMBER_MAX]);

#endif
