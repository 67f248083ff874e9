/* SPDX-License-Identifier: MIT */
#include "io/report.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Longer paths would push the sentence out of lnt_error's message. */
#define PATH_SHOWN 240

static bool continues_character(char byte)
{
    return ((unsigned char) byte & 0xC0u) == 0x80u;
}

lnt_status lnt_file_fail(lnt_error *error, lnt_status status, const char *path, const char *format,
                         ...)
{
    if (error == NULL) {
        return status;
    }
    char sentence[LNT_ERROR_LENGTH];
    va_list arguments;
    va_start(arguments, format);
    if (vsnprintf(sentence, sizeof sentence, format, arguments) < 0) {
        sentence[0] = '\0';
    }
    va_end(arguments);
    const size_t length = strlen(path);
    if (length <= PATH_SHOWN) {
        return lnt_fail(error, status, "%s: %s", path, sentence);
    }
    const char *end = path + (length - PATH_SHOWN);
    while (continues_character(*end)) {
        end++;
    }
    return lnt_fail(error, status, "...%s: %s", end, sentence);
}

lnt_status lnt_file_fail_errno(lnt_error *error, const char *path, const char *action, int code)
{
    char reason[128];
    if (strerror_r(code, reason, sizeof reason) != 0) {
        (void) snprintf(reason, sizeof reason, "error %d", code);
    }
    return lnt_file_fail(error, LNT_ERR_IO, path, "cannot %s: %s", action, reason);
}

lnt_status lnt_file_fail_memory(lnt_error *error, const char *path)
{
    return lnt_file_fail(error, LNT_ERR_MEMORY, path, "out of memory");
}

lnt_excerpt lnt_excerpt_of(const char *text)
{
    static const char ellipsis[] = "...";
    lnt_excerpt excerpt;
    size_t length = 0;
    while (text[length] != '\0' && length < sizeof excerpt.text - sizeof ellipsis) {
        const unsigned char byte = (unsigned char) text[length];
        excerpt.text[length++] = (char) (byte < 0x20u || byte == 0x7Fu ? '?' : byte);
    }
    if (text[length] == '\0') {
        excerpt.text[length] = '\0';
        return excerpt;
    }
    while (length > 0 && continues_character(text[length])) {
        length--;
    }
    memcpy(excerpt.text + length, ellipsis, sizeof ellipsis);
    return excerpt;
}
