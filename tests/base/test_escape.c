/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <linnet/text.h>
#include <string.h>

static void expect(const char *text, size_t length, size_t used, const char *escaped)
{
    char found[LNT_ESCAPE_LENGTH];
    cr_expect_eq(lnt_escape_character(text, length, found), used, "'%s'", text);
    cr_expect_str_eq(found, escaped);
}

Test(escape, one_character_at_a_time)
{
    expect("", 0, 0, "");
    expect("\0", 1, 1, "\\x00");
    expect("\x1b[", 2, 1, "\\x1b");
    expect("\n", 1, 1, "\\n");
    expect("\\n", 2, 1, "\\");
    expect("~", 1, 1, "~");
    expect("ä", 2, 2, "ä");
    expect("ä", 1, 1, "\\xc3"); /* nothing is read behind the length */
    expect("\xC2\x80", 2, 2, "\\u0080");
    expect("\xC2\x9F", 2, 2, "\\u009f");
    expect("\xC2\xA0", 2, 2, "\xC2\xA0");
    expect("\u202E", 3, 3, "\\u202e");
    expect("\u2069", 3, 3, "\\u2069");
    expect("\uFEFF", 3, 3, "\\ufeff");
    expect("\U000E0001", 4, 4, "\\U000e0001");
    expect("\U0001F600", 4, 4, "\U0001F600");
    expect("\xFF", 1, 1, "\\xff");
}

/* Every code of one and two bytes: what is printed is UTF-8 without a control character. */
Test(escape, no_control_comes_through)
{
    for (unsigned code = 0; code < 0x800; code++) {
        const char text[] = {(char) (code < 0x80 ? code : 0xC0 | code >> 6),
                             (char) (0x80 | (code & 0x3F))};
        char found[LNT_ESCAPE_LENGTH];
        const size_t bytes = lnt_escape_character(text, code < 0x80 ? 1 : 2, found);
        const bool control = code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x61C;
        cr_assert_eq(bytes, code < 0x80 ? 1u : 2u);
        cr_assert_eq(strncmp(found, text, bytes) != 0, control, "U+%04X", code);
        cr_assert(!control || found[0] == '\\');
    }
}
