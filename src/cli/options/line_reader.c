/* SPDX-License-Identifier: MIT */
#include "cli/options/line_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SIZE 256

void lnt_cli_line_reader_clear(lnt_cli_line_reader *reader)
{
    free(reader->text);
    reader->text = NULL;
    reader->size = 0;
}

static lnt_status refuse(const lnt_cli_line_reader *reader, const char *why, lnt_error *error)
{
    return lnt_fail(error, LNT_ERR_INVALID, "%s:%zu: %s", reader->path, reader->number, why);
}

/* Makes room for `length` bytes and the zero behind them. */
static lnt_status reserve(lnt_cli_line_reader *reader, size_t length, lnt_error *error)
{
    if (length < reader->size) {
        return LNT_OK;
    }
    const size_t size = reader->size > 0 ? 2 * reader->size : FIRST_SIZE;
    char *text = realloc(reader->text, size);
    if (text == NULL) {
        return lnt_fail(error, LNT_ERR_MEMORY, "%s:%zu: out of memory", reader->path,
                        reader->number);
    }
    reader->text = text;
    reader->size = size;
    return LNT_OK;
}

lnt_status lnt_cli_line_reader_next(lnt_cli_line_reader *reader, bool *found, lnt_error *error)
{
    size_t length = 0;
    int c;
    *found = false;
    reader->number++;
    while ((c = getc(reader->file)) != EOF && c != '\n') {
        if (c == '\0') {
            return refuse(reader, "expected text, found a NUL byte", error);
        }
        if (length == LNT_CLI_LINE_MAX) {
            return refuse(reader, "expected a line of at most 1048576 bytes, found a longer one",
                          error);
        }
        LNT_TRY(reserve(reader, length + 1, error));
        reader->text[length++] = (char) c;
    }
    if (c == EOF && ferror(reader->file) != 0) {
        return lnt_fail(error, LNT_ERR_IO, "%s: cannot be read: %s", reader->path, strerror(errno));
    }
    LNT_TRY(reserve(reader, length, error));
    reader->text[length] = '\0';
    *found = c == '\n' || length > 0;
    return LNT_OK;
}
