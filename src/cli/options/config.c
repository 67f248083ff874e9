/* SPDX-License-Identifier: MIT */
#include "cli/options/config.h"

#include "base/text/escaped.h"
#include "base/text/suggest.h"
#include "cli/options/line_reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static char *trim(char *text)
{
    while (is_blank(*text)) {
        text++;
    }
    size_t length = strlen(text);
    while (length > 0 && is_blank(text[length - 1])) {
        length--;
    }
    text[length] = '\0';
    return text;
}

/* Cuts a comment off a value that is not quoted. */
static void cut_comment(char *text)
{
    for (char *c = text; *c != '\0'; c++) {
        if (*c == '#' && (c == text || is_blank(c[-1]))) {
            *c = '\0';
            return;
        }
    }
}

/* A number of `digits` hexadecimal digits, 0 if there are not so many. */
static uint32_t read_code(const char *text, size_t digits)
{
    static const char values[] = "0123456789abcdef0123456789ABCDEF";
    uint32_t code = 0;
    for (size_t i = 0; i < digits; i++) {
        const char *digit = text[i] != '\0' ? strchr(values, text[i]) : NULL;
        if (digit == NULL) {
            return 0;
        }
        code = code << 4 | ((uint32_t) (digit - values) & 0xFu);
    }
    return code;
}

/*
 * Writes what the escape sequence behind a backslash stands for, in no more bytes than it has, and
 * moves on behind it: \n, \t, \r, a byte \xHH, a character \uHHHH or \UHHHHHHHH; any other
 * character stands for itself. Returns the bytes written; 0: it stands for none.
 */
static size_t unescape(const char **from, char *to)
{
    static const char letters[] = "ntrxuU", controls[] = "\n\t\r";
    static const size_t digits[] = {0, 0, 0, 2, 4, 8};
    const char *letter = strchr(letters, **from);
    const size_t kind = letter != NULL ? (size_t) (letter - letters) : 0;
    *to = *(*from)++;
    if (letter == NULL) {
        return 1;
    }
    if (digits[kind] == 0) {
        *to = controls[kind];
        return 1;
    }
    const uint32_t code = read_code(*from, digits[kind]);
    if (code == 0) {
        return 0;
    }
    *from += digits[kind];
    if (digits[kind] == 2) {
        *to = (char) code;
        return 1;
    }
    char bytes[4];
    const size_t count = lnt_utf8_encode(code, bytes);
    memcpy(to, bytes, count);
    return count;
}

/* Takes the quotes and escapes off, in place; what is wrong with it, or NULL. */
static const char *unquote(char *text)
{
    static const char misquoted[] = "expected a closing quote and nothing after it";
    char *to = text;
    const char *from = text + 1;
    while (*from != '"') {
        if (*from == '\\' && from[1] != '\0') {
            from++;
            const size_t bytes = unescape(&from, to);
            if (bytes == 0) {
                return "expected \\xHH, \\uHHHH or \\UHHHHHHHH, the code of a character other than "
                       "0";
            }
            to += bytes;
        } else if (*from == '\0') {
            return misquoted;
        } else {
            *to++ = *from++;
        }
    }
    from++;
    while (is_blank(*from)) {
        from++;
    }
    if (*from != '\0' && *from != '#') {
        return misquoted;
    }
    *to = '\0';
    return NULL;
}

typedef struct place {
    const char *path;
    size_t line;
} place;

static const char *key_of(size_t i, const void *context)
{
    const lnt_cli_option *option = lnt_cli_option_values_option(context, i, NULL);
    return option == NULL ? NULL : option->not_in_file ? "" : option->name;
}

static lnt_status refuse_key(const lnt_cli_option_values *values, place at, const char *key,
                             lnt_error *error)
{
    const char *nearest = lnt_suggest(key, key_of, values);
    return lnt_fail(error, LNT_ERR_INVALID, "%s:%zu: unknown key '%s'%s%s%s", at.path, at.line, key,
                    nearest == NULL ? "" : "; did you mean '", nearest == NULL ? "" : nearest,
                    nearest == NULL ? "" : "'?");
}

static lnt_status set(const lnt_cli_option_values *values, place at, const char *key,
                      const char *text, lnt_error *error)
{
    const size_t index = lnt_cli_option_values_find(values, key);
    const lnt_cli_option *option = lnt_cli_option_values_option(values, index, NULL);
    if (option == NULL) {
        return refuse_key(values, at, key, error);
    }
    if (option->not_in_file) {
        return lnt_fail(error, LNT_ERR_INVALID, "%s:%zu: '%s' is for the command line only",
                        at.path, at.line, key);
    }
    const size_t before = values->origins[index];
    if (before != LNT_CLI_BY_DEFAULT && option->kind != LNT_CLI_TEXTS) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "%s:%zu: key '%s' is given twice, first in line %zu", at.path, at.line, key,
                        before);
    }
    lnt_error inner = {LNT_OK, ""};
    const lnt_status status = lnt_cli_option_values_assign(values, index, text, at.line, &inner);
    return status == LNT_OK
               ? LNT_OK
               : lnt_fail(error, status, "%s:%zu: %s: %s", at.path, at.line, key, inner.message);
}

static lnt_status read_line(const lnt_cli_option_values *values, place at, char *line,
                            lnt_error *error)
{
    char *text = trim(line);
    if (text[0] == '\0' || text[0] == '#') {
        return LNT_OK;
    }
    char *equals = strchr(text, '=');
    if (equals == NULL || equals == text) {
        return lnt_fail(error, LNT_ERR_INVALID, "%s:%zu: expected KEY = VALUE, found '%.100s'",
                        at.path, at.line, text);
    }
    *equals = '\0';
    char *value = trim(equals + 1);
    const char *wrong;
    if (value[0] != '"') {
        cut_comment(value);
        value = trim(value);
    } else if ((wrong = unquote(value)) != NULL) {
        return lnt_fail(error, LNT_ERR_INVALID, "%s:%zu: %s", at.path, at.line, wrong);
    }
    return set(values, at, trim(text), value, error);
}

static lnt_status read_lines(const lnt_cli_option_values *values, lnt_cli_line_reader *reader,
                             lnt_error *error)
{
    for (;;) {
        bool found;
        LNT_TRY(lnt_cli_line_reader_next(reader, &found, error));
        if (!found) {
            return LNT_OK;
        }
        const bool mark = reader->number == 1 && strncmp(reader->text, "\xef\xbb\xbf", 3) == 0;
        const place at = {reader->path, reader->number};
        LNT_TRY(read_line(values, at, reader->text + (mark ? 3 : 0), error));
    }
}

lnt_status lnt_cli_config_read(const lnt_cli_option_values *values, const char *path,
                               lnt_error *error)
{
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return lnt_fail(error, LNT_ERR_IO, "%s: cannot open: %s", path, strerror(errno));
    }
    lnt_cli_line_reader reader = {.path = path, .file = file};
    const lnt_status status = read_lines(values, &reader, error);
    lnt_cli_line_reader_clear(&reader);
    fclose(file);
    return status;
}
