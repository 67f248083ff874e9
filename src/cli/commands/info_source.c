/* SPDX-License-Identifier: MIT */
#include "base/text/escaped.h"
#include "cli/commands/info.h"
#include "cli/options/line_reader.h"
#include "cli/output/text.h"

#include <string.h>
#include <sys/stat.h>

/* The next line of the comment, without its stars and its end; `*text` is NULL after the last. */
static lnt_status next_line(lnt_cli_line_reader *reader, const char **text, lnt_error *error)
{
    bool found;
    *text = NULL;
    LNT_TRY(lnt_cli_line_reader_next(reader, &found, error));
    if (found && strncmp(reader->text, " *", 2) == 0 && reader->text[2] != '/') {
        *text = reader->text + (reader->text[2] == ' ' ? 3 : 2);
    }
    return LNT_OK;
}

static lnt_status print_lines(lnt_cli_line_reader *reader, const char *first, lnt_error *error)
{
    printf("format        c\n");
    for (const char *text = first; text != NULL;) {
        lnt_print_escaped(stdout, text);
        putchar('\n');
        LNT_TRY(next_line(reader, &text, error));
    }
    return LNT_OK;
}

static lnt_status print_json(lnt_cli_line_reader *reader, const char *first, lnt_error *error)
{
    json_t *lines = json_array();
    lnt_status status = LNT_OK;
    for (const char *text = first; text != NULL && status == LNT_OK;) {
        status = json_array_append_new(lines, lnt_cli_json_text(text)) == 0
                     ? next_line(reader, &text, error)
                     : LNT_ERR_MEMORY;
    }
    if (status != LNT_OK) {
        json_decref(lines);
        return status;
    }
    return lnt_cli_json_print(json_pack("{s:s, s:o}", "format", "c", "comment", lines), 17, stdout);
}

/* The first line of what we wrote, or NULL if it is none of ours. */
static const char *begin(lnt_cli_line_reader *reader)
{
    static const char made_by[] = "Made by linnet ";
    bool found;
    const char *first = NULL;
    if (lnt_cli_line_reader_next(reader, &found, NULL) != LNT_OK || !found ||
        strcmp(reader->text, "/*") != 0 || next_line(reader, &first, NULL) != LNT_OK ||
        first == NULL) {
        return NULL;
    }
    return strncmp(first, made_by, sizeof made_by - 1) == 0 ? first : NULL;
}

bool lnt_cli_info_source(const char *path, bool json, lnt_status *status, lnt_error *error)
{
    struct stat about; /* opening a pipe would wait for somebody to write */
    FILE *file = stat(path, &about) == 0 && S_ISREG(about.st_mode) ? fopen(path, "r") : NULL;
    if (file == NULL) {
        return false;
    }
    lnt_cli_line_reader reader = {.path = path, .file = file};
    const char *first = begin(&reader);
    if (first != NULL) {
        *status = (json ? print_json : print_lines)(&reader, first, error);
    }
    lnt_cli_line_reader_clear(&reader);
    (void) fclose(file);
    return first != NULL;
}
