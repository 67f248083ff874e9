/* SPDX-License-Identifier: MIT */
#include "base/files/temporary_name.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MIDDLE ".tmp."
#define NAME_KEPT 200 /* bytes of the name in the temporary one */

void lnt_temporary_name(char temporary[NAME_MAX + 1], const char *name, long process, int n)
{
    const int kept = (int) strnlen(name, NAME_KEPT);
    char suffix[16] = "";
    if (n > 0) {
        (void) snprintf(suffix, sizeof suffix, ".%d", n);
    }
    (void) snprintf(temporary, NAME_MAX + 1, ".%.*s" MIDDLE "%ld%s", kept, name, process, suffix);
}

/* The last MIDDLE of a text; NULL if there is none. */
static const char *find_middle(const char *text)
{
    const char *last = NULL;
    for (const char *next = strstr(text, MIDDLE); next != NULL; next = strstr(next + 1, MIDDLE)) {
        last = next;
    }
    return last;
}

bool lnt_temporary_parse(const char *temporary, char name[NAME_MAX + 1], long *process)
{
    char same[NAME_MAX + 1], *end;
    const char *middle = temporary[0] == '.' ? find_middle(temporary + 1) : NULL;
    if (middle == NULL || (size_t) (middle - temporary) > NAME_MAX) {
        return false;
    }
    const size_t length = (size_t) (middle - temporary) - 1;
    memcpy(name, temporary + 1, length);
    name[length] = '\0';
    *process = strtol(middle + strlen(MIDDLE), &end, 10);
    const long n = *end == '.' ? strtol(end + 1, NULL, 10) : 0;
    if (*process <= 0 || n < 0 || n >= LNT_TEMPORARIES_MAX) {
        return false;
    }
    lnt_temporary_name(same, name, *process, (int) n);
    return strcmp(same, temporary) == 0;
}

bool lnt_temporary_is_orphan(long process)
{
    const pid_t id = (pid_t) process;
    return (long) id == process && id > 0 &&
           (id == getpid() || (kill(id, 0) != 0 && errno == ESRCH));
}
