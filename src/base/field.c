/* SPDX-License-Identifier: MIT */
#include "base/field.h"

#include <stdio.h>
#include <string.h>

enum { RANGE_LENGTH = 96 };

double lnt_field_value(const lnt_field *field, const void *config)
{
    const char *place = (const char *) config + field->offset;
    if (field->is_size) {
        size_t size;
        memcpy(&size, place, sizeof size);
        return (double) size;
    }
    double value;
    memcpy(&value, place, sizeof value);
    return value;
}

static bool opens_low(const lnt_field *field)
{
    return field->ends == LNT_OPEN_LOW || field->ends == LNT_OPEN;
}

static bool opens_high(const lnt_field *field)
{
    return field->ends == LNT_OPEN_HIGH || field->ends == LNT_OPEN;
}

bool lnt_field_allows(const lnt_field *field, double value)
{
    return (opens_low(field) ? value > field->low : value >= field->low) &&
           (opens_high(field) ? value < field->high : value <= field->high);
}

static void describe(const lnt_field *field, char text[RANGE_LENGTH])
{
    if (field->is_size && isinf(field->high)) {
        snprintf(text, RANGE_LENGTH, "at least %.0f", field->low);
    } else if (field->is_size) {
        snprintf(text, RANGE_LENGTH, "a whole number from %.0f to %.0f", field->low, field->high);
    } else if (isinf(field->high)) {
        snprintf(text, RANGE_LENGTH, "a %snumber %s %g", opens_high(field) ? "finite " : "",
                 opens_low(field) ? "above" : "from", field->low);
    } else {
        snprintf(text, RANGE_LENGTH, "a number in %c%g, %g%c", opens_low(field) ? '(' : '[',
                 field->low, field->high, opens_high(field) ? ')' : ']');
    }
}

lnt_status lnt_fields_check(const lnt_field *fields, size_t count, const void *config,
                            const char *owner, lnt_error *error)
{
    for (size_t i = 0; i < count; i++) {
        const double value = lnt_field_value(&fields[i], config);
        if (!lnt_field_allows(&fields[i], value)) {
            char range[RANGE_LENGTH];
            describe(&fields[i], range);
            return lnt_fail(error, LNT_ERR_INVALID,
                            fields[i].is_size ? "%s%s is %.0f, expected %s"
                                              : "%s%s is %g, expected %s",
                            owner, fields[i].name, value, range);
        }
    }
    return LNT_OK;
}
