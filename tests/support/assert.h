/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TESTS_SUPPORT_ASSERT_H
#define LINNET_TESTS_SUPPORT_ASSERT_H

/*
 * Assertions that print the value they found, which Criterion's do not.
 *
 *     assert_eq(found, expected)     also ne, lt, le, gt, ge; numbers and pointers of any type
 *     assert_near(found, expected, tolerance)
 *     assert_nan(found)  assert_finite(found)
 *     assert_status(found, expected)  OK(call)  FAILS(expected, call)
 *     assert_str_eq(found, expected)  assert_str_ne  assert_starts  assert_contains  assert_lacks
 *     assert_bytes_eq(found, expected, size)
 *
 * Each takes a format and its arguments after its operands, as cr_assert does. Each evaluates its
 * operands once. Numbers of different types are compared by value: -1 differs from SIZE_MAX.
 */

#include <criterion/criterion.h>
#include <linnet/status.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef enum shown_kind {
    SHOWN_BOOL,
    SHOWN_SIGNED,
    SHOWN_UNSIGNED,
    SHOWN_REAL,
    SHOWN_POINTER
} shown_kind;

/* A number or a pointer. A whole number is negative or in `magnitude`. */
typedef struct shown {
    shown_kind kind;
    intmax_t negative;
    uintmax_t magnitude;
    long double real;
    int digits;
} shown;

static inline shown shown_bool(bool x)
{
    return (shown){.kind = SHOWN_BOOL, .magnitude = x, .real = x};
}

static inline shown shown_signed(intmax_t x)
{
    return (shown){.kind = SHOWN_SIGNED,
                   .negative = x < 0 ? x : 0,
                   .magnitude = x < 0 ? 0 : (uintmax_t) x,
                   .real = (long double) x};
}

static inline shown shown_unsigned(uintmax_t x)
{
    return (shown){.kind = SHOWN_UNSIGNED, .magnitude = x, .real = (long double) x};
}

static inline shown shown_float(float x)
{
    return (shown){.kind = SHOWN_REAL, .real = x, .digits = 9};
}

static inline shown shown_double(double x)
{
    return (shown){.kind = SHOWN_REAL, .real = x, .digits = 17};
}

static inline shown shown_long_double(long double x)
{
    return (shown){.kind = SHOWN_REAL, .real = x, .digits = 21};
}

static inline shown shown_pointer(const volatile void *x)
{
    return (shown){
        .kind = SHOWN_POINTER, .magnitude = (uintptr_t) x, .real = (long double) (uintptr_t) x};
}

/* clang-format off */
#define SHOWN(x)                                                                                   \
    _Generic((x), bool: shown_bool, char: shown_signed, signed char: shown_signed,                 \
             short: shown_signed, int: shown_signed, long: shown_signed, long long: shown_signed,  \
             unsigned char: shown_unsigned, unsigned short: shown_unsigned,                        \
             unsigned: shown_unsigned, unsigned long: shown_unsigned,                              \
             unsigned long long: shown_unsigned, float: shown_float, double: shown_double,         \
             long double: shown_long_double, default: shown_pointer)(x)
/* clang-format on */

/* What a comparison finds, and the sets of it that relations accept. */
enum { IS_LESS = 1, IS_EQUAL = 2, IS_GREATER = 4, IS_UNORDERED = 8 };

static inline int shown_order(shown a, shown b)
{
    if (a.kind == SHOWN_REAL || b.kind == SHOWN_REAL) {
        return a.real < b.real    ? IS_LESS
               : a.real > b.real  ? IS_GREATER
               : a.real == b.real ? IS_EQUAL
                                  : IS_UNORDERED;
    }
    if (a.negative != b.negative) {
        return a.negative < b.negative ? IS_LESS : IS_GREATER;
    }
    return a.magnitude < b.magnitude ? IS_LESS : a.magnitude > b.magnitude ? IS_GREATER : IS_EQUAL;
}

typedef struct shown_text {
    char text[160];
} shown_text;

static inline shown_text shown_print(shown x)
{
    shown_text out = {""};
    switch (x.kind) {
    case SHOWN_BOOL:
        snprintf(out.text, sizeof out.text, "%s", x.magnitude != 0 ? "true" : "false");
        break;
    case SHOWN_SIGNED:
    case SHOWN_UNSIGNED:
        if (x.negative != 0) {
            snprintf(out.text, sizeof out.text, "%jd", x.negative);
        } else {
            snprintf(out.text, sizeof out.text, "%ju", x.magnitude);
        }
        break;
    case SHOWN_REAL:
        snprintf(out.text, sizeof out.text, "%.*Lg", x.digits, x.real);
        break;
    case SHOWN_POINTER:
        snprintf(out.text, sizeof out.text, "%#jx", x.magnitude);
        break;
    }
    return out;
}

