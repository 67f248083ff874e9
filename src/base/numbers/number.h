/* SPDX-License-Identifier: MIT */
#ifndef LINNET_BASE_NUMBERS_NUMBER_H
#define LINNET_BASE_NUMBERS_NUMBER_H

#include <linnet/dtype.h>
#include <locale.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Decimal numbers, [+-] digits [. digits] [e [+-] digits], read straight to the wanted precision
 * and rounded once, to nearest even, whatever the process's locale. `text` must be followed, in
 * readable memory, by a byte that no number has (a delimiter, a newline, NUL). Hexadecimal numbers,
 * "inf" and "nan" are none.
 */
typedef struct lnt_number_reader {
    locale_t c_locale; /* for the rare numbers that take arithmetic without bound */
} lnt_number_reader;

/** False if memory is lacking; `finish` is then not needed. */
bool lnt_number_init(lnt_number_reader *reader);
void lnt_number_finish(lnt_number_reader *reader);

/** The byte behind the number at `text`; NULL if there is none or it overflows. */
const char *lnt_number_f32(const lnt_number_reader *reader, const char *text, float *value);
const char *lnt_number_f64(const lnt_number_reader *reader, const char *text, double *value);

/** The same for either dtype, F32 or F64; `value` points to a float or a double. */
const char *lnt_number_read(const lnt_number_reader *reader, lnt_dtype dtype, const char *text,
                            void *value);

/** A whole string as a number of `dtype`; false if it is none. */
bool lnt_number_parse(const lnt_number_reader *reader, lnt_dtype dtype, const char *text,
                      double *value);

/** Whether the `length` bytes are a number by their form, in range or not, or an infinity. */
bool lnt_number_like(const char *text, size_t length);

/** Room for any number that `lnt_number_write` writes. */
#define LNT_NUMBER_LENGTH 32

/** Writes `value` as short as reads back the same in `dtype`; `.` is the decimal point. */
void lnt_number_write(const lnt_number_reader *reader, lnt_dtype dtype, double value,
                      char text[LNT_NUMBER_LENGTH]);

/** All of `length` bytes as a whole number: digits alone, no sign; false if it is none. */
bool lnt_number_u64(const char *text, size_t length, uint64_t *value);

/** A whole string as a number, "nan", "inf" or "-inf"; false if it is none, or NULL. */
bool lnt_number_parse_f64(const char *text, double *value);

#endif
