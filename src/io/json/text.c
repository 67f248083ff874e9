/* SPDX-License-Identifier: MIT */
#include "io/json/text.h"

#include "base/files/file_error.h"

#include <linnet/memory.h>
#include <stdbool.h>

lnt_status lnt_json_fail(lnt_json_context context, size_t byte, const char *sentence,
                         lnt_error *error)
{
    return lnt_file_fail(error, LNT_ERR_FORMAT, context.path, "%s, byte %zu: %s", context.what,
                         byte, sentence);
}

/* jansson parses real numbers with strtod and asserts that the whole text is a number. This aborts
 * the process if the locale's decimal point is longer than one byte, so real numbers are refused
 * here first. jansson also accepts a zero byte after a number. */
static lnt_status check_tokens(const char *text, size_t length, size_t max_depth,
                               lnt_json_context context, lnt_error *error)
{
    size_t depth = 0;
    bool in_string = false, after_digit = false;
    for (size_t i = 0; i < length; i++) {
        const char c = text[i];
        if (in_string) {
            in_string = c != '"';
            i += c == '\\'; /* the character after it is not a closing quote */
            continue;
        }
        if (c == '\0') {
            return lnt_json_fail(context, i, "found a zero byte", error);
        }
        if (c == '.' || c == '-' || c == '+' || ((c == 'e' || c == 'E') && after_digit)) {
            return lnt_json_fail(context, i, "numbers must be whole and not negative", error);
        }
        after_digit = c >= '0' && c <= '9';
        in_string = c == '"';
        if (c == '{' || c == '[') {
            if (++depth > max_depth) {
                return lnt_json_fail(context, i, "nested too deeply", error);
            }
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        }
    }
    return LNT_OK;
}

/*
 * Releases of jansson up to 2.14 write past a buffer if a long string outgrows it and there is no
 * memory (akheron/jansson#362). So see to it beforehand that there is, were the text one string.
 */
static bool memory_available(size_t length)
{
    enum { COPIES = 4 }; /* the buffer, twice its size when it grows, and the result */
    void *probe = lnt_allocate(NULL, length, COPIES);
    lnt_release(NULL, probe);
    return probe != NULL;
}

lnt_status lnt_json_parse(json_t **root, const char *text, size_t length, size_t max_depth,
                          lnt_json_context context, lnt_error *error)
{
    *root = NULL;
    LNT_TRY(check_tokens(text, length, max_depth, context, error));
    if (!memory_available(length)) {
        return lnt_file_fail_memory(error, context.path);
    }
    json_error_t message;
    *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &message);
    if (*root != NULL) {
        return LNT_OK;
    }
    /* For most failed allocations jansson gives an empty message. For a string without memory it
     * reports a syntax error, which cannot be distinguished from a real one. */
    if (message.text[0] == '\0' || json_error_code(&message) == json_error_out_of_memory) {
        return lnt_file_fail_memory(error, context.path);
    }
    const size_t byte = message.position > 0 ? (size_t) message.position : 0;
    return lnt_json_fail(context, byte, lnt_excerpt_of(message.text).text, error);
}

json_t *lnt_json_embed(const json_t *value)
{
    const size_t length = json_dumpb(value, NULL, 0, JSON_COMPACT);
    char *text = length > 0 ? lnt_allocate(NULL, length, 1) : NULL;
    json_t *string = NULL;
    if (text != NULL && json_dumpb(value, text, length, JSON_COMPACT) == length) {
        string = json_stringn(text, length);
    }
    lnt_release(NULL, text);
    return string;
}

bool lnt_json_put(json_t *object, const char *key, json_t *value)
{
    return value != NULL && json_object_set_new(object, key, value) == 0;
}

static const char *find_text(const void *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

lnt_text_lookup lnt_json_texts(const json_t *object)
{
    return (lnt_text_lookup){object, find_text};
}
