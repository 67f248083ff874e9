/* SPDX-License-Identifier: MIT */
#include "cli/output/descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

bool lnt_cli_descriptors_open(void)
{
    static const struct {
        int number, mode;
    } standard[] = {{STDIN_FILENO, O_WRONLY}, {STDOUT_FILENO, O_RDONLY}, {STDERR_FILENO, O_RDONLY}};
    for (size_t i = 0; i < sizeof standard / sizeof standard[0]; i++) {
        /* The lowest number that is free is the one that is closed. */
        if (fcntl(standard[i].number, F_GETFD) < 0 && errno == EBADF &&
            open("/dev/null", standard[i].mode) != standard[i].number) {
            return false;
        }
    }
    return true;
}
