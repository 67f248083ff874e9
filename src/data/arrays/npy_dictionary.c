/* SPDX-License-Identifier: MIT */
#include "data/arrays/npy_dictionary.h"

#include "base/text/quote.h"
#include <string.h>

/* A parser of the header's text. */
typedef struct parser {
    const char *name; /* of the file */
    lnt_error *error;
    const char *begin;
    const char *next;
    const char *end;
    bool python2; /* integers may end in L */
} parser;

static lnt_status fail(const parser *p, const char *expected)
{
    char quoted[LNT_QUOTED_LENGTH];
    const size_t left = (size_t) (p->end - p->next), shown = left < 24 ? left : 24;
    return lnt_fail(p->error, LNT_ERR_FORMAT, "%s: npy header, byte %zu: expected %s, found %s",
                    p->name, (size_t) (p->next - p->begin) + 1, expected,
                    left > 0 ? lnt_text_quote(p->next, shown, quoted) : "its end");
}

static void skip_blanks(parser *p)
{
    while (p->next < p->end && (*p->next == ' ' || *p->next == '\t' || *p->next == '\n')) {
        p->next++;
    }
}

/* Skips blanks and `c`, if it is the next character; returns whether it is. */
static bool accept(parser *p, char c)
{
    skip_blanks(p);
    if (p->next == p->end || *p->next != c) {
        return false;
    }
    p->next++;
    return true;
}

/* A string in quotes of either kind, without escapes. */
static lnt_status read_string(parser *p, const char *expected, const char **text, size_t *length)
{
    skip_blanks(p);
    if (p->next == p->end || (*p->next != '\'' && *p->next != '"')) {
        return fail(p, expected);
    }
    const char *const quote = p->next;
    const char *close = quote + 1;
    while (close < p->end && *close != *quote && *close != '\\' && *close != '\n') {
        close++;
    }
    if (close == p->end || *close != *quote) {
        return fail(p, expected);
    }
    *text = quote + 1;
    *length = (size_t) (close - *text);
    p->next = close + 1;
    return LNT_OK;
}

/* A name for a dtype that is not supported. */
static const char *describe_descr(const char *descr, size_t length)
{
    const char kind = length > 1 ? descr[1] : '?';
    return kind == 'O'                  ? " (Python objects)"
           : kind == 'c'                ? " (complex numbers)"
           : kind == 'U' || kind == 'S' ? " (text)"
           : kind == 'a'                ? " (text)"
           : kind == 'M' || kind == 'm' ? " (times)"
           : kind == 'V'                ? " (records)"
           : kind == 'f' && length > 3  ? " (long doubles)"
                                        : "";
}

static bool is_size(char kind, int size)
{
    return kind == 'b'   ? size == 1
           : kind == 'f' ? size == 2 || size == 4 || size == 8
                         : size == 1 || size == 2 || size == 4 || size == 8;
}

/* A byte order, a kind, a size. */
static lnt_status read_descr(parser *p, lnt_npy_info *header)
{
    static const char expected[] = "bool, i1 to i8, u1 to u8, f2, f4 or f8";
    skip_blanks(p);
    if (p->next < p->end && *p->next == '[') {
        return lnt_fail(p->error, LNT_ERR_FORMAT, "%s: expected elements of %s, found records",
                        p->name, expected);
    }
    const char *descr;
    size_t length;
    LNT_TRY(read_string(p, "a dtype such as '<f8'", &descr, &length));
    const bool plain = length == 3 && memchr("<>|=", descr[0], 4) != NULL &&
                       memchr("biuf", descr[1], 4) != NULL && is_size(descr[1], descr[2] - '0') &&
                       (descr[0] != '|' || descr[2] == '1');
    if (!plain) {
        char quoted[LNT_QUOTED_LENGTH];
        return lnt_fail(p->error, LNT_ERR_FORMAT, "%s: expected elements of %s, found %s%s",
                        p->name, expected, lnt_text_quote(descr, length, quoted),
                        describe_descr(descr, length));
    }
    header->file_dtype = lnt_file_dtype_native(LNT_F64);
    header->file_dtype.kind = descr[1];
    header->file_dtype.size = (unsigned char) (descr[2] - '0');
    if (descr[0] == '<' || descr[0] == '>') {
        header->file_dtype.big_endian = descr[0] == '>';
    }
    return LNT_OK;
}

