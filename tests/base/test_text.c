/* SPDX-License-Identifier: MIT */
#include "base/text/quote.h"
#include "base/text/suggest.h"

#include "support/assert.h"
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

Test(text, distance)
{
    static const struct {
        const char *a, *b;
        size_t distance;
    } cases[] = {{"", "", 0},
                 {"a", "", 1},
                 {"", "abc", 3},
                 {"abc", "abc", 0},
                 {"abc", "abd", 1},
                 {"abc", "acb", 1},
                 {"abc", "bca", 2},
                 {"abc", "xabc", 1},
                 {"kitten", "sitting", 3},
                 {"height", "heigth", 1},
                 {"ab", "ba", 1},
                 {"a", "b", 1},
                 {"saturday", "sunday", 3},
                 {"Batch_Rows", "batch-rows", 0}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_eq(lnt_edit_distance(cases[i].a, cases[i].b), cases[i].distance, "%s %s", cases[i].a,
                  cases[i].b);
        assert_eq(lnt_edit_distance(cases[i].b, cases[i].a), cases[i].distance);
    }
    char a[200], b[200];
    memset(a, 'a', 199);
    memset(b, 'b', 199);
    a[199] = b[199] = '\0';
    assert_eq(lnt_edit_distance(a, b), 64, "long texts are near nothing");
}

Test(text, utf8)
{
    static const struct {
        const char *text;
        bool valid;
    } cases[] = {{"", true},
                 {"plain", true},
                 {"\xC2\x80", true},
                 {"\xDF\xBF", true},
                 {"\xE0\xA0\x80", true},
                 {"\xED\x9F\xBF", true},
                 {"\xEE\x80\x80", true},
                 {"\xF0\x90\x80\x80", true},
                 {"\xF4\x8F\xBF\xBF", true},
                 {"\x80", false}, /* a continuation alone */
                 {"\xC3", false}, /* cut */
                 {"\xE2\x82", false},
                 {"\xF0\x9F\x98", false},
                 {"\xC3(", false},
                 {"\xE2\x82(", false},
                 {"\xC0\x80", false}, /* overlong */
                 {"\xC1\xBF", false},
                 {"\xE0\x9F\xBF", false},
                 {"\xF0\x8F\xBF\xBF", false},
                 {"\xED\xA0\x80", false},     /* a surrogate */
                 {"\xF4\x90\x80\x80", false}, /* beyond U+10FFFF */
                 {"\xF5\x80\x80\x80", false},
                 {"\xFF", false}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_eq(lnt_text_is_utf8(cases[i].text, strlen(cases[i].text)), cases[i].valid,
                  "case %zu", i);
    }
    cr_assert_not(lnt_text_is_utf8("a\0b", 3));
}

Test(text, quoted_text_is_cut_at_a_character)
{
    char quoted[LNT_QUOTED_LENGTH];
    char text[128];
    memset(text, 'a', 59);
    strcpy(text + 59, "\xE2\x82\xAC");
    assert_str_eq(lnt_text_quote("", 0, quoted), "''");
    lnt_text_quote(text, strlen(text), quoted);
    assert_eq(strlen(quoted), 1 + 59 + 4);
    assert_str_eq(quoted + 60, "...'");
    lnt_text_quote(text + 2, strlen(text) - 2, quoted);
    assert_str_eq(quoted + 58, "\xE2\x82\xAC'");
    assert_str_eq(lnt_text_quote("a\n\177\303b", 5, quoted), "'a\\n\\x7f\\xc3b'");
}
