/* SPDX-License-Identifier: MIT */
/*
 * What the library's reader makes of safetensors files, for check_fuzzed.py: reads a path a line,
 * and for each prints "refused SENTENCE", or "accepted", each tensor as "NAME-IN-HEX DTYPE SHAPE
 * DATA-IN-HEX", and an empty line.
 */
#include "io/safetensors/safetensors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_LENGTH 4096

static void print_hex(const void *data, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        printf("%02x", ((const unsigned char *) data)[i]);
    }
}

static lnt_status print_tensor(const lnt_st_file *file, const lnt_st_entry *entry, lnt_error *error)
{
    void *data = malloc(entry->bytes + 1);
    lnt_status status =
        data != NULL ? lnt_st_read(file, entry, data, error) : lnt_fail(error, LNT_ERR_MEMORY, "-");
    if (status == LNT_OK) {
        putchar('-');
        print_hex(entry->tensor.name, strlen(entry->tensor.name));
        printf(" %s [", lnt_st_dtype_name(entry->tensor.dtype));
        for (size_t i = 0; i < entry->tensor.rank; i++) {
            printf("%s%zu", i > 0 ? "," : "", entry->tensor.shape[i]);
        }
        printf("] -");
        print_hex(data, entry->bytes);
        putchar('\n');
    }
    free(data);
    return status;
}

static void print_file(const char *path)
{
    lnt_st_file *file;
    lnt_error error = {LNT_OK, ""};
    lnt_status status = lnt_st_open(&file, path, NULL, &error);
    if (status == LNT_OK) {
        puts("accepted");
    }
    for (size_t i = 0; status == LNT_OK && i < lnt_st_count(file); i++) {
        status = print_tensor(file, lnt_st_at(file, i), &error);
    }
    if (status != LNT_OK) {
        printf("refused %s\n", error.message);
    }
    putchar('\n');
    fflush(stdout);
    lnt_st_close(file);
}

int main(void)
{
    char path[PATH_LENGTH];
    while (fgets(path, sizeof path, stdin) != NULL) {
        path[strcspn(path, "\n")] = '\0';
        print_file(path);
    }
    return 0;
}
