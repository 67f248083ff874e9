/* SPDX-License-Identifier: MIT */
#ifndef LINNET_BASE_FIELD_H
#define LINNET_BASE_FIELD_H

#include <linnet/status.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>

/** Which ends of a range are not in it. */
typedef enum lnt_field_ends {
    LNT_CLOSED,    /**< [low, high] */
    LNT_OPEN_LOW,  /**< (low, high] */
    LNT_OPEN_HIGH, /**< [low, high) */
    LNT_OPEN       /**< (low, high) */
} lnt_field_ends;

/** A number of a configuration and its range. NaN is in no range. */
typedef struct lnt_field {
    const char *name;
    size_t offset;
    bool is_size; /**< a size_t, not a double */
    double low;
    double high;
    lnt_field_ends ends;
} lnt_field;

#define LNT_REAL_FIELD(type, member, low, high, ends)                                              \
    {                                                                                              \
#member, offsetof(type, member), false, (low), (high), (ends)                              \
    }
#define LNT_SIZE_FIELD(type, member, low, high)                                                    \
    {                                                                                              \
#member, offsetof(type, member), true, (low), (high), LNT_CLOSED                           \
    }

/** [0, 1) */
#define LNT_FRACTION_FIELD(type, member) LNT_REAL_FIELD(type, member, 0, 1, LNT_OPEN_HIGH)
/** Finite and at least 0. */
#define LNT_AMOUNT_FIELD(type, member) LNT_REAL_FIELD(type, member, 0, INFINITY, LNT_OPEN_HIGH)
/** Finite and above 0. */
#define LNT_POSITIVE_FIELD(type, member) LNT_REAL_FIELD(type, member, 0, INFINITY, LNT_OPEN)
/** At least 1. */
#define LNT_COUNT_FIELD(type, member) LNT_SIZE_FIELD(type, member, 1, INFINITY)

double lnt_field_value(const lnt_field *field, const void *config);

/** Whether the number is in the field's range. */
bool lnt_field_allows(const lnt_field *field, double value);

/**
 * `LNT_ERR_INVALID` for the first field of `config` out of its range; `error`, unless NULL, says
 * "OWNERfield is 2, expected a number in [0, 1)". `owner` is "" or such as "optim.".
 */
lnt_status lnt_fields_check(const lnt_field *fields, size_t count, const void *config,
                            const char *owner, lnt_error *error);

#endif
