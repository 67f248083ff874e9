/* SPDX-License-Identifier: MIT */
#include "cli/output/messages.h"

#include "base/text/escaped.h"
#include "cli/output/exit_status.h"

#include <stdarg.h>
#include <stdio.h>

static const char *current_verb;
static bool silent;

void lnt_cli_report_verb(const char *verb)
{
    current_verb = verb;
}

void lnt_cli_report_quiet(bool quiet)
{
    silent = quiet;
}

static void say(const char *kind, const char *format, va_list arguments)
{
    char line[8192]; /* a path of PATH_MAX bytes, and more */
    vsnprintf(line, sizeof line, format, arguments);
    fflush(stdout);
    fprintf(stderr, "linnet%s%s: %s", current_verb == NULL ? "" : " ",
            current_verb == NULL ? "" : current_verb, kind);
    lnt_print_escaped(stderr, line); /* it quotes paths, names and fields */
    putc('\n', stderr);
}

int lnt_cli_fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say("", format, arguments);
    va_end(arguments);
    return LNT_CLI_FAILED;
}

int lnt_cli_fail_status(lnt_status status, const lnt_error *error)
{
    const bool told = error != NULL && error->message[0] != '\0';
    return lnt_cli_fail("%s", told ? error->message : lnt_status_text(status));
}

int lnt_cli_misuse(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say("", format, arguments);
    va_end(arguments);
    return LNT_CLI_MISUSED;
}

void lnt_cli_warn(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say("warning: ", format, arguments);
    va_end(arguments);
}

void lnt_cli_note(const char *format, ...)
{
    if (silent) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    say("", format, arguments);
    va_end(arguments);
}
