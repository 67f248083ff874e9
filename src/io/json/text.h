/* SPDX-License-Identifier: MIT */
#ifndef LINNET_IO_JSON_TEXT_H
#define LINNET_IO_JSON_TEXT_H

#include <jansson.h>
#include <linnet/status.h>
#include <stdbool.h>
#include <stddef.h>

/** JSON of model files: numbers are non-negative integers, all others are text. */

/** The origin of a text, for error messages: "PATH: what, byte 17: ...". */
typedef struct lnt_json_context {
    const char *path;
    const char *what;
} lnt_json_context;

/** A lookup of texts by key. */
typedef struct lnt_text_lookup {
    const void *context;
    /** NULL if there is no such key. */
    const char *(*find)(const void *context, const char *key);
} lnt_text_lookup;

/** Looks up texts in a JSON object. */
lnt_text_lookup lnt_json_texts(const json_t *object);

/** Fails with "PATH: what, byte 17: sentence" and `LNT_ERR_FORMAT`. */
lnt_status lnt_json_fail(lnt_json_context context, size_t byte, const char *sentence,
                         lnt_error *error);

/**
 * Parses `length` bytes into `*root`, an object or array that the caller frees with `json_decref`.
 * Refuses nesting beyond `max_depth`, duplicate keys, invalid UTF-8, trailing text, and numbers
 * with a sign, fraction or exponent. `LNT_ERR_FORMAT` or `LNT_ERR_MEMORY`; if malloc fails, either
 * is possible.
 */
lnt_status lnt_json_parse(json_t **root, const char *text, size_t length, size_t max_depth,
                          lnt_json_context context, lnt_error *error);

/** A new JSON string that holds `value` as text; NULL without memory. */
json_t *lnt_json_embed(const json_t *value);

/**
 * Adds `value`, and takes ownership. False, with `value` released, if it is NULL or cannot be
 * added.
 */
bool lnt_json_put(json_t *object, const char *key, json_t *value);

#endif
