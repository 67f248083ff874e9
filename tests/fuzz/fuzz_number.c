/* SPDX-License-Identifier: MIT */
/* The library's reader of numbers against the system's, in f32 and f64. */
#include "base/numbers/number.h"
#include "fuzz_file.h"

#include <math.h>
#include <string.h>

/* Bytes of [+-] digits [. digits] [e [+-] digits] at the text's start; 0 if it is not there. */
static size_t length_of_decimal(const char *text)
{
    const char *p = text;
    p += *p == '+' || *p == '-';
    size_t digits = 0;
    for (; *p >= '0' && *p <= '9'; p++) {
        digits++;
    }
    if (*p == '.') {
        for (p++; *p >= '0' && *p <= '9'; p++) {
            digits++;
        }
    }
    if (digits == 0) {
        return 0;
    }
    if (*p == 'e' || *p == 'E') {
        const char *e = p + 1;
        e += *e == '+' || *e == '-';
        if (*e >= '0' && *e <= '9') {
            for (p = e; *p >= '0' && *p <= '9'; p++) {
            }
        }
    }
    return (size_t) (p - text);
}

/* strtod takes hexadecimal digits, blanks and infinities too: it is given the number alone. */
static void compare(const lnt_number_reader *reader, char *text)
{
    char *const end = text + length_of_decimal(text);
    double f64 = 0;
    float f32 = 0;
    const char *const found64 = lnt_number_f64(reader, text, &f64);
    const char *const found32 = lnt_number_f32(reader, text, &f32);
    if (end == text) {
        fuzz_require(found64 == NULL && found32 == NULL, "text that is no number is one");
        return;
    }
    const char kept = *end;
    *end = '\0';
    const double wide = strtod_l(text, NULL, reader->c_locale);
    const float narrow = strtof_l(text, NULL, reader->c_locale);
    *end = kept;
    fuzz_require(found64 == (isinf(wide) ? NULL : end), "f64: another end");
    fuzz_require(found32 == (isinf(narrow) ? NULL : end), "f32: another end");
    fuzz_require(found64 == NULL || memcmp(&wide, &f64, sizeof f64) == 0, "f64: another number");
    fuzz_require(found32 == NULL || memcmp(&narrow, &f32, sizeof f32) == 0, "f32: another number");
}

/* The number whose bits these are is written and read back the same. */
static void write_and_read(const lnt_number_reader *reader, const uint8_t *data)
{
    double f64, read64;
    float f32;
    memcpy(&f64, data, sizeof f64);
    memcpy(&f32, data, sizeof f32);
    char text[LNT_NUMBER_LENGTH];
    if (isfinite(f64)) {
        lnt_number_write(reader, LNT_F64, f64, text);
        fuzz_require(lnt_number_parse(reader, LNT_F64, text, &read64) &&
                         memcmp(&read64, &f64, sizeof f64) == 0,
                     "f64: written and read back, it is another number");
    }
    if (isfinite(f32)) {
        lnt_number_write(reader, LNT_F32, (double) f32, text);
        fuzz_require(lnt_number_parse(reader, LNT_F32, text, &read64) && read64 == (double) f32,
                     "f32: written and read back, it is another number");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    lnt_number_reader reader;
    fuzz_require(lnt_number_init(&reader), "no memory");
    /* Ends at a NUL byte: of what is behind it, a reader sees nothing. */
    char *text = malloc(size + 1);
    fuzz_require(text != NULL, "no memory");
    memcpy(text, data, size);
    text[size] = '\0';
    compare(&reader, text);
    if (size >= sizeof(double)) {
        write_and_read(&reader, data);
    }
    double value;
    const bool parsed = lnt_number_parse(&reader, LNT_F64, text, &value);
    fuzz_require(!parsed || lnt_number_like(text, strlen(text)), "a number that is not like one");
    free(text);
    lnt_number_finish(&reader);
    return 0;
}
