/* SPDX-License-Identifier: MIT */
#include "base/files/file_error.h"

#include <linnet/text.h>
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
