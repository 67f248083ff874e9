/* SPDX-License-Identifier: MIT */
#include <linnet/status.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    const char *text;
} statuses[] = {
#define X(name, text) {#name, text},
    LNT_STATUS_LIST(X)
#undef X
};

enum { N_STATUSES = sizeof statuses / sizeof statuses[0] };

const char *lnt_status_text(lnt_status status)
{
    return (unsigned) status < N_STATUSES ? statuses[status].text : "unknown status";
}

const char *lnt_status_name(lnt_status status)
{
    return (unsigned) status < N_STATUSES ? statuses[status].name : "LNT_ERR_UNKNOWN";
}

/* A sentence that was cut in the middle of a UTF-8 sequence loses that sequence. */
static void trim_utf8(char *text)
{
    const size_t length = strlen(text);
    size_t start = length;
    while (start > 0 && ((unsigned char) text[start - 1] & 0xC0u) == 0x80u) {
        start--;
    }
    if (start == 0) {
        return;
    }
    const unsigned char lead = (unsigned char) text[start - 1];
    const size_t expected = lead >= 0xF0u ? 4 : lead >= 0xE0u ? 3 : lead >= 0xC0u ? 2 : 1;
    if (length - (start - 1) < expected) {
        text[start - 1] = '\0';
    }
}

lnt_status lnt_fail(lnt_error *error, lnt_status status, const char *format, ...)
{
    if (error != NULL) {
        va_list arguments;
        va_start(arguments, format);
        const int length = vsnprintf(error->message, sizeof error->message, format, arguments);
        va_end(arguments);
        if (length < 0) {
            error->message[0] = '\0';
        } else if ((size_t) length >= sizeof error->message) {
            trim_utf8(error->message);
        }
        error->status = status;
    }
    return status;
}
