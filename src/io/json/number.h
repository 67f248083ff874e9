/* SPDX-License-Identifier: MIT */
#ifndef LINNET_IO_JSON_NUMBER_H
#define LINNET_IO_JSON_NUMBER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Numbers in model files. Extents are JSON integers. Reals, and integers that may need all of 64
 * bits, are text: JSON parsers and locales change neither.
 */

/** Whether `value` is an integer that fits. */
bool lnt_size_parse(const json_t *value, size_t *size);

/** A new string of decimal digits; NULL without memory. */
json_t *lnt_u64_json(uint64_t value);
bool lnt_u64_parse(const json_t *text, uint64_t *value);

/** A new string that reads back to the same bits ("nan" to some NaN); NULL without memory. */
json_t *lnt_f64_json(double value);
bool lnt_f64_parse(const json_t *text, double *value);

#endif
