/* SPDX-License-Identifier: MIT */
/*
 * Runs a fuzz target over the files of a folder, in place of libFuzzer, and prints TAP. Runs a
 * target with a mutator of its own also over a fixed number of mutations of each file.
 */
#include "fuzz_file.h"
#include "mutate.h"

#include <dirent.h>
#include <string.h>

#define MUTATIONS 60      /* of each file */
#define MUTATION_ROOM 256 /* bytes that a mutation may add */

#pragma weak LLVMFuzzerCustomMutator

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

/* Sets, inserts or removes a byte, at places that are the same in each run. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size)
{
    static unsigned state = 1;
    state = state * 1664525u + 1013904223u;
    const unsigned kind = state >> 30u;
    const size_t at = size > 0 ? (state >> 8u) % size : 0;
    const uint8_t byte = (uint8_t) (state >> 22u);
    if (kind == 0 && size < max_size) {
        memmove(data + at + 1, data + at, size - at);
        data[at] = byte;
        return size + 1;
    }
    if (kind == 1 && size > 1) {
        memmove(data + at, data + at + 1, size - at - 1);
        return size - 1;
    }
    if (size > 0) {
        data[at] = byte;
    }
    return size;
}

/* Each mutation in a block of just its size. Returns 0; a fault ends the process. */
static int replay_mutations(content c)
{
    const size_t room = c.size + MUTATION_ROOM;
    uint8_t *whole = malloc(room);
    fuzz_require(whole != NULL, "no memory");
    int result = 0;
    for (unsigned seed = 0; seed < MUTATIONS && result == 0; seed++) {
        memcpy(whole, c.data, c.size);
        const size_t size = LLVMFuzzerCustomMutator(whole, c.size, room, seed);
        uint8_t *data = malloc(size > 0 ? size : 1);
        fuzz_require(data != NULL, "no memory");
        memcpy(data, whole, size);
        result = LLVMFuzzerTestOneInput(data, size);
        free(data);
    }
    free(whole);
    return result;
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
        int result = LLVMFuzzerTestOneInput(c.data, c.size);
        if (result == 0 && LLVMFuzzerCustomMutator != NULL) {
            result = replay_mutations(c);
        }
        printf("%sok %d - %s\n", result == 0 ? "" : "not ", i + 1, entries[i]->d_name);
        free(c.data);
        free(entries[i]);
    }
    free(entries);
    return 0;
}
