/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <linnet/status.h>
#include <string.h>

Test(status, each_has_a_name_and_a_text_of_its_own)
{
    static const lnt_status all[] = {
#define X(name, text) name,
        LNT_STATUS_LIST(X)
#undef X
    };
    const size_t count = sizeof all / sizeof all[0];
    for (size_t i = 0; i < count; i++) {
        cr_assert((size_t) all[i] == i);
        for (size_t j = 0; j < i; j++) {
            cr_assert_str_neq(lnt_status_name(all[i]), lnt_status_name(all[j]));
            cr_assert_str_neq(lnt_status_text(all[i]), lnt_status_text(all[j]));
        }
    }
    cr_assert_str_eq(lnt_status_name(LNT_ERR_SHAPE), "LNT_ERR_SHAPE");
    cr_assert_str_eq(lnt_status_text(LNT_OK), "success");
    cr_assert_str_eq(lnt_status_text((lnt_status) count), "unknown status");
    cr_assert_str_eq(lnt_status_name((lnt_status) -1), "LNT_ERR_UNKNOWN");
}

static lnt_status forward(lnt_status status, int *reached)
{
    LNT_TRY(status);
    (*reached)++;
    return LNT_OK;
}

Test(status, try_forwards_what_is_not_ok)
{
    int reached = 0;
    cr_assert(forward(LNT_OK, &reached) == LNT_OK && reached == 1);
    cr_assert(forward(LNT_ERR_IO, &reached) == LNT_ERR_IO && reached == 1);
}

Test(status, fail_writes_a_sentence_and_returns_its_status)
{
    lnt_error error = {0};
    cr_assert(lnt_fail(&error, LNT_ERR_SHAPE, "%s has %d rows", "x", 3) == LNT_ERR_SHAPE);
    cr_assert(error.status == LNT_ERR_SHAPE);
    cr_assert_str_eq(error.message, "x has 3 rows");
    cr_assert(lnt_fail(NULL, LNT_ERR_IO, "nobody listens") == LNT_ERR_IO);
}

/* A sentence that is too long loses whole characters, never a part of one. */
Test(status, long_sentences_are_cut_between_characters)
{
    static const char *const characters[] = {"a", "\303\251", "\342\202\254", "\360\237\220\246"};
    for (size_t c = 0; c < 4; c++) {
        const size_t length = strlen(characters[c]);
        for (size_t shift = 0; shift < length; shift++) {
            char text[LNT_ERROR_LENGTH * 2] = {0};
            memset(text, '.', shift);
            while (strlen(text) < LNT_ERROR_LENGTH + 8) {
                strcat(text, characters[c]);
            }
            lnt_error error;
            lnt_fail(&error, LNT_ERR_IO, "%s", text);
            const size_t kept = strlen(error.message);
            cr_assert(kept < LNT_ERROR_LENGTH && kept + length >= LNT_ERROR_LENGTH);
            cr_assert(strncmp(error.message, text, kept) == 0);
            cr_assert((kept - shift) % length == 0, "cut within a character of %zu bytes", length);
        }
    }
    lnt_error error;
    char exact[LNT_ERROR_LENGTH];
    memset(exact, 'x', sizeof exact - 1);
    exact[sizeof exact - 1] = '\0';
    lnt_fail(&error, LNT_ERR_IO, "%s", exact);
    cr_assert_str_eq(error.message, exact);
}

/* Of bytes that are no UTF-8 nothing is found to cut. */
Test(status, a_long_sentence_of_continuation_bytes)
{
    lnt_error error;
    char bytes[2 * sizeof error.message];
    memset(bytes, 0x80, sizeof bytes - 1);
    bytes[sizeof bytes - 1] = '\0';
    cr_assert_eq(lnt_fail(&error, LNT_ERR_FORMAT, "%s", bytes), LNT_ERR_FORMAT);
    cr_assert_eq(strlen(error.message), sizeof error.message - 1);
}
