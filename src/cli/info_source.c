/* SPDX-License-Identifier: MIT */
#include "escape.h"
#include "info.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The next line of the comment, without its stars and its end, in `*line`; NULL after the last. */
static const char *next_line(FILE *file, char **line, size_t *size)
{
    const ssize_t length = getline(line, size, file);
    if (length < 2 || strncmp(*line, " *", 2) != 0 || (*line)[2] == '/') {
        return NULL;
    }
    (*line)[strcspn(*line, "\n")] = '\0';
    return (*line)[2] == ' ' ? *line + 3 : *line + 2;
}

static void print_lines(const char *first, FILE *file, char **line, size_t *size)
{
    printf("format        c\n");
    for (const char *text = first; text != NULL; text = next_line(file, line, size)) {
        lnt_cli_print_escaped(stdout, text);
        putchar('\n');
    }
}

static lnt_status print_json(const char *first, FILE *file, char **line, size_t *size)
{
    json_t *lines = json_array();
    for (const char *text = first; text != NULL; text = next_line(file, line, size)) {
        if (json_array_append_new(lines, lnt_cli_json_text(text)) != 0) {
            json_decref(lines);
            return LNT_ERR_MEMORY;
        }
    }
    return lnt_cli_json_print(json_pack("{s:s, s:o}", "format", "c", "comment", lines), 17, stdout);
}

bool lnt_cli_info_source(const char *path, bool json, lnt_status *status)
{
    static const char made_by[] = "Made by linnet ";
    struct stat about; /* opening a pipe would wait for somebody to write */
    FILE *file = stat(path, &about) == 0 && S_ISREG(about.st_mode) ? fopen(path, "r") : NULL;
    char start[4], *line = NULL;
    size_t size = 0;
    const char *first = NULL;
    if (file != NULL && fgets(start, sizeof start, file) != NULL && strcmp(start, "/*\n") == 0) {
        first = next_line(file, &line, &size);
    }
    const bool ours = first != NULL && strncmp(first, made_by, sizeof made_by - 1) == 0;
    if (ours && json) {
        *status = print_json(first, file, &line, &size);
    } else if (ours) {
        print_lines(first, file, &line, &size);
    }
    free(line);
    if (file != NULL) {
        (void) fclose(file);
    }
    return ours;
}
