/* SPDX-License-Identifier: MIT */
#include "cli/output/text.h"

#include "base/numbers/number.h"
#include "base/text/escaped.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(LNT_CLI_NUMBER_MAX >= LNT_NUMBER_LENGTH, "room for every number");

void lnt_cli_number(double value, lnt_dtype dtype, char text[LNT_CLI_NUMBER_MAX])
{
    static lnt_number_reader reader;
    static bool is_ready;
    is_ready = is_ready || lnt_number_init(&reader);
    if (is_ready) {
        lnt_number_write(&reader, dtype, value, text);
    } else { /* no memory for a locale: exact, if not the shortest */
        (void) snprintf(text, LNT_CLI_NUMBER_MAX, "%.17g", value);
    }
}

/* Blanks that fill `used` columns up to `width`. */
static void pad(FILE *stream, size_t used, size_t width)
{
    fprintf(stream, "%*s", used < width ? (int) (width - used) : 0, "");
}

const char *lnt_cli_plural(size_t count)
{
    return count == 1 ? "" : "s";
}

void lnt_cli_print_name(FILE *stream, const char *name, size_t width)
{
    lnt_print_escaped(stream, name);
    pad(stream, lnt_escaped_width(name), width);
}

void lnt_cli_print_short(FILE *stream, const char *name, size_t width)
{
    char out[LNT_ESCAPE_LENGTH];
    size_t used = 0;
    const char *end = name;
    for (const char *next = name; *next != '\0' && used <= width; end = next) {
        const size_t columns = lnt_escape_next(&next, out);
        if (used + columns > width) {
            break;
        }
        used += columns;
    }
    pad(stream, used, width);
    while (name < end) {
        (void) lnt_escape_next(&name, out);
        fputs(out, stream);
    }
}

void lnt_cli_csv_field(FILE *stream, const char *prefix, const char *text)
{
    const size_t length = strlen(text);
    const bool blank = length > 0 && (text[0] == ' ' || text[length - 1] == ' ');
    if (strpbrk(text, ",\"\n\r") == NULL && !blank) {
        fprintf(stream, "%s%s", prefix, text);
        return;
    }
    fprintf(stream, "\"%s", prefix);
    for (; *text != '\0'; text++) {
        if (*text == '"') {
            putc('"', stream);
        }
        putc(*text, stream);
    }
    putc('"', stream);
}

json_t *lnt_cli_json_number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *lnt_cli_json_text(const char *text)
{
    json_t *string = text == NULL ? NULL : json_string(text);
    return string != NULL ? string : json_null();
}

/* JSON with `\u009b` in place of a character that a terminal would obey or not show. */
static void put_json(const char *text, FILE *stream)
{
    char escaped[LNT_ESCAPE_LENGTH];
    while (*text != '\0') {
        const char *const start = text;
        (void) lnt_escape_next(&text, escaped);
        if (strncmp(start, escaped, (size_t) (text - start)) == 0) {
            fputs(escaped, stream);
            continue;
        }
        const unsigned long code = strtoul(escaped + 2, NULL, 16);
        if (code < 0x10000) {
            fprintf(stream, "\\u%04lx", code);
        } else { /* as a pair of surrogates */
            fprintf(stream, "\\u%04lx\\u%04lx", 0xD800 + ((code - 0x10000) >> 10),
                    0xDC00 + (code & 0x3FF));
        }
    }
}

lnt_status lnt_cli_json_print(json_t *object, size_t digits, FILE *stream)
{
    if (object == NULL) {
        return LNT_ERR_MEMORY;
    }
    char *text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(digits));
    json_decref(object);
    if (text == NULL) {
        return LNT_ERR_MEMORY;
    }
    put_json(text, stream);
    free(text);
    putc('\n', stream);
    return LNT_OK;
}
