/* SPDX-License-Identifier: MIT */
#include "cli/options/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool lnt_cli_read_count(const char *text, size_t length, uint64_t *value)
{
    uint64_t count = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        const uint64_t digit = (uint64_t) (text[i] - '0');
        if (count > (UINT64_MAX - digit) / 10) {
            return false;
        }
        count = count * 10 + digit;
    }
    if (length > 0) {
        *value = count;
    }
    return length > 0;
}

/* strtod takes blanks, hexadecimal numbers, "inf" and "nan" too. The command sets no locale. */
const char *lnt_cli_read_number(const char *text, double *value)
{
    const char *first = text + (text[0] == '+' || text[0] == '-');
    const bool hexadecimal = first[0] == '0' && (first[1] == 'x' || first[1] == 'X');
    if (hexadecimal || first[0] == '\0' || strchr(".0123456789", first[0]) == NULL) {
        return NULL;
    }
    char *end;
    const double number = strtod(text, &end);
    if (end == text || !isfinite(number)) {
        return NULL;
    }
    *value = number;
    return end;
}

/*
 * Hours, minutes and seconds, or the last two, separated by colons, behind a number of days and -.
 * `text` has a colon, and a number of days has none: there are at least two parts.
 */
static bool read_clock(const char *text, double *seconds)
{
    double parts[3] = {0}, days = 0;
    size_t count = 0;
    const char *dash = strchr(text, '-');
    if (dash != NULL) {
        uint64_t value;
        if (!lnt_cli_read_count(text, (size_t) (dash - text), &value)) {
            return false;
        }
        days = (double) value;
        text = dash + 1;
    }
    for (bool more = true; more; count++) {
        const size_t length = strcspn(text, ":");
        uint64_t value;
        if (count == 3 || !lnt_cli_read_count(text, length, &value) || (count > 0 && value > 59)) {
            return false;
        }
        parts[count] = (double) value;
        more = text[length] == ':';
        text += length + more;
    }
    *seconds = count == 2 ? 60 * parts[0] + parts[1] : 3600 * parts[0] + 60 * parts[1] + parts[2];
    *seconds += 86400 * days;
    return true;
}

bool lnt_cli_read_seconds(const char *text, double *seconds)
{
    static const struct {
        const char *unit;
        double factor;
    } units[] = {{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};
    if (strchr(text, ':') != NULL) {
        return read_clock(text, seconds);
    }
    double value;
    const char *end = lnt_cli_read_number(text, &value);
    if (end == NULL || value < 0) {
        return false;
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(end, units[i].unit) == 0) {
            *seconds = value * units[i].factor;
            return true;
        }
    }
    return false;
}
