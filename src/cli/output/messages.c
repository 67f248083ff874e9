/* SPDX-License-Identifier: MIT */
#include "cli/output/messages.h"

#include "base/text/escaped.h"
#include "cli/output/exit_status.h"

#include <stdarg.h>
#include <stdio.h>

static const char *current_command;
static bool silent;

void lnt_cli_messages_command(const char *command)
{
    current_command = command;
}

void lnt_cli_messages_quiet(bool quiet)
{
    silent = quiet;
}

static void say(const char *kind, const char *format, va_list arguments)
{
    char line[8192]; /* a path of PATH_MAX bytes, and more */
    vsnprintf(line, sizeof line, format, arguments);
    fflush(stdout);
    fprintf(stderr, "linnet%s%s: %s", current_command == NULL ? "" : " ",
            current_command == NULL ? "" : current_command, kind);
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
    const bool has_message = error != NULL && error->message[0] != '\0';
    return lnt_cli_fail("%s", has_message ? error->message : lnt_status_text(status));
}

int lnt_cli_usage_error(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say("", format, arguments);
    va_end(arguments);
    return LNT_CLI_USAGE_ERROR;
}

void lnt_cli_warn(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say("warning: ", format, arguments);
    va_end(arguments);
}

void lnt_cli_log(const char *format, ...)
{
    if (silent) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    say("", format, arguments);
    va_end(arguments);
}