/* `operand is FOUND, expected RELATION EXPECTED`, and the caller's own message. */
__attribute__((format(printf, 5, 6))) static inline const char *
assert_message(const char *operand, const char *found, const char *relation, const char *expected,
               const char *format, ...)
{
    static char message[4096];
    const int used = snprintf(message, sizeof message, "%s is %s, expected %s%s", operand, found,
                              relation, expected);
    if (used > 0 && (size_t) used < sizeof message) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(message + used, sizeof message - (size_t) used, format, arguments);
        va_end(arguments);
    }
    return message;
}

/* Of (expected) or (expected, format, arguments): the first, and the rest. */
#define ASSERT_FIRST(...) ASSERT_FIRST_(__VA_ARGS__, 0)
#define ASSERT_FIRST_(first, ...) first
#define ASSERT_REST(...)                                                                           \
    ASSERT_PICK_(__VA_ARGS__, ASSERT_MORE_, ASSERT_MORE_, ASSERT_MORE_, ASSERT_MORE_,              \
                 ASSERT_MORE_, ASSERT_MORE_, ASSERT_MORE_, ASSERT_MORE_, ASSERT_MORE_,             \
                 ASSERT_MORE_, ASSERT_MORE_, ASSERT_MORE_, ASSERT_MORE_, ASSERT_MORE_,             \
                 ASSERT_MORE_, ASSERT_MORE_, ASSERT_MORE_, ASSERT_MORE_, ASSERT_MORE_,             \
                 ASSERT_NONE_, 0)                                                                  \
    (__VA_ARGS__)
#define ASSERT_PICK_(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, picked, ...) picked
#define ASSERT_MORE_(first, ...) ": " __VA_ARGS__
#define ASSERT_NONE_(first) "%s", ""

#define ASSERT_ORDER(operand, found, accepted, relation, expected, ...)                            \
    do {                                                                                           \
        const shown found_ = SHOWN(found), expected_ = SHOWN(expected);                            \
        cr_assert((shown_order(found_, expected_) & (accepted)) != 0, "%s",                        \
                  assert_message(operand, shown_print(found_).text, relation,                      \
                                 shown_print(expected_).text, __VA_ARGS__));                       \
    } while (0)

