/* SPDX-License-Identifier: MIT */
#include "base/text/suggest.h"
#include "cli/options/parse.h"
#include "cli/options/train_settings.h"
#include "cli/output/descriptors.h"
#include "cli/output/messages.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const lnt_cli_command *const commands[] = {
    &lnt_cli_train,    &lnt_cli_cv,   &lnt_cli_lr,     &lnt_cli_predict,
    &lnt_cli_evaluate, &lnt_cli_info, &lnt_cli_export, &lnt_cli_import};

#define N_COMMANDS (sizeof commands / sizeof commands[0])

static void print_help(FILE *stream)
{
    fputs("Usage: linnet COMMAND [OPTION...] FILE...\n"
          "\n"
          "Trains multilayer perceptrons on tables and runs them.\n"
          "\n"
          "Commands:\n",
          stream);
    for (size_t i = 0; i < N_COMMANDS; i++) {
        fprintf(stream, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    }
    fprintf(stream, "  %-10s %s\n", "help", "Show this help, or the help of a command");
    fputs("\n"
          "Options:\n"
          "  --help     Show this help\n"
          "  --version  Show the version and the libraries in use\n"
          "\n"
          "'linnet help COMMAND' and 'man linnet-COMMAND' describe the options of a command.\n"
          "Exit status: 0 success, 1 failure, 2 usage error.\n",
          stream);
}

static int print_version(void)
{
    const lnt_build build = lnt_build_info();
    printf("linnet %s\n", build.version);
    printf("BLAS      %s%s%s\n", build.blas, build.blas_config[0] != '\0' ? ": " : "",
           build.blas_config);
    printf("core      %s\n", build.blas_core[0] != '\0' ? build.blas_core : "unknown");
    if (build.blas_threads > 0) {
        printf("threads   %d (the commands use --threads, by default 1)\n", build.blas_threads);
    }
    printf("LAPACK    %s\n", build.lapack[0] != '\0' ? build.lapack : "unknown");
    printf("compiler  %s\n", build.compiler);
    if (build.disabled_formats[0] != '\0') {
        printf("disabled  %s\n", build.disabled_formats);
    }
    return LNT_CLI_DONE;
}

/* Commands, and behind them the words that are used in their place. */
static const char *word(size_t i, const void *context)
{
    static const char *const others[] = {"help", "--help", "--version"};
    (void) context;
    if (i < N_COMMANDS) {
        return commands[i]->name;
    }
    return i - N_COMMANDS < sizeof others / sizeof others[0] ? others[i - N_COMMANDS] : NULL;
}

static const lnt_cli_command *find_command(const char *name)
{
    for (size_t i = 0; i < N_COMMANDS; i++) {
        if (strcmp(commands[i]->name, name) == 0) {
            return commands[i];
        }
    }
    return NULL;
}

static int unknown(const char *name)
{
    const char *what = name[0] == '-' ? "option" : "command";
    const char *nearest = lnt_suggest(name, word, NULL);
    if (nearest == NULL) {
        return lnt_cli_usage_error("unknown %s '%s'; see 'linnet --help'", what, name);
    }
    return lnt_cli_usage_error("unknown %s '%s'; did you mean '%s'?", what, name, nearest);
}

static int help(const char *name)
{
    if (name == NULL) {
        print_help(stdout);
        return LNT_CLI_DONE;
    }
    const lnt_cli_command *command = find_command(name);
    return command != NULL ? lnt_cli_help(command) : unknown(name);
}

static int run(int argc, const char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return LNT_CLI_USAGE_ERROR;
    }
    const char *name = argv[1];
    if (strcmp(name, "--version") == 0) {
        return print_version();
    }
    if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        return help(argc > 2 ? argv[2] : NULL);
    }
    const lnt_cli_command *command = find_command(name);
    return command != NULL ? lnt_cli_parse_and_run(command, argc - 1, argv + 1) : unknown(name);
}

int main(int argc, char **argv)
{
    (void) signal(SIGXFSZ, SIG_IGN); /* a file above the shell's limit is a write that fails */
    if (!lnt_cli_descriptors_open()) {
        return lnt_cli_fail("/dev/null: %s", strerror(errno));
    }
    lnt_cli_options_init();
    const int exit_status = run(argc, (const char **) argv);
    /* A full disk behind a pipe or a redirection shows up here at the latest. */
    if (ferror(stdout) != 0 || fflush(stdout) != 0) {
        return lnt_cli_fail("standard output: %s", strerror(errno));
    }
    return exit_status;
}
