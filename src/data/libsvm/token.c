/* SPDX-License-Identifier: MIT */
#include "base/numbers/number.h"
#include "data/libsvm/libsvm.h"
#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

const char *lnt_libsvm_skip(const char *text, const char *end)
{
    while (text < end && is_blank(*text)) {
        text++;
    }
    return text;
}

size_t lnt_libsvm_token(const char *text, const char *end)
{
    const char *p = text;
    while (p < end && !is_blank(*p)) {
        p++;
    }
    return (size_t) (p - text);
}

const char *lnt_libsvm_skip_query(const char *text, const char *end)
{
    static const char begin[] = "qid:";
    const size_t length = lnt_libsvm_token(text, end), before = sizeof begin - 1;
    if (length <= before || memcmp(text, begin, before) != 0) {
        return text;
    }
    for (size_t i = before; i < length; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return text;
        }
    }
    return text + length;
}

const char *lnt_libsvm_index(const char *text, size_t *index)
{
    uint64_t number = 0;
    const char *p = text;
    for (; *p >= '0' && *p <= '9'; p++) {
        number = 10 * number + (uint64_t) (*p - '0');
        if (number > UINT32_MAX) {
            return NULL;
        }
    }
    *index = (size_t) number;
    return p > text && *p == ':' ? p : NULL;
}

/* Whether the tokens of a line are a number and then at least one pair. */
static bool is_line(const char *text, const char *end)
{
    size_t length = lnt_libsvm_token(text, end), pairs = 0;
    if (!lnt_number_like(text, length)) {
        return false;
    }
    text = lnt_libsvm_skip(text + length, end);
    const char *const query = lnt_libsvm_skip_query(text, end);
    pairs += query > text;
    for (text = lnt_libsvm_skip(query, end); text < end; text = lnt_libsvm_skip(text, end)) {
        length = lnt_libsvm_token(text, end);
        const char *const colon = memchr(text, ':', length);
        if (colon == NULL || strspn(text, "0123456789") != (size_t) (colon - text) ||
            colon == text) {
            return false;
        }
        text += length;
        pairs++;
    }
    return pairs > 0;
}

/* The end of the last complete token of a line that is cut off. */
static const char *last_blank(const char *text, const char *end)
{
    while (end > text && !is_blank(end[-1])) {
        end--;
    }
    return end;
}

bool lnt_libsvm_is(const char *text, size_t size, bool cut)
{
    const char *const all = text + size;
    while (text < all) {
        const char *newline = memchr(text, '\n', (size_t) (all - text));
        if (newline == NULL) {
            newline = cut ? last_blank(text, all) : all;
        }
        const char *const comment = memchr(text, '#', (size_t) (newline - text));
        const char *const end = comment != NULL ? comment : newline;
        const char *const begin = lnt_libsvm_skip(text, end);
        if (begin < end) {
            return is_line(begin, end);
        }
        text = newline + 1;
    }
    return false;
}