#define assert_eq(found, ...)                                                                      \
    ASSERT_ORDER(#found, found, IS_EQUAL, "", ASSERT_FIRST(__VA_ARGS__), ASSERT_REST(__VA_ARGS__))
#define assert_ne(found, ...)                                                                      \
    ASSERT_ORDER(#found, found, IS_LESS | IS_GREATER | IS_UNORDERED, "not ",                       \
                 ASSERT_FIRST(__VA_ARGS__), ASSERT_REST(__VA_ARGS__))
#define assert_lt(found, ...)                                                                      \
    ASSERT_ORDER(#found, found, IS_LESS, "< ", ASSERT_FIRST(__VA_ARGS__), ASSERT_REST(__VA_ARGS__))
#define assert_le(found, ...)                                                                      \
    ASSERT_ORDER(#found, found, IS_LESS | IS_EQUAL, "<= ", ASSERT_FIRST(__VA_ARGS__),              \
                 ASSERT_REST(__VA_ARGS__))
#define assert_gt(found, ...)                                                                      \
    ASSERT_ORDER(#found, found, IS_GREATER, "> ", ASSERT_FIRST(__VA_ARGS__),                       \
                 ASSERT_REST(__VA_ARGS__))
#define assert_ge(found, ...)                                                                      \
    ASSERT_ORDER(#found, found, IS_GREATER | IS_EQUAL, ">= ", ASSERT_FIRST(__VA_ARGS__),           \
                 ASSERT_REST(__VA_ARGS__))

/* |found − expected| <= tolerance */
#define assert_near(found, expected, ...)                                                          \
    ASSERT_NEAR(#found, found, expected, ASSERT_FIRST(__VA_ARGS__), ASSERT_REST(__VA_ARGS__))
#define ASSERT_NEAR(operand, found, expected, tolerance, ...)                                      \
    do {                                                                                           \
        const shown found_ = SHOWN(found), expected_ = SHOWN(expected);                            \
        const shown tolerance_ = SHOWN(tolerance);                                                 \
        const long double off_ = fabsl(found_.real - expected_.real);                              \
        cr_assert(off_ <= tolerance_.real, "%s, but off by %.3Lg, tolerance %.3Lg",                \
                  assert_message(operand, shown_print(found_).text, "",                            \
                                 shown_print(expected_).text, __VA_ARGS__),                        \
                  off_, tolerance_.real);                                                          \
    } while (0)

#define ASSERT_CLASS(operand, found, holds, expected, ...)                                         \
    do {                                                                                           \
        const shown found_ = SHOWN(found);                                                         \
        cr_assert(holds(found_.real), "%s",                                                        \
                  assert_message(operand, shown_print(found_).text, "", expected, __VA_ARGS__));   \
    } while (0)
#define assert_nan(...)                                                                            \
    ASSERT_CLASS("the number", ASSERT_FIRST(__VA_ARGS__), isnan, "NaN", ASSERT_REST(__VA_ARGS__))
#define assert_finite(...)                                                                         \
    ASSERT_CLASS("the number", ASSERT_FIRST(__VA_ARGS__), isfinite, "a finite number",             \
                 ASSERT_REST(__VA_ARGS__))

#define assert_status(found, ...)                                                                  \
    ASSERT_STATUS(#found, found, ASSERT_FIRST(__VA_ARGS__), ASSERT_REST(__VA_ARGS__))
#define ASSERT_STATUS(operand, found, expected, ...)                                               \
    do {                                                                                           \
        const lnt_status found_ = (found), expected_ = (expected);                                 \
        cr_assert(found_ == expected_, "%s",                                                       \
                  assert_message(operand, lnt_status_name(found_), "", lnt_status_name(expected_), \
                                 __VA_ARGS__));                                                    \
    } while (0)

typedef struct quoted_text {
    char text[1500];
} quoted_text;

static inline quoted_text assert_quoted(const char *text)
{
    quoted_text out = {"NULL"};
    if (text != NULL) {
        snprintf(out.text, sizeof out.text, "\"%.1490s\"", text);
    }
    return out;
}

#define OK(call) ASSERT_STATUS(#call, call, LNT_OK, "%s", "")
#define FAILS(expected, call) ASSERT_STATUS(#call, call, expected, "%s", "")

#define ASSERT_TEXT(operand, found, holds, relation, expected, ...)                                \
    do {                                                                                           \
        const char *const found_ = (found), *const expected_ = (expected);                         \
        cr_assert(found_ == NULL || expected_ == NULL ? false : (holds), "%s",                     \
                  assert_message(operand, assert_quoted(found_).text, relation,                    \
                                 assert_quoted(expected_).text, __VA_ARGS__));                     \
    } while (0)
#define assert_str_eq(found, ...)                                                                  \
    ASSERT_TEXT(#found, found, strcmp(found_, expected_) == 0, "", ASSERT_FIRST(__VA_ARGS__),      \
                ASSERT_REST(__VA_ARGS__))
#define assert_str_ne(found, ...)                                                                  \
    ASSERT_TEXT(#found, found, strcmp(found_, expected_) != 0, "not ", ASSERT_FIRST(__VA_ARGS__),  \
                ASSERT_REST(__VA_ARGS__))
#define assert_starts(found, ...)                                                                  \
    ASSERT_TEXT(#found, found, strncmp(found_, expected_, strlen(expected_)) == 0,                 \
                "to start with ", ASSERT_FIRST(__VA_ARGS__), ASSERT_REST(__VA_ARGS__))
#define assert_contains(found, ...)                                                                \
    ASSERT_TEXT(#found, found, strstr(found_, expected_) != NULL, "with ",                         \
                ASSERT_FIRST(__VA_ARGS__), ASSERT_REST(__VA_ARGS__))
#define assert_lacks(found, ...)                                                                   \
    ASSERT_TEXT(#found, found, strstr(found_, expected_) == NULL, "without ",                      \
                ASSERT_FIRST(__VA_ARGS__), ASSERT_REST(__VA_ARGS__))

/* The first of `size` bytes that differs; `size` if none does. */
static inline size_t first_difference(const void *a, const void *b, size_t size)
{
    const unsigned char *const left = a, *const right = b;
    size_t at = 0;
    while (at < size && left[at] == right[at]) {
        at++;
    }
    return at;
}

static inline unsigned char byte_at(const unsigned char *bytes, size_t at, size_t size)
{
    return at < size ? bytes[at] : 0;
}

#define assert_bytes_eq(found, expected, ...)                                                      \
    ASSERT_BYTES(#found, found, expected, ASSERT_FIRST(__VA_ARGS__), ASSERT_REST(__VA_ARGS__))
#define ASSERT_BYTES(operand, found, expected, size, ...)                                          \
    do {                                                                                           \
        const unsigned char *const found_ = (const void *) (found);                                \
        const unsigned char *const expected_ = (const void *) (expected);                          \
        const size_t size_ = (size), at_ = first_difference(found_, expected_, size_);             \
        cr_assert(                                                                                 \
            at_ == size_, "byte %zu of %zu: %s", at_, size_,                                       \
            assert_message(operand, shown_print(shown_unsigned(byte_at(found_, at_, size_))).text, \
                           "", shown_print(shown_unsigned(byte_at(expected_, at_, size_))).text,   \
                           __VA_ARGS__));                                                          \
    } while (0)

#endif
