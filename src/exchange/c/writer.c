/* SPDX-License-Identifier: MIT */
#include "exchange/c/writer.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define LINE 100  /* columns of a line at most */
#define NUMBER 40 /* size of a constant */

lnt_status lnt_c_open(lnt_c_writer *text, const char *path, lnt_error *error)
{
    text->error = error;
    text->status = LNT_OK;
    text->used = text->column = 0;
    return lnt_atomic_open(&text->file, path, error);
}

static void flush(lnt_c_writer *text)
{
    if (text->status == LNT_OK) {
        text->status = lnt_atomic_write(&text->file, text->buffer, text->used, text->error);
    }
    text->used = 0;
}

static void put(lnt_c_writer *text, const char *bytes, size_t count)
{
    while (count > 0) {
        const size_t room = sizeof text->buffer - text->used, part = count < room ? count : room;
        memcpy(text->buffer + text->used, bytes, part);
        text->used += part;
        bytes += part;
        count -= part;
        if (text->used == sizeof text->buffer) {
            flush(text);
        }
    }
}

lnt_status lnt_c_close(lnt_c_writer *text)
{
    flush(text);
    if (text->status != LNT_OK) {
        lnt_atomic_abandon(&text->file);
        return text->status;
    }
    return lnt_atomic_commit(&text->file, text->error);
}

void lnt_c_abandon(lnt_c_writer *text)
{
    lnt_atomic_abandon(&text->file);
}

void lnt_c_print(lnt_c_writer *text, const char *format, ...)
{
    char part[1024];
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(part, sizeof part, format, arguments);
    va_end(arguments);
    if (length > 0) {
        put(text, part, (size_t) length < sizeof part ? (size_t) length : sizeof part - 1);
    }
}

/* "0x1.8p+3f": printf would write the locale's point. Returns the length. */
static size_t format_number(char to[NUMBER], lnt_dtype dtype, double value)
{
    static const char digits[] = "0123456789abcdef";
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint64_t mantissa = bits & 0xfffffffffffffU;
    int exponent = (int) (bits >> 52 & 0x7ff);
    size_t n = 0;
    if (bits >> 63 != 0) {
        to[n++] = '-';
    }
    const char *suffix = dtype == LNT_F32 ? "f" : "";
    if (exponent == 0 && mantissa == 0) {
        return n + (size_t) snprintf(to + n, NUMBER - n, "0.0%s", suffix);
    }
    n += (size_t) snprintf(to + n, NUMBER - n, "0x%d", exponent > 0);
    exponent = exponent > 0 ? exponent - 1023 : -1022;
    if (mantissa != 0) {
        to[n++] = '.';
    }
    for (; mantissa != 0; mantissa = mantissa << 4 & 0xfffffffffffffU) {
        to[n++] = digits[mantissa >> 48];
    }
    return n + (size_t) snprintf(to + n, NUMBER - n, "p%+d%s", exponent, suffix);
}

void lnt_c_number(lnt_c_writer *text, lnt_dtype dtype, double value)
{
    char number[NUMBER];
    put(text, number, format_number(number, dtype, value));
}

void lnt_c_list_item(lnt_c_writer *text, lnt_dtype dtype, double value)
{
    char number[NUMBER];
    const size_t length = format_number(number, dtype, value);
    if (text->column == 0 || text->column + length + 2 > LINE) {
        put(text, "\n    ", 5);
        text->column = 4;
    } else {
        put(text, " ", 1);
        text->column++;
    }
    put(text, number, length);
    put(text, ",", 1);
    text->column += length + 1;
}

/* Octal, because it ends after three digits; ? because two of them can begin a trigraph. */
void lnt_c_string(lnt_c_writer *text, const char *string)
{
    put(text, "\"", 1);
    for (const unsigned char *c = (const unsigned char *) string; *c != '\0'; c++) {
        if (*c < ' ' || *c > '~' || *c == '"' || *c == '\\' || *c == '?') {
            lnt_c_print(text, "\\%03o", (unsigned) *c);
        } else {
            put(text, (const char *) c, 1);
        }
    }
    put(text, "\"", 1);
}

void lnt_c_comment(lnt_c_writer *text, const char *string)
{
    for (const char *c = string; *c != '\0'; c++) {
        const bool plain = *c >= ' ' && *c <= '~' && strchr("*/\\?", *c) == NULL;
        put(text, plain ? c : "_", 1);
    }
}
