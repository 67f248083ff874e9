/* SPDX-License-Identifier: MIT */
#include "cli/options/number.h"

#include "base/numbers/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *lnt_cli_read_number(const char *text, double *value)
{
    lnt_number_reader reader;
    if (!lnt_number_init(&reader)) {
        return NULL;
    }
    const char *end = lnt_number_f64(&reader, text, value);
    lnt_number_finish(&reader);
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
        if (!lnt_number_u64(text, (size_t) (dash - text), &value)) {
            return false;
        }
        days = (double) value;
        text = dash + 1;
    }
    for (bool more = true; more; count++) {
        const size_t length = strcspn(text, ":");
        uint64_t value;
        if (count == 3 || !lnt_number_u64(text, length, &value) || (count > 0 && value > 59)) {
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
