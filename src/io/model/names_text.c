/* SPDX-License-Identifier: MIT */
#include "base/files/file_error.h"
#include "base/text/quote.h"
#include "io/model/text.h"

#include <string.h>

static const char digits[] = "0123456789abcdef";

/* {"hex": "..."} for bytes that are not UTF-8; NULL without memory. */
static json_t *hex_json(const char *bytes)
{
    const size_t length = strlen(bytes);
    char *text = lnt_allocate(NULL, length, 2);
    json_t *object = text != NULL ? json_object() : NULL;
    if (object != NULL) {
        for (size_t i = 0; i < length; i++) {
            text[2 * i] = digits[(unsigned char) bytes[i] >> 4u];
            text[2 * i + 1] = digits[(unsigned char) bytes[i] & 15u];
        }
        if (!lnt_json_put(object, "hex", json_stringn(text, 2 * length))) {
            json_decref(object);
            object = NULL;
        }
    }
    lnt_release(NULL, text);
    return object;
}

static json_t *name_json(const char *name)
{
    return lnt_text_is_utf8(name, strlen(name)) ? json_string(name) : hex_json(name);
}

json_t *lnt_names_json(const lnt_names *names)
{
    json_t *array = names != NULL ? json_array() : NULL;
    for (size_t i = 0; array != NULL && i < lnt_names_count(names); i++) {
        if (json_array_append_new(array, name_json(lnt_names_get(names, i))) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

/* The text of a name, or the hexadecimal digits of its bytes; NULL if `name` is invalid. */
static const char *text_of(const json_t *name, bool *is_hex)
{
    *is_hex = json_is_object(name);
    if (*is_hex) {
        return json_object_size(name) == 1 ? json_string_value(json_object_get(name, "hex")) : NULL;
    }
    return json_string_value(name);
}

/* Writes the bytes and a zero; false for an odd length, other characters or a zero byte. */
static bool decode_hex(const char *text, char *bytes)
{
    for (; *text != '\0'; text += 2) {
        const char *high = strchr(digits, text[0]);
        const char *low = text[1] != '\0' ? strchr(digits, text[1]) : NULL;
        if (high == NULL || low == NULL) {
            return false;
        }
        *bytes = (char) ((high - digits) * 16 + (low - digits));
        if (*bytes++ == '\0') {
            return false;
        }
    }
    *bytes = '\0';
    return true;
}

/* Sets `strings` to the names; hexadecimal ones are decoded to `bytes`. */
static bool collect(const json_t *array, const char **strings, char *bytes)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        bool is_hex;
        const char *text = text_of(json_array_get(array, i), &is_hex);
        strings[i] = is_hex ? bytes : text;
        if (text == NULL || (is_hex && !decode_hex(text, bytes))) {
            return false;
        }
        bytes += is_hex ? strlen(text) / 2 + 1 : 0;
    }
    return true;
}

static size_t hex_bytes(const json_t *array)
{
    size_t bytes = 0;
    for (size_t i = 0; i < json_array_size(array); i++) {
        bool is_hex;
        const char *text = text_of(json_array_get(array, i), &is_hex);
        bytes += is_hex && text != NULL ? strlen(text) / 2 + 1 : 0;
    }
    return bytes;
}

lnt_status lnt_names_parse(lnt_names **names, const json_t *root, const char *path,
                           const lnt_allocator *allocator, lnt_error *error)
{
    *names = NULL;
    const size_t count = json_array_size(root);
    const char **strings = lnt_allocate(allocator, count, sizeof *strings);
    char *bytes = lnt_allocate(allocator, hex_bytes(root), 1);
    lnt_status status;
    if (strings == NULL || bytes == NULL) {
        status = lnt_file_fail_memory(error, path);
    } else if (!json_is_array(root) || !collect(root, strings, bytes)) {
        status = lnt_file_fail(error, LNT_ERR_FORMAT, path, "expected a list of names as text");
    } else {
        status = lnt_names_create(names, strings, count, allocator);
        if (status != LNT_OK) { /* only memory can be missing */
            status = lnt_file_fail_memory(error, path);
        }
    }
    lnt_release(allocator, bytes);
    lnt_release(allocator, strings);
    return status;
}
