/* SPDX-License-Identifier: MIT */
#include "data/input/fields.h"

#include <stdint.h>
#include <string.h>

static const char candidates[] = ",;\t|";

enum { N_CANDIDATES = sizeof candidates - 1 };

lnt_fields lnt_fields_init(const lnt_allocator *allocator)
{
    return (lnt_fields){.allocator = allocator};
}

void lnt_fields_clear(lnt_fields *fields)
{
    lnt_release(fields->allocator, fields->items);
}

static bool is_delimiter(char c, char delimiter)
{
    return delimiter != '\0' ? c == delimiter : c != '\0' && strchr(candidates, c) != NULL;
}

static bool is_blank(char c, char delimiter)
{
    return (c == ' ' || c == '\t') && !is_delimiter(c, delimiter);
}

/* The byte after the closing quote of the text at `p`, or NULL. */
static char *skip_quoted(char *p, const char *end)
{
    while (p < end && (p = memchr(p, '"', (size_t) (end - p))) != NULL) {
        if (p + 1 == end || p[1] != '"') {
            return p + 1;
        }
        p += 2;
    }
    return NULL;
}

char *lnt_fields_find_end(char *begin, char *end, char delimiter, char **open)
{
    *open = NULL;
    bool at_start = true; /* of a field: only there a quote opens */
    for (char *p = begin; p < end;) {
        if (*p == '"' && at_start) {
            char *const behind = skip_quoted(p + 1, end);
            if (behind == NULL) {
                *open = p;
                return NULL;
            }
            p = behind;
            at_start = false;
            continue;
        }
        if (*p == '\n') {
            return p;
        }
        at_start = is_delimiter(*p, delimiter) || (at_start && is_blank(*p, delimiter));
        p++;
    }
    return NULL;
}

char lnt_fields_detect_delimiter(const char *begin, const char *end)
{
    size_t counts[N_CANDIDATES] = {0};
    bool quoted = false;
    for (const char *p = begin; p < end; p++) {
        quoted = quoted != (*p == '"');
        const char *candidate = *p != '\0' && !quoted ? strchr(candidates, *p) : NULL;
        if (candidate != NULL) {
            counts[candidate - candidates]++;
        }
    }
    size_t best = 0;
    for (size_t i = 1; i < N_CANDIDATES; i++) {
        best = counts[i] > counts[best] ? i : best;
    }
    return candidates[best];
}

/* Reserves memory for all fields of the record: at most its delimiters and one. */
static lnt_status reserve(lnt_fields *fields, const char *begin, const char *end, char delimiter)
{
    size_t count = 1;
    for (const char *p = begin; p < end && count <= LNT_FIELDS_MAX; p++) {
        count += *p == delimiter;
    }
    if (count <= fields->capacity) {
        return LNT_OK;
    }
    lnt_release(fields->allocator, fields->items);
    fields->capacity = 0;
    const size_t capacity = count < LNT_FIELDS_MAX ? count : LNT_FIELDS_MAX;
    fields->items = lnt_allocate(fields->allocator, capacity, sizeof *fields->items);
    if (fields->items == NULL) {
        return LNT_ERR_MEMORY;
    }
    fields->capacity = capacity;
    return LNT_OK;
}

static lnt_status append(lnt_fields *fields, char *text, size_t length)
{
    if (fields->count == fields->capacity) {
        return LNT_ERR_TOO_LARGE;
    }
    fields->items[fields->count++] = (lnt_field){text, length};
    return LNT_OK;
}

/* Replaces doubled quotes in [text, close) by single ones; returns the new length. */
static size_t undouble(char *text, const char *close)
{
    char *to = text;
    for (const char *from = text; from < close; from++) {
        *to++ = *from;
        from += *from == '"';
    }
    return (size_t) (to - text);
}

static char *skip_blanks(char *p, const char *end, char delimiter)
{
    while (p < end && is_blank(*p, delimiter)) {
        p++;
    }
    return p;
}

/* Appends the field at `*p`, and moves `*p` to the delimiter after it, or to the end. */
static lnt_status split_field(lnt_fields *fields, char **p, char *end, char delimiter)
{
    char *text = skip_blanks(*p, end, delimiter);
    if (text < end && *text == '"') {
        text++;
        char *const behind = skip_quoted(text, end);
        if (behind == NULL) {
            return LNT_ERR_FORMAT;
        }
        *p = skip_blanks(behind, end, delimiter);
        if (*p < end && **p != delimiter) {
            return LNT_ERR_FORMAT;
        }
        return append(fields, text, undouble(text, behind - 1));
    }
    char *const found = text < end ? memchr(text, delimiter, (size_t) (end - text)) : NULL;
    *p = found != NULL ? found : end;
    const char *last = *p;
    while (last > text && is_blank(last[-1], delimiter)) {
        last--;
    }
    return append(fields, text, (size_t) (last - text));
}

lnt_status lnt_fields_split(lnt_fields *fields, char *begin, char *end, char delimiter)
{
    fields->count = 0;
    LNT_TRY(reserve(fields, begin, end, delimiter));
    for (char *p = begin;; p++) {
        LNT_TRY(split_field(fields, &p, end, delimiter));
        if (p == end) {
            return LNT_OK;
        }
    }
}
