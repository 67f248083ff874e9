/* SPDX-License-Identifier: MIT */
#ifndef LINNET_IO_JSON_NUMBER_H
#define LINNET_IO_JSON_NUMBER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Numbers in model files. Sizes are JSON integers. Real numbers, and integers of up to 64 bits, are
 * text, so that neither JSON parsers nor locales change them.
 */

/** Reads an integer; false if `value` is none, or does not fit. */
bool lnt_size_parse(const json_t *value, size_t *size);

/** A new string of decimal digits; NULL without memory. */
json_t *lnt_u64_json(uint64_t value);
bool lnt_u64_parse(const json_t *text, uint64_t *value);

/** A new string that reads back to the same bits ("nan" to any NaN); NULL without memory. */
json_t *lnt_f64_json(double value);
bool lnt_f64_parse(const json_t *text, double *value);

#endif
