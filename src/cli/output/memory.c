/* SPDX-License-Identifier: MIT */
#include "cli/output/memory.h"

#include "base/smaller.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define RESERVE ((size_t) 64 << 20)
#define PATH_LENGTH 4096
#define LINE_LENGTH 8192

static size_t size_of(uintmax_t bytes)
{
    return bytes < SIZE_MAX ? (size_t) bytes : SIZE_MAX;
}

/* --- files --- */

/* The first number of a file; false if there is no file, or another word, such as "max". */
static bool read_number(const char *path, uintmax_t *number)
{
    FILE *file = fopen(path, "r");
    const bool found = file != NULL && fscanf(file, "%ju", number) == 1;
    if (file != NULL) {
        fclose(file);
    }
    return found;
}

/* The number behind `key` at the begin of a line. */
static bool read_field(const char *path, const char *key, uintmax_t *number)
{
    FILE *file = fopen(path, "r");
    char line[LINE_LENGTH];
    bool found = false;
    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL) {
        found =
            strncmp(line, key, strlen(key)) == 0 && sscanf(line + strlen(key), "%ju", number) == 1;
    }
    if (file != NULL) {
        fclose(file);
    }
    return found;
}

/* --- control groups --- */

/* How a version of control groups calls its files. */
typedef struct group_kind {
    const char *mount;
    const char *limit;
    const char *usage;
    const char *cache; /* in memory.stat: of files, given back when memory is short */
} group_kind;

static const group_kind version1 = {"/sys/fs/cgroup/memory", "memory.limit_in_bytes",
                                    "memory.usage_in_bytes", "total_inactive_file "};
static const group_kind version2 = {"/sys/fs/cgroup", "memory.max", "memory.current",
                                    "inactive_file "};

/* What a group leaves. */
static size_t group_free(const char *root, const group_kind *kind, const char *group)
{
    char path[PATH_LENGTH];
    uintmax_t limit, usage = 0, cache = 0;
    snprintf(path, sizeof path, "%s%s%s/%s", root, kind->mount, group, kind->limit);
    if (!read_number(path, &limit)) {
        return SIZE_MAX;
    }
    snprintf(path, sizeof path, "%s%s%s/%s", root, kind->mount, group, kind->usage);
    (void) read_number(path, &usage);
    snprintf(path, sizeof path, "%s%s%s/memory.stat", root, kind->mount, group);
    (void) read_field(path, kind->cache, &cache);
    usage -= cache < usage ? cache : usage;
    return size_of(limit > usage ? limit - usage : 0);
}

/* Of a group and of all above it. Within a container the path may be that outside. */
static size_t groups_free(const char *root, const group_kind *kind, char *group)
{
    size_t bytes = group_free(root, kind, "");
    for (char *slash; (slash = strrchr(group, '/')) != NULL; *slash = '\0') {
        bytes = lnt_smaller(bytes, group_free(root, kind, group));
    }
    return bytes;
}

static bool names_memory(const char *controllers, size_t length)
{
    static const char memory[] = "memory";
    const size_t size = sizeof memory - 1;
    for (const char *p = controllers, *const end = controllers + length; p < end; p++) {
        const char *comma = memchr(p, ',', (size_t) (end - p));
        const char *stop = comma != NULL ? comma : end;
        if ((size_t) (stop - p) == size && memcmp(p, memory, size) == 0) {
            return true;
        }
        p = stop;
    }
    return false;
}

/* Lines are "number:controllers:path"; version 2 has no controllers. */
static size_t control_groups(const char *root)
{
    char path[PATH_LENGTH], line[LINE_LENGTH];
    snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
    FILE *file = fopen(path, "r");
    size_t bytes = SIZE_MAX;
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        char *const controllers = strchr(line, ':');
        char *const group = controllers != NULL ? strchr(controllers + 1, ':') : NULL;
        if (group == NULL) {
            continue;
        }
        const size_t length = (size_t) (group - controllers - 1);
        line[strcspn(line, "\n")] = '\0';
        if (length == 0) {
            bytes = lnt_smaller(bytes, groups_free(root, &version2, group + 1));
        } else if (names_memory(controllers + 1, length)) {
            bytes = lnt_smaller(bytes, groups_free(root, &version1, group + 1));
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return bytes;
}

/* --- all --- */

size_t lnt_cli_memory_under(const char *root)
{
    char path[PATH_LENGTH];
    uintmax_t kibibytes;
    snprintf(path, sizeof path, "%s/proc/meminfo", root);
    const bool found = read_field(path, "MemAvailable:", &kibibytes);
    return lnt_smaller(found ? size_of(kibibytes * 1024) : SIZE_MAX, control_groups(root));
}

/* Where the system does not tell what is available, all that the machine has. */
size_t lnt_cli_memory_physical(void)
{
    const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    return pages > 0 && page > 0 ? size_of((uintmax_t) pages * (uintmax_t) page) : SIZE_MAX;
}

static size_t address_space(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY
               ? size_of(limit.rlim_cur)
               : SIZE_MAX;
}

size_t lnt_cli_memory_reserved(size_t free)
{
    const size_t reserve = free / 16 + RESERVE;
    return free == SIZE_MAX ? SIZE_MAX : reserve < free / 2 ? free - reserve : free / 2;
}

size_t lnt_cli_memory(void)
{
    const size_t free = lnt_smaller(lnt_cli_memory_under(""), lnt_cli_memory_physical());
    return lnt_cli_memory_reserved(lnt_smaller(free, address_space()));
}