static lnt_status read_fortran_order(parser *p, lnt_npy_info *header)
{
    skip_blanks(p);
    const size_t left = (size_t) (p->end - p->next);
    if (left >= 4 && memcmp(p->next, "True", 4) == 0) {
        header->fortran = true;
        p->next += 4;
    } else if (left >= 5 && memcmp(p->next, "False", 5) == 0) {
        header->fortran = false;
        p->next += 5;
    } else {
        return fail(p, "True or False");
    }
    return LNT_OK;
}

static bool is_digit(const parser *p)
{
    return p->next < p->end && *p->next >= '0' && *p->next <= '9';
}

static lnt_status read_extent(parser *p, size_t *extent)
{
    static const char expected[] = "an extent";
    if (!is_digit(p)) {
        return fail(p, expected);
    }
    const char *const first = p->next;
    *extent = 0;
    for (; is_digit(p); p->next++) {
        const size_t digit = (size_t) (*p->next - '0');
        if (*extent > (SIZE_MAX - digit) / 10) {
            p->next = first;
            return lnt_fail(p->error, LNT_ERR_TOO_LARGE, "%s: an extent of the shape is too large",
                            p->name);
        }
        *extent = 10 * *extent + digit;
    }
    if (*first == '0' && p->next > first + 1) {
        p->next = first;
        return fail(p, expected);
    }
    if (p->python2 && p->next < p->end && *p->next == 'L') {
        p->next++;
    }
    return LNT_OK;
}

/* (), (3,), (3, 4) or (3, 4,): as in Python, a single extent needs a comma. */
static lnt_status read_shape(parser *p, lnt_npy_info *header)
{
    if (!accept(p, '(')) {
        return fail(p, "a shape such as (3, 4)");
    }
    bool comma = true;
    header->rank = 0;
    while (!accept(p, ')')) {
        if (!comma) {
            return fail(p, "a comma or a closing parenthesis");
        }
        if (header->rank == LNT_NPY_MAX_RANK) {
            return lnt_fail(p->error, LNT_ERR_FORMAT,
                            "%s: expected a shape of at most %d extents, found more", p->name,
                            LNT_NPY_MAX_RANK);
        }
        LNT_TRY(read_extent(p, &header->shape[header->rank++]));
        comma = accept(p, ',');
    }
    if (header->rank == 1 && !comma) {
        p->next--;
        return fail(p, "a comma after the only extent");
    }
    return LNT_OK;
}

typedef lnt_status (*value_reader)(parser *p, lnt_npy_info *header);

static const struct {
    const char *key;
    value_reader read;
} keys[] = {{"descr", read_descr}, {"fortran_order", read_fortran_order}, {"shape", read_shape}};
enum { N_KEYS = sizeof keys / sizeof keys[0] };

static lnt_status read_item(parser *p, lnt_npy_info *header, bool seen[N_KEYS])
{
    static const char expected[] = "the key 'descr', 'fortran_order' or 'shape', each once";
    const char *const before = p->next;
    const char *text;
    size_t length;
    LNT_TRY(read_string(p, expected, &text, &length));
    for (size_t k = 0; k < N_KEYS; k++) {
        if (!seen[k] && strlen(keys[k].key) == length && memcmp(keys[k].key, text, length) == 0) {
            seen[k] = true;
            return accept(p, ':') ? keys[k].read(p, header) : fail(p, "a colon");
        }
    }
    p->next = before;
    return fail(p, expected);
}

static lnt_status read_all(parser *p, lnt_npy_info *header)
{
    bool seen[N_KEYS] = {false};
    if (!accept(p, '{')) {
        return fail(p, "a dictionary");
    }
    bool comma = true;
    while (!accept(p, '}')) {
        if (!comma) {
            return fail(p, "a comma or a closing brace");
        }
        LNT_TRY(read_item(p, header, seen));
        comma = accept(p, ',');
    }
    skip_blanks(p);
    if (p->next < p->end) {
        return fail(p, "the header's end");
    }
    for (size_t k = 0; k < N_KEYS; k++) {
        if (!seen[k]) {
            return lnt_fail(p->error, LNT_ERR_FORMAT, "%s: the npy header has no key '%s'", p->name,
                            keys[k].key);
        }
    }
    return LNT_OK;
}

lnt_status lnt_npy_dictionary_read(lnt_npy_info *header, const char *text, size_t length,
                                   bool python2, const char *name, lnt_error *error)
{
    parser p = {name, error, text, text, text + length, python2};
    return read_all(&p, header);
}
