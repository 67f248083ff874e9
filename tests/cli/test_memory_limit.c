/* SPDX-License-Identifier: MIT */
/* What is free, by files like those of Linux. */
#include "cli/output/memory.h"
#include "support/file.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

TestSuite(memory_limit, .init = make_test_folder, .fini = remove_test_folder);

#define MIB ((size_t) 1 << 20)

/* Writes a file of the tree, with the folders above it. */
static void put(const char *path, const char *text)
{
    char whole[512];
    snprintf(whole, sizeof whole, "%s/%s", test_folder, path);
    for (char *slash = whole + strlen(test_folder) + 1; (slash = strchr(slash, '/')) != NULL;
         *slash++ = '/') {
        *slash = '\0';
        (void) mkdir(whole, 0755);
    }
    FILE *file = fopen(whole, "w");
    cr_assert(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0, "%s", whole);
}

static void meminfo(size_t mebibytes)
{
    char text[200];
    snprintf(text, sizeof text,
             "MemTotal:       99999999 kB\nMemFree:            1000 kB\nMemAvailable:   %zu kB\n",
             mebibytes * 1024);
    put("proc/meminfo", text);
}

static void number(const char *path, size_t mebibytes)
{
    char text[40];
    snprintf(text, sizeof text, "%zu\n", mebibytes * MIB);
    put(path, text);
}

Test(memory_limit, nothing_tells)
{
    cr_assert(lnt_cli_memory_under(test_folder) == SIZE_MAX);
}

Test(memory_limit, what_is_available)
{
    meminfo(5000);
    cr_assert(lnt_cli_memory_under(test_folder) == 5000 * MIB);
}

Test(memory_limit, groups_of_version_2_and_those_above)
{
    meminfo(5000);
    put("proc/self/cgroup", "0::/a/b\n");
    put("sys/fs/cgroup/a/b/memory.max", "max\n");
    cr_assert(lnt_cli_memory_under(test_folder) == 5000 * MIB);
    number("sys/fs/cgroup/a/memory.max", 900);
    number("sys/fs/cgroup/a/memory.current", 500);
    cr_assert(lnt_cli_memory_under(test_folder) == 400 * MIB);
    put("sys/fs/cgroup/a/memory.stat", "anon 1\nactive_file 7\ninactive_file 104857600\n");
    cr_assert(lnt_cli_memory_under(test_folder) == 500 * MIB);
    number("sys/fs/cgroup/a/b/memory.max", 100);
    number("sys/fs/cgroup/a/b/memory.current", 70);
    cr_assert(lnt_cli_memory_under(test_folder) == 30 * MIB);
    number("sys/fs/cgroup/a/b/memory.current", 120);
    cr_assert(lnt_cli_memory_under(test_folder) == 0);
}

/* Within a container the path may be that outside, and its own group is the root. */
Test(memory_limit, groups_of_version_2_in_a_container)
{
    put("proc/self/cgroup", "0::/docker/0123\n");
    number("sys/fs/cgroup/memory.max", 256);
    number("sys/fs/cgroup/memory.current", 56);
    cr_assert(lnt_cli_memory_under(test_folder) == 200 * MIB);
}

Test(memory_limit, groups_of_version_1)
{
    meminfo(5000);
    put("proc/self/cgroup", "nothing\n12:\n11:cpuset:/x\n10:pids,memory:/y\n9:memory_other:/z\n");
    number("sys/fs/cgroup/memory/y/memory.limit_in_bytes", 300);
    number("sys/fs/cgroup/memory/y/memory.usage_in_bytes", 100);
    put("sys/fs/cgroup/memory/y/memory.stat", "inactive_file 1\ntotal_inactive_file 1048576\n");
    number("sys/fs/cgroup/memory/z/memory.limit_in_bytes", 1);
    cr_assert(lnt_cli_memory_under(test_folder) == 201 * MIB);
    put("sys/fs/cgroup/memory/y/memory.limit_in_bytes", "9223372036854771712\n"); /* no limit */
    cr_assert(lnt_cli_memory_under(test_folder) == 5000 * MIB);
}

Test(memory_limit, reserve)
{
    cr_assert(lnt_cli_memory_reserved(SIZE_MAX) == SIZE_MAX);
    cr_assert(lnt_cli_memory_reserved(1600 * MIB) == 1436 * MIB);
    cr_assert(lnt_cli_memory_reserved(100 * MIB) == 50 * MIB);
    cr_assert(lnt_cli_memory_reserved(0) == 0);
    cr_assert(lnt_cli_memory() <= lnt_cli_memory_physical());
}
