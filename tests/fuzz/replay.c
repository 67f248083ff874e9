/* SPDX-License-Identifier: MIT */
/* Runs a fuzz target over the files of a folder, in place of libFuzzer, and prints TAP. */
#include "fuzz_file.h"

#include <dirent.h>
#include <string.h>

typedef struct content {
    uint8_t *data;
    size_t size;
} content;

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* A block of just the size, so that a sanitizer sees a read behind the end. */
static content read_content(const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    fuzz_require(file != NULL && fseek(file, 0, SEEK_END) == 0, "a file cannot be opened");
    const long size = ftell(file);
    fuzz_require(size >= 0, "a file has no size");
    rewind(file);
    content c = {malloc(size > 0 ? (size_t) size : 1), (size_t) size};
    fuzz_require(c.data != NULL && fread(c.data, 1, c.size, file) == c.size,
                 "a file cannot be read");
    fclose(file);
    return c;
}

int main(int argc, char **argv)
{
    struct dirent **entries = NULL;
    const int count = argc == 2 ? scandir(argv[1], &entries, is_visible, alphasort) : -1;
    if (count <= 0) {
        printf("1..1\nnot ok 1 - %s\n",
               argc == 2 ? "the folder has no files" : "usage: replay FOLDER");
        return 1;
    }
    printf("1..%d\n", count);
    for (int i = 0; i < count; i++) {
        fflush(stdout);
        const content c = read_content(argv[1], entries[i]->d_name);
        const int result = LLVMFuzzerTestOneInput(c.data, c.size);
        printf("%sok %d - %s\n", result == 0 ? "" : "not ", i + 1, entries[i]->d_name);
        free(c.data);
        free(entries[i]);
    }
    free(entries);
    return 0;
}
